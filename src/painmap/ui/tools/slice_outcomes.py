"""What tools on a slice want, and what they may ask of the board that they work on.

Places are millimetres in the plane of the view that the event came from; the page turns
them into patient millimetres and edits.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from painmap.ui.tools.gesture import PointerEvent

XY = tuple[float, float]
"""A place in a view: millimetres to the right and down from the corner of the picture."""

NEAR_PX = 9.0
"""So near to a handle, in pixels of the screen, a press takes hold of it."""

HANDLE_PX = 64.0
"""So far from the middle of the crosshair lie the handles of the planes through it."""

DRAG_PX = 3.0
"""A press that moves less than this is a click: a hand is never quite still."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Show this while the gesture lasts.

    Parameters
    ----------
    view : str
    line : tuple of XY
        Vertices so far.
    closed : bool
        Whether the line is a closed contour.
    cursor : XY or None
        A point that follows the pointer.
    moving : UUID or None
        The recorded item that the preview stands for meanwhile.
    measures : bool
        The line is measured: a distance, or a way along several points.
    corners : tuple of XY
        Vertices that are drawn, where the line has many more; empty: all of them.
    """

    view: str
    line: tuple[XY, ...] = ()
    closed: bool = False
    cursor: XY | None = None
    moving: UUID | None = None
    measures: bool = False
    corners: tuple[XY, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceTarget:
    view: str
    at: XY


@dataclass(frozen=True, slots=True)
class MovePoint:
    """Move a target or a landmark."""

    view: str
    item_id: UUID
    at: XY


@dataclass(frozen=True, slots=True)
class PlaceMidline:
    view: str
    at: XY


@dataclass(frozen=True, slots=True)
class EntryAt:
    """The skin entry of the chosen target by hand; `done` when the hand lets go."""

    view: str
    at: XY
    done: bool = False


@dataclass(frozen=True, slots=True)
class DrawHazard:
    """A structure to keep away from: a point, a line, or (`closed`) a contour."""

    view: str
    points: tuple[XY, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class DrawOutline:
    view: str
    points: tuple[XY, ...]


@dataclass(frozen=True, slots=True)
class ReshapeOutline:
    """Replace the vertices of an outline; `label` says what was done."""

    view: str
    item_id: UUID
    points: tuple[XY, ...]
    label: str


@dataclass(frozen=True, slots=True)
class BrushMove:
    """The brush is here; `begins` with the press."""

    view: str
    at: XY
    erases: bool
    begins: bool = False


@dataclass(frozen=True, slots=True)
class BrushDone:
    """The stroke is finished."""

    view: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A distance, or the way along several points; three make an angle too."""

    view: str
    points: tuple[XY, ...]


@dataclass(frozen=True, slots=True)
class WindowDrag:
    """Pixels moved since the last one: right is wider, down is a lower level."""

    right_px: float
    down_px: float


@dataclass(frozen=True, slots=True)
class WindowOf:
    """The window that shows what lies in a rectangle; two opposite corners."""

    view: str
    start: XY
    end: XY


@dataclass(frozen=True, slots=True)
class PanDrag:
    view: str
    right_px: float
    down_px: float


@dataclass(frozen=True, slots=True)
class LookAt:
    """Put the crosshair here."""

    view: str
    at: XY


@dataclass(frozen=True, slots=True)
class TurnPlane:
    """A handle of a plane through the crosshair was dragged so far; `begins` with the first."""

    view: str
    start: XY
    at: XY
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """Make this the selected annotation; None: none."""

    item_id: UUID | None
    vertex: int | None = None


Outcome = (
    Preview
    | PlaceTarget
    | MovePoint
    | PlaceMidline
    | EntryAt
    | DrawHazard
    | DrawOutline
    | ReshapeOutline
    | BrushMove
    | BrushDone
    | Measured
    | WindowDrag
    | WindowOf
    | PanDrag
    | LookAt
    | TurnPlane
    | Select
)


@dataclass(frozen=True, slots=True)
class Grip:
    """A point of a recorded item that can be taken hold of."""

    item_id: UUID
    at: XY


@dataclass(frozen=True, slots=True)
class Ring:
    """A recorded outline as it lies in a view."""

    item_id: UUID
    points: tuple[XY, ...]


class Board(Protocol):
    """What a tool may ask; only what may be changed is listed."""

    def targets(self, view: str) -> tuple[Grip, ...]: ...

    def landmarks(self, view: str) -> tuple[Grip, ...]: ...

    def rings(self, view: str) -> tuple[Ring, ...]: ...

    def may_annotate(self, view: str) -> bool:
        """Whether something new may be recorded; says why when it may not."""
        ...

    def may_outline(self, view: str) -> bool: ...

    def along_border(self, view: str, start: XY, end: XY) -> tuple[XY, ...]:
        """The way that follows a border of the picture, with both its ends."""
        ...

    def may_measure(self, view: str) -> bool: ...

    def is_on_handle(self, event: PointerEvent) -> bool:
        """Whether a plane through the crosshair can be taken hold of there."""
        ...


def distance(a: XY, b: XY) -> float:
    """Millimetres between two places."""
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def nearest(grips: tuple[Grip, ...], event: PointerEvent) -> Grip | None:
    """The grip under the pointer, if there is one."""
    reach = NEAR_PX * event.units_per_pixel
    near = [grip for grip in grips if distance(grip.at, (event.x, event.y)) <= reach]
    return min(near, key=lambda grip: distance(grip.at, (event.x, event.y)), default=None)


def is_a_drag(press: PointerEvent, event: PointerEvent) -> bool:
    """Whether the pointer has moved since `press` by more than an unsteady click."""
    return distance((press.x, press.y), (event.x, event.y)) > DRAG_PX * press.units_per_pixel
