"""A click or a drag near the skin puts the entry of the chosen target there."""

from typing import Protocol

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import EntryAt, Grip, Outcome, Select, is_a_drag, nearest


class EntryBoard(Protocol):
    """What the tool may ask."""

    def entries(self, view: str) -> tuple[Grip, ...]:
        """Entries on the picture; the id is that of their site."""
        ...

    def targets(self, view: str) -> tuple[Grip, ...]: ...

    def may_enter(self, view: str) -> bool:
        """Whether an entry may be placed now; says why when not."""
        ...


def skin_entry_tool(board: EntryBoard) -> Tool:
    """Make the tool that places and moves skin entries."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind is not PointerKind.PRESS or event.button is not Button.LEFT:
            return None
        grip = nearest(board.entries(event.view), event)
        if grip is not None:
            return _move(event, grip, board)
        target = nearest(board.targets(event.view), event)
        if target is not None:
            return _choose(target)
        return _place(event) if board.may_enter(event.view) else None

    return start


def _choose(target: Grip) -> Gesture[Outcome]:
    event = yield Select(target.item_id)
    while event.kind is not PointerKind.RELEASE:
        event = yield None
    return None


def _place(press: PointerEvent) -> Gesture[Outcome]:
    event = press
    while event.kind is not PointerKind.RELEASE:
        event = yield EntryAt(press.view, (event.x, event.y))
    return EntryAt(press.view, (event.x, event.y), done=True)


def _move(press: PointerEvent, grip: Grip, board: EntryBoard) -> Gesture[Outcome]:
    event = yield Select(grip.item_id)
    if not board.may_enter(press.view):
        return None
    shift = (grip.at[0] - press.x, grip.at[1] - press.y)
    moved = False
    while event.kind is not PointerKind.RELEASE:
        moved = moved or is_a_drag(press, event)
        at = (event.x + shift[0], event.y + shift[1])
        event = yield EntryAt(press.view, at) if moved else None
    if not moved and not is_a_drag(press, event):
        return None
    return EntryAt(press.view, (event.x + shift[0], event.y + shift[1]), done=True)
