"""Marks of pain as a long table: one line for each region of each mark.

A mark beside every region has one line without a region. The share is that of the region which
the mark alone covers; an arrow covers nothing. An empty intensity was not asked, 0 is no pain.
"""

from painmap.domain.pain import Mark, MarkedRegion, PainSite
from painmap.domain.sentences import region_words
from painmap.exchange.csv_table import Cell, rounded, table
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.site_columns import visit_cells

COLUMNS = (
    "visit_id visit_started pain_site_id mark_id layer kind region_id region side view share "
    "intensity worst least qualities depth pattern finding onset figure figure_version "
    "figure_sha256 author changed_at"
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


def _write(context: ExportContext) -> bytes:
    visit = context.visit
    rows = [
        {**_cells(context, site, mark), **_region_cells(region)}
        for site in visit.pain_sites
        for mark in visit.marks_of(site.id)
        for region in mark.regions or (None,)
    ]
    return table(COLUMNS.split(), rows)


EXPORTER = Exporter("pain-long-csv", "Marks by region (table)", "pain marks.csv", _write)
