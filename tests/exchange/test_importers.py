"""Label maps of every format come back voxel for voxel, or are refused in one sentence."""

from itertools import permutations
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt
import pydicom
import pytest

from painmap.domain.anatomy import Side
from painmap.domain.errors import PainmapError
from painmap.exchange.import_registry import all_importers, importer_of
from painmap.exchange.label_errors import LabelMapError, LabelProblem
from painmap.exchange.label_tables import names_in
from painmap.imaging.label_fit import Fit, fit_of
from painmap.imaging.stack import Stack
from tests.imaging.helpers import only_stack, scan
from tests.support.ct import DIRECTIONS, write_series
from tests.support.label_maps import (
    Masks,
    as_arrays,
    blobs,
    disjoint,
    placed,
    read,
    write_nifti_labels,
    write_rtstruct,
    write_seg,
    xyz_affine,
)

NAMES = ("autochthon_left", "autochthon_right", "psoas_major_left")


def series(folder: Path, **fields: Any) -> Stack:
    # eleven columns: a frame of bits does not end with a byte
    write_series(folder, **{"count": 5, "rows": 9, "columns": 11} | fields)
    return only_stack(folder)


def numbered(masks: Masks, kind: Any = np.uint8) -> npt.NDArray[Any]:
    whole = np.zeros(next(iter(masks.values())).shape, dtype=kind)
    for number, mask in enumerate(masks.values(), 1):
        whole[mask] = number
    return whole


def assert_same(path: Path, stack: Stack, masks: Masks, *beside: Path) -> None:
    label_map = read(path, stack, *beside)

    assert fit_of(label_map, stack) is Fit.SAME_GRID
    found = placed(label_map, stack)
    made = as_arrays(label_map, found, stack)
    assert set(made) == set(masks)
    for name, mask in masks.items():
        assert np.array_equal(made[name], mask), name
    assert set(found.outside.values()) == {0}


# --- round trips


@pytest.mark.parametrize("position", list(DIRECTIONS))
@pytest.mark.parametrize("tilt", [0.0, 14.0])
def test_a_segmentation_comes_back_voxel_for_voxel(
    tmp_path: Path, position: str, tilt: float
) -> None:
    stack = series(tmp_path / "ct", patient_position=position, tilt_degrees=tilt)
    masks = blobs(stack.shape, NAMES)

    path = write_seg(tmp_path / "seg.dcm", stack, masks)

    assert_same(path, stack, masks)


@pytest.mark.parametrize("columns", [8, 13, 16, 511, 513])
def test_bits_are_found_at_any_width(tmp_path: Path, columns: int) -> None:
    stack = series(tmp_path / "ct", count=3, rows=5, columns=columns)
    masks = blobs(stack.shape, NAMES)

    assert_same(write_seg(tmp_path / "seg.dcm", stack, masks), stack, masks)


@pytest.mark.parametrize("kind", ["FRACTIONAL", "LABELMAP"])
@pytest.mark.parametrize("packed", [False, True])
def test_other_kinds_of_segmentation_come_back_as_well(
    tmp_path: Path, kind: str, packed: bool
) -> None:
    stack = series(tmp_path / "ct")
    masks = disjoint(blobs(stack.shape, NAMES))

    path = write_seg(tmp_path / "seg.dcm", stack, masks, kind=kind, packed=packed)

    assert_same(path, stack, masks)


def test_slices_that_are_not_evenly_spaced_keep_their_own_masks(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct", count=7, gaps=(2, 3))
    masks = blobs(stack.shape, NAMES)

    assert_same(write_seg(tmp_path / "seg.dcm", stack, masks), stack, masks)
    assert_same(write_rtstruct(tmp_path / "rt.dcm", stack, masks), stack, masks)


@pytest.mark.parametrize("position", list(DIRECTIONS))
@pytest.mark.parametrize("tilt", [0.0, 14.0])
def test_contours_come_back_pixel_for_pixel(tmp_path: Path, position: str, tilt: float) -> None:
    stack = series(tmp_path / "ct", patient_position=position, tilt_degrees=tilt)
    masks = blobs(stack.shape, NAMES)

    assert_same(write_rtstruct(tmp_path / "rt.dcm", stack, masks), stack, masks)


@pytest.mark.parametrize("axes", ["".join(order) for order in permutations("RAS")] + ["LPI", "SLA"])
@pytest.mark.parametrize("position", ["HFS", "FFP", "HFDR"])
def test_a_nifti_comes_back_whichever_way_its_voxels_run(
    tmp_path: Path, axes: str, position: str
) -> None:
    stack = series(tmp_path / "ct", patient_position=position)
    masks = disjoint(blobs(stack.shape, NAMES))
    table = tmp_path / "names.json"
    table.write_text('{"1": "autochthon_left", "2": "autochthon_right", "3": "psoas_major_left"}')

    path = write_nifti_labels(
        tmp_path / "map.nii.gz", numbered(masks), xyz_affine(stack), axes=axes
    )

    assert_same(path, stack, masks, table)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.float32, np.float64, ">i2"])
@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_file_of_one_structure_is_named_after_it(
    tmp_path: Path, kind: Any, second: bool, ending: str
) -> None:
    stack = series(tmp_path / "ct")
    masks = {"iliopsoas_right": blobs(stack.shape, NAMES)["autochthon_left"]}
    data = numbered(masks).astype(kind)

    path = write_nifti_labels(
        tmp_path / f"iliopsoas_right{ending}", data, xyz_affine(stack), second=second
    )

    assert_same(path, stack, masks)


def test_a_tilted_stack_lies_in_a_sheared_nifti(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct", tilt_degrees=15.0)
    masks = {"one": blobs(stack.shape, NAMES)["autochthon_left"]}

    path = write_nifti_labels(tmp_path / "one.nii.gz", numbered(masks), xyz_affine(stack))

    assert_same(path, stack, masks)


# --- names


TOTALSEGMENTATOR = (
    b'<?xml version="1.0" encoding="UTF-8"?> <CaretExtension><VolumeInformation Index="0">'
    b"<LabelTable>"
    b'<Label Key="1" Red="1" Green="0" Blue="0" Alpha="1"><![CDATA[autochthon_left]]></Label>'
    b'<Label Key="2" Red="1" Green="0" Blue="0" Alpha="1"><![CDATA[autochthon_right]]></Label>'
    b'<Label Key="3" Red="1" Green="0" Blue="0" Alpha="1"><![CDATA[psoas_major_left]]></Label>'
    b"</LabelTable></VolumeInformation></CaretExtension>      \n    "
)


def test_names_are_read_from_the_header_where_totalsegmentator_puts_them(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    masks = disjoint(blobs(stack.shape, NAMES))
    path = write_nifti_labels(
        tmp_path / "ml.nii.gz", numbered(masks), xyz_affine(stack), extension=TOTALSEGMENTATOR
    )

    assert [each.name for each in read(path, stack).structures] == list(NAMES)


TABLES = {
    "a.json": '{"labels": [{"anatomy": "psoas major", "side": "left", "value": 1}]}',
    "b.json": '{"psoas major left": 1}',
    "c.csv": "value,name\n1,psoas major left\n",
    "d.csv": "psoas;1\n".replace("psoas;1", "name;id\npsoas major left;1"),
    "e.tsv": "1\tpsoas major left\n",
    "f.txt": '# ITK-SNAP\n    1   255    0    0        1  1  1    "psoas major left"\n',
    "g.txt": "1 psoas major left\n",
    "h.ctbl": "# colour table\n1 psoas_major_left 255 0 0 255\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_names_are_read_in_every_usual_form(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(TABLES[name], encoding="utf-8")

    assert {n: words.replace("_", " ") for n, words in names_in(path).items()} == {
        1: "psoas major left"
    }


@pytest.mark.parametrize("words", ["", "{", "[1, 2]", "name\n", '{"a": 1.5}', "x\ny\n", "[[[["])
def test_a_table_that_is_none_is_refused(tmp_path: Path, words: str) -> None:
    path = tmp_path / ("t.json" if words[:1] in "{[" and words else "t.csv")
    path.write_text(words, encoding="utf-8")

    with pytest.raises(LabelMapError) as caught:
        names_in(path)

    assert caught.value.problem is LabelProblem.TABLE


def test_without_a_table_numbers_stay_numbers(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    masks = disjoint(blobs(stack.shape, NAMES))
    path = write_nifti_labels(tmp_path / "map.nii", numbered(masks), xyz_affine(stack))

    assert [each.name for each in read(path, stack).structures] == ["label 1", "label 2", "label 3"]


def test_who_made_a_segmentation_and_its_codes_are_kept(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")

    def sided(dataset: Any) -> None:
        kind = dataset.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0]
        kind.CodeValue, kind.CodingSchemeDesignator = "44947003", "SCT"
        side = pydicom.Dataset()
        side.CodeValue, side.CodingSchemeDesignator, side.CodeMeaning = "7771000", "SCT", "Left"
        kind.SegmentedPropertyTypeModifierCodeSequence = [side]

    path = write_seg(tmp_path / "seg.dcm", stack, blobs(stack.shape, ("ES",)), edit=sided)

    (structure,) = read(path, stack).structures
    assert structure.side is Side.LEFT
    assert ("SCT", "44947003") in structure.codes
    assert structure.made_by == "Painter"


# --- other grids


def test_a_coarser_map_goes_to_the_nearest_voxels_only_when_asked(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct", count=8, rows=12, columns=14, pixel_mm=(1.0, 1.0), step_mm=2.0)
    coarse = series(
        tmp_path / "coarse",
        count=4,
        rows=6,
        columns=7,
        pixel_mm=(2.0, 2.0),
        step_mm=4.0,
        # their first voxels cover the same corner
        origin=(-4.5, -7.5, 101.0),
    )
    mask = blobs(coarse.shape, NAMES)["autochthon_left"]
    path = write_nifti_labels(
        tmp_path / "m.nii", mask.astype(np.uint8), xyz_affine(coarse), axes="RAS"
    )

    label_map = read(path, stack)

    assert fit_of(label_map, stack) is Fit.OTHER_GRID
    found = as_arrays(label_map, placed(label_map, stack, nearest=True), stack)["m"]
    assert np.array_equal(found, mask.repeat(2, 0).repeat(2, 1).repeat(2, 2))


def test_nearest_agrees_with_a_search_voxel_by_voxel_on_a_turned_grid(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct", count=6, rows=10, columns=9, step_mm=2.0, pixel_mm=(1.1, 1.3))
    mask = blobs((7, 8, 8), NAMES)["autochthon_left"]
    angle = np.radians(20)
    turn, lean = np.eye(4), np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    lean[1:3, 1:3] = [[np.cos(0.1), -np.sin(0.1)], [np.sin(0.1), np.cos(0.1)]]
    turn = turn @ lean
    affine = turn @ np.diag((1.7, 1.6, 2.3, 1.0))
    middle = stack.require_geometry().patient_point(2.5, 4.5, 4.0)
    affine[:3, 3] = np.array((-middle.x, -middle.y, middle.z)) - affine[:3, :3] @ (3.5, 3.5, 3.0)
    path = write_nifti_labels(tmp_path / "m.nii", mask.astype(np.uint8), affine)

    label_map = read(path, stack)
    found = as_arrays(label_map, placed(label_map, stack, nearest=True), stack)["m"]

    k, j, i = np.indices(stack.shape)
    points = stack.require_geometry().patient_points(np.stack((k, j, i), axis=-1))
    ras = points * (-1, -1, 1)
    inverse = np.linalg.inv(nibabel.load(path).affine)
    at = ras @ inverse[:3, :3].T + inverse[:3, 3]
    whole = np.floor(at + 0.5).astype(int)
    inside = np.all((whole >= 0) & (whole < (8, 8, 7)), axis=-1)
    wanted = np.zeros(stack.shape, dtype=bool)
    wanted[inside] = mask[whole[inside, 2], whole[inside, 1], whole[inside, 0]]
    sure = np.abs(at - np.floor(at) - 0.5).min(axis=-1) > 1e-3
    assert wanted.any()
    assert np.array_equal(found[sure], wanted[sure])


def test_a_map_of_every_second_slice_of_a_finer_series_fits_what_is_there(tmp_path: Path) -> None:
    fine = series(tmp_path / "fine", count=9, step_mm=1.0)
    stack = series(tmp_path / "ct", count=5, step_mm=2.0)
    mask = blobs(fine.shape, NAMES)["autochthon_left"]
    path = write_nifti_labels(tmp_path / "m.nii", mask.astype(np.uint8), xyz_affine(fine))

    assert_same(path, stack, {"m": mask[::2]})


def test_what_lies_beyond_the_open_slices_is_counted(tmp_path: Path) -> None:
    whole = series(tmp_path / "whole", count=6, rows=9, columns=11)
    part = series(tmp_path / "part", count=4, rows=7, columns=8)
    mask = blobs(whole.shape, NAMES)["autochthon_left"]
    path = write_nifti_labels(tmp_path / "m.nii", mask.astype(np.uint8), xyz_affine(whole))

    label_map = read(path, part)
    found = placed(label_map, part)

    assert fit_of(label_map, part) is Fit.SAME_GRID
    assert np.array_equal(as_arrays(label_map, found, part)["m"], mask[:4, :7, :8])
    assert found.outside == {1: int(mask.sum() - mask[:4, :7, :8].sum())}


def test_a_shift_of_a_fiftieth_of_a_millimetre_is_another_grid(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    mask = blobs(stack.shape, NAMES)["autochthon_left"].astype(np.uint8)
    affine = xyz_affine(stack)
    near, far = affine.copy(), affine.copy()
    near[0, 3] += 0.005
    far[0, 3] += 0.02

    fits = [
        fit_of(read(write_nifti_labels(tmp_path / f"{n}.nii", mask, each), stack), stack)
        for n, each in enumerate((near, far))
    ]

    assert fits == [Fit.SAME_GRID, Fit.OTHER_GRID]


def test_a_map_of_another_place_lies_apart(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    mask = blobs(stack.shape, NAMES)["autochthon_left"].astype(np.uint8)
    affine = xyz_affine(stack)
    affine[2, 3] += 500

    path = write_nifti_labels(tmp_path / "m.nii", mask, affine)

    assert fit_of(read(path, stack), stack) is Fit.APART


def test_contours_between_slices_go_to_the_nearest_only_when_asked(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    masks = blobs(stack.shape, ("one",))
    path = write_rtstruct(tmp_path / "rt.dcm", stack, masks, shift_mm=0.8)

    label_map = read(path, stack)

    assert fit_of(label_map, stack) is Fit.OTHER_GRID
    found = as_arrays(label_map, placed(label_map, stack, nearest=True), stack)
    assert np.array_equal(found["one"], masks["one"])


# --- refused


def refused(path: Path, stack: Stack) -> LabelProblem:
    with pytest.raises(LabelMapError) as caught:
        read(path, stack)
    assert caught.value.message.endswith(".")
    return caught.value.problem


def test_what_is_no_label_map_is_known_by_no_importer(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    words = tmp_path / "a.txt"
    words.write_text("hello")

    assert importer_of(stack.slices[0].path) is None
    assert importer_of(words) is None
    assert importer_of(tmp_path / "not there") is None
    assert [each.id for each in all_importers()] == ["dicom-seg", "nifti", "rtstruct"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"sform_code": 0}, LabelProblem.NO_PLACE),
        ({"sform_code": 4}, LabelProblem.ATLAS),
        ({"qform": np.diag((1.0, 1.0, 1.0, 1.0)), "qform_code": 1}, LabelProblem.TWO_PLACES),
    ],
)
def test_a_nifti_that_does_not_say_where_it_lies_is_refused(
    tmp_path: Path, fields: dict[str, Any], problem: LabelProblem
) -> None:
    stack = series(tmp_path / "ct")
    mask = blobs(stack.shape, NAMES)["autochthon_left"].astype(np.uint8)

    path = write_nifti_labels(tmp_path / "m.nii", mask, xyz_affine(stack), **fields)

    assert refused(path, stack) is problem


@pytest.mark.parametrize("value", [-1, 70_000, 0.5, np.nan])
def test_a_picture_is_no_label_map(tmp_path: Path, value: float) -> None:
    stack = series(tmp_path / "ct")
    data = np.zeros(stack.shape, dtype=np.float32)
    data[1, 2, 3] = value

    path = write_nifti_labels(tmp_path / "m.nii", data, xyz_affine(stack))

    assert refused(path, stack) is LabelProblem.NOT_LABELS


def test_grey_levels_and_colours_are_no_labels(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct", rows=30, columns=30)
    ramp = np.arange(np.prod(stack.shape), dtype=np.uint16).reshape(stack.shape)
    colours = np.zeros(stack.shape, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])

    for n, data in enumerate((ramp, colours)):
        path = write_nifti_labels(tmp_path / f"{n}.nii", data, xyz_affine(stack))
        assert refused(path, stack) is LabelProblem.NOT_LABELS


def test_an_empty_map_and_several_volumes_are_refused(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    empty = np.zeros(stack.shape, dtype=np.uint8)
    path = write_nifti_labels(tmp_path / "e.nii", empty, xyz_affine(stack))
    over_time = nibabel.Nifti1Image(np.ones((4, 4, 4, 3), dtype=np.uint8), np.eye(4))
    nibabel.save(over_time, tmp_path / "t.nii.gz")

    assert refused(path, stack) is LabelProblem.EMPTY
    assert refused(tmp_path / "t.nii.gz", stack) is LabelProblem.SEVERAL


def test_a_header_that_promises_more_than_there_is_is_refused_at_once(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    mask = np.ones(stack.shape, dtype=np.uint8)
    path = write_nifti_labels(tmp_path / "m.nii", mask, xyz_affine(stack))
    content = bytearray(path.read_bytes())
    content[40:56] = np.array([3, 900, 900, 900, 1, 1, 1, 1], dtype="<i2").tobytes()
    path.write_bytes(content)
    assert refused(path, stack) is LabelProblem.DAMAGED
    content[40:56] = np.array([3, 30_000, 30_000, 30_000, 1, 1, 1, 1], dtype="<i2").tobytes()
    path.write_bytes(content)
    assert refused(path, stack) is LabelProblem.TOO_LARGE


def test_contours_that_cross_the_slices_are_refused(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")

    def lay(dataset: pydicom.Dataset) -> None:
        contour = dataset.ROIContourSequence[0].ContourSequence[0]
        contour.ContourData = [0, 0, 100, 5, 0, 103, 0, 0, 109]
        dataset.ROIContourSequence[0].ContourSequence = [contour]

    path = write_rtstruct(tmp_path / "rt.dcm", stack, blobs(stack.shape, ("one",)), edit=lay)

    assert refused(path, stack) is LabelProblem.ACROSS


def test_points_and_lines_are_left_out_and_said(tmp_path: Path) -> None:
    stack = series(tmp_path / "ct")
    masks = blobs(stack.shape, ("one",))

    def point(dataset: pydicom.Dataset) -> None:
        item = pydicom.Dataset()
        item.ContourGeometricType, item.ContourData = "POINT", [0, 0, 100]
        dataset.ROIContourSequence[0].ContourSequence.append(item)

    path = write_rtstruct(tmp_path / "rt.dcm", stack, masks, edit=point)

    assert read(path, stack).notes == ("1 point or line are left out.",)


@pytest.mark.shared_data
def test_files_of_other_programs_are_read(shared_data: Path) -> None:
    cases = shared_data / "dicom-cases" / "10_seg_rtstruct_sr"
    scan_of = cases / "dcmqi_ct3"
    stack = next(iter(_stacks(scan_of)))

    liver = read(scan_of / "liver.dcm", stack)
    overlaps = read(scan_of / "partial_overlaps.dcm", stack)

    assert [each.name for each in liver.structures] == ["Liver"]
    assert len(overlaps.structures) > 1
    assert fit_of(liver, stack) is fit_of(overlaps, stack) is Fit.SAME_GRID
    for label_map in (liver, overlaps):
        oracle = pydicom.dcmread(
            scan_of / ("liver.dcm" if label_map is liver else "partial_overlaps.dcm")
        ).pixel_array
        pixels = sum(m.pixels for plane in label_map.planes for m in plane.masks.values())
        assert pixels == int(oracle.sum())


@pytest.mark.shared_data
def test_the_reference_of_a_real_ct_lies_on_its_voxels(shared_data: Path) -> None:
    case = shared_data / "dicom-cases" / "03_labelled_lumbar_truth"
    (stack,) = _stacks(case / "dicom")
    path = case / "nifti" / "autochthon_left.nii.gz"

    label_map = read(path, stack)

    assert fit_of(label_map, stack) is Fit.SAME_GRID
    made = as_arrays(label_map, placed(label_map, stack), stack)["autochthon_left"]
    data = np.asarray(nibabel.load(path).dataobj) > 0
    assert made.sum() == data.sum()
    k, j, i = np.argwhere(made).mean(axis=0)
    told = nibabel.load(path).affine @ (*np.argwhere(data).mean(axis=0), 1.0)
    point = stack.require_geometry().patient_point(k, j, i)
    assert point == pytest.approx((-told[0], -told[1], told[2]), abs=1e-3)
    assert point.x > 0  # the patient's left


def _stacks(folder: Path) -> tuple[Stack, ...]:
    return scan(folder).stacks


def test_every_refusal_is_an_error_with_a_sentence() -> None:
    for problem in LabelProblem:
        error = LabelMapError(problem)
        assert isinstance(error, PainmapError)
        assert problem.value.endswith((".", "are."))
