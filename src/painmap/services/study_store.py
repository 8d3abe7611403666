"""The program's own store of CT files: copies named by their content, one folder a study.

They are ordinary DICOM files for this account alone; the key of the database does not
encrypt them.
"""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from painmap.domain.errors import PainmapError
from painmap.domain.progress import Job, Progress
from painmap.imaging.archive import room_words
from painmap.imaging.header import PatientIdentity
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.stack import Stack
from painmap.services.data_folder import identity_key
from painmap.services.identity import identity_hash

FOLDER = "studies"
"""Below the data folder."""

CHUNK = 1 << 18
"""Bytes between two places where copying can stop: a tenth of a second from a slow disc."""

SPARE = 128 << 20
"""Bytes that must stay free on the disk."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM, errno.ESTALE)


class StoreProblem(StrEnum):
    """Why a study was not copied; the value is the sentence."""

    NO_ROOM = "There is not enough room on the disk for a copy of this study"
    MEDIUM_GONE = "The disc or drive went away before the copy was whole"
    NOT_WRITTEN = "The copy of this study could not be written"
    NOTHING_READ = "No file of this study could be read from the disc or drive"


_HINTS = {
    StoreProblem.NO_ROOM: "Make room on the disk of the data folder, then open it again.",
    StoreProblem.MEDIUM_GONE: "Put it in again, and open the study from it once more.",
    StoreProblem.NOT_WRITTEN: "Look whether the data folder can be written to.",
    StoreProblem.NOTHING_READ: "Clean the disc, or ask for another copy of it.",
}


class StoreError(PainmapError):
    """A study was not copied; what was there before is as it was."""

    def __init__(self, problem: StoreProblem, detail: str = "") -> None:
        message = f"{problem.value}: {detail}." if detail else f"{problem.value}."
        super().__init__(message, hint=_HINTS[problem])
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Copied:
    """One file of a study, and its copy.

    Parameters
    ----------
    sha256 : str
        Of what was read and written.
    new : bool
        The copy was not there before.
    """

    source: Path
    copy: Path
    sha256: str
    new: bool


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """What copying came to.

    Parameters
    ----------
    unreadable : tuple of Path
        Files that the medium could not give.
    """

    folder: Path
    copied: tuple[Copied, ...]
    unreadable: tuple[Path, ...]

    @property
    def copies(self) -> Mapping[Path, Path]:
        """Each copy by the file that it was made of."""
        return {each.source: each.copy for each in self.copied}

    def moved(self, stack: Stack) -> Stack | None:
        """Give a stack as it is read from the copies; None if none of its slices was copied.

        Where a slice is missing, the stack is to be sorted anew: scan `folder`.
        """
        copies = self.copies
        slices = tuple(
            replace(one, path=copies[one.path]) for one in stack.slices if one.path in copies
        )
        return replace(stack, slices=slices) if len(slices) == len(stack.slices) else None


class StudyStore:
    """The store of one data folder.

    Parameters
    ----------
    data_folder : Path
    """

    def __init__(self, data_folder: Path) -> None:
        self._data_folder = data_folder
        self.folder = data_folder / FOLDER

    def place(self, study_uid: str, identity: PatientIdentity) -> Path:
        """Folder of a study's copies; its name says nothing of the patient.

        A Study Instance UID may have been given twice: another person has another folder.
        """
        person = identity_hash(identity, identity_key(self._data_folder))
        return self.folder / hashlib.sha256(f"{study_uid}|{person}".encode()).hexdigest()[:32]

    def holds(self, path: Path) -> bool:
        """Whether a place lies in the store."""
        return self.folder in path.absolute().parents

    def remove(self, folder: Path) -> None:
        """Delete the copies of a study; what lies elsewhere is never touched."""
        if self.holds(folder):
            shutil.rmtree(folder, ignore_errors=True)

    def copying(
        self, folder: Path, files: Sequence[Path], *, opener: Opener = open_file
    ) -> Job[CopyOutcome]:
        """Copy files of a study into the store, in the order given.

        Each is written beside, flushed to the disk, and renamed to the hash of its content.
        A file that the medium cannot give is named in the outcome; the others go on. When the
        job ends in an error or is stopped, copies that it made are removed again.

        Parameters
        ----------
        folder : Path
            What `place` gave.
        opener : callable
            Opens the files of the medium.

        Raises
        ------
        StoreError
            NO_ROOM, MEDIUM_GONE, NOT_WRITTEN or NOTHING_READ.
        """
        self._check_room(files)
        made: list[Copied] = []
        unreadable: list[Path] = []
        whole = False
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for done, path in enumerate(files):
                yield Progress(done, len(files), "Copying")
                copied = yield from _copied(path, folder, opener, done, len(files))
                if copied is None:
                    unreadable.append(path)
                else:
                    made.append(copied)
            yield Progress(len(files), len(files), "Copying")
            if not made:
                raise StoreError(StoreProblem.NOTHING_READ)
            whole = True
        except OSError as error:
            raise _told(error) from error
        finally:
            if not whole:
                _undo(made, folder)
        return CopyOutcome(folder, tuple(made), tuple(unreadable))

    def forget(self, outcome: CopyOutcome) -> None:
        """Remove the copies that were made and are of no use."""
        _undo(outcome.copied, outcome.folder)

    def _check_room(self, files: Sequence[Path]) -> None:
        needed = SPARE
        for path in files:
            try:
                needed += path.stat().st_size
            except FileNotFoundError as error:
                raise StoreError(StoreProblem.MEDIUM_GONE) from error
            except OSError:
                continue  # its reading will say so
        free = shutil.disk_usage(_existing(self.folder)).free
        if needed > free:
            raise StoreError(StoreProblem.NO_ROOM, room_words(needed, free))


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _told(error: OSError) -> StoreError:
    if error.errno in _FULL:
        return StoreError(StoreProblem.NO_ROOM)
    return StoreError(StoreProblem.NOT_WRITTEN, error.strerror or "")


def _undo(made: Sequence[Copied], folder: Path) -> None:
    for each in made:
        if each.new:
            each.copy.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


class _Unreadable(Exception):
    """The medium could not give a file."""


def _chunks(path: Path, opener: Opener) -> Iterator[bytes]:
    """The bytes of a file; what fails here is the medium's fault, not the disk's."""
    try:
        with opener(path) as source:
            while chunk := source.read(CHUNK):
                yield chunk
    except OSError as error:
        if error.errno in _GONE and not path.parent.is_dir():
            raise StoreError(StoreProblem.MEDIUM_GONE) from error
        raise _Unreadable from error


def _copied(path: Path, folder: Path, opener: Opener, done: int, total: int) -> Job[Copied | None]:
    """Copy one file; None when the medium cannot give it."""
    beside = folder / f".{secrets.token_hex(8)}.part"
    digest = hashlib.sha256()
    try:
        with beside.open("xb") as target:
            for chunk in _chunks(path, opener):
                digest.update(chunk)
                target.write(chunk)
                yield Progress(done, total, "Copying")
            target.flush()
            os.fsync(target.fileno())
        copy = folder / f"{digest.hexdigest()}.dcm"
        new = not copy.exists()
        beside.replace(copy)
        return Copied(path, copy, digest.hexdigest(), new)
    except _Unreadable:
        return None
    finally:
        beside.unlink(missing_ok=True)
