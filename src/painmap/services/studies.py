"""Studies on disk: what a folder holds, which stack to show first, and finding one again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from painmap.domain.errors import PainmapError
from painmap.domain.ids import new_id
from painmap.domain.places import Sha256, StackKey
from painmap.domain.progress import Job
from painmap.domain.sentences import day_words, plural
from painmap.domain.study import AttachedStudy, IdentityCheck, Origin
from painmap.imaging.header import PatientIdentity, Skipped
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.others import others_of
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.scan import ScanMemory, ScanResult, scanning
from painmap.imaging.sources import Source
from painmap.imaging.stack import Stack
from painmap.imaging.ways import Way
from painmap.services.anchors import anchor_for, anchor_state, stack_of
from painmap.services.first_stack import merit
from painmap.services.identity import (
    identity_hash,
    name_words,
    origin_by_itself,
    person_key,
    shown_name,
)
from painmap.services.import_report import (
    ImportReport,
    report_of,
    reread,
    to_json,
    without_names,
)
from painmap.services.logbook import secrets
from painmap.services.media import DetectMedium, Medium, medium_of
from painmap.services.pacs_ledger import refuse_incomplete
from painmap.services.samples import public_samples
from painmap.services.study_files import StudyFiles, checking, comparing_moved

__all__ = [
    "FolderContents",
    "Person",
    "Reopened",
    "StudyError",
    "StudyOnDisk",
    "StudyProblem",
    "anchor_for",
    "anchor_state",
    "attached",
    "contents_of",
    "finding_again",
    "held_against",
    "relocating",
    "reopening",
    "scanning_folder",
    "shows_same_person",
    "stack_of",
]


SHALLOW = 3
"""A folder with fewer components, such as /home, holds more than anybody's study."""


class StudyProblem(StrEnum):
    """Why an attached study cannot be opened again; the value is the sentence."""

    FOLDER_GONE = "The folder of this study is no longer where it was."
    NOT_THERE = "This study is not at the place that you chose."
    STUDY_GONE = "This study is no longer in its folder."
    SEVERAL_PERSONS = "The folder now holds this study for several persons."
    OTHER_PERSON = "The files in its folder now show somebody else."


_STUDY_HINTS = {
    StudyProblem.FOLDER_GONE: "Connect the disc or drive, or choose where the study is now.",
    StudyProblem.STUDY_GONE: "Choose where the study is now.",
    StudyProblem.NOT_THERE: "Choose another place; nothing was changed.",
    StudyProblem.SEVERAL_PERSONS: "Open the folder again and choose the person.",
    StudyProblem.OTHER_PERSON: "Open the study again and compare.",
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
    report: ImportReport = field(repr=False)
    readings: tuple[SeriesReadings, ...] = field(default=(), repr=False)
    changed: str = ""

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
            self, readings=changed, stacks=stacks, report=reread(self.report, stacks, changed)
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


@dataclass(frozen=True, slots=True)
class FolderContents:
    """The studies in a folder, the newest first, and what is not used.

    Parameters
    ----------
    root : Path
    studies : tuple of StudyOnDisk
    skipped : tuple of Skipped
    look_only : tuple of StudyOnDisk
        Studies of another modality; they are looked at, never attached.
    notes : tuple of str
        What was unusual about the source, in sentences.
    medium : Medium
        What it lies on.
    must_copy : str
        Why its studies are copied into the program's store, one sentence; empty where they
        may be read from where they are.
    unpacked : bool
        The files lie in a workspace, which goes away.
    """

    root: Path = field(repr=False)
    studies: tuple[StudyOnDisk, ...]
    skipped: tuple[Skipped, ...] = field(repr=False)
    look_only: tuple[StudyOnDisk, ...] = ()
    notes: tuple[str, ...] = ()
    medium: Medium = field(default_factory=Medium)
    must_copy: str = ""
    unpacked: bool = False
    source: Source | None = field(default=None, repr=False)

    @property
    def beside(self) -> tuple[str, ...]:
        """What lies beside the CT, such as "MRI of the lumbar spine, 4 series"."""
        return tuple(each.words for each in others_of(self.skipped))

    def look_only_of(self, person: Person) -> tuple[StudyOnDisk, ...]:
        """The studies that are looked at only and show `person`."""
        key = person_key(person.identity)
        return tuple(each for each in self.look_only if person_key(each.identity) == key)

    @property
    def offered(self) -> Path:
        """What was opened, to open it again: the archive itself, not where it was unpacked."""
        return self.root if self.source is None else self.source.root

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


def scanning_folder(
    source: Source | Path,
    *,
    now: datetime | None = None,
    memory: ScanMemory | None = None,
    detect: DetectMedium = medium_of,
    workspace: Path | None = None,
) -> Job[FolderContents]:
    """Look through a source, and give the studies in it.

    Parameters
    ----------
    memory : ScanMemory or None
        The index; it is asked only about media that stay what they are.
    detect : callable
        Says what the source lies on.
    workspace : Path or None
        Where archives are unpacked: a folder of the caller's, made here when it is needed.

    Raises
    ------
    SeriesError
        There is no such place, it is empty, it cannot be opened, or it is a bad archive.
    IncompleteStudy
        It holds a study of a PACS that has not arrived whole.
    """
    wanted = source if isinstance(source, Source) else Source((source,))
    for path in wanted.paths:
        refuse_incomplete(path)
    media = [detect(path) for path in wanted.paths if path.exists()]
    medium = next((each for each in media if not each.stays), media[0] if media else Medium())
    if workspace is not None and any(path.is_file() for path in wanted.paths):
        workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
    scan = yield from scanning(
        wanted,
        memory=memory if all(each.may_be_indexed for each in media) else None,
        opener=medium.opener,
        workspace=workspace,
    )
    when = now if now is not None else datetime.now().astimezone()
    return replace(contents_of(scan, now=when), medium=medium, must_copy=_why_copied(scan, medium))


def _why_copied(scan: ScanResult, medium: Medium) -> str:
    if scan.unpacked:
        return "It comes from an archive, so its files are kept unpacked in painmap's store."
    if not medium.stays:
        return f"It lies on a {medium.word}, so it is copied into painmap's store."
    if scan.source is not None and len(scan.source.paths) > 1 and _is_shallow(scan.root):
        return "It was opened from several places, so it is copied into painmap's store."
    return ""


def _is_shallow(folder: Path) -> bool:
    """Whether a folder holds far more than a study: looking through it again would not end."""
    return len(folder.parts) < SHALLOW or folder == Path.home()


def contents_of(scan: ScanResult, *, now: datetime) -> FolderContents:
    """Sort the stacks of a scan into studies; their names are kept out of the log from here."""
    studies = _studies(scan, scan.stacks, now)
    look_only = _studies(scan, scan.look_only, now)
    return FolderContents(
        scan.root,
        studies,
        scan.skipped,
        look_only,
        notes=scan.notes,
        unpacked=scan.unpacked,
        source=scan.source,
    )


def _studies(scan: ScanResult, stacks: Sequence[Stack], now: datetime) -> tuple[StudyOnDisk, ...]:
    """Sort stacks into studies, the newest first."""
    groups: dict[tuple[object, ...], list[Stack]] = {}
    for stack in stacks:
        groups.setdefault(_study_key(stack), []).append(stack)
        if not stack.synthetic:
            secrets.add(name_words(stack.identity))
    studies = [_study(scan, key, group, now) for key, group in groups.items()]
    studies.sort(key=lambda study: study.study_date or date.min, reverse=True)
    return tuple(studies)


def _study_key(stack: Stack) -> tuple[object, ...]:
    return stack.study_uid, person_key(stack.identity)


def _study(
    scan: ScanResult, key: tuple[object, ...], stacks: Sequence[Stack], now: datetime
) -> StudyOnDisk:
    best = max(stacks, key=merit)
    uids = {stack.series_uid for stack in stacks}
    readings = tuple(_readings_of(one, key) for one in scan.readings if one.series_uid in uids)
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
        folder=_folder_of(scan, stacks),
        report=report_of(scan.root, stacks, scan.skipped, at=now, readings=readings),
        readings=readings,
    )


def _readings_of(series: SeriesReadings, key: tuple[object, ...]) -> SeriesReadings:
    """Leave out stacks that show another person or belong to another study."""
    kept = (
        replace(each, stacks=tuple(one for one in each.stacks if _study_key(one) == key))
        for each in series.readings
    )
    return replace(series, readings=tuple(each for each in kept if each.stacks))


def _folder_of(scan: ScanResult, stacks: Sequence[Stack]) -> Path:
    """Where a study is looked for again: of several places the folder that holds its files."""
    if scan.source is None or len(scan.source.paths) == 1:
        return scan.root
    return Source.of(*{path.parent for stack in stacks for path in stack.files}).root


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


@dataclass(frozen=True, slots=True)
class Reopened:
    """An attached study that was found again, and all that its folder holds now."""

    contents: FolderContents
    disk: StudyOnDisk


def finding_again(
    study: AttachedStudy,
    *,
    known: StudyFiles | None = None,
    memory: ScanMemory | None = None,
    detect: DetectMedium = medium_of,
) -> Job[Reopened]:
    """Find an attached study again in the folder that it was read from.

    It is found by its Study Instance UID; `attaching.consider_again` says whether it still
    shows the same person.

    Parameters
    ----------
    known : StudyFiles or None
        Its files as they were: what changed is said by `StudyOnDisk.changed`.

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
    contents = yield from scanning_folder(folder, memory=memory, detect=detect)
    disk = _the_one(contents, study, StudyProblem.STUDY_GONE)
    if known is not None:
        change = yield from checking(known, opener=contents.medium.opener)
        disk = replace(disk, changed=change.sentence)
    return Reopened(contents, disk)


def _the_one(
    contents: FolderContents, study: AttachedStudy, otherwise: StudyProblem
) -> StudyOnDisk:
    found = [each for each in contents.studies if each.study_uid == study.study_uid]
    if not found:
        raise StudyError(otherwise)
    if len(found) > 1:
        raise StudyError(StudyProblem.SEVERAL_PERSONS)
    return found[0]


def held_against(
    disk: StudyOnDisk, known: StudyFiles, *, opener: Opener = open_file
) -> Job[StudyOnDisk]:
    """Compare a study that was opened anew with what its files were when it was attached."""
    if str(disk.folder.absolute()) == known.folder:
        change = yield from checking(known, opener=opener)
    else:
        change = yield from comparing_moved(known, disk.stacks, opener=opener)
    return replace(disk, changed=change.sentence)


def relocating(
    study: AttachedStudy,
    source: Source | Path,
    *,
    known: StudyFiles | None = None,
    memory: ScanMemory | None = None,
    detect: DetectMedium = medium_of,
    workspace: Path | None = None,
) -> Job[Reopened]:
    """Find an attached study at another place, by its UIDs and by what its files hold.

    Raises
    ------
    StudyError
        NOT_THERE or SEVERAL_PERSONS; nothing was changed.
    SeriesError
        The place cannot be opened.
    """
    contents = yield from scanning_folder(source, memory=memory, detect=detect, workspace=workspace)
    disk = _the_one(contents, study, StudyProblem.NOT_THERE)
    if known is not None:
        change = yield from comparing_moved(known, disk.stacks, opener=contents.medium.opener)
        if len(change.gone) == change.total:
            raise StudyError(StudyProblem.NOT_THERE)
        disk = replace(disk, changed=change.sentence)
    return Reopened(contents, disk)


def reopening(study: AttachedStudy) -> Job[StudyOnDisk]:
    """Find an attached study again, as `finding_again` does; give the study alone."""
    found = yield from finding_again(study)
    return found.disk


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
