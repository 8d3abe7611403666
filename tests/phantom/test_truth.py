"""What the phantom says of itself is what its voxels show."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.phantom import LABELS, MUSCLES, Phantom, label_of, vertebra_label

Make = Callable[..., Phantom]

DEEP_MUSCLES = ("erector_spinae", "multifidus", "quadratus_lumborum", "psoas_major")
LEVELS = (Level.T12, Level.L1, Level.L2, Level.L3, Level.L4, Level.L5, Level.S1)


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize("muscle", MUSCLES)
def test_every_muscle_measures_as_muscle(tiny: Make, muscle: str, side: Side) -> None:
    phantom = tiny()

    hu = phantom.hu[phantom.label_mask(muscle, side)]

    assert hu.size > 20
    # the middle value: at 3 mm pixels the rim holds a share of bone or fat
    assert 20 < np.median(hu) < 75


@pytest.mark.parametrize("muscle", DEEP_MUSCLES)
def test_muscle_labels_keep_to_the_limits_of_muscle_on_average(tiny: Make, muscle: str) -> None:
    phantom = tiny()

    for side in (Side.LEFT, Side.RIGHT):
        assert 20 < phantom.hu[phantom.label_mask(muscle, side)].mean() < 75


def test_fat_bone_gas_and_organs_measure_as_themselves(tiny: Make) -> None:
    phantom = tiny()

    def mean(structure: str, side: Side | None = None) -> float:
        return float(phantom.hu[phantom.label_mask(structure, side)].mean())

    assert -125 < mean("subcutaneous_fat") < -80
    assert -125 < mean("visceral_fat") < -60
    assert mean("vertebra_L3") > 150
    assert mean("ilium", Side.LEFT) > 300
    assert mean("bowel_gas") < -700
    assert 20 < mean("kidney", Side.RIGHT) < 50
    assert 30 < mean("aorta") < 120
    assert phantom.hu[phantom.labels == 0].mean() < -950


def test_nothing_but_the_body_and_the_couch_is_denser_than_air(tiny: Make) -> None:
    phantom = tiny(noise_hu=0.0)

    air = phantom.hu[phantom.labels == 0]

    assert np.percentile(air, 90) == -1000


def test_muscles_are_symmetric_but_for_the_larger_right_psoas(tiny: Make) -> None:
    phantom = tiny()

    def voxels(muscle: str, side: Side) -> int:
        return int(phantom.label_mask(muscle, side).sum())

    for muscle in ("erector_spinae", "multifidus"):
        left, right = voxels(muscle, Side.LEFT), voxels(muscle, Side.RIGHT)
        assert left == pytest.approx(right, rel=0.01), muscle
    right, left = voxels("psoas_major", Side.RIGHT), voxels("psoas_major", Side.LEFT)
    assert 1.15 < right / left < 1.45


def test_levels_go_from_head_to_foot_without_gap(tiny: Make) -> None:
    levels = tiny().levels

    assert tuple(levels) == LEVELS
    for upper, lower in pairwise(LEVELS):
        assert levels[upper].z_range[0] == pytest.approx(levels[lower].z_range[1])
        assert levels[upper].body_centre.z > levels[lower].body_centre.z
    for level in levels.values():
        low, high = level.z_range
        assert low < level.body_centre.z < high
        assert 22 < level.body_height_mm < 31


@pytest.mark.parametrize("level", LEVELS)
def test_landmarks_lie_in_what_they_name(tiny: Make, level: Level) -> None:
    phantom = tiny()
    truth = phantom.levels[level]
    just_inside = truth.spinous_tip._replace(y=truth.spinous_tip.y - 3)

    assert phantom.structure_at(truth.body_centre) == (f"vertebra_{level}", None)
    assert phantom.structure_at(just_inside) == (f"vertebra_{level}", None)
    assert phantom.structure_at(truth.midline) == ("spinal_canal", None)
    # the spinous process is behind the canal, the canal behind the body
    assert truth.body_centre.y < truth.midline.y < truth.spinous_tip.y


def test_bodies_are_as_wide_and_deep_as_those_of_adults(tiny: Make) -> None:
    phantom = tiny()
    centre = phantom.levels[Level.L3].body_centre

    def reach(dx: float, dy: float) -> float:
        steps = np.arange(0, 40, 0.5)
        line = [(centre.x + s * dx, centre.y + s * dy, centre.z) for s in steps]
        inside = [found == ("vertebra_L3", None) for found in phantom.structures_at(line)]
        return float(steps[inside.index(False)])

    assert 42 <= reach(1, 0) + reach(-1, 0) <= 52
    assert 29 <= reach(0, -1) + reach(0, 1) <= 36


def test_the_furrow_lies_on_the_skin_behind_the_spinous_process(tiny: Make) -> None:
    phantom = tiny()
    furrow, tip = phantom.skin.furrow[Level.L3], phantom.levels[Level.L3].spinous_tip

    assert phantom.structure_at(furrow._replace(y=furrow.y + 1)) is None
    assert phantom.structure_at(furrow._replace(y=furrow.y - 1)) == ("skin", None)
    assert 5 < furrow.y - tip.y < 40
    beside = PatientPoint(furrow.x + 35, furrow.y + 0.5, furrow.z)
    assert phantom.structure_at(beside) is not None  # the muscles bulge further back


def test_the_marker_is_dense_and_on_the_left_skin(tiny: Make) -> None:
    phantom = tiny()

    marker = phantom.hu[phantom.label_mask("marker")]

    assert marker.size > 0
    assert marker.mean() > 800
    assert phantom.skin.marker.x > phantom.levels[Level.L3].midline.x + 60
    assert phantom.structure_at(phantom.skin.marker) == ("marker", None)


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize("muscle", DEEP_MUSCLES)
def test_a_target_lies_in_its_muscle_on_its_side_at_its_level(
    tiny: Make, muscle: str, side: Side
) -> None:
    phantom = tiny()

    target = phantom.target(muscle, side, Level.L3)

    assert phantom.structure_at(target) == (muscle, side)
    offset = target.x - phantom.levels[Level.L3].midline.x
    assert (offset > 0) is (side is Side.LEFT)
    low, high = phantom.levels[Level.L3].z_range
    assert low < target.z < high


def test_a_target_where_the_muscle_is_not_is_refused(tiny: Make) -> None:
    with pytest.raises(ValueError, match="quadratus_lumborum has no part at S1"):
        tiny().target("quadratus_lumborum", Side.LEFT, Level.S1)


def test_the_body_mask_is_one_body_without_couch(tiny: Make) -> None:
    phantom = tiny()

    body = phantom.body_mask()

    assert body.any()
    assert not body[phantom.label_mask("couch")].any()
    assert not body[phantom.label_mask("marker")].any()
    assert body[phantom.label_mask("skin")].all()


def test_index_and_patient_point_are_inverse(tiny: Make) -> None:
    phantom = tiny(gantry_tilt_deg=12.0)

    x, y, z = phantom.patient_points((4, 50, 70))

    assert phantom.index_of(PatientPoint(x, y, z)) == pytest.approx((4, 50, 70))


def test_labels_are_named_once_and_vertebrae_found_by_level() -> None:
    assert len(set(LABELS.values())) == len(LABELS)
    assert max(LABELS) < 256
    assert LABELS[vertebra_label(Level.L4)] == ("vertebra_L4", None)
    with pytest.raises(KeyError):
        label_of("psoas_major")


def test_what_is_handed_out_cannot_be_changed(tiny: Make) -> None:
    phantom = tiny()

    for array in (phantom.hu, phantom.labels, phantom.patient_from_index):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
