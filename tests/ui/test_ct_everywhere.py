"""The same place, outline and path give the same numbers, however the patient was scanned.

Through the window, on the phantom: it knows where its muscles and its skin truly lie.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from shapely import Polygon, contains_xy

from painmap.domain.anatomy import Level, Side
from painmap.domain.compartment import Compartment
from painmap.domain.injection import CtPlace, SideBasis
from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.imaging.reslice import Plane
from painmap.imaging.sources import Source
from painmap.phantom import Phantom, PhantomOptions, make_phantom, write_series
from painmap.phantom.options import PatientPosition
from painmap.services.muscle_table import measuring_muscles
from painmap.ui.ct_export import picturing
from painmap.ui.ct_figure import hand_at
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_muscles import content_of
from painmap.ui.ct_paint import MarkKind
from painmap.ui.ct_pictures import muscles_on, slice_pictures
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from painmap.ui.tools.slice_outcomes import HANDLE_PX
from tests.support.ct_page import LEFT, CtHands, demonstration
from tests.support.label_maps import write_nifti_labels, xyz_affine
from tests.support.truth import mask_on

pytestmark = pytest.mark.xdist_group("ct_everywhere")

COARSE = {"rows": 270, "columns": 270, "slices": 14, "slice_step_mm": 4.0, "noise_hu": 6.0}
SCANS = {
    **{
        position.value: PhantomOptions(
            patient_position=position, pixel_spacing=(1.5, 1.5), **COARSE
        )
        for position in PatientPosition
    },
    "tilted": PhantomOptions(gantry_tilt_deg=12.0, pixel_spacing=(1.5, 1.5), **COARSE),
    "not square": PhantomOptions(pixel_spacing=(1.5, 1.2), **{**COARSE, "columns": 340}),
}
MUSCLE = "erector_spinae"
ROUND_MUSCLE = "psoas_major"
"""Four clicks say what it is; the tail of the erector spinae takes more."""


class Scanned(CtHands):
    """The phantom of one scan, open."""

    def __init__(self, desk: Desk, qtbot: QtBot, phantom: Phantom, folder: Path) -> None:
        super().__init__(desk, qtbot, demonstration())
        self.phantom = phantom
        self.open_best(folder)
        self.page.annotator.spine.drop()
        self.page.annotator.needle.skin.forget()

    def middle(self, side: Side, muscle: str = MUSCLE) -> PatientPoint:
        """The middle of a muscle at L3, on the slice that is nearest to it."""
        truth = self.phantom.target(muscle, side, Level.L3)
        stack = self.page.session.stack
        k, j, i = stack.require_geometry().index_points(truth)
        return stack.require_geometry().patient_point(round(float(k)), float(j), float(i))

    def around(self, centre: PatientPoint, *places: tuple[float, float]) -> list[PatientPoint]:
        """Places in the slice of `centre`: millimetres to the LEFT and to the back of it."""
        plane = self.page.session.stack.slice_geometry(
            self.page.session.index_of(self.page.session.native, centre) or 0
        )
        assert plane is not None
        normal = plane.normal
        found = []
        for left, back in places:
            x, y = centre.x + left, centre.y + back
            rise = (normal[0] * left + normal[1] * back) / normal[2]
            found.append(PatientPoint(x, y, centre.z - float(rise)))
        return found

    def true_depth(self, start: PatientPoint, direction: np.ndarray) -> float:
        along = np.arange(0, 250, 0.05)
        found = self.phantom.structures_at(np.asarray(start) + along[:, None] * direction)
        return float(next(mm for mm, what in zip(along, found, strict=True) if what is None))


@pytest.fixture(scope="module", params=list(SCANS))
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Phantom, Path]:
    phantom = run_to_end(make_phantom(SCANS[request.param]))
    folder = tmp_path_factory.mktemp("scan")
    run_to_end(write_series(phantom, folder))
    return phantom, folder


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, made: tuple[Phantom, Path]) -> Iterator[Scanned]:
    scanned = Scanned(desk, qtbot, *made)
    yield scanned
    scanned.settle()


def _painted(hands: Scanned, side: Side = Side.LEFT) -> PatientPoint:
    """Paint the muscle of a side with one touch of the brush; where."""
    centre = hands.middle(side)
    hands.choose(MUSCLE, side, Level.L3)
    hands.page.choose_tool(ToolName.BRUSH)
    hands.look_at(centre)
    at = hands.pixel(centre)
    hands.drag(at, at)
    hands.settle()
    return centre


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_a_path_straight_up_is_as_long_as_the_phantom_is_deep(hands: Scanned, side: Side) -> None:
    target = hands.middle(side)
    hands.choose(MUSCLE, side, Level.L3)
    hands.click(target, ToolName.TARGET)
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    assert site.place.target == pytest.approx(target, abs=1.0)
    assert (site.place.target.x > 0) is (side is Side.LEFT)

    hands.page.choose_tool(ToolName.ENTRY)
    hands.settle()
    planner = hands.page.annotator.needle
    planner.panel.positions.chip(ProcedurePosition.PRONE).click()
    hands.settle()

    (path,) = hands.visit.live_paths
    way = np.subtract(path.entry, site.place.target)
    depth = float(np.linalg.norm(way))
    unit = way / depth
    assert abs(depth - hands.true_depth(site.place.target, unit)) <= 1.0
    # straight up: towards the back, within half a degree
    assert np.degrees(np.arccos(unit[1])) <= 0.5
    said = re.search(r"([\d.]+) mm deep", planner.panel.reading.text())
    assert said is not None
    assert float(said[1]) == pytest.approx(depth, abs=1.0)


def test_what_is_drawn_encloses_the_same_area_and_values(hands: Scanned) -> None:
    centre = hands.middle(Side.LEFT)
    hands.choose(MUSCLE, Side.LEFT, Level.L3)
    # inside the muscle, so that nothing but muscle is measured
    corners = hands.around(centre, (-6, -5), (6, -5), (6, 5), (-6, 5))
    hands.outline(corners)
    hands.page.annotator.sides.leave()

    (outline,) = hands.visit.outlines
    assert np.asarray(outline.points) == pytest.approx(np.asarray(corners), abs=1.0)
    measured = hands.page.session.measure(outline)
    assert measured is not None
    flat = Polygon([(point.x, point.y) for point in outline.points]).area
    tilt = abs(hands.page.session.stack.require_geometry().normal[2])
    assert measured.area_mm2 == pytest.approx(flat / tilt, rel=0.08)
    assert measured.mean_hu is not None
    assert -29 <= measured.mean_hu <= 150

    hands.choose(MUSCLE, Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.ELLIPSE)
    hands.look_at(centre)
    lower, upper = hands.around(centre, (-9, -7), (9, 7))
    hands.drag(hands.pixel(lower), hands.pixel(upper))
    hands.page.annotator.sides.leave()
    drawn = np.asarray(hands.visit.outlines[-1].points)
    assert drawn.mean(axis=0) == pytest.approx(centre, abs=1.0)
    assert np.ptp(drawn[:, 0]) == pytest.approx(18.0, abs=1.5)

    hands.choose(MUSCLE, Side.LEFT, Level.L3)
    hands.stroke(hands.around(centre, (-8, 0), (0, -8), (8, 0), (0, 8)), ToolName.FREEHAND)
    assert np.asarray(hands.visit.outlines[-1].points).mean(axis=0) == pytest.approx(
        centre, abs=1.5
    )


def test_a_livewire_follows_the_border_of_the_muscle_between_four_clicks(hands: Scanned) -> None:
    centre = hands.middle(Side.LEFT, ROUND_MUSCLE)
    rim = [_rim_from(hands, centre, *way) for way in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    hands.choose(ROUND_MUSCLE, Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.LIVEWIRE)
    hands.look_at(centre)

    for place in rim:
        hands.click(place)
    hands.key(Qt.Key.Key_Return)
    hands.page.annotator.sides.leave()

    (outline,) = hands.visit.outlines
    drawn = Polygon([(point.x, point.y) for point in outline.points])
    assert drawn.is_valid
    # by the truth of the phantom, on a grid of half millimetres in that slice
    steps = np.arange(-45.0, 45.0, 0.5)
    grid = [(x, y) for x in steps for y in steps]
    truth = _is_muscle(hands, hands.around(centre, *grid))
    inside = contains_xy(drawn, *(np.asarray(grid) + np.array([centre.x, centre.y])).T)
    dice = 2 * (truth & inside).sum() / (truth.sum() + inside.sum())
    assert dice > 0.95


def _rim_from(hands: Scanned, centre: PatientPoint, left: float, back: float) -> PatientPoint:
    """Where the muscle ends in a direction from its middle."""
    steps = np.arange(0.0, 80.0, 0.25)
    places = hands.around(centre, *((left * step, back * step) for step in steps))
    return places[int(np.argmin(_is_muscle(hands, places)))]


def _is_muscle(hands: Scanned, places: list[PatientPoint]) -> np.ndarray:
    found = hands.phantom.structures_at(np.asarray(places))
    return np.array([what is not None and ROUND_MUSCLE in str(what) for what in found])


def test_distances_and_angles_are_the_patients(hands: Scanned) -> None:
    centre = hands.middle(Side.RIGHT)
    left, up = hands.around(centre, (40, 0), (0, -40))
    hands.click(left, ToolName.MEASURE)
    hands.click(centre)
    hands.click(up)
    hands.key(Qt.Key.Key_Return)

    marks = hands.page.viewer.views[Plane.AXIAL].scene_shown.marks
    words = [mark.label for mark in marks if mark.kind is MarkKind.MEASURE]
    legs = [float(np.linalg.norm(np.subtract(one, centre))) for one in (left, up)]
    assert float(words[0].removesuffix(" mm")) == pytest.approx(sum(legs), abs=1.0)
    assert float(words[1].removesuffix("°")) == pytest.approx(90.0, abs=1.5)


def test_the_brush_paints_the_voxels_under_it(hands: Scanned) -> None:
    centre = _painted(hands)

    (compartment,) = hands.visit.live_compartments
    masks = hands.page.work.muscles.masks(compartment)
    assert masks is not None
    ((k, painted),) = masks.slices.items()
    rows, columns = np.nonzero(painted.mask.whole())
    geometry = hands.page.session.stack.slice_geometry(k)
    assert geometry is not None
    middle = geometry.patient_point(float(rows.mean()), float(columns.mean()))
    assert middle == pytest.approx(centre, abs=1.5)
    pixel = np.prod(geometry.spacing_mm)
    radius = hands.page.work.brush.size_mm / 2
    assert len(rows) * pixel == pytest.approx(np.pi * radius**2, rel=0.25)


def test_a_ball_paints_a_ball_of_the_patients_millimetres(hands: Scanned) -> None:
    hands.page.work.brush.size_mm = 25
    hands.page.choose_tool(ToolName.BRUSH)
    hands.page.work.strip.ball.setChecked(True)
    centre = _painted(hands)

    (compartment,) = hands.visit.live_compartments
    masks = hands.page.work.muscles.masks(compartment)
    assert masks is not None
    stack = hands.page.session.stack
    voxels = []
    for k, one in masks.slices.items():
        plane = stack.slice_geometry(k)
        assert plane is not None
        voxels += [plane.patient_point(*at) for at in np.argwhere(one.mask.whole())]
    away = np.linalg.norm(np.subtract(voxels, centre), axis=1)
    assert away.max() < 12.5 + 1.5
    assert np.mean(voxels, axis=0) == pytest.approx(centre, abs=1.5)
    voxel_mm3 = abs(np.linalg.det(stack.require_geometry().patient_from_index[:3, :3]))
    assert len(voxels) * voxel_mm3 == pytest.approx(4 / 3 * np.pi * 12.5**3, rel=0.15)


def test_one_stroke_grows_a_muscle_to_its_borders(hands: Scanned) -> None:
    centre = hands.middle(Side.LEFT, ROUND_MUSCLE)
    hands.choose(ROUND_MUSCLE, Side.LEFT, Level.L3)

    hands.stroke(hands.around(centre, (-6, 0), (0, 0), (6, 0)), ToolName.GROW)
    hands.wait(lambda: bool(hands.visit.live_compartments))
    hands.settle()

    (compartment,) = hands.visit.live_compartments
    masks = hands.page.work.muscles.masks(compartment)
    assert masks is not None
    ((k, grown),) = masks.slices.items()
    truth = mask_on(hands.phantom, hands.page.session.stack, k, ROUND_MUSCLE, Side.LEFT)
    found = grown.mask.whole()
    assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.93
    assert hands.desk.open_visit.undo_label == "grow"


def _area_middle(hands: Scanned) -> tuple[float, float]:
    """Where the muscle that is drawn over the axial picture lies in its view."""
    hands.page.viewer.draw()
    (area,) = hands.page.viewer.views[Plane.AXIAL].scene_shown.areas
    middle = area.to_view.map(area.path).boundingRect().center()
    return middle.x(), middle.y()


def _view_of(hands: Scanned, point: PatientPoint) -> tuple[float, float]:
    placement = hands.page.viewer.views[Plane.AXIAL].placement
    assert placement is not None
    found = placement.view_of(point)
    assert found is not None
    return found[0]


def test_what_was_painted_is_drawn_where_it_was_painted(hands: Scanned) -> None:
    centre = _painted(hands)

    assert _area_middle(hands) == pytest.approx(_view_of(hands, centre), abs=1.5)
    # the picture turned for a prone procedure carries it along
    hands.page.viewer.turning.toggle()
    assert _area_middle(hands) == pytest.approx(_view_of(hands, centre), abs=1.5)


def test_what_was_filled_lies_on_the_side_of_its_contours(hands: Scanned) -> None:
    centre = hands.middle(Side.RIGHT)
    stack = hands.page.session.stack
    k = hands.page.session.index_of(Plane.AXIAL, centre) or 0
    for other in (k - 2, k + 2):
        plane = stack.slice_geometry(other)
        assert plane is not None
        (_, away) = plane.pixels_of(centre)
        there = PatientPoint(*(np.asarray(centre) - float(away) * plane.normal))
        hands.choose(MUSCLE, Side.RIGHT, Level.L3)
        hands.stroke(hands.around(there, (-8, 0), (0, -8), (8, 0), (0, 8)), ToolName.FREEHAND)
        hands.page.annotator.sides.leave()
    hands.choose(MUSCLE, Side.RIGHT, Level.L3)
    hands.page.work.fill()
    hands.settle()
    hands.look_at(centre)

    (compartment,) = hands.visit.live_compartments
    assert [area.k for area in compartment.areas] == list(range(k - 2, k + 3))
    assert _area_middle(hands) == pytest.approx(_view_of(hands, centre), abs=2.0)
    (masks,) = [hands.page.work.muscles.masks(compartment)]
    assert masks is not None
    rows, columns = np.nonzero(masks.slices[k].mask.whole())
    geometry = stack.slice_geometry(k)
    assert geometry is not None
    middle = geometry.patient_point(float(rows.mean()), float(columns.mean()))
    assert middle.x < 0
    assert middle == pytest.approx(centre, abs=2.0)


def test_the_figure_beside_the_picture_lies_as_the_letters_say(hands: Scanned) -> None:
    for turned in (False, True):
        hands.page.viewer.turning.turn_by_hand(turned=turned)
        hands.page.viewer.draw()
        captions = hands.page.viewer.views[Plane.AXIAL].scene_shown.captions
        assert captions.facing is not None
        right, _ = hand_at(captions.facing)
        assert captions.letters[0 if right < 0 else 1] == "L"
        # seen from the feet: into the picture it goes to the head
        away = np.cross(captions.facing.right, captions.facing.down)
        assert away[2] > 0.9
    assert (right < 0) is turned


def _drag_handle(hands: Scanned, plane: Plane, start: tuple[float, float], degrees: float) -> None:
    """Drag a handle of the crosshair, which lies in that direction on the screen, clockwise."""
    view = hands.page.viewer.views[plane]
    assert view.scene_shown.cross is not None
    middle = view.to_device.map(QPointF(*view.scene_shown.cross))
    turn = np.radians(degrees)
    x, y = start
    end = (x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn))
    places = [middle + QPointF(*each) * HANDLE_PX for each in (start, end)]
    hands.drag(places[0].toPoint(), places[1].toPoint(), plane=plane)
    hands.page.viewer.draw()


def test_a_plane_is_turned_by_a_handle_of_the_crosshair(hands: Scanned) -> None:
    viewer = hands.page.viewer
    hands.page.choose_tool(ToolName.WINDOW)
    cross = hands.middle(Side.LEFT)
    hands.look_at(cross)
    window = hands.page.session.window
    _drag_handle(hands, Plane.AXIAL, (1.0, 0.0), 30.0)

    frame = viewer.oblique.frame
    assert frame is not None
    assert hands.page.session.window == window, "the handle is no drag of the window"
    assert viewer.oblique.view.isVisible()
    # clockwise on the screen, from the feet: the LEFT end of the coronal plane goes to the back
    axial = viewer.shown[Plane.AXIAL].image.geometry
    assert axial is not None
    right = axial.patient_from_pixel[:3, 1] / np.linalg.norm(axial.patient_from_pixel[:3, 1])
    down = axial.patient_from_pixel[:3, 0] / np.linalg.norm(axial.patient_from_pixel[:3, 0])
    wanted = np.cos(np.radians(30)) * right + np.sin(np.radians(30)) * down
    assert abs(float(frame.normal @ wanted)) < 0.03
    assert abs(float(frame.normal @ axial.normal)) < 0.01
    assert np.asarray(frame.centre) == pytest.approx(np.asarray(viewer.cross))
    # as a coronal picture lies: the head up, LEFT at the right
    letters = viewer.oblique.view.scene_shown.captions.letters
    assert letters[1].startswith("L")
    assert letters[2].startswith("H")
    said = viewer.oblique.view.scene_shown.captions.top_left[1].text
    degrees = re.fullmatch(r"(\d+)° from coronal", said)
    assert degrees is not None
    assert int(degrees[1]) == pytest.approx(30, abs=2)

    # the line in which it meets the axial picture runs where the hand let go
    marks = viewer.views[Plane.AXIAL].scene_shown.marks
    (line,) = [mark.points for mark in marks if mark.kind is MarkKind.PLANE]
    along = np.subtract(line[1], line[0])
    assert np.degrees(np.arctan2(along[1], along[0])) % 180 == pytest.approx(30, abs=2)

    # every pixel is the voxel of its place in the patient
    placement = viewer.oblique.view.placement
    volume = hands.page.session.volume
    assert placement is not None
    assert volume is not None
    for x, y in ((-30.0, 0.0), (25.0, 10.0), (0.0, 0.0)):
        middle = placement.view_of(frame.centre)
        assert middle is not None
        point = placement.patient_of((middle[0][0] + x, middle[0][1] + y))
        assert point is not None
        expected = np.asarray(frame.centre) + x * frame.right + y * frame.down
        assert np.asarray(point) == pytest.approx(expected, abs=0.01)


def test_a_turned_plane_is_turned_on_leafed_and_closed(hands: Scanned) -> None:
    viewer = hands.page.viewer
    hands.page.choose_tool(ToolName.WINDOW)
    hands.look_at(hands.middle(Side.LEFT))
    _drag_handle(hands, Plane.AXIAL, (0.0, -1.0), 20.0)
    _drag_handle(hands, Plane.AXIAL, (np.sin(np.radians(20)), -np.cos(np.radians(20))), 15.0)
    frame = viewer.oblique.frame
    assert frame is not None
    said = viewer.oblique.view.scene_shown.captions.top_left[1].text
    assert said in {f"{n}° from sagittal" for n in (33, 34, 35, 36, 37)}

    before = viewer.cross
    assert before is not None
    viewer.oblique.view.scrolled.emit(5)
    viewer.draw()
    moved = np.subtract(viewer.cross, before)  # type: ignore[arg-type]  # it is there
    assert moved == pytest.approx(5.0 * frame.normal, abs=0.01)
    assert viewer.oblique.frame is not None
    assert np.asarray(viewer.oblique.frame.centre) == pytest.approx(np.asarray(viewer.cross))

    QTest.mouseDClick(viewer.oblique.view.viewport(), LEFT)
    viewer.draw()
    assert viewer.oblique.frame is None
    assert not viewer.oblique.view.isVisible()
    marks = viewer.views[Plane.AXIAL].scene_shown.marks
    assert not [mark for mark in marks if mark.kind is MarkKind.PLANE]


def test_other_tools_show_no_handles_and_turn_nothing(hands: Scanned) -> None:
    viewer = hands.page.viewer
    hands.page.choose_tool(ToolName.WINDOW)
    hands.look_at(hands.middle(Side.LEFT))
    assert len(viewer.views[Plane.AXIAL].scene_shown.handles) == 4
    hands.page.choose_tool(ToolName.MEASURE)
    viewer.draw()
    assert viewer.views[Plane.AXIAL].scene_shown.handles == ()

    _drag_handle(hands, Plane.AXIAL, (1.0, 0.0), 30.0)

    assert viewer.oblique.frame is None


def test_a_muscle_is_seen_on_the_planes_across_where_it_lies(hands: Scanned) -> None:
    centre = _painted(hands)
    viewer = hands.page.viewer
    hands.look_at(centre)

    for plane in (Plane.CORONAL, Plane.SAGITTAL):
        if plane not in hands.page.session.views:
            assert hands.page.session.stack.geometry is not None
            assert not hands.page.session.stack.geometry.is_orthogonal
            continue
        view = viewer.views[plane]
        raster = view.scene_shown.raster
        assert raster is not None
        alpha = np.array(
            [
                [raster.image.pixelColor(x, y).alpha() > 0 for x in range(raster.image.width())]
                for y in range(raster.image.height())
            ]
        )
        rows, columns = np.nonzero(alpha)
        placement = view.placement
        assert placement is not None
        point = placement.patient_of(
            placement.view_of_pixel(float(rows.mean()), float(columns.mean()))
        )
        assert np.asarray(point) == pytest.approx(np.asarray(centre), abs=2.5)
        # one slice thick, about as wide as the brush
        assert len(set(rows)) == 1
    hands.look_at(hands.middle(Side.RIGHT))
    if Plane.SAGITTAL in hands.page.session.views:
        assert viewer.views[Plane.SAGITTAL].scene_shown.raster is None


def test_the_exported_picture_shows_a_muscle_where_it_lies(hands: Scanned) -> None:
    centre = hands.middle(Side.LEFT)
    hands.choose(MUSCLE, Side.LEFT, Level.L3)
    hands.click(centre, ToolName.TARGET)
    hands.page.annotator.sides.leave()
    hands.choose(MUSCLE, Side.LEFT, Level.L3)
    hands.page.choose_tool(ToolName.BRUSH)
    at = hands.pixel(centre)
    hands.drag(at, at)
    hands.settle()
    session = hands.page.session
    read = partial(content_of, hands.desk.clinic, hands.desk.open_visit)

    k = session.index_of(Plane.AXIAL, centre) or 0
    shown = Shown.of(session, session.image(Plane.AXIAL, k))
    (area,) = muscles_on(shown, hands.visit, read)
    middle = area.to_view.map(area.path).boundingRect().center()
    found = shown.placement.view_of(centre)
    assert found is not None
    assert (middle.x(), middle.y()) == pytest.approx(found[0], abs=1.5)
    assert area.label == "LEFT erector spinae"

    (with_muscle,) = slice_pictures(session, hands.visit, read).values()
    (without,) = slice_pictures(session, hands.visit).values()
    changed = [
        (x, y)
        for x in range(0, with_muscle.width(), 4)
        for y in range(0, with_muscle.height(), 4)
        if with_muscle.pixel(x, y) != without.pixel(x, y)
    ]
    assert changed
    # on the half of the picture where the patient's LEFT is
    assert min(x for x, _ in changed) > with_muscle.width() / 2


def _patient_middle(hands: Scanned, compartment: Compartment) -> PatientPoint:
    """The middle of a muscle's voxels, each at its own place in the patient."""
    masks = hands.page.work.muscles.masks(compartment)
    assert masks is not None
    found = []
    for k, one in masks.slices.items():
        plane = hands.page.session.stack.slice_geometry(k)
        assert plane is not None
        places = np.argwhere(one.mask.whole())
        matrix = plane.patient_from_pixel[:3]
        found.append(np.column_stack((places, np.ones(len(places)))) @ matrix.T)
    x, y, z = np.concatenate(found).mean(axis=0)
    return PatientPoint(float(x), float(y), float(z))


def test_a_muscle_is_mirrored_to_the_other_side_of_the_patient(hands: Scanned) -> None:
    centre = _painted(hands)
    tip = hands.phantom.levels[Level.L3].spinous_tip
    for z in (-12.0, 12.0):
        hands.click(PatientPoint(tip.x, tip.y, centre.z + z), ToolName.MIDLINE)
    hands.page.annotator.sides.leave()
    (left,) = hands.visit.live_compartments
    hands.page.work.choose(left)
    hands.page.work.mirror()
    hands.settle()

    (right,) = [each for each in hands.visit.live_compartments if each.side is Side.RIGHT]
    mirrored = _patient_middle(hands, right)
    assert mirrored.x == pytest.approx(2 * tip.x - centre.x, abs=3.0)
    assert mirrored.y == pytest.approx(centre.y, abs=3.0)
    assert right.side_check.basis is SideBasis.AGREES


def test_label_maps_for_other_systems_lie_where_the_muscle_was_painted(
    hands: Scanned, tmp_path: Path
) -> None:
    centre = _painted(hands)
    (made,) = hands.visit.live_compartments
    hands.page.work.choose(made)
    hands.page.work.toggle_list()
    hands.page.work.list.accept.click()
    hands.settle()
    session = hands.page.session
    found = run_to_end(
        picturing(
            hands.visit,
            session.muscles,
            session.window,
            session.in_memory(),
            read=partial(content_of, hands.desk.clinic, hands.desk.open_visit),
            labels=True,
        )
    )

    (tmp_path / "labels.dcm").write_bytes(found.label_maps["muscle-labels.dcm"])
    seg = dcmread(tmp_path / "labels.dcm")
    shared = seg.SharedFunctionalGroupsSequence[0]
    directions = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, dtype=float)
    down, right = (float(mm) for mm in shared.PixelMeasuresSequence[0].PixelSpacing)
    pixels = seg.pixel_array.reshape(int(seg.NumberOfFrames), seg.Rows, seg.Columns)
    places = []
    for frame, pixel in zip(seg.PerFrameFunctionalGroupsSequence, pixels, strict=True):
        corner = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, dtype=float)
        for row, column in np.argwhere(pixel):
            along = column * right * directions[:3] + row * down * directions[3:]
            places.append(corner + along)
    assert np.mean(places, axis=0) == pytest.approx(np.asarray(centre), abs=1.5)

    if "muscle-labels.nii.gz" in found.label_maps:
        (tmp_path / "labels.nii.gz").write_bytes(found.label_maps["muscle-labels.nii.gz"])
        image = nibabel.load(tmp_path / "labels.nii.gz")
        voxels = np.argwhere(np.asarray(image.dataobj) > 0)
        ras = nibabel.affines.apply_affine(image.affine, voxels).mean(axis=0)
        assert ras * (-1, -1, 1) == pytest.approx(np.asarray(centre), abs=1.5)


def test_a_label_map_from_elsewhere_lands_on_the_side_where_it_was_drawn(
    hands: Scanned, tmp_path: Path
) -> None:
    centre = hands.middle(Side.RIGHT)
    stack = hands.page.session.stack
    geometry = stack.require_geometry()
    k, j, i = np.rint(geometry.index_points(centre)).astype(int)
    mask = np.zeros(stack.shape, dtype=np.uint8)
    mask[k - 1 : k + 2, j - 4 : j + 5, i - 4 : i + 5] = 1
    file = write_nifti_labels(
        tmp_path / "iliopsoas_right.nii.gz", mask, xyz_affine(stack), axes="RAS"
    )
    hands.page.open_source(Source.of(file))
    hands.settle()
    panel = hands.page.labels.panel
    assert panel is not None
    panel.take.click()
    hands.settle()
    hands.page.annotator.sides.leave()

    (made,) = hands.visit.live_compartments
    assert made.side is Side.RIGHT
    assert np.asarray(_patient_middle(hands, made)) == pytest.approx(np.asarray(centre), abs=1.5)
    hands.look_at(centre)
    assert _area_middle(hands) == pytest.approx(_view_of(hands, centre), abs=2.0)


def test_what_a_painted_muscle_measures_are_the_values_where_it_lies(hands: Scanned) -> None:
    centre = _painted(hands)
    volume = hands.page.session.volume
    assert volume is not None
    (made,) = hands.visit.live_compartments
    read = partial(content_of, hands.desk.clinic, hands.desk.open_visit)
    spine = hands.page.session.spine(hands.visit)
    rows = run_to_end(measuring_muscles(hands.visit, volume, spine, read))

    (row, *_) = rows
    assert (row.side, row.muscle_id) == (Side.LEFT, MUSCLE)
    radius = hands.page.work.brush.size_mm / 2
    steps = np.arange(-radius, radius + 0.1, 0.5)
    disc = [(x, y) for x in steps for y in steps if x * x + y * y <= radius * radius]
    around = [volume.hu_at(point) for point in hands.around(centre, *disc)]
    known = [value for value in around if value is not None]
    assert row.figures.mean_hu == pytest.approx(float(np.mean(known)), abs=12)
    assert made.anchor.stack_key == hands.page.session.stack.key


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_the_3d_preview_shows_an_accepted_muscle_on_its_side(hands: Scanned, side: Side) -> None:
    hands.page.work.brush.size_mm = 32
    hands.page.choose_tool(ToolName.BRUSH)
    hands.page.work.strip.ball.setChecked(True)
    _painted(hands, side)
    hands.page.work.list.accept.click()
    hands.settle()

    hands.page.solids.show()
    hands.settle()
    panel = hands.page.solids.panel
    assert panel is not None
    panel.bone.click()
    panel.skin.click()

    for words, left_is_left in (("Back", True), ("Front", False)):
        panel.sides[words].click()
        hands.wait(lambda: panel.view.is_whole)
        shot = panel.view.pixels
        assert shot is not None
        _, columns = np.nonzero(shot.astype(int).max(axis=2) > 60)
        on_left = columns.mean() < shot.shape[1] / 2
        assert on_left is np.bool_((side is Side.LEFT) is left_is_left)
        letters = panel.view.letters
        assert letters[:2] == (("L", "R") if left_is_left else ("R", "L"))
