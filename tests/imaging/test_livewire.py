"""Ways along the borders of a slice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.imaging.livewire import LEAST_COST, REACH_MM, Wire, border_cost

SIZE = 120
FAT, MUSCLE, BONE = -100, 50, 900
CENTRE, RADIUS_MM = 60.0, 30.0


def disc(pixel_mm: tuple[float, float] = (1.0, 1.0), inside: int = MUSCLE) -> np.ndarray:
    """A round muscle in fat, with the noise of a CT."""
    row, column = np.mgrid[:SIZE, :SIZE]
    away = np.hypot((row - CENTRE) * pixel_mm[0], (column - CENTRE) * pixel_mm[1])
    noise = np.random.default_rng(7).normal(0, 15, (SIZE, SIZE))
    return (np.where(away < RADIUS_MM, inside, FAT) + noise).astype(np.int16)


def on_rim(degrees: float, pixel_mm: tuple[float, float] = (1.0, 1.0)) -> tuple[float, float]:
    angle = np.radians(degrees)
    return (
        CENTRE + RADIUS_MM * np.sin(angle) / pixel_mm[0],
        CENTRE + RADIUS_MM * np.cos(angle) / pixel_mm[1],
    )


@pytest.mark.parametrize("pixel_mm", [(1.0, 1.0), (0.9, 0.6), (0.7, 1.2)])
@pytest.mark.parametrize("inside", [MUSCLE, BONE])
def test_a_way_follows_the_rim_between_two_places_on_it(
    pixel_mm: tuple[float, float], inside: int
) -> None:
    hu = disc(pixel_mm, inside)
    way = Wire.begin(hu, pixel_mm, on_rim(10, pixel_mm)).way_to(on_rim(80, pixel_mm))

    away = np.hypot(*((way - CENTRE) * pixel_mm).T)
    assert np.abs(away - RADIUS_MM).max() < 1.5
    steps = np.hypot(*(np.diff(way, axis=0) * pixel_mm).T)
    # without stairs it is as long as the arc
    assert steps.sum() == pytest.approx(RADIUS_MM * np.radians(70), rel=0.05)


def test_a_way_through_one_tissue_is_nearly_straight() -> None:
    way = Wire.begin(disc(), (1.0, 1.0), (55.0, 50.0)).way_to((65.0, 70.0))

    ends = np.array([(55.0, 50.0), (65.0, 70.0)])
    along = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    aside = (way - ends[0]) @ np.array([along[1], -along[0]])
    assert np.abs(aside).max() < 4.0


def test_a_place_out_of_reach_is_joined_by_a_straight_line() -> None:
    hu = np.zeros((300, 300), dtype=np.int16)
    far = (100.0, 100.0 + REACH_MM + 5)

    way = Wire.begin(hu, (1.0, 1.0), (100.0, 100.0)).way_to(far)

    assert way.tolist() == [[100.0, 100.0], [*far]]


def test_a_beginning_outside_the_slice_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        Wire.begin(disc(), (1.0, 1.0), (-3.0, 5.0))


def test_padding_and_metal_cost_no_more_than_any_tissue() -> None:
    hu = np.array([[-32768, -32768, 3071, 3071]] * 4, dtype=np.int16)
    cost = border_cost(hu, (1.0, 1.0))

    assert cost.min() >= LEAST_COST
    assert cost.max() <= 1.0


place = st.tuples(st.floats(0, SIZE - 1), st.floats(0, SIZE - 1))


@given(start=place, end=place)
def test_a_way_has_the_ends_that_were_asked_for_and_stays_in_the_slice(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    way = Wire.begin(disc(), (1.0, 1.0), start).way_to(end)

    assert tuple(way[0]) == start
    assert tuple(way[-1]) == end
    assert np.isfinite(way).all()
    assert way.min() >= 0
    assert way.max() <= SIZE - 1
