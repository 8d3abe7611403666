"""Skin, bones and muscles of a CT, turned by the hand; for looking only."""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from painmap.domain.progress import Job, Progress
from painmap.imaging.geometry import direction_letters
from painmap.imaging.solid_picture import Coloured, Direction, Rgb, SolidFrame, draw_solids
from painmap.imaging.solids import STEP_MM, Solid
from painmap.ui.ct_figure import Facing
from painmap.ui.ct_paint_words import Captions, Written, paint_words, text
from painmap.ui.job_runner import JobRunner
from painmap.ui.theme import CT, font

BONE_RGB: Rgb = (0.93, 0.89, 0.80)
SKIN_RGB: Rgb = (0.86, 0.72, 0.62)

MOVING_POINTS = 120_000
"""So many are drawn while the hand turns them: within a frame of the screen."""

COARSE = 2
"""While the hand turns it, a pixel of the picture covers so many of the screen each way."""

STILL_MS = 120
"""So long after the last turn every point is drawn."""

TURN_PER_PX = pi / 500
STEP = pi / 12
TURNS = {
    Qt.Key.Key_Left: (-STEP, 0.0),
    Qt.Key.Key_Right: (STEP, 0.0),
    Qt.Key.Key_Up: (0.0, -STEP),
    Qt.Key.Key_Down: (0.0, STEP),
}
"""Yaw and pitch."""

MOST_PITCH = pi / 2
LEAST_ZOOM, MOST_ZOOM = 0.5, 8.0
ZOOM_STEP = 1.15
NOTCH = 120
MARGIN = 1.12
LEGEND_PX = 18.0


@dataclass(frozen=True, slots=True)
class NamedSolid:
    """A muscle with its colour and its words, such as "LEFT erector spinae"."""

    words: str
    colour: QColor
    solid: Solid


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """All that can be seen."""

    skin: Solid | None
    bone: Solid | None
    muscles: tuple[NamedSolid, ...]


class SolidView(QWidget):
    """Drag turns, the wheel zooms, arrows turn by steps, Home fits.

    Parameters
    ----------
    jobs : JobRunner
        Draws the whole picture beside the window's work.
    written : callable
        Gives the captions for letters and facing of a direction.
    failed : callable
        Takes what went wrong while it was drawn.
    """

    turned = Signal()
    """Seen from elsewhere."""

    def __init__(
        self,
        jobs: JobRunner,
        written: Callable[[tuple[str, str, str, str], Facing], Captions],
        failed: Callable[[BaseException], object],
    ) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 240)
        self.setAccessibleName("3-D preview")
        self._jobs = jobs
        self._written = written
        self._failed = failed
        self._shape: Shape | None = None
        self._opaque = self._thin = Coloured.of(())
        self._skin: Coloured | None = None
        self.shows_skin = self.shows_bone = True
        self.yaw, self.pitch = pi, 0.0
        """From the back, as the doctor sees a patient who lies prone."""
        self.zoom = 1.0
        self._image: QImage | None = None
        self._pixels: npt.NDArray[np.uint8] | None = None
        self._last: QPointF | None = None
        self._stop: Callable[[], None] | None = None
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(STILL_MS)
        self._still.timeout.connect(self._draw_whole)

    # --- what is shown

    @property
    def shape_(self) -> Shape | None:
        return self._shape

    @property
    def pixels(self) -> npt.NDArray[np.uint8] | None:
        """(rows, columns, 3) as drawn last, without letters and captions."""
        return self._pixels

    @property
    def is_whole(self) -> bool:
        """Whether every point is drawn, from where it is looked at now."""
        return self._stop is None and not self._still.isActive() and self._image is not None

    def show_shape(self, shape: Shape) -> None:
        """Show other surfaces, from where they are looked at."""
        self._shape = shape
        self._gather()

    def show_parts(self, *, skin: bool, bone: bool) -> None:
        """Show or leave out skin and bones; muscles always are."""
        self.shows_skin, self.shows_bone = skin, bone
        self._gather()

    def _gather(self) -> None:
        shape = self._shape
        if shape is None:
            return
        bone = [(shape.bone, BONE_RGB)] if shape.bone is not None and self.shows_bone else []
        muscles = [(each.solid, _rgb(each.colour)) for each in shape.muscles]
        self._opaque = Coloured.of([*bone, *muscles])
        self._thin = self._opaque.thinned(MOVING_POINTS)
        seen = shape.skin is not None and self.shows_skin
        self._skin = Coloured.of([(shape.skin, SKIN_RGB)]) if seen and shape.skin else None
        self.redraw()

    # --- from where

    @property
    def direction(self) -> Direction:
        return Direction.of(self.yaw, self.pitch)

    @property
    def letters(self) -> tuple[str, str, str, str]:
        """What lies at the left, right, top and bottom edge."""
        right, down = np.array(self.direction.right), np.array(self.direction.down)
        left_, right_, top, bottom = (
            direction_letters(each) for each in (-right, right, -down, down)
        )
        return left_, right_, top, bottom

    def look_from(self, yaw: float, pitch: float = 0.0) -> None:
        """Look from another side."""
        self.yaw = yaw % (2 * pi)
        self.pitch = min(MOST_PITCH, max(-MOST_PITCH, pitch))
        self.redraw()
        self.turned.emit()

    def fit(self) -> None:
        """Show all of it."""
        self.zoom = 1.0
        self.redraw()

    def frame(self, *, coarse: int = 1) -> SolidFrame:
        """What the picture shows; `coarse` pixels of the screen are one of it."""
        low, high = self._box()
        centre = (low + high) / 2
        # as large as it is from any side: it must not breathe while it is turned
        width = float(np.hypot(*(high - low)[:2]))
        height = float(np.hypot((high - low)[2], width / 2))
        across, down = max(1, self.width()), max(1, self.height())
        fitted = max(width / across, height / down, 1e-3) * MARGIN / self.zoom
        x, y, z = (float(each) for each in centre)
        return SolidFrame(
            self.direction,
            (x, y, z),
            float(fitted) * coarse,
            max(1, across // coarse),
            max(1, down // coarse),
        )

    def _box(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        shape = self._shape
        solids = [] if shape is None else [shape.skin, shape.bone]
        points = next((each.points for each in solids if each is not None), None)
        if points is None or not len(points):
            return np.zeros(3), np.ones(3)
        return points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)

    # --- drawing

    def redraw(self) -> None:
        """Draw at once what a frame of the screen allows, and all of it when the hand rests."""
        if self._shape is None or not self.isVisible():
            return
        self.stop()
        thin_skin = None if self._skin is None else self._skin.thinned(MOVING_POINTS // 4)
        gap = STEP_MM * max(1.0, (len(self._opaque.points) / MOVING_POINTS) ** 0.5)
        self._take(_picture(self.frame(coarse=COARSE), self._thin, thin_skin, 1.5 * gap))
        self._still.start()

    def stop(self) -> None:
        """Draw no more."""
        self._still.stop()
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _draw_whole(self) -> None:
        frame, opaque, skin = self.frame(), self._opaque, self._skin

        def drawing() -> Job[npt.NDArray[np.uint8]]:
            yield Progress(0, None, "Drawing the 3-D preview")
            return _picture(frame, opaque, skin, STEP_MM)

        def done(pixels: npt.NDArray[np.uint8]) -> None:
            self._stop = None
            self._take(pixels)

        def failed(error: BaseException) -> None:
            self._stop = None
            self._failed(error)

        self._stop = self._jobs.start(drawing(), done=done, failed=failed)

    def _take(self, pixels: npt.NDArray[np.uint8]) -> None:
        height, width, _ = pixels.shape
        self._pixels = pixels
        self._image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        frame = QRectF(self.rect())
        painter.fillRect(frame, QColor(CT.ground))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(frame, self._image)
        direction = self.direction
        facing = Facing(_rounded(direction.right), _rounded(direction.down))
        captions = self._written(self.letters, facing)
        paint_words(painter, frame, Written(captions, 1 / self.frame().mm_per_px))
        self._paint_legend(painter, frame)
        painter.end()

    def _paint_legend(self, painter: QPainter, frame: QRectF) -> None:
        """The muscles by their colours, at the foot on the right."""
        muscles = () if self._shape is None else self._shape.muscles
        painter.setFont(font(12, strong=True))
        metrics = painter.fontMetrics()
        for number, each in enumerate(reversed(muscles)):
            y = frame.bottom() - 14 - number * LEGEND_PX
            x = frame.right() - 12 - metrics.horizontalAdvance(each.words)
            painter.fillRect(QRectF(x - 18, y - 10, 11, 11), each.colour)
            text(painter, QPointF(x, y), each.words, QColor(CT.text))

    # --- the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        moved = event.position() - self._last
        self._last = event.position()
        # the surface under the hand goes with it
        self.look_from(self.yaw + moved.x() * TURN_PER_PX, self.pitch + moved.y() * TURN_PER_PX)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._last = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        zoom = self.zoom * ZOOM_STEP ** (event.angleDelta().y() / NOTCH)
        self.zoom = min(MOST_ZOOM, max(LEAST_ZOOM, zoom))
        self.redraw()
        event.accept()

    def event(self, event: QEvent) -> bool:
        asked = event.type() is QEvent.Type.ShortcutOverride
        # the page has this key for its pictures
        if asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Home:
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in TURNS:
            yaw, pitch = TURNS[key]
            self.look_from(self.yaw + yaw, self.pitch + pitch)
        elif key is Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.redraw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.stop()

    def sizeHint(self) -> QSize:
        return QSize(900, 640)


def _picture(
    frame: SolidFrame, opaque: Coloured, skin: Coloured | None, gap_mm: float
) -> npt.NDArray[np.uint8]:
    return draw_solids(frame, opaque, skin, _rgb(QColor(CT.ground)), gap_mm)


def _rgb(colour: QColor) -> Rgb:
    return colour.redF(), colour.greenF(), colour.blueF()


def _rounded(direction: tuple[float, float, float]) -> tuple[float, float, float]:
    x, y, z = (round(float(part), 2) + 0.0 for part in direction)
    return x, y, z
