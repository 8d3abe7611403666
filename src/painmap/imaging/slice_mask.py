"""Where something is on one slice: a bit per pixel, cropped, packed, named by its hash."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from painmap.domain.places import Sha256
from painmap.imaging.contour import even_odd_polygon
from painmap.imaging.errors import SeriesError, SeriesProblem

Mask: TypeAlias = npt.NDArray[np.bool_]
"""(rows, columns) of a slice as stored."""

_MAGIC = b"PMSM1"
_HEAD = struct.Struct("<5s6I")
LARGEST_SIDE = 65535
"""Rows and Columns are 16 bits (PS3.3 C.7.6.3.1): more is no slice of a CT."""


@dataclass(frozen=True, slots=True, eq=False)
class SliceMask:
    """A mask cropped to what it holds.

    Parameters
    ----------
    rows, columns : int
        Of the slice.
    top, left : int
        Row and column of the first pixel of `bits`.
    bits : ndarray
        (height, width) bool, read-only; no empty row or column on its rim. (0, 0) when the
        mask is empty.
    """

    rows: int
    columns: int
    top: int
    left: int
    bits: Mask

    def __post_init__(self) -> None:
        height, width = self.bits.shape
        if self.top + height > self.rows or self.left + width > self.columns:
            raise ValueError("the bits do not fit the slice")
        self.bits.setflags(write=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SliceMask):
            return NotImplemented
        mine = (self.rows, self.columns, self.top, self.left)
        theirs = (other.rows, other.columns, other.top, other.left)
        return mine == theirs and np.array_equal(self.bits, other.bits)

    def __hash__(self) -> int:
        return hash((self.rows, self.columns, self.top, self.left, self.bits.tobytes()))

    @classmethod
    def of(cls, mask: Mask) -> Self:
        """Crop a whole slice's mask, (rows, columns)."""
        rows, columns = mask.shape
        in_row, in_column = mask.any(axis=1), mask.any(axis=0)
        if not in_row.any():
            return cls(rows, columns, 0, 0, np.zeros((0, 0), dtype=np.bool_))
        top, bottom = np.flatnonzero(in_row)[[0, -1]]
        left, right = np.flatnonzero(in_column)[[0, -1]]
        bits = np.array(mask[top : bottom + 1, left : right + 1], dtype=np.bool_)
        return cls(rows, columns, int(top), int(left), bits)

    @property
    def pixels(self) -> int:
        return int(np.count_nonzero(self.bits))

    def whole(self) -> Mask:
        """Give (rows, columns) bool."""
        mask = np.zeros((self.rows, self.columns), dtype=np.bool_)
        height, width = self.bits.shape
        mask[self.top : self.top + height, self.left : self.left + width] = self.bits
        return mask

    def values_of(self, picture: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Give the pixels of a (rows, columns) picture that lie in the mask, row by row."""
        height, width = self.bits.shape
        cut = picture[self.top : self.top + height, self.left : self.left + width]
        inside: npt.NDArray[np.generic] = cut[self.bits]
        return inside

    def encoded(self) -> bytes:
        """Write as bytes, the same for the same mask: what the record stores by hash."""
        height, width = self.bits.shape
        head = _HEAD.pack(_MAGIC, self.rows, self.columns, self.top, self.left, height, width)
        return head + zlib.compress(np.packbits(self.bits).tobytes(), 6)

    @classmethod
    def decoded(cls, content: bytes) -> Self:
        """Read what `encoded` wrote.

        Raises
        ------
        ValueError
            The bytes are no mask.
        """
        if len(content) < _HEAD.size:
            raise ValueError("too short for a mask")
        magic, rows, columns, top, left, height, width = _HEAD.unpack_from(content)
        if magic != _MAGIC or max(rows, columns) > LARGEST_SIDE:
            raise ValueError("not a mask")
        if top + height > rows or left + width > columns:
            raise ValueError("the mask does not fit its slice")
        wanted = (height * width + 7) // 8
        unpacker = zlib.decompressobj()
        try:
            packed = unpacker.decompress(content[_HEAD.size :], wanted + 1)
        except zlib.error as error:
            raise ValueError("the mask is damaged") from error
        if len(packed) != wanted:
            raise ValueError("the mask is cut short")
        flat = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=height * width)
        return cls(rows, columns, top, left, flat.reshape(height, width).astype(np.bool_))

    @property
    def sha256(self) -> Sha256:
        """The name under which `encoded` is stored."""
        return Sha256(sha256(self.encoded()).hexdigest())


def mask_of_polygon(corners: npt.ArrayLike, shape: tuple[int, int]) -> Mask:
    """Give the pixels whose centre lies inside a closed contour.

    Parameters
    ----------
    corners : (n, 2) array_like
        (row, column), fractional; whole numbers are pixel centres. Where the contour crosses
        itself, what it encloses twice counts as outside, as in `measure_contour`.
    shape : (rows, columns)

    Raises
    ------
    SeriesError
        TOO_FEW_POINTS.
    """
    points = np.asarray(corners, dtype=np.float64)
    if len(points) < 3:
        raise SeriesError(SeriesProblem.TOO_FEW_POINTS)
    outline = even_odd_polygon(points[:, ::-1])
    mask = np.zeros(shape, dtype=np.bool_)
    if outline.is_empty:
        return mask
    left, top, right, bottom = outline.bounds
    rows = range(max(0, int(np.ceil(top))), min(shape[0] - 1, int(np.floor(bottom))) + 1)
    columns = range(max(0, int(np.ceil(left))), min(shape[1] - 1, int(np.floor(right))) + 1)
    if not rows or not columns:
        return mask
    row, column = np.mgrid[rows.start : rows.stop, columns.start : columns.stop]
    shapely.prepare(outline)
    inside = shapely.contains_xy(outline, column.ravel(), row.ravel())
    mask[rows.start : rows.stop, columns.start : columns.stop] = inside.reshape(row.shape)
    return mask


def rim_of(mask: Mask) -> tuple[npt.NDArray[np.float64], ...]:
    """Trace the rims of a mask along the pixels' edges, for painting.

    Returns
    -------
    tuple of (n, 2) float
        Closed rings of (row, column) corners, half-way between centres; holes too.
    """
    return tuple(ring.astype(np.float64) - 0.5 for ring in _rings(mask))


def _rings(mask: Mask) -> Sequence[npt.NDArray[np.int64]]:
    """Corner paths around the pixels: each edge between inside and outside once."""
    padded = np.pad(mask, 1)
    inside = padded[1:-1, 1:-1]
    # an edge runs with the inside on its right hand, so that edges chain into rings
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def add(edge_pixels: Mask, *ends: int) -> None:
        for row, column in np.argwhere(edge_pixels).tolist():
            start = (row + ends[0], column + ends[1])
            edges.setdefault(start, []).append((row + ends[2], column + ends[3]))

    add(inside & ~padded[:-2, 1:-1], 0, 0, 0, 1)
    add(inside & ~padded[1:-1, 2:], 0, 1, 1, 1)
    add(inside & ~padded[2:, 1:-1], 1, 1, 1, 0)
    add(inside & ~padded[1:-1, :-2], 1, 0, 0, 0)
    rings = []
    while edges:
        start = next(iter(edges))
        ring, here = [start], _taken(edges, start, None)
        before = start
        while here != start:
            ring.append(here)
            before, here = here, _taken(edges, here, (here[0] - before[0], here[1] - before[1]))
        rings.append(_without_straights(np.array(ring, dtype=np.int64)))
    return rings


def _taken(
    edges: dict[tuple[int, int], list[tuple[int, int]]],
    at: tuple[int, int],
    heading: tuple[int, int] | None,
) -> tuple[int, int]:
    """Take the next edge; where two pixels touch at a corner, turn right and part them."""
    ways = edges[at]
    chosen = 0
    if len(ways) > 1 and heading is not None:
        right = (heading[1], -heading[0])
        chosen = next(
            (n for n, way in enumerate(ways) if (way[0] - at[0], way[1] - at[1]) == right), 0
        )
    end = ways.pop(chosen)
    if not ways:
        del edges[at]
    return end


def _without_straights(ring: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Leave out corners on a straight run."""
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    turns = np.any((ring - before) != (after - ring), axis=1)
    return ring[turns]
