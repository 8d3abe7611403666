"""A stack: slices of one series that lie parallel, and what is unusual about them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np

from painmap.domain.places import StackKey
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import Floats, Geometry, PlaneGeometry
from painmap.imaging.header import PatientIdentity, SeriesFacts, SliceHeader, Triple


class WarningCode(StrEnum):
    """What is unusual about a stack, in the order in which it is said."""

    SYNTHETIC = "SYNTHETIC"
    NO_GEOMETRY = "NO_GEOMETRY"
    DUPLICATE_POSITION = "DUPLICATE_POSITION"
    PHASE = "PHASE"
    GAP = "GAP"
    UNEVEN = "UNEVEN"
    TILTED = "TILTED"
    OVERLAP = "OVERLAP"
    THICKNESS_NOT_SPACING = "THICKNESS_NOT_SPACING"
    NUMBERS = "NUMBERS"
    LOSSY = "LOSSY"
    INVERTED = "INVERTED"
    RESAMPLED = "RESAMPLED"
    NO_FRAME_OF_REFERENCE = "NO_FRAME_OF_REFERENCE"
    EMPTY_UID = "EMPTY_UID"


@dataclass(frozen=True, slots=True)
class SeriesWarning:
    """One thing that is unusual about a stack.

    Parameters
    ----------
    code : WarningCode
    message : str
        A sentence; slices are numbered from 1 in stack order.
    """

    code: WarningCode
    message: str


@dataclass(frozen=True, slots=True)
class Stack:
    """Parallel slices of one series, ordered along their normal.

    Parameters
    ----------
    series_uid, study_uid : str
        As in the files; made from frame of reference or slices where the files have none
        (the warning EMPTY_UID says so).
    index : int
        From 0 within the series, along the series' mean normal.
    slices : sequence of SliceHeader
        A tuple, or what is equal to one and makes its slices when they are asked for. Along
        the normal (row direction cross column direction); by instance number where there is
        no geometry.
    geometry : Geometry or None
        None for a single slice and where steps are not even: there is no volume then, and
        each slice keeps its own exact place.
    warnings : tuple of SeriesWarning
        In the order of `WarningCode`.
    part : str
        What tells it from the other parts of a series that was split: "acquisition 3".
    """

    series_uid: str
    study_uid: str
    index: int
    slices: Sequence[SliceHeader]
    geometry: Geometry | None
    warnings: tuple[SeriesWarning, ...]
    part: str = ""
    _key: StackKey | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def facts(self) -> SeriesFacts:
        return self.slices[0].facts

    @property
    def identity(self) -> PatientIdentity:
        """Whom it shows; for memory only."""
        return self.facts.identity

    @property
    def uniform(self) -> bool:
        """Whether the slices follow each other in equal steps along one straight line."""
        return self.geometry is not None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows, columns."""
        return len(self.slices), self.slices[0].rows, self.slices[0].columns

    @property
    def spacing_mm(self) -> tuple[float | None, float | None, float | None]:
        """Millimetres between slices, rows, columns; None where there is no such distance."""
        pixel = self.slices[0].pixel_spacing
        between = None if self.geometry is None else self.geometry.spacing_mm[0]
        return between, *(pixel or (None, None))

    @property
    def has_geometry(self) -> bool:
        """Whether each slice knows its place in the patient."""
        return self.slices[0].has_geometry

    @property
    def modality(self) -> str:
        return self.facts.modality

    @property
    def is_ct(self) -> bool:
        """Whether its values are Hounsfield units."""
        return self.modality == "CT"

    @property
    def resampled(self) -> bool:
        """Whether its pictures were computed from others (`imaging.resampling`)."""
        return WarningCode.RESAMPLED in self.codes

    @property
    def study_date(self) -> date | None:
        return self.facts.study_date

    @property
    def description(self) -> str:
        """The series description; empty when there is none."""
        return self.facts.series_description

    @property
    def patient_position(self) -> str:
        """HFS, FFP and so on; empty when it is not said."""
        return self.facts.patient_position

    @property
    def frame_of_reference_uid(self) -> str | None:
        return self.slices[0].frame_of_reference_uid

    @property
    def is_localizer(self) -> bool:
        return self.slices[0].is_localizer

    @property
    def synthetic(self) -> bool:
        """Whether it was computed and shows nobody."""
        return any(warning.code is WarningCode.SYNTHETIC for warning in self.warnings)

    @property
    def sop_uids(self) -> tuple[str, ...]:
        """The SOP Instance UID of each slice, in stack order."""
        return tuple(one.sop_uid for one in self.slices)

    @property
    def positions(self) -> tuple[Triple | None, ...]:
        """LPS millimetres of the first pixel's centre of each slice, in stack order."""
        return tuple(one.position for one in self.slices)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files it was read from, each once."""
        return tuple(dict.fromkeys(one.path for one in self.slices))

    @property
    def transfer_syntaxes(self) -> tuple[str, ...]:
        """The UIDs that occur, sorted."""
        return tuple(sorted({one.transfer_syntax for one in self.slices}))

    @property
    def codes(self) -> tuple[WarningCode, ...]:
        return tuple(warning.code for warning in self.warnings)

    @property
    def key(self) -> StackKey:
        """The stack's name by content: what an annotation checks when it is opened again."""
        if self._key is None:
            lines = [_key_line(one) for one in self.slices]
            key = StackKey(hashlib.sha256("\n".join(lines).encode()).hexdigest())
            # asked for again and again; some milliseconds for a long stack
            object.__setattr__(self, "_key", key)
            return key
        return self._key

    def remember_key(self, key: StackKey) -> None:
        """Take over the key that was written beside the stack, instead of making it anew."""
        object.__setattr__(self, "_key", key)

    def require_geometry(self) -> Geometry:
        """The geometry of the volume.

        Raises
        ------
        SeriesError
            SINGLE_SLICE, NO_GEOMETRY or NOT_UNIFORM: there is no volume.
        """
        if self.geometry is not None:
            return self.geometry
        if not self.has_geometry:
            raise SeriesError(SeriesProblem.NO_GEOMETRY)
        if len(self.slices) == 1:
            raise SeriesError(SeriesProblem.SINGLE_SLICE)
        raise SeriesError(SeriesProblem.NOT_UNIFORM)

    def slice_geometry(self, k: int) -> PlaneGeometry | None:
        """Where the pixels of slice `k` lie; exact also in an uneven stack.

        Returns
        -------
        PlaneGeometry or None
            Rows and columns as stored; None when the header does not say.
        """
        one = self.slices[k]
        if one.position is None or one.pixel_spacing is None:
            return None
        return PlaneGeometry(plane_matrix(one))


def plane_matrix(one: SliceHeader) -> Floats:
    """4 x 3 from (row, column, 1) to the patient (PS3.3 C.7.6.2.1.1).

    Raises
    ------
    ValueError
        If the slice has no geometry.
    """
    if (
        one.position is None
        or one.along_row is None
        or one.along_column is None
        or one.pixel_spacing is None
    ):
        raise ValueError("the slice has no geometry")
    matrix = np.zeros((4, 3))
    matrix[:3, 0] = np.array(one.along_column) * one.pixel_spacing[0]
    matrix[:3, 1] = np.array(one.along_row) * one.pixel_spacing[1]
    matrix[:3, 2] = one.position
    matrix[3, 2] = 1.0
    return matrix


def slice_centre(one: SliceHeader) -> Floats:
    """LPS millimetres of the middle of a slice."""
    middle: Floats = plane_matrix(one) @ ((one.rows - 1) / 2, (one.columns - 1) / 2, 1.0)
    return middle[:3]


def _key_line(one: SliceHeader) -> str:
    """SOP UID, frame, position, orientation and spacing, to a millionth."""
    groups: list[Sequence[float]] = [
        one.position or (),
        one.along_row or (),
        one.along_column or (),
        one.pixel_spacing or (),
    ]
    # adding zero turns -0.0, which rounding can leave, into 0.0
    written = ["\\".join(f"{round(part, 6) + 0.0:.6f}" for part in group) for group in groups]
    return "|".join((one.sop_uid, str(one.frame + 1), *written))
