from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.domain.edits import Page
from painmap.domain.patient import PatientKind, Sex
from painmap.domain.visit import VisitKind, VisitState
from painmap.ui.main_window import MainWindow
from painmap.ui.patient_form import date_from_text
from tests.ui.conftest import demonstration

Start = Callable[[], MainWindow]


def _wait(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0, timeout=10_000)


def test_the_program_lands_on_the_patient_list_and_never_in_a_record(
    start: Start, qtbot: QtBot
) -> None:
    window = start()
    patient = window.desk.clinic.add_patient(demonstration())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    _wait(window, qtbot)

    again = start()

    assert again.current_page is Page.TODAY
    assert not again.desk.is_open
    assert again.pages.today.list.count() == 1


def test_a_new_patient_needs_a_name_and_a_kind(window: MainWindow, qtbot: QtBot) -> None:
    today = window.pages.today
    today._new.click()

    today.form.hand_over()
    assert today.form.wrong.text() == "The family name is missing."
    QTest.keyClicks(today.form.family, "Okafor")
    today.form.hand_over()
    assert "real patient or a demonstration" in today.form.wrong.text()
    assert window.desk.clinic.patients("") == ()


def test_a_patient_is_created_as_typed_and_chosen(window: MainWindow, qtbot: QtBot) -> None:
    today = window.pages.today
    today._new.click()
    today.form.family.setText("Müller")  # QTest types ASCII only
    for edit, text in (
        (today.form.given, "Anna"),
        (today.form.birth, "12.05.1961"),
    ):
        QTest.keyClicks(edit, text)
    today.form.sex.chip(Sex.FEMALE).click()
    today.form.kind.chip(PatientKind.REAL).click()
    today.form._create.click()
    _wait(window, qtbot)

    (made,) = window.desk.clinic.patients("muller")

    assert made.patient.name == "Müller, Anna"
    assert made.patient.birth_date == date(1961, 5, 12)
    assert made.patient.kind is PatientKind.REAL
    assert today.chosen == made.patient.id
    assert today.detail.isVisible()


@pytest.mark.parametrize(
    ("family", "given", "typed"),
    [
        ("山田", "太郎", "山田"),
        ("홍", "길동", "길동"),
        ("王", "小东", "小东"),
        ("Διονυσίου", "Ελένη", "διον"),
        ("Фёдоров", "Семён", "федо"),
        ("قباني", "لنزار", "قبا"),
        ("שרון", "דבורה", "דבו"),
    ],
)
def test_a_patient_of_any_script_is_typed_shown_and_found(
    window: MainWindow, qtbot: QtBot, family: str, given: str, typed: str
) -> None:
    today = window.pages.today
    today._new.click()
    today.form.family.setText(family)
    today.form.given.setText(given)
    today.form.kind.chip(PatientKind.REAL).click()
    today.form._create.click()
    _wait(window, qtbot)

    (made,) = window.desk.clinic.patients(typed)

    assert (made.patient.family_name, made.patient.given_name) == (family, given)
    assert today.detail._name.text() == f"{family}, {given}"


@pytest.mark.parametrize("text", ["1961-05-12", "12.05.1961", "12/05/1961", "12 May 1961"])
def test_a_birth_date_is_read_day_first_or_year_first(text: str) -> None:
    assert date_from_text(text) == date(1961, 5, 12)


@pytest.mark.parametrize("text", ["31.02.1961", "soon", "12.05.2961", "05/13/1961", "1.1.1700"])
def test_a_birth_date_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no date of birth"):
        date_from_text(text)


def test_three_letters_and_enter_open_a_patients_draft_of_today(
    window: MainWindow, qtbot: QtBot
) -> None:
    clinic = window.desk.clinic
    for family in ("Okafor", "Phantom", "Sørensen"):
        patient = clinic.add_patient(demonstration(family))
        clinic.new_visit(patient.id, VisitKind.FIRST)

    QTest.keyClicks(window.pages.today.search, "sor")
    QTest.keyClick(window.pages.today.search, Qt.Key.Key_Return)
    _wait(window, qtbot)
    qtbot.waitUntil(lambda: window.desk.is_open)

    assert window.desk.open_visit.patient.family_name == "Sørensen"
    _wait(window, qtbot)
    assert window.current_page is Page.MAP


def test_drafts_stand_first(window: MainWindow, qtbot: QtBot) -> None:
    clinic = window.desk.clinic
    clinic.add_patient(demonstration("Alpha"))
    late = clinic.add_patient(demonstration("Zulu"))
    clinic.new_visit(late.id)

    window.pages.today.refresh()
    _wait(window, qtbot)

    assert window.pages.today._cards[0].patient.family_name == "Zulu"


def test_a_draft_of_another_day_asks_whether_to_continue_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    clinic, today = window.desk.clinic, window.pages.today
    patient = clinic.add_patient(demonstration())
    with patch.object(clinic, "_now", lambda: datetime(2026, 3, 12, 9, tzinfo=UTC)):
        old = clinic.new_visit(patient.id).visit
    today.choose(patient.id)
    _wait(window, qtbot)

    today.search.setFocus()
    QTest.keyClick(today.search, Qt.Key.Key_Return)

    assert not window.desk.is_open
    assert "draft of 12 March 2026" in today.detail._question_text.text()
    today.detail.continue_button.click()
    qtbot.waitUntil(lambda: window.desk.is_open)
    assert window.desk.open_visit.visit.id == old.id
    _wait(window, qtbot)


def test_a_new_visit_can_be_begun_beside_an_old_draft(window: MainWindow, qtbot: QtBot) -> None:
    clinic, today = window.desk.clinic, window.pages.today
    patient = clinic.add_patient(demonstration())
    with patch.object(clinic, "_now", lambda: datetime(2026, 3, 12, 9, tzinfo=UTC)):
        old = clinic.new_visit(patient.id).visit
    today.choose(patient.id)
    _wait(window, qtbot)

    today.detail.open_best()
    today.detail.today_button.click()
    qtbot.waitUntil(lambda: window.desk.is_open)
    _wait(window, qtbot)

    assert window.desk.open_visit.visit.id != old.id
    states = {visit.state for visit in clinic.visits_of(patient.id)}
    assert states == {VisitState.DRAFT}
    assert len(clinic.visits_of(patient.id)) == 2


def test_the_first_start_says_what_the_program_is_for_once(
    records_folder: Path, start: Start, window: MainWindow
) -> None:
    today = window.pages.today
    today.show_purpose()

    assert today._purpose.isVisible()
    today._purpose.read_button.click()
    assert not today._purpose.isVisible()
    assert not start().pages.today._purpose.isVisible()


def test_an_empty_list_says_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    today = window.pages.today
    assert today.nobody.isVisible()
    assert "New patient" in today.nobody.text()

    QTest.keyClicks(today.search, "xyz")
    qtbot.waitUntil(lambda: "Nobody fits" in today.nobody.text(), timeout=5000)
    today._new.click()

    assert today.form.family.text() == "xyz"
