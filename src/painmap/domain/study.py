"""A CT study that was attached to a patient, and how its identity was compared."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from painmap.domain.items import UNSTAMPED, Stamp
from painmap.domain.places import Sha256


class Origin(StrEnum):
    """What a study is a picture of."""

    PERSON = "person"
    SYNTHETIC = "synthetic"
    PUBLIC_SAMPLE = "public sample"


class Agreement(StrEnum):
    """How one item of the study's identity compares with the patient's."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class IdentityAnswer(StrEnum):
    """What the doctor answered when identities differed."""

    NOT_ASKED = "not asked"
    NAME_CHANGED = "same person, name changed"
    MISSPELT = "same person, misspelt"
    MERGED = "same person, records merged"
    OTHER_REASON = "same person, other reason"


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """The study's identity held against the patient's, without the other person's name.

    Parameters
    ----------
    name, birth_date, sex : Agreement
    record_number : Agreement
        UNKNOWN unless issuer or institution is the same.
    answer : IdentityAnswer
    remark : str
        The doctor's own words to the answer.
    """

    name: Agreement
    birth_date: Agreement
    sex: Agreement
    record_number: Agreement = Agreement.UNKNOWN
    answer: IdentityAnswer = IdentityAnswer.NOT_ASKED
    remark: str = ""

    @property
    def differs(self) -> bool:
        return Agreement.DIFFERENT in (self.name, self.birth_date, self.sex, self.record_number)


@dataclass(frozen=True, slots=True)
class AttachedStudy:
    """A study that belongs to the patient; visits look at it and annotate it.

    Parameters
    ----------
    study_uid : str
        Study Instance UID.
    description : str
        Study description, for people.
    study_date : date or None
    modality : str
    folder : str
        Where its files were read from.
    origin : Origin
    identity : IdentityCheck
    import_report : Sha256
        The import report, a JSON blob: files used, files skipped and why, warnings.
    detached : str
        Why it was detached; empty while it is attached.
    """

    id: UUID
    study_uid: str
    description: str
    study_date: date | None
    modality: str
    folder: str
    origin: Origin
    identity: IdentityCheck
    import_report: Sha256
    detached: str = ""
    stamp: Stamp = UNSTAMPED


def apart_from_report(study: AttachedStudy) -> AttachedStudy:
    """Give the study as the doctor knows it: the report about its files left out."""
    return replace(study, import_report=Sha256(""), stamp=UNSTAMPED)


class RefusalOutcome(StrEnum):
    CLOSED = "not this patient, closed"
    LOOKED_ONLY = "looked at only, nothing attached"


@dataclass(frozen=True, slots=True)
class StudyRefusal:
    """That a study was not attached, and what differed; never who else it shows."""

    id: UUID
    outcome: RefusalOutcome
    differences: tuple[str, ...]
    stamp: Stamp = UNSTAMPED
