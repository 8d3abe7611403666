"""Outlines as a table, with what was measured inside; what was entered in error is left out."""

from painmap.domain.injection import Outline
from painmap.exchange.csv_table import MILLIMETRE_DIGITS, Cell, number_text, rounded, table
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.site_columns import (
    anchor_cells,
    level_cells,
    muscle_cells,
    side_cells,
    visit_cells,
)

COLUMNS = (
    "visit_id visit_started outline_id muscle_id muscle side level level_check level_by_spine "
    "area_mm2 mean_hu sd_hu fat_percent study_uid series_uid stack sop_uid frame_number "
    "frame_of_reference_uid side_check midline_offset_mm side_answer note points points_xyz_mm "
    "revision author changed_at"
)


def _cells(outline: Outline, context: ExportContext) -> dict[str, Cell]:
    measured = context.measures.get(outline.id)
    share = measured.fat_share if measured else None
    return {
        **visit_cells(context.visit),
        "outline_id": str(outline.id),
        **muscle_cells(outline.muscle_id, context.muscles),
        "side": outline.side.word,
        **level_cells(outline.level, outline.level_check),
        "area_mm2": rounded(measured.area_mm2, 1) if measured else None,
        "mean_hu": rounded(measured.mean_hu, 1) if measured else None,
        "sd_hu": rounded(measured.sd_hu, 1) if measured else None,
        "fat_percent": None if share is None else rounded(100 * share, 1),
        **anchor_cells(outline.anchor),
        **side_cells(outline.side_check),
        "note": outline.note,
        "points": len(outline.points),
        "points_xyz_mm": _points(outline),
        "revision": outline.stamp.revision,
        "author": outline.stamp.author,
        "changed_at": outline.stamp.at,
    }


def _points(outline: Outline) -> str:
    """Vertices as "x y z; x y z", patient LPS millimetres."""
    return "; ".join(
        " ".join(number_text(round(value, MILLIMETRE_DIGITS) + 0.0) for value in point)
        for point in outline.points
    )


def _write(context: ExportContext) -> bytes:
    rows = [_cells(outline, context) for outline in context.visit.live_outlines]
    return table(COLUMNS.split(), rows)


EXPORTER = Exporter("outlines-csv", "Muscle outlines (table)", "outlines.csv", _write)
