"""One view of a body figure as SVG: outline, regions, and the patient's R and L on both flanks."""

from xml.etree import ElementTree as ET

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.figure import BodyTemplate, BodyView, Contour
from painmap.exchange.drawing_style import FONT, INK, LINE, MUTED, SKIN
from painmap.exchange.svg_parts import element, id_of, path_of, printable

CAPTION = 46.0
"""Units above a view for its name."""
FLANK = 34.0
"""Units at each flank for its letter."""
ZOOM_HEIGHT = 500.0
LETTER_HEIGHT = 0.236
"""How far down the letters stand, as a share of the view: beside the upper arm."""


def view_size(view: BodyView) -> tuple[float, float]:
    """Width and height that a view takes with its name and letters, figure units."""
    scale = view_scale(view)
    return view.bounds.width * scale + 2 * FLANK, view.bounds.height * scale + CAPTION


def view_scale(view: BodyView) -> float:
    """How large a view is drawn: a zoom as high as half a figure."""
    return 1.0 if view.kind == "whole" else ZOOM_HEIGHT / view.bounds.height


def draw_view(
    parent: ET.Element, template: BodyTemplate, view: BodyView, x: float, y: float
) -> ET.Element:
    """Draw a view with its corner at a place, and give its group for the marks.

    Parameters
    ----------
    x, y : float
        Corner of the view with its name and letters.
    """
    ref, bounds = template.ref, view.bounds
    name = id_of("view", ref.id, ref.version, view.id)
    scale = view_scale(view)
    left, top = x + FLANK - bounds.x * scale, y + CAPTION - bounds.y * scale
    group = element(
        parent,
        "g",
        id_=name,
        data_view=view.id,
        data_figure=ref.id,
        data_figure_version=ref.version,
        data_figure_sha256=ref.sha256,
        transform=f"translate({left:.2f} {top:.2f}) scale({scale:.4f})",
    )
    element(group, "title", f"{view.name} view, {template.name.lower()} figure")
    outline = "".join(view.outline) if view.kind == "whole" else path_of(view.silhouette)
    element(group, "path", id_=f"{name}-body", d=outline, fill=SKIN, stroke="none")
    lines = "".join(path_of(_in_view(view, contour)) for contour in view.contours)
    _draw_regions(group, name, view, scale)
    element(group, "path", d=lines, fill=LINE, fill_opacity=0.6, stroke="none")
    element(group, "path", d=outline, fill="none", stroke=LINE, stroke_width=1.6 / scale)
    _draw_letters(group, name, view, scale)
    middle = bounds.x + bounds.width / 2
    _text(group, f"{view.name} view", middle, bounds.y - 22 / scale, 20 / scale, INK)
    return group


def _draw_regions(group: ET.Element, name: str, view: BodyView, scale: float) -> None:
    regions = element(group, "g", id_=f"{name}-regions", stroke=LINE, stroke_width=0.6 / scale)
    regions.set("stroke-opacity", "0.35")
    for region in view.regions:
        path = element(
            regions,
            "path",
            id_=id_of(name, region.id),
            data_region=region.id,
            data_side=region.side.value,
            d=path_of(region.shape),
            fill=SKIN,
            fill_opacity=0,
            fill_rule="evenodd",
        )
        element(path, "title", region.words)


def _in_view(view: BodyView, contour: Contour) -> BaseGeometry:
    """A hairline, cut where a zoom ends."""
    ink = shapely.make_valid(shapely.Polygon(contour.ink))
    return ink if view.kind == "whole" else ink.intersection(view.silhouette)


def _draw_letters(group: ET.Element, name: str, view: BodyView, scale: float) -> None:
    bounds, aside = view.bounds, FLANK / 2 / scale
    at = bounds.y + bounds.height * LETTER_HEIGHT
    for flank, side, x in (
        ("viewer-left", view.viewers_left, bounds.x - aside),
        ("viewer-right", view.viewers_right, bounds.x + bounds.width + aside),
    ):
        letter = _text(group, side.word[0], x, at, 26 / scale, INK, bold=True)
        letter.set("id", f"{name}-{flank}")
        letter.set("data-side", side.value)


def _text(
    group: ET.Element,
    words: str,
    x: float,
    y: float,
    size: float,
    colour: str,
    *,
    bold: bool = False,
) -> ET.Element:
    text = element(
        group,
        "text",
        x=f"{x:.2f}",
        y=f"{y:.2f}",
        fill=colour,
        font_family=FONT,
        font_size=size,
        font_weight=600 if bold else None,
        text_anchor="middle",
    )
    text.text = printable(words)
    return text


def write_line(parent: ET.Element, words: str, x: float, y: float, *, strong: bool = False) -> None:
    """Write a line of the legend from `x` on."""
    line = _text(parent, words, x, y, 15, INK if strong else MUTED, bold=strong)
    line.set("text-anchor", "start")


def letter_text(
    parent: ET.Element, words: str, x: float, y: float, colour: str, *, scale: float = 1.0
) -> None:
    """Write what stands on a mark, its middle at a place."""
    _text(parent, words, x, y + 4.5 / scale, 13 / scale, colour, bold=True)
