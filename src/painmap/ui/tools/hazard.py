"""Clicks mark a structure to keep away from: a point, a line or a closed contour."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import (
    NEAR_PX,
    XY,
    DrawHazard,
    Grip,
    Outcome,
    Preview,
    Select,
    distance,
    nearest,
)

SAME_PX = 2.0
"""Two points nearer than this are one: the two clicks of a double click."""


class HazardShape(StrEnum):
    """How a structure is marked; the value is the word on its chip."""

    POINT = "point"
    LINE = "line"
    CONTOUR = "contour"


LEAST = {HazardShape.POINT: 1, HazardShape.LINE: 2, HazardShape.CONTOUR: 3}


class HazardBoard(Protocol):
    """What the tool may ask."""

    def hazards(self, view: str) -> tuple[Grip, ...]:
        """Points of marked structures on the picture."""
        ...

    def may_mark(self, view: str) -> bool: ...


def hazard_tool(board: HazardBoard, shape: Callable[[], HazardShape]) -> Tool:
    """Make the tool that marks structures in the shape that is chosen."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind is not PointerKind.PRESS or event.button is not Button.LEFT:
            return None
        grip = nearest(board.hazards(event.view), event)
        if grip is not None:
            return _choose(grip)
        return _draw(event, shape()) if board.may_mark(event.view) else None

    return start


def _choose(grip: Grip) -> Gesture[Outcome]:
    event = yield Select(grip.item_id)
    while event.kind is not PointerKind.RELEASE:
        event = yield None
    return None


def _draw(press: PointerEvent, shape: HazardShape) -> Gesture[Outcome]:
    points: list[XY] = [(press.x, press.y)]
    closed = shape is HazardShape.CONTOUR
    event = press
    while True:
        event = yield Preview(press.view, line=tuple(points), cursor=(event.x, event.y))
        if event.view not in ("", press.view):
            continue
        if shape is HazardShape.POINT:
            if event.kind is PointerKind.RELEASE:
                return DrawHazard(press.view, ((event.x, event.y),))
            points[0] = (event.x, event.y)
        elif event.kind is PointerKind.KEY and event.key == "Backspace":
            points.pop()
            if not points:
                return None
        elif len(points) >= LEAST[shape] and _ends(event, points, closed=closed):
            return DrawHazard(press.view, tuple(points), closed=closed)
        elif _adds(event, points):
            points.append((event.x, event.y))
            if event.kind is PointerKind.DOUBLE_CLICK and len(points) >= LEAST[shape]:
                return DrawHazard(press.view, tuple(points), closed=closed)


def _adds(event: PointerEvent, points: list[XY]) -> bool:
    return (
        event.kind in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK)
        and event.button is Button.LEFT
        and distance(points[-1], (event.x, event.y)) > SAME_PX * event.units_per_pixel
    )


def _ends(event: PointerEvent, points: list[XY], *, closed: bool) -> bool:
    if event.kind is PointerKind.KEY:
        return event.key in ("Return", "Enter")
    if event.button is not Button.LEFT:
        return False
    near = NEAR_PX * event.units_per_pixel
    if event.kind is PointerKind.DOUBLE_CLICK:
        return distance(points[-1], (event.x, event.y)) <= near
    on_first = distance(points[0], (event.x, event.y)) <= near
    return closed and event.kind is PointerKind.PRESS and on_first
