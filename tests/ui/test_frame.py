from collections.abc import Callable
from uuid import uuid4

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap import app as program
from painmap.domain.edits import Page, mark_pain
from painmap.domain.ids import new_id
from painmap.domain.pain import PainSite
from painmap.domain.visit import VisitKind, VisitState
from painmap.ui import faults
from painmap.ui.desk import Tone
from painmap.ui.main_window import MainWindow
from tests.domain.builders import mark_of
from tests.ui.conftest import demonstration

Start = Callable[[], MainWindow]


def _open(window: MainWindow, qtbot: QtBot) -> None:
    patient = window.desk.clinic.add_patient(demonstration())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    qtbot.waitUntil(lambda: window.current_page is Page.MAP, timeout=10_000)
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0, timeout=10_000)


def _pain(window: MainWindow) -> PainSite:
    site = PainSite(new_id())
    window.desk.apply(mark_pain(site, mark_of(site)))
    return site


def test_the_patient_line_names_the_patient_and_says_saved_after_the_commit(
    window: MainWindow, qtbot: QtBot
) -> None:
    _open(window, qtbot)
    bar = window.patient_bar

    assert bar._name.text() == "Phantom, Painmap"
    assert "born 1 January 1970" in bar._facts.text()
    assert bar._kind.isVisible()
    assert bar.saved_text == "nothing to save yet"
    _pain(window)
    assert bar.saved_text == "saving ..."
    qtbot.waitUntil(lambda: bar.saved_text.startswith("saved "), timeout=5000)


def test_the_sentences_follow_every_change(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)

    _pain(window)

    assert window.sentences.texts == (
        "patient's LEFT lower lumbar paraspinal, intensity not asked",
    )
    window.desk.undo()
    assert window.sentences.texts == ()


def test_digits_set_the_intensity_of_the_selected_site_on_every_page(
    window: MainWindow, qtbot: QtBot
) -> None:
    _open(window, qtbot)
    site = _pain(window)
    window.desk.select(site.id)

    for page in (Page.MAP, Page.CT, Page.SITES):
        window.show_page(page)
        window.digits.take(3)
        assert _intensity(window) == 3
        window.digits.take(1)
        window.digits.take(0)
        assert _intensity(window) == 10


def _intensity(window: MainWindow) -> int | None:
    return window.desk.open_visit.visit.pain_sites[0].intensity


def test_a_digit_key_reaches_the_selected_site_from_the_page(
    window: MainWindow, qtbot: QtBot
) -> None:
    _open(window, qtbot)
    site = _pain(window)
    window.desk.select(site.id)
    window.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusObject() is not None)

    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_7)

    assert _intensity(window) == 7


def test_digits_with_nothing_selected_do_nothing(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    _pain(window)
    window.desk.select(None)

    assert not window.digits.take(7)
    assert _intensity(window) is None


def test_two_slow_digits_are_two_intensities(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    window.desk.select(_pain(window).id)

    window.digits.take(1)
    window.digits._one_at -= 2
    window.digits.take(0)

    assert _intensity(window) == 0


def test_undo_shows_the_page_that_it_changes(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    _pain(window)
    window.show_page(Page.FINISH)
    assert window.actions_["undo"].text() == "Undo mark pain"

    window.actions_["undo"].trigger()

    assert window.current_page is Page.MAP
    assert window.messages.text == "Took back: mark pain."


def test_a_message_covers_no_heading_no_tool_and_no_picture(
    window: MainWindow, qtbot: QtBot
) -> None:
    _open(window, qtbot)
    _pain(window)
    for width, height in ((1440, 900), (1180, 700)):
        window.resize(width, height)
        window.desk.say(
            "The LEFT quadratus lumborum is locked, so nothing was changed on this slice.",
            hint="Unlock it in the list.",
            tone=Tone.WARNING,
        )
        QApplication.processEvents()
        strip, foot = window.messages, window.sentences
        lies = QRect(strip.mapTo(window, QPoint(0, 0)), strip.size())

        assert QRect(foot.mapTo(window, QPoint(0, 0)), foot.size()).contains(lies)
        for words in (strip._text, strip._hint):
            assert words.height() >= words.heightForWidth(words.width()), "no line is cut off"


def test_reopening_lands_on_the_page_where_the_visit_was_left(start: Start, qtbot: QtBot) -> None:
    window = start()
    _open(window, qtbot)
    window.show_page(Page.SITES)
    visit_id = window.desk.open_visit.visit.id

    again = start()
    again.desk.show_visit(again.desk.clinic.open_visit(visit_id))

    qtbot.waitUntil(lambda: again.current_page is Page.SITES, timeout=10_000)


def test_pages_of_a_visit_need_an_open_one(window: MainWindow) -> None:
    window.show_page(Page.MAP)

    assert window.current_page is Page.TODAY
    assert not window.rail.steps[Page.MAP].isEnabled()


def test_one_key_copies_the_visit_as_plain_sentences(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    _pain(window)

    window.actions_["copy"].trigger()

    text = QGuiApplication.clipboard().text()
    assert "Patient's LEFT lower lumbar paraspinal, intensity not asked." in text
    assert window.actions_["copy"].shortcut().toString() == "Ctrl+Shift+C"


def test_a_visit_is_finished_and_reopened_on_the_last_page(
    window: MainWindow, qtbot: QtBot
) -> None:
    _open(window, qtbot)
    window.show_page(Page.FINISH)
    finish = window.pages.finish

    finish.finish_button.click()
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0)
    patient = window.desk.open_visit.patient
    assert window.desk.clinic.visits_of(patient.id)[0].state is VisitState.FINISHED
    assert finish.finish_button.text() == "Reopen visit"

    finish.finish_button.click()
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0)
    assert window.desk.clinic.visits_of(patient.id)[0].state is VisitState.DRAFT


def test_no_two_menu_entries_share_a_key(window: MainWindow) -> None:
    keys = [
        action.shortcut().toString()
        for menu in window.actions_.menus.values()
        for action in menu.actions()
        if not action.shortcut().isEmpty()
    ]

    assert len(keys) == len(set(keys))


def test_a_second_start_on_the_same_folder_raises_the_first(qapp: object, qtbot: QtBot) -> None:
    name = f"painmap-test-{uuid4().hex[:12]}"
    asked: list[bool] = []
    assert not program.raises_running(name)

    server = program.listen(name)
    assert server is not None
    server.newConnection.connect(lambda: asked.append(True))

    assert program.raises_running(name)
    qtbot.waitUntil(lambda: asked == [True])
    server.close()


def test_a_fault_of_the_program_is_reported_without_what_was_typed(
    window: MainWindow, expect_log: Callable[[str], None]
) -> None:
    expect_log("A fault of the program")
    try:
        raise KeyError("Miller, born 1961")
    except KeyError as error:
        faults.report(error)

    panel = window.findChild(program.CrashPanel)
    assert panel is not None
    assert panel.isVisible()
    assert "KeyError" in panel.report.toPlainText()
    assert "Miller" not in panel.report.toPlainText()
    panel.hide()


def test_a_finished_visit_is_not_changed_by_a_stray_click(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    window.desk.turn(VisitState.FINISHED)

    _pain(window)
    window.desk.undo()

    assert window.desk.open_visit.visit.pain_sites == ()
    assert "The visit is finished" in window.messages.text
    window.desk.turn(VisitState.DRAFT)
    _pain(window)
    assert len(window.desk.open_visit.visit.pain_sites) == 1
    assert window.messages.text == ""
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0)


def test_the_patient_list_says_that_a_visit_is_still_open(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    assert not window.patient_bar._elsewhere.isVisible()

    window.show_page(Page.TODAY)

    assert window.patient_bar._elsewhere.isVisible()


def test_a_long_message_is_shown_whole(window: MainWindow) -> None:
    window.desk.say("One sentence that says what happened. " * 3, hint="And what to do next. " * 4)

    strip = window.messages
    assert strip.height() >= strip.layout().heightForWidth(strip.width())
    strip.hide()


def test_the_closing_question_lies_on_top_of_the_page_that_comes(
    window: MainWindow, qtbot: QtBot
) -> None:
    _open(window, qtbot)
    _pain(window)

    window.show_page(Page.SITES)

    question = window.pages.map.question
    assert question.isVisible()
    under = window._stack.childAt(question.geometry().center())
    assert under is not None
    assert under is question or question.isAncestorOf(under)
    question.yes.click()
    assert not question.isVisible()
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0)


def test_f1_is_help_on_every_page_and_turns_no_view(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    view = window.pages.map.figure.view
    assert window.actions_["about"].shortcut() == QKeySequence("F1")

    for page in (Page.MAP, Page.CT, Page.SITES, Page.FINISH):
        window.show_page(page)
        assert window.actions_["about"].isEnabled()
        window.actions_["about"].trigger()
        assert window.pages.today._purpose.isVisible()
        window.pages.today._purpose.read_button.click()

    window.show_page(Page.MAP)
    QTest.keyClick(window.pages.map.figure, Qt.Key.Key_F1)
    assert window.pages.map.figure.view == view
