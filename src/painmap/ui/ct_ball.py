"""A ball for a brush: what a stroke paints on the slices beside the one that is seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from painmap.imaging.geometry import PlaneGeometry
from painmap.imaging.mask_edit import Gate, brushed
from painmap.imaging.slice_mask import Mask, SliceMask
from painmap.imaging.volume import Volume
from painmap.services.compartments import MuscleMasks, pixel_mm


@dataclass(slots=True, eq=False)
class _Layer:
    """A slice that the ball reaches into; `last` is the row and column of its middle there."""

    geometry: PlaneGeometry
    hu: npt.NDArray[Any]
    mask: Mask
    radius_mm: float
    last: tuple[float, float]
    touched: bool = False


class Ball:
    """The slices beside slice `k` that a stroke of a ball changes.

    Parameters
    ----------
    before : MuscleMasks
        The muscle as it is.
    k : int
        The slice that is seen; the brush paints it itself.
    at : (float, float)
        Row and column of the ball's middle on it, as stored.
    gate : Gate or None
        HU that are painted.
    """

    def __init__(
        self,
        volume: Volume,
        before: MuscleMasks,
        k: int,
        at: tuple[float, float],
        radius_mm: float,
        *,
        erases: bool,
        gate: Gate | None,
    ) -> None:
        self._erases = erases
        self._gate = None if erases else gate
        self._pixel_mm = pixel_mm(volume.stack)
        here = volume.stack.slice_geometry(k)
        self._here = here
        self._layers: dict[int, _Layer] = {}
        if here is None:
            return
        middle = here.patient_point(*at)
        for ways in (range(k - 1, -1, -1), range(k + 1, len(volume.stack.slices))):
            for other in ways:
                plane = volume.stack.slice_geometry(other)
                if plane is None:
                    break
                pixel, away = plane.pixels_of(middle)
                if abs(away) >= radius_mm:
                    break
                there = before.slices.get(other)
                hu = volume.hu[other]
                self._layers[other] = _Layer(
                    plane,
                    hu,
                    np.zeros(hu.shape, dtype=np.bool_) if there is None else there.mask.whole(),
                    sqrt(radius_mm**2 - float(away) ** 2),
                    (float(pixel[0]), float(pixel[1])),
                )

    def extend(self, at: tuple[float, float]) -> None:
        """The middle of the ball has moved to a row and column of the slice that is seen."""
        if self._here is None:
            return
        middle = self._here.patient_point(*at)
        for layer in self._layers.values():
            (row, column), _ = layer.geometry.pixels_of(middle)
            now = (float(row), float(column))
            shape = (layer.mask.shape[0], layer.mask.shape[1])
            rows, columns, touched = brushed(
                shape, (layer.last, now), layer.radius_mm, self._pixel_mm
            )
            layer.last = now
            if self._gate is not None:
                touched = touched & self._gate.passes(layer.hu[rows, columns])
            part = layer.mask[rows, columns]
            layer.touched = layer.touched or bool((part[touched] == self._erases).any())
            part[touched] = not self._erases

    def changed(self) -> Mapping[int, SliceMask]:
        """The slices that are other than before."""
        return {k: SliceMask.of(layer.mask) for k, layer in self._layers.items() if layer.touched}
