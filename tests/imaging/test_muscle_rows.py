"""Which slices belong to which level, and how the sides compare."""

from uuid import uuid4

import numpy as np
import pytest

from painmap.domain.anatomy import Level, Side
from painmap.domain.progress import run_to_end
from painmap.imaging.muscle_rows import MeasuredMuscle, level_of_slices, measuring_rows
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.spine_line import SpineMark
from tests.imaging.helpers import load
from tests.support.ct import write_series


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ct")
    write_series(folder, count=25, rows=20, columns=24, step_mm=5.0)
    return load(folder)


def mark(volume, k, level):
    return SpineMark(volume.stack.slice_geometry(k).patient_point(10, 12), level)


def test_a_slice_belongs_to_the_nearest_named_mark_and_far_slices_to_none(volume):
    marks = [mark(volume, 8, Level.L4), mark(volume, 16, Level.L3), mark(volume, 12, None)]

    levels = level_of_slices(volume.stack, marks)

    assert [k for k, level in levels.items() if level is Level.L4] == list(range(4, 13))
    assert [k for k, level in levels.items() if level is Level.L3] == list(range(13, 21))
    assert levels[3] is levels[21] is None


def test_between_marks_that_skip_a_level_no_level_is_certain(volume):
    marks = [mark(volume, 8, Level.L5), mark(volume, 16, Level.L3)]

    levels = level_of_slices(volume.stack, marks)

    assert all(levels[k] is None for k in range(9, 16))
    assert levels[8] is Level.L5
    assert levels[18] is Level.L3


def test_without_named_marks_every_level_is_uncertain(volume):
    assert set(level_of_slices(volume.stack, [mark(volume, 8, None)]).values()) == {None}


def muscle(side, columns, ks):
    whole = np.zeros((20, 24), dtype=bool)
    whole[4:8, columns] = True
    return MeasuredMuscle(uuid4(), "multifidus", side, {k: SliceMask.of(whole) for k in ks})


def test_each_level_is_a_line_and_the_sides_are_compared_on_it(volume):
    left = muscle(Side.LEFT, slice(2, 10), range(8, 20))
    right = muscle(Side.RIGHT, slice(14, 20), range(8, 20))
    marks = [mark(volume, 8, Level.L4), mark(volume, 16, Level.L3)]

    rows = run_to_end(measuring_rows(volume, [left, right], marks))

    lines = [(row.side, row.level, row.whole) for row in rows]
    assert lines == [
        (side, level, whole)
        for side in (Side.LEFT, Side.RIGHT)
        for level, whole in ((Level.L3, False), (Level.L4, False), (None, True))
    ]
    assert {row.asymmetry for row in rows} == {0.25}
    assert rows[0].figures.slices == 7
    assert rows[2].figures.slices == 12


def test_a_level_that_is_uncertain_is_not_compared(volume):
    sides = [muscle(Side.LEFT, slice(2, 10), [2]), muscle(Side.RIGHT, slice(14, 20), [22])]

    rows = run_to_end(measuring_rows(volume, sides, []))

    assert [row.asymmetry for row in rows if not row.whole] == [None, None]
