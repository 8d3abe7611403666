"""Muscles as a table: what was measured at each level, with what makes it comparable."""

from uuid import UUID

from painmap.domain.compartment import Compartment, LabelSource
from painmap.exchange.csv_table import Cell, rounded, table
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.site_columns import anchor_cells, muscle_cells, side_cells, visit_cells
from painmap.imaging.muscle_rows import MuscleRow

COLUMNS = (
    "visit_id visit_started compartment_id muscle_id muscle side level line slices pixels "
    "left_out_pixels area_mm2 lean_area_mm2 mean_hu sd_hu median_hu fat_percent "
    "low_density_percent volume_mm3 asymmetry_percent contrast kvp kernel slice_thickness_mm "
    "status source source_labels source_made_by source_resampled study_uid series_uid stack "
    "sop_uid frame_number frame_of_reference_uid side_check "
    "midline_offset_mm side_answer note revision author changed_at"
)


def _cells(row: MuscleRow, muscle: Compartment, context: ExportContext) -> dict[str, Cell]:
    figures, comparable = row.figures, row.comparable
    return {
        **visit_cells(context.visit),
        "compartment_id": str(muscle.id),
        **muscle_cells(muscle.muscle_id, context.muscles),
        "side": muscle.side.word,
        "level": row.level.value if row.level else None,
        "line": line_words(row),
        "slices": figures.slices,
        "pixels": figures.pixels,
        "left_out_pixels": figures.left_out,
        "area_mm2": rounded(figures.area_mm2, 1),
        "lean_area_mm2": rounded(figures.lean_area_mm2, 1),
        "mean_hu": rounded(figures.mean_hu, 1),
        "sd_hu": rounded(figures.sd_hu, 1),
        "median_hu": rounded(figures.median_hu, 1),
        "fat_percent": _percent(figures.fat_share),
        "low_density_percent": _percent(figures.low_density_share),
        "volume_mm3": rounded(figures.volume_mm3, 0),
        "asymmetry_percent": _percent(row.asymmetry),
        "contrast": comparable.contrast or None,
        "kvp": comparable.kvp,
        "kernel": comparable.kernel or None,
        "slice_thickness_mm": comparable.thickness_mm,
        "status": muscle.status.value,
        **_source_cells(muscle.source),
        **anchor_cells(muscle.anchor),
        **side_cells(muscle.side_check),
        "note": muscle.note,
        "revision": muscle.stamp.revision,
        "author": muscle.stamp.author,
        "changed_at": muscle.stamp.at,
    }


def _source_cells(source: LabelSource | None) -> dict[str, Cell]:
    """The label map that a muscle was taken in from; empty for one that was drawn here."""
    if source is None:
        return dict.fromkeys(("source", "source_labels", "source_made_by", "source_resampled"))
    return {
        "source": source.format,
        "source_labels": "; ".join(source.names),
        "source_made_by": source.made_by,
        "source_resampled": "nearest voxels" if source.resampled else "no",
    }


def line_words(row: MuscleRow) -> str:
    """What a line is of: the whole muscle, a level, or slices whose level is uncertain."""
    if row.whole:
        return "whole muscle"
    return "level" if row.level else "level uncertain"


def _percent(share: float | None) -> float | None:
    return None if share is None else rounded(100 * share, 1)


def _write(context: ExportContext) -> bytes:
    muscles: dict[UUID, Compartment] = {each.id: each for each in context.visit.live_compartments}
    rows = [
        _cells(row, muscles[row.compartment_id], context)
        for row in context.muscle_rows
        if row.compartment_id in muscles
    ]
    return table(COLUMNS.split(), rows)


EXPORTER = Exporter("muscles-csv", "Muscles, measured (table)", "muscles.csv", _write)
