"""A drag from corner to corner draws an ellipse, as a contour whose vertices can be moved."""

from math import cos, pi, sin, sqrt

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import XY, Board, DrawOutline, Outcome, Preview, is_a_drag

VERTICES = 24
"""Few enough to be moved by hand; the polygon leaves an ellipse of 30 mm by 0.2 mm at most."""


def ellipse_tool(board: Board) -> Tool:
    """Make the tool that draws ellipses on `board`."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        pressed = event.kind is PointerKind.PRESS and event.button is Button.LEFT
        return _draw(event) if pressed and board.may_outline(event.view) else None

    return start


def _draw(press: PointerEvent) -> Gesture[Outcome]:
    start, event = (press.x, press.y), press
    while event.kind is not PointerKind.RELEASE:
        points = ellipse(start, (event.x, event.y)) if is_a_drag(press, event) else ()
        event = yield Preview(press.view, line=points, closed=True)
    points = ellipse(start, (event.x, event.y))
    width, height = abs(event.x - press.x), abs(event.y - press.y)
    thin = min(width, height) <= press.units_per_pixel
    return None if thin or not is_a_drag(press, event) else DrawOutline(press.view, points)


def ellipse(corner: XY, opposite: XY) -> tuple[XY, ...]:
    """Vertices of the ellipse in a rectangle; the polygon has the ellipse's own area."""
    middle = ((corner[0] + opposite[0]) / 2, (corner[1] + opposite[1]) / 2)
    step = 2 * pi / VERTICES
    larger = sqrt(step / sin(step))
    across = abs(opposite[0] - corner[0]) / 2 * larger
    down = abs(opposite[1] - corner[1]) / 2 * larger
    return tuple(
        (middle[0] + across * cos(n * step), middle[1] + down * sin(n * step))
        for n in range(VERTICES)
    )
