"""The side that was chosen, held against the patient's own midline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from painmap.domain.anatomy import Side
from painmap.domain.compartment import Compartment
from painmap.domain.injection import (
    NOT_CHECKED,
    CtPlace,
    Landmark,
    Outline,
    PlannedSite,
    SideBasis,
    SideCheck,
)
from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit
from painmap.imaging.midline import MidlineReading, midline_reading
from painmap.ui.ct_open import OTHER_STACK, OpenCt

Annotation = PlannedSite | Outline | Compartment
"""What has a side and lies on CT."""


class Finding(StrEnum):
    """What holding a side against the midline brings."""

    NO_MIDLINE = "no midline near"
    TOO_NEAR = "too near to the midline"
    AGREES = "agrees"
    DIFFERS = "differs"
    NO_SIDE = "the muscle has no sides"


@dataclass(frozen=True, slots=True)
class SideFinding:
    """A side against the midline.

    Parameters
    ----------
    check : SideCheck
        What is stored when nothing is to be asked; for a difference, what is stored until
        the doctor has answered.
    """

    finding: Finding
    check: SideCheck
    reading: MidlineReading | None = None

    @property
    def question(self) -> str:
        """Such as "The point lies 32 mm to the patient's RIGHT of the midline"."""
        if self.reading is None or self.reading.side is None:
            return ""
        return (
            f"The point lies {abs(self.reading.offset_mm):.0f} mm to the patient's "
            f"{self.reading.side.word} of the midline"
        )


def find_side(side: Side, point: PatientPoint, landmarks: Sequence[Landmark]) -> SideFinding:
    """Hold `side` of an annotation at `point` against the midline through `landmarks`."""
    if side is Side.MIDLINE:
        return SideFinding(Finding.NO_SIDE, NOT_CHECKED)
    reading = midline_reading(point, [mark.point for mark in landmarks])
    if reading is None:
        return SideFinding(Finding.NO_MIDLINE, NOT_CHECKED)
    check = SideCheck(SideBasis.NOT_CHECKED, reading.offset_mm, cited(point, landmarks))
    if reading.side is None:
        return SideFinding(Finding.TOO_NEAR, check, reading)
    if reading.side is side:
        return SideFinding(Finding.AGREES, replace(check, basis=SideBasis.AGREES), reading)
    return SideFinding(Finding.DIFFERS, check, reading)


FIRST_TOLD = (
    Finding.DIFFERS,
    Finding.AGREES,
    Finding.TOO_NEAR,
    Finding.NO_MIDLINE,
    Finding.NO_SIDE,
)
"""What of several points of one thing is told: a single one on the other side is asked about."""


def find_sides(
    side: Side, points: Sequence[PatientPoint], landmarks: Sequence[Landmark]
) -> tuple[SideFinding, PatientPoint]:
    """Hold `side` against the midline at every one of `points`; give what is told, and where."""
    found = [(find_side(side, point, landmarks), point) for point in points]
    return min(found, key=lambda each: FIRST_TOLD.index(each[0].finding))


def cited(point: PatientPoint, landmarks: Sequence[Landmark]) -> tuple[tuple[UUID, int], ...]:
    """The landmarks next above and below `point`, each with its revision."""
    above = [mark for mark in landmarks if mark.point.z >= point.z]
    below = [mark for mark in landmarks if mark.point.z < point.z]
    used = []
    if above:
        used.append(min(above, key=lambda mark: mark.point.z))
    if below:
        used.append(max(below, key=lambda mark: mark.point.z))
    return tuple((mark.id, mark.stamp.revision) for mark in used)


def point_of(item: Annotation) -> PatientPoint | None:
    """The point whose side counts: the target, or the middle of the outline.

    A muscle has one on each of its slices, which only its masks tell: `points_of`.
    """
    if isinstance(item, Outline):
        return middle_of(item.points)
    if isinstance(item, Compartment):
        return None
    return item.place.target if isinstance(item.place, CtPlace) else None


def points_of(session: OpenCt, item: Annotation) -> tuple[PatientPoint, ...]:
    """The points whose side counts; none where nothing of it lies on the open CT."""
    if isinstance(item, Compartment):
        return session.middles(item)
    point = point_of(item)
    return () if point is None else (point,)


def middle_of(points: Sequence[PatientPoint]) -> PatientPoint:
    """The mean of the vertices."""
    count = len(points)
    return PatientPoint(
        sum(point.x for point in points) / count,
        sum(point.y for point in points) / count,
        sum(point.z for point in points) / count,
    )


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a landmark that is new, moved or gone says of what was marked before.

    Parameters
    ----------
    updated : tuple of Annotation
        With their new side check.
    differing : tuple of UUID
        Those of them whose side must be asked about.
    """

    updated: tuple[Annotation, ...]
    differing: tuple[UUID, ...]


def recheck(session: OpenCt, visit: Visit, landmarks: Sequence[Landmark]) -> Recheck:
    """Hold every side of the open CT against `landmarks` again.

    What the doctor kept against the midline stays as it was answered while there is one.
    Where none is left near, a side counts as not checked; what was answered is kept in words.
    """
    updated: list[Annotation] = []
    differing: list[UUID] = []
    items: tuple[Annotation, ...] = (
        *visit.live_planned_sites,
        *visit.live_outlines,
        *visit.live_compartments,
    )
    for item in items:
        points = _checked_points(session, item)
        if not points:
            continue
        found, _ = find_sides(item.side, points, landmarks)
        stays = item.side_check.basis is SideBasis.KEPT_AGAINST
        if found.finding is Finding.NO_SIDE or (stays and found.finding is not Finding.NO_MIDLINE):
            continue
        check = replace(found.check, answer=item.side_check.answer)
        if check != item.side_check:
            updated.append(replace(item, side_check=check))
        if found.finding is Finding.DIFFERS:
            differing.append(item.id)
    return Recheck(tuple(updated), tuple(differing))


def _checked_points(session: OpenCt, item: Annotation) -> tuple[PatientPoint, ...]:
    """Where the side of `item` is read; nowhere where that may not be changed."""
    if isinstance(item, Outline | Compartment):
        anchor = item.anchor
    elif isinstance(item.place, CtPlace):
        anchor = item.place.anchor
    else:
        return ()
    standing = session.standing(anchor)
    # another stack of the same study is as it was; only what was changed is read-only
    current = standing.editable or standing == OTHER_STACK
    return points_of(session, item) if standing.drawn and current else ()


def turned(item: Annotation, found: SideFinding) -> Annotation:
    """`item` with the side on which it lies."""
    if found.reading is None or found.reading.side is None:
        raise ValueError("there is no side to turn to")
    check = replace(
        found.check,
        basis=SideBasis.AGREES,
        answer=f"made {found.reading.side.word}, {item.side.word} was chosen",
    )
    return replace(item, side=found.reading.side, side_check=check)


def kept(item: Annotation, found: SideFinding, reason: str) -> Annotation:
    """`item` with its side kept against the midline, for `reason`."""
    check = replace(found.check, basis=SideBasis.KEPT_AGAINST, answer=reason)
    return replace(item, side_check=check)
