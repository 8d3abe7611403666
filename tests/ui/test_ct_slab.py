"""Thick slices, one to one, and the window of a region: what is seen, and what is not measured."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from painmap.domain.places import PatientPoint
from painmap.imaging.oblique import Slab
from painmap.imaging.reslice import Plane
from painmap.ui.ct_captions import OF_THE_SLICE
from painmap.ui.ct_slab import SlabChoice
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.ct_viewer import LEAST_WIDTH
from painmap.ui.ct_viewer_place import go_back, seen_of
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, jane, write_body

POINT = PatientPoint(42.0, 30.0, -50.0)
CTRL = Qt.KeyboardModifier.ControlModifier


def _steps(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """HU that change from slice to slice (5 mm apart), and from LEFT to RIGHT."""
    return np.where(np.rint(z / 5) % 2 == 0, 100.0, -100.0) + np.where(x > 40, 300.0, 0.0)


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> CtHands:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc", field=_steps))
    made.look_at(POINT)
    return made


def _choose(hands: CtHands, words: str) -> None:
    (menu,) = [
        action.menu()
        for action in hands.page.head.menu_.actions()
        if action.text() == "Thick slices"
    ]
    assert menu is not None
    (action,) = [each for each in menu.actions() if each.text() == words]
    assert isinstance(action, QAction)
    action.trigger()
    hands.page.viewer.draw()


def _grey(hands: CtHands, point: PatientPoint = POINT, plane: Plane = Plane.AXIAL) -> int:
    """The grey that is drawn at a place in the patient."""
    view = hands.page.viewer.views[plane]
    assert view.placement is not None
    found = view.placement.view_of(point)
    assert found is not None
    row, column = (round(part) for part in view.placement.pixel_of_view(found[0]))
    return int(view.image.image[row, column])


def _said(hands: CtHands, plane: Plane) -> list[str]:
    written = hands.page.viewer.views[plane].scene_shown.captions
    return [line.text for line in (*written.top_right, *written.bottom_right)]


@pytest.mark.parametrize("words", ["Mean of 10 mm", "MIP of 10 mm"])
def test_a_slab_is_drawn_and_said_on_every_plane(hands: CtHands, words: str) -> None:
    hands.page.viewer.set_window(800, 100)
    hands.page.viewer.draw()
    alone = _grey(hands)

    _choose(hands, words)

    # two neighbours, of the other value, within 5 mm on each side
    own = 400.0 if round(POINT.z / 5) % 2 == 0 else 200.0
    beside = 600.0 - own
    wanted = max(own, beside) if words.startswith("MIP") else (own + 2 * beside) / 3
    assert _grey(hands) == pytest.approx((wanted + 300) / 800 * 255, abs=1.5)
    assert (_grey(hands) != alone) is (wanted != own)
    for plane in Plane:
        assert words.lower() in [each.lower() for each in _said(hands, plane)]


def test_what_is_read_under_the_pointer_is_the_slice_and_says_so(hands: CtHands) -> None:
    own = "400 HU" if round(POINT.z / 5) % 2 == 0 else "200 HU"
    _choose(hands, "Mean of 20 mm")

    hands.click(POINT)  # the pointer stays there

    said = _said(hands, Plane.AXIAL)
    assert own in said
    assert OF_THE_SLICE in said
    _choose(hands, "Off: the slices themselves")
    assert OF_THE_SLICE not in _said(hands, Plane.AXIAL)


def test_a_slab_changes_no_measure(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.MEASURE)
    image = hands.page.viewer.shown[Plane.AXIAL].image
    before = image.pixels.copy()

    _choose(hands, "MIP of 20 mm")

    assert np.array_equal(hands.page.viewer.shown[Plane.AXIAL].image.pixels, before)


def test_a_slab_is_there_after_coming_back_and_gone_on_another_ct(
    hands: CtHands, tmp_path: Path
) -> None:
    _choose(hands, "MIP of 10 mm")
    place = seen_of(hands.page.viewer)
    _choose(hands, "Off: the slices themselves")

    go_back(hands.page.viewer, place)
    assert hands.page.session.slab == SlabChoice(10, Slab.MAXIMUM)

    hands.page.viewer.open(hands.visit.started.date())
    assert hands.page.session.slab is None


def test_planes_across_tilted_slices_show_no_slab(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "tilted", tilt_degrees=12.0))
    hands.page.viewer.across_button.click()
    hands.look_at(POINT)

    _choose(hands, "Mean of 10 mm")

    assert "mean of 10 mm" in _said(hands, Plane.AXIAL)
    assert "mean of 10 mm" not in _said(hands, Plane.SAGITTAL)


def test_three_views_of_one_size_say_what_the_fourth_place_is_for(hands: CtHands) -> None:
    hands.key(Qt.Key.Key_G)

    viewer = hands.page.viewer
    assert viewer.needle.nothing.isVisible()
    assert "needle path" in viewer.needle.nothing.text()
    assert viewer.needle.nothing.size() == viewer.views["sagittal"].size()
    viewer.draw()
    assert all(view.scene_shown.small for view in viewer.views.values())
    hands.key(Qt.Key.Key_G)
    assert viewer.needle.nothing.isHidden()


def test_one_to_one_draws_a_pixel_on_a_pixel(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "fine", rows=256, columns=256, pixel_mm=(0.9, 0.9)))
    hands.look_at(POINT)

    hands.key(Qt.Key.Key_0, CTRL)

    view = hands.page.viewer.views[Plane.AXIAL]
    other = POINT._replace(x=POINT.x - 90.0)  # a hundred columns
    away = hands.pixel(POINT).x() - hands.pixel(other).x()
    assert away == pytest.approx(100 / view.devicePixelRatioF(), abs=1)


def test_ctrl_and_a_drag_give_the_window_of_a_region(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.WINDOW)
    own = 100 if round(POINT.z / 5) % 2 == 0 else -100

    def drag(left: float, right: float) -> tuple[float, float]:
        places = (POINT._replace(x=left, y=-20.0), POINT._replace(x=right, y=40.0))
        hands.drag(*map(hands.pixel, places), keys=CTRL)
        return hands.page.session.window.width, hands.page.session.window.level

    # half of the first region is 300 HU above the other half; the second is all alike
    assert drag(0.0, 80.0) == (300, own + 150)
    assert drag(60.0, 100.0) == (LEAST_WIDTH, own + 300)
    cross = hands.page.viewer.cross
    assert cross == POINT, "the crosshair stayed"


def test_ctrl_and_a_click_change_nothing(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.WINDOW)
    before = hands.page.session.window

    hands.click(POINT, keys=CTRL)

    assert hands.page.session.window == before
