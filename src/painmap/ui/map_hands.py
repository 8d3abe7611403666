"""What a finished gesture or key on the large figure does: it marks, selects or confirms."""

from typing import Protocol
from uuid import UUID

from painmap.domain.pain import Mark, RegionShape
from painmap.domain.places import FigurePoint
from painmap.ui.body_view import BodyFigure
from painmap.ui.desk import Desk
from painmap.ui.map_marking import Marking
from painmap.ui.tools.mark_pain import (
    Done,
    Drawn,
    Erased,
    MarkTool,
    Pointed,
    Radiated,
    Ringed,
    Tapped,
    Ticked,
    Touched,
)
from painmap.ui.tools.pen_path import bowed


class Ghostly(Protocol):
    """Where ghosts come from: an earlier visit, or a list."""

    def confirm(self, mark_id: UUID) -> UUID | None:
        """Record a ghost as today's; gives its pain site, None for another one's ghost."""


class FigureHands:
    """Takes what was done on the figure to the marking.

    Parameters
    ----------
    desk : Desk
    figure : BodyFigure
    marking : Marking
    ghosts : of Ghostly
        Whose ghosts a click confirms.
    """

    def __init__(self, desk: Desk, figure: BodyFigure, marking: Marking, *ghosts: Ghostly) -> None:
        self._desk = desk
        self._figure = figure
        self._marking = marking
        self._ghosts = ghosts
        self._arrow_from: FigurePoint | None = None
        figure.done.connect(self._on_done)
        figure.region_tapped.connect(self._on_region)

    def forget_arrow(self) -> None:
        """Begin anew: an arrow of which only the start was said is none."""
        self._arrow_from = None

    def _on_done(self, outcome: Done) -> None:
        view, marking = self._figure.view, self._marking
        match outcome:
            case Tapped(at=at, add=add):
                self._tap(at, add)
            case Drawn(stroke=stroke, add=add):
                marking.put(view, stroke, add=add)
            case Ringed(points=points, add=add):
                marking.ring(view, points, add=add)
            case Pointed(at=at, add=add):
                marking.point(view, at, add=add)
            case Radiated(points=points):
                marking.radiate(view, points, ends=self._ends_of(points))
            case Ticked(points=points):
                passed = [self._figure.region_at(point) for point in points]
                marking.tick(view, tuple(each.id for each in passed if each is not None))
            case Erased(stroke=stroke):
                marking.erase(view, stroke)
            case Touched(mark=mark):
                marking.touch(mark)

    def _on_region(self, region: str, add: bool) -> None:
        """Enter on a region: what the tool would do there."""
        view, tool, at = self._figure.view, self._figure.tool, self._figure.ink.label_at[region]
        if tool is MarkTool.PAIN_FREE:
            self._marking.tick(view, (region,))
        elif tool is MarkTool.ERASER:
            self._marking.erase_region(view, region)
        elif tool is MarkTool.POINT:
            self._marking.point(view, at, add=add)
        elif tool is MarkTool.ARROW:
            self._arrow_by_keys(at)
        elif (ghost := self._ghost_on(region)) is not None:
            self._confirm(ghost)
        else:
            self._marking.tap_region(view, region, add=add)

    def _confirm(self, ghost: UUID) -> None:
        sites = (each.confirm(ghost) for each in self._ghosts)
        self._desk.select(next((site for site in sites if site is not None), None))

    def _ghost_on(self, region: str) -> UUID | None:
        """The ghost that Enter on a region confirms: one that no mark of today covers."""
        scene = self._figure.scene
        marked = any(r.id == region for m in scene.marks for r in m.regions)
        ghosts = [] if marked else scene.ghosts
        return next((g.id for g in ghosts if any(r.id == region for r in g.regions)), None)

    def _arrow_by_keys(self, at: FigurePoint) -> None:
        """The first Enter is where the pain is, the second where it radiates to."""
        start, self._arrow_from = self._arrow_from, None
        if start is None or start == at:
            self._arrow_from = at if start is None else None
            said = "From here; press Enter where the pain radiates to." if start is None else ""
            self._figure.say(said)
            return
        points = bowed(start, at)
        self._marking.radiate(self._figure.view, points, ends=self._ends_of(points))

    def _ends_of(self, points: tuple[FigurePoint, ...]) -> tuple[UUID | None, UUID | None]:
        """The marks under the start and under the head of an arrow."""
        return self._figure.mark_at(points[0]), self._figure.mark_at(points[-1])

    def _tap(self, at: FigurePoint, add: bool) -> None:
        """A click: on ink it selects the ink's site, on a region it marks, beside it deselects.

        On a ghost it confirms it: a pain of the last visit, or a region that a list proposes.
        """
        ghost = self._figure.ghost_at(at)
        if ghost is not None and self._figure.mark_at(at) is None:
            self._confirm(ghost)
            return
        under = self._figure.mark_at(at)
        mark = self._desk.open_visit.visit.find(under) if under is not None else None
        inked = isinstance(mark, Mark) and not isinstance(mark.shape, RegionShape)
        region = self._figure.region_at(at)
        if under is not None and inked and not add and not self._marking.adding:
            self._marking.touch(under)
        elif region is not None:
            self._marking.tap_region(self._figure.view, region.id, add=add)
        else:
            self._desk.select(None)
