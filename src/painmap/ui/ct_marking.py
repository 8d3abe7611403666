"""What tools want recorded on CT, turned into edits once the side has been answered for."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from painmap.domain.anatomy import Level
from painmap.domain.edits import Edit, Page, change_outline, draw_outline, plan_site
from painmap.domain.ids import new_id
from painmap.domain.injection import CtPlace, Outline, PlannedSite
from painmap.domain.needle_plan import PlannedPath
from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_board import CtBoard
from painmap.ui.ct_needle import NeedlePlanner
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_side import Annotation
from painmap.ui.ct_side_questions import SideQuestions
from painmap.ui.ct_spine import SpineWork
from painmap.ui.ct_toolbox import Takers
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.tools.slice_outcomes import (
    XY,
    DrawOutline,
    MovePoint,
    PlaceMidline,
    PlaceTarget,
    ReshapeOutline,
)


class Marking:
    """Places and moves targets and midline marks, draws and reshapes outlines.

    Parameters
    ----------
    visit : callable
        Gives the visit as it is now.
    needle : callable
        Gives the planner, whose path follows its target.
    spine : callable
        Gives the work on the spine, which takes what is marked of it.
    midline_marked : callable
        Called when a landmark of the spine was placed.
    """

    def __init__(
        self,
        session: CtSession,
        viewer: CtViewer,
        bar: MarkBar,
        board: CtBoard,
        sides: SideQuestions,
        *,
        visit: Callable[[], Visit],
        needle: Callable[[], NeedlePlanner],
        spine: Callable[[], SpineWork],
        midline_marked: Callable[[], object],
    ) -> None:
        self._session = session
        self._viewer = viewer
        self._bar = bar
        self._board = board
        self._sides = sides
        self._visit = visit
        self._needle = needle
        self._spine = spine
        self._midline_marked = midline_marked

    @property
    def takers(self) -> Takers:
        return {
            PlaceTarget: self._place_target,
            PlaceMidline: self._place_midline,
            MovePoint: self._move_point,
            DrawOutline: self._draw_outline,
            ReshapeOutline: self._reshape,
        }

    # --- targets

    def _place_target(self, wanted: PlaceTarget) -> None:
        point = self._board.patient(wanted.view, wanted.at)
        muscle, side = self._bar.muscle, self._bar.side
        if point is None or muscle is None or side is None:
            return
        place = CtPlace(self._session.anchor(point), point)
        site = PlannedSite(new_id(), muscle.id, side, self._level(point), place=place)
        self._sides.propose(site, lambda checked: plan_site(_site(checked)))

    def _level(self, point: PatientPoint) -> Level | None:
        """The level that was chosen, else the one that the confirmed spine says."""
        by_spine = self._session.spine(self._visit()).levels_at(point)
        return self._bar.level or next(iter(by_spine), None)

    def place_with_path(
        self, target: PatientPoint, path_of: Callable[[PlannedSite], PlannedPath]
    ) -> None:
        """Put the chosen target, or a new one, where the words say, with its path."""
        place = CtPlace(self._session.anchor(target), target)
        known, muscle, side = self._needle().site, self._bar.muscle, self._bar.side
        if known is None and (muscle is None or side is None):
            self._bar.say(f"{self._bar.missing()} It stands below the tool Target.", warning=True)
            return
        if known is not None:
            site = replace(known, place=place)
        elif muscle is not None and side is not None:
            site = PlannedSite(new_id(), muscle.id, side, self._level(target), place=place)
        self._viewer.look_at(target)
        self._sides.propose(
            site,
            lambda c: Edit("place target by words", Page.CT, put=(_site(c), path_of(_site(c)))),
        )

    # --- the midline

    def _place_midline(self, wanted: PlaceMidline) -> None:
        if self._spine().place(wanted):
            self._midline_marked()

    def _move_point(self, wanted: MovePoint) -> None:
        point = self._board.patient(wanted.view, wanted.at)
        landmark = self._spine().landmark(wanted.item_id)
        item = self._visit().find(wanted.item_id)
        if point is None:
            return
        if landmark is not None:
            self._spine().move(landmark, wanted)
        elif isinstance(item, PlannedSite):
            place = CtPlace(self._session.anchor(point), point)
            self._sides.propose(
                replace(item, place=place), lambda c: self._needle().moved(_site(c))
            )

    # --- outlines

    def _draw_outline(self, wanted: DrawOutline) -> None:
        corners = self._corners(wanted.view, wanted.points)
        muscle, side = self._bar.muscle, self._bar.side
        if corners is None or muscle is None or side is None:
            return
        anchor = self._session.anchor(corners[0])
        outline = Outline(new_id(), muscle.id, side, anchor, corners, self._level(corners[0]))
        self._sides.propose(outline, lambda checked: draw_outline(_outline(checked)))

    def _reshape(self, wanted: ReshapeOutline) -> None:
        corners = self._corners(wanted.view, wanted.points)
        item = self._visit().find(wanted.item_id)
        if corners is not None and isinstance(item, Outline):
            self._sides.propose(
                replace(item, points=corners),
                lambda checked: change_outline(_outline(checked), label=wanted.label),
            )

    def _corners(self, view: str, points: Sequence[XY]) -> tuple[PatientPoint, ...] | None:
        corners = [self._board.patient(view, point) for point in points]
        known = tuple(corner for corner in corners if corner is not None)
        return known if len(known) == len(corners) else None


def _site(item: Annotation) -> PlannedSite:
    if not isinstance(item, PlannedSite):
        raise TypeError("a planned site was meant")
    return item


def _outline(item: Annotation) -> Outline:
    if not isinstance(item, Outline):
        raise TypeError("an outline was meant")
    return item
