"""Media as they should not be: slow as a disc, with sectors that cannot be read, taken out."""

import errno
import io
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from painmap.imaging.opener import Opener


class _Raw(io.RawIOBase):
    """A file whose every read first asks whether it may be."""

    def __init__(self, path: Path, before: Callable[[int, int], None]) -> None:
        self._file = io.FileIO(path)
        self._before = before
        self.name = str(path)  # pydicom asks for it

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: Buffer
        self._before(self._file.tell(), len(buffer))
        count = self._file.readinto(buffer)
        return int(count or 0)

    def close(self) -> None:
        self._file.close()
        super().close()


def scratched(damaged: Iterable[Path], *, after: int = 600) -> Opener:
    """Give an opener for which some files fail as a scratched disc does, behind their header."""
    victims = set(damaged)

    def opener(path: Path) -> BinaryIO:
        def before(at: int, count: int) -> None:
            if path in victims and at + count > after:
                raise OSError(errno.EIO, "Input/output error")

        return io.BufferedReader(_Raw(path, before), 512)

    return opener


class Throttle:
    """An opener that gives so many bytes a second, and counts them.

    Parameters
    ----------
    rate : float
        Bytes a second.
    sleep : callable
        Waits; a test may count instead.
    """

    def __init__(self, rate: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self.rate = rate
        self.bytes = 0
        self._sleep = sleep

    def __call__(self, path: Path) -> BinaryIO:
        size = path.stat().st_size

        def before(at: int, count: int) -> None:
            given = max(0, min(count, size - at))
            self.bytes += given
            self._sleep(given / self.rate)

        return io.BufferedReader(_Raw(path, before), 4096)


def taken_out(disc: Path, after: Path) -> Opener:
    """Give an opener that loses the whole disc when a file is opened."""

    def opener(path: Path) -> BinaryIO:
        if path == after:
            shutil.rmtree(disc)
        return path.open("rb")

    return opener
