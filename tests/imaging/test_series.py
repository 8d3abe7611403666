from datetime import date

import numpy as np
import pytest
from pydicom.dataset import Dataset

from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.stack import Stack, WarningCode
from tests.imaging.helpers import codes, only_stack, scan
from tests.support.ct import CORONAL, DIRECTIONS, SAGITTAL, write_series


def message(stack: Stack, code: WarningCode) -> str:
    return next(one.message for one in stack.warnings if one.code is code)


def test_an_even_series_is_one_quiet_volume(tmp_path):
    write_series(tmp_path, count=6, first_number=40)

    stack = only_stack(tmp_path)

    assert stack.uniform
    assert stack.warnings == ()
    assert stack.spacing_mm == pytest.approx((3, 0.9, 0.6))
    assert np.allclose(
        stack.require_geometry().patient_from_index,
        [[0, 0, 0.6, -5], [0, 0.9, 0, -8], [3, 0, 0, 100], [0, 0, 0, 1]],
    )


def test_what_the_header_says_is_kept(tmp_path):
    write_series(tmp_path, count=2)

    stack = only_stack(tmp_path)

    assert stack.identity.name == "Doe^Jane"
    assert stack.identity.birth_date == date(1970, 1, 31)
    assert stack.study_date == date(2024, 2, 29)
    assert (stack.patient_position, stack.description) == ("HFS", "tiny")
    assert (stack.facts.body_part, stack.modality) == ("LSPINE", "CT")
    assert not stack.facts.deidentified


def test_slices_are_ordered_by_position_not_by_number(tmp_path):
    def backwards(dataset: Dataset, order: int) -> None:
        dataset.InstanceNumber = 100 - order

    write_series(tmp_path, count=6, edit=backwards)

    heights = [one[2] for one in only_stack(tmp_path).positions if one is not None]

    assert heights == sorted(heights)


def test_a_gap_is_said_and_is_no_volume(tmp_path):
    write_series(tmp_path, count=8, gaps=(3, 4))

    stack = only_stack(tmp_path)

    assert codes(stack) == {"GAP"}
    assert message(stack, WarningCode.GAP) == "2 slices are missing, between slices 3 and 4."
    assert stack.geometry is None
    assert stack.spacing_mm == (None, 0.9, 0.6)
    with pytest.raises(SeriesError) as caught:
        stack.require_geometry()
    assert caught.value.problem is SeriesProblem.NOT_UNIFORM


def test_a_slice_beside_its_place_is_uneven(tmp_path):
    write_series(tmp_path, count=8, offsets={5: (0, 0, 0.7)})

    stack = only_stack(tmp_path)

    assert codes(stack) == {"UNEVEN"}
    assert "5 and 6, 6 and 7" in message(stack, WarningCode.UNEVEN)


def test_a_slice_shifted_within_its_plane_is_uneven(tmp_path):
    write_series(tmp_path, count=8, offsets={5: (2, 0, 0)})

    assert "slice 6 is 2 mm beside it" in message(only_stack(tmp_path), WarningCode.UNEVEN)


def test_steps_that_drift_are_uneven(tmp_path):
    drift = {number: (0.0, 0.0, 0.0005 * number**2) for number in range(40)}
    write_series(tmp_path, count=40, rows=4, columns=4, offsets=drift)

    assert codes(only_stack(tmp_path)) >= {"UNEVEN"}


@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_rounded_positions_are_even(tmp_path, noise):
    shake = {number: (0.0, 0.0, noise * (-1) ** number) for number in range(9)}
    write_series(tmp_path, count=9, step_mm=0.625, offsets=shake)

    assert only_stack(tmp_path).uniform


def test_different_slices_at_one_place_are_no_volume(tmp_path):
    write_series(tmp_path, count=6, repeats=(2,))

    stack = only_stack(tmp_path)

    assert codes(stack) == {"DUPLICATE_POSITION"}
    assert "3 and 4" in message(stack, WarningCode.DUPLICATE_POSITION)
    assert not stack.uniform


@pytest.mark.parametrize("degrees", [-18.5, 0.5, 14])
def test_an_even_tilt_is_a_sheared_volume(tmp_path, degrees):
    write_series(tmp_path, count=6, tilt_degrees=degrees, thickness=3 * np.cos(np.radians(degrees)))

    stack = only_stack(tmp_path)

    assert stack.uniform
    assert codes(stack) == {"TILTED"}
    assert f"{abs(degrees)}°" in message(stack, WarningCode.TILTED) or degrees == 14
    geometry = stack.require_geometry()
    assert geometry.tilt_degrees == pytest.approx(abs(degrees), abs=1e-4)
    assert np.allclose(geometry.patient_from_index[:3, 0], (0, 0, 3))


def test_thickness_is_never_taken_for_spacing(tmp_path):
    write_series(tmp_path, count=4, step_mm=2, thickness=3)

    stack = only_stack(tmp_path)

    assert codes(stack) == {"THICKNESS_NOT_SPACING"}
    assert stack.spacing_mm[0] == pytest.approx(2)


def test_a_localizer_in_the_series_is_a_stack_apart(tmp_path):
    write_series(tmp_path / "a", count=4)
    write_series(tmp_path / "b", count=2, localizer=True, first_number=20)

    stacks = scan(tmp_path).stacks

    assert sorted((one.is_localizer, one.shape[0]) for one in stacks) == [(False, 4), (True, 2)]


@pytest.mark.parametrize(
    "other",
    [
        {"directions": CORONAL},
        {"directions": SAGITTAL},
        {"tilt_degrees": 1.0},
        {"pixel_mm": (0.9, 0.61)},
        {"columns": 17},
        {"frame_of_reference": "1.2.9"},
        {"frame_of_reference": None},
        {"name": "Roe^Richard"},
    ],
)
def test_what_does_not_lie_in_one_volume_is_split(tmp_path, other):
    write_series(tmp_path / "a", count=4)
    write_series(tmp_path / "b", count=3, origin=(0, 0, 300), first_number=20, **other)

    stacks = scan(tmp_path).stacks

    assert [one.shape[0] for one in stacks] == [4, 3]
    assert [one.index for one in stacks] == [0, 1]
    assert len({one.series_uid for one in stacks}) == 1


def test_series_are_kept_apart(tmp_path):
    write_series(tmp_path / "a", count=2)
    write_series(tmp_path / "b", count=2, series_uid="1.2.3.4.2", series_number=1)

    assert [one.series_uid for one in scan(tmp_path).stacks] == ["1.2.3.4.2", "1.2.3.4.1"]


def test_blocks_that_reach_into_each_other_are_said(tmp_path):
    write_series(tmp_path / "a", count=5)
    write_series(tmp_path / "b", count=5, origin=(-5, -8, 110), tilt_degrees=3, thickness=2.996)

    first, second = scan(tmp_path).stacks

    assert "OVERLAP" in codes(first)
    assert "stack 0" in message(second, WarningCode.OVERLAP)


def test_blocks_that_follow_each_other_do_not_overlap(tmp_path):
    write_series(tmp_path / "a", count=5)
    write_series(tmp_path / "b", count=5, origin=(-5, -8, 115), tilt_degrees=0.5)

    assert all("OVERLAP" not in codes(one) for one in scan(tmp_path).stacks)


@pytest.mark.parametrize(
    "lacking", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"]
)
def test_slices_without_a_place_can_be_looked_at_only(tmp_path, lacking):
    write_series(tmp_path, count=4, edit=lambda one, _: one.pop(lacking))

    stack = only_stack(tmp_path)

    assert codes(stack) == {"NO_GEOMETRY"}
    assert stack.shape == (4, 12, 16)
    assert stack.slice_geometry(0) is None
    with pytest.raises(SeriesError) as caught:
        stack.require_geometry()
    assert caught.value.problem is SeriesProblem.NO_GEOMETRY


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("ImageOrientationPatient", [0, 0, 0, 0, 0, 0]),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]),
        ("ImageOrientationPatient", [1, 0, 0]),
        ("ImagePositionPatient", [0, 0, 0]),
        ("PixelSpacing", [0, 0]),
    ],
)
def test_a_place_that_cannot_be_is_no_place(tmp_path, keyword, value):
    write_series(tmp_path, count=3, edit=lambda one, _: setattr(one, keyword, value))

    assert "NO_GEOMETRY" in codes(only_stack(tmp_path))


def test_a_single_slice_has_a_place_but_no_volume(tmp_path):
    write_series(tmp_path, count=1)

    stack = only_stack(tmp_path)

    assert stack.slice_geometry(0) is not None
    with pytest.raises(SeriesError) as caught:
        stack.require_geometry()
    assert caught.value.problem is SeriesProblem.SINGLE_SLICE


def test_a_missing_frame_of_reference_is_said(tmp_path):
    write_series(tmp_path, count=3, frame_of_reference=None)

    stack = only_stack(tmp_path)

    assert codes(stack) == {"NO_FRAME_OF_REFERENCE"}
    assert stack.frame_of_reference_uid is None
    assert stack.uniform


@pytest.mark.parametrize(("flag", "lossy"), [("01", True), ("00", False), (None, False)])
def test_lossy_pictures_are_said(tmp_path, flag, lossy):
    write_series(tmp_path, count=3, edit=lambda one, _: setattr(one, "LossyImageCompression", flag))

    assert ("LOSSY" in codes(only_stack(tmp_path))) is lossy


def test_empty_uids_are_said_and_stand_in_is_stable(tmp_path):
    def emptied(dataset: Dataset, _: int) -> None:
        dataset.SeriesInstanceUID = dataset.StudyInstanceUID = ""

    write_series(tmp_path, count=3, edit=emptied)

    first, second = only_stack(tmp_path), only_stack(tmp_path)

    assert codes(first) == {"EMPTY_UID"}
    assert first.series_uid.startswith("2.25.")
    assert first.study_uid != first.series_uid
    assert (first.series_uid, first.study_uid) == (second.series_uid, second.study_uid)


def test_a_sop_uid_is_taken_from_the_file_meta(tmp_path):
    (path,) = write_series(tmp_path, count=1, edit=lambda one, _: one.pop("SOPInstanceUID"))

    assert only_stack(tmp_path).sop_uids == ("1.2.3.9",)
    assert path.exists()


def test_the_phantom_is_known_by_its_header(tmp_path):
    write_series(tmp_path / "a", count=2, synthetic=True)
    write_series(tmp_path / "b", count=2, series_uid="1.2.3.4.2")

    phantom, person = scan(tmp_path).stacks

    assert phantom.synthetic
    assert "SYNTHETIC" in codes(phantom)
    assert not person.synthetic


def test_the_key_depends_on_slices_and_geometry_and_nothing_else(tmp_path):
    write_series(tmp_path / "a", count=4)
    write_series(tmp_path / "b", count=4, name="Other^Name", field=lambda x, y, z: 0 * x)
    write_series(tmp_path / "c", count=4, offsets={2: (0, 0, 0.001)})
    write_series(tmp_path / "d", count=3)

    a, b, c, d = (only_stack(tmp_path / name).key for name in "abcd")

    assert a == b
    assert len({a, c, d}) == 3
    assert len(a) == 64


@pytest.mark.parametrize("position", list(DIRECTIONS))
def test_every_patient_position_is_a_volume(tmp_path, position):
    write_series(tmp_path, count=3, patient_position=position)

    stack = only_stack(tmp_path)

    assert stack.uniform
    assert stack.patient_position == position
    assert np.linalg.det(stack.require_geometry().patient_from_index) != 0


def test_no_warning_names_the_patient(tmp_path):
    write_series(tmp_path, count=6, gaps=(2,), name="Secret^Name", frame_of_reference=None)

    assert all("Secret" not in one.message for one in only_stack(tmp_path).warnings)
