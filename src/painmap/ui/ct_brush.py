"""Painting with the brush: into a picture while the hand moves, one edit when it lifts."""

from collections.abc import Callable, Mapping
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
from painmap.ui.ct_muscles import Muscles
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_painting import MayPaint, Target, paint_ring, resized
from painmap.ui.ct_stored import stored_pixel, view_of_stored
from painmap.ui.ct_viewer import CtViewer
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


class MuscleBrush:
    """Paints the muscle that is chosen on the slice that is shown.

    Parameters
    ----------
    target : callable
        Gives the muscle and side to paint; None: none is chosen.
    refuse : callable
        Says beside the tools why nothing is painted; empty: it may be.
    """

    def __init__(
        self,
        session: OpenCt,
        viewer: CtViewer,
        muscles: Muscles,
        target: Callable[[], Target | None],
        refuse: Callable[[str], object],
    ) -> None:
        self._session = session
        self._viewer = viewer
        self._muscles = muscles
        self._target = target
        self._may = MayPaint(session, viewer, muscles, target, refuse)
        self._stroke: _Stroke | None = None
        self._finished: _Stroke | None = None
        self._at: XY | None = None
        self.gate: Gate | None = None
        self.size_mm = FIRST_SIZE_MM
        self.is_ball = False
        """Whether slices beside the one that is seen are painted too."""

    # --- size

    def resize(self, steps: int) -> None:
        """A step larger or smaller."""
        self.size_mm = resized(self.size_mm, steps)
        self._repaint()

    def take_up(self) -> None:
        """The brush is the tool now: its size is shown under the pointer."""
        view = self._viewer.views[self._session.native]
        view.right_paints = True
        view.overlay = self._paint

    def put_down(self) -> None:
        """Another tool is chosen."""
        self.lift()
        self._finished = self._at = None
        for view in self._viewer.views.values():
            view.right_paints = False
            view.overlay = None
            view.viewport().update()

    def hover(self, view: str, at: XY) -> None:
        """Show the brush where it would paint."""
        if self._session.is_open and view == self._session.native.value:
            self._at = at
            self._repaint()

    # --- the stroke

    def may_paint(self, view: str) -> bool:
        why = ""
        if self.is_ball and self._session.is_filling:
            why = "A ball needs the slices beside this one: they are still being read."
        return self._may.paint(view, why)

    def move(self, at: BrushMove) -> None:
        self._at = at.at
        if at.begins:
            self._begin(at)
        if self._stroke is not None:
            self._extend(self._stroke, _stored(self._stroke.shown, at.at))
        self._repaint()

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
        self._repaint()

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

    def _repaint(self) -> None:
        if self._session.is_open:
            self._viewer.views[self._session.native].viewport().update()

    def _paint(self, painter: QPainter, to_device: QTransform) -> None:
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
        if self._at is not None:
            paint_ring(painter, to_device, self._at, self.size_mm)


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
