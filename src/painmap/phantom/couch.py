"""The scanner's couch: always below the patient, whichever way he lies."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from painmap.phantom.canvas import ANGLES, Canvas, FloatArray
from painmap.phantom.geometry import (
    BODY_ORIGIN,
    patient_from_body,
    patient_from_index,
    scanner_axes,
)
from painmap.phantom.labels import label_of
from painmap.phantom.options import PhantomOptions
from painmap.phantom.outline import TABLE_W, Trunk
from painmap.phantom.person import Person

SAG_RADIUS_MM: Final = 520.0
"""The couch is a trough of this radius."""

HALF_WIDTH_MM: Final = 205.0
GAP_MM: Final = 4.0
"""A thin mattress, dark on CT, between skin and couch."""

DEPTH_MM: Final = 34.0
SHELL_MM: Final = 2.2
SHELL_HU: Final = 60.0
FOAM_HU: Final = -925.0
"""Carbon-fibre shell around foam (chosen after the look of real scans)."""


@dataclass(frozen=True, slots=True)
class Couch:
    """The couch in the plane of any slice: it runs along the table, so all slices are alike.

    Parameters
    ----------
    cover : (R, C) float32
        Share of each pixel that the couch fills.
    hu : (R, C) float32
    """

    cover: FloatArray
    hu: FloatArray

    def paint(self, canvas: Canvas) -> None:
        """Paint the couch on whatever is still air."""
        air = canvas.labels == 0
        canvas.blend(self.cover * air, self.hu)
        canvas.labels[air & (self.cover > 0.5)] = label_of("couch")


def couch_of(options: PhantomOptions, person: Person, trunk: Trunk) -> Couch:
    """Lay the couch under the body."""
    row, column, _ = scanner_axes(options)
    affine = patient_from_index(options)
    j, i = np.meshgrid(np.arange(options.rows), np.arange(options.columns), indexing="ij")
    # only the part across the table matters: a tilted slice still cuts a straight couch
    places = affine[:2, 1, None, None] * j + affine[:2, 2, None, None] * i
    places = places + (affine[:2, 3] - np.array(BODY_ORIGIN[:2]))[:, None, None]
    across = np.tensordot(row[:2], places, 1)
    down = np.tensordot(column[:2], places, 1)
    depth = down - _top(options, person, trunk) + np.square(across) / (2 * SAG_RADIUS_MM)
    edge = max(1.0, float(np.sqrt(np.prod(options.pixel_spacing))))
    inside = np.maximum(np.maximum(-depth, depth - DEPTH_MM), np.abs(across) - HALF_WIDTH_MM)
    foam = np.clip(0.5 - (inside + SHELL_MM) / edge, 0, 1)
    cover = np.clip(0.5 - inside / edge, 0, 1)
    hu = SHELL_HU + foam * (FOAM_HU - SHELL_HU)
    return Couch(cover.astype(np.float32), hu.astype(np.float32))


def _top(options: PhantomOptions, person: Person, trunk: Trunk) -> float:
    """Give how far below the table's middle line the couch begins, so that the skin clears it."""
    row, column, _ = scanner_axes(options)
    angle = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    radius = trunk.skin.radius[np.abs(TABLE_W) < 160]
    flat = np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros_like(radius)], -1)
    matrix = patient_from_body(options, person)
    skin: npt.NDArray[np.float64] = flat @ matrix[:3, :3].T + matrix[:3, 3] - np.array(BODY_ORIGIN)
    skin[..., 2] = 0
    lowest = skin @ column + np.square(skin @ row) / (2 * SAG_RADIUS_MM)
    return float(lowest.max()) + GAP_MM
