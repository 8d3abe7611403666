"""A second look at a folder: nearly free, and right whatever happened to the files."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from painmap.domain.progress import run_to_end
from painmap.imaging import scan as scan_module
from painmap.imaging import scan_codec
from painmap.imaging.header import SliceHeader
from painmap.imaging.header_reader import HeaderReader
from painmap.imaging.scan import ScanResult, scanning
from painmap.imaging.sources import Source
from painmap.records.database import FILE_NAME, Database
from painmap.services.media import Medium, MediumKind
from painmap.services.series_index import MOST_DAYS, SeriesIndex
from painmap.services.studies import scanning_folder
from tests.support import ct


class Shelf:
    """An index over a database of its own, and how many files a scan had to read."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.today = date(2026, 3, 4)
        self.database = Database.open(folder)
        self.index = SeriesIndex(self.database, today=lambda: self.today)
        self.keeps = True
        self.read: list[Path] = []
        read = HeaderReader.read

        def counted(reader: HeaderReader, path: Path, *, size: int | None = None) -> object:
            self.read.append(path)
            return read(reader, path, size=size)

        monkeypatch.setattr(HeaderReader, "read", counted)
        # files of a test are younger than two seconds
        monkeypatch.setattr(scan_module, "UNSETTLED_NS", -(10**18))

    def scan(self, *paths: Path) -> ScanResult:
        """Scan with the index; the same has to come out without it."""
        self.read.clear()
        found = run_to_end(scanning(Source.of(*paths), memory=self.index))
        read = list(self.read)
        if self.keeps:
            for path in paths:
                self.index.keep(path if path.is_dir() else path.parent)
            # another start of the program
            self.index = SeriesIndex(self.database, today=lambda: self.today)
        assert found == run_to_end(scanning(Source.of(*paths)))
        self.read[:] = read
        return found


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "records", monkeypatch)
    yield made
    made.database.close()


def disc(tmp_path: Path) -> Path:
    ct.write_series(tmp_path / "disc" / "a", count=4)
    ct.write_series(tmp_path / "disc" / "b", series_uid="1.2.3.4.7", count=3)
    (tmp_path / "disc" / "letter.txt").write_text("not a picture")
    return tmp_path / "disc"


def test_an_unchanged_folder_is_not_read_again(shelf: Shelf, tmp_path: Path) -> None:
    folder = disc(tmp_path)

    first = shelf.scan(folder)
    assert len(shelf.read) == 8
    second = shelf.scan(folder)

    assert shelf.read == []
    assert second == first


def test_a_scan_of_exactly_the_same_files_is_not_sorted_again(shelf: Shelf, tmp_path: Path) -> None:
    folder = disc(tmp_path)
    first = run_to_end(scanning(folder, memory=shelf.index))

    assert run_to_end(scanning(folder, memory=shelf.index)) is first
    touched(sorted((folder / "a").iterdir())[0])
    assert run_to_end(scanning(folder, memory=shelf.index)) is not first
    shelf.index.forget(folder / "a")
    assert run_to_end(scanning(folder, memory=shelf.index)) is not first


def test_after_another_start_no_header_is_unpacked_before_a_slice_is_asked_for(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of series is all that a second look at a folder costs."""
    folder = disc(tmp_path)
    whole = shelf.scan(folder)
    unpacked: list[type] = []
    unpack = scan_codec.unpacked_parts
    monkeypatch.setattr(
        scan_codec,
        "unpacked_parts",
        lambda content, kind: unpacked.append(kind) or unpack(content, kind),
    )

    contents = run_to_end(scanning_folder(folder, memory=shelf.index))
    said = [(study.words, study.first_stack.shape, len(study.stacks)) for study in contents.studies]
    keys = [stack.key for study in contents.studies for stack in study.stacks]

    assert unpacked == [SliceHeader]  # the first slice of each stack, together
    assert [stack.key for stack in whole.stacks] == keys
    assert [(shape, count) for _, shape, count in said] == [((4, 12, 16), 2)]
    second = contents.studies[0].stacks[0].slices[1]
    assert second == whole.stacks[0].slices[1]
    assert unpacked == [SliceHeader, SliceHeader]


def test_a_list_that_was_kept_is_forgotten_with_any_folder_of_it(
    shelf: Shelf, tmp_path: Path
) -> None:
    folder = disc(tmp_path)
    shelf.scan(folder)

    shelf.index.forget(folder / "b")
    shelf.scan(folder)

    assert [path.parent.name for path in shelf.read] == ["b"] * 3


def test_nothing_is_stored_before_it_may_be_and_the_session_remembers_all_the_same(
    shelf: Shelf, tmp_path: Path
) -> None:
    folder = disc(tmp_path)
    shelf.keeps = False
    found = shelf.scan(folder)
    run_to_end(shelf.index.thumbnailing(found.stacks[0]))

    shelf.scan(folder)

    assert shelf.read == []
    assert shelf.index.thumbnail(found.stacks[0]) is not None
    with shelf.database.reading() as connection:
        for table in ("folder_index", "scan_index", "thumbnail"):
            count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}")  # noqa: S608 - ours
            assert count.scalar() == 0


def replaced_by_other_bytes(path: Path) -> None:
    """Write other content of the same size, with the same time."""
    status = path.stat()
    content = path.read_bytes()
    path.write_bytes(content.replace(b"1.2.3.4.7", b"1.2.3.4.8"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size


def replaced_by_another_file(path: Path) -> None:
    """Put another file of the same size and time in its place."""
    status = path.stat()
    beside = path.with_name("beside")
    beside.write_bytes(path.read_bytes().replace(b"1.2.3.4.7", b"1.2.3.4.8"))
    os.utime(beside, ns=(status.st_atime_ns, status.st_mtime_ns))
    beside.replace(path)


def touched(path: Path) -> None:
    os.utime(path)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:400])


@pytest.mark.parametrize(
    "change", [replaced_by_other_bytes, replaced_by_another_file, touched, cut]
)
def test_a_file_that_changed_is_read_again(
    shelf: Shelf, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    folder = disc(tmp_path)
    before = shelf.scan(folder)
    victim = sorted((folder / "b").iterdir())[0]

    change(victim)
    after = shelf.scan(folder)

    assert shelf.read == [victim]
    assert (after == before) == (change is touched)
    shelf.scan(folder)
    assert shelf.read == []


def test_files_that_vanish_come_or_move_are_noticed(shelf: Shelf, tmp_path: Path) -> None:
    folder = disc(tmp_path)
    shelf.scan(folder)

    sorted((folder / "a").iterdir())[0].unlink()
    shelf.scan(folder)
    assert shelf.read == []

    ct.write_series(folder / "a" / "new", series_uid="1.2.3.4.9", count=2)
    shelf.scan(folder)
    assert len(shelf.read) == 2

    (folder / "a").rename(folder / "z")
    found = shelf.scan(folder)
    assert len(shelf.read) == 5, "a folder that was moved is another one"
    assert not any(path.is_relative_to(folder / "a") for path in found.used)


def test_a_single_file_does_not_make_the_index_forget_the_others(
    shelf: Shelf, tmp_path: Path
) -> None:
    folder = disc(tmp_path)
    shelf.scan(folder)
    one = sorted((folder / "a").iterdir())[0]

    touched(one)
    shelf.scan(one)
    shelf.scan(folder)

    assert shelf.read == []


def test_a_file_that_was_written_a_moment_ago_is_not_trusted(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_module, "UNSETTLED_NS", 2_000_000_000)
    folder = disc(tmp_path)

    shelf.scan(folder)
    shelf.scan(folder)

    assert len(shelf.read) == 8


def test_copies_are_found_without_hashing_them_again(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = disc(tmp_path)
    shutil.copytree(folder / "b", folder / "c")
    first = run_to_end(scanning(folder, memory=shelf.index))

    def refuse(*_: object) -> str:
        raise AssertionError("hashed again")

    monkeypatch.setattr(scan_module, "_digest", refuse)
    shelf.index.keep(folder)
    afresh = SeriesIndex(shelf.database, today=lambda: shelf.today)
    second = run_to_end(scanning(folder, memory=afresh))

    assert second == first
    assert sum(one.reason.name == "IDENTICAL_COPY" for one in second.skipped) == 3


def test_a_scan_that_was_stopped_goes_on_where_it_was(shelf: Shelf, tmp_path: Path) -> None:
    folder = disc(tmp_path)
    job = scanning(folder, memory=shelf.index)
    while len(shelf.read) < 7:
        next(job)
    job.close()

    shelf.scan(folder)

    # a folder is kept when it is done: the text beside the folders and the first of them
    assert len(shelf.read) == 3


def test_a_disc_is_never_looked_up_since_another_has_the_same_paths(
    shelf: Shelf, tmp_path: Path
) -> None:
    folder = disc(tmp_path)

    def detect(_: Path) -> Medium:
        return Medium(MediumKind.DISC)

    for _ in range(2):
        run_to_end(scanning_folder(folder, memory=shelf.index, detect=detect))

    assert len(shelf.read) == 16


def test_what_was_not_seen_for_long_is_forgotten(shelf: Shelf, tmp_path: Path) -> None:
    folder = disc(tmp_path)
    shelf.scan(folder)

    shelf.today += timedelta(days=MOST_DAYS)
    shelf.scan(folder)
    assert shelf.read == [], "seen on the last day"

    shelf.today += timedelta(days=MOST_DAYS + 1)
    shelf.scan(folder)
    assert len(shelf.read) == 8


def test_a_folder_is_forgotten_with_all_below_it_and_its_names(
    shelf: Shelf, tmp_path: Path
) -> None:
    folder = disc(tmp_path)
    ct.write_series(tmp_path / "disc2", name="Roe^Rita", series_uid="1.5.1", study_uid="1.5")
    shelf.scan(folder)
    shelf.scan(tmp_path / "disc2")

    shelf.index.forget(folder)
    shelf.scan(tmp_path / "disc2")
    assert shelf.read == [], "a folder whose name only begins alike is kept"
    shelf.scan(folder)
    assert len(shelf.read) == 8

    shelf.index.forget(folder)
    shelf.index.forget(tmp_path / "disc2")
    with shelf.database.writing() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM folder_index").scalar() == 0


def test_names_in_the_index_are_encrypted_where_the_database_is(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc", name="Doe^Unmistakable")
    names = {}
    for place, key in (("plain", None), ("locked", bytes(32))):
        database = Database.open(tmp_path / place, key=key)
        index = SeriesIndex(database, today=lambda: date(2026, 3, 4))
        scan_module.UNSETTLED_NS, before = -(10**18), scan_module.UNSETTLED_NS
        try:
            run_to_end(scanning(tmp_path / "disc", memory=index))
            index.keep(tmp_path / "disc")
        finally:
            scan_module.UNSETTLED_NS = before
        database.close()
        names[place] = b"Unmistakable" in (tmp_path / place / FILE_NAME).read_bytes()

    assert names == {"plain": True, "locked": False}


def test_an_index_of_another_program_version_is_made_anew(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = disc(tmp_path)
    shelf.scan(folder)

    for name in ("FORM", "SCAN_FORM"):
        monkeypatch.setattr(f"painmap.services.series_index.{name}", "another form 16c")
    shelf.scan(folder)

    assert len(shelf.read) == 8


def test_a_damaged_row_is_read_anew(shelf: Shelf, tmp_path: Path) -> None:
    folder = disc(tmp_path)
    shelf.scan(folder)
    with shelf.database.writing() as connection:
        for table in ("folder_index", "scan_index"):
            connection.exec_driver_sql(f"UPDATE {table} SET body = x'00ff'")  # noqa: S608 - ours

    shelf.scan(folder)

    assert len(shelf.read) == 8


def test_a_database_that_is_busy_does_not_stop_a_scan(
    shelf: Shelf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = disc(tmp_path)
    caplog.set_level("INFO")
    hasty = Database.open(shelf.folder, busy_seconds=0.01)
    index = SeriesIndex(hasty, today=lambda: date(2026, 3, 4))

    with shelf.database.writing():
        found = run_to_end(scanning(folder, memory=index))
        index.keep(folder)

    hasty.close()
    assert len(found.stacks) == 2
    assert "the index is not written: LOCKED" in caplog.text
    assert "Doe" not in caplog.text
    assert str(tmp_path) not in caplog.text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_folder_whose_name_is_no_text_is_scanned_without_the_index(
    shelf: Shelf, tmp_path: Path
) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe"))
    ct.write_series(folder, count=2)

    assert len(shelf.scan(folder).used) == 2


# --- thumbnails


def test_a_thumbnail_is_made_once_and_kept_by_content(shelf: Shelf, tmp_path: Path) -> None:
    folder = disc(tmp_path)
    stack = shelf.scan(folder).stacks[0]
    assert shelf.index.thumbnail(stack) is None

    made = run_to_end(shelf.index.thumbnailing(stack))
    shelf.index.keep(folder, (stack.study_uid,))
    shutil.move(folder, tmp_path / "elsewhere")
    moved = shelf.scan(tmp_path / "elsewhere").stacks[0]
    kept = shelf.index.thumbnail(moved)

    assert kept is not None
    assert (kept.pixels == made.pixels).all()
    # 12 x 16 pixels of 0.9 x 0.6 mm: 10.8 x 9.6 mm
    assert made.pixels.shape == (96, 85)
    assert not made.pixels.flags.writeable
    shelf.index.forget(tmp_path / "elsewhere", (stack.study_uid,))
    assert shelf.index.thumbnail(moved) is None
