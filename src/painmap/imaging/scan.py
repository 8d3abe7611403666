"""What CT is in a folder: every file ends as used, or skipped with a reason."""

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from painmap.domain.progress import Job, Progress
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.files import read_headers
from painmap.imaging.header import Skipped, SkipReason, SliceHeader
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.series import readings_of, stacks_of
from painmap.imaging.stack import Stack


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The stacks that were found, and the files that are not used.

    Parameters
    ----------
    root : Path
        The folder or file that was asked for.
    stacks : tuple of Stack
        Series after series.
    skipped : tuple of Skipped
        By path.
    readings : tuple of SeriesReadings
        All ways to read each series; `stacks` are those of the best ways.
    look_only : tuple of Stack
        Stacks of other modalities, without CT values; their files are among `skipped`.
    """

    root: Path
    stacks: tuple[Stack, ...]
    skipped: tuple[Skipped, ...]
    readings: tuple[SeriesReadings, ...] = ()
    look_only: tuple[Stack, ...] = ()

    @property
    def used(self) -> tuple[Path, ...]:
        """The files that the stacks were read from, by path."""
        return tuple(sorted({path for stack in self.stacks for path in stack.files}))


def scanning(path: Path) -> Job[ScanResult]:
    """Look through a folder and all below it, or at a single file.

    File names mean nothing; the content decides. Links are followed, loops end.

    Parameters
    ----------
    path : Path
        Folder or file.

    Yields
    ------
    Progress
        After each file, and now and then while files are listed.

    Raises
    ------
    SeriesError
        MISSING_PATH, EMPTY_FOLDER or UNREADABLE_FOLDER.
    """
    if not path.exists():
        raise SeriesError(SeriesProblem.MISSING_PATH)
    files: list[Path] = []
    skipped: list[Skipped] = []
    for entry in _entries(path):
        if isinstance(entry, Skipped):
            skipped.append(entry)
        else:
            files.append(entry)
        if (len(files) + len(skipped)) % 200 == 0:
            yield Progress(len(files), None, "Listing files")
    if not files and not skipped:
        raise SeriesError(SeriesProblem.EMPTY_FOLDER)
    if not files and all(one.path == path for one in skipped):
        raise SeriesError(SeriesProblem.UNREADABLE_FOLDER, skipped[0].detail)
    headers: list[SliceHeader] = []
    for done, file in enumerate(files):
        yield Progress(done, len(files), "Reading headers")
        found = read_headers(file)
        if isinstance(found, Skipped):
            skipped.append(found)
        else:
            headers.extend(found)
    yield Progress(len(files), len(files), "Sorting slices")
    kept, copies = _without_copies(headers)
    skipped += copies
    originals = Counter(Path(one.detail) for one in copies)
    readings = readings_of(kept, originals)
    look_only, _ = _without_copies([header for one in skipped for header in one.slices])
    dropped = {one.path for one in copies}
    plain = [
        Skipped(one.path, one.reason) if one.path in dropped else replace(one, slices=())
        for one in skipped
    ]
    return ScanResult(
        path,
        tuple(stack for one in readings for stack in one.stacks),
        tuple(sorted(plain, key=lambda one: str(one.path))),
        readings,
        stacks_of(look_only),
    )


def _entries(path: Path) -> Iterator[Path | Skipped]:
    """All ordinary files at or below `path`, in the order of their names."""
    if not path.is_dir():
        yield path if path.is_file() else Skipped(path, SkipReason.NOT_A_FILE)
        return
    seen: set[tuple[int, int]] = set()
    faults: list[Skipped] = []

    def fault(error: OSError) -> None:
        faults.append(
            Skipped(Path(error.filename), SkipReason.UNREADABLE_FOLDER, error.strerror or "")
        )

    for folder, names, files in os.walk(path, onerror=fault, followlinks=True):
        here = Path(folder)
        status = here.stat()
        if (status.st_dev, status.st_ino) in seen:
            names.clear()
            yield Skipped(here, SkipReason.LOOP)
            continue
        seen.add((status.st_dev, status.st_ino))
        names.sort()
        for name in sorted(files):
            entry = here / name
            # a pipe would hang on reading, and a link may lead nowhere
            yield entry if entry.is_file() else Skipped(entry, SkipReason.NOT_A_FILE)
    yield from faults


def _without_copies(
    headers: Sequence[SliceHeader],
) -> tuple[list[SliceHeader], list[Skipped]]:
    """Leave out files that equal another one byte for byte.

    Only files of one series, place and size are compared, so that a normal folder is not
    read twice. The detail of each `Skipped` is the path of the file that is kept.
    """
    first_of = {one.path: one for one in reversed(headers)}
    alike: dict[tuple[object, ...], list[Path]] = defaultdict(list)
    for path, one in sorted(first_of.items()):
        number = one.instance_number if one.position is None else None
        size = path.stat().st_size
        alike[one.series_uid, one.sop_uid, one.position, number, size].append(path)
    copies: list[Skipped] = []
    for paths in alike.values():
        originals: dict[bytes, Path] = {}
        for path in paths if len(paths) > 1 else []:
            digest = hashlib.sha256(path.read_bytes()).digest()
            original = originals.setdefault(digest, path)
            if original != path:
                copies.append(Skipped(path, SkipReason.IDENTICAL_COPY, str(original)))
    gone = {one.path for one in copies}
    return [one for one in headers if one.path not in gone], copies
