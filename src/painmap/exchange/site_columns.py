"""Columns that tables of sites and outlines share."""

from collections.abc import Mapping

from painmap.domain.anatomy import Level, Muscle
from painmap.domain.injection import CtPlace, FigurePlace, LevelCheck, Place, SideCheck
from painmap.domain.places import CtAnchor
from painmap.domain.sentences import muscle_words
from painmap.domain.visit import Visit
from painmap.exchange.csv_table import MILLIMETRE_DIGITS, Cell, rounded


def visit_cells(visit: Visit) -> dict[str, Cell]:
    """Which visit; the patient is in the JSON document alone."""
    return {"visit_id": str(visit.id), "visit_started": visit.started}


def muscle_cells(muscle_id: str, muscles: Mapping[str, Muscle]) -> dict[str, Cell]:
    return {"muscle_id": muscle_id, "muscle": muscle_words(muscle_id, muscles)}


def side_cells(check: SideCheck | None) -> dict[str, Cell]:
    """How the side was checked; millimetres are + to the patient's left."""
    return {
        "side_check": check.basis.value if check else None,
        "midline_offset_mm": rounded(check.offset_mm, 1) if check else None,
        "side_answer": check.answer if check else None,
    }


def level_cells(level: Level | None, check: LevelCheck | None) -> dict[str, Cell]:
    """The level as it was entered, and what the confirmed spine says of it."""
    return {
        "level": level.value if level else None,
        "level_check": check.basis.value if check else None,
        "level_by_spine": check.found.value if check and check.found else None,
    }


def anchor_cells(anchor: CtAnchor | None) -> dict[str, Cell]:
    return {
        "study_uid": anchor.study_uid if anchor else None,
        "series_uid": anchor.series_uid if anchor else None,
        "stack": anchor.stack if anchor else None,
        "sop_uid": anchor.sop_uid if anchor else None,
        "frame_number": anchor.frame_number if anchor else None,
        "frame_of_reference_uid": anchor.frame_of_reference_uid if anchor else None,
    }


def place_cells(place: Place | None) -> dict[str, Cell]:
    """Where a site is; patient millimetres are DICOM LPS."""
    target = place.target if isinstance(place, CtPlace) else None
    figure = place if isinstance(place, FigurePlace) else None
    return {
        "placed_by": _PLACED_BY[place.kind] if place else "muscle, side and level",
        "target_x_mm": rounded(target.x, MILLIMETRE_DIGITS) if target else None,
        "target_y_mm": rounded(target.y, MILLIMETRE_DIGITS) if target else None,
        "target_z_mm": rounded(target.z, MILLIMETRE_DIGITS) if target else None,
        **anchor_cells(place.anchor if isinstance(place, CtPlace) else None),
        "figure": f"{figure.template.id} {figure.template.version}" if figure else None,
        "figure_view": figure.view if figure else None,
        "figure_x": rounded(figure.point.x, 1) if figure else None,
        "figure_y": rounded(figure.point.y, 1) if figure else None,
    }


_PLACED_BY = {"ct": "CT", "figure": "body figure"}
