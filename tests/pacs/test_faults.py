"""What a PACS or a network does wrong, and what is said then."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydicom.dataset import Dataset
from pynetdicom import AE, evt

from painmap.domain.progress import run_to_end
from painmap.pacs.archive import Archive, Order, Picture, StudyQuery
from painmap.pacs.dimse_link import FIND, GET, MOVE, VERIFICATION
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.node import Auth, Kind, Node, Retrieve
from painmap.pacs.status import problem_of
from painmap.services.logbook import secrets
from tests.support.ct import write_series
from tests.support.orthanc import PASSWORD, Orthanc, free_port, send
from tests.support.pacs import (
    AXIAL,
    JANE,
    JANE_AXIAL,
    KINDS,
    Loaded,
    archive,
    node,
    through,
)
from tests.support.relay import answering, relay

pytestmark = pytest.mark.xdist_group("orthanc")

WHOLE = Order(JANE, {JANE_AXIAL: ()})


def _problem(pacs: Archive) -> PacsProblem:
    with pytest.raises(PacsError) as caught:
        run_to_end(pacs.echo())
    return caught.value.problem


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_killed_in_mid_transfer_loses_nothing_that_arrived(
    tmp_path: Path, kind: str
) -> None:
    orthanc = Orthanc(tmp_path / "server").start()
    kept: list[Picture] = []

    def keep(picture: Picture) -> None:
        kept.append(picture)
        if len(kept) == 4:
            orthanc.kill()

    try:
        series = write_series(tmp_path / "ct", count=AXIAL, study_uid=JANE, series_uid=JANE_AXIAL)
        send(orthanc, series)
        with pytest.raises(PacsError) as caught:
            run_to_end(archive(node(orthanc, kind), answer_s=5.0).fetch(WHOLE, keep))
    finally:
        orthanc.kill()

    assert caught.value.problem in (PacsProblem.BROKEN_OFF, PacsProblem.CLOSED_PORT)
    assert 4 <= len(kept) < AXIAL


# --- DIMSE


def test_a_wrong_title_of_the_pacs_is_named(loaded_pacs: Loaded) -> None:
    wrong = replace(node(loaded_pacs.orthanc, "dimse-get"), ae_title="SOMEBODY")

    assert _problem(archive(wrong)) is PacsProblem.CALLED_TITLE


@contextmanager
def _scp(contexts: list[str], handlers: list[Any] | None = None, **wishes: Any) -> Iterator[Node]:
    """A PACS of our own, for what Orthanc never does."""
    entity = AE(ae_title="OTHER")
    for uid in contexts:
        entity.add_supported_context(uid)
    for name, value in wishes.items():
        setattr(entity, name, value)
    port = free_port()
    entity.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers or [])
    try:
        yield Node("Other", host="127.0.0.1", port=port, ae_title="OTHER")
    finally:
        entity.shutdown()


def test_a_pacs_that_does_not_know_this_program_is_told_apart() -> None:
    with _scp([VERIFICATION], require_calling_aet=["SCANNER"]) as other:
        assert _problem(archive(other)) is PacsProblem.CALLING_TITLE


def test_a_pacs_that_is_full_of_connections_is_busy() -> None:
    with _scp([VERIFICATION], maximum_associations=1) as other:
        first = AE()
        first.add_requested_context(VERIFICATION)
        association = first.associate("127.0.0.1", other.port)
        try:
            assert _problem(archive(other)) is PacsProblem.BUSY
        finally:
            association.release()


def test_a_service_that_is_not_offered_is_named() -> None:
    with _scp([FIND]) as other:
        assert _problem(archive(other)) is PacsProblem.NOT_OFFERED


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (0xA700, PacsProblem.NO_ROOM_THERE),
        (0xA900, PacsProblem.QUERY),
        (0xC001, PacsProblem.FAILED),
        (0x0122, PacsProblem.NOT_OFFERED),
        (0x0124, PacsProblem.NOT_ALLOWED),
    ],
)
def test_a_status_becomes_a_sentence(status: int, problem: PacsProblem) -> None:
    def answer(_: Any) -> Iterator[tuple[int, None]]:
        yield status, None

    with (
        _scp([FIND], [(evt.EVT_C_FIND, answer)]) as other,
        pytest.raises(PacsError) as caught,
    ):
        run_to_end(archive(other).find(StudyQuery(patient_id="1")))

    assert caught.value.problem is problem
    assert f"{status:04X}" in caught.value.message


def test_every_status_has_a_meaning() -> None:
    for status in range(0x10000):
        problem_of(status)

    assert problem_of(0x0000) is None
    assert problem_of(0xFF00) is None
    assert problem_of(0xB000) is None
    assert problem_of(0xA801) is PacsProblem.RECEIVER_UNKNOWN
    assert problem_of(0x9999) is PacsProblem.FAILED


def test_a_pacs_that_counts_but_does_not_list_pictures_is_counted() -> None:
    def answer(event: Any) -> Iterator[tuple[int, Dataset | None]]:
        if event.identifier.QueryRetrieveLevel == "IMAGE":
            yield 0xC000, None
            return
        found = Dataset()
        found.SeriesInstanceUID, found.Modality = "1.2.3.1", "CT"
        found.NumberOfSeriesRelatedInstances = 120
        yield 0xFF00, found

    with _scp([FIND], [(evt.EVT_C_FIND, answer)]) as other:
        (series,) = run_to_end(archive(other).contents("1.2.3", "CT"))

    assert series.expected == 120
    assert series.sop_uids == ()


def test_a_search_with_too_many_answers_is_cut_and_says_so() -> None:
    def answer(event: Any) -> Iterator[tuple[int, Dataset | None]]:
        for number in range(300):
            if event.is_cancelled:
                yield 0xFE00, None
                return
            found = Dataset()
            found.StudyInstanceUID = f"1.2.3.{number}"
            yield 0xFF00, found

    with _scp([FIND], [(evt.EVT_C_FIND, answer)]) as other:
        finding = run_to_end(archive(other).find(StudyQuery(family_name="S")))

    assert finding.cut
    assert len(finding.studies) == 200


def test_pictures_of_another_study_are_refused(loaded_pacs: Loaded) -> None:
    kept: list[Picture] = []
    ordered, stranger = list(loaded_pacs.stored(JANE_AXIAL).values())[:2]
    stranger.StudyInstanceUID = "1.2.3.666"

    def answer(_: Any) -> Iterator[Any]:
        yield 2
        yield 0xFF00, ordered
        yield 0xFF00, stranger

    entity = AE(ae_title="OTHER")
    entity.add_supported_context(GET)
    entity.add_supported_context("1.2.840.10008.5.1.4.1.1.2", scu_role=True, scp_role=True)
    port = free_port()
    entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_GET, answer)])
    try:
        other = Node("Other", host="127.0.0.1", port=port, ae_title="OTHER")
        delivery = run_to_end(archive(other).fetch(WHOLE, kept.append))
    finally:
        entity.shutdown()

    assert [each.sop_uid for each in kept] == [ordered.SOPInstanceUID]
    assert delivery.failed == 1


# --- C-MOVE


def test_a_receiving_port_that_is_taken_is_named(loaded_pacs: Loaded) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = node(loaded_pacs.orthanc, "dimse-move", receiver_port=other.getsockname()[1])
        with pytest.raises(PacsError) as caught:
            run_to_end(archive(taken).fetch(WHOLE, lambda _: None))

    assert caught.value.problem is PacsProblem.PORT_TAKEN


@pytest.mark.parametrize(
    "changes", [{"own_ae_title": "STRANGER"}, {"receiver_port": 1}], ids=["title", "port"]
)
def test_a_pacs_that_cannot_send_to_us_is_not_taken_for_done(
    loaded_pacs: Loaded, changes: dict[str, Any]
) -> None:
    if "receiver_port" in changes:
        changes = {"receiver_port": free_port()}
    kept: list[Picture] = []

    with pytest.raises(PacsError):
        run_to_end(
            archive(node(loaded_pacs.orthanc, "dimse-move", **changes)).fetch(WHOLE, kept.append)
        )

    assert kept == []


def test_a_receiver_that_the_pacs_does_not_know_is_named() -> None:
    def answer(_: Any) -> Iterator[Any]:
        yield None, None

    with _scp([MOVE], [(evt.EVT_C_MOVE, answer)]) as other:
        away = replace(other, retrieve=Retrieve.MOVE, receiver_port=free_port())
        with pytest.raises(PacsError) as caught:
            run_to_end(archive(away).fetch(WHOLE, lambda _: None))

    assert caught.value.problem is PacsProblem.RECEIVER_UNKNOWN


# --- DICOMweb


def test_a_wrong_password_is_named_and_not_repeated(
    loaded_pacs: Loaded, capfd: pytest.CaptureFixture[str]
) -> None:
    pacs = archive(node(loaded_pacs.orthanc, "dicomweb"), secret="not-it")

    with pytest.raises(PacsError) as caught:
        run_to_end(pacs.echo())

    assert caught.value.problem is PacsProblem.LOGIN
    assert "not-it" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_token_is_sent_as_bearer() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"
    with answering(answer) as (port, asked):
        web = Node("Web", kind=Kind.DICOMWEB, url=f"http://127.0.0.1:{port}/dw", auth=Auth.BEARER)
        run_to_end(archive(web, secret="a.b.c").echo())

    assert b"\r\nAuthorization: Bearer a.b.c\r\n" in asked[0]
    assert asked[0].startswith(b"GET /dw/studies?limit=1 ")


def test_a_token_that_is_refused_is_named() -> None:
    answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    with answering(answer) as (port, _):
        web = Node("Web", kind=Kind.DICOMWEB, url=f"http://127.0.0.1:{port}/", auth=Auth.BEARER)
        assert _problem(archive(web, secret="old")) is PacsProblem.LOGIN


def test_a_wrong_address_of_the_service_is_named(loaded_pacs: Loaded) -> None:
    wrong = replace(
        node(loaded_pacs.orthanc, "dicomweb"), url=loaded_pacs.orthanc.url + "-elsewhere"
    )

    assert _problem(archive(wrong)) is PacsProblem.NOTHING_THERE


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (403, PacsProblem.NOT_ALLOWED),
        (418, PacsProblem.REFUSED),
        (429, PacsProblem.BUSY),
        (500, PacsProblem.FAILED),
        (503, PacsProblem.BUSY),
    ],
)
def test_a_http_status_becomes_a_sentence(status: int, problem: PacsProblem) -> None:
    answer = f"HTTP/1.1 {status} Sorry\r\nContent-Length: 0\r\n\r\n".encode()
    with answering(answer) as (port, _):
        web = Node("Web", kind=Kind.DICOMWEB, url=f"http://127.0.0.1:{port}")
        assert _problem(archive(web)) is problem


def test_a_name_that_no_computer_has_is_named() -> None:
    web = Node("Web", kind=Kind.DICOMWEB, url="http://no-such-pacs.invalid/dicom-web")
    dimse = Node("Web", host="no-such-pacs.invalid", ae_title="X")

    assert _problem(archive(web)) is PacsProblem.UNKNOWN_HOST
    assert _problem(archive(dimse)) is PacsProblem.UNKNOWN_HOST


# --- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "hospital.pem"
    authority.cert_pem.write_to_path(file)
    return str(file)


def _tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@contextmanager
def _encrypted(
    loaded: Loaded, kind: str, authority: trustme.CA, ca_file: str, *names: str
) -> Iterator[Node]:
    plain = node(loaded.orthanc, kind)
    web = kind == "dicomweb"
    target = loaded.orthanc.http_port if web else loaded.orthanc.dicom_port
    with relay(target, tls=_tls(authority, *(names or ("127.0.0.1",)))) as front:
        if web:
            url = f"https://127.0.0.1:{front.port}/dicom-web"
            yield replace(plain, url=url, ca_file=ca_file)
        else:
            yield replace(plain, port=front.port, tls=True, ca_file=ca_file)


@pytest.mark.parametrize("kind", ["dimse-get", "dicomweb"])
def test_the_hospitals_own_authority_is_trusted_when_its_file_is_named(
    loaded_pacs: Loaded, authority: trustme.CA, ca_file: str, kind: str
) -> None:
    kept: list[Picture] = []
    with _encrypted(loaded_pacs, kind, authority, ca_file) as encrypted:
        run_to_end(archive(encrypted).echo())
        run_to_end(archive(encrypted).fetch(WHOLE, kept.append))

    assert len(kept) == AXIAL


@pytest.mark.parametrize("kind", ["dimse-get", "dicomweb"])
def test_an_unknown_authority_is_refused(
    loaded_pacs: Loaded, authority: trustme.CA, ca_file: str, kind: str
) -> None:
    with _encrypted(loaded_pacs, kind, authority, ca_file) as encrypted:
        assert _problem(archive(replace(encrypted, ca_file=""))) is PacsProblem.UNTRUSTED


@pytest.mark.parametrize("kind", ["dimse-get", "dicomweb"])
def test_a_certificate_for_another_computer_is_refused(
    loaded_pacs: Loaded, authority: trustme.CA, ca_file: str, kind: str
) -> None:
    with _encrypted(loaded_pacs, kind, authority, ca_file, "elsewhere.org") as encrypted:
        assert _problem(archive(encrypted)) is PacsProblem.UNTRUSTED


@pytest.mark.parametrize("kind", ["dimse-get", "dicomweb"])
def test_a_plain_port_is_no_encrypted_one(loaded_pacs: Loaded, ca_file: str, kind: str) -> None:
    plain = node(loaded_pacs.orthanc, kind, ca_file=ca_file)
    if kind == "dicomweb":
        wrong = replace(plain, url=plain.url.replace("http:", "https:"))
    else:
        wrong = replace(plain, tls=True)

    assert _problem(archive(wrong, answer_s=2.0)) is PacsProblem.NO_TLS


@pytest.mark.parametrize("kind", ["dimse-get", "dicomweb"])
def test_a_file_that_is_no_authority_is_named(
    loaded_pacs: Loaded, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "letter.pem"
    file.write_text("Dear colleague")
    plain = node(loaded_pacs.orthanc, kind)

    wrong = replace(plain, ca_file=str(file), tls=kind != "dicomweb")
    assert _problem(archive(wrong)) is PacsProblem.CA_FILE


# --- words


def test_no_sentence_names_a_person(loaded_pacs: Loaded) -> None:
    with relay(loaded_pacs.orthanc.http_port, cut_after=0) as faulty:
        pacs = archive(through(node(loaded_pacs.orthanc, "dicomweb"), faulty.port))
        with pytest.raises(PacsError) as caught:
            run_to_end(pacs.find(StudyQuery(family_name="Doe", patient_id="P1")))

    assert "Doe" not in str(caught.value)
    assert secrets.removed_from(str(caught.value)) == str(caught.value)
    assert PASSWORD not in repr(pacs)
