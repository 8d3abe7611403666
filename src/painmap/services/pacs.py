"""Work with a PACS: which archive a profile means, searching for a patient, fetching a study."""

from collections.abc import Iterator
from dataclasses import replace

from painmap.domain.patient import Patient, PatientKind
from painmap.domain.progress import Job, Progress
from painmap.pacs.archive import (
    Archive,
    Delivery,
    Finding,
    FoundSeries,
    FoundStudy,
    Order,
    Patience,
    StudyQuery,
)
from painmap.pacs.dicomweb import DicomwebArchive
from painmap.pacs.dimse import DimseArchive
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.node import Auth, Kind, Node, Retrieve
from painmap.services.identity import compare, name_words
from painmap.services.logbook import secrets
from painmap.services.pacs_arrival import Arrival
from painmap.services.pacs_ledger import Held
from painmap.services.pacs_store import PacsStore

__all__ = [
    "Archive",
    "Auth",
    "Finding",
    "FoundStudy",
    "Held",
    "Kind",
    "Node",
    "PacsError",
    "PacsProblem",
    "PacsStore",
    "Retrieve",
    "StudyQuery",
    "archive_for",
    "differing",
    "query_for",
    "retrieving",
    "searching",
]

FETCHING = "Fetching pictures"


def archive_for(node: Node, secret: str = "", patience: Patience | None = None) -> Archive:
    """Give the archive that a profile means.

    Parameters
    ----------
    secret : str
        Password or token, where `node.needs_secret`.
    """
    if node.kind is Kind.DICOMWEB:
        return DicomwebArchive(node, secret, patience)
    return DimseArchive(node, patience)


def query_for(patient: Patient) -> StudyQuery:
    """Give what is asked for a patient: CT by what the record holds of the person."""
    return StudyQuery(
        family_name=patient.family_name,
        given_name=patient.given_name,
        patient_id=patient.record_number,
        birth_date=patient.birth_date,
    )


def differing(study: FoundStudy, patient: Patient) -> tuple[str, ...]:
    """Name what differs between a found study and the patient: "name", "birth date", "sex"."""
    if patient.kind is PatientKind.DEMONSTRATION:
        return ()  # nobody's study can differ from somebody who does not exist
    return compare(study.identity, patient).kinds


def searching(archive: Archive, query: StudyQuery) -> Job[Finding]:
    """Search for studies, the newest first.

    A name that is not found is asked again in capitals: many archives hold names so, and
    not all of them look past that.

    Raises
    ------
    PacsError
    """
    if query.is_empty:
        raise PacsError(PacsProblem.TOO_WIDE)
    finding = yield from archive.find(query)
    capitals = replace(
        query, family_name=query.family_name.upper(), given_name=query.given_name.upper()
    )
    if not finding.studies and not finding.cut and capitals != query:
        finding = yield from archive.find(capitals)
    for study in finding.studies:
        secrets.add(name_words(study.identity))
    newest = sorted(finding.studies, key=lambda each: str(each.study_date or ""), reverse=True)
    return Finding(tuple(newest), finding.cut)


def retrieving(
    archive: Archive, store: PacsStore, study: FoundStudy, *, source: str, modality: str
) -> Job[Held]:
    """Fetch what is missing of a study into the store; stopped at any moment, it can go on later.

    Parameters
    ----------
    source : str
        Name of the profile.
    modality : str
        Fetch only series of this modality; empty: all.

    Returns
    -------
    Held
        Whole, or as far as the PACS gave it.

    Raises
    ------
    PacsError
        What has arrived until then is kept.
    """
    with store.busy(study.study_uid) as free:
        if not free:
            raise PacsError(PacsProblem.ALREADY)
        yield Progress(0, None, "Listing the series")
        series = yield from archive.contents(study.study_uid, modality)
        if not series:
            raise PacsError(PacsProblem.NOTHING_THERE)
        arrival = store.begin(study, series, source=source, modality=modality)
        order = arrival.missing
        if order.series:
            delivery = yield from _fetching(archive, arrival, order, series)
            arrival.counted(delivery.sent)
        return (yield from arrival.ending())


def _fetching(
    archive: Archive, arrival: Arrival, order: Order, series: tuple[FoundSeries, ...]
) -> Job[Delivery]:
    """Fetch, and count what was here before into the progress."""
    numbers = [each.expected for each in series]
    known = [number for number in numbers if number is not None]
    total = sum(known) if len(known) == len(numbers) else None
    before = total - order.count if total is not None and order.count is not None else 0
    yield Progress(before, total, FETCHING)
    job = archive.fetch(order, arrival.keep)
    try:
        return (yield from _shifted(job, before, total))
    finally:
        job.close()


def _shifted(job: Job[Delivery], before: int, total: int | None) -> Job[Delivery]:
    steps: Iterator[Progress] = job
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            delivery: Delivery = end.value
            return delivery
        yield Progress(before + step.done, total, FETCHING)
