"""Copies in the program's own store: whole or not at all, by content, room asked before."""

import errno
import hashlib
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from painmap.domain.progress import run_to_end
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.stack import WarningCode
from painmap.services.keeping import KeptCopy, copying_first, copying_rest
from painmap.services.studies import StudyOnDisk, scanning_folder
from painmap.services.study_store import StoreError, StoreProblem, StudyStore
from tests.support import ct
from tests.support.bad_media import scratched, taken_out


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def store(tmp_path: Path) -> StudyStore:
    (tmp_path / "records").mkdir()
    return StudyStore(tmp_path / "records")


def study(folder: Path) -> StudyOnDisk:
    (found,) = run_to_end(scanning_folder(folder)).studies
    return found


def disc(tmp_path: Path) -> Path:
    ct.write_series(tmp_path / "disc" / "a", count=7)
    ct.write_series(tmp_path / "disc" / "b", series_uid="1.2.3.4.7", count=4)
    return tmp_path / "disc"


def first(store: StudyStore, disk: StudyOnDisk, opener: Opener = open_file) -> KeptCopy:
    return run_to_end(
        copying_first(store, disk, disk.first_stack, opener=opener, word="disc", all_at_once=False)
    )


def rest(store: StudyStore, begun: KeptCopy, opener: Opener = open_file) -> KeptCopy:
    return run_to_end(copying_rest(store, begun, opener=opener, word="disc"))


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_copies_are_named_by_their_content_and_read_as_the_disc_was(
    store: StudyStore, tmp_path: Path
) -> None:
    disk = study(disc(tmp_path))

    kept = rest(store, first(store, disk))

    copies = files_in(store.folder)
    assert len(copies) == 11
    for path in copies:
        assert path.name == f"{hashlib.sha256(path.read_bytes()).hexdigest()}.dcm"
    assert store.holds(kept.disk.folder)
    assert kept.missing == 0
    shutil.rmtree(tmp_path / "disc")
    again = study(kept.disk.folder)
    assert {stack.key for stack in again.stacks} == {stack.key for stack in disk.stacks}
    assert "Doe" not in str(kept.disk.folder)


def test_the_stack_that_is_shown_comes_first_its_middle_before_all(
    store: StudyStore, tmp_path: Path
) -> None:
    disk = study(disc(tmp_path))
    opened: list[Path] = []

    def opener(path: Path) -> Any:
        opened.append(path)
        return open_file(path)

    begun = first(store, disk, opener)

    assert opened[0] == disk.first_stack.slices[3].path
    assert set(opened) == set(disk.first_stack.files)
    assert len(begun.waiting) == begun.missing == 4
    assert begun.stacks_here == (begun.stack,)
    assert begun.stack.key == disk.first_stack.key


def test_copying_again_makes_no_second_copy(store: StudyStore, tmp_path: Path) -> None:
    disk = study(disc(tmp_path))
    first(store, disk)
    before = [(path, path.stat().st_ino) for path in files_in(store.folder)]

    kept = first(store, disk)

    assert [path for path, _ in before] == files_in(store.folder)
    assert not any(each.new for each in kept.copied)


def test_slices_that_the_disc_cannot_give_are_named(store: StudyStore, tmp_path: Path) -> None:
    disk = study(disc(tmp_path))
    stack = disk.first_stack
    bad = scratched([stack.slices[1].path, stack.slices[2].path])

    kept = first(store, disk, bad)

    assert kept.unreadable == "Slices 2 and 3 of tiny could not be read from the disc."
    assert kept.lost == 2
    assert len(kept.stack.slices) == 5
    assert WarningCode.GAP in [each.code for each in kept.stack.warnings]
    assert kept.stack.geometry is None, "no volume is claimed over the gap"
    assert not list(store.folder.rglob("*.part"))


def test_a_disc_that_gives_nothing_is_said(store: StudyStore, tmp_path: Path) -> None:
    disk = study(disc(tmp_path))

    with pytest.raises(StoreError) as caught:
        first(store, disk, scratched(disk.first_stack.files))

    assert caught.value.problem is StoreProblem.NOTHING_READ
    assert files_in(store.folder) == []


def test_a_disc_that_is_taken_out_too_early_leaves_what_was_whole(
    store: StudyStore, tmp_path: Path
) -> None:
    folder = disc(tmp_path)
    begun = first(store, study(folder))

    with pytest.raises(StoreError) as caught:
        rest(store, begun, taken_out(folder, begun.waiting[2]))

    assert caught.value.problem is StoreProblem.MEDIUM_GONE
    assert "Put it in again" in caught.value.hint
    assert set(files_in(store.folder)) == {each.copy for each in begun.copied}


def test_room_is_asked_for_before_anything_is_written(
    store: StudyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = study(disc(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 1000, 1000))

    with pytest.raises(StoreError) as caught:
        first(store, disk)

    assert caught.value.problem is StoreProblem.NO_ROOM
    assert "0.1 GB needed, 0.0 GB free" in caught.value.message
    assert not store.folder.exists()


def test_a_disk_that_fills_up_meanwhile_is_one_sentence_and_leaves_nothing(
    store: StudyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = study(disc(tmp_path))
    calls = []

    def full(number: int) -> None:
        calls.append(number)
        if len(calls) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(StoreError) as caught:
        first(store, disk)

    assert caught.value.problem is StoreProblem.NO_ROOM
    assert files_in(store.folder) == []


def test_a_copy_that_is_stopped_leaves_nothing(store: StudyStore, tmp_path: Path) -> None:
    disk = study(disc(tmp_path))
    job = copying_first(
        store, disk, disk.first_stack, opener=open_file, word="disc", all_at_once=True
    )
    for _ in range(9):
        next(job)
    assert files_in(store.folder)

    job.close()

    assert files_in(store.folder) == []


def test_a_study_that_was_there_before_is_left_by_a_copy_that_fails(
    store: StudyStore, tmp_path: Path
) -> None:
    disk = study(disc(tmp_path))
    first(store, disk)
    before = files_in(store.folder)

    with pytest.raises(StoreError):
        first(store, disk, scratched(disk.first_stack.files))

    assert files_in(store.folder) == before


def test_a_file_that_two_stacks_share_is_copied_once(store: StudyStore, tmp_path: Path) -> None:
    folder = tmp_path / "disc"
    folder.mkdir()
    ct.write_enhanced(folder / "enhanced")
    disk = study(folder)

    kept = rest(store, first(store, disk))

    assert len(files_in(store.folder)) == 1
    assert len(kept.disk.stacks) == len(disk.stacks)


def test_a_study_can_be_removed(store: StudyStore, tmp_path: Path) -> None:
    disk = study(disc(tmp_path))
    kept = first(store, disk)

    store.remove(tmp_path / "disc")
    store.remove(kept.disk.folder)

    assert files_in(store.folder) == []
    assert len(files_in(tmp_path / "disc")) == 11


def test_two_persons_under_one_uid_are_never_kept_in_one_folder(
    store: StudyStore, tmp_path: Path
) -> None:
    ct.write_series(tmp_path / "a", name="Doe^Jane", patient_id="P1")
    ct.write_series(tmp_path / "b", name="Roe^Rita", patient_id="P2")
    folders = {first(store, study(tmp_path / each)).disk.folder for each in ("a", "b")}

    assert len(folders) == 2
