"""Muscles grown from strokes, through the page."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, Compartment
from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import Plane
from painmap.imaging.slice_mask import Mask
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import NO_KEYS, CtHands, jane, write_body

K, Z = 10, -50.0
"""The slice that is worked on, and where it lies."""


def line_of(x0: float, x1: float) -> list[PatientPoint]:
    return [PatientPoint(float(x), 30.0, Z) for x in np.linspace(x0, x1, 9)]


def mask(hands: CtHands, muscle: Compartment | None = None) -> Mask:
    masks = hands.page.work.muscles.masks(muscle or hands.visit.live_compartments[0])
    assert masks is not None
    return masks.slices[K].mask.whole()


def widest(hands: CtHands) -> float:
    """How far to the LEFT it goes."""
    plane = hands.page.session.stack.slice_geometry(K)
    assert plane is not None
    return max(plane.patient_point(*at).x for at in np.argwhere(mask(hands)))


@pytest.fixture
def two_muscles(desk: Desk, qtbot: QtBot, tmp_path: Path) -> CtHands:
    """Two muscles in fat with nothing between them: x from 20 to 56 and on to 96, y = 30."""
    made = CtHands(desk, qtbot, jane())
    folder = write_body(tmp_path / "disc")
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            _draw_two_muscles(file)
    made.open_best(folder)
    made.page.annotator.spine.drop()
    return made


def _draw_two_muscles(file: Path) -> None:
    dataset = dcmread(file)
    x0, y0, _ = (float(each) for each in dataset.ImagePositionPatient)
    down, right = (float(each) for each in dataset.PixelSpacing)
    row, column = np.mgrid[: dataset.Rows, : dataset.Columns]
    x, y = x0 + column * right, y0 + row * down
    muscle = (np.abs(x - 58) < 38) & (np.abs(y - 30) < 18)
    hu = np.where(muscle, 50, -100)
    stored = (hu - float(dataset.RescaleIntercept)) / float(dataset.RescaleSlope)
    dataset.PixelData = np.round(stored).astype(np.int16).tobytes()
    dataset.save_as(file)


def grow(hands: CtHands, x0: float, x1: float, *, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    before = hands.visit
    hands.stroke(line_of(x0, x1), ToolName.GROW, keys=keys)
    hands.wait(lambda: hands.visit != before)
    hands.settle()


def test_a_stroke_beside_it_keeps_what_grows_from_its_neighbour(two_muscles: CtHands) -> None:
    hands = two_muscles
    hands.choose("psoas_major", Side.LEFT)

    grow(hands, 34.0, 46.0)
    both = int(mask(hands).sum())
    assert widest(hands) > 55.0, "nothing keeps it back"
    grow(hands, 56.0, 80.0, keys=Qt.KeyboardModifier.ShiftModifier)

    assert widest(hands) < 54.0
    assert 0.4 * both < int(mask(hands).sum()) < both
    (area,) = hands.visit.live_compartments[0].areas
    assert (area.k, area.origin) == (K, AreaOrigin.PAINTED)
    hands.desk.undo()
    hands.settle()
    assert int(mask(hands).sum()) == both
    hands.desk.undo()
    assert hands.visit.live_compartments == ()


def test_what_belongs_to_another_muscle_is_not_grown_over(two_muscles: CtHands) -> None:
    hands = two_muscles
    hands.choose("quadratus_lumborum", Side.LEFT)
    hands.page.work.brush.size_mm = 40
    hands.stroke(line_of(78.0, 78.0), ToolName.BRUSH)
    hands.settle()

    hands.choose("psoas_major", Side.LEFT)
    grow(hands, 34.0, 50.0)

    quadratus, psoas = hands.visit.live_compartments
    first, second = mask(hands, quadratus), mask(hands, psoas)
    assert first.any()
    assert second.any()
    assert not (first & second).any()


def test_what_was_painted_before_stays_and_strokes_go_with_the_tool(
    two_muscles: CtHands,
) -> None:
    hands = two_muscles
    hands.choose("psoas_major", Side.LEFT)
    hands.stroke(line_of(-2.0, 2.0), ToolName.BRUSH)
    hands.settle()
    if hands.page.annotator.question is not None:
        hands.page.annotator.sides.leave()
    hands.stroke(line_of(12.0, 16.0), ToolName.BRUSH)
    hands.settle()
    painted = mask(hands)

    grow(hands, 34.0, 50.0)

    assert (mask(hands) & painted).sum() == painted.sum()
    assert mask(hands).sum() > 3 * painted.sum()
    hands.page.choose_tool(ToolName.WINDOW)
    hands.page.choose_tool(ToolName.GROW)
    assert hands.page.work.strip.gate.isHidden()
    assert hands.page.work.strip.ball.isHidden()


def test_a_stroke_that_grows_is_given_up_by_escape(two_muscles: CtHands) -> None:
    hands = two_muscles
    hands.choose("psoas_major", Side.LEFT)

    hands.page.choose_tool(ToolName.GROW)
    hands.look_at(line_of(34.0, 50.0)[0])
    viewport = hands.page.viewer.views[Plane.AXIAL].viewport()
    hands.hover(line_of(34.0, 50.0)[-1])
    before = viewport.grab().toImage()
    hands.stroke(line_of(34.0, 50.0), ToolName.GROW, release=False)
    assert viewport.grab().toImage() != before
    hands.key(Qt.Key.Key_Escape)
    hands.settle()
    hands.hover(line_of(34.0, 50.0)[-1])
    assert viewport.grab().toImage() == before, "nothing of the stroke is left"

    assert hands.visit.live_compartments == ()
