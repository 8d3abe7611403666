"""A line for each level and for the whole, and how the sides compare."""

from uuid import uuid4

import numpy as np
import pytest

from painmap.domain.anatomy import Level, Side
from painmap.domain.progress import run_to_end
from painmap.imaging.muscle_rows import MeasuredMuscle, measuring_rows
from painmap.imaging.slice_mask import SliceMask
from tests.imaging.helpers import load
from tests.support.ct import write_series


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ct")
    write_series(folder, count=25, rows=20, columns=24, step_mm=5.0)
    return load(folder)


def muscle(side, columns, ks):
    whole = np.zeros((20, 24), dtype=bool)
    whole[4:8, columns] = True
    return MeasuredMuscle(uuid4(), "multifidus", side, {k: SliceMask.of(whole) for k in ks})


def test_each_level_is_a_line_and_the_sides_are_compared_on_it(volume):
    left = muscle(Side.LEFT, slice(2, 10), range(8, 20))
    right = muscle(Side.RIGHT, slice(14, 20), range(8, 20))
    levels = {k: Level.L4 if k <= 12 else Level.L3 for k in range(8, 20)}

    rows = run_to_end(measuring_rows(volume, [left, right], levels))

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

    rows = run_to_end(measuring_rows(volume, sides, {2: None}))

    assert [row.asymmetry for row in rows if not row.whole] == [None, None]
