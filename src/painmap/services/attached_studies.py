"""An attached study is found again: where it was, or at another place."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from painmap.domain.errors import PainmapError
from painmap.domain.ids import new_id
from painmap.domain.places import Sha256
from painmap.domain.progress import Job
from painmap.domain.study import AttachedStudy, IdentityCheck, Origin
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.scan import ScanMemory
from painmap.imaging.sources import Source
from painmap.services.folder_contents import FolderContents, scanning_folder
from painmap.services.identity import identity_hash
from painmap.services.import_report import ImportReport
from painmap.services.media import DetectMedium, medium_of
from painmap.services.study_files import StudyFiles, checking, comparing_moved
from painmap.services.study_on_disk import StudyOnDisk


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
