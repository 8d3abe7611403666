"""Where a needle enters the skin: straight up, along an angle, by hand, or from typed words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import numpy as np

from painmap.domain.injection import CtPlace
from painmap.domain.needle_plan import EntryBasis, PlannedPath, ProcedurePosition
from painmap.domain.places import CtAnchor, PatientPoint
from painmap.domain.visit import Visit
from painmap.imaging.body_surface import BodySurface, SurfaceProblem
from painmap.imaging.needle import Crossed, NeedlePath, point_along, up_of
from painmap.imaging.spine_line import SpinePlace
from painmap.services.needle_words import PathReading, out_of_slice
from painmap.services.spine import Spine, spine_in

NEAR_SKIN_MM = 20.0
"""A click so near to the skin means the skin: a finger's breadth."""

ON_SKIN_MM = 2.0
"""An entry further than this from the skin that was found is said not to lie on it."""

TWICE = "The path leaves the body twice: an arm or a fold lies further out on it."

UNKNOWN_STEP_MM = 5.0
"""Between slices, where the CT is not open: the thickest usual, so that nothing is finer."""

DEEPER_MM = (10.0, 30.0, 60.0, 90.0)
"""So far in front of the spinous process a point inside the body is sought."""


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """A place on the skin, or why there is none.

    Parameters
    ----------
    point : PatientPoint or None
    words : str
        What is to be said of it; empty when nothing is.
    """

    point: PatientPoint | None
    words: str = ""


def entry_along(
    surface: BodySurface,
    target: PatientPoint,
    position: ProcedurePosition,
    *,
    in_plane_degrees: float = 0.0,
    cranio_caudal_degrees: float = 0.0,
) -> FoundEntry:
    """Follow an angle from the target to the skin; both 0: straight up.

    Parameters
    ----------
    in_plane_degrees, cranio_caudal_degrees : float
        As in `NeedlePath`.
    """
    towards = point_along(
        target,
        position,
        in_plane_degrees=in_plane_degrees,
        cranio_caudal_degrees=cranio_caudal_degrees,
    )
    return _exit(surface, target, towards)


def entry_by_hand(surface: BodySurface, target: PatientPoint, click: PatientPoint) -> FoundEntry:
    """Take a click to the skin on the line from the target; far from the skin it stays."""
    if np.linalg.norm(np.subtract(click, target)) < 1.0:
        return FoundEntry(None, "The entry lies on the target.")
    found = _exit(surface, target, click)
    if found.point is None:
        return found
    away = float(np.linalg.norm(np.subtract(found.point, click)))
    if away <= NEAR_SKIN_MM:
        return found
    return FoundEntry(click, off_skin_words(away))


def followed(
    plan: PlannedPath,
    old: PatientPoint,
    new: PatientPoint,
    surface: BodySurface | None,
    anchor: Callable[[PatientPoint], CtAnchor],
) -> tuple[PlannedPath, str]:
    """Let the entry of a path follow its target, as it was snapped: straight up, or at its angle.

    Parameters
    ----------
    old, new : PatientPoint
        The target before and after.
    surface : BodySurface or None
        None: the skin was not found yet, and the entry stays.

    Returns
    -------
    (PlannedPath, str)
        Of the basis HAND where the entry had to stay; what is to be said of the skin.
    """
    if plan.basis is EntryBasis.HAND:
        return plan, ""
    if surface is None:
        return replace(plan, basis=EntryBasis.HAND), ""
    before = NeedlePath(plan.entry, old, plan.position)
    straight = plan.basis is EntryBasis.VERTICAL
    found = entry_along(
        surface,
        new,
        plan.position,
        in_plane_degrees=0.0 if straight else before.in_plane_degrees,
        cranio_caudal_degrees=0.0 if straight else before.cranio_caudal_degrees,
    )
    if found.point is None:
        return replace(plan, basis=EntryBasis.HAND), found.words
    return replace(plan, entry=found.point, anchor=anchor(found.point)), found.words


def off_skin_words(mm: float) -> str:
    return f"The entry lies {mm:.0f} mm from the skin that was found."


def skin_words(surface: BodySurface, path: NeedlePath) -> str:
    """What the skin says of a path that is recorded; empty when nothing."""
    found = _exit(surface, path.target, path.entry)
    if found.point is None:
        return found.words
    away = float(np.linalg.norm(np.subtract(found.point, path.entry)))
    return off_skin_words(away) if away > ON_SKIN_MM else found.words


def _exit(surface: BodySurface, target: PatientPoint, towards: PatientPoint) -> FoundEntry:
    found = surface.first_exit(target, towards)
    if found.problem is not None:
        return FoundEntry(None, found.problem.value)
    return FoundEntry(found.point, TWICE if found.enters_again else "")


def site_of_words(
    surface: BodySurface,
    spine: Spine,
    place: SpinePlace,
    depth_mm: float,
    position: ProcedurePosition,
) -> tuple[PatientPoint, PatientPoint] | str:
    """Find target and entry of a place that was typed.

    Returns
    -------
    (PatientPoint, PatientPoint) or str
        Target and entry on the vertical through the place, or the sentence that says why not.
    """
    up = up_of(position)
    if up[1] == 0:
        return "On the side the words give no depth: choose prone or supine."
    line = spine.line
    if line is None:
        return "Mark the spinous processes first: the words are measured from them."
    skin_of_back = line.point_of(place, 0.0)
    if skin_of_back is None:
        named = f"the {place.level} spinous process" if place.level else "a level"
        return f"{named[:1].upper()}{named[1:]} is not marked and named, or the place is too far."
    near = line.midline_at(skin_of_back.z)
    if near is None:
        return "No midline reaches there."
    out = None
    for deeper in DEEPER_MM:
        inside = skin_of_back._replace(y=near.y - deeper)
        step = PatientPoint(*(np.asarray(inside) + up))
        out = surface.first_exit(inside, step)
        if out.problem is not SurfaceProblem.OUTSIDE_BODY:
            break
    if out is None or out.point is None:
        why = out.problem if out is not None else None
        return why.value if why else SurfaceProblem.OUTSIDE_BODY.value
    target = PatientPoint(*map(float, np.asarray(out.point) - depth_mm * up))
    again = _exit(surface, target, out.point)
    if again.point is None:
        return again.words
    return target, again.point


# --- where no voxels are at hand


@dataclass(frozen=True, slots=True)
class PathFacts:
    """What a table and a text say of a path.

    Parameters
    ----------
    depth_mm, in_plane_degrees, cranio_caudal_degrees : float
        Whole millimetres (across slices coarser) and degrees.
    source : str
        Which CT the depth was read on.
    place_words : str
        Such as "32 mm RIGHT of the midline, 8 mm below the L4 spinous process".
    words : str
        All of it as the text of a visit says it.
    """

    depth_mm: float
    in_plane_degrees: int
    cranio_caudal_degrees: int
    position: str
    basis: str
    needle_mm: int | None
    source: str
    place_words: str
    words: str


def plain_reading(visit: Visit, path: PlannedPath) -> PathReading | None:
    """What can be said of a path without its voxels; None where it has no target on CT."""
    site = next((each for each in visit.live_planned_sites if each.id == path.site_id), None)
    if site is None or not isinstance(site.place, CtPlace) or site.place.target == path.entry:
        return None
    needle = NeedlePath(path.entry, site.place.target, path.position)
    spine = spine_in(visit, path.anchor)
    return PathReading(
        path=needle,
        step_mm=path.step_mm or UNKNOWN_STEP_MM,
        place=spine.place_of(needle.target),
        entry_place=spine.place_of(needle.entry),
        level_confirmed=spine.is_certain(needle.target),
        is_proposed=spine.is_proposal,
        crossed=Crossed((), 0.0),
        hazards=(),
        scanned=path.scanned,
        study_day=study_day(visit, path.anchor.study_uid),
        needle_mm=path.needle_mm,
        out_of_slice_degrees=out_of_slice(needle, path.slice_normal),
    )


def study_day(visit: Visit, study_uid: str) -> date | None:
    """When the study of an anchor was made."""
    return next((s.study_date for s in visit.attached_studies if s.study_uid == study_uid), None)


def path_sentence(reading: PathReading) -> str:
    """Such as "41 mm deep on ..., 12° from the vertical ...; 32 mm RIGHT of the midline ..."."""
    parts = [
        reading.depth_words,
        reading.angle_words,
        *reading.places_words,
        reading.short_words,
        reading.banner,
    ]
    return "; ".join(part for part in parts if part).removesuffix(".")


def facts_of(visit: Visit) -> dict[UUID, PathFacts]:
    """What exports say of the paths of a visit, by planned site."""
    found = {}
    for path in visit.live_paths:
        reading = plain_reading(visit, path)
        if reading is None:
            continue
        finest = reading.finest_mm
        found[path.site_id] = PathFacts(
            depth_mm=round(reading.path.depth_mm / finest) * finest,
            in_plane_degrees=round(reading.path.in_plane_degrees),
            cranio_caudal_degrees=round(reading.path.cranio_caudal_degrees),
            position=path.position.value,
            basis=path.basis.value,
            needle_mm=path.needle_mm,
            source=reading.source,
            place_words=reading.place_words,
            words=path_sentence(reading),
        )
    return found
