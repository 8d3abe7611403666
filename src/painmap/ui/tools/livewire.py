"""A contour that follows borders by itself between the places that are clicked."""

from painmap.ui.tools.freehand import thinned
from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.outline import LEAST, SAME_PX
from painmap.ui.tools.slice_outcomes import (
    NEAR_PX,
    XY,
    Board,
    DrawOutline,
    Outcome,
    Preview,
    distance,
)

Way = tuple[XY, ...]
"""Points from one place that was clicked to the next, with both."""


def livewire_tool(board: Board) -> Tool:
    """Make the tool that follows borders on `board`."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        return _draw(board, event) if _clicks(event) and board.may_outline(event.view) else None

    return start


def _draw(board: Board, press: PointerEvent) -> Gesture[Outcome]:
    """Take click after click; the way to the pointer follows the border and is shown."""
    first = (press.x, press.y)
    ways: list[Way] = []
    hand = press
    while True:
        last = ways[-1][-1] if ways else first
        ahead = _way(board, press.view, last, hand)
        event = yield Preview(
            press.view, line=_joined([*ways, ahead]), corners=(first, *(way[-1] for way in ways))
        )
        if event.view not in ("", press.view):
            continue
        if event.kind is PointerKind.KEY:
            if event.key == "Backspace":
                if not ways:
                    return None
                ways.pop()
            elif ways and event.key in ("Return", "Enter"):
                return _closed(board, press.view, ways)
            continue
        hand = event
        if ways and _closes(event, first):
            return _closed(board, press.view, ways)
        if _clicks(event) and distance(last, (event.x, event.y)) > SAME_PX * event.units_per_pixel:
            ways.append(_way(board, press.view, last, event))


def _clicks(event: PointerEvent) -> bool:
    return event.kind is PointerKind.PRESS and event.button is Button.LEFT


def _closes(event: PointerEvent, first: XY) -> bool:
    """Whether it is a click on the first place, or the second click of a double one."""
    if event.kind is PointerKind.DOUBLE_CLICK:
        return True
    near = distance(first, (event.x, event.y)) <= NEAR_PX * event.units_per_pixel
    return _clicks(event) and near


def _way(board: Board, view: str, start: XY, event: PointerEvent) -> Way:
    """To the pointer along the border; straight while Shift is held."""
    end = (event.x, event.y)
    return (start, end) if event.shift else board.along_border(view, start, end)


def _joined(ways: list[Way]) -> Way:
    return (ways[0][0], *(point for way in ways for point in way[1:]))


def _closed(board: Board, view: str, ways: list[Way]) -> DrawOutline | None:
    first, last = ways[0][0], ways[-1][-1]
    ring = _joined([*ways, board.along_border(view, last, first)])[:-1]
    kept = thinned(list(ring))
    return DrawOutline(view, kept) if len(kept) >= LEAST else None
