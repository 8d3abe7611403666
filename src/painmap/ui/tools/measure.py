"""A drag measures a distance within the plane; it is shown, not recorded."""

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import Board, Measured, Outcome, Preview, is_a_drag


def measure_tool(board: Board) -> Tool:
    """Make the tool that measures distances on `board`."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind is not PointerKind.PRESS or event.button is not Button.LEFT:
            return None
        return _measure(event) if board.may_measure(event.view) else None

    return start


def _measure(press: PointerEvent) -> Gesture[Outcome]:
    start = (press.x, press.y)
    event = yield None
    while event.kind is not PointerKind.RELEASE:
        event = yield Preview(press.view, line=(start, (event.x, event.y)), distance=True)
    if not is_a_drag(press, event):
        return None
    return Measured(press.view, start, (event.x, event.y))
