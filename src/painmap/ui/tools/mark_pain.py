"""What the hand may do on a body figure: tap, draw, ring, point, radiate, tick and erase."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from painmap.bodymap.marks import pressed_width
from painmap.domain.places import FigurePoint
from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool

BRUSH_WIDTHS = (8.0, 12.0, 18.0, 26.0, 38.0)
"""Figure units; 18 is about 3 cm on a person of 1.75 m."""
BRUSH_WIDTH = 18.0
CLICK_PX = 4.0
"""A press that moves less than this is a click: a hand is never quite still."""
KEPT_BEND = 0.4
"""Figure units by which a stored line may leave the drawn one."""
ARROW_BEND = 5.0
"""The same for an arrow, of which a hand means the sweep only."""
BOW = 0.14
"""Of the length of an arrow that is set by keys."""


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

    points: tuple[FigurePoint, ...]
    width: float
    pressures: tuple[float, ...] = ()
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

    points: tuple[FigurePoint, ...]
    width: float
    add: bool
    pressures: tuple[float, ...] = ()


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

    points: tuple[FigurePoint, ...]
    width: float
    pressures: tuple[float, ...] = ()


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


class _Path:
    """Places and pressures that a hand went through."""

    def __init__(self) -> None:
        self.points: list[FigurePoint] = []
        self.pressures: list[float] = []

    def take(self, event: PointerEvent) -> None:
        self.points.append(_place(event))
        if event.pressure is not None:
            lifted = event.kind is PointerKind.RELEASE and self.pressures
            # a pen says 0 as it leaves, which would thin the end that the hand had meant
            self.pressures.append(self.pressures[-1] if lifted else event.pressure)

    @property
    def pressed(self) -> tuple[float, ...]:
        whole = len(self.pressures) == len(self.points)
        return tuple(self.pressures) if whole else ()

    def kept(self, width: float) -> tuple[tuple[FigurePoint, ...], tuple[float, ...]]:
        """Points and pressures without which the stroke would look otherwise."""
        pressed = self.pressed
        heights = [pressed_width(width, each) / 2 for each in pressed]
        keep = kept_indices(self.points, KEPT_BEND, heights)
        points = tuple(_rounded(self.points[i]) for i in keep)
        return points, tuple(round(pressed[i], 3) for i in keep) if pressed else ()


def _brush(press: PointerEvent, board: Board) -> Gesture[Outcome]:
    path, width, event = _Path(), board.brush_width, press
    path.take(press)
    while event.kind is not PointerKind.RELEASE:
        event = yield StrokePreview(tuple(path.points), width, path.pressed)
        if event.kind in (PointerKind.MOVE, PointerKind.RELEASE):
            path.take(event)
    if all(_near(press, point) for point in path.points):
        touched = board.mark_at(path.points[0])
        if touched is not None:
            return Touched(touched)
        firm = (round(max(path.pressed), 3),) if path.pressed else ()
        return Drawn((path.points[0],), width, press.shift, firm)
    points, pressures = path.kept(width)
    return Drawn(points, width, press.shift, pressures)


def _erase(press: PointerEvent, board: Board) -> Gesture[Outcome]:
    path, width, event = _Path(), board.brush_width, press
    path.take(press)
    while event.kind is not PointerKind.RELEASE:
        event = yield StrokePreview(tuple(path.points), width, path.pressed, erasing=True)
        if event.kind in (PointerKind.MOVE, PointerKind.RELEASE):
            path.take(event)
    points, pressures = path.kept(width)
    return Erased(points, width, pressures)


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


def _rounded(point: FigurePoint) -> FigurePoint:
    return FigurePoint(round(point.x, 2), round(point.y, 2))


def simplified(points: Sequence[FigurePoint], bend: float = KEPT_BEND) -> tuple[FigurePoint, ...]:
    """Drop the points without which a line stays within `bend` of itself."""
    line = [_rounded(point) for point in points]
    return tuple(line[i] for i in kept_indices(line, bend))


def bowed(start: FigurePoint, end: FigurePoint) -> tuple[FigurePoint, ...]:
    """An arrow between two places with a slight bow, so that it is seen beside straight lines."""
    x, y = (start.x + end.x) / 2, (start.y + end.y) / 2
    middle = FigurePoint(x - (end.y - start.y) * BOW, y + (end.x - start.x) * BOW)
    return tuple(map(_rounded, (start, middle, end)))


def kept_indices(
    points: Sequence[FigurePoint], bend: float, heights: Sequence[float] = ()
) -> list[int]:
    """Which points a line needs to stay within `bend` of itself, in the plane and in height.

    Source: D. Douglas, T. Peucker, Cartographica 10 (1973) 112.
    """
    line = [(p.x, p.y, heights[i] if heights else 0.0) for i, p in enumerate(points)]
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        inner = range(first + 1, last)
        worst = max(inner, key=lambda i: _away(line[i], line[first], line[last]), default=None)
        if worst is not None and _away(line[worst], line[first], line[last]) > bend:
            keep.add(worst)
            spans += [(first, worst), (worst, last)]
    return sorted(keep)


_Place3 = tuple[float, float, float]


def _away(point: _Place3, a: _Place3, b: _Place3) -> float:
    """Distance of a point from the stretch between `a` and `b`."""
    way = [end - start for start, end in zip(a, b, strict=True)]
    off = [at - start for start, at in zip(a, point, strict=True)]
    long = sum(each * each for each in way)
    t = sum(u * v for u, v in zip(off, way, strict=True)) / long if long else 0.0
    t = min(max(t, 0.0), 1.0)
    rest = [u - t * v for u, v in zip(off, way, strict=True)]
    return float(sum(each * each for each in rest) ** 0.5)
