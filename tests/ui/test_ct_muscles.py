"""Muscles over their slices, through the page: fill, brush, freehand, list, actions."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.compartment import AreaOrigin, Compartment, CompartmentStatus
from painmap.domain.injection import SideBasis
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.domain.sentences import visit_sentences
from painmap.imaging.reslice import Plane
from painmap.imaging.slice_mask import Mask
from painmap.ui.ct_export import picturing
from painmap.ui.ct_panels import TextPanel
from painmap.ui.ct_tool_strip import TOOLS, ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import LEFT, NO_KEYS, CtHands, jane, write_body

Z0, STEP = -100.0, 5.0
MIDDLE = PatientPoint(42.0, 30.0, -50.0)


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> Iterator[CtHands]:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc"))
    made.click(PatientPoint(0.0, 80.0, -50.0), ToolName.MIDLINE)
    yield made
    made.settle()


def square(x: float, y: float, k: int, half: float = 20.0) -> list[PatientPoint]:
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return [PatientPoint(x + dx * half, y + dy * half, Z0 + k * STEP) for dx, dy in corners]


def draw(hands: CtHands, k: int, x: float = 42.0, y: float = 30.0, half: float = 20.0) -> None:
    hands.choose("psoas_major", Side.LEFT)
    hands.outline(square(x, y, k, half))


def fill(hands: CtHands) -> None:
    hands.key(Qt.Key.Key_F)
    hands.settle()


def muscle(hands: CtHands) -> Compartment:
    (found,) = hands.visit.live_compartments
    return found


def mask(hands: CtHands, k: int) -> Mask:
    masks = hands.page.work.muscles.masks(muscle(hands))
    assert masks is not None
    return masks.slices[k].mask.whole()


def middle(hands: CtHands, k: int) -> PatientPoint:
    plane = hands.page.session.stack.slice_geometry(k)
    assert plane is not None
    row, column = np.argwhere(mask(hands, k)).mean(axis=0)
    return plane.patient_point(float(row), float(column))


def origins(hands: CtHands) -> dict[int, AreaOrigin]:
    return {area.k: area.origin for area in muscle(hands).areas}


def test_contours_on_two_slices_are_filled_between_in_one_step(hands: CtHands) -> None:
    draw(hands, 8)
    draw(hands, 12, x=62.0)
    before = hands.visit

    fill(hands)

    assert (muscle(hands).muscle_id, muscle(hands).side) == ("psoas_major", Side.LEFT)
    assert list(origins(hands)) == [8, 9, 10, 11, 12]
    assert origins(hands)[8] is origins(hands)[12] is AreaOrigin.DRAWN
    assert middle(hands, 10) == pytest.approx((52.0, 30.0, -50.0), abs=2.5)
    assert muscle(hands).side_check.basis is SideBasis.AGREES
    hands.desk.undo()
    assert hands.visit.live_compartments == ()
    assert len(hands.visit.outlines) == len(before.outlines) == 2


def test_a_filled_slice_is_drawn_dashed_and_a_drawn_one_is_not(hands: CtHands) -> None:
    draw(hands, 8)
    draw(hands, 12)
    fill(hands)
    view = hands.page.viewer.views[Plane.AXIAL]

    hands.look_at(PatientPoint(42.0, 30.0, Z0 + 10 * STEP))
    (filled,) = view.scene_shown.areas
    hands.look_at(PatientPoint(42.0, 30.0, Z0 + 8 * STEP))
    (drawn,) = view.scene_shown.areas

    assert filled.filled
    assert "LEFT" in filled.label
    assert not drawn.filled
    hands.look_at(PatientPoint(42.0, 30.0, Z0 + 13 * STEP))
    assert view.scene_shown.areas == ()


def test_a_vertex_that_is_moved_fills_beside_it_anew_in_the_same_step(hands: CtHands) -> None:
    draw(hands, 8)
    draw(hands, 12)
    draw(hands, 16)
    fill(hands)
    before, pixels = hands.visit, {k: int(mask(hands, k).sum()) for k in range(8, 17)}
    corner = square(42.0, 30.0, 12)[2]
    hands.page.choose_tool(ToolName.OUTLINE)
    hands.look_at(corner)

    hands.drag(hands.pixel(corner), hands.pixel(PatientPoint(102.0, 90.0, corner.z)))

    after = {k: int(mask(hands, k).sum()) for k in range(8, 17)}
    assert [k for k in pixels if after[k] > pixels[k]] == [9, 10, 11, 12, 13, 14, 15]
    assert hands.desk.open_visit.undo_label == "move vertex"
    hands.desk.undo()
    assert [each.points for each in hands.visit.outlines] == [
        each.points for each in before.outlines
    ]
    assert {k: int(mask(hands, k).sum()) for k in range(8, 17)} == pixels


def test_a_contour_that_is_removed_no_longer_counts(hands: CtHands) -> None:
    draw(hands, 8)
    draw(hands, 12, x=82.0)
    draw(hands, 16)
    fill(hands)
    hands.page.annotator.choose(
        next(each.id for each in hands.visit.outlines if each.points[0].z == Z0 + 12 * STEP)
    )

    hands.key(Qt.Key.Key_Delete)

    assert origins(hands)[12] is AreaOrigin.FILLED
    # pixels are 4 mm wide, and clicks fall on whole pixels of the screen
    assert middle(hands, 12).x == pytest.approx(42.0, abs=2.5)
    hands.desk.undo()
    assert origins(hands)[12] is AreaOrigin.DRAWN


def test_one_contour_is_not_enough_to_fill(hands: CtHands) -> None:
    draw(hands, 8)

    fill(hands)

    assert hands.visit.live_compartments == ()
    assert "fewer than two slices" in hands.said[-1]


def test_muscles_are_there_again_when_the_visit_is_opened_again(hands: CtHands) -> None:
    draw(hands, 8)
    draw(hands, 12)
    fill(hands)
    pixels, study = int(mask(hands, 10).sum()), hands.page.session.study
    visit_id = hands.visit.id
    assert study is not None

    hands.desk.close_visit()
    hands.settle()
    hands.desk.show_visit(hands.desk.clinic.open_visit(visit_id))
    hands.page.reopen(study)
    hands.settle()

    assert int(mask(hands, 10).sum()) == pixels


def line_of(k: int, x0: float, x1: float, y: float = 30.0) -> list[PatientPoint]:
    return [PatientPoint(float(x), y, Z0 + k * STEP) for x in np.linspace(x0, x1, 9)]


def test_the_brush_paints_the_pixels_that_it_passes_over_in_one_step(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT)
    hands.page.work.brush.size_mm = 10

    hands.stroke(line_of(10, 22.0, 62.0), ToolName.BRUSH)

    # pixels of 4 mm with their centres at 2, 6 ...: three rows within 5 mm of y = 30
    assert mask(hands, 10).sum() == pytest.approx(3 * 11, abs=4)
    assert middle(hands, 10) == pytest.approx((42.0, 30.0, -50.0), abs=2.0)
    assert origins(hands) == {10: AreaOrigin.PAINTED}
    assert hands.desk.open_visit.undo_label == "paint"
    hands.desk.undo()
    assert hands.visit.live_compartments == ()


@pytest.mark.parametrize("way", ["shift", "right button"])
def test_the_eraser_takes_away_what_was_painted(hands: CtHands, way: str) -> None:
    hands.choose("psoas_major", Side.LEFT)
    hands.stroke(line_of(10, 22.0, 62.0), ToolName.BRUSH)
    before = int(mask(hands, 10).sum())
    shift = Qt.KeyboardModifier.ShiftModifier if way == "shift" else NO_KEYS
    button = LEFT if way == "shift" else Qt.MouseButton.RightButton

    hands.stroke(line_of(10, 46.0, 70.0), ToolName.BRUSH, keys=shift, button=button)

    assert int(mask(hands, 10).sum()) < before
    assert middle(hands, 10).x < 38.0
    assert hands.desk.open_visit.undo_label == "erase"


def test_a_stroke_that_is_given_up_leaves_nothing(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT)

    hands.stroke(line_of(10, 22.0, 62.0), ToolName.BRUSH, release=False)
    hands.key(Qt.Key.Key_Escape)

    assert hands.visit.live_compartments == ()


def test_the_gate_keeps_the_brush_to_muscle(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT)
    hands.page.choose_tool(ToolName.BRUSH)
    hands.page.work.strip.gate.setCurrentText("Muscle")

    # the ramp is 10 x + 3 y + z: at y = 30, z = -50 it is muscle where x is from 1.1 to 19
    hands.stroke(line_of(10, 6.0, 62.0), ToolName.BRUSH)

    volume = hands.page.session.volume
    assert volume is not None
    painted = volume.hu[10][mask(hands, 10)]
    assert painted.min() >= -29
    assert painted.max() <= 150


def test_brackets_change_the_size_of_the_brush(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.BRUSH)

    hands.key(Qt.Key.Key_BracketRight)

    assert hands.page.work.brush.size_mm == 10
    assert hands.page.work.strip.diameter.text() == "10 mm"


def test_a_ball_paints_and_erases_the_slices_beside_in_one_step(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT)
    hands.page.choose_tool(ToolName.BRUSH)
    hands.page.work.brush.size_mm = 25
    hands.page.work.strip.ball.click()

    hands.stroke(line_of(10, 38.0, 46.0), ToolName.BRUSH)

    # slices lie 5 mm apart: two on either side are within 12.5 mm
    assert set(origins(hands)) == {8, 9, 10, 11, 12}
    painted = {k: int(mask(hands, k).sum()) for k in range(8, 13)}
    assert painted[8] == painted[12] < painted[9] == painted[11] < painted[10]
    shift = Qt.KeyboardModifier.ShiftModifier
    hands.stroke(line_of(9, 60.0, 46.0), ToolName.BRUSH, keys=shift)
    assert int(mask(hands, 10).sum()) < painted[10]
    assert int(mask(hands, 12).sum()) == painted[12]
    hands.desk.undo()
    hands.settle()
    assert int(mask(hands, 10).sum()) == painted[10]
    hands.desk.undo()
    assert hands.visit.live_compartments == ()


def test_painting_on_the_other_side_is_a_question(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT)

    hands.stroke(line_of(10, -62.0, -22.0), ToolName.BRUSH)

    assert hands.visit.live_compartments == ()
    hands.answer_side("Make it RIGHT")
    assert muscle(hands).side is Side.RIGHT
    assert muscle(hands).side_check.answer == "made RIGHT, LEFT was chosen"


def test_a_stroke_around_a_muscle_is_a_contour(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT)
    turn = np.linspace(0, 2 * np.pi, 40)
    ring = [PatientPoint(42 + 20 * np.cos(t), 30 + 20 * np.sin(t), -50.0) for t in turn]

    hands.stroke(ring, ToolName.FREEHAND)

    measured = hands.page.session.measure(hands.visit.outlines[0])
    assert measured is not None
    assert measured.area_mm2 == pytest.approx(np.pi * 400, rel=0.05)


def filled_muscle(hands: CtHands, x: float = 42.0, half: float = 20.0) -> None:
    draw(hands, 8, x=x, half=half)
    draw(hands, 12, x=x, half=half)
    fill(hands)
    hands.key(Qt.Key.Key_L)


def test_the_list_hides_locks_accepts_and_removes_a_muscle(hands: CtHands) -> None:
    filled_muscle(hands)
    panel = hands.page.work.list

    panel.lines[0].visible.click()
    assert not muscle(hands).visible
    hands.look_at(PatientPoint(42.0, 30.0, Z0 + 10 * STEP))
    assert hands.page.viewer.views[Plane.AXIAL].scene_shown.areas == ()
    panel.accept.click()
    assert muscle(hands).status is CompartmentStatus.ACCEPTED
    assert panel.lines[0].state.text() == "accepted"
    panel.lock.click()
    assert not panel.remove.isEnabled()
    panel.lock.click()
    panel.remove.click()
    assert hands.visit.live_compartments == ()
    assert len(hands.visit.outlines) == 2


def test_nothing_of_the_list_is_cut_whatever_its_buttons_say(hands: CtHands) -> None:
    filled_muscle(hands)
    panel = hands.page.work.list

    for change in (panel.accept.click, panel.lock.click, panel.accept.click):
        change()
        hands.settle()
        right = panel.mapToGlobal(panel.rect().topRight()).x()
        shown = [panel.accept, panel.lock, panel.colour, panel.remove, panel.lines[0].state]
        for each in shown:
            assert each.mapToGlobal(each.rect().topRight()).x() <= right
            assert each.width() >= each.minimumSizeHint().width()


def test_a_muscle_stands_in_the_text_of_the_visit_once_it_was_drawn(hands: CtHands) -> None:
    filled_muscle(hands)
    hands.page.work.list.accept.click()
    hands.settle()

    text = visit_sentences(hands.visit, hands.desk.muscles)

    (words,) = (each for each in text if each.startswith("LEFT psoas major over"))
    assert words.startswith("LEFT psoas major over 5 slices, accepted, side agrees")


def test_an_accepted_muscle_is_dashed_no_more(hands: CtHands) -> None:
    filled_muscle(hands)
    hands.look_at(PatientPoint(42.0, 30.0, Z0 + 10 * STEP))
    view = hands.page.viewer.views[Plane.AXIAL]
    assert [area.filled for area in view.scene_shown.areas] == [True]

    hands.page.work.list.accept.click()
    hands.settle()
    hands.page.viewer.draw()

    assert [area.filled for area in view.scene_shown.areas] == [False]


def test_a_locked_muscle_is_not_changed(hands: CtHands) -> None:
    filled_muscle(hands)
    hands.page.work.list.lock.click()
    before = hands.visit
    corner = square(42.0, 30.0, 12)[2]

    hands.page.choose_tool(ToolName.OUTLINE)
    hands.look_at(corner)
    hands.drag(hands.pixel(corner), hands.pixel(PatientPoint(102.0, 90.0, corner.z)))
    hands.stroke(line_of(10, 22.0, 62.0), ToolName.BRUSH)
    fill(hands)

    assert hands.visit == before
    assert "is locked" in hands.said[-1]


def test_actions_change_the_chosen_muscle_on_the_slice_or_on_all(hands: CtHands) -> None:
    filled_muscle(hands, x=22.0, half=15.0)
    panel = hands.page.work.list
    panel.lines[0].name.click()
    hands.look_at(PatientPoint(42.0, 30.0, Z0 + 12 * STEP))
    before = {k: int(mask(hands, k).sum()) for k in range(8, 13)}

    panel.buttons["Subtract bone"].click()
    assert int(mask(hands, 8).sum()) == before[8]
    assert int(mask(hands, 12).sum()) < before[12]
    panel.scope.chip("everywhere").click()
    panel.buttons["Subtract bone"].click()

    volume = hands.page.session.volume
    assert volume is not None
    assert int(mask(hands, 8).sum()) < before[8]
    for k in muscle(hands).areas:
        assert volume.hu[k.k][mask(hands, k.k)].max() < 151


def test_a_slice_is_copied_to_the_next_and_the_muscle_mirrored(hands: CtHands) -> None:
    filled_muscle(hands)
    panel = hands.page.work.list
    panel.lines[0].name.click()
    hands.look_at(PatientPoint(42.0, 30.0, Z0 + 12 * STEP))

    panel.copy.click()

    assert origins(hands)[13] is AreaOrigin.COPIED
    assert np.array_equal(mask(hands, 13), mask(hands, 12))
    assert hands.page.viewer.index(Plane.AXIAL) == 13

    panel.mirror.click()
    hands.settle()

    left, right = sorted(hands.visit.live_compartments, key=lambda each: each.side.value)
    assert (left.side, right.side) == (Side.LEFT, Side.RIGHT)
    masks = hands.page.work.muscles.masks(right)
    assert masks is not None
    plane = hands.page.session.stack.slice_geometry(12)
    assert plane is not None
    row, column = np.argwhere(masks.slices[12].mask.whole()).mean(axis=0)
    mirrored = plane.patient_point(float(row), float(column))
    assert mirrored.x == pytest.approx(-42.0, abs=4.0)
    assert right.side_check.basis is SideBasis.AGREES


def test_taking_up_the_brush_moves_no_picture(hands: CtHands) -> None:
    view = hands.page.viewer.views[Plane.AXIAL]
    before = view.size()

    hands.page.choose_tool(ToolName.BRUSH)
    hands.settle()

    assert view.size() == before


def test_the_table_measures_each_level_and_the_whole_from_the_voxels(hands: CtHands) -> None:
    hands.click(PatientPoint(0.0, 80.0, Z0 + 12 * STEP), ToolName.MIDLINE)
    hands.name_level(Level.L3)
    filled_muscle(hands, x=22.0, half=15.0)

    hands.page.work.list.measures.click()
    hands.settle()

    shown = hands.page.measures.table
    assert shown is not None
    table = shown.table
    cells = [
        [table.item(line, place) for place in range(table.columnCount())]
        for line in range(table.rowCount())
    ]
    words = [[cell.text() for cell in line if cell is not None] for line in cells]
    assert [line[1] for line in words] == ["edited", "edited"]
    assert [line[2] for line in words] == ["L3", "all 5 slices"]
    # 49 pixels of 16 square millimetres on each of five slices
    assert words[0][3] == words[1][3] == "7.8 cm²"
    bar = table.horizontalScrollBar()
    assert bar.maximum() == 0, "every column is seen"
    # 245 pixels; those above 150 HU count as bone on this ramp
    assert 0 < int(words[1][-1]) < 245
    assert "no contrast medium named" in shown.source.text()
    assert "on the supine CT of 29 February 2024" in shown.source.text()
    shown.back.click()
    assert hands.page.is_looking


def test_measures_of_muscles_go_into_the_export(hands: CtHands) -> None:
    filled_muscle(hands, x=22.0, half=15.0)
    hands.settle()
    session = hands.page.session
    clinic = hands.desk.clinic

    found = run_to_end(
        picturing(
            hands.visit, session.muscles, session.window, session.in_memory(), read=clinic.blob
        )
    )

    assert [(row.level, row.whole) for row in found.muscle_rows] == [(None, False), (None, True)]
    assert found.muscle_rows[1].figures.area_mm2 == pytest.approx(49 * 16.0)
    assert found.missing == ()


def test_a_muscle_is_brought_into_view_on_a_slice_that_holds_something_of_it(
    hands: CtHands,
) -> None:
    filled_muscle(hands)
    hands.look_at(PatientPoint(42.0, 30.0, Z0 + 2 * STEP))

    hands.page.show_items((muscle(hands).id,))

    assert hands.page.viewer.index(Plane.AXIAL) == 8
    hands.page.viewer.go_to(Plane.AXIAL, 10)
    hands.page.show_items((muscle(hands).id,))
    assert hands.page.viewer.index(Plane.AXIAL) == 10


def test_a_question_mark_lists_every_key_of_the_tools(hands: CtHands) -> None:
    hands.key(Qt.Key.Key_Question)

    panel = hands.page.opening.panel
    assert isinstance(panel, TextPanel)
    lines = panel.text.toPlainText().splitlines()
    for spec in TOOLS:
        assert any(line.startswith(f"{spec.key}:  {spec.word}") for line in lines)
    panel.back_button.click()
    assert hands.page.is_looking


def test_a_contour_waits_until_its_muscle_is_read(hands: CtHands) -> None:
    filled_muscle(hands)
    before = hands.visit
    hands.page.work.muscles.forget()

    hands.page.annotator.choose(hands.visit.outlines[1].id)
    hands.page.annotator.chosen_one.remove()

    assert hands.visit == before
    assert "still being read" in hands.said[-1]
    hands.settle()
    hands.page.annotator.choose(hands.visit.outlines[1].id)
    hands.page.annotator.chosen_one.remove()
    assert len(hands.visit.outlines) == 1
    assert hands.visit.find(muscle(hands).id) != before.find(muscle(hands).id)
