"""The trunk's outlines (skin, muscle wall, inner wall) as radii around the trunk's axis."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from painmap.phantom import anatomy
from painmap.phantom.canvas import ANGLES, Canvas, FloatArray
from painmap.phantom.person import Person

TABLE_W: Final = np.arange(-260.0, 261.0, 4.0)
"""Heights at which outlines are tabulated; between them radii are linear."""

HEIGHTS: Final = (-200.0, -150.0, -105.0, -73.0, -43.0, 0.0, 37.0, 73.0, 110.0, 150.0)
"""Knots of the trunk's sizes, ascending."""

HALF_WIDTH: Final = (166.0, 165.0, 160.0, 152.0, 147.0, 143.0, 143.0, 147.0, 151.0, 154.0)
"""Muscle wall, half its width: a waist at L2-L3, wider over ribs and hips (chosen)."""

BACK_REACH: Final = (104.0, 105.0, 101.0, 97.0, 97.5, 98.0, 97.5, 97.0, 96.5, 96.0)
FRONT_REACH: Final = (88.0, 90.0, 91.0, 92.0, 93.0, 94.0, 95.0, 97.0, 100.0, 104.0)
"""Muscle wall from the trunk's axis to the back and to the front (chosen; 19 cm in all)."""

BACK_POWER: Final = 2.35
FRONT_POWER: Final = 2.15
"""Exponents of the superellipse: 2 is an ellipse; the back is flatter."""

_COS = np.cos(np.arange(ANGLES) * (2 * np.pi / ANGLES))
_SIN = np.sin(np.arange(ANGLES) * (2 * np.pi / ANGLES))


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed curve at every height.

    Parameters
    ----------
    radius : (heights, ANGLES) float32
        Distance from the axis u = v = 0.
    cosine : (heights, ANGLES) float32
        Of the angle between radius and the curve's normal: turns radial into true distance.
    """

    radius: FloatArray
    cosine: FloatArray

    @classmethod
    def of(cls, radius: FloatArray) -> "Outline":
        """Make the outline of tabulated radii."""
        slope = (np.roll(radius, -1, 1) - np.roll(radius, 1, 1)) / (4 * np.pi / ANGLES)
        cosine = radius / np.hypot(radius, slope)
        return cls(radius.astype(np.float32), cosine.astype(np.float32))

    def distance(self, canvas: Canvas) -> FloatArray:
        """Give the signed distance of every pixel, negative inside."""
        return (canvas.rho - self._pick(self.radius, canvas)) * self._pick(self.cosine, canvas)

    def radius_at(self, bearing_deg: float, w: float) -> float:
        """Give the radius at one bearing (degrees from the patient's left over the back)."""
        place = np.clip((w - TABLE_W[0]) / (TABLE_W[1] - TABLE_W[0]), 0, len(TABLE_W) - 1.001)
        low = int(place)
        column = round(bearing_deg / 360 * ANGLES) % ANGLES
        pair = self.radius[low : low + 2, column]
        return float(pair[0] + (pair[1] - pair[0]) * (place - low))

    @staticmethod
    def _pick(table: FloatArray, canvas: Canvas) -> FloatArray:
        place = (canvas.w[:, 0] - TABLE_W[0]) / (TABLE_W[1] - TABLE_W[0])
        place = np.clip(place, 0, len(TABLE_W) - 1.001)
        low = place.astype(np.int32)
        share = (place - low).astype(np.float32)[:, None]
        curves = table[low] * (1 - share) + table[low + 1] * share
        if len(curves) == 1:
            return np.take(curves[0], canvas.bearing)
        return np.take_along_axis(curves, canvas.bearing, axis=1)


@dataclass(frozen=True, slots=True)
class Trunk:
    """The three outlines of one body, from without."""

    skin: Outline
    wall: Outline
    inner: Outline


def trunk_of(person: Person) -> Trunk:
    """Tabulate the outlines of a body."""
    w = TABLE_W[:, None]
    half = np.interp(w, HEIGHTS, HALF_WIDTH)
    back = np.interp(w, HEIGHTS, BACK_REACH)
    front = np.interp(w, HEIGHTS, FRONT_REACH) + person.belly_mm * np.exp(-np.square((w + 20) / 90))
    half, back, front = (_smoothed(each) for each in (half, back, front))
    radius = np.where(_SIN >= 0, _curve(half, back, BACK_POWER), _curve(half, front, FRONT_POWER))
    side = radius * _COS
    posterior = np.clip(_SIN, 0, 1)
    furrow = np.exp(-np.square(side / anatomy.FURROW_HALF_WIDTH)) * posterior**4
    lumbar = np.exp(-np.square((w - 5) / 85))
    radius = radius - furrow * (1.5 + 3.0 * lumbar)
    skin = radius + _fat(person, radius, w) - furrow * (0.5 + 2.5 * lumbar)
    return Trunk(Outline.of(skin), Outline.of(radius), Outline.of(radius - _wall(radius, w)))


def _curve(
    half: npt.NDArray[np.float64], reach: npt.NDArray[np.float64], power: float
) -> npt.NDArray[np.float64]:
    across = np.abs(_COS) / half
    along = np.abs(_SIN) / reach
    curve: npt.NDArray[np.float64] = (across**power + along**power) ** (-1 / power)
    return curve


def _smoothed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    padded = np.pad(values[:, 0], 4, mode="edge")
    smooth: npt.NDArray[np.float64] = np.convolve(padded, np.ones(9) / 9, mode="valid")[:, None]
    return smooth


def _fat(
    person: Person, radius: npt.NDArray[np.float64], w: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Give the thickness of the fat under the skin: most behind the hips, least on the spine."""
    side, depth = radius * _COS, radius * _SIN
    hips = np.exp(-np.square((w + 95) / 75))
    behind = np.exp(-np.square((np.abs(side) - 92) / 42)) * np.clip(_SIN, 0, 1)
    spine = np.exp(-np.square(side / 34)) * np.clip(_SIN, 0, 1)
    belly = np.exp(-np.square((depth + 100) / 45))
    share = 0.72 + 0.40 * behind + 0.75 * hips * behind + 0.25 * belly - 0.30 * spine
    share = share + 0.35 * spine * np.exp(-np.square((w + 95) / 40))
    thick: npt.NDArray[np.float64] = 3.0 + person.fat_mm * share
    return thick


def _wall(radius: npt.NDArray[np.float64], w: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give the thickness of the abdominal wall: flank, rectus, and the thin lines between."""
    side, depth = np.abs(radius * _COS), radius * _SIN
    # the latissimus reaches further to the back than the abdominal muscles do
    latissimus = np.clip((w - 10) / 50, 0, 1)
    flank = 1 / (1 + np.exp((depth - 58) / 5)) * 1 / (1 + np.exp(-(depth + 66) / 5))
    behind = latissimus / (1 + np.exp((depth - 76) / 4)) / (1 + np.exp(-(depth - 40) / 4))
    rectus = np.clip(1 - np.abs(side - 37) / 34, 0, 1) ** 0.5 * (depth < 0)
    high = 1 / (1 + np.exp(-(w - 75) / 12))
    thick = 2.0 + np.maximum((19.0 - 6.0 * high) * flank, 5.5 * behind)
    wall: npt.NDArray[np.float64] = np.maximum(thick, 2.0 + 8.5 * rectus)
    return wall
