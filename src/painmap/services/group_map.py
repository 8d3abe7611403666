"""Where the patients of a clinic have pain: the share of them in each region, few never shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from painmap.bodymap.instruments_regions import RegionStatus, marked_regions
from painmap.domain.pain import AuthorLayer
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.progress import Job, Progress
from painmap.domain.visit import Visit
from painmap.services.catalogue import figures_of
from painmap.services.clinic import Clinic

LEAST_PATIENTS = 5
"""Fewer patients than these are never shown as a number (issue 3, When all else stands)."""


@dataclass(frozen=True, slots=True)
class GroupWanted:
    """Whose drawings are put together.

    Parameters
    ----------
    kind : PatientKind
        Real and demonstration patients are never put together.
    first, last : date
        Days of the visits, both included.
    """

    kind: PatientKind
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the range ends on {self.last}, before it begins on {self.first}")


@dataclass(frozen=True, slots=True)
class Case:
    """One patient's latest drawing.

    Parameters
    ----------
    regions : tuple of RegionStatus
        Those that are marked by the rule, each once.
    """

    patient_id: UUID
    kind: PatientKind
    regions: tuple[RegionStatus, ...]


@dataclass(frozen=True, slots=True)
class RegionShare:
    """How many of the patients have pain in a region; five or more.

    Parameters
    ----------
    id, words : str
        Of the region, the words with its side.
    count, of : int
    """

    id: str
    words: str
    count: int
    of: int

    def __post_init__(self) -> None:
        if not LEAST_PATIENTS <= self.count <= self.of:
            raise ValueError(f"{self.count} of {self.of} patients are not to be shown")

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.count / self.of


@dataclass(frozen=True, slots=True)
class GroupMap:
    """What may be shown of a group; neither regions with few patients nor their number.

    Parameters
    ----------
    patients : int or None
        None: fewer than five, so that nothing is shown.
    regions : tuple of RegionShare
        The largest first. A region that is not listed has fewer than five, which may be none.
    """

    wanted: GroupWanted
    patients: int | None
    regions: tuple[RegionShare, ...] = ()


def group_of(cases: Sequence[Case], wanted: GroupWanted) -> GroupMap:
    """Put drawings together.

    Raises
    ------
    ValueError
        A patient of the other kind, or one twice.
    """
    if any(case.kind is not wanted.kind for case in cases):
        raise ValueError("real and demonstration patients are never put together")
    if len({case.patient_id for case in cases}) < len(cases):
        raise ValueError("a patient counts once")
    if len(cases) < LEAST_PATIENTS:
        return GroupMap(wanted, None)
    words = {each.id: each.words for case in cases for each in case.regions}
    counts = Counter(region for case in cases for region in {each.id for each in case.regions})
    shares = [
        RegionShare(region, words[region], count, len(cases))
        for region, count in counts.items()
        if count >= LEAST_PATIENTS
    ]
    shares.sort(key=lambda each: (-each.count, each.words))
    return GroupMap(wanted, len(cases), tuple(shares))


def grouping(clinic: Clinic, wanted: GroupWanted) -> Job[GroupMap]:
    """Read the latest drawing in the range of every patient of the kind."""
    chosen = [card.patient for card in clinic.patients() if card.patient.kind is wanted.kind]
    cases = []
    for number, patient in enumerate(chosen):
        yield Progress(number, len(chosen), "Reading drawings")
        case = _latest_case(clinic, patient, wanted)
        if case is not None:
            cases.append(case)
    return group_of(cases, wanted)


def _latest_case(clinic: Clinic, patient: Patient, wanted: GroupWanted) -> Case | None:
    """The latest visit with a drawing; one on which nothing was asked says nothing of pain."""
    for summary in clinic.visits_of(patient.id):
        day = summary.started.astimezone().date()
        if wanted.first <= day <= wanted.last:
            visit = clinic.stored_visit(summary.id)
            if _was_asked(visit):
                return Case(patient.id, patient.kind, tuple(_marked(visit)))
    return None


def _was_asked(visit: Visit) -> bool:
    drawn = {mark.layer for mark in visit.marks} | {tick.layer for tick in visit.pain_free}
    closed = (a.value for a in visit.answers if a.item == "all_pains_recorded")
    return AuthorLayer.PATIENT in drawn or "yes" in closed


def _marked(visit: Visit) -> Iterable[RegionStatus]:
    return marked_regions(visit, AuthorLayer.PATIENT, figures_of(visit)).marked()
