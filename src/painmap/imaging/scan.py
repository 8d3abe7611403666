"""What CT is in a source: every file ends as used, or skipped with a reason."""

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from painmap.domain.progress import Job, Progress
from painmap.imaging.header import Skipped, SkipReason, SliceHeader
from painmap.imaging.header_reader import HeaderReader
from painmap.imaging.memory import FileEntry, HeaderMemory, Known, Remembered
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.series import readings_of, stacks_of
from painmap.imaging.sources import Gathered, Source, gathering
from painmap.imaging.stack import Stack
from painmap.imaging.tally import Scanned, Tally

REPORT_SECONDS = 0.05
"""Files that need no reading are not reported one by one."""

UNSETTLED_NS = 2_000_000_000
"""A file that changed less than two seconds before it was listed may change again without
its time telling: FAT keeps times to two seconds."""

PASSING = frozenset({SkipReason.UNREADABLE, SkipReason.NO_DECODER})
"""Reasons that lie in this computer and not in the file: looked at anew each time."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The stacks that were found, and the files that are not used.

    Parameters
    ----------
    root : Path
        Where file names begin: the folder or file that was asked for.
    stacks : tuple of Stack
        Series after series.
    skipped : sequence of Skipped
        By path.
    readings : tuple of SeriesReadings
        All ways to read each series; `stacks` are those of the best ways.
    look_only : tuple of Stack
        Stacks of other modalities, without CT values; their files are among `skipped`.
    source : Source or None
        What was asked for; None where that is `root`.
    notes : tuple of str
        What was unusual about the source, in sentences.
    unpacked : bool
        The files lie in the workspace of the scan, which goes away.
    """

    root: Path
    stacks: tuple[Stack, ...]
    skipped: Sequence[Skipped]
    readings: tuple[SeriesReadings, ...] = ()
    look_only: tuple[Stack, ...] = ()
    source: Source | None = None
    notes: tuple[str, ...] = ()
    unpacked: bool = False

    @property
    def used(self) -> tuple[Path, ...]:
        """The files that the stacks were read from, by path."""
        return tuple(sorted({path for stack in self.stacks for path in stack.files}))


class ScanMemory(HeaderMemory, Protocol):
    """Remembers what files held, and what whole scans came to."""

    def recall_scan(self, gathered: Gathered) -> ScanResult | None:
        """Give what a scan of exactly these files came to; None where it is not known."""
        ...

    def remember_scan(self, gathered: Gathered, result: ScanResult) -> None:
        """Remember what a scan came to, all files of which had settled."""
        ...


def scanning(
    source: Source | Path,
    *,
    memory: ScanMemory | None = None,
    opener: Opener = open_file,
    workspace: Path | None = None,
) -> Job[ScanResult]:
    """Look through a source: a folder and all below it, a file, an archive, several of these.

    File names mean nothing; the content decides. Links are followed, loops end.

    Parameters
    ----------
    source : Source or Path
    memory : ScanMemory or None
        Tells what unchanged files held; never to be given for a medium that can be changed
        for another.
    opener : callable
        Opens files of the source.
    workspace : Path or None
        An empty folder for what archives hold; None: archives are skipped.

    Yields
    ------
    Progress
        After each file that is read, and now and then while files are listed.

    Raises
    ------
    SeriesError
        MISSING_PATH, EMPTY_FOLDER, UNREADABLE_FOLDER, or what is wrong with an archive.
    """
    wanted = source if isinstance(source, Source) else Source((source,))
    listed_at = time.time_ns()
    gathered = yield from gathering(wanted, workspace=workspace, opener=opener)
    before = memory.recall_scan(gathered) if memory is not None else None
    if before is not None:
        return before
    known = yield from _reading(gathered, memory, opener, listed_at)
    yield Progress(len(known), len(known), "Sorting slices")
    found = [each.what.found for each in known]
    headers = [one for each in found if isinstance(each, tuple) for one in each]
    skipped = [each for each in found if isinstance(each, Skipped)]
    copies, hashed = _copies(known, opener)
    if memory is not None:
        _remember(memory, hashed, listed_at, whole=False)
    readings = readings_of(_without(headers, copies), Counter(Path(one.detail) for one in copies))
    look_only = stacks_of(_without([each for one in skipped for each in one.slices], copies))
    plain = [replace(one, detail="") for one in copies]
    every = [
        replace(one, path=gathered.named(one.path), slices=())
        for one in (*gathered.skipped, *_without_paths(skipped, copies), *plain)
    ]
    every.sort(key=lambda one: str(one.path))
    result = ScanResult(
        gathered.root,
        tuple(stack for one in readings for stack in one.stacks),
        tuple(every),
        readings,
        look_only,
        wanted,
        gathered.notes,
        gathered.unpacked,
    )
    if memory is not None and all(_has_settled(each.what, listed_at) for each in known):
        memory.remember_scan(gathered, result)
    return result


def _reading(
    gathered: Gathered, memory: HeaderMemory | None, opener: Opener, listed_at: int
) -> Job[list[Known]]:
    """What each file holds, from the memory where its stamp is the same."""
    by_folder: dict[Path, list[FileEntry]] = defaultdict(list)
    for entry in gathered.files:
        by_folder[entry.folder].append(entry)
    known: list[Known] = []
    reader = HeaderReader(opener)
    tally = Tally()
    total, told, seen = len(gathered.files), 0.0, tally.seen()
    for folder, entries in by_folder.items():
        before = memory.recall(folder) if memory is not None else {}
        here: list[Known] = []
        read = False
        for entry in entries:
            done = len(known) + len(here)
            is_due = time.monotonic() - told > REPORT_SECONDS
            if is_due:
                told, seen = time.monotonic(), tally.seen()
            old = before.get(entry.name)
            if old is None or old.stamp != entry.stamp:
                yield Scanned(done, total, "Reading headers", seen)
                found = reader.read(entry.path, size=entry.stamp.size)
                old = Remembered(entry.stamp, found)
                read = True
            elif is_due:
                yield Scanned(done, total, "Reading headers", seen)
            here.append(Known(entry, old))
            tally.add(old.found)
        whole = any(up in gathered.folders for up in (folder, *folder.parents))
        if memory is not None and (read or (whole and len(before) != len(here))):
            # folder by folder: what was read is not lost when the scan is stopped
            _remember(memory, here, listed_at, whole=whole)
        known += here
    yield Scanned(total, total, "Reading headers", tally.seen())
    return known


def _remember(memory: HeaderMemory, known: Sequence[Known], listed_at: int, *, whole: bool) -> None:
    """Hand files to the memory, folder by folder, without what may yet change."""
    by_folder: dict[Path, dict[str, Remembered]] = defaultdict(dict)
    for entry, what in known:
        files = by_folder[entry.folder]
        if _has_settled(what, listed_at):
            files[entry.name] = what
    for folder, files in by_folder.items():
        memory.remember(folder, files, whole=whole)


def _has_settled(what: Remembered, listed_at: int) -> bool:
    """Whether the same stamp will mean the same finding."""
    changed = max(what.stamp.mtime_ns, what.stamp.ctime_ns)
    passing = isinstance(what.found, Skipped) and what.found.reason in PASSING
    return not passing and changed + UNSETTLED_NS < listed_at


def _copies(known: Sequence[Known], opener: Opener) -> tuple[list[Skipped], list[Known]]:
    """Files that equal another one byte for byte.

    Only files of one series, place and size are compared, so that a normal folder is not
    read twice. The detail of each `Skipped` is the path of the file that is kept.

    Returns
    -------
    list of Skipped, list of Known
        The copies, and the files that had to be hashed.
    """
    alike: dict[tuple[object, ...], list[Known]] = defaultdict(list)
    for each in known:
        slices = _slices_in(each.what)
        if slices:
            one = slices[0]
            number = one.instance_number if one.position is None else None
            place = one.series_uid, one.sop_uid, one.position, number, each.entry.stamp.size
            alike[place].append(each)
    copies: list[Skipped] = []
    hashed: list[Known] = []
    for several in alike.values():
        originals: dict[str, Path] = {}
        if len(several) < 2:
            continue
        for each in sorted(several, key=lambda each: each.entry.path):
            path, digest = each.entry.path, each.what.digest
            if not digest:
                digest = _digest(path, opener)
                hashed.append(Known(each.entry, replace(each.what, digest=digest)))
            original = originals.setdefault(digest, path)
            if original != path:
                copies.append(Skipped(path, SkipReason.IDENTICAL_COPY, str(original)))
    return copies, hashed


def _slices_in(what: Remembered) -> tuple[SliceHeader, ...]:
    """The pictures in a file, also those that are for looking only."""
    return what.found.slices if isinstance(what.found, Skipped) else what.found


def _without(headers: Sequence[SliceHeader], copies: Sequence[Skipped]) -> Sequence[SliceHeader]:
    gone = {one.path for one in copies}
    return [one for one in headers if one.path not in gone] if gone else headers


def _without_paths(skipped: Sequence[Skipped], copies: Sequence[Skipped]) -> list[Skipped]:
    """Leave out files that are copies of others: that is said of them instead."""
    gone = {one.path for one in copies}
    return [one for one in skipped if one.path not in gone]


def _digest(path: Path, opener: Opener) -> str:
    digest = hashlib.sha256()
    with opener(path) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
