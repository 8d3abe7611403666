"""Where fetched series lie: a folder that has its name only once the series is whole."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from painmap.samples.bucket import CHUNK_BYTES, Piece
from painmap.samples.catalogue import Sample
from painmap.samples.errors import SamplesError, SamplesProblem
from painmap.samples.listing import Listed
from painmap.samples.pace import MEGA, figure

PART = ".part"
SPARE_BYTES = 50 * MEGA
"""Left free on the disk for everything else."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def whole_folder(cache: Path, sample: Sample) -> Path:
    """Where a series lies when it is whole."""
    return cache / sample.crdc_series_uuid


def part_folder(cache: Path, sample: Sample) -> Path:
    """Where a series lies while it comes."""
    return cache / f"{sample.crdc_series_uuid}{PART}"


def is_whole(cache: Path, sample: Sample) -> bool:
    """Whether a series is here with as many pictures as the catalogue says."""
    try:
        with os.scandir(whole_folder(cache, sample)) as entries:
            return sum(1 for each in entries if each.is_file()) == sample.images
    except OSError:
        return False


@contextmanager
def translated() -> Iterator[None]:
    """Turn the operating system's errors into ours."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise SamplesError(SamplesProblem.DISK_FULL) from error
        raise SamplesError(SamplesProblem.NOT_WRITTEN, error.strerror or "") from error


def prepare(cache: Path, sample: Sample, objects: tuple[Listed, ...]) -> Path:
    """Make the folder in which a series comes, and see that there is room.

    What lies in it from another list is taken away.

    Raises
    ------
    SamplesError
        DISK_FULL or NOT_WRITTEN.
    """
    folder = part_folder(cache, sample)
    with translated():
        folder.mkdir(parents=True, exist_ok=True)
        known = {each.name for each in objects}
        known |= {each.name + PART for each in objects}
        for path in folder.iterdir():
            # a link may lead out of the folder, or to what never ends
            if path.name not in known or path.is_symlink():
                path.unlink()
        here = sum(path.stat().st_size for path in folder.iterdir())
        missing = sum(each.size for each in objects) - here
        if shutil.disk_usage(folder).free < missing + SPARE_BYTES:
            needed = f"{figure((missing + SPARE_BYTES) / MEGA)} MB are needed"
            raise SamplesError(SamplesProblem.DISK_FULL, needed)
    return folder


def finish(cache: Path, sample: Sample) -> Path:
    """Give a series that is whole its name."""
    whole = whole_folder(cache, sample)
    with translated():
        if whole.exists():  # not whole, or it would not have been fetched
            shutil.rmtree(whole)
        part_folder(cache, sample).rename(whole)
    return whole


def _digest() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)  # what S3 gives; against accidents, not attackers


@dataclass(slots=True)
class Picture:
    """One object on its way to the disk.

    Parameters
    ----------
    folder : Path
        Where it comes.
    """

    folder: Path
    listed: Listed
    size: int = 0
    _md5: "hashlib._Hash" = field(default_factory=_digest)
    _stream: BinaryIO | None = None

    @property
    def path(self) -> Path:
        """Where it lies once it is whole."""
        return self.folder / self.listed.name

    @property
    def _beside(self) -> Path:
        return self.folder / f"{self.listed.name}{PART}"

    def look(self) -> bool:
        """Say whether it is here and whole; take up what has come of it before."""
        with translated():
            for path in (self.path, self._beside):
                if path.exists() and path.stat().st_size > self.listed.size:
                    path.unlink()
            if self.path.exists():
                self._read(self.path)
                if self.is_right:
                    return True
                self.path.unlink()
                self._forget()
            if self._beside.exists():
                self._read(self._beside)
        return self.size == self.listed.size and self.finish()

    def _read(self, path: Path) -> None:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                self._md5.update(chunk)
                self.size += len(chunk)

    @property
    def is_right(self) -> bool:
        """Whether size and checksum are those of the server's list."""
        same = not self.listed.md5 or self._md5.hexdigest() == self.listed.md5
        return self.size == self.listed.size and same

    def take(self, piece: Piece) -> int:
        """Write a piece, and give by how many bytes the file has grown.

        Raises
        ------
        SamplesError
        """
        before = self.size
        with translated():
            if piece.start == 0 and self.size:
                self.drop()
            if piece.start != self.size:
                raise SamplesError(SamplesProblem.UNEXPECTED)
            if self._stream is None:
                self._stream = self._beside.open("ab")
            self._stream.write(piece.content)
            self._stream.flush()  # a full disk shows here, not when the file is closed
        self._md5.update(piece.content)
        self.size += len(piece.content)
        return self.size - before

    def finish(self) -> bool:
        """Give it its name if it is right; else drop it and say False."""
        self._close()
        if not self.is_right:
            self.drop()
            return False
        with translated():
            if not self.listed.size:
                self._beside.touch()
            self._beside.replace(self.path)
        return True

    def drop(self) -> None:
        """Take away what has come of it."""
        self._close()
        with translated():
            self._beside.unlink(missing_ok=True)
        self._forget()

    def _forget(self) -> None:
        self.size, self._md5 = 0, _digest()

    def leave(self) -> None:
        """Let go of the file without a word; what has come stays."""
        with suppress(SamplesError):
            self._close()

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            with translated():
                stream.close()
