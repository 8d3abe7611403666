from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import CtPlace, SiteStatus
from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import Plane
from painmap.ui.ct_paint import MarkKind
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, exported, jane, write_body

POSITIONS = ("HFS", "HFP", "FFS", "FFP", "HFDR", "HFDL")
POINT = PatientPoint(42.0, 30.0, -50.0)


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> CtHands:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc"))
    return made


def _square(middle: PatientPoint, half: float) -> list[PatientPoint]:
    x, y, z = middle
    return [
        PatientPoint(x + dx * half, y + dy * half, z)
        for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]


@pytest.mark.parametrize("position", POSITIONS)
def test_a_click_plans_a_site_at_the_patient_point_under_it(
    desk: Desk, qtbot: QtBot, tmp_path: Path, position: str
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "disc", position=position))
    hands.choose("multifidus", Side.LEFT, Level.L4)

    hands.click(POINT, ToolName.TARGET)

    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    assert site.place.target == pytest.approx(POINT, abs=1.0)
    assert (site.muscle_id, site.side, site.level) == ("multifidus", Side.LEFT, Level.L4)
    assert site.status is SiteStatus.CONSIDERED
    stack = hands.page.session.stack
    k = round(float(stack.require_geometry().index_points(POINT)[0]))
    assert site.place.anchor.sop_uid == stack.slices[k].sop_uid
    assert site.place.anchor.stack_key == stack.key


def test_nothing_is_marked_before_muscle_and_side_are_chosen(hands: CtHands) -> None:
    hands.click(POINT, ToolName.TARGET)
    assert hands.page.bar.hint.whole == "Choose the muscle first."

    hands.choose("multifidus")
    hands.click(POINT)

    assert hands.page.bar.hint.whole == "Choose LEFT or RIGHT for the multifidus first."
    assert hands.visit.planned_sites == ()


def test_another_muscle_forgets_the_side(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT)

    hands.choose("psoas_major")

    assert hands.page.bar.side is None


def test_a_drag_moves_a_target_in_one_step(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    goal = PatientPoint(62.0, 10.0, -50.0)

    hands.drag(hands.pixel(POINT), hands.pixel(goal))

    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    assert site.place.target == pytest.approx(goal, abs=1.0)
    assert hands.desk.open_visit.undo_label == "move target"
    hands.desk.undo()
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    assert site.place.target == pytest.approx(POINT, abs=1.0)


def test_escape_leaves_a_drag_as_it_was(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    before = hands.visit

    hands.drag(hands.pixel(POINT), QPoint(200, 200), release=False)
    hands.key(Qt.Key.Key_Escape)

    assert hands.visit == before


def test_a_contour_is_closed_by_a_click_on_its_first_vertex(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)

    hands.outline(_square(POINT, 20.0))

    (outline,) = hands.visit.outlines
    assert len(outline.points) == 4
    assert np.ptp([point.z for point in outline.points]) == pytest.approx(0.0, abs=1e-6)
    assert (outline.muscle_id, outline.side) == ("psoas_major", Side.LEFT)


def test_the_area_of_a_known_square_is_measured(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)

    hands.outline(_square(POINT, 20.0))

    measured = hands.page.session.measure(hands.visit.outlines[0])
    assert measured is not None
    assert measured.area_mm2 == pytest.approx(1600.0, rel=0.05)
    words = hands.page.bar.measured.whole
    assert float(words.split()[0]) == pytest.approx(measured.area_mm2 / 100, abs=0.51)
    assert "cm², mean" in words
    assert words.endswith("on the supine CT of 29 February 2024")
    # the ramp is 10 x + 3 y + z, its mean over a square the value in the middle
    assert measured.mean_hu == pytest.approx(10 * 42 + 3 * 30 - 50, abs=25)


def test_return_closes_and_backspace_takes_a_vertex_back(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.OUTLINE)
    hands.look_at(POINT)
    corners = _square(POINT, 20.0)

    for corner in (*corners, PatientPoint(60.0, 60.0, -50.0)):
        hands.click(corner)
    hands.key(Qt.Key.Key_Backspace)
    hands.key(Qt.Key.Key_Return)

    assert len(hands.visit.outlines[0].points) == 4


def test_a_double_click_closes_and_too_few_vertices_do_not(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.OUTLINE)
    hands.look_at(POINT)
    first, second, third, fourth = _square(POINT, 20.0)

    hands.click(first)
    hands.click(second)
    hands.key(Qt.Key.Key_Return)
    assert hands.visit.outlines == ()
    hands.click(third)
    hands.double_click(fourth)

    assert len(hands.visit.outlines[0].points) == 4


def test_escape_gives_a_contour_up(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.OUTLINE)
    hands.look_at(POINT)
    hands.click(POINT)

    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_Return)

    assert hands.visit.outlines == ()
    assert not hands.page.annotator.drawing


def test_vertices_are_dragged_added_and_removed_one_step_each(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    square = _square(POINT, 20.0)
    hands.outline(square)
    moved = PatientPoint(square[2].x + 12, square[2].y + 12, -50.0)

    hands.drag(hands.pixel(square[2]), hands.pixel(moved))
    assert hands.visit.outlines[0].points[2] == pytest.approx(moved, abs=1.0)
    assert hands.desk.open_visit.undo_label == "move vertex"

    hands.double_click(PatientPoint(POINT.x, POINT.y - 20, -50.0))
    assert len(hands.visit.outlines[0].points) == 5
    assert hands.desk.open_visit.undo_label == "add vertex"

    hands.click(square[0], keys=Qt.KeyboardModifier.AltModifier)
    assert len(hands.visit.outlines[0].points) == 4
    assert hands.desk.open_visit.undo_label == "remove vertex"

    hands.click(square[3])
    hands.key(Qt.Key.Key_Delete)
    assert len(hands.visit.outlines[0].points) == 3


def test_delete_removes_the_chosen_target_and_undo_brings_it_back(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)

    hands.key(Qt.Key.Key_Delete)
    assert hands.visit.planned_sites == ()

    hands.desk.undo()
    assert len(hands.visit.planned_sites) == 1


def test_outlines_are_refused_on_planes_across_the_slices(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.OUTLINE)
    hands.look_at(POINT)

    hands.click(POINT, plane=Plane.CORONAL)

    assert "as they were acquired" in hands.page.bar.hint.whole
    assert not hands.page.annotator.drawing


def test_a_target_is_drawn_on_its_slice_and_not_on_a_far_one(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    view = hands.page.viewer.views[Plane.AXIAL]

    def drawn() -> list[bool]:
        hands.page.viewer.draw()
        marks = view.scene_shown.marks
        return [mark.faint for mark in marks if mark.kind is MarkKind.TARGET]

    assert drawn() == [False]
    hands.scroll(1)
    assert drawn() == [True]
    hands.scroll(3)
    assert drawn() == []


def test_a_distance_is_shown_and_not_recorded(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.MEASURE)
    hands.look_at(POINT)
    before = hands.visit

    hands.drag(hands.pixel(POINT), hands.pixel(PatientPoint(12.0, 70.0, -50.0)))

    marks = hands.page.viewer.views[Plane.AXIAL].scene_shown.marks
    assert [mark.label for mark in marks] == ["50 mm"]
    assert hands.visit == before
    hands.key(Qt.Key.Key_Escape)
    assert hands.page.viewer.views[Plane.AXIAL].scene_shown.marks == ()


def _measured(hands: CtHands) -> list[str]:
    marks = hands.page.viewer.views[Plane.AXIAL].scene_shown.marks
    return [mark.label for mark in marks if mark.kind is MarkKind.MEASURE]


def test_clicks_measure_along_points_and_three_of_them_an_angle(hands: CtHands) -> None:
    corner, across, down = (
        PatientPoint(x, y, -50.0) for x, y in ((0.0, 0.0), (60.0, 0.0), (0.0, 40.0))
    )
    hands.click(across, ToolName.MEASURE)
    hands.click(corner)
    assert _measured(hands) == ["60 mm"]
    hands.click(down)
    hands.click(PatientPoint(30.0, 40.0, -50.0))
    assert _measured(hands) == ["130 mm"]
    hands.key(Qt.Key.Key_Backspace)
    hands.key(Qt.Key.Key_Return)

    assert _measured(hands) == ["100 mm", "90°"]
    assert not hands.page.annotator.drawing
    assert hands.visit.outlines == ()
    hands.double_click(across)
    hands.key(Qt.Key.Key_Escape)
    assert _measured(hands) == []


def test_an_angle_is_that_of_the_patient_also_where_pixels_are_not_square(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "disc", pixel_mm=(8.0, 4.0), rows=30, columns=60))
    for x, y in ((60.0, 0.0), (0.0, 0.0), (40.0, 40.0)):
        if x == 60.0:
            hands.click(PatientPoint(x, y, -50.0), ToolName.MEASURE)
        else:
            hands.click(PatientPoint(x, y, -50.0))
    hands.key(Qt.Key.Key_Return)

    along, between = _measured(hands)
    assert float(along.removesuffix(" mm")) == pytest.approx(60 + 40 * 2**0.5, abs=1.0)
    assert between == "45°"


def test_an_ellipse_is_dragged_from_corner_to_corner(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.ELLIPSE)
    hands.look_at(POINT)

    hands.drag(
        hands.pixel(PatientPoint(22.0, 15.0, -50.0)), hands.pixel(PatientPoint(62.0, 45.0, -50.0))
    )

    (outline,) = hands.visit.outlines
    x, y = (np.array([point[axis] for point in outline.points]) for axis in (0, 1))
    assert (x.mean(), y.mean()) == pytest.approx((42.0, 30.0), abs=1.0)
    assert (np.ptp(x), np.ptp(y)) == pytest.approx((40.0, 30.0), abs=1.5)
    area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    assert area == pytest.approx(np.pi * 20 * 15, rel=0.05)
    # its vertices can be moved like those of any outline
    hands.page.choose_tool(ToolName.OUTLINE)
    first = outline.points[0]
    hands.drag(hands.pixel(first), hands.pixel(PatientPoint(first.x + 10, first.y, first.z)))
    assert hands.visit.outlines[0].points[0].x == pytest.approx(first.x + 10, abs=1.0)


def test_an_ellipse_of_no_width_is_not_drawn(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.ELLIPSE)
    hands.look_at(POINT)
    at = hands.pixel(POINT)

    hands.drag(at, at + QPoint(40, 0))

    assert hands.visit.outlines == ()


def test_a_livewire_is_clicked_along_taken_back_and_closed(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.LIVEWIRE)
    hands.look_at(POINT)
    corners = _square(POINT, 12.0)

    hands.click(corners[0])
    hands.key(Qt.Key.Key_Return)
    assert hands.page.annotator.drawing, "one place encloses nothing"
    hands.click(corners[1])
    hands.click(PatientPoint(POINT.x + 40, POINT.y, POINT.z))
    hands.key(Qt.Key.Key_Backspace)
    hands.click(corners[2])
    hands.click(corners[3])
    hands.click(corners[0])

    (outline,) = hands.visit.outlines
    drawn = np.asarray(outline.points)
    for corner in corners:
        assert np.linalg.norm(drawn - corner, axis=1).min() < 1.5
    assert drawn[:, 0].max() < POINT.x + 20, "what was taken back is not in it"
    assert hands.desk.open_visit.undo_label == "draw outline"


def test_shift_draws_a_livewire_straight(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.LIVEWIRE)
    hands.look_at(POINT)

    for corner in _square(POINT, 12.0):
        hands.click(corner, keys=Qt.KeyboardModifier.ShiftModifier)
    marks = hands.page.viewer.views[Plane.AXIAL].scene_shown.marks
    (line,) = (mark for mark in marks if mark.kind is MarkKind.OUTLINE and len(mark.points) > 1)
    assert len(line.points) == 5, "the four corners and the pointer"
    hands.key(Qt.Key.Key_Backspace)
    hands.key(Qt.Key.Key_Backspace)
    hands.key(Qt.Key.Key_Backspace)
    hands.key(Qt.Key.Key_Backspace)

    assert not hands.page.annotator.drawing
    assert hands.visit.outlines == ()


def test_a_drag_on_an_edge_moves_the_whole_outline_in_one_step(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.outline(_square(POINT, 20.0))
    before = hands.visit.outlines[0].points
    edge = PatientPoint(POINT.x, POINT.y - 20, -50.0)

    hands.drag(hands.pixel(edge), hands.pixel(PatientPoint(edge.x + 16, edge.y + 8, -50.0)))

    moved = np.subtract(hands.visit.outlines[0].points, before)
    assert moved == pytest.approx(np.tile([16.0, 8.0, 0.0], (4, 1)), abs=1.0)
    assert hands.desk.open_visit.undo_label == "move outline"
    hands.desk.undo()
    hands.settle()
    assert hands.visit.outlines[0].points == before
    # a click alone moves nothing
    hands.click(edge)
    assert hands.visit.outlines[0].points == before


def test_the_note_goes_to_the_chosen_annotation(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)

    hands.page.bar.note.setPlainText("deep layer")
    hands.page.hand_in()

    assert hands.visit.planned_sites[0].note == "deep layer"


def test_the_chosen_annotation_can_be_given_another_muscle(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    hands.choose("psoas_major", Side.LEFT, Level.L3)

    hands.page.bar.apply.click()

    (site,) = hands.visit.planned_sites
    assert (site.muscle_id, site.level) == ("psoas_major", Level.L3)


def test_each_annotated_slice_becomes_a_picture_with_its_words(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.outline(_square(PatientPoint(42.0, 30.0, -30.0), 20.0))

    found = exported(hands)
    pictures, measures = found.pictures, found.measures

    assert found.missing == ()
    assert list(pictures) == ["ct-axial-slice-011", "ct-axial-slice-015"]
    assert all(image.width() == 1024 and image.height() > 1024 for image in pictures.values())
    assert list(measures) == [hands.visit.outlines[0].id]


def test_a_miniature_shows_the_target_in_its_middle(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)

    small = hands.page.session.miniature(hands.visit.planned_sites[0], 96)

    assert small is not None
    assert (small.width(), small.height()) == (96, 96)
    hands.page.close_pictures()
    assert hands.page.session.miniature(hands.visit.planned_sites[0]) is None


def test_detaching_leaves_annotations_as_entered_in_error_and_undrawn(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)

    hands.page.detach()
    hands.settle()

    assert hands.visit.planned_sites[0].entered_in_error == "attached by mistake"
    assert hands.visit.live_planned_sites == ()
