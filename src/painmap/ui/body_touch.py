"""Fingers on the figure: one draws as the mouse does, two move and zoom."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QEventPoint, QTouchEvent

from painmap.ui.tools.gesture import PointerKind

TOUCHES = (
    QEvent.Type.TouchBegin,
    QEvent.Type.TouchUpdate,
    QEvent.Type.TouchEnd,
    QEvent.Type.TouchCancel,
)
_KINDS = {
    QEvent.Type.TouchBegin: PointerKind.PRESS,
    QEvent.Type.TouchUpdate: PointerKind.MOVE,
    QEvent.Type.TouchEnd: PointerKind.RELEASE,
}


@dataclass(frozen=True, slots=True)
class Stroked:
    """What one finger did, as a gesture's business; kind None: it is left without a trace."""

    kind: PointerKind | None
    at: QPointF


@dataclass(frozen=True, slots=True)
class Pinched:
    """How far two fingers moved together, and how far apart, since they were heard last."""

    at: QPointF
    moved: QPointF
    factor: float


class TouchWatch:
    """Tells one finger from two; once there were two, nothing is drawn until all are lifted."""

    def __init__(self) -> None:
        self._pinching = False
        self._last: tuple[QPointF, QPointF] | None = None

    def hear(self, event: QTouchEvent) -> Stroked | Pinched | None:
        """What the fingers did, if it is anything."""
        points = event.points()
        first = points[0].position() if points else QPointF()
        if event.type() is QEvent.Type.TouchCancel:
            self._pinching, self._last = False, None
            return Stroked(None, first)
        if event.type() is QEvent.Type.TouchBegin:
            self._pinching, self._last = False, None
        down = [p.position() for p in points if p.state() is not QEventPoint.State.Released]
        if len(down) > 1:
            begun, self._pinching = not self._pinching, True
            return Stroked(None, first) if begun and self._start(down) else self._pinched(down)
        if self._pinching:
            self._last = None
            return None
        return Stroked(_KINDS[event.type()], first)

    def _start(self, down: list[QPointF]) -> bool:
        self._last = (down[0], down[1])
        return True

    def _pinched(self, down: list[QPointF]) -> Pinched | None:
        now, before = (down[0], down[1]), self._last
        self._last = now
        if before is None:
            return None
        middle, was = (now[0] + now[1]) / 2, (before[0] + before[1]) / 2
        apart = _length(now[0] - now[1]) / max(_length(before[0] - before[1]), 1.0)
        return Pinched(middle, middle - was, apart)


def _length(way: QPointF) -> float:
    return float((way.x() ** 2 + way.y() ** 2) ** 0.5)
