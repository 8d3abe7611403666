"""Patients in the store."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from painmap.domain.items import Stamp
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.records.database import Database
from painmap.records.errors import EditedElsewhere, RecordsError, RecordsProblem
from painmap.records.search import folded, searched_text
from painmap.records.tables import PATIENT


class PatientStore:
    """The patients of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, patient: Patient) -> None:
        """Store a new, stamped patient."""
        with self._database.writing() as connection:
            insert_patient(connection, patient)

    def change(self, patient: Patient) -> None:
        """Replace a patient by one whose stamp is one revision later.

        Raises
        ------
        ValueError
            Real or demonstration is decided once.
        EditedElsewhere
            The stored revision is not the one before.
        """
        with self._database.writing() as connection:
            stored = patient_in(connection, patient.id)
            if stored.kind is not patient.kind:
                raise ValueError("whether a patient is real or a demonstration is decided once")
            done = connection.execute(
                update(PATIENT)
                .where(PATIENT.c.id == patient.id)
                .where(PATIENT.c.revision == patient.stamp.revision - 1)
                .values(**_values(patient))
            )
            if done.rowcount != 1:
                raise EditedElsewhere(hint="Open the patient again to see what is recorded.")

    def get(self, patient_id: UUID) -> Patient:
        """Give one patient; RecordsError UNKNOWN if there is none of that id."""
        with self._database.reading() as connection:
            return patient_in(connection, patient_id)

    def find(self, text: str = "") -> tuple[Patient, ...]:
        """Every patient whose name, birth date or number has all the words of `text` in it."""
        query = select(PATIENT)
        for word in folded(text).split():
            query = query.where(PATIENT.c.folded.contains(word, autoescape=True))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        found = [_patient_of(row) for row in rows]
        return tuple(sorted(found, key=lambda each: (folded(each.name), each.id)))


def insert_patient(connection: Connection, patient: Patient) -> None:
    """Add a row for a stamped patient."""
    connection.execute(insert(PATIENT).values(id=patient.id, **_values(patient)))


def patient_or_none(connection: Connection, patient_id: UUID) -> Patient | None:
    row = connection.execute(select(PATIENT).where(PATIENT.c.id == patient_id)).one_or_none()
    return None if row is None else _patient_of(row)


def patient_in(connection: Connection, patient_id: UUID) -> Patient:
    """Give one patient; RecordsError UNKNOWN if there is none of that id."""
    patient = patient_or_none(connection, patient_id)
    if patient is None:
        raise RecordsError(RecordsProblem.UNKNOWN, thing="patient")
    return patient


def _values(patient: Patient) -> dict[str, Any]:
    return {
        "kind": patient.kind.value,
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "birth_date": patient.birth_date,
        "sex": patient.sex.value if patient.sex else None,
        "record_number": patient.record_number,
        "institution": patient.institution,
        "folded": searched_text(patient),
        "revision": patient.stamp.revision,
        "author": patient.stamp.author,
        "at": patient.stamp.at,
    }


def _patient_of(row: Row[Any]) -> Patient:
    return Patient(
        id=row.id,
        kind=PatientKind(row.kind),
        family_name=row.family_name,
        given_name=row.given_name,
        birth_date=row.birth_date,
        sex=Sex(row.sex) if row.sex else None,
        record_number=row.record_number,
        institution=row.institution,
        stamp=Stamp(row.revision, row.author, row.at),
    )
