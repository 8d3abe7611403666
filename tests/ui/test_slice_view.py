from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.imaging.reslice import Plane, plane_image, plane_views
from painmap.imaging.scan import scanning
from painmap.imaging.volume import Volume, loading
from painmap.imaging.window import grey_levels
from painmap.ui.ct_paint import Scene
from painmap.ui.ct_paint_words import bar_length_mm
from painmap.ui.ct_placement import Placement
from painmap.ui.slice_view import GreyPicture, SliceView
from painmap.ui.tools.gesture import PointerEvent, PointerKind
from tests.support.ct import write_series
from tests.support.ct_page import write_body

POSITIONS = ("HFS", "HFP", "FFS", "FFP", "HFDR", "HFDL")


def _volume(folder: Path) -> Volume:
    stack = run_to_end(scanning(folder)).stacks[0]
    return run_to_end(loading(stack))


def _picture(volume: Volume, plane: Plane, index: int) -> GreyPicture:
    image = plane_image(volume, plane, index)
    rows, columns = image.pixels.shape
    placement = Placement((rows, columns), image.geometry)
    return GreyPicture(grey_levels(image.pixels, 400, 40), placement)


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    made = SliceView("axial")
    qtbot.addWidget(made)
    made.resize(640, 480)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("plane", list(Plane))
def test_a_target_is_drawn_on_the_voxel_it_names(
    tmp_path: Path, view: SliceView, position: str, plane: Plane
) -> None:
    volume = _volume(write_body(tmp_path, position=position))
    voxel = (8, 20, 41)
    geometry = volume.geometry
    assert geometry is not None
    hu = np.full(volume.shape, -1000, dtype=np.int16)
    hu[voxel] = 1000
    marked = Volume(volume.stack, hu, None)
    point = geometry.patient_point(*voxel)
    index = next(
        index
        for index in range(next(v.count for v in plane_views(volume.stack) if v.plane is plane))
        if (plane_image(marked, plane, index).pixels > 0).any()
    )

    view.show_scene(Scene(bare=True, true_scale=False))
    view.show_picture(_picture(marked, plane, index))
    placement = view.placement
    assert placement is not None
    found = placement.view_of(point)
    assert found is not None
    shot = view.grab().toImage()
    at = view.pixel_at(found[0])

    bright = [
        (x, y)
        for x in range(shot.width())
        for y in range(shot.height())
        if shot.pixelColor(x, y).lightness() > 200
    ]
    middle = np.mean(bright, axis=0)
    assert found[1] == pytest.approx(0.0, abs=1e-6)
    assert (at.x(), at.y()) == pytest.approx(tuple(middle), abs=1.5)


@pytest.mark.parametrize("position", POSITIONS)
def test_the_patients_left_is_drawn_where_the_letter_says(tmp_path: Path, position: str) -> None:
    volume = _volume(write_body(tmp_path, position=position))
    image = plane_image(volume, Plane.AXIAL, 10)
    picture = _picture(volume, Plane.AXIAL, 10)

    middle = picture.placement.view_of(PatientPoint(0, 0, -50))
    leftwards = picture.placement.view_of(PatientPoint(20, 0, -50))
    backwards = picture.placement.view_of(PatientPoint(0, 20, -50))

    assert middle is not None
    assert leftwards is not None
    assert backwards is not None
    left, right, top, bottom = image.letters
    assert (left, right, top, bottom) == ("R", "L", "A", "P")
    assert leftwards[0][0] > middle[0][0]
    assert backwards[0][1] > middle[0][1]


def test_pixels_that_are_not_square_are_drawn_in_true_proportion(
    tmp_path: Path, view: SliceView
) -> None:
    write_series(tmp_path, rows=40, columns=40, pixel_mm=(2.0, 1.0))
    volume = _volume(tmp_path)

    view.show_picture(_picture(volume, Plane.AXIAL, 2))

    assert view.placement is not None
    extent = view.placement.extent
    assert (extent.width(), extent.height()) == pytest.approx((40.0, 80.0))
    corners = view.pixel_at((0, 0)), view.pixel_at((40, 80))
    across, down = corners[1].x() - corners[0].x(), corners[1].y() - corners[0].y()
    assert down / across == pytest.approx(2.0, abs=0.02)


def test_our_own_mapping_is_the_one_that_pyqtgraph_paints_with(
    tmp_path: Path, view: SliceView
) -> None:
    view.show_picture(_picture(_volume(write_body(tmp_path)), Plane.AXIAL, 5))
    view.set_view(2.5, (100.0, 90.0))

    theirs = view.box.mapViewToDevice(QPointF(110.0, 70.0))
    ours = view.to_device.map(QPointF(110.0, 70.0))

    assert (ours.x(), ours.y()) == pytest.approx((theirs.x(), theirs.y()), abs=0.01)


def test_zooming_keeps_the_place_under_the_pointer(tmp_path: Path, view: SliceView) -> None:
    view.show_picture(_picture(_volume(write_body(tmp_path)), Plane.AXIAL, 5))
    place = (60.0, 80.0)
    before = view.pixel_at(place)

    view.zoom_at(2.0, place)

    assert view.zoom == pytest.approx(2.0)
    assert view.pixel_at(place) == before


def test_a_view_without_geometry_names_no_millimetres(tmp_path: Path) -> None:
    placement = Placement((10, 20), None)

    assert not placement.is_true
    assert placement.patient_of((3, 3)) is None
    assert placement.view_of(PatientPoint(0, 0, 0)) is None
    assert placement.view_of_pixel(2, 4) == (4.5, 2.5)


def test_events_tell_places_in_millimetres_and_how_near_is_near(
    tmp_path: Path, view: SliceView
) -> None:
    view.show_picture(_picture(_volume(write_body(tmp_path)), Plane.AXIAL, 5))
    events: list[PointerEvent] = []
    view.pointer.connect(events.append)

    QTest.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        view.pixel_at((50.0, 60.0)),
    )

    kinds = [event.kind for event in events]
    assert kinds == [PointerKind.PRESS, PointerKind.RELEASE]
    assert (events[0].x, events[0].y) == pytest.approx((50.0, 60.0), abs=0.5)
    assert events[0].units_per_pixel == pytest.approx(1 / view.px_per_unit)
    assert events[0].view == "axial"


@pytest.mark.parametrize(
    ("width", "scale", "length"), [(640, 2.0, 50), (300, 1.0, 50), (200, 9, 5)]
)
def test_the_scale_bar_has_a_round_length_that_fits(width: int, scale: float, length: int) -> None:
    assert bar_length_mm(width, scale) == length
