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
    LandmarkKind,
    Outline,
    PlannedSite,
    SideBasis,
    SideCheck,
)
from painmap.domain.needle_plan import PlannedPath
from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit
from painmap.imaging.spine_line import SpinePlace
from painmap.services.spine import Spine
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
    reading: SpinePlace | None = None

    @property
    def question(self) -> str:
        """Such as "The point lies 32 mm to the patient's RIGHT of the midline"."""
        if self.reading is None or self.reading.side is None:
            return ""
        return (
            f"The point lies {abs(self.reading.offset_mm):.0f} mm to the patient's "
            f"{self.reading.side.word} of the midline"
        )


def find_side(side: Side, point: PatientPoint, spine: Spine) -> SideFinding:
    """Hold `side` of an annotation at `point` against the midline that is the doctor's.

    A midline that is only proposed checks nothing.
    """
    if side is Side.MIDLINE:
        return SideFinding(Finding.NO_SIDE, NOT_CHECKED)
    line = spine.doctors_line
    reading = line.place_of(point) if line is not None else None
    if reading is None:
        return SideFinding(Finding.NO_MIDLINE, NOT_CHECKED)
    used = cited(point, spine.doctors_landmarks)
    check = SideCheck(SideBasis.NOT_CHECKED, reading.offset_mm, used)
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
    side: Side, points: Sequence[PatientPoint], spine: Spine
) -> tuple[SideFinding, PatientPoint]:
    """Hold `side` against the midline at every one of `points`; give what is told, and where."""
    found = [(find_side(side, point, spine), point) for point in points]
    return min(found, key=lambda each: FIRST_TOLD.index(each[0].finding))


def with_level(item: Annotation, points: Sequence[PatientPoint], spine: Spine) -> Annotation:
    """`item` with its level held against the spine; a muscle has none, its slices do."""
    if isinstance(item, Compartment):
        return item
    return replace(item, level_check=spine.check_level(item.level, points))


def cited(point: PatientPoint, landmarks: Sequence[Landmark]) -> tuple[tuple[UUID, int], ...]:
    """The landmarks of each kind next above and below `point`, each with its revision."""
    used = []
    for kind in LandmarkKind:
        mine = [mark for mark in landmarks if mark.kind is kind]
        above = [mark for mark in mine if mark.point.z >= point.z]
        below = [mark for mark in mine if mark.point.z < point.z]
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
    """What a spine that has changed says of what was marked before.

    Parameters
    ----------
    updated : tuple of Annotation
        With their new checks of side and level.
    differing : tuple of UUID
        Those of them whose side must be asked about.
    """

    updated: tuple[Annotation, ...]
    differing: tuple[UUID, ...]


def recheck(session: OpenCt, visit: Visit, spine: Spine) -> Recheck:
    """Hold every side and level of the open CT against `spine` again.

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
        again = with_level(item, points, spine)
        found, _ = find_sides(item.side, points, spine)
        stays = item.side_check.basis is SideBasis.KEPT_AGAINST
        stays = stays and found.finding is not Finding.NO_MIDLINE
        if found.finding is not Finding.NO_SIDE and not stays:
            again = replace(again, side_check=replace(found.check, answer=item.side_check.answer))
            if found.finding is Finding.DIFFERS:
                differing.append(item.id)
        if again != item:
            updated.append(again)
    return Recheck(tuple(updated), tuple(differing))


def rechecked_paths(session: OpenCt, visit: Visit, spine: Spine) -> tuple[PlannedPath, ...]:
    """Paths of the open CT whose entry is on another side, or as far from it, as was written."""
    found = []
    for path in visit.live_paths:
        site = visit.find(path.site_id)
        if isinstance(site, PlannedSite) and session.standing(path.anchor).editable:
            again = with_side(path, site, spine)
            if again != path:
                found.append(again)
    return tuple(found)


def with_side(plan: PlannedPath, site: PlannedSite, spine: Spine) -> PlannedPath:
    """A path that follows its target or a changed spine, with its side as it is read now.

    What the doctor has answered stays; what differs now counts as not checked.
    """
    if plan.side_check.basis is SideBasis.KEPT_AGAINST:
        return plan
    found = find_side(site.side, plan.entry, spine)
    return replace(plan, side_check=replace(found.check, answer=plan.side_check.answer))


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
