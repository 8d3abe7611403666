"""From outcomes of the tools to edits: what is marked, on which side, and what is asked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from PySide6.QtWidgets import QWidget

from painmap.domain.edits import (
    Edit,
    Page,
    change_outline,
    change_site,
    draw_outline,
    place_landmark,
    plan_site,
    remove_landmark,
    remove_outline,
    remove_site,
)
from painmap.domain.ids import new_id
from painmap.domain.injection import (
    CtPlace,
    Landmark,
    LandmarkKind,
    Outline,
    PlannedSite,
)
from painmap.domain.places import PatientPoint
from painmap.domain.sentences import outline_sentence, planned_sentence
from painmap.domain.visit import Visit
from painmap.imaging.midline import NEAR_MM
from painmap.imaging.reslice import Plane
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_marks import (
    Shown,
    grips,
    landmark_marks,
    outline_marks,
    rings,
    target_marks,
)
from painmap.ui.ct_paint import DrawnMark, MarkKind
from painmap.ui.ct_pictures import measure_words
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_side import (
    Annotation,
    Finding,
    SideFinding,
    find_side,
    kept,
    point_of,
    recheck,
    turned,
)
from painmap.ui.ct_tool_strip import SPEC, ToolName
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.desk import Desk
from painmap.ui.tools.gesture import GestureRunner, PointerEvent, Tool
from painmap.ui.tools.measure import measure_tool
from painmap.ui.tools.midline import midline_tool
from painmap.ui.tools.outline import outline_tool, without
from painmap.ui.tools.pan import pan_tool
from painmap.ui.tools.slice_outcomes import (
    XY,
    DrawOutline,
    Grip,
    LookAt,
    Measured,
    MovePoint,
    Outcome,
    PanDrag,
    PlaceMidline,
    PlaceTarget,
    Preview,
    ReshapeOutline,
    Ring,
    Select,
    WindowDrag,
    distance,
)
from painmap.ui.tools.target import target_tool
from painmap.ui.tools.window_level import window_tool

CHANGE_LATER = "The target hangs on another CT; it is moved there."


class Annotator:
    """The tools of the page CT, the chosen annotation, and the questions about sides.

    It is the board that tools ask.

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
        self._put_question = put_question
        self._switch_tool = choose_tool
        self.tool = ToolName.WINDOW
        self.question: QuestionPanel | None = None
        self._chosen: UUID | None = None
        self._vertex: int | None = None
        self._preview: Preview | None = None
        self._pending: tuple[DrawnMark, ...] = ()
        self._pending_view = ""
        self._measured: Measured | None = None
        self._asked_at: list[float] = []
        self._differing: list[UUID] = []
        self._back_to: ToolName | None = None
        self._makers: dict[ToolName, Tool] = {
            ToolName.WINDOW: window_tool(self),
            ToolName.MIDLINE: midline_tool(self),
            ToolName.TARGET: target_tool(self),
            ToolName.OUTLINE: outline_tool(self),
            ToolName.MEASURE: measure_tool(self),
            ToolName.PAN: pan_tool(),
        }
        self._runner: GestureRunner[Outcome] = GestureRunner(
            self._makers[self.tool], self._on_outcome, self._on_ended
        )

    # --- tools

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit

    def choose_tool(self, name: ToolName) -> None:
        self._runner.choose(self._makers[name])
        self.tool = name
        if name is not ToolName.MEASURE:
            self._measured = None
        missing = self._bar.missing() if name in (ToolName.TARGET, ToolName.OUTLINE) else ""
        why = self._session.why_not_annotate if self._session.is_open else ""
        self._bar.say(why or missing or SPEC[name].hint, warning=bool(why or missing))
        self._viewer.draw_scenes()

    def feed(self, event: PointerEvent) -> bool:
        """Hand an event to the active tool; False when it had no use for it."""
        if self.question is not None and self._pending:
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
            self._close_question()
        else:
            self.choose(None)

    def forget(self) -> None:
        """Another CT, another visit: nothing is chosen, nothing asked."""
        self._runner.cancel()
        self._measured = None
        self._asked_at.clear()
        self._differing.clear()
        self._chosen = None
        self._close_question()
        self._bar.show_item(None, "", "", editable=False)

    # --- the board

    def _shown(self, view: str) -> Shown | None:
        return self._viewer.shown.get(Plane(view)) if view else None

    def targets(self, view: str) -> tuple[Grip, ...]:
        shown = self._shown(view)
        return grips(shown, self._visit.live_planned_sites) if shown else ()

    def landmarks(self, view: str) -> tuple[Grip, ...]:
        shown = self._shown(view)
        return grips(shown, self._session.landmarks(self._visit)) if shown else ()

    def rings(self, view: str) -> tuple[Ring, ...]:
        shown = self._shown(view)
        return rings(shown, self._visit) if shown else ()

    def may_annotate(self, view: str) -> bool:
        why = self._session.why_not_annotate
        if not why and self.tool is not ToolName.MIDLINE:
            why = self._bar.missing()
        if not why and (shown := self._shown(view)) is not None and shown.image.geometry is None:
            why = "Nobody knows where this picture lies in the patient: nothing can be marked."
        self._bar.say(why or SPEC[self.tool].hint, warning=bool(why))
        return not why

    def may_outline(self, view: str) -> bool:
        if Plane(view) is not self._session.native:
            name = self._session.native.value
            self._bar.say(
                f"Outlines are drawn on the {name} slices, as they were acquired.", warning=True
            )
            return False
        return self.may_annotate(view)

    def may_measure(self, view: str) -> bool:
        shown = self._shown(view)
        if shown is None:
            return False
        why = ""
        if not shown.placement.is_true:
            why = "The series does not say how large its pixels are: nothing is measured."
        self._bar.say(why or SPEC[ToolName.MEASURE].hint, warning=bool(why))
        return not why

    # --- outcomes

    def _on_ended(self) -> None:
        self._preview = None
        self._viewer.draw_scenes()

    def _on_outcome(self, outcome: Outcome) -> None:
        match outcome:
            case Preview():
                self._preview = outcome
                self._viewer.draw_scenes()
            case WindowDrag(right, down):
                self._viewer.drag_window(right, down)
            case PanDrag(view, right, down):
                self._viewer.views[Plane(view)].pan_by(right, down)
            case LookAt(view, at):
                self.choose(None)
                point = self._patient(view, at)
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
            case DrawOutline(view, points):
                self._draw_outline(view, points)
            case ReshapeOutline(view, item_id, points, label):
                self._reshape(view, item_id, points, label)

    def _patient(self, view: str, at: XY) -> PatientPoint | None:
        shown = self._shown(view)
        return shown.placement.patient_of(at) if shown else None

    def _place_target(self, view: str, at: XY) -> None:
        point, muscle, side = self._patient(view, at), self._bar.muscle, self._bar.side
        if point is None or muscle is None or side is None:
            return
        place = CtPlace(self._session.anchor(point), point)
        site = PlannedSite(new_id(), muscle.id, side, self._bar.level, place=place)
        self._propose(site, view, lambda checked: plan_site(_site(checked)))

    def _draw_outline(self, view: str, points: tuple[XY, ...]) -> None:
        corners, muscle, side = self._corners(view, points), self._bar.muscle, self._bar.side
        if corners is None or muscle is None or side is None:
            return
        outline = Outline(
            new_id(),
            muscle.id,
            side,
            self._session.anchor(corners[0]),
            corners,
            self._bar.level,
        )
        self._propose(outline, view, lambda checked: draw_outline(_outline(checked)))

    def _corners(self, view: str, points: Sequence[XY]) -> tuple[PatientPoint, ...] | None:
        corners = [self._patient(view, point) for point in points]
        known = tuple(corner for corner in corners if corner is not None)
        return known if len(known) == len(corners) else None

    def _move_point(self, view: str, item_id: UUID, at: XY) -> None:
        point, item = self._patient(view, at), self._visit.find(item_id)
        if point is None:
            return
        if isinstance(item, Landmark):
            moved = replace(item, point=point, anchor=self._session.anchor(point))
            self._mark_midline(moved, f"move {item.kind.value}")
        elif isinstance(item, PlannedSite):
            place = CtPlace(self._session.anchor(point), point)
            self._propose(
                replace(item, place=place),
                view,
                lambda checked: change_site(_site(checked), label="move target"),
            )

    def _reshape(self, view: str, item_id: UUID, points: Sequence[XY], label: str) -> None:
        corners, item = self._corners(view, points), self._visit.find(item_id)
        if corners is None or not isinstance(item, Outline):
            return
        self._propose(
            replace(item, points=corners),
            view,
            lambda checked: change_outline(_outline(checked), label=label),
        )

    # --- sides

    def _propose(self, item: Annotation, view: str, edit: Callable[[Annotation], Edit]) -> None:
        """Check the side of `item`, ask where it differs, and make the edit."""
        point = point_of(item)
        if point is None:
            return
        found = find_side(item.side, point, self._session.landmarks(self._visit))
        if found.finding is Finding.DIFFERS:
            self._pending = self._drawn_pending(item, view)
            self._pending_view = view
            self._ask_side(item, found, edit, cancel="Cancel")
            return
        self._record(replace(item, side_check=found.check), edit)
        if found.finding is Finding.NO_MIDLINE:
            self._bar.chooser.clear_side()
            self._ask_midline(point)

    def _record(self, item: Annotation, edit: Callable[[Annotation], Edit]) -> None:
        self._desk.apply(edit(item))
        self.choose(item.id, self._vertex if item.id == self._chosen else None)

    def _drawn_pending(self, item: Annotation, view: str) -> tuple[DrawnMark, ...]:
        shown = self._shown(view)
        point = point_of(item)
        if shown is None or point is None:
            return ()
        if isinstance(item, Outline):
            points = shown.ring(item)
            return (DrawnMark(MarkKind.OUTLINE, points, closed=True),) if points else ()
        at = shown.placement.view_of(point)
        return (DrawnMark(MarkKind.TARGET, (at[0],)),) if at else ()

    def _ask_side(
        self,
        item: Annotation,
        found: SideFinding,
        edit: Callable[[Annotation], Edit],
        *,
        cancel: str,
    ) -> None:
        reading = found.reading
        if reading is None or reading.side is None:
            raise ValueError("there is nothing to ask")
        other = reading.side.word

        def turn(_: str) -> None:
            self._close_question()
            if item.side is self._bar.side:
                self._bar.chooser.set_side(reading.side)
            self._record(turned(item, found), edit)

        def keep(reason: str) -> None:
            self._close_question()
            self._record(kept(item, found, reason), edit)

        def leave(_: str) -> None:
            self._close_question()

        panel = QuestionPanel(
            f"{found.question}, {item.side.word} was chosen.",
            [],
            [
                Answer(f"Make it {other}", turn),
                Answer(f"Keep {item.side.word}", keep, typed=f"Why it stays {item.side.word}"),
                Answer(cancel, leave, default=True),
            ],
            on_escape=lambda: leave(""),
            compact=True,
        )
        self._ask(panel)
        panel.take_focus()

    def _ask(self, panel: QuestionPanel) -> None:
        self.question = panel
        self._put_question(panel)
        self._viewer.draw_scenes()

    def _close_question(self) -> None:
        self.question = None
        self._pending = ()
        self._put_question(None)
        self._viewer.draw_scenes()
        self._ask_next_difference()

    def _ask_midline(self, point: PatientPoint) -> None:
        """Ask for one click on a spinous process, once near a level."""
        if self.question is not None:
            return
        if any(abs(point.z - z) <= NEAR_MM for z in self._asked_at):
            return
        self._asked_at.append(point.z)

        def mark(_: str) -> None:
            self._close_question()
            self._back_to = self.tool
            self._switch_tool(ToolName.MIDLINE)

        panel = QuestionPanel(
            "The side is not checked yet: no midline is marked near this level.",
            ["One click on the spinous process here, and sides are measured from it."],
            [
                Answer("Mark spinous process", mark),
                Answer("Not now", lambda _: self._close_question()),
            ],
            compact=True,
        )
        self._ask(panel)

    # --- midline

    def _place_midline(self, view: str, at: XY) -> None:
        point = self._patient(view, at)
        if point is None:
            return
        mark = Landmark(
            new_id(),
            LandmarkKind.SPINOUS_PROCESS,
            self._session.anchor(point),
            point,
            self._bar.level,
        )
        if self.question is not None and not self._pending:
            self._close_question()
        self._mark_midline(mark, place_landmark(mark).label)
        if self._back_to is not None:
            back, self._back_to = self._back_to, None
            self._switch_tool(back)

    def _mark_midline(self, mark: Landmark, label: str) -> None:
        """Record a landmark, and hold the sides that were marked before against it."""
        others = [each for each in self._session.landmarks(self._visit) if each.id != mark.id]
        # the store counts this change as the next revision
        next_stamp = replace(mark.stamp, revision=mark.stamp.revision + 1)
        counted = replace(mark, stamp=next_stamp)
        again = recheck(self._session, self._visit, [*others, counted])
        self._desk.apply(Edit(label, Page.CT, put=(mark, *again.updated)))
        self._differing = list(again.differing)
        self.choose(mark.id)
        self._ask_next_difference()

    def _ask_next_difference(self) -> None:
        """Ask about the next annotation that lies on the other side; nothing stays silent."""
        if self.question is not None or not self._desk.is_open:
            return
        while self._differing:
            item = self._visit.find(self._differing.pop(0))
            point = point_of(item) if isinstance(item, PlannedSite | Outline) else None
            if not isinstance(item, PlannedSite | Outline) or point is None:
                continue
            found = find_side(item.side, point, self._session.landmarks(self._visit))
            if found.finding is not Finding.DIFFERS:
                continue
            self.choose(item.id)
            self._viewer.look_at(point)
            self._ask_side(item, found, _changed_side, cancel="Later")
            return

    # --- the chosen annotation

    @property
    def chosen(self) -> UUID | None:
        return self._chosen

    def choose(self, item_id: UUID | None, vertex: int | None = None) -> None:
        """Highlight an annotation and show its sentence; None: none."""
        if item_id != self._chosen:
            self._bar.note.hand_in()
        self._chosen, self._vertex = item_id, vertex
        self.refresh()

    def refresh(self) -> None:
        """Show the chosen annotation as it is now."""
        item = self._visit.find(self._chosen) if self._chosen and self._desk.is_open else None
        if not isinstance(item, PlannedSite | Outline | Landmark) or item.entered_in_error:
            self._chosen = None
            self._bar.show_item(None, "", "", editable=False)
        else:
            self._show(item)
        self._viewer.draw_scenes()

    def _show(self, item: PlannedSite | Outline | Landmark) -> None:
        muscles = self._desk.muscles
        measured = ""
        if isinstance(item, PlannedSite):
            sentence = planned_sentence(item, muscles)
            anchor = item.place.anchor if isinstance(item.place, CtPlace) else None
        else:
            anchor = item.anchor
            if isinstance(item, Outline):
                sentence = outline_sentence(item, muscles)
                measured = measure_words(self._session, item)
            else:
                level = f", {item.level.value}" if item.level else ""
                sentence = f"{item.kind.value}{level}: sides near it are measured from here"
        reason = self._session.standing(anchor).reason if anchor else ""
        self._bar.show_item(item, sentence, measured or reason, editable=not reason)

    def set_note(self, text: str) -> None:
        item = self._visit.find(self._chosen) if self._chosen else None
        if isinstance(item, PlannedSite):
            self._desk.apply(change_site(replace(item, note=text), label="note to the site"))
        elif isinstance(item, Outline):
            self._desk.apply(change_outline(replace(item, note=text), label="note to the outline"))

    def apply_to_chosen(self) -> None:
        """Give the chosen annotation the muscle, side and level of the bar."""
        item = self._visit.find(self._chosen) if self._chosen else None
        muscle, side = self._bar.muscle, self._bar.side
        if muscle is None or side is None or not isinstance(item, PlannedSite | Outline):
            return
        changed = replace(item, muscle_id=muscle.id, side=side, level=self._bar.level)
        self._propose(changed, self._session.native.value, _renamed)

    def delete(self) -> None:
        """Delete the vertex that is taken hold of, else the chosen annotation."""
        item = self._visit.find(self._chosen) if self._chosen else None
        if isinstance(item, Outline) and self._vertex is not None and self._editable(item):
            points = without(tuple((p.x, p.y) for p in item.points), self._vertex)
            if points is not None:
                number = self._vertex
                corners = (*item.points[:number], *item.points[number + 1 :])
                self._vertex = None
                self._propose(
                    replace(item, points=corners),
                    self._session.native.value,
                    lambda checked: change_outline(_outline(checked), label="remove vertex"),
                )
                return
        self.remove_chosen()

    def _editable(self, item: PlannedSite | Outline | Landmark) -> bool:
        if isinstance(item, PlannedSite):
            place = item.place
            return isinstance(place, CtPlace) and self._session.standing(place.anchor).editable
        return self._session.standing(item.anchor).editable

    def remove_chosen(self) -> None:
        """Take the chosen annotation away; Ctrl+Z brings it back."""
        item = self._visit.find(self._chosen) if self._chosen else None
        if not isinstance(item, PlannedSite | Outline | Landmark) or not self._editable(item):
            return
        if isinstance(item, PlannedSite):
            edit = remove_site(self._visit, item)
        elif isinstance(item, Outline):
            edit = remove_outline(self._visit, item.id)
        else:
            edit = remove_landmark(item)
        self.choose(None)
        self._desk.apply(edit)
        self._desk.say("Removed. Ctrl+Z brings it back.")

    # --- drawing

    def marks(self, shown: Shown, *, small: bool) -> tuple[DrawnMark, ...]:
        """Everything that lies over a picture."""
        if not self._desk.is_open:
            return ()
        preview = self._preview
        hidden = {preview.moving} if preview is not None and preview.moving is not None else set()
        visit, chosen = self._visit, self._chosen
        found = [
            *landmark_marks(shown, visit, chosen=chosen, hidden=hidden),
            *outline_marks(
                shown, visit, chosen=chosen, vertex=self._vertex, hidden=hidden, labels=not small
            ),
            *target_marks(shown, visit, chosen=chosen, hidden=hidden, labels=not small),
        ]
        view = shown.image.view.plane.value
        if self._pending and self._pending_view == view:
            found += self._pending
        if self._measured is not None and self._measured.view == view:
            found.append(self._distance(self._measured.start, self._measured.end))
        if preview is not None and preview.view == view:
            found += self._previewed(preview)
        return tuple(found)

    def _previewed(self, preview: Preview) -> list[DrawnMark]:
        if preview.distance:
            return [self._distance(preview.line[0], preview.line[-1])]
        if preview.line:
            points = preview.line
            if preview.cursor is not None and not preview.closed:
                points = (*points, preview.cursor)
            return [DrawnMark(MarkKind.OUTLINE, points, closed=preview.closed)]
        if preview.cursor is None:
            return []
        kind = MarkKind.MIDLINE if self.tool is ToolName.MIDLINE else MarkKind.TARGET
        return [DrawnMark(kind, (preview.cursor,), chosen=True)]

    def _distance(self, start: XY, end: XY) -> DrawnMark:
        return DrawnMark(MarkKind.MEASURE, (start, end), label=f"{distance(start, end):.0f} mm")


def _site(item: Annotation) -> PlannedSite:
    if not isinstance(item, PlannedSite):
        raise TypeError("a planned site was meant")
    return item


def _outline(item: Annotation) -> Outline:
    if not isinstance(item, Outline):
        raise TypeError("an outline was meant")
    return item


def _changed_side(item: Annotation) -> Edit:
    if isinstance(item, Outline):
        return change_outline(item, label="side of the outline")
    return change_site(item, label="side of the site")


def _renamed(item: Annotation) -> Edit:
    if isinstance(item, Outline):
        return change_outline(item, label="muscle, side or level of the outline")
    return change_site(item, label="muscle, side or level of the site")
