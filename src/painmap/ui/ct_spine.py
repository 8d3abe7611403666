"""The spine on the page CT: proposed from bone, named, confirmed, marked and moved by hand."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from PySide6.QtWidgets import QWidget

from painmap.domain.anatomy import Level
from painmap.domain.injection import Landmark, LandmarkKind, Transitional
from painmap.domain.places import CtAnchor, PatientPoint, StackKey
from painmap.domain.progress import Job
from painmap.domain.visit import VisitState
from painmap.imaging.body_surface import BodySurface, finding_surface
from painmap.imaging.spine_click import landmark_kind
from painmap.imaging.spine_count import SAME_VERTEBRA_MM
from painmap.imaging.spine_proposal import SpineProposal, proposing_spine
from painmap.imaging.volume import Volume
from painmap.services.spine import NO_SPINE, Spine
from painmap.services.spine_edits import (
    SpineChange,
    answered,
    confirmed,
    dropped,
    marked,
    moved,
    named,
    of_kind,
    removed,
    spine_of_proposal,
)
from painmap.ui.ct_board import CtBoard
from painmap.ui.ct_needle_skin import SkinFinder
from painmap.ui.ct_one_job import OneJob
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_side_questions import SideQuestions
from painmap.ui.ct_spine_card import span_words, spine_card
from painmap.ui.ct_spine_panel import NOTHING, SpineActions, SpinePanel
from painmap.ui.desk import Desk
from painmap.ui.tools.slice_outcomes import MovePoint, PlaceMidline

NOT_FOUND = "No spine was found in bone here. Click the spinous processes."
SEEKING = "The spine is being looked for in bone."
NAME_FIRST = "Choose a spinous process, and say which level it is."
Frame = tuple[str, str | None]


class SpineWork:
    """Proposes a spine where none is marked, and takes what the doctor does to it.

    Parameters
    ----------
    skin : SkinFinder
        Finds the body, in which bone is sought.
    cross : callable
        Gives the crosshair, beside which a landmark is spoken of when none is chosen.
    mark_next : callable
        Switches to the tool that works on the spine.
    changed : callable
        Called when the pictures must be drawn anew.
    """

    def __init__(
        self,
        desk: Desk,
        session: CtSession,
        board: CtBoard,
        sides: SideQuestions,
        skin: SkinFinder,
        *,
        cross: Callable[[], PatientPoint | None],
        mark_next: Callable[[], object],
        changed: Callable[[], object],
    ) -> None:
        self._desk = desk
        self._session = session
        self._board = board
        self._sides = sides
        self._skin = skin
        self._cross = cross
        self._mark_next = mark_next
        self._changed = changed
        self._sought: set[StackKey | None] = set()
        self._dropped: set[Frame] = set()
        self._basis = ""
        self._said = ""
        self._job = OneJob(desk, self._on_cancelled)
        self.chosen_id: UUID | None = None
        self.panel = SpinePanel(
            SpineActions(
                self.seek,
                self.confirm,
                self.drop,
                self.name,
                self.say_kind,
                self.remove_chosen,
                self.answer,
            )
        )

    def panel_as_high_as(self, other: QWidget) -> SpinePanel:
        """The panel, for below the pictures: they must not move from one tool to the next."""
        self.panel.setFixedHeight(other.sizeHint().height())
        return self.panel

    # --- what there is

    @property
    def spine(self) -> Spine:
        """The spine of the open CT, proposed or recorded."""
        if not self._desk.is_open or not self._session.is_open:
            return NO_SPINE
        return self._session.spine(self._desk.open_visit.visit)

    @property
    def chosen(self) -> Landmark | None:
        """The landmark that is spoken of: the one clicked last, else the one at the crosshair."""
        marks = self.spine.landmarks
        clicked = next((each for each in marks if each.id == self.chosen_id), None)
        cross = self._cross()
        if clicked is not None or cross is None:
            return clicked
        tips = [each for each in marks if each.kind is LandmarkKind.SPINOUS_PROCESS] or marks
        return min(tips, key=lambda each: abs(each.point.z - cross.z), default=None)

    @property
    def spoken_of(self) -> UUID | None:
        """The landmark that the panel speaks of, while it is there."""
        mark = self.chosen if self.panel.isVisible() else None
        return None if mark is None else mark.id

    @property
    def _frame(self) -> Frame:
        stack = self._session.stack
        return stack.study_uid, stack.frame_of_reference_uid

    # --- the proposal

    def offer(self) -> None:
        """Look for the spine of a CT that is whole and may be marked, once, if none is marked."""
        session = self._session
        if not session.is_open or session.why_not_annotate or session.is_filling:
            return
        if session.volume is None or session.volume.geometry is None:
            return
        if self._desk.open_visit.visit.state is not VisitState.DRAFT:
            return
        known = self.spine.landmarks or self._frame in self._dropped
        if not known and session.key not in self._sought:
            self.seek()

    def seek(self) -> None:
        """Look for the spine in bone; what is found is shown, and nothing is stored."""
        volume, why = self._session.volume, self._session.why_not_annotate
        if self._job.is_running or volume is None or why:
            return
        key = self._session.key
        self._sought.add(key)
        self._said = ""

        def done(found: tuple[BodySurface, SpineProposal]) -> None:
            if self._session.key == key and self._desk.is_open:
                self._skin.keep(found[0])
                self._on_found(found[1])

        def failed(error: BaseException) -> None:
            self._desk.show_error(error)
            self.refresh()

        self._job.run(_finding(volume, self._skin.surface), done=done, failed=failed)
        self.refresh()

    def _on_found(self, found: SpineProposal) -> None:
        self._said = "" if found.vertebrae else NOT_FOUND
        if found.vertebrae:
            self._basis = found.basis
            self._take(spine_of_proposal(found, self._anchor))
        self.refresh()

    def _take(self, proposal: Spine) -> None:
        """Show what was found, beside what the doctor has marked already."""
        known = self.spine
        if known.recorded and known.landmarks:
            change = self._joined(known, proposal)
            self._sides.record_spine(change)
        else:
            self._session.proposed_spine = proposal
        self.ask()

    @staticmethod
    def _joined(known: Spine, proposal: Spine) -> SpineChange:
        """What was found, without what lies where the doctor has marked the same."""
        fresh = [
            each
            for each in proposal.landmarks
            if all(
                each.kind is not mark.kind or abs(each.point.z - mark.point.z) > SAME_VERTEBRA_MM
                for mark in known.landmarks
            )
        ]
        count = known.count or proposal.count
        after = replace(known, landmarks=(*known.landmarks, *fresh), count=count)
        if known.count is not None:
            after = named(after, known.count.landmark_id, known.count.level).after
        return SpineChange("find spine", known, after)

    def ask(self) -> None:
        """Ask to confirm what is proposed."""
        spine = self.spine
        if spine.is_proposal:
            basis = self._basis or "counted"
            self._sides.ask(
                spine_card(
                    spine,
                    basis,
                    confirm=self.confirm,
                    change=self._change,
                    later=self._sides.answered,
                )
            )

    def _change(self) -> None:
        self._sides.answered()
        self._mark_next()

    def _on_cancelled(self) -> None:
        self._job.stop()
        self.refresh()

    # --- what the doctor does

    def confirm(self, answer: Transitional | None = None) -> None:
        """Stand behind all that is proposed."""
        change = confirmed(self.spine, answer)
        if not self._record(change):
            return
        words = span_words(change.after)
        self._desk.say(f"Confirmed the spine{words and f': {words}'}. Ctrl+Z takes it back.")
        if change.after.count is not None and not change.after.counts_certainly:
            self._board.say(change.after.words, warning=True)

    def drop(self) -> None:
        """Take the proposal away; what was marked by hand stays."""
        spine = self.spine
        self._session.proposed_spine = None
        self._dropped.add(self._frame)
        if spine.recorded:
            self._record(dropped(spine))
        else:
            self._sides.leave()
            self.refresh()

    def name(self, level: Level) -> None:
        """Say which level the chosen landmark has."""
        mark = self.chosen
        if mark is not None:
            self._record(named(self.spine, mark.id, level), mark.id)

    def say_kind(self, kind: LandmarkKind) -> None:
        """Say what the chosen landmark is."""
        mark = self.chosen
        if mark is not None and mark.kind is not kind:
            self._record(of_kind(self.spine, mark.id, kind), mark.id)

    def answer(self, transitional: Transitional) -> None:
        """Say whether there is a transitional vertebra."""
        if self.spine.count is None:
            self._board.say(NAME_FIRST, warning=True)
            self.refresh()
        else:
            self._record(answered(self.spine, transitional))

    def place(self, wanted: PlaceMidline) -> bool:
        """Mark what was clicked, as what it is; False where nothing was marked."""
        point = self._board.patient(wanted.view, wanted.at)
        if point is None:
            return False
        spine = self.spine
        kind = landmark_kind(point, spine.line, self._session.volume)
        change = marked(spine, kind, self._anchor(point), point)
        fresh = change.after.landmarks[-1]
        if not self._record(change, fresh.id):
            return False
        if kind is LandmarkKind.VERTEBRAL_BODY:
            self._board.say("Marked as a vertebral body: it gives the midline its direction.")
        return True

    def move(self, landmark: Landmark, wanted: MovePoint) -> None:
        """Move a landmark within the picture; how far it lies from that stays."""
        shown = self._board.shown(wanted.view)
        point = self._board.patient(wanted.view, wanted.at)
        if shown is None or point is None or shown.image.geometry is None:
            return
        away = float(shown.image.geometry.pixels_of(landmark.point)[1])
        normal = shown.image.geometry.normal
        kept = PatientPoint(*(float(p + away * n) for p, n in zip(point, normal, strict=True)))
        self._record(moved(self.spine, landmark.id, self._anchor(kept), kept), landmark.id)

    def landmark(self, item_id: UUID) -> Landmark | None:
        """A landmark of the open CT, recorded or proposed."""
        return next((each for each in self.spine.landmarks if each.id == item_id), None)

    def remove(self, mark: Landmark) -> bool:
        """Take a landmark away; False while a mark waits for its own side first."""
        return self._record(removed(self.spine, mark.id))

    def remove_chosen(self) -> bool:
        """Take away the landmark that was clicked last, else the one at the crosshair."""
        mark = self.chosen
        if mark is None or not self.remove(mark):
            return False
        self._desk.say(f"Removed the {mark.kind.value}. Ctrl+Z brings it back.")
        return True

    def _record(self, change: SpineChange, chosen: UUID | None = None) -> bool:
        why = self._session.why_not_annotate
        if why:
            self._board.say(why, warning=True)
            return False
        if not self._sides.record_spine(change, chosen):
            return False
        self.chosen_id = chosen or self.chosen_id
        self.refresh()
        return True

    def _anchor(self, point: PatientPoint) -> CtAnchor:
        return self._session.anchor(point)

    # --- what is shown

    def select(self, item_id: UUID | None) -> None:
        """A mark was clicked; another one than a landmark, or none, leaves it to the crosshair."""
        self.chosen_id = item_id if item_id and self.landmark(item_id) else None
        self.refresh()

    def forget(self) -> None:
        """Another CT, another visit."""
        self.chosen_id = None
        self._sought.clear()
        self._dropped.clear()
        self._session.proposed_spine = None
        self._job.stop()
        self._said = self._basis = ""

    def refresh(self) -> None:
        """Show the spine as it is now."""
        self._show_panel()
        self._changed()

    def follow_cross(self) -> None:
        """Speak of the landmark at the crosshair, where none was clicked."""
        if self.panel.isVisible():
            self._show_panel()

    def _show_panel(self) -> None:
        if self._desk.is_open and self._session.is_open:
            self.panel.show_spine(self.spine, self.chosen, self._state())

    def _state(self) -> str:
        spine = self.spine
        if self._job.is_running:
            return SEEKING
        if not spine.landmarks:
            return self._said or NOTHING
        span = span_words(spine)
        if spine.is_proposal:
            return f"Proposed, not confirmed: {span or 'no level is named'}"
        return f"{span}; {spine.words}" if spine.words else (span or "no level is named")


def _finding(volume: Volume, surface: BodySurface | None) -> Job[tuple[BodySurface, SpineProposal]]:
    """Find the body, where that is not known yet, and the spine in it."""
    if surface is None:
        surface = yield from finding_surface(volume)
    proposal = yield from proposing_spine(surface)
    return surface, proposal
