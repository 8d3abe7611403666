"""What a scan may remember of files: imaging says what it needs, the store is elsewhere."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from painmap.imaging.header import Skipped, SliceHeader

Found: TypeAlias = tuple[SliceHeader, ...] | Skipped
"""What a file holds: its slices, or why it is not used."""


STAMP = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")
"""Of a status, what makes a `FileStamp`."""


class FileStamp(NamedTuple):
    """What changes when a file is written to, replaced or put elsewhere.

    Parameters
    ----------
    size : int
        Bytes.
    mtime_ns, ctime_ns : int
        Nanoseconds of the last change of content, and of content or name; the second cannot
        be set back by a copying program. On Windows it is the time of creation.
    inode : int
        0 where the file system does not say.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileStamp":
        return cls._make(STAMP(status))


class FileEntry(NamedTuple):
    """An ordinary file that was listed, with its stamp at that moment.

    A tuple, as the stamp is: thousands of them are made and compared each time a folder is
    looked at.

    Folder and name stand apart: of thousands of files the folder is one object, and a path is
    put together only where a file is opened.
    """

    folder: Path
    name: str
    stamp: FileStamp

    @property
    def path(self) -> Path:
        return self.folder / self.name


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a file with this stamp held.

    Parameters
    ----------
    digest : str
        SHA-256 of its bytes; empty where it was not needed.
    """

    stamp: FileStamp
    found: Found
    digest: str = ""


class Known(NamedTuple):
    """A file of a scan, and what it holds."""

    entry: FileEntry
    what: Remembered


class HeaderMemory(Protocol):
    """Remembers what files held, folder by folder."""

    def recall(self, folder: Path) -> Mapping[str, Remembered]:
        """Give what is remembered of the files of `folder` itself, by their names."""
        ...

    def remember(self, folder: Path, files: Mapping[str, Remembered], *, whole: bool) -> None:
        """Keep what files of `folder` held.

        Parameters
        ----------
        whole : bool
            These are all its files: what was kept of others is dropped.
        """
        ...
