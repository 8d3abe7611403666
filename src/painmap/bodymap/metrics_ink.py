"""The ink of a drawing: what each mark shows of the body, so that nothing counts twice.

Where marks overlap, the higher intensity shows, then the later mark. What shows of all marks is
disjoint and together the ink. A new stroke changes only what it lies on or under; the rest is
kept, so that all measures follow a stroke at once.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.figure import BodyTemplate, BodyView, Region
from painmap.bodymap.marks import area_of
from painmap.domain.anatomy import Side
from painmap.domain.pain import ArrowShape, Mark, RegionShape
from painmap.domain.places import TemplateRef

TOLERANCE = 0.1
"""Figure units to which outlines of ink are measured: 0.2 mm on the body."""
ZOOM_TOLERANCE = 0.03
"""Share of a zoom that may lie beside the body of the view that it magnifies; more, and the zoom
has a projection of its own."""
MOST_KEPT = 50_000
"""Results that are remembered; far more than a visit needs."""


Intensities = Mapping[UUID, int | None]
"""Intensity of each site, 0-10; None where it was not asked."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A connected part of a mark.

    Parameters
    ----------
    site_id : UUID
    whole : shapely Polygon
        On the body, figure units.
    seen : shapely geometry
        What no stronger or later mark hides.
    covered : tuple of (Region, float)
        Regions with the area of `seen` in each, figure units squared.
    sides : Mapping of Side to float
        The same, summed for each of the patient's sides.
    area : float
        Of `seen`, figure units squared; 0 where the whole piece is hidden.
    centre : (float, float)
        Centroid of `seen`.
    """

    site_id: UUID
    whole: BaseGeometry = field(repr=False)
    seen: BaseGeometry = field(repr=False)
    covered: tuple[tuple[Region, float], ...] = field(repr=False)
    sides: Mapping[Side, float] = field(repr=False)
    area: float
    centre: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A connected area of ink in one view, of one or more sites."""

    pieces: tuple[Piece, ...] = field(repr=False)

    @property
    def sites(self) -> tuple[UUID, ...]:
        return tuple(dict.fromkeys(piece.site_id for piece in self.pieces))

    @property
    def area(self) -> float:
        """Figure units squared."""
        return float(sum(piece.area for piece in self.pieces))

    @property
    def centroid(self) -> tuple[float, float]:
        """Of the area, figure units."""
        area = self.area
        x = sum(piece.area * piece.centre[0] for piece in self.pieces)
        y = sum(piece.area * piece.centre[1] for piece in self.pieces)
        return x / area, y / area


@dataclass(frozen=True, slots=True)
class ViewInk:
    """All ink of a layer in one view of one figure.

    Parameters
    ----------
    covered : Mapping of region id to (Region, float)
        Regions with the area of ink in each, figure units squared.
    """

    template: BodyTemplate = field(repr=False)
    view: BodyView = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)
    clusters: tuple[Cluster, ...]
    covered: Mapping[str, tuple[Region, float]] = field(repr=False)

    @property
    def area(self) -> float:
        """Figure units squared."""
        return float(sum(piece.area for piece in self.pieces))

    def shape(self) -> BaseGeometry:
        """All of it as one geometry, figure units."""
        return shapely.union_all([piece.whole for piece in self.pieces])


class InkCache:
    """Gives the ink of drawings, and keeps what did not change from one to the next.

    Everything is keyed by the shapes themselves, which are immutable: a mark that changed has
    another shape, whatever its revision says.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Any, Any]] = {}
        self._last: dict[int, _Neighbours] = {}

    def ink(
        self,
        template: BodyTemplate,
        view: BodyView,
        marks: Iterable[Mark],
        intensities: Intensities | None = None,
    ) -> ViewInk:
        """Take the marks of one layer in one view apart; arrows cover nothing.

        Parameters
        ----------
        marks : iterable of Mark
            Those on other views or figures are left out; those on a zoom count in the view
            that it magnifies.
        intensities : mapping of site id to int or None
            0-10, None where it was not asked; such sites lie lowest.
        """
        known = intensities or {}
        ours = [
            mark
            for mark in marks
            if not isinstance(mark.shape, ArrowShape)
            and (mark.template is template.ref or mark.template == template.ref)
            and self.home_of(template, mark.view) == view.id
        ]
        ranks = [_rank(known.get(mark.site_id)) for mark in ours]
        shown = tuple(
            # the number of an id, which is quicker to look up than the id
            (id(mark.shape), mark.site_id.int, rank)
            for mark, rank in zip(ours, ranks, strict=True)
        )
        key = ("view", id(view), shown)
        if key in self._kept:
            kept: ViewInk = self._kept[key][1]
            return kept
        ink = self._take_apart(template, view, ours, ranks)
        self._remember(key, (view, [mark.shape for mark in ours]), ink)
        return ink

    def _take_apart(
        self,
        template: BodyTemplate,
        view: BodyView,
        marks: Sequence[Mark],
        ranks: Sequence[int],
    ) -> ViewInk:
        parts: list[BaseGeometry] = []
        sites: list[UUID] = []
        order: list[tuple[int, int]] = []
        for mark, rank in zip(marks, ranks, strict=True):
            for part in self._parts(template, view, mark):
                order.append((rank, len(parts)))
                parts.append(part)
                sites.append(mark.site_id)
        touching = self._touching(view, parts)
        pieces = [
            self._piece(view, sites[i], part, [parts[j] for j in near if order[j] > order[i]])
            for i, (part, near) in enumerate(zip(parts, touching, strict=True))
        ]
        clusters = [Cluster(tuple(pieces[i] for i in group)) for group in components(touching)]
        return ViewInk(template, view, tuple(pieces), tuple(clusters), _by_region(pieces))

    def _remember(self, key: Hashable, held: Any, value: Any) -> Any:
        """Keep a value; `held` keeps the objects alive whose identity the key uses."""
        if len(self._kept) >= MOST_KEPT:
            for old in list(self._kept)[: MOST_KEPT // 2]:
                del self._kept[old]
        self._kept[key] = (held, value)
        return value

    def by_home(
        self, templates: Mapping[TemplateRef, BodyTemplate], marks: Iterable[Mark]
    ) -> dict[tuple[TemplateRef, str], list[Mark]]:
        """Marks by figure and the view that they count in, each in their own order.

        Marks on a figure that is not at hand stay with the view that they were drawn on.
        """
        homes: dict[tuple[int, str], tuple[TemplateRef, str]] = {}
        found: dict[tuple[TemplateRef, str], list[Mark]] = {}
        for mark in marks:
            key = (id(mark.template), mark.view)  # marks share the figure, so this is quick
            if key not in homes:
                template = templates.get(mark.template)
                home = self.home_of(template, mark.view) if template else mark.view
                homes[key] = (mark.template, home)
                found.setdefault(homes[key], [])
            found[homes[key]].append(mark)
        return found

    def home_of(self, template: BodyTemplate, view_id: str) -> str:
        """Id of the view that a zoom magnifies, where both have the same place for everything."""
        key = ("home", id(template), view_id)
        if key not in self._kept:
            self._remember(key, template, _home_of(template, view_id))
        home: str = self._kept[key][1]
        return home

    def _parts(self, template: BodyTemplate, view: BodyView, mark: Mark) -> list[BaseGeometry]:
        """The connected parts of a mark's area on the body."""
        key = ("parts", id(view), mark.id.int, id(mark.shape))
        if key in self._kept:
            kept: list[BaseGeometry] = self._kept[key][1]
            return kept
        shape = area_of(template.views[mark.view], mark.shape)
        if not isinstance(mark.shape, RegionShape):
            shape = _on_body(view, shapely.simplify(shape, TOLERANCE))
        parts = [part for part in shapely.get_parts(shape) if part.area > 0]
        for part in parts:
            shapely.prepare(part)
        self._remember(key, (view, mark.shape), parts)
        return parts

    def _touching(self, view: BodyView, parts: Sequence[BaseGeometry]) -> list[list[int]]:
        """For each part the others that it touches, in order; only new parts are tried."""
        last = self._last.get(id(view), _Neighbours([], {}))
        ids = [id(part) for part in parts]
        index = {each: i for i, each in enumerate(ids)}
        touched = {
            each: {other for other in others if other in index}
            for each, others in last.touched.items()
            if each in index
        }
        fresh = [i for i, each in enumerate(ids) if each not in touched]
        touched |= {ids[i]: set() for i in fresh}
        for i, j in _near(parts, fresh):
            if ids[j] not in touched[ids[i]] and parts[i].intersects(parts[j]):
                touched[ids[i]].add(ids[j])
                touched[ids[j]].add(ids[i])
        self._last[id(view)] = _Neighbours([view, *parts], touched)
        return [sorted(index[other] for other in touched[each]) for each in ids]

    def _piece(
        self, view: BodyView, site_id: UUID, part: BaseGeometry, above: Sequence[BaseGeometry]
    ) -> Piece:
        ids = tuple(map(id, above))
        key = ("piece", site_id.int, id(part), ids)
        if key in self._kept:
            kept: Piece = self._kept[key][1]
            return kept
        seen = self._seen(part, above, ids)
        area = float(seen.area)
        centre = seen.centroid if area > 0 else part.centroid
        covered = _covered(view, seen)
        sides = _by_side(covered)
        piece = Piece(site_id, part, seen, covered, sides, area, (centre.x, centre.y))
        self._remember(key, (view, part, above), piece)
        return piece

    def _seen(
        self, part: BaseGeometry, above: Sequence[BaseGeometry], ids: tuple[int, ...]
    ) -> BaseGeometry:
        """What is left of a part under others; one more above costs one cut."""
        done = len(ids)
        while done and ("seen", id(part), ids[:done]) not in self._kept:
            done -= 1
        seen: BaseGeometry = self._kept["seen", id(part), ids[:done]][1] if done else part
        for count in range(done, len(ids)):
            seen = shapely.difference(seen, above[count])
            self._remember(("seen", id(part), ids[: count + 1]), (part, above), seen)
        return seen


class _Neighbours(NamedTuple):
    """What touched what in a view the last time, by identity; `held` keeps those alive."""

    held: list[object]
    touched: dict[int, set[int]]


def _rank(intensity: int | None) -> int:
    """The stronger hides the weaker; what was not asked lies lowest."""
    return -1 if intensity is None else intensity


def _near(parts: Sequence[BaseGeometry], fresh: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of a fresh part and another whose rectangles meet."""
    if not fresh:
        return
    x0, y0, x1, y1 = shapely.bounds(np.array(parts, dtype=object)).T
    for i in fresh:
        near = (x0 <= x1[i]) & (x1 >= x0[i]) & (y0 <= y1[i]) & (y1 >= y0[i])
        for j in np.flatnonzero(near).tolist():
            if j != i:
                yield i, j


def _home_of(template: BodyTemplate, view_id: str) -> str:
    view = template.views.get(view_id)
    parent = template.views.get(view.parent) if view is not None and view.parent else None
    if view is None or parent is None:
        return view_id
    beside = shapely.difference(view.silhouette, parent.silhouette).area
    return parent.id if beside <= ZOOM_TOLERANCE * view.silhouette.area else view_id


def _on_body(view: BodyView, shape: BaseGeometry) -> BaseGeometry:
    """Cut what lies beside the body off; most strokes need no cut."""
    if view.silhouette.contains(shape):
        return shape
    near = shapely.clip_by_rect(view.silhouette, *shape.buffer(1.0).bounds)
    if not near.is_valid:
        near = view.silhouette
    return shapely.intersection(near, shape)


def _covered(view: BodyView, shape: BaseGeometry) -> tuple[tuple[Region, float], ...]:
    if shape.is_empty:
        return ()
    regions = view.regions_near(shape)
    if len(regions) == 1:
        return ((regions[0], float(shape.area)),)
    cells = np.array([region.shape for region in regions], dtype=object)
    areas = shapely.area(shapely.intersection(cells, shape))
    return tuple(
        (region, float(area)) for region, area in zip(regions, areas, strict=True) if area > 0
    )


def _by_region(pieces: Iterable[Piece]) -> Mapping[str, tuple[Region, float]]:
    found: dict[str, tuple[Region, float]] = {}
    for piece in pieces:
        for region, area in piece.covered:
            before = found.get(region.id)
            found[region.id] = (region, area if before is None else before[1] + area)
    return MappingProxyType(found)


def _by_side(covered: Iterable[tuple[Region, float]]) -> Mapping[Side, float]:
    sides = {Side.LEFT: 0.0, Side.RIGHT: 0.0, Side.MIDLINE: 0.0}
    for region, area in covered:
        sides[region.side] += area
    return MappingProxyType(sides)


def components(touching: Sequence[Sequence[int]]) -> list[list[int]]:
    """Group what touches, directly or through others; by index, in order."""
    group = [-1] * len(touching)
    found: list[list[int]] = []
    for start in range(len(touching)):
        if group[start] >= 0:
            continue
        group[start] = len(found)
        members, ahead = [start], [start]
        while ahead:
            for other in touching[ahead.pop()]:
                if group[other] < 0:
                    group[other] = group[start]
                    members.append(other)
                    ahead.append(other)
        found.append(sorted(members))
    return found
