"""NIfTI label maps: one structure a file, or several by number with a table of names.

NIfTI knows neither patient nor frame of reference; its place is RAS millimetres, which becomes
LPS at once.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from scipy.ndimage import find_objects

from painmap.domain.progress import Job, Progress
from painmap.exchange.importer import Importer, LabelFile, guarded
from painmap.exchange.label_errors import LabelMapError, LabelProblem
from painmap.exchange.label_tables import SUFFIXES, names_in, names_in_xml
from painmap.exchange.nifti_header import (
    HEAD_BYTES,
    Layout,
    header_of,
    layout_of,
    lps_from_voxel,
    voxels_of,
)
from painmap.imaging.geometry import Floats, PlaneGeometry
from painmap.imaging.label_map import LabelMap, LabelPlane, LabelStructure
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack

FORMAT = "NIfTI label map"
MOST_LABELS = 512
"""More different values than this are grey levels and no labels."""

MOST_VALUE = 65_535
NAMES_NOBODY = (
    "A NIfTI names neither patient nor frame of reference: look whether it lies where it should."
)

_CHUNK = 1 << 22
_GZIP = b"\x1f\x8b"
_ENDING = re.compile(r"(\.nii)?(\.gz)?$", re.IGNORECASE)


def _read(file: LabelFile, stack: Stack) -> Job[LabelMap]:
    content, layout = yield from _whole(file.path)
    header = header_of(content, layout)
    affine = lps_from_voxel(header)
    voxels = voxels_of(content, header, layout)
    rescale = _rescale(header)
    axis = _across(affine, stack)
    planes: list[LabelPlane] = []
    found: set[int] = set()
    for n in range(layout.shape[axis]):
        yield Progress(n, layout.shape[axis], "Reading the label map")
        # a view: `take` would copy the whole volume for each plane
        masks = _masks(_labels(np.moveaxis(voxels, axis, 0)[n], rescale))
        found |= masks.keys()
        if len(found) > MOST_LABELS:
            raise LabelMapError(LabelProblem.NOT_LABELS)
        if masks:
            planes.append(LabelPlane(_plane(affine, axis, n), masks))
    if not found:
        raise LabelMapError(LabelProblem.EMPTY)
    names = _names(file, header.extensions)
    return LabelMap(
        format=FORMAT,
        structures=tuple(
            LabelStructure(number, _name(number, names, file.path, found))
            for number in sorted(found)
        ),
        planes=tuple(planes),
        step_mm=abs(float(affine[:3, axis] @ planes[0].geometry.normal[:3])),
        notes=(NAMES_NOBODY,),
    )


def _rescale(header: Any) -> tuple[float, float]:
    """Slope and intercept of the stored values; (1, 0) where the header gives none."""
    slope, intercept = header.get_slope_inter()
    return (1.0 if slope is None else float(slope), 0.0 if intercept is None else float(intercept))


def _labels(stored: npt.NDArray[Any], rescale: tuple[float, float]) -> npt.NDArray[np.int64]:
    """The labels of a plane.

    Raises
    ------
    LabelMapError
        NOT_LABELS: a value is negative, broken or far beyond any label.
    """
    values = stored if rescale == (1.0, 0.0) else stored * rescale[0] + rescale[1]
    if not values.any():
        return np.zeros(values.shape, dtype=np.int64)
    if values.dtype.kind == "f" and not (
        np.isfinite(values).all() and np.array_equal(values, np.rint(values))
    ):
        raise LabelMapError(LabelProblem.NOT_LABELS)
    if values.min() < 0 or values.max() > MOST_VALUE:
        raise LabelMapError(LabelProblem.NOT_LABELS)
    return values.astype(np.int64)


def _masks(plane: npt.NDArray[np.int64]) -> dict[int, SliceMask]:
    masks = {}
    rows, columns = plane.shape
    for number, box in enumerate(find_objects(plane), 1):
        if box is not None:
            top, left = box[0].start, box[1].start
            masks[number] = SliceMask(rows, columns, top, left, plane[box] == number)
    return masks


def _across(affine: Floats, stack: Stack) -> int:
    """The axis of the voxels that runs most along the normal of the open CT's slices."""
    plane = stack.slice_geometry(0)
    if plane is None:
        raise LabelMapError(LabelProblem.NO_PLACE)
    axes = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return int(np.abs(plane.normal @ axes).argmax())


def _plane(affine: Floats, axis: int, n: int) -> PlaneGeometry:
    across = [each for each in range(3) if each != axis]
    first = affine[:, 3] + n * affine[:, axis]
    return PlaneGeometry(np.column_stack((affine[:, across[0]], affine[:, across[1]], first)))


# --- names


def _name(number: int, names: Mapping[int, str], path: Path, found: set[int]) -> str:
    if number in names:
        return names[number]
    # a file of one structure is named after it
    return _ENDING.sub("", path.name) if len(found) == 1 and not names else f"label {number}"


def _names(file: LabelFile, extensions: Any) -> dict[int, str]:
    """The table that was offered with the file, else in its header, else beside it."""
    offered = [path for path in file.beside if path.suffix.lower() in SUFFIXES]
    if offered:
        return {number: name for path in offered for number, name in names_in(path).items()}
    for extension in extensions:
        content = extension.get_content()
        if isinstance(content, bytes) and (named := names_in_xml(content)):
            return named
    stem = _ENDING.sub("", file.path.name)
    beside = (file.path.with_name(stem + suffix) for suffix in SUFFIXES)
    return next((names_in(path) for path in beside if path.is_file()), {})


# --- the file


def _whole(path: Path) -> Job[tuple[bytes, Layout]]:
    """Read a file as far as its own header says that it goes, and not further."""
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
        stream.seek(0)
        chunks = _inflated(stream) if packed else iter(lambda: stream.read(_CHUNK), b"")
        parts: list[bytes] = []
        have = 0
        layout: Layout | None = None
        for part in chunks:
            total = None if layout is None else layout.size
            yield Progress(have, total, "Reading the label map")
            parts.append(part)
            have += len(part)
            if layout is None and have >= HEAD_BYTES:
                parts = [b"".join(parts)]
                layout = _layout(parts[0][:HEAD_BYTES])
            if layout is not None and have >= layout.size:
                break
    content = b"".join(parts)
    layout = layout or _layout(content)
    if len(content) < layout.size:
        raise LabelMapError(LabelProblem.DAMAGED)
    return content, layout


def _layout(head: bytes) -> Layout:
    layout = layout_of(head)
    if layout is None:
        raise LabelMapError(LabelProblem.UNKNOWN)
    return layout


def _inflated(stream: BinaryIO) -> Iterator[bytes]:
    """Unpack piece by piece; a damaged end gives what was whole before it."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    while packed := stream.read(_CHUNK):
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, _CHUNK)
            packed = unpacker.unconsumed_tail


def _recognises(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == _GZIP
            stream.seek(0)
            head = next(_inflated(stream), b"") if packed else stream.read(HEAD_BYTES)
        return layout_of(head[:HEAD_BYTES]) is not None
    except LabelMapError:
        return True  # reading it will say why not
    except (OSError, zlib.error, struct.error):
        return False


IMPORTER = Importer(
    "nifti",
    "NIfTI label map",
    ("*.nii", "*.nii.gz"),
    _recognises,
    lambda file, stack: guarded(_read(file, stack)),
)
