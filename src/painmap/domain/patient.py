"""Who the patient is; nothing of DICOM."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from painmap.domain.items import UNSTAMPED, Stamp


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class PatientKind(StrEnum):
    """Whether a person stands behind the record; decided at creation, unchangeable.

    Synthetic and public sample studies attach to demonstration patients only, a person's
    study to a real patient only.
    """

    REAL = "real"
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient.

    Parameters
    ----------
    family_name, given_name : str
        As typed; the family name may not be empty.
    birth_date : date or None
    sex : Sex or None
        None: not recorded.
    record_number : str
        The institution's number for the patient; may be empty.
    institution : str
        Who gave that number (DICOM: Issuer of Patient ID or institution); may be empty.
    """

    id: UUID
    kind: PatientKind
    family_name: str
    given_name: str = ""
    birth_date: date | None = None
    sex: Sex | None = None
    record_number: str = ""
    institution: str = ""
    stamp: Stamp = UNSTAMPED

    def __post_init__(self) -> None:
        if not self.family_name.strip():
            raise ValueError("a patient needs a family name")

    @property
    def name(self) -> str:
        """Such as "Family, Given", or the family name alone."""
        return f"{self.family_name}, {self.given_name}" if self.given_name else self.family_name

    def age_on(self, day: date) -> int | None:
        """Whole years on `day`; None without a birth date."""
        if self.birth_date is None:
            return None
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before
