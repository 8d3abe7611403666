"""The twenty traps of loading CT (reference D2), each with the rule that avoids it."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLosslessSV1

from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.imaging import decoders
from painmap.imaging.contour import measure_contour
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.header import SkipReason
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.reslice import Plane, plane_image, plane_views
from painmap.imaging.volume import AIR_HU, loading
from painmap.imaging.ways import Way
from tests.imaging.helpers import codes, load, only_stack, scan
from tests.support.ct import CORONAL, ramp, save, write_enhanced, write_series


def heights(path: Path) -> list[float]:
    return [place[2] for place in only_stack(path).positions if place is not None]


def only_series(path: Path) -> SeriesReadings:
    (series,) = scan(path).readings
    return series


def test_trap_01_slices_are_sorted_by_place_and_never_by_number_or_name(tmp_path):
    numbers = [4, 1, 6, 2, 5, 3]
    write_series(
        tmp_path, count=6, edit=lambda one, order: setattr(one, "InstanceNumber", numbers[order])
    )

    assert heights(tmp_path) == [100, 103, 106, 109, 112, 115]
    assert sorted(path.name for path in only_stack(tmp_path).files) != [
        path.name for path in only_stack(tmp_path).files
    ]


def test_trap_01_numbers_that_do_not_follow_the_places_are_said(tmp_path):
    numbers = [4, 1, 6, 2, 5, 3]
    write_series(
        tmp_path / "a", count=6,
        edit=lambda one, order: setattr(one, "InstanceNumber", numbers[order]),
    )  # fmt: skip
    write_series(
        tmp_path / "b", count=6, edit=lambda one, n: setattr(one, "InstanceNumber", 50 - n)
    )

    assert codes(only_stack(tmp_path / "a")) == {"NUMBERS"}
    assert codes(only_stack(tmp_path / "b")) == set(), "from head to foot is no disagreement"


def test_trap_02_spacing_comes_from_places_and_gaps_are_listed(tmp_path):
    write_series(tmp_path, count=10, step_mm=2, thickness=5, gaps=(4,))

    stack = only_stack(tmp_path)

    assert codes(stack) == {"GAP", "THICKNESS_NOT_SPACING"}
    assert "1 slice is missing, between slices 4 and 5." in stack.warnings[0].message
    assert stack.spacing_mm[0] is None


def test_trap_03_pixel_spacing_is_row_first(tmp_path):
    write_series(tmp_path, count=3, pixel_mm=(0.9, 0.6))

    affine = only_stack(tmp_path).require_geometry().patient_from_index

    assert affine[:3, 1] == pytest.approx((0, 0.9, 0)), "from row to row is along y"
    assert affine[:3, 2] == pytest.approx((0.6, 0, 0)), "from column to column is along x"


def test_trap_04_a_tilted_gantry_gives_a_sheared_volume_with_exact_places(tmp_path):
    write_series(tmp_path, count=6, tilt_degrees=15)

    volume = load(tmp_path)

    assert "TILTED" in codes(volume.stack)
    points = volume.geometry.patient_points(np.stack(np.indices(volume.shape), axis=-1))
    truth = ramp(points[..., 0], points[..., 1], points[..., 2])
    assert np.abs(volume.hu - truth).max() <= 1
    across = [view for view in plane_views(volume.stack) if not view.native]
    assert all(view.resampled for view in across), "computed planes are marked"


def test_trap_05_a_localizer_in_the_series_is_a_stack_apart_and_not_the_default(tmp_path):
    write_series(tmp_path / "a", count=5)
    write_series(
        tmp_path / "b", count=2, directions=CORONAL, localizer=True, first_number=20, rows=40
    )

    stacks = scan(tmp_path).stacks

    assert sorted((one.is_localizer, one.shape[0]) for one in stacks) == [(False, 5), (True, 2)]


@pytest.mark.parametrize("keyword", ["ImagePositionPatient", "ImageOrientationPatient"])
@pytest.mark.parametrize("content", [None, "zeros"])
def test_trap_06_slices_without_a_place_are_looked_at_one_by_one(tmp_path, keyword, content):
    def edit(dataset: Dataset, _: int) -> None:
        if content is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, [0] * len(getattr(dataset, keyword)))

    write_series(tmp_path, count=4, edit=edit)

    volume = load(tmp_path)

    assert "NO_GEOMETRY" in codes(volume.stack)
    assert "it can be looked at, not measured" in volume.stack.warnings[0].message
    assert len(plane_views(volume.stack)) == 1
    image = plane_image(volume, Plane.AXIAL, 0)
    assert image.letters == ("?",) * 4
    assert image.spacing_mm is None


def test_trap_07_copies_are_dropped_and_different_pictures_at_one_place_are_a_question(tmp_path):
    paths = write_series(tmp_path / "a", count=4)
    shutil.copy(paths[1], tmp_path / "copy")
    write_series(
        tmp_path / "b", count=4, first_number=9, field=lambda x, y, z: ramp(x, y, z) + 300,
        edit=lambda one, order: setattr(one, "SOPInstanceUID", f"1.2.3.99.{order}"),
    )  # fmt: skip

    found = scan(tmp_path)
    (series,) = found.readings

    assert [one.reason for one in found.skipped] == [SkipReason.IDENTICAL_COPY]
    assert "At 4 places of this series several different pictures lie" in series.question
    assert Way.NUMBER in [one.way for one in series.readings]


def test_trap_08_an_acquisition_number_that_varies_within_a_volume_does_not_split_it(tmp_path):
    write_series(tmp_path, count=9, edit=lambda one, n: setattr(one, "AcquisitionNumber", n // 3))

    assert only_stack(tmp_path).shape[0] == 9
    assert only_stack(tmp_path).uniform


def test_trap_09_each_slice_has_its_own_slope_and_fractions_are_kept(tmp_path):
    write_series(tmp_path / "a", count=3, slopes=(1.0, 2.0, 0.5), field=lambda x, y, z: 0 * x + 40)
    write_series(tmp_path / "b", count=3, slopes=(1.0, 0.1), field=lambda x, y, z: 0 * x + 40.3)

    whole, broken = load(tmp_path / "a"), load(tmp_path / "b")

    assert whole.hu.dtype == np.int16
    assert (whole.hu == 40).all()
    assert broken.hu.dtype == np.float32
    assert broken.hu[1] == pytest.approx(np.full((12, 16), 40.3), abs=1e-4)


@pytest.mark.parametrize(("signed", "high_bit"), [(True, 11), (False, 11), (True, 13), (False, 15)])
def test_trap_10_only_the_stored_bits_count_in_the_sign_that_is_said(tmp_path, signed, high_bit):
    write_series(
        tmp_path, count=2, signed=signed, bits_stored=12, high_bit=high_bit,
        intercepts=(0.0,) if signed else (-1024.0,), field=lambda x, y, z: 0 * x - 500,
    )  # fmt: skip

    assert (load(tmp_path).hu == -500).all()


def test_trap_10_metal_beyond_twelve_bits_is_not_clipped(tmp_path):
    write_series(tmp_path, count=2, field=lambda x, y, z: 0 * x + 20_000)

    assert (load(tmp_path).hu == 20_000).all()


def test_trap_11_frames_are_sorted_by_place_each_with_its_own_rescale(tmp_path):
    write_enhanced(tmp_path / "one", count=4, slopes=(1.0, 2.0))

    volume = load(tmp_path)

    assert [one.frame for one in volume.stack.slices] == [3, 2, 1, 0]
    assert volume.hu[:, 0, 0].tolist() == [20, 22, 24, 26]


def test_trap_11_each_frame_may_have_its_own_orientation_spacing_and_acquisition(tmp_path):
    def turned(dataset: Dataset) -> None:
        shared = dataset.SharedFunctionalGroupsSequence[0]
        for number, frame in enumerate(dataset.PerFrameFunctionalGroupsSequence):
            orientation, measures, content = Dataset(), Dataset(), Dataset()
            turn = [1, 0, 0, 0, 1, 0] if number < 2 else [1, 0, 0, 0, 0, -1]
            orientation.ImageOrientationPatient = turn
            measures.PixelSpacing = [0.9, 0.6] if number < 2 else [0.5, 0.4]
            content.FrameAcquisitionNumber = 7 + number // 2
            frame.PlaneOrientationSequence = [orientation]
            frame.PixelMeasuresSequence = [measures]
            frame.FrameContentSequence = [content]
        del shared.PlaneOrientationSequence
        del shared.PixelMeasuresSequence

    write_enhanced(tmp_path / "one", count=4, edit=turned)

    axial, coronal = sorted(scan(tmp_path).stacks, key=lambda one: one.slices[0].frame)

    assert (axial.spacing_mm[1:], coronal.spacing_mm[1:]) == ((0.9, 0.6), (0.5, 0.4))
    assert [one.acquisition for one in (*axial.slices, *coronal.slices)] == [7, 7, 8, 8]
    assert axial.slices[0].along_column == (0, 1, 0)
    assert coronal.slices[0].along_column == (0, 0, -1)


def test_trap_11_phases_within_one_object_are_stacks(tmp_path):
    def two_phases(dataset: Dataset) -> None:
        for number, frame in enumerate(dataset.PerFrameFunctionalGroupsSequence):
            content = Dataset()
            content.TemporalPositionIndex = 1 + number % 2
            frame.FrameContentSequence = [content]
            place = frame.PlanePositionSequence[0]
            place.ImagePositionPatient = [-5, -8, 100 - 2 * (number // 2)]

    write_enhanced(tmp_path / "one", count=6, edit=two_phases, slopes=(1.0,))

    series = only_series(tmp_path)

    assert [stack.part for stack in series.stacks] == ["phase time 1", "phase time 2"]
    assert all(stack.uniform and stack.shape[0] == 3 for stack in series.stacks)
    assert series.question


def test_trap_12_padding_is_air_and_counts_in_no_measure(tmp_path):
    def padded(stored: np.ndarray) -> None:
        stored[:, :8] = 60_000

    write_series(tmp_path, count=3, padding=60_000, padded=padded, field=lambda x, y, z: 0 * x + 50)
    volume = load(tmp_path)
    place = plane_image(volume, Plane.AXIAL, 1).geometry
    corners = [place.patient_point(*at) for at in ((2, 2), (2, 13), (9, 13), (9, 2))]

    found = measure_contour(volume, Plane.AXIAL, 1, corners)

    assert (volume.hu[:, :, :8] == AIR_HU).all()
    assert found.mean_hu == 50


def test_trap_13_a_contour_without_pixels_has_no_mean_instead_of_a_wild_one(tmp_path):
    write_series(tmp_path, count=3)
    volume = load(tmp_path)
    place = plane_image(volume, Plane.AXIAL, 1).geometry
    corners = [place.patient_point(*at) for at in ((2.1, 2.1), (2.1, 2.4), (2.4, 2.4))]

    found = measure_contour(volume, Plane.AXIAL, 1, corners)

    assert (found.pixels, found.mean_hu, found.sd_hu, found.fat_share) == (0, None, None, None)


def test_trap_14_a_table_of_contents_that_lies_does_not_keep_files_from_being_found(tmp_path):
    write_series(tmp_path / "IMAGES" / "x", count=3)
    wrong = Dataset()
    wrong.SOPClassUID = "1.2.840.10008.1.3.10"
    wrong.DirectoryRecordSequence = []
    save(wrong, tmp_path / "dicomdir")

    found = scan(tmp_path)

    assert found.stacks[0].shape[0] == 3
    assert [one.reason for one in found.skipped] == [SkipReason.DICOMDIR]


def test_trap_15_a_missing_decoder_is_named_with_its_syntax_and_package(tmp_path, monkeypatch):
    write_series(tmp_path, count=1, transfer_syntax=JPEGLosslessSV1, edit=encapsulated)
    monkeypatch.setitem(decoders._PLUGINS, decoders.Codec.JPEG, ("none",))

    (skipped,) = scan(tmp_path).skipped

    assert skipped.reason is SkipReason.NO_DECODER
    assert "1.2.840.10008.1.2.4.70" in skipped.sentence
    assert "python-gdcm" in skipped.sentence


def encapsulated(dataset: Dataset, _: int) -> None:
    dataset.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\x02\0\0\0\xff\xd8"
    dataset["PixelData"].is_undefined_length = True
    dataset["PixelData"].VR = "OB"


def test_trap_15_a_folder_called_dl_where_the_program_starts_does_no_harm(tmp_path):
    (tmp_path / "dl").mkdir()
    (tmp_path / "dl" / "__init__.py").touch()
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from painmap.imaging.decoders import what_is_missing\n"
        f"print(repr(what_is_missing('{JPEGLosslessSV1}')))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ran.stdout.strip() == "''", ran.stderr


def test_trap_16_empty_uids_and_invalid_values_are_read_and_said(tmp_path):
    def emptied(dataset: Dataset, order: int) -> None:
        dataset.StudyInstanceUID = dataset.SeriesInstanceUID = ""
        del dataset.SOPInstanceUID
        dataset.PatientBirthDate = ""

    for order, path in enumerate(write_series(tmp_path / "ct", count=3, edit=emptied)):
        content = path.read_bytes()
        # as an anonymiser leaves it: a date that is none, a UID of the file alone
        content = content.replace(b"20240229", b"ANONYMIZ").replace(
            b"1.2.3.9\0", b"1.2.3.%d\0" % order
        )
        path.write_bytes(content)

    stack = only_stack(tmp_path)

    assert codes(stack) == {"EMPTY_UID"}
    assert stack.study_date is None
    assert sorted(stack.sop_uids) == ["1.2.3.0", "1.2.3.1", "1.2.3.2"]
    assert stack.uniform


def test_trap_17_another_frame_of_reference_is_never_one_volume(tmp_path):
    write_series(tmp_path / "a", count=4)
    write_series(
        tmp_path / "b", count=4, origin=(-5, -8, 112), first_number=9, frame_of_reference="1.9"
    )

    stacks = scan(tmp_path).stacks

    assert {one.frame_of_reference_uid for one in stacks} == {"1.2.3.4.5", "1.9"}
    assert [one.shape[0] for one in stacks] == [4, 4]


@pytest.mark.parametrize("noise", [0.002, 0.009])
def test_trap_18_rounding_of_places_is_no_uneven_spacing(tmp_path, noise):
    shake = {number: (0.0, 0.0, noise * (-1) ** number / 2) for number in range(12)}
    write_series(tmp_path, count=12, step_mm=1.0, offsets=shake)

    assert only_stack(tmp_path).uniform
    assert codes(only_stack(tmp_path)) == set()


def test_trap_19_variable_spacing_is_said_and_nothing_across_is_measured(tmp_path):
    drift = {number: (0.0, 0.0, 0.3 * number**2) for number in range(8)}
    write_series(tmp_path, count=8, offsets=drift)

    volume = load(tmp_path)

    assert "UNEVEN" in codes(volume.stack)
    assert volume.geometry is None
    assert len(plane_views(volume.stack)) == 1
    with pytest.raises(SeriesError) as caught:
        plane_image(volume, Plane.SAGITTAL, 0)
    assert caught.value.problem is SeriesProblem.NOT_UNIFORM
    place = plane_image(volume, Plane.AXIAL, 3).geometry
    assert place.patient_point(0, 0) == PatientPoint(-5, -8, pytest.approx(100 + 9 + 2.7))


def test_trap_19_an_odd_orientation_is_read(tmp_path):
    along = np.array((0.8, 0.6, 0.0)), np.array((0.0, 0.0, -1.0))
    write_series(tmp_path, count=4, directions=tuple(map(tuple, along)))

    assert only_stack(tmp_path).uniform
    assert run_to_end(loading(only_stack(tmp_path))).hu.shape == (4, 12, 16)


def test_trap_20_every_file_ends_used_or_skipped_with_a_reason(tmp_path):
    write_series(tmp_path / "ct", count=3)
    write_series(tmp_path / "mr", count=2, edit=lambda one, _: setattr(one, "Modality", "MR"))
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7" * 40)
    (tmp_path / "empty").touch()

    found = scan(tmp_path)

    files = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert set(found.used) | {one.path for one in found.skipped} == files
    assert all(one.sentence.endswith(".") and len(one.sentence) > 10 for one in found.skipped)
