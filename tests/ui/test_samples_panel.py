"""File > Sample studies: list, download, cancel, open, and whose record a sample may enter."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.domain.edits import Page
from painmap.domain.patient import PatientKind
from painmap.domain.study import Origin
from painmap.services.samples import sample_catalogue
from painmap.services.settings import Settings
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.main_window import MainWindow
from painmap.ui.samples_card import SampleCard
from painmap.ui.samples_panel import SamplesPanel
from tests.support.ct_page import jane
from tests.support.s3 import FaultyBucket, free_port, moto, put, series_files
from tests.ui.conftest import demonstration

NECK = sample_catalogue().find("neck-1")
OTHER = sample_catalogue().find("neck-2")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real S3-speaking server that has generated series in place of the two neck samples."""
    with moto() as url:
        for each in (NECK, OTHER):
            source = tmp_path_factory.mktemp(each.id)
            files = series_files(source, each.images, series_uid=each.series_uid)
            put(url, each.crdc_series_uuid, files)
        yield url


@pytest.fixture
def panel(
    start: Callable[[], MainWindow],
    records_folder: Path,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> SamplesPanel:
    """The panel in the window, opened from the menu."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    Settings(records_folder)["samples_endpoint"] = server
    window = start()
    window.actions_["samples"].trigger()
    return window.pages.today.samples


def window_of(panel: SamplesPanel) -> MainWindow:
    window = panel.window()
    assert isinstance(window, MainWindow)
    return window


def wait(panel: SamplesPanel, qtbot: QtBot) -> None:
    jobs = window_of(panel).desk.jobs
    qtbot.waitUntil(lambda: jobs.busy == 0, timeout=30_000)


def fetched(panel: SamplesPanel, qtbot: QtBot) -> SampleCard:
    card = panel.cards[NECK.id]
    QTest.mouseClick(card.download_button, Qt.MouseButton.LeftButton)
    wait(panel, qtbot)
    assert card.open_button.isVisibleTo(panel)
    return card


def test_the_menu_lists_every_sample_with_its_size_licence_and_source(panel: SamplesPanel) -> None:
    assert panel.isVisible()
    card = panel.cards["lumbar-1"]
    assert card.facts.text() == "124 pictures, 65 MB"
    assert "CC BY 4.0" in card.rights.text()
    assert "https://doi.org/10.7937/szkb-sw39" in card.rights.text()
    assert card.rights.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert set(panel.cards) == {each.id for each in sample_catalogue().series}

    card.copy_button.click()

    assert QGuiApplication.clipboard().text() == card.sample.citation


def test_a_download_says_how_many_pictures_are_here_as_long_as_they_are(
    panel: SamplesPanel, qtbot: QtBot
) -> None:
    card = fetched(panel, qtbot)

    assert card.facts.text().endswith("on this computer")
    assert not card.download_button.isVisibleTo(panel)
    assert window_of(panel).messages.text == "40 of 40 pictures are on this computer."
    assert not panel.cards[OTHER.id].open_button.isVisibleTo(panel)

    rmtree(panel._store.folder_of(NECK))  # as an operating system does with a cache
    card.open_button.click()

    assert card.download_button.isVisibleTo(panel)
    assert window_of(panel).current_page is Page.TODAY


def test_a_sample_opens_in_the_demonstration_patients_record(
    panel: SamplesPanel, qtbot: QtBot
) -> None:
    window = window_of(panel)

    fetched(panel, qtbot).open_button.click()
    qtbot.waitUntil(lambda: window.pages.ct.is_looking, timeout=30_000)
    wait(panel, qtbot)

    assert window.current_page is Page.CT
    assert window.desk.open_visit.patient.kind is PatientKind.DEMONSTRATION
    (study,) = window.desk.open_visit.visit.attached_studies
    assert study.origin is Origin.PUBLIC_SAMPLE


def test_a_sample_opens_in_the_demonstration_visit_that_is_open(
    panel: SamplesPanel, qtbot: QtBot
) -> None:
    window = window_of(panel)
    patient = window.desk.clinic.add_patient(demonstration("Alpha"))
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id))
    wait(panel, qtbot)
    window.actions_["samples"].trigger()

    fetched(panel, qtbot).open_button.click()
    qtbot.waitUntil(lambda: window.pages.ct.is_looking, timeout=30_000)
    wait(panel, qtbot)

    assert window.desk.open_visit.patient.id == patient.id
    assert len(window.desk.open_visit.visit.attached_studies) == 1


def test_a_sample_never_enters_a_real_patients_record(panel: SamplesPanel, qtbot: QtBot) -> None:
    window = window_of(panel)
    # the very person whom the files name: only the catalogue tells that it is a sample
    patient = window.desk.clinic.add_patient(jane())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id))
    wait(panel, qtbot)
    window.actions_["samples"].trigger()

    fetched(panel, qtbot).open_button.click()
    wait(panel, qtbot)

    question = window.pages.ct.opening.panel
    assert isinstance(question, QuestionPanel)
    assert window.desk.open_visit.visit.studies == ()
    assert not window.pages.ct.is_looking
    assert not any(word in " ".join(question.buttons) for word in ("Attach", "Same person"))


def test_two_downloads_come_one_after_the_other_and_one_that_waits_can_be_given_up(
    panel: SamplesPanel, qtbot: QtBot
) -> None:
    neck, other, third = (panel.cards[name] for name in (NECK.id, OTHER.id, "abdomen-1"))
    for card in (neck, other, third):
        card.download_button.click()
    assert other.words.text() == third.words.text() == "Waits for the one before."

    third.cancel_button.click()
    qtbot.waitUntil(lambda: other.open_button.isVisibleTo(panel), timeout=30_000)
    wait(panel, qtbot)

    assert neck.open_button.isVisibleTo(panel)
    assert third.download_button.isVisibleTo(panel)
    assert third.problem.text() == ""


def test_a_download_is_cancelled_while_the_server_is_silent(
    panel: SamplesPanel, qtbot: QtBot, records_folder: Path
) -> None:
    bucket = FaultyBucket({})
    answer_now = Event()

    def never(_name: str, _query: object) -> tuple[int, dict[str, str], bytes]:
        answer_now.wait(20)
        return 503, {}, b""

    bucket.spoil = never
    panel.server.change_button.click()
    panel.server.address.setText(bucket.url)
    QTest.keyClick(panel.server.address, Qt.Key.Key_Return)
    card = panel.cards[NECK.id]
    card.download_button.click()
    qtbot.waitUntil(lambda: bool(bucket.asked))

    card.cancel_button.click()
    wait(panel, qtbot)

    assert card.download_button.isVisibleTo(panel)
    assert card.problem.text() == ""
    assert Settings(records_folder)["samples_endpoint"] == bucket.url
    answer_now.set()
    bucket.close()


def test_no_network_is_said_on_the_line_and_the_next_try_may_work(
    panel: SamplesPanel, qtbot: QtBot, records_folder: Path, server: str
) -> None:
    use(panel, f"http://127.0.0.1:{free_port()}")
    card = panel.cards[NECK.id]
    card.download_button.click()
    wait(panel, qtbot)

    assert "cannot be reached" in card.problem.text()
    assert "network" in card.problem.text()
    use(panel, server)

    fetched(panel, qtbot)

    assert card.problem.text() == ""


def use(panel: SamplesPanel, address: str) -> None:
    panel.server.change_button.click()
    panel.server.address.setText(address)
    panel.server.use_button.click()


def test_an_address_that_is_none_is_said_and_the_last_one_stays(
    panel: SamplesPanel, records_folder: Path, server: str
) -> None:
    use(panel, "http://mirror.example")

    assert "https://" in panel.server.problem.text()
    assert Settings(records_folder)["samples_endpoint"] == server
