"""Item rows: each the last revision of one item, or the tombstone that it left."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from painmap.documents.codec import item_of, item_text, kind_of
from painmap.documents.upgrades import VERSION
from painmap.documents.visit_document import Tombstone
from painmap.domain.items import Stamp
from painmap.domain.visit import (
    FIELD_OF,
    PATIENT_WIDE,
    Change,
    Item,
    Visit,
    VisitKind,
    VisitState,
)
from painmap.records.errors import EditedElsewhere, RecordsError, RecordsProblem
from painmap.records.steps import Step
from painmap.records.tables import ITEM

T = TypeVar("T")


def is_patient_wide(item: Item) -> bool:
    return type(item) in PATIENT_WIDE


def visit_with(row: Row[Any], items: Iterable[Item]) -> Visit:
    """Build a visit of its own row and its items, each kind in the order of ids."""
    fields: dict[str, tuple[Item, ...]] = dict.fromkeys(FIELD_OF.values(), ())
    for item in sorted(items, key=lambda each: each.id):
        fields[kind_of(item)] += (item,)
    return Visit(
        id=row.id,
        patient_id=row.patient_id,
        started=row.started,
        kind=VisitKind(row.kind),
        state=VisitState(row.state),
        revision=row.revision,
        **fields,  # type: ignore[arg-type]  # fields are matched by FIELD_OF
    )


def items_in(connection: Connection, visit_id: UUID, patient_id: UUID) -> tuple[Item, ...]:
    """Every item that a visit sees: its own and the patient's."""
    query = select(ITEM).where(_seen_by(visit_id, patient_id), ITEM.c.deleted == 0)
    return tuple(_item_of(row) for row in connection.execute(query))


def items_beside(
    connection: Connection, visit_id: UUID, patient_id: UUID, kinds: tuple[type[T], ...]
) -> tuple[T, ...]:
    """Every item of some kinds of the patient that is not the visit's own."""
    query = (
        select(ITEM)
        .where(ITEM.c.patient_id == patient_id, ITEM.c.deleted == 0)
        .where(or_(ITEM.c.visit_id.is_(None), ITEM.c.visit_id != visit_id))
        .where(ITEM.c.kind.in_([FIELD_OF[kind] for kind in kinds]))
    )
    found = [_item_of(row) for row in connection.execute(query)]
    return tuple(item for item in found if isinstance(item, kinds))


def tombstones_in(connection: Connection, visit: Visit) -> tuple[Tombstone, ...]:
    """Every tombstone that a visit sees, in the order of ids."""
    query = select(ITEM).where(_seen_by(visit.id, visit.patient_id), ITEM.c.deleted == 1)
    found = [_tombstone_of(row) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda each: each.item.id))


def stored_in(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Item | Tombstone]:
    """What is stored under some ids, live or gone."""
    query = select(ITEM).where(ITEM.c.id.in_(list(ids)))
    rows = connection.execute(query).all()
    return {row.id: _tombstone_of(row) if row.deleted else _item_of(row) for row in rows}


def write_change(
    connection: Connection, change: Change, step: Step, *, visit_id: UUID, patient_id: UUID
) -> None:
    """Bring one item's row to where a step brings the item.

    Raises
    ------
    EditedElsewhere
        The row is not at the revision before.
    """
    if change.after is not None:
        item, revision, gone = change.after, change.after.stamp.revision, False
    else:
        item = change.item
        revision, gone = item.stamp.revision + 1, True
    values = _values(item, Stamp(revision, step.author, step.at), gone=gone)
    if revision == 1:
        if stored_in(connection, [item.id]):
            raise EditedElsewhere
        insert_row(connection, item, values, visit_id=visit_id, patient_id=patient_id)
        return
    done = connection.execute(
        update(ITEM)
        .where(ITEM.c.id == item.id, ITEM.c.revision == revision - 1)
        .where(ITEM.c.patient_id == patient_id, ITEM.c.kind == kind_of(item))
        .values(**values)
    )
    if done.rowcount != 1:
        raise EditedElsewhere


def insert_live(connection: Connection, item: Item, *, visit_id: UUID, patient_id: UUID) -> None:
    """Add the row of an item with the stamp that it carries."""
    values = _values(item, item.stamp, gone=False)
    insert_row(connection, item, values, visit_id=visit_id, patient_id=patient_id)


def insert_gone(
    connection: Connection, tombstone: Tombstone, *, visit_id: UUID, patient_id: UUID
) -> None:
    """Add the row of an item that is gone."""
    values = _values(tombstone.item, tombstone.stamp, gone=True)
    insert_row(connection, tombstone.item, values, visit_id=visit_id, patient_id=patient_id)


def insert_row(
    connection: Connection, item: Item, values: dict[str, Any], *, visit_id: UUID, patient_id: UUID
) -> None:
    """Add a row for an item of a visit, or of the patient where its kind is the patient's."""
    connection.execute(
        insert(ITEM).values(
            id=item.id,
            patient_id=patient_id,
            visit_id=None if is_patient_wide(item) else visit_id,
            kind=kind_of(item),
            **values,
        )
    )


def _values(item: Item, stamp: Stamp, *, gone: bool) -> dict[str, Any]:
    return {
        "revision": stamp.revision,
        "author": stamp.author,
        "at": stamp.at,
        "deleted": int(gone),
        "format": VERSION,
        "body": item_text(item),
    }


def _seen_by(visit_id: UUID, patient_id: UUID) -> ColumnElement[bool]:
    patients_own = and_(ITEM.c.visit_id.is_(None), ITEM.c.patient_id == patient_id)
    return or_(ITEM.c.visit_id == visit_id, patients_own)


def _item_of(row: Row[Any]) -> Item:
    try:
        return item_of(row.kind, row.body, version=row.format)
    except (ValueError, KeyError) as error:
        raise RecordsError(RecordsProblem.CORRUPT) from error


def _tombstone_of(row: Row[Any]) -> Tombstone:
    return Tombstone(row.kind, _item_of(row), Stamp(row.revision, row.author, row.at))
