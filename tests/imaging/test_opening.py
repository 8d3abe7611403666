"""A volume that is looked at while it is read."""

from time import sleep

import numpy as np
import pytest

from painmap.domain.progress import Progress, run_to_end
from painmap.exchange.nifti import write_nifti
from painmap.imaging.contour import measure_contour
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.filling import Filling, Order
from painmap.imaging.opening import Filled, opening_volume
from painmap.imaging.reslice import Plane, plane_image
from painmap.imaging.volume import Volume, loading
from tests.imaging.helpers import load, only_stack
from tests.support.ct import write_series


def half_read(stack, k):
    """The growing volume in which only slice `k` is there; the reading goes no further."""
    flags = Filling(len(stack.slices))
    flags.mark(k)
    whole = run_to_end(loading(stack))
    hu = np.zeros_like(whole.hu)
    hu[k] = whole.hu[k]
    return Volume(stack, hu, None, flags)


def test_the_volume_is_there_from_the_first_slice_on(tmp_path):
    write_series(tmp_path, count=6)
    job = opening_volume(only_stack(tmp_path), wanted=lambda: 4)

    assert type(next(job)) is Progress
    step = next(job)

    assert isinstance(step, Filled)
    assert step.slices == (4,)
    assert step.volume.has_slice(4)
    job.close()


def test_no_other_slice_is_asked_for_before_whoever_shows_the_first_has_been_told(tmp_path):
    write_series(tmp_path, count=6)
    asked = []
    job = opening_volume(only_stack(tmp_path), wanted=lambda: asked.append(1) or 4)

    next(job)
    assert isinstance(next(job), Filled)
    sleep(0.05)  # a reader that had begun would have asked by now
    first = len(asked)
    run_to_end(job)

    assert first == 1
    assert len(asked) > first


def test_it_ends_as_the_volume_that_is_read_at_once(tmp_path):
    write_series(tmp_path, count=9, padding=63536, padded=lambda stored: stored.fill(63536))
    stack = only_stack(tmp_path)

    whole = run_to_end(opening_volume(stack, wanted=lambda: 5))

    plain = load(tmp_path)
    assert whole.is_complete
    assert whole.missing_slices() is None
    assert (whole.hu == plain.hu).all()
    assert (whole.padding == plain.padding).all()


def test_every_slice_is_reported_once(tmp_path):
    write_series(tmp_path, count=9)
    steps = list(opening_volume(only_stack(tmp_path), wanted=lambda: 5))

    filled = [step for step in steps if isinstance(step, Filled)]

    assert sorted(k for step in filled for k in step.slices) == list(range(9))
    assert len({id(step.volume) for step in filled}) == 1
    assert filled[-1].volume.is_complete
    assert (filled[-1].done, filled[-1].total) == (9, 9)


def test_a_series_that_turns_out_not_to_be_whole_numbers_is_given_anew(tmp_path):
    write_series(tmp_path, count=3, slopes=(1, 0.3, 1))
    steps = [step for step in opening_volume(only_stack(tmp_path)) if isinstance(step, Filled)]

    last = steps[-1].volume

    assert last.hu.dtype == np.float32
    assert last.is_complete
    assert (last.hu == load(tmp_path).hu).all()


@pytest.mark.parametrize("k", [0, 2, 5])
def test_a_slice_that_is_not_there_is_loading_and_not_air(tmp_path, k):
    write_series(tmp_path, count=6)
    volume = half_read(only_stack(tmp_path), k)

    there = plane_image(volume, Plane.AXIAL, k)
    absent = plane_image(volume, Plane.AXIAL, (k + 1) % 6)
    across = plane_image(volume, Plane.CORONAL, 3)

    assert there.missing is None
    assert absent.missing is not None
    assert absent.missing.all()
    assert across.missing is not None
    # the head is on top of a coronal picture: the slices run from the last row to the first
    assert [not row.any() for row in across.missing] == [5 - row == k for row in range(6)]


def test_between_tilted_slices_both_must_be_there(tmp_path):
    write_series(tmp_path, count=6, tilt_degrees=15)
    volume = half_read(only_stack(tmp_path), 2)

    image = plane_image(volume, Plane.SAGITTAL, 8)

    assert image.view.resampled
    assert image.missing is not None
    assert image.missing.any()
    whole = plane_image(load(tmp_path), Plane.SAGITTAL, 8)
    assert (image.pixels == whole.pixels)[~image.missing].all()


def test_what_is_not_there_is_not_measured(tmp_path):
    write_series(tmp_path, count=6)
    volume = half_read(only_stack(tmp_path), 2)
    geometry = volume.geometry
    corners = [geometry.patient_point(3, j, i) for j, i in ((2, 2), (2, 9), (8, 9), (8, 2))]

    assert volume.hu_of(2, 3, 3) == load(tmp_path).hu[2, 3, 3]
    for refused in (
        lambda: volume.hu_of(3, 3, 3),
        lambda: volume.hu_at(geometry.patient_point(3, 3, 3)),
        lambda: measure_contour(volume, Plane.AXIAL, 3, corners),
        lambda: write_nifti(volume, tmp_path / "volume.nii"),
    ):
        with pytest.raises(SeriesError) as caught:
            refused()
        assert caught.value.problem is SeriesProblem.STILL_LOADING
    assert not (tmp_path / "volume.nii").exists()


def test_the_growing_volume_cannot_be_written_to(tmp_path):
    write_series(tmp_path, count=3)
    steps = [step for step in opening_volume(only_stack(tmp_path)) if isinstance(step, Filled)]

    assert not steps[0].volume.hu.flags.writeable
    assert not steps[0].volume.padding.flags.writeable


def test_slices_near_the_one_looked_at_come_first():
    looked_at = 5
    order = Order(9, lambda: looked_at)
    taken = [order.take() for _ in range(3)]
    looked_at = 0
    taken += [order.take() for _ in range(7)]

    assert taken == [5, 6, 4, 0, 1, 2, 3, 7, 8, None]
    assert Order(3, lambda: -7).take() == 0
    assert Order(3, lambda: 70).take() == 2
