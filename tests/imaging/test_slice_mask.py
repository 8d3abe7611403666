import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from painmap.imaging.errors import SeriesError
from painmap.imaging.slice_mask import SliceMask, mask_of_polygon, rim_of

masks = hnp.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(masks)
def test_a_mask_comes_back_from_what_is_stored(mask):
    kept = SliceMask.of(mask)

    assert np.array_equal(kept.whole(), mask)
    assert SliceMask.decoded(kept.encoded()) == kept
    assert SliceMask.decoded(kept.encoded()).sha256 == kept.sha256


@given(masks, st.integers(0, 400), st.integers(1, 255))
def test_damaged_bytes_are_refused_or_give_a_mask_and_never_crash(mask, at, flip):
    content = bytearray(SliceMask.of(mask).encoded())
    content[at % len(content)] ^= flip

    try:
        found = SliceMask.decoded(bytes(content))
    except ValueError:
        return
    assert found.bits.shape[0] <= found.rows


@given(masks)
def test_the_rim_encloses_just_the_pixels_of_the_mask(mask):
    area = 0.0
    for ring in rim_of(mask):
        row, column = ring.T
        area += float(np.sum(column * np.roll(row, -1) - np.roll(column, -1) * row)) / 2

    assert area == pytest.approx(np.count_nonzero(mask))


def test_a_pixel_belongs_to_a_contour_when_its_centre_does():
    mask = mask_of_polygon([(1.5, 1.5), (1.5, 5.5), (4.5, 5.5), (4.5, 1.5)], (8, 8))

    assert np.array_equal(np.argwhere(mask)[[0, -1]], [(2, 2), (4, 5)])
    assert np.count_nonzero(mask) == 12


def test_a_contour_beyond_the_picture_is_cut_at_its_edge():
    mask = mask_of_polygon([(-5, -5), (-5, 2.5), (20, 2.5), (20, -5)], (8, 8))

    assert np.count_nonzero(mask) == 8 * 3


def test_two_corners_are_no_contour():
    with pytest.raises(SeriesError, match="three points"):
        mask_of_polygon([(0, 0), (1, 1)], (4, 4))
