"""The tools on a real lumbar CT: eleven oblique blocks, and a sagittal series of the same frame."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import CtPlace
from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import PlaneGeometry
from painmap.imaging.reslice import Plane
from painmap.ui.ct_paint import MarkKind
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, opened_sample

pytestmark = [pytest.mark.shared_data, pytest.mark.xdist_group("ct_lumbar")]


class Lumbar(CtHands):
    """A block is open on its middle slice."""

    @property
    def plane(self) -> PlaneGeometry:
        k = self.page.viewer.index(self.page.session.native)
        plane = self.page.session.stack.slice_geometry(k)
        assert plane is not None
        return plane

    def at(self, row: float, column: float) -> PatientPoint:
        return self.plane.patient_point(row, column)

    def around(self, row: float, column: float, *mm: tuple[float, float]) -> list[PatientPoint]:
        down, right = self.plane.spacing_mm
        return [self.at(row + y / down, column + x / right) for x, y in mm]

    def show(self, count: int) -> None:
        """Show the stack of so many slices."""
        stacks = self.page.session.disk.all_stacks
        self.page.showing.show_stack(next(s for s in stacks if len(s.slices) == count))
        self.settle()
        if self.page.annotator.question is not None:
            self.page.annotator.sides.leave()
        self.page.annotator.spine.drop()


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, shared_data: Path) -> Iterator[Lumbar]:
    made = opened_sample(desk, qtbot, shared_data / "lumbar-ct-cc0")
    made.__class__ = Lumbar
    made.show(21)
    yield made
    made.settle()


ROW, COLUMN = 330.0, 310.0
"""Beside the spine, to the back and to the patient's LEFT."""


def test_every_tool_lands_in_patient_millimetres_on_an_oblique_block(hands: Lumbar) -> None:
    centre = hands.at(ROW, COLUMN)
    hands.choose("erector_spinae", Side.LEFT, Level.L4)
    hands.click(centre, ToolName.TARGET)
    hands.page.annotator.sides.leave()
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    assert np.asarray(site.place.target) == pytest.approx(np.asarray(centre), abs=0.6)
    assert site.place.anchor.stack_key == hands.page.session.stack.key

    hands.choose("erector_spinae", Side.LEFT, Level.L4)
    square = hands.around(ROW, COLUMN, (-10, -10), (10, -10), (10, 10), (-10, 10))
    hands.outline(square)
    hands.page.annotator.sides.leave()
    (outline,) = hands.visit.outlines
    drawn = np.asarray(outline.points)
    assert drawn == pytest.approx(np.asarray(square), abs=0.6)
    # all of it lies on the slice, which is oblique
    away = [float(hands.plane.pixels_of(point)[1]) for point in outline.points]
    assert away == pytest.approx([0.0] * 4, abs=0.01)
    measured = hands.page.session.measure(outline)
    assert measured is not None
    assert measured.area_mm2 == pytest.approx(400.0, rel=0.05)
    volume = hands.page.session.volume
    assert volume is not None
    k = hands.page.viewer.index(hands.page.session.native)
    down, right = hands.plane.spacing_mm
    rows = slice(round(ROW - 10 / down), round(ROW + 10 / down))
    columns = slice(round(COLUMN - 10 / right), round(COLUMN + 10 / right))
    assert measured.mean_hu == pytest.approx(float(volume.hu[k, rows, columns].mean()), abs=6)

    hands.choose("erector_spinae", Side.LEFT, Level.L4)
    hands.page.choose_tool(ToolName.ELLIPSE)
    lower, upper = hands.around(ROW, COLUMN, (-15, -8), (15, 8))
    hands.drag(hands.pixel(lower), hands.pixel(upper))
    hands.page.annotator.sides.leave()
    ring = np.asarray(hands.visit.outlines[-1].points)
    assert ring.mean(axis=0) == pytest.approx(np.asarray(centre), abs=0.8)
    spread = np.linalg.norm(ring - ring.mean(axis=0), axis=1)
    assert (spread.max(), spread.min()) == pytest.approx((15.0, 8.0), abs=0.8)

    hands.page.choose_tool(ToolName.MEASURE)
    corner, right_end, low_end = hands.around(ROW, COLUMN, (0, 0), (30, 0), (0, 40))
    for point in (right_end, corner, low_end):
        hands.click(point)
    hands.key(Qt.Key.Key_Return)
    marks = hands.page.viewer.views[Plane.AXIAL].scene_shown.marks
    assert [m.label for m in marks if m.kind is MarkKind.MEASURE] == ["70 mm", "90°"]
    hands.key(Qt.Key.Key_Escape)

    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.page.choose_tool(ToolName.BRUSH)
    at = hands.pixel(centre)
    hands.drag(at, at)
    hands.settle()
    (painted,) = [c for c in hands.visit.live_compartments if c.muscle_id == "multifidus"]
    masks = hands.page.work.muscles.masks(painted)
    assert masks is not None
    found_rows, found_columns = np.nonzero(masks.slices[k].mask.whole())
    assert found_rows.mean() == pytest.approx(ROW, abs=1.0)
    assert found_columns.mean() == pytest.approx(COLUMN, abs=1.0)


def straight_up(hands: Lumbar, centre: PatientPoint) -> None:
    hands.choose("erector_spinae", Side.LEFT, Level.L4)
    hands.click(centre, ToolName.TARGET)
    hands.page.annotator.sides.leave()
    hands.page.choose_tool(ToolName.ENTRY)
    hands.settle()
    hands.page.annotator.needle.panel.positions.chip(ProcedurePosition.PRONE).click()
    hands.settle()


def test_a_path_on_a_real_block_ends_where_its_voxels_end(hands: Lumbar) -> None:
    straight_up(hands, hands.at(ROW, COLUMN))

    (path,) = hands.visit.live_paths
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    volume = hands.page.session.volume
    assert volume is not None
    geometry = volume.stack.require_geometry()
    mm = np.arange(0.0, 250.0, 0.1)
    along = np.asarray(site.place.target) + mm[:, None] * (0.0, 1.0, 0.0)
    k, j, i = np.rint(geometry.index_points(along)).astype(int).T
    inside = (k >= 0) & (k < volume.shape[0]) & (j >= 0) & (j < volume.shape[1])
    body = volume.hu[k[inside], j[inside], i[inside]] > -300
    assert not body.all()
    # the first air behind the target; an object in the patient's pocket lies 1 mm beyond it
    depth = float(mm[inside][np.argmin(body)])
    assert float(np.linalg.norm(np.subtract(path.entry, site.place.target))) == pytest.approx(
        depth, abs=1.0
    )


def test_a_path_that_leaves_a_block_before_the_skin_is_said_and_not_guessed(hands: Lumbar) -> None:
    hands.show(min(len(stack.slices) for stack in hands.page.session.blocks))
    straight_up(hands, hands.at(250.0, 256.0))

    assert hands.visit.live_paths == ()
    panel = hands.page.annotator.needle.panel
    words = f"{panel.warning.text()} {panel.reading.text()}"
    assert "skin" in words.lower()


def test_a_target_of_a_block_lies_at_the_same_place_of_the_sagittal_series(hands: Lumbar) -> None:
    hands.choose("erector_spinae", Side.LEFT, Level.L4)
    hands.click(hands.at(ROW, COLUMN), ToolName.TARGET)
    hands.page.annotator.sides.leave()
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)

    hands.show(38)
    native = hands.page.session.native
    hands.page.viewer.look_at(site.place.target)
    hands.page.viewer.draw()

    shown = hands.page.viewer.shown[native]
    found = shown.placement.view_of(site.place.target)
    assert found is not None
    assert abs(found[1]) <= hands.page.session.step_mm(native) / 2 + 0.01
    marks = hands.page.annotator.marks(shown, small=False)
    (target,) = [mark for mark in marks if mark.kind is MarkKind.TARGET]
    assert target.points[0] == pytest.approx(found[0], abs=0.01)
