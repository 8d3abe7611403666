"""Label maps as other programs write them: highdicom, nibabel, and structure sets by pydicom."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import highdicom
import nibabel
import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid

from painmap.domain.progress import run_to_end
from painmap.exchange.import_registry import importer_of
from painmap.exchange.importer import LabelFile
from painmap.exchange.nifti import ras_from_xyz
from painmap.imaging.label_fit import Placed, placing
from painmap.imaging.label_map import LabelMap
from painmap.imaging.slice_mask import rim_of
from painmap.imaging.stack import Stack

Masks = Mapping[str, npt.NDArray[np.bool_]]
"""Name of a structure to (slices, rows, columns) in the order of the stack."""


TYPE_2 = (
    "PatientID PatientName PatientBirthDate PatientSex StudyID StudyDate StudyTime "
    "AccessionNumber ReferringPhysicianName"
)


def blobs(shape: tuple[int, int, int], names: Sequence[str], seed: int = 1) -> Masks:
    """Make structures with holes, islands and overlaps, on some of the slices."""
    random = np.random.default_rng(seed)
    made = {}
    for name in names:
        mask = random.random(shape) < 0.3
        mask[:, :1] = False
        for k in range(shape[0]):
            if random.random() < 0.25:
                mask[k] = False
        mask[shape[0] // 2, shape[1] // 2, shape[2] // 2] = True
        made[name] = mask
    return made


def disjoint(masks: Masks) -> dict[str, npt.NDArray[np.bool_]]:
    """Let each voxel belong to the first structure that has it, as numbered labels do."""
    taken = np.zeros(next(iter(masks.values())).shape, dtype=np.bool_)
    made = {}
    for name, mask in masks.items():
        made[name] = mask & ~taken
        taken |= mask
    return made


def write_seg(
    path: Path,
    stack: Stack,
    masks: Masks,
    *,
    kind: str = "BINARY",
    packed: bool = False,
    code: Any = None,
    edit: Any = None,
) -> Path:
    """Write a segmentation with highdicom; `packed` run-length encodes it."""
    source = [pydicom.dcmread(one.path) for one in stack.slices]
    for each in source:
        # type 2 attributes that the tiny series of the tests leave out, and highdicom wants
        for keyword in TYPE_2.split():
            if keyword not in each:
                setattr(each, keyword, "")
    described = [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=name,
            segmented_property_category=codes.SCT.Tissue,
            segmented_property_type=code or codes.SCT.Muscle,
            algorithm_type="AUTOMATIC",
            algorithm_identification=highdicom.AlgorithmIdentificationSequence(
                "Painter", codes.DCM.ArtificialIntelligence, "1"
            ),
        )
        for number, name in enumerate(masks, 1)
    ]
    pixels: npt.NDArray[Any]
    if kind == "LABELMAP":
        pixels = np.zeros(next(iter(masks.values())).shape, dtype=np.uint8)
        for number, mask in enumerate(masks.values(), 1):
            pixels[mask] = number
    else:
        pixels = np.stack(list(masks.values()), axis=-1).astype(
            np.float32 if kind == "FRACTIONAL" else np.uint8
        )
    made = highdicom.seg.Segmentation(
        source_images=source,
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=described,
        series_instance_uid=generate_uid(),
        series_number=9,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="tests",
        manufacturer_model_name="tests",
        software_versions="1",
        device_serial_number="1",
        transfer_syntax_uid=ExplicitVRLittleEndian,
    )
    if edit is not None:
        edit(made)
    made.save_as(path)
    if packed:
        again = pydicom.dcmread(path)
        # GDCM's encoder aborts on frames of an odd size
        again.compress(RLELossless, encoding_plugin="pylibjpeg")
        again.save_as(path)
    return path


def xyz_affine(stack: Stack) -> npt.NDArray[np.float64]:
    """From (i, j, k) of the stack to RAS millimetres."""
    return ras_from_xyz(stack.require_geometry())


def write_nifti_labels(
    path: Path,
    data: npt.NDArray[Any],
    affine: npt.NDArray[np.float64],
    *,
    axes: str = "",
    second: bool = False,
    extension: bytes = b"",
    **header: Any,
) -> Path:
    """Write labels (slices, rows, columns) with nibabel.

    Parameters
    ----------
    axes : str
        Turn the voxels to these axes first ("RAS", "PSL").
    """
    kind: Any = nibabel.Nifti2Image if second else nibabel.Nifti1Image
    image = kind(np.ascontiguousarray(data.T), affine)
    if axes:
        wanted = nibabel.orientations.axcodes2ornt(tuple(axes))
        there = nibabel.orientations.io_orientation(affine)
        image = image.as_reoriented(nibabel.orientations.ornt_transform(there, wanted))
    image.set_sform(image.affine, code=header.pop("sform_code", 1))
    image.set_qform(header.pop("qform", None), code=header.pop("qform_code", 0))
    for key, value in header.items():
        image.header[key] = value
    if extension:
        image.header.extensions.append(nibabel.nifti1.Nifti1Extension(0, extension))
    nibabel.save(image, path)
    return path


def write_rtstruct(
    path: Path,
    stack: Stack,
    masks: Masks,
    *,
    frame: str | None = None,
    shift_mm: float = 0.0,
    digits: int = 6,
    edit: Any = None,
) -> Path:
    """Write the rims of masks as closed contours, each ring one; holes are rings too."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.PatientName, dataset.PatientID = stack.identity.name, stack.identity.id
    dataset.Modality, dataset.StudyInstanceUID = "RTSTRUCT", stack.study_uid
    dataset.SeriesInstanceUID = generate_uid()
    dataset.OperatorsName = "Painter"
    frame = stack.frame_of_reference_uid if frame is None else frame
    rois, contours = [], []
    for number, (name, mask) in enumerate(masks.items(), 1):
        roi = Dataset()
        roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = number, name, "MANUAL"
        roi.ReferencedFrameOfReferenceUID = frame
        rois.append(roi)
        drawn = Dataset()
        drawn.ReferencedROINumber = number
        drawn.ContourSequence = [
            _contour(stack, k, ring, shift_mm, digits)
            for k in range(len(mask))
            for ring in rim_of(mask[k])
        ]
        contours.append(drawn)
    dataset.StructureSetROISequence, dataset.ROIContourSequence = rois, contours
    if edit is not None:
        edit(dataset)
    dataset.save_as(path, enforce_file_format=True)
    return path


def _contour(
    stack: Stack, k: int, ring: npt.NDArray[np.float64], shift_mm: float, digits: int
) -> Dataset:
    plane = stack.slice_geometry(k)
    assert plane is not None
    item, image = Dataset(), Dataset()
    item.ContourGeometricType = "CLOSED_PLANAR"
    points = np.array([plane.patient_point(*corner) for corner in ring.tolist()])
    points += shift_mm * plane.normal
    item.NumberOfContourPoints = len(points)
    item.ContourData = [f"{part:.{digits}f}" for part in points.ravel()]
    image.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    image.ReferencedSOPInstanceUID = stack.slices[k].sop_uid
    item.ContourImageSequence = [image]
    return item


# --- reading back


def read(path: Path, stack: Stack, *beside: Path) -> LabelMap:
    importer = importer_of(path)
    assert importer is not None, "no importer knows it"
    return run_to_end(importer.read(LabelFile(path, beside), stack))


def placed(label_map: LabelMap, stack: Stack, *, nearest: bool = False) -> Placed:
    numbers = [each.number for each in label_map.structures]
    return run_to_end(placing(label_map, numbers, stack, nearest=nearest))


def as_arrays(label_map: LabelMap, found: Placed, stack: Stack) -> dict[str, npt.NDArray[np.bool_]]:
    """Placed masks as whole volumes, by the structure's name."""
    made = {}
    for structure in label_map.structures:
        whole = np.zeros(stack.shape, dtype=np.bool_)
        for k, mask in found.masks[structure.number].items():
            whole[k] = mask.whole()
        made[structure.name] = whole
    return made
