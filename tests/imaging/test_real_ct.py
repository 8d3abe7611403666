"""Real CT of ../shared/data: every row of dicom-cases/EXPECTED.csv, restated in tests/data."""

from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import pytest

from painmap.domain.progress import run_to_end
from painmap.exchange.nifti import write_nifti
from painmap.imaging.errors import SeriesError
from painmap.imaging.header import Skipped, SkipReason
from painmap.imaging.header_reader import read_headers
from painmap.imaging.reslice import Plane, native_plane, plane_image, plane_views
from painmap.imaging.stack import Stack
from painmap.imaging.volume import loading
from tests.imaging.helpers import codes, scan
from tests.support.tables import rows_of

pytestmark = pytest.mark.shared_data


@dataclass(frozen=True)
class Row:
    """One row of the table: which stacks of a folder, and what must be true of them."""

    path: str
    shape: tuple[int, int, int]
    uniform: bool
    codes: frozenset[str] = frozenset()
    stacks: int = 1

    def __str__(self) -> str:
        return f"{self.path} {self.shape[0]} slices"


EXPECTED = [
    Row(
        each["path"],
        (int(each["slices"]), int(each["rows"]), int(each["columns"])),
        each["uniform"] == "yes",
        frozenset(each["codes"].split()),
        int(each["stacks"]),
    )
    for each in rows_of("expected.csv")
]


@pytest.mark.parametrize("expected", EXPECTED, ids=str)
def test_the_case_is_read_as_expected(shared_data, tmp_path, expected):
    found = [
        stack
        for stack in scan(shared_data / "dicom-cases" / expected.path).stacks
        if stack.shape == expected.shape
    ]

    assert len(found) == expected.stacks
    for stack in found:
        assert stack.uniform is expected.uniform
        assert codes(stack) >= expected.codes
        volume = run_to_end(loading(stack))
        if expected.uniform:
            write_nifti(volume, tmp_path / "out.nii.gz")
        else:
            with pytest.raises(SeriesError):
                write_nifti(volume, tmp_path / "out.nii.gz")


@pytest.mark.parametrize("path", sorted({one.path for one in EXPECTED}))
def test_the_case_holds_no_other_stacks(shared_data, path):
    found = scan(shared_data / "dicom-cases" / path).stacks

    assert len(found) == sum(one.stacks for one in EXPECTED if one.path == path)


def test_the_second_block_says_that_it_overlaps_the_first(shared_data):
    stacks = scan(shared_data / "dicom-cases" / "01_mixed_orientation_series").stacks

    blocks = {stack.shape[0]: stack for stack in stacks if stack.shape[0] > 1}

    assert f"stack {blocks[6].index} " in blocks[5].warnings[0].message


def centre(stack: Stack) -> np.ndarray:
    middle = stack.slice_geometry(stack.shape[0] // 2)
    return np.array(middle.patient_point(stack.shape[1] / 2, stack.shape[2] / 2))


def test_the_lumbar_axial_series_is_eleven_blocks_in_order(shared_data):
    stacks = scan(shared_data / "lumbar-ct-cc0" / "lspine_axial").stacks

    assert [stack.index for stack in stacks] == list(range(11))
    assert sorted(stack.shape[0] for stack in stacks) == [5, 5, 5, 5, 7, 10, 10, 11, 11, 11, 21]
    assert all(stack.uniform for stack in stacks)
    assert len({stack.key for stack in stacks}) == 11
    heights = [centre(stack)[2] for stack in stacks]
    assert heights == sorted(heights)
    assert all(native_plane(stack) is Plane.AXIAL for stack in stacks)


@pytest.mark.parametrize(
    ("name", "slices", "plane"),
    [("lspine_coronal", 33, Plane.CORONAL), ("lspine_sagittal", 38, Plane.SAGITTAL)],
)
def test_the_lumbar_coronal_and_sagittal_series_are_volumes(shared_data, name, slices, plane):
    (stack,) = scan(shared_data / "lumbar-ct-cc0" / name).stacks

    volume = run_to_end(loading(stack))

    assert stack.shape == (slices, 512, 512)
    assert stack.warnings == ()
    assert native_plane(stack) is plane
    assert volume.hu.dtype == np.int16
    for view in plane_views(stack):
        letters = plane_image(volume, view.plane, view.count // 2).letters
        first = "A" if view.plane is Plane.SAGITTAL else "R"
        assert letters[0][0] == first


def test_the_two_lumbar_volumes_agree_on_where_bone_is(shared_data):
    """The same place has the same HU in both; a mirrored one would be far off."""
    folder = shared_data / "lumbar-ct-cc0"
    coronal, sagittal = (
        run_to_end(loading(scan(folder / name).stacks[0]))
        for name in ("lspine_coronal", "lspine_sagittal")
    )
    rng = np.random.default_rng(1)
    indices = rng.uniform((0, 0, 0), np.array(sagittal.shape) - 1, size=(20000, 3)).round()
    points = sagittal.geometry.patient_points(indices)
    there = coronal.geometry.index_points(points)
    inside = np.all((there > 0) & (there < np.array(coronal.shape) - 1), axis=1)
    mine = sagittal.hu[tuple(indices[inside].astype(int).T)].clip(-200, 800)
    theirs = coronal.hu[tuple(np.rint(there[inside]).astype(int).T)].clip(-200, 800)

    assert inside.sum() > 5000
    assert np.corrcoef(mine, theirs)[0, 1] > 0.8


def test_conversion_equals_the_published_nifti(shared_data, tmp_path):
    case = shared_data / "dicom-cases" / "03_labelled_lumbar_truth"
    (stack,) = scan(case / "dicom").stacks
    write_nifti(run_to_end(loading(stack)), tmp_path / "out.nii.gz")

    ours = nibabel.as_closest_canonical(nibabel.load(tmp_path / "out.nii.gz"))
    theirs = nibabel.as_closest_canonical(nibabel.load(case / "nifti" / "example_ct.nii.gz"))

    assert np.array_equal(ours.get_fdata(), theirs.get_fdata())
    assert np.abs(ours.affine - theirs.affine).max() < 1e-3


@pytest.mark.parametrize("folder", ["07_oddities_pydicom", "08_charsets", "09_dicomdir"])
def test_every_odd_file_ends_used_or_skipped(shared_data, folder):
    root = shared_data / "dicom-cases" / folder
    files = {path for path in root.rglob("*") if path.is_file()}

    result = scan(root)

    assert set(result.used) | {one.path for one in result.skipped} == files
    assert not set(result.used) & {one.path for one in result.skipped}
    for stack in result.stacks:
        assert run_to_end(loading(stack)).hu.shape == stack.shape


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ExplVR_BigEnd.dcm", SkipReason.OTHER_MODALITY),
        ("MR_small_RLE.dcm", SkipReason.OTHER_MODALITY),
        ("eCT_Supplemental.dcm", SkipReason.NOT_HU),
        ("HTJ2K_08_RGB.dcm", SkipReason.SECONDARY_CAPTURE),
        ("image_dfl.dcm", SkipReason.SECONDARY_CAPTURE),
        ("badVR.dcm", SkipReason.NOT_A_PICTURE),
        ("rtstruct.dcm", SkipReason.NOT_A_PICTURE),
        ("waveform_ecg.dcm", SkipReason.NOT_A_PICTURE),
        ("zipMR.gz", SkipReason.NOT_DICOM),
        ("no_meta.dcm", SkipReason.NOT_DICOM),  # begins with a stray byte; ADR 38
    ],
)
def test_an_odd_file_has_its_reason(shared_data, name, reason):
    found = read_headers(shared_data / "dicom-cases" / "07_oddities_pydicom" / name)

    assert isinstance(found, Skipped)
    assert found.reason is reason


def test_a_pixel_representation_that_lies_is_corrected(shared_data):
    path = shared_data / "dicom-cases" / "07_oddities_pydicom" / "J2K_pixelrep_mismatch.dcm"
    (stack,) = scan(path).stacks

    volume = run_to_end(loading(stack))

    assert volume.hu.min() == -2000
    assert volume.hu.max() < 2000


def test_a_picture_stored_upside_down_is_shown_upright(shared_data):
    path = shared_data / "dicom-cases" / "07_oddities_pydicom" / "explicit_VR-UN.dcm"
    (stack,) = scan(path).stacks

    image = plane_image(run_to_end(loading(stack)), Plane.AXIAL, 0)

    assert image.letters == ("R", "L", "A", "P")
    # the couch is a bright curve behind the patient: below the middle when upright
    assert stack.slice_geometry(0).letters == ("R", "L", "P", "A")


def test_each_person_on_a_disc_is_told_apart(shared_data: Path):
    stacks = scan(shared_data / "dicom-cases" / "09_dicomdir").stacks

    assert len({stack.identity for stack in stacks}) > 1
