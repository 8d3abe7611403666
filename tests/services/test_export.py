"""Exporting a visit: one new folder with everything, or nothing at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from painmap.documents.visit_document import load
from painmap.domain import edits
from painmap.exchange import writing
from painmap.exchange.errors import ExportError, ExportProblem
from painmap.records.errors import RecordsError
from painmap.services.clinic import Clinic
from painmap.services.export import (
    REPORT_NAME,
    all_exporters,
    export_visit,
    export_visit_file,
    folder_name,
)
from painmap.services.open_visit import OpenVisit
from tests.support import factories as make

TABLES = {
    "body diagram.svg",
    "instruments.csv",
    "muscles.csv",
    "outlines.csv",
    "pain marks.csv",
    "pain sites.csv",
    "sites.csv",
    "spine.csv",
}


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic.open(tmp_path / "data", author="doctor", now=lambda: make.STARTED)
    yield clinic
    clinic.close()


@pytest.fixture
def opened(clinic: Clinic) -> OpenVisit:
    opened = clinic.new_visit(clinic.add_patient(make.patient(family_name="Secretname")).id)
    pain = make.pain_site()
    opened.apply(edits.mark_pain(pain, make.mark(pain)))
    opened.apply(edits.attach_study(make.study(clinic.put_blob(b"{}"))))
    opened.retry()
    return opened


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "out"
    place.mkdir()
    return place


def test_a_visit_is_exported_into_one_new_folder(
    clinic: Clinic, opened: OpenVisit, place: Path
) -> None:
    pictures = {"body back": b"png", "CT L3.png": b"png"}

    outcome = export_visit(clinic, opened.visit.id, place, muscles={}, pictures=pictures)

    wanted = TABLES | {"visit.json", "visit.txt", "body back.png", "CT L3.png", REPORT_NAME}
    assert set(outcome.files) == wanted == {each.name for each in outcome.folder.iterdir()}
    assert list(place.iterdir()) == [outcome.folder]


def test_no_name_of_a_file_tells_the_patient(
    clinic: Clinic, opened: OpenVisit, place: Path
) -> None:
    outcome = export_visit(clinic, opened.visit.id, place, muscles={})

    assert "Secretname" not in "".join([str(outcome.folder), *outcome.files])
    assert outcome.folder.name == folder_name(opened.visit)
    assert outcome.folder.name.startswith("2024-03-03 visit ")


def test_the_exported_json_imports_back_to_the_same_visit(
    clinic: Clinic, opened: OpenVisit, place: Path, tmp_path: Path
) -> None:
    outcome = export_visit(clinic, opened.visit.id, place, muscles={})

    elsewhere = Clinic.open(tmp_path / "elsewhere")
    elsewhere.import_document(load(outcome.folder / "visit.json"))

    assert elsewhere.open_visit(opened.visit.id).visit == opened.visit
    elsewhere.close()


def test_exporting_twice_keeps_both(clinic: Clinic, opened: OpenVisit, place: Path) -> None:
    folders = {export_visit(clinic, opened.visit.id, place, muscles={}).folder for _ in range(2)}

    assert set(place.iterdir()) == folders
    assert len(folders) == 2


def test_a_disk_that_fills_up_leaves_nothing(
    clinic: Clinic, opened: OpenVisit, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = writing.write_file, [3]

    def write(path: Path, content: bytes) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(writing, "write_file", write)

    with pytest.raises(ExportError) as caught:
        export_visit(clinic, opened.visit.id, place, muscles={})

    assert caught.value.problem is ExportProblem.FULL
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("name", ["../out", "a/b", "a\\b", "", "...", "a\nb", 'what"', "x:y"])
def test_a_picture_with_a_name_that_no_file_can_have_is_refused(
    clinic: Clinic, opened: OpenVisit, place: Path, name: str
) -> None:
    with pytest.raises(ExportError) as caught:
        export_visit(clinic, opened.visit.id, place, muscles={}, pictures={name: b""})

    assert caught.value.problem is ExportProblem.BAD_PICTURE_NAME
    assert list(place.iterdir()) == []


def test_two_pictures_of_one_name_are_refused(
    clinic: Clinic, opened: OpenVisit, place: Path
) -> None:
    with pytest.raises(ExportError):
        export_visit(clinic, opened.visit.id, place, muscles={}, pictures={"a": b"", "a.png": b""})


def test_an_unknown_visit_writes_nothing(clinic: Clinic, place: Path) -> None:
    with pytest.raises(RecordsError):
        export_visit(clinic, make.visit().id, place, muscles={})

    assert list(place.iterdir()) == []


@pytest.mark.parametrize("exporter_id", [each.id for each in all_exporters()])
def test_one_format_is_written_alone(
    clinic: Clinic, opened: OpenVisit, place: Path, exporter_id: str
) -> None:
    path = place / "one"

    export_visit_file(clinic, opened.visit.id, path, muscles={}, exporter_id=exporter_id)

    assert path.read_bytes()
    assert list(place.iterdir()) == [path]


def test_what_waits_to_be_stored_is_not_exported(
    clinic: Clinic, opened: OpenVisit, place: Path
) -> None:
    opened.apply(edits.plan_site(make.planned_site()))

    outcome = export_visit(clinic, opened.visit.id, place, muscles={})

    data = json.loads((outcome.folder / "visit.json").read_text(encoding="utf-8"))
    assert data["visit"]["planned_sites"] == []
