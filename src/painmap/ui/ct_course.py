"""What the muscles of a patient measured on every CT of every visit, from the voxels each time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

from painmap.domain.anatomy import Level, Muscle, Side
from painmap.domain.compartment import Compartment
from painmap.domain.errors import PainmapError
from painmap.domain.places import Sha256
from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import day_words, study_sentence
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Visit
from painmap.imaging.muscle_rows import Comparable, MuscleRow
from painmap.services.muscle_table import measuring_muscles
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_export import Known, reading_stacks
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_words import source_words


@dataclass(frozen=True, slots=True, eq=False)
class CoursePoint:
    """One stack on which muscles were outlined in one visit.

    Parameters
    ----------
    visit_id : UUID
    visit_day : date
    day : date
        Of the study; of the visit where the study has none.
    source : str
        Such as "on the supine CT of 3 March 2024".
    rows : tuple of MuscleRow
    compartments : mapping of UUID to Compartment
        Whose the rows are, by id.
    """

    visit_id: UUID
    visit_day: date
    day: date
    source: str
    comparable: Comparable
    rows: tuple[MuscleRow, ...]
    compartments: Mapping[UUID, Compartment]

    def row_of(self, muscle_id: str, side: Side, level: Level | None) -> MuscleRow | None:
        """The line of a muscle at a level; of the whole muscle without one."""
        for each in self.rows:
            if (each.muscle_id, each.side) == (muscle_id, side) and (
                each.whole if level is None else each.level is level
            ):
                return each
        return None

    @property
    def resampled(self) -> frozenset[UUID]:
        """The muscles that were brought here from another grid."""
        every = self.compartments.values()
        return frozenset(each.id for each in every if each.source and each.source.resampled)

    def compartment_of(self, line: MuscleRow) -> Compartment:
        return self.compartments[line.compartment_id]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """All that was measured, in the order of time.

    Parameters
    ----------
    missing : tuple of str
        What could not be measured and why, in sentences.
    """

    points: tuple[CoursePoint, ...]
    missing: tuple[str, ...] = ()


def point_of(opened: OpenCt, visit: Visit, rows: Sequence[MuscleRow]) -> CoursePoint:
    """What was measured on the CT that is open."""
    stack = opened.stack
    visit_day = visit.started.astimezone().date()
    ours = {row.compartment_id for row in rows}
    return CoursePoint(
        visit_id=visit.id,
        visit_day=visit_day,
        day=opened.study_date or visit_day,
        source=source_words(opened.study_date, stack.patient_position),
        comparable=Comparable.of(stack),
        rows=tuple(rows),
        compartments={each.id: each for each in visit.live_compartments if each.id in ours},
    )


def coursing(
    visits: Sequence[Visit],
    muscles: Mapping[str, Muscle],
    known: Known,
    may_show: Callable[[StudyOnDisk, AttachedStudy], bool],
    read: Callable[[Sha256], bytes],
) -> Job[Course]:
    """Measure the muscles of several visits of one patient; reads what is not read yet.

    Parameters
    ----------
    known : mapping of StackKey to (Volume, StudyOnDisk)
        Stacks that are in memory already.
    may_show : callable
        Whether files that were found again still show whom the study showed.
    read : callable
        Gives large content by its hash.
    """
    points: list[CoursePoint] = []
    missing: list[str] = []
    for visit in visits:
        for study in visit.attached_studies:
            anchors = [each.anchor for each in visit.live_compartments]
            keys = {a.stack_key for a in anchors if a.study_uid == study.study_uid}
            if not keys:
                continue
            found = set()
            try:
                for step in reading_stacks(study, keys, known, may_show):
                    if isinstance(step, Progress):
                        yield step
                        continue
                    opened = OpenCt(muscles)
                    opened.open(*step, study)
                    found.add(opened.key)
                    rows = yield from measuring_muscles(visit, step[0], opened.spine(visit), read)
                    points.append(point_of(opened, visit, rows))
            except PainmapError as error:
                missing.append(f"Not measured: the {study_sentence(study)}. {error.message}")
                continue
            if keys - found:
                missing.append(
                    f"Not measured: muscles on the {study_sentence(study)}, whose slices are not "
                    "in its folder any more."
                )
    points.sort(key=lambda point: (point.day, point.visit_day))
    return Course(tuple(points), tuple(dict.fromkeys(missing)))


def changes_between(before: CoursePoint, after: CoursePoint) -> tuple[str, ...]:
    """What makes the figures of two CTs not comparable, each in a few words."""
    one, other = before.comparable, after.comparable
    found = []
    for name, first, second in (
        ("contrast medium", one.contrast or "none named", other.contrast or "none named"),
        ("kVp", _number(one.kvp), _number(other.kvp)),
        ("kernel", one.kernel or "not given", other.kernel or "not given"),
        ("slice thickness", _mm(one.thickness_mm), _mm(other.thickness_mm)),
    ):
        if first != second:
            found.append(f"{name} {first}, then {second}")
        elif first == "not given":
            found.append(f"{name} given in neither")
    return tuple(found)


def change_sentences(points: Sequence[CoursePoint]) -> tuple[str, ...]:
    """What changed from each CT to the next, one sentence for each pair that differs."""
    said = []
    for before, after in pairwise(points):
        changes = changes_between(before, after)
        if changes:
            said.append(
                f"From {day_words(before.day)} to {day_words(after.day)}: {'; '.join(changes)}. "
                "Hounsfield units and what follows from them are not comparable."
            )
        authors = {_authors(before), _authors(after)}
        if len(authors) > 1:
            said.append(
                f"From {day_words(before.day)} to {day_words(after.day)}: outlined by different "
                "people."
            )
    return tuple(said)


def _authors(point: CoursePoint) -> frozenset[str]:
    return frozenset(each.stamp.author for each in point.compartments.values())


def _number(value: float | None) -> str:
    return "not given" if value is None else f"{value:g}"


def _mm(value: float | None) -> str:
    return "not given" if value is None else f"{value:g} mm"
