"""Takes a visit from a document, exactly as it is there, or not at all."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, select

from painmap.documents.visit_document import Tombstone, VisitDocument
from painmap.domain.patient import Patient
from painmap.domain.visit import Item, Visit
from painmap.records.blobs import insert_blob
from painmap.records.database import Database
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.records.items import insert_gone, insert_live, is_patient_wide, stored_in
from painmap.records.patients import insert_patient, patient_or_none
from painmap.records.tables import ITEM, VISIT
from painmap.records.visits import insert_visit, visit_in

IDENTITY = {
    "kind": "kind (real or demonstration)",
    "family_name": "family name",
    "given_name": "given name",
    "birth_date": "birth date",
    "sex": "sex",
    "record_number": "record number",
    "institution": "institution",
}
"""What must be the same in a document's patient and in the one that is here, with its words."""


class ImportStatus(StrEnum):
    """What an import did; the value is the sentence."""

    IMPORTED = "The visit was imported."
    ALREADY_HERE = "The visit is already here, the same in everything; nothing was changed."


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did.

    Parameters
    ----------
    patient_is_new : bool
        Whether the patient came with the visit.
    """

    status: ImportStatus
    visit_id: UUID
    patient_id: UUID
    patient_is_new: bool = False

    @property
    def sentence(self) -> str:
        return self.status.value


def import_visit(database: Database, document: VisitDocument) -> ImportOutcome:
    """Store the visit of a document in one transaction.

    Raises
    ------
    RecordsError
        OTHER_PATIENT, VISIT_OF_OTHER, DOCUMENT_DIFFERS, STUDIES_DIFFER.
    """
    visit, patient = document.visit, document.patient
    with database.writing() as connection:
        known = patient_or_none(connection, patient.id)
        if known is not None:
            _check_identity(known, patient)
        new = _new_rows(connection, document)
        owner = connection.execute(
            select(VISIT.c.patient_id).where(VISIT.c.id == visit.id)
        ).scalar_one_or_none()
        if owner is not None:
            _check_same(connection, document, owner, new)
            return ImportOutcome(ImportStatus.ALREADY_HERE, visit.id, patient.id)
        if known is None:
            insert_patient(connection, patient)
        for content in document.blobs.values():
            insert_blob(connection, content)
        insert_visit(connection, visit)
        for row in new:
            if isinstance(row, Tombstone):
                insert_gone(connection, row, visit_id=visit.id, patient_id=patient.id)
            else:
                insert_live(connection, row, visit_id=visit.id, patient_id=patient.id)
    return ImportOutcome(ImportStatus.IMPORTED, visit.id, patient.id, patient_is_new=known is None)


def _check_identity(known: Patient, patient: Patient) -> None:
    for field, words in IDENTITY.items():
        if getattr(known, field) != getattr(patient, field):
            raise RecordsError(RecordsProblem.OTHER_PATIENT, what=words)


def _new_rows(connection: Connection, document: VisitDocument) -> list[Item | Tombstone]:
    """Items and tombstones that are not here yet; those that are must be the same."""
    rows: list[Item | Tombstone] = [*document.visit.items(), *document.tombstones]
    here = stored_in(connection, [_item(row).id for row in rows])
    for row in rows:
        stored = here.get(_item(row).id)
        if stored is not None and stored != row:
            wide = is_patient_wide(_item(row))
            raise RecordsError(
                RecordsProblem.STUDIES_DIFFER if wide else RecordsProblem.DOCUMENT_DIFFERS
            )
    _check_owners(connection, document, list(here))
    return [row for row in rows if _item(row).id not in here]


def _check_owners(connection: Connection, document: VisitDocument, ids: list[UUID]) -> None:
    """Refuse an item that is here in another patient or in another visit."""
    query = select(ITEM.c.patient_id, ITEM.c.visit_id).where(ITEM.c.id.in_(ids))
    for patient_id, visit_id in connection.execute(query):
        if patient_id != document.patient.id or visit_id not in (None, document.visit.id):
            raise RecordsError(RecordsProblem.VISIT_OF_OTHER)


def _check_same(
    connection: Connection, document: VisitDocument, owner: UUID, new: list[Item | Tombstone]
) -> None:
    """Refuse unless the visit that is here is the one of the document."""
    if owner != document.patient.id:
        raise RecordsError(RecordsProblem.VISIT_OF_OTHER)
    here, there = visit_in(connection, document.visit.id), document.visit
    if new or _own(here) != _own(there) or _gone_here(connection, there) != _gone(document):
        raise RecordsError(RecordsProblem.DOCUMENT_DIFFERS)


def _item(row: Item | Tombstone) -> Item:
    return row.item if isinstance(row, Tombstone) else row


def _own(visit: Visit) -> tuple[object, ...]:
    """What is a visit's own: not the patient's studies, of which others may be here too."""
    items = {item.id: item for item in visit.items() if not is_patient_wide(item)}
    return (visit.started, visit.kind, visit.state, visit.revision, items)


def _gone(document: VisitDocument) -> set[UUID]:
    return {each.item.id for each in document.tombstones if not is_patient_wide(each.item)}


def _gone_here(connection: Connection, visit: Visit) -> set[UUID]:
    query = select(ITEM.c.id).where(ITEM.c.visit_id == visit.id, ITEM.c.deleted == 1)
    return set(connection.execute(query).scalars())
