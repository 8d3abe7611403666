"""A contour drawn in one stroke: press, go around, let go."""

from shapely import LineString

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.outline import LEAST
from painmap.ui.tools.slice_outcomes import XY, Board, DrawOutline, Outcome, Preview, distance

STEP_PX = 1.5
"""A hand that has moved less than this has not moved."""

KEPT_MM = 0.35
"""The stroke is thinned so that it moves by less than this: below the size of most pixels."""


def freehand_tool(board: Board) -> Tool:
    """Make the tool that draws a contour in one stroke."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        pressed = event.kind is PointerKind.PRESS and event.button is Button.LEFT
        return _draw(event) if pressed and board.may_outline(event.view) else None

    return start


def _draw(press: PointerEvent) -> Gesture[Outcome]:
    points: list[XY] = [(press.x, press.y)]
    event = press
    while event.kind is not PointerKind.RELEASE:
        event = yield Preview(press.view, line=tuple(points), closed=True)
        at = (event.x, event.y)
        if event.kind is PointerKind.MOVE and (
            distance(points[-1], at) > STEP_PX * event.units_per_pixel
        ):
            points.append(at)
    kept = thinned(points)
    return DrawOutline(press.view, kept) if len(kept) >= LEAST else None


def thinned(points: list[XY]) -> tuple[XY, ...]:
    """Leave out points of a stroke that lie on the way between others; the ends meet."""
    if len(points) < LEAST:
        return tuple(points)
    ring = LineString([*points, points[0]]).simplify(KEPT_MM)
    return tuple((float(x), float(y)) for x, y in ring.coords)[:-1]
