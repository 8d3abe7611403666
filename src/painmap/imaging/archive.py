"""Unpacking a zip archive from anywhere: nothing leaves the target, nothing grows without end."""

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO

from painmap.domain.progress import Job, Progress
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.header import Skipped, SkipReason
from painmap.imaging.opener import Opener, open_file

MAGIC = b"PK\x03\x04"
"""How an archive with at least one entry begins (APPNOTE 4.3.7)."""

CHUNK = 1 << 20
"""Bytes between two places where the work can stop."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold.

    Parameters
    ----------
    entries : int
        A whole-body study with all its reconstructions has about 10,000.
    total : int
        Bytes when unpacked.
    ratio : int
        Unpacked to packed size. CT packs to a half or a fifth; zeros pack 1,000 to 1.
    ratio_from : int
        Bytes below which the ratio does no harm.
    spare : int
        Bytes that must stay free on the disk.
    """

    entries: int = 100_000
    total: int = 32 << 30
    ratio: int = 100
    ratio_from: int = 64 << 20
    spare: int = 128 << 20


LIMITS = Limits()


def is_archive(path: Path, opener: Opener = open_file) -> bool:
    """Whether a file begins as a zip archive does."""
    try:
        with opener(path) as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def unpacking(
    path: Path, target: Path, *, limits: Limits = LIMITS, opener: Opener = open_file
) -> Job[tuple[Skipped, ...]]:
    """Unpack an archive into a folder, and say which entries were left out.

    Sizes that the archive declares are checked first, what really comes out is counted all
    the same. Names are cleaned: no entry is written outside `target`.

    Parameters
    ----------
    path : Path
        The archive.
    target : Path
        An empty folder.

    Yields
    ------
    Progress

    Returns
    -------
    tuple of Skipped
        Entries that were not unpacked; their path is ``path / name in the archive``.

    Raises
    ------
    SeriesError
        ARCHIVE_DAMAGED, ARCHIVE_LOCKED, ARCHIVE_BOMB, ARCHIVE_CROWDED or NO_ROOM; what was
        unpacked until then is removed by whoever owns `target`.
    """
    try:
        with opener(path) as stream, zipfile.ZipFile(stream) as archive:
            return (yield from _unpacked(archive, path, target, limits))
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        # zipfile raises ValueError and EOFError where a table of contents lies
        raise SeriesError(SeriesProblem.ARCHIVE_DAMAGED) from error


def _unpacked(
    archive: zipfile.ZipFile, path: Path, target: Path, limits: Limits
) -> Job[tuple[Skipped, ...]]:
    # `is_dir` fails where a name is empty, as it is after a NUL at its beginning
    entries = [each for each in archive.infolist() if not each.filename.endswith("/")]
    _check(entries, path.stat().st_size, target, limits)
    names = _Names(target)
    skipped: list[Skipped] = []
    budget = _Budget(limits, path.stat().st_size)
    for done, entry in enumerate(entries):
        yield Progress(done, len(entries), "Unpacking")
        place = path / _shown(entry.filename)
        reason = _refused(entry)
        if reason is None:
            reason = yield from _written(archive, entry, names.for_entry(entry.filename), budget)
        if reason is not None:
            skipped.append(Skipped(place, reason))
    yield Progress(len(entries), len(entries), "Unpacking")
    return tuple(skipped)


def _check(entries: list[zipfile.ZipInfo], packed: int, target: Path, limits: Limits) -> None:
    """Refuse by what the table of contents says."""
    if len(entries) > limits.entries:
        raise SeriesError(SeriesProblem.ARCHIVE_CROWDED, f"{len(entries)}")
    if entries and all(each.flag_bits & 1 for each in entries):
        raise SeriesError(SeriesProblem.ARCHIVE_LOCKED)
    total = sum(each.file_size for each in entries)
    if total > limits.total or _overlap(entries):
        raise SeriesError(SeriesProblem.ARCHIVE_BOMB)
    if total > limits.ratio_from and total > limits.ratio * max(packed, 1):
        raise SeriesError(SeriesProblem.ARCHIVE_BOMB)
    free = shutil.disk_usage(target).free
    if total + limits.spare > free:
        raise SeriesError(SeriesProblem.NO_ROOM, room_words(total + limits.spare, free))


def room_words(needed: int, free: int) -> str:
    """Such as "2.1 GB needed, 0.4 GB free"."""
    return f"{needed / 1e9:.1f} GB needed, {free / 1e9:.1f} GB free"


def _overlap(entries: Iterable[zipfile.ZipInfo]) -> bool:
    """Whether entries share their bytes, which only a bomb does."""
    spans = sorted((each.header_offset, each.compress_size) for each in entries)
    return any(start + size > following for (start, size), (following, _) in pairwise(spans))


def _refused(entry: zipfile.ZipInfo) -> SkipReason | None:
    kind = entry.external_attr >> 16
    if stat.S_ISLNK(kind):
        return SkipReason.LINK
    if kind and stat.S_IFMT(kind) and not stat.S_ISREG(kind):
        return SkipReason.NOT_A_FILE
    if entry.flag_bits & 1:
        return SkipReason.ENCRYPTED
    if leads_out(entry.filename):
        return SkipReason.OUTSIDE
    return None


def leads_out(name: str) -> bool:
    """Whether the name of an entry points out of its archive."""
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    return plain.startswith("/") or ".." in parts or not parts or ":" in parts[0] or "\0" in name


def _shown(name: str) -> str:
    """The name of an entry as it is shown; it is never opened."""
    return name.replace("\\", "/").replace("\0", "").lstrip("/") or "entry without a name"


class _Budget:
    """How many bytes may still come out."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self._limits = limits
        self._most = max(limits.ratio_from, limits.ratio * packed)
        self._spent = 0

    def spend(self, count: int) -> None:
        self._spent += count
        if self._spent > min(self._limits.total, self._most):
            raise SeriesError(SeriesProblem.ARCHIVE_BOMB)


def _written(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, budget: _Budget
) -> Job[SkipReason | None]:
    """Write one entry; give why it was left out, and leave nothing of it then."""
    reason: SkipReason | None = None
    try:
        with archive.open(entry) as source, place.open("xb") as target:
            for number, chunk in enumerate(_chunks(source)):
                if number == 0 and chunk.startswith(MAGIC):
                    reason = SkipReason.ARCHIVE
                    break
                budget.spend(len(chunk))
                target.write(chunk)
                if number:
                    yield Progress(number, None, "Unpacking")
    except NotImplementedError:
        reason = SkipReason.UNPACKABLE
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError):
        reason = SkipReason.ARCHIVE_DAMAGED
    except OSError as error:
        if error.errno is None:  # lzma and bz2 say so where a stream is damaged
            reason = SkipReason.ARCHIVE_DAMAGED
        else:
            raise SeriesError(SeriesProblem.NO_ROOM, error.strerror or "") from error
    if reason is not None:
        place.unlink(missing_ok=True)
    return reason


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_ODD = re.compile(r"[^\w .()+=@,-]")
_LONGEST = 80


class _Names:
    """Gives each entry a place of its own below the target."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._taken: set[str] = set()

    def for_entry(self, name: str) -> Path:
        parts = [_clean(part) for part in PurePosixPath(name.replace("\\", "/")).parts]
        folder = self._target.joinpath(*parts[:-1])
        stem = parts[-1]
        place, number = folder / stem, 1
        # two names may be one on a file system that does not tell capitals apart, and a file
        # may have the name of a folder
        while str(place).casefold() in self._taken:
            number += 1
            place = folder / f"{stem}~{number}"
        self._taken.add(str(place).casefold())
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.exists():
                raise FileExistsError
        except (FileExistsError, NotADirectoryError):
            place = self._target / f"entry~{len(self._taken)}"
        return place


def _clean(part: str) -> str:
    """One component of a path that every file system takes."""
    clean = _ODD.sub("_", part)[:_LONGEST].rstrip(". ") or "_"
    return f"_{clean}" if _RESERVED.match(clean) else clean
