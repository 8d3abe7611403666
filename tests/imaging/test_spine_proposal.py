"""Proposed spinous processes against the phantom's and against labels of a real CT."""

from itertools import pairwise

import nibabel
import numpy as np
import pytest

from painmap.domain.anatomy import Level
from painmap.domain.progress import run_to_end
from painmap.imaging.body_surface import finding_surface
from painmap.imaging.spine_proposal import proposing_spine
from painmap.phantom import PatientPosition, PhantomOptions, make_phantom, write_series
from tests.imaging.helpers import load

VARIANTS = {
    "HFS": {},
    "FFP": {"patient_position": PatientPosition.FFP},
    "HFDR": {"patient_position": PatientPosition.HFDR},
    "tilted": {"gantry_tilt_deg": 12.0},
    "scoliotic": {"scoliosis_mm": 20.0, "off_centre_mm": 30.0, "rotation_deg": 6.0},
    "oblong pixels": {"pixel_spacing": (1.4, 2.1), "columns": 200},
}


def proposed(volume):
    return run_to_end(proposing_spine(run_to_end(finding_surface(volume)))).tips


@pytest.mark.xdist_group("spine_phantoms")
@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_every_lumbar_spinous_process_of_the_phantom_is_proposed(tmp_path, changes):
    whole = {
        "rows": 200, "columns": 200, "slices": 72, "slice_step_mm": 4.0,
        "pixel_spacing": (2.0, 2.0), "noise_hu": 8.0,
    }  # fmt: skip
    phantom = run_to_end(make_phantom(PhantomOptions(**{**whole, **changes})))
    run_to_end(write_series(phantom, tmp_path))

    tips = proposed(load(tmp_path))

    for level in (Level.L1, Level.L2, Level.L3, Level.L4):
        truth = phantom.levels[level].spinous_tip
        gaps = [abs(np.subtract(tip, truth)) for tip in tips]
        across, _, along = min(gaps, key=lambda gap: float(np.linalg.norm(gap)))
        assert across < 4.0, level
        assert along < 10.0, level
    assert all(above.z - below.z > 15 for above, below in pairwise(tips))


@pytest.mark.shared_data
def test_every_whole_spinous_process_of_a_real_ct_is_proposed(shared_data):
    folder = shared_data / "dicom-cases" / "03_labelled_lumbar_truth"

    tips = proposed(load(folder / "dicom"))

    for name in ("T12", "L1", "L2", "L3", "L4", "L5"):
        image = nibabel.load(folder / "nifti" / f"vertebrae_{name}.nii.gz")
        index = np.argwhere(np.asarray(image.dataobj) > 0)
        points = index @ image.affine[:3, :3].T + image.affine[:3, 3]
        points[:, :2] *= -1  # the labels are RAS
        tip = points[points[:, 1] >= points[:, 1].max() - 3].mean(axis=0)
        across, back, along = min(
            (abs(np.subtract(one, tip)) for one in tips),
            key=lambda gap: float(np.linalg.norm(gap)),
        )
        assert across < 4, name
        assert back < 5, name
        assert along < 6, name
