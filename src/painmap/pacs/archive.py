"""What every archive can do, whatever it speaks: answer, find, list, fetch."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from painmap.domain.progress import Job
from painmap.imaging.header import PatientIdentity
from painmap.pacs.errors import PacsError, PacsProblem

MOST_STUDIES = 200
"""More than this are not read by anybody; the search has to be narrowed."""

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
MOST_UID = 64
"""Signs of a UID (DICOM PS3.5 9.1)."""


@dataclass(frozen=True, slots=True)
class StudyQuery:
    """What is looked for; empty fields are not asked.

    Parameters
    ----------
    family_name, given_name : str
        Beginnings; without a wildcard.
    patient_id : str
        Exactly.
    birth_date : date or None
    since, until : date or None
        First and last day of the study.
    modality : str
        Such as "CT"; empty: any.
    """

    family_name: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    since: date | None = None
    until: date | None = None
    modality: str = "CT"

    @property
    def is_empty(self) -> bool:
        """Whether it would list everything that there is."""
        words = (self.family_name, self.given_name, self.patient_id)
        dates = (self.birth_date, self.since, self.until)
        return not any(word.strip(" *?") for word in words) and not any(dates)


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """A study as the PACS describes it; the person stays in memory and out of `repr`.

    Parameters
    ----------
    series_count, picture_count : int or None
        None: the PACS does not say.
    """

    study_uid: str
    identity: PatientIdentity = field(repr=False)
    study_date: date | None = None
    description: str = ""
    modalities: tuple[str, ...] = ()
    series_count: int | None = None
    picture_count: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Studies that were found; `cut` when the PACS had more than are listed."""

    studies: tuple[FoundStudy, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class FoundSeries:
    """A series of a study, and what it should consist of.

    Parameters
    ----------
    count : int or None
        Pictures, as the PACS counts them; None: it does not say.
    sop_uids : tuple of str
        Of its pictures; empty when the PACS does not list them.
    """

    series_uid: str
    modality: str = ""
    description: str = ""
    count: int | None = None
    sop_uids: tuple[str, ...] = ()

    @property
    def expected(self) -> int | None:
        """How many pictures must be here before it is whole; the larger of both counts."""
        listed = len(self.sop_uids) or None
        return max((n for n in (self.count, listed) if n is not None), default=None)


@dataclass(frozen=True, slots=True)
class Order:
    """What is fetched.

    Parameters
    ----------
    series : mapping of str to tuple of str
        SOP Instance UIDs wanted of each Series Instance UID; an empty tuple: all of it.
    """

    study_uid: str
    series: Mapping[str, tuple[str, ...]]

    @property
    def count(self) -> int | None:
        """How many pictures are wanted; None when a whole series is."""
        numbers = [len(uids) for uids in self.series.values()]
        return sum(numbers) if all(numbers) else None


@dataclass(frozen=True, slots=True)
class Picture:
    """One object that arrived, as the bytes of a DICOM file."""

    series_uid: str
    sop_uid: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a fetch ended.

    Parameters
    ----------
    failed : int
        Pictures that the PACS says it could not send.
    sent : mapping of str to int
        Pictures that it says it sent, by series.
    """

    failed: int = 0
    sent: Mapping[str, int] = field(default_factory=dict)


Keep = Callable[[Picture], None]
"""Puts a picture away; may raise OSError, which ends the fetch."""


class Archive(Protocol):
    """A PACS. Every job opens its own connection, and closes it whatever happens.

    All raise `PacsError`, and can be stopped at any moment.
    """

    def echo(self) -> Job[None]:
        """Find out whether it answers, and takes the login."""

    def find(self, query: StudyQuery) -> Job[Finding]:
        """Search for studies."""

    def contents(self, study_uid: str, modality: str = "") -> Job[tuple[FoundSeries, ...]]:
        """List the series of a study, of one modality or all, with what each consists of."""

    def fetch(self, order: Order, keep: Keep) -> Job[Delivery]:
        """Fetch pictures; `keep` is called for each, on a thread of the archive."""


def is_uid(text: str) -> bool:
    """Whether a text has the form of a UID; leading zeros are let pass, as in the field."""
    return len(text) <= MOST_UID and _UID.fullmatch(text) is not None


def checked_uid(text: str) -> str:
    """Give `text` if it is a UID.

    Raises
    ------
    PacsError
        It is none; file names and requests are built of UIDs.
    """
    if not is_uid(text):
        raise PacsError(PacsProblem.BAD_UID)
    return text


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds.

    Parameters
    ----------
    connect : float
        For the connection.
    answer : float
        For the next sign of life after that; archives with tapes are slow.
    """

    connect: float = 8.0
    answer: float = 60.0
