"""The drawing as SVG, for a browser or Inkscape: every view, region and mark has its id."""

from xml.etree import ElementTree as ET

from painmap.bodymap.figure import BodyTemplate, BodyView
from painmap.documents.intended_use import INTENDED_USE
from painmap.domain.pain import Mark, PainFree
from painmap.domain.sentences import moment_words, plural
from painmap.domain.visit import Visit
from painmap.exchange.drawing_style import PAPER
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.figure_svg import draw_view, view_size, write_line
from painmap.exchange.marks_svg import draw_legend, draw_mark, draw_patterns, draw_tick
from painmap.exchange.overlays_svg import draw_overlays
from painmap.exchange.svg_parts import element, file_of

MARGIN = 40.0
LEGEND = 150.0
LEAST_WIDTH = 900.0
SHOWN_FIRST = ("front", "back")


def _is_drawn(visit: Visit, template: BodyTemplate, view_id: str) -> bool:
    drawn: tuple[Mark | PainFree, ...] = (*visit.marks, *visit.pain_free)
    return any(item.template == template.ref and item.view == view_id for item in drawn)


def _views(context: ExportContext) -> list[tuple[BodyTemplate, BodyView]]:
    """Front and back of every figure; other views and zooms when something lies on them."""
    return [
        (template, template.views[view_id])
        for template in context.templates.values()
        for view_id in template.views
        if view_id in SHOWN_FIRST or _is_drawn(context.visit, template, view_id)
    ]


def _draw_views(
    root: ET.Element, context: ExportContext, views: list[tuple[BodyTemplate, BodyView]]
) -> tuple[float, int]:
    """Draw views side by side; give where they end and how many items were drawn."""
    visit = context.visit
    x, drawn = MARGIN, 0
    for template, view in views:
        group = draw_view(root, template, view, x, MARGIN)
        draw_overlays(group, context, template, view)
        x += view_size(view)[0] + MARGIN
        for mark in visit.marks:
            if mark.template == template.ref and mark.view == view.id:
                drawn += draw_mark(group, visit, view, mark)
        for tick in visit.pain_free:
            if tick.template == template.ref and tick.view == view.id:
                drawn += draw_tick(group, view, tick)
    return x, drawn


def _write(context: ExportContext) -> bytes:
    visit, views = context.visit, _views(context)
    root = element(None, "svg", version="1.1", data_visit=visit.id)
    element(root, "title", f"Body diagram of the visit of {moment_words(visit.started)}")
    said = element(root, "desc")
    paper = element(root, "rect", id_="paper", fill=PAPER)
    draw_patterns(root, visit)
    end, drawn = _draw_views(root, context, views)
    width = max(end, LEAST_WIDTH)
    top = MARGIN + max((view_size(view)[1] for _, view in views), default=0.0) + MARGIN
    draw_legend(root, visit, MARGIN, top)
    missing = len(visit.marks) + len(visit.pain_free) - drawn
    words = INTENDED_USE
    if missing:
        left_out = f"{plural(missing, 'mark')} of a figure that is not at hand left out."
        write_line(root, left_out, MARGIN, top + 116)
        words = f"{words} {left_out}"
    said.text = words
    laid = context.facts.said(context.shown) if context.facts is not None else ()
    for number, line in enumerate(laid):
        write_line(root, f"Laid over, not marked: {line}.", MARGIN, top + LEGEND + 24 * number)
    height = top + LEGEND + 24 * len(laid)
    root.set("viewBox", f"0 0 {width:.0f} {height:.0f}")
    root.set("width", f"{width:.0f}")
    root.set("height", f"{height:.0f}")
    paper.set("width", f"{width:.0f}")
    paper.set("height", f"{height:.0f}")
    return file_of(root)


EXPORTER = Exporter("body-svg", "Body diagram (vector picture)", "body diagram.svg", _write)
