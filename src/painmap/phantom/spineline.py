"""The spine's middle line, and the frames of single vertebrae along it."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from painmap.phantom import anatomy
from painmap.phantom.anatomy import VertebraFacts
from painmap.phantom.canvas import Canvas, FloatArray
from painmap.phantom.person import Person

_KNOTS: Final = sorted(
    [(each.centre[1], each.centre[0]) for each in anatomy.VERTEBRAE]
    + [(w, v) for v, w in anatomy.SACRAL_LINE]
)


@cache
def _line() -> PchipInterpolator:
    w, v = zip(*_KNOTS, strict=True)
    return PchipInterpolator(w, v, extrapolate=True)


def middle_v(w: npt.NDArray[np.floating]) -> FloatArray:
    """Give how far back the vertebral bodies' centres lie at heights w (lordosis)."""
    bounded = np.clip(w, _KNOTS[0][0], _KNOTS[-1][0] + 20)
    values: FloatArray = _line()(bounded).astype(np.float32)
    return values


def slope_at(w: FloatArray) -> FloatArray:
    """Give the forward lean of the vertebrae at heights w, in radians."""
    heights = anatomy.SPINE_W
    slopes = tuple(each.slope_deg for each in reversed(anatomy.VERTEBRAE))
    return np.deg2rad(np.interp(w, heights, slopes)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class SpineView:
    """Coordinates of a canvas measured from the spine's middle line at each height.

    Parameters
    ----------
    a : (R, C) float32
        To the left of the spine.
    p : (R, C) float32
        Behind the bodies' centres.
    """

    a: FloatArray
    p: FloatArray


def from_spine(canvas: Canvas, person: Person) -> SpineView:
    """Measure from the spine: shifts with lordosis and scoliosis, stays in the slice's plane."""
    shift = person.sideways(canvas.w).astype(np.float32)
    return SpineView(canvas.u - shift, canvas.v - middle_v(canvas.w))


@dataclass(frozen=True, slots=True)
class Frame:
    """A vertebra's own axes: a to the left, p to the back, h to the head.

    Parameters
    ----------
    origin : (3,) float
        Body coordinates (u, v, w) of the centre.
    axes : (3, 3) float
        Rows: a, p, h in body coordinates.
    """

    origin: npt.NDArray[np.float64]
    axes: npt.NDArray[np.float64]

    def local(self, canvas: Canvas) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give (a, p, h) of every pixel."""
        du, dv, dw = (
            coordinate - np.float32(start)
            for coordinate, start in zip((canvas.u, canvas.v, canvas.w), self.origin, strict=True)
        )
        axes = self.axes.astype(np.float32)
        a, p, h = (row[0] * du + row[1] * dv + row[2] * dw for row in axes)
        return a, p, h

    def place(self, a: float, p: float, h: float) -> npt.NDArray[np.float64]:
        """Give the body coordinates of a place."""
        where: npt.NDArray[np.float64] = self.origin + np.array([a, p, h]) @ self.axes
        return where


def frame_at(v: float, w: float, slope_deg: float, person: Person) -> Frame:
    """Set up the axes of a vertebra or disc."""
    forward = np.deg2rad(slope_deg)
    sideways = np.arctan(person.sideways_slope(w))
    shift = float(person.sideways(np.array([w]))[0])
    sagittal = np.array(
        [
            [1, 0, 0],
            [0, np.cos(forward), np.sin(forward)],
            [0, -np.sin(forward), np.cos(forward)],
        ]
    )
    coronal = np.array(
        [
            [np.cos(sideways), 0, -np.sin(sideways)],
            [0, 1, 0],
            [np.sin(sideways), 0, np.cos(sideways)],
        ]
    )
    return Frame(np.array([shift, v, w]), sagittal @ coronal)


def vertebra_frame(facts: VertebraFacts, person: Person) -> Frame:
    """Set up the axes of a vertebra."""
    return frame_at(*facts.centre, facts.slope_deg, person)


def disc_frame(upper: VertebraFacts, lower: VertebraFacts, person: Person) -> Frame:
    """Set up the axes of the disc between two vertebrae."""
    v, w = (np.array(upper.centre) + np.array(lower.centre)) / 2
    return frame_at(float(v), float(w), (upper.slope_deg + lower.slope_deg) / 2, person)
