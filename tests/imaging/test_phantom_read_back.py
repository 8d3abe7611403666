"""The phantom's own truth against what is read from its files."""

import numpy as np
import pytest

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.imaging.reslice import Plane, index_at, plane_image
from painmap.imaging.spine_line import SpineLine, SpineMark
from painmap.phantom.build import make_phantom
from painmap.phantom.dicom import write_series
from painmap.phantom.options import PatientPosition, PhantomOptions, Rescale
from tests.imaging.helpers import codes, load

VARIANTS = [
    *({"patient_position": position} for position in PatientPosition),
    {"gantry_tilt_deg": 12.0},
    {"gantry_tilt_deg": -12.0, "patient_position": PatientPosition.FFP},
    {"off_centre_mm": 40.0, "rotation_deg": 10.0},
    {"scoliosis_mm": 20.0, "pixel_spacing": (4.0, 3.0)},
    {"rescales": (Rescale(), Rescale(0.5, -1000.0)), "padding": True, "shuffled": True},
]


def small(**options):
    whole = {
        "rows": 96, "columns": 128, "slices": 32, "slice_step_mm": 9.0,
        "pixel_spacing": (4.2, 4.2), "noise_hu": 0.0,
    }  # fmt: skip
    return run_to_end(make_phantom(PhantomOptions(**{**whole, **options})))


@pytest.fixture(scope="module", params=VARIANTS, ids=lambda one: " ".join(map(str, one.values())))
def case(request, tmp_path_factory):
    """A phantom, and the volume read back from its files."""
    phantom = small(**request.param)
    folder = tmp_path_factory.mktemp("phantom")
    run_to_end(write_series(phantom, folder))
    return phantom, load(folder)


# one worker makes each phantom once
pytestmark = pytest.mark.xdist_group("phantom_read_back")


def test_every_voxel_comes_back_in_its_place(case):
    phantom, volume = case

    truth = phantom.patient_from_index
    corners = np.array(np.meshgrid(*((0, size - 1) for size in phantom.hu.shape))).reshape(3, -1).T
    places = corners @ truth[:3, :3].T + truth[:3, 3]
    read = np.rint(volume.geometry.index_points(places)).astype(int)
    ours = volume.hu
    for axis in range(3):
        if read[corners[:, axis] == 0][0, axis] != 0:
            ours = np.flip(ours, axis)
    told = np.ones(ours.shape, dtype=bool)
    if phantom.padding is not None:
        told &= ~phantom.padding

    assert volume.stack.synthetic
    assert ("TILTED" in codes(volume.stack)) == (phantom.options.gantry_tilt_deg != 0)
    assert np.abs(volume.geometry.patient_points(read) - places).max() < 0.05
    assert (ours == phantom.hu)[told].all()


def test_the_same_muscle_has_the_same_side_in_every_position(case):
    phantom, volume = case
    tip = phantom.levels[Level.L3].spinous_tip

    for side in (Side.LEFT, Side.RIGHT):
        points = phantom.patient_points(np.argwhere(phantom.label_mask("erector_spinae", side)))
        near = points[np.abs(points[:, 2] - tip.z) < 15]

        reading = SpineLine([SpineMark(tip)]).place_of(PatientPoint(*near.mean(axis=0)))

        assert reading.side is side
    assert volume.geometry.contains(tip)


def test_the_patients_left_is_on_the_viewers_right(case):
    phantom, volume = case
    left, right = (
        phantom.patient_points(np.argwhere(phantom.label_mask("psoas_major", side))).mean(axis=0)
        for side in (Side.LEFT, Side.RIGHT)
    )

    for plane in (Plane.AXIAL, Plane.CORONAL):
        index = index_at(volume.stack, plane, PatientPoint(*left))
        picture = plane_image(volume, plane, index)
        columns = [picture.geometry.pixels_of(one)[0][1] for one in (right, left)]
        assert columns[0] < columns[1]
        assert [letters[0] for letters in picture.letters[:2]] == ["R", "L"]
