"""The demonstration: a patient without a person, and the synthetic lumbar CT."""

from datetime import date
from pathlib import Path
from shutil import rmtree
from uuid import UUID

from painmap.domain.ids import new_id
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.progress import Job
from painmap.domain.visit import VisitKind
from painmap.phantom import PhantomOptions, make_phantom, write_series
from painmap.services.clinic import Clinic
from painmap.services.open_visit import OpenVisit

FAMILY_NAME = "Phantom"
GIVEN_NAME = "Painmap"
"""The name in the synthetic series, so that comparing identities finds the same."""

SERIES_FOLDER = "demo-ct"


def preparing_demo_series(data_folder: Path, options: PhantomOptions | None = None) -> Job[Path]:
    """Make the synthetic series in the data folder, unless it is there; give its folder.

    It is written beside and renamed, so that a half-written series is never found.
    """
    folder = data_folder / SERIES_FOLDER
    if folder.is_dir():
        return folder
    part = data_folder / f"{SERIES_FOLDER}.part"
    rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        phantom = yield from make_phantom(options or PhantomOptions())
        yield from write_series(phantom, part)
        part.rename(folder)
    finally:
        rmtree(part, ignore_errors=True)
    return folder


def demo_patient(clinic: Clinic) -> Patient:
    """Give the demonstration patient, created when there is none yet. Blocks."""
    for card in clinic.patients(FAMILY_NAME):
        if card.patient.kind is PatientKind.DEMONSTRATION:
            return card.patient
    return clinic.add_patient(
        Patient(
            id=new_id(),
            kind=PatientKind.DEMONSTRATION,
            family_name=FAMILY_NAME,
            given_name=GIVEN_NAME,
            birth_date=date(1970, 1, 1),
            sex=Sex.OTHER,
            record_number="PHANTOM-1",
        )
    )


def demo_visit(clinic: Clinic) -> OpenVisit:
    """Open the demonstration patient's unfinished visit, or begin one. Blocks."""
    patient = demo_patient(clinic)
    drafts: tuple[UUID, ...] = tuple(
        visit.id for visit in clinic.visits_of(patient.id) if visit.is_draft
    )
    if drafts:
        return clinic.open_visit(drafts[0])
    return clinic.new_visit(patient.id, VisitKind.FIRST)
