import numpy as np
import pytest

from painmap.imaging.muscle_measure import asymmetry, measure_muscle
from painmap.imaging.slice_mask import SliceMask
from tests.imaging.helpers import load
from tests.support.ct import write_series

SHAPE = (12, 16)


def banded(x, y, z):
    """Fat, low muscle, muscle and bone in bands along y."""
    return np.select([y < -5, y < -3, y < -1], [-100, 20, 60], 500)


@pytest.fixture
def volume(tmp_path):
    write_series(tmp_path, count=6, field=banded)
    return load(tmp_path)


def everywhere(volume, ks):
    mask = SliceMask.of(np.ones(volume.shape[1:], dtype=bool))
    return dict.fromkeys(ks, mask)


def test_every_figure_is_that_of_the_voxels(volume):
    found = measure_muscle(volume, everywhere(volume, range(1, 4)))

    values = volume.hu[1:4].astype(float).ravel()
    kept = values[values < 151]
    _, rows_mm, columns_mm = volume.geometry.spacing_mm
    pixels = volume.shape[1] * volume.shape[2]
    assert found.slices == 3
    assert found.pixels == len(kept)
    assert found.left_out == len(values) - len(kept)
    assert found.mean_hu == pytest.approx(kept.mean())
    assert found.sd_hu == pytest.approx(kept.std())
    assert found.median_hu == pytest.approx(np.median(kept))
    assert found.area_mm2 == pytest.approx(pixels * rows_mm * columns_mm)
    assert found.fat_share == pytest.approx(np.mean(kept <= -30))
    lean = kept[kept >= -29]
    assert found.low_density_share == pytest.approx(np.mean(lean <= 34))
    assert found.lean_area_mm2 == pytest.approx(len(lean) / 3 * rows_mm * columns_mm)


def test_the_volume_is_area_times_step_and_needs_slices_without_a_hole(volume):
    whole = measure_muscle(volume, everywhere(volume, (1, 2, 3)))
    holed = measure_muscle(volume, everywhere(volume, (1, 3)))
    single = measure_muscle(volume, everywhere(volume, (1,)))

    assert whole.volume_mm3 == pytest.approx(whole.area_mm2 * 3 * volume.geometry.spacing_mm[0])
    assert holed.volume_mm3 is None
    assert single.volume_mm3 is None


@pytest.mark.parametrize("position", ["HFS", "HFP", "FFS", "FFP", "HFDR", "FFDL"])
def test_the_figures_do_not_depend_on_how_the_patient_lay(tmp_path, position):
    write_series(tmp_path, count=4, field=banded, patient_position=position)
    volume = load(tmp_path)

    found = measure_muscle(volume, everywhere(volume, range(4)))

    assert found.volume_mm3 == pytest.approx(
        np.prod(volume.shape) * np.prod(volume.geometry.spacing_mm)
    )


def test_no_pixels_give_no_density(volume):
    found = measure_muscle(volume, {1: SliceMask.of(np.zeros(volume.shape[1:], dtype=bool))})

    assert (found.pixels, found.mean_hu, found.fat_share, found.area_mm2) == (0, None, None, 0)


def test_the_smaller_side_is_said_as_a_share_of_the_larger():
    assert asymmetry(8.0, 10.0) == asymmetry(10.0, 8.0) == pytest.approx(0.2)
    assert asymmetry(0.0, 0.0) is None
