"""Marking on CT: the tools, the annotation that is chosen, needle, hazards, joined together."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from PySide6.QtWidgets import QWidget

from painmap.domain.visit import Visit
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_board import CtBoard
from painmap.ui.ct_chosen import Chosen
from painmap.ui.ct_hazards import HazardMarker
from painmap.ui.ct_marking import Marking
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_needle import NeedlePlanner
from painmap.ui.ct_overlay import CtOverlay
from painmap.ui.ct_paint import DrawnMark
from painmap.ui.ct_painting import Brush, NoBrush
from painmap.ui.ct_path_sides import PathSides
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_side_questions import SideQuestions
from painmap.ui.ct_spine import SpineWork
from painmap.ui.ct_tool_strip import SPEC, ToolName
from painmap.ui.ct_toolbox import Takers, Toolbox
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.desk import Desk
from painmap.ui.tools.brush import brush_tool
from painmap.ui.tools.ellipse import ellipse_tool
from painmap.ui.tools.freehand import freehand_tool
from painmap.ui.tools.gesture import PointerEvent, Tool
from painmap.ui.tools.hazard import hazard_tool
from painmap.ui.tools.livewire import livewire_tool
from painmap.ui.tools.measure import measure_tool
from painmap.ui.tools.midline import midline_tool
from painmap.ui.tools.outline import outline_tool
from painmap.ui.tools.pan import pan_tool
from painmap.ui.tools.skin_entry import skin_entry_tool
from painmap.ui.tools.slice_outcomes import (
    BrushDone,
    BrushMove,
    DrawHazard,
    EntryAt,
    LookAt,
    Measured,
    PanDrag,
    Select,
    TurnPlane,
    WindowDrag,
    WindowOf,
)
from painmap.ui.tools.target import target_tool
from painmap.ui.tools.window_level import window_tool

NEED_MUSCLE = (
    ToolName.TARGET,
    ToolName.OUTLINE,
    ToolName.FREEHAND,
    ToolName.ELLIPSE,
    ToolName.LIVEWIRE,
)
"""Tools that record something of the muscle and side that are chosen below."""


class Annotator:
    """Joins the tools with what they work on.

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
        self._back_to: ToolName | None = None
        self.brush: Brush = NoBrush()
        redraw = viewer.draw_scenes
        self._board = board = CtBoard(session, viewer, bar, lambda: self._visit, lambda: self.tool)
        self.sides = SideQuestions(
            desk,
            session,
            bar,
            put_question,
            recorded=self._on_recorded,
            look_at=viewer.look_at,
            mark_midline=self._mark_midline_next,
            ask_spine=lambda: self.spine.ask(),
            changed=redraw,
        )
        self.chosen_one = Chosen(
            desk, session, bar, self.sides.propose, lambda mark: self.spine.remove(mark), redraw
        )
        self._marking = Marking(
            session,
            viewer,
            bar,
            board,
            self.sides,
            visit=lambda: self._visit,
            needle=lambda: self.needle,
            spine=lambda: self.spine,
            midline_marked=self._go_back,
        )
        self.needle = NeedlePlanner(
            desk,
            session,
            board,
            chosen=lambda: self.chosen,
            new_target=self._marking.place_with_path,
            record_path=PathSides(desk, session, self.sides).record,
            redraw=redraw,
        )
        self.hazards = HazardMarker(desk, session, board, changed=self.needle.refresh)
        self.spine = SpineWork(
            desk,
            session,
            board,
            self.sides,
            self.needle.skin,
            cross=lambda: viewer.cross,
            mark_next=lambda: choose_tool(ToolName.MIDLINE),
            changed=redraw,
        )
        viewer.moved.connect(self.spine.follow_cross)
        self._toolbox = Toolbox(self._tools(), self._takers(), redraw, self._on_ended)
        self._overlay = CtOverlay(
            self._toolbox, self.sides, self.chosen_one, self.needle, self.hazards, self.spine
        )

    def _tools(self) -> dict[ToolName, Tool]:
        board = self._board
        return {
            ToolName.WINDOW: window_tool(board),
            ToolName.MIDLINE: midline_tool(board),
            ToolName.TARGET: target_tool(board),
            ToolName.ENTRY: skin_entry_tool(self.needle),
            ToolName.HAZARD: hazard_tool(self.hazards, lambda: self.hazards.panel.shape),
            ToolName.OUTLINE: outline_tool(board),
            ToolName.FREEHAND: freehand_tool(board),
            ToolName.ELLIPSE: ellipse_tool(board),
            ToolName.LIVEWIRE: livewire_tool(board),
            ToolName.BRUSH: brush_tool(lambda view: self.brush.may_paint(view)),
            ToolName.GROW: brush_tool(lambda view: self.brush.may_paint(view)),
            ToolName.MEASURE: measure_tool(board),
            ToolName.PAN: pan_tool(),
        }

    def _takers(self) -> Takers:
        return {
            **self._marking.takers,
            BrushMove: lambda move: self.brush.move(move),
            BrushDone: lambda _: self.brush.finish(),
            EntryAt: self.needle.on_entry,
            DrawHazard: self.hazards.draw,
            WindowDrag: self._drag_window,
            WindowOf: lambda of: self._viewer.use_window_of(of.view, of.start, of.end),
            PanDrag: self._pan,
            LookAt: self._look_at,
            TurnPlane: self._viewer.turn_plane,
            Select: self._select,
        }

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit

    @property
    def question(self) -> QuestionPanel | None:
        """The question that is asked below the pictures."""
        return self.sides.panel

    @property
    def tool(self) -> ToolName:
        """The active tool."""
        return self._toolbox.tool

    @property
    def drawing(self) -> bool:
        """Whether a gesture is under way."""
        return self._toolbox.active

    @property
    def measured(self) -> Measured | None:
        """The distance or angle that is shown and not recorded."""
        return self._toolbox.measured

    @property
    def is_asked(self) -> bool:
        """Whether a gesture, a measure or a question is what Escape leaves first."""
        return self.drawing or self.measured is not None or self.question is not None

    # --- tools

    def choose_tool(self, name: ToolName) -> None:
        self._toolbox.choose(name)
        missing = self._bar.missing() if name in NEED_MUSCLE else ""
        why = self._session.why_not_annotate if self._session.is_open else ""
        self._bar.say(why or missing or SPEC[name].hint, warning=bool(why or missing))
        if name is not ToolName.HAZARD:
            self.hazards.choose(None)
        self._viewer.companions.shows_handles = name is ToolName.WINDOW
        self.needle.activate(active=name is ToolName.ENTRY)
        if name is ToolName.MIDLINE:
            self.spine.refresh()
        self._viewer.draw_scenes()

    def _mark_midline_next(self) -> None:
        self._back_to = self.tool
        self._switch_tool(ToolName.MIDLINE)

    def _go_back(self) -> None:
        """The midline that was asked for is marked: go on with the tool from before."""
        if self._back_to is not None:
            back, self._back_to = self._back_to, None
            self._switch_tool(back)

    def feed(self, event: PointerEvent) -> bool:
        """Hand an event to the active tool; False when it had no use for it."""
        if self.sides.pending is not None:
            return True  # the answer comes first
        if not event.view and self._toolbox.preview is not None:
            event = replace(event, view=self._toolbox.preview.view)
        return self._toolbox.feed(event)

    def escape(self) -> None:
        """Leave the gesture, else the measure, else the question, else the selection."""
        if self.drawing:
            self._toolbox.cancel()
        elif self.measured is not None:
            self._toolbox.measured = None
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
        self.spine.forget()

    def leave_stack(self) -> None:
        """Other pictures come: what was begun on these is given up."""
        self._toolbox.cancel()
        self._toolbox.measured = None
        self.sides.leave()

    # --- the chosen annotation

    @property
    def chosen(self) -> UUID | None:
        return self.chosen_one.id

    def choose(self, item_id: UUID | None, vertex: int | None = None) -> None:
        """Highlight an annotation and show its sentence; None: none."""
        self.chosen_one.choose(item_id, vertex)
        self.hazards.choose(item_id)
        self.spine.select(item_id)
        self.needle.on_chosen()

    def refresh(self) -> None:
        """Show what is recorded as it is now."""
        self.chosen_one.refresh()
        self.hazards.refresh()
        self.spine.refresh()
        self.needle.refresh()

    def delete(self) -> None:
        """Take away what is chosen: a structure, a landmark, a vertex, an annotation."""
        if self.hazards.remove():
            return
        if self.tool is ToolName.MIDLINE and self.spine.chosen_id is not None:
            self.spine.remove_chosen()
        else:
            self.chosen_one.delete()

    def _on_recorded(self, item_id: UUID) -> None:
        same = item_id == self.chosen_one.id
        self.chosen_one.choose(item_id, self.chosen_one.vertex if same else None)
        self.needle.refresh()

    # --- outcomes that record nothing

    def _on_ended(self) -> None:
        self.brush.lift()
        self.needle.end_gesture()
        self._viewer.draw_scenes()

    def _drag_window(self, drag: WindowDrag) -> None:
        self._viewer.drag_window(drag.right_px, drag.down_px)

    def _pan(self, drag: PanDrag) -> None:
        self._viewer.views[drag.view].pan_by(drag.right_px, drag.down_px)

    def _look_at(self, look: LookAt) -> None:
        self.choose(None)
        point = self._board.patient(look.view, look.at)
        if point is not None:
            self._viewer.look_at(point)

    def _select(self, select: Select) -> None:
        self.choose(select.item_id, select.vertex)

    # --- drawing

    def marks(self, shown: Shown, *, small: bool) -> tuple[DrawnMark, ...]:
        """Everything that lies over a picture."""
        if not self._desk.is_open:
            return ()
        return self._overlay.marks(shown, self._visit, small=small)
