"""Shapes of marks on a view: their area, what they cover, and whether a hand touches them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.figure import BodyView, Region
from painmap.domain.anatomy import Side
from painmap.domain.pain import (
    PRESSURE_GAMMA,
    AreaShape,
    ArrowShape,
    MarkedRegion,
    PointShape,
    Pressing,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint

MARKED_SHARE = 0.10
"""A region counts as marked when at least this share of it is covered (E4) ..."""
MARKED_AREA_CM2 = 1.0
"""... or when at least this area of it is, at the scale of the figure (E4)."""
MM2_PER_CM2 = 100.0
DECIMALS = 3
"""Of a figure unit, to which the path of a brush is taken: about 2 micrometres on the body."""
QUARTER_SEGMENTS = 12
"""Chords of a quarter circle where a stroke is round."""
POINT_RADIUS = 4.0
"""Figure units of the disc that a finger tip shows: about 7 mm on a person of 1.75 m."""
LEAST_PRESSED = 0.2
"""Share of width or strength that the lightest touch of a pen draws."""


def pressed_share(pressure: float, gamma: float = PRESSURE_GAMMA) -> float:
    """Share of width or strength under a pen's pressure, 0 to 1."""
    return float(max(LEAST_PRESSED, min(max(pressure, 0.0), 1.0) ** gamma))


def pressed_width(width: float, pressure: float, gamma: float = PRESSURE_GAMMA) -> float:
    """Width of a brush under a pen's pressure, 0 to 1."""
    return width * pressed_share(pressure, gamma)


def stroke_area(points: Sequence[FigurePoint], width: float) -> BaseGeometry:
    """The area that a round brush of `width` went over, figure units.

    Raises
    ------
    ValueError
        No points, a place that is not finite, or a brush without width.
    """
    if not points:
        raise ValueError("a stroke needs at least one point")
    if not width > 0:
        raise ValueError(f"a brush {width} wide draws nothing")
    if not all(map(_finite, points)):
        raise ValueError("a stroke goes through places that are no numbers")
    # places closer together than a hand can move only upset the geometry
    path = [(round(point.x, DECIMALS), round(point.y, DECIMALS)) for point in points]
    line = shapely.remove_repeated_points(shapely.LineString([path[0], *path]))
    if line.length == 0:
        return shapely.Point(path[0]).buffer(width / 2, quad_segs=QUARTER_SEGMENTS)
    return line.buffer(width / 2, quad_segs=QUARTER_SEGMENTS)


def pressed_area(
    points: Sequence[FigurePoint],
    width: float,
    pressures: Sequence[float],
    gamma: float = PRESSURE_GAMMA,
) -> BaseGeometry:
    """The area that a pen went over, wider where it was pressed; figure units.

    Raises
    ------
    ValueError
        As `stroke_area`, or as many pressures as points are not given.
    """
    if not pressures:
        return stroke_area(points, width)
    discs = [
        stroke_area([point], pressed_width(width, pressure, gamma))
        for point, pressure in zip(points, pressures, strict=True)
    ]
    pieces = [shapely.union_all(pair).convex_hull for pair in pairwise(discs)]
    return shapely.union_all(pieces or discs)


def area_of_stroke(stroke: StrokeShape) -> BaseGeometry:
    """The area of a stroke; pressure widens it only where that was meant."""
    if stroke.pressing is not Pressing.WIDTH:
        return stroke_area(stroke.points, stroke.width)
    return pressed_area(stroke.points, stroke.width, stroke.pressures, stroke.gamma)


STRENGTH_STEPS = 5
"""Steps from the lightest to the firmest in which a stroke's strength is drawn."""


def strength_bands(
    stroke: StrokeShape | AreaShape,
) -> tuple[tuple[float, BaseGeometry], ...]:
    """A stroke, or what is left of it, in pieces of one strength each, the lightest first.

    Returns
    -------
    tuple of (float, shapely geometry)
        Strength, 0 to 1, and the area that has it; they do not overlap. Where a firm piece and
        a light one meet the firm one is seen. One piece for what is not stronger anywhere.
    """
    if isinstance(stroke, AreaShape):
        bands = tuple((each.strength, polygons_area(each.polygons)) for each in stroke.strengths)
        return bands or ((1.0, polygons_area(stroke.polygons)),)
    if stroke.pressing is not Pressing.STRENGTH or not stroke.pressures:
        return ((1.0, area_of_stroke(stroke)),)
    shares = [pressed_share(each, stroke.gamma) for each in stroke.pressures]
    pieces: dict[int, list[BaseGeometry]] = {}
    for span, share in _even_spans(stroke.points, shares):
        step = math.ceil(share * STRENGTH_STEPS)
        pieces.setdefault(step, []).append(stroke_area(span, stroke.width))
    found, above = [], shapely.Polygon()
    for step in sorted(pieces, reverse=True):
        area = shapely.union_all(pieces[step])
        found.append((step / STRENGTH_STEPS, area.difference(above)))
        above = above.union(area)
    return tuple((share, area) for share, area in reversed(found) if not area.is_empty)


def _even_spans(
    points: Sequence[FigurePoint], shares: Sequence[float]
) -> Iterator[tuple[tuple[FigurePoint, FigurePoint], float]]:
    """The way in stretches so short that each has one strength."""
    if len(points) == 1:
        yield (points[0], points[0]), shares[0]
    for (a, b), (light, firm) in zip(pairwise(points), pairwise(shares), strict=True):
        count = 1 + math.floor(abs(firm - light) * STRENGTH_STEPS)
        for i in range(count):
            start, end = (
                FigurePoint(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t)
                for t in (i / count, (i + 1) / count)
            )
            yield (start, end), light + (firm - light) * (i + 0.5) / count


def polygons_area(polygons: Iterable[Sequence[Sequence[FigurePoint]]]) -> BaseGeometry:
    """The area of polygons with holes; a line that crosses itself is repaired.

    Raises
    ------
    ValueError
        A place that is not finite.
    """
    parts = []
    for outer, *holes in polygons:
        if not all(_finite(point) for ring in (outer, *holes) for point in ring):
            raise ValueError("an area goes through places that are no numbers")
        parts.append(only_areas(shapely.make_valid(shapely.Polygon(outer, holes))))
    return shapely.union_all(parts)


def only_areas(shape: BaseGeometry) -> BaseGeometry:
    """Leave lines and points out of a shape."""
    return shapely.union_all([each for each in shapely.get_parts(shape) if each.area > 0])


def arrow_line(arrow: ArrowShape) -> BaseGeometry:
    """The corners of an arrow as a line; it covers nothing."""
    if not all(map(_finite, arrow.points)):
        raise ValueError("an arrow goes through places that are no numbers")
    return shapely.LineString(arrow.points)


def _finite(point: FigurePoint) -> bool:
    return abs(point.x) < 1e9 and abs(point.y) < 1e9  # false for nan as well


def area_of(view: BodyView, shape: Shape) -> BaseGeometry:
    """The area of a mark as drawn; ink beside the body is kept; an arrow has none.

    Raises
    ------
    KeyError
        A region that the view does not have.
    """
    match shape:
        case RegionShape(region_id=region_id):
            return view.region(region_id).shape
        case StrokeShape() as stroke:
            return area_of_stroke(stroke)
        case AreaShape(polygons=polygons):
            return polygons_area(polygons)
        case PointShape(point=point):
            return stroke_area([point], 2 * POINT_RADIUS)
        case ArrowShape():
            return shapely.Polygon()


def area_on_body(view: BodyView, shape: Shape) -> BaseGeometry:
    """The area of a mark that lies on the body: what is measured."""
    if isinstance(shape, RegionShape):
        return area_of(view, shape)
    return area_of(view, shape).intersection(view.silhouette)


def covered_regions(view: BodyView, shape: Shape) -> tuple[MarkedRegion, ...]:
    """The regions that a mark covers, the one that holds most of it first.

    A region counts when at least `MARKED_SHARE` of it is covered or `MARKED_AREA_CM2` of it at
    the figure's scale. A mark on the body that is too small for any is given to the region that
    holds most of it, so that every mark on the body has a name. Ink beside the body gives none.
    An arrow covers nothing: it names the region of its start, then that of its head (or the
    nearest one), each with the share 0.
    """
    if isinstance(shape, ArrowShape):
        return _ends(view, shape)
    if isinstance(shape, RegionShape):
        return (_marked(view.region(shape.region_id), 1.0),)
    drawn = area_of(view, shape)
    held = [(region.shape.intersection(drawn).area, region) for region in view.regions_near(drawn)]
    held = sorted((h for h in held if h[0] > 0), key=lambda h: (-h[0], h[1].id))
    enough = MARKED_AREA_CM2 * MM2_PER_CM2 / view.mm_per_unit**2
    counted = [
        (area, region)
        for area, region in held
        if area >= enough or area >= MARKED_SHARE * region.shape.area
    ]
    return tuple(_marked(region, area / region.shape.area) for area, region in counted or held[:1])


def _ends(view: BodyView, arrow: ArrowShape) -> tuple[MarkedRegion, ...]:
    start, head = view.region_at(arrow.points[0]), view.region_at(arrow.points[-1])
    if head is None:
        end = shapely.Point(*arrow.points[-1])
        head = min(view.regions, key=lambda region: region.shape.distance(end))
    named = [head] if start is None or start is head else [start, head]
    return tuple(_marked(region, 0.0) for region in named)


def _marked(region: Region, share: float) -> MarkedRegion:
    return MarkedRegion(region.id, region.name, region.side, min(1.0, share))


def sides_of(regions: Iterable[MarkedRegion]) -> frozenset[Side]:
    """The patient's sides that a mark lies on; both for one that crosses the midline."""
    return frozenset(region.side for region in regions)


def touches(view: BodyView, shape: Shape, at: FigurePoint, *, slack: float = 0.0) -> bool:
    """Whether a hand at `at` touches a mark, within `slack` figure units of its edge."""
    ink = arrow_line(shape) if isinstance(shape, ArrowShape) else area_of(view, shape)
    return bool(ink.distance(shapely.Point(at.x, at.y)) <= slack)
