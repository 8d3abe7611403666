"""The series on disk: exact, and synthetic in every header."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import FileDataset

from painmap.domain.progress import run_to_end
from painmap.phantom import PatientPosition, Phantom, Rescale, series_uid, write_series

Make = Callable[..., Phantom]


def _read(phantom: Phantom, folder: Path) -> list[FileDataset]:
    return [pydicom.dcmread(path) for path in run_to_end(write_series(phantom, folder))]


def _hu(dataset: FileDataset) -> np.ndarray:
    slope, intercept = float(dataset.RescaleSlope), float(dataset.RescaleIntercept)
    return dataset.pixel_array * slope + intercept


def test_every_header_says_that_it_is_synthetic(tiny: Make, tmp_path: Path) -> None:
    for dataset in _read(tiny(), tmp_path):
        assert dataset.Modality == "CT"
        assert dataset.SyntheticData == "YES"
        assert dataset.PatientName == "Phantom^Painmap"
        assert dataset.PatientID == "PHANTOM-1"
        assert dataset.StudyDescription == "SYNTHETIC lumbar phantom"
        assert dataset.SeriesDescription == "SYNTHETIC lumbar axial 9 mm"
        assert dataset.ImageComments == "SYNTHETIC PHANTOM, NOT A PATIENT"
        assert dataset.Manufacturer == "painmap phantom"
        assert dataset.StudyDate == "20260914"


def test_voxels_and_places_come_back_exactly(tiny: Make, tmp_path: Path) -> None:
    phantom = tiny(patient_position=PatientPosition.FFDL, gantry_tilt_deg=-8.0)

    for k, dataset in enumerate(_read(phantom, tmp_path)):
        assert np.array_equal(_hu(dataset), phantom.hu[k])
        row, column = np.array(dataset.ImageOrientationPatient, dtype=float).reshape(2, 3)
        down, across = (float(value) for value in dataset.PixelSpacing)
        rebuilt = np.stack([column * down, row * across, dataset.ImagePositionPatient], axis=1)
        first = phantom.patient_points((k, 0, 0))
        wanted = np.column_stack([phantom.patient_from_index[:3, 1:3], first])
        assert np.abs(rebuilt.astype(float) - wanted).max() < 1e-9
        assert dataset.PatientPosition == "FFDL"
        assert float(dataset.GantryDetectorTilt) == -8


def test_uids_are_ours_unique_and_the_same_again(tiny: Make, tmp_path: Path) -> None:
    phantom = tiny()

    first = _read(phantom, tmp_path / "one")
    again = _read(phantom, tmp_path / "two")
    other = _read(tiny(seed=2), tmp_path / "three")

    uids = [dataset.SOPInstanceUID for dataset in first]
    assert len(set(uids)) == len(uids) == 30
    assert uids == [dataset.SOPInstanceUID for dataset in again]
    assert not set(uids) & {dataset.SOPInstanceUID for dataset in other}
    for dataset in first:
        assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID
        for uid in (dataset.SOPInstanceUID, dataset.StudyInstanceUID, dataset.FrameOfReferenceUID):
            assert uid.is_valid
            assert uid.startswith("2.25.")
        assert dataset.SeriesInstanceUID == series_uid(phantom.options)
    assert len({dataset.FrameOfReferenceUID for dataset in first}) == 1


def test_missing_and_duplicate_slices_are_left_out_and_doubled(tiny: Make, tmp_path: Path) -> None:
    phantom = tiny(missing_slices=(5, 6), duplicate_slices=(9,))

    datasets = _read(phantom, tmp_path)

    z = sorted(round(float(dataset.ImagePositionPatient[2]), 3) for dataset in datasets)
    steps = np.diff(z)
    assert len(datasets) == 29
    assert sorted(set(steps.round(3))) == [0.0, 9.0, 27.0]
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 29
    assert phantom.hu.shape[0] == 30  # the truth keeps its full grid


def test_rescales_take_turns_and_give_the_same_hu(tiny: Make, tmp_path: Path) -> None:
    turns = (Rescale(1.0, -1024.0), Rescale(0.5, -1000.0), Rescale(0.25, -1024.0))
    phantom = tiny(rescales=turns)

    datasets = _read(phantom, tmp_path)

    assert {float(dataset.RescaleSlope) for dataset in datasets} == {1.0, 0.5, 0.25}
    for k, dataset in enumerate(datasets):
        assert np.array_equal(_hu(dataset), phantom.hu[k])


def test_padding_is_stored_below_all_hu_and_named(tiny: Make, tmp_path: Path) -> None:
    phantom = tiny(padding=True)

    dataset = _read(phantom, tmp_path)[0]

    assert dataset.PixelPaddingValue == -2000
    assert phantom.padding is not None
    assert np.array_equal(dataset.pixel_array == -2000, phantom.padding)
    assert "PixelPaddingValue" not in _read(tiny(), tmp_path / "none")[0]


def test_file_names_say_nothing_and_the_order_can_be_shuffled(tiny: Make, tmp_path: Path) -> None:
    paths = run_to_end(write_series(tiny(shuffled=True), tmp_path))
    datasets = [pydicom.dcmread(path, stop_before_pixels=True) for path in paths]

    z = [float(dataset.ImagePositionPatient[2]) for dataset in datasets]
    assert [path.name for path in paths[:2]] == ["IM00001", "IM00002"]
    assert [dataset.InstanceNumber for dataset in datasets] == list(range(1, 31))
    assert z != sorted(z)


def test_the_study_has_the_day_that_was_asked_for(tiny: Make, tmp_path: Path) -> None:
    dataset = _read(tiny(study_date=date(2024, 2, 29)), tmp_path)[0]

    assert dataset.StudyDate == "20240229"
    born = dataset.PatientBirthDate
    assert 30 < 2024 - int(born[:4]) < 80
    assert dataset.PatientSex in {"F", "M"}


def test_writing_reports_its_progress(tiny: Make, tmp_path: Path) -> None:
    reports = list(write_series(tiny(), tmp_path / "new" / "folder"))

    assert reports[0].done == 0
    assert reports[-1].done == reports[-1].total == 30
