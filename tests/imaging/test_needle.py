"""The arithmetic of a straight path against closed answers."""

from math import cos, radians, sin, tan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.imaging.needle import (
    NeedlePath,
    Tissue,
    crossed,
    distance_to_path,
    point_along,
    scanned_position,
    up_of,
)
from tests.imaging.helpers import load
from tests.support.ct import write_series

PRONE, SUPINE = ProcedurePosition.PRONE, ProcedurePosition.SUPINE


def test_straight_down_into_a_prone_back():
    path = NeedlePath(PatientPoint(0, 100, 0), PatientPoint(0, 60, 0), PRONE)

    assert path.depth_mm == 40
    assert path.vertical_mm == 40
    assert path.in_plane_degrees == pytest.approx(0)
    assert path.cranio_caudal_degrees == pytest.approx(0)
    assert path.plane_tilt_degrees == pytest.approx(0)
    assert path.in_plane_words == ""


@pytest.mark.parametrize("position", [PRONE, SUPINE])
@pytest.mark.parametrize(("shift", "word"), [(20.0, "LEFT"), (-20.0, "RIGHT")])
def test_a_tip_that_points_left_is_called_left_on_the_back_and_on_the_belly(position, shift, word):
    up = up_of(position)
    entry = PatientPoint(0, 40 * up[1], 0)

    path = NeedlePath(entry, PatientPoint(shift, 0, 0), position)

    assert path.in_plane_words == word
    assert abs(path.in_plane_degrees) == pytest.approx(np.degrees(np.arctan2(20, 40)))


def test_lying_on_the_left_side_the_right_is_up():
    path = NeedlePath(
        PatientPoint(-100, 0, 0), PatientPoint(-60, 10, 0), ProcedurePosition.LEFT_DECUBITUS
    )

    assert path.vertical_mm == pytest.approx(40)
    assert path.in_plane_words == "back"


def test_a_tip_towards_the_head_has_a_positive_angle_and_a_tilt_that_holds_it():
    path = NeedlePath(PatientPoint(0, 100, 0), PatientPoint(0, 60, 10), PRONE)

    assert path.cranio_caudal_degrees == pytest.approx(np.degrees(np.arctan2(10, 40)))
    # the skin lies behind and towards the feet of the target: the back edge goes down
    assert path.plane_tilt_degrees == pytest.approx(-np.degrees(np.arctan2(10, 40)))


coordinate = st.floats(-150, 150).map(lambda value: round(value, 3))
points = st.tuples(coordinate, coordinate, coordinate).map(lambda each: PatientPoint(*each))


@given(points, points, st.sampled_from(list(ProcedurePosition)))
def test_the_turned_plane_holds_the_whole_path(entry, target, position):
    assume(np.linalg.norm(np.subtract(entry, target)) > 1)
    path = NeedlePath(entry, target, position)
    tilt = path.plane_tilt_degrees
    assume(tilt is not None)

    normal = np.array((0.0, -sin(radians(tilt)), cos(radians(tilt))))

    assert float(normal @ path.out) == pytest.approx(0, abs=1e-6)
    assert -90 <= tilt <= 90


angles = st.floats(-60, 60)


@given(points, st.sampled_from(list(ProcedurePosition)), angles, angles)
def test_an_angle_that_is_typed_is_the_angle_that_is_read(target, position, plane, body):
    entry = point_along(target, position, in_plane_degrees=plane, cranio_caudal_degrees=body)

    path = NeedlePath(entry, target, position)

    assert path.in_plane_degrees == pytest.approx(plane, abs=1e-6)
    assert path.cranio_caudal_degrees == pytest.approx(body, abs=1e-6)
    assert path.from_vertical_degrees == pytest.approx(
        np.degrees(np.arccos(cos(radians(plane)) * cos(radians(body)))), abs=1e-5
    )


@pytest.mark.parametrize(
    ("header", "position"),
    [
        ("HFS", SUPINE), ("FFS", SUPINE), ("HFP", PRONE), ("FFP", PRONE),
        ("HFDL", ProcedurePosition.LEFT_DECUBITUS), ("FFDR", ProcedurePosition.RIGHT_DECUBITUS),
        ("", None), ("SITTING", None),
    ],
)  # fmt: skip
def test_the_scan_position_comes_from_the_header_or_stays_unknown(header, position):
    assert scanned_position(header) is position


def test_a_hand_error_misses_by_its_tangent():
    path = NeedlePath(PatientPoint(0, 0, 0), PatientPoint(0, -80, 0), PRONE)

    assert path.miss_mm(80) == pytest.approx(80 * tan(radians(3.4)))
    assert path.miss_mm(80) == pytest.approx(4.75, abs=0.01)


def layers(x, y, z):
    """Air, fat, muscle and bone in 4, 3, 2 ... bands along y."""
    return np.select([y > 3, y > 0, y > -4], [-1000, -100, 50], 600)


def test_the_millimetres_of_each_tissue_are_those_on_the_way(tmp_path):
    write_series(tmp_path, count=4, field=layers, rows=40)
    volume = load(tmp_path)
    middle = volume.geometry.patient_point(1, 20, 4)
    entry = PatientPoint(middle.x, 6.0, middle.z)
    path = NeedlePath(entry, PatientPoint(middle.x, -6.0, middle.z), PRONE)

    found = dict(crossed(volume, path).mm)

    assert set(found) == {Tissue.AIR, Tissue.FAT, Tissue.MUSCLE, Tissue.BONE}
    assert sum(found.values()) + crossed(volume, path).outside_mm == pytest.approx(12)
    for tissue, mm in ((Tissue.AIR, 3), (Tissue.FAT, 3), (Tissue.MUSCLE, 4), (Tissue.BONE, 2)):
        assert found[tissue] == pytest.approx(mm, abs=1.0), tissue


def test_what_no_voxel_shows_is_said_and_not_counted(tmp_path):
    write_series(tmp_path, count=4, field=layers)
    volume = load(tmp_path)
    middle = volume.geometry.patient_point(1, 4, 4)
    far = PatientPoint(middle.x, middle.y + 500, middle.z)

    found = crossed(volume, NeedlePath(far, middle, PRONE))

    assert found.outside_mm > 480


@given(points, points, points, points)
def test_the_distance_of_two_lines_is_the_least_of_all_their_points(a, b, c, d):
    assume(np.linalg.norm(np.subtract(a, b)) > 1)
    path = NeedlePath(a, b, PRONE)

    found = distance_to_path(path, [c, d], closed=False)

    share = np.linspace(0, 1, 60)[:, None]
    one = np.asarray(a) * (1 - share) + np.asarray(b) * share
    two = np.asarray(c) * (1 - share) + np.asarray(d) * share
    sampled = np.linalg.norm(one[:, None] - two[None], axis=2).min()
    assert found <= sampled + 1e-6
    assert found >= sampled - np.linalg.norm(np.subtract(a, b)) / 59 - 8.9


def test_a_path_through_what_was_outlined_is_no_distance_away():
    rim = [PatientPoint(*each) for each in ((-10, 50, 0), (10, 50, 0), (10, 70, 0), (-10, 70, 0))]
    through = NeedlePath(PatientPoint(0, 60, 30), PatientPoint(0, 60, -30), PRONE)
    within = NeedlePath(PatientPoint(0, 52, 0), PatientPoint(0, 60, 0), PRONE)
    beside = NeedlePath(PatientPoint(25, 100, 0), PatientPoint(25, 40, 0), PRONE)

    assert distance_to_path(through, rim, closed=True) == 0
    assert distance_to_path(within, rim, closed=True) == 0
    assert distance_to_path(beside, rim, closed=True) == pytest.approx(15)
    assert distance_to_path(beside, [PatientPoint(0, 60, 0)], closed=False) == pytest.approx(25)


def test_entry_and_target_are_two_points():
    with pytest.raises(ValueError, match="one point"):
        NeedlePath(PatientPoint(1, 2, 3), PatientPoint(1, 2, 3), PRONE)
