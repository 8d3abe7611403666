"""Pain sites as a table, one line a site; an empty intensity was not asked, 0 is no pain."""

from painmap.domain.pain import Mark, PainSite
from painmap.domain.sentences import pain_sentence, region_words
from painmap.domain.visit import Visit
from painmap.exchange.csv_table import Cell, table
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.site_columns import visit_cells

COLUMNS = (
    "visit_id visit_started pain_site_id sentence sides regions region_ids intensity worst least "
    "qualities depth pattern onset worsened_by eased_by note marks marked_by views figure "
    "revision author changed_at"
)


def _cells(site: PainSite, marks: tuple[Mark, ...], visit: Visit) -> dict[str, Cell]:
    regions = [region for mark in marks for region in mark.regions]
    return {
        **visit_cells(visit),
        "pain_site_id": str(site.id),
        "sentence": pain_sentence(site, marks, visit),
        "sides": _joined([region.side.word for region in regions]),
        "regions": _joined([region_words(region) for region in regions]),
        "region_ids": _joined([region.id for region in regions]),
        "intensity": site.intensity,
        "worst": site.worst,
        "least": site.least,
        "qualities": _joined([quality.value for quality in site.qualities]),
        "depth": site.depth.value if site.depth else None,
        "pattern": site.pattern.value if site.pattern else None,
        "onset": site.onset,
        "worsened_by": site.worsened_by,
        "eased_by": site.eased_by,
        "note": site.note,
        "marks": len(marks),
        "marked_by": _joined([mark.layer.value for mark in marks]),
        "views": _joined([mark.view for mark in marks]),
        "figure": _joined([f"{mark.template.id} {mark.template.version}" for mark in marks]),
        "revision": site.stamp.revision,
        "author": site.stamp.author,
        "changed_at": site.stamp.at,
    }


def _joined(words: list[str]) -> str:
    return "; ".join(dict.fromkeys(words))


def _write(context: ExportContext) -> bytes:
    visit = context.visit
    rows = [_cells(site, visit.marks_of(site.id), visit) for site in visit.pain_sites]
    return table(COLUMNS.split(), rows)


EXPORTER = Exporter("pain-csv", "Pain sites (table)", "pain sites.csv", _write)
