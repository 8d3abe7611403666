"""The panel From PACS, through the window and against a real Orthanc."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from painmap.domain.edits import Page
from painmap.domain.study import Agreement
from painmap.domain.visit import VisitKind
from painmap.services.pacs import Auth, Kind, Node
from painmap.services.pacs_access import PacsAccess
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_panels import StartPanel
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from painmap.ui.pacs_form import PacsForm
from painmap.ui.pacs_panel import PacsPanel
from tests.support.ct_page import CtHands, demonstration, jane
from tests.support.hands import settle, wait_until
from tests.support.keyring import MemoryKeyring
from tests.support.orthanc import PASSWORD, TITLE, USER
from tests.support.pacs import AXIAL, JANE, PACKED, Loaded, node, through
from tests.support.relay import relay

pytestmark = pytest.mark.xdist_group("orthanc")

CT_OF_JANE = AXIAL + PACKED


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """A keyring that painmap takes for the system's."""
    kind = type("Keyring", (MemoryKeyring,), {"__module__": "keyring.backends.SecretService"})
    made: MemoryKeyring = kind()
    monkeypatch.setattr("keyring.get_keyring", lambda: made)
    return made


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.get_keyring", MemoryKeyring)


class PacsHands(CtHands):
    """A doctor at the panel."""

    @property
    def panel(self) -> PacsPanel:
        found = self.page.opening.panel
        assert isinstance(found, PacsPanel)
        return found

    @property
    def form(self) -> PacsForm:
        found = self.panel.form
        assert found is not None
        return found

    @property
    def access(self) -> PacsAccess:
        return self.page.doors.pacs.access

    def show(self) -> None:
        self.page.doors.show_pacs()
        self.settle()

    def search(self) -> None:
        self.panel.search_button.click()
        self.settle()

    def take(self) -> None:
        self.panel.take_button.click()
        self.wait(lambda: not self.page.doors.pacs.is_busy)
        self.settle()

    def cells(self, column: int) -> list[str]:
        table = self.panel.table
        items = [table.item(number, column) for number in range(table.rowCount())]
        return [item.text() for item in items if item is not None]


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, loaded_pacs: Loaded) -> PacsHands:
    """Jane's record, and a profile of the PACS."""
    made = PacsHands(desk, qtbot, jane(record_number="P1"))
    made.access.profiles.save(node(loaded_pacs.orthanc, "dimse-get"))
    return made


# --- the profile


def test_the_first_time_the_form_of_a_profile_is_shown(
    desk: Desk, qtbot: QtBot, loaded_pacs: Loaded
) -> None:
    hands = PacsHands(desk, qtbot, jane())
    hands.show()
    form = hands.form
    form.name.setText("Hospital")
    form.host.setText("127.0.0.1")
    form.port.setText(str(loaded_pacs.orthanc.dicom_port))
    form.title.setText("SOMEBODY")

    form.test_button.click()
    hands.settle()
    assert form.result.text().startswith("The PACS does not go by this AE title.")

    form.title.setText(TITLE)
    form.test_button.click()
    hands.settle()
    assert form.result.text() == "The PACS answers and takes this program."

    form.save_button.click()
    hands.settle()
    assert hands.panel.form is None
    assert hands.panel.profile.currentText() == "Hospital"
    assert [each.ae_title for each in hands.access.profiles()] == [TITLE]


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("name", "", "Give the profile a name."),
        ("host", "", "Type the address of the PACS"),
        ("title", "", "The AE title of the PACS"),
        ("port", "many", "A port is a number"),
    ],
)
def test_what_is_wrong_in_a_profile_is_said_and_nothing_is_kept(
    hands: PacsHands, field: str, text: str, says: str
) -> None:
    before = hands.access.profiles()
    hands.show()
    hands.panel.edit_button.click()
    getattr(hands.form, field).setText(text)

    hands.form.save_button.click()

    assert hands.form.result.text().startswith(says)
    assert hands.access.profiles() == before


def test_two_profiles_do_not_share_a_name(hands: PacsHands) -> None:
    hands.show()
    hands.panel.new_button.click()
    hands.form.name.setText("Hospital")
    hands.form.host.setText("x")
    hands.form.title.setText("X")

    hands.form.save_button.click()

    assert hands.form.result.text() == "There is a profile of this name already."


def test_a_profile_is_changed_and_removed(hands: PacsHands) -> None:
    hands.show()
    hands.panel.edit_button.click()
    hands.form.name.setText("Radiology")
    hands.form.save_button.click()
    hands.settle()
    assert [each.name for each in hands.access.profiles()] == ["Radiology"]

    hands.panel.edit_button.click()
    hands.form.remove_button.click()
    hands.settle()

    assert hands.access.profiles() == ()
    assert not hands.panel.search_button.isEnabled()


def test_only_the_fields_of_the_chosen_kind_are_shown(hands: PacsHands) -> None:
    hands.show()
    hands.panel.edit_button.click()
    form = hands.form
    assert form.host.isVisible()
    assert not form.url.isVisible()

    form.kind.chip(Kind.DICOMWEB).click()
    assert form.url.isVisible()
    assert not form.host.isVisible()
    assert not form.secret.isVisible()
    form.auth.chip(Auth.BASIC).click()
    assert form.secret.isVisible()
    form.kind.chip(Kind.DICOMWEB).click()  # what is chosen stays chosen
    assert form.url.isVisible()


def test_escape_leaves_the_form_and_then_the_panel(hands: PacsHands) -> None:
    hands.show()
    hands.panel.edit_button.click()

    QTest.keyClick(hands.form, Qt.Key.Key_Escape)
    assert hands.panel.form is None
    QTest.keyClick(hands.panel, Qt.Key.Key_Escape)

    assert isinstance(hands.page.opening.panel, StartPanel)


# --- passwords


def _web(loaded: Loaded) -> Node:
    return node(loaded.orthanc, "dicomweb")


def test_a_password_goes_into_the_keyring_and_is_used_from_there(
    hands: PacsHands, loaded_pacs: Loaded, keyring: MemoryKeyring, records_folder: Path
) -> None:
    hands.show()
    hands.panel.new_button.click()
    form = hands.form
    form.name.setText("Web")
    form.kind.chip(Kind.DICOMWEB).click()
    form.url.setText(loaded_pacs.orthanc.url)
    form.auth.chip(Auth.BASIC).click()
    form.user.setText(USER)
    form.secret.setText(PASSWORD)
    form.test_button.click()
    hands.settle()
    assert form.result.text() == "The PACS answers and takes this program."
    form.save_button.click()
    hands.settle()

    hands.search()

    assert keyring.kept == {("painmap PACS", "Web"): PASSWORD}
    assert hands.cells(0) == ["Doe, Jane"]
    assert not hands.panel.secret.isVisible()
    files = [file for file in records_folder.rglob("*") if file.is_file()]
    assert not any(PASSWORD.encode() in file.read_bytes() for file in files)


def test_a_renamed_profile_keeps_its_password(
    hands: PacsHands, loaded_pacs: Loaded, keyring: MemoryKeyring
) -> None:
    hands.access.profiles.save(replace(_web(loaded_pacs), name="Web"))
    keyring.set_password("painmap PACS", "Web", PASSWORD)
    hands.show()
    hands.panel.edit_button.click()
    hands.form.name.setText("Archive")

    hands.form.save_button.click()
    hands.settle()
    assert keyring.kept == {("painmap PACS", "Archive"): PASSWORD}

    hands.panel.edit_button.click()
    hands.form.remove_button.click()
    hands.settle()
    assert keyring.kept == {}


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_the_password_is_asked_and_kept_nowhere(
    hands: PacsHands, loaded_pacs: Loaded
) -> None:
    hands.access.profiles.save(replace(_web(loaded_pacs), name="Web"))
    hands.show()
    assert hands.panel.secret.isVisible()
    words = [each.text() for each in hands.panel.findChildren(QLabel) if each.isVisible()]
    assert any(text.startswith("This system has no keyring") for text in words)

    hands.search()
    assert hands.panel.said.text().startswith("The password or token for this PACS is missing.")
    hands.panel.secret.setText(PASSWORD)
    hands.search()

    assert hands.cells(0) == ["Doe, Jane"]


# --- search


def test_the_search_is_filled_from_the_patient(hands: PacsHands) -> None:
    hands.show()

    query = hands.panel.fields.query()

    assert (query.family_name, query.given_name, query.patient_id) == ("Doe", "Jane", "P1")
    assert query.modality == "CT"


def test_what_is_found_stands_in_a_list(hands: PacsHands) -> None:
    hands.show()

    hands.search()

    table = hands.panel.table
    items = [table.item(0, column) for column in range(7)]
    assert [item.text() for item in items if item is not None] == [
        "Doe, Jane",
        "31 Jan 1970",
        "29 Feb 2024",
        "Lumbar spine",
        "CT, MR",
        "3",
        "",
    ]
    assert hands.panel.said.text() == "1 study found."


def test_the_list_is_there_again_when_the_panel_is_opened_again(hands: PacsHands) -> None:
    hands.show()
    for edit in (hands.panel.fields.number, hands.panel.fields.family, hands.panel.fields.given):
        edit.clear()
    hands.panel.fields.since.setText("1.1.2024")
    hands.search()
    assert hands.panel.table.rowCount() > 1
    hands.panel.table.choose(JANE)
    hands.panel.close_panel()

    hands.show()

    assert hands.panel.table.chosen_uid == JANE
    assert hands.panel.fields.since.text() == "01.01.2024"
    hands.desk.close_visit()
    assert hands.page.doors.pacs.remembered.finding is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"birth": "31.31.1999"}, "Birth date: this date cannot be read."),
        ({"number": "", "family": "", "given": ""}, "This search would list the whole PACS."),
        ({"number": "no-such"}, "The PACS found no such study."),
    ],
)
def test_a_search_that_gives_nothing_says_why(
    hands: PacsHands, change: dict[str, str], says: str
) -> None:
    hands.show()
    for name, text in change.items():
        getattr(hands.panel.fields, name).setText(text)

    hands.search()

    assert hands.panel.said.text().startswith(says)
    assert hands.panel.table.rowCount() == 0
    assert not hands.panel.take_button.isEnabled()


def test_a_search_can_be_stopped(hands: PacsHands, loaded_pacs: Loaded) -> None:
    with relay(loaded_pacs.orthanc.dicom_port, stall_after=0) as silent:
        hands.access.profiles.save(through(node(loaded_pacs.orthanc, "dimse-get"), silent.port))
        hands.show()
        hands.panel.search_button.click()
        hands.wait(lambda: silent.connections > 1)

        hands.panel.search_button.click()

        assert hands.panel.said.text() == "Stopped."
        hands.settle()


def test_a_panel_that_is_gone_hears_no_answer(
    hands: PacsHands, loaded_pacs: Loaded, tmp_path: Path
) -> None:
    with relay(loaded_pacs.orthanc.dicom_port, pause_s=0.05) as slow:
        hands.access.profiles.save(through(node(loaded_pacs.orthanc, "dimse-get"), slow.port))
        hands.show()
        hands.panel.search_button.click()

        hands.page.open_folder(tmp_path / "elsewhere")
        hands.settle()

    assert isinstance(hands.page.opening.panel, QuestionPanel)


def test_somebody_else_is_marked_in_the_list(hands: PacsHands) -> None:
    hands.show()
    fields = hands.panel.fields
    for edit, text in ((fields.number, "P2"), (fields.family, ""), (fields.given, "")):
        edit.setText(text)

    hands.search()

    assert hands.cells(0) == ["≠ Møller, Søren"]
    assert "Name and sex differ from the record." in hands.panel.about.text()


# --- fetching


def test_a_fetched_study_opens_with_the_comparison_and_is_attached(
    hands: PacsHands, records_folder: Path
) -> None:
    hands.show()
    hands.search()

    hands.take()

    assert isinstance(hands.page.opening.panel, SeriesPanel)
    hands.page.opening.panel.open_button.click()
    hands.settle()
    (study,) = hands.visit.attached_studies
    assert study.identity.name is Agreement.SAME
    assert hands.page.is_looking
    assert records_folder in Path(study.folder).parents
    hands.page.close_pictures()
    hands.page.reopen(study)
    hands.settle()
    assert hands.page.is_looking


def test_somebody_elses_study_is_stopped_before_anything_is_kept(
    desk: Desk, qtbot: QtBot, loaded_pacs: Loaded
) -> None:
    hands = PacsHands(desk, qtbot, jane(family_name="Okafor", record_number="P1"))
    hands.access.profiles.save(node(loaded_pacs.orthanc, "dimse-get"))
    hands.show()
    hands.panel.fields.family.clear()
    hands.panel.fields.given.clear()
    hands.search()

    hands.take()
    hands.page.opening.panel.open_button.click()  # type: ignore[union-attr]  # a SeriesPanel
    hands.settle()

    assert isinstance(hands.page.opening.panel, QuestionPanel)
    assert hands.visit.studies == ()


def test_a_synthetic_study_goes_to_a_demonstration_patient(
    desk: Desk, qtbot: QtBot, loaded_pacs: Loaded
) -> None:
    hands = PacsHands(desk, qtbot, demonstration())
    hands.access.profiles.save(node(loaded_pacs.orthanc, "dimse-move"))
    hands.show()
    hands.panel.fields.birth.clear()
    hands.search()
    assert [line.study.study_uid for line in hands.panel._lines] == [loaded_pacs.phantom_uid]

    hands.take()  # one series alone opens at once
    hands.settle()

    assert hands.page.is_looking
    assert len(hands.visit.attached_studies) == 1


def test_a_fetch_that_broke_off_is_shown_so_and_resumed(
    hands: PacsHands, loaded_pacs: Loaded
) -> None:
    direct = node(loaded_pacs.orthanc, "dimse-get")
    with relay(loaded_pacs.orthanc.dicom_port, cut_after=60_000) as faulty:
        hands.access.profiles.save(through(direct, faulty.port))
        hands.show()
        hands.search()
        hands.take()

    held = hands.access.store.held(JANE)
    assert held is not None
    assert hands.said[-1] == "The connection to the PACS broke off."
    assert hands.cells(6) == [f"{held.here} of {CT_OF_JANE}, not whole"]
    missing = CT_OF_JANE - held.here
    assert hands.panel.about.text() == f"{held.here} of {CT_OF_JANE} pictures; {missing} missing."
    assert hands.panel.take_button.text() == "Resume"

    hands.access.profiles.save(direct)
    hands.show()
    hands.take()

    assert isinstance(hands.page.opening.panel, SeriesPanel)
    again = hands.access.store.held(JANE)
    assert again is not None
    assert again.whole


def _slow(loaded: Loaded) -> Any:
    return relay(loaded.orthanc.dicom_port, pause_s=0.02)


def test_a_fetch_is_cancelled_in_the_bottom_line_and_found_after_a_restart(
    hands: PacsHands, loaded_pacs: Loaded
) -> None:
    tasks: list[tuple[Any, Any]] = []
    hands.desk.task.connect(lambda step, stop: tasks.append((step, stop)))
    with _slow(loaded_pacs) as slow:
        hands.access.profiles.save(through(node(loaded_pacs.orthanc, "dimse-get"), slow.port))
        hands.show()
        hands.search()
        hands.panel.take_button.click()
        fetching = hands.page.doors.pacs
        hands.wait(lambda: fetching.step is not None and fetching.step.done > 1)
        assert not hands.panel.take_button.isEnabled()

        tasks[-1][1]()
        hands.wait(lambda: not fetching.is_busy)
        (unfinished,) = hands.access.store.unfinished()
        hands.settle()

    assert tasks[-1] == (None, None)
    assert hands.cells(6) == [f"{unfinished.here} of {CT_OF_JANE}, not whole"]
    hands.desk.close_visit()
    hands.desk.show_visit(
        hands.desk.clinic.new_visit(
            hands.desk.clinic.patients("Doe")[0].patient.id, VisitKind.FIRST
        )
    )
    hands.settle()
    hands.show()
    shown = [each.text() for each in hands.panel.findChildren(QLabel) if each.isVisible()]
    assert any(text.endswith(f"from Hospital: {unfinished.state_words}") for text in shown)
    hands.panel.findChild(QPushButton, "remove").click()
    assert hands.access.store.unfinished() == ()


def test_a_fetch_goes_on_while_other_things_are_done(hands: PacsHands, loaded_pacs: Loaded) -> None:
    with _slow(loaded_pacs) as slow:
        hands.access.profiles.save(through(node(loaded_pacs.orthanc, "dimse-get"), slow.port))
        hands.show()
        hands.search()
        hands.panel.take_button.click()
        hands.panel.close_panel()
        assert isinstance(hands.page.opening.panel, StartPanel)

        hands.wait(lambda: not hands.page.doors.pacs.is_busy)

    assert isinstance(hands.page.opening.panel, StartPanel)
    assert hands.said[-1] == (
        f"CT of 29 February 2024, Lumbar spine has been fetched, all {CT_OF_JANE} pictures here."
    )
    hands.show()
    assert hands.panel.take_button.text() == "Open"
    hands.panel.take_button.click()
    hands.settle()
    assert isinstance(hands.page.opening.panel, SeriesPanel)


def test_closing_the_window_ends_a_fetch(hands: PacsHands, loaded_pacs: Loaded) -> None:
    with _slow(loaded_pacs) as slow:
        hands.access.profiles.save(through(node(loaded_pacs.orthanc, "dimse-get"), slow.port))
        hands.show()
        hands.search()
        hands.panel.take_button.click()
        hands.wait(lambda: hands.page.doors.pacs.step is not None)

        hands.desk.close()

    assert not hands.access.store.is_busy(JANE)


# --- from the window


@pytest.fixture
def with_visit(window: MainWindow) -> MainWindow:
    patient = window.desk.clinic.add_patient(jane())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    settle(window)
    return window


def test_the_menu_and_the_start_of_the_page_lead_to_the_panel(
    with_visit: MainWindow, qtbot: QtBot
) -> None:
    window = with_visit
    assert window.actions_["pacs"].text() == "From PACS ..."

    window.actions_["pacs"].trigger()
    settle(window)
    assert window.current_page is Page.CT
    panel = window.pages.ct.opening.panel
    assert isinstance(panel, PacsPanel)
    panel.close_panel()
    wait_until(lambda: isinstance(window.pages.ct.opening.panel, StartPanel))
    window.pages.ct.opening.panel.pacs_button.click()  # type: ignore[union-attr]  # a StartPanel
    settle(window)

    assert isinstance(window.pages.ct.opening.panel, PacsPanel)


def test_without_a_visit_there_is_no_panel(window: MainWindow) -> None:
    assert not window.actions_["pacs"].isEnabled()
