"""An even grid from uneven slices: computed where it may be, padding where slices are missing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.progress import run_to_end
from painmap.imaging.errors import SeriesError
from painmap.imaging.resampling import can_resample, resampling
from painmap.imaging.reslice import Plane, plane_views
from painmap.imaging.volume import AIR_HU, Volume
from tests.imaging.helpers import codes, load, only_stack
from tests.support.ct import write_series


def plane_field(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """HU that linear interpolation keeps exactly, but for rounding."""
    return np.rint(3 * x + 2 * y + 4 * z)


def resampled(path) -> Volume:
    return run_to_end(resampling(load(path)))


def wrong_by(volume: Volume) -> np.ndarray:
    points = volume.geometry.patient_points(np.stack(np.indices(volume.shape), axis=-1))
    return np.abs(volume.hu - plane_field(points[..., 0], points[..., 1], points[..., 2]))


def test_values_between_the_slices_are_where_the_patient_has_them(tmp_path):
    write_series(tmp_path, count=8, field=plane_field, offsets={3: (0, 0, 1.2), 5: (0, 0, -0.7)})

    volume = resampled(tmp_path)

    assert volume.stack.uniform
    assert volume.shape[0] == 8
    assert wrong_by(volume).max() <= 2
    assert codes(volume.stack) >= {"RESAMPLED"}
    assert "UNEVEN" not in codes(volume.stack)
    assert [view.plane for view in plane_views(volume.stack)] == list(Plane)


def test_a_slice_beside_the_line_is_shifted_to_its_place(tmp_path):
    write_series(
        tmp_path, count=6, rows=20, columns=20, field=plane_field,
        offsets={3: (0.9, 0.6, 0.5)},
    )  # fmt: skip

    inner = wrong_by(resampled(tmp_path))[:, 3:-3, 3:-3]

    assert inner.max() <= 2


def test_nothing_is_made_up_where_slices_are_missing(tmp_path):
    write_series(tmp_path, count=12, gaps=(5, 6, 7), field=plane_field)

    volume = resampled(tmp_path)

    assert volume.shape[0] == 12
    for k in range(12):
        mask = volume.padding_mask(k)
        assert mask.all() if k in (5, 6, 7) else not mask.any()
    assert (volume.hu[6] == AIR_HU).all()
    assert "GAP" in codes(volume.stack)


def test_padding_is_never_mixed_into_what_is_shown(tmp_path):
    def padded(stored: np.ndarray) -> None:
        stored[:, :4] = 60_000

    write_series(
        tmp_path, count=6, field=lambda x, y, z: 0 * x + 50, offsets={3: (0, 0, 1)},
        padding=60_000, padded=padded,
    )  # fmt: skip

    volume = resampled(tmp_path)

    assert (volume.hu[:, :, :4] == AIR_HU).all()
    assert (volume.hu[:, :, 4:] == 50).all()
    assert all(volume.padding_mask(k).sum() == 4 * 12 for k in range(volume.shape[0]))


def test_a_tilted_uneven_stack_keeps_its_shear(tmp_path):
    write_series(tmp_path, count=7, tilt_degrees=15, field=plane_field, offsets={3: (0, 0, 0.8)})

    volume = resampled(tmp_path)

    assert "TILTED" in codes(volume.stack)
    assert wrong_by(volume)[:, 2:-2, 2:-2].max() <= 3


def test_its_key_is_not_that_of_the_slices_as_acquired(tmp_path):
    write_series(tmp_path, count=6, offsets={3: (0, 0, 1)})

    volume = resampled(tmp_path)

    assert volume.stack.key != only_stack(tmp_path).key
    assert set(volume.stack.sop_uids) <= set(only_stack(tmp_path).sop_uids)


@pytest.mark.parametrize("series", [{}, {"frame_of_reference": None}])
def test_an_even_stack_is_not_resampled(tmp_path, series):
    write_series(tmp_path, count=6, **series)

    assert not can_resample(only_stack(tmp_path))
    with pytest.raises(SeriesError):
        resampled(tmp_path)


def test_slices_without_a_place_cannot_be_resampled(tmp_path):
    write_series(tmp_path, count=6, edit=lambda one, _: one.pop("ImagePositionPatient"))

    assert not can_resample(only_stack(tmp_path))


@given(steps=st.lists(st.sampled_from([1.0, 1.5, 2.0, 2.5]), min_size=3, max_size=9))
def test_the_ends_stay_where_they_are(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("uneven")
    heights = np.cumsum([0.0, *steps])
    offsets = {k: (0.0, 0.0, float(height - 3 * k)) for k, height in enumerate(heights)}
    write_series(folder, count=len(heights), rows=3, columns=3, offsets=offsets)
    stack = only_stack(folder)
    if stack.uniform:
        return

    volume = resampled(folder)

    first = volume.stack.positions[0]
    assert first == stack.positions[0]
    assert volume.stack.positions[-1][2] == pytest.approx(stack.positions[-1][2], abs=2.5)
    assert np.array_equal(volume.hu[0], load(folder).hu[0])
