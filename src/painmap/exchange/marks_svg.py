"""Marks of pain as SVG: each with its site, sides, intensity, qualities and author as data."""

from xml.etree import ElementTree as ET

import shapely

from painmap.bodymap.figure import BodyView
from painmap.bodymap.marks import area_of, strength_bands
from painmap.domain.pain import (
    AreaShape,
    ArrowShape,
    AuthorLayer,
    Mark,
    PainFree,
    PainSite,
    PointShape,
    StrokeShape,
)
from painmap.domain.sentences import pain_sentence, region_words
from painmap.domain.visit import Visit
from painmap.exchange.drawing_style import INK, PAIN, PAPER, QUALITIES, TILE, UNASKED, text_colour
from painmap.exchange.figure_svg import letter_text, view_scale, write_line
from painmap.exchange.svg_parts import arrow_head, element, id_of, line_path, path_of

DOCTOR_DASH = "7 4"
"""The doctor's marks have a dashed outline."""
POINT_TEXT = 16.0
"""Figure units from a point to its number."""
TICK = "M-7 0L-2 6L8 -7"


def draw_patterns(root: ET.Element, visit: Visit) -> None:
    """Define the pattern of every quality that the visit uses."""
    used = {quality for site in visit.pain_sites for quality in site.qualities}
    patterns = element(root, "defs")
    for quality, style in QUALITIES.items():
        if quality not in used or not style.pattern:
            continue
        tile = element(
            patterns,
            "pattern",
            id_=id_of("quality", quality.value),
            width=TILE,
            height=TILE,
            patternUnits="userSpaceOnUse",
        )
        element(tile, "path", d=style.pattern, fill="none", stroke=INK, stroke_width=1.3)


def draw_mark(group: ET.Element, visit: Visit, view: BodyView, mark: Mark) -> bool:
    """Draw a mark; False when its figure lacks the region, so that it cannot be drawn."""
    site = next(each for each in visit.pain_sites if each.id == mark.site_id)
    if not isinstance(mark.shape, ArrowShape):
        try:
            shape = path_of(area_of(view, mark.shape))
        except (KeyError, ValueError):  # a figure of that name without that region; no numbers
            return False
        part = _group(group, site, mark, visit)
        _draw_area(part, view, site, mark, shape)
        _draw_text(part, view, site, mark)
        return True
    part = _group(group, site, mark, visit)
    colour = UNASKED if site.intensity is None else PAIN[max(site.intensity, 4)]
    line = line_path(mark.shape.points)
    dash = DOCTOR_DASH if mark.layer is AuthorLayer.DOCTOR else None
    element(part, "path", d=line, fill="none", stroke=colour, stroke_width=3, stroke_dasharray=dash)
    element(part, "path", d=arrow_head(mark.shape.points), fill=colour)
    return True


def _group(parent: ET.Element, site: PainSite, mark: Mark, visit: Visit) -> ET.Element:
    sides = dict.fromkeys(region.side.value for region in mark.regions)
    link = next((each for each in visit.pain_links if each.arrow == mark.id), None)
    group = element(
        parent,
        "g",
        id_=id_of("mark", mark.id),
        data_mark=mark.id,
        data_site=site.id,
        data_kind=mark.shape.kind,
        data_layer=mark.layer.value,
        data_side=" ".join(sides),
        data_regions=" ".join(region.id for region in mark.regions),
        data_nrs=site.intensity,
        data_nrs_worst=site.worst,
        data_nrs_least=site.least,
        data_quality=" ".join(quality.value for quality in site.qualities) or None,
        data_depth=site.depth.value if site.depth else None,
        data_pattern=site.pattern.value if site.pattern else None,
        data_finding=site.finding.value if site.finding else None,
        data_link=link.kind.value if link else None,
        data_to_site=link.to_site if link else None,
        data_to_region=link.to_region.id if link and link.to_region else None,
    )
    element(group, "title", pain_sentence(site, visit.marks_of(site.id), visit))
    return group


def _draw_area(group: ET.Element, view: BodyView, site: PainSite, mark: Mark, shape: str) -> None:
    asked, doctors = site.intensity is not None, mark.layer is AuthorLayer.DOCTOR
    strength = 0.86 if asked else 0.55
    drawn = mark.shape if isinstance(mark.shape, StrokeShape | AreaShape) else None
    bands = strength_bands(drawn) if drawn else ()
    if len(bands) > 1:
        for share, area in bands:
            fill, weak = PAIN[site.intensity or 0] if asked else PAPER, strength * share
            element(group, "path", d=path_of(area), fill=fill, fill_opacity=weak, stroke="none")
    element(
        group,
        "path",
        d=shape,
        fill=PAPER if site.intensity is None else PAIN[site.intensity],
        fill_opacity=0 if len(bands) > 1 else strength,
        fill_rule="evenodd",
        stroke=INK if doctors else UNASKED,
        stroke_width=1.4 / view_scale(view),
        stroke_dasharray=DOCTOR_DASH if doctors or not asked else None,
    )
    for quality in site.qualities:
        if QUALITIES[quality].pattern:
            fill = f"url(#{id_of('quality', quality.value)})"
            element(group, "path", d=shape, fill=fill, fill_opacity=0.62, fill_rule="evenodd")


def _draw_text(group: ET.Element, view: BodyView, site: PainSite, mark: Mark) -> None:
    number = "" if site.intensity is None else str(site.intensity)
    letters = "".join(QUALITIES[quality].letter for quality in site.qualities)
    words = f"{number} {letters}".strip()
    if words:
        parts = shapely.get_parts(area_of(view, mark.shape))
        at = max(parts, key=lambda part: float(part.area)).representative_point()
        beside = isinstance(mark.shape, PointShape)  # no room inside
        colour = INK if beside else text_colour(site.intensity)
        scale = view_scale(view)
        x = at.x + (POINT_TEXT / scale if beside else 0)
        letter_text(group, words, x, at.y, colour, scale=scale)


def draw_tick(group: ET.Element, view: BodyView, tick: PainFree) -> bool:
    """Draw the tick of a region without pain; False when the figure lacks the region."""
    found = [region for region in view.regions if region.id == tick.region.id]
    if not found:
        return False
    at = found[0].label_at
    part = element(
        group,
        "g",
        id_=id_of("pain-free", tick.id),
        data_pain_free=tick.id,
        data_region=tick.region.id,
        data_side=tick.region.side.value,
        data_layer=tick.layer.value,
        transform=f"translate({at.x:.2f} {at.y:.2f})",
    )
    element(part, "title", f"{region_words(tick.region)}: asked, no pain")
    element(part, "path", d=TICK, fill="none", stroke=INK, stroke_width=2.4)
    return True


def draw_legend(root: ET.Element, visit: Visit, x: float, y: float) -> None:
    """Say what colours, letters, patterns and outlines mean."""
    legend = element(root, "g", id_="legend")
    write_line(legend, "Intensity now, 0 to 10", x, y, strong=True)
    for value, colour in enumerate(PAIN):
        left = x + value * 30
        element(legend, "rect", x=left, y=y + 10, width=30, height=24, fill=colour)
        letter_text(legend, str(value), left + 15, y + 22, text_colour(value))
    write_line(legend, "No fill, dashed: intensity not asked.", x + 346, y + 27)
    line = y + 62
    used = {quality for site in visit.pain_sites for quality in site.qualities}
    if used:
        words = [f"{s.letter} {q.value}" for q, s in QUALITIES.items() if q in used]
        write_line(legend, f"Qualities: {', '.join(words)}.", x, line)
        line += 24
    notes = ["R and L are the patient's RIGHT and LEFT."]
    if any(mark.layer is AuthorLayer.DOCTOR for mark in visit.marks):
        notes.append("Black dashed outline: found by the doctor.")
    if visit.pain_free:
        notes.append("Tick: asked, no pain there.")
    write_line(legend, " ".join(notes), x, line)
