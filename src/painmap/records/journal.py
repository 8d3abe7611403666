"""The journal of a visit: one row a gesture, only ever added to."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select

from painmap.documents.codec import changes_of, changes_text
from painmap.documents.upgrades import VERSION
from painmap.domain.edits import Page
from painmap.domain.visit import VisitState
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.records.steps import Step
from painmap.records.tables import JOURNAL


def append(connection: Connection, visit_id: UUID, step: Step) -> None:
    """Add the row of a step."""
    connection.execute(
        insert(JOURNAL).values(
            visit_id=visit_id,
            seq=step.seq,
            label=step.label,
            page=step.page.value,
            author=step.author,
            at=step.at,
            undoes=step.undoes,
            redoes=step.redoes,
            state=step.state.value if step.state else None,
            format=VERSION,
            changes=changes_text(step.changes),
        )
    )


def journal_in(connection: Connection, visit_id: UUID) -> tuple[Step, ...]:
    """Every step of a visit, in order."""
    query = select(JOURNAL).where(JOURNAL.c.visit_id == visit_id).order_by(JOURNAL.c.seq)
    return tuple(_step_of(row) for row in connection.execute(query))


def step_in(connection: Connection, visit_id: UUID, seq: int) -> Step | None:
    """One step of a visit, if it is there."""
    query = select(JOURNAL).where(JOURNAL.c.visit_id == visit_id, JOURNAL.c.seq == seq)
    row = connection.execute(query).one_or_none()
    return None if row is None else _step_of(row)


def _step_of(row: Row[Any]) -> Step:
    try:
        changes = changes_of(row.changes, version=row.format)
    except (ValueError, KeyError) as error:
        raise RecordsError(RecordsProblem.CORRUPT) from error
    return Step(
        seq=row.seq,
        label=row.label,
        page=Page(row.page),
        changes=changes,
        undoes=row.undoes,
        redoes=row.redoes,
        author=row.author,
        at=row.at,
        state=VisitState(row.state) if row.state else None,
    )
