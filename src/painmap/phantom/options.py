"""What may be asked of the phantom: whose body, how it lies, how it is scanned and written."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite
from typing import Final

HU_RANGE: Final = (-1024, 3071)
"""12 bits, as scanners store it: no voxel of the phantom lies outside."""

STORED_RANGE: Final = (-1999, 32767)
"""What 16 signed bits hold, above the value for padding."""


MOST_ROWS: Final = 2048
MOST_SLICES: Final = 2000
MOST_VOXELS: Final = 2**30
"""What is made whole in memory, in several bytes a voxel."""

MOST: Final = {
    "off_centre_mm": 500.0,
    "rotation_deg": 360.0,
    "scoliosis_mm": 100.0,
    "gantry_tilt_deg": 30.0,
    "slice_step_mm": 100.0,
    "slice_thickness_mm": 100.0,
    "noise_hu": 1000.0,
}
"""Beyond these, on either side of 0, it would be no scan of a body."""

MOST_PIXEL_MM: Final = 100.0
MOST_SEED: Final = 10**16 - 1
"""The seed is also the study's ID, which has up to 16 signs (DICOM PS3.5 6.2, SH)."""


class PatientPosition(StrEnum):
    """How the patient lies in the scanner (DICOM PS3.3 C.7.3.1.1.2)."""

    HFS = "HFS"
    HFP = "HFP"
    FFS = "FFS"
    FFP = "FFP"
    HFDR = "HFDR"
    HFDL = "HFDL"
    FFDR = "FFDR"
    FFDL = "FFDL"


@dataclass(frozen=True, slots=True)
class Rescale:
    """How stored values become HU in one slice: ``hu = slope * stored + intercept``."""

    slope: float = 1.0
    intercept: float = -1024.0

    def __post_init__(self) -> None:
        if not (isfinite(self.slope) and isfinite(self.intercept)):
            raise ValueError(f"{self.slope} x + {self.intercept} is not finite")
        if self.slope <= 0 or (1 / self.slope) % 1 or (self.intercept / self.slope) % 1:
            raise ValueError(f"{self.slope} x + {self.intercept} cannot give whole HU exactly")
        low, high = ((hu - self.intercept) / self.slope for hu in HU_RANGE)
        if low < STORED_RANGE[0] or high > STORED_RANGE[1]:
            raise ValueError(f"{self.slope} x + {self.intercept} does not fit into 16 bits")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomOptions:
    """One phantom, wholly determined: the same options give the same bytes.

    Parameters
    ----------
    seed : int
        Chooses the body (sizes, fat, texture) and the noise.
    patient_position : PatientPosition
        The anatomy keeps its patient coordinates; pixel order and orientation follow.
    off_centre_mm : float
        Shift of the body to the patient's left.
    rotation_deg : float
        Turn around the patient's long axis; positive turns the patient's left to the back.
    scoliosis_mm : float
        Largest sideways shift of the spine, at L2; positive to the patient's left.
    gantry_tilt_deg : float
        Tilt of each slice around the scanner's horizontal axis; positions still step
        along the table, so the stack is sheared.
    rows, columns, slices : int
    pixel_spacing : (float, float)
        Millimetres between rows, then between columns (DICOM's order).
    slice_step_mm, slice_thickness_mm : float
        Distance along the table, and nominal thickness; thickness None: as the step.
    missing_slices, duplicate_slices : tuple of int
        Slice numbers k of the full grid that are not written, or written twice.
    rescales : tuple of Rescale
        Taken in turn, slice by slice.
    padding : bool
        Pixels outside the scan circle are stored as -2000 with PixelPaddingValue.
    shuffled : bool
        File names and instance numbers are in no spatial order.
    noise_hu : float
        Standard deviation of the noise; 0 gives the bare anatomy.
    study_date : date
    """

    seed: int = 1
    patient_position: PatientPosition = PatientPosition.HFS
    off_centre_mm: float = 0.0
    rotation_deg: float = 0.0
    scoliosis_mm: float = 0.0
    gantry_tilt_deg: float = 0.0
    rows: int = 512
    columns: int = 512
    slices: int = 96
    pixel_spacing: tuple[float, float] = (0.8, 0.8)
    slice_step_mm: float = 3.0
    slice_thickness_mm: float | None = None
    missing_slices: tuple[int, ...] = ()
    duplicate_slices: tuple[int, ...] = ()
    rescales: tuple[Rescale, ...] = (Rescale(),)
    padding: bool = False
    shuffled: bool = False
    noise_hu: float = 11.0
    study_date: date = date(2026, 9, 14)

    def __post_init__(self) -> None:
        self._check_grid()
        self._check_numbers()
        if not 0 <= self.seed <= MOST_SEED:
            raise ValueError(f"the seed is not from 0 to {MOST_SEED}")
        if not self.rescales:
            raise ValueError("a slice needs a rescale slope and intercept")

    def _check_grid(self) -> None:
        shape = f"{self.slices} x {self.rows} x {self.columns} voxels"
        if min(self.rows, self.columns, self.slices) < 1:
            raise ValueError(f"no image of {shape}")
        if max(self.rows, self.columns) > MOST_ROWS or self.slices > MOST_SLICES:
            raise ValueError(f"{shape} are more than {MOST_SLICES} x {MOST_ROWS} x {MOST_ROWS}")
        if self.rows * self.columns * self.slices > MOST_VOXELS:
            raise ValueError(f"{shape} are more than {MOST_VOXELS} in all")
        outside = [k for k in self.missing_slices + self.duplicate_slices if k not in self.grid_k]
        if outside:
            raise ValueError(f"there are no slices {outside}")
        if len(set(self.missing_slices)) == self.slices:
            raise ValueError("every slice is left out")

    def _check_numbers(self) -> None:
        for name, most in MOST.items():
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and abs(value) <= most):
                raise ValueError(f"{name} {value} is not a number from -{most:g} to {most:g}")
        lengths = (*self.pixel_spacing, self.slice_step_mm, self.thickness_mm)
        if not all(0 < mm <= MOST_PIXEL_MM for mm in lengths):
            raise ValueError(f"spacing {lengths} mm is not above 0 and up to {MOST_PIXEL_MM:g}")
        if self.noise_hu < 0:
            raise ValueError(f"noise of {self.noise_hu} HU is below 0")

    @property
    def grid_k(self) -> range:
        """Slice numbers of the full grid."""
        return range(self.slices)

    @property
    def thickness_mm(self) -> float:
        """Nominal slice thickness."""
        return self.slice_step_mm if self.slice_thickness_mm is None else self.slice_thickness_mm


def tiny_options(
    *, seed: int = 1, patient_position: PatientPosition = PatientPosition.HFS
) -> PhantomOptions:
    """Give a phantom for ordinary tests: 128 x 128 at 3.2 mm, 30 slices at 9 mm."""
    return PhantomOptions(
        seed=seed,
        patient_position=patient_position,
        rows=128,
        columns=128,
        slices=30,
        pixel_spacing=(3.2, 3.2),
        slice_step_mm=9.0,
    )
