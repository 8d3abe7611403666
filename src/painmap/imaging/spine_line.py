"""The patient's own midline as a curve with levels, and the clinic's words for places on it.

The midline is what was marked (spinous processes, vertebral bodies), never x = 0: a patient
lies off the centre of the table, may be turned, and a spine may be curved. Sides, mirroring,
offsets and levels are all read here, so that they cannot contradict each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.interpolate import CubicSpline

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import MIDLINE_MARGIN_MM, LandmarkKind
from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import Floats, PlaneGeometry

NEAR_MM = 40.0
"""A mark speaks for points up to this far above or below it: about one lumbar level."""

SAME_LEVEL_MM = 2.0
"""Marks of one kind closer than this along the body stand for one level and are averaged."""

EASE_MM = 20.0
"""Beyond the outermost mark the midline turns along the body within this way. A kink there
would give some places two feet on it, and mirroring twice would not be the place again."""

SAMPLE_MM = 0.25
"""Between samples of the curve; between them it is interpolated."""

LEAST_FRONT_MM = 20.0
"""A vertebral body so near to the line through the spinous processes gives no direction; the
bodies of adults lie 45 to 70 mm in front of their tips (phantom.anatomy names its sources)."""

MOST_TURN_DEGREES = 45.0
"""A direction beyond this is a mark in the wrong place, not a turned patient."""

LEVEL_REACH_MM = 20.0
"""A named mark speaks for slices so far beyond the outermost one: half a lumbar step."""

BODY, SPINOUS = LandmarkKind.VERTEBRAL_BODY, LandmarkKind.SPINOUS_PROCESS


@dataclass(frozen=True, slots=True)
class SpineMark:
    """One marked spinous process or vertebral body, with its level where it was named."""

    point: PatientPoint
    level: Level | None = None
    kind: LandmarkKind = SPINOUS


@dataclass(frozen=True, slots=True)
class SpinePlace:
    """A place in the clinic's words.

    Parameters
    ----------
    offset_mm : float
        Across the midline, at right angles to it; positive to the patient's LEFT.
    level : Level or None
        The nearest named mark's level; None where no mark is named.
    below_mm : float
        Along the midline from that mark, positive towards the feet.
    kind : LandmarkKind
        What is marked there.
    """

    offset_mm: float
    level: Level | None
    below_mm: float
    kind: LandmarkKind = SPINOUS

    @property
    def side(self) -> Side | None:
        """LEFT or RIGHT; None within `MIDLINE_MARGIN_MM` of the midline."""
        if abs(self.offset_mm) <= MIDLINE_MARGIN_MM:
            return None
        return Side.LEFT if self.offset_mm > 0 else Side.RIGHT


@dataclass(frozen=True, slots=True, eq=False)
class _Foot:
    """Where a point stands on the midline.

    Parameters
    ----------
    at : (3,) ndarray
        The place on the curve.
    left : (3,) ndarray
        Unit vector to the patient's LEFT, at right angles to the midline there.
    back : (3,) ndarray
        Unit vector straight back within the midline, level with the table.
    along : float
        Millimetres along the curve from its upper end.
    """

    at: Floats
    left: Floats
    back: Floats
    along: float

    def offset(self, point: PatientPoint) -> float:
        return float((np.asarray(point) - self.at) @ self.left)


class SpineLine:
    """A curve through the marks, bent as a rod would be, with its own direction at each level.

    It runs through the spinous processes (through vertebral bodies where none is marked), as a
    natural cubic spline. How the patient is turned is read from vertebral bodies in front of
    it, level by level; without any the midline points straight to the front.

    Parameters
    ----------
    marks : sequence of SpineMark
        At least one, in any order; marks of one kind and height are averaged.
    """

    def __init__(self, marks: Sequence[SpineMark]) -> None:
        if not marks:
            raise ValueError("a midline needs a mark")
        self.marks = tuple(sorted(marks, key=lambda mark: -mark.point.z))

    # --- the curve

    @cached_property
    def _knots(self) -> Floats:
        """(n, 3) x, y, z from the head down."""
        spinous = [mark.point for mark in self.marks if mark.kind is SPINOUS]
        return _levelled(spinous or [mark.point for mark in self.marks])

    @cached_property
    def curve(self) -> Floats:
        """(n, 3) points of the curve from the head down, `SAMPLE_MM` or less apart in z."""
        return self._sampled[0]

    @cached_property
    def _sampled(self) -> tuple[Floats, Floats]:
        """The curve, and its slopes dx/dz and dy/dz: (n, 3) and (n, 2)."""
        knots = self._knots
        top, bottom = knots[0, 2], knots[-1, 2]
        z = np.unique(
            np.concatenate(
                (
                    np.linspace(top, bottom, max(1, int((top - bottom) / SAMPLE_MM) + 2)),
                    np.arange(top, top + NEAR_MM + SAMPLE_MM / 2, SAMPLE_MM),
                    np.arange(bottom, bottom - NEAR_MM - SAMPLE_MM / 2, -SAMPLE_MM),
                )
            )
        )[::-1]
        inside = np.clip(z, bottom, top)
        if len(knots) == 1:
            across, slopes = np.tile(knots[0, :2], (len(z), 1)), np.zeros((len(z), 2))
        else:
            # natural ends: the curve leaves the outermost marks without a bend
            rod = CubicSpline(knots[::-1, 2], knots[::-1, :2], axis=0, bc_type="natural")
            across, slopes = rod(inside), rod(inside, 1)
        beyond = z - inside
        eased = np.minimum(np.abs(beyond), EASE_MM)
        run = np.sign(beyond) * (eased - eased**2 / (2 * EASE_MM))
        across = across + slopes * run[:, None]
        slopes = slopes * (1 - eased / EASE_MM)[:, None]
        return np.column_stack((across, z)), slopes

    @cached_property
    def _turns(self) -> tuple[Floats, Floats]:
        """Heights, ascending, and how far the midline points to the LEFT there, in radians."""
        if self._has_one_kind:
            return np.zeros(1), np.zeros(1)
        curve = self.curve[::-1]
        found = []
        for x, y, z in _levelled([mark.point for mark in self.marks if mark.kind is BODY])[::-1]:
            start = [np.interp(z, curve[:, 2], curve[:, axis]) for axis in (0, 1)]
            ahead, aside = start[1] - y, x - start[0]
            turn = float(np.arctan2(aside, ahead))
            if ahead >= LEAST_FRONT_MM and abs(turn) <= np.radians(MOST_TURN_DEGREES):
                found.append((z, turn))
        heights, turns = np.array(found or [(0.0, 0.0)]).T
        return heights, turns

    @property
    def _has_one_kind(self) -> bool:
        return len({mark.kind for mark in self.marks}) == 1

    @cached_property
    def _axes(self) -> tuple[Floats, Floats]:
        """(n, 3) unit vectors at each sample: straight back, and up along the midline."""
        curve, slopes = self._sampled
        turn = np.interp(curve[:, 2], *self._turns)
        back = np.column_stack((-np.sin(turn), np.cos(turn), np.zeros(len(turn))))
        up = np.column_stack((slopes, np.ones(len(turn))))
        # the lordosis does not tilt a level: heights are the same in front and behind
        up -= (up * back).sum(axis=1)[:, None] * back
        return back, up / np.linalg.norm(up, axis=1)[:, None]

    @cached_property
    def _along(self) -> Floats:
        """Millimetres along the curve, seen in the direction of the midline, from its top."""
        _, up = self._axes
        steps = np.diff(self.curve, axis=0)
        return np.concatenate(([0.0], np.cumsum(-(steps * (up[1:] + up[:-1]) / 2).sum(axis=1))))

    # --- from a point to its place

    def _foot(self, point: PatientPoint) -> _Foot | None:
        """Where a point stands on the midline; None where no mark is near."""
        _, up = self._axes
        height = ((np.asarray(point) - self.curve) * up).sum(axis=1)
        # the foot lies where the point is neither above nor below: seek the change of sign
        crossings = np.flatnonzero((height[:-1] <= 0) & (height[1:] >= 0))
        if not len(crossings):
            return None
        n = int(min(crossings, key=lambda each: abs(self.curve[each, 2] - point.z)))
        share = _root(np.asarray(point), self.curve[n : n + 2], up[n : n + 2])
        foot = self._foot_at(n, share)
        if all(abs(foot.along - each) > NEAR_MM for each in self._along_of_knots):
            return None
        return foot

    def _foot_at(self, n: int, share: float) -> _Foot:
        back, up = (pair[n] + share * (pair[n + 1] - pair[n]) for pair in self._axes)
        back = back / np.linalg.norm(back)
        left = np.cross(back, up)
        return _Foot(
            self.curve[n] + share * (self.curve[n + 1] - self.curve[n]),
            left / np.linalg.norm(left),
            back,
            float(self._along[n] + share * (self._along[n + 1] - self._along[n])),
        )

    def _foot_along(self, along: float) -> _Foot | None:
        if not 0.0 <= along <= self._along[-1]:
            return None
        n = min(int(np.searchsorted(self._along, along, side="right")) - 1, len(self.curve) - 2)
        share = (along - self._along[n]) / (self._along[n + 1] - self._along[n])
        return self._foot_at(n, float(share))

    @cached_property
    def _along_of_knots(self) -> tuple[float, ...]:
        """Where the marks of the curve stand along it."""
        z = self.curve[::-1, 2]
        heights = self._knots[:, 2]
        return tuple(np.interp(heights, z, self._along[::-1]).tolist())

    def place_of(self, point: PatientPoint) -> SpinePlace | None:
        """Say where a point lies; None more than `NEAR_MM` from all marks along the body."""
        foot = self._foot(point)
        if foot is None:
            return None
        offset = foot.offset(point)
        if not self._said_from:
            return SpinePlace(offset, None, 0.0)
        along, mark = min(self._said_from, key=lambda one: abs(one[0] - foot.along))
        return SpinePlace(offset, mark.level, foot.along - along, mark.kind)

    def point_of(self, place: SpinePlace, y: float) -> PatientPoint | None:
        """Give the point of a place at a depth `y`; None off the curve or at no such level."""
        from_mark = next((a for a, mark in self._said_from if mark.level is place.level), None)
        foot = None if from_mark is None else self._foot_along(from_mark + place.below_mm)
        if foot is None:
            return None
        aside = foot.at + place.offset_mm * foot.left
        return _point(aside + (y - aside[1]) / foot.back[1] * foot.back)

    def ahead_mm(self, point: PatientPoint) -> float | None:
        """How far a point lies in front of the curve; None where that does not reach."""
        foot = self._foot(point)
        return None if foot is None else float((foot.at - np.asarray(point)) @ foot.back)

    def midline_at(self, z: float) -> PatientPoint | None:
        """The curve at a height; None where it does not reach."""
        curve = self.curve[::-1]
        if not curve[0, 2] <= z <= curve[-1, 2]:
            return None
        x, y = (float(np.interp(z, curve[:, 2], curve[:, axis])) for axis in (0, 1))
        return PatientPoint(x, y, z)

    def direction_at(self, z: float) -> tuple[float, float, float]:
        """Unit vector to the front within the midline at a height."""
        turn = float(np.interp(z, *self._turns))
        return float(np.sin(turn)), float(-np.cos(turn)), 0.0

    def mirrored(self, point: PatientPoint) -> PatientPoint | None:
        """The point on the other side, as far from the midline; None where it does not reach."""
        foot = self._foot(point)
        if foot is None:
            return None
        return _point(np.asarray(point) - 2 * foot.offset(point) * foot.left)

    # --- levels

    @cached_property
    def _said_from(self) -> tuple[tuple[float, SpineMark], ...]:
        """Where the marks that words are measured from stand along the curve."""
        return tuple(self._standing(_one_a_level(self.marks, SPINOUS)))

    @property
    def said_marks(self) -> tuple[SpineMark, ...]:
        """The marks that words are measured from: one a level, its spinous process if marked."""
        return tuple(mark for _, mark in self._said_from)

    @cached_property
    def level_marks(self) -> tuple[SpineMark, ...]:
        """One named mark a level, from the head down: its vertebral body if that is marked.

        The spinous process hangs about half a vertebra lower than its body.
        """
        return _one_a_level(self.marks, BODY)

    def _standing(self, marks: Iterable[SpineMark]) -> list[tuple[float, SpineMark]]:
        """Where marks stand along the curve; those without a foot on it are left out."""
        feet = [(self._foot(mark.point), mark) for mark in marks]
        return [(foot.along, mark) for foot, mark in feet if foot is not None]

    def level_at(self, point: PatientPoint) -> Level | None:
        """The level to which a point belongs; None where that is uncertain."""
        foot = self._foot(point)
        if foot is None:
            return None
        standing = self._standing(self.level_marks)
        return nearest_level([(along - foot.along, mark.level) for along, mark in standing])

    def level_of_plane(self, plane: PlaneGeometry) -> Level | None:
        """The level to which a slice belongs, tilted or not; None where that is uncertain."""
        # a mark's own distance from the slice is exact for a tilted stack as well
        points = [mark.point for mark in self.level_marks]
        away = plane.pixels_of(points)[1].tolist() if points else []
        return nearest_level(list(zip(away, (m.level for m in self.level_marks), strict=True)))


def nearest_level(away: Sequence[tuple[float, Level | None]]) -> Level | None:
    """The level of the nearest named mark along the body.

    What lies further than `LEVEL_REACH_MM` from it, and what lies between two marks that are
    not neighbours in the spine, has no certain level.

    Parameters
    ----------
    away : sequence of (float, Level)
        Signed distances of marks, in their order along the body.
    """
    named = [(mm, level) for mm, level in away if level is not None]
    if not named:
        return None
    order = list(Level)
    for (one, upper), (other, lower) in pairwise(named):
        if one * other < 0 and abs(order.index(upper) - order.index(lower)) != 1:
            return None
    mm, level = min(named, key=lambda each: abs(each[0]))
    return level if abs(mm) <= LEVEL_REACH_MM else None


def _one_a_level(marks: Sequence[SpineMark], preferred: LandmarkKind) -> tuple[SpineMark, ...]:
    """Named marks, one a level, those of a kind first."""
    found: dict[Level, SpineMark] = {}
    for mark in sorted(marks, key=lambda each: each.kind is not preferred):
        if mark.level is not None:
            found.setdefault(mark.level, mark)
    return tuple(sorted(found.values(), key=lambda mark: -mark.point.z))


def _levelled(points: Sequence[PatientPoint]) -> Floats:
    """(n, 3) from the head down; points of one level averaged."""
    groups: list[list[PatientPoint]] = []
    for point in sorted(points, key=lambda each: -each.z):
        if groups and groups[-1][0].z - point.z < SAME_LEVEL_MM:
            groups[-1].append(point)
        else:
            groups.append([point])
    return np.array([np.mean(group, axis=0) for group in groups])


def _root(point: Floats, curve: Floats, up: Floats) -> float:
    """Where between two samples a point is neither above nor below, as a share."""
    gap, step, turn = point - curve[0], curve[1] - curve[0], up[1] - up[0]
    # (gap - share * step) . (up + share * turn) = 0
    free, first, second = gap @ up[0], gap @ turn - step @ up[0], -(step @ turn)
    share = -free / first
    for _ in range(2):
        value = free + share * (first + share * second)
        share -= value / (first + 2 * share * second)
    return float(min(1.0, max(0.0, share)))


def _point(at: Floats) -> PatientPoint:
    return PatientPoint(float(at[0]), float(at[1]), float(at[2]))
