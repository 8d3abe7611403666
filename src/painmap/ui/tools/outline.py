"""Clicks draw a closed contour; the vertices of a finished one are dragged, added, removed."""

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import (
    NEAR_PX,
    XY,
    Board,
    DrawOutline,
    Outcome,
    Preview,
    ReshapeOutline,
    Ring,
    Select,
    distance,
    is_a_drag,
)

LEAST = 3
"""Vertices that enclose something."""

SAME_PX = 2.0
"""Two vertices nearer than this are one: the two clicks of a double click."""


def outline_tool(board: Board) -> Tool:
    """Make the tool that draws contours and changes finished ones."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.button is not Button.LEFT:
            return None
        rings = board.rings(event.view)
        if event.kind is PointerKind.DOUBLE_CLICK:
            edge = edge_near(rings, event)
            return _insert(event, *edge) if edge else None
        if event.kind is not PointerKind.PRESS:
            return None
        held = vertex_near(rings, event)
        if held is not None:
            return _remove(event, *held) if event.alt else _drag(event, *held)
        edge = edge_near(rings, event)
        if edge is not None:
            return _choose(event, *edge)
        return _draw(event) if board.may_outline(event.view) else None

    return start


def _draw(press: PointerEvent) -> Gesture[Outcome]:
    """Take vertex after vertex until the contour is closed; three at least."""
    points: list[XY] = [(press.x, press.y)]
    event = press
    while True:
        event = yield Preview(press.view, line=tuple(points), cursor=(event.x, event.y))
        if event.view not in ("", press.view):
            continue
        if event.kind is PointerKind.KEY and event.key == "Backspace":
            points.pop()
            if not points:
                return None
        elif _closes(event, points):
            return DrawOutline(press.view, tuple(points))
        elif (
            event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK)
            and event.button is Button.LEFT
            and distance(points[-1], (event.x, event.y)) > SAME_PX * event.units_per_pixel
        ):
            points.append((event.x, event.y))


def _closes(event: PointerEvent, points: list[XY]) -> bool:
    if len(points) < LEAST:
        return False
    if event.kind is PointerKind.KEY:
        return event.key in ("Return", "Enter")
    if event.button is not Button.LEFT:
        return False
    if event.kind is PointerKind.DOUBLE_CLICK:
        return True
    on_first = distance(points[0], (event.x, event.y)) <= NEAR_PX * event.units_per_pixel
    return event.kind is PointerKind.PRESS and on_first


def _choose(press: PointerEvent, ring: Ring, vertex: int) -> Gesture[Outcome]:
    """A press on an edge chooses the contour, and a drag from there moves the whole of it.

    Some systems send the press before a double click, which adds a vertex.
    """
    event = yield Select(ring.item_id)
    moved = False
    while True:
        if event.kind is PointerKind.DOUBLE_CLICK:
            return (yield from _insert(event, ring, vertex))
        moved = moved or is_a_drag(press, event)
        points = tuple((x + event.x - press.x, y + event.y - press.y) for x, y in ring.points)
        if event.kind is PointerKind.RELEASE:
            break
        event = yield _meanwhile(press, ring, points) if moved else None
    return ReshapeOutline(press.view, ring.item_id, points, "move outline") if moved else None


def _drag(press: PointerEvent, ring: Ring, vertex: int) -> Gesture[Outcome]:
    event = yield Select(ring.item_id, vertex)
    old = ring.points[vertex]
    shift = (old[0] - press.x, old[1] - press.y)
    moved = False
    while True:
        points = _with(ring.points, vertex, (event.x + shift[0], event.y + shift[1]))
        moved = moved or is_a_drag(press, event)
        if event.kind is PointerKind.RELEASE:
            break
        event = yield _meanwhile(press, ring, points) if moved else None
    return ReshapeOutline(press.view, ring.item_id, points, "move vertex") if moved else None


def _meanwhile(press: PointerEvent, ring: Ring, points: tuple[XY, ...]) -> Preview:
    """What stands for a contour while the hand holds it."""
    return Preview(press.view, line=points, closed=True, moving=ring.item_id)


def _with(points: tuple[XY, ...], vertex: int, at: XY) -> tuple[XY, ...]:
    return (*points[:vertex], at, *points[vertex + 1 :])


def without(points: tuple[XY, ...], vertex: int) -> tuple[XY, ...] | None:
    """Leave a vertex out; None where too few would be left."""
    if len(points) <= LEAST:
        return None
    return (*points[:vertex], *points[vertex + 1 :])


def _remove(press: PointerEvent, ring: Ring, vertex: int) -> Gesture[Outcome]:
    event = yield Select(ring.item_id)
    while event.kind is not PointerKind.RELEASE:
        event = yield None
    points = without(ring.points, vertex)
    if points is None:
        return None
    return ReshapeOutline(press.view, ring.item_id, points, "remove vertex")


def _insert(press: PointerEvent, ring: Ring, vertex: int) -> Gesture[Outcome]:
    event = yield Select(ring.item_id, vertex)
    while event.kind is not PointerKind.RELEASE:
        event = yield None
    points = (*ring.points[:vertex], (press.x, press.y), *ring.points[vertex:])
    return ReshapeOutline(press.view, ring.item_id, points, "add vertex")


def vertex_near(rings: tuple[Ring, ...], event: PointerEvent) -> tuple[Ring, int] | None:
    """The vertex under the pointer, with its ring."""
    found = [
        (distance(point, (event.x, event.y)), ring, index)
        for ring in rings
        for index, point in enumerate(ring.points)
    ]
    best = min(found, key=lambda each: each[0], default=None)
    if best is None or best[0] > NEAR_PX * event.units_per_pixel:
        return None
    return best[1], best[2]


def edge_near(rings: tuple[Ring, ...], event: PointerEvent) -> tuple[Ring, int] | None:
    """The edge under the pointer, as ring and the index that a new vertex on it gets."""
    found = [
        (_from_edge(ring.points[index - 1], point, (event.x, event.y)), ring, index)
        for ring in rings
        for index, point in enumerate(ring.points)
    ]
    best = min(found, key=lambda each: each[0], default=None)
    if best is None or best[0] > NEAR_PX * event.units_per_pixel:
        return None
    return best[1], best[2] or len(best[1].points)


def _from_edge(start: XY, end: XY, at: XY) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    if length == 0:
        return distance(start, at)
    share = ((at[0] - start[0]) * along[0] + (at[1] - start[1]) * along[1]) / length
    share = min(1.0, max(0.0, share))
    return distance((start[0] + share * along[0], start[1] + share * along[1]), at)
