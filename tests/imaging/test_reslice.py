import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.reslice import (
    Plane,
    index_at,
    native_plane,
    plane_image,
    plane_view,
    plane_views,
    rectified,
)
from painmap.imaging.volume import Volume, loading
from tests.imaging.helpers import load, only_stack
from tests.support.ct import CORONAL, DIRECTIONS, SAGITTAL, ramp, write_series

LETTERS = {
    Plane.AXIAL: ("R", "L", "A", "P"),
    Plane.CORONAL: ("R", "L", "H", "F"),
    Plane.SAGITTAL: ("A", "P", "H", "F"),
}


def assert_true_to_the_patient(volume: Volume, plane: Plane, index: int, tolerance: float) -> None:
    """Every pixel shows the HU of the place that the picture says it shows."""
    image = plane_image(volume, plane, index)
    rows, columns = image.pixels.shape
    row, column = np.indices((rows, columns))
    matrix = image.geometry.patient_from_pixel
    x, y, z = (
        matrix[axis, 0] * row + matrix[axis, 1] * column + matrix[axis, 2] for axis in range(3)
    )
    off = np.abs(image.pixels - ramp(x, y, z))
    inside = image.pixels > -1024
    assert inside.mean() > 0.3
    assert off[inside].max() <= tolerance


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("position", list(DIRECTIONS))
def test_every_position_is_shown_in_the_same_way(tmp_path, position, plane):
    write_series(tmp_path, count=5, patient_position=position)
    volume = load(tmp_path)

    image = plane_image(volume, plane, 2)

    assert image.letters == LETTERS[plane]
    assert_true_to_the_patient(volume, plane, 2, 1)


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("directions", [CORONAL, SAGITTAL])
def test_coronal_and_sagittal_series_are_shown_in_all_planes(tmp_path, directions, plane):
    write_series(tmp_path, count=5, directions=directions)
    volume = load(tmp_path)

    assert plane_image(volume, plane, 2).letters == LETTERS[plane]
    assert_true_to_the_patient(volume, plane, 2, 1)
    assert native_plane(volume.stack) is (
        Plane.CORONAL if directions is CORONAL else Plane.SAGITTAL
    )


def test_pictures_of_an_upright_volume_are_views_not_copies(tmp_path):
    write_series(tmp_path, count=5, patient_position="FFP")
    volume = load(tmp_path)

    for view in plane_views(volume.stack):
        assert np.shares_memory(plane_image(volume, view.plane, 1).pixels, volume.hu)


def test_pixel_sizes_follow_the_plane(tmp_path):
    write_series(tmp_path, count=5)
    volume = load(tmp_path)

    sizes = {plane: plane_image(volume, plane, 0).spacing_mm for plane in Plane}

    assert sizes[Plane.AXIAL] == pytest.approx((0.9, 0.6))
    assert sizes[Plane.CORONAL] == pytest.approx((3, 0.6))
    assert sizes[Plane.SAGITTAL] == pytest.approx((3, 0.9))


def test_an_oblique_volume_keeps_its_own_planes_and_says_so(tmp_path):
    tilt = np.radians(20)
    directions = ((1, 0, 0), (0, float(np.cos(tilt)), float(np.sin(tilt))))
    write_series(tmp_path, count=5, directions=directions)
    volume = load(tmp_path)

    assert plane_image(volume, Plane.AXIAL, 0).letters == ("R", "L", "AF", "PH")
    assert plane_image(volume, Plane.CORONAL, 0).letters == ("R", "L", "HA", "FP")
    assert not plane_view(volume.stack, Plane.CORONAL).resampled
    assert_true_to_the_patient(volume, Plane.CORONAL, 3, 1)


@pytest.mark.parametrize("degrees", [12, -20])
@pytest.mark.parametrize("plane", [Plane.CORONAL, Plane.SAGITTAL])
def test_a_plane_across_tilted_slices_is_drawn_upright_and_true(tmp_path, degrees, plane):
    write_series(tmp_path, count=8, rows=40, columns=30, tilt_degrees=degrees, step_mm=1)
    volume = load(tmp_path)

    view = plane_view(volume.stack, plane)
    image = plane_image(volume, plane, view.count // 2)
    down, right = image.geometry.patient_from_pixel[:3, :2].T

    assert view.resampled
    assert down @ right == pytest.approx(0, abs=1e-9)
    assert_true_to_the_patient(volume, plane, view.count // 2, 2)


def test_the_upright_grid_holds_all_of_a_tilted_stack(tmp_path):
    write_series(tmp_path, count=8, tilt_degrees=25)
    geometry = only_stack(tmp_path).require_geometry()

    grid = rectified(geometry)

    corners = np.array([(k, j, i) for k in (0, 7) for j in (0, 11) for i in (0, 15)])
    places = grid.index_points(geometry.patient_points(corners))
    assert grid.is_orthogonal
    assert (places > -1e-6).all()
    assert (places < np.array(grid.shape) - 1 + 1e-6).all()


def test_tilted_slices_themselves_are_shown_as_acquired(tmp_path):
    write_series(tmp_path, count=5, tilt_degrees=12)
    volume = load(tmp_path)

    assert plane_view(volume.stack, Plane.AXIAL).native
    assert_true_to_the_patient(volume, Plane.AXIAL, 3, 1)


def test_an_uneven_stack_is_shown_slice_by_slice_only(tmp_path):
    write_series(tmp_path, count=6, gaps=(2,), patient_position="HFP")
    volume = load(tmp_path)

    (view,) = plane_views(volume.stack)

    assert (view.plane, view.count, view.growing) == (Plane.AXIAL, 5, "H")
    assert plane_image(volume, Plane.AXIAL, 3).letters == ("R", "L", "A", "P")
    assert_true_to_the_patient(volume, Plane.AXIAL, 3, 1)
    with pytest.raises(SeriesError) as caught:
        plane_image(volume, Plane.SAGITTAL, 0)
    assert caught.value.problem is SeriesProblem.NOT_UNIFORM


def test_without_orientation_no_side_is_guessed(tmp_path):
    write_series(tmp_path, count=3, edit=lambda one, _: one.pop("ImageOrientationPatient"))
    volume = load(tmp_path)

    image = plane_image(volume, Plane.AXIAL, 1)

    assert image.letters == ("?", "?", "?", "?")
    assert image.geometry is None
    assert image.spacing_mm is None
    assert index_at(volume.stack, Plane.AXIAL, PatientPoint(0, 0, 0)) is None
    with pytest.raises(SeriesError) as caught:
        plane_image(volume, Plane.CORONAL, 0)
    assert caught.value.problem is SeriesProblem.NO_GEOMETRY


@pytest.mark.parametrize("index", [-1, 5])
def test_a_slice_that_is_not_there_is_refused(tmp_path, index):
    write_series(tmp_path, count=5)

    with pytest.raises(SeriesError) as caught:
        plane_image(load(tmp_path), Plane.AXIAL, index)

    assert caught.value.problem is SeriesProblem.NO_SUCH_SLICE


@pytest.mark.parametrize("arguments", [{}, {"tilt_degrees": 15.0}, {"gaps": (2,)}])
def test_the_picture_at_a_point_holds_the_point(tmp_path, arguments):
    write_series(tmp_path, count=6, **arguments)
    volume = load(tmp_path)
    point = volume.slice_geometry(2).patient_point(5, 7)

    for view in plane_views(volume.stack):
        index = index_at(volume.stack, view.plane, point)
        image = plane_image(volume, view.plane, index)
        pixel, away = image.geometry.pixels_of(point)

        assert abs(float(away)) < 0.5
        assert image.pixels[tuple(np.rint(pixel).astype(int))] == pytest.approx(ramp(*point), abs=6)


def test_a_point_beyond_the_volume_shows_its_end(tmp_path):
    write_series(tmp_path, count=6)
    stack = only_stack(tmp_path)

    assert index_at(stack, Plane.AXIAL, PatientPoint(0, 0, 9999)) == 5
    assert index_at(stack, Plane.SAGITTAL, PatientPoint(-9999, 0, 0)) == 0


@pytest.fixture(scope="module")
def tilted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tilted")
    write_series(folder, count=6, tilt_degrees=10)
    return run_to_end(loading(only_stack(folder)))


@given(st.sampled_from(list(Plane)), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_left_of_the_picture_is_the_side_of_its_letter(tilted, plane, a, b, c):
    view = plane_view(tilted.stack, plane)
    image = plane_image(tilted, plane, round(a * (view.count - 1)))
    rows, columns = image.pixels.shape
    here = image.geometry.patient_point(b * (rows - 1), c * (columns - 1))
    beside = image.geometry.patient_point(b * (rows - 1), c * (columns - 1) - 1)

    towards = {"R": here.x - beside.x, "A": here.y - beside.y}

    assert towards[image.letters[0][0]] > 0
