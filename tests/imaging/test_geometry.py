import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import Geometry, PlaneGeometry, direction_letters

finite = st.floats(-500, 500)
spacing = st.floats(0.2, 10)
angle = st.floats(-np.pi, np.pi)


def turned(a: float, b: float, c: float) -> np.ndarray:
    """A rotation matrix from three angles."""
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return x @ y @ z


def affine(rotation: np.ndarray, sizes: tuple[float, float, float]) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * sizes
    return matrix


@given(angle, angle, angle, spacing, spacing, spacing, finite, finite, finite)
def test_an_index_comes_back_from_the_patient(a, b, c, dk, dj, di, k, j, i):
    geometry = Geometry((4, 5, 6), affine(turned(a, b, c), (dk, dj, di)))

    back = geometry.index_points(geometry.patient_points((k, j, i)))

    assert np.allclose(back, (k, j, i), atol=1e-6)


@given(angle, angle, angle, spacing, spacing, spacing)
def test_spacing_is_told_from_any_rotation(a, b, c, dk, dj, di):
    geometry = Geometry((4, 5, 6), affine(turned(a, b, c), (dk, dj, di)))

    assert np.allclose(geometry.spacing_mm, (dk, dj, di))
    assert geometry.is_orthogonal


def test_spacing_of_tilted_slices_is_measured_along_their_normal():
    tilted = np.eye(4)
    tilted[:3, 0] = (0, 0, 5)
    tilted[:3, 1] = np.array((0, np.cos(0.3), -np.sin(0.3))) * 0.9
    tilted[:3, 2] = (0.6, 0, 0)

    geometry = Geometry((4, 5, 6), tilted)

    assert geometry.spacing_mm[0] == pytest.approx(5 * np.cos(0.3))
    assert geometry.tilt_degrees == pytest.approx(np.degrees(0.3))
    assert not geometry.is_orthogonal


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1, 0, 0), "L"),
        ((-1, 0, 0), "R"),
        ((0, 1, 0), "P"),
        ((0, -2, 0), "A"),
        ((0, 0, 0.1), "H"),
        ((0, 0, -1), "F"),
        ((0.99, 0.05, 0), "L"),
        ((0.9, -0.3, 0.1), "LA"),
        ((-0.1, 0.5, -0.8), "FP"),
        ((0, 0, 0), "?"),
        ((float("nan"), 0, 0), "?"),
        (None, "?"),
    ],
)
def test_letters_follow_from_the_direction(direction, letters):
    assert direction_letters(direction) == letters


@given(angle, angle)
def test_opposite_directions_have_opposite_letters(a, b):
    direction = turned(a, b, 0)[:, 0]
    mirror = str.maketrans("LRPAHF", "RLAPFH")

    assert direction_letters(-direction) == direction_letters(direction).translate(mirror)


@pytest.mark.parametrize("bad", [np.eye(3), np.zeros((4, 4)), np.full((4, 4), np.nan)])
def test_a_geometry_cannot_be_half_built(bad):
    with pytest.raises(ValueError, match="patient_from_index"):
        Geometry((1, 2, 3), bad)


def test_a_geometry_cannot_be_written_to_and_compares_by_value():
    one, other = Geometry((1, 2, 3), np.eye(4)), Geometry((1, 2, 3), np.eye(4))

    assert one == other
    assert hash(one) == hash(other)
    assert one != Geometry((2, 2, 3), np.eye(4))
    assert one != "a geometry"
    with pytest.raises(ValueError, match="read-only"):
        one.patient_from_index[0, 0] = 2


def test_a_volume_contains_its_voxels_and_nothing_else():
    geometry = Geometry((2, 3, 4), np.eye(4))

    assert geometry.contains(PatientPoint(-0.4, 2.4, 3.4))
    assert not geometry.contains(PatientPoint(-0.6, 0, 0))
    assert not geometry.contains(PatientPoint(0, 0, 3.6))


@given(angle, angle, angle, finite, finite, finite)
def test_a_point_is_found_on_a_plane_with_its_distance(a, b, c, row, column, away):
    rotation = turned(a, b, c)
    matrix = np.zeros((4, 3))
    matrix[:3, 0], matrix[:3, 1] = rotation[:, 0] * 0.9, rotation[:, 1] * 0.6
    matrix[:3, 2], matrix[3, 2] = (3, 4, 5), 1
    plane = PlaneGeometry(matrix)
    point = np.array(plane.patient_point(row, column)) + away * plane.normal

    pixel, distance = plane.pixels_of(point)

    assert np.allclose(pixel, (row, column), atol=1e-6)
    assert distance == pytest.approx(away, abs=1e-6)
    assert plane.spacing_mm == pytest.approx((0.9, 0.6))


def test_a_plane_needs_its_form():
    with pytest.raises(ValueError, match="4 x 3"):
        PlaneGeometry(np.eye(4))
