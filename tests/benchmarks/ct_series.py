"""CT series and a folder of mixed files for the benchmarks, generated; nobody's body."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    EnhancedSRStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    MRImageStorage,
    RLELossless,
    generate_uid,
)
from scipy.ndimage import gaussian_filter

SYNTAXES = {
    "uncompressed": ExplicitVRLittleEndian,
    "JPEG 2000": JPEG2000Lossless,
    "JPEG-LS": JPEGLSLossless,
    "RLE": RLELossless,
}
DISTINCT = 25
"""Slices with pixels of their own; the others repeat them with another header."""


def stored_slices(size: int) -> Iterator[npt.NDArray[np.uint16]]:
    """Stored values of a trunk with vertebra and noise of about 12 HU, as body kernels have."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    for number in range(DISTINCT):
        hu = np.full((size, size), -1000.0)
        hu[(x / 0.8) ** 2 + (y / 0.6) ** 2 < 1] = -100
        hu[(x / 0.72) ** 2 + (y / 0.52) ** 2 < 1] = 50
        hu[(x / 0.12) ** 2 + ((y - 0.15) / 0.12) ** 2 < 1] = 300 + 200 * np.sin(number / 5)
        noise = gaussian_filter(random.normal(size=(size, size)), 0.7)
        yield np.clip(np.rint(hu + noise * (12 / noise.std())) + 1024, 0, 4095).astype("<u2")


def header(series: str, number: int, size: int) -> Dataset:
    """A CT header with what a scanner writes into it."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=[series, str(number)])
    dataset.StudyDate, dataset.StudyTime = "20240229", "101500"
    dataset.AccessionNumber, dataset.Modality = "1", "CT"
    dataset.Manufacturer, dataset.ManufacturerModelName = "painmap phantom", "benchmark"
    dataset.StudyDescription, dataset.SeriesDescription = "SYNTHETIC", f"series {series}"
    dataset.PatientName, dataset.PatientID = "Phantom^Painmap", "P1"
    dataset.PatientBirthDate, dataset.PatientSex = "19700131", "F"
    dataset.SliceThickness, dataset.KVP, dataset.ConvolutionKernel = 1, 120, "B30f"
    dataset.PatientPosition = "HFS"
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=["benchmark"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=["benchmark", series])
    dataset.SeriesNumber, dataset.InstanceNumber = 2, number + 1
    dataset.ImagePositionPatient = [-200, -200, number]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=["benchmark", "frame"])
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = size
    dataset.PixelSpacing = [400 / size, 400 / size]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = -1024, 1, "HU"
    return dataset


def save(dataset: Dataset, path: Path, syntax: UID) -> None:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path, enforce_file_format=True)


def write_ct(folder: Path, syntax: UID, *, count: int = 400, size: int = 512) -> None:
    """Write one series, file names in no useful order."""
    folder.mkdir(parents=True)
    pixels: list[bytes] = []
    for number, stored in enumerate(stored_slices(size)):
        dataset = header("pixels", number, size)
        dataset.PixelData = stored.tobytes()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        if syntax != ExplicitVRLittleEndian:
            dataset.compress(syntax, generate_instance_uid=False)
        pixels.append(dataset.PixelData)
    packed = syntax != ExplicitVRLittleEndian
    for number in range(count):
        dataset = header(folder.name, number, size)
        dataset.PixelData = pixels[number % DISTINCT]
        dataset["PixelData"].VR = "OB" if packed else "OW"
        dataset["PixelData"].is_undefined_length = packed
        save(dataset, folder / f"{number * 7919 % 10007:05d}", syntax)


def write_mixed(folder: Path, *, files: int = 5000) -> None:
    """Write a folder as an archive leaves it: eight CT series, MR, reports, no DICOM at all."""
    random = np.random.default_rng(2)
    stored = random.integers(0, 4096, (128, 128), dtype=np.uint16).tobytes()
    for number in range(files):
        place = folder / f"{number % 10}"
        place.mkdir(parents=True, exist_ok=True)
        kind = number % 50
        path = place / f"I{number:05d}"
        if kind < 2:
            path.write_bytes(b"\xff\xd8\xff\xe0 no DICOM" + bytes(5000))
            continue
        dataset = header(f"{kind % 8}", number, 128)
        if kind < 4:
            dataset.SOPClassUID, dataset.Modality = EnhancedSRStorage, "SR"
        else:
            if kind < 8:
                dataset.SOPClassUID, dataset.Modality = MRImageStorage, "MR"
                dataset.SeriesInstanceUID = generate_uid(entropy_srcs=["MR", str(kind)])
            dataset.PixelData = stored
            dataset["PixelData"].VR = "OW"
        save(dataset, path, ExplicitVRLittleEndian)
