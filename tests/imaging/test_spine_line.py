"""The midline as a curve: sides, words, mirroring, levels; straight, bent and turned spines."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import LandmarkKind
from painmap.domain.places import PatientPoint
from painmap.imaging.spine_line import NEAR_MM, SpineLine, SpineMark, SpinePlace

BODY = LandmarkKind.VERTEBRAL_BODY
STRAIGHT = SpineLine(
    [
        SpineMark(PatientPoint(3, 80, 100), Level.L3),
        SpineMark(PatientPoint(3, 82, 65), Level.L4),
        SpineMark(PatientPoint(3, 85, 30), Level.L5),
    ]
)


def marks(*places):
    """Spinous processes without names at (x, z)."""
    return SpineLine([SpineMark(PatientPoint(x, 60, z)) for x, z in places])


# --- sides


@pytest.mark.parametrize(
    ("x", "side"), [(46, Side.LEFT), (34, Side.RIGHT), (44.9, None), (35.1, None), (40, None)]
)
def test_the_side_is_measured_from_the_patients_own_midline(x, side):
    place = marks((40, 110)).place_of(PatientPoint(x, 20, 100))

    assert place.side is side
    assert place.offset_mm == pytest.approx(x - 40)


def test_far_from_every_mark_nothing_is_said():
    line = marks((0, 0), (0, 200))

    assert line.place_of(PatientPoint(30, 0, 100)) is None
    assert line.place_of(PatientPoint(30, 0, 200 + NEAR_MM - 0.1)) is not None
    assert line.place_of(PatientPoint(30, 0, 200 + NEAR_MM + 1)) is None
    assert line.mirrored(PatientPoint(30, 0, 100)) is None
    assert line.midline_at(-60) is None


def test_a_curved_spine_is_followed():
    line = marks((0, 0), (20, 40), (0, 80))

    assert line.place_of(PatientPoint(12, 0, 40)).side is Side.RIGHT
    assert line.place_of(PatientPoint(12, 0, 80)).side is Side.LEFT


def test_the_offset_is_at_right_angles_to_a_leaning_midline():
    place = marks((0, 0), (40, 40)).place_of(PatientPoint(30, 0, 10))

    assert place.offset_mm == pytest.approx(20 / 2**0.5)


def test_beyond_the_marks_the_midline_turns_along_the_body():
    line = marks((0, 0), (4, 40))

    assert line.midline_at(80).x == pytest.approx(5, abs=0.01), "half of 20 mm at one in ten"
    assert line.midline_at(60).x == pytest.approx(5, abs=0.01)


def test_clicks_on_one_level_are_averaged():
    assert marks((0, 0), (4, 1)).place_of(PatientPoint(10, 0, 0)).offset_mm == pytest.approx(8)


def test_a_single_mark_stands_for_a_straight_midline():
    line = marks((7, 0))

    assert line.place_of(PatientPoint(-3, -60, -30)).offset_mm == pytest.approx(-10)
    assert line.direction_at(20) == (0, -1, 0)


@given(
    st.floats(-200, 200),
    st.lists(st.tuples(st.floats(-50, 50), st.floats(-30, 30)), min_size=1, max_size=5),
)
def test_a_mirrored_patient_has_the_other_side(x, places):
    one = marks(*places).place_of(PatientPoint(x, 0, 0))
    other = marks(*[(-a, z) for a, z in places]).place_of(PatientPoint(-x, 0, 0))

    assert (one is None) == (other is None)
    assume(one is not None)
    assert one.offset_mm == pytest.approx(-other.offset_mm, abs=1e-6)


# --- words


def test_a_place_is_said_in_the_clinics_words():
    place = STRAIGHT.place_of(PatientPoint(-29, 40, 57))

    assert place.side is Side.RIGHT
    assert place.offset_mm == pytest.approx(-32)
    assert (place.level, place.below_mm) == (Level.L4, pytest.approx(8, abs=1e-6))


def test_typing_the_words_gives_the_point():
    point = STRAIGHT.point_of(SpinePlace(-32.0, Level.L4, 8.0), y=40.0)

    assert point == pytest.approx((-29, 40, 57))


def test_where_only_the_body_of_a_level_is_marked_words_are_measured_from_it():
    line = SpineLine([*STRAIGHT.marks, SpineMark(PatientPoint(3, 20, -5), Level.S1, BODY)])

    place = line.place_of(PatientPoint(20, 40, -1))

    assert (place.level, place.kind) == (Level.S1, BODY)
    assert place.below_mm == pytest.approx(-4, abs=1e-6)


# --- bent and turned spines


def vertebrae(bend, phase, turn, twist, count=6):
    """A spine bent sideways by up to `bend` mm, turned by `turn` degrees and twisted on its way.

    Returns tips, bodies and the frames that they were made of: where, back, left.
    """
    tips, bodies = [], []
    for n in range(count):
        level = list(Level)[19 + n]
        x, z = bend * np.sin(phase + n * np.pi / 6), 100 - 36 * n
        angle = np.radians(turn + twist * n)
        front = np.array((np.sin(angle), -np.cos(angle), 0))
        tips.append(SpineMark(PatientPoint(float(x), 80.0, float(z)), level))
        body = np.array((x, 80.0, z)) + 62 * front
        bodies.append(SpineMark(PatientPoint(*map(float, body)), level, BODY))
    return tips, bodies


@st.composite
def spines(draw):
    tips, bodies = vertebrae(
        draw(st.floats(-20, 20)),
        draw(st.floats(0, 6)),
        draw(st.floats(-15, 15)),
        draw(st.floats(-2, 2)),
    )
    return SpineLine([*tips, *(bodies if draw(st.booleans()) else [])])


def test_a_turned_patient_has_the_midline_through_spinous_process_and_body():
    tips, bodies = vertebrae(0, 0, 10, 0)
    line = SpineLine([*tips, *bodies])
    front = np.array(line.direction_at(60))

    deep = np.array(tips[2].point) + 90 * front
    left = deep + 40 * np.array((-front[1], front[0], 0))

    assert front == pytest.approx((np.sin(np.radians(10)), -np.cos(np.radians(10)), 0))
    assert line.place_of(PatientPoint(*deep)).offset_mm == pytest.approx(0, abs=1e-6)
    assert line.place_of(PatientPoint(*left)).offset_mm == pytest.approx(40, abs=1e-6)
    assert SpineLine(tips).place_of(PatientPoint(*deep)).offset_mm == pytest.approx(15.6, abs=0.1)


def test_each_level_has_its_own_direction():
    tips, bodies = vertebrae(0, 0, -4, 2)
    line = SpineLine([*tips, *bodies])

    turns = [np.degrees(np.arctan2(*np.abs(line.direction_at(tip.point.z)[:2]))) for tip in tips]

    assert turns == pytest.approx([4, 2, 0, 2, 4, 6], abs=1e-6)


def test_a_body_marked_beside_its_tip_gives_no_direction():
    line = SpineLine([*STRAIGHT.marks, SpineMark(PatientPoint(60, 70, 65), Level.L4, BODY)])

    assert line.direction_at(65) == (0, -1, 0)


@given(spines(), st.floats(-60, 60), st.floats(-15, 15), st.integers(0, 5), st.floats(-60, 90))
def test_words_and_points_agree_both_ways(line, offset, below, n, y):
    level = line.level_marks[n].level

    point = line.point_of(SpinePlace(offset, level, below), y=y)
    back = line.place_of(point)
    again = line.point_of(back, y=y)

    assert point.y == pytest.approx(y)
    assert back.offset_mm == pytest.approx(offset, abs=1e-3)
    assert np.linalg.norm(np.subtract(again, point)) < 1e-3


@given(spines(), st.floats(-70, 70), st.floats(-30, 85), st.floats(-110, 130))
def test_mirroring_twice_is_the_point_again(line, x, y, z):
    point = PatientPoint(x, y, z)
    place = line.place_of(point)
    assume(place is not None and abs(place.offset_mm) < 70)

    other = line.mirrored(point)
    assume(line.place_of(other) is not None)

    assert np.linalg.norm(np.subtract(line.mirrored(other), point)) < 1e-3
    assert line.place_of(other).offset_mm == pytest.approx(-place.offset_mm, abs=1e-3)


@given(spines())
def test_along_the_midline_levels_come_one_after_the_other(line):
    heights = np.arange(130, -115, -1.0)
    found = [line.level_at(line.midline_at(z)) for z in heights]

    order = list(Level)
    numbers = [order.index(level) for level in found if level is not None]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(19, 25))


@given(spines(), st.floats(-60, 60), st.floats(-20, 80), st.floats(-80, 100), st.integers(0, 2))
def test_the_side_of_a_point_is_stable(line, x, y, z, axis):
    """A hand's tremor of a tenth of a millimetre never turns LEFT into RIGHT."""
    point = PatientPoint(x, y, z)
    moved = np.array(point)
    moved[axis] += 0.1

    one, other = line.place_of(point), line.place_of(PatientPoint(*map(float, moved)))

    assert abs(one.offset_mm - other.offset_mm) < 0.3
    assert {one.side, other.side} != {Side.LEFT, Side.RIGHT}


def test_mirroring_goes_across_the_patients_own_midline_and_not_across_zero():
    assert STRAIGHT.mirrored(PatientPoint(43, 10, 60)) == pytest.approx((-37, 10, 60))


# --- levels


def test_a_level_is_that_of_the_vertebral_body_where_it_is_marked():
    line = SpineLine([*STRAIGHT.marks, SpineMark(PatientPoint(3, 20, 80), Level.L4, BODY)])

    assert STRAIGHT.level_at(PatientPoint(20, 40, 85)) is Level.L3
    assert line.level_at(PatientPoint(20, 40, 85)) is Level.L4


def test_between_marks_that_are_not_neighbours_the_level_is_uncertain():
    line = SpineLine([mark for mark in STRAIGHT.marks if mark.level is not Level.L4])

    assert line.level_at(PatientPoint(20, 40, 90)) is None
    assert line.level_at(PatientPoint(20, 40, 110)) is Level.L3
    assert line.level_at(PatientPoint(20, 40, 125)) is None, "further than half a step"
