"""The patient's own midline as a curve with levels, and the clinic's words for places on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.interpolate import CubicSpline

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import MIDLINE_MARGIN_MM
from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import Floats
from painmap.imaging.midline import NEAR_MM, SAME_LEVEL_MM

SAMPLE_MM = 0.25
"""Between points of the curve; a place on it is found to far less than the millimetre shown."""

LUMBAR_STEP_MM = (22.0, 55.0)
"""Between neighbouring lumbar or lower thoracic spinous processes of adults; a step beyond
these is said, since one was probably passed over or marked twice. Vertebra and disc together
are about 30 to 40 mm high (phantom.anatomy names its sources)."""


@dataclass(frozen=True, slots=True)
class SpineMark:
    """One marked spinous process (or vertebral body), with its level where it was named."""

    point: PatientPoint
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class SpinePlace:
    """A place in the clinic's words.

    Parameters
    ----------
    offset_mm : float
        Across the midline in the frontal plane; positive to the patient's LEFT.
    level : Level or None
        The nearest named mark's level; None where no mark is named.
    below_mm : float
        Along the midline from that mark, positive towards the feet.
    """

    offset_mm: float
    level: Level | None
    below_mm: float

    @property
    def side(self) -> Side | None:
        """LEFT or RIGHT; None within `MIDLINE_MARGIN_MM` of the midline."""
        if abs(self.offset_mm) <= MIDLINE_MARGIN_MM:
            return None
        return Side.LEFT if self.offset_mm > 0 else Side.RIGHT


class SpineLine:
    """A curve through the marks, bent as a rod would be (a natural cubic spline).

    Beyond the highest and lowest mark it goes on straight along the body for `NEAR_MM`: there
    is no midline further away.

    Parameters
    ----------
    marks : sequence of SpineMark
        At least one, in any order; marks of one height are averaged.
    """

    def __init__(self, marks: Sequence[SpineMark]) -> None:
        if not marks:
            raise ValueError("a midline needs a mark")
        self.marks = tuple(sorted(marks, key=lambda mark: -mark.point.z))

    @cached_property
    def _knots(self) -> Floats:
        """(n, 3) x, y, z from the head down."""
        groups: list[list[PatientPoint]] = []
        for mark in self.marks:
            if groups and groups[-1][0].z - mark.point.z < SAME_LEVEL_MM:
                groups[-1].append(mark.point)
            else:
                groups.append([mark.point])
        return np.array([np.mean(group, axis=0) for group in groups])

    @cached_property
    def curve(self) -> Floats:
        """(n, 3) points of the curve from the head down, `SAMPLE_MM` or less apart in z."""
        knots = self._knots
        top, bottom = knots[0, 2], knots[-1, 2]
        above = np.arange(top + NEAR_MM, top, -SAMPLE_MM)
        within = np.linspace(top, bottom, max(2, int((top - bottom) / SAMPLE_MM) + 2))
        below = np.arange(bottom - SAMPLE_MM, bottom - NEAR_MM - SAMPLE_MM / 2, -SAMPLE_MM)
        if len(knots) == 1:
            within = np.array([top])
            across = np.tile(knots[0, :2], (1, 1))
        else:
            # natural ends: the curve leaves the outermost marks without a bend
            curve = CubicSpline(knots[::-1, 2], knots[::-1, :2], axis=0, bc_type="natural")
            across = curve(within)
        rows = [
            np.column_stack((np.tile(knots[0, :2], (len(above), 1)), above)),
            np.column_stack((across, within)),
            np.column_stack((np.tile(knots[-1, :2], (len(below), 1)), below)),
        ]
        return np.concatenate(rows)

    @cached_property
    def _along(self) -> Floats:
        """Millimetres along the curve in the frontal plane, from its upper end."""
        steps = np.diff(self.curve[:, (0, 2)], axis=0)
        return np.concatenate(([0.0], np.cumsum(np.linalg.norm(steps, axis=1))))

    def _foot(self, point: PatientPoint) -> tuple[float, float] | None:
        """(along, offset) of a point; None where the curve does not reach."""
        flat = self.curve[:, (0, 2)]
        start, step = flat[:-1], np.diff(flat, axis=0)
        gap = np.array((point.x, point.z)) - start
        share = np.clip((gap * step).sum(axis=1) / (step * step).sum(axis=1), 0.0, 1.0)
        away = np.linalg.norm(gap - share[:, None] * step, axis=1)
        n = int(away.argmin())
        beyond = (n == 0 and share[n] == 0.0) or (n == len(step) - 1 and share[n] == 1.0)
        if beyond and away[n] > 1e-6:
            return None
        # positive on the patient's LEFT: the curve runs down, so LEFT is where x grows
        across = step[n, 0] * gap[n, 1] - step[n, 1] * gap[n, 0]
        sign = 1.0 if across >= 0 else -1.0
        along = self._along[n] + share[n] * float(np.linalg.norm(step[n]))
        return float(along), sign * float(away[n])

    def place_of(self, point: PatientPoint) -> SpinePlace | None:
        """Say where a point lies; None more than `NEAR_MM` above or below all marks."""
        foot = self._foot(point)
        if foot is None:
            return None
        along, offset = foot
        named = [(self._along_of(mark), mark.level) for mark in self.marks if mark.level]
        if not named:
            return SpinePlace(offset, None, 0.0)
        at, level = min(named, key=lambda one: abs(one[0] - along))
        return SpinePlace(offset, level, along - at)

    def point_of(self, place: SpinePlace, y: float) -> PatientPoint | None:
        """Give the point of a place at a depth `y`; None off the curve or at no such level."""
        mark = next((one for one in self.marks if one.level is place.level and one.level), None)
        if mark is None:
            return None
        along = self._along_of(mark) + place.below_mm
        if not 0.0 <= along <= self._along[-1]:
            return None
        n = min(int(np.searchsorted(self._along, along, side="right")) - 1, len(self.curve) - 2)
        step = self.curve[n + 1] - self.curve[n]
        flat = step[[0, 2]] / np.linalg.norm(step[[0, 2]])
        share = (along - self._along[n]) / (self._along[n + 1] - self._along[n])
        x, _, z = self.curve[n] + share * step
        left = np.array((-flat[1], flat[0]))
        return PatientPoint(
            float(x + place.offset_mm * left[0]), y, float(z + place.offset_mm * left[1])
        )

    def midline_at(self, z: float) -> PatientPoint | None:
        """The midline at a height; None where it does not reach."""
        curve = self.curve[::-1]
        if not curve[0, 2] <= z <= curve[-1, 2]:
            return None
        x, y = (float(np.interp(z, curve[:, 2], curve[:, axis])) for axis in (0, 1))
        return PatientPoint(x, y, z)

    def mirrored(self, point: PatientPoint) -> PatientPoint | None:
        """The point on the other side, as far from the midline; None where it does not reach."""
        foot = self._foot(point)
        if foot is None:
            return None
        along, offset = foot
        n = min(int(np.searchsorted(self._along, along, side="right")) - 1, len(self.curve) - 2)
        step = self.curve[n + 1] - self.curve[n]
        flat = step[[0, 2]] / np.linalg.norm(step[[0, 2]])
        left = np.array((-flat[1], flat[0]))
        x, z = np.array((point.x, point.z)) - 2 * offset * left
        return PatientPoint(float(x), point.y, float(z))

    def _along_of(self, mark: SpineMark) -> float:
        foot = self._foot(mark.point)
        if foot is None:
            raise ValueError("a mark lies on its own curve")
        return foot[0]

    @property
    def odd_steps(self) -> tuple[str, ...]:
        """Sentences on neighbouring named marks whose levels or distance do not fit."""
        order = list(Level)
        named = [mark for mark in self.marks if mark.level is not None]
        found = []
        for upper, lower in pairwise(named):
            if upper.level is None or lower.level is None:
                continue
            steps = order.index(lower.level) - order.index(upper.level)
            mm = upper.point.z - lower.point.z
            if steps <= 0:
                found.append(f"{lower.level} is marked below {upper.level}.")
            elif not LUMBAR_STEP_MM[0] * steps <= mm <= LUMBAR_STEP_MM[1] * steps:
                found.append(
                    f"{upper.level} and {lower.level} are marked {mm:.0f} mm apart: "
                    "one may have been passed over, or marked twice."
                )
        return tuple(found)


def counted(points: Sequence[PatientPoint], known: int, level: Level) -> tuple[SpineMark, ...]:
    """Name marks by counting from one whose level the doctor names.

    Parameters
    ----------
    points : sequence of PatientPoint
        One a vertebra, none left out, in any order.
    known : int
        Which of `points` has `level`.

    Returns
    -------
    tuple of SpineMark
        From the head down; None as level where the count leaves the spine.
    """
    ranked = sorted(range(len(points)), key=lambda n: -points[n].z)
    levels = list(Level)
    at = levels.index(level)
    zero = ranked.index(known)
    marks = []
    for rank, n in enumerate(ranked):
        index = at + rank - zero
        named = levels[index] if 0 <= index < len(levels) else None
        marks.append(SpineMark(points[n], named))
    return tuple(marks)
