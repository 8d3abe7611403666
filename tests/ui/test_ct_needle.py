"""A needle is planned on the phantom through the page, and read in millimetres."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.edits import change_site
from painmap.domain.injection import CtPlace
from painmap.domain.needle_plan import (
    EntryBasis,
    HazardKind,
    PlannedPath,
    ProcedurePosition,
)
from painmap.domain.places import PatientPoint, StackKey
from painmap.domain.progress import Progress, run_to_end
from painmap.imaging.needle import NeedlePath, distance_to_path
from painmap.phantom import Phantom, PhantomOptions, make_phantom, write_series
from painmap.services.needle_paths import facts_of
from painmap.ui import plan_sheet_picture
from painmap.ui.ct_needle_pane import NeedlePane
from painmap.ui.ct_needle_panel import CHIP_WORDS
from painmap.ui.ct_paint import MarkKind, Scene
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.ct_viewer_place import go_back, seen_of
from painmap.ui.desk import Desk
from painmap.ui.tools.hazard import HazardShape
from tests.support.ct_page import LEFT, CtHands, demonstration, jane, write_body

pytestmark = pytest.mark.xdist_group("needle_phantom")

PRONE, SUPINE = ProcedurePosition.PRONE, ProcedurePosition.SUPINE
Made = tuple[Phantom, Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A supine phantom around L3, coarse enough to be quick."""
    options = PhantomOptions(
        rows=290,
        columns=290,
        slices=24,
        slice_step_mm=4.0,
        pixel_spacing=(1.4, 1.4),
        noise_hu=6.0,
    )
    phantom = run_to_end(make_phantom(options))
    folder = tmp_path_factory.mktemp("needle")
    run_to_end(write_series(phantom, folder))
    return phantom, folder


class NeedleHands(CtHands):
    """A page with the phantom open, and its needle panel."""

    def __init__(self, desk: Desk, qtbot: QtBot, made: Made) -> None:
        super().__init__(desk, qtbot, demonstration())
        self.phantom, folder = made
        self.open_best(folder)
        # the spine that is found is not what these tests are about, nor the skin found with it
        self.page.annotator.spine.drop()
        self.needle.skin.forget()

    @property
    def needle(self):  # type: ignore[no-untyped-def]  # the planner, for short
        return self.page.annotator.needle

    @property
    def path(self) -> PlannedPath:
        (path,) = self.visit.live_paths
        return path

    def target(self, side: Side = Side.LEFT, muscle: str = "erector_spinae") -> PatientPoint:
        """Place a target at the middle of a muscle at L3; give where it landed."""
        self.choose(muscle, side, Level.L3)
        self.click(self.phantom.target(muscle, side, Level.L3), ToolName.TARGET)
        return self.visit.planned_sites[-1].place.target  # type: ignore[union-attr]  # on CT

    def spine(self) -> None:
        """Mark and name the spinous processes that the phantom has in the picture."""
        stack = self.page.session.stack
        for level, truth in self.phantom.levels.items():
            tip = truth.spinous_tip
            k = stack.require_geometry().index_points(tip)[0]
            if 0 <= k <= len(stack.slices) - 1:
                self.click(tip, ToolName.MIDLINE)
                last = level
        self.name_level(last)
        if self.page.annotator.question is not None:
            self.page.annotator.sides.leave()

    def plan(self, position: ProcedurePosition = PRONE) -> None:
        """Choose the tool and say how the patient will lie."""
        self.page.choose_tool(ToolName.ENTRY)
        self.settle()
        self.needle.panel.positions.chip(position).click()
        self.settle()

    def true_depth(self, start: PatientPoint, direction: tuple[float, float, float]) -> float:
        """Millimetres to where the phantom's own shapes end."""
        unit = np.array(direction) / np.linalg.norm(direction)
        along = np.arange(0, 250, 0.1)
        found = self.phantom.structures_at(np.asarray(start) + along[:, None] * unit)
        return float(next(mm for mm, what in zip(along, found, strict=True) if what is None))

    def depth(self) -> float:
        return float(np.linalg.norm(np.subtract(self.path.entry, self.target_now)))

    @property
    def target_now(self) -> PatientPoint:
        site = self.visit.find(self.path.site_id)
        return site.place.target  # type: ignore[union-attr]  # a site on CT

    @property
    def reading(self) -> str:
        panel = self.needle.panel
        return "\n".join(each.text() for each in (panel.warning, panel.reading, panel.details))


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, made: Made) -> NeedleHands:
    return NeedleHands(desk, qtbot, made)


def test_no_position_is_preset_and_it_is_asked_before_anything_is_planned(
    hands: NeedleHands,
) -> None:
    hands.target()
    hands.page.choose_tool(ToolName.ENTRY)
    hands.settle()

    assert hands.needle.panel.positions.chosen == ()
    assert "Say how the patient will lie" in hands.reading
    assert hands.visit.paths == ()


@pytest.mark.parametrize(
    ("position", "up"), [(PRONE, (0, 1, 0)), (SUPINE, (0, -1, 0))], ids=["prone", "supine"]
)
def test_the_entry_snaps_to_the_skin_straight_up(
    hands: NeedleHands, position: ProcedurePosition, up: tuple[float, float, float]
) -> None:
    target = hands.target()

    hands.plan(position)

    assert (hands.path.position, hands.path.basis) == (position, EntryBasis.VERTICAL)
    assert hands.path.entry.x == pytest.approx(target.x, abs=0.01)
    assert hands.path.entry.z == pytest.approx(target.z, abs=0.01)
    assert hands.depth() == pytest.approx(hands.true_depth(target, up), abs=1.0)
    assert hands.path.scanned is SUPINE


def test_the_reading_says_depth_source_angle_and_what_is_not_checked(hands: NeedleHands) -> None:
    hands.target()
    hands.plan()

    depth = round(hands.depth())
    assert f"{depth} mm deep on the supine CT of 14 September 2026" in hands.reading
    assert "0° from the vertical, in the plane of the slice" in hands.reading
    assert "no structure is marked; unmarked structures are not checked" in hands.reading
    assert "no midline is marked near" in hands.reading
    assert "Scanned supine, planned prone: skin, depth and angles will differ." in hands.reading
    assert "fat " in hands.reading
    assert "muscle " in hands.reading


def test_levels_and_midline_speak_the_clinics_words(hands: NeedleHands) -> None:
    hands.spine()
    target = hands.target(Side.RIGHT)
    hands.plan()

    truth = hands.phantom.levels[Level.L3].spinous_tip
    away = abs(target.x - truth.x)
    words = next(part for part in hands.reading.split() if part.isdigit())
    assert float(words) == pytest.approx(away, abs=2.0)
    assert "mm RIGHT of the midline" in hands.reading
    assert "spinous process" in hands.reading


def test_the_text_of_the_visit_says_the_numbers_that_the_window_said(hands: NeedleHands) -> None:
    hands.spine()
    hands.target(Side.RIGHT)
    hands.plan()
    panel = hands.needle.panel
    panel.in_plane.set_value(15)
    panel.across.setCurrentText("LEFT")
    panel.body.set_value(7)
    panel.along.setCurrentText("head")
    panel.angled.click()

    # "12 mm", "7.5 mm", "15°"
    shown = set(re.findall(r"[\d.]+(?:\xa0| )?(?:mm|°)", panel.reading.text()))
    said = facts_of(hands.visit)[hands.path.site_id]

    assert len(shown) >= 3
    assert shown <= set(re.findall(r"[\d.]+(?:\xa0| )?(?:mm|°)", said.words))


def test_an_angle_is_typed_and_kept_when_the_target_moves(hands: NeedleHands) -> None:
    target = hands.target()
    hands.plan()
    panel = hands.needle.panel

    panel.in_plane.set_value(20)
    panel.across.setCurrentText("LEFT")
    panel.body.set_value(10)
    panel.along.setCurrentText("head")
    panel.angled.click()

    path = NeedlePath(hands.path.entry, target, PRONE)
    assert path.in_plane_degrees == pytest.approx(20, abs=0.1)
    assert path.cranio_caudal_degrees == pytest.approx(10, abs=0.1)
    assert hands.path.basis is EntryBasis.ANGLE
    assert hands.depth() == pytest.approx(hands.true_depth(target, tuple(path.out)), abs=1.0)
    assert "20° from the vertical, tip to the LEFT" in hands.reading
    assert "10° to the head" in hands.reading
    assert "across slices: rounded to 2 mm, half their distance" in hands.reading

    hands.page.choose_tool(ToolName.TARGET)
    goal = target._replace(x=target.x - 8)
    hands.drag(hands.pixel(target), hands.pixel(goal))

    moved = NeedlePath(hands.path.entry, hands.target_now, PRONE)
    assert hands.target_now.x == pytest.approx(goal.x, abs=1.0)
    assert moved.in_plane_degrees == pytest.approx(20, abs=0.1)
    assert hands.desk.open_visit.undo_label == "move target with its path"


def test_the_fields_of_the_angle_show_the_path_that_is_there(hands: NeedleHands) -> None:
    hands.target()
    hands.plan(PRONE)
    panel = hands.needle.panel
    panel.in_plane.set_value(20)
    panel.across.setCurrentText("LEFT")
    panel.angled.click()
    hands.settle()
    assert (panel.in_plane.value(), panel.across.currentText()) == (20, "LEFT")

    panel.straight.click()
    hands.settle()

    assert panel.in_plane.value() == 0
    # what is being typed stays
    panel.in_plane.setFocus()
    panel.in_plane.setText("12")
    hands.needle.refresh()
    assert panel.in_plane.value() == 12


def test_a_click_near_the_skin_snaps_to_it_and_a_drag_reads_live(hands: NeedleHands) -> None:
    target = hands.target()
    hands.plan()
    skin = hands.path.entry
    near = PatientPoint(skin.x + 15, skin.y + 6, skin.z)

    hands.click(near)

    assert hands.path.basis is EntryBasis.HAND
    way = np.subtract(near, target)
    assert hands.depth() == pytest.approx(hands.true_depth(target, tuple(way)), abs=1.0)
    before = hands.reading

    entry = hands.pixel(hands.path.entry)
    hands.drag(entry, entry + QPoint(40, 0), release=False)
    live = hands.reading
    assert live != before
    hands.key(Qt.Key.Key_Escape)
    assert hands.reading == before
    assert hands.desk.open_visit.undo_label == "plan needle path"


def test_the_path_and_its_cone_are_drawn_and_undone(hands: NeedleHands) -> None:
    hands.target()
    hands.plan()
    hands.page.viewer.draw()
    scene = hands.page.viewer.views[hands.page.viewer.native].scene_shown
    kinds = [mark.kind for mark in scene.marks]
    cone = next(mark for mark in scene.marks if mark.kind is MarkKind.CONE)
    _, left, right = cone.points

    assert {MarkKind.PATH, MarkKind.CONE, MarkKind.ENTRY} <= set(kinds)
    assert abs(left[0] - right[0]) == pytest.approx(2 * hands.depth() * np.tan(np.radians(3.4)))

    hands.desk.undo()

    assert hands.visit.paths == ()
    hands.page.viewer.draw()
    scene = hands.page.viewer.views[hands.page.viewer.native].scene_shown
    assert MarkKind.PATH not in [mark.kind for mark in scene.marks]


def test_a_short_needle_is_said(hands: NeedleHands) -> None:
    hands.target()
    hands.plan()

    hands.needle.panel.needle.set_value(20)
    hands.needle.panel.needle.editingFinished.emit()

    assert hands.path.needle_mm == 20
    assert "The needle of 20 mm is shorter than the path" in hands.needle.panel.warning.text()


def test_a_path_to_the_side_of_a_cut_picture_has_no_skin(hands: NeedleHands) -> None:
    hands.target()
    hands.plan()
    panel = hands.needle.panel
    before = hands.path

    panel.in_plane.set_value(0)
    panel.body.set_value(80)
    panel.angled.click()

    assert "The skin there lies outside the scanned field." in hands.reading
    assert hands.path == before


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_typed_words_place_target_and_entry_in_one_step(hands: NeedleHands, side: Side) -> None:
    hands.spine()
    hands.choose("erector_spinae", side, Level.L3)
    hands.plan()
    panel = hands.needle.panel

    panel.offset.set_value(32)
    panel.side.setCurrentText(side.word)
    panel.below.set_value(4)
    panel.way.setCurrentText("above")
    panel.level.setCurrentIndex(panel.level.findData(Level.L3))
    panel.deep.set_value(41)
    panel.place.click()
    hands.settle()

    tip = hands.phantom.levels[Level.L3].spinous_tip
    sign = 1 if side is Side.LEFT else -1
    assert hands.target_now.x == pytest.approx(tip.x + sign * 32, abs=2.0)
    assert hands.target_now.z == pytest.approx(tip.z + 4, abs=2.0)
    assert hands.depth() == pytest.approx(41, abs=0.5)
    assert hands.true_depth(hands.target_now, (0, 1, 0)) == pytest.approx(41, abs=1.0)
    assert f"32 mm {side.word} of the midline, 4 mm above the L3 spinous process" in hands.reading
    assert hands.desk.open_visit.undo_label == "place target by words"
    hands.desk.undo()
    assert (hands.visit.planned_sites, hands.visit.paths) == ((), ())


def test_words_without_a_marked_level_say_what_is_missing(hands: NeedleHands) -> None:
    hands.choose("erector_spinae", Side.LEFT, Level.L3)
    hands.plan()
    panel = hands.needle.panel
    panel.offset.set_value(32)
    panel.side.setCurrentText("LEFT")
    panel.level.setCurrentIndex(panel.level.findData(Level.L3))
    panel.deep.set_value(41)

    panel.place.click()

    assert "Mark the spinous processes first" in hands.reading
    assert hands.visit.planned_sites == ()


def hazard(hands: NeedleHands, kind: HazardKind, shape: HazardShape, name: str = "") -> None:
    """Choose what is marked next."""
    hands.page.choose_tool(ToolName.HAZARD)
    panel = hands.page.annotator.hazards.panel
    for chips, value in ((panel.kinds, kind), (panel.shapes, shape)):
        if value not in chips.chosen:
            chips.chip(value).click()
    panel.name.setText(name)


def test_nothing_is_marked_before_its_kind_is_said(hands: NeedleHands) -> None:
    hands.click(hands.phantom.target("erector_spinae", Side.LEFT, Level.L3), ToolName.HAZARD)

    assert hands.visit.hazards == ()
    assert hands.page.bar.hint.whole.startswith("Say what it is first")


def test_the_distance_to_a_marked_nerve_is_read_live(hands: NeedleHands) -> None:
    hands.spine()
    target = hands.target()
    hands.plan()
    hands.page.viewer.draw()
    hazard(hands, HazardKind.NERVE, HazardShape.POINT, "sciatic nerve")
    at = target._replace(x=target.x + 15, y=target.y + 20)  # beside the path

    hands.click(at)

    (marked,) = hands.visit.live_hazards
    assert marked.points[0] == pytest.approx(at, abs=1.0)
    assert (marked.kind, marked.side) == (HazardKind.NERVE, Side.LEFT)
    path = NeedlePath(hands.path.entry, hands.target_now, PRONE)
    mm = distance_to_path(path, marked.points, closed=False)
    assert mm == pytest.approx(15, abs=1.5)
    said = f"{round(mm)} mm to the sciatic nerve as you marked it; unmarked structures are not"
    assert said in hands.reading

    hands.page.choose_tool(ToolName.ENTRY)
    hands.settle()
    entry = hands.pixel(hands.path.entry)
    # prone: the picture lies turned, and the patient's LEFT is on the left
    hands.drag(entry, entry - QPoint(30, 0), release=False)
    assert "mm to the sciatic nerve as you marked it" in hands.reading
    assert said not in hands.reading


def test_lines_and_contours_are_drawn_removed_and_brought_back(hands: NeedleHands) -> None:
    middle = hands.target()
    corners = [
        middle._replace(x=middle.x + dx, y=middle.y + dy)
        for dx, dy in ((30, -40), (50, -40), (50, -60), (30, -60))
    ]
    hazard(hands, HazardKind.VESSEL, HazardShape.LINE)
    for corner in corners:
        hands.click(corner)
    hands.key(Qt.Key.Key_Return)
    hazard(hands, HazardKind.KIDNEY, HazardShape.CONTOUR)
    inside = [corner._replace(y=corner.y - 40) for corner in corners]
    for corner in (*inside, inside[0]):
        hands.click(corner)

    line, ring = hands.visit.live_hazards
    assert (len(line.points), line.closed, len(ring.points), ring.closed) == (4, False, 4, True)
    view = hands.page.viewer.views[hands.page.viewer.native]
    drawn = [mark for mark in view.scene_shown.marks if mark.kind is MarkKind.HAZARD]
    assert {mark.label for mark in drawn} == {"vessel", "kidney"}

    hands.click(inside[1])
    hands.key(Qt.Key.Key_Delete)
    assert hands.visit.live_hazards == (line,)
    hands.desk.undo()
    assert len(hands.visit.live_hazards) == 2


def test_finding_the_skin_shows_progress_and_can_be_cancelled(hands: NeedleHands) -> None:
    hands.target()
    steps: list[str] = []

    def stop_first(step: Progress | None, stop: Callable[[], None] | None) -> None:
        if step is not None and stop is not None:
            steps.append(step.label)
            stop()

    hands.desk.task.connect(stop_first)
    hands.plan()
    assert "Finding the skin" in steps
    assert hands.needle.surface is None
    assert hands.visit.paths == ()

    hands.desk.task.disconnect(stop_first)
    hands.page.choose_tool(ToolName.ENTRY)
    hands.settle()
    assert hands.path.basis is EntryBasis.VERTICAL


def test_on_the_side_words_give_no_depth(hands: NeedleHands) -> None:
    hands.spine()
    hands.choose("erector_spinae", Side.LEFT, Level.L3)
    hands.plan(ProcedurePosition.LEFT_DECUBITUS)
    panel = hands.needle.panel
    panel.offset.set_value(32)
    panel.side.setCurrentText("LEFT")
    panel.level.setCurrentIndex(panel.level.findData(Level.L3))
    panel.deep.set_value(41)

    panel.place.click()

    assert "choose prone or supine" in hands.reading
    assert hands.visit.planned_sites == ()


def test_a_target_moved_before_the_skin_is_found_keeps_its_entry_and_says_so(
    hands: NeedleHands,
) -> None:
    target = hands.target()
    hands.plan()
    entry = hands.path.entry
    hands.needle.skin.forget()
    hands.page.choose_tool(ToolName.TARGET)

    hands.drag(hands.pixel(target), hands.pixel(target._replace(x=target.x - 8)))

    assert (hands.path.entry, hands.path.basis) == (entry, EntryBasis.HAND)
    assert any("The entry stayed where it was" in said for said in hands.said)


def test_a_changed_stack_takes_no_path(hands: NeedleHands) -> None:
    hands.target()
    hands.page.choose_tool(ToolName.ENTRY)
    hands.settle()
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    other = replace(site.place.anchor, stack_key=StackKey("other"))
    hands.desk.apply(change_site(replace(site, place=replace(site.place, anchor=other)), label="x"))

    hands.needle.panel.positions.chip(PRONE).click()

    assert hands.visit.paths == ()
    assert "Read-only" in hands.reading


def test_every_position_has_a_chip() -> None:
    assert set(CHIP_WORDS) == set(ProcedurePosition)


def test_the_axial_picture_lies_as_the_doctor_stands_while_a_prone_procedure_is_planned(
    hands: NeedleHands,
) -> None:
    hands.target()
    assert not hands.page.viewer.turning.turned
    hands.plan(PRONE)
    assert hands.page.viewer.turning.turned
    depth = hands.depth()

    assert hands.said[-1].startswith("The axial picture lies as you stand")

    # sides must not change places with a tool
    for tool in (ToolName.WINDOW, ToolName.TARGET, ToolName.ENTRY):
        hands.page.choose_tool(tool)
        assert hands.page.viewer.turning.turned
    hands.plan(ProcedurePosition.SUPINE)
    assert not hands.page.viewer.turning.turned
    hands.plan(PRONE)
    assert hands.page.viewer.turning.turned
    depth = hands.depth()
    hands.key(Qt.Key.Key_U)
    assert not hands.page.viewer.turning.turned
    hands.page.choose_tool(ToolName.WINDOW)
    hands.page.choose_tool(ToolName.ENTRY)
    assert not hands.page.viewer.turning.turned, "what the doctor chose holds"
    said = len(hands.said)
    hands.plan(SUPINE)
    hands.plan(PRONE)
    assert not any(each.startswith("The axial picture lies") for each in hands.said[said:])
    assert hands.depth() == depth


@pytest.mark.parametrize("position", [PRONE, SUPINE])
def test_the_picture_of_the_sheet_lies_as_the_doctor_will_stand(
    hands: NeedleHands, monkeypatch: pytest.MonkeyPatch, position: ProcedurePosition
) -> None:
    hands.target()
    hands.plan(position)
    scenes: list[Scene] = []
    paint = plan_sheet_picture.paint_scene

    def note(painter: QPainter, frame: QRectF, to_device: QTransform, scene: Scene) -> None:
        scenes.append(scene)
        paint(painter, frame, to_device, scene)

    monkeypatch.setattr(plan_sheet_picture, "paint_scene", note)
    (site,) = hands.visit.planned_sites

    picture = plan_sheet_picture.site_picture([hands.page.session], hands.visit, site)

    assert picture is not None
    (scene,) = scenes
    prone = position is PRONE
    assert scene.captions.letters == (("L", "R", "P", "A") if prone else ("R", "L", "A", "P"))
    (path,) = (mark for mark in scene.marks if mark.kind is MarkKind.PATH)
    heights = [point[1] for point in path.points]
    middle = sum(x for x, _ in path.points) / len(path.points)
    target = next(mark for mark in scene.marks if mark.kind is MarkKind.TARGET)
    assert target.points[0][0] == pytest.approx(middle, abs=3.0)
    # the needle comes from above, whichever way the patient lies
    assert min(heights) < target.points[0][1] - 5


def test_a_supine_procedure_turns_nothing(hands: NeedleHands) -> None:
    hands.target()
    hands.plan(SUPINE)

    assert not hands.page.viewer.turning.turned


# --- planes along and down the needle


def _needle_pane(hands: NeedleHands) -> NeedlePane:
    return hands.page.viewer.needle


def _needle_hu(hands: NeedleHands, point: PatientPoint) -> tuple[int, int]:
    """The grey at a place in the needle's picture, and in the axial one."""
    found = []
    for view in (_needle_pane(hands).view, hands.page.viewer.views["axial"]):
        assert view.placement is not None
        at = view.placement.view_of(point)
        assert at is not None
        assert abs(at[1]) < 2.0, "the place lies in both pictures"
        row, column = (round(part) for part in view.placement.pixel_of_view(at[0]))
        found.append(int(view.image.image[row, column]))
    return found[0], found[1]


def test_a_planned_path_is_seen_along_the_needle_beside_the_other_planes(
    hands: NeedleHands,
) -> None:
    target = hands.target()
    assert _needle_pane(hands).view.isHidden()

    hands.plan()

    pane = _needle_pane(hands)
    assert not pane.view.isHidden()
    placement = pane.view.placement
    assert placement is not None
    for point in (target, hands.path.entry):
        found = placement.view_of(point)
        assert found is not None
        assert abs(found[1]) < 0.01, "the whole path lies in the picture"
    assert placement.view_of(hands.path.entry)[0][1] < placement.view_of(target)[0][1]  # type: ignore[index]  # both are there
    written = pane.view.scene_shown.captions
    assert written.top_left[0].text == "along the needle, across the body"
    assert [line.text for line in written.top_right] == ["HFS", "resampled"]
    assert {mark.kind for mark in pane.view.scene_shown.marks} >= {MarkKind.PATH, MarkKind.ENTRY}


def test_the_picture_along_the_needle_has_the_patients_sides_and_voxels(
    hands: NeedleHands,
) -> None:
    target = hands.target()
    hands.plan()

    letters = _needle_pane(hands).view.scene_shown.captions.letters
    assert letters == ("L", "R", "P", "A"), "the back is up, seen from the feet"
    axial = hands.page.viewer.views["axial"].scene_shown.captions.letters
    assert letters == axial, "LEFT lies on the same side in both"
    bone = hands.phantom.levels[Level.L3].spinous_tip._replace(z=target.z)
    for point in (target, target._replace(x=target.x + 20), bone._replace(y=bone.y - 12)):
        along, axial = _needle_hu(hands, point)
        assert along == pytest.approx(axial, abs=30)


def test_a_click_shows_the_needle_from_elsewhere_and_the_wheel_goes_down_it(
    hands: NeedleHands,
) -> None:
    target = hands.target()
    hands.plan()
    pane = _needle_pane(hands)

    QTest.mouseClick(pane.view.viewport(), LEFT)
    assert pane.view.scene_shown.captions.top_left[0].text == "along the needle, along the body"
    assert set(pane.view.scene_shown.captions.letters[:2]) == {"H", "F"}
    QTest.mouseClick(pane.view.viewport(), LEFT)

    written = pane.view.scene_shown.captions
    depth = round(hands.depth())
    assert [line.text for line in written.top_left] == [
        "down the needle",
        f"{depth} mm of {depth} mm deep",
    ]
    placement = pane.view.placement
    assert placement is not None
    assert placement.view_of(target)[1] == pytest.approx(0, abs=0.01)  # type: ignore[index]  # it is there
    pane.view.scrolled.emit(-5)
    words = pane.view.scene_shown.captions.top_left[1].text
    assert words == f"{round(hands.depth() - 10)} mm of {depth} mm deep"


def test_every_picture_says_the_depth_of_the_words(hands: NeedleHands) -> None:
    hands.target()
    hands.plan()
    panel, pane = hands.needle.panel, _needle_pane(hands)
    panel.along.setCurrentText("head")
    for angle in range(12, 40):
        panel.body.set_value(angle)
        panel.angled.click()
        if round(hands.depth()) % 2:
            break  # in steps of 2 mm it is not said as it is
    assert "rounded to 2 mm" in hands.reading
    (depth,) = re.findall(r"([\d.]+ mm) deep", panel.reading.text())

    pane.view.scrolled.emit(0)
    hands.page.viewer.draw()

    assert pane.view.scene_shown.captions.top_left[1].text == f"{depth} of {depth} deep"
    marks = hands.page.viewer.views["axial"].scene_shown.marks
    assert depth in {mark.label for mark in marks}


def test_the_needles_picture_follows_the_path_and_goes_with_it(hands: NeedleHands) -> None:
    hands.target()
    hands.plan()
    panel = hands.needle.panel
    panel.in_plane.set_value(20)
    panel.across.setCurrentText("LEFT")
    panel.angled.click()

    placement = _needle_pane(hands).view.placement
    assert placement is not None
    assert abs(placement.view_of(hands.path.entry)[1]) < 0.01  # type: ignore[index]  # it is there
    assert len(_needle_pane(hands).view.scene_shown.captions.letters[0]) == 2

    hands.needle.remove()
    assert _needle_pane(hands).view.isHidden()
    hands.desk.undo()
    hands.settle()
    assert not _needle_pane(hands).view.isHidden()
    hands.page.choose_tool(ToolName.WINDOW)
    assert _needle_pane(hands).view.isHidden()


def test_nothing_is_marked_by_a_click_on_the_needles_picture(hands: NeedleHands) -> None:
    hands.target()
    hands.plan()
    before = hands.visit

    QTest.mouseClick(_needle_pane(hands).view.viewport(), LEFT)

    assert hands.visit == before


def test_while_a_path_is_planned_its_picture_stands_in_the_seen_of_the_coronal_one(
    hands: NeedleHands,
) -> None:
    hands.target()
    hands.plan()
    viewer = hands.page.viewer
    assert viewer.views["coronal"].isHidden()
    assert not viewer.views["sagittal"].isHidden()

    hands.key(Qt.Key.Key_G)

    assert not any(view.isHidden() for view in viewer.views.values())
    sizes = {(each.width(), each.height()) for each in (*viewer.views.values(), viewer.needle.view)}
    widths, heights = zip(*sizes, strict=True)
    assert max(widths) - min(widths) <= 2
    assert max(heights) - min(heights) <= 2
    assert hands.page.looks.grid_action.isChecked()
    kept = seen_of(viewer)
    hands.page.looks.grid_action.trigger()
    assert viewer.views["coronal"].isHidden()
    go_back(viewer, kept)
    assert not viewer.views["coronal"].isHidden()


def test_a_path_that_leaves_the_body_twice_is_said(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    """A fold of the back lies behind a gap of 12 mm on the way straight up."""

    def fold(x: object, y: object, z: object) -> np.ndarray:
        x, y = np.asarray(x), np.asarray(y)
        trunk = (np.abs(x) < 90) & (np.abs(y) < 50)
        behind = (np.abs(x) < 90) & (y > 62) & (y < 85)
        joined = (x > 60) & (x < 90) & (y >= 50) & (y <= 62)
        return np.where(trunk | behind | joined, 40.0, -1000.0) + 0 * np.asarray(z)

    hands = CtHands(desk, qtbot, jane())
    body = {"rows": 120, "columns": 120, "pixel_mm": (2.0, 2.0), "origin": (-119.0, -119.0, -100.0)}
    hands.open_best(write_body(tmp_path / "disc", field=fold, **body))
    hands.choose("erector_spinae", Side.RIGHT, Level.L3)
    hands.click(PatientPoint(-20.0, 20.0, -50.0), ToolName.TARGET)
    hands.page.annotator.sides.leave()
    hands.page.choose_tool(ToolName.ENTRY)
    hands.settle()
    panel = hands.page.annotator.needle.panel
    panel.positions.chip(PRONE).click()
    hands.settle()

    (path,) = hands.visit.live_paths
    # the first skin that is met from the target counts, and the rest is said
    assert path.entry.y == pytest.approx(50.0, abs=1.5)
    said = "\n".join(each.text() for each in (panel.warning, panel.reading, panel.details))
    assert "leaves the body" in said
