"""The phantom as the demo makes it: 512 x 512, 0.8 mm, 3 mm steps."""

from pathlib import Path

import numpy as np
import pydicom
import pytest

from painmap.domain.anatomy import Level, Side
from painmap.domain.progress import run_to_end
from painmap.phantom import Phantom, PhantomOptions, make_phantom, write_series


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return run_to_end(make_phantom(PhantomOptions()))


def test_the_region_from_t12_to_s1_is_whole(phantom: Phantom) -> None:
    assert phantom.hu.shape == (96, 512, 512)
    assert phantom.hu.dtype == np.int16
    for level in (Level.T12, Level.S1):
        k, j, i = phantom.index_of(phantom.levels[level].body_centre)
        assert 2 < k < 93
        assert phantom.label_mask(f"vertebra_{level}")[round(k), round(j), round(i)]
    assert phantom.body_mask()[:, 0].sum() == 0
    assert phantom.body_mask()[:, :, 0].sum() == 0


@pytest.mark.parametrize(
    ("muscle", "low_cm2", "high_cm2"),
    [
        # areas of adults at L3 on CT: orders of magnitude from textbooks
        ("erector_spinae", 14, 28),
        ("multifidus", 3, 9),
        ("quadratus_lumborum", 3, 9),
        ("psoas_major", 6, 15),
    ],
)
def test_muscle_areas_at_l3_are_those_of_adults(
    phantom: Phantom, muscle: str, low_cm2: float, high_cm2: float
) -> None:
    k = round(phantom.index_of(phantom.levels[Level.L3].body_centre)[0])

    for side in (Side.LEFT, Side.RIGHT):
        mask = phantom.label_mask(muscle, side)[k]
        area = mask.sum() * 0.8 * 0.8 / 100
        hu = phantom.hu[k][mask]
        assert low_cm2 < area < high_cm2
        assert 35 < hu.mean() < 65
        fat = (hu <= -30).sum() / hu.size
        assert 0 < fat < 0.25


def test_the_kidneys_lie_from_t12_to_l3_and_the_right_one_lower(phantom: Phantom) -> None:
    def heights(side: Side) -> np.ndarray:
        return phantom.patient_points(np.argwhere(phantom.label_mask("kidney", side)))[:, 2]

    left, right = heights(Side.LEFT), heights(Side.RIGHT)

    assert right.mean() < left.mean()
    assert left.max() < phantom.levels[Level.T12].z_range[1] + 5
    assert right.min() > phantom.levels[Level.L3].z_range[0] - 5


def test_the_series_is_a_ct_of_its_size(phantom: Phantom, tmp_path: Path) -> None:
    paths = run_to_end(write_series(phantom, tmp_path))

    dataset = pydicom.dcmread(paths[40])

    assert len(paths) == 96
    assert dataset.SeriesDescription == "SYNTHETIC lumbar axial 3 mm"
    assert np.array_equal(dataset.pixel_array - 1024, phantom.hu[40])
    assert list(dataset.PixelSpacing) == [0.8, 0.8]
    assert dataset.SliceThickness == 3
