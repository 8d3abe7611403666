"""Overlays in the drawing as SVG: groups of their own under the marks, to be hidden by hand."""

from xml.etree import ElementTree as ET

import shapely

from painmap.bodymap.figure import BodyTemplate, BodyView
from painmap.bodymap.overlays import Overlay, level_places
from painmap.domain.anatomy import Side
from painmap.exchange.drawing_style import MUTED
from painmap.exchange.exporter import ExportContext
from painmap.exchange.figure_svg import letter_text, view_scale
from painmap.exchange.svg_parts import element, id_of, path_of

COLOURS = {Overlay.MUSCLES: "#a4553a", Overlay.DERMATOMES: "#4f6f9c", Overlay.NERVES: "#6c5a94"}
TICK = 6.0


def draw_overlays(
    parent: ET.Element, context: ExportContext, template: BodyTemplate, view: BodyView
) -> None:
    """Draw what is switched on over one view; each outline has its name and its source."""
    for kind in Overlay:
        if kind not in context.shown:
            continue
        name = id_of("overlay", template.ref.id, template.ref.version, view.id, kind.value)
        group = element(parent, "g", id_=name, data_overlay=kind.value)
        if kind is Overlay.LEVELS:
            _draw_levels(group, template, view)
        else:
            _draw_outlines(group, name, context, template, view, kind)


def _draw_outlines(
    group: ET.Element,
    name: str,
    context: ExportContext,
    template: BodyTemplate,
    view: BodyView,
    kind: Overlay,
) -> None:
    overlays = context.overlays.get(template.ref)
    if overlays is None:
        return
    scale, soft = view_scale(view), kind is Overlay.DERMATOMES
    for each in overlays.shapes(kind, view):
        shape = shapely.intersection(each.shape, view.silhouette)
        if shape.is_empty:
            continue
        path = element(
            group,
            "path",
            id_=id_of(name, each.id, each.side.value),
            data_name=each.id,
            data_side=each.side.value,
            d=path_of(shape),
            fill=COLOURS[kind],
            fill_opacity=0.14,
            fill_rule="evenodd",
            stroke=None if soft else COLOURS[kind],
            stroke_width=None if soft else 1.0 / scale,
            stroke_opacity=None if soft else 0.7,
        )
        element(path, "title", _title(context, kind, each.id))


def _title(context: ExportContext, kind: Overlay, name: str) -> str:
    fact = context.facts.facts.get((kind, name)) if context.facts is not None else None
    called = context.muscles[name].name if name in context.muscles else name
    return f"{called}: {fact.words} ({fact.source})" if fact is not None else called


def _draw_levels(group: ET.Element, template: BodyTemplate, view: BodyView) -> None:
    scale = view_scale(view)
    outwards = -1.0 if view.only_side is Side.RIGHT else 1.0
    for tick, at in level_places(template, view):
        half = TICK / scale
        line = f"M{at.x - half:.2f} {at.y:.2f}L{at.x + half:.2f} {at.y:.2f}"
        element(group, "path", d=line, stroke=MUTED, stroke_width=1.4 / scale)
        words, x = tick.level.value, at.x + outwards * 22 / scale
        letter_text(group, words, x, at.y, MUTED, scale=scale)
