"""Levels are counted from the one that the doctor names."""

from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.anatomy import Level
from painmap.domain.injection import LandmarkKind
from painmap.domain.places import PatientPoint
from painmap.imaging.spine_count import counted, odd_steps
from painmap.imaging.spine_line import SpineMark

BODY = LandmarkKind.VERTEBRAL_BODY


def tip(z, level=None):
    return SpineMark(PatientPoint(0, 80, z), level)


def body(z, level=None):
    return SpineMark(PatientPoint(0, 20, z), level, BODY)


def test_levels_are_counted_from_the_one_that_the_doctor_names():
    assert counted([tip(30), tip(100), tip(65)], 2, Level.L4) == (Level.L5, Level.L3, Level.L4)


def test_a_body_has_the_level_of_the_spinous_process_below_it():
    marks = [tip(100), tip(65), body(115), body(79), body(43)]

    found = counted(marks, 1, Level.L4)

    assert found == (Level.L3, Level.L4, Level.L3, Level.L4, Level.L5)


def test_a_count_may_start_at_a_body():
    assert counted([tip(65), body(79), body(115)], 2, Level.L1) == (Level.L2, Level.L2, Level.L1)


def test_what_was_marked_twice_is_one_vertebra():
    assert counted([tip(100), tip(92), tip(65)], 2, Level.L4) == (Level.L3, Level.L3, Level.L4)


def test_beyond_the_spine_there_is_no_level():
    assert counted([tip(100), tip(65)], 0, Level.S3) == (Level.S3, None)


def test_beyond_a_gap_nothing_is_counted():
    marks = [tip(100), tip(65), tip(-10), tip(-45)]

    assert counted(marks, 1, Level.L3) == (Level.L2, Level.L3, None, None)
    assert counted(marks, 3, Level.S1) == (None, None, Level.L5, Level.S1)


@given(st.permutations(range(6)), st.integers(0, 5), st.sampled_from(list(Level)[8:20]))
def test_the_order_of_marking_does_not_matter(order, known, level):
    heights = [100.0 - 35 * n for n in order]

    found = counted([tip(z) for z in heights], known, level)

    at = list(Level).index(level)
    assert found == tuple(list(Level)[at + n - order[known]] for n in order)


def test_a_passed_over_vertebra_is_said():
    (odd,) = odd_steps([tip(100, Level.L3), tip(20, Level.L4)])

    assert odd.levels == (Level.L3, Level.L4)
    assert odd.words == (
        "L3 and L4 are marked 80 mm apart: one may have been passed over, or marked twice."
    )


def test_what_fits_is_not_spoken_of():
    assert odd_steps([tip(100, Level.L3), tip(65, Level.L4), body(79, Level.L4)]) == ()


def test_a_wrong_order_is_said():
    (odd,) = odd_steps([tip(100, Level.L4), tip(65, Level.L3)])

    assert odd.words == "L3 is marked below L4."
