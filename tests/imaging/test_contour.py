from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from painmap.domain.places import PatientPoint
from painmap.imaging.contour import measure_contour
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.reslice import Plane, plane_image
from painmap.imaging.volume import Volume
from tests.imaging.helpers import load
from tests.support.ct import write_series


def drawn(
    volume: Volume, corners: list[tuple[float, float]], plane: Plane = Plane.AXIAL, index: int = 1
) -> list[PatientPoint]:
    """Patient points of (row, column) corners on a picture."""
    geometry = plane_image(volume, plane, index).geometry
    return [geometry.patient_point(row, column) for row, column in corners]


SQUARE = [(1.5, 1.5), (1.5, 5.5), (4.5, 5.5), (4.5, 1.5)]


@pytest.mark.parametrize("position", ["HFS", "FFP", "HFDR"])
def test_area_and_values_are_those_of_the_pixels_inside(tmp_path, position):
    write_series(tmp_path, count=3, patient_position=position)
    volume = load(tmp_path)
    image = plane_image(volume, Plane.AXIAL, 1)

    found = measure_contour(volume, Plane.AXIAL, 1, drawn(volume, SQUARE))

    inside = image.pixels[2:5, 2:6].astype(float)
    assert found.area_mm2 == pytest.approx(12 * 0.9 * 0.6)
    assert found.pixels == 12
    assert found.mean_hu == pytest.approx(inside.mean())
    assert found.sd_hu == pytest.approx(inside.std())


@pytest.mark.parametrize(("plane", "pixel_mm2"), [(Plane.CORONAL, 1.8), (Plane.SAGITTAL, 2.7)])
def test_a_contour_across_even_slices_is_measured(tmp_path, plane, pixel_mm2):
    write_series(tmp_path, count=8)
    volume = load(tmp_path)

    found = measure_contour(volume, plane, 4, drawn(volume, SQUARE, plane, 4))

    assert found.area_mm2 == pytest.approx(12 * pixel_mm2)
    assert found.pixels == 12


def fat_above(x, y, z):
    """Fat, muscle and bone in bands along y."""
    return np.select([y < -5, y < -2], [-100, 50], 500)


def test_the_fat_share_is_of_fat_and_muscle_without_bone(tmp_path):
    write_series(tmp_path, count=3, field=fat_above)
    volume = load(tmp_path)
    whole = [(-0.5, -0.5), (-0.5, 15.5), (11.5, 15.5), (11.5, -0.5)]

    found = measure_contour(volume, Plane.AXIAL, 1, drawn(volume, whole))

    fat, muscle = int((volume.hu[1] == -100).sum()), int((volume.hu[1] == 50).sum())
    assert found.fat_share == pytest.approx(fat / (fat + muscle))
    assert found.pixels == 12 * 16


def test_padding_is_left_out(tmp_path):
    def pad(stored):
        stored[2:4, 2:4] = 9

    write_series(tmp_path, count=3, padding=9, padded=pad)
    volume = load(tmp_path)

    found = measure_contour(volume, Plane.AXIAL, 1, drawn(volume, SQUARE))
    across = measure_contour(
        volume, Plane.SAGITTAL, 3, drawn(volume, [(-0.5, 1.5), (-0.5, 4.5), (2.5, 4.5), (2.5, 1.5)],
                                         Plane.SAGITTAL, 3)
    )  # fmt: skip

    assert found.pixels == 8
    assert found.area_mm2 == pytest.approx(12 * 0.9 * 0.6)
    assert found.mean_hu > -500
    assert across.pixels == 3


def test_padding_is_left_out_of_an_uneven_stack(tmp_path):
    def pad(stored):
        stored[2:4, 2:4] = 9

    write_series(tmp_path, count=5, gaps=(2,), padding=9, padded=pad, patient_position="HFP")
    volume = load(tmp_path)
    points = [volume.slice_geometry(1).patient_point(row, column) for row, column in SQUARE]

    assert measure_contour(volume, Plane.AXIAL, 1, points).pixels == 8


def test_only_padding_inside_gives_no_values(tmp_path):
    def pad(stored):
        stored[:] = 9

    write_series(tmp_path, count=3, padding=9, padded=pad)
    volume = load(tmp_path)

    found = measure_contour(volume, Plane.AXIAL, 1, drawn(volume, SQUARE))

    assert (found.pixels, found.mean_hu, found.sd_hu, found.fat_share) == (0, None, None, None)


def test_a_contour_between_pixel_centres_or_beside_the_picture_has_no_pixels(tmp_path):
    write_series(tmp_path, count=3)
    volume = load(tmp_path)

    tiny = measure_contour(
        volume, Plane.AXIAL, 1, drawn(volume, [(2.1, 2.1), (2.1, 2.9), (2.9, 2.9)])
    )
    beside = measure_contour(
        volume, Plane.AXIAL, 1, drawn(volume, [(50.0, 50), (50, 60), (60, 60)])
    )

    assert tiny.pixels == beside.pixels == 0
    assert tiny.area_mm2 > 0


def test_a_contour_that_crosses_itself_counts_what_it_encloses_once(tmp_path):
    write_series(tmp_path, count=3)
    volume = load(tmp_path)

    bow = measure_contour(
        volume, Plane.AXIAL, 1, drawn(volume, [(1.5, 1.5), (5.5, 5.5), (5.5, 1.5), (1.5, 5.5)])
    )

    assert bow.area_mm2 == pytest.approx(8 * 0.9 * 0.6)


# coordinates to a thousandth, as no hand is finer
thousandths = st.tuples(st.integers(0, 11000), st.integers(0, 15000))


@given(
    st.lists(thousandths, min_size=3, max_size=12).map(
        lambda found: [(row / 1000, column / 1000) for row, column in found]
    )
)
@example([(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 0.0)])
def test_any_scribble_is_measured(small, corners):
    row, column = (np.linspace(0, last, 320) for last in (11, 15))
    enclosed = odd(corners, *np.meshgrid(row, column)).mean() * 11 * 15
    if enclosed < 0.1:
        return

    found = measure_contour(small, Plane.AXIAL, 1, drawn(small, corners))

    # a grid of points is off by a share of its step along the contour
    length = sum(np.hypot(*np.subtract(*pair)) for pair in pairwise([*corners, corners[0]]))
    assert found.area_mm2 == pytest.approx(enclosed * 0.54, abs=0.04 * length + 0.1)
    assert (found.mean_hu is None) == (found.pixels == 0)


def odd(corners, row, column):
    """Which points a contour encloses an odd number of times, counted crossing by crossing."""
    inside = np.zeros(row.shape, dtype=bool)
    for (a, b), (c, d) in pairwise([*corners, corners[0]]):
        crossing = (a > row) != (c > row)
        if crossing.any():
            inside ^= crossing & (b + (row - a) * (d - b) / (c - a) > column)
    return inside


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    write_series(folder, count=3)
    return load(folder)


def refusal(volume: Volume, plane: Plane, points: list[PatientPoint]) -> SeriesProblem:
    with pytest.raises(SeriesError) as caught:
        measure_contour(volume, plane, 1, points)
    return caught.value.problem


def test_two_points_are_no_contour(small):
    assert refusal(small, Plane.AXIAL, drawn(small, SQUARE)[:2]) is SeriesProblem.TOO_FEW_POINTS


def test_a_line_encloses_nothing(small):
    line = drawn(small, [(1, 1), (2, 2), (3, 3)])
    assert refusal(small, Plane.AXIAL, line) is SeriesProblem.NO_AREA


def test_a_contour_of_another_slice_is_refused(small):
    other = drawn(small, SQUARE, Plane.AXIAL, 2)
    assert refusal(small, Plane.AXIAL, other) is SeriesProblem.NOT_IN_PLANE


def test_without_geometry_nothing_is_measured(tmp_path):
    write_series(tmp_path, count=3, edit=lambda one, _: one.pop("PixelSpacing"))
    points = [PatientPoint(0, 0, 0), PatientPoint(5, 0, 0), PatientPoint(5, 5, 0)]

    assert refusal(load(tmp_path), Plane.AXIAL, points) is SeriesProblem.NO_GEOMETRY


def test_across_tilted_slices_nothing_is_measured(tmp_path):
    write_series(tmp_path, count=6, tilt_degrees=15)
    volume = load(tmp_path)

    points = drawn(volume, SQUARE, Plane.SAGITTAL, 1)

    assert refusal(volume, Plane.SAGITTAL, points) is SeriesProblem.SHEARED_PLANE
