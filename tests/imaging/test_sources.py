"""What was offered becomes files: lists, tables of contents, archives, and what is refused."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from painmap.domain.progress import run_to_end
from painmap.imaging.archive import Limits, leads_out
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.header import SkipReason
from painmap.imaging.opener import open_file
from painmap.imaging.scan import ScanResult, scanning
from painmap.imaging.sources import Source, gathering
from painmap.imaging.thumbnail import thumbnailing
from tests.support import ct
from tests.support.bad_media import Throttle


def scan(*paths: Path, workspace: Path | None = None) -> ScanResult:
    return run_to_end(scanning(Source.of(*paths), workspace=workspace))


def room(tmp_path: Path) -> Path:
    made = tmp_path / "room"
    made.mkdir()
    return made


def zipped(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def problem(source: Path, tmp_path: Path, limits: Limits | None = None) -> SeriesProblem:
    with pytest.raises(SeriesError) as caught:
        run_to_end(
            gathering(Source.of(source), workspace=room(tmp_path), limits=limits or Limits())
        )
    return caught.value.problem


# --- several at once


def test_everything_that_was_dropped_is_one_scan(tmp_path: Path) -> None:
    first = ct.write_series(tmp_path / "a", count=3)
    ct.write_series(tmp_path / "b", series_uid="1.2.3.4.7", count=4)
    (tmp_path / "letter.txt").write_text("not a picture")

    found = scan(*first, tmp_path / "b", tmp_path / "letter.txt", tmp_path / "b")

    assert sorted(len(stack.slices) for stack in found.stacks) == [3, 4]
    assert [one.reason for one in found.skipped] == [SkipReason.NOT_DICOM]
    assert found.root == tmp_path


def test_a_file_below_a_dropped_folder_counts_once(tmp_path: Path) -> None:
    paths = ct.write_series(tmp_path / "a", count=3)

    assert Source.of(tmp_path / "a", paths[0]).paths == (tmp_path / "a",)
    assert len(scan(tmp_path / "a", paths[0]).used) == 3


def test_nothing_offered_is_said() -> None:
    with pytest.raises(SeriesError) as caught:
        Source.of()
    assert caught.value.problem is SeriesProblem.NOTHING_OFFERED


# --- DICOMDIR


def disc(folder: Path) -> Path:
    """A copy of pydicom's file set: 31 files of several persons below a DICOMDIR."""
    whole = Path(str(get_testdata_file("dicomdirtests/DICOMDIR"))).parent
    for name in ("DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-nooffset"):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((whole / name).read_bytes())
    for part in ("77654033", "98892001", "98892003"):
        for file in (whole / part).rglob("*"):
            if file.is_file():
                target = folder / file.relative_to(whole)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
    return folder


@pytest.mark.parametrize(
    "name", ["DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-nooffset"]
)
def test_the_files_that_a_dicomdir_names_are_read(tmp_path: Path, name: str) -> None:
    folder = disc(tmp_path / "disc")
    (folder / "autorun.exe").write_bytes(b"MZ")

    found = scan(folder / name)

    assert found.notes == ()
    read = {*found.used, *(one.path for one in found.skipped)}
    assert len(read) == 32, "the 31 files that it names, and itself"
    assert found.root == folder
    assert found.used == scan(folder).used


def test_a_disc_whose_names_have_another_case_is_read(tmp_path: Path) -> None:
    folder = disc(tmp_path / "disc")
    for file in [each for each in (folder / "98892001").rglob("*") if each.is_file()]:
        file.rename(file.with_name(f"{file.name};1"))
    (folder / "98892001" / "CT2N").rename(folder / "98892001" / "ct2n")

    found = scan(folder / "DICOMDIR")

    assert found.notes == ()
    assert any("ct2n" in str(path) for path in found.used)


@pytest.mark.parametrize("damage", ["missing", "cut", "empty", "garbage", "outside"])
def test_a_dicomdir_that_is_not_to_be_trusted_is_left_for_a_scan(
    tmp_path: Path, damage: str
) -> None:
    folder = disc(tmp_path / "disc")
    table = folder / "DICOMDIR"
    whole = scan(folder).used
    match damage:
        case "missing":
            gone = whole[0]
            gone.unlink()
            whole = whole[1:]
        case "cut":
            table.write_bytes(table.read_bytes()[:3000])
        case "empty":
            table.write_bytes(b"")
        case "garbage":
            table.write_bytes(os.urandom(4000))
        case _:
            content = table.read_bytes()
            assert content.count(b"98892003\\MR1\\15820") == 1
            outside = b"..\\..\\..\\..\\..\\secret"
            named = b"98892003\\MR1\\15820"
            table.write_bytes(content.replace(named, outside[: len(named)].ljust(len(named))))

    found = scan(table)

    assert found.used == whole
    (note,) = found.notes
    assert note.endswith("its folder was looked through instead.")


@pytest.mark.shared_data
def test_every_dicomdir_of_the_real_cases_gives_what_a_scan_gives(shared_data: Path) -> None:
    folder = shared_data / "dicom-cases" / "09_dicomdir"
    for table in sorted(folder.glob("DICOMDIR*")):
        found = scan(table)
        assert len(found.stacks) > 0, table.name
        assert bool(found.notes) == ("empty" in table.name)
    tiny = scan(folder / "TINY_ALPHA" / "DICOMDIR")
    assert len({*tiny.used, *(one.path for one in tiny.skipped)}) == 51


# --- archives


def test_an_archive_is_read_as_its_folder_is(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc" / "deep" / "er")
    (tmp_path / "disc" / "letter.txt").write_text("hello")

    found = scan(zipped(tmp_path / "ct.zip", tmp_path / "disc"), workspace=room(tmp_path))

    (stack,) = found.stacks
    assert len(stack.slices) == 6
    assert found.unpacked
    (skipped,) = found.skipped
    assert skipped.reason is SkipReason.NOT_DICOM
    assert skipped.path == tmp_path / "ct.zip" / "letter.txt"


def test_an_archive_is_known_by_its_content(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc")
    archive = zipped(tmp_path / "IMG001", tmp_path / "disc")

    assert len(scan(archive, workspace=room(tmp_path)).stacks) == 1


def test_an_archive_inside_an_archive_or_a_folder_is_named(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc")
    zipped(tmp_path / "disc" / "inner.zip", tmp_path / "disc")

    in_folder = scan(tmp_path / "disc")
    archive = zipped(tmp_path / "outer.zip", tmp_path / "disc")
    in_archive = scan(archive, workspace=room(tmp_path))

    for found in (in_folder, in_archive):
        assert len(found.stacks) == 1
        assert [one.reason for one in found.skipped] == [SkipReason.ARCHIVE]
    assert in_archive.skipped[0].path == archive / "inner.zip"


NAMES_OUT = ["../out", "a/../../out", "/out", "C:/out", "..\\out", "C:\\out", "a\\..\\..\\out"]


@pytest.mark.parametrize("name", NAMES_OUT)
def test_no_entry_leaves_the_target(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr(name, b"outside")
        made.writestr("good.txt", b"inside")
    before = set(tmp_path.rglob("*"))

    found = scan(archive, workspace=room(tmp_path))

    assert SkipReason.OUTSIDE in [one.reason for one in found.skipped]
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert {path.name for path in new} == {"good.txt"}


@given(st.lists(st.text(max_size=20), max_size=6))
def test_whatever_its_entries_are_called_nothing_is_written_elsewhere(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    tmp_path = tmp_path_factory.mktemp("names")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for number, name in enumerate(names):
            entry = zipfile.ZipInfo("x")
            entry.filename = name or "x"
            try:
                made.writestr(entry, f"{number}")
            except UnicodeEncodeError:
                continue
            except UserWarning:  # two of one name
                continue
        made.writestr("last", b"there")
    archive = tmp_path / "a.zip"
    archive.write_bytes(content.getvalue())
    space = room(tmp_path)
    try:
        gathered = run_to_end(gathering(Source.of(archive), workspace=space))
    except SeriesError as error:
        assert error.problem is SeriesProblem.ARCHIVE_DAMAGED  # noqa: PT017 - one of two ends
        return
    assert set(tmp_path.iterdir()) == {archive, space}
    for entry in gathered.files:
        assert space in entry.path.resolve().parents


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as made:
        link = zipfile.ZipInfo("link")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, str(secret))

    found = scan(archive, workspace=room(tmp_path))

    assert [one.reason for one in found.skipped] == [SkipReason.LINK]
    assert list((tmp_path / "room").rglob("link")) == []


def locked(archive: Path, names: set[str] | None = None) -> Path:
    """Set the flag that says an entry is encrypted, in both of its headers."""
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as made:
        entries = made.infolist()
    for entry in entries:
        if names is None or entry.filename in names:
            content[entry.header_offset + 6] |= 1
            at = content.index(b"PK\x01\x02")
            while content[at + 46 : at + 46 + len(entry.filename)] != entry.filename.encode():
                at = content.index(b"PK\x01\x02", at + 4)
            content[at + 8] |= 1
    archive.write_bytes(content)
    return archive


def test_a_locked_archive_is_said_plainly(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc")

    archive = locked(zipped(tmp_path / "a.zip", tmp_path / "disc"))

    assert problem(archive, tmp_path) is SeriesProblem.ARCHIVE_LOCKED


def test_a_locked_entry_is_skipped(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc")
    (tmp_path / "disc" / "locked").write_text("hidden")

    archive = locked(zipped(tmp_path / "a.zip", tmp_path / "disc"), {"locked"})
    found = scan(archive, workspace=room(tmp_path))

    assert len(found.stacks) == 1
    assert [one.reason for one in found.skipped] == [SkipReason.ENCRYPTED]


def test_a_bomb_is_refused_by_what_it_says(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", bytes(1 << 20))

    limits = Limits(ratio_from=1 << 16)

    assert problem(archive, tmp_path, limits) is SeriesProblem.ARCHIVE_BOMB
    assert list((tmp_path / "room" / "archive1").iterdir()) == []


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_grows(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", bytes(8 << 20))
    content = bytearray(archive.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<L", 1000)
    content[22:26] = struct.pack("<L", 1000)
    archive.write_bytes(content)

    found = scan(archive, workspace=room(tmp_path))

    # zipfile gives no more than what was declared, and finds that the sum is wrong
    assert [one.reason for one in found.skipped] == [SkipReason.ARCHIVE_DAMAGED]
    written = sum(p.stat().st_size for p in (tmp_path / "room").rglob("*") if p.is_file())
    assert written == 0


def test_entries_that_share_their_bytes_are_a_bomb(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a", bytes(range(256)) * 40)
        made.writestr("b", bytes(range(256)) * 40)
    content = bytearray(archive.read_bytes())
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[second + 42 : second + 46] = struct.pack("<L", 0)
    archive.write_bytes(content)

    assert problem(archive, tmp_path) is SeriesProblem.ARCHIVE_BOMB


def test_too_many_entries_and_too_many_bytes_are_refused(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc")
    archive = zipped(tmp_path / "a.zip", tmp_path / "disc")

    assert problem(archive, tmp_path, Limits(entries=5)) is SeriesProblem.ARCHIVE_CROWDED
    (tmp_path / "room" / "archive1").rmdir()
    (tmp_path / "room").rmdir()
    assert problem(archive, tmp_path, Limits(total=2000)) is SeriesProblem.ARCHIVE_BOMB


def test_a_disk_without_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc")
    archive = zipped(tmp_path / "a.zip", tmp_path / "disc")

    assert problem(archive, tmp_path, Limits(spare=1 << 60)) is SeriesProblem.NO_ROOM


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_an_archive_that_is_cut_short_is_said(tmp_path: Path, kept: float) -> None:
    ct.write_series(tmp_path / "disc")
    archive = zipped(tmp_path / "a.zip", tmp_path / "disc")
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * kept)])

    assert problem(archive, tmp_path) is SeriesProblem.ARCHIVE_DAMAGED


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_never_ends_in_a_fault(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int
) -> None:
    tmp_path = tmp_path_factory.mktemp("bytes")
    ct.write_series(tmp_path / "disc", count=2)
    archive = zipped(tmp_path / "a.zip", tmp_path / "disc")
    content = bytearray(archive.read_bytes())
    content[at % len(content)] = value
    archive.write_bytes(content)

    try:
        found = scan(archive, workspace=room(tmp_path))
    except SeriesError:
        return
    assert len(found.used) + len(found.skipped) > 0


def test_a_damaged_entry_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as made:
        for file in sorted((tmp_path / "disc").iterdir()):
            made.write(file, file.name)
    content = bytearray(archive.read_bytes())
    content[1200] ^= 0xFF
    archive.write_bytes(content)

    found = scan(archive, workspace=room(tmp_path))

    assert len(found.used) == 5
    assert [one.reason for one in found.skipped] == [SkipReason.ARCHIVE_DAMAGED]


def test_names_that_no_file_system_takes_are_unpacked_all_the_same(tmp_path: Path) -> None:
    paths = ct.write_series(tmp_path / "disc", count=4)
    archive = tmp_path / "a.zip"
    names = ["CON", "a" * 300, "x?<>|.dcm", "X?<>|.DCM"]
    with zipfile.ZipFile(archive, "w") as made:
        for path, name in zip(paths, names, strict=True):
            made.write(path, name)

    assert len(scan(archive, workspace=room(tmp_path)).used) == 4


@pytest.mark.parametrize("name", ["a/b", "a..b", "...", "deep/er/file.dcm", "a\\b"])
def test_ordinary_names_do_not_lead_out(name: str) -> None:
    assert not leads_out(name)


# --- how files are opened


def test_every_file_is_opened_through_the_one_seam(tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc")
    opened: list[Path] = []

    def opener(path: Path) -> BinaryIO:
        opened.append(path)
        return open_file(path)

    found = run_to_end(scanning(tmp_path / "disc", opener=opener))

    assert set(opened) == set(found.used)


DISC_RATE = 3e6
"""Bytes a second of an old drive."""


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless])
def test_a_list_needs_the_first_bytes_of_each_file_only(tmp_path: Path, syntax: str) -> None:
    slices = 8

    def packed(dataset: Dataset, _: int) -> None:
        if syntax != ExplicitVRLittleEndian:
            dataset.file_meta = FileMetaDataset()
            dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            dataset.compress(syntax, generate_instance_uid=False)

    ct.write_series(
        tmp_path / "disc",
        count=slices,
        rows=512,
        columns=512,
        transfer_syntax=syntax,
        edit=packed,
        field=lambda x, y, z: np.rint(200 * np.sin(x * 9) * np.cos(y * 7) + z),
    )
    waited: list[float] = []
    medium = Throttle(DISC_RATE, waited.append)

    (stack,) = run_to_end(scanning(tmp_path / "disc", opener=medium)).stacks

    # 400 slices in 5 s are 37 kB each; what a scanner's private tags take is left to it
    assert medium.bytes / slices < 24_000
    assert 400 / slices * sum(waited) < 3.5
    before = medium.bytes
    run_to_end(thumbnailing(stack, opener=medium))
    largest = max(path.stat().st_size for path in stack.files)
    assert medium.bytes - before < 2 * largest, "one picture needs one file"


def test_an_entry_whose_name_is_empty_is_left_out(tmp_path: Path) -> None:
    archive = tmp_path / "odd.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("abc", b"nameless")
    archive.write_bytes(archive.read_bytes().replace(b"abc", b"\0bc"))

    found = scan(archive, workspace=room(tmp_path))

    assert [one.reason for one in found.skipped] == [SkipReason.OUTSIDE]
