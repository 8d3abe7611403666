import numpy as np
import pytest

from painmap.imaging.window import (
    MUSCLE,
    WINDOWS,
    HuWindow,
    grey_levels,
    window_bounds,
    window_of_values,
)


def test_windows_have_names_sources_and_a_width():
    assert len({one.id for one in WINDOWS}) == len({one.name for one in WINDOWS}) == 5
    assert all(one.source and one.width > 0 for one in WINDOWS)
    assert (MUSCLE.width, MUSCLE.level) == (150, 50)


def test_a_window_without_width_cannot_be():
    with pytest.raises(ValueError, match="width"):
        HuWindow("none", "None", 0, 0, "")


def test_bounds_are_black_and_white():
    low, high = window_bounds(400, 40)

    grey = grey_levels(np.array([-2000, low, 39.5, high, 3000]), 400, 40)

    assert grey.tolist() == [0, 0, 128, 255, 255]
    assert WINDOWS[0].bounds == (low, high)


def test_a_window_of_one_is_a_threshold():
    assert grey_levels(np.array([9, 10, 11]), 1, 10.5).tolist() == [0, 0, 255]


def test_other_values_get_a_window_of_their_own():
    values = np.arange(10_000, dtype=np.int16).reshape(10, 1000)
    values[0, 0] = 32_000

    width, level = window_of_values(values)

    assert 9_700 < width < 9_900
    assert 4_900 < level < 5_100
    assert window_of_values(np.zeros((2, 2))) == (1.0, 0.0)
    assert window_of_values(np.zeros((0, 2))) == (1.0, 0.0)
