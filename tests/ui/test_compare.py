"""Comparing drawings: layers, an earlier visit, all visits; and the buttons that open it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.bodymap.comparing_timeline import Timeline
from painmap.domain.edits import record_given
from painmap.domain.pain import AuthorLayer, RegionShape
from painmap.services.catalogue import body_map
from painmap.ui import theme
from painmap.ui.compare_panel import ComparePanel, What
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from painmap.ui.map_page import MapPage
from painmap.ui.timeline_plot import TimelinePlot, timeline_words
from tests.support import factories as make
from tests.ui.conftest import demonstration
from tests.ui.test_scores import draw, visit_of

LEFT = Qt.MouseButton.LeftButton
Settle = Callable[[Desk], None]


@pytest.fixture
def panel(open_desk: Desk, qtbot: QtBot, settle: Settle) -> Iterator[ComparePanel]:
    """A panel over a second visit; in the first, calf and upper buttock hurt."""
    draw(open_desk, "back", RegionShape("calf.left"), 6)
    draw(open_desk, "back", RegionShape("glut_up.right"), 8)
    open_desk.apply(record_given(make.given_site()))
    patient = visit_of(open_desk).patient_id
    open_desk.close_visit()
    open_desk.show_visit(open_desk.clinic.new_visit(patient))
    draw(open_desk, "back", RegionShape("glut_up.right"), 4)
    draw(open_desk, "back", RegionShape("suprascap.left"), 3)
    draw(open_desk, "back", RegionShape("glut_up.right"), None, AuthorLayer.DOCTOR)
    made = ComparePanel(open_desk, theme.LIGHT)
    qtbot.addWidget(made)
    made.resize(980, 700)
    made.show()
    qtbot.waitExposed(made)
    settle(open_desk)
    yield made
    made.close()


def choose(panel: ComparePanel, what: What, settle: Settle) -> None:
    QTest.mouseClick(panel.what_chips.chip(what), LEFT)
    settle(panel.desk)


def test_patient_and_doctor_are_compared_region_by_region(panel: ComparePanel) -> None:
    words = "\n".join(panel.changes.words)

    assert "only the patient: LEFT upper trapezius" in words
    assert "patient and doctor: RIGHT upper buttock" in words
    assert "Jaccard 0.50" in words
    first, second = panel.figures.scenes
    assert len(first.marks) == 2
    assert len(second.marks) == 1


def test_an_earlier_visit_shows_what_appeared_persisted_and_is_gone(
    panel: ComparePanel, settle: Settle
) -> None:
    choose(panel, What.EARLIER, settle)

    words = "\n".join(panel.changes.words)
    assert panel.visit_box.count() == 1
    assert "appeared: LEFT upper trapezius" in words
    assert "gone: LEFT calf" in words
    assert "persisted: RIGHT upper buttock" in words
    assert "repeated drawings" in words


def test_an_overlay_draws_what_was_before_as_an_outline(
    panel: ComparePanel, settle: Settle
) -> None:
    choose(panel, What.EARLIER, settle)
    before = panel.figures.grab().toImage()

    QTest.mouseClick(panel.way_chips.chip(True), LEFT)

    (scene,) = panel.figures.scenes
    assert len(scene.marks) == 2
    assert len(scene.ghosts) == 2
    assert panel.figures.grab().toImage() != before


def test_a_change_of_the_drawing_is_compared_after_the_pause(
    panel: ComparePanel, open_desk: Desk, qtbot: QtBot
) -> None:
    draw(open_desk, "back", RegionShape("suprascap.left"), None, AuthorLayer.DOCTOR)

    qtbot.waitUntil(lambda: "Jaccard 1.00" in "\n".join(panel.changes.words), timeout=5000)


def test_a_first_visit_says_that_there_is_nothing_earlier(
    desk: Desk, qtbot: QtBot, settle: Settle
) -> None:
    patient = desk.clinic.add_patient(demonstration())
    desk.show_visit(desk.clinic.new_visit(patient.id))
    made = ComparePanel(desk, theme.LIGHT)
    qtbot.addWidget(made)
    made.show()
    settle(desk)

    choose(made, What.EARLIER, settle)

    assert "first visit" in made.nothing.text()
    assert made.visit_box.isHidden()


def test_all_visits_are_plotted_with_their_injections(panel: ComparePanel, settle: Settle) -> None:
    choose(panel, What.ALL, settle)

    words = panel.plot.accessibleDescription()
    assert "intensity 8 of 10" in words
    assert "intensity 4 of 10" in words
    assert "1 injection" in words
    labels = [plot.getAxis("left").labelText for plot in (panel.plot.intensity, panel.plot.extent)]
    assert labels == ["Intensity now, 0–10", "Extent, % of front and back"]
    assert "Dashed: injections." in panel.plot.hint.text()


def test_the_timeline_looks_otherwise_by_night_and_says_when_it_is_empty(qtbot: QtBot) -> None:
    plot = TimelinePlot(theme.LIGHT)
    qtbot.addWidget(plot)
    plot.resize(600, 400)
    light = plot.grab().toImage()

    plot.set_colours(theme.DARK)

    assert plot.grab().toImage() != light
    assert "Nothing was drawn" in plot.hint.text()
    assert timeline_words(Timeline((), ())) == ()


def test_closing_the_visit_leaves_nothing_of_it(panel: ComparePanel, open_desk: Desk) -> None:
    open_desk.close_visit()

    assert panel.changes.words == ()
    assert panel.figures.scenes == ()


def test_the_map_page_opens_scores_and_comparison_and_goes_back(
    window: MainWindow, qtbot: QtBot, records_folder: Path
) -> None:
    del records_folder
    desk = window.desk
    patient = desk.clinic.add_patient(demonstration("Review"))
    desk.show_visit(desk.clinic.new_visit(patient.id))
    page = next(each for each in window.findChildren(MapPage))
    review = page.review
    review.scores_button.click()
    assert review.scores is not None
    assert not review.scores.isHidden()
    assert page.panel.isHidden()

    review.compare_button.click()
    assert review.scores.isHidden()
    assert review.compare is not None
    assert not review.compare.isHidden()

    assert not review.draw_button.isChecked()
    place = review.compare_button.mapTo(window, QPoint())
    QTest.keyClick(page, Qt.Key.Key_F2)
    assert review.compare.figures.view == "front"
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert review.compare.isHidden()
    assert review.draw_button.isChecked()
    assert review.compare_button.mapTo(window, QPoint()) == place, "nothing moves under the hand"
    review.compare_button.click()
    review.draw_button.click()
    assert review.compare.isHidden()
    assert review.draw_button.isChecked()
    review.compare_button.click()

    draw(desk, "back", RegionShape("calf.left"), 6)
    page.show_items(tuple(mark.id for mark in visit_of(desk).marks))
    assert review.compare.isHidden()
    assert not page.panel.isHidden()
    qtbot.waitUntil(lambda: desk.jobs.busy == 0, timeout=10_000)


@pytest.fixture
def hand(open_desk: Desk, qtbot: QtBot, settle: Settle) -> Iterator[ComparePanel]:
    """A panel over a visit with marks in the zoom of the woman's LEFT palm alone."""
    open_desk.template = body_map("woman")
    draw(open_desk, "hand_palm_left", RegionShape("hand_palm/thenar.left"), 6)
    draw(open_desk, "hand_palm_left", RegionShape("hand_palm/centre.left"), 3)
    thenar = RegionShape("hand_palm/thenar.left")
    draw(open_desk, "hand_palm_left", thenar, None, AuthorLayer.DOCTOR)
    made = ComparePanel(open_desk, theme.LIGHT)
    qtbot.addWidget(made)
    made.resize(980, 700)
    made.show()
    qtbot.waitExposed(made)
    settle(open_desk)
    yield made
    made.close()


def test_the_comparison_begins_on_the_zoom_where_the_marks_are(hand: ComparePanel) -> None:
    assert hand.figures.view == "hand_palm_left"
    assert hand.zoom_box.currentText() == "Palm, LEFT (3 marks)"
    first, second = hand.figures.scenes
    assert (len(first.marks), len(second.marks)) == (2, 1)

    hand.way_chips.chip(True).click()

    (both,) = hand.figures.scenes
    assert len(both.marks) == 3


def test_a_zoom_is_left_for_its_whole_view_which_shows_its_marks(hand: ComparePanel) -> None:
    zoomed = hand.figures.grab().toImage()
    hand.zoom_box.setCurrentIndex(0)
    hand.zoom_box.activated.emit(0)

    assert hand.figures.view == "front"
    assert [len(scene.marks) for scene in hand.figures.scenes] == [2, 1]
    assert hand.figures.grab().toImage() != zoomed

    number = hand.zoom_box.findData("foot_sole")
    hand.zoom_box.setCurrentIndex(number)
    hand.zoom_box.activated.emit(number)

    assert hand.zoom_box.currentText() == "Feet, soles"
    assert [scene.marks for scene in hand.figures.scenes] == [(), ()]


def test_a_zoom_that_the_doctor_chose_stays_while_the_drawing_changes(
    hand: ComparePanel, open_desk: Desk, qtbot: QtBot
) -> None:
    hand.view_chips.chip("back").click()
    draw(open_desk, "hand_palm_left", RegionShape("hand_palm/hypothenar.left"), 4)

    def read() -> bool:
        texts = [hand.zoom_box.itemText(n) for n in range(hand.zoom_box.count())]
        return any("(4 marks)" in text for text in texts)

    qtbot.waitUntil(read, timeout=5000)
    assert hand.figures.view == "back"
