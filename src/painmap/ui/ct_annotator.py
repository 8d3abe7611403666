"""The tools of the page CT, and what becomes of what they want."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from PySide6.QtWidgets import QWidget

from painmap.domain.edits import Edit, Page, change_outline, draw_outline, plan_site
from painmap.domain.ids import new_id
from painmap.domain.injection import CtPlace, Landmark, Outline, PlannedSite
from painmap.domain.needle_plan import PlannedPath
from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit
from painmap.imaging.reslice import Plane
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_board import CtBoard
from painmap.ui.ct_brush import Brush, NoBrush
from painmap.ui.ct_chosen import Chosen
from painmap.ui.ct_hazards import HazardMarker
from painmap.ui.ct_marks import Shown, landmark_marks, outline_marks, target_marks
from painmap.ui.ct_needle import NeedlePlanner
from painmap.ui.ct_paint import DrawnMark, MarkKind
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_side import Annotation, point_of
from painmap.ui.ct_side_questions import SideQuestions
from painmap.ui.ct_tool_strip import SPEC, ToolName
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.desk import Desk
from painmap.ui.tools.brush import brush_tool
from painmap.ui.tools.freehand import freehand_tool
from painmap.ui.tools.gesture import GestureRunner, PointerEvent, Tool
from painmap.ui.tools.hazard import hazard_tool
from painmap.ui.tools.measure import measure_tool
from painmap.ui.tools.midline import midline_tool
from painmap.ui.tools.outline import outline_tool
from painmap.ui.tools.pan import pan_tool
from painmap.ui.tools.skin_entry import skin_entry_tool
from painmap.ui.tools.slice_outcomes import (
    XY,
    BrushDone,
    BrushMove,
    DrawHazard,
    DrawOutline,
    EntryAt,
    LookAt,
    Measured,
    MovePoint,
    Outcome,
    PanDrag,
    PlaceMidline,
    PlaceTarget,
    Preview,
    ReshapeOutline,
    Select,
    WindowDrag,
    distance,
)
from painmap.ui.tools.target import target_tool
from painmap.ui.tools.window_level import window_tool

NEED_MUSCLE = (ToolName.TARGET, ToolName.OUTLINE, ToolName.FREEHAND)
"""Tools that record something of the muscle and side that are chosen below."""


class Annotator:
    """Feeds the active tool, and turns its outcomes into edits.

    Parameters
    ----------
    put_question : callable
        Shows a panel on the page, or takes it away (None).
    choose_tool : callable
        Switches the page to another tool.
    """

    def __init__(
        self,
        desk: Desk,
        session: CtSession,
        viewer: CtViewer,
        bar: MarkBar,
        put_question: Callable[[QWidget | None], None],
        choose_tool: Callable[[ToolName], None],
    ) -> None:
        self._desk = desk
        self._session = session
        self._viewer = viewer
        self._bar = bar
        self._switch_tool = choose_tool
        self.tool = ToolName.WINDOW
        self._preview: Preview | None = None
        self._measured: Measured | None = None
        self._back_to: ToolName | None = None
        self.brush: Brush = NoBrush()
        self._board = CtBoard(session, viewer, bar, lambda: self._visit, lambda: self.tool)
        self.sides = SideQuestions(
            desk,
            session,
            bar,
            put_question,
            recorded=self._on_recorded,
            look_at=viewer.look_at,
            mark_midline=self._mark_midline_next,
            changed=viewer.draw_scenes,
        )
        self.chosen_one = Chosen(
            desk,
            session,
            bar,
            self.sides.propose,
            self.sides.remove_midline,
            viewer.draw_scenes,
        )
        board = self._board
        self.needle = NeedlePlanner(
            desk,
            session,
            board,
            chosen=lambda: self.chosen,
            new_target=self._place_with_path,
            redraw=viewer.draw_scenes,
        )
        self.hazards = HazardMarker(desk, session, board, changed=self.needle.refresh)
        self._makers: dict[ToolName, Tool] = {
            ToolName.WINDOW: window_tool(board),
            ToolName.MIDLINE: midline_tool(board),
            ToolName.TARGET: target_tool(board),
            ToolName.ENTRY: skin_entry_tool(self.needle),
            ToolName.HAZARD: hazard_tool(self.hazards, lambda: self.hazards.panel.shape),
            ToolName.OUTLINE: outline_tool(board),
            ToolName.FREEHAND: freehand_tool(board),
            ToolName.BRUSH: brush_tool(lambda view: self.brush.may_paint(view)),
            ToolName.MEASURE: measure_tool(board),
            ToolName.PAN: pan_tool(),
        }
        self._runner: GestureRunner[Outcome] = GestureRunner(
            self._makers[self.tool], self._on_outcome, self._on_ended
        )

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit

    @property
    def question(self) -> QuestionPanel | None:
        """The question that is asked below the pictures."""
        return self.sides.panel

    @property
    def drawing(self) -> bool:
        """Whether a gesture is under way."""
        return self._runner.active

    @property
    def is_asked(self) -> bool:
        """Whether a gesture, a measure or a question is what Escape leaves first."""
        return self._runner.active or self._measured is not None or self.question is not None

    # --- tools

    def choose_tool(self, name: ToolName) -> None:
        self._runner.choose(self._makers[name])
        self.tool = name
        if name is not ToolName.MEASURE:
            self._measured = None
        missing = self._bar.missing() if name in NEED_MUSCLE else ""
        why = self._session.why_not_annotate if self._session.is_open else ""
        self._bar.say(why or missing or SPEC[name].hint, warning=bool(why or missing))
        if name is not ToolName.HAZARD:
            self.hazards.choose(None)
        self.needle.activate(active=name is ToolName.ENTRY)
        self._viewer.draw_scenes()

    def _mark_midline_next(self) -> None:
        self._back_to = self.tool
        self._switch_tool(ToolName.MIDLINE)

    def feed(self, event: PointerEvent) -> bool:
        """Hand an event to the active tool; False when it had no use for it."""
        if self.sides.pending is not None:
            return True  # the answer comes first
        if not event.view and self._preview is not None:
            event = replace(event, view=self._preview.view)
        return self._runner.feed(event)

    def escape(self) -> None:
        """Leave the gesture, else the measure, else the question, else the selection."""
        if self._runner.active:
            self._runner.cancel()
        elif self._measured is not None:
            self._measured = None
            self._viewer.draw_scenes()
        elif self.question is not None:
            self.sides.leave()
        else:
            self.choose(None)

    def forget(self) -> None:
        """Another study, another visit: nothing is chosen, nothing asked."""
        self.leave_stack()
        self.sides.forget()
        self.chosen_one.forget()
        self.needle.forget()

    def leave_stack(self) -> None:
        """Other pictures come: what was begun on these is given up."""
        self._runner.cancel()
        self._measured = None
        self.sides.leave()

    # --- the chosen annotation

    @property
    def chosen(self) -> UUID | None:
        return self.chosen_one.id

    def choose(self, item_id: UUID | None, vertex: int | None = None) -> None:
        """Highlight an annotation and show its sentence; None: none."""
        self.chosen_one.choose(item_id, vertex)
        self.hazards.choose(item_id)
        self.needle.on_chosen()

    def refresh(self) -> None:
        """Show what is recorded as it is now."""
        self.chosen_one.refresh()
        self.hazards.refresh()
        self.needle.refresh()

    def _on_recorded(self, item_id: UUID) -> None:
        same = item_id == self.chosen_one.id
        self.chosen_one.choose(item_id, self.chosen_one.vertex if same else None)
        self.needle.refresh()

    # --- outcomes

    def _on_ended(self) -> None:
        self._preview = None
        self.brush.lift()
        self.needle.end_gesture()
        self._viewer.draw_scenes()

    def _on_outcome(self, outcome: Outcome) -> None:
        match outcome:
            case Preview():
                self._preview = outcome
                self._viewer.draw_scenes()
            case BrushMove():
                self.brush.move(outcome)
            case BrushDone():
                self.brush.finish()
            case WindowDrag(right, down):
                self._viewer.drag_window(right, down)
            case PanDrag(view, right, down):
                self._viewer.views[Plane(view)].pan_by(right, down)
            case LookAt(view, at):
                self.choose(None)
                point = self._board.patient(view, at)
                if point is not None:
                    self._viewer.look_at(point)
            case Select(item_id, vertex):
                self.choose(item_id, vertex)
            case Measured():
                self._measured = outcome
                self._viewer.draw_scenes()
            case _:
                self._on_mark(outcome)

    def _on_mark(self, outcome: Outcome) -> None:
        match outcome:
            case PlaceTarget(view, at):
                self._place_target(view, at)
            case PlaceMidline(view, at):
                self._place_midline(view, at)
            case MovePoint(view, item_id, at):
                self._move_point(view, item_id, at)
            case EntryAt():
                self.needle.on_entry(outcome)
            case DrawHazard():
                self.hazards.draw(outcome)
            case DrawOutline(view, points):
                self._draw_outline(view, points)
            case ReshapeOutline(view, item_id, points, label):
                self._reshape(view, item_id, points, label)

    def _place_target(self, view: str, at: XY) -> None:
        point, muscle, side = self._board.patient(view, at), self._bar.muscle, self._bar.side
        if point is None or muscle is None or side is None:
            return
        place = CtPlace(self._session.anchor(point), point)
        site = PlannedSite(new_id(), muscle.id, side, self._bar.level, place=place)
        self.sides.propose(site, lambda checked: plan_site(_site(checked)))

    def _draw_outline(self, view: str, points: tuple[XY, ...]) -> None:
        corners, muscle, side = self._corners(view, points), self._bar.muscle, self._bar.side
        if corners is None or muscle is None or side is None:
            return
        anchor = self._session.anchor(corners[0])
        outline = Outline(new_id(), muscle.id, side, anchor, corners, self._bar.level)
        self.sides.propose(outline, lambda checked: draw_outline(_outline(checked)))

    def _corners(self, view: str, points: Sequence[XY]) -> tuple[PatientPoint, ...] | None:
        corners = [self._board.patient(view, point) for point in points]
        known = tuple(corner for corner in corners if corner is not None)
        return known if len(known) == len(corners) else None

    def _place_midline(self, view: str, at: XY) -> None:
        point = self._board.patient(view, at)
        if point is None:
            return
        self.sides.place_midline(point)
        if self._back_to is not None:
            back, self._back_to = self._back_to, None
            self._switch_tool(back)

    def _move_point(self, view: str, item_id: UUID, at: XY) -> None:
        point, item = self._board.patient(view, at), self._visit.find(item_id)
        if point is None:
            return
        if isinstance(item, Landmark):
            self.sides.move_midline(item, point)
        elif isinstance(item, PlannedSite):
            place = CtPlace(self._session.anchor(point), point)
            self.sides.propose(replace(item, place=place), lambda c: self.needle.moved(_site(c)))

    def _place_with_path(
        self, target: PatientPoint, path_of: Callable[[PlannedSite], PlannedPath]
    ) -> None:
        """Put the chosen target, or a new one, where the words say, with its path."""
        place = CtPlace(self._session.anchor(target), target)
        known, muscle, side = self.needle.site, self._bar.muscle, self._bar.side
        if known is None and (muscle is None or side is None):
            self._bar.say(f"{self._bar.missing()} It stands below the tool Target.", warning=True)
            return
        if known is not None:
            site = replace(known, place=place)
        elif muscle is not None and side is not None:
            site = PlannedSite(new_id(), muscle.id, side, self._bar.level, place=place)
        self._viewer.look_at(target)
        self.sides.propose(
            site,
            lambda c: Edit("place target by words", Page.CT, put=(_site(c), path_of(_site(c)))),
        )

    def _reshape(self, view: str, item_id: UUID, points: Sequence[XY], label: str) -> None:
        corners, item = self._corners(view, points), self._visit.find(item_id)
        if corners is not None and isinstance(item, Outline):
            self.sides.propose(
                replace(item, points=corners),
                lambda checked: change_outline(_outline(checked), label=label),
            )

    # --- drawing

    def marks(self, shown: Shown, *, small: bool) -> tuple[DrawnMark, ...]:
        """Everything that lies over a picture."""
        if not self._desk.is_open:
            return ()
        preview, visit, chosen = self._preview, self._visit, self.chosen
        hidden = {preview.moving} if preview is not None and preview.moving is not None else set()
        if self.sides.pending is not None:
            # what is asked about is the one that stands out
            hidden.add(self.sides.pending.id)
            chosen = None
        found = [
            *landmark_marks(shown, visit, chosen=chosen, hidden=hidden),
            *outline_marks(
                shown,
                visit,
                chosen=chosen,
                vertex=self.chosen_one.vertex,
                hidden=hidden,
                labels=not small,
            ),
            *target_marks(shown, visit, chosen=chosen, hidden=hidden, labels=not small),
            *_pending_marks(shown, self.sides.pending),
            *self.needle.marks(
                shown,
                moving=None if preview is None else preview.moving,
                hazard=self.hazards.chosen,
                small=small,
            ),
        ]
        view = shown.image.view.plane.value
        if self._measured is not None and self._measured.view == view:
            found.append(_distance(self._measured.start, self._measured.end))
        if preview is not None and preview.view == view:
            found += self._previewed(preview)
        return tuple(found)

    def _previewed(self, preview: Preview) -> list[DrawnMark]:
        if preview.distance:
            return [_distance(preview.line[0], preview.line[-1])]
        if preview.line:
            points = preview.line
            if preview.cursor is not None and not preview.closed:
                points = (*points, preview.cursor)
            kind = MarkKind.HAZARD if self.tool is ToolName.HAZARD else MarkKind.OUTLINE
            return [DrawnMark(kind, points, closed=preview.closed)]
        if preview.cursor is None:
            return []
        kind = MarkKind.MIDLINE if self.tool is ToolName.MIDLINE else MarkKind.TARGET
        return [DrawnMark(kind, (preview.cursor,), chosen=True)]


def _pending_marks(shown: Shown, item: Annotation | None) -> list[DrawnMark]:
    """What waits for an answer about its side, where it would lie."""
    if isinstance(item, Outline):
        points = shown.ring(item)
        return [DrawnMark(MarkKind.OUTLINE, points, closed=True, chosen=True)] if points else []
    point = None if item is None else point_of(item)
    close = None if point is None else shown.closeness(point)
    if close is None:
        return []
    return [DrawnMark(MarkKind.TARGET, (close[0],), chosen=True, faint=close[1])]


def _distance(start: XY, end: XY) -> DrawnMark:
    return DrawnMark(MarkKind.MEASURE, (start, end), label=f"{distance(start, end):.0f} mm")


def _site(item: Annotation) -> PlannedSite:
    if not isinstance(item, PlannedSite):
        raise TypeError("a planned site was meant")
    return item


def _outline(item: Annotation) -> Outline:
    if not isinstance(item, Outline):
        raise TypeError("an outline was meant")
    return item
