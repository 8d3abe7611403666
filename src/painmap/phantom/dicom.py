"""Write a phantom as a DICOM CT series; every header says that it is synthetic."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian
from pydicom.valuerep import DSfloat

from painmap.domain.progress import Job, Progress
from painmap.phantom.geometry import image_axes
from painmap.phantom.options import PhantomOptions, Rescale
from painmap.phantom.truth import Phantom

UID_ROOT: Final = "2.25.283946107519384726155093847261550938."
"""Our own root after ISO/IEC 9834-8 (2.25 needs no registration); marks every phantom UID."""

UID_DIGITS: Final = 18
"""Digits of hash after the root: 64 characters is a UID's limit."""

PADDING_STORED: Final = -2000
"""Stored value outside the scan circle, as common scanners write it."""

PATIENT_NAME: Final = "Phantom^Painmap"
NOT_A_PATIENT: Final = "SYNTHETIC PHANTOM, NOT A PATIENT"

KVP: Final = 120
STEPS_A_REPORT: Final = 8


def write_series(phantom: Phantom, folder: Path) -> Job[list[Path]]:
    """Write one file a slice into `folder`, which is made if it is missing.

    File names say nothing; missing slices are left out, duplicates come twice, each with
    a SOP Instance UID of its own.

    Yields
    ------
    Progress
        Files written.

    Returns
    -------
    list of Path
        In the order of the file names.

    Raises
    ------
    OSError
        The folder cannot be made or written.
    """
    options = phantom.options
    folder.mkdir(parents=True, exist_ok=True)
    order = list(_written(options))
    if options.shuffled:
        random = np.random.default_rng(options.seed)
        order = [order[n] for n in random.permutation(len(order))]
    written = []
    for number, (k, copy) in enumerate(order, start=1):
        if (number - 1) % STEPS_A_REPORT == 0:
            yield Progress(number - 1, len(order), "Writing slices of the phantom")
        path = folder / f"IM{number:05d}"
        _dataset(phantom, k, copy, number).save_as(path, enforce_file_format=True)
        written.append(path)
    yield Progress(len(order), len(order), "Writing slices of the phantom")
    return written


def _written(options: PhantomOptions) -> Iterator[tuple[int, int]]:
    """Give (slice k, copy) of every file."""
    for k in options.grid_k:
        if k not in options.missing_slices:
            yield k, 0
        if k in options.duplicate_slices:
            yield k, 1


def uid(role: str, *what: object) -> UID:
    """Give the UID of something under our root: the same for the same `what`."""
    text = "\x1f".join([role, *(repr(each) for each in what)])
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest())
    return UID(f"{UID_ROOT}{digest % (9 * 10 ** (UID_DIGITS - 1)) + 10 ** (UID_DIGITS - 1)}")


def study_uid(options: PhantomOptions) -> UID:
    """Give the study's UID: one study a body and day, however it is scanned."""
    return uid("study", options.seed, options.study_date.isoformat())


def series_uid(options: PhantomOptions) -> UID:
    """Give the series' UID."""
    return uid("series", options)


def _dataset(phantom: Phantom, k: int, copy: int, number: int) -> Dataset:
    options = phantom.options
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = uid("instance", options, k, copy)
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    _describe_patient(dataset, phantom)
    _describe_study(dataset, options)
    _describe_place(dataset, phantom, k)
    dataset.InstanceNumber = number
    dataset.AcquisitionNumber = 1
    _put_pixels(dataset, phantom, k, options.rescales[k % len(options.rescales)])
    return dataset


def _describe_patient(dataset: Dataset, phantom: Phantom) -> None:
    options, person = phantom.options, phantom.body.person
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.PatientName = PATIENT_NAME
    dataset.PatientID = f"PHANTOM-{options.seed}"
    dataset.IssuerOfPatientID = "painmap phantom"
    born = date(options.study_date.year - person.age, 1 + options.seed % 12, 1 + options.seed % 28)
    dataset.PatientBirthDate = born.strftime("%Y%m%d")
    dataset.PatientSex = "F" if person.female else "M"
    dataset.PatientComments = NOT_A_PATIENT


def _describe_study(dataset: Dataset, options: PhantomOptions) -> None:
    day = options.study_date.strftime("%Y%m%d")
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.SyntheticData = "YES"
    for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
        setattr(dataset, keyword, day)
    for keyword in ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime"):
        setattr(dataset, keyword, "100000")
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyID = f"{options.seed}"
    dataset.Modality = "CT"
    dataset.Manufacturer = "painmap phantom"
    dataset.ManufacturerModelName = "SYNTHETIC lumbar phantom"
    dataset.StudyDescription = "SYNTHETIC lumbar phantom"
    dataset.SeriesDescription = f"SYNTHETIC lumbar axial {options.slice_step_mm:g} mm"
    dataset.ProtocolName = "SYNTHETIC"
    dataset.ImageComments = NOT_A_PATIENT
    dataset.BodyPartExamined = "LSPINE"
    dataset.BurnedInAnnotation = "NO"
    dataset.KVP = KVP
    dataset.ConvolutionKernel = "SYNTHETIC-SOFT"
    dataset.StudyInstanceUID = study_uid(options)
    dataset.SeriesInstanceUID = series_uid(options)
    dataset.FrameOfReferenceUID = uid("frame", options)
    dataset.PositionReferenceIndicator = ""
    dataset.SeriesNumber = 2


def _describe_place(dataset: Dataset, phantom: Phantom, k: int) -> None:
    options = phantom.options
    first = phantom.patient_points((k, 0, 0))
    dataset.PatientPosition = str(options.patient_position)
    dataset.ImagePositionPatient = [_decimal(value) for value in first]
    dataset.ImageOrientationPatient = [_decimal(value) for value in image_axes(options).ravel()]
    dataset.GantryDetectorTilt = _decimal(options.gantry_tilt_deg)
    dataset.SliceThickness = _decimal(options.thickness_mm)
    dataset.SliceLocation = _decimal(float(first[2]))
    dataset.PixelSpacing = [_decimal(value) for value in options.pixel_spacing]
    dataset.ReconstructionDiameter = _decimal(options.columns * options.pixel_spacing[1])


def _decimal(value: float) -> DSfloat:
    """Give a number as DICOM writes it: up to 16 characters, -0 as 0."""
    return DSfloat(float(value) + 0.0, auto_format=True)


def _put_pixels(dataset: Dataset, phantom: Phantom, k: int, rescale: Rescale) -> None:
    hu = phantom.hu[k].astype(np.float64)
    stored = np.rint((hu - rescale.intercept) / rescale.slope).astype(np.int16)
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated = 16
    dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 1
    if phantom.padding is not None:
        stored[phantom.padding] = PADDING_STORED
        dataset.PixelPaddingValue = PADDING_STORED
    dataset.RescaleIntercept = _decimal(rescale.intercept)
    dataset.RescaleSlope = _decimal(rescale.slope)
    dataset.RescaleType = "HU"
    dataset.WindowCenter = "40"
    dataset.WindowWidth = "400"
    dataset.PixelData = _little_endian(stored)


def _little_endian(stored: npt.NDArray[np.int16]) -> bytes:
    return stored.astype("<i2").tobytes()
