"""How needle paths and marked structures lie on a picture."""

from collections.abc import Collection
from uuid import UUID

from painmap.domain.injection import CtPlace
from painmap.domain.needle_plan import Hazard
from painmap.domain.visit import Visit
from painmap.imaging.needle import NeedlePath
from painmap.services.needle_words import length_words, normal_of
from painmap.ui.ct_marks import FAINT_MM, Shown
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint import DrawnMark, MarkKind
from painmap.ui.tools.slice_outcomes import XY, Grip

LEAST_MM = 1.0
"""What is shorter than this in a picture is a point, seen along the needle."""


def path_marks(shown: Shown, path: NeedlePath, *, chosen: bool, label: str) -> list[DrawnMark]:
    """One path: the cone of the hand's error, the needle, its entry.

    What lies in the picture is solid; what is only projected on it is dashed. Pictures that
    the path does not come near to show nothing of it.
    """
    entry, target = shown.placement.view_of(path.entry), shown.placement.view_of(path.target)
    if entry is None or target is None:
        return []
    step = shown.session.step_mm(shown.image.view.plane)
    (start, start_mm), (end, end_mm) = entry, target
    nearest = 0.0 if start_mm * end_mm <= 0 else min(abs(start_mm), abs(end_mm))
    if nearest > max(FAINT_MM, step):
        return []
    marks = _cone(path, start, end)
    part = _in_plane(start_mm, end_mm, max(1.0, step / 2))
    if part != (0.0, 1.0):
        marks.append(DrawnMark(MarkKind.PATH, (start, end), faint=True))
    if part is not None:
        inside = (_between(start, end, part[0]), _between(start, end, part[1]))
        marks.append(DrawnMark(MarkKind.PATH, inside, chosen=chosen))
    away = part is None or part[0] > 0
    marks.append(
        DrawnMark(
            MarkKind.ENTRY,
            (start, end),
            faint=away,
            chosen=chosen and not away,
            label=label if chosen or not away else "",
        )
    )
    return marks


def _cone(path: NeedlePath, start: XY, end: XY) -> list[DrawnMark]:
    along = (end[0] - start[0], end[1] - start[1])
    length = (along[0] ** 2 + along[1] ** 2) ** 0.5
    if length < LEAST_MM:
        return []
    miss = path.miss_mm(path.depth_mm)
    across = (-along[1] / length * miss, along[0] / length * miss)
    rim = (
        start,
        (end[0] + across[0], end[1] + across[1]),
        (end[0] - across[0], end[1] - across[1]),
    )
    return [DrawnMark(MarkKind.CONE, rim, closed=True)]


def _in_plane(start_mm: float, end_mm: float, limit: float) -> tuple[float, float] | None:
    """Which share of a path lies within `limit` of the picture; None: no part of it."""
    if abs(end_mm - start_mm) < 1e-6:
        return (0.0, 1.0) if abs(start_mm) <= limit else None
    ends = sorted((side * limit - start_mm) / (end_mm - start_mm) for side in (-1, 1))
    first, last = max(0.0, ends[0]), min(1.0, ends[1])
    return (first, last) if first < last else None


def _between(start: XY, end: XY, share: float) -> XY:
    return (
        start[0] + (end[0] - start[0]) * share,
        start[1] + (end[1] - start[1]) * share,
    )


def paths_on(
    shown: Shown, visit: Visit, *, chosen: UUID | None, hidden: Collection[UUID] = (), labels: bool
) -> list[DrawnMark]:
    """The recorded paths on a picture; `chosen` and `hidden` are ids of their sites."""
    marks = []
    for site in visit.live_planned_sites:
        plan = visit.path_of(site.id)
        if plan is None or site.id in hidden or not isinstance(site.place, CtPlace):
            continue
        if not shown.session.standing(plan.anchor).drawn or plan.entry == site.place.target:
            continue
        path = NeedlePath(plan.entry, site.place.target, plan.position)
        label = length_on(shown.session, path, path.depth_mm) if labels else ""
        marks += path_marks(shown, path, chosen=site.id == chosen, label=label)
    return marks


def length_on(session: OpenCt, path: NeedlePath, mm: float) -> str:
    """A length along a path on the open CT, such as "41 mm", as its words say it."""
    geometry = session.volume.geometry if session.volume is not None else None
    return length_words(path, mm, session.step_mm(session.native), normal_of(geometry))


def entry_grips(shown: Shown, visit: Visit) -> tuple[Grip, ...]:
    """The entries on a picture that may be moved, by the id of their site."""
    found = []
    for plan in visit.live_paths:
        standing = shown.session.standing(plan.anchor)
        close = shown.closeness(plan.entry) if standing.drawn else None
        if close is not None and standing.editable:
            found.append(Grip(plan.site_id, close[0]))
    return tuple(found)


def hazard_marks(
    shown: Shown, visit: Visit, *, chosen: UUID | None, labels: bool
) -> list[DrawnMark]:
    """The structures that the doctor marked, on the pictures that they come near to."""
    marks = []
    for hazard in visit.live_hazards:
        found = hazard_points(shown, hazard)
        if found is None:
            continue
        points, faint = found
        mine = hazard.id == chosen
        marks.append(
            DrawnMark(
                MarkKind.HAZARD,
                points,
                closed=hazard.closed,
                faint=faint and not mine,
                chosen=mine,
                label=hazard_name(hazard) if labels and not faint else "",
            )
        )
    return marks


def hazard_points(shown: Shown, hazard: Hazard) -> tuple[tuple[XY, ...], bool] | None:
    """Where a marked structure is drawn, and whether faintly; None: on other pictures."""
    if not shown.session.standing(hazard.anchor).drawn:
        return None
    places = [shown.placement.view_of(point) for point in hazard.points]
    known = [place for place in places if place is not None]
    step = shown.session.step_mm(shown.image.view.plane)
    away = min((abs(mm) for _, mm in known), default=None)
    if away is None or len(known) < len(places) or away > max(FAINT_MM, step):
        return None
    return tuple(at for at, _ in known), away > max(step / 2, 1.0)


def hazard_name(hazard: Hazard) -> str:
    """Such as "LEFT sciatic nerve"."""
    return f"{hazard.side.word} {hazard.words}" if hazard.side is not None else hazard.words
