"""Rule, question or quiet line: what stands between a study and a record."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from pydicom.dataset import Dataset

from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.progress import run_to_end
from painmap.domain.study import Agreement, IdentityAnswer, Origin, RefusalOutcome
from painmap.services.attaching import answered, consider, refused
from painmap.services.identity import SAMPLE_QUESTION, StudyRule
from painmap.services.studies import StudyOnDisk, scanning_folder
from tests.support import ct


def patient(kind: PatientKind = PatientKind.REAL, family: str = "Doe") -> Patient:
    return Patient(uuid4(), kind, family, "Jane", date(1970, 1, 31), Sex.FEMALE)


def study(folder: Path, *, synthetic: bool = False, deidentified: bool = False) -> StudyOnDisk:
    def edit(dataset: Dataset, _: int) -> None:
        if deidentified:
            dataset.PatientIdentityRemoved = "YES"

    ct.write_series(folder, count=3, synthetic=synthetic, edit=edit)
    (found,) = run_to_end(scanning_folder(folder)).studies
    return found


def test_the_patients_own_study_is_attached_with_a_quiet_line(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient())

    assert found.attaches_quietly
    assert found.quiet_line == "name, birth date and sex agree"


def test_another_persons_study_is_asked(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(family="Roe"))

    assert not found.attaches_quietly
    assert found.rule is None
    assert found.comparison.kinds == ("name",)


def test_a_persons_study_stays_out_of_a_demonstration(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(PatientKind.DEMONSTRATION))

    assert found.rule is StudyRule.PERSON_ON_DEMONSTRATION
    assert not found.attaches_quietly


def test_a_synthetic_study_is_for_demonstrations_and_is_not_compared(tmp_path: Path) -> None:
    found = study(tmp_path, synthetic=True)

    demonstration = consider(found, patient(PatientKind.DEMONSTRATION, family="Nobody"))
    real = consider(found, patient())

    assert demonstration.attaches_quietly
    assert demonstration.quiet_line.startswith("synthetic: shows nobody")
    assert real.rule is StudyRule.SYNTHETIC_ON_REAL


@pytest.mark.parametrize("kind", list(PatientKind))
def test_a_study_without_identity_asks_first_whether_it_is_a_sample(
    tmp_path: Path, kind: PatientKind
) -> None:
    found = consider(study(tmp_path, deidentified=True), patient(kind))

    assert found.question == SAMPLE_QUESTION
    assert found.rule is None
    assert not found.attaches_quietly


def test_the_answer_decides_where_a_study_without_identity_may_go(tmp_path: Path) -> None:
    found = study(tmp_path, deidentified=True)
    demonstration = patient(PatientKind.DEMONSTRATION)

    sample = consider(found, demonstration, public_sample=True)

    assert sample.attaches_quietly
    assert sample.origin is Origin.PUBLIC_SAMPLE
    assert consider(found, patient(), public_sample=True).rule is StudyRule.SAMPLE_ON_REAL
    assert consider(found, patient(), public_sample=False).attaches_quietly
    assert (
        consider(found, demonstration, public_sample=False).rule
        is StudyRule.PERSON_ON_DEMONSTRATION
    )


def test_calling_a_persons_study_a_sample_changes_nothing(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(), public_sample=True)

    assert found.origin is Origin.PERSON
    assert found.attaches_quietly


def test_what_is_recorded_of_an_answer_and_a_refusal_names_nobody(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(family="Roe"))

    check = answered(found.comparison.check, IdentityAnswer.NAME_CHANGED, " married ")
    refusal = refused(found.comparison, RefusalOutcome.CLOSED)

    assert (check.name, check.answer, check.remark) == (
        Agreement.DIFFERENT,
        IdentityAnswer.NAME_CHANGED,
        "married",
    )
    assert refusal.differences == ("name",)
    assert "Doe" not in repr(refusal)
