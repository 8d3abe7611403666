"""The ink of a drawing: what each mark shows of the body, so that nothing counts twice.

Where marks overlap, the higher intensity shows, then the later mark. What shows of all marks is
disjoint and together the ink. A new stroke changes only what it lies on or under; the rest is
kept, so that all measures follow a stroke at once.
"""

from collections.abc import Generator, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.figure import BodyTemplate, BodyView, Region
from painmap.bodymap.marks import area_of
from painmap.bodymap.metrics_pile import Laid, Pile
from painmap.domain.anatomy import Side
from painmap.domain.pain import ArrowShape, Mark, RegionShape
from painmap.domain.places import TemplateRef

TOLERANCE = 0.1
"""Figure units to which outlines of ink are measured: 0.2 mm on the body."""
ZOOM_TOLERANCE = 0.03
"""Share of a zoom that may lie beside the body of the view that it magnifies; more, and the zoom
has a projection of its own."""
PARTS_A_STEP = 4
"""Parts that are reckoned in one step: some milliseconds where much is heaped up."""
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
        self._piles: dict[int, Pile] = {}

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
        steps = self.inking(template, view, marks, intensities)
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                ink: ViewInk = stop.value
                return ink

    def inking(
        self,
        template: BodyTemplate,
        view: BodyView,
        marks: Iterable[Mark],
        intensities: Intensities | None = None,
    ) -> Generator[None, None, ViewInk]:
        """The same in steps of some milliseconds; what was begun may be left at any of them."""
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
        if key not in self._kept:
            taken = yield from self._taking_apart(template, view, ours, ranks)
            self._remember(key, (view, [mark.shape for mark in ours]), taken)
        taken_apart: tuple[ViewInk, Pile] = self._kept[key][1]
        ink, self._piles[id(view)] = taken_apart  # the next change begins from this one
        return ink

    def _taking_apart(
        self,
        template: BodyTemplate,
        view: BodyView,
        marks: Sequence[Mark],
        ranks: Sequence[int],
    ) -> Generator[None, None, tuple[ViewInk, Pile]]:
        laid: list[Laid] = []
        for number, (mark, rank) in enumerate(zip(marks, ranks, strict=True)):
            laid += [Laid(part, mark.site_id, rank) for part in self._parts(template, view, mark)]
            if number % PARTS_A_STEP == 0:
                yield
        if id(view) not in self._piles:
            self._piles[id(view)] = Pile.empty(view)
        before = self._piles[id(view)]
        pile, hidden = yield from before.changing_to(laid)
        pieces: dict[int, Piece] = {}
        for number, each in enumerate(laid):
            pieces[id(each.part)] = self._piece(view, each, pile, hidden.get(id(each.part)))
            if number % PARTS_A_STEP == 0:
                yield
        pile = pile.holding(pieces)
        clusters = [Cluster(tuple(pieces[part] for part in group)) for group in pile.components()]
        found = tuple(pieces.values())
        return ViewInk(template, view, found, tuple(clusters), _by_region(found)), pile

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

    def _piece(
        self, view: BodyView, laid: Laid, pile: Pile, newly_above: Sequence[BaseGeometry] | None
    ) -> Piece:
        """What shows of a part: as before, less what came to lie on it, or reckoned anew."""
        before = pile.pieces.get(id(laid.part))
        if isinstance(before, Piece) and newly_above is not None:
            if not newly_above or before.area == 0:
                return before
            return _shown(view, laid, _less(before.seen, newly_above))
        above = pile.above(laid)
        key = ("piece", laid.site_id.int, id(laid.part), tuple(map(id, above)))
        if key not in self._kept:
            piece = _shown(view, laid, _less(laid.part, above))
            self._remember(key, (view, laid.part, above), piece)
        kept: Piece = self._kept[key][1]
        return kept


def _less(shape: BaseGeometry, above: Sequence[BaseGeometry]) -> BaseGeometry:
    """What is left of a shape under others."""
    for each in above:
        if shape.is_empty:
            break
        shape = shapely.difference(shape, each)
    return shape


def _shown(view: BodyView, laid: Laid, seen: BaseGeometry) -> Piece:
    area = float(seen.area)
    centre = seen.centroid if area > 0 else laid.part.centroid
    covered = _covered(view, seen)
    middle = (centre.x, centre.y)
    return Piece(laid.site_id, laid.part, seen, covered, _by_side(covered), area, middle)


def _rank(intensity: int | None) -> int:
    """The stronger hides the weaker; what was not asked lies lowest."""
    return -1 if intensity is None else intensity


def _home_of(template: BodyTemplate, view_id: str) -> str:
    view = template.views.get(view_id)
    parent = template.views.get(view.parent) if view is not None and view.parent else None
    if view is None or parent is None or view.coordinates == view_id:
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
