"""What a folder holds, study by study, and how a study and its annotations are found again."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from painmap.domain.places import Sha256
from painmap.domain.progress import run_to_end
from painmap.domain.study import Agreement, AttachedStudy, IdentityCheck, Origin
from painmap.imaging.errors import SeriesError
from painmap.services.anchors import AnchorChange, anchor_for, anchor_state, stack_of
from painmap.services.import_report import from_json
from painmap.services.recent_folders import MOST, RecentFolders
from painmap.services.samples import public_samples
from painmap.services.studies import (
    FolderContents,
    StudyError,
    StudyOnDisk,
    StudyProblem,
    attached,
    reopening,
    scanning_folder,
    shows_same_person,
)
from tests.support import ct

NOW = datetime(2026, 3, 4, 10, 12, tzinfo=UTC)


def scan(folder: Path) -> FolderContents:
    return run_to_end(scanning_folder(folder, now=NOW))


def only_study(folder: Path) -> StudyOnDisk:
    (study,) = scan(folder).studies
    return study


def row_of(study: StudyOnDisk) -> AttachedStudy:
    unknown = Agreement.UNKNOWN
    check = IdentityCheck(name=unknown, birth_date=unknown, sex=unknown)
    return attached(study, origin=study.origin, identity=check, import_report=Sha256("0" * 64))


def test_series_of_one_study_stand_together(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "a", series_uid="1.2.3.4.1")
    ct.write_series(tmp_path / "b", series_uid="1.2.3.4.2", count=4)

    study = only_study(tmp_path)

    assert study.study_uid == "1.2.3.4"
    assert study.study_date == date(2024, 2, 29)
    assert study.modality == "CT"
    assert len(study.stacks) == 2
    assert study.words == "CT of 29 February 2024, Lumbar spine: 2 series, 10 slices"
    assert study.origin is Origin.PERSON
    assert not study.deidentified


def test_a_disc_with_several_persons_asks_which(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "a", name="Doe^Jane", patient_id="P1")
    ct.write_series(
        tmp_path / "b", name="Roe^Rita", patient_id="P2", study_uid="1.5", series_uid="1.5.1"
    )
    ct.write_series(
        tmp_path / "c", name="DOE^JANE", patient_id="P1", study_uid="1.6", series_uid="1.6.1"
    )

    persons = scan(tmp_path).persons

    assert sorted(person.words for person in persons) == [
        "Doe, Jane, born 31 January 1970",
        "Roe, Rita, born 31 January 1970",
    ]
    assert sorted(len(person.studies) for person in persons) == [1, 2]
    assert "Roe" not in repr(persons)


def test_two_persons_under_one_study_uid_are_two_studies(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "a", name="Doe^Jane", patient_id="P1")
    ct.write_series(tmp_path / "b", name="Roe^Rita", patient_id="P2", series_uid="1.2.3.4.2")

    contents = scan(tmp_path)

    assert len(contents.studies) == 2
    assert len(contents.persons) == 2


def test_a_synthetic_study_and_a_public_sample_are_known(tmp_path: Path) -> None:
    known = min(public_samples())
    ct.write_series(tmp_path / "a", synthetic=True)
    ct.write_series(tmp_path / "b", series_uid=known, study_uid="1.5")

    origins = {study.study_uid: study.origin for study in scan(tmp_path).studies}

    assert origins == {"1.2.3.4": Origin.SYNTHETIC, "1.5": Origin.PUBLIC_SAMPLE}


def test_the_soft_axial_stack_with_most_slices_comes_first(tmp_path: Path) -> None:
    def described(words: str, kernel: str = "") -> ct.Callable[[Dataset, int], None]:
        def edit(dataset: Dataset, _: int) -> None:
            dataset.SeriesDescription = words
            dataset.ConvolutionKernel = kernel

        return edit

    made = {
        "soft": {"edit": described("soft tissue"), "count": 6},
        "siemens": {"edit": described("Spine", "B31f"), "count": 5},
        "bone": {"edit": described("bone", "B70f"), "count": 12},
        "sharp": {"edit": described("Spine", "Br64"), "count": 12},
        "canon": {"edit": described("Spine", "FC52"), "count": 12},
        "coronal": {"edit": described("soft"), "directions": ct.CORONAL, "count": 12},
        "uneven": {"edit": described("soft"), "count": 12, "gaps": (3,)},
        "localizer": {"localizer": True, "count": 1},
    }
    for number, (name, options) in enumerate(made.items()):
        ct.write_series(tmp_path / name, series_uid=f"1.2.3.4.{number}", **options)  # type: ignore[arg-type]  # plain options of write_series

    assert only_study(tmp_path).first_stack.series_uid == "1.2.3.4.0"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SeriesError):
        scan(tmp_path / "nowhere")


def test_an_attached_study_is_found_again_by_its_folder(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "ct")
    study = only_study(tmp_path / "ct")

    again = run_to_end(reopening(row_of(study)))

    assert [stack.key for stack in again.stacks] == [stack.key for stack in study.stacks]


def test_a_study_whose_folder_or_files_are_gone_is_said(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "ct")
    row = row_of(only_study(tmp_path / "ct"))

    with pytest.raises(StudyError) as folder_gone:
        run_to_end(reopening(replace(row, folder=str(tmp_path / "nowhere"))))
    with pytest.raises(StudyError) as study_gone:
        run_to_end(reopening(replace(row, study_uid="9.9")))

    assert folder_gone.value.problem is StudyProblem.FOLDER_GONE
    assert study_gone.value.problem is StudyProblem.STUDY_GONE


def test_a_study_that_became_two_persons_is_not_opened_by_itself(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "a")
    row = row_of(only_study(tmp_path))
    ct.write_series(tmp_path / "b", name="Roe^Rita", patient_id="P2", series_uid="1.2.3.4.2")

    with pytest.raises(StudyError) as caught:
        run_to_end(reopening(row))

    assert caught.value.problem is StudyProblem.SEVERAL_PERSONS


def test_the_stored_report_tells_whether_the_files_still_show_the_same_person(
    tmp_path: Path,
) -> None:
    key = b"k" * 32
    ct.write_series(tmp_path / "mine")
    ct.write_series(tmp_path / "same-uids", name="Roe^Rita", patient_id="P2")
    contents = scan(tmp_path / "mine")
    report = from_json(contents.stored_report(contents.studies[0], key))

    assert shows_same_person(only_study(tmp_path / "mine"), report, key)
    assert not shows_same_person(only_study(tmp_path / "same-uids"), report, key)


def test_an_anchor_fits_its_stack_also_when_files_are_renamed(tmp_path: Path) -> None:
    files = ct.write_series(tmp_path / "ct")
    stack = only_study(tmp_path).stacks[0]
    anchor = anchor_for(stack, 2)
    for number, file in enumerate(files):
        file.rename(tmp_path / "ct" / f"renamed-{9 - number}")

    again = only_study(tmp_path).stacks
    state = anchor_state(anchor, stack_of(anchor, again))

    assert anchor.sop_uid == stack.slices[2].sop_uid
    assert anchor.frame_number == 1
    assert state.fits
    assert state.slice_index == 2
    assert state.reason == ""


def test_an_anchor_is_read_only_with_the_reason_when_slices_are_missing(tmp_path: Path) -> None:
    files = ct.write_series(tmp_path / "ct")
    stack = only_study(tmp_path).stacks[0]
    kept, lost = anchor_for(stack, 2), anchor_for(stack, 0)
    files[0].unlink()

    stacks = only_study(tmp_path).stacks
    changed = anchor_state(kept, stack_of(kept, stacks))
    gone = anchor_state(lost, stack_of(lost, stacks))

    assert changed.change is AnchorChange.SERIES_CHANGED
    assert changed.slice_index == 1
    assert gone.change is AnchorChange.SLICE_GONE
    assert gone.slice_index is None
    assert "no longer" in gone.reason


def test_an_anchor_of_another_series_is_not_open(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "ct")
    stacks = only_study(tmp_path).stacks
    anchor = replace(anchor_for(stacks[0], 0), series_uid="7.7")

    assert stack_of(anchor, stacks) is None
    assert anchor_state(anchor, None).change is AnchorChange.NOT_OPEN


def test_recent_folders_keep_the_last_first_and_forget_what_is_gone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    folders = [tmp_path / f"ct{number}" for number in range(MOST + 2)]
    recent = RecentFolders(data)
    assert recent() == ()

    for folder in folders:
        folder.mkdir()
        recent.add(folder)
    recent.add(folders[-3])
    folders[-1].rmdir()

    listed = RecentFolders(data)()
    assert listed[:2] == (folders[-3], folders[-2])
    assert len(listed) == MOST - 1


@pytest.mark.parametrize("text", ["", "[", "3", '{"a": 1}', "[1]"])
def test_a_damaged_list_of_recent_folders_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "recent-folders.json").write_text(text, encoding="utf-8")

    assert RecentFolders(tmp_path)() == ()


@pytest.mark.shared_data
def test_a_real_study_shows_an_axial_block_first_and_asks_whether_it_is_a_sample(
    shared_data: Path,
) -> None:
    study = only_study(shared_data / "lumbar-ct-cc0")

    assert study.deidentified
    assert study.origin is Origin.PERSON
    assert len(study.stacks) == 13
    assert study.words == (
        "CT of 1 February 2018, CT lumbar spine (sample, CC0): 3 series, 172 slices"
    )
    assert study.first_stack.shape[0] == max(
        len(stack.slices) for stack in study.stacks if "axial" in stack.files[0].parent.name
    )
