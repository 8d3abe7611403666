"""Visits that are drawn for tests: one site for each shape."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import shapely

from painmap.bodymap.marks import covered_regions
from painmap.bodymap.template import BodyTemplate, load_template
from painmap.domain.ids import new_id
from painmap.domain.pain import AreaShape, AuthorLayer, Mark, PainSite, Shape, StrokeShape
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit

DAY = datetime(2024, 3, 3, tzinfo=UTC)


@cache
def adult_figure() -> BodyTemplate:
    """The figure for property tests: as an argument its words would be too many for a report."""
    return load_template(Path(__file__).parents[2] / "resources" / "body_maps" / "adult")


def empty_visit(day: datetime = DAY) -> Visit:
    return Visit(new_id(), new_id(), day)


def drawn(
    template: BodyTemplate,
    *shapes: tuple[str, Shape],
    visit: Visit | None = None,
    intensity: int | None = None,
    layer: AuthorLayer = AuthorLayer.PATIENT,
) -> Visit:
    """Give a visit with one more site for each (view id, shape)."""
    visit = visit or empty_visit()
    for view_id, shape in shapes:
        site = PainSite(new_id(), intensity=intensity)
        regions = covered_regions(template.views[view_id], shape)
        mark = Mark(new_id(), site.id, layer, template.ref, view_id, shape, regions)
        visit = visit.changed(put=(site, mark))
    return visit


def other_ref(template: BodyTemplate) -> BodyTemplate:
    """The same figure under another version."""
    return replace(template, ref=replace(template.ref, version=template.ref.version + 1))


def stroke(*points: tuple[float, float], width: float) -> StrokeShape:
    return StrokeShape(tuple(FigurePoint(x, y) for x, y in points), width)


def box(x: float, y: float, width: float, height: float) -> AreaShape:
    ring = shapely.get_coordinates(shapely.box(x, y, x + width, y + height))[:-1]
    return AreaShape(((tuple(FigurePoint(float(a), float(b)) for a, b in ring),),))
