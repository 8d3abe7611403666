"""What a NIfTI header says: how long the file must be, what its voxels are, where they lie."""

import io
import struct
from dataclasses import dataclass
from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt

from painmap.exchange.label_errors import LabelMapError, LabelProblem
from painmap.imaging.geometry import Floats
from painmap.imaging.label_map import SAME_PLACE_MM

HEAD_BYTES = 544
"""Enough of a file to know its size: the longer of the two headers, and the mark after it."""

MOST_VOXELS = 1 << 30
"""More than 1024 x 1024 x 1024: no label map of a CT."""

OWN_SPACE = (1, 2)
"""NIfTI codes of the scanner's space and of one aligned to another picture of the patient."""

SHEAR = 1e-4
"""Cosine between two axes from which on they are not at right angles, and no qform holds them."""

_LPS_FROM_RAS = np.diag((-1.0, -1.0, 1.0, 1.0))
_MM_OF_UNIT = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
"""By the low bits of xyzt_units: not said, metres, millimetres, micrometres."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is made up, by its first bytes alone.

    Parameters
    ----------
    second : bool
        NIfTI-2; else NIfTI-1.
    order : str
        "<" or ">".
    shape : tuple of int
        Three numbers of voxels, (i, j, k).
    bits : int
        Of a voxel.
    first : int
        Byte of the first voxel.
    """

    second: bool
    order: str
    shape: tuple[int, int, int]
    bits: int
    first: int

    @property
    def size(self) -> int:
        """Bytes that the file has at least."""
        return self.first + int(np.prod(self.shape, dtype=np.int64)) * self.bits // 8


def layout_of(head: bytes) -> Layout | None:
    """Read the fields that say how long a file is; None when it is no NIfTI in one file.

    Raises
    ------
    LabelMapError
        DAMAGED, SEVERAL, TOO_LARGE.
    """
    for order in ("<", ">"):
        if head[344:348] == b"n+1\0" and head[:4] == struct.pack(order + "i", 348):
            dims = struct.unpack_from(order + "8h", head, 40)
            (bits,), (first,) = (
                struct.unpack_from(order + "h", head, 72),
                struct.unpack_from(order + "f", head, 108),
            )
            return _layout(False, order, dims, bits, first)
        if head[4:8] == b"n+2\0" and head[:4] == struct.pack(order + "i", 540) and len(head) >= 176:
            dims = struct.unpack_from(order + "8q", head, 16)
            (bits,), (first,) = (
                struct.unpack_from(order + "h", head, 14),
                struct.unpack_from(order + "q", head, 168),
            )
            return _layout(True, order, dims, bits, first)
    return None


def _layout(second: bool, order: str, dims: tuple[int, ...], bits: int, first: float) -> Layout:
    count, sizes = dims[0], dims[1:]
    if not 2 <= count <= 7 or not np.isfinite(first) or not 0 <= first < 1 << 30:
        raise LabelMapError(LabelProblem.DAMAGED)
    sizes = tuple(size if n < count else 1 for n, size in enumerate(sizes))
    if min(sizes) < 1:
        raise LabelMapError(LabelProblem.DAMAGED)
    if max(sizes[3:]) > 1:
        raise LabelMapError(LabelProblem.SEVERAL)
    if sizes[0] * sizes[1] * sizes[2] > MOST_VOXELS:
        raise LabelMapError(LabelProblem.TOO_LARGE)
    return Layout(second, order, (sizes[0], sizes[1], sizes[2]), bits, int(first))


def header_of(content: bytes, layout: Layout) -> Any:
    """Give nibabel's header of a file's bytes, with its extensions.

    Raises
    ------
    Exception
        Whatever nibabel raises for a damaged header.
    """
    library: Any = nibabel
    kind = library.Nifti2Image if layout.second else library.Nifti1Image
    # its own check logs what it finds, and mends some of it without a word
    return kind.header_class.from_fileobj(io.BytesIO(content), check=False)


def voxels_of(content: bytes, header: Any, layout: Layout) -> npt.NDArray[Any]:
    """The stored voxels (i, j, k), without a copy.

    Raises
    ------
    LabelMapError
        NOT_LABELS: they are colours or complex numbers.
    """
    kind = header.get_data_dtype()
    if kind.fields is not None or kind.kind not in "uif":
        raise LabelMapError(LabelProblem.NOT_LABELS)
    count = int(np.prod(layout.shape, dtype=np.int64))
    flat = np.frombuffer(content, dtype=kind, count=count, offset=layout.first)
    return flat.reshape(layout.shape, order="F")


def lps_from_voxel(header: Any) -> Floats:
    """4 x 4 from voxel (i, j, k, 1) to patient LPS millimetres.

    Of two places that differ the sform counts only where it is sheared, which no qform can
    hold; a writer that means the same writes the same.

    Raises
    ------
    LabelMapError
        NO_PLACE, ATLAS, TWO_PLACES.
    """
    sform, s_code = header.get_sform(coded=True)
    qform, q_code = header.get_qform(coded=True)
    if sform is None and qform is None:
        raise LabelMapError(LabelProblem.NO_PLACE)
    if {int(code) for code in (s_code, q_code)} - {0, *OWN_SPACE}:
        raise LabelMapError(LabelProblem.ATLAS)
    chosen = qform if sform is None else sform
    if sform is not None and qform is not None and not _sheared(sform):
        _check_same(sform, qform, header.get_data_shape())
    scale = _MM_OF_UNIT.get(int(header["xyzt_units"]) & 7)
    if scale is None or not np.isfinite(chosen).all() or abs(np.linalg.det(chosen)) < 1e-9:
        raise LabelMapError(LabelProblem.NO_PLACE)
    affine: Floats = _LPS_FROM_RAS @ np.diag((scale, scale, scale, 1.0)) @ chosen
    return affine


def _sheared(affine: Floats) -> bool:
    axes = affine[:3, :3] / np.maximum(np.linalg.norm(affine[:3, :3], axis=0), 1e-12)
    return bool(np.abs(axes.T @ axes - np.eye(3)).max() > SHEAR)


def _check_same(one: Floats, other: Floats, shape: tuple[int, ...]) -> None:
    """Compare two places at the far corners."""
    i, j, k = (*shape, 1, 1)[:3]
    corners = np.array([(a, b, c, 1.0) for a in (0, i) for b in (0, j) for c in (0, k)])
    if np.abs(corners @ (one - other).T).max() > SAME_PLACE_MM:
        raise LabelMapError(LabelProblem.TWO_PLACES)
