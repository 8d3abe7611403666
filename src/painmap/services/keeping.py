"""Copying a study into the program's own store while it is read from what can be taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from painmap.domain.progress import Job
from painmap.domain.sentences import plural
from painmap.imaging.opener import Opener
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.scan import scanning
from painmap.imaging.sources import Source
from painmap.imaging.stack import Stack
from painmap.services.studies import StudyOnDisk
from painmap.services.study_store import Copied, CopyOutcome, StoreError, StoreProblem, StudyStore

MOST_NUMBERS = 12
"""More slice numbers than these are counted, not listed."""


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A study of which some or all files are in the store.

    Parameters
    ----------
    disk : StudyOnDisk
        Its folder is the store's; stacks that were copied are read from there.
    stack : Stack
        The one to be shown, read from the copies.
    copied : tuple of Copied
    waiting : tuple of Path
        Files that are still on the medium alone.
    unreadable : str
        Which slices the medium could not give, one sentence; empty where it gave all.
    lost : int
        How many files it could not give.
    """

    disk: StudyOnDisk
    stack: Stack
    copied: tuple[Copied, ...]
    waiting: tuple[Path, ...]
    unreadable: str
    lost: int

    @property
    def digests(self) -> dict[Path, str]:
        return {each.copy: each.sha256 for each in self.copied}

    @property
    def stacks_here(self) -> tuple[Stack, ...]:
        """The stacks that are read from the store."""
        return tuple(each for each in self.disk.stacks if _lies_in(each, self.disk.folder))

    @property
    def missing(self) -> int:
        """Files that the copy does not have."""
        return len(self.waiting) + self.lost


def _lies_in(stack: Stack, folder: Path) -> bool:
    return all(folder in path.parents for path in stack.files)


def study_files(disk: StudyOnDisk) -> tuple[Path, ...]:
    """Every file of a study that may be copied, each once."""
    return tuple(dict.fromkeys(path for stack in disk.stacks for path in stack.files))


def copying_first(
    store: StudyStore,
    disk: StudyOnDisk,
    stack: Stack,
    *,
    opener: Opener,
    word: str,
    all_at_once: bool,
) -> Job[KeptCopy]:
    """Copy the stack that is to be shown, its middle first; or the whole study.

    Parameters
    ----------
    word : str
        What the files lie on, such as "disc".
    all_at_once : bool
        Nothing is left to be copied later.

    Raises
    ------
    StoreError
    """
    files = list(stack.files)
    middle = stack.slices[len(stack.slices) // 2].path
    first = [middle, *(path for path in files if path != middle)]
    others = [path for path in study_files(disk) if path not in set(first)]
    wanted = [*first, *others] if all_at_once else first
    folder = store.place(disk.study_uid, disk.identity)
    outcome = yield from store.copying(folder, wanted, opener=opener)
    shown = outcome.moved(stack) or (yield from _sorted_anew(outcome.copies, stack))
    if shown is None:
        store.forget(outcome)
        raise StoreError(StoreProblem.NOTHING_READ)
    stacks = []
    for each in disk.stacks:
        if each is stack:
            stacks.append(shown)
        elif not all_at_once:
            stacks.append(each)
        else:
            stacks += yield from _moved(outcome, each)
    return KeptCopy(
        replace(
            disk,
            folder=outcome.folder,
            stacks=tuple(stacks),
            readings=_readings(disk, stacks, outcome) if all_at_once else disk.readings,
        ),
        shown,
        outcome.copied,
        () if all_at_once else tuple(others),
        unreadable_words(disk.stacks, outcome.unreadable, word),
        len(outcome.unreadable),
    )


def copying_rest(store: StudyStore, begun: KeptCopy, *, opener: Opener, word: str) -> Job[KeptCopy]:
    """Copy what is still on the medium alone.

    Raises
    ------
    StoreError
        What was copied before stays.
    """
    disk = begun.disk
    outcome = CopyOutcome(disk.folder, begun.copied, ())
    if begun.waiting:
        found = yield from store.copying(disk.folder, begun.waiting, opener=opener)
        outcome = replace(found, copied=(*begun.copied, *found.copied), unreadable=found.unreadable)
    stacks = []
    for each in disk.stacks:
        if each is begun.stack:
            stacks.append(each)
        else:
            stacks += yield from _moved(outcome, each)
    rest = unreadable_words(disk.stacks, outcome.unreadable, word)
    words = " ".join(each for each in (begun.unreadable, rest) if each)
    return KeptCopy(
        replace(disk, stacks=tuple(stacks), readings=_readings(disk, stacks, outcome)),
        begun.stack,
        outcome.copied,
        (),
        words,
        begun.lost + len(outcome.unreadable),
    )


def _moved(outcome: CopyOutcome, stack: Stack) -> Job[list[Stack]]:
    """The stack as it is read from its copies; nothing if none was made."""
    moved = outcome.moved(stack) or (yield from _sorted_anew(outcome.copies, stack))
    return [] if moved is None else [moved]


def _readings(
    disk: StudyOnDisk, stacks: Sequence[Stack], outcome: CopyOutcome
) -> tuple[SeriesReadings, ...]:
    """The ways to read the study's series, from the copies; none where a file was lost.

    What is read first stays the same stacks as those of the study.
    """
    here = {stack.key: stack for stack in stacks}
    found = []
    for series in disk.readings:
        readings = []
        for reading in series.readings:
            moved = [here.get(each.key) or outcome.moved(each) for each in reading.stacks]
            whole = tuple(each for each in moved if each is not None)
            if len(whole) < len(moved):
                return ()
            readings.append(replace(reading, stacks=whole))
        found.append(replace(series, readings=tuple(readings)))
    return tuple(found)


def _sorted_anew(copies: Mapping[Path, Path], stack: Stack) -> Job[Stack | None]:
    """The stack without the slices that could not be read: its gaps are found again."""
    here = tuple(copies[path] for path in stack.files if path in copies)
    if not here:
        return None
    scan = yield from scanning(Source(here))
    return max(scan.stacks, key=lambda each: len(each.slices), default=None)


def unreadable_words(stacks: Sequence[Stack], lost: Sequence[Path], word: str) -> str:
    """Which slices could not be read, such as "Slices 3 and 4 of series 2, Abdomen, ..."."""
    gone = set(lost)
    sentences = []
    for stack in stacks:
        numbers = [k + 1 for k, one in enumerate(stack.slices) if one.path in gone]
        if numbers:
            name = stack.description or "a series without description"
            sentences.append(
                f"{_numbers_words(numbers)} of {name} could not be read from the {word}."
            )
    return " ".join(sentences)


def _numbers_words(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Slice {numbers[0]}"
    if len(numbers) > MOST_NUMBERS:
        return f"{plural(len(numbers), 'slice')} from {numbers[0]} to {numbers[-1]}"
    listed = ", ".join(str(number) for number in numbers[:-1])
    return f"Slices {listed} and {numbers[-1]}"
