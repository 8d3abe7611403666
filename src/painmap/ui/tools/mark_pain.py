"""What the hand may do on a body figure: tap, draw, ring, point, radiate, tick and erase."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from painmap.domain.pain import StrokeShape
from painmap.domain.places import FigurePoint
from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.pen_path import ARROW_BEND, PenHand, PenPath, simplified

BRUSH_WIDTHS = (8.0, 12.0, 18.0, 26.0, 38.0)
"""Figure units; 18 is about 3 cm on a person of 1.75 m."""
BRUSH_WIDTH = 18.0
CLICK_PX = 4.0
"""A press that moves less than this is a click: a hand is never quite still."""


class MarkTool(StrEnum):
    """The tools of the page Map; the value is the word on the button."""

    REGION = "Region"
    BRUSH = "Brush"
    AREA = "Area"
    POINT = "Point"
    ARROW = "Arrow"
    PAIN_FREE = "No pain"
    ERASER = "Eraser"


@dataclass(frozen=True, slots=True)
class StrokePreview:
    """The stroke so far, of the brush or of the eraser."""

    stroke: StrokeShape
    erasing: bool = False


@dataclass(frozen=True, slots=True)
class LinePreview:
    """The line so far, of a ring or of an arrow."""

    points: tuple[FigurePoint, ...]
    arrow: bool


@dataclass(frozen=True, slots=True)
class Tapped:
    """A click; `add` when it is to belong to the selected site."""

    at: FigurePoint
    add: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished stroke."""

    stroke: StrokeShape
    add: bool


@dataclass(frozen=True, slots=True)
class Ringed:
    """A line around an area."""

    points: tuple[FigurePoint, ...]
    add: bool


@dataclass(frozen=True, slots=True)
class Pointed:
    """One place, shown with a finger tip."""

    at: FigurePoint
    add: bool


@dataclass(frozen=True, slots=True)
class Radiated:
    """Where the pain goes: from the first point to the last."""

    points: tuple[FigurePoint, ...]


@dataclass(frozen=True, slots=True)
class Ticked:
    """Places that the hand passed with the pain-free tick."""

    points: tuple[FigurePoint, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """Where the eraser went."""

    stroke: StrokeShape


@dataclass(frozen=True, slots=True)
class Touched:
    """A click on a mark that is there, with a tool that draws."""

    mark: UUID


Preview: TypeAlias = StrokePreview | LinePreview
Done: TypeAlias = Tapped | Drawn | Ringed | Pointed | Radiated | Ticked | Erased | Touched
Outcome: TypeAlias = Preview | Done


class Board(Protocol):
    """What a tool may ask of the figure."""

    @property
    def brush_width(self) -> float:
        """Width of brush and eraser, figure units."""
        ...

    @property
    def pen_hand(self) -> PenHand:
        """What the pressure of the pen does."""
        ...

    def mark_at(self, at: FigurePoint) -> UUID | None:
        """The uppermost mark at a place, of those that may be changed."""
        ...


def tool_of(kind: MarkTool, board: Board) -> Tool:
    """Make a tool that works on `board`."""
    gestures: dict[MarkTool, Callable[[PointerEvent], Gesture[Outcome]]] = {
        MarkTool.REGION: _tap,
        MarkTool.BRUSH: lambda press: _brush(press, board),
        MarkTool.AREA: lambda press: _line(press, board, arrow=False),
        MarkTool.POINT: _point,
        MarkTool.ARROW: lambda press: _line(press, board, arrow=True),
        MarkTool.PAIN_FREE: _tick,
        MarkTool.ERASER: lambda press: _erase(press, board),
    }

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind not in (PointerKind.PRESS, PointerKind.DOUBLE_CLICK):
            return None
        return gestures[kind](event) if event.button is Button.LEFT else None

    return start


def _tap(press: PointerEvent) -> Gesture[Outcome]:
    event = press
    while event.kind is not PointerKind.RELEASE:
        event = yield None
    # released elsewhere: the hand thought better of it
    return Tapped(_place(press), press.shift) if _near(press, _place(event)) else None


def _point(press: PointerEvent) -> Gesture[Outcome]:
    event = press
    while event.kind is not PointerKind.RELEASE:
        event = yield None
    return Pointed(_place(press), press.shift) if _near(press, _place(event)) else None


def _brush(press: PointerEvent, board: Board) -> Gesture[Outcome]:
    path, event = PenPath(board.brush_width, board.pen_hand), press
    path.take(press)
    while event.kind is not PointerKind.RELEASE:
        event = yield StrokePreview(path.so_far)
        if event.kind in (PointerKind.MOVE, PointerKind.RELEASE):
            path.take(event)
    if all(_near(press, point) for point in path.points):
        touched = board.mark_at(path.points[0])
        return Touched(touched) if touched is not None else Drawn(path.dab, press.shift)
    return Drawn(path.kept, press.shift)


def _erase(press: PointerEvent, board: Board) -> Gesture[Outcome]:
    path, event = PenPath(board.brush_width, board.pen_hand.rubbing), press
    path.take(press)
    while event.kind is not PointerKind.RELEASE:
        event = yield StrokePreview(path.so_far, erasing=True)
        if event.kind in (PointerKind.MOVE, PointerKind.RELEASE):
            path.take(event)
    return Erased(path.kept)


def _line(press: PointerEvent, board: Board, *, arrow: bool) -> Gesture[Outcome]:
    points, event = [_place(press)], press
    while event.kind is not PointerKind.RELEASE:
        event = yield LinePreview(tuple(points), arrow)
        if event.kind in (PointerKind.MOVE, PointerKind.RELEASE):
            points.append(_place(event))
    if all(_near(press, point) for point in points):
        touched = board.mark_at(points[0])
        return Touched(touched) if touched is not None else None
    if arrow:
        return Radiated(simplified(points, ARROW_BEND))
    return Ringed(simplified(points), press.shift)


def _tick(press: PointerEvent) -> Gesture[Outcome]:
    points, event = [_place(press)], press
    while event.kind is not PointerKind.RELEASE:
        event = yield None
        points.append(_place(event))
    return Ticked((points[0],) if _near(press, points[-1]) else tuple(points))


def _place(event: PointerEvent) -> FigurePoint:
    return FigurePoint(event.x, event.y)


def _near(press: PointerEvent, point: FigurePoint) -> bool:
    far = ((point.x - press.x) ** 2 + (point.y - press.y) ** 2) ** 0.5
    return bool(far <= CLICK_PX * press.units_per_pixel)
