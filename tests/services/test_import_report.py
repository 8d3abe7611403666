"""The import report says what became of every file, and is stored without a name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from painmap.domain.progress import run_to_end
from painmap.services.identity import identity_hash
from painmap.services.import_report import ReportError, from_json, to_json
from painmap.services.studies import FolderContents, scanning_folder
from tests.support import ct

NOW = datetime(2026, 3, 4, 10, 12, tzinfo=UTC)
KEY = b"k" * 32


@pytest.fixture
def contents(tmp_path: Path) -> FolderContents:
    ct.write_series(tmp_path / "DOE_JANE" / "P1", count=6, gaps=(3,))
    ct.write_series(
        tmp_path / "Roe^Rita", name="Roe^Rita", patient_id="P2", study_uid="1.5", series_uid="1.5.1"
    )
    (tmp_path / "Roe^Rita" / "readme.txt").write_text("not DICOM", encoding="utf-8")
    return run_to_end(scanning_folder(tmp_path, now=NOW))


def test_every_file_is_used_or_skipped_with_a_reason(contents: FolderContents) -> None:
    study = next(each for each in contents.studies if each.study_uid == "1.2.3.4")
    report = study.report

    assert len(report.used) == 5
    assert all(path.startswith("DOE_JANE/P1/") for path in report.used)
    assert report.skipped == (("Roe^Rita/readme.txt", "This is not a DICOM file."),)
    assert report.summary == "5 files used in 1 stack, 1 skipped, 1 warning"


def test_it_reads_as_sentences_with_slice_numbers_and_decoder(contents: FolderContents) -> None:
    study = next(each for each in contents.studies if each.study_uid == "1.2.3.4")

    lines = study.report.sentences

    assert lines[0] == "5 files used in 1 stack, 1 skipped, 1 warning."
    assert "5 slices of 16 x 12 pixels" in lines[1]
    assert (
        "Explicit VR Little Endian, 1.2.840.10008.1.2.1 (read by painmap, unusual files by pydicom "
        in lines[1]
    )
    assert "1 slice is missing, between slices 3 and 4." in lines[2]
    assert lines[3] == "Read all as one. The slices do not follow each other in even steps."
    assert "split where slices are missing" in lines[4]
    assert lines[5] == "The files used have not been hashed yet."
    assert lines[6] == "Skipped Roe^Rita/readme.txt: This is not a DICOM file."


def test_what_is_stored_names_nobody_and_reads_back(contents: FolderContents) -> None:
    for study in contents.studies:
        stored = contents.stored_report(study, KEY)
        report = from_json(stored)

        text = stored.decode().casefold()
        for name in ("doe", "jane", "roe", "rita", '"p1', "p2"):
            assert name not in text
        assert report.identity == identity_hash(study.identity, KEY)
        assert report.summary == study.report.summary
        assert report.scanned_at == "2026-03-04T10:12:00+00:00"
        assert report.stacks[0].key == study.stacks[0].key
        assert to_json(report) == stored


@pytest.mark.parametrize("text", [b"", b"[]", b'{"version": 2}', b'{"version": 1}', b"\xff"])
def test_a_damaged_report_is_said(text: bytes) -> None:
    with pytest.raises(ReportError):
        from_json(text)
