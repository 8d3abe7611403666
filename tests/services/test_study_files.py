"""A moved or changed file is noticed, and said in one sentence; the store keeps old databases."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from painmap.domain.ids import new_id
from painmap.domain.places import Sha256
from painmap.domain.progress import run_to_end
from painmap.domain.study import Agreement, AttachedStudy, IdentityCheck
from painmap.imaging.sources import Source
from painmap.records.database import Database
from painmap.records.study_files import StudyFilesStore
from painmap.services.studies import (
    StudyError,
    StudyOnDisk,
    StudyProblem,
    attached,
    finding_again,
    relocating,
    scanning_folder,
)
from painmap.services.study_files import (
    FileChange,
    Kept,
    StudyFiles,
    checking,
    elsewhere,
    hashing,
    listed,
)
from tests.support import ct

THEN = datetime(2026, 3, 12, 10, tzinfo=UTC)
NEXT_DAY = 86_400 * 10**9


def study(folder: Path) -> StudyOnDisk:
    (found,) = run_to_end(scanning_folder(folder)).studies
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ct.write_series(tmp_path / "disc" / "a", count=4)
    ct.write_series(tmp_path / "disc" / "b", series_uid="1.2.3.4.7", count=3)
    return tmp_path / "disc"


@pytest.fixture
def known(folder: Path) -> StudyFiles:
    disk = study(folder)
    noted = listed(new_id(), folder, disk.stacks, kept=Kept.REFERENCE, at=THEN)
    return run_to_end(hashing(noted))


def check(known: StudyFiles) -> FileChange:
    return run_to_end(checking(known))


def victims(folder: Path) -> list[Path]:
    return sorted((folder / "a").iterdir())


def row_of(disk: StudyOnDisk) -> AttachedStudy:
    unknown = Agreement.UNKNOWN
    compared = IdentityCheck(name=unknown, birth_date=unknown, sex=unknown)
    return attached(disk, origin=disk.origin, identity=compared, import_report=Sha256("0" * 64))


def later(path: Path) -> None:
    os.utime(path, ns=(0, path.stat().st_mtime_ns + NEXT_DAY))


def test_files_that_are_as_they_were_say_nothing(known: StudyFiles) -> None:
    assert len(known.files) == 7
    assert check(known).sentence == ""


def test_a_file_that_was_only_touched_is_the_same(known: StudyFiles, folder: Path) -> None:
    later(victims(folder)[0])

    assert check(known).sentence == ""


def test_changed_files_are_counted_in_one_sentence(known: StudyFiles, folder: Path) -> None:
    for path in victims(folder)[:3]:
        path.write_bytes(path.read_bytes()[:-2] + b"\1\2")
        later(path)

    assert check(known).sentence == (
        "3 of 7 files changed since 12 March 2026: annotations are shown read-only."
    )


def test_files_that_are_gone_are_counted_too(known: StudyFiles, folder: Path) -> None:
    first, second, *_ = victims(folder)
    first.unlink()
    assert check(known).sentence.startswith("1 of 7 files is gone since 12 March 2026:")

    second.write_bytes(b"short")
    assert check(known).sentence == (
        "1 of 7 files changed and 1 is gone since 12 March 2026: annotations are shown read-only."
    )


def test_a_file_of_another_time_whose_hash_was_never_made_counts_as_changed(
    known: StudyFiles, folder: Path
) -> None:
    without = replace(known, files=tuple(replace(file, sha256="") for file in known.files))
    later(victims(folder)[0])

    assert len(check(without).changed) == 1


def test_a_study_that_was_one_file_is_checked_as_that(tmp_path: Path) -> None:
    (path,) = ct.write_series(tmp_path / "one", count=1)
    disk = study(path)

    noted = listed(new_id(), disk.folder, disk.stacks, kept=Kept.REFERENCE, at=THEN)

    assert check(noted).sentence == ""


def test_reopening_says_what_changed(known: StudyFiles, folder: Path) -> None:
    row = row_of(study(folder))
    victims(folder)[0].unlink()

    found = run_to_end(finding_again(row, known=known))

    assert found.disk.changed.startswith("1 of 7 files is gone")


def test_a_study_is_found_at_another_place_by_its_uids(known: StudyFiles, folder: Path) -> None:
    row = row_of(study(folder))
    moved = folder.parent / "elsewhere"
    moved.mkdir()
    # names, times and folders differ; the content is the same
    for number, path in enumerate(sorted(folder.rglob("*"))):
        if path.is_file():
            shutil.copy(path, moved / f"other{number}")
    shutil.rmtree(folder)
    with pytest.raises(StudyError) as caught:
        run_to_end(finding_again(row, known=known))
    assert caught.value.problem is StudyProblem.FOLDER_GONE

    found = run_to_end(relocating(row, Source.of(moved), known=known))

    assert found.disk.changed == ""
    assert found.disk.folder == moved
    noted = elsewhere(known, moved, found.disk.stacks, "")
    assert check(noted).sentence == ""
    assert {file.sha256 for file in noted.files} == {file.sha256 for file in known.files}


def test_what_changed_on_the_way_is_said_now_and_later(known: StudyFiles, folder: Path) -> None:
    row = row_of(study(folder))
    moved = folder.parent / "elsewhere"
    folder.rename(moved)
    first, second, *_ = victims(moved)
    first.unlink()
    second.write_bytes(second.read_bytes()[:-2] + b"\1\2")
    later(second)

    found = run_to_end(relocating(row, moved, known=known))

    assert found.disk.changed.startswith("1 of 7 files changed and 1 is gone since 12 March 2026")
    noted = elsewhere(known, moved, found.disk.stacks, found.disk.changed)
    assert check(noted).sentence == found.disk.changed


@pytest.mark.parametrize("other", ["another study", "other slices"])
def test_a_place_without_the_study_changes_nothing(
    known: StudyFiles, folder: Path, tmp_path: Path, other: str
) -> None:
    row = row_of(study(folder))
    uids = {"study_uid": "1.9"} if other == "another study" else {}
    ct.write_series(tmp_path / "wrong", series_uid="1.2.3.4.99", **uids)  # type: ignore[arg-type]  # one of its fields

    with pytest.raises(StudyError) as caught:
        run_to_end(relocating(row, tmp_path / "wrong", known=known))

    assert caught.value.problem is StudyProblem.NOT_THERE


# --- the store


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database.open(tmp_path / "records")
    yield made
    made.close()


def test_the_list_of_a_study_comes_back_and_is_replaced(
    database: Database, known: StudyFiles
) -> None:
    store = StudyFilesStore(database)
    assert store.of(known.study_id) is None

    store.keep(known)
    assert store.of(known.study_id) == known

    copied = replace(known, kept=Kept.COPY, folder="/store/x", missing=3)
    store.keep(copied)
    assert store.of(known.study_id) == copied
    assert store.folders() == {"/store/x"}

    store.forget(known.study_id)
    assert store.of(known.study_id) is None
