"""Muscles on the planes across the slices: what each slice holds of them, cut where the plane is.

Nothing is drawn between slices: a muscle stands in steps as thick as the slices are, since that
is all that was outlined.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from painmap.domain.compartment import Compartment
from painmap.domain.places import Sha256
from painmap.imaging.axes import PictureAxes, oriented, picture_axes
from painmap.imaging.slice_mask import SliceMask
from painmap.ui.ct_area_paint import DrawnRaster, colour_of
from painmap.ui.ct_marks import Shown

LEAST_OPACITY = 20
"""Percent: a muscle has no rim here, and is to be seen all the same."""


def across(
    shown: Shown, compartments: Iterable[Compartment], masks: Mapping[Sha256, SliceMask]
) -> DrawnRaster | None:
    """Cut muscles where a plane across the slices lies; None where there is nothing of them."""
    view, geometry = shown.image.view, shown.session.stack.geometry
    if view.native or view.resampled or geometry is None:
        return None
    axes = picture_axes(geometry.patient_from_index[:3, :3], view.plane)
    count, rows, columns = geometry.shape
    cut = np.zeros((count, columns if axes.through == 1 else rows), dtype=np.uint32)
    named: list[object] = []
    for each in compartments:
        colour = np.uint32(_colour(each))
        filled = False
        for area in each.areas:
            mask = masks.get(area.mask)
            if mask is not None and 0 <= area.k < count:
                filled |= _add(cut[area.k], mask, axes, shown.image.index, colour)
        if filled:
            named.append((each.id, each.stamp.revision, each.colour, each.opacity))
    if not named:
        return None
    name = (shown.session.key, view.plane, shown.image.index, *named)
    return DrawnRaster(name, _image(oriented(cut, axes)), shown.placement.transform)


def _add(
    line: npt.NDArray[np.uint32],
    mask: SliceMask,
    axes: PictureAxes,
    index: int,
    colour: np.uint32,
) -> bool:
    """Colour what a slice holds of a muscle on the line in which the plane meets it."""
    height, width = mask.bits.shape
    if axes.through == 1:
        at, first, bits = index - mask.top, mask.left, mask.bits
        if not 0 <= at < height:
            return False
        found = bits[at]
    else:
        at, first = index - mask.left, mask.top
        if not 0 <= at < width:
            return False
        found = mask.bits[:, at]
    line[first : first + len(found)][found] = colour
    return bool(found.any())


def _colour(compartment: Compartment) -> int:
    colour: QColor = colour_of(compartment.colour)
    alpha = max(compartment.opacity, LEAST_OPACITY) / 100
    parts = (round(part * alpha) for part in (255, colour.red(), colour.green(), colour.blue()))
    opaque, red, green, blue = parts
    return (opaque << 24) | (red << 16) | (green << 8) | blue


def _image(pixels: npt.NDArray[np.uint32]) -> QImage:
    rows, columns = pixels.shape
    packed = np.ascontiguousarray(pixels)
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(packed.data, columns, rows, 4 * columns, form).copy()
