"""Tiny CT series, written as DICOM by arguments: one trap at a time, a few kilobytes each."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"

Vector = tuple[float, float, float]

DIRECTIONS: dict[str, tuple[Vector, Vector]] = {
    "HFS": ((1, 0, 0), (0, 1, 0)),
    "HFP": ((-1, 0, 0), (0, -1, 0)),
    "FFS": ((-1, 0, 0), (0, 1, 0)),
    "FFP": ((1, 0, 0), (0, -1, 0)),
    "HFDR": ((0, 1, 0), (-1, 0, 0)),
    "HFDL": ((0, -1, 0), (1, 0, 0)),
    "FFDR": ((0, 1, 0), (1, 0, 0)),
    "FFDL": ((0, -1, 0), (-1, 0, 0)),
}
"""Row and column direction in patient LPS of a slice as the gantry sees it."""

CORONAL: tuple[Vector, Vector] = ((1, 0, 0), (0, 0, -1))
SAGITTAL: tuple[Vector, Vector] = ((0, 1, 0), (0, 0, -1))

Field = Callable[[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]], npt.NDArray[Any]]


def ramp(x: npt.NDArray[Any], y: npt.NDArray[Any], z: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """HU that tell every place apart; whole numbers at tenths of a millimetre."""
    result: npt.NDArray[np.float64] = np.rint(10 * x + 3 * y + z)
    return result


def write_series(
    folder: Path,
    *,
    count: int = 6,
    rows: int = 12,
    columns: int = 16,
    pixel_mm: tuple[float, float] = (0.9, 0.6),
    step_mm: float = 3.0,
    origin: Vector = (-5.0, -8.0, 100.0),
    directions: tuple[Vector, Vector] | None = None,
    patient_position: str = "HFS",
    tilt_degrees: float = 0.0,
    gaps: Sequence[int] = (),
    offsets: dict[int, Vector] | None = None,
    repeats: Sequence[int] = (),
    field: Field = ramp,
    slopes: Sequence[float] = (1.0,),
    intercepts: Sequence[float] = (-1024.0,),
    signed: bool = False,
    bits_stored: int = 16,
    high_bit: int | None = None,
    padding: int | None = None,
    padding_limit: int | None = None,
    padded: Callable[[npt.NDArray[Any]], None] | None = None,
    thickness: float | None = None,
    frame_of_reference: str | None = "1.2.3.4.5",
    localizer: bool = False,
    synthetic: bool = False,
    study_uid: str = "1.2.3.4",
    series_uid: str = "1.2.3.4.1",
    series_number: int = 2,
    name: str = "Doe^Jane",
    patient_id: str = "P1",
    transfer_syntax: str = ExplicitVRLittleEndian,
    first_number: int = 1,
    edit: Callable[[Dataset, int], None] | None = None,
) -> list[Path]:
    """Write a CT series.

    Parameters
    ----------
    pixel_mm : (row, column)
        Not square by default, so that a swap shows.
    tilt_degrees : float
        Slices turned about their row direction, stacked along the untilted normal.
    gaps : sequence of int
        Slices left out, by number from 0.
    offsets : dict
        Millimetres added to the position of single slices.
    repeats : sequence of int
        Slices written a second time: other SOP UID, same place, other pixels.
    field : callable
        HU at patient LPS millimetres, so that orientation is tested by content.
    slopes, intercepts : sequences
        Taken in turn, slice by slice.
    padded : callable
        Puts stored padding values into the stored array of a slice.
    edit : callable
        A last change to each data set, with its number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    along_row, along_column = _turned(directions or DIRECTIONS[patient_position], tilt_degrees)
    flat = np.cross(*(directions or DIRECTIONS[patient_position]))
    numbers = [number for number in range(count) if number not in gaps]
    paths = []
    for order, number in enumerate([*numbers, *repeats]):
        place = np.array(origin) + number * step_mm * flat
        place = place + np.array((offsets or {}).get(number, (0, 0, 0)))
        slope, intercept = slopes[order % len(slopes)], intercepts[order % len(intercepts)]
        hu = _hu(field, place, along_row, along_column, pixel_mm, (rows, columns))
        stored = np.rint((hu - intercept) / slope).astype(np.int64)
        if order >= len(numbers):
            stored += 1
        if padded is not None:
            padded(stored)
        dataset = _header(name, patient_id, patient_position, synthetic)
        dataset.SOPClassUID = CT_IMAGE
        dataset.SOPInstanceUID = generate_uid(entropy_srcs=[series_uid, str(order)])
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study_uid, series_uid
        dataset.SeriesNumber, dataset.InstanceNumber = series_number, first_number + order
        middle = "LOCALIZER" if localizer else "AXIAL"
        dataset.ImageType = ["ORIGINAL", "PRIMARY", middle]
        if frame_of_reference is not None:
            dataset.FrameOfReferenceUID = frame_of_reference
        dataset.ImagePositionPatient = [_ds(part) for part in place]
        dataset.ImageOrientationPatient = [_ds(part) for part in (*along_row, *along_column)]
        dataset.PixelSpacing = list(pixel_mm)
        dataset.SliceThickness = step_mm if thickness is None else thickness
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, intercept
        dataset.RescaleType = "HU"
        if padding is not None:
            dataset.add_new("PixelPaddingValue", "SS" if signed else "US", padding)
        if padding_limit is not None:
            dataset.add_new("PixelPaddingRangeLimit", "SS" if signed else "US", padding_limit)
        _pixels(dataset, stored, signed, bits_stored, high_bit)
        if edit is not None:
            edit(dataset, order)
        # names that sort in no useful order, without a suffix
        path = folder / f"{(order * 7919) % 10007:05d}"
        save(dataset, path, transfer_syntax)
        paths.append(path)
    return paths


def write_enhanced(
    path: Path,
    *,
    count: int = 4,
    rows: int = 8,
    columns: int = 10,
    rescale_type: str = "HU",
    slopes: Sequence[float] = (1.0, 2.0),
    edit: Callable[[Dataset], None] | None = None,
) -> Path:
    """Write one multi-frame CT: frames in reverse order, a rescale slope of its own each."""
    dataset = _header("Doe^Jane", "P1", "HFS", synthetic=False)
    dataset.SOPClassUID = ENHANCED_CT
    dataset.SOPInstanceUID = "1.2.3.4.9.1"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3.4", "1.2.3.4.9"
    dataset.FrameOfReferenceUID = "1.2.3.4.5"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    dataset.NumberOfFrames = count
    shared = Dataset()
    shared.PlaneOrientationSequence = [Dataset()]
    shared.PlaneOrientationSequence[0].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence = [Dataset()]
    shared.PixelMeasuresSequence[0].PixelSpacing = [0.9, 0.6]
    shared.PixelMeasuresSequence[0].SliceThickness = 2
    dataset.SharedFunctionalGroupsSequence = [shared]
    frames, stored = [], []
    for number in range(count):
        place = np.array((-5.0, -8.0, 100.0 - 2 * number))
        slope = slopes[number % len(slopes)]
        hu = _hu(ramp, place, np.array((1, 0, 0)), np.array((0, 1, 0)), (0.9, 0.6), (rows, columns))
        stored.append(np.rint((2 * np.rint(hu / 2) + 1024) / slope))
        frame = Dataset()
        frame.PlanePositionSequence = [Dataset()]
        frame.PlanePositionSequence[0].ImagePositionPatient = list(place)
        frame.PixelValueTransformationSequence = [Dataset()]
        transform = frame.PixelValueTransformationSequence[0]
        transform.RescaleSlope, transform.RescaleIntercept = slope, -1024
        transform.RescaleType = rescale_type
        frames.append(frame)
    dataset.PerFrameFunctionalGroupsSequence = frames
    _pixels(dataset, np.array(stored), signed=False, bits_stored=16, high_bit=None)
    dataset.Rows, dataset.Columns = rows, columns
    if edit is not None:
        edit(dataset)
    save(dataset, path)
    return path


def save(dataset: Dataset, path: Path, transfer_syntax: str = ExplicitVRLittleEndian) -> None:
    """Write with preamble and file meta."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = transfer_syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", CT_IMAGE)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID") or "1.2.3.9"
    dataset.save_as(path, enforce_file_format=True)


def _ds(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")[:16]


def _turned(
    directions: tuple[Vector, Vector], degrees: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Turn the column direction about the row direction."""
    along_row, along_column = (np.array(one, dtype=np.float64) for one in directions)
    angle = np.radians(degrees)
    normal = np.cross(along_row, along_column)
    return along_row, along_column * np.cos(angle) + normal * np.sin(angle)


def _hu(
    field: Field,
    place: npt.NDArray[Any],
    along_row: npt.NDArray[Any],
    along_column: npt.NDArray[Any],
    pixel_mm: tuple[float, float],
    shape: tuple[int, int],
) -> npt.NDArray[Any]:
    row, column = np.indices(shape)
    points = (
        place
        + row[..., None] * pixel_mm[0] * along_column
        + column[..., None] * pixel_mm[1] * along_row
    )
    return field(points[..., 0], points[..., 1], points[..., 2])


def _header(name: str, patient_id: str, patient_position: str, synthetic: bool) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.Modality = "CT"
    dataset.PatientName, dataset.PatientID = name, patient_id
    dataset.PatientBirthDate, dataset.PatientSex = "19700131", "F"
    dataset.StudyDate, dataset.StudyDescription = "20240229", "Lumbar spine"
    dataset.SeriesDescription, dataset.BodyPartExamined = "tiny", "LSPINE"
    dataset.PatientPosition = patient_position
    if synthetic:
        dataset.Manufacturer = "painmap phantom"
        dataset.ImageComments = "SYNTHETIC PHANTOM, NOT A PATIENT"
    return dataset


def _pixels(
    dataset: Dataset,
    stored: npt.NDArray[Any],
    signed: bool,
    bits_stored: int,
    high_bit: int | None,
) -> None:
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored = 16, bits_stored
    dataset.HighBit = bits_stored - 1 if high_bit is None else high_bit
    dataset.PixelRepresentation = int(signed)
    mask = (1 << bits_stored) - 1
    shift = dataset.HighBit + 1 - bits_stored
    # what is outside the stored bits is set on purpose: a reader must clear it
    junk = 0xFFFF & ~(mask << shift) if high_bit is not None else 0
    packed = ((stored.astype(np.int64) & mask) << shift) | junk
    dataset.PixelData = packed.astype("<u2").tobytes()
