"""A drag measures a distance, clicks a way along points; both are shown, not recorded."""

from itertools import pairwise
from math import acos, degrees

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.outline import SAME_PX
from painmap.ui.tools.slice_outcomes import (
    XY,
    Board,
    Measured,
    Outcome,
    Preview,
    distance,
    is_a_drag,
)


def measure_tool(board: Board) -> Tool:
    """Make the tool that measures distances and angles on `board`."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind is not PointerKind.PRESS or event.button is not Button.LEFT:
            return None
        return _measure(event) if board.may_measure(event.view) else None

    return start


def _measure(press: PointerEvent) -> Gesture[Outcome]:
    start = (press.x, press.y)
    event = yield None
    while event.kind is not PointerKind.RELEASE:
        event = yield Preview(press.view, line=(start, (event.x, event.y)), measures=True)
    if is_a_drag(press, event):
        return Measured(press.view, (start, (event.x, event.y)))
    return (yield from _along(press))


def _along(press: PointerEvent) -> Gesture[Outcome]:
    """Take point after point until Return or a double click; Backspace takes the last back."""
    points: list[XY] = [(press.x, press.y)]
    cursor = points[0]
    while True:
        shown = (*points, cursor) if cursor != points[-1] else tuple(points)
        event = yield Preview(press.view, line=shown, measures=True)
        if event.view not in ("", press.view):
            continue
        if event.kind is PointerKind.KEY:
            if event.key == "Backspace":
                points.pop()
                if not points:
                    return None
            elif event.key == "Return":
                break
            continue
        cursor = (event.x, event.y)
        if event.button is not Button.LEFT:
            continue
        is_new = distance(points[-1], cursor) > SAME_PX * event.units_per_pixel
        if event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK) and is_new:
            points.append(cursor)
        if event.kind is PointerKind.DOUBLE_CLICK:
            break
    return Measured(press.view, tuple(points)) if len(points) > 1 else None


def length(points: tuple[XY, ...]) -> float:
    """Millimetres along points."""
    return sum(distance(a, b) for a, b in pairwise(points))


def angle(points: tuple[XY, ...]) -> float | None:
    """Degrees between the two legs of three points, 0 to 180; None for any other number."""
    if len(points) != 3:
        return None
    a, top, b = points
    one, two = (a[0] - top[0], a[1] - top[1]), (b[0] - top[0], b[1] - top[1])
    product = distance(a, top) * distance(b, top)
    if product == 0:
        return None
    cosine = (one[0] * two[0] + one[1] * two[1]) / product
    return degrees(acos(min(1.0, max(-1.0, cosine))))
