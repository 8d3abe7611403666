from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.edits import Page, mark_pain
from painmap.domain.ids import new_id
from painmap.domain.injection import LinkKind, SiteStatus
from painmap.domain.pain import PainSite
from painmap.domain.visit import VisitKind
from painmap.ui.desk import Message
from painmap.ui.main_window import MainWindow
from painmap.ui.sites_page import SitesPage
from tests.domain.builders import mark_of
from tests.ui.conftest import demonstration


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> SitesPage:
    patient = window.desk.clinic.add_patient(demonstration())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FOLLOW_UP))
    qtbot.waitUntil(lambda: window.current_page is Page.SITES, timeout=10_000)
    return window.pages.sites


def _add(page: SitesPage, muscle: str, side: Side | None, level: Level | None = None) -> None:
    page._add.click()
    page._adder.chooser.set_muscle(muscle)
    if side is not None:
        page._adder.chooser.sides.chip(side).click()
    page._adder.chooser.set_level(level)
    page._adder._add.click()


def test_a_site_by_muscle_side_and_level_alone_is_one_line(page: SitesPage) -> None:
    _add(page, "quadratus_lumborum", Side.LEFT, Level.L3)

    (site,) = page.desk.open_visit.visit.planned_sites
    assert (site.muscle_id, site.side, site.level) == ("quadratus_lumborum", Side.LEFT, Level.L3)
    assert site.place is None
    assert site.status is SiteStatus.CONSIDERED
    assert page.model.rows[0].cells[:2] == ("LEFT quadratus lumborum", "L3")


def test_no_side_is_ever_preset(page: SitesPage) -> None:
    said: list[Message] = []
    page.desk.said.connect(said.append)

    _add(page, "multifidus", None)

    assert page.desk.open_visit.visit.planned_sites == ()
    assert said[-1].text == "No side is chosen."
    _add(page, "multifidus", Side.RIGHT)
    page._add.click()
    assert page._adder.chooser.side is None


def test_a_muscle_without_sides_lies_on_the_midline(page: SitesPage) -> None:
    _add(page, "procerus", None)

    assert page.desk.open_visit.visit.planned_sites[0].side is Side.MIDLINE


def test_a_muscle_that_is_not_in_the_catalogue_is_not_guessed(page: SitesPage) -> None:
    page._add.click()
    page._adder.chooser.box.setEditText("quad")

    assert page._adder.chooser.muscle is None


def test_a_pain_without_a_site_has_a_line_and_the_site_for_it_is_linked(page: SitesPage) -> None:
    pain = PainSite(new_id(), intensity=6)
    page.desk.apply(mark_pain(pain, mark_of(pain)))
    assert [row.site for row in page.model.rows] == [None]
    page.table.selectRow(0)

    _add(page, "erector_spinae", Side.LEFT, Level.L4)

    (link,) = page.desk.open_visit.visit.links
    assert link.kind is LinkKind.TARGET_FOR_PAIN
    assert link.to_id == pain.id
    assert len(page.model.rows) == 1
    assert page.model.rows[0].cells[2] == "LEFT lower lumbar paraspinal, 6/10"
    page.desk.undo()
    assert page.desk.open_visit.visit.links == ()
    assert page.desk.open_visit.visit.planned_sites == ()


def test_status_level_and_note_of_a_line_are_changed_in_place(
    page: SitesPage, qtbot: QtBot
) -> None:
    _add(page, "psoas_major", Side.RIGHT)
    page.table.selectRow(0)

    page._detail.status.chip(SiteStatus.PLANNED).click()
    page._detail.level.setCurrentIndex(page._detail.level.findData(Level.L3))
    page._detail.level.activated.emit(page._detail.level.currentIndex())
    page._detail.note.setPlainText("plexus near")
    qtbot.waitUntil(lambda: _note(page) == "plexus near", timeout=3000)

    (site,) = page.desk.open_visit.visit.planned_sites
    assert site.status is SiteStatus.PLANNED
    assert site.level is Level.L3


def _note(page: SitesPage) -> str:
    return page.desk.open_visit.visit.planned_sites[0].note


def test_removing_a_site_is_taken_back_without_a_question(page: SitesPage) -> None:
    _add(page, "psoas_major", Side.RIGHT)
    page.table.selectRow(0)

    page._detail._remove.click()
    assert page.desk.open_visit.visit.planned_sites == ()
    page.desk.undo()

    assert len(page.desk.open_visit.visit.planned_sites) == 1


def test_a_click_on_a_sentence_shows_the_line(window: MainWindow, page: SitesPage) -> None:
    _add(page, "psoas_major", Side.RIGHT)
    _add(page, "multifidus", Side.LEFT)
    first = window.sentences._rows[0]
    window.show_page(Page.MAP)

    first._go()

    assert window.current_page is Page.SITES
    assert page._chosen == first.item_id


def test_typing_is_handed_in_when_the_page_is_left(
    window: MainWindow, page: SitesPage, settle: Callable[..., None]
) -> None:
    _add(page, "psoas_major", Side.RIGHT)
    page.table.selectRow(0)
    page._detail.note.setPlainText("half a word")

    window.show_page(Page.MAP)

    assert _note(page) == "half a word"
    settle(window.desk)


def test_letters_and_enter_choose_a_muscle(page: SitesPage) -> None:
    page._add.click()
    field = page._adder.chooser.box.lineEdit()
    assert field is not None

    QTest.keyClicks(field, "glut")
    QTest.keyClick(field, Qt.Key.Key_Return)

    assert page._adder.chooser.muscle is not None
    assert page._adder.chooser.muscle.name.startswith("glute")


def test_letters_are_taken_for_the_muscle_that_begins_with_them(page: SitesPage) -> None:
    page._add.click()
    field = page._adder.chooser.box.lineEdit()
    assert field is not None

    # "erector spinae and multifidus together" has them too
    QTest.keyClicks(field, "mult")
    QTest.keyClick(field, Qt.Key.Key_Return)

    assert page._adder.chooser.muscle is not None
    assert page._adder.chooser.muscle.id == "multifidus"


def test_a_click_into_the_name_of_a_muscle_selects_it(page: SitesPage) -> None:
    page._add.click()
    page._adder.chooser.set_muscle("psoas_major")
    field = page._adder.chooser.box.lineEdit()
    assert field is not None
    field.clearFocus()

    field.setFocus(Qt.FocusReason.MouseFocusReason)
    QApplication.processEvents()
    QTest.keyClicks(field, "multifidus")

    assert field.text() == "multifidus"


def test_the_site_that_was_added_is_the_chosen_one(page: SitesPage) -> None:
    _add(page, "psoas_major", Side.RIGHT)
    _add(page, "multifidus", Side.LEFT)

    assert page._detail.sentence.text().startswith("LEFT multifidus")


def test_the_pain_that_a_site_is_for_is_said_in_its_sentence(page: SitesPage) -> None:
    pain = PainSite(new_id(), intensity=6)
    page.desk.apply(mark_pain(pain, mark_of(pain)))
    page.table.selectRow(0)
    _add(page, "erector_spinae", Side.LEFT, Level.L4)

    assert "for the pain at the patient's LEFT lower lumbar paraspinal" in (
        page._detail.sentence.text()
    )
