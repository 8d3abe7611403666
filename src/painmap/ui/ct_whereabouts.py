"""Where on the page CT the doctor is, and the way to an annotation or to where it was left."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from painmap.domain.injection import CtPlace, Landmark, Outline, PlannedSite
from painmap.domain.needle_plan import Hazard, PlannedPath
from painmap.domain.places import CtAnchor, PatientPoint
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Item
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.ct_viewer_place import seen_of

Place = Mapping[str, Any]


def place_of(session: CtSession, viewer: CtViewer) -> Place:
    """Say in JSON terms where the doctor is; empty while nothing attached is open."""
    if not session.is_open or session.study is None:
        return {}
    stack = session.stack
    return {
        "study": session.study.study_uid,
        "series": stack.series_uid,
        "stack": stack.index,
        "key": stack.key,
        **seen_of(viewer),
    }


def place_at(anchor: CtAnchor, point: PatientPoint) -> Place:
    """Say in JSON terms where an annotation is."""
    return {
        "study": anchor.study_uid,
        "series": anchor.series_uid,
        "stack": anchor.stack,
        "key": anchor.stack_key,
        "cross": list(point),
    }


def study_at(place: Place, attached: tuple[AttachedStudy, ...]) -> AttachedStudy | None:
    """Give the attached study that a place lies in."""
    return next((each for each in attached if each.study_uid == place.get("study")), None)


def marked_place(item: Item) -> tuple[UUID, CtAnchor, PatientPoint] | None:
    """Where on CT an item was marked, if it was."""
    match item:
        case PlannedSite(place=CtPlace() as place):
            return item.id, place.anchor, place.target
        case Outline():
            return item.id, item.anchor, item.points[0]
        case Landmark():
            return item.id, item.anchor, item.point
        case PlannedPath():
            return item.site_id, item.anchor, item.entry
        case Hazard():
            return item.id, item.anchor, item.points[0]
    return None
