"""Studies on disk: what a folder holds, which stack to show first, and finding one again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from pathlib import Path

from painmap.domain.errors import PainmapError
from painmap.domain.ids import new_id
from painmap.domain.places import CtAnchor, Sha256
from painmap.domain.progress import Job
from painmap.domain.sentences import day_words, plural
from painmap.domain.study import AttachedStudy, IdentityCheck, Origin
from painmap.imaging.header import PatientIdentity, Skipped
from painmap.imaging.layout import normal_of
from painmap.imaging.scan import ScanResult, scanning
from painmap.imaging.stack import Stack
from painmap.services.identity import (
    identity_hash,
    name_words,
    origin_by_itself,
    person_key,
    shown_name,
)
from painmap.services.import_report import ImportReport, report_of, to_json, without_names
from painmap.services.logbook import secrets
from painmap.services.samples import public_samples

AXIAL_COSINE = 0.7
"""A stack whose normal is closer to the patient's long axis than about 45 degrees is axial."""


class StudyProblem(StrEnum):
    """Why an attached study cannot be opened again; the value is the sentence."""

    FOLDER_GONE = "The folder of this study is no longer where it was."
    STUDY_GONE = "This study is no longer in its folder."
    SEVERAL_PERSONS = "The folder now holds this study for several persons."


_STUDY_HINTS = {
    StudyProblem.FOLDER_GONE: "Connect the disc or drive, or open the study from where it is now.",
    StudyProblem.STUDY_GONE: "Open the study from where it is now.",
    StudyProblem.SEVERAL_PERSONS: "Open the folder again and choose the person.",
}


class StudyError(PainmapError):
    """An attached study cannot be opened again; what was annotated stays in the record."""

    def __init__(self, problem: StudyProblem) -> None:
        super().__init__(problem.value, hint=_STUDY_HINTS[problem])
        self.problem = problem


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
    report : ImportReport
        With real file names, for the screen; `stored_report` gives what is kept.
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
    report: ImportReport = field(repr=False)

    @property
    def first_stack(self) -> Stack:
        """The stack to show first: axial, of soft tissue, with most slices."""
        return max(self.stacks, key=_merit)

    @property
    def words(self) -> str:
        """Such as "CT of 1 February 2018, lumbar spine: 3 series, 172 slices"."""
        when = day_words(self.study_date) if self.study_date else "unknown date"
        head = f"{self.modality} of {when}"
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


@dataclass(frozen=True, slots=True)
class FolderContents:
    """The studies in a folder, the newest first, and what is not used.

    Parameters
    ----------
    root : Path
    studies : tuple of StudyOnDisk
    skipped : tuple of Skipped
    """

    root: Path = field(repr=False)
    studies: tuple[StudyOnDisk, ...]
    skipped: tuple[Skipped, ...] = field(repr=False)

    @property
    def persons(self) -> tuple[Person, ...]:
        """Everybody whom the studies show; with more than one, ask which."""
        found: dict[object, list[StudyOnDisk]] = {}
        for study in self.studies:
            found.setdefault(person_key(study.identity), []).append(study)
        return tuple(Person(group[0].identity, tuple(group)) for group in found.values())

    def stored_report(self, study: StudyOnDisk, key: bytes) -> bytes:
        """Give the import report of `study` as it is kept: JSON that names nobody.

        Parameters
        ----------
        key : bytes
            `data_folder.identity_key` of the data folder.
        """
        everybody = [each.identity for each in self.studies]
        return to_json(without_names(study.report, everybody, of=study.identity, key=key))


def scanning_folder(path: Path, *, now: datetime | None = None) -> Job[FolderContents]:
    """Look through a folder or a file, and give the studies in it.

    Raises
    ------
    SeriesError
        There is no such place, it is empty, or it cannot be opened.
    """
    scan = yield from scanning(path)
    return contents_of(scan, now=now if now is not None else datetime.now().astimezone())


def contents_of(scan: ScanResult, *, now: datetime) -> FolderContents:
    """Sort the stacks of a scan into studies; their names are kept out of the log from here."""
    groups: dict[tuple[object, ...], list[Stack]] = {}
    for stack in scan.stacks:
        groups.setdefault((stack.study_uid, person_key(stack.identity)), []).append(stack)
        if not stack.synthetic:
            secrets.add(name_words(stack.identity))
    studies = [_study(scan, group, now) for group in groups.values()]
    studies.sort(key=lambda study: study.study_date or date.min, reverse=True)
    return FolderContents(scan.root, tuple(studies), scan.skipped)


def _study(scan: ScanResult, stacks: Sequence[Stack], now: datetime) -> StudyOnDisk:
    best = max(stacks, key=_merit)
    return StudyOnDisk(
        study_uid=best.study_uid,
        description=best.facts.study_description,
        study_date=best.study_date,
        modality=best.modality,
        stacks=tuple(stacks),
        identity=best.identity,
        origin=origin_by_itself(
            synthetic=(stack.synthetic for stack in stacks),
            series_uids=(stack.series_uid for stack in stacks),
            samples=public_samples(),
        ),
        deidentified=all(stack.facts.deidentified for stack in stacks),
        folder=scan.root,
        report=report_of(scan.root, stacks, scan.skipped, at=now),
    )


def attached(
    study: StudyOnDisk, *, origin: Origin, identity: IdentityCheck, import_report: Sha256
) -> AttachedStudy:
    """Give the row that attaches `study` to a patient.

    Parameters
    ----------
    origin : Origin
        What was found or answered (`attaching.consider`).
    import_report : Sha256
        Where the store keeps `FolderContents.stored_report`.
    """
    return AttachedStudy(
        id=new_id(),
        study_uid=study.study_uid,
        description=study.description,
        study_date=study.study_date,
        modality=study.modality,
        folder=str(study.folder.absolute()),
        origin=origin,
        identity=identity,
        import_report=import_report,
    )


def reopening(study: AttachedStudy) -> Job[StudyOnDisk]:
    """Find an attached study again in the folder that it was read from.

    Raises
    ------
    StudyError
        The folder or the study is gone, or it is no longer one person's.
    SeriesError
        The folder is empty or cannot be opened.
    """
    folder = Path(study.folder)
    if not folder.exists():
        raise StudyError(StudyProblem.FOLDER_GONE)
    contents = yield from scanning_folder(folder)
    found = [each for each in contents.studies if each.study_uid == study.study_uid]
    if not found:
        raise StudyError(StudyProblem.STUDY_GONE)
    if len(found) > 1:
        raise StudyError(StudyProblem.SEVERAL_PERSONS)
    return found[0]


def shows_same_person(study: StudyOnDisk, report: ImportReport, key: bytes) -> bool:
    """Say whether files show whom the study showed when it was attached.

    A Study Instance UID alone does not: it may have been given twice.

    Parameters
    ----------
    report : ImportReport
        What is stored with the attached study.
    key : bytes
        `data_folder.identity_key` of the data folder.
    """
    return report.identity == identity_hash(study.identity, key)


# --- which stack first


class _Tissue(IntEnum):
    SHARP = 0
    UNKNOWN = 1
    SOFT = 2


_SHARP_WORDS = re.compile(r"\b(bone\w*|lung\w*|edge|sharp|knochen|lunge|osseux|hueso|os)\b")
_SOFT_WORDS = re.compile(r"\b(soft|standard|stnd|std|tissue|weich\w*|muscle|abd\w*|st)\b")
_NUMBERED = re.compile(r"\b(?:(fc)|[a-z]{1,2})(\d{2})[a-z]?\b")
"""Siemens B30f, I31f, Br40, Hr60; Canon FC08: the number says how sharp it is."""


def _tissue(stack: Stack) -> _Tissue:
    """Whether the reconstruction is for soft tissue, as kernel and description say."""
    for text in (stack.facts.kernel.lower(), stack.description.lower()):
        if _SHARP_WORDS.search(text):
            return _Tissue.SHARP
        if _SOFT_WORDS.search(text):
            return _Tissue.SOFT
    numbered = _NUMBERED.search(stack.facts.kernel.lower())
    if numbered is None:
        return _Tissue.UNKNOWN
    limit = 30 if numbered[1] else 50
    return _Tissue.SOFT if int(numbered[2]) < limit else _Tissue.SHARP


def _merit(stack: Stack) -> tuple[bool, bool, bool, bool, int, int, int]:
    """What speaks for showing a stack first, the weightiest first."""
    axial = stack.has_geometry and abs(float(normal_of(stack.slices[0])[2])) >= AXIAL_COSINE
    several = len(stack.slices) > 1
    return (
        not stack.is_localizer,
        several,
        stack.uniform and axial,
        axial,
        _tissue(stack),
        len(stack.slices),
        -stack.index,
    )


# --- anchors


def anchor_for(stack: Stack, k: int) -> CtAnchor:
    """Give what an annotation on slice `k` hangs on.

    Parameters
    ----------
    k : int
        Slice, from 0 in stack order.
    """
    one = stack.slices[k]
    return CtAnchor(
        study_uid=stack.study_uid,
        series_uid=stack.series_uid,
        stack=stack.index,
        sop_uid=one.sop_uid,
        frame_number=one.frame + 1,
        frame_of_reference_uid=stack.frame_of_reference_uid,
        stack_key=stack.key,
    )


class AnchorChange(StrEnum):
    """Why an annotation is shown read-only; the value is the sentence."""

    NOT_OPEN = "Its series is not among the files that are open."
    SLICE_GONE = "Its slice is no longer in the series."
    SERIES_CHANGED = (
        "Slices of its series were added, taken away or placed otherwise since it was made."
    )


@dataclass(frozen=True, slots=True)
class AnchorState:
    """Whether what an annotation hangs on is as it was.

    Parameters
    ----------
    change : AnchorChange or None
        Why it is shown read-only; None: it fits, and may be changed.
    slice_index : int or None
        Slice from 0 in the stack; None where it is not there.
    """

    change: AnchorChange | None
    slice_index: int | None

    @property
    def fits(self) -> bool:
        return self.change is None

    @property
    def reason(self) -> str:
        """The sentence; empty when it fits."""
        return self.change.value if self.change else ""


def stack_of(anchor: CtAnchor, stacks: Sequence[Stack]) -> Stack | None:
    """Find the stack that an annotation hangs on.

    By content; else the one of its series that holds its slice; else the one of its number.
    """
    series = [stack for stack in stacks if stack.series_uid == anchor.series_uid]
    for fits in (
        lambda stack: stack.key == anchor.stack_key,
        lambda stack: _slice_of(anchor, stack) is not None,
        lambda stack: stack.index == anchor.stack,
    ):
        found = next(filter(fits, series), None)
        if found is not None:
            return found
    return None


def anchor_state(anchor: CtAnchor, stack: Stack | None) -> AnchorState:
    """Say whether `anchor` still fits `stack`.

    Parameters
    ----------
    stack : Stack or None
        What `stack_of` gave.
    """
    if stack is None:
        return AnchorState(AnchorChange.NOT_OPEN, None)
    k = _slice_of(anchor, stack)
    if stack.key == anchor.stack_key and k is not None:
        return AnchorState(None, k)
    if k is None:
        return AnchorState(AnchorChange.SLICE_GONE, None)
    return AnchorState(AnchorChange.SERIES_CHANGED, k)


def _slice_of(anchor: CtAnchor, stack: Stack) -> int | None:
    wanted = (anchor.sop_uid, anchor.frame_number)
    found = (k for k, one in enumerate(stack.slices) if (one.sop_uid, one.frame + 1) == wanted)
    return next(found, None)
