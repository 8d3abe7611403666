"""Filling against truth: the phantom's muscles, and labels of a real CT."""

import nibabel
import numpy as np
import pytest

from painmap.domain.anatomy import Side
from painmap.domain.progress import run_to_end
from painmap.imaging.fill_between import filling_between
from painmap.imaging.slice_mask import SliceMask, mask_of_polygon, rim_of
from painmap.phantom import PhantomOptions, make_phantom


def dice(one, other):
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def drawn_and_filled(truth, step, step_mm, pixel_mm, first=0):
    """Contours of `truth` every `step` slices, and the slices between them filled."""
    ks = np.flatnonzero(truth.any(axis=(1, 2)))
    keys = range(int(ks[0]) + first, int(ks[-1]) + 1, step)
    contours = {k: SliceMask.of(truth[k]) for k in keys}
    places = {k: k * step_mm for k in range(len(truth))}
    filled = run_to_end(filling_between(contours, places, pixel_mm))
    whole = {k: one.whole() for k, one in {**contours, **filled}.items()}
    made = np.stack([whole[k] for k in sorted(whole)])
    return made, truth[keys[0] : keys[-1] + 1], keys


@pytest.fixture(scope="module")
def phantom():
    options = PhantomOptions(noise_hu=0.0, rows=256, columns=256, pixel_spacing=(1.6, 1.6))
    return run_to_end(make_phantom(options))


@pytest.mark.xdist_group("fill_phantom")
@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize(
    "muscle", ["erector_spinae", "multifidus", "quadratus_lumborum", "psoas_major"]
)
def test_contours_every_nine_millimetres_give_the_phantoms_muscle(phantom, muscle, side):
    truth = phantom.label_mask(muscle, side)
    step_mm = phantom.options.slice_step_mm
    step = round(9 / step_mm)

    made, told, _ = drawn_and_filled(truth, step, step_mm, phantom.options.pixel_spacing)

    assert dice(made, told) >= 0.95


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["autochthon_left", "autochthon_right"])
@pytest.mark.parametrize(("step", "at_least"), [(3, 0.95), (7, 0.93)])
def test_contours_of_a_real_muscle_fill_to_its_reference(shared_data, name, step, at_least):
    folder = shared_data / "dicom-cases" / "03_labelled_lumbar_truth" / "nifti"
    image = nibabel.load(folder / f"{name}.nii.gz")
    truth = np.moveaxis(np.asarray(image.dataobj) > 0, 2, 0)
    pixel_mm = tuple(float(mm) for mm in image.header.get_zooms()[:2])

    for first in range(step):
        made, told, keys = drawn_and_filled(truth, step, 3.0, pixel_mm, first)
        between = [k - keys[0] for k in range(keys[0], keys[-1]) if k not in keys]

        assert dice(made, told) >= at_least
        assert dice(made[between], told[between]) >= at_least, "of the filled slices alone"


def ellipse(centre_row, centre_column, radius=6.0, shape=(64, 64)):
    row, column = np.mgrid[: shape[0], : shape[1]]
    return (row - centre_row) ** 2 + (column - centre_column) ** 2 <= radius**2


def test_a_muscle_that_runs_aslant_keeps_its_cross_section():
    drawn = {0: SliceMask.of(ellipse(20, 20)), 10: SliceMask.of(ellipse(40, 44))}

    filled = run_to_end(filling_between(drawn, {k: float(k) for k in range(11)}, (1.0, 1.0)))

    middle = filled[5].whole()
    assert np.argwhere(middle).mean(axis=0) == pytest.approx((30, 32), abs=0.5)
    assert np.count_nonzero(middle) == pytest.approx(np.count_nonzero(ellipse(30, 32)), rel=0.05)


def test_slices_are_weighed_by_where_they_lie_and_not_by_their_number():
    drawn = {0: SliceMask.of(ellipse(32, 20)), 3: SliceMask.of(ellipse(32, 40))}

    filled = run_to_end(filling_between(drawn, {0: 0.0, 1: 1.0, 2: 9.0, 3: 10.0}, (1.0, 1.0)))

    assert np.argwhere(filled[1].whole()).mean(axis=0)[1] == pytest.approx(22, abs=0.3)
    assert np.argwhere(filled[2].whole()).mean(axis=0)[1] == pytest.approx(38, abs=0.3)


def test_redrawing_a_contour_changes_only_what_lies_beside_it():
    places = {k: float(k) for k in range(13)}
    drawn = {k: SliceMask.of(ellipse(30, 20 + k)) for k in (0, 4, 8, 12)}
    before = run_to_end(filling_between(drawn, places, (1.0, 1.0)))

    after = run_to_end(
        filling_between({**drawn, 12: SliceMask.of(ellipse(30, 30, 9))}, places, (1.0, 1.0))
    )

    assert {k for k in before if before[k] != after[k]} <= {9, 10, 11}


def test_a_fill_at_the_edge_of_the_picture_stays_on_it():
    drawn = {0: SliceMask.of(ellipse(0, 0)), 2: SliceMask.of(ellipse(63, 63))}

    filled = run_to_end(filling_between(drawn, {0: 0.0, 1: 1.0, 2: 2.0}, (1.0, 1.0)))

    assert filled[1].whole().shape == (64, 64)


@pytest.mark.parametrize(
    "drawn",
    [
        {0: SliceMask.of(ellipse(3, 3))},
        {0: SliceMask.of(ellipse(3, 3)), 4: SliceMask.of(np.zeros((64, 64), dtype=bool))},
        {0: SliceMask.of(ellipse(3, 3)), 4: SliceMask.of(np.ones((8, 8), dtype=bool))},
    ],
)
def test_what_cannot_be_filled_is_refused(drawn):
    with pytest.raises(ValueError, match="contour"):
        run_to_end(filling_between(drawn, {k: float(k) for k in range(5)}, (1.0, 1.0)))


def test_the_rim_of_a_mask_gives_the_mask_again():
    mask = ellipse(30, 30) & ~ellipse(30, 30, 2.0)
    outer, inner = sorted(rim_of(mask), key=len, reverse=True)

    again = mask_of_polygon(outer, mask.shape) & ~mask_of_polygon(inner, mask.shape)

    assert np.array_equal(again, mask)
