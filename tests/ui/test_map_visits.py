"""The closing question, and the pains of the last visit as ghosts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.domain.edits import Page, mark_pain
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, PainSite, RegionShape
from painmap.domain.places import Sha256, TemplateRef
from painmap.domain.visit import VisitKind
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from painmap.ui.map_page import MapPage
from tests.ui.conftest import demonstration
from tests.ui.map_driver import LEFT, key, tap, visit_of

LEFT_LOW = "lumb_lo_para.left"
THIGH = "thigh_post.left"


# --- are all pains recorded


@pytest.fixture
def opened(window: MainWindow, qtbot: QtBot) -> MainWindow:
    patient = window.desk.clinic.add_patient(demonstration())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    qtbot.waitUntil(lambda: window.current_page is Page.MAP, timeout=10_000)
    return window


def test_leaving_with_marks_asks_once_and_stops_nobody(opened: MainWindow) -> None:
    page = opened.pages.map
    tap(page, LEFT_LOW)
    opened.show_page(Page.SITES)

    assert opened.current_page is Page.SITES
    assert page.question.isVisible()
    QTest.mouseClick(page.question.more, LEFT)
    assert opened.current_page is Page.MAP
    assert not page.question.isVisible()
    opened.show_page(Page.SITES)
    assert not page.question.isVisible()
    assert visit_of(page).answers == ()


def test_yes_is_recorded_and_can_be_taken_back(opened: MainWindow) -> None:
    page = opened.pages.map
    tap(page, LEFT_LOW)
    opened.show_page(Page.SITES)
    QTest.mouseClick(page.question.yes, LEFT)

    (answer,) = visit_of(page).answers
    assert (answer.instrument, answer.item, answer.value) == ("visit", "all_pains_recorded", "yes")
    assert not page.question.isVisible()
    page.desk.undo()
    assert visit_of(page).answers == ()


def test_without_marks_nothing_is_asked(opened: MainWindow) -> None:
    opened.show_page(Page.SITES)
    assert not opened.pages.map.question.isVisible()


# --- as last visit


@pytest.fixture
def later(map_page: MapPage, settle: Callable[[Desk], None]) -> MapPage:
    """A second visit of a patient whose first had two pains, and a doctor's finding."""
    page, desk = map_page, map_page.desk
    tap(page, LEFT_LOW)
    key(page, "7")
    tap(page, THIGH)
    key(page, "3")
    page.choose_layer(AuthorLayer.DOCTOR)
    tap(page, "calf.right")
    settle(desk)
    first = visit_of(page)
    desk.close_visit()
    moment = first.started + timedelta(days=40)
    desk.clinic._now = lambda: moment
    desk.show_visit(desk.clinic.new_visit(first.patient_id, VisitKind.FOLLOW_UP))
    settle(desk)
    QApplication.processEvents()
    page.setFocus()
    return page


def test_a_first_visit_offers_no_last_one(
    map_page: MapPage, settle: Callable[[Desk], None]
) -> None:
    settle(map_page.desk)
    assert not map_page.last_visit.isVisible()


def test_earlier_pains_are_offered_and_drawn_as_ghosts_when_asked_for(later: MapPage) -> None:
    assert later.last_visit.isVisible()
    assert "2 pain sites not confirmed today" in later.last_visit.words.text()
    assert later.figure.scene.ghosts == ()
    QTest.mouseClick(later.last_visit.show_button, LEFT)
    shapes = {ghost.shape for ghost in later.figure.scene.ghosts}
    assert shapes == {RegionShape(LEFT_LOW), RegionShape(THIGH)}
    assert visit_of(later).marks == ()


def test_a_click_on_a_ghost_confirms_that_one_pain(later: MapPage) -> None:
    QTest.mouseClick(later.last_visit.show_button, LEFT)
    tap(later, THIGH)

    (site,) = visit_of(later).pain_sites
    (mark,) = visit_of(later).marks
    assert site.intensity == 3
    assert site.unchanged_from is not None
    assert mark.shape == RegionShape(THIGH)
    assert later.desk.selection == site.id
    assert "unchanged, the patient says" in later.panel.sentence.text()
    assert [ghost.shape for ghost in later.figure.scene.ghosts] == [RegionShape(LEFT_LOW)]
    later.desk.undo()
    assert len(later.figure.scene.ghosts) == 2


def test_enter_on_a_ghost_confirms_it(later: MapPage) -> None:
    QTest.mouseClick(later.last_visit.show_button, LEFT)
    later.figure.setFocus()
    later.figure.focus.region = LEFT_LOW
    assert "as last visit, not confirmed" in later.figure.focus.words(
        later.figure.template, later.figure.scene
    )
    key(later, Qt.Key.Key_Return)
    assert [site.intensity for site in visit_of(later).pain_sites] == [7]


def test_all_unchanged_is_one_step_and_takes_no_findings_of_the_doctor(later: MapPage) -> None:
    QTest.mouseClick(later.last_visit.all_button, LEFT)
    assert [site.intensity for site in visit_of(later).pain_sites] == [7, 3]
    assert {mark.layer for mark in visit_of(later).marks} == {AuthorLayer.PATIENT}
    assert not later.last_visit.isVisible()
    later.desk.undo()
    assert visit_of(later).pain_sites == ()
    assert later.last_visit.isVisible()


def test_what_is_changed_afterwards_is_no_longer_said_to_be_unchanged(later: MapPage) -> None:
    QTest.mouseClick(later.last_visit.all_button, LEFT)
    tap(later, LEFT_LOW)
    assert "unchanged" in later.panel.sentence.text()
    key(later, "1")
    assert "unchanged" not in later.panel.sentence.text()
    assert not later.last_visit.isVisible()


def test_what_the_eraser_changed_is_no_longer_said_to_be_unchanged(later: MapPage) -> None:
    QTest.mouseClick(later.last_visit.all_button, LEFT)
    key(later, "E")
    tap(later, THIGH)
    said = [site.unchanged_from is not None for site in visit_of(later).pain_sites]
    assert said == [True, False]


def test_a_pain_on_another_figure_is_offered_in_words(
    map_page: MapPage, settle: Callable[[Desk], None]
) -> None:
    page, desk = map_page, map_page.desk
    tap(page, LEFT_LOW)
    (mark,) = visit_of(page).marks
    site = PainSite(new_id())
    other = TemplateRef("adult", 0, Sha256("f" * 64))
    desk.apply(mark_pain(site, replace(mark, id=new_id(), site_id=site.id, template=other)))
    settle(desk)
    first = visit_of(page)
    desk.close_visit()
    moment = first.started + timedelta(days=40)
    desk.clinic._now = lambda: moment
    desk.show_visit(desk.clinic.new_visit(first.patient_id, VisitKind.FOLLOW_UP))
    settle(desk)
    QApplication.processEvents()
    QTest.mouseClick(page.last_visit.show_button, LEFT)
    assert len(page.figure.scene.ghosts) == 1
    assert "On another figure: patient's LEFT lower lumbar" in page.last_visit.words.text()
    assert isinstance(page.figure.scene.ghosts[0], Mark)
