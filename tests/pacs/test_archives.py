"""What every archive does alike, against a real Orthanc: one suite, run for each of them."""

import errno
import threading
import time
from collections.abc import Callable
from datetime import date

import pytest
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO

from painmap.domain.progress import Progress, run_to_end
from painmap.pacs.archive import Archive, FoundStudy, Order, Picture, StudyQuery
from painmap.pacs.errors import PacsError, PacsProblem
from tests.support.orthanc import forget, send
from tests.support.pacs import (
    AXIAL,
    JANE,
    JANE_AXIAL,
    JANE_MR,
    JANE_PACKED,
    KINDS,
    MR,
    PACKED,
    SOREN,
    Loaded,
    archive,
    node,
    through,
)
from tests.support.relay import answering, relay

SAME_CONNECTION = ("dimse-get", "dicomweb")
"""Pictures of C-MOVE come over a connection of their own, which no relay stands in."""

pytestmark = pytest.mark.xdist_group("orthanc")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pacs(loaded_pacs: Loaded, kind: str) -> Archive:
    return archive(node(loaded_pacs.orthanc, kind))


def _found(pacs: Archive, **asked: object) -> tuple[FoundStudy, ...]:
    return run_to_end(pacs.find(StudyQuery(**asked))).studies  # type: ignore[arg-type]  # as named


def _whole(*series: str) -> Order:
    return Order(JANE, dict.fromkeys(series, ()))


def _problem(run: Callable[[], object]) -> PacsProblem:
    with pytest.raises(PacsError) as caught:
        run()
    return caught.value.problem


def test_it_answers(pacs: Archive) -> None:
    run_to_end(pacs.echo())


def test_a_study_is_found_with_what_the_list_shows(pacs: Archive) -> None:
    (study,) = _found(pacs, patient_id="P1")

    assert study.study_uid == JANE
    assert study.identity.name.rstrip("^") == "Doe^Jane"
    assert study.identity.birth_date == date(1970, 1, 31)
    assert study.identity.sex == "F"
    assert study.study_date == date(2024, 2, 29)
    assert study.description == "Lumbar spine"
    assert set(study.modalities) == {"CT", "MR"}
    assert study.series_count == 3
    assert study.picture_count == AXIAL + PACKED + MR


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"family_name": "Doe"}, {JANE}),
        ({"family_name": "Do", "given_name": "Ja"}, {JANE}),
        ({"family_name": "Doe", "given_name": "Kim"}, set()),
        ({"family_name": "Møl"}, {SOREN}),
        ({"birth_date": date(1981, 12, 24)}, {SOREN}),
        ({"since": date(2026, 1, 5), "until": date(2026, 1, 5)}, {SOREN}),
        ({"until": date(2024, 12, 31)}, {JANE}),
        ({"patient_id": "P1", "modality": "MR"}, {JANE}),
        ({"patient_id": "P1", "modality": "US"}, set()),
        ({"patient_id": "P1", "modality": ""}, {JANE}),
        ({"family_name": "D^*e"}, set()),
    ],
)
def test_it_searches_by_patient_date_and_modality(
    pacs: Archive, asked: dict[str, object], expected: set[str]
) -> None:
    found = {study.study_uid for study in _found(pacs, **asked)}

    assert found & {JANE, SOREN} == expected


def test_names_of_other_scripts_arrive_whole(pacs: Archive) -> None:
    (study,) = _found(pacs, patient_id="P2")

    assert study.identity.name.rstrip("^") == "Møller^Søren"


def test_the_series_of_a_modality_come_with_their_pictures(
    pacs: Archive, loaded_pacs: Loaded
) -> None:
    found = {each.series_uid: each for each in run_to_end(pacs.contents(JANE, "CT"))}

    assert set(found) == {JANE_AXIAL, JANE_PACKED}
    assert found[JANE_AXIAL].count == AXIAL
    assert set(found[JANE_AXIAL].sop_uids) == set(loaded_pacs.stored(JANE_AXIAL))
    assert len(run_to_end(pacs.contents(JANE))) == 3


def test_an_unknown_study_has_no_series(pacs: Archive) -> None:
    assert run_to_end(pacs.contents("1.2.3.999")) == ()


@pytest.mark.parametrize("series", [JANE_AXIAL, JANE_PACKED, JANE_MR])
def test_a_series_arrives_as_it_is_stored(pacs: Archive, loaded_pacs: Loaded, series: str) -> None:
    kept: list[Picture] = []

    delivery = run_to_end(pacs.fetch(_whole(series), kept.append))

    stored = loaded_pacs.stored(series)
    assert delivery.sent == {series: len(stored)}
    assert delivery.failed == 0
    assert {each.sop_uid for each in kept} == set(stored)
    for each in kept:
        arrived, sent = dcmread(DicomBytesIO(each.content)), stored[each.sop_uid]
        assert arrived.file_meta.TransferSyntaxUID == sent.file_meta.TransferSyntaxUID
        assert arrived.PixelData == sent.PixelData
        assert arrived.PatientName == sent.PatientName


def test_only_named_pictures_are_fetched(pacs: Archive, loaded_pacs: Loaded) -> None:
    wanted = tuple(loaded_pacs.stored(JANE_AXIAL))[3:6]
    kept: list[Picture] = []

    run_to_end(pacs.fetch(Order(JANE, {JANE_AXIAL: wanted}), kept.append))

    assert sorted(each.sop_uid for each in kept) == sorted(wanted)


def test_progress_counts_pictures(pacs: Archive, loaded_pacs: Loaded) -> None:
    uids = tuple(loaded_pacs.stored(JANE_AXIAL))

    steps = list(pacs.fetch(Order(JANE, {JANE_AXIAL: uids}), lambda _: None))

    assert all(isinstance(step, Progress) for step in steps)
    assert [step.done for step in steps] == sorted(step.done for step in steps)


def test_a_picture_that_the_pacs_lost_is_left_out(pacs: Archive, loaded_pacs: Loaded) -> None:
    lost = next(iter(loaded_pacs.stored(JANE_AXIAL)))
    uids = tuple(loaded_pacs.stored(JANE_AXIAL))
    kept: list[Picture] = []
    forget(loaded_pacs.orthanc, [lost])

    try:
        run_to_end(pacs.fetch(Order(JANE, {JANE_AXIAL: uids}), kept.append))
    finally:
        send(loaded_pacs.orthanc, loaded_pacs.files[JANE_AXIAL])

    assert {each.sop_uid for each in kept} == set(uids) - {lost}


def test_a_full_disk_ends_the_fetch_and_says_so(pacs: Archive) -> None:
    kept: list[Picture] = []

    def keep(picture: Picture) -> None:
        if len(kept) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept.append(picture)

    assert _problem(lambda: run_to_end(pacs.fetch(_whole(JANE_AXIAL), keep))) is (
        PacsProblem.DISK_FULL
    )
    assert len(kept) == 4


def test_after_a_stop_nothing_more_is_kept_and_it_can_begin_again(pacs: Archive) -> None:
    kept: list[Picture] = []
    job = pacs.fetch(_whole(JANE_AXIAL), kept.append)
    while not kept:
        next(job)

    job.close()

    here = len(kept)
    again: list[Picture] = []
    run_to_end(pacs.fetch(_whole(JANE_AXIAL), again.append))
    assert len(kept) == here
    assert len(again) == AXIAL


def test_a_stop_does_not_wait_for_a_server_that_is_silent(loaded_pacs: Loaded, kind: str) -> None:
    with relay(_port(loaded_pacs, kind), stall_after=0) as slow:
        patient = archive(through(node(loaded_pacs.orthanc, kind), slow.port), answer_s=600)
        job = patient.find(StudyQuery(patient_id="P1"))
        while not slow.connections:
            next(job)

        job.close()

        ends = time.monotonic() + 20  # it would wait for ten minutes
        while _at_work() and time.monotonic() < ends:
            time.sleep(0.01)
        assert _at_work() == []


def _at_work() -> list[str]:
    """Threads of a job, and those that pynetdicom makes for it."""
    threads = threading.enumerate()
    return [
        each.name
        for each in threads
        if each.name == "pacs"
        or "pynetdicom" in repr(each)
        or type(each).__module__.startswith("pynetdicom")
    ]


def _port(loaded: Loaded, kind: str) -> int:
    return loaded.orthanc.http_port if kind == "dicomweb" else loaded.orthanc.dicom_port


def test_a_server_that_falls_silent_is_given_up(loaded_pacs: Loaded, kind: str) -> None:
    with relay(_port(loaded_pacs, kind), stall_after=0) as slow:
        pacs = archive(through(node(loaded_pacs.orthanc, kind), slow.port), answer_s=0.5)

        problem = _problem(lambda: run_to_end(pacs.find(StudyQuery(patient_id="P1"))))

    assert problem in (PacsProblem.TIMED_OUT, PacsProblem.GARBAGE)


@pytest.mark.parametrize("kind", SAME_CONNECTION)
def test_a_server_that_falls_silent_in_mid_transfer_is_given_up(
    loaded_pacs: Loaded, kind: str
) -> None:
    kept: list[Picture] = []
    with relay(_port(loaded_pacs, kind), stall_after=40_000) as slow:
        pacs = archive(through(node(loaded_pacs.orthanc, kind), slow.port), answer_s=1.0)

        problem = _problem(lambda: run_to_end(pacs.fetch(_whole(JANE_AXIAL), kept.append)))

    assert problem is PacsProblem.TIMED_OUT
    assert 0 < len(kept) < AXIAL


@pytest.mark.parametrize("kind", SAME_CONNECTION)
def test_a_connection_cut_in_mid_transfer_keeps_what_arrived(
    loaded_pacs: Loaded, kind: str
) -> None:
    kept: list[Picture] = []
    with relay(_port(loaded_pacs, kind), cut_after=40_000) as faulty:
        pacs = archive(through(node(loaded_pacs.orthanc, kind), faulty.port))

        problem = _problem(lambda: run_to_end(pacs.fetch(_whole(JANE_AXIAL), kept.append)))

    assert problem is PacsProblem.BROKEN_OFF
    assert 0 < len(kept) < AXIAL


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 200,
        b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
        bytes(range(256)) * 4,
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{nope",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nLog in",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: application/json\r\n\r\n[17]",
    ],
)
def test_garbage_is_called_so(loaded_pacs: Loaded, kind: str, garbage: bytes) -> None:
    with answering(garbage) as (port, _):
        pacs = archive(through(node(loaded_pacs.orthanc, kind), port), answer_s=1.0)

        problem = _problem(lambda: run_to_end(pacs.find(StudyQuery(patient_id="P1"))))

    assert problem in (PacsProblem.GARBAGE, PacsProblem.BROKEN_OFF)


def test_a_port_where_nothing_listens_is_named(loaded_pacs: Loaded, kind: str) -> None:
    pacs = archive(through(node(loaded_pacs.orthanc, kind), 9))

    assert _problem(lambda: run_to_end(pacs.echo())) is PacsProblem.CLOSED_PORT


def test_a_study_that_is_named_by_no_uid_is_never_asked_for(pacs: Archive) -> None:
    assert _problem(lambda: run_to_end(pacs.contents("../../etc"))) is PacsProblem.BAD_UID
