"""Rule, question or quiet line: what stands between a study and a record."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from pydicom.dataset import Dataset

from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.places import Sha256
from painmap.domain.progress import run_to_end
from painmap.domain.study import (
    Agreement,
    AttachedStudy,
    IdentityAnswer,
    Origin,
    RefusalOutcome,
)
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.services.attaching import Consideration, answered, consider, consider_again, refused
from painmap.services.data_folder import identity_key
from painmap.services.identity import SAMPLE_QUESTION, StudyRule
from painmap.services.studies import StudyOnDisk, attached, scanning_folder
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


def quietly(found: Consideration) -> bool:
    """Whether nothing is to be asked before the study is attached."""
    return not found.question and found.rule is None and not found.comparison.check.differs


def test_the_patients_own_study_is_attached_with_a_quiet_line(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient())

    assert quietly(found)
    assert found.quiet_line == "name, birth date and sex agree"


def test_another_persons_study_is_asked(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(family="Roe"))

    assert not quietly(found)
    assert found.rule is None
    assert found.comparison.kinds == ("name",)


def test_a_persons_study_stays_out_of_a_demonstration(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(PatientKind.DEMONSTRATION))

    assert found.rule is StudyRule.PERSON_ON_DEMONSTRATION
    assert not quietly(found)


def test_a_synthetic_study_is_for_demonstrations_and_is_not_compared(tmp_path: Path) -> None:
    found = study(tmp_path, synthetic=True)

    demonstration = consider(found, patient(PatientKind.DEMONSTRATION, family="Nobody"))
    real = consider(found, patient())

    assert quietly(demonstration)
    assert demonstration.quiet_line.startswith("synthetic: shows nobody")
    assert real.rule is StudyRule.SYNTHETIC_ON_REAL


@pytest.mark.parametrize("kind", list(PatientKind))
def test_a_study_without_identity_asks_first_whether_it_is_a_sample(
    tmp_path: Path, kind: PatientKind
) -> None:
    found = consider(study(tmp_path, deidentified=True), patient(kind))

    assert found.question == SAMPLE_QUESTION
    assert found.rule is None
    assert not quietly(found)


def test_the_answer_decides_where_a_study_without_identity_may_go(tmp_path: Path) -> None:
    found = study(tmp_path, deidentified=True)
    demonstration = patient(PatientKind.DEMONSTRATION)

    sample = consider(found, demonstration, public_sample=True)

    assert quietly(sample)
    assert sample.origin is Origin.PUBLIC_SAMPLE
    assert consider(found, patient(), public_sample=True).rule is StudyRule.SAMPLE_ON_REAL
    assert quietly(consider(found, patient(), public_sample=False))
    assert (
        consider(found, demonstration, public_sample=False).rule
        is StudyRule.PERSON_ON_DEMONSTRATION
    )


def test_calling_a_persons_study_a_sample_changes_nothing(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(), public_sample=True)

    assert found.origin is Origin.PERSON
    assert quietly(found)


def test_what_is_recorded_of_an_answer_and_a_refusal_names_nobody(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(family="Roe"))

    check = answered(found.comparison.check, IdentityAnswer.NAME_CHANGED, " married ")
    refusal = refused(found, RefusalOutcome.CLOSED)

    assert (check.name, check.answer, check.remark) == (
        Agreement.DIFFERENT,
        IdentityAnswer.NAME_CHANGED,
        "married",
    )
    assert refusal.differences == ("name",)
    assert "Doe" not in repr(refusal)


def test_a_refusal_by_rule_says_the_origin_and_nothing_of_the_person(tmp_path: Path) -> None:
    found = consider(study(tmp_path), patient(PatientKind.DEMONSTRATION, family="Nobody"))

    refusal = refused(found, RefusalOutcome.LOOKED_ONLY)

    assert refusal.differences == ("origin: person",)


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    return made


def stored(folder: Path, data_folder: Path) -> tuple[AttachedStudy, bytes]:
    """A study as it was attached, with its report under the key of `data_folder`."""
    contents = run_to_end(scanning_folder(folder))
    (disk,) = contents.studies
    check = consider(disk, patient()).comparison.check
    row = attached(disk, origin=disk.origin, identity=check, import_report=Sha256("0" * 64))
    return row, contents.stored_report(disk, identity_key(data_folder))


def test_the_person_whom_a_study_showed_before_is_not_asked_about_again(
    tmp_path: Path, data_folder: Path
) -> None:
    disk = study(tmp_path / "mine")
    row, report = stored(tmp_path / "mine", data_folder)

    renamed = patient(family="Roe")
    again = consider_again(disk, row, renamed, blob=lambda _: report, data_folder=data_folder)

    assert again is None


def test_another_person_under_the_same_uid_is_asked_about(
    tmp_path: Path, data_folder: Path
) -> None:
    study(tmp_path / "mine")
    row, report = stored(tmp_path / "mine", data_folder)
    ct.write_series(tmp_path / "other", count=3, name="Roe^Rita", patient_id="P2")
    (other,) = run_to_end(scanning_folder(tmp_path / "other")).studies

    found = consider_again(other, row, patient(), blob=lambda _: report, data_folder=data_folder)

    assert found is not None
    assert found.comparison.kinds == ("name",)


@pytest.mark.parametrize("report", ["of another data folder", "damaged", "gone"])
def test_a_hash_that_tells_nothing_is_replaced_by_a_comparison(
    tmp_path: Path, data_folder: Path, report: str
) -> None:
    disk = study(tmp_path / "mine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    row, content = stored(tmp_path / "mine", elsewhere)

    def blob(_: Sha256) -> bytes:
        if report == "gone":
            raise RecordsError(RecordsProblem.UNKNOWN, thing="content")
        return b"{" if report == "damaged" else content

    found = consider_again(disk, row, patient(), blob=blob, data_folder=data_folder)

    assert found is not None
    assert quietly(found)


def test_what_was_called_a_public_sample_is_not_asked_about_again(
    tmp_path: Path, data_folder: Path
) -> None:
    disk = study(tmp_path / "mine", deidentified=True)
    row, _ = stored(tmp_path / "mine", data_folder)
    sample = replace(row, origin=Origin.PUBLIC_SAMPLE)

    found = consider_again(
        disk,
        sample,
        patient(PatientKind.DEMONSTRATION),
        blob=lambda _: b"",
        data_folder=data_folder,
    )

    assert found is not None
    assert quietly(found)
