"""The log tells what happened, and of nobody."""

import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from painmap.domain.patient import Patient, PatientKind
from painmap.services import logbook as logbook_module
from painmap.services.clinic import Clinic
from painmap.services.data_folder import log_folder
from painmap.services.logbook import (
    FILE_NAME,
    REPLACEMENT,
    Secrets,
    install,
    uninstall,
)

log = logging.getLogger("painmap.test")


@pytest.fixture
def words() -> Secrets:
    return Secrets()


@pytest.fixture
def logbook(tmp_path: Path, words: Secrets) -> Iterator[Path]:
    handler = install(tmp_path, words)
    yield log_folder(tmp_path) / FILE_NAME
    uninstall(handler)


def test_what_happened_is_written_with_time_and_place(logbook: Path) -> None:
    log.info("study attached, %d slices", 90)

    assert "INFO painmap.test: study attached, 90 slices" in logbook.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    ["bad value 'Doe^Peter' in element", "DOE^PETER^M^^=山田^太郎", "ﾔﾏﾀﾞ^ﾀﾛｳ", "Sample^Lumbar"],
)
def test_a_dicom_name_is_removed_though_nobody_registered_it(logbook: Path, text: str) -> None:
    log.info(text)

    written = logbook.read_text(encoding="utf-8")
    assert REPLACEMENT in written
    for part in ("Doe", "DOE", "PETER", "太郎", "ﾀﾛｳ", "Sample"):
        assert part not in written


def test_registered_names_and_numbers_are_removed_in_any_case(
    logbook: Path, words: Secrets
) -> None:
    words.add(["Müller", "Anna Maria", "PID-4711", "Li", ""])

    log.info("cannot open /mnt/MÜLLER_anna/PID-4711/x.dcm for Li in the list")

    written = logbook.read_text(encoding="utf-8").lower()
    for part in ("müller", "anna", "4711"):
        assert part not in written
    assert "for (removed) in the list" in written


@pytest.mark.parametrize(
    ("names", "text", "clean"),
    [
        (("李", "明"), "not read: 李明.dcm", "not read: (removed)(removed).dcm"),
        (("李", "明"), "患者李明的CT", "患者(removed)(removed)的CT"),
        (("山田", "太郎"), "CT_山田太郎様_2024", "CT_(removed)(removed)様_2024"),
        (("山田・太郎",), "太郎さん", "(removed)さん"),
        (("김", "민준"), "환자 김민준의 CT", "환자 (removed)(removed)의 CT"),
        (("Doe", "Jane"), "Doe患者 doe_jane_1", "(removed)患者 (removed)_(removed)_1"),
        (("Jane",), "不明Jane", "不明(removed)"),
        (("Ö", "Я"), "Ö_Я Öl Яма", "(removed)_(removed) Öl Яма"),
        (("A", "7"), "A scan of 7 slices", "A scan of 7 slices"),
        (("Li",), "Lisbon list of Li1 and Li", "Lisbon list of Li1 and (removed)"),
    ],
)  # fmt: skip
def test_a_name_is_removed_in_every_script_where_it_stands_as_a_word(
    words: Secrets, names: tuple[str, ...], text: str, clean: str
) -> None:
    words.add(names)

    assert words.removed_from(text) == clean


def test_a_traceback_is_cleaned_too(logbook: Path, words: Secrets) -> None:
    words.add(["Peterson"])

    try:
        raise ValueError("no such file: Peterson.dcm")
    except ValueError:
        log.info("reading failed", exc_info=True)

    written = logbook.read_text(encoding="utf-8")
    assert "Traceback" in written
    assert "Peterson" not in written


def test_other_libraries_do_not_write_here(logbook: Path) -> None:
    logging.getLogger("pydicom").info("Doe^Peter")

    assert not logbook.exists()


def test_a_folder_that_cannot_be_written_to_is_no_reason_not_to_work(tmp_path: Path) -> None:
    handler = install(tmp_path / "nowhere")
    try:
        log.info("goes nowhere")
    finally:
        uninstall(handler)


def test_a_patient_whose_visit_is_opened_stays_out_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logbook_module, "secrets", Secrets())
    clinic = Clinic.open(tmp_path, author="dr")
    patient = Patient(uuid4(), PatientKind.REAL, "Zwölfer", "Quirin", record_number="N-0815")
    try:
        clinic.add_patient(patient)
        clinic.new_visit(patient.id)
    finally:
        clinic.close()

    text = logbook_module.secrets.removed_from("Quirin zwölfer, N-0815, was seen")

    assert text == "(removed) (removed), (removed), was seen"
