import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.imaging.spine_line import SpineLine, SpineMark, SpinePlace, counted

STRAIGHT = SpineLine(
    [
        SpineMark(PatientPoint(3, 80, 100), Level.L3),
        SpineMark(PatientPoint(3, 82, 65), Level.L4),
        SpineMark(PatientPoint(3, 85, 30), Level.L5),
    ]
)


def test_a_place_is_said_in_the_clinics_words():
    place = STRAIGHT.place_of(PatientPoint(-29, 40, 57))

    assert place.side is Side.RIGHT
    assert place.offset_mm == pytest.approx(-32)
    assert (place.level, place.below_mm) == (Level.L4, pytest.approx(8, abs=1e-6))


def test_typing_the_words_gives_the_point():
    point = STRAIGHT.point_of(SpinePlace(-32.0, Level.L4, 8.0), y=40.0)

    assert point == pytest.approx((-29, 40, 57))


def scoliotic(bend, phase):
    """Six spinous processes on a bend of up to 20 mm, as curved as the phantom's."""
    xs = [bend * np.sin(phase + n * np.pi / 6) for n in range(6)]
    marks = [
        SpineMark(PatientPoint(float(x), 80, 100 - 36 * n), list(Level)[19 + n])
        for n, x in enumerate(xs)
    ]
    return SpineLine(marks)


curves = st.builds(scoliotic, st.floats(-20, 20), st.floats(0, 6))


@given(curves, st.floats(-60, 60), st.floats(-15, 15), st.integers(0, 1))
def test_words_and_points_agree_both_ways_on_a_curved_spine(line, offset, below, n):
    level = line.marks[n].level

    point = line.point_of(SpinePlace(offset, level, below), y=20.0)
    back = line.place_of(point)

    assert back.offset_mm == pytest.approx(offset, abs=1.0)
    again = line.point_of(back, y=20.0)
    assert np.linalg.norm(np.subtract(again, point)) < 0.5


@given(curves, st.floats(10, 50), st.floats(-20, 60))
def test_mirroring_twice_gives_the_point_again(line, x, z):
    point = PatientPoint(x, 10.0, z)

    other = line.mirrored(point)

    assert other is not None
    assert np.linalg.norm(np.subtract(line.mirrored(other), point)) < 1.0


def test_mirroring_goes_across_the_patients_own_midline_and_not_across_zero():
    assert STRAIGHT.mirrored(PatientPoint(43, 10, 60)) == pytest.approx((-37, 10, 60))


def test_there_is_no_midline_far_above_or_below_the_marks():
    assert STRAIGHT.place_of(PatientPoint(10, 0, 100 + 60)) is None
    assert STRAIGHT.midline_at(-60) is None
    assert STRAIGHT.midline_at(47.5).x == pytest.approx(3)


def test_near_the_midline_there_is_no_side():
    assert STRAIGHT.place_of(PatientPoint(7, 0, 60)).side is None


def test_levels_are_counted_from_the_one_that_the_doctor_names():
    points = [PatientPoint(0, 0, z) for z in (30, 100, 65)]

    marks = counted(points, known=2, level=Level.L4)

    assert [mark.level for mark in marks] == [Level.L3, Level.L4, Level.L5]
    assert [mark.point.z for mark in marks] == [100, 65, 30]


def test_a_passed_over_vertebra_is_said():
    line = SpineLine(
        [
            SpineMark(PatientPoint(0, 0, 100), Level.L3),
            SpineMark(PatientPoint(0, 0, 20), Level.L4),
        ]
    )

    assert line.odd_steps == (
        "L3 and L4 are marked 80 mm apart: one may have been passed over, or marked twice.",
    )
    assert STRAIGHT.odd_steps == ()
