"""Axial pictures turned by 180 degrees: the back up, LEFT on the left, never mirrored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.injection import CtPlace
from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import Plane
from painmap.ui.ct_captions import TURNED
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.ct_viewer_place import go_back, seen_of
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, jane, write_body

PLACE = PatientPoint(42.0, 30.0, -50.0)
"""To the patient's LEFT and to the back of the middle."""
POSITIONS = ("HFS", "HFP", "FFS", "FFP", "HFDR", "HFDL")


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> Iterator[CtHands]:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc"))
    yield made
    made.settle()


def target_of(hands: CtHands) -> PatientPoint:
    place = hands.visit.live_planned_sites[-1].place
    assert isinstance(place, CtPlace)
    return place.target


@pytest.mark.parametrize("position", POSITIONS)
def test_back_up_and_left_on_the_left_however_the_patient_lay(
    desk: Desk, qtbot: QtBot, tmp_path: Path, position: str
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "disc", position=position))

    hands.key(Qt.Key.Key_U)
    hands.look_at(PatientPoint(2.0, 2.0, -50.0))

    view = hands.page.viewer.views[Plane.AXIAL]
    assert view.scene_shown.captions.letters == ("L", "R", "P", "A")
    assert TURNED in [line.text for line in view.scene_shown.captions.top_right]
    middle = hands.pixel(PatientPoint(2.0, 2.0, -50.0))
    at_left, at_back = (
        hands.pixel(PatientPoint(42.0, 2.0, -50.0)),
        hands.pixel(PatientPoint(2.0, 42.0, -50.0)),
    )
    assert at_left.x() < middle.x()
    assert abs(at_left.y() - middle.y()) <= 1
    assert at_back.y() < middle.y()
    assert abs(at_back.x() - middle.x()) <= 1
    hands.settle()


def test_a_click_marks_the_place_that_is_drawn_there(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT)
    hands.click(PLACE, ToolName.TARGET)
    before = target_of(hands)
    at = hands.pixel(PLACE)

    hands.key(Qt.Key.Key_U)
    hands.choose("quadratus_lumborum", Side.LEFT)
    hands.click(PLACE, ToolName.TARGET)

    assert hands.pixel(PLACE) != at
    assert target_of(hands) == pytest.approx(before, abs=1.0)
    assert hands.visit.live_planned_sites[-1].side is Side.LEFT


def test_the_same_voxel_lies_under_the_pointer(hands: CtHands) -> None:
    viewer = hands.page.viewer
    hands.look_at(PLACE)
    pixel = viewer.panes[Plane.AXIAL].shown
    assert pixel is not None
    before = pixel.placement.view_of(PLACE)
    hands.key(Qt.Key.Key_U)
    turned = viewer.panes[Plane.AXIAL].shown
    assert turned is not None
    after = turned.placement.view_of(PLACE)

    assert before is not None
    assert after is not None
    assert after[0] == pytest.approx((-before[0][0], -before[0][1]))
    assert turned.placement.pixel_of_view(after[0]) == pytest.approx(
        pixel.placement.pixel_of_view(before[0])
    )


def test_what_is_seen_stays_and_turns_back(hands: CtHands) -> None:
    view = hands.page.viewer.views[Plane.AXIAL]
    hands.look_at(PLACE)
    view.set_view(3.0, view.placement.view_of(PLACE)[0])  # type: ignore[union-attr,index]  # shown
    at, letters = hands.pixel(PLACE), view.scene_shown.captions.letters

    hands.key(Qt.Key.Key_U)
    QApplication.processEvents()
    assert view.zoom == 3.0
    assert (hands.pixel(PLACE) - at).manhattanLength() <= 2
    hands.key(Qt.Key.Key_U)
    QApplication.processEvents()

    assert (hands.pixel(PLACE) - at).manhattanLength() <= 2
    assert view.scene_shown.captions.letters == letters
    assert TURNED not in [line.text for line in view.scene_shown.captions.top_right]


def test_other_planes_are_not_turned(hands: CtHands) -> None:
    letters = {
        plane: hands.page.viewer.views[plane].scene_shown.captions.letters
        for plane in (Plane.SAGITTAL, Plane.CORONAL)
    }

    hands.key(Qt.Key.Key_U)
    hands.look_at(PLACE)

    for plane, before in letters.items():
        assert hands.page.viewer.views[plane].scene_shown.captions.letters == before


def test_it_is_so_again_when_the_visit_is_opened_again(hands: CtHands) -> None:
    hands.key(Qt.Key.Key_U)
    place = seen_of(hands.page.viewer)
    hands.key(Qt.Key.Key_U)
    assert not hands.page.viewer.turning.turned

    go_back(hands.page.viewer, place)

    assert hands.page.viewer.turning.turned
