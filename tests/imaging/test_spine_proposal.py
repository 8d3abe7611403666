"""Proposed vertebrae against the phantom's and against labels of a real CT."""

from itertools import pairwise

import nibabel
import numpy as np
import pytest

from painmap.domain.anatomy import Level
from painmap.domain.injection import LandmarkKind
from painmap.domain.progress import run_to_end
from painmap.imaging.body_surface import finding_surface
from painmap.imaging.spine_line import SpineLine, SpineMark
from painmap.imaging.spine_proposal import FROM_SACRUM, proposing_spine
from painmap.phantom import PatientPosition, PhantomOptions, make_phantom, write_series
from tests.imaging.helpers import load
from tests.support.ct import write_series as write_plain

WHOLE = {
    "rows": 200, "columns": 200, "slices": 72, "slice_step_mm": 4.0,
    "pixel_spacing": (2.0, 2.0), "noise_hu": 8.0,
}  # fmt: skip
VARIANTS = {
    **{each.value: {"patient_position": each} for each in PatientPosition},
    "tilted": {"gantry_tilt_deg": 12.0},
    "scoliotic": {"scoliosis_mm": 20.0, "off_centre_mm": 30.0, "rotation_deg": 6.0},
    "turned": {"rotation_deg": -12.0},
    "another body": {"seed": 9},
    "oblong pixels": {"pixel_spacing": (1.4, 2.1), "columns": 200},
}
LUMBAR = (Level.L1, Level.L2, Level.L3, Level.L4, Level.L5)


def proposed(volume):
    return run_to_end(proposing_spine(run_to_end(finding_surface(volume))))


def line_of(proposal):
    marks = [SpineMark(each.tip, each.level) for each in proposal.vertebrae if each.tip]
    marks += [
        SpineMark(each.body, each.level, LandmarkKind.VERTEBRAL_BODY) for each in proposal.vertebrae
    ]
    return SpineLine(marks)


@pytest.mark.xdist_group("spine_phantoms")
@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_every_lumbar_vertebra_of_the_phantom_is_proposed_with_its_level(tmp_path, changes):
    phantom = run_to_end(make_phantom(PhantomOptions(**{**WHOLE, **changes})))
    run_to_end(write_series(phantom, tmp_path))

    proposal = proposed(load(tmp_path))

    assert proposal.basis == FROM_SACRUM
    found = {each.level: each for each in proposal.vertebrae}
    line = line_of(proposal)
    for level in LUMBAR:
        truth = phantom.levels[level]
        across, back, along = abs(np.subtract(found[level].tip, truth.spinous_tip))
        assert across < 3.0, level
        assert back < 3.0, level
        assert along < 6.0, level
        _, _, high = abs(np.subtract(found[level].body, truth.body_centre))
        assert high < 3.0, level
        # the midline runs through the middle of the body, however the patient is turned
        assert abs(line.place_of(truth.body_centre).offset_mm) < 2.5, level
        assert line.level_at(truth.body_centre) is level


@pytest.mark.xdist_group("spine_phantoms")
def test_a_short_stack_without_a_sacrum_gives_vertebrae_and_no_levels(tmp_path):
    short = {"slices": 24, "rows": 290, "columns": 290, "pixel_spacing": (1.4, 1.4)}
    phantom = run_to_end(make_phantom(PhantomOptions(**{**WHOLE, **short})))
    run_to_end(write_series(phantom, tmp_path))

    proposal = proposed(load(tmp_path))

    assert [each.level for each in proposal.vertebrae] == [None] * 3
    assert proposal.basis == ""
    truth = phantom.levels[Level.L3]
    assert np.linalg.norm(np.subtract(proposal.vertebrae[1].tip, truth.spinous_tip)) < 4
    assert all(above.z - below.z > 25 for above, below in pairwise(proposal.tips))


def test_where_no_spine_is_nothing_is_proposed(tmp_path):
    write_plain(tmp_path, count=21, rows=60, columns=60, pixel_mm=(4.0, 4.0), step_mm=5.0)

    assert proposed(load(tmp_path)).vertebrae == ()


@pytest.mark.xdist_group("spine_phantoms")
def test_slices_too_far_apart_for_discs_propose_nothing(tmp_path):
    coarse = {"slices": 30, "slice_step_mm": 9.0}
    run_to_end(
        write_series(run_to_end(make_phantom(PhantomOptions(**{**WHOLE, **coarse}))), tmp_path)
    )

    assert proposed(load(tmp_path)).vertebrae == ()


@pytest.mark.shared_data
def test_every_whole_vertebra_of_a_labelled_ct_is_proposed_with_its_level(shared_data):
    folder = shared_data / "dicom-cases" / "03_labelled_lumbar_truth"

    found = {each.level: each for each in proposed(load(folder / "dicom")).vertebrae}

    for level in (Level.T12, *LUMBAR):
        image = nibabel.load(folder / "nifti" / f"vertebrae_{level}.nii.gz")
        index = np.argwhere(np.asarray(image.dataobj) > 0)
        points = index @ image.affine[:3, :3].T + image.affine[:3, 3]
        points[:, :2] *= -1  # the labels are RAS
        tip = points[points[:, 1] >= points[:, 1].max() - 3].mean(axis=0)
        across, back, along = abs(np.subtract(found[level].tip, tip))
        assert across < 4, level
        assert back < 5, level
        assert along < 6, level
        # the proposed middle of the body lies within this very vertebra
        gap = np.linalg.norm(points - np.asarray(found[level].body), axis=1).min()
        assert gap < 3.0, level


@pytest.mark.shared_data
def test_sagittal_and_coronal_series_of_one_patient_give_the_same_spine(shared_data):
    folder = shared_data / "lumbar-ct-cc0"
    one, other = (
        {each.level: each for each in proposed(load(folder / name)).vertebrae}
        for name in ("lspine_sagittal", "lspine_coronal")
    )

    for level in LUMBAR:
        assert np.linalg.norm(np.subtract(one[level].body, other[level].body)) < 4, level
        assert np.linalg.norm(np.subtract(one[level].tip, other[level].tip)) < 5, level
