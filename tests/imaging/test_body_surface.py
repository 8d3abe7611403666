"""Where a line comes out of the body, against the phantom's own surface."""

from dataclasses import replace

import numpy as np
import pytest

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.imaging.body_surface import SurfaceProblem, finding_surface
from painmap.phantom import PatientPosition, PhantomOptions, make_phantom, write_series
from tests.imaging.helpers import load

pytestmark = pytest.mark.xdist_group("surface_phantoms")

VARIANTS = {
    "HFS": {},
    "HFP": {"patient_position": PatientPosition.HFP},
    "FFS": {"patient_position": PatientPosition.FFS},
    "FFP": {"patient_position": PatientPosition.FFP},
    "HFDL": {"patient_position": PatientPosition.HFDL},
    "FFDR": {"patient_position": PatientPosition.FFDR},
    "tilted": {"gantry_tilt_deg": 12.0},
    "oblong pixels": {"pixel_spacing": (1.2, 1.8), "rows": 340, "columns": 226},
}


def made(folder, **changes):
    whole = {
        "rows": 290, "columns": 290, "slices": 24, "slice_step_mm": 4.0,
        "pixel_spacing": (1.4, 1.4), "noise_hu": 6.0,
    }  # fmt: skip
    phantom = run_to_end(make_phantom(PhantomOptions(**{**whole, **changes})))
    run_to_end(write_series(phantom, folder))
    return phantom, load(folder)


@pytest.fixture(scope="module", params=VARIANTS.values(), ids=VARIANTS)
def case(request, tmp_path_factory):
    return made(tmp_path_factory.mktemp("surface"), **request.param)


def true_depth(phantom, start, direction):
    """Millimetres from a point to where the phantom's body ends, from its own shapes."""
    along = np.arange(0, 150, 0.1)
    found = phantom.structures_at(np.asarray(start) + along[:, None] * direction)
    return next(mm for mm, what in zip(along, found, strict=True) if what is None)


@pytest.mark.parametrize("muscle", ["erector_spinae", "quadratus_lumborum"])
@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_the_depth_is_that_of_the_true_skin_within_a_millimetre(case, muscle, side):
    phantom, volume = case
    surface = run_to_end(finding_surface(volume))
    target = phantom.target(muscle, side, Level.L3)

    for direction in ((0, 1, 0), (0.4, 1, 0), (0, 1, 0.2)):
        unit = np.array(direction) / np.linalg.norm(direction)
        found = surface.first_exit(target, PatientPoint(*(np.asarray(target) + unit)))
        depth = np.linalg.norm(np.subtract(found.point, target))

        assert depth == pytest.approx(true_depth(phantom, target, unit), abs=1.0)
        assert not found.enters_again


def test_gas_in_the_bowel_is_not_outside(case):
    phantom, volume = case
    surface = run_to_end(finding_surface(volume))
    index = np.argwhere(phantom.label_mask("bowel_gas"))
    gas = PatientPoint(*map(float, phantom.patient_points(index[len(index) // 2])))

    found = surface.first_exit(gas, PatientPoint(gas.x, gas.y - 1, gas.z))

    assert found.point is not None
    assert found.point.y < gas.y - 5


def test_a_point_in_the_air_is_said_to_be_outside(case):
    _, volume = case
    surface = run_to_end(finding_surface(volume))
    corner = volume.geometry.patient_point(20, 1, 1)

    found = surface.first_exit(corner, PatientPoint(corner.x, corner.y, corner.z + 1))

    assert found.problem is SurfaceProblem.OUTSIDE_BODY


def test_skin_beyond_the_scanned_field_is_said_and_not_computed(tmp_path):
    phantom, volume = made(tmp_path, rows=120, columns=120)
    surface = run_to_end(finding_surface(volume))
    target = phantom.target("erector_spinae", Side.LEFT, Level.L3)

    found = surface.first_exit(target, PatientPoint(target.x + 1, target.y, target.z))

    assert found.problem is SurfaceProblem.OUTSIDE_PICTURE
    assert found.point is None


def test_a_cover_close_to_the_skin_is_not_skin(case):
    phantom, volume = case
    surface = run_to_end(finding_surface(volume))
    target = phantom.target("erector_spinae", Side.RIGHT, Level.L3)
    behind = PatientPoint(target.x, target.y + 1, target.z)
    bare = surface.first_exit(target, behind)

    index = np.moveaxis(np.indices(volume.shape), 0, -1)
    y = volume.geometry.patient_points(index)[..., 1]
    cover = (y > bare.point.y + 5) & (y < bare.point.y + 8)
    covered = np.where(cover, np.maximum(volume.hu, -50), volume.hu).astype(np.int16)
    again = run_to_end(finding_surface(replace(volume, hu=covered)))

    found = again.first_exit(target, behind)
    assert np.linalg.norm(np.subtract(found.point, bare.point)) < 0.5
