"""The marked spine as a table: landmarks with their levels, and how far they are certain."""

from painmap.domain.injection import Landmark, LandmarkStatus, LevelCount
from painmap.domain.visit import Visit
from painmap.exchange.csv_table import MILLIMETRE_DIGITS, Cell, rounded, table
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.site_columns import anchor_cells, visit_cells

COLUMNS = (
    "visit_id visit_started landmark_id landmark level certainty status x_mm y_mm z_mm "
    "counted_from transitional_vertebra count_confirmed study_uid series_uid stack sop_uid "
    "frame_number frame_of_reference_uid revision author changed_at"
)


def _cells(mark: Landmark, visit: Visit) -> dict[str, Cell]:
    count = _count_of(mark, visit)
    confirmed = mark.status is not LandmarkStatus.PROPOSED
    certain = mark.level is not None and confirmed and (count is None or count.is_certain)
    return {
        **visit_cells(visit),
        "landmark_id": str(mark.id),
        "landmark": mark.kind.value,
        "level": mark.level.value if mark.level else None,
        "certainty": "level confirmed" if certain else "level uncertain",
        "status": mark.status.value,
        "x_mm": rounded(mark.point.x, MILLIMETRE_DIGITS),
        "y_mm": rounded(mark.point.y, MILLIMETRE_DIGITS),
        "z_mm": rounded(mark.point.z, MILLIMETRE_DIGITS),
        "counted_from": count.level.value if count else None,
        "transitional_vertebra": count.transitional.value if count else None,
        "count_confirmed": ("yes" if count.confirmed else "no") if count else None,
        **anchor_cells(mark.anchor),
        "revision": mark.stamp.revision,
        "author": mark.stamp.author,
        "changed_at": mark.stamp.at,
    }


def _count_of(mark: Landmark, visit: Visit) -> LevelCount | None:
    """The count of the landmark's frame of reference."""
    frame = (mark.anchor.study_uid, mark.anchor.frame_of_reference_uid)
    same = [
        each
        for each in visit.live_level_counts
        if (each.anchor.study_uid, each.anchor.frame_of_reference_uid) == frame
    ]
    return max(same, key=lambda each: (each.stamp.at, each.id), default=None)


def _write(context: ExportContext) -> bytes:
    visit = context.visit
    marks = sorted(visit.live_landmarks, key=lambda each: (each.anchor.study_uid, -each.point.z))
    return table(COLUMNS.split(), [_cells(mark, visit) for mark in marks])


EXPORTER = Exporter("spine-csv", "Spine: landmarks and levels (table)", "spine.csv", _write)
"""Levels that are only proposed, or counted past a doubtful vertebra, say so."""
