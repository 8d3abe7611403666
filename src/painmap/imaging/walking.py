"""Listing the files below a folder: links are followed, loops end, pipes are not touched."""

import os
import stat
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from painmap.imaging.header import Skipped, SkipReason
from painmap.imaging.memory import STAMP, FileEntry, FileStamp

LISTED_AT_ONCE = 200
"""Files of a folder that are given together: between two of these a listing can be stopped."""

BY_NUMBER = os.scandir in os.supports_fd
"""Whether an open folder can be listed: its path is then not looked up for each file."""


class Listed(NamedTuple):
    """Some of what lies in a folder.

    Parameters
    ----------
    folder : Path
    files : dict of str to FileEntry
        By name, in the order of the names.
    skipped : list of Skipped
        What is no file to be read.
    """

    folder: Path
    files: dict[str, FileEntry]
    skipped: list[Skipped]


def walked(path: Path) -> Iterator[Listed]:
    """All ordinary files at or below `path`, in the order of their names, some at a time."""
    if path.is_dir():
        yield from _below(path, set())
        return
    try:
        status = path.stat()
    except OSError as error:
        yield Listed(path.parent, {}, [Skipped(path, SkipReason.UNREADABLE, error.strerror or "")])
        return
    if stat.S_ISREG(status.st_mode):
        entry = FileEntry(path.parent, path.name, FileStamp.of(status))
        yield Listed(path.parent, {path.name: entry}, [])
    else:
        yield Listed(path.parent, {}, [Skipped(path, SkipReason.NOT_A_FILE)])


def _below(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Listed]:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in seen:
                yield Listed(here, {}, [Skipped(here, SkipReason.LOOP)])
                continue
            seen.add((status.st_dev, status.st_ino))
            place = os.open(here, os.O_RDONLY) if BY_NUMBER else None
        except OSError as error:
            yield _closed(here, error)
            continue
        folders: list[Path] = []
        try:
            with os.scandir(here if place is None else place) as entries:
                listed = sorted(entries, key=_name)
            for start in range(0, len(listed), LISTED_AT_ONCE):
                yield _looked_at(here, listed[start : start + LISTED_AT_ONCE], folders)
        except OSError as error:
            yield _closed(here, error)
        finally:
            if place is not None:
                os.close(place)
        waiting += reversed(folders)


def _closed(folder: Path, error: OSError) -> Listed:
    """A folder that cannot be listed."""
    why = Skipped(folder, SkipReason.UNREADABLE_FOLDER, error.strerror or "")
    return Listed(folder, {}, [why])


_name = attrgetter("name")

_new = tuple.__new__
"""Makes the entries of thousands of files in half the time of their constructors."""


def _looked_at(here: Path, entries: "list[os.DirEntry[str]]", folders: list[Path]) -> Listed:
    """What entries of a folder are; folders among them are added to `folders`."""
    files: dict[str, FileEntry] = {}
    skipped: list[Skipped] = []
    for entry in entries:
        name = entry.name
        try:
            # what was listed may be gone by now, and a link may lead nowhere
            status = entry.stat()
        except OSError:
            skipped.append(Skipped(here / name, SkipReason.NOT_A_FILE))
            continue
        if stat.S_ISREG(status.st_mode):
            files[name] = _new(FileEntry, (here, name, _new(FileStamp, STAMP(status))))
        elif stat.S_ISDIR(status.st_mode):
            folders.append(here / name)
        else:
            # a pipe would hang on reading
            skipped.append(Skipped(here / name, SkipReason.NOT_A_FILE))
    return Listed(here, files, skipped)
