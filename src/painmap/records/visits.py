"""Visits in the store: their rows, their journal, and the one transaction of a gesture."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from painmap.documents.visit_document import Tombstone
from painmap.domain.patient import Patient
from painmap.domain.visit import ANCHORED, Anchored, Visit, study_of
from painmap.records.blobs import insert_blob
from painmap.records.database import Database
from painmap.records.errors import EditedElsewhere, RecordsError, RecordsProblem
from painmap.records.items import items_beside, items_in, tombstones_in, visit_with, write_change
from painmap.records.journal import append, journal_in, step_in
from painmap.records.patients import patient_in
from painmap.records.steps import Step
from painmap.records.tables import VISIT


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """A visit as it is stored, all of one moment."""

    visit: Visit
    patient: Patient
    tombstones: tuple[Tombstone, ...]
    journal: tuple[Step, ...]


class VisitStore:
    """The visits of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, visit: Visit) -> None:
        """Store a new visit without items of its own."""
        with self._database.writing() as connection:
            patient_in(connection, visit.patient_id)
            insert_visit(connection, visit)

    def load(self, visit_id: UUID) -> StoredVisit:
        """Read a visit whole; RecordsError UNKNOWN if there is none of that id."""
        with self._database.reading() as connection:
            visit = visit_in(connection, visit_id)
            return StoredVisit(
                visit=visit,
                patient=patient_in(connection, visit.patient_id),
                tombstones=tombstones_in(connection, visit),
                journal=journal_in(connection, visit_id),
            )

    def commit(self, visit_id: UUID, step: Step, *, revision: int) -> None:
        """Store one gesture: its items, its row of the journal, the visit's next revision.

        A step that is stored already, because an answer of the disk was lost, is left as it is.

        Parameters
        ----------
        visit_id : UUID
        step : Step
        revision : int
            The visit's revision before the step.

        Raises
        ------
        EditedElsewhere
            The visit or one of the items is not as it was before the step.
        RecordsError
        """
        with self._database.writing() as connection:
            if step_in(connection, visit_id, step.seq) == step:
                return
            values: dict[str, Any] = {"revision": revision + 1}
            if step.state is not None:
                values["state"] = step.state.value
            done = connection.execute(
                update(VISIT)
                .where(VISIT.c.id == visit_id, VISIT.c.revision == revision)
                .values(**values)
            )
            if done.rowcount != 1:
                raise EditedElsewhere
            patient_id = connection.execute(
                select(VISIT.c.patient_id).where(VISIT.c.id == visit_id)
            ).scalar_one()
            for content in step.content:
                insert_blob(connection, content)
            for change in step.changes:
                write_change(connection, change, step, visit_id=visit_id, patient_id=patient_id)
            append(connection, visit_id, step)

    def marks_elsewhere(self, visit: Visit, study_uid: str) -> tuple[Anchored, ...]:
        """What hangs on a study in other visits of the patient, and the patient's landmarks."""
        with self._database.reading() as connection:
            found = items_beside(connection, visit.id, visit.patient_id, ANCHORED)
        return tuple(each for each in found if study_of(each) == study_uid)

    def place(self, visit_id: UUID) -> dict[str, Any]:
        """Where in the visit the doctor was last; empty if nothing was saved."""
        with self._database.reading() as connection:
            text = connection.execute(
                select(VISIT.c.place).where(VISIT.c.id == visit_id)
            ).scalar_one_or_none()
        if text is None:
            raise RecordsError(RecordsProblem.UNKNOWN, thing="visit")
        place: dict[str, Any] = json.loads(text)
        return place

    def save_place(self, visit_id: UUID, place: Mapping[str, Any]) -> None:
        """Remember where in the visit the doctor is; no change of the visit."""
        text = json.dumps(dict(place), allow_nan=False)
        with self._database.writing() as connection:
            done = connection.execute(
                update(VISIT).where(VISIT.c.id == visit_id).values(place=text)
            )
            if done.rowcount != 1:
                raise RecordsError(RecordsProblem.UNKNOWN, thing="visit")


def insert_visit(connection: Connection, visit: Visit) -> None:
    """Add the row of a visit; its items are other rows."""
    connection.execute(
        insert(VISIT).values(
            id=visit.id,
            patient_id=visit.patient_id,
            started=visit.started,
            kind=visit.kind.value,
            state=visit.state.value,
            revision=visit.revision,
            place="{}",
        )
    )


def visit_in(connection: Connection, visit_id: UUID) -> Visit:
    """Give a visit with its items; RecordsError UNKNOWN if there is none of that id."""
    row = connection.execute(select(VISIT).where(VISIT.c.id == visit_id)).one_or_none()
    if row is None:
        raise RecordsError(RecordsProblem.UNKNOWN, thing="visit")
    return visit_with(row, items_in(connection, visit_id, row.patient_id))
