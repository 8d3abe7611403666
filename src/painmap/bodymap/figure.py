"""A body figure: its views, what is drawn, and the named, sided regions.

Figure units: 1000 from vertex to sole; x from the midline, growing to the viewer's right; y down.
Sides are the patient's: the patient's right is at negative x on the front, the left on the back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import FigurePoint, TemplateRef

PatientLeft = Literal["viewer left", "viewer right", "towards viewer", "away from viewer"]


class Direction(StrEnum):
    """Where an arrow key points, as the viewer sees it."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


_STEPS = {
    Direction.LEFT: (-1.0, 0.0),
    Direction.RIGHT: (1.0, 0.0),
    Direction.UP: (0.0, -1.0),
    Direction.DOWN: (0.0, 1.0),
}
_ASIDE = 2.0
"""A neighbour aside counts as that much farther than one straight ahead."""
_RAY = 2000.0
"""Figure units; longer than any figure."""


class Box(NamedTuple):
    """A rectangle in figure units."""

    x: float
    y: float
    width: float
    height: float


class Affine(NamedTuple):
    """Where a place of a zoom lies about on the view that it is taken of.

    (x, y) lies at (a x + b y + c, d x + e y + f), x counted from the midline on both.
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float


@dataclass(frozen=True, slots=True)
class Contour:
    """An inner hairline.

    Parameters
    ----------
    id : str
    weight : float
        1 for a fold, less for a fainter line.
    path : str
        Centre line as an SVG path of M and C.
    ink : tuple of FigurePoint
        Closed ring of the swelling stroke, to be filled.
    """

    id: str
    weight: float
    path: str
    ink: tuple[FigurePoint, ...]


@dataclass(frozen=True, slots=True)
class Shading:
    """Soft shading: an 8-bit grey PNG, 0 where the body is bare, 255 where it is darkest.

    Parameters
    ----------
    png : bytes
        To be used as the alpha of the theme's shade colour, within the outline.
    rectangle : Box
        Where the picture lies.
    """

    png: bytes = field(repr=False)
    rectangle: Box


@dataclass(frozen=True, slots=True)
class LevelTick:
    """The height of a spinous process."""

    level: Level
    y: float


@dataclass(frozen=True, slots=True)
class Region:
    """A named cell of a view.

    Parameters
    ----------
    id : str
        "<base>.left", "<base>.right", or "<base>" on the midline.
    name : str
        In words, without the side: "lower lumbar paraspinal".
    side : Side
        The patient's.
    group : str
        The larger part of the body: "lower back".
    levels : (Level, Level) or None
        First and last vertebra beside which it lies.
    shape : shapely Polygon or MultiPolygon
        Figure units.
    surface_share : float or None
        Share of the whole body's skin, from the faces of the mesh; None where it is not known.
    label : FigurePoint or None
        Where it was worked out before; None: it is worked out here.
    label_at : FigurePoint
        A place well inside, for a number.
    """

    id: str
    name: str
    side: Side
    group: str
    levels: tuple[Level, Level] | None
    shape: BaseGeometry = field(repr=False, compare=False)
    surface_share: float | None = None
    label: InitVar[FigurePoint | None] = None
    label_at: FigurePoint = field(init=False, repr=False, compare=False)

    def __post_init__(self, label: FigurePoint | None) -> None:
        expected = "" if self.side is Side.MIDLINE else f".{self.side.value}"
        if self.id != f"{self.base_id}{expected}":
            raise ValueError(f"region {self.id} does not say its side, {self.side.value}")
        if not self.name:
            raise ValueError(f"region {self.id} has no name")
        if self.shape.is_empty or not self.shape.is_valid:
            raise ValueError(f"region {self.id} has no sound shape")
        if label is not None:
            object.__setattr__(self, "label_at", label)
            return
        largest = max(shapely.get_parts(self.shape), key=lambda part: part.area)
        inside = shapely.maximum_inscribed_circle(largest, tolerance=1.0)
        x, y = inside.coords[0]
        object.__setattr__(self, "label_at", FigurePoint(float(x), float(y)))

    @property
    def base_id(self) -> str:
        """The id without its side; the same on both sides and in every figure."""
        return self.id.partition(".")[0]

    @property
    def parent_id(self) -> str:
        """The id of the region that this is a finer part of; its own id when it is none."""
        base, dot, side = self.id.partition(".")
        return f"{base.partition('/')[0]}{dot}{side}"

    @property
    def words(self) -> str:
        """Such as "LEFT lower lumbar paraspinal (L4-S1)"."""
        side = "" if self.side is Side.MIDLINE else f"{self.side.word} "
        span = f" ({self.levels[0]}–{self.levels[1]})" if self.levels else ""
        return f"{side}{self.name}{span}"


@dataclass(frozen=True, slots=True)
class BodyView:
    """One view of a figure: what is drawn, and its regions.

    Parameters
    ----------
    id : str
        "front", "back" ...
    name : str
    kind : {"whole", "zoom"}
    parent : str or None
        The view that a zoom magnifies.
    patient_left : {"viewer left", "viewer right", "towards viewer", "away from viewer"}
        Where the patient's LEFT is drawn; a side view has it towards the viewer, or away.
    mm_per_unit : float
        Millimetres of the figure's stature to one figure unit.
    bounds : Box
    outline : tuple of str
        SVG paths of M, C and Z, to be drawn.
    silhouette : shapely Polygon or MultiPolygon
        The same flattened, to be measured.
    contours : tuple of Contour
    shading : Shading or None
    ticks : tuple of LevelTick
    regions : tuple of Region
        Disjoint, and together the silhouette.
    only_side : Side or None
        The one side that a side view or the zoom of one hand shows; None: both.
    beside : Mapping of region id to four ids, or None
        Neighbours to the left, right, up and down that were worked out before.
    to_parent : Affine or None
        Of a zoom with a projection of its own, such as the sole; None: a zoom only magnifies.
    """

    id: str
    name: str
    kind: Literal["whole", "zoom"]
    parent: str | None
    patient_left: PatientLeft
    mm_per_unit: float
    bounds: Box
    outline: tuple[str, ...]
    silhouette: BaseGeometry = field(repr=False, compare=False)
    contours: tuple[Contour, ...] = field(repr=False)
    shading: Shading | None
    ticks: tuple[LevelTick, ...]
    regions: tuple[Region, ...] = field(repr=False)
    only_side: Side | None = None
    beside: InitVar[Mapping[str, Sequence[str | None]] | None] = None
    to_parent: Affine | None = None
    _by_id: Mapping[str, Region] = field(init=False, repr=False, compare=False)
    _tree: shapely.STRtree = field(init=False, repr=False, compare=False)
    _beside: Mapping[tuple[str, Direction], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self, beside: Mapping[str, Sequence[str | None]] | None) -> None:
        by_id = {region.id: region for region in self.regions}
        if len(by_id) < len(self.regions):
            raise ValueError(f"view {self.id} has two regions of the same id")
        if not self.regions:
            raise ValueError(f"view {self.id} has no regions")
        if self.patient_left not in get_args(PatientLeft):
            raise ValueError(f"view {self.id} does not say where the patient's LEFT is drawn")
        if self.kind not in ("whole", "zoom") or (self.kind == "zoom") != bool(self.parent):
            raise ValueError(f"view {self.id} is neither a whole figure nor the zoom of one")
        if not self.mm_per_unit > 0:
            raise ValueError(f"view {self.id} has no scale")
        object.__setattr__(self, "_by_id", MappingProxyType(by_id))
        object.__setattr__(self, "_tree", shapely.STRtree([r.shape for r in self.regions]))
        found = _neighbours(self.regions) if beside is None else _given(by_id, beside)
        object.__setattr__(self, "_beside", MappingProxyType(found))

    def region_at(self, at: FigurePoint) -> Region | None:
        """The region at a place; None outside the body. On a border, the first of the two."""
        if not (np.isfinite(at.x) and np.isfinite(at.y)):
            return None
        found = self._tree.query(shapely.Point(at.x, at.y), predicate="intersects")
        return self.regions[int(found.min())] if len(found) else None

    def region(self, region_id: str) -> Region:
        """The region of that id; KeyError when this view has none."""
        return self._by_id[region_id]

    def regions_near(self, shape: BaseGeometry) -> tuple[Region, ...]:
        """The regions that a shape touches, in the order of the view."""
        found = self._tree.query(shape, predicate="intersects")
        return tuple(self.regions[i] for i in sorted(int(i) for i in found))

    def neighbour(self, region_id: str, direction: Direction | str) -> str | None:
        """Id of the next region in a direction as the viewer sees it; None at the edge.

        Raises
        ------
        KeyError
            This view has no such region.
        """
        return self._beside.get((self._by_id[region_id].id, Direction(direction)))

    @property
    def viewers_left(self) -> Side:
        """The patient's side that is drawn at the viewer's left; the one side where it is one."""
        if self.only_side is not None:
            return self.only_side
        return Side.LEFT if self.patient_left == "viewer left" else Side.RIGHT

    @property
    def viewers_right(self) -> Side:
        """The patient's side that is drawn at the viewer's right; the one side where it is one."""
        return self.only_side or self.viewers_left.mirrored

    @property
    def coordinates(self) -> str:
        """Id of the view whose coordinates these are: most zooms only magnify their parent."""
        return self.id if self.parent is None or self.to_parent is not None else self.parent


def _given(
    by_id: Mapping[str, Region], beside: Mapping[str, Sequence[str | None]]
) -> dict[tuple[str, Direction], str]:
    found: dict[tuple[str, Direction], str] = {}
    for start, others in beside.items():
        for direction, other in zip(Direction, others, strict=True):
            if other is not None:
                found[by_id[start].id, direction] = by_id[other].id
    return found


def _neighbours(regions: tuple[Region, ...]) -> dict[tuple[str, Direction], str]:
    """For each region and direction: the first other that a ray from its middle meets.

    Where the ray meets none, the nearest other in that direction, straight ahead before aside.
    """
    at = np.array([region.label_at for region in regions])
    shapes = [region.shape for region in regions]
    tree = shapely.STRtree(shapes)
    beside: dict[tuple[str, Direction], str] = {}
    for i, region in enumerate(regions):
        shift = at - at[i]
        start = shapely.Point(at[i])
        for direction, (dx, dy) in _STEPS.items():
            ray = shapely.LineString([at[i], at[i] + np.array([dx, dy]) * _RAY])
            met = [int(k) for k in tree.query(ray, predicate="intersects") if k != i]
            if met:
                far = [start.distance(shapes[k].intersection(ray)) for k in met]
                beside[region.id, direction] = regions[met[int(np.argmin(far))]].id
                continue
            ahead = shift[:, 0] * dx + shift[:, 1] * dy
            aside = np.abs(shift[:, 0] * dy) + np.abs(shift[:, 1] * dx)
            cost = np.where((ahead < 1.0) | (aside > ahead), np.inf, ahead + _ASIDE * aside)
            if np.isfinite(cost.min()):
                beside[region.id, direction] = regions[int(cost.argmin())].id
    return beside


class LazyViews(Mapping[str, BodyView]):
    """Views that are read when they are first looked at, and kept.

    Parameters
    ----------
    read : callable
        Gives the view of an id; may raise what reading raises.
    shows : Mapping of view id to the ids of its regions
        In the order of the template.
    """

    __slots__ = ("_kept", "_read", "shows")

    def __init__(self, read: Callable[[str], BodyView], shows: Mapping[str, Sequence[str]]) -> None:
        self._read = read
        self._kept: dict[str, BodyView] = {}
        self.shows: Mapping[str, frozenset[str]] = MappingProxyType(
            {view: frozenset(regions) for view, regions in shows.items()}
        )

    def __getitem__(self, view_id: str) -> BodyView:
        if view_id not in self._kept:
            if view_id not in self.shows:
                raise KeyError(view_id)
            # two threads may read a view at the same time; all then get the same one
            return self._kept.setdefault(view_id, self._read(view_id))
        return self._kept[view_id]

    def __contains__(self, view_id: object) -> bool:
        # Mapping would read the view to find out
        return view_id in self.shows

    def __iter__(self) -> Iterator[str]:
        return iter(self.shows)

    def has_read(self, view_id: str) -> bool:
        """Whether a view is at hand without reading it."""
        return view_id in self._kept

    def __len__(self) -> int:
        return len(self.shows)

    def showing(self, region_id: str) -> BodyView:
        """The first view that shows the region; KeyError when none does."""
        for view, regions in self.shows.items():
            if region_id in regions:
                return self[view]
        raise KeyError(region_id)


@dataclass(frozen=True, slots=True)
class BodyTemplate:
    """A figure of one id and version; what was released is never changed.

    Parameters
    ----------
    ref : TemplateRef
        What a mark stores.
    name : str
    licence : str
        Notice of where the geometry comes from.
    stature_mm : float
        Stature that the figure stands for.
    views : Mapping of view id to BodyView
        In the order of the template.
    """

    ref: TemplateRef
    name: str
    licence: str
    stature_mm: float
    views: Mapping[str, BodyView] = field(repr=False)  # thousands of points help no reader

    def __post_init__(self) -> None:
        if not self.views:
            raise ValueError(f"figure {self.ref.id} has no views")
        if isinstance(self.views, LazyViews):
            return
        if any(view.id != key for key, view in self.views.items()):
            raise ValueError(f"figure {self.ref.id} names a view by another's id")
        object.__setattr__(self, "views", MappingProxyType(dict(self.views)))

    def region(self, region_id: str) -> Region:
        """The region of that id in the first view that shows it; KeyError when none does."""
        if isinstance(self.views, LazyViews):
            return self.views.showing(region_id).region(region_id)
        for view in self.views.values():
            for region in view.regions:
                if region.id == region_id:
                    return region
        raise KeyError(region_id)
