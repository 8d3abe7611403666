"""The way of a hand or a pen: what is kept of it, and what the pen's pressure does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from painmap.bodymap.marks import pressed_share
from painmap.domain.pain import PRESSURE_GAMMA, Pressing, StrokeShape
from painmap.domain.places import FigurePoint
from painmap.ui.tools.gesture import PointerEvent, PointerKind

KEPT_BEND = 0.4
"""Figure units by which a stored line may leave the drawn one."""
ARROW_BEND = 5.0
"""The same for an arrow, of which a hand means the sweep only."""
BOW = 0.14
"""Of the length of an arrow that is set by keys."""


@dataclass(frozen=True, slots=True)
class PenHand:
    """What the pressure of the pen does, and how firm the hand is that presses it.

    Parameters
    ----------
    pressing : Pressing
    gamma : float
        Exponent from pressure to width or strength.
    """

    pressing: Pressing = Pressing.WIDTH
    gamma: float = PRESSURE_GAMMA

    @property
    def rubbing(self) -> "PenHand":
        """The same hand with the eraser, which cannot be stronger or weaker."""
        strong = self.pressing is Pressing.STRENGTH
        return replace(self, pressing=Pressing.OFF) if strong else self


class PenPath:
    """Places, pressures and tilts that a hand went through."""

    def __init__(self, width: float, hand: PenHand) -> None:
        self._width = width
        self._hand = hand
        self.points: list[FigurePoint] = []
        self._pressures: list[float] = []
        self._tilts: list[tuple[float, float]] = []

    def take(self, event: PointerEvent) -> None:
        self.points.append(FigurePoint(event.x, event.y))
        if event.pressure is not None:
            lifted = event.kind is PointerKind.RELEASE and self._pressures
            # a pen says 0 as it leaves, which would thin the end that the hand had meant
            self._pressures.append(self._pressures[-1] if lifted else event.pressure)
        if event.tilt is not None:
            self._tilts.append(event.tilt)

    @property
    def so_far(self) -> StrokeShape:
        """Everything that the hand did, as exactly as it was heard."""
        return self._stroke(range(len(self.points)))

    @property
    def dab(self) -> StrokeShape:
        """A touch without a way: one place, as firm as it was pressed at most."""
        firmest = max(self._pressures, default=0.0)
        at = self._pressures.index(firmest) if self._pressures else 0
        stroke = self._stroke([at])
        return replace(stroke, points=(self.points[0],))

    @property
    def kept(self) -> StrokeShape:
        """The stroke without the points that change neither its look nor its tilt."""
        share = self._width / 2
        heights = [share * pressed_share(each, self._hand.gamma) for each in self._whole_pressures]
        keep = kept_indices(self.points, KEPT_BEND, heights)
        rough = self._stroke(keep)
        return replace(
            rough,
            points=tuple(map(_rounded, rough.points)),
            pressures=tuple(round(each, 3) for each in rough.pressures),
            tilts=tuple((round(x, 1), round(y, 1)) for x, y in rough.tilts),
        )

    @property
    def _whole_pressures(self) -> list[float]:
        return self._pressures if len(self._pressures) == len(self.points) else []

    def _stroke(self, at: Sequence[int]) -> StrokeShape:
        pressures = self._whole_pressures
        tilts = self._tilts if len(self._tilts) == len(self.points) else []
        return StrokeShape(
            tuple(self.points[i] for i in at),
            self._width,
            pressures=tuple(pressures[i] for i in at) if pressures else (),
            tilts=tuple(tilts[i] for i in at) if tilts else (),
            pressing=self._hand.pressing if pressures else Pressing.WIDTH,
            gamma=self._hand.gamma if pressures else PRESSURE_GAMMA,
        )


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
