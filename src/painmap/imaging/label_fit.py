"""Brings label maps onto the slices of a stack: voxel for voxel, or to the nearest by choice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from painmap.domain.progress import Job, Progress
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import Floats, PlaneGeometry
from painmap.imaging.label_map import (
    SAME_PLACE_MM,
    LabelMap,
    LabelPlane,
    places_along,
    usual_gap,
)
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack

SAME_DIRECTION = 1e-4
"""Planes whose directions differ by more than this, as a cosine's sine, are not parallel."""


class Fit(StrEnum):
    """How a label map lies on a stack."""

    SAME_GRID = "same grid"
    OTHER_GRID = "other grid"
    APART = "nothing of it lies on the stack"
    NOT_PARALLEL = "its planes do not lie parallel to each other"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Structures on the slices of a stack.

    Parameters
    ----------
    masks : mapping of int to mapping of int to SliceMask
        By the structure's number, then by slice k; none empty.
    outside : mapping of int to int
        Voxels of a structure that lie beyond the slices and were left out.
    """

    masks: Mapping[int, Mapping[int, SliceMask]]
    outside: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Turn:
    """From a pixel (row, column) of a label plane to one of slice `k`: whole numbers."""

    k: int
    matrix: tuple[tuple[int, int], tuple[int, int]]
    offset: tuple[int, int]


class _Grid:
    """The slices of a stack, ready to be asked for the nearest one."""

    def __init__(self, stack: Stack) -> None:
        planes = [stack.slice_geometry(k) for k in range(len(stack.slices))]
        self.planes: list[PlaneGeometry] = [plane for plane in planes if plane is not None]
        if len(self.planes) < len(planes):
            raise SeriesError(SeriesProblem.NO_GEOMETRY)
        self.shape = stack.shape[1:]
        self.normal = self.planes[0].normal
        self.places = np.array(
            [float(plane.patient_from_pixel[:3, 2] @ self.normal) for plane in self.planes]
        )
        gap = usual_gap(list(self.places))
        self.gap = gap if gap is not None else stack.slices[0].slice_thickness or 1.0

    def nearest(self, place: float) -> tuple[int, float]:
        """The slice nearest to a place along the normal, and how far it is, millimetres."""
        away = np.abs(self.places - place)
        k = int(away.argmin())
        return k, float(away[k])

    def is_beyond(self, plane: LabelPlane) -> bool:
        """Whether a plane lies before the first or after the last slice."""
        place = float(plane.geometry.patient_from_pixel[:3, 2] @ self.normal)
        low, high = self.places.min() - SAME_PLACE_MM, self.places.max() + SAME_PLACE_MM
        return not low <= place <= high

    def turn_of(self, plane: LabelPlane) -> _Turn | None:
        """How a label plane lies on the slice whose pixels are its own; None: on none."""
        place = float(plane.geometry.patient_from_pixel[:3, 2] @ self.normal)
        k, _ = self.nearest(place)
        return _turn(plane, k, self.planes[k])


def _size_of(plane: LabelPlane) -> tuple[int, int]:
    mask = next(iter(plane.masks.values()))
    return mask.rows, mask.columns


def _turn(plane: LabelPlane, k: int, target: PlaneGeometry) -> _Turn | None:
    """Compare two planes at the corners of one: none may be off by `SAME_PLACE_MM`."""
    rows, columns = _size_of(plane)
    reach = np.array([(0, 0), (max(rows - 1, 1), 0), (0, max(columns - 1, 1))], dtype=np.float64)
    corners = np.vstack((reach, reach[1] + reach[2]))
    points = _points(plane.geometry, corners)
    pixels, away = target.pixels_of(points)
    whole = np.rint(pixels)
    off = (pixels - whole) * np.asarray(target.spacing_mm)
    if np.abs(away).max() > SAME_PLACE_MM or np.linalg.norm(off, axis=1).max() > SAME_PLACE_MM:
        return None
    down = (whole[1] - whole[0]) / reach[1, 0]
    right = (whole[2] - whole[0]) / reach[2, 1]
    matrix = np.column_stack((down, right))
    if sorted(np.abs(matrix).ravel().tolist()) != [0, 0, 1, 1]:
        return None
    whole_matrix = matrix.astype(int).tolist()
    first = whole[0].astype(int).tolist()
    return _Turn(k, (tuple(whole_matrix[0]), tuple(whole_matrix[1])), (first[0], first[1]))


def _points(plane: PlaneGeometry, pixels: Floats) -> Floats:
    """Pixels (n, 2) of a plane in the patient, (n, 3)."""
    ones = np.ones((len(pixels), 1))
    points: Floats = (np.hstack((pixels, ones)) @ plane.patient_from_pixel.T)[:, :3]
    return points


def fit_of(label_map: LabelMap, stack: Stack) -> Fit:
    """Say how a label map lies on a stack.

    Voxels lie on the same grid when every slice that a plane of the map is nearest to has
    its own pixels there, to `SAME_PLACE_MM`; axes may be exchanged and reversed. Contours do
    when each lies in a slice.

    Raises
    ------
    SeriesError
        NO_GEOMETRY: the stack does not say where its slices lie.
    """
    grid = _Grid(stack)
    if not label_map.planes:
        return Fit.APART
    if not _parallel(label_map.planes):
        return Fit.NOT_PARALLEL
    if label_map.contours:
        return _fit_of_contours(label_map, grid)
    if not _overlaps(label_map, grid):
        return Fit.APART
    turns = [grid.turn_of(plane) for plane in label_map.planes]
    if not _across_is_along(label_map.planes[0].geometry, grid):
        return Fit.OTHER_GRID
    fitting = {turn.k for turn in turns if turn is not None}
    places = np.array(_along(label_map.planes, grid))
    half = (label_map.gap_mm or grid.gap) / 2
    near = {k for k, place in enumerate(grid.places) if np.abs(places - place).min() <= half}
    return Fit.SAME_GRID if near <= fitting else Fit.OTHER_GRID


def _fit_of_contours(label_map: LabelMap, grid: _Grid) -> Fit:
    found = [grid.nearest(place)[1] for place in _along(label_map.planes, grid)]
    within = [away for away in found if away <= grid.gap / 2 + SAME_PLACE_MM]
    if not within:
        return Fit.APART
    return Fit.SAME_GRID if max(within) <= SAME_PLACE_MM else Fit.OTHER_GRID


def _along(planes: Iterable[LabelPlane], grid: _Grid) -> list[float]:
    return [float(p.geometry.patient_from_pixel[:3, 2] @ grid.normal) for p in planes]


def _parallel(planes: Sequence[LabelPlane]) -> bool:
    """Whether all planes have the same two directions and spacings."""
    first = planes[0].geometry.patient_from_pixel[:3, :2]
    return all(
        np.abs(plane.geometry.patient_from_pixel[:3, :2] - first).max() <= SAME_DIRECTION
        for plane in planes
    )


def _across_is_along(plane: PlaneGeometry, grid: _Grid) -> bool:
    return abs(float(plane.normal @ grid.normal)) > 1 - SAME_DIRECTION


def _overlaps(label_map: LabelMap, grid: _Grid) -> bool:
    """Whether a corner of some mask's box, or its middle, lies near a slice and within it."""
    rows, columns = grid.shape
    for plane in label_map.planes:
        for mask in plane.masks.values():
            points = _points(plane.geometry, _box(mask))
            pixels, _ = grid.planes[0].pixels_of(points)
            places = points @ grid.normal
            reach = grid.gap / 2
            if places.max() < grid.places.min() - reach or places.min() > grid.places.max() + reach:
                continue
            low, high = pixels.min(axis=0), pixels.max(axis=0)
            if (high >= -0.5).all() and low[0] <= rows - 0.5 and low[1] <= columns - 0.5:
                return True
    return False


FAR_PX = 1e9
"""Further away than any pixel of any picture."""


def _within_reach(pixels: Floats) -> Floats:
    """Keep places that an absurd header puts beyond all numbers where numbers still count."""
    return np.clip(np.nan_to_num(pixels, nan=-FAR_PX), -FAR_PX, FAR_PX)


def _box(mask: SliceMask) -> Floats:
    height, width = mask.bits.shape
    top, left = mask.top - 0.5, mask.left - 0.5
    return np.array(
        [(top, left), (top + height, left), (top, left + width), (top + height, left + width)]
    )


def placing(
    label_map: LabelMap, numbers: Iterable[int], stack: Stack, *, nearest: bool = False
) -> Job[Placed]:
    """Bring structures onto the slices of a stack.

    Parameters
    ----------
    numbers : iterable of int
        Structures.
    nearest : bool
        Each voxel of a slice takes what the map's voxel nearest to its centre holds, within
        half the distance of the map's planes; each contour goes to the nearest slice. Else
        only what lies on the same grid is taken.

    Yields
    ------
    Progress

    Raises
    ------
    SeriesError
        NO_GEOMETRY.
    """
    grid = _Grid(stack)
    wanted = tuple(numbers)
    if nearest and not label_map.contours:
        return (yield from _resampling(label_map, wanted, grid))
    masks: dict[int, dict[int, SliceMask]] = {number: {} for number in wanted}
    outside = dict.fromkeys(wanted, 0)
    for done, plane in enumerate(label_map.planes):
        yield Progress(done, len(label_map.planes), "Placing the label map")
        turn = _slid(plane, grid) if label_map.contours and nearest else grid.turn_of(plane)
        beyond = grid.is_beyond(plane)
        for number in wanted:
            mask = plane.masks.get(number)
            if mask is None:
                continue
            if turn is None:
                outside[number] += mask.pixels if beyond else 0
                continue
            placed, lost = _turned(mask, turn, grid.shape)
            outside[number] += lost
            if placed is not None:
                there = masks[number].get(turn.k)
                masks[number][turn.k] = placed if there is None else _joined(there, placed)
    return Placed(masks, outside)


def _slid(plane: LabelPlane, grid: _Grid) -> _Turn | None:
    """A contour's plane on the nearest slice; its pixels are those of the slices already."""
    (place,) = _along([plane], grid)
    k, away = grid.nearest(place)
    on_it = grid.planes[k].patient_from_pixel.copy()
    moved = plane.geometry.patient_from_pixel.copy()
    moved[:3, 2] -= (place - grid.places[k]) * grid.normal
    if away > grid.gap / 2 + SAME_PLACE_MM or np.abs(on_it - moved)[:3, :2].max() > SAME_PLACE_MM:
        return None
    return _turn(LabelPlane(PlaneGeometry(moved), plane.masks), k, grid.planes[k])


def _turned(mask: SliceMask, turn: _Turn, shape: tuple[int, int]) -> tuple[SliceMask | None, int]:
    """A mask in the pixels of a slice, and how many of its pixels lie beyond."""
    matrix, offset = np.array(turn.matrix), np.array(turn.offset)
    bits = mask.bits if matrix[0, 0] else mask.bits.T
    rows_reversed = matrix[0].sum() < 0
    columns_reversed = matrix[1].sum() < 0
    bits = bits[:: -1 if rows_reversed else 1, :: -1 if columns_reversed else 1]
    height, width = mask.bits.shape
    ends = np.array(
        [(mask.top, mask.left), (mask.top + height - 1, mask.left + width - 1)], dtype=np.int64
    )
    top, left = (ends @ matrix.T + offset).min(axis=0).tolist()
    rows, columns = shape
    cut = bits[
        max(0, -top) : max(0, min(bits.shape[0], rows - top)),
        max(0, -left) : max(0, min(bits.shape[1], columns - left)),
    ]
    lost = mask.pixels - int(np.count_nonzero(cut))
    if not cut.any():
        return None, lost
    return _cropped(cut, max(0, top), max(0, left), shape), lost


def _cropped(bits: npt.NDArray[np.bool_], top: int, left: int, shape: tuple[int, int]) -> SliceMask:
    """A mask from bits that may have empty rims; without making the whole slice."""
    small = SliceMask.of(bits)
    return SliceMask(*shape, top + small.top, left + small.left, small.bits)


def _joined(one: SliceMask, other: SliceMask) -> SliceMask:
    return SliceMask.of(one.whole() | other.whole())


# --- to the nearest voxel


def _resampling(label_map: LabelMap, wanted: Sequence[int], grid: _Grid) -> Job[Placed]:
    masks: dict[int, dict[int, SliceMask]] = {number: {} for number in wanted}
    total = len(wanted) * len(grid.planes)
    for order, number in enumerate(wanted):
        planes = sorted(
            label_map.planes_of(number),
            key=lambda plane: places_along([plane], label_map.planes[0].geometry)[0],
        )
        lattice = _Lattice(planes, number, (label_map.gap_mm or grid.gap) / 2)
        for k, window in lattice.reach(grid):
            yield Progress(order * len(grid.planes) + k, total, "Taking the nearest voxels")
            bits = lattice.at(grid.planes[k], window)
            if bits.any():
                masks[number][k] = _cropped(bits, window[0].start, window[1].start, grid.shape)
    return Placed(masks, dict.fromkeys(wanted, 0))


class _Lattice:
    """The planes of one structure, to be asked what is nearest to a point."""

    def __init__(self, planes: Sequence[LabelPlane], number: int, half_mm: float) -> None:
        self._geometries = [plane.geometry for plane in planes]
        self._masks = [plane.masks[number] for plane in planes]
        self._normal = self._geometries[0].normal
        self._places = np.array(places_along(planes, self._geometries[0]))
        self._half = half_mm + SAME_PLACE_MM

    def reach(self, grid: _Grid) -> Iterator[tuple[int, tuple[slice, slice]]]:
        """The slices that it may reach, each with the box of pixels."""
        corners = np.vstack(
            [_points(g, _box(m)) for g, m in zip(self._geometries, self._masks, strict=True)]
        )
        thick = self._normal * self._half
        corners = np.vstack((corners - thick, corners + thick))
        along = corners @ grid.normal
        for k, plane in enumerate(grid.planes):
            if not along.min() <= grid.places[k] <= along.max():
                continue
            pixels, _ = plane.pixels_of(corners)
            pixels = _within_reach(pixels)
            low = np.maximum(np.floor(pixels.min(axis=0)), 0).astype(int)
            high = np.minimum(np.ceil(pixels.max(axis=0)) + 1, grid.shape).astype(int)
            if (high > low).all():
                yield k, (slice(low[0], high[0]), slice(low[1], high[1]))

    def at(self, plane: PlaneGeometry, window: tuple[slice, slice]) -> npt.NDArray[np.bool_]:
        """What is nearest to each pixel of a box of a slice; (height, width) bool."""
        row, column = np.mgrid[window]
        points = _points(plane, np.column_stack((row.ravel(), column.ravel())).astype(np.float64))
        along = points @ self._normal
        which = _nearest_of(self._places, along)
        near = np.abs(self._places[which] - along) <= self._half
        found = np.zeros(len(points), dtype=np.bool_)
        for each in np.unique(which[near]).tolist():
            asked = np.flatnonzero(near & (which == each))
            found[asked] = _inside(self._geometries[each], self._masks[each], points[asked])
        return found.reshape(row.shape)


def _nearest_of(places: Floats, along: Floats) -> npt.NDArray[np.int64]:
    """The index of the nearest place, of two equally near ones the lower."""
    above = np.searchsorted(places, along).clip(0, len(places) - 1)
    below = (above - 1).clip(0)
    lower = along - places[below] <= places[above] - along
    return np.where(lower, below, above)


def _inside(geometry: PlaneGeometry, mask: SliceMask, points: Floats) -> npt.NDArray[np.bool_]:
    pixels, _ = geometry.pixels_of(points)
    at = np.floor(_within_reach(pixels) + 0.5).astype(np.int64) - (mask.top, mask.left)
    height, width = mask.bits.shape
    good = (at[:, 0] >= 0) & (at[:, 0] < height) & (at[:, 1] >= 0) & (at[:, 1] < width)
    inside = np.zeros(len(points), dtype=np.bool_)
    inside[good] = mask.bits[at[good, 0], at[good, 1]]
    return inside
