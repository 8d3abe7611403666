"""Questions about sides: asked in a strip below the pictures, never silent, never modal."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from PySide6.QtWidgets import QWidget

from painmap.domain.compartment import Compartment
from painmap.domain.edits import (
    Edit,
    change_compartment,
    change_outline,
    change_site,
    change_spine,
)
from painmap.domain.injection import Link, Outline, PlannedSite, SideBasis
from painmap.domain.pain_sides import unanswered
from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit
from painmap.imaging.spine_line import NEAR_MM
from painmap.services.spine import Spine
from painmap.services.spine_edits import SpineChange
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_side import (
    Annotation,
    Finding,
    SideFinding,
    find_sides,
    kept,
    points_of,
    recheck,
    rechecked_paths,
    turned,
    with_level,
)
from painmap.ui.desk import Desk
from painmap.ui.pain_side_panel import pain_side_question

EditOf = Callable[[Annotation], Edit]
"""Makes the edit that records an annotation once its side is answered."""


class SideQuestions:
    """Holds what is marked against the patient's midline, and asks where they differ.

    Parameters
    ----------
    put_question : callable
        Shows a panel on the page, or takes it away (None).
    recorded : callable
        Called with the id of what was recorded or is asked about.
    mark_midline : callable
        Switches to the tool that marks a spinous process.
    ask_spine : callable
        Asks to confirm the spine that is proposed.
    changed : callable
        Called when the pictures must be drawn anew.
    """

    def __init__(
        self,
        desk: Desk,
        session: OpenCt,
        bar: MarkBar,
        put_question: Callable[[QWidget | None], None],
        *,
        recorded: Callable[[UUID], object],
        look_at: Callable[[PatientPoint], object],
        mark_midline: Callable[[], object],
        ask_spine: Callable[[], object],
        changed: Callable[[], object],
    ) -> None:
        self._desk = desk
        self._session = session
        self._bar = bar
        self._put_question = put_question
        self._recorded = recorded
        self._look_at = look_at
        self._mark_midline_tool = mark_midline
        self._ask_spine = ask_spine
        self._changed = changed
        self.panel: QuestionPanel | None = None
        self.pending: Annotation | None = None
        self.follow: Callable[[Edit], Edit | None] = lambda edit: edit
        """What else an edit changes with it; None: it may not be made."""
        self._asked_at: list[float] = []
        self._differing: list[UUID] = []

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit

    @property
    def _spine(self) -> Spine:
        return self._session.spine(self._visit)

    def forget(self) -> None:
        """Another CT, another visit: what was asked is over."""
        self._asked_at.clear()
        self.leave()

    def leave(self) -> None:
        """Take the question away unanswered; what waited for it is not recorded."""
        self._differing.clear()
        self._close()

    # --- annotations

    def propose(self, item: Annotation, edit: EditOf) -> None:
        """Check the side of `item`, ask where it differs, and make the edit."""
        points = points_of(self._session, item)
        if not points:
            return
        spine = self._spine
        item = with_level(item, points, spine)
        found, point = find_sides(item.side, points, spine)
        if found.finding is Finding.DIFFERS and self._kept_before(item):
            self._record(kept(item, found, item.side_check.answer), edit)
            return
        if found.finding is Finding.DIFFERS:
            self.pending = item
            self._ask_side(item, found, edit, cancel="Cancel")
            return
        self._record(replace(item, side_check=found.check), edit)
        if found.finding is Finding.NO_MIDLINE:
            if not isinstance(item, Compartment):
                # a side that nothing checks is chosen anew for the next one
                self._bar.chooser.clear_side()
            self._ask_midline(point)

    def _kept_before(self, item: Annotation) -> bool:
        """Whether the doctor has answered already that this side stays against the midline."""
        known = self._visit.find(item.id)
        return (
            isinstance(known, Annotation)
            and known.side is item.side
            and known.side_check.basis is SideBasis.KEPT_AGAINST
        )

    def _record(self, item: Annotation, edit: EditOf) -> None:
        """Make the edit; a site that would leave the side of its pain is asked about first."""
        known = self._visit.find(item.id)
        changes = isinstance(known, PlannedSite) and known.side is not item.side
        if isinstance(item, PlannedSite) and changes and (link := unanswered(item, self._visit)):
            self._ask_pain(item, edit, link)
        else:
            self._make(edit(item), item.id)

    def _make(self, edit: Edit, item_id: UUID) -> None:
        made = self.follow(edit)
        if made is not None:
            self._desk.apply(made)
            self._recorded(item_id)

    def _ask_pain(self, site: PlannedSite, edit: EditOf, link: Link) -> None:
        def keep(reason: str) -> None:
            said = replace(link, side_answer=reason)
            made = edit(site)
            with_link = replace(made, put=(*made.put, said))
            self._answer(lambda: self._make(with_link, site.id))

        panel = pain_side_question(
            site, self._visit, link.to_id, keep=keep, leave=lambda: self._answer(lambda: None)
        )
        self.pending = site
        self._ask(panel)

    def _ask_side(self, item: Annotation, found: SideFinding, edit: EditOf, *, cancel: str) -> None:
        reading = found.reading
        if reading is None or reading.side is None:
            raise ValueError("there is nothing to ask")
        side = reading.side

        def turn(_: str) -> None:
            muscle = self._bar.muscle
            if muscle is not None and (muscle.id, self._bar.side) == (item.muscle_id, item.side):
                self._bar.chooser.set_side(side)
            self._answer(lambda: self._record(turned(item, found), edit))

        def keep(reason: str) -> None:
            self._answer(lambda: self._record(kept(item, found, reason), edit))

        def leave(_: str = "") -> None:
            self._answer(lambda: None)

        panel = QuestionPanel(
            f"{found.question}, {item.side.word} was chosen.",
            [],
            [
                Answer(f"Make it {side.word}", turn),
                Answer(f"Keep {item.side.word}", keep, typed=f"Why it stays {item.side.word}"),
                Answer(cancel, leave, default=True),
            ],
            on_escape=leave,
            compact=True,
        )
        self._ask(panel)
        panel.take_focus()

    def _answer(self, act: Callable[[], None]) -> None:
        self._close()
        act()
        self._ask_next()

    def ask(self, panel: QuestionPanel) -> bool:
        """Put another question to the doctor; False while one is asked already."""
        if self.panel is not None:
            return False
        self._ask(panel)
        return True

    def answered(self) -> None:
        """Take the question away that was put by `ask`."""
        self._close()
        self._ask_next()

    def _ask(self, panel: QuestionPanel) -> None:
        self.panel = panel
        self._put_question(panel)
        self._changed()

    def _close(self) -> None:
        self.panel = self.pending = None
        self._put_question(None)
        self._changed()

    # --- midline

    def _ask_midline(self, point: PatientPoint) -> None:
        """Ask for the midline, once near a level: to confirm the proposed one, else to mark it."""
        if self.panel is not None:
            return
        if any(abs(point.z - z) <= NEAR_MM for z in self._asked_at):
            return
        self._asked_at.append(point.z)
        if self._spine.is_proposal:
            self._ask_spine()
            return

        def mark(_: str) -> None:
            self._close()
            self._mark_midline_tool()

        self._ask(
            QuestionPanel(
                "The side is not checked yet: no midline is marked near this level.",
                ["One click on the spinous process here, and sides are measured from it."],
                [
                    Answer("Mark spinous process", mark),
                    Answer("Not now", lambda _: self._close()),
                ],
                compact=True,
            )
        )

    def record_spine(self, change: SpineChange, chosen: UUID | None = None) -> bool:
        """Record what was done to the spine, and hold sides and levels against it again.

        False while a mark waits for its own side first.
        """
        if self.pending is not None:
            return False
        self.leave()
        after = _as_stored(change)
        again = recheck(self._session, self._visit, after)
        put = (*change.put, *again.updated, *rechecked_paths(self._session, self._visit, after))
        if not put and not change.removed:
            return True
        self._desk.apply(change_spine(change.label, put, remove=change.removed))
        if chosen is not None:
            self._recorded(chosen)
        self._differing = list(again.differing)
        self._ask_next()
        return True

    def _ask_next(self) -> None:
        """Ask about the next annotation that lies on the other side; nothing stays silent."""
        while self.panel is None and self._differing and self._desk.is_open:
            item = self._visit.find(self._differing.pop(0))
            if not isinstance(item, Annotation):
                continue
            points = points_of(self._session, item)
            if not points:
                continue
            found, point = find_sides(item.side, points, self._spine)
            if found.finding is not Finding.DIFFERS:
                continue
            self._recorded(item.id)
            self._look_at(point)
            self._ask_side(item, found, changed_side, cancel="Later")


def _as_stored(change: SpineChange) -> Spine:
    """The spine after a change, each landmark in the revision that the store will give it."""
    fresh = {each.id for each in change.put}
    landmarks = tuple(
        replace(each, stamp=replace(each.stamp, revision=each.stamp.revision + 1))
        if each.id in fresh
        else each
        for each in change.after.landmarks
    )
    return replace(change.after, landmarks=landmarks)


def changed_side(item: Annotation) -> Edit:
    """The edit after a question about something that is recorded already."""
    if isinstance(item, Outline):
        return change_outline(item, label="side of the outline")
    if isinstance(item, Compartment):
        return change_compartment(item, label="side of the muscle")
    return change_site(item, label="side of the site")
