"""Planned and given sites as one table; what was entered in error is left out."""

from collections.abc import Mapping

from painmap.domain.anatomy import Muscle
from painmap.domain.injection import GivenSite, PlannedSite
from painmap.domain.sentences import place_of_pain
from painmap.exchange.csv_table import Cell, table
from painmap.exchange.exporter import ExportContext, Exporter, PathWords
from painmap.exchange.site_columns import (
    level_cells,
    muscle_cells,
    place_cells,
    side_cells,
    visit_cells,
)

COLUMNS = (
    "visit_id visit_started what site_id muscle_id muscle side level level_check "
    "level_by_spine status pain_site_id pain_place planned_site_id placed_by "
    "target_x_mm target_y_mm target_z_mm study_uid series_uid stack sop_uid "
    "frame_number frame_of_reference_uid figure figure_view figure_x figure_y side_check "
    "midline_offset_mm side_answer depth_mm in_plane_degrees cranio_caudal_degrees "
    "procedure_position entry_basis needle_mm depth_source place_words product lot units "
    "volume_ml given_at note revision author changed_at"
)


def _path_cells(path: PathWords | None) -> dict[str, Cell]:
    """The needle: + is the tip to the patient's LEFT (or back), and to the head."""
    return {
        "depth_mm": path.depth_mm if path else None,
        "in_plane_degrees": path.in_plane_degrees if path else None,
        "cranio_caudal_degrees": path.cranio_caudal_degrees if path else None,
        "procedure_position": path.position if path else None,
        "entry_basis": path.basis if path else None,
        "needle_mm": path.needle_mm if path else None,
        "depth_source": path.source if path else None,
        "place_words": path.place_words if path else None,
    }


def _cells(
    site: PlannedSite | GivenSite, context: ExportContext, muscles: Mapping[str, Muscle]
) -> dict[str, Cell]:
    visit = context.visit
    given = site if isinstance(site, GivenSite) else None
    planned = site if isinstance(site, PlannedSite) else None
    pain = visit.pain_of(planned) if planned else None
    return {
        **visit_cells(visit),
        "what": "given" if given else "planned",
        "site_id": str(site.id),
        **muscle_cells(site.muscle_id, muscles),
        "side": site.side.word,
        **level_cells(site.level, planned.level_check if planned else None),
        "status": planned.status.value if planned else None,
        "pain_site_id": str(pain.id) if pain else None,
        "pain_place": place_of_pain(visit.marks_of(pain.id)) if pain else None,
        "planned_site_id": str(given.planned_site_id) if given and given.planned_site_id else None,
        **place_cells(site.place),
        **side_cells(planned.side_check if planned else None),
        **_path_cells(context.paths.get(site.id)),
        "product": given.product if given else None,
        "lot": given.lot if given else None,
        "units": given.units if given else None,
        "volume_ml": given.volume_ml if given else None,
        "given_at": given.given_at if given else None,
        "note": site.note,
        "revision": site.stamp.revision,
        "author": site.stamp.author,
        "changed_at": site.stamp.at,
    }


def _write(context: ExportContext) -> bytes:
    visit = context.visit
    sites: tuple[PlannedSite | GivenSite, ...] = (
        *visit.live_planned_sites,
        *visit.live_given_sites,
    )
    return table(COLUMNS.split(), [_cells(site, context, context.muscles) for site in sites])


EXPORTER = Exporter("sites-csv", "Planned and given sites (table)", "sites.csv", _write)
