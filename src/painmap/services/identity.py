"""Whether a study shows the patient whose record is open, and what a study is a picture of.

What the study says of another person is held in memory for the question on screen only;
it has no place in a record, a report or a log, and `repr` does not show it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.sentences import day_words
from painmap.domain.study import Agreement, IdentityCheck, Origin
from painmap.imaging.header import PatientIdentity
from painmap.services.names import (
    Match,
    dicom_groups,
    folded,
    groups_in_words,
    isolated,
    match,
    tokens,
)

_SEX = {"M": Sex.MALE, "F": Sex.FEMALE, "O": Sex.OTHER}
_NOTHING = "not recorded"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, for the question on screen; never stored, never logged.

    Parameters
    ----------
    what : str
        "name", "birth date", "sex" or "record number".
    study_says, record_says : str
    """

    what: str
    study_says: str = field(repr=False)
    record_says: str = field(repr=False)

    @property
    def words(self) -> str:
        """Such as "birth date: 3 March 1960 in the study, 4 March 1960 in the record"."""
        return f"{self.what}: {self.study_says} in the study, {self.record_says} in the record"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A study's identity held against a patient's.

    Parameters
    ----------
    check : IdentityCheck
        What is stored.
    differences : tuple of Difference
        What the question shows.
    shown_number : str
        Patient ID of the study where it cannot be compared; shown, not asked.
    """

    check: IdentityCheck
    differences: tuple[Difference, ...]
    shown_number: str = field(default="", repr=False)

    @property
    def quiet_line(self) -> str:
        """Such as "name and sex agree, birth date unknown"."""
        return quiet_line(self.check)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What differs without any person's data; this may be stored."""
        return tuple(each.what for each in self.differences)


class StudyRule(StrEnum):
    """Why a study may not be attached at all; the value is the sentence."""

    SYNTHETIC_ON_REAL = (
        "This study is synthetic and shows nobody; it can be attached to a demonstration patient "
        "only."
    )
    SAMPLE_ON_REAL = (
        "This study is a public sample of somebody else; it can be attached to a demonstration "
        "patient only."
    )
    PERSON_ON_DEMONSTRATION = (
        "This study shows a person; it can be attached to a real patient only, and this record is "
        "a demonstration."
    )


SAMPLE_QUESTION = (
    "The study says that its identity was removed. Is it a public sample, made for teaching "
    "or research?"
)


def compare(identity: PatientIdentity, patient: Patient) -> Comparison:
    """Hold a study's identity against the patient's.

    An initial, a missing given name or exchanged names count as the same name only where
    the birth date agrees.
    """
    birth_date = _agreement(identity.birth_date, patient.birth_date)
    sex = _agreement(_SEX.get(identity.sex), patient.sex)
    check = IdentityCheck(
        name=_compare_name(identity, patient, sure_of_birth=birth_date is Agreement.SAME),
        birth_date=birth_date,
        sex=sex,
        record_number=_compare_number(identity, patient),
    )
    said = (
        ("name", check.name, shown_name(identity), isolated(patient.name)),
        ("birth date", birth_date, _day(identity.birth_date), _day(patient.birth_date)),
        ("sex", sex, _sex(_SEX.get(identity.sex)), _sex(patient.sex)),
        ("record number", check.record_number, identity.id, patient.record_number),
    )
    differences = tuple(
        Difference(what, study, record)
        for what, agreement, study, record in said
        if agreement is Agreement.DIFFERENT
    )
    shown = identity.id if check.record_number is Agreement.UNKNOWN else ""
    return Comparison(check, differences, shown)


def not_compared() -> Comparison:
    """Give the comparison of a study that shows no patient of this record, by its origin."""
    unknown = Agreement.UNKNOWN
    return Comparison(IdentityCheck(name=unknown, birth_date=unknown, sex=unknown), ())


def _compare_name(identity: PatientIdentity, patient: Patient, *, sure_of_birth: bool) -> Agreement:
    groups = dicom_groups(identity.name)
    if not groups:
        return Agreement.UNKNOWN
    best = max(
        match(patient.family_name, patient.given_name, family, given) for family, given in groups
    )
    same = best is Match.STRONG or (best is Match.WEAK and sure_of_birth)
    return Agreement.SAME if same else Agreement.DIFFERENT


def _compare_number(identity: PatientIdentity, patient: Patient) -> Agreement:
    """Compare the numbers only where the same house gave both."""
    houses = {folded(identity.issuer), folded(identity.institution)} - {""}
    if folded(patient.institution) not in houses:
        return Agreement.UNKNOWN
    ours, theirs = patient.record_number.strip(), identity.id.strip()
    if not ours or not theirs:
        return Agreement.UNKNOWN
    return _agreement(ours.casefold(), theirs.casefold())


def _agreement(study: object, record: object) -> Agreement:
    if study is None or record is None:
        return Agreement.UNKNOWN
    return Agreement.SAME if study == record else Agreement.DIFFERENT


def _day(day: date | None) -> str:
    return day_words(day) if day else _NOTHING


def _sex(sex: Sex | None) -> str:
    return sex.value if sex else _NOTHING


def shown_name(identity: PatientIdentity) -> str:
    """Name of the study's person for the screen, all its groups; "no name" if there is none."""
    return groups_in_words(identity.name) or "no name"


def quiet_line(check: IdentityCheck) -> str:
    """Say in one line how the identity agrees."""
    items = {
        "name": check.name,
        "birth date": check.birth_date,
        "sex": check.sex,
    }
    if check.record_number is not Agreement.UNKNOWN:
        items["record number"] = check.record_number
    parts = []
    for agreement, one, many in (
        (Agreement.SAME, "agrees", "agree"),
        (Agreement.DIFFERENT, "differs", "differ"),
        (Agreement.UNKNOWN, "unknown", "unknown"),
    ):
        names = [name for name, found in items.items() if found is agreement]
        if names:
            listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
            parts.append(f"{listed} {many if names[1:] else one}")
    return ", ".join(parts)


def refusal(origin: Origin, kind: PatientKind) -> StudyRule | None:
    """Give the rule that forbids attaching a study of `origin` to a patient of `kind`."""
    if kind is PatientKind.DEMONSTRATION:
        return StudyRule.PERSON_ON_DEMONSTRATION if origin is Origin.PERSON else None
    if origin is Origin.SYNTHETIC:
        return StudyRule.SYNTHETIC_ON_REAL
    return StudyRule.SAMPLE_ON_REAL if origin is Origin.PUBLIC_SAMPLE else None


def origin_by_itself(
    *, synthetic: Iterable[bool], series_uids: Iterable[str], samples: frozenset[str]
) -> Origin:
    """Say what a study is a picture of, as far as it can be told without a question.

    Parameters
    ----------
    synthetic : iterable of bool
        For each series, whether its header says so; all must.
    series_uids : iterable of str
    samples : frozenset of str
        Series Instance UIDs of the public samples.
    """
    flags = list(synthetic)
    if flags and all(flags):
        return Origin.SYNTHETIC
    return Origin.PERSON if samples.isdisjoint(series_uids) else Origin.PUBLIC_SAMPLE


def another_person(one: PatientIdentity, other: PatientIdentity) -> bool:
    """Whether two objects show two persons, as far as they say; what is missing says nothing.

    Numbers count only where a name is missing: two houses number one person differently.
    """
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return True
    ours, theirs = dicom_groups(one.name), dicom_groups(other.name)
    if ours and theirs:
        return all(match(*a, *b) is Match.NONE for a in ours for b in theirs)
    numbers = one.id.strip().casefold(), other.id.strip().casefold()
    return all(numbers) and numbers[0] != numbers[1]


def person_key(identity: PatientIdentity) -> tuple[object, ...]:
    """Give what tells the persons of one disc apart; for memory only."""
    groups = dicom_groups(identity.name)[:1]
    words = sorted(min(word) for family, given in groups for word in tokens(f"{family} {given}"))
    return (tuple(words), identity.birth_date, identity.id.strip().casefold())


def identity_hash(identity: PatientIdentity, key: bytes) -> str:
    """Give a keyed hash of a study's identity: it can be compared, and not be read.

    Parameters
    ----------
    key : bytes
        Secret of the data folder; without it the hash tells nothing.
    """
    words, birth_date, number = person_key(identity)
    text = repr((words, str(birth_date), number, identity.sex)).encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def name_words(identity: PatientIdentity) -> tuple[str, ...]:
    """List the words of a name and the number that no report and no log may hold."""
    words = [w for pair in dicom_groups(identity.name) for part in pair for w in part.split()]
    return tuple(word for word in (*words, identity.id.strip()) if word)
