"""Writes files whole or not at all: beside, forced to the disk, then renamed."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from painmap.exchange.errors import ExportError, ExportProblem


def write_folder(parent: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Write a new folder with `files` into `parent`; another number if the name is taken.

    Raises
    ------
    ExportError
        It could not be written; nothing of it is left.
    """
    if not parent.is_dir():
        taken = parent.exists()
        raise ExportError(ExportProblem.NOT_A_FOLDER if taken else ExportProblem.GONE)
    try:
        beside = Path(tempfile.mkdtemp(prefix=".painmap-", dir=parent))
    except OSError as error:
        raise ExportError.of(error) from error
    try:
        for file_name, content in files.items():
            write_file(beside / file_name, content)
        _settle(beside)
        folder = _renamed(beside, parent, name)
        _settle(parent)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise ExportError.of(error) from error
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return folder


def replace_file(path: Path, content: bytes) -> None:
    """Write one file beside its place, then put it there; what was there stays until then.

    Raises
    ------
    ExportError
        It could not be written; the place is as it was.
    """
    if not path.parent.is_dir():
        raise ExportError(ExportProblem.GONE)
    if path.is_dir():
        raise ExportError(ExportProblem.FAILED, hint="A folder has that name; choose another.")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write_file(beside, content)
        beside.replace(path)
        _settle(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ExportError.of(error) from error


def write_file(path: Path, content: bytes) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _renamed(beside: Path, parent: Path, name: str) -> Path:
    number = 1
    while True:
        folder = parent / (name if number == 1 else f"{name} ({number})")
        # rename would quietly take the place of an empty folder
        if not folder.exists():
            return beside.rename(folder)
        number += 1


def _settle(folder: Path) -> None:
    """Have the disk keep the names in a folder too; Windows does so by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
