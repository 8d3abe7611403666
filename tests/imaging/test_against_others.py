"""Voxels and places as SimpleITK and dcm2niix read them: two oracles that owe us nothing.

Every stack is given to them as a folder of its own, under names in no useful order, so that
they sort the slices for themselves.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from painmap.domain.progress import run_to_end
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume, loading
from painmap.phantom.build import make_phantom
from painmap.phantom.dicom import write_series as write_phantom
from painmap.phantom.options import PatientPosition, PhantomOptions, Rescale
from tests.imaging.helpers import codes, scan
from tests.imaging.test_cases import CT_FILES, REFUSED
from tests.support.ct import CORONAL, DIRECTIONS, SAGITTAL, Vector, write_enhanced, write_series

Floats = npt.NDArray[np.float64]

MOST_INDEX, MOST_MM = 1e-2, 5e-3
"""How far two readers may lie apart at a corner, in voxels and millimetres.

Headers write direction cosines to six digits; SimpleITK turns them into perpendicular ones
first, which moves the far corner of 512 rows by some micrometres.
"""

TURNED: tuple[Vector, Vector] = ((0.8, 0.6, 0.0), (-0.36, 0.48, -0.8))
"""Oblique to all three axes of the body."""

SMALL = {"count": 5, "rows": 24, "columns": 32}

SERIES: dict[str, dict[str, Any]] = {
    **{position: {"patient_position": position} for position in DIRECTIONS},
    "coronal": {"directions": CORONAL},
    "sagittal": {"directions": SAGITTAL},
    "oblique": {"directions": TURNED},
    "signed": {"signed": True, "intercepts": (0.0,)},
    "12 of 16 bits": {"bits_stored": 12},
    "bits that lie high": {"bits_stored": 12, "high_bit": 13},
    "a slope for each slice": {"slopes": (1.0, 2.0), "intercepts": (-1024.0, -1000.0)},
    "a fractional slope": {"slopes": (0.5,)},
    "padding": {
        "signed": True,
        "intercepts": (0.0,),
        "padding": -2000,
        "padded": lambda stored: stored.__setitem__(np.s_[:3], -2000),
    },
}

PHANTOMS: dict[str, dict[str, Any]] = {
    **{each.value: {"patient_position": each} for each in PatientPosition},
    "turned": {"off_centre_mm": 40.0, "rotation_deg": 10.0},
    "pixels not square": {"scoliosis_mm": 20.0, "pixel_spacing": (4.0, 3.0)},
    "rescales": {"rescales": (Rescale(), Rescale(0.5, -1000.0)), "shuffled": True},
}

LUMBAR = tuple(f"lumbar-ct-cc0/lspine_{name}" for name in ("axial", "coronal", "sagittal"))
"""JPEG 2000 of 512 x 512, which the others unpack slowly."""

REAL = (
    "dicom-cases/01_mixed_orientation_series",
    "dicom-cases/02_j2k_thoracolumbar_20",
    "dicom-cases/03_labelled_lumbar_truth/dicom",
    "dicom-cases/07_oddities_pydicom",
    "dicom-cases/09_dicomdir",
    "dicom-cases/10_seg_rtstruct_sr",
    "dicom-cases/11_single_slices_abdomen",
    *(pytest.param(name, marks=pytest.mark.heavy) for name in LUMBAR),
)
"""Single slices among them are compared pixel by pixel too."""

PERMUTED = np.eye(4)[:, [2, 1, 0, 3]]
"""From (k, j, i, 1) to (i, j, k, 1) and back."""

LPS_FROM_RAS = np.diag((-1.0, -1.0, 1.0, 1.0))


def by_itself(stack: Stack, folder: Path) -> Path:
    """A folder that holds the stack's files alone, under names in no order."""
    folder.mkdir()
    for number, path in enumerate(stack.files):
        (folder / f"{(number * 7919 + 5) % 10007:05d}.dcm").symlink_to(path)
    return folder


def by_simpleitk(folder: Path) -> tuple[npt.NDArray[Any], Floats]:
    """Values (k, j, i) and the affine to LPS, of the one series in `folder`."""
    names = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder))
    image = SimpleITK.ReadImage(names if len(names) > 1 else names[0])
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return SimpleITK.GetArrayFromImage(image), affine @ PERMUTED


def by_dcm2niix(folder: Path) -> tuple[npt.NDArray[Any], Floats]:
    """Values (k, j, i) and the affine to LPS, of the one NIfTI that is written."""
    out = folder.with_name(f"{folder.name}-nifti")
    out.mkdir()
    command = ["dcm2niix", "-z", "n", "-b", "n", "-f", "out", "-o", str(out), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    (written,) = out.iterdir()
    image = nibabel.load(written)
    return image.get_fdata().T, LPS_FROM_RAS @ image.affine @ PERMUTED


def aligned(values: npt.NDArray[Any], affine: Floats, volume: Volume) -> npt.NDArray[Any]:
    """Their values in the order of our voxels; fails where a voxel lies elsewhere."""
    assert volume.geometry is not None
    assert values.shape == volume.shape
    ours_from_theirs = volume.geometry.index_from_patient @ affine
    steps = np.diag(ours_from_theirs)[:3].round()
    assert set(np.abs(steps)) == {1}
    corners = np.array(np.meshgrid(*((0, size - 1) for size in values.shape))).reshape(3, -1).T
    ends = np.where(steps < 0, np.array(values.shape) - 1, 0)
    there = corners @ ours_from_theirs[:3, :3].T + ours_from_theirs[:3, 3]
    assert np.abs(there - (corners * steps + ends)).max() < MOST_INDEX, "a voxel lies elsewhere"
    for axis in range(3):
        if steps[axis] < 0:
            values = np.flip(values, axis)
    return values


def assert_same_values(theirs: npt.NDArray[Any], volume: Volume) -> None:
    """Whole HU are equal; fractions to what float32 holds; padding is compared by nobody.

    What is padding is air here and a number for the others.
    """
    real = np.ones(volume.shape, dtype=np.bool_)
    for k in range(volume.shape[0]):
        mask = volume.padding_mask(k)
        if mask is not None:
            real[k] = ~mask
    assert real.any()
    if volume.hu.dtype == np.int16:
        assert np.array_equal(theirs[real], volume.hu[real])
    else:
        assert np.allclose(theirs[real], volume.hu[real], rtol=1e-6, atol=1e-3)


Reader = Callable[[Path], tuple[npt.NDArray[Any], Floats]]


def compare(stack: Stack, folder: Path, *readers: Reader) -> None:
    volume = run_to_end(loading(stack))
    alone = by_itself(stack, folder)
    for read in readers:
        values, affine = read(alone)
        assert_same_values(aligned(values, affine, volume), volume)


def compare_slices(stack: Stack) -> None:
    """Each file by itself: pixels, and the places of its corners."""
    volume = run_to_end(loading(stack))
    for k, one in enumerate(stack.slices):
        image = SimpleITK.ReadImage(str(one.path))
        mask = volume.padding_mask(k)
        real = np.ones(volume.shape[1:], dtype=np.bool_) if mask is None else ~mask
        assert np.allclose(
            SimpleITK.GetArrayFromImage(image)[0][real], volume.hu[k][real], rtol=1e-6, atol=1e-3
        )
        plane = stack.slice_geometry(k)
        if plane is None:
            continue
        for row, column in ((0, 0), (0, one.columns - 1), (one.rows - 1, 0)):
            place = image.TransformIndexToPhysicalPoint((column, row, 0))
            assert plane.patient_point(row, column) == pytest.approx(place, abs=MOST_MM)


@pytest.fixture
def dcm2niix() -> Reader:
    """The reader; skips where it is missing: `.ci/run` installs it and sets CI."""
    if shutil.which("dcm2niix") is None:
        assert not os.environ.get("CI"), "dcm2niix is missing although .ci/run installs it"
        pytest.skip("needs dcm2niix, which is not installed here")
    return by_dcm2niix


OF_NEITHER = "bits that lie high"
"""Both take the lowest 12 bits, whatever High Bit says; `test_traps.py` holds the true values."""

READ_BY_BOTH = [name for name in SERIES if name != OF_NEITHER]


def stack_named(name: str, folder: Path) -> Stack:
    write_series(folder, **SMALL | SERIES[name])
    (stack,) = scan(folder).stacks
    return stack


@pytest.mark.parametrize("name", READ_BY_BOTH)
def test_a_written_series_is_read_as_both_read_it(
    name: str, tmp_path: Path, dcm2niix: Reader
) -> None:
    compare(stack_named(name, tmp_path / "ct"), tmp_path / "alone", by_simpleitk, dcm2niix)


def test_frames_of_one_file_are_read_as_both_read_them(tmp_path: Path, dcm2niix: Reader) -> None:
    """All of one slope: neither gives each frame its own, which `test_traps.py` holds."""
    write_enhanced(tmp_path / "ct", slopes=(1.0,))
    (stack,) = scan(tmp_path / "ct").stacks

    compare(stack, tmp_path / "alone", by_simpleitk, dcm2niix)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_a_packed_series_is_read_as_simpleitk_reads_it(tmp_path: Path, syntax: str) -> None:
    paths = write_series(tmp_path / "ct", count=4, rows=64, columns=64)
    for path in paths:
        dataset = dcmread(path)
        dataset.compress(syntax, generate_instance_uid=False)
        dataset.save_as(path)
    (stack,) = scan(tmp_path / "ct").stacks

    compare(stack, tmp_path / "alone", by_simpleitk)


@pytest.fixture(params=PHANTOMS, scope="module")
def phantom(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    whole = {
        "rows": 48, "columns": 64, "slices": 12, "slice_step_mm": 24.0,
        "pixel_spacing": (8.4, 8.4), "noise_hu": 0.0,
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("phantom")
    made = run_to_end(make_phantom(PhantomOptions(**{**whole, **PHANTOMS[request.param]})))
    run_to_end(write_phantom(made, folder))
    (stack,) = scan(folder).stacks
    return stack


@pytest.mark.xdist_group("phantoms_by_others")
def test_the_phantom_is_read_as_both_read_it(
    phantom: Stack, tmp_path: Path, dcm2niix: Reader
) -> None:
    compare(phantom, tmp_path / "alone", by_simpleitk, dcm2niix)


@pytest.mark.parametrize("degrees", [12.0, -20.0])
def test_each_slice_of_a_tilted_stack_lies_where_simpleitk_has_it(
    tmp_path: Path, degrees: float
) -> None:
    """Slice by slice: SimpleITK has no sheared volume, dcm2niix resamples tilt away."""
    write_series(tmp_path, tilt_degrees=degrees, **SMALL)
    (stack,) = scan(tmp_path).stacks

    assert "TILTED" in codes(stack)
    compare_slices(stack)


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", REAL)
def test_real_ct_is_read_as_both_read_it(
    shared_data: Path, tmp_path: Path, folder: str, dcm2niix: Reader
) -> None:
    stacks = scan(shared_data / folder).stacks
    assert stacks
    for number, stack in enumerate(stacks):
        if stack.uniform:
            compare(stack, tmp_path / str(number), by_simpleitk, dcm2niix)
        else:
            compare_slices(stack)


@pytest.mark.shared_data
def test_real_tilted_slices_lie_where_simpleitk_has_them(shared_data: Path, tmp_path: Path) -> None:
    cases = shared_data / "dicom-cases"
    for folder in ("04_gantry_tilt_variable_spacing", "05_geometry_faults"):
        for stack in scan(cases / folder).stacks:
            compare_slices(stack)


OPENED = [name for name in CT_FILES if not any(part in name for part in REFUSED)]


@pytest.mark.parametrize("name", OPENED)
def test_ct_of_pydicom_is_read_as_simpleitk_reads_it(name: str) -> None:
    for stack in scan(CT_FILES[name]).stacks:
        compare_slices(stack)
