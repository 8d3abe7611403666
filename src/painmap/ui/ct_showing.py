"""What is on screen: a volume is shown, fills in, is exchanged for another, or put away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from painmap.domain.places import StackKey
from painmap.domain.progress import Progress
from painmap.imaging.geometry import Floats
from painmap.imaging.resampling import resampling
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Filled, Volume, loading
from painmap.imaging.window import SOFT_TISSUE, window_of_values
from painmap.ui.ct_annotator import Annotator
from painmap.ui.ct_body import body_corners
from painmap.ui.ct_filling import Opened, Whole
from painmap.ui.ct_head import StudyHead, WindowChips
from painmap.ui.ct_muscle_work import MuscleWork
from painmap.ui.ct_opening import CtOpening
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.ct_viewer_place import go_back, seen_of
from painmap.ui.desk import Desk, Tone

CHANGED_HINT = (
    "Bring the files back as they were; or detach the study and open the folder again, to work "
    "on the files as they are now."
)


@dataclass(frozen=True, slots=True)
class ShowingParts:
    """The parts of the page that show a CT."""

    viewer: CtViewer
    head: StudyHead
    windows: WindowChips
    annotator: Annotator
    work: MuscleWork


class ShowingPage(Protocol):
    """What showing asks of the page."""

    def look(self) -> None:
        """Bring the pictures to the front."""
        ...

    def allow_tools(self) -> None:
        """Offer the tools that the CT that is open permits."""
        ...


class Showing:
    """Keeps session, viewer, tools and muscles at the CT that is open.

    While a volume fills, what was open before waits for it to be whole.
    """

    def __init__(
        self,
        desk: Desk,
        session: CtSession,
        opening: CtOpening,
        parts: ShowingParts,
        page: ShowingPage,
    ) -> None:
        self._desk = desk
        self._session = session
        self._opening = opening
        self._parts = parts
        self._page = page
        self.wanted: Mapping[str, Any] = {}
        """Where to go in the study that is being opened; empty: the middle."""
        self._before: Opened | None = None
        self._bodies: dict[StackKey, Floats | None] = {}
        self._reading_beside = False
        opening.opened.connect(self._on_opened)
        opening.came.connect(self._on_came)
        opening.whole.connect(self._on_whole)
        opening.taken_away.connect(self._on_taken_away)
        parts.viewer.past_end.connect(self._on_past_end)
        parts.viewer.resample_wanted.connect(self.resample)
        parts.viewer.window_changed.connect(self._on_window)
        parts.viewer.moved.connect(self._on_moved)

    # --- opened

    def _on_opened(self, result: Opened) -> None:
        """Show what was opened; it may still be filling, what was there before waits then."""
        if result.volume.is_complete:
            self._before = None
        elif self._session.is_open and not self._session.is_filling:
            self._before = self._as_it_is()
        place = result.place or self._wanted_for(result)
        self.wanted = {}
        self._show(result, place)
        self._page.look()
        self._refresh()
        if result.volume.is_complete:
            self._read_annotated()
            self._parts.annotator.spine.offer()

    def _wanted_for(self, result: Opened) -> Mapping[str, Any]:
        same = result.study is not None and self.wanted.get("study") == result.study.study_uid
        return self.wanted if same else {}

    def _as_it_is(self) -> Opened | None:
        volume, disk = self._session.volume, self._session.disk
        if volume is None or disk is None:
            return None
        return Opened(volume, disk, self._session.study, seen_of(self._parts.viewer))

    def _show(self, result: Opened, place: Mapping[str, Any]) -> None:
        parts, session = self._parts, self._session
        before = session.study
        was_ct = not session.is_open or session.stack.is_ct
        session.open(result.volume, result.disk, result.study)
        self._choose_window(was_ct=was_ct)
        parts.annotator.leave_stack()
        if result.study is None or result.study != before:
            parts.annotator.forget()
        parts.head.refresh()
        parts.viewer.open(self._desk.open_visit.visit.started.astimezone().date())
        parts.viewer.fit_body(self._body_of(result))
        if place:
            go_back(parts.viewer, place)
        if result.disk.changed:
            self._desk.say(result.disk.changed, hint=CHANGED_HINT, tone=Tone.WARNING)
        self._page.allow_tools()
        self._on_window()

    def _body_of(self, result: Opened) -> Floats | None:
        volume = result.volume
        if not volume.is_complete:
            return result.body
        key = volume.stack.key
        if key not in self._bodies:
            self._bodies[key] = body_corners(volume)
        return self._bodies[key]

    def _refresh(self) -> None:
        self._parts.annotator.refresh()
        self._parts.work.refresh()

    # --- filling

    def _on_came(self, step: Filled) -> None:
        """Slices have come: draw those that are looked at."""
        if step.volume is not self._session.volume:
            self._session.refill(step.volume)
        self._parts.viewer.came(step.slices)

    def _on_whole(self, whole: Whole) -> None:
        """The last slice is there: what had to wait for it is done now."""
        volume = whole.opened.volume
        self._before = None
        self._bodies[volume.stack.key] = whole.body
        self._session.refill(volume)
        self._parts.viewer.is_whole(whole.body)
        self._refresh()
        self._read_annotated()
        self._parts.annotator.spine.offer()

    def _on_taken_away(self) -> None:
        """It will not be whole: go back to what was open before, or to nothing."""
        before, self._before = self._before, None
        self._session.take_away()
        attached = {study.id for study in self._desk.open_visit.visit.attached_studies}
        if before is None or (before.study is not None and before.study.id not in attached):
            self._clear()
        else:
            self._show(before, before.place)
            self._refresh()

    def _on_moved(self) -> None:
        if self._session.is_filling:
            viewer = self._parts.viewer
            self._opening.look_at_slice(viewer.index(viewer.native))

    # --- the window of greys

    def _choose_window(self, *, was_ct: bool) -> None:
        """The windows of CT are for CT; other values get one of their own."""
        volume = self._session.volume
        is_ct = volume is None or volume.stack.is_ct
        self._parts.windows.setVisible(is_ct)
        if volume is not None and not is_ct:
            missing = volume.missing_slices()
            self._session.use_window(
                *window_of_values(volume.hu if missing is None else volume.hu[~missing])
            )
        elif not was_ct:
            self._session.use_window(SOFT_TISSUE.width, SOFT_TISSUE.level)

    def _on_window(self) -> None:
        window = self._session.window
        self._parts.windows.show_window(window.width, window.level)

    # --- other stacks of the same study

    def show_stack(self, stack: Stack, place: Mapping[str, Any] | None = None) -> None:
        """Show another stack of the same study; the pictures stay until it has been read."""
        session, cross = self._session, self._parts.viewer.cross
        if session.disk is None:
            return
        window = session.window
        going_to: dict[str, Any] = {"window": [window.width, window.level], **(place or {})}
        same_frame = stack.frame_of_reference_uid == session.stack.frame_of_reference_uid
        if "index" not in going_to and same_frame and cross is not None:
            going_to["cross"] = list(cross)
        disk, study = session.disk, session.study
        kept = session.kept(stack)
        if kept is not None:
            if self._opening.leave_filling():
                session.take_away()
            self._on_opened(Opened(kept, disk, study, going_to))
            return
        self._opening.load_beside(
            disk, stack, study, going_to, self._on_stack_progress, self._on_stack_failed
        )

    def resample(self) -> None:
        """Compute an even grid from uneven slices, to look at the planes across them."""
        volume, disk, study = self._session.volume, self._session.disk, self._session.study
        if volume is None or disk is None:
            return
        place = seen_of(self._parts.viewer)
        self._opening.run_beside(
            resampling(volume),
            lambda made: Opened(made, disk, study, {**place, "zoom": {}}),
            self._on_stack_progress,
            self._on_stack_failed,
        )

    def _on_stack_progress(self, step: Progress) -> None:
        self._parts.head.show_state(f"{step.label}, {step.done} of {step.total}")

    def _on_stack_failed(self, error: BaseException) -> None:
        if self._session.is_filling:
            # what was on its way when this was begun
            self._on_taken_away()
        self._parts.head.refresh()
        self._desk.show_error(error)

    def _on_past_end(self, direction: int) -> None:
        stack = self._parts.head.neighbour(direction)
        # a wheel that is still turning must not begin the same reading again
        if stack is not None and not self._opening.is_busy:
            self.show_stack(stack, {"index": 0 if direction > 0 else len(stack.slices) - 1})

    def _read_annotated(self) -> None:
        """Read the other stacks that something was marked on, one by one, for the export."""
        if self._reading_beside or not self._desk.is_open:
            return
        waiting = self._session.annotated_elsewhere(self._desk.open_visit.visit)
        if not waiting:
            return
        disk = self._session.disk

        def done(volume: Volume) -> None:
            self._reading_beside = False
            if self._session.disk is disk:
                self._session.keep(volume)
                self._read_annotated()

        def failed(error: BaseException) -> None:
            self._reading_beside = False
            self._desk.show_error(error)

        self._reading_beside = True
        self._desk.jobs.start(loading(waiting[0]), done=done, failed=failed)

    # --- putting away

    def forget(self) -> None:
        """Put the pictures away, and stop what is filling."""
        self._before = None
        self._opening.leave_filling()
        self._bodies.clear()
        self._clear()

    def _clear(self) -> None:
        self._parts.annotator.forget()
        self._parts.work.forget()
        self._session.close()
        self._parts.viewer.close_pictures()
