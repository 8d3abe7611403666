"""Muscles grown from strokes on one slice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.anatomy import Level, Side
from painmap.domain.progress import run_to_end
from painmap.imaging.grow import MUSCLE, OTHER, grown
from painmap.phantom import Phantom, PhantomOptions, make_phantom

SPACING = (1.0, 1.0)


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return run_to_end(
        make_phantom(
            PhantomOptions(
                pixel_spacing=SPACING, rows=405, columns=405, slices=6, slice_step_mm=8.0
            )
        )
    )


def stroke_along(mask: np.ndarray, radius: float = 2.0) -> np.ndarray:
    """A stroke along the middle of a muscle, half as long as it is."""
    places = np.argwhere(mask).astype(float)
    middle = places.mean(axis=0)
    _, sizes, axes = np.linalg.svd(places - middle, full_matrices=False)
    half = axes[0] * sizes[0] / np.sqrt(len(places)) * 1.1
    row, column = np.mgrid[: mask.shape[0], : mask.shape[1]]
    said = np.zeros(mask.shape, dtype=np.int8)
    for share in np.linspace(-1, 1, 60):
        at = middle + half * share
        said[(np.hypot(row - at[0], column - at[1]) < radius) & mask] = MUSCLE
    return said


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize("muscle", ["psoas_major", "quadratus_lumborum", "multifidus"])
def test_one_stroke_grows_a_muscle_to_its_borders(
    phantom: Phantom, muscle: str, side: Side
) -> None:
    k = round(float(phantom.index_of(phantom.target(muscle, side, Level.L3))[0]))
    truth = phantom.label_mask(muscle, side)[k]

    found = grown(phantom.hu[k], stroke_along(truth), SPACING)

    assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.88


def two_in_touch() -> tuple[np.ndarray, np.ndarray]:
    """Two muscles in fat, grown together at a bridge; one of them."""
    row, column = np.mgrid[:80, :120]
    one = np.hypot(row - 40, column - 40) < 18
    other = np.hypot(row - 40, column - 78) < 18
    bridge = (np.abs(row - 40) < 8) & (column > 50) & (column < 68)
    return np.where(one | other | bridge, 50, -100).astype(np.int16), one


def test_a_stroke_beside_it_keeps_a_muscle_from_its_neighbour() -> None:
    hu, one = two_in_touch()
    said = np.zeros(hu.shape, dtype=np.int8)
    said[38:42, 30:50] = MUSCLE
    said[36:44, 70:85] = OTHER

    found = grown(hu, said, SPACING)

    assert not found[40, 72]
    assert 2 * (found & one).sum() / (found.sum() + one.sum()) > 0.9


def test_what_belongs_to_another_muscle_is_not_taken() -> None:
    hu, one = two_in_touch()
    said = np.zeros(hu.shape, dtype=np.int8)
    said[38:42, 30:50] = MUSCLE
    taken = np.zeros(hu.shape, dtype=np.bool_)
    taken[:, 60:] = True

    found = grown(hu, said, SPACING, taken)

    assert not (found & taken).any()
    assert (found & one).sum() > 0.9 * one.sum()


def test_fat_within_a_muscle_belongs_to_its_compartment() -> None:
    hu, one = two_in_touch()
    hu[36:44, 28:36] = -90
    said = np.zeros(hu.shape, dtype=np.int8)
    said[30:50, 40:44] = said[28:30, 26:44] = said[50:52, 26:44] = MUSCLE

    found = grown(hu, said, SPACING)

    assert found[40, 32]
    assert one[40, 32]


def test_without_a_stroke_in_it_nothing_is_grown() -> None:
    hu, _ = two_in_touch()
    said = np.zeros(hu.shape, dtype=np.int8)
    said[40, 40] = OTHER

    assert not grown(hu, said, SPACING).any()


@given(data=st.data())
def test_strokes_hold_whatever_lies_there(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    seed = data.draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    hu = random.integers(-1024, 3071, shape).astype(np.int16)
    hu[random.random(shape) < data.draw(st.sampled_from([0.0, 0.5, 1.0]))] = 50
    said = random.choice([0, MUSCLE, OTHER], shape, p=[0.8, 0.1, 0.1]).astype(np.int8)

    found = grown(hu, said, (0.7, 0.9))

    assert found.shape == hu.shape
    if (said == MUSCLE).any():
        assert found[said == MUSCLE].all()
    assert not found[said == OTHER].any()
