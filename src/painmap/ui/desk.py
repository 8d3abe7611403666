"""The one place where the interface changes anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from painmap.bodymap.template import BodyTemplate
from painmap.domain.anatomy import Muscle
from painmap.domain.edits import Edit, Page
from painmap.domain.errors import PainmapError
from painmap.domain.progress import Job
from painmap.domain.visit import FIELD_OF, Change, VisitState
from painmap.services.clinic import Clinic
from painmap.services.history import Step
from painmap.services.open_visit import OpenVisit
from painmap.services.rebase import put_on_top
from painmap.ui import faults
from painmap.ui.job_runner import JobRunner
from painmap.ui.map_overlays import OverlayChoice

T = TypeVar("T")


class Tone(StrEnum):
    PLAIN = "plain"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Message:
    """One quiet sentence for the doctor, and what to do next."""

    text: str
    hint: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: the fields of the visit, and the items in them.

    A page that shows none of `fields` need not redraw.
    """

    fields: frozenset[str]
    items: tuple[Change, ...] = ()

    def touches(self, *names: str) -> bool:
        return not self.fields.isdisjoint(names)


ALL_CHANGED = Changes(frozenset(FIELD_OF.values()))


@dataclass(frozen=True, slots=True)
class PlaceWanted:
    """A page to show, and the items on it to bring into view."""

    page: Page
    item_ids: tuple[UUID, ...] = ()


class Desk(QObject):
    """The open visit, and the only way in which the window changes it.

    Every edit appears at once and is stored by the records lane; ``saved`` is emitted only
    after the commit. Pages read `visit` and keep no copy of it.
    """

    changed = Signal(object)
    """Changes."""
    opened = Signal()
    """A visit is open; everything is new."""
    closing = Signal()
    """The visit is about to be closed; what is still being typed must be handed in now."""
    closed = Signal()
    saved = Signal(object)
    """datetime of the commit; emitted when nothing waits any more."""
    save_failed = Signal(object)
    """PainmapError."""
    said = Signal(object)
    """Message."""
    sheet_wanted = Signal()
    """The plan sheet is to be seen."""
    place_wanted = Signal(object)
    """PlaceWanted."""
    task = Signal(object, object)
    """Progress of something long and the way to stop it; None, None when it is over."""
    selected = Signal(object)
    """UUID of the one selected pain site, or None."""

    def __init__(
        self,
        clinic: Clinic,
        *,
        muscles: Mapping[str, Muscle],
        template: BodyTemplate,
        resources: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.clinic = clinic
        self.muscles = muscles
        self.template = template
        self.resources = resources
        self.overlays = OverlayChoice(parent=self)
        self.jobs = JobRunner(self)
        self._open: OpenVisit | None = None
        self._selection: UUID | None = None
        self._waiting = 0
        self._held: dict[UUID, OpenVisit] = {}  # put away, but not all of it stored yet
        self._ended = False

    # --- what is open

    @property
    def is_open(self) -> bool:
        return self._open is not None

    @property
    def open_visit(self) -> OpenVisit:
        """The open visit; asking while none is open is our own mistake."""
        if self._open is None:
            raise RuntimeError("no visit is open")
        return self._open

    def show_visit(self, visit: OpenVisit) -> None:
        """Put `visit` on the desk."""
        self.close_visit()
        self._open = visit
        self._selection = None
        self.opened.emit()
        self.changed.emit(ALL_CHANGED)

    def close_visit(self) -> None:
        """Put the visit away; what waits to be stored is still stored."""
        if self._open is None:
            return
        self.closing.emit()
        visit, self._open = self._open, None
        if visit.unsaved:
            self._held[visit.visit.id] = visit
        self.select(None)
        self.closed.emit()

    # --- the one door

    def apply(self, edit: Edit) -> None:
        """Make `edit` now, and store it; a finished visit has to be reopened first."""
        if self._is_finished():
            return
        step = self.open_visit.apply(edit)
        if step is not None:
            self._happened(step)

    def undo(self) -> None:
        """Take the last step back, show where, and say what it was."""
        self._take_back(self.open_visit.undo_label, self.open_visit.undo, "Took back")

    def redo(self) -> None:
        self._take_back(self.open_visit.redo_label, self.open_visit.redo, "Did again")

    def _is_finished(self) -> bool:
        finished = self.open_visit.visit.state is VisitState.FINISHED
        if finished:
            self.say(
                "The visit is finished, so nothing was changed.",
                hint="Reopen it on the page Finish.",
                tone=Tone.WARNING,
            )
        return finished

    def _take_back(self, label: str | None, act: Callable[[], Step | None], verb: str) -> None:
        if self._is_finished():
            return
        try:
            step = act()
        except PainmapError as error:
            self.say(error.message, hint=error.hint, tone=Tone.WARNING)
            return
        if step is None:
            return
        self._happened(step)
        ids = tuple(change.item.id for change in step.changes)
        self.place_wanted.emit(PlaceWanted(step.page, ids))
        self.say(f"{verb}: {label}.")

    def turn(self, state: VisitState) -> None:
        """Finish the visit, or make it a draft again; not a step that undo takes back."""
        step = self.open_visit.turn(state)
        if step is not None:
            self._happened(step)

    def _happened(self, step: Step) -> None:
        fields = frozenset(FIELD_OF[type(change.item)] for change in step.changes)
        fields |= {"state"} if not step.changes else frozenset()
        gone = {c.item.id for c in step.changes if c.after is None}
        if self._selection in gone:
            self.select(None)
        self._store(self.open_visit, step)
        self.changed.emit(Changes(fields, step.changes))

    def _store(self, visit: OpenVisit, step: Step) -> None:
        self._waiting += 1
        self.jobs.record(
            partial(visit.commit, step),
            done=lambda _: self._stored(visit),
            failed=self._not_stored,
        )

    def _stored(self, visit: OpenVisit) -> None:
        self._waiting -= 1
        if not visit.unsaved:
            self._held.pop(visit.visit.id, None)
        if self._waiting == 0 and visit.saved_at is not None and not visit.unsaved:
            self.saved.emit(visit.saved_at)

    def _not_stored(self, error: BaseException) -> None:
        self._waiting -= 1
        if isinstance(error, PainmapError):
            self.save_failed.emit(error)
        else:
            faults.report(error)

    @property
    def has_unsaved(self) -> bool:
        """Whether something shown is not in the store yet."""
        return any(visit.unsaved for visit in self._visits)

    @property
    def is_storing(self) -> bool:
        """Whether the records lane is at work on a step."""
        return self._waiting > 0

    @property
    def _visits(self) -> tuple[OpenVisit, ...]:
        """The open visit, and those put away that still wait for the store."""
        here = () if self._open is None else (self._open,)
        return (*here, *(each for each in self._held.values() if each is not self._open))

    def retry_saving(self) -> None:
        """Try again to store what could not be stored."""
        for visit in self._visits:
            for step in visit.unsaved:
                self._store(visit, step)

    def store_all(self) -> PainmapError | None:
        """Wait until everything is stored; give what kept something from it, if anything did."""
        for visit in self._visits:
            try:
                self.jobs.record_now(visit.retry)
            except PainmapError as error:
                return error
        return None

    def take_stored(self) -> None:
        """Show what is stored of the open visit; what could not be stored is given up."""
        visit_id = self.open_visit.visit.id
        self._open = None
        self._held.pop(visit_id, None)
        self.ask_records(partial(self.clinic.open_visit, visit_id, fresh=True), self.show_visit)

    def put_mine_on_top(self) -> None:
        """Do again on what is stored by now what could not be stored."""
        mine = self.open_visit
        self.ask_records(
            partial(self.clinic.open_visit, mine.visit.id, fresh=True), partial(self._on_top, mine)
        )

    def _on_top(self, mine: OpenVisit, fresh: OpenVisit) -> None:
        try:
            steps = put_on_top(mine, fresh)
        except ValueError:
            self.say(
                "What you did does not fit on what is stored by now.",
                hint="Show what is stored, and do it again.",
                tone=Tone.WARNING,
            )
            return
        self._open = None
        self._held.pop(mine.visit.id, None)
        self.show_visit(fresh)
        for step in steps:
            self._store(fresh, step)

    # --- selection, messages, records

    @property
    def selection(self) -> UUID | None:
        return self._selection

    def select(self, site_id: UUID | None) -> None:
        """Make `site_id` the one visibly selected pain site."""
        if site_id != self._selection:
            self._selection = site_id
            self.selected.emit(site_id)

    def say(self, text: str, *, hint: str = "", tone: Tone = Tone.PLAIN) -> None:
        self.said.emit(Message(text, hint, tone))

    def show_error(self, error: BaseException) -> None:
        """Show the world's errors as a quiet message, our own as a crash report."""
        if isinstance(error, PainmapError):
            self.say(error.message, hint=error.hint, tone=Tone.WARNING)
        else:
            faults.report(error)

    def ask_records(self, read: Callable[[], T], done: Callable[[T], None]) -> None:
        """Read or write on the records lane; the answer comes back on the Qt thread."""
        if self._ended:  # a window that is going asks in vain
            return
        self.jobs.record(read, done=done, failed=self.show_error)

    def run(
        self, job: Job[T], *, done: Callable[[T], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Run a long job with its progress on the status line, where it can be cancelled."""
        stop: list[Callable[[], None]] = []

        def over(then: Callable[[Any], None], result: object) -> None:
            self.task.emit(None, None)
            then(result)

        stop.append(
            self.jobs.start(
                job,
                done=partial(over, done),
                failed=partial(over, failed),
                progress=lambda step: self.task.emit(step, stop[0]),
            )
        )

    def save_place(self, place: Mapping[str, Any]) -> None:
        """Remember where in the visit the doctor is, so that reopening lands there."""
        visit_id = self.open_visit.visit.id
        self.jobs.record(
            partial(self.clinic.save_place, visit_id, dict(place)), failed=self.show_error
        )

    def close(self) -> None:
        """Close at the end of the program: everything shown as done is stored first."""
        if self._ended:
            return
        self.close_visit()
        self._ended = True
        self.jobs.close()
        self.clinic.close()

    @property
    def now(self) -> datetime:
        return datetime.now().astimezone()
