"""Tap a region, draw with the brush, erase a mark: what the hand may do on a body figure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from painmap.domain.places import FigurePoint
from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool

BRUSH_WIDTH = 18.0
"""Figure units; about 3 cm on a person of 1.75 m."""
CLICK_PX = 4.0
"""A press that moves less than this is a click: a hand is never quite still."""
KEPT_BEND = 0.4
"""Figure units by which a stored stroke may leave the drawn one."""


class MarkTool(StrEnum):
    """The tools of the page Map; the value is the word on the button."""

    REGION = "Region"
    BRUSH = "Brush"
    ERASER = "Eraser"


@dataclass(frozen=True, slots=True)
class StrokePreview:
    """The stroke so far."""

    points: tuple[FigurePoint, ...]
    width: float


@dataclass(frozen=True, slots=True)
class ErasePreview:
    """Marks that the eraser has touched so far."""

    marks: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Tapped:
    """A click; `add` when it is to belong to the selected site."""

    at: FigurePoint
    add: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished stroke."""

    points: tuple[FigurePoint, ...]
    width: float
    add: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """Marks to take away, all at once."""

    marks: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Touched:
    """A click of the brush on a mark that is there."""

    mark: UUID


Outcome: TypeAlias = StrokePreview | ErasePreview | Tapped | Drawn | Erased | Touched


class Board(Protocol):
    """What a tool may ask of the figure."""

    def mark_at(self, at: FigurePoint) -> UUID | None:
        """The uppermost mark at a place, of those that may be changed."""
        ...


def tool_of(kind: MarkTool, board: Board) -> Tool:
    """Make a tool that works on `board`."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind not in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return None
        if event.button is not Button.LEFT:
            return None
        match kind:
            case MarkTool.REGION:
                return _tap(event)
            case MarkTool.BRUSH:
                return _brush(event, board)
            case MarkTool.ERASER:
                return _erase(event, board)

    return start


def _tap(press: PointerEvent) -> Gesture[Outcome]:
    event = press
    while event.kind is not PointerKind.RELEASE:
        event = yield None
    # released elsewhere: the hand thought better of it
    return Tapped(_place(press), press.shift) if _is_click(press, event) else None


def _brush(press: PointerEvent, board: Board) -> Gesture[Outcome]:
    points = [_place(press)]
    event = press
    while event.kind is not PointerKind.RELEASE:
        if event.kind is PointerKind.MOVE:
            points.append(_place(event))
        event = yield StrokePreview(tuple(points), BRUSH_WIDTH)
    points.append(_place(event))
    if all(_near(press, point) for point in points):
        touched = board.mark_at(points[0])
        return Touched(touched) if touched else Drawn((points[0],), BRUSH_WIDTH, press.shift)
    return Drawn(simplified(points), BRUSH_WIDTH, press.shift)


def _erase(press: PointerEvent, board: Board) -> Gesture[Outcome]:
    touched: frozenset[UUID] = frozenset()
    event = press
    while True:
        mark = board.mark_at(_place(event))
        touched |= {mark} if mark is not None else frozenset()
        if event.kind is PointerKind.RELEASE:
            return Erased(touched) if touched else None
        event = yield ErasePreview(touched)


def _place(event: PointerEvent) -> FigurePoint:
    return FigurePoint(event.x, event.y)


def _near(press: PointerEvent, point: FigurePoint) -> bool:
    far = ((point.x - press.x) ** 2 + (point.y - press.y) ** 2) ** 0.5
    return bool(far <= CLICK_PX * press.units_per_pixel)


def _is_click(press: PointerEvent, release: PointerEvent) -> bool:
    return _near(press, _place(release))


def simplified(points: Iterable[FigurePoint], bend: float = KEPT_BEND) -> tuple[FigurePoint, ...]:
    """Drop the points without which a line stays within `bend` of itself.

    Source: D. Douglas, T. Peucker, Cartographica 10 (1973) 112.
    """
    line = [FigurePoint(round(p.x, 2), round(p.y, 2)) for p in points]
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        inner = range(first + 1, last)
        worst = max(inner, key=lambda i: _away(line[i], line[first], line[last]), default=None)
        if worst is not None and _away(line[worst], line[first], line[last]) > bend:
            keep.add(worst)
            spans += [(first, worst), (worst, last)]
    return tuple(line[i] for i in sorted(keep))


def _away(point: FigurePoint, a: FigurePoint, b: FigurePoint) -> float:
    """Distance of a point from the stretch between `a` and `b`."""
    dx, dy = b.x - a.x, b.y - a.y
    long = dx * dx + dy * dy
    t = ((point.x - a.x) * dx + (point.y - a.y) * dy) / long if long else 0.0
    t = min(max(t, 0.0), 1.0)
    return float(((point.x - a.x - t * dx) ** 2 + (point.y - a.y - t * dy) ** 2) ** 0.5)
