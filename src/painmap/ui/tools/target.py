"""A click places a target point; a drag of one that is there moves it."""

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import (
    Board,
    Grip,
    MovePoint,
    Outcome,
    PlaceTarget,
    Preview,
    Select,
    is_a_drag,
    nearest,
)


def target_tool(board: Board) -> Tool:
    """Make the tool that places and moves targets on `board`."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind is not PointerKind.PRESS or event.button is not Button.LEFT:
            return None
        grip = nearest(board.targets(event.view), event)
        if grip is not None:
            return move_point(event, grip)
        return _place(event) if board.may_annotate(event.view) else None

    return start


def _place(press: PointerEvent) -> Gesture[Outcome]:
    event = press
    while event.kind is not PointerKind.RELEASE:
        event = yield Preview(press.view, cursor=(event.x, event.y))
    return PlaceTarget(press.view, (event.x, event.y))


def move_point(press: PointerEvent, grip: Grip) -> Gesture[Outcome]:
    """Take hold of `grip` and put it where the button is released; a bare click selects it."""
    event = yield Select(grip.item_id)
    shift = (grip.at[0] - press.x, grip.at[1] - press.y)
    moved = False
    while event.kind is not PointerKind.RELEASE:
        moved = moved or is_a_drag(press, event)
        at = (event.x + shift[0], event.y + shift[1])
        event = yield Preview(press.view, cursor=at, moving=grip.item_id) if moved else None
    if not moved and not is_a_drag(press, event):
        return None
    return MovePoint(press.view, grip.item_id, (event.x + shift[0], event.y + shift[1]))
