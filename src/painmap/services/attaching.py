"""Whether a study may be attached to a patient: the rule, the question, or a quiet line."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from painmap.domain.errors import PainmapError
from painmap.domain.ids import new_id
from painmap.domain.patient import Patient
from painmap.domain.places import Sha256
from painmap.domain.study import (
    AttachedStudy,
    IdentityAnswer,
    IdentityCheck,
    Origin,
    RefusalOutcome,
    StudyRefusal,
)
from painmap.services.data_folder import identity_key
from painmap.services.identity import (
    SAMPLE_QUESTION,
    Comparison,
    StudyRule,
    compare,
    not_compared,
    refusal,
)
from painmap.services.import_report import from_json
from painmap.services.studies import StudyOnDisk, shows_same_person


@dataclass(frozen=True, slots=True)
class Consideration:
    """What stands between a study and a patient's record.

    Answer `question` first, by asking `consider` again with the answer. A `rule` ends it.
    Where `comparison.check.differs`, the doctor decides; else the study is attached with
    `comparison.quiet_line`.

    Parameters
    ----------
    origin : Origin
    question : str
        Whether it is a public sample; empty when that need not be asked.
    rule : StudyRule or None
        Why it may not be attached at all.
    comparison : Comparison
    """

    origin: Origin
    question: str
    rule: StudyRule | None
    comparison: Comparison

    @property
    def quiet_line(self) -> str:
        """How the identity agrees, or that nobody was there to compare."""
        if self.origin is Origin.PERSON:
            return self.comparison.quiet_line
        return f"{self.origin.value}: shows nobody of this record, identity not compared"


def consider(
    study: StudyOnDisk, patient: Patient, *, public_sample: bool | None = None
) -> Consideration:
    """Say whether `study` may be attached to `patient`.

    Parameters
    ----------
    public_sample : bool or None
        The answer to `Consideration.question`; None: not asked yet. It counts only where the
        study itself says that its identity was removed.
    """
    origin = study.origin
    asked = origin is Origin.PERSON and study.deidentified
    if asked and public_sample:
        origin = Origin.PUBLIC_SAMPLE
    question = SAMPLE_QUESTION if asked and public_sample is None else ""
    rule = None if question else refusal(origin, patient.kind)
    shows_somebody = origin is Origin.PERSON
    comparison = compare(study.identity, patient) if shows_somebody else not_compared()
    return Consideration(origin, question, rule, comparison)


_SAMPLE_BEFORE = {Origin.PUBLIC_SAMPLE: True, Origin.PERSON: False}
"""What was answered when the study was attached."""


def consider_again(
    disk: StudyOnDisk,
    study: AttachedStudy,
    patient: Patient,
    *,
    blob: Callable[[Sha256], bytes],
    data_folder: Path,
) -> Consideration | None:
    """Say whether files with the UID of an attached study show whom it showed; blocks.

    A UID may have been given twice. Where the stored hash cannot tell (another person, or a
    record that came from another data folder), the files are compared with the patient as a
    new study is, so that nobody is locked out.

    Parameters
    ----------
    blob : callable
        Gives large content by its hash.
    data_folder : Path
        Whose secret the hash was made with.

    Returns
    -------
    Consideration or None
        None: the same person as before, nothing is to be asked.
    """
    try:
        report = from_json(blob(study.import_report))
        if shows_same_person(disk, report, identity_key(data_folder)):
            return None
    except PainmapError:
        # gone or damaged: the headers alone must tell
        pass
    return consider(disk, patient, public_sample=_SAMPLE_BEFORE.get(study.origin))


def answered(check: IdentityCheck, answer: IdentityAnswer, remark: str = "") -> IdentityCheck:
    """Give the check with what the doctor answered to a difference."""
    return replace(check, answer=answer, remark=remark.strip())


def refused(found: Consideration, outcome: RefusalOutcome) -> StudyRefusal:
    """Give the record of a refusal: what differed, and nothing of the other person.

    Where a rule forbade it, what differed is the origin, such as "origin: synthetic".
    """
    by_rule = found.rule is not None
    differences = (f"origin: {found.origin.value}",) if by_rule else found.comparison.kinds
    return StudyRefusal(id=new_id(), outcome=outcome, differences=differences)
