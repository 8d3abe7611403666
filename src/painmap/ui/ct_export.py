"""Pictures and measures of everything that was marked on CT, whichever CT is on screen."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from PySide6.QtGui import QImage

from painmap.domain.anatomy import Muscle
from painmap.domain.errors import PainmapError
from painmap.domain.patient import Patient
from painmap.domain.places import Sha256, StackKey
from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural, study_sentence
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Visit
from painmap.imaging.contour import ContourMeasure
from painmap.imaging.muscle_rows import MuscleRow
from painmap.imaging.volume import Volume, loading
from painmap.services.attaching import consider_again
from painmap.services.clinic import Clinic
from painmap.services.label_export import exporting_labels
from painmap.services.muscle_table import measuring_muscles
from painmap.services.studies import StudyError, StudyOnDisk, StudyProblem, reopening
from painmap.ui import ct_pictures
from painmap.ui.ct_open import HuRange, OpenCt
from painmap.ui.ct_session import anchors_of

LABELS = "muscle-labels"
_NOTHING: Mapping[StackKey, tuple[Volume, StudyOnDisk]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CtExport:
    """What an export has of CT.

    Parameters
    ----------
    pictures : mapping of str to QImage
        Each annotated slice by file name, without suffix.
    measures : mapping of UUID to ContourMeasure
        Of every outline that could be measured.
    missing : tuple of str
        What has no picture and why, one sentence each.
    muscle_rows : tuple of MuscleRow
        What was measured in every muscle, line by line.
    label_maps : mapping of str to bytes
        Accepted muscles as files that other systems read, by name.
    """

    pictures: Mapping[str, QImage]
    measures: Mapping[UUID, ContourMeasure]
    missing: tuple[str, ...] = ()
    muscle_rows: tuple[MuscleRow, ...] = ()
    label_maps: Mapping[str, bytes] = field(default_factory=dict)


Known = Mapping[StackKey, tuple[Volume, StudyOnDisk]]


def picturing(
    visit: Visit,
    muscles: Mapping[str, Muscle],
    window: HuRange,
    known: Known = _NOTHING,
    may_show: Callable[[StudyOnDisk, AttachedStudy], bool] = lambda _disk, _study: True,
    *,
    read: Callable[[Sha256], bytes] | None = None,
    labels: bool = False,
) -> Job[CtExport]:
    """Paint every annotated slice of every attached study; read what is not read yet.

    Parameters
    ----------
    window : HuRange
        How grey the pictures are.
    known : mapping of StackKey to (Volume, StudyOnDisk)
        Stacks that are in memory already.
    may_show : callable
        Whether files that were found again still show whom the study showed.
    read : callable or None
        Gives large content by its hash; without it no muscle is measured.
    labels : bool
        Write accepted muscles as label maps, too.
    """
    pictures: dict[str, QImage] = {}
    measures: dict[UUID, ContourMeasure] = {}
    missing: list[str] = []
    rows: list[MuscleRow] = []
    label_maps: dict[str, bytes] = {}
    for study in visit.attached_studies:
        keys = [a.stack_key for a in anchors_of(visit) if a.study_uid == study.study_uid]
        found: set[StackKey] = set()
        try:
            for step in reading_stacks(study, set(keys), known, may_show):
                if isinstance(step, Progress):
                    yield step
                    continue
                opened = OpenCt(muscles)
                opened.window = window
                opened.open(*step, study)
                found.add(step[0].stack.key)
                for name, image in ct_pictures.slice_pictures(opened, visit, read).items():
                    pictures[_unused(name, pictures)] = image
                measures |= opened.measures(visit)
                if read is not None:
                    found_rows = measuring_muscles(visit, step[0], opened.spine(visit), read)
                    rows += yield from found_rows
                if read is not None and labels:
                    made = yield from exporting_labels(visit, step[0].stack, muscles, read)
                    label_maps |= _named(made.files, label_maps)
                    missing += made.words
        except PainmapError as error:
            missing.append(f"No pictures of the {study_sentence(study)}: {error.message}")
            continue
        if left := sum(key not in found for key in keys):
            missing.append(
                f"No picture of {plural(left, 'mark')} on the {study_sentence(study)}: "
                "the slices are not in its folder any more."
            )
    return CtExport(pictures, measures, tuple(missing), tuple(rows), label_maps)


def shows_the_patient(
    clinic: Clinic, patient: Patient
) -> Callable[[StudyOnDisk, AttachedStudy], bool]:
    """Whether files that were found again still show the patient whom the study showed."""
    folder = Path(clinic.database_place).parent

    def shows(disk: StudyOnDisk, study: AttachedStudy) -> bool:
        found = consider_again(disk, study, patient, blob=clinic.blob, data_folder=folder)
        return found is None or not found.comparison.check.differs

    return shows


def reading_stacks(
    study: AttachedStudy,
    wanted: set[StackKey],
    known: Known,
    may_show: Callable[[StudyOnDisk, AttachedStudy], bool],
) -> Generator[Progress | tuple[Volume, StudyOnDisk], None, None]:
    """Give each wanted stack with its study, and reports while it is read."""
    for key in sorted(wanted & set(known)):
        yield known[key]
    rest = wanted - set(known)
    if not rest:
        return
    disk = yield from reopening(study)
    if not may_show(disk, study):
        raise StudyError(StudyProblem.OTHER_PERSON)
    for stack in disk.all_stacks:
        if stack.key in rest:
            volume = yield from loading(stack)
            yield volume, disk


def _named(files: Mapping[str, bytes], taken: Mapping[str, bytes]) -> dict[str, bytes]:
    """Name the label maps of one more stack: "muscle-labels.dcm", "muscle-labels-2.dcm"."""
    stem, number = LABELS, 2
    while any(name.startswith(f"{stem}.") for name in taken):
        stem, number = f"{LABELS}-{number}", number + 1
    return {f"{stem}.{end}": content for end, content in files.items()}


def _unused(name: str, taken: Mapping[str, QImage]) -> str:
    number, unique = 2, name
    while unique in taken:
        unique, number = f"{name}-stack-{number}", number + 1
    return unique
