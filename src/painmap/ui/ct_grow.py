"""Growing a muscle from strokes: each stroke that ends grows it on its slice, as one edit."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from painmap.domain.compartment import AreaOrigin
from painmap.domain.progress import Job, Progress
from painmap.imaging.grow import MUSCLE, OTHER, grown
from painmap.imaging.mask_edit import brushed
from painmap.imaging.slice_mask import Mask, SliceMask
from painmap.services.compartments import MuscleMasks, pixel_mm, with_keys
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_painting import MayPaint, RingBrush, Target
from painmap.ui.ct_stored import stored_pixel, view_of_stored
from painmap.ui.desk import Desk
from painmap.ui.theme import CT
from painmap.ui.tools.slice_outcomes import BrushMove

FIRST_SIZE_MM = 4
"""A stroke need not be wide: it only says which muscle is meant."""

STROKE_OPACITY = 0.55


@dataclass(slots=True, eq=False)
class _Stroke:
    k: int
    pixels: list[tuple[float, float]]
    """Rows and columns of the slice, as stored."""
    is_other: bool
    size_mm: int


@dataclass(slots=True, eq=False)
class _Slice:
    """What strokes said of a slice, and what came of it."""

    target: Target
    k: int
    said: npt.NDArray[np.int8]
    strokes: list[_Stroke] = field(default_factory=list)
    came: SliceMask | None = None
    """What is recorded of the slice since; another content was made by another hand."""


class GrowBrush(RingBrush):
    """Grows the muscle that is chosen on the slice that is shown.

    What is there of the muscle counts as stroked. Strokes are forgotten with the tool, with
    another slice, and when the slice is changed otherwise; what was grown is recorded.
    """

    def __init__(self, desk: Desk, may: MayPaint) -> None:
        super().__init__(may, FIRST_SIZE_MM)
        self._desk = desk
        self._session = may.session
        self._viewer = may.viewer
        self._muscles = may.muscles
        self._target = may.target
        self._slice: _Slice | None = None
        self._stroke: _Stroke | None = None
        self._finished: _Stroke | None = None

    def forget(self) -> None:
        self._slice = self._stroke = self._finished = None

    # --- the stroke

    def may_paint(self, view: str) -> bool:
        return self.may.paint(view)

    def move(self, at: BrushMove) -> None:
        self.at = at.at
        shown = self._viewer.panes[at.view].shown
        if at.begins and shown is not None:
            self._stroke = _Stroke(shown.image.index, [], at.erases, self.size_mm)
        if self._stroke is not None and shown is not None:
            pixel = stored_pixel(shown.image, shown.placement.pixel_of_view(at.at))
            self._stroke.pixels.append(pixel)
        self.repaint()

    def lift(self) -> None:
        """The stroke is over, or given up; it counts only when it is finished."""
        if self._stroke is not None:
            self._finished, self._stroke = self._stroke, None
            self.repaint()

    def finish(self) -> None:
        """Grow from what is stroked on the slice."""
        stroke, self._finished = self._finished, None
        target, volume = self._target(), self._session.volume
        if stroke is None or target is None or volume is None:
            return
        k = stroke.k
        before = self._muscles.masks(self._muscles.of(*target))
        if before is None:
            return
        now = self._slice_of(target, k, before)
        self._say_of(now, stroke)
        now.strokes.append(stroke)
        taken = self._taken(target, k, now.said.shape)
        said, there = now.said.copy(), _mask_at(before, k)

        def growing() -> Job[Mask]:
            yield Progress(0, None, "Growing the muscle")
            return grown(volume.hu[k], said, pixel_mm(volume.stack), taken)

        self._desk.run(
            growing(),
            done=lambda mask: self._on_grown(now, there, mask),
            failed=self._desk.show_error,
        )

    def _slice_of(self, target: Target, k: int, before: MuscleMasks) -> _Slice:
        """The strokes so far; what is there of the muscle by another hand counts as stroked."""
        now, there = self._slice, _mask_at(before, k)
        if now is None or (now.target, now.k) != (target, k) or now.came != there:
            _, rows, columns = self._session.stack.shape
            said = np.zeros((rows, columns), dtype=np.int8)
            if there is not None:
                said[there.whole()] = MUSCLE
            now = _Slice(target, k, said, came=there)
            self._slice = now
        return now

    def _say_of(self, now: _Slice, stroke: _Stroke) -> None:
        shape = (now.said.shape[0], now.said.shape[1])
        spacing = pixel_mm(self._session.stack)
        rows, columns, touched = brushed(shape, stroke.pixels, stroke.size_mm / 2, spacing)
        now.said[rows, columns][touched] = OTHER if stroke.is_other else MUSCLE

    def _taken(self, target: Target, k: int, shape: tuple[int, ...]) -> Mask:
        """What belongs to other muscles on the slice."""
        taken: Mask = np.zeros(shape, dtype=np.bool_)
        for other in self._muscles.shown:
            masks = None
            if (other.muscle_id, other.side) != target and other.area_at(k) is not None:
                masks = self._muscles.masks(other)
            there = None if masks is None else _mask_at(masks, k)
            if there is not None:
                taken |= there.whole()
        return taken

    def _on_grown(self, now: _Slice, there: SliceMask | None, mask: Mask) -> None:
        """Record what came, unless the slice was changed meanwhile."""
        if not self._desk.is_open or self._slice is not now or not self._session.is_open:
            return
        before = self._muscles.masks(self._muscles.of(*now.target))
        if before is None or _mask_at(before, now.k) != there:
            return
        came = SliceMask.of(mask)
        after = with_keys(before, self._session.stack, {now.k: came}, AreaOrigin.PAINTED)
        if self._muscles.keep(before, after, "grow", *now.target):
            now.came = came if came.pixels else None
        self._viewer.draw_scenes()

    # --- painting

    def paint(self, painter: QPainter, to_device: QTransform) -> None:
        shown = self._viewer.panes[self._session.native].shown
        if shown is not None:
            self._paint_strokes(painter, shown, to_device)

    def _paint_strokes(self, painter: QPainter, shown: Shown, to_device: QTransform) -> None:
        now, here = self._slice, shown.image.index
        strokes = [] if now is None or now.k != here or self._is_undone(now) else now.strokes
        if self._stroke is not None and self._stroke.k == here:
            strokes = [*strokes, self._stroke]
        to_screen = view_of_stored(shown.image, shown.placement.transform) * to_device
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for stroke in strokes:
            colour = QColor(CT.hazard if stroke.is_other else CT.chosen)
            colour.setAlphaF(STROKE_OPACITY)
            width = stroke.size_mm * abs(to_device.m11())
            pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            # painted pixels have their edges at whole numbers
            points = [to_screen.map(QPointF(j + 0.5, i + 0.5)) for i, j in stroke.pixels]
            # a line of one point is not painted
            painter.drawPolyline(QPolygonF([*points, points[-1] + QPointF(0.01, 0)]))

    def _is_undone(self, now: _Slice) -> bool:
        """Whether the slice is not as these strokes left it."""
        masks = self._muscles.masks(self._muscles.of(*now.target))
        return masks is None or _mask_at(masks, now.k) != now.came


def _mask_at(masks: MuscleMasks, k: int) -> SliceMask | None:
    there = masks.slices.get(k)
    return None if there is None or not there.mask.pixels else there.mask
