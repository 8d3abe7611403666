"""Accepted muscles leave as files that other programs read back voxel for voxel."""

import csv
import io
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import highdicom
import nibabel
import numpy as np
import numpy.typing as npt
import pydicom
import pytest

from painmap.domain.anatomy import Side
from painmap.domain.compartment import (
    AreaOrigin,
    Compartment,
    CompartmentStatus,
    LabelSource,
    SliceArea,
)
from painmap.domain.ids import new_id
from painmap.domain.items import Stamp
from painmap.domain.progress import run_to_end
from painmap.exchange.label_exporter import (
    LabelledMuscle,
    LabelledStack,
    all_label_exporters,
)
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack
from painmap.services.anchors import anchor_for
from painmap.services.catalogue import muscles
from painmap.services.label_export import exporting_labels
from tests.domain import builders as make
from tests.imaging.helpers import only_stack
from tests.support.ct import DIRECTIONS, write_series
from tests.support.label_maps import as_arrays, blobs, placed, read

NAMES = ("psoas_major_left", "erector_spinae_right", "multifidus_left")
NOW = datetime(2024, 3, 3, 10, 12, 4, tzinfo=UTC)
VISIT = UUID("01a2174d-e6e6-7291-b37d-ec76ecd607b7")


def stack_of(folder: Path, **fields: Any) -> Stack:
    write_series(folder, **{"count": 5, "rows": 9, "columns": 11} | fields)
    return only_stack(folder)


def muscle(stack: Stack, name: str, mask: npt.NDArray[np.bool_], **fields: Any) -> LabelledMuscle:
    muscle_id, _, side = name.rpartition("_")
    masks = {k: SliceMask.of(mask[k]) for k in range(len(mask)) if mask[k].any()}
    values: dict[str, Any] = {
        "id": new_id(),
        "muscle_id": muscle_id,
        "side": Side(side),
        "anchor": anchor_for(stack, 0),
        "areas": tuple(SliceArea(k, m.sha256, AreaOrigin.DRAWN) for k, m in masks.items()),
        "status": CompartmentStatus.ACCEPTED,
        "stamp": Stamp(3, "dr.weber", NOW),
    }
    return LabelledMuscle(Compartment(**values | fields), masks)


def labelled(stack: Stack, masks: Mapping[str, npt.NDArray[np.bool_]]) -> LabelledStack:
    made = tuple(muscle(stack, name, mask) for name, mask in masks.items())
    return LabelledStack(VISIT, stack, made, muscles())


def written(exporter_id: str, of: LabelledStack) -> Mapping[str, bytes]:
    (exporter,) = (each for each in all_label_exporters() if each.id == exporter_id)
    return exporter.write(of).files


def seg(folder: Path, of: LabelledStack) -> Path:
    path = folder / "muscles.dcm"
    path.write_bytes(written("dicom-seg", of)["dcm"])
    return path


@pytest.mark.parametrize("position", list(DIRECTIONS))
@pytest.mark.parametrize("tilt", [0.0, 14.0])
def test_a_segmentation_reads_back_voxel_for_voxel(
    tmp_path: Path, position: str, tilt: float
) -> None:
    stack = stack_of(tmp_path / "ct", patient_position=position, tilt_degrees=tilt)
    masks = blobs(stack.shape, NAMES)

    label_map = read(seg(tmp_path, labelled(stack, masks)), stack)

    made = as_arrays(label_map, placed(label_map, stack), stack)
    assert list(made) == ["LEFT psoas major", "RIGHT erector spinae", "LEFT multifidus"]
    for mask, found in zip(masks.values(), made.values(), strict=True):
        assert np.array_equal(found, mask)


@pytest.mark.parametrize("columns", [11, 511, 513])
def test_another_library_reads_the_same_from_a_segmentation(tmp_path: Path, columns: int) -> None:
    stack = stack_of(tmp_path / "ct", columns=columns)
    masks = blobs(stack.shape, NAMES)

    found = highdicom.seg.segread(seg(tmp_path, labelled(stack, masks)))

    pixels = found.get_pixels_by_source_instance(
        source_sop_instance_uids=list(stack.sop_uids), ignore_spatial_locations=True
    )
    assert np.array_equal(pixels.astype(bool), np.stack(list(masks.values()), axis=-1))
    told = found.get_segment_description(2)
    assert told.segment_label == "RIGHT erector spinae"
    assert told.segmented_property_type.value == "44947003"
    assert str(found.get_segment_description(1).algorithm_type.value) == "MANUAL"


def test_a_segmentation_says_whose_it_is_how_it_was_drawn_and_that_it_is_accepted(
    tmp_path: Path,
) -> None:
    stack = stack_of(tmp_path / "ct")
    mask = blobs(stack.shape, NAMES)["psoas_major_left"]
    source = LabelSource("NIfTI label map", ("psoas_l",), made_by="Painter", resampled=True)
    one = muscle(stack, "psoas_major_left", mask, source=source)

    dataset = pydicom.dcmread(seg(tmp_path, LabelledStack(VISIT, stack, (one,), muscles())))

    ct = pydicom.dcmread(stack.slices[0].path)
    for keyword in ("PatientName", "PatientID", "StudyInstanceUID", "FrameOfReferenceUID"):
        assert dataset[keyword].value == ct[keyword].value
    (segment,) = dataset.SegmentSequence
    assert segment.SegmentDescription.startswith("accepted, taken in from a NIfTI label map")
    assert "resampled to the nearest voxels" in segment.SegmentDescription
    assert (segment.SegmentAlgorithmType, segment.SegmentAlgorithmName) == (
        "SEMIAUTOMATIC",
        "Painter",
    )
    (kind,) = segment.SegmentedPropertyTypeCodeSequence
    assert kind.CodeValue == "127954009"  # a muscle without a verified code of its own
    assert kind.SegmentedPropertyTypeModifierCodeSequence[0].CodeMeaning == "Left"
    assert segment.TrackingUID == f"2.25.{one.compartment.id.int}"
    assert {
        frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        for frame in dataset.PerFrameFunctionalGroupsSequence
    } <= set(stack.sop_uids)


def test_the_same_muscles_give_the_same_files(tmp_path: Path) -> None:
    stack = stack_of(tmp_path / "ct")
    of = labelled(stack, blobs(stack.shape, NAMES))

    for exporter in all_label_exporters():
        assert exporter.write(of) == exporter.write(of)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dicom3tools is not installed")
@pytest.mark.parametrize("fields", [{}, {"tilt_degrees": 14.0}, {"gaps": (2,)}])
def test_a_validator_finds_no_error_in_a_segmentation(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    stack = stack_of(tmp_path / "ct", **fields)
    path = seg(tmp_path, labelled(stack, blobs(stack.shape, NAMES)))

    ran = subprocess.run(
        ["dciodvfy", str(path)], capture_output=True, text=True, check=False, timeout=60
    )

    said = ran.stdout + ran.stderr
    assert [line for line in said.splitlines() if line.startswith("Error")] == []


def test_uneven_slices_are_in_the_segmentation_and_nifti_says_why_not(tmp_path: Path) -> None:
    stack = stack_of(tmp_path / "ct", gaps=(2,))
    masks = blobs(stack.shape, NAMES)
    of = labelled(stack, masks)

    (nifti,) = (each for each in all_label_exporters() if each.id == "nifti-labels")
    assert nifti.write(of).files == {}
    assert "even slices" in nifti.write(of).words[0]
    label_map = read(seg(tmp_path, of), stack)
    made = as_arrays(label_map, placed(label_map, stack), stack)
    assert np.array_equal(made["LEFT multifidus"], masks["multifidus_left"])


@pytest.mark.parametrize("position", ["HFS", "FFP", "HFDL"])
def test_a_nifti_label_map_reads_back_with_its_names(tmp_path: Path, position: str) -> None:
    stack = stack_of(tmp_path / "ct", patient_position=position)
    masks = {n: m for n, m in blobs(stack.shape, NAMES).items() if n != "erector_spinae_right"}
    masks["multifidus_left"] = masks["multifidus_left"] & ~masks["psoas_major_left"]
    files = written("nifti-labels", labelled(stack, masks))
    path, table = tmp_path / "m.nii.gz", tmp_path / "m.csv"
    path.write_bytes(files["nii.gz"])
    table.write_bytes(files["csv"])

    label_map = read(path, stack)  # the table lies beside it

    made = as_arrays(label_map, placed(label_map, stack), stack)
    assert set(made) == set(masks)
    for name, mask in masks.items():
        assert np.array_equal(made[name], mask)
    image: Any = nibabel.load(path)
    assert image.get_data_dtype() == np.uint8
    assert int(image.header["intent_code"]) == 1002


def test_a_voxel_of_two_muscles_goes_to_the_first_and_is_counted(tmp_path: Path) -> None:
    stack = stack_of(tmp_path / "ct")
    both = blobs(stack.shape, NAMES)
    of = labelled(stack, both)
    (nifti,) = (each for each in all_label_exporters() if each.id == "nifti-labels")

    made = nifti.write(of)

    rows = list(csv.DictReader(io.StringIO(made.files["csv"].decode("utf-8-sig"))))
    first, second, third = both.values()
    assert [row["status"] for row in rows] == ["accepted"] * 3
    assert [int(row["voxels"]) for row in rows] == [int(each.sum()) for each in both.values()]
    given = [0, int((second & first).sum()), int((third & (first | second)).sum())]
    assert [int(row["voxels_given_to_others"]) for row in rows] == given
    assert f"{sum(given)} voxels" in made.words[0]


def test_only_accepted_muscles_leave_and_the_others_are_counted(tmp_path: Path) -> None:
    stack = stack_of(tmp_path / "ct")
    masks = blobs(stack.shape, NAMES)
    of = labelled(stack, masks)
    content = {m.sha256: m.encoded() for each in of.muscles for m in each.masks.values()}
    first, *others = (each.compartment for each in of.muscles)
    proposed = [replace(each, status=CompartmentStatus.PROPOSED) for each in others]

    some = run_to_end(
        exporting_labels(
            replace(make.visit(), compartments=(first, *proposed)),
            stack,
            muscles(),
            content.__getitem__,
        )
    )
    none = run_to_end(
        exporting_labels(
            replace(make.visit(), compartments=tuple(proposed)),
            stack,
            muscles(),
            content.__getitem__,
        )
    )

    dataset = pydicom.dcmread(io.BytesIO(some.files["dcm"]))
    assert [each.SegmentLabel for each in dataset.SegmentSequence] == ["LEFT psoas major"]
    assert some.words == ("2 muscles not accepted yet: left out of the label maps.",)
    assert none.files == {}
