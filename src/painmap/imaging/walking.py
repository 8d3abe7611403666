"""Listing the files below a folder: links are followed, loops end, pipes are not touched."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from painmap.imaging.header import Skipped, SkipReason
from painmap.imaging.memory import FileEntry, FileStamp


def walked(path: Path) -> Iterator[FileEntry | Skipped]:
    """All ordinary files at or below `path`, in the order of their names."""
    if path.is_dir():
        yield from _below(path, set())
        return
    try:
        status = path.stat()
    except OSError as error:
        yield Skipped(path, SkipReason.UNREADABLE, error.strerror or "")
        return
    if stat.S_ISREG(status.st_mode):
        yield FileEntry(path.parent, path.name, FileStamp.of(status))
    else:
        yield Skipped(path, SkipReason.NOT_A_FILE)


def _below(folder: Path, seen: set[tuple[int, int]]) -> Iterator[FileEntry | Skipped]:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in seen:
                yield Skipped(here, SkipReason.LOOP)
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Skipped(here, SkipReason.UNREADABLE_FOLDER, error.strerror or "")
            continue
        folders = []
        for entry in listed:
            try:
                # what was listed may be gone by now, and a link may lead nowhere
                status = entry.stat()
            except OSError:
                yield Skipped(here / entry.name, SkipReason.NOT_A_FILE)
                continue
            if stat.S_ISREG(status.st_mode):
                yield FileEntry(here, entry.name, FileStamp.of(status))
            elif stat.S_ISDIR(status.st_mode):
                folders.append(here / entry.name)
            else:
                # a pipe would hang on reading
                yield Skipped(here / entry.name, SkipReason.NOT_A_FILE)
        waiting += reversed(folders)
