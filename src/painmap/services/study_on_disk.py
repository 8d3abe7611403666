"""One study as a folder holds it, and the ways to read its series."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from painmap.domain.places import StackKey
from painmap.domain.sentences import day_words, plural
from painmap.domain.study import Origin
from painmap.imaging.header import PatientIdentity
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.stack import Stack
from painmap.imaging.ways import Way
from painmap.services.first_stack import merit
from painmap.services.identity import shown_name
from painmap.services.import_report import ImportReport, reread


@dataclass(frozen=True, slots=True)
class StudyOnDisk:
    """One study as a folder holds it; names stay in memory and out of `repr`.

    Parameters
    ----------
    stacks : tuple of Stack
        Of all its series, at least one.
    origin : Origin
        As far as it can be told without a question.
    deidentified : bool
        Every series says that its identity was removed.
    folder : Path
        What was opened.
    reporting : callable
        Makes `report`; it names every file, which a list of series has no need of.
    readings : tuple of SeriesReadings
        How each series may be read; `stacks` are those of the first reading of each.
    changed : str
        How its files differ from what was attached, one sentence: annotations are read-only
        then. Empty where they are the same.
    """

    study_uid: str
    description: str
    study_date: date | None
    modality: str
    stacks: tuple[Stack, ...] = field(repr=False)
    identity: PatientIdentity = field(repr=False)
    origin: Origin
    deidentified: bool
    folder: Path = field(repr=False)
    reporting: Callable[[], ImportReport] = field(repr=False, compare=False)
    readings: tuple[SeriesReadings, ...] = field(default=(), repr=False)
    changed: str = ""

    @property
    def report(self) -> ImportReport:
        """What was read and what not, with real file names, for the screen.

        `FolderContents.stored_report` gives what is kept.
        """
        return self.reporting()

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that is used, each once."""
        return tuple(dict.fromkeys(path for stack in self.stacks for path in stack.files))

    @property
    def all_stacks(self) -> tuple[Stack, ...]:
        """The stacks of every reading, those that are read first."""
        others = (stack for one in self.readings for each in one.readings for stack in each.stacks)
        found: dict[StackKey, Stack] = {}
        for stack in (*self.stacks, *others):
            found.setdefault(stack.key, stack)
        return tuple(found.values())

    def readings_of(self, stack: Stack) -> SeriesReadings | None:
        """The ways to read the series of `stack`; None where there is only one."""
        found = (one for one in self.readings if one.series_uid == stack.series_uid)
        return next((one for one in found if len(one.readings) > 1), None)

    def read_as(self, series_uid: str, way: Way) -> "StudyOnDisk":
        """Give the study with one series read in another way, which then comes first."""
        changed = tuple(
            replace(
                one,
                readings=tuple(sorted(one.readings, key=lambda each: each.way is not way)),
            )
            if one.series_uid == series_uid
            else one
            for one in self.readings
        )
        stacks = tuple(stack for one in changed for stack in one.stacks)
        return replace(
            self,
            readings=changed,
            stacks=stacks,
            reporting=cache(lambda: reread(self.report, stacks, changed)),
        )

    def holding(self, keys: Collection[StackKey]) -> "StudyOnDisk":
        """Give the study read in such a way that stacks of these keys are among its stacks."""
        study = self
        for one in self.readings:
            for reading in one.readings:
                if any(stack.key in keys for stack in reading.stacks):
                    if reading is not one.readings[0]:
                        study = study.read_as(one.series_uid, reading.way)
                    break
        return study

    @property
    def first_stack(self) -> Stack:
        """The stack to show first: axial, of soft tissue, with most slices."""
        return max(self.stacks, key=merit)

    @property
    def words(self) -> str:
        """Such as "CT of 1 February 2018, lumbar spine: 3 series, 172 slices"."""
        when = day_words(self.study_date) if self.study_date else "unknown date"
        head = f"{'MRI' if self.modality == 'MR' else self.modality} of {when}"
        if self.description:
            head += f", {self.description}"
        series = len({stack.series_uid for stack in self.stacks})
        slices = sum(len(stack.slices) for stack in self.stacks)
        return f"{head}: {plural(series, 'series', 'series')}, {plural(slices, 'slice')}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a disc, and the studies that show them."""

    identity: PatientIdentity = field(repr=False)
    studies: tuple[StudyOnDisk, ...]

    @property
    def words(self) -> str:
        """Name and birth date, for the question on screen only."""
        born = self.identity.birth_date
        when = f"born {day_words(born)}" if born else "birth date unknown"
        return f"{shown_name(self.identity)}, {when}"
