"""The table of contents of a disc: which files its records name, as far as they are there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import MediaStorageDirectoryStorage

from painmap.imaging.opener import Opener, open_file
from painmap.imaging.reading import quiet_pydicom, read_dataset
from painmap.imaging.tags import integer, text, value

NAME = "DICOMDIR"

_INACTIVE = 0
"""Record In-use Flag of a record that was deleted (PS3.3 F.3.2.2; retired, still written)."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a table of contents names.

    Parameters
    ----------
    files : tuple of Path
        Files that are there, each once, in the order of the records.
    missing : int
        How many it names that are not there, or that would lie outside its folder.
    """

    files: tuple[Path, ...]
    missing: int


def is_dicomdir(path: Path, opener: Opener = open_file) -> bool:
    """Whether a file is a table of contents: by its name, or by what its file meta says."""
    if path.name.rstrip(".").upper() == NAME:
        return True
    try:
        with opener(path) as stream:
            start = stream.read(1024)
    except OSError:
        return False
    return start[128:132] == b"DICM" and MediaStorageDirectoryStorage.encode() in start


def contents_of_dicomdir(path: Path, opener: Opener = open_file) -> Contents | None:
    """Read which files the records name; None when it is damaged or names none.

    Parameters
    ----------
    path : Path
        The DICOMDIR; what it names lies below its folder (PS3.10 8.6).
    """
    try:
        with opener(path) as stream, quiet_pydicom():
            dataset = read_dataset(stream, ["DirectoryRecordSequence"])
            records = list(value(dataset, "DirectoryRecordSequence") or [])
            named = [_file_id(record) for record in records if _is_used(record)]
            size = stream.seek(0, 2)
            cut = any(_points_beyond(record, size) for record in records)
    except Exception:  # noqa: BLE001 - pydicom raises anything on damaged bytes
        return None
    wanted = [each for each in named if each]
    if not wanted or cut:
        return None
    finder = _Finder(path.parent)
    found = [finder.find(each) for each in wanted]
    files = tuple(dict.fromkeys(each for each in found if each is not None))
    return Contents(files, sum(each is None for each in found))


def _is_used(record: Dataset) -> bool:
    return bool(value(record, "RecordInUseFlag") != _INACTIVE)


def _points_beyond(record: Dataset, size: int) -> bool:
    """Whether a record names another that would lie beyond the file: its end is gone."""
    return any(
        (integer(record, keyword) or 0) >= size
        for keyword in (
            "OffsetOfTheNextDirectoryRecord",
            "OffsetOfReferencedLowerLevelDirectoryEntity",
        )
    )


def _file_id(record: Dataset) -> tuple[str, ...]:
    """The components of Referenced File ID; some writers put them into one with separators."""
    found: Any = value(record, "ReferencedFileID")
    if found is None:
        return ()
    parts = text(record, "ReferencedFileID").replace("/", "\\").split("\\")
    return tuple(part.strip(" \0") for part in parts if part.strip(" \0"))


class _Finder:
    """Finds files below a folder, whatever the disc's file system did to their names.

    A disc may show IMG001 as img001, IMG001. or IMG001;1 (ISO 9660), and a copy of it may
    have been given a suffix.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._listed: dict[Path, dict[str, Path]] = {}

    def find(self, parts: tuple[str, ...]) -> Path | None:
        if any(part in (".", "..") or ":" in part for part in parts):
            return None
        exact = self._root.joinpath(*parts)
        if exact.is_file():
            return exact
        here = self._root
        for part in parts:
            step = self._names(here).get(_plain(part))
            if step is None:
                return None
            here = step
        return here if here.is_file() else None

    def _names(self, folder: Path) -> dict[str, Path]:
        if folder not in self._listed:
            names: dict[str, Path] = {}
            try:
                entries = sorted(folder.iterdir())
            except OSError:
                entries = []
            for entry in entries:
                names.setdefault(_plain(entry.stem), entry)
            # a name as it stands goes before one without its suffix
            names |= {_plain(entry.name): entry for entry in entries}
            self._listed[folder] = names
        return self._listed[folder]


def _plain(name: str) -> str:
    return name.partition(";")[0].rstrip(".").casefold()
