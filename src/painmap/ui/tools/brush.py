"""The brush: a press paints while it is dragged; Shift or the right button erases."""

from collections.abc import Callable

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import BrushDone, BrushMove, Outcome


def brush_tool(may_paint: Callable[[str], bool]) -> Tool:
    """Make the brush.

    Parameters
    ----------
    may_paint : callable
        Whether the view may be painted on; says why when it may not.
    """

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        pressed = event.kind is PointerKind.PRESS and event.button in (Button.LEFT, Button.RIGHT)
        return _paint(event) if pressed and may_paint(event.view) else None

    return start


def _paint(press: PointerEvent) -> Gesture[Outcome]:
    erases = press.shift or press.button is Button.RIGHT
    event = yield BrushMove(press.view, (press.x, press.y), erases, begins=True)
    while event.kind is not PointerKind.RELEASE:
        moved = event.kind is PointerKind.MOVE
        event = yield (BrushMove(press.view, (event.x, event.y), erases) if moved else None)
    return BrushDone(press.view)
