"""What the patient list shows of visits, without opening them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, select

from painmap.domain.visit import VisitKind, VisitState
from painmap.records.database import Database
from painmap.records.tables import ITEM, JOURNAL, VISIT


@dataclass(frozen=True, slots=True)
class VisitSummary:
    """One line of a patient's visits.

    Parameters
    ----------
    changed : datetime
        When it was changed last, or started.
    pain_sites, planned_sites, outlines : int
        How many it has.
    """

    id: UUID
    patient_id: UUID
    started: datetime
    kind: VisitKind
    state: VisitState
    revision: int
    changed: datetime
    pain_sites: int = 0
    planned_sites: int = 0
    outlines: int = 0

    @property
    def is_draft(self) -> bool:
        return self.state is VisitState.DRAFT


def summaries(
    database: Database, patient_ids: Collection[UUID] | None = None
) -> dict[UUID, tuple[VisitSummary, ...]]:
    """Visits by patient, of some patients or of all, the latest first."""
    wanted = select(VISIT)
    if patient_ids is not None:
        wanted = wanted.where(VISIT.c.patient_id.in_(patient_ids))
    ids = None if patient_ids is None else wanted.with_only_columns(VISIT.c.id)
    with database.reading() as connection:
        rows = connection.execute(wanted).all()
        counts = _counts(connection, ids)
        changed = _changed(connection, ids)
    found = [
        VisitSummary(
            id=row.id,
            patient_id=row.patient_id,
            started=row.started,
            kind=VisitKind(row.kind),
            state=VisitState(row.state),
            revision=row.revision,
            changed=changed.get(row.id, row.started),
            pain_sites=counts[row.id, "pain_sites"],
            planned_sites=counts[row.id, "planned_sites"],
            outlines=counts[row.id, "outlines"],
        )
        for row in rows
    ]
    return _by_patient(found)


def _by_patient(found: Iterable[VisitSummary]) -> dict[UUID, tuple[VisitSummary, ...]]:
    grouped: defaultdict[UUID, tuple[VisitSummary, ...]] = defaultdict(tuple)
    for each in sorted(found, key=lambda visit: (visit.started, visit.id), reverse=True):
        grouped[each.patient_id] += (each,)
    return dict(grouped)


def _counts(
    connection: Connection, visit_ids: Select[tuple[UUID]] | None
) -> defaultdict[tuple[UUID, str], int]:
    query = (
        select(ITEM.c.visit_id, ITEM.c.kind, func.count())
        .where(ITEM.c.deleted == 0, ITEM.c.visit_id.is_not(None))
        .group_by(ITEM.c.visit_id, ITEM.c.kind)
    )
    if visit_ids is not None:
        query = query.where(ITEM.c.visit_id.in_(visit_ids))
    counts: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    for visit_id, kind, count in connection.execute(query):
        counts[visit_id, kind] = count
    return counts


def _changed(connection: Connection, visit_ids: Select[tuple[UUID]] | None) -> dict[UUID, datetime]:
    newest = select(JOURNAL.c.visit_id, func.max(JOURNAL.c.seq).label("seq"))
    if visit_ids is not None:
        newest = newest.where(JOURNAL.c.visit_id.in_(visit_ids))
    last = newest.group_by(JOURNAL.c.visit_id).subquery()
    query = select(JOURNAL.c.visit_id, JOURNAL.c.at).join(
        last, and_(JOURNAL.c.visit_id == last.c.visit_id, JOURNAL.c.seq == last.c.seq)
    )
    return {row.visit_id: row.at for row in connection.execute(query)}
