"""Muscles over their slices, through the page: fill, brush, freehand, list, actions."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, Compartment, CompartmentStatus
from painmap.domain.injection import SideBasis
from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import Plane
from painmap.imaging.slice_mask import Mask
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, jane, write_body

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
    assert middle(hands, 12).x == pytest.approx(42.0, abs=1.5)
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
