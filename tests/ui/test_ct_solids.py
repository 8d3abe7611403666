"""The 3-D preview of the page CT."""

from math import pi
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.progress import run_to_end
from painmap.phantom import PhantomOptions, make_phantom, write_series
from painmap.ui.ct_solid_panel import SolidPanel
from painmap.ui.ct_solids import NO_VOLUME, STILL_READ
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct import write_series as write_slices
from tests.support.ct_page import LEFT, CtHands, demonstration, jane

pytestmark = pytest.mark.xdist_group("ct_solids")

COARSE = PhantomOptions(
    rows=200, columns=200, pixel_spacing=(2.0, 2.0), slices=16, slice_step_mm=6.0
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("phantom")
    run_to_end(write_series(run_to_end(make_phantom(COARSE)), made))
    return made


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, folder: Path) -> CtHands:
    made = CtHands(desk, qtbot, demonstration())
    made.open_best(folder)
    made.page.annotator.spine.drop()
    return made


def preview(hands: CtHands) -> SolidPanel:
    hands.page.solids.action.trigger()
    hands.settle()
    panel = hands.page.solids.panel
    assert panel is not None
    hands.wait(lambda: panel.view.is_whole)
    return panel


def lit(panel: SolidPanel) -> int:
    assert panel.view.pixels is not None
    return int((panel.view.pixels.max(axis=2) > 0).sum())


def test_skin_and_bone_are_seen_and_what_is_missing_is_said(hands: CtHands) -> None:
    panel = preview(hands)

    everything = lit(panel)
    assert everything > 1000
    assert panel.no_muscle.isVisible()
    panel.skin.click()
    hands.wait(lambda: panel.view.is_whole)
    bones = lit(panel)
    assert 200 < bones < everything
    panel.bone.click()
    hands.wait(lambda: panel.view.is_whole)
    assert lit(panel) == 0


def test_only_accepted_muscles_are_shown_and_what_is_accepted_is_followed(
    hands: CtHands,
) -> None:
    stack = hands.page.session.stack
    middle = stack.require_geometry().patient_point(8, 130, 120)
    hands.choose("erector_spinae", Side.LEFT, Level.L3)
    hands.page.work.brush.size_mm = 32
    hands.stroke([middle], ToolName.BRUSH)
    hands.settle()
    hands.page.annotator.sides.leave()
    assert preview(hands).no_muscle.isVisible()
    hands.key(Qt.Key.Key_Escape)
    assert hands.page.is_looking

    hands.page.work.list.accept.click()
    hands.settle()
    panel = preview(hands)
    shape = panel.view.shape_
    assert shape is not None
    assert [each.words for each in shape.muscles] == ["LEFT erector spinae"]
    assert not panel.no_muscle.isVisible()
    hands.desk.undo()
    hands.settle()
    assert panel.view.shape_ is not None
    assert panel.view.shape_.muscles == ()


def test_without_the_voxels_of_an_accepted_muscle_there_is_no_preview(hands: CtHands) -> None:
    stack = hands.page.session.stack
    hands.choose("erector_spinae", Side.LEFT, Level.L3)
    hands.page.work.brush.size_mm = 32
    hands.stroke([stack.require_geometry().patient_point(8, 130, 120)], ToolName.BRUSH)
    hands.settle()
    hands.page.annotator.sides.leave()
    hands.page.work.list.accept.click()
    hands.settle()
    hands.page.work.muscles.forget()

    hands.page.solids.action.trigger()

    assert hands.page.solids.panel is None
    assert hands.said[-1] == STILL_READ
    hands.settle()
    assert preview(hands).view.shape_ is not None


def test_the_hand_turns_it_and_the_letters_turn_with_it(hands: CtHands) -> None:
    view = preview(hands).view
    assert view.letters == ("L", "R", "H", "F")
    before = view.pixels
    middle = view.rect().center()

    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(view, middle + QPoint(250, 0))
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, middle + QPoint(250, 0))
    hands.wait(lambda: view.is_whole)

    assert view.yaw == pytest.approx(1.5 * pi)
    assert view.letters == ("P", "A", "H", "F")
    assert before is not None
    assert view.pixels is not None
    assert (view.pixels != before).any()


def test_keys_turn_by_steps_and_the_head_stays_up(hands: CtHands) -> None:
    view = preview(hands).view
    for _ in range(12):
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.letters == ("R", "L", "H", "F")
    for _ in range(9):
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.pitch == pi / 2
    assert view.letters[:2] == ("R", "L")


def test_the_wheel_zooms_and_home_fits(hands: CtHands) -> None:
    view = preview(hands).view
    before = view.frame().mm_per_px
    middle = QPointF(view.rect().center())
    for _ in range(3):
        event = QWheelEvent(
            middle,
            QPointF(view.mapToGlobal(middle.toPoint())),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view, event)
    assert view.frame().mm_per_px == pytest.approx(before / 1.15**3)
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.frame().mm_per_px == pytest.approx(before)


def test_a_synthetic_study_says_so_in_three_dimensions_too(hands: CtHands) -> None:
    panel = preview(hands)

    shot = panel.view.grab().toImage()

    # the banner lies over the whole width of the upper edge
    edge = [shot.pixelColor(x, 4) for x in range(4, shot.width() - 4, 40)]
    assert all(each.red() > 200 and each.blue() < 140 for each in edge)


def test_nothing_is_recorded_and_leaving_stops_the_drawing(hands: CtHands) -> None:
    before = hands.visit
    panel = preview(hands)

    panel.view.look_from(0.3)
    panel.back.click()

    assert hands.page.is_looking
    assert panel.view.is_whole or not panel.view.isVisible()
    hands.settle()
    assert hands.visit == before


def test_slices_that_are_no_volume_have_no_preview(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    write_slices(tmp_path / "disc", gaps=[3])
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(tmp_path / "disc")

    hands.page.solids.action.trigger()

    assert hands.page.solids.panel is None
    assert hands.said[-1] == NO_VOLUME
