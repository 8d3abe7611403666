"""A drag changes window and level, with Ctrl to those of a region; a click puts the crosshair."""

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import (
    Board,
    LookAt,
    Outcome,
    Preview,
    Select,
    TurnPlane,
    WindowDrag,
    WindowOf,
    is_a_drag,
    nearest,
)


def window_tool(board: Board) -> Tool:
    """Make the tool that changes the window; a click on an annotation selects it."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind is not PointerKind.PRESS or event.button is not Button.LEFT:
            return None
        if event.ctrl:
            return _region(event)
        return _turn(event) if board.is_on_handle(event) else _drag(event, board)

    return start


def _region(press: PointerEvent) -> Gesture[Outcome]:
    """A rectangle from corner to corner; a click without a drag means none."""
    start, event = (press.x, press.y), press
    while event.kind is not PointerKind.RELEASE:
        corners = (start, (event.x, press.y), (event.x, event.y), (press.x, event.y))
        event = yield Preview(press.view, corners, closed=True)
    if not is_a_drag(press, event):
        return None
    return WindowOf(press.view, start, (event.x, event.y))


def _turn(press: PointerEvent) -> Gesture[Outcome]:
    """Turn a plane about the crosshair; a click without a drag turns nothing."""
    start = (press.x, press.y)
    begun = False
    event = yield None
    while event.kind is not PointerKind.RELEASE:
        if event.kind is PointerKind.MOVE and (begun or is_a_drag(press, event)):
            event = yield TurnPlane(press.view, start, (event.x, event.y), begins=not begun)
            begun = True
        else:
            event = yield None
    return None


def _drag(press: PointerEvent, board: Board) -> Gesture[Outcome]:
    last = press
    moved = False
    event = yield None
    while event.kind is not PointerKind.RELEASE:
        moved = moved or is_a_drag(press, event)
        if not moved:
            event = yield None
            continue
        step = WindowDrag(
            (event.x - last.x) / press.units_per_pixel, (event.y - last.y) / press.units_per_pixel
        )
        last = event
        event = yield step
    if moved or is_a_drag(press, event):
        return None
    grip = nearest(board.targets(press.view), press)
    return Select(grip.item_id) if grip else LookAt(press.view, (press.x, press.y))
