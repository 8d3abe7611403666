"""A study comes whole, or says what is missing and goes on later: against a real Orthanc."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from painmap import cli
from painmap.domain.progress import run_to_end
from painmap.imaging.header import PatientIdentity
from painmap.pacs.archive import Finding, FoundStudy, Patience, StudyQuery
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.services.logbook import Secrets as LogSecrets
from painmap.services.logbook import secrets as log_secrets
from painmap.services.pacs_access import PacsAccess
from painmap.services.studies import scanning_folder
from tests.support.ct import write_series
from tests.support.orthanc import Orthanc, send
from tests.support.pacs import (
    AXIAL,
    JANE,
    JANE_AXIAL,
    KINDS,
    PACKED,
    SOREN,
    Loaded,
    node,
    through,
)
from tests.support.relay import relay

pytestmark = pytest.mark.xdist_group("orthanc")

STUDY = FoundStudy(JANE, PatientIdentity())
PASSWORD = "Grüße-42"


def _access(folder: Path) -> PacsAccess:
    return PacsAccess(folder, patience=Patience(connect=5.0, answer=5.0))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fetched_study_opens_like_one_from_a_disc(
    loaded_pacs: Loaded, tmp_path: Path, kind: str
) -> None:
    job = _access(tmp_path).retrieving(
        node(loaded_pacs.orthanc, kind), STUDY, modality="CT", typed=PASSWORD
    )

    held = run_to_end(job)

    assert held.whole
    assert held.state_words == f"all {AXIAL + PACKED} pictures here"
    contents = run_to_end(scanning_folder(held.pictures))
    (study,) = contents.studies
    assert contents.skipped == ()
    assert {len(stack.slices) for stack in study.stacks} == {AXIAL, PACKED}
    assert study.identity.name == "Doe^Jane"


@pytest.mark.parametrize("kind", KINDS)
def test_after_the_server_was_killed_only_the_rest_is_fetched(tmp_path: Path, kind: str) -> None:
    orthanc = Orthanc(tmp_path / "server").start()
    study = FoundStudy("1.2.3.4", PatientIdentity())
    access = _access(tmp_path)
    profile = node(orthanc, kind)

    try:
        send(orthanc, write_series(tmp_path / "ct", count=30, rows=64, columns=64))
        job = access.retrieving(profile, study, modality="CT", typed=PASSWORD)
        while not ((step := next(job)).total and step.done >= 3):
            pass
        orthanc.kill()
        with pytest.raises(PacsError) as caught:
            run_to_end(job)
        early = access.store.held("1.2.3.4")
        orthanc.start()
        first = next(
            step.done
            for step in access.retrieving(profile, study, modality="CT", typed=PASSWORD)
            if step.total == 30
        )
        held = run_to_end(access.retrieving(profile, study, modality="CT", typed=PASSWORD))
    finally:
        orthanc.kill()

    assert caught.value.problem in (PacsProblem.BROKEN_OFF, PacsProblem.CLOSED_PORT)
    assert early is not None
    assert not early.whole
    assert early.state_words == f"{early.here} of 30 pictures; {30 - early.here} missing"
    assert first >= early.here >= 3
    assert held.whole
    assert held.here == 30


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fills_up_is_said_and_gone_on_from(
    loaded_pacs: Loaded, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = _access(tmp_path)
    profile = node(loaded_pacs.orthanc, kind)
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if len(list(tmp_path.rglob("*.dcm"))) >= 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(PacsError) as caught:
            run_to_end(access.retrieving(profile, STUDY, modality="CT", typed=PASSWORD))
    early = access.store.held(JANE)
    held = run_to_end(access.retrieving(profile, STUDY, modality="CT", typed=PASSWORD))

    assert caught.value.problem is PacsProblem.DISK_FULL
    assert early is not None
    assert early.state_words == f"5 of {AXIAL + PACKED} pictures; {AXIAL + PACKED - 5} missing"
    assert held.whole


@pytest.mark.parametrize("kind", KINDS)
def test_stopped_in_the_middle_it_is_incomplete_and_goes_on(
    loaded_pacs: Loaded, tmp_path: Path, kind: str
) -> None:
    access = _access(tmp_path)
    profile = node(loaded_pacs.orthanc, kind)
    job = access.retrieving(profile, STUDY, modality="CT", typed=PASSWORD)
    for step in job:
        if step.total and step.done >= 2:
            break

    job.close()

    early = access.store.held(JANE)
    assert early is not None
    assert not access.store.is_busy(JANE)
    held = run_to_end(access.retrieving(profile, STUDY, modality="CT", typed=PASSWORD))
    assert held.whole
    assert held.here == AXIAL + PACKED


def test_a_name_is_found_in_any_case_and_kept_out_of_the_log(
    loaded_pacs: Loaded, tmp_path: Path
) -> None:
    profile = node(loaded_pacs.orthanc, "dimse-get")

    found: Finding = run_to_end(
        _access(tmp_path).searching(profile, StudyQuery(family_name="MØLLER"))
    )

    assert [study.study_uid for study in found.studies] in ([SOREN], [])
    named = run_to_end(_access(tmp_path).searching(profile, StudyQuery(patient_id="P2")))
    assert named.studies[0].study_uid == SOREN
    assert isinstance(log_secrets, LogSecrets)
    assert "Søren" not in log_secrets.removed_from("failed for Søren")


# --- the command line


@pytest.fixture
def data(loaded_pacs: Loaded, tmp_path: Path) -> Path:
    _access(tmp_path).profiles.save(node(loaded_pacs.orthanc, "dimse-get"))
    return tmp_path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(["pacs", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_command_line_asks_searches_and_fetches(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--data", str(data))

    assert _run(capsys, "echo", "Hospital", *at) == (0, "Hospital answers.\n", "")
    status, out, _ = _run(capsys, "find", "Hospital", "--id=P1", *at)
    assert status == 0
    assert out.split("\t")[:4] == [JANE, "Doe, Jane", "born 31 January 1970", "29 February 2024"]
    status, out, _ = _run(capsys, "find", "Hospital", "--id=P1", "--json", *at)
    assert json.loads(out)["studies"][0]["study_uid"] == JANE
    status, out, _ = _run(capsys, "fetch", "Hospital", JANE, *at)
    assert status == 0
    folder, words = out.splitlines()
    assert len(list(Path(folder).rglob("*.dcm"))) == AXIAL + PACKED
    assert words == f"all {AXIAL + PACKED} pictures here"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("echo", "Nowhere"), "no PACS profile of this name"),
        (("find", "Hospital"), "would list the whole PACS"),
        (("fetch", "Hospital", "../x"), "no UID"),
        (("fetch", "Hospital", "1.2.3.999"), "has nothing under this"),
        (("find", "Hospital", "--since", "yesterday"), "since"),
        ((), "required"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    at = ("--data", str(data)) if arguments else ()

    status, out, err = _run(capsys, *arguments, *at)

    assert status != 0
    assert out == ""
    assert err.count("\n") == 1
    assert says in err


def test_a_fetch_that_ends_early_fails_and_says_how_far_it_is(
    data: Path, loaded_pacs: Loaded, capsys: pytest.CaptureFixture[str]
) -> None:
    with relay(loaded_pacs.orthanc.dicom_port, cut_after=60_000) as faulty:
        profile = through(node(loaded_pacs.orthanc, "dimse-get"), faulty.port)
        _access(data).profiles.save(replace(profile, name="Faulty"))

        status, _, err = _run(capsys, "fetch", "Faulty", JANE, "--data", str(data))

    assert status == 1
    assert "broke off" in err
    held = _access(data).store.held(JANE)
    assert held is not None
    assert not held.whole
    assert loaded_pacs.stored(JANE_AXIAL)
