"""The open visit: changes at once in memory, and step by step in the store.

`apply`, `undo` and `redo` belong to one thread (the window's); `commit` and `retry` to
another (the records lane). Each may run while the other does.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from painmap.domain.edits import Edit, Page
from painmap.domain.items import UNSTAMPED, Stamp
from painmap.domain.patient import Patient
from painmap.domain.places import Sha256
from painmap.domain.study import AttachedStudy, apart_from_report
from painmap.domain.visit import Change, Item, Visit, VisitState, changes_between
from painmap.records.errors import EditedElsewhere, RecordsError, RecordsProblem
from painmap.records.visits import StoredVisit, VisitStore
from painmap.services.history import History, Step

T = TypeVar("T")

Clock = Callable[[], datetime]


class OpenVisit:
    """One visit that is being worked on.

    Parameters
    ----------
    stored : StoredVisit
        As it was read from the store.
    store : VisitStore
    author : str
        Who works on it.
    now : callable
        Gives the time, with its zone.
    """

    def __init__(self, stored: StoredVisit, store: VisitStore, *, author: str, now: Clock) -> None:
        self._store = store
        self._author = author
        self._now = now
        self._patient = stored.patient
        self._visit = stored.visit
        self._gone = {each.item.id: each.stamp.revision for each in stored.tombstones}
        try:
            self._history = History(stored.journal)
        except ValueError as error:
            raise RecordsError(RecordsProblem.CORRUPT) from error
        self._seq = stored.journal[-1].seq if stored.journal else 0
        self._unsaved: list[Step] = []
        self._stored_revision = stored.visit.revision
        self._saved_at = stored.journal[-1].at if stored.journal else None
        self._memory = threading.Lock()  # held for microseconds
        self._storing = threading.Lock()  # held while the disk works

    @classmethod
    def load(cls, store: VisitStore, visit_id: UUID, *, author: str, now: Clock) -> "OpenVisit":
        """Read a visit and its journal; what was taken back can still be done again."""
        return cls(store.load(visit_id), store, author=author, now=now)

    @property
    def visit(self) -> Visit:
        """The visit as it is now, stored or not."""
        return self._visit

    @property
    def patient(self) -> Patient:
        return self._patient

    @property
    def undo_label(self) -> str | None:
        """What undo would take back; None: nothing."""
        step = self._history.next_undo
        return step.label if step else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again; None: nothing."""
        step = self._history.next_redo
        return step.label if step else None

    @property
    def saved_at(self) -> datetime | None:
        """When the store took the last step; None before the first one."""
        return self._saved_at

    def waiting_content(self, sha: Sha256) -> bytes | None:
        """Large content of a step that the store does not have yet; None when none waits."""
        with self._memory:
            waiting = [content for step in self._unsaved for content in step.content]
        return next((each for each in waiting if sha256(each).hexdigest() == sha), None)

    @property
    def unsaved(self) -> tuple[Step, ...]:
        """Steps that the store does not have yet, in order."""
        with self._memory:
            return tuple(self._unsaved)

    def apply(self, edit: Edit) -> Step | None:
        """Make `edit`, in memory; a failing edit leaves no trace.

        Returns
        -------
        Step or None
            What is to be committed; None when nothing changed.
        """
        with self._memory:
            return self._write(edit, undoes=None, redoes=None)

    def undo(self) -> Step | None:
        """Take the last step back, as a step of its own; None when there is none.

        Raises
        ------
        EditedElsewhere
            It would overwrite what another visit or window changed since, or take a study
            away that another visit has marks on.
        """
        with self._memory:
            step = self._history.next_undo
            if step is None:
                return None
            swaps = [Change(change.after, change.before) for change in step.changes]
            return self._write(self._put_back(step, swaps), undoes=step.seq, redoes=None)

    def redo(self) -> Step | None:
        """Do again what was taken back last, as a step of its own; None when there is none.

        Raises
        ------
        EditedElsewhere
            As `undo`.
        """
        with self._memory:
            step = self._history.next_redo
            if step is None:
                return None
            edit = self._put_back(step, list(step.changes))
            return self._write(edit, undoes=None, redoes=step.seq)

    def turn(self, state: VisitState) -> Step | None:
        """Finish the visit, or open it again; not a step that undo takes back."""
        with self._memory:
            if self._visit.state is state:
                return None
            label = "finish visit" if state is VisitState.FINISHED else "continue visit"
            self._seq += 1
            step = Step(
                self._seq, label, Page.FINISH, (), None, None, self._author, self._now(), state
            )
            revision = self._visit.revision + 1
            self._visit = replace(self._visit, state=state, revision=revision)
            self._unsaved.append(step)
            return step

    def commit(self, step: Step) -> None:
        """Store `step`, and before it, in order, every earlier one that waits; blocks.

        A step that is stored already is left as it is. On failure the step stays unsaved.

        Raises
        ------
        RecordsError
            It could not be stored; EditedElsewhere if another was first.
        """
        self._store_until(step.seq)

    def retry(self) -> None:
        """Store every step that waits, in order; blocks, and raises as `commit` does."""
        waiting = self.unsaved
        if waiting:
            self._store_until(waiting[-1].seq)

    def set_state(self, state: VisitState) -> None:
        """Finish the visit, or open it again, and store that after all that waits; blocks."""
        self.turn(state)
        self.retry()

    def patient_changed(self, patient: Patient) -> None:
        """Take over the patient's corrected data."""
        self._patient = patient

    def _store_until(self, seq: int) -> None:
        with self._storing:
            for step in self.unsaved:
                if step.seq > seq:
                    return
                self._store.commit(self._visit.id, step, revision=self._stored_revision)
                with self._memory:
                    self._unsaved.remove(step)
                    self._stored_revision += 1
                    self._saved_at = self._now()

    def _put_back(self, step: Step, changes: list[Change]) -> Edit:
        """The edit that makes `changes`, if everything still is as it was before them."""
        for change in changes:
            now = self._visit.find(change.item.id)
            if _content(now) != _content(change.before):
                raise EditedElsewhere(hint=f'"{step.label}" can be changed by hand on its page.')
            if change.after is None and isinstance(now, AttachedStudy):
                self._check_unmarked(now)
        put = tuple(change.after for change in changes if change.after is not None)
        gone = frozenset(change.item.id for change in changes if change.after is None)
        return Edit(step.label, step.page, put=put, remove=gone)

    def _check_unmarked(self, study: AttachedStudy) -> None:
        """Refuse to take a study away while another visit needs it to say whose marks it has."""
        for mark in self._store.marks_elsewhere(self._visit, study.study_uid):
            # a landmark that this visit has taken away itself may wait for the disk
            gone = mark.stamp.revision < self._gone.get(mark.id, 0)
            if not gone and not self._visit.why_in_error(mark):
                raise EditedElsewhere(RecordsProblem.MARKED_ELSEWHERE)

    def _write(self, edit: Edit, *, undoes: int | None, redoes: int | None) -> Step | None:
        before = self._visit
        # a new stamp alone is no change
        put = tuple(_with_stamp_of(before.find(item.id), item) for item in edit.put)
        after = replace(edit, put=put).apply(before)
        changed = changes_between(before, after)
        if not changed:
            return None
        now = self._now()
        changes = tuple(
            Change(each.before, self._stamped(each.after, each.before, now)) for each in changed
        )
        stamped = tuple(each.after for each in changes if each.after is not None)
        step = Step(
            self._seq + 1,
            edit.label,
            edit.page,
            changes,
            undoes,
            redoes,
            self._author,
            now,
            content=edit.content,
        )
        self._visit = replace(after.changed(put=stamped), revision=before.revision + 1)
        self._seq += 1
        self._gone |= {
            each.before.id: each.before.stamp.revision + 1
            for each in changes
            if each.after is None and each.before is not None
        }
        self._history.record(step)
        self._unsaved.append(step)
        return step

    def _stamped(self, item: Item | None, before: Item | None, now: datetime) -> Item | None:
        if item is None:
            return None
        last = before.stamp.revision if before else self._gone.get(item.id, 0)
        return _restamped(item, Stamp(last + 1, self._author, now))


def _restamped(item: Item, stamp: Stamp) -> Item:
    return replace(item, stamp=stamp)


def _content(item: Item | None) -> Item | None:
    if isinstance(item, AttachedStudy):
        # the report may be completed after the step that attached the study
        return apart_from_report(item)
    return None if item is None else _restamped(item, UNSTAMPED)


def _with_stamp_of(there: Item | None, item: Item) -> Item:
    return _restamped(item, there.stamp) if there is not None else item
