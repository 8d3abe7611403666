"""Keys, tools and the line over the pictures."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import SideBasis
from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import Plane
from painmap.ui.ct_tool_strip import TOOLS, ToolName
from painmap.ui.desk import Desk
from painmap.ui.theme import PALETTES, Mode
from tests.support.ct_page import CtHands, jane, write_body

POINT = PatientPoint(42.0, 30.0, -50.0)


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> CtHands:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc"))
    return made


def test_every_tool_has_one_key_and_one_button(hands: CtHands) -> None:
    for spec in TOOLS:
        hands.key(Qt.Key(ord(spec.key)))
        assert hands.page.annotator.tool is spec.name
        button = hands.page.tools.buttons[spec.under or spec.name]
        assert button.isChecked()
        assert button.text() == spec.word
    assert len({spec.key for spec in TOOLS}) == len(TOOLS)


def test_other_ways_to_outline_stand_beside_the_hint_and_the_last_one_on_the_strip(
    hands: CtHands,
) -> None:
    strip = hands.page.work.strip
    hands.page.choose_tool(ToolName.OUTLINE)
    ways = [each for each in strip.ways.values() if each.isVisible()]
    assert [each.accessibleName() for each in ways] == [
        "Vertices, key O",
        "Freehand, key H",
        "Ellipse, key I",
        "Livewire, key V",
    ]

    strip.ways[ToolName.ELLIPSE].click()
    assert hands.page.annotator.tool is ToolName.ELLIPSE
    hands.page.choose_tool(ToolName.WINDOW)
    assert not strip.ways[ToolName.ELLIPSE].isVisible()
    hands.page.tools.buttons[ToolName.OUTLINE].click()

    assert hands.page.annotator.tool is ToolName.ELLIPSE
    assert [name for name, each in strip.ways.items() if each.isChecked()] == [ToolName.ELLIPSE]


def test_keys_do_nothing_while_another_page_is_shown(hands: CtHands) -> None:
    before = hands.page.annotator.tool

    hands.page.hide()
    QTest.keyClick(hands.page, Qt.Key.Key_O)

    assert hands.page.annotator.tool is before


def test_a_letter_that_is_typed_into_the_note_chooses_no_tool(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)

    hands.page.bar.note.setFocus()
    QTest.keyClicks(hands.page.bar.note, "wmd")

    assert hands.page.bar.note.toPlainText() == "wmd"
    assert hands.page.annotator.tool is ToolName.TARGET


def test_arrow_keys_and_page_keys_leaf(hands: CtHands) -> None:
    viewer = hands.page.viewer
    before = viewer.index(Plane.AXIAL)

    hands.key(Qt.Key.Key_Down)
    hands.key(Qt.Key.Key_PageDown)
    hands.key(Qt.Key.Key_Up)

    assert viewer.index(Plane.AXIAL) == before + 5


def test_the_window_tool_drags_width_and_level(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.WINDOW)
    before = hands.page.session.window

    hands.drag(QPoint(200, 200), QPoint(160, 140))

    after = hands.page.session.window
    assert after.width < before.width
    assert after.level > before.level


def test_the_pan_tool_moves_the_picture_with_the_hand(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.PAN)
    view = hands.page.viewer.views[Plane.AXIAL]
    place = view.place_at(QPoint(200, 200))

    hands.drag(QPoint(200, 200), QPoint(260, 230))

    assert view.place_at(QPoint(260, 230)) == pytest.approx(place, abs=1.0)


def test_a_second_click_on_a_preset_changes_nothing(hands: CtHands) -> None:
    chip = hands.page.windows.chip("muscle")

    chip.click()
    chip.click()

    window = hands.page.session.window
    assert (window.width, window.level) == (150, 50)
    assert hands.page.windows.chosen == ("muscle",)


def test_a_side_is_not_checked_any_more_when_its_spinous_process_is_removed(
    hands: CtHands,
) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(PatientPoint(2.0, 60.0, -50.0), ToolName.MIDLINE)
    hands.click(POINT, ToolName.TARGET)
    assert hands.visit.planned_sites[0].side_check.basis is SideBasis.AGREES
    hands.page.annotator.choose(hands.visit.landmarks[0].id)

    hands.page.bar.remove.click()

    assert hands.visit.landmarks == ()
    assert hands.visit.planned_sites[0].side_check.basis is SideBasis.NOT_CHECKED


def test_another_series_keeps_crosshair_and_window(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    write_body(tmp_path / "disc" / "a")
    write_body(tmp_path / "disc" / "b", series_uid="1.2.3.4.2", series_number=3, step_mm=4.0)
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(tmp_path / "disc")
    page = hands.page
    hands.look_at(POINT)
    page.viewer.set_window(150, 50)
    assert page.session.disk is not None
    other = next(each for each in page.session.disk.stacks if each != page.session.stack)

    page.head.switch.setCurrentIndex(page.head._stacks.index(other))
    page.head.switch.activated.emit(page.head.switch.currentIndex())
    hands.settle()

    assert page.session.stack == other
    assert page.viewer.cross == pytest.approx(POINT, abs=0.1)
    assert page.session.window.width == 150
    assert page.session.kept(other) is not None


def test_the_menu_detaches_closes_and_reports(hands: CtHands) -> None:
    head = hands.page.head
    assert head.study.whole.startswith("CT of 29 February 2024")

    head.report_action.trigger()
    hands.settle()
    hands.page.opening.panel.back_button.click()
    assert hands.page.is_looking
    head.close_action.trigger()
    assert hands.page.opening.shows_start
    assert len(hands.visit.attached_studies) == 1


def test_colours_change_with_the_day_and_pictures_stay_dark(hands: CtHands) -> None:
    view = hands.page.viewer.views[Plane.AXIAL]
    view.show_picture(None)

    hands.page.set_colours(PALETTES[Mode.DARK])
    ground = view.grab().toImage().pixelColor(2, 2)
    hands.page.set_colours(PALETTES[Mode.LIGHT])

    assert ground.lightness() == 0
    assert view.grab().toImage().pixelColor(2, 2).lightness() == 0


def test_in_a_low_window_the_tools_stand_without_words_and_none_is_cut(hands: CtHands) -> None:
    strip = hands.page.tools
    strip.resize(strip.width(), 420)
    QApplication.processEvents()

    for button in strip.buttons.values():
        assert button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
    assert strip.minimumSizeHint().height() <= 420

    strip.resize(strip.width(), 700)
    QApplication.processEvents()
    assert all(
        button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        for button in strip.buttons.values()
    )


def test_after_an_answer_the_keys_go_to_the_pictures(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    question = hands.page.annotator.question
    assert question is not None
    question.buttons["Not now"].setFocus()
    QApplication.processEvents()

    QTest.keyClick(question.buttons["Not now"], Qt.Key.Key_Space)
    hands.settle()

    assert hands.page.annotator.question is None
    focused = QApplication.focusWidget()
    assert focused is hands.page.viewer.views[Plane.AXIAL]
    k = hands.page.viewer.index(Plane.AXIAL)
    QTest.keyClick(focused, Qt.Key.Key_Down)
    assert hands.page.viewer.index(Plane.AXIAL) == k + 1
