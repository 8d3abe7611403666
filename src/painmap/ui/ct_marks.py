"""Which recorded annotations appear on a picture, and where."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import CtPlace, Landmark, Outline, PlannedSite
from painmap.domain.places import PatientPoint
from painmap.domain.sentences import muscle_words
from painmap.domain.visit import Visit
from painmap.imaging.contour import IN_PLANE_MM
from painmap.imaging.reslice import SliceImage
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint import DrawnMark, MarkKind
from painmap.ui.ct_placement import Placement
from painmap.ui.tools.slice_outcomes import XY, Grip, Ring

FAINT_MM = 4.0
"""A point that lies no further than this from the picture shows faintly on it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on screen, with all that is needed to find things on it."""

    session: OpenCt
    image: SliceImage
    placement: Placement

    @classmethod
    def of(cls, session: OpenCt, image: SliceImage, *, turned: bool = False) -> "Shown":
        return cls(session, image, session.placement(image, turned=turned))

    def closeness(self, point: PatientPoint) -> tuple[XY, bool] | None:
        """Where a point is drawn, and whether faintly; None when it lies on other pictures."""
        found = self.placement.view_of(point)
        if found is None:
            return None
        at, away = found
        plane = self.image.view.plane
        step = self.session.step_mm(plane)
        mine = self.session.index_of(plane, point) == self.image.index
        if mine and abs(away) <= max(step, 1.0):
            return at, False
        return (at, True) if abs(away) <= max(FAINT_MM, step) else None

    def ring(self, outline: Outline) -> tuple[XY, ...] | None:
        """An outline's vertices, if it was drawn on this very picture."""
        geometry = self.image.geometry
        # most outlines lie on other slices, and one corner tells
        if geometry is None or abs(geometry.away_mm(outline.points[0])) > IN_PLANE_MM:
            return None
        pixels, away = geometry.pixels_of(outline.points)
        if float(np.abs(away).max()) > IN_PLANE_MM:
            return None
        return tuple(
            self.placement.view_of_pixel(float(row), float(column)) for row, column in pixels
        )


def short_words(session: OpenCt, muscle_id: str, side: Side, level: Level | None) -> str:
    """Such as "LEFT multifidus, L4"."""
    name = muscle_words(muscle_id, session.muscles)
    words = name if side is Side.MIDLINE else f"{side.word} {name}"
    return f"{words}, {level.value}" if level else words


def target_marks(
    shown: Shown, visit: Visit, *, chosen: UUID | None, hidden: Collection[UUID], labels: bool
) -> list[DrawnMark]:
    marks = []
    for site in visit.live_planned_sites:
        if not isinstance(site.place, CtPlace) or site.id in hidden:
            continue
        if not shown.session.standing(site.place.anchor).drawn:
            continue
        close = shown.closeness(site.place.target)
        if close is None:
            continue
        at, faint = close
        words = short_words(shown.session, site.muscle_id, site.side, site.level)
        marks.append(
            DrawnMark(
                MarkKind.TARGET,
                (at,),
                label=words if labels and not faint else "",
                chosen=site.id == chosen,
                faint=faint,
            )
        )
    return marks


def outline_marks(
    shown: Shown,
    visit: Visit,
    *,
    chosen: UUID | None,
    vertex: int | None,
    hidden: Collection[UUID],
    labels: bool,
) -> list[DrawnMark]:
    marks = []
    for outline in visit.live_outlines:
        if outline.id in hidden or not shown.session.standing(outline.anchor).drawn:
            continue
        points = shown.ring(outline)
        if points is None:
            continue
        words = short_words(shown.session, outline.muscle_id, outline.side, outline.level)
        mine = outline.id == chosen
        marks.append(
            DrawnMark(
                MarkKind.OUTLINE,
                points,
                closed=True,
                label=words if labels else "",
                chosen=mine,
                vertex=vertex if mine else None,
            )
        )
    return marks


def grips(
    shown: Shown, items: Collection[PlannedSite | Landmark], *, own_only: bool = True
) -> tuple[Grip, ...]:
    """The points of `items` that lie on the picture and may be moved."""
    found = []
    for item in items:
        if isinstance(item, Landmark):
            anchor, point = item.anchor, item.point
        elif isinstance(item.place, CtPlace):
            anchor, point = item.place.anchor, item.place.target
        else:
            continue
        standing = shown.session.standing(anchor)
        close = shown.closeness(point) if standing.drawn else None
        if close is not None and not close[1] and (standing.editable or not own_only):
            found.append(Grip(item.id, close[0]))
    return tuple(found)


def rings(shown: Shown, visit: Visit, *, editable: bool = True) -> tuple[Ring, ...]:
    """The outlines that lie on the picture, and may be changed."""
    found = []
    for outline in visit.live_outlines:
        standing = shown.session.standing(outline.anchor)
        points = shown.ring(outline) if standing.drawn else None
        if points is not None and (standing.editable or not editable):
            found.append(Ring(outline.id, points))
    return tuple(found)
