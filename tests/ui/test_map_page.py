from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.edits import Page, mark_pain
from painmap.domain.pain import (
    AuthorLayer,
    Depth,
    Mark,
    PainSite,
    Quality,
    RegionShape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint, Sha256, TemplateRef
from painmap.domain.visit import Visit, VisitKind
from painmap.ui.desk import Desk, Message
from painmap.ui.main_window import MainWindow
from painmap.ui.map_page import MapPage
from painmap.ui.theme import DARK
from painmap.ui.tools.mark_pain import MarkTool
from tests.domain.builders import mark_of
from tests.ui.conftest import demonstration

LEFT_LOW = "lumb_lo_para.left"
RIGHT_LOW = "lumb_lo_para.right"
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def page(map_page: MapPage) -> MapPage:
    return map_page


def _visit(page: MapPage) -> Visit:
    return page.desk.open_visit.visit


def _pixel(page: MapPage, at: FigurePoint) -> QPoint:
    pixel = page.figure.camera.pixel(at)
    return QPoint(round(pixel.x), round(pixel.y))


def _middle(page: MapPage, region: str) -> FigurePoint:
    return page.desk.template.views[page.figure.view].region(region).label_at


def _tap(page: MapPage, region: str, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.mouseClick(page.figure, LEFT, modifier, _pixel(page, _middle(page, region)))


def _stroke(
    page: MapPage, points: list[FigurePoint], modifier: Qt.KeyboardModifier = PLAIN
) -> None:
    pixels = [_pixel(page, point) for point in points]
    QTest.mousePress(page.figure, LEFT, modifier, pixels[0])
    for pixel in pixels[1:]:
        QTest.mouseMove(page.figure, pixel)
    QTest.mouseRelease(page.figure, LEFT, modifier, pixels[-1])


def _sides(page: MapPage) -> list[set[Side]]:
    return [{region.side for region in mark.regions} for mark in _visit(page).marks]


# --- regions


def test_the_back_is_shown_first_and_nothing_is_selected(page: MapPage) -> None:
    assert page.figure.view == "back"
    assert page.desk.selection is None
    assert page.panel._empty.isVisible()
    assert not page.panel._said.isVisible()


def test_a_click_on_the_left_low_back_says_the_patients_left(page: MapPage) -> None:
    _tap(page, LEFT_LOW)

    (mark,) = _visit(page).marks
    (site,) = _visit(page).pain_sites
    assert mark.shape == RegionShape(LEFT_LOW)
    assert (mark.view, mark.layer) == ("back", AuthorLayer.PATIENT)
    assert mark.template == page.desk.template.ref
    assert _sides(page) == [{Side.LEFT}]
    assert site.intensity is None
    assert page.desk.selection == site.id
    assert page.panel.sentence.text() == (
        "patient's LEFT lower lumbar paraspinal, intensity not asked"
    )


def test_left_is_at_the_viewers_left_on_the_back_and_at_the_right_on_the_front(
    page: MapPage,
) -> None:
    QTest.mouseClick(page.figure, LEFT, PLAIN, _pixel(page, FigurePoint(-60, 580)))
    QTest.keyClick(page.figure, Qt.Key.Key_F2)
    QTest.mouseClick(page.figure, LEFT, PLAIN, _pixel(page, FigurePoint(-60, 580)))
    assert [mark.view for mark in _visit(page).marks] == ["back", "front"]
    assert _sides(page) == [{Side.LEFT}, {Side.RIGHT}]


def test_a_second_click_takes_the_region_out_again(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    _tap(page, LEFT_LOW)
    assert _visit(page).marks == ()
    assert _visit(page).pain_sites == ()
    assert page.desk.selection is None


def test_a_double_click_is_one_click(page: MapPage) -> None:
    at = _pixel(page, _middle(page, LEFT_LOW))
    QTest.mouseClick(page.figure, LEFT, PLAIN, at)
    QTest.mouseDClick(page.figure, LEFT, PLAIN, at)
    assert len(_visit(page).marks) == 1


def test_a_click_on_another_sites_region_selects_it(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    first = page.desk.selection
    _tap(page, RIGHT_LOW)
    assert page.desk.selection != first
    _tap(page, LEFT_LOW)
    assert page.desk.selection == first
    assert len(_visit(page).marks) == 2


def test_shift_adds_to_the_selected_site(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    _tap(page, RIGHT_LOW, SHIFT)
    (site,) = _visit(page).pain_sites
    assert len(_visit(page).marks_of(site.id)) == 2
    assert page.panel.sentence.text().startswith(
        "patient's LEFT lower lumbar paraspinal and RIGHT lower lumbar paraspinal"
    )


def test_the_visible_switch_adds_too_until_another_site_is_selected(
    page: MapPage, qtbot: QtBot
) -> None:
    _tap(page, LEFT_LOW)
    qtbot.mouseClick(page.panel.add_button, LEFT)
    _tap(page, RIGHT_LOW)
    assert len(_visit(page).pain_sites) == 1
    QTest.keyClick(page.figure, Qt.Key.Key_Escape)
    _tap(page, "calf.left")
    assert len(_visit(page).pain_sites) == 2
    assert not page.panel.add_button.isChecked()


def test_a_click_beside_the_body_and_escape_deselect(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    QTest.mouseClick(page.figure, LEFT, PLAIN, _pixel(page, FigurePoint(-230, 60)))
    assert page.desk.selection is None
    _tap(page, LEFT_LOW)
    QTest.keyClick(page.figure, Qt.Key.Key_Escape)
    assert page.desk.selection is None
    assert len(_visit(page).marks) == 1


def test_hovering_says_the_region_and_then_what_is_marked_there(page: MapPage) -> None:
    at = _pixel(page, _middle(page, LEFT_LOW))
    QTest.mouseMove(page.figure, at)
    assert page.under.text().startswith("patient's LEFT lower lumbar paraspinal")
    QTest.mouseClick(page.figure, LEFT, PLAIN, at)
    QTest.keyClick(page.figure, "7")
    assert page.under.text() == "patient's LEFT lower lumbar paraspinal, 7/10"


# --- what is said of a site


def test_digits_set_the_intensity_of_the_selected_site(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    QTest.keyClick(page.figure, "7")
    assert _visit(page).pain_sites[0].intensity == 7
    QTest.keyClick(page.figure, "1")
    QTest.keyClick(page.figure, "0")
    assert _visit(page).pain_sites[0].intensity == 10
    assert page.panel.strip.chips[10].isChecked()


def test_a_digit_with_nothing_selected_does_nothing(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    QTest.keyClick(page.figure, Qt.Key.Key_Escape)
    before = _visit(page)
    QTest.keyClick(page.figure, "7")
    assert _visit(page) == before


def test_a_chosen_intensity_clicked_again_is_not_asked(page: MapPage, qtbot: QtBot) -> None:
    _tap(page, LEFT_LOW)
    qtbot.mouseClick(page.panel.strip.chips[0], LEFT)
    assert _visit(page).pain_sites[0].intensity == 0
    qtbot.mouseClick(page.panel.strip.chips[0], LEFT)
    assert _visit(page).pain_sites[0].intensity is None
    assert page.panel._intensity.text() == "not asked"


def test_the_sentence_says_it_all(page: MapPage, qtbot: QtBot) -> None:
    _tap(page, LEFT_LOW)
    QTest.keyClick(page.figure, "7")
    qtbot.mouseClick(page.panel.quality_chips.chip(Quality.ACHING), LEFT)
    qtbot.mouseClick(page.panel.depth_chips.chip(Depth.DEEP), LEFT)
    assert page.panel.sentence.text() == (
        "patient's LEFT lower lumbar paraspinal, 7/10, aching, deep"
    )


def test_a_fourth_quality_is_refused_in_words_and_drops_none(page: MapPage, qtbot: QtBot) -> None:
    said: list[Message] = []
    page.desk.said.connect(said.append)
    _tap(page, LEFT_LOW)
    for quality in (Quality.ACHING, Quality.BURNING, Quality.NUMB, Quality.SHOOTING):
        qtbot.mouseClick(page.panel.quality_chips.chip(quality), LEFT)
    (site,) = _visit(page).pain_sites
    assert site.qualities == (Quality.ACHING, Quality.BURNING, Quality.NUMB)
    assert not page.panel.quality_chips.chip(Quality.SHOOTING).isChecked()
    assert said[-1].text == "A site has at most 3 qualities."


def test_a_note_is_stored_one_second_after_the_last_key(page: MapPage, qtbot: QtBot) -> None:
    _tap(page, LEFT_LOW)
    qtbot.mouseClick(page.panel.note, LEFT)
    qtbot.keyClicks(page.panel.note, "since the fall 3 weeks ago")
    assert _visit(page).pain_sites[0].note == ""
    qtbot.waitUntil(
        lambda: _visit(page).pain_sites[0].note == "since the fall 3 weeks ago", timeout=2000
    )
    assert _visit(page).pain_sites[0].intensity is None
    assert page.desk.open_visit.undo_label == "note to the pain site"


def test_a_note_under_way_goes_to_the_site_that_it_was_typed_for(
    page: MapPage, qtbot: QtBot
) -> None:
    _tap(page, LEFT_LOW)
    qtbot.keyClicks(page.panel.note, "worse at night")
    _tap(page, RIGHT_LOW)
    assert [site.note for site in _visit(page).pain_sites] == ["worse at night", ""]
    assert page.panel.note.toPlainText() == ""


# --- brush and eraser


def test_a_stroke_across_the_midline_covers_both_sides(page: MapPage) -> None:
    QTest.keyClick(page.figure, "B")
    _stroke(page, [FigurePoint(x, 345) for x in range(-45, 46, 6)])

    (mark,) = _visit(page).marks
    assert isinstance(mark.shape, StrokeShape)
    assert len(mark.shape.points) <= 3
    assert {region.side for region in mark.regions} == {Side.LEFT, Side.RIGHT}
    assert page.desk.selection == mark.site_id
    assert page.desk.open_visit.undo_label == "mark pain"


def test_a_stroke_with_shift_joins_the_selected_site(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    QTest.keyClick(page.figure, "B")
    _stroke(page, [FigurePoint(60, 580), FigurePoint(60, 640)], SHIFT)
    assert len(_visit(page).pain_sites) == 1
    assert len(_visit(page).marks) == 2


def test_a_click_of_the_brush_on_a_mark_selects_it(page: MapPage) -> None:
    _tap(page, "thigh_post.left")
    QTest.keyClick(page.figure, Qt.Key.Key_Escape)
    QTest.keyClick(page.figure, "B")
    _tap(page, "thigh_post.left")
    assert page.desk.selection == _visit(page).pain_sites[0].id
    assert len(_visit(page).marks) == 1


def test_escape_leaves_a_stroke_undrawn(page: MapPage) -> None:
    QTest.keyClick(page.figure, "B")
    QTest.mousePress(page.figure, LEFT, PLAIN, _pixel(page, FigurePoint(-20, 340)))
    QTest.mouseMove(page.figure, _pixel(page, FigurePoint(20, 340)))
    QTest.keyClick(page.figure, Qt.Key.Key_Escape)
    QTest.mouseRelease(page.figure, LEFT, PLAIN, _pixel(page, FigurePoint(20, 340)))
    assert _visit(page).marks == ()


def test_the_eraser_on_bare_skin_does_nothing(page: MapPage) -> None:
    QTest.keyClick(page.figure, "E")
    _tap(page, LEFT_LOW)
    assert page.desk.open_visit.undo_label is None


@pytest.mark.parametrize(
    ("key", "tool"), [("R", MarkTool.REGION), ("B", MarkTool.BRUSH), ("E", MarkTool.ERASER)]
)
def test_each_tool_has_a_key_and_a_button(
    page: MapPage, qtbot: QtBot, key: str, tool: MarkTool
) -> None:
    other = next(each for each in MarkTool if each is not tool)
    page.choose_tool(other)
    QTest.keyClick(page.figure, key)
    assert page.figure.tool is tool
    assert page.tools.button(tool).isChecked()
    page.choose_tool(other)
    qtbot.mouseClick(page.tools.button(tool), LEFT)
    assert page.figure.tool is tool


# --- patient and doctor


def test_the_doctor_can_mark_what_the_patient_marked(page: MapPage, qtbot: QtBot) -> None:
    _tap(page, LEFT_LOW)
    qtbot.mouseClick(page.head.layer_button(AuthorLayer.DOCTOR), LEFT)
    _tap(page, LEFT_LOW)
    patient, doctor = _visit(page).marks
    assert (patient.layer, doctor.layer) == (AuthorLayer.PATIENT, AuthorLayer.DOCTOR)
    assert patient.site_id != doctor.site_id
    assert page.panel._layer.text() == "found by the doctor"


def test_a_site_of_the_other_layer_selected_elsewhere_turns_the_switch(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    first = page.desk.selection
    page.choose_layer(AuthorLayer.DOCTOR)
    page.desk.select(None)
    page.desk.select(first)
    assert page.head.layer_button(AuthorLayer.PATIENT).isChecked()


# --- undo and where the doctor is


def test_undo_turns_to_the_view_that_it_changes(page: MapPage) -> None:
    page.desk.place_wanted.connect(lambda wanted: page.show_items(wanted.item_ids))
    _tap(page, LEFT_LOW)
    (site,) = _visit(page).pain_sites
    QTest.keyClick(page.figure, "7")
    QTest.keyClick(page.figure, Qt.Key.Key_F2)
    page.desk.select(None)
    page.desk.undo()
    assert page.figure.view == "back"
    assert page.desk.selection == site.id
    QTest.keyClick(page.figure, Qt.Key.Key_F2)
    page.desk.undo()
    assert _visit(page).marks == ()
    assert page.figure.view == "back"
    page.desk.redo()
    assert page.desk.selection == site.id


def test_delete_removes_the_site_and_undo_brings_it_back(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    QTest.keyClick(page.figure, "4")
    QTest.keyClick(page.figure, Qt.Key.Key_Delete)
    assert _visit(page).pain_sites == ()
    assert page.panel._empty.isVisible()
    page.desk.undo()
    assert _visit(page).pain_sites[0].intensity == 4


def test_the_place_is_found_again(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    page.figure.set_camera(page.figure.camera.zoomed(3, 300, 300))
    place = dict(page.place())
    page.restore({})
    page.desk.select(None)
    assert page.figure.camera.zoom == 1
    page.restore(place)
    assert page.place() == place


def test_a_place_that_is_gone_is_passed_over(page: MapPage) -> None:
    page.restore({"view": "left side", "site": "01920000-0000-7000-8000-000000000000"})
    assert page.figure.view == "back"
    assert page.desk.selection is None


def test_old_marks_are_said_in_words_and_not_drawn(page: MapPage) -> None:
    site = PainSite(mark_of(PainSite(page.desk.open_visit.visit.id)).id)
    older = replace(mark_of(site), template=TemplateRef("adult", 0, Sha256("f" * 64)))
    page.desk.apply(mark_pain(site, older))
    assert page.figure.scene.marks == ()
    assert page.elsewhere.isVisible()
    assert "patient's LEFT lower lumbar paraspinal (back)" in page.elsewhere.words.text()
    _tap(page, LEFT_LOW)
    assert len(_visit(page).marks) == 2


# --- the keyboard alone


def _walk_to(page: MapPage, region: str) -> None:
    """Arrow keys from the focused region to another, by the shortest way."""
    view = page.desk.template.views[page.figure.view]
    keys = {
        "left": Qt.Key.Key_Left,
        "right": Qt.Key.Key_Right,
        "up": Qt.Key.Key_Up,
        "down": Qt.Key.Key_Down,
    }
    start = str(page.figure.focus.region)
    ways: dict[str, list[str]] = {start: []}
    waiting = [start]
    while region not in ways:
        here = waiting.pop(0)
        for direction in keys:
            there = view.neighbour(here, direction)
            if there is not None and there not in ways:
                ways[there] = [*ways[here], direction]
                waiting.append(there)
    for direction in ways[region]:
        QTest.keyClick(page.figure, keys[direction])
    assert page.figure.focus.region == region


def test_three_sites_by_the_keyboard_alone(page: MapPage) -> None:
    QTest.keyClick(page.figure, Qt.Key.Key_Down)
    for region, digits in ((LEFT_LOW, "7"), ("calf.right", "10"), ("occiput.left", "2")):
        _walk_to(page, region)
        QTest.keyClick(page.figure, Qt.Key.Key_Return)
        for digit in digits:
            QTest.keyClick(page.figure, digit)
    said = [
        (mark.regions[0].id, site.intensity)
        for mark, site in zip(_visit(page).marks, _visit(page).pain_sites, strict=True)
    ]
    assert said == [(LEFT_LOW, 7), ("calf.right", 10), ("occiput.left", 2)]


def test_shift_and_enter_add_and_enter_takes_out_again(page: MapPage) -> None:
    QTest.keyClick(page.figure, Qt.Key.Key_Down)
    _walk_to(page, LEFT_LOW)
    QTest.keyClick(page.figure, Qt.Key.Key_Space)
    _walk_to(page, RIGHT_LOW)
    QTest.keyClick(page.figure, Qt.Key.Key_Return, SHIFT)
    assert len(_visit(page).pain_sites) == 1
    assert page.figure.accessibleDescription().endswith("marked, intensity not asked, selected")
    QTest.keyClick(page.figure, Qt.Key.Key_Return)
    assert [mark.shape for mark in _visit(page).marks] == [RegionShape(LEFT_LOW)]


def test_the_eraser_works_by_the_keyboard(page: MapPage) -> None:
    QTest.keyClick(page.figure, Qt.Key.Key_Down)
    _walk_to(page, LEFT_LOW)
    QTest.keyClick(page.figure, Qt.Key.Key_Return)
    QTest.keyClick(page.figure, "E")
    QTest.keyClick(page.figure, Qt.Key.Key_Return)
    assert _visit(page).marks == ()


def test_the_figure_is_one_tab_stop(page: MapPage) -> None:
    assert page.focusProxy() is page.figure
    assert page.figure.hasFocus()
    QTest.keyClick(page.figure, Qt.Key.Key_Tab)
    assert not page.figure.hasFocus()
    QTest.keyClick(page.figure, Qt.Key.Key_Backtab, SHIFT)
    page.panel.note.setFocus()
    page.figure.setFocus(Qt.FocusReason.TabFocusReason)
    assert page.figure.focus.region is not None


# --- the page as a whole


def test_three_sites_with_side_intensity_and_quality_take_nine_actions(
    page: MapPage, qtbot: QtBot
) -> None:
    actions = 0
    for region, digit, quality in (
        (LEFT_LOW, "7", Quality.ACHING),
        ("glut_up.right", "4", Quality.BURNING),
        ("calf.left", "3", Quality.TINGLING),
    ):
        _tap(page, region)
        QTest.keyClick(page.figure, digit)
        qtbot.mouseClick(page.panel.quality_chips.chip(quality), LEFT)
        actions += 3
    sites = _visit(page).pain_sites
    assert actions <= 12
    assert [site.intensity for site in sites] == [7, 4, 3]
    assert [len(site.qualities) for site in sites] == [1, 1, 1]
    assert _sides(page) == [{Side.LEFT}, {Side.RIGHT}, {Side.LEFT}]


@pytest.mark.parametrize("size", [(1030, 760), (616, 560), (1600, 1000)])
def test_nothing_is_cut_off_at_any_size(page: MapPage, size: tuple[int, int]) -> None:
    page.resize(*size)
    _tap(page, LEFT_LOW)
    assert (page.width(), page.height()) == size
    chips = [*page.panel.quality_chips.findChildren(QWidget), *page.panel.strip.chips]
    for chip in chips:
        right = chip.mapTo(page.panel, QPoint(chip.width(), 0)).x()
        assert right <= page.panel.width()
        assert chip.width() >= chip.minimumSizeHint().width()
    assert page.figure.rect().contains(page.switch.geometry())
    assert page.figure.rect().contains(page.tools.geometry())


def test_the_line_under_the_figure_begins_with_its_first_word_at_any_width(
    page: MapPage, qtbot: QtBot
) -> None:
    for wide in (1600, 616, 1030, 640):
        page.resize(wide, 560)
        qtbot.wait(1)
        shown, whole = page.under.text(), page.under.whole
        assert page.under.fontMetrics().horizontalAdvance(shown) <= page.under.width()
        assert whole.startswith(shown.removesuffix("…"))
        assert page.under.toolTip() == whole


def test_the_small_figure_switches_the_view(page: MapPage, qtbot: QtBot) -> None:
    assert page.switch.view == "front"
    qtbot.mouseClick(page.switch, LEFT)
    assert (page.figure.view, page.switch.view) == ("front", "back")
    assert page.head.view.text() == "Front view"


def test_every_control_has_a_name(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    for widget in page.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            named = widget.accessibleName() or getattr(widget, "text", str)()
            assert named, widget


def test_dark_and_light_are_painted_differently(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    light = page.figure.grab().toImage()
    page.set_colours(DARK)
    assert page.figure.grab().toImage() != light


def test_what_was_marked_is_there_after_reopening(
    page: MapPage, settle: Callable[[Desk], None]
) -> None:
    _tap(page, LEFT_LOW)
    QTest.keyClick(page.figure, "6")
    visit_id = _visit(page).id
    settle(page.desk)
    page.desk.show_visit(page.desk.clinic.open_visit(visit_id))
    assert page.desk.selection is None
    assert [m.shape for m in page.figure.scene.marks] == [RegionShape(LEFT_LOW)]
    assert _visit(page).pain_sites[0].intensity == 6


def test_marks_of_a_closed_visit_are_not_left_on_screen(page: MapPage) -> None:
    _tap(page, LEFT_LOW)
    page.desk.close_visit()
    assert page.figure.scene.marks == ()
    assert page.panel._empty.isVisible()


def test_marks_stay_in_the_order_in_which_they_were_made(page: MapPage) -> None:
    for region in (LEFT_LOW, RIGHT_LOW, "calf.left"):
        _tap(page, region)
    ids = [mark.id for mark in _visit(page).marks]
    assert all(a < b for a, b in pairwise(ids))


def test_digits_in_the_real_window_reach_the_selected_site(
    window: MainWindow, qtbot: QtBot
) -> None:
    patient = window.desk.clinic.add_patient(demonstration())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    qtbot.waitUntil(lambda: window.current_page is Page.MAP, timeout=10_000)
    page = window.pages.map
    _tap(page, LEFT_LOW)
    qtbot.keyClick(page.figure, "1")
    qtbot.keyClick(page.figure, "0")
    assert _visit(page).pain_sites[0].intensity == 10
    assert isinstance(_visit(page).marks[0], Mark)
