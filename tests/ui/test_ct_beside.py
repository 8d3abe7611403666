"""Before and after: another series or study beside the open CT."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import Plane
from painmap.ui.ct_beside_pane import BESIDE, LINKED, NOT_LINKED
from painmap.ui.ct_paint import MarkKind
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import LEFT, CtHands, jane, write_body

POINT = PatientPoint(42.0, 30.0, -50.0)


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> CtHands:
    """A study of three series: thick slices, the same of another frame, and thin ones."""
    disc = tmp_path / "disc"
    write_body(disc / "thin", series_uid="1.2.3.4.1", step_mm=2.5, count=41, series_number=1)
    write_body(disc / "thick", series_uid="1.2.3.4.2", series_number=2)
    write_body(
        disc / "elsewhere", series_uid="1.2.3.4.3", series_number=3, frame_of_reference="1.9.9"
    )
    made = CtHands(desk, qtbot, jane())
    made.open_best(disc)
    made.page.showing.show_stack(stack_of(made, "1.2.3.4.1"))
    made.settle()
    return made


def stack_of(hands: CtHands, series_uid: str):  # type: ignore[no-untyped-def]  # a stack
    disk = hands.page.session.disk
    return next(each for each in disk.stacks if each.series_uid == series_uid)


def beside(hands: CtHands, series_uid: str) -> None:
    hands.page.beside.show_stack(stack_of(hands, series_uid))
    hands.settle()
    hands.page.viewer.draw()


def words(hands: CtHands) -> list[str]:
    captions = hands.page.viewer.beside.view.scene_shown.captions
    return [line.text for line in captions.top_right]


def place(hands: CtHands) -> float:
    """Millimetres from head to feet of the slice that stands beside."""
    pane = hands.page.viewer.beside
    geometry = pane.session.stack.slice_geometry(pane.index)
    assert geometry is not None
    return float(geometry.patient_point(0, 0).z)


def test_a_series_of_the_same_frame_stands_beside_and_follows(hands: CtHands) -> None:
    beside(hands, "1.2.3.4.2")
    viewer = hands.page.viewer
    assert viewer.arrangement.current is not None
    assert [cell.name for cell in viewer.arrangement.current.cells] == [Plane.AXIAL, BESIDE]
    assert LINKED in words(hands)

    hands.look_at(POINT)
    assert place(hands) == pytest.approx(POINT.z, abs=2.5)
    cross = viewer.beside.view.scene_shown.cross
    assert cross is not None
    shown = viewer.beside.shown
    assert shown is not None
    assert shown.placement.patient_of(cross) == pytest.approx(POINT, abs=2.6)

    viewer.leaf(Plane.AXIAL, 8)
    viewer.draw()
    assert viewer.cross is not None
    assert place(hands) == pytest.approx(viewer.cross.z, abs=2.6)
    assert place(hands) != pytest.approx(POINT.z, abs=2.5)


def test_leafing_and_clicking_beside_takes_the_open_ct_along(hands: CtHands) -> None:
    beside(hands, "1.2.3.4.2")
    viewer = hands.page.viewer
    hands.look_at(POINT)

    viewer.beside.leaf(-3)
    viewer.draw()
    assert viewer.cross is not None
    assert viewer.cross == pytest.approx(PatientPoint(42.0, 30.0, -65.0), abs=2.6)

    view = viewer.beside.view
    assert view.placement is not None
    shown = view.placement.view_of(PatientPoint(-20.0, 10.0, viewer.cross.z))
    assert shown is not None
    QTest.mouseClick(view.viewport(), LEFT, pos=view.pixel_at(shown[0]))
    viewer.draw()
    assert viewer.cross.x == pytest.approx(-20.0, abs=1.0)
    assert viewer.cross.y == pytest.approx(10.0, abs=1.0)
    # a plane at an angle would have no place: its handles wait
    assert viewer.views[Plane.AXIAL].scene_shown.handles == ()
    viewer.beside.close_pictures()
    viewer.draw()
    assert len(viewer.views[Plane.AXIAL].scene_shown.handles) == 4


def test_another_frame_of_reference_is_said_and_nothing_follows(hands: CtHands) -> None:
    beside(hands, "1.2.3.4.3")
    viewer = hands.page.viewer
    assert NOT_LINKED in words(hands)
    before, cross = viewer.beside.index, viewer.cross

    hands.look_at(POINT)
    viewer.leaf(Plane.AXIAL, 8)
    viewer.draw()
    assert viewer.beside.index == before
    assert viewer.beside.view.scene_shown.cross is None

    moved = viewer.cross
    assert moved != cross
    viewer.beside.leaf(3)
    viewer.draw()
    assert viewer.beside.index == before + 3
    QTest.mouseClick(viewer.beside.view.viewport(), LEFT, pos=QPoint(60, 60))
    assert viewer.cross == moved


def test_another_main_series_is_linked_anew(hands: CtHands) -> None:
    beside(hands, "1.2.3.4.2")
    hands.page.showing.show_stack(stack_of(hands, "1.2.3.4.3"))
    hands.settle()
    hands.page.viewer.draw()

    assert NOT_LINKED in words(hands)


def test_both_have_one_window_and_marks_are_looked_at_there(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    hands.page.annotator.sides.leave()
    beside(hands, "1.2.3.4.2")
    viewer = hands.page.viewer
    hands.look_at(POINT)
    viewer.set_window(300, 70)
    viewer.draw()

    assert viewer.beside.session.window == hands.page.session.window
    marks = viewer.beside.view.scene_shown.marks
    assert [mark.kind for mark in marks] == [MarkKind.TARGET]
    before = hands.visit
    hands.page.choose_tool(ToolName.TARGET)
    QTest.mouseClick(viewer.beside.view.viewport(), LEFT, pos=QPoint(80, 80))
    assert hands.visit == before


def test_the_menu_lists_series_and_studies_and_puts_it_away(hands: CtHands) -> None:
    menu = hands.page.beside
    menu.offer()
    offered = [action.text() for action in menu.menu.actions() if not action.isSeparator()]
    assert offered[0] == "Nothing: the planes of this study"
    assert len(offered) == 3

    menu.menu.actions()[-1].trigger()
    hands.settle()
    assert hands.page.viewer.beside.is_open
    menu.menu.actions()[0].trigger()
    hands.settle()
    viewer = hands.page.viewer
    assert not viewer.beside.is_open
    assert viewer.arrangement.current is not None
    assert BESIDE not in viewer.arrangement.current


def test_a_double_click_beside_puts_it_away(hands: CtHands) -> None:
    beside(hands, "1.2.3.4.2")
    QTest.mouseDClick(hands.page.viewer.beside.view.viewport(), LEFT)

    assert not hands.page.viewer.beside.is_open


def test_closing_the_pictures_puts_both_away(hands: CtHands) -> None:
    beside(hands, "1.2.3.4.2")
    hands.page.close_pictures()

    assert not hands.page.viewer.beside.is_open


def test_an_earlier_study_of_the_patient_stands_beside_the_new_one(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    for number in (1, 2):
        write_body(
            tmp_path / f"disc{number}",
            study_uid=f"1.2.3.{number}",
            series_uid=f"1.2.3.{number}.1",
            frame_of_reference=f"1.2.3.{number}.9",
        )
        hands.open_best(tmp_path / f"disc{number}")
    assert len(hands.visit.attached_studies) == 2
    hands.page.beside.offer()

    hands.page.beside.menu.actions()[-1].trigger()
    hands.settle()
    hands.page.viewer.draw()

    other = hands.page.viewer.beside.session
    assert other.stack.study_uid == "1.2.3.1"
    assert hands.page.session.stack.study_uid == "1.2.3.2"
    assert NOT_LINKED in words(hands)
    assert any("29 February 2024" in line.text for line in _top_left(hands))


def _top_left(hands: CtHands):  # type: ignore[no-untyped-def]  # lines
    return hands.page.viewer.beside.view.scene_shown.captions.top_left


def test_a_study_whose_folder_is_gone_is_said_and_the_open_one_stays(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    for number in (1, 2):
        write_body(
            tmp_path / f"disc{number}",
            study_uid=f"1.2.3.{number}",
            series_uid=f"1.2.3.{number}.1",
        )
        hands.open_best(tmp_path / f"disc{number}")
    (tmp_path / "disc1").rename(tmp_path / "gone")

    hands.page.beside.show_study(hands.visit.attached_studies[0])
    hands.settle()

    assert not hands.page.viewer.beside.is_open
    assert hands.page.is_looking
    assert hands.said


def test_the_view_beside_is_copied_and_named_as_itself(hands: CtHands) -> None:
    beside(hands, "1.2.3.4.2")
    view = hands.page.viewer.beside.view
    QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(40, 40))

    assert hands.page.viewer.view_at_hand is view
    name = hands.page._pictures.file_name(view)
    assert re.fullmatch(r"ct-2024-02-29-beside-\d+\.png", name)
