"""One click marks a spinous process, from which sides are measured; a drag moves the mark."""

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import Board, Outcome, PlaceMidline, Preview, nearest
from painmap.ui.tools.target import move_point


def midline_tool(board: Board) -> Tool:
    """Make the tool that marks spinous processes on `board`."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind is not PointerKind.PRESS or event.button is not Button.LEFT:
            return None
        grip = nearest(board.landmarks(event.view), event)
        if grip is not None:
            return move_point(event, grip)
        return _place(event) if board.may_annotate(event.view) else None

    return start


def _place(press: PointerEvent) -> Gesture[Outcome]:
    event = press
    while event.kind is not PointerKind.RELEASE:
        event = yield Preview(press.view, cursor=(event.x, event.y))
    return PlaceMidline(press.view, (event.x, event.y))
