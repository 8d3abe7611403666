import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.imaging.mask_edit import (
    MUSCLE_GATE,
    Gate,
    brushed,
    grown,
    largest_island,
    smoothed,
    without_bone,
    without_holes,
)


def test_a_stroke_covers_every_centre_within_its_radius_in_millimetres():
    rows, columns, painted = brushed((40, 40), [(10, 10), (10, 20)], 3.0, (0.5, 1.0))

    whole = np.zeros((40, 40), dtype=bool)
    whole[rows, columns] = painted
    row, column = np.mgrid[:40, :40]
    along = np.clip(column, 10, 20)
    near = ((row - 10) * 0.5) ** 2 + ((column - along) * 1.0) ** 2 <= 9.0
    assert np.array_equal(whole, near)


point = st.tuples(st.floats(-20, 60), st.floats(-20, 60))


@given(st.lists(point, min_size=1, max_size=6), st.floats(0.1, 20))
def test_a_stroke_beyond_the_picture_stays_on_it(path, radius):
    rows, columns, painted = brushed((32, 48), path, radius, (0.8, 0.8))

    whole = np.zeros((32, 48), dtype=bool)
    whole[rows, columns] |= painted
    assert whole[rows, columns].shape == painted.shape


def test_the_gate_takes_both_its_ends():
    hu = np.array([-30, -29, 150, 151])

    assert Gate(*MUSCLE_GATE).passes(hu).tolist() == [False, True, True, False]


def test_islands_holes_and_bone():
    mask = np.zeros((20, 20), dtype=bool)
    mask[2:10, 2:10] = True
    mask[5, 5] = False
    mask[15, 15] = True
    hu = np.zeros((20, 20))
    hu[2, 2] = 400

    assert not largest_island(mask)[15, 15]
    assert largest_island(mask)[2, 2]
    assert without_holes(mask)[5, 5]
    assert not without_bone(mask, hu)[2, 2]


@given(st.floats(0.5, 4.0))
def test_a_margin_out_and_in_again_leaves_a_straight_rim_where_it_was(margin):
    mask = np.zeros((40, 60), dtype=bool)
    mask[15:25, :] = True

    back = grown(grown(mask, (1.0, 1.0), margin), (1.0, 1.0), -margin)

    assert np.array_equal(back[:, 20:40], mask[:, 20:40])
    assert np.count_nonzero(grown(mask, (1.0, 1.0), 2.0)[:, 30]) == 14


def test_smoothing_takes_a_spike_and_leaves_the_size():
    row, column = np.mgrid[:60, :60]
    disc = (row - 30) ** 2 + (column - 30) ** 2 <= 15**2
    spiked = disc.copy()
    spiked[30, 45:55] = True

    smooth = smoothed(spiked, (1.0, 1.0))

    assert not smooth[30, 50:].any()
    assert np.count_nonzero(smooth) == pytest.approx(np.count_nonzero(disc), rel=0.02)
