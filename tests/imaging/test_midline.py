import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.anatomy import Side
from painmap.domain.places import PatientPoint
from painmap.imaging.midline import NEAR_MM, midline_reading


def mark(x: float, z: float) -> PatientPoint:
    return PatientPoint(x, 60, z)


@pytest.mark.parametrize(
    ("x", "side"), [(46, Side.LEFT), (34, Side.RIGHT), (44.9, None), (35.1, None), (40, None)]
)
def test_the_side_is_measured_from_the_patients_own_midline(x, side):
    reading = midline_reading(PatientPoint(x, 20, 100), [mark(40, 110)])

    assert reading is not None
    assert reading.side is side
    assert reading.offset_mm == pytest.approx(x - 40)


def test_far_from_every_landmark_nothing_is_said():
    marks = [mark(0, 0), mark(0, 200)]

    assert midline_reading(PatientPoint(30, 0, 100), marks) is None
    assert midline_reading(PatientPoint(30, 0, 200 + NEAR_MM), marks) is not None
    assert midline_reading(PatientPoint(30, 0, 100), []) is None


def test_a_curved_spine_is_followed():
    marks = [mark(0, 0), mark(20, 40), mark(0, 80)]

    assert midline_reading(PatientPoint(12, 0, 40), marks).side is Side.RIGHT
    assert midline_reading(PatientPoint(12, 0, 80), marks).side is Side.LEFT


def test_the_offset_is_at_right_angles_to_a_leaning_midline():
    reading = midline_reading(PatientPoint(30, 0, 20), [mark(0, 0), mark(40, 40)])

    assert reading.offset_mm == pytest.approx(10 / 2**0.5)


def test_beyond_the_landmarks_the_midline_runs_along_the_body():
    reading = midline_reading(PatientPoint(60, 0, 60), [mark(0, 0), mark(40, 40)])

    assert reading.offset_mm == pytest.approx(20)


def test_clicks_on_one_level_are_averaged():
    assert midline_reading(
        PatientPoint(10, 0, 0), [mark(0, 0), mark(4, 1)]
    ).offset_mm == pytest.approx(8)


@given(
    st.floats(-200, 200),
    st.lists(st.tuples(st.floats(-50, 50), st.floats(-30, 30)), min_size=1, max_size=5),
)
def test_a_mirrored_patient_has_the_other_side(x, places):
    marks = [mark(a, z) for a, z in places]
    mirrored = [mark(-a, z) for a, z in places]

    one = midline_reading(PatientPoint(x, 0, 0), marks)
    other = midline_reading(PatientPoint(-x, 0, 0), mirrored)

    assert one.offset_mm == pytest.approx(-other.offset_mm, abs=1e-6)
