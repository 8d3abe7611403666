"""Slices as a film, and a lens under the pointer: looked at, nothing recorded."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import CtPlace
from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import Plane
from painmap.ui.ct_magnifier import FACTOR, RADIUS_PX
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, jane, write_body

POINT = PatientPoint(42.0, 30.0, -50.0)


@pytest.fixture(params=["HFS", "FFP"])
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest) -> CtHands:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc", position=request.param))
    made.page.annotator.spine.drop()
    return made


def slice_shown(hands: CtHands) -> int:
    return hands.page.viewer.index(Plane.AXIAL)


def test_the_slices_are_played_round_and_round_until_the_key_is_pressed_again(
    hands: CtHands,
) -> None:
    viewer, before = hands.page.viewer, hands.visit
    count = hands.page.session.views[Plane.AXIAL].count
    viewer.go_to(Plane.AXIAL, count - 2)

    hands.key(Qt.Key.Key_K)
    hands.wait(lambda: slice_shown(hands) == 1)
    assert hands.page.looks.play_action.isChecked()
    hands.key(Qt.Key.Key_K)

    assert not hands.page.looks.cine.plays
    assert not hands.page.looks.play_action.isChecked()
    assert hands.visit == before


@pytest.mark.parametrize("how", ["wheel", "click", "key", "other page", "closed"])
def test_anything_that_the_hand_does_stops_the_film(hands: CtHands, how: str) -> None:
    page = hands.page
    page.looks.play_action.trigger()
    hands.wait(lambda: page.looks.cine.plays)

    if how == "wheel":
        hands.scroll(1)
    elif how == "click":
        hands.click(POINT)
    elif how == "key":
        hands.key(Qt.Key.Key_Up)
    elif how == "other page":
        page.hide()
    else:
        page.close_pictures()

    hands.wait(lambda: not page.looks.cine.plays)
    assert not page.looks.play_action.isChecked()


def test_nothing_is_played_while_no_ct_is_open(hands: CtHands) -> None:
    hands.page.close_pictures()

    hands.page.looks.play()

    assert not hands.page.looks.cine.plays
    assert not hands.page.looks.play_action.isChecked()


def screen(hands: CtHands) -> np.ndarray:
    """The axial view as it is on screen, grey."""
    view = hands.page.viewer.views[Plane.AXIAL]
    shot = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    bits = np.frombuffer(shot.constBits(), dtype=np.uint8)
    return bits.reshape(shot.height(), shot.bytesPerLine())[:, : shot.width()].copy()


def test_a_lens_shows_the_picture_larger_around_the_pointer_and_nowhere_else(
    hands: CtHands,
) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.click(POINT, ToolName.TARGET)
    hands.page.annotator.sides.leave()
    hands.page.choose_tool(ToolName.WINDOW)
    # a ramp of greys under the lens
    hands.page.viewer.set_window(500.0, 450.0)
    hands.look_at(PatientPoint(-20.0, 10.0, -50.0))
    at = hands.pixel(POINT)
    hands.hover(POINT)
    plain = screen(hands)

    hands.key(Qt.Key.Key_Z)
    hands.hover(POINT)
    lens = screen(hands)

    down, right = np.mgrid[: plain.shape[0], : plain.shape[1]]
    away = np.hypot(right - at.x(), down - at.y())
    assert (plain[away > RADIUS_PX + 4] == lens[away > RADIUS_PX + 4]).all()
    assert (plain[away < RADIUS_PX - 4] != lens[away < RADIUS_PX - 4]).any()
    # the grey of a place is found so much farther from the pointer
    step, greys = 20, []
    for angle in np.arange(0, 2 * np.pi, np.pi / 4):
        middle = np.array([at.y(), at.x()])
        way = np.array([np.sin(angle), np.cos(angle)]) * step
        plain_at = plain[tuple(np.round(middle + way).astype(int))]
        lens_at = lens[tuple(np.round(middle + way * FACTOR).astype(int))]
        assert int(lens_at) == pytest.approx(int(plain_at), abs=8)
        greys.append(int(plain_at))
    assert np.ptp(greys) > 60, "else any place would do"
    # a second press takes it away
    hands.key(Qt.Key.Key_Z)
    assert (screen(hands) == plain).all()


def test_a_click_through_the_lens_marks_the_place_under_the_pointer(hands: CtHands) -> None:
    hands.key(Qt.Key.Key_Z)
    hands.choose("psoas_major", Side.LEFT, Level.L3)

    hands.click(POINT, ToolName.TARGET)

    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    assert site.place.target == pytest.approx(POINT, abs=1.0)
