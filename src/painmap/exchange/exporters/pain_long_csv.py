"""Marks of pain as a long table: one line for each region of each mark.

What a pain is to another stands beside its arrow; without one it has a line of its own, of the
kind "link", with neither mark nor region.

A mark beside every region has one line without a region. The share is that of the region which
the mark alone covers; an arrow covers nothing. An empty intensity was not asked, 0 is no pain.
"""

from painmap.domain.pain import Mark, MarkedRegion, PainSite
from painmap.domain.pain_links import PainLink
from painmap.domain.sentences import region_words
from painmap.exchange.csv_table import Cell, rounded, table
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.site_columns import visit_cells

COLUMNS = (
    "visit_id visit_started pain_site_id mark_id layer kind region_id region side view share "
    "intensity worst least qualities depth pattern finding onset figure figure_version "
    "figure_sha256 author changed_at link to_pain_site_id to_region_id to_region to_side"
)
SHARE_DIGITS = 4


def _cells(context: ExportContext, site: PainSite, mark: Mark) -> dict[str, Cell]:
    return {
        **visit_cells(context.visit),
        "pain_site_id": str(site.id),
        "mark_id": str(mark.id),
        "layer": mark.layer.value,
        "kind": mark.shape.kind,
        "view": mark.view,
        "intensity": site.intensity,
        "worst": site.worst,
        "least": site.least,
        "qualities": "; ".join(quality.value for quality in site.qualities),
        "depth": site.depth.value if site.depth else None,
        "pattern": site.pattern.value if site.pattern else None,
        "finding": site.finding.value if site.finding else None,
        "onset": site.onset,
        "figure": mark.template.id,
        "figure_version": mark.template.version,
        "figure_sha256": mark.template.sha256,
        "author": mark.stamp.author,
        "changed_at": mark.stamp.at,
    }


def _region_cells(region: MarkedRegion | None) -> dict[str, Cell]:
    return {
        "region_id": region.id if region else None,
        "region": region_words(region) if region else None,
        "side": region.side.word if region else None,
        "share": rounded(region.share, SHARE_DIGITS) if region else None,
    }


def _link_cells(link: PainLink | None) -> dict[str, Cell]:
    region = link.to_region if link else None
    return {
        "link": link.kind.value if link else None,
        "to_pain_site_id": str(link.to_site) if link and link.to_site else None,
        "to_region_id": region.id if region else None,
        "to_region": region_words(region) if region else None,
        "to_side": region.side.word if region else None,
    }


def _spoken_cells(context: ExportContext, link: PainLink) -> dict[str, Cell]:
    """A line for what was said in words, without an arrow."""
    return {
        **dict.fromkeys(COLUMNS.split()),
        **visit_cells(context.visit),
        "pain_site_id": str(link.from_site),
        "kind": "link",
        "author": link.stamp.author,
        "changed_at": link.stamp.at,
        **_link_cells(link),
    }


def _write(context: ExportContext) -> bytes:
    visit = context.visit
    links = {link.arrow: link for link in visit.pain_links if link.arrow is not None}
    rows = [
        {
            **_cells(context, site, mark),
            **_region_cells(region),
            **_link_cells(links.get(mark.id)),
        }
        for site in visit.pain_sites
        for mark in visit.marks_of(site.id)
        for region in mark.regions or (None,)
    ]
    shown = {mark.id for mark in visit.marks}
    rows += [_spoken_cells(context, each) for each in visit.pain_links if each.arrow not in shown]
    return table(COLUMNS.split(), rows)


EXPORTER = Exporter("pain-long-csv", "Marks by region (table)", "pain marks.csv", _write)
