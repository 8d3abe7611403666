"""What a folder holds: scanned, and sorted into studies and persons."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from painmap.domain.progress import Job
from painmap.imaging.header import Skipped
from painmap.imaging.others import others_of
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.scan import ScanMemory, ScanResult, scanning
from painmap.imaging.sources import Source
from painmap.imaging.stack import Stack
from painmap.services.first_stack import merit
from painmap.services.identity import name_words, origin_by_itself, person_key
from painmap.services.import_report import report_of, to_json, without_names
from painmap.services.logbook import secrets
from painmap.services.media import DetectMedium, Medium, medium_of
from painmap.services.pacs_ledger import refuse_incomplete
from painmap.services.samples import public_samples
from painmap.services.study_on_disk import Person, StudyOnDisk

SHALLOW = 3
"""A folder with fewer components, such as /home, holds more than anybody's study."""


@dataclass(frozen=True, slots=True)
class FolderContents:
    """The studies in a folder, the newest first, and what is not used.

    Parameters
    ----------
    root : Path
    studies : tuple of StudyOnDisk
    skipped : sequence of Skipped
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
    skipped: Sequence[Skipped] = field(repr=False)
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
        reporting=cache(
            lambda: report_of(scan.root, stacks, scan.skipped, at=now, readings=readings)
        ),
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
