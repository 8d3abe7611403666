"""Painting with the brush: into a picture while the hand moves, one edit when it lifts."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin
from painmap.imaging.mask_edit import FAT_GATE, MUSCLE_GATE, Gate, brushed
from painmap.imaging.slice_mask import Mask, SliceMask
from painmap.services.compartments import MuscleMasks, next_colour, pixel_mm, with_keys
from painmap.ui.ct_area_paint import colour_of
from painmap.ui.ct_ball import Ball
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_painting import MayPaint, RingBrush
from painmap.ui.ct_stored import stored_pixel, view_of_stored
from painmap.ui.tools.slice_outcomes import XY, BrushMove

GATES: Mapping[str, Gate | None] = MappingProxyType(
    {
        "All tissue": None,
        "Muscle": Gate(*MUSCLE_GATE),
        "Fat": Gate(*FAT_GATE),
    }
)
"""What the brush takes, in words; the first is the default: a compartment includes its fat."""

FIRST_SIZE_MM = 8
LEAST_OPACITY = 45
"""In percent, while painting: the stroke is seen on muscles that are shown faintly."""


@dataclass(slots=True, eq=False)
class _Stroke:
    """A stroke under way: the slice as it becomes, and its picture."""

    muscle_id: str
    side: Side
    before: MuscleMasks
    k: int
    hu: npt.NDArray[Any]
    """The slice as stored, as all of these arrays are; its picture may lie turned."""
    mask: Mask
    pixels: npt.NDArray[np.uint32]
    colour: int
    shown: Shown
    erases: bool
    last: tuple[float, float]
    box: QRect
    """What is painted of the slice: all else need not be drawn."""
    ball: Ball | None = None
    """What is painted on the slices beside it."""


class MuscleBrush(RingBrush):
    """Paints the muscle that is chosen on the slice that is shown."""

    def __init__(self, may: MayPaint) -> None:
        super().__init__(may, FIRST_SIZE_MM)
        self._session = may.session
        self._viewer = may.viewer
        self._muscles = may.muscles
        self._target = may.target
        self._stroke: _Stroke | None = None
        self._finished: _Stroke | None = None
        self.gate: Gate | None = None
        self.is_ball = False
        """Whether slices beside the one that is seen are painted too."""

    def forget(self) -> None:
        self.lift()
        self._finished = None

    # --- the stroke

    def may_paint(self, view: str) -> bool:
        why = ""
        if self.is_ball and self._session.is_filling:
            why = "A ball needs the slices beside this one: they are still being read."
        return self.may.paint(view, why)

    def move(self, at: BrushMove) -> None:
        self.at = at.at
        if at.begins:
            self._begin(at)
        if self._stroke is not None:
            self._extend(self._stroke, _stored(self._stroke.shown, at.at))
        self.repaint()

    def _begin(self, at: BrushMove) -> None:
        target = self._target()
        shown = self._viewer.panes[at.view].shown
        volume = self._session.volume
        if target is None or shown is None or volume is None:
            return
        known = self._muscles.of(*target)
        before = self._muscles.masks(known)
        if before is None:
            return
        k = shown.image.index
        there = before.slices.get(k)
        hu = volume.hu[k]
        shape = (hu.shape[0], hu.shape[1])
        mask = np.zeros(shape, dtype=np.bool_) if there is None else there.mask.whole()
        number = next_colour(self._muscles.visit) if known is None else known.colour
        colour = _premultiplied(colour_of(number), known.opacity if known else 0)
        pixel = _stored(shown, at.at)
        ball = None
        if self.is_ball:
            gate = None if at.erases else self.gate
            ball = Ball(volume, before, k, pixel, self.size_mm / 2, erases=at.erases, gate=gate)
        self._stroke = _Stroke(
            *target,
            before,
            k,
            hu,
            mask,
            np.where(mask, np.uint32(colour), np.uint32(0)),
            colour,
            shown,
            at.erases,
            pixel,
            QRect() if there is None else _box_of(there.mask),
            ball,
        )
        self._finished = None
        self._muscles.painted = (known.id if known else None, k)
        self._viewer.draw_scenes()

    def _extend(self, stroke: _Stroke, pixel: tuple[float, float]) -> None:
        shape = (stroke.mask.shape[0], stroke.mask.shape[1])
        spacing = pixel_mm(self._session.stack)
        rows, columns, touched = brushed(shape, (stroke.last, pixel), self.size_mm / 2, spacing)
        stroke.last = pixel
        if not stroke.erases and self.gate is not None:
            touched = touched & self.gate.passes(stroke.hu[rows, columns])
        stroke.mask[rows, columns][touched] = not stroke.erases
        stroke.box |= _box(rows, columns)
        stroke.pixels[rows, columns][touched] = 0 if stroke.erases else stroke.colour
        if stroke.ball is not None:
            stroke.ball.extend(pixel)

    def lift(self) -> None:
        """The stroke is over, or given up; what was painted counts only when it is finished."""
        if self._stroke is None:
            return
        self._finished, self._stroke = self._stroke, None
        self._muscles.painted = None
        self.repaint()

    def finish(self) -> None:
        """Record the stroke that is just over, as one step."""
        stroke, self._finished = self._finished, None
        if stroke is None:
            return
        beside = {} if stroke.ball is None else stroke.ball.changed()
        after = with_keys(
            stroke.before,
            self._session.stack,
            {**beside, stroke.k: SliceMask.of(stroke.mask)},
            AreaOrigin.PAINTED,
        )
        label = "erase" if stroke.erases else "paint"
        self._muscles.keep(stroke.before, after, label, stroke.muscle_id, stroke.side)
        self._viewer.draw_scenes()

    # --- painting

    def paint(self, painter: QPainter, to_device: QTransform) -> None:
        stroke = self._stroke
        if stroke is not None:
            rows, columns = stroke.pixels.shape
            image = QImage(
                stroke.pixels.data,
                columns,
                rows,
                4 * columns,
                QImage.Format.Format_ARGB32_Premultiplied,
            )
            shown = stroke.shown
            painter.setTransform(view_of_stored(shown.image, shown.placement.transform) * to_device)
            painter.drawImage(QPointF(stroke.box.topLeft()), image, stroke.box)
            painter.resetTransform()


def _stored(shown: Shown, at: XY) -> tuple[float, float]:
    """Row and column, as stored, under a place of the view."""
    return stored_pixel(shown.image, shown.placement.pixel_of_view(at))


def _box(rows: slice, columns: slice) -> QRect:
    return QRect(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)


def _box_of(mask: SliceMask) -> QRect:
    height, width = mask.bits.shape
    return QRect(mask.left, mask.top, width, height)


def _premultiplied(colour: QColor, opacity: int) -> int:
    alpha = max(opacity, LEAST_OPACITY) / 100
    parts = (colour.alpha(), colour.red(), colour.green(), colour.blue())
    opaque, red, green, blue = (round(part * alpha) for part in parts)
    return (opaque << 24) | (red << 16) | (green << 8) | blue
