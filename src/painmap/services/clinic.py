"""Everything that the window asks of the records: patients, visits, blobs, documents.

All methods block; they belong on the records lane.
"""

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID
from weakref import WeakValueDictionary

from painmap.documents.visit_document import VisitDocument, blobs_of, load
from painmap.domain.ids import new_id
from painmap.domain.items import Stamp
from painmap.domain.patient import Patient
from painmap.domain.places import Sha256
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Visit, VisitKind, VisitState
from painmap.records.blobs import BlobStore
from painmap.records.database import Database
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.records.imports import ImportOutcome, ImportStatus, import_visit
from painmap.records.overview import VisitSummary, summaries
from painmap.records.patients import PatientStore
from painmap.records.study_files import StudyFiles, StudyFilesStore
from painmap.records.visits import VisitStore
from painmap.services.identity import refusal
from painmap.services.logbook import keep_out
from painmap.services.open_visit import OpenVisit
from painmap.services.series_index import SeriesIndex
from painmap.services.study_store import StudyStore

__all__ = ["Clinic", "ImportOutcome", "ImportStatus", "PatientCard", "VisitSummary"]

FEW_PATIENTS = 200
"""Up to so many patients are looked up by their ids."""


@dataclass(frozen=True, slots=True)
class PatientCard:
    """One line of the patient list.

    Parameters
    ----------
    drafts : tuple of VisitSummary
        Unfinished visits, the latest first.
    last_visit : VisitSummary or None
        The latest visit, finished or not.
    """

    patient: Patient
    drafts: tuple[VisitSummary, ...] = ()
    last_visit: VisitSummary | None = None


def _local_now() -> datetime:
    return datetime.now().astimezone()


def log_in() -> str:
    """The operating system's log-in of who sits here."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in a container
        return "unknown"


class Clinic:
    """The records of one data folder."""

    def __init__(self, database: Database, *, author: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._patients = PatientStore(database)
        self._visits = VisitStore(database)
        self._blobs = BlobStore(database)
        self._author = author
        self._now = now
        self._files = StudyFilesStore(database)
        self._open: WeakValueDictionary[UUID, OpenVisit] = WeakValueDictionary()
        self.index = SeriesIndex(database, today=lambda: now().date())
        self.store = StudyStore(database.path.parent)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        author: str | None = None,
        now: Callable[[], datetime] = _local_now,
        key: bytes | None = None,
    ) -> Self:
        """Open the records in `folder`; make them if there are none.

        Parameters
        ----------
        folder : Path
            The data folder; must lie on this computer.
        author : str or None
            Who works; None: the operating system's log-in.
        now : callable
            Gives the time, with its zone.
        key : bytes or None
            32 bytes that encrypt the database; None: not encrypted.

        Raises
        ------
        RecordsError
            The folder or the database in it cannot be used.
        """
        database = Database.open(folder, key=key)
        return cls(database, author=log_in() if author is None else author, now=now)

    @property
    def author(self) -> str:
        """Who works, for the status line."""
        return self._author

    @property
    def database_place(self) -> str:
        """Where the database is, for the status line."""
        return str(self._database.path)

    # --- patients

    def add_patient(self, patient: Patient) -> Patient:
        """Store a new patient, and give it stamped."""
        stamped = replace(patient, stamp=Stamp(1, self._author, self._now()))
        self._patients.add(stamped)
        keep_out(stamped)
        return stamped

    def change_patient(self, patient: Patient) -> Patient:
        """Store a patient's corrected data, and give it stamped.

        Parameters
        ----------
        patient : Patient
            With the stamp that it was read with.

        Raises
        ------
        EditedElsewhere
            It was changed since it was read.
        ValueError
            Real or demonstration is decided once.
        """
        stamp = Stamp(patient.stamp.revision + 1, self._author, self._now())
        stamped = replace(patient, stamp=stamp)
        self._patients.change(stamped)
        for each in list(self._open.values()):
            if each.patient.id == patient.id:
                each.patient_changed(stamped)
        return stamped

    def patient(self, patient_id: UUID) -> Patient:
        """Give one patient."""
        return self._patients.get(patient_id)

    def patients(self, text: str = "") -> tuple[PatientCard, ...]:
        """Patients that have all the words of `text`: drafts first, then the latest seen."""
        found = self._patients.find(text)
        # naming many patients to the database costs more than reading all
        few = len(found) <= FEW_PATIENTS
        visits = summaries(self._database, [each.id for each in found] if few else None)
        cards = []
        for patient in found:
            theirs = visits.get(patient.id, ())
            drafts = tuple(each for each in theirs if each.is_draft)
            cards.append(PatientCard(patient, drafts, theirs[0] if theirs else None))
        seen = sorted(cards, key=_last_seen, reverse=True)  # stable: names stay in order
        return tuple(sorted(seen, key=lambda card: not card.drafts))

    # --- visits

    def visits_of(self, patient_id: UUID) -> tuple[VisitSummary, ...]:
        """A patient's visits, the latest first."""
        return summaries(self._database, [patient_id]).get(patient_id, ())

    def new_visit(self, patient_id: UUID, kind: VisitKind = VisitKind.FIRST) -> OpenVisit:
        """Begin a visit; it has the patient's studies and landmarks from the start."""
        visit = Visit(id=new_id(), patient_id=patient_id, started=self._now(), kind=kind)
        self._visits.create(visit)
        return self.open_visit(visit.id)

    def open_visit(self, visit_id: UUID, *, fresh: bool = False) -> OpenVisit:
        """Read a visit to work on it; one that still waits to be stored is given as it is.

        Parameters
        ----------
        fresh : bool
            Read what is stored in any case.
        """
        live = self._open.get(visit_id)
        if live is not None and live.unsaved and not fresh:
            return live
        opened = OpenVisit.load(self._visits, visit_id, author=self._author, now=self._now)
        self._open[visit_id] = opened
        keep_out(opened.patient)
        return opened

    def stored_visit(self, visit_id: UUID) -> Visit:
        """Give a visit as it is stored, only to be read."""
        return self._visits.load(visit_id).visit

    def finish(self, visit_id: UUID) -> None:
        """Say that a visit is finished; everything of it that waits is stored first."""
        self.turn(visit_id, VisitState.FINISHED)

    def turn(self, visit_id: UUID, state: VisitState) -> None:
        """Finish a visit, or make it a draft again; an open visit learns of it."""
        opened = self._open.get(visit_id) or self.open_visit(visit_id)
        opened.set_state(state)

    def save_place(self, visit_id: UUID, place: Mapping[str, Any]) -> None:
        """Remember the page, series, slice and window; plain JSON values."""
        self._visits.save_place(visit_id, place)

    def place_of(self, visit_id: UUID) -> dict[str, Any]:
        """What `save_place` was given last; empty if nothing."""
        return self._visits.place(visit_id)

    # --- large content

    def put_blob(self, content: bytes) -> Sha256:
        """Store large content, and give the hash that names it."""
        return self._blobs.put(content)

    def blob(self, sha256: Sha256) -> bytes:
        """Give large content by its hash."""
        return self._blobs.get(sha256)

    # --- files of attached studies

    def keep_files(self, files: StudyFiles) -> None:
        """Note which files an attached study has, instead of what was noted before."""
        self._files.keep(files)

    def files_of(self, study_id: UUID) -> StudyFiles | None:
        """What was noted of the files of an attached study; None: nothing ever."""
        return self._files.of(study_id)

    def forget_files(self, study: AttachedStudy) -> None:
        """Forget all that is kept beside the record of a study: index, pictures, copies.

        For a study or a patient that is deleted; files outside the store are never touched.
        """
        folder = Path(study.folder)
        self.index.forget(folder, (study.study_uid,))
        self.store.remove(folder)
        self._files.forget(study.id)

    # --- documents

    def export_document(self, visit_id: UUID) -> VisitDocument:
        """Give everything that is stored of a visit as one document."""
        stored = self._visits.load(visit_id)
        items = [*stored.visit.items(), *(each.item for each in stored.tombstones)]
        return VisitDocument(
            written_at=self._now(),
            patient=stored.patient,
            visit=stored.visit,
            tombstones=stored.tombstones,
            blobs={sha: self._blobs.get(sha) for sha in blobs_of(items)},
        )

    def import_document(self, document: VisitDocument) -> ImportOutcome:
        """Store the visit of a document exactly as it is there; all of it or nothing.

        Raises
        ------
        RecordsError
            STUDY_REFUSED, DOCUMENT_DIFFERS, OTHER_PATIENT, STUDIES_DIFFER, VISIT_OF_OTHER.
        """
        check_origins(document)
        return import_visit(self._database, document)

    def import_file(self, path: Path) -> ImportOutcome:
        """Store the visit of a document that lies in a file.

        Raises
        ------
        DocumentError
            The file cannot be read as a visit.
        RecordsError
            As `import_document`.
        """
        return self.import_document(load(path))

    def integrity(self) -> str:
        """What is wrong with the database file: "ok", or the first complaint."""
        return self._database.integrity()

    def close(self) -> None:
        """Bring everything into the database file, and let go of it."""
        self._database.close()


def check_origins(document: VisitDocument) -> None:
    """Refuse a document whose attached studies may not lie in such a patient's record.

    Raises
    ------
    RecordsError
        STUDY_REFUSED.
    """
    for study in document.visit.attached_studies:
        rule = refusal(study.origin, document.patient.kind)
        if rule is not None:
            why = rule.value[:1].lower() + rule.value[1:]
            raise RecordsError(RecordsProblem.STUDY_REFUSED, why=why)


def _last_seen(card: PatientCard) -> float:
    return card.last_visit.started.timestamp() if card.last_visit else 0.0
