"""Each option does what it says, and nothing else."""

from collections.abc import Callable

import numpy as np
import pytest

from painmap.domain.anatomy import Level, Side
from painmap.domain.progress import Progress
from painmap.phantom import (
    PatientPosition,
    Phantom,
    PhantomOptions,
    Rescale,
    make_phantom,
    tiny_options,
)

Make = Callable[..., Phantom]


@pytest.mark.parametrize("position", list(PatientPosition))
def test_the_marker_is_on_the_patients_left_in_every_position(
    tiny: Make, position: PatientPosition
) -> None:
    phantom = tiny(patient_position=position)

    marker = phantom.patient_points(np.argwhere(phantom.label_mask("marker")))

    assert (marker[:, 0] > 60).all()
    k, j, i = phantom.index_of(phantom.skin.marker)
    assert phantom.label_mask("marker")[round(k), round(j), round(i)]


@pytest.mark.parametrize("position", list(PatientPosition))
def test_the_same_anatomical_point_is_the_same_in_every_position(
    tiny: Make, position: PatientPosition
) -> None:
    supine, other = tiny(), tiny(patient_position=position)
    half_voxel = np.array([3.2, 3.2, 9.0]) / 2

    for muscle in ("erector_spinae", "multifidus", "quadratus_lumborum", "psoas_major"):
        for side in (Side.LEFT, Side.RIGHT):
            point = supine.target(muscle, side, Level.L3)
            index = tuple(round(x) for x in other.index_of(point))
            assert other.label_mask(muscle, side)[index]
            assert (np.abs(other.patient_points(index) - point) <= half_voxel + 1e-6).all()
    assert other.levels == supine.levels
    assert other.skin == supine.skin


@pytest.mark.parametrize("position", [PatientPosition.HFP, PatientPosition.FFS])
def test_positions_that_share_their_grid_show_the_same_body_turned(
    tiny: Make, position: PatientPosition
) -> None:
    supine, other = tiny(), tiny(patient_position=position)

    turned = other.labels[:, ::-1, ::-1] if position == "HFP" else other.labels[::-1, :, ::-1]

    body = supine.body_mask()
    assert (turned == supine.labels)[body].mean() > 0.9995  # rounding at edges


@pytest.mark.parametrize(
    ("position", "down"),
    [
        ("HFS", (0, 1)),
        ("HFP", (0, -1)),
        ("FFS", (0, 1)),
        ("FFP", (0, -1)),
        ("HFDL", (1, 0)),
        ("FFDL", (1, 0)),
        ("HFDR", (-1, 0)),
        ("FFDR", (-1, 0)),
    ],
)
def test_the_couch_is_where_gravity_pulls(
    tiny: Make, position: str, down: tuple[float, float]
) -> None:
    phantom = tiny(patient_position=PatientPosition(position))

    couch = phantom.patient_points(np.argwhere(phantom.label_mask("couch"))).mean(axis=0)
    body = phantom.patient_points(np.argwhere(phantom.body_mask())).mean(axis=0)

    assert np.dot((couch - body)[:2], down) > 80
    # and below in the picture, as scanners show it
    rows = np.argwhere(phantom.label_mask("couch"))[:, 1]
    assert rows.mean() > np.argwhere(phantom.body_mask())[:, 1].mean()


def test_head_first_runs_to_the_head_and_feet_first_to_the_feet(tiny: Make) -> None:
    assert tiny().patient_from_index[2, 0] == 9.0
    assert tiny(patient_position=PatientPosition.FFS).patient_from_index[2, 0] == -9.0


def test_the_same_seed_is_the_same_to_the_bit_and_another_is_another_body(tiny: Make) -> None:
    again = make_phantom(tiny_options())
    while True:
        try:
            next(again)
        except StopIteration as stop:
            repeated: Phantom = stop.value
            break

    first, other = tiny(), tiny(seed=2)

    assert np.array_equal(first.hu, repeated.hu)
    assert np.array_equal(first.labels, repeated.labels)
    assert not np.array_equal(first.labels, other.labels)
    assert first.levels[Level.L1].body_centre != other.levels[Level.L1].body_centre


def test_fat_varies_with_the_seed(tiny: Make) -> None:
    shares = []
    for seed in range(1, 5):
        phantom = tiny(seed=seed)
        body = phantom.body_mask()
        fat = phantom.label_mask("subcutaneous_fat")
        shares.append(fat.sum() / body.sum())

    assert max(shares) / min(shares) > 1.1


def test_noise_changes_no_label(tiny: Make) -> None:
    noisy, bare = tiny(), tiny(noise_hu=0.0)
    muscle = bare.label_mask("psoas_major", Side.LEFT)

    assert np.array_equal(noisy.labels, bare.labels)
    spread = (noisy.hu[muscle].astype(float) - bare.hu[muscle]).std()
    assert spread == pytest.approx(11.0, rel=0.1)


def test_off_centre_moves_the_body_to_the_patients_left(tiny: Make) -> None:
    middle, aside = tiny(), tiny(off_centre_mm=40.0)

    for level in middle.levels:
        moved = np.subtract(aside.levels[level].midline, middle.levels[level].midline)
        assert moved == pytest.approx((40, 0, 0))
    target = aside.target("multifidus", Side.RIGHT, Level.L4)
    assert target.x > 0  # right of the spine, yet left of x = 0


def test_rotation_turns_the_body_about_its_long_axis(tiny: Make) -> None:
    straight, turned = tiny(), tiny(rotation_deg=10.0)
    truth = turned.levels[Level.L3]
    backward = np.subtract(truth.spinous_tip, truth.body_centre)[:2]

    assert np.rad2deg(np.arctan2(-backward[0], backward[1])) == pytest.approx(10.0, abs=0.5)
    assert truth.body_centre.z == straight.levels[Level.L3].body_centre.z
    assert turned.structure_at(truth.body_centre) == ("vertebra_L3", None)


def test_scoliosis_bends_the_spine_sideways_and_the_muscles_with_it(tiny: Make) -> None:
    straight, bent = tiny(), tiny(scoliosis_mm=18.0)

    shift = {
        level: bent.levels[level].body_centre.x - straight.levels[level].body_centre.x
        for level in straight.levels
    }

    assert shift[Level.L2] > 14
    assert abs(shift[Level.S1]) < 3
    before = straight.target("multifidus", Side.LEFT, Level.L2)
    assert bent.target("multifidus", Side.LEFT, Level.L2).x - before.x > 8


@pytest.mark.parametrize("position", [PatientPosition.HFS, PatientPosition.FFDR])
def test_tilt_shears_the_stack_and_leaves_the_body_alone(
    tiny: Make, position: PatientPosition
) -> None:
    straight = tiny(patient_position=position)
    tilted = tiny(patient_position=position, gantry_tilt_deg=15.0)
    step, column, row = (tilted.patient_from_index[:3, n] for n in range(3))

    assert abs(step[2]) == 9.0
    assert np.hypot(step[0], step[1]) == pytest.approx(0, abs=1e-12)
    assert column @ row == pytest.approx(0, abs=1e-12)
    normal = np.cross(row, column) / (3.2 * 3.2)
    assert normal @ step == pytest.approx(9.0 * np.cos(np.deg2rad(15)))
    point = straight.target("psoas_major", Side.RIGHT, Level.L3)
    assert tilted.label_mask("psoas_major", Side.RIGHT)[
        tuple(round(x) for x in tilted.index_of(point))
    ]


def test_pixels_need_not_be_square(tiny: Make) -> None:
    phantom = tiny(pixel_spacing=(3.2, 2.4))
    point = phantom.target("erector_spinae", Side.LEFT, Level.L3)

    assert np.linalg.norm(phantom.patient_from_index[:3, 1]) == pytest.approx(3.2)
    assert np.linalg.norm(phantom.patient_from_index[:3, 2]) == pytest.approx(2.4)
    assert phantom.structure_at(point) == ("erector_spinae", Side.LEFT)


def test_padding_is_what_lies_outside_the_scan_circle(tiny: Make) -> None:
    padding = tiny(padding=True).padding

    assert tiny().padding is None
    assert padding is not None
    assert padding[0, 0]
    assert not padding[64, 64]
    assert padding.mean() == pytest.approx(1 - np.pi / 4, abs=0.02)


def test_making_reports_its_progress() -> None:
    options = PhantomOptions(rows=16, columns=16, slices=20, pixel_spacing=(25, 25))

    reports = list(make_phantom(options))

    assert reports[0] == Progress(0, 20, "Making slices of the phantom")
    assert reports[-1].done == 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"slices": 0},
        {"pixel_spacing": (0.0, 0.8)},
        {"slice_step_mm": -3.0},
        {"seed": -1},
        {"gantry_tilt_deg": 45.0},
        {"rescales": ()},
        {"noise_hu": -1.0},
        {"missing_slices": (96,)},
        {"duplicate_slices": (-1,)},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        PhantomOptions(**wrong)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(("slope", "intercept"), [(0.3, 0.0), (2.0, 0.0), (0.5, 0.25), (1, 40000)])
def test_a_rescale_that_would_lose_hu_is_refused(slope: float, intercept: float) -> None:
    with pytest.raises(ValueError, match=r"whole HU|16 bits"):
        Rescale(slope, intercept)
