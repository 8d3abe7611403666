"""Proposed muscles: where the phantom has them, on the right side, however it was scanned."""

import numpy as np
import pytest

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.imaging.muscle_proposal import USUAL, SpineFrame, proposing_muscles
from painmap.phantom import PhantomOptions, make_phantom, write_series
from painmap.phantom.options import PatientPosition
from tests.support.proposals import DEEP_BACK, PSOAS, QUADRATUS, dice_of, opened, proposed, truth_of

LEAST = {DEEP_BACK: 0.82, PSOAS: 0.82, QUADRATUS: 0.62}
COARSE = {
    "rows": 256,
    "columns": 256,
    "slices": 72,
    "slice_step_mm": 4.0,
    "pixel_spacing": (1.6, 1.6),
    "noise_hu": 8.0,
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"seed": 5},
        {"patient_position": PatientPosition.FFP},
        {"patient_position": PatientPosition.HFDR},
        {"rotation_deg": 8.0},
        {"off_centre_mm": 25.0, "scoliosis_mm": 10.0},
        {"gantry_tilt_deg": 14.0},
    ],
    ids=["HFS", "other body", "FFP", "HFDR", "turned", "bent", "tilted"],
)
def test_muscles_are_proposed_where_the_phantom_has_them(tmp_path, changes):
    phantom = run_to_end(make_phantom(PhantomOptions(**{**COARSE, **changes})))
    run_to_end(write_series(phantom, tmp_path))
    volume = opened(tmp_path)
    truth = truth_of(phantom)

    made = proposed(volume)

    assert set(made) == {(name, side) for name in USUAL for side in (Side.LEFT, Side.RIGHT)}
    for (muscle, side), masks in made.items():
        assert dice_of(masks, truth[muscle, side]) >= LEAST[muscle], (muscle, side)


def test_no_voxel_belongs_to_two_muscles_and_none_is_bone(tmp_path):
    phantom = run_to_end(make_phantom(PhantomOptions(**COARSE)))
    run_to_end(write_series(phantom, tmp_path))
    volume = opened(tmp_path)

    made = proposed(volume)

    for k in range(volume.shape[0]):
        held = [masks[k].whole() for masks in made.values() if k in masks]
        if held:
            together = np.sum(held, axis=0)
            assert together.max() == 1
            assert volume.hu[k][together > 0].max() <= 200


def test_each_shape_lies_on_its_own_side_and_behind_what_is_in_front():
    for name, levels in USUAL.items():
        for level, usual in levels.items():
            ring = np.array(usual.ring)
            assert ring[:, 0].min() > 0, (name, level)
            if name == DEEP_BACK:
                assert ring[:, 1].min() > 20, "behind the spinal canal"


def test_a_frame_knows_left_back_and_levels_between_its_marks():
    bodies = tuple(
        (level, PatientPoint(2.0, 0.0, -36.0 * n))
        for n, level in enumerate((Level.L2, Level.L3, Level.L4))
    )
    tips = (PatientPoint(2.0, 62.0, 0.0), PatientPoint(2.0, 62.0, -72.0))
    frame = SpineFrame(bodies, tips)

    placed = frame.at(-18.0)
    assert placed is not None
    body, left, back = placed
    assert body == pytest.approx((2.0, 0.0, -18.0))
    assert left == pytest.approx((1.0, 0.0, 0.0))
    assert back == pytest.approx((0.0, 1.0, 0.0))
    order = list(Level)
    assert frame.level_at(-18.0) == pytest.approx(order.index(Level.L2) + 0.5)
    assert frame.level_at(200.0) is None
    assert SpineFrame(bodies[:1], tips).at(-18.0) is None


def test_where_there_is_no_muscle_nothing_is_proposed(tmp_path):
    phantom = run_to_end(make_phantom(PhantomOptions(**COARSE)))
    run_to_end(write_series(phantom, tmp_path))
    volume = opened(tmp_path)
    volume.hu.setflags(write=True)
    volume.hu[:] = -90
    bodies = ((Level.L2, PatientPoint(0, 0, 40)), (Level.L4, PatientPoint(0, 0, -40)))
    frame = SpineFrame(bodies, (PatientPoint(0, 62, 40), PatientPoint(0, 62, -40)))

    assert run_to_end(proposing_muscles(volume, frame)) == {}
