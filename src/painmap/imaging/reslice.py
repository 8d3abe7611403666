"""The three orthogonal planes of a volume as pictures, oriented for reading.

Seen as radiologists do: an axial picture from the feet, a coronal one from the front (both
with the patient's right on the viewer's left), a sagittal one from the patient's left side
(front on the viewer's left). Which array axis that is, and in which order it is read, follows
from the direction cosines alone, for any position of the patient on the table.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from painmap.domain.places import PatientPoint
from painmap.imaging.axes import (
    THROUGH,
    Plane,
    body_axes,
    oriented,
    picture_axes,
    plane_matrix_at,
)
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import (
    UNKNOWN_LETTER,
    Floats,
    Geometry,
    PlaneGeometry,
    direction_letters,
)
from painmap.imaging.stack import Stack, WarningCode
from painmap.imaging.volume import AIR_HU, Volume

__all__ = [
    "Plane",
    "PlaneView",
    "SliceImage",
    "index_at",
    "native_plane",
    "plane_image",
    "plane_view",
    "plane_views",
    "rectified",
]


@dataclass(frozen=True, slots=True)
class PlaneView:
    """How one plane of a volume can be leafed through.

    Parameters
    ----------
    plane : Plane
    count : int
        Pictures; their index runs from 0.
    growing : str
        The letters of the direction in which the index grows; "?" when unknown.
    native : bool
        Whether its pictures are the slices as acquired, and its index is k.
    resampled : bool
        Whether its pictures are drawn between the pixels (a plane across tilted slices).
    """

    plane: Plane
    count: int
    growing: str
    native: bool
    resampled: bool


@dataclass(frozen=True, slots=True, eq=False)
class SliceImage:
    """One picture, ready for a window.

    Parameters
    ----------
    view : PlaneView
    index : int
    pixels : ndarray
        (rows, columns) HU; a view into the volume unless resampled.
    geometry : PlaneGeometry or None
        Exact for measuring; None when the series has no geometry.
    missing : ndarray or None
        (rows, columns) True where the slice of a pixel has not been read yet: shown as
        loading, never as air, and not measured. None when every pixel is there.
    stored_from_pixel : ndarray or None
        3 x 3, from (row, column, 1) of the picture to (row, column, 1) of the slice as stored:
        pictures are turned for reading, masks are not. None where the picture is no slice as
        acquired.
    """

    view: PlaneView
    index: int
    pixels: npt.NDArray[Any]
    geometry: PlaneGeometry | None
    missing: npt.NDArray[np.bool_] | None = None
    stored_from_pixel: Floats | None = None

    @property
    def letters(self) -> tuple[str, str, str, str]:
        """Of the left, right, top and bottom edge; "?" each when unknown."""
        if self.geometry is None:
            return (UNKNOWN_LETTER,) * 4
        return self.geometry.letters

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """Millimetres from row to row and from column to column; None when unknown."""
        return None if self.geometry is None else self.geometry.spacing_mm


def native_plane(stack: Stack) -> Plane:
    """The plane in which the slices were acquired; axial when the series does not say."""
    directions = _directions(stack)
    if directions is None:
        return Plane.AXIAL
    body = body_axes(directions)[0]
    return next(plane for plane, axis in THROUGH.items() if axis == body)


def plane_views(stack: Stack) -> tuple[PlaneView, ...]:
    """The planes that can be shown: all three of a volume, else only the native one."""
    native = native_plane(stack)
    if stack.geometry is None:
        growing = UNKNOWN_LETTER
        directions = _directions(stack)
        if directions is not None:
            growing = direction_letters(directions[:, 0])
        return (PlaneView(native, stack.shape[0], growing, native=True, resampled=False),)
    return tuple(_view(stack, stack.geometry, plane, native) for plane in Plane)


def plane_view(stack: Stack, plane: Plane) -> PlaneView:
    """How `plane` can be leafed through.

    Raises
    ------
    SeriesError
        SINGLE_SLICE, NO_GEOMETRY or NOT_UNIFORM when the plane lies across the slices of
        a stack that is no volume.
    """
    if stack.geometry is not None:
        return _view(stack, stack.geometry, plane, native_plane(stack))
    for view in plane_views(stack):
        if view.plane is plane:
            return view
    stack.require_geometry()
    raise ValueError(f"no such plane: {plane}")


def plane_image(volume: Volume, plane: Plane, index: int) -> SliceImage:
    """One picture of `volume`.

    Parameters
    ----------
    volume : Volume
    plane : Plane
    index : int
        From 0, below the view's count.

    Raises
    ------
    SeriesError
        NO_SUCH_SLICE, or as `plane_view`.
    """
    view = plane_view(volume.stack, plane)
    if not 0 <= index < view.count:
        raise SeriesError(SeriesProblem.NO_SUCH_SLICE, f"{index + 1} of {view.count}")
    if view.native:
        return _native_image(volume, view, index)
    geometry = volume.stack.require_geometry()
    shown = rectified(geometry) if view.resampled else geometry
    axes = picture_axes(shown.patient_from_index[:3, :3], plane)
    matrix = plane_matrix_at(shown, axes, index)
    # asked before the pixels are: what comes in between counts as missing, not as there
    absent = volume.missing_slices()
    missing = None
    if view.resampled:
        shape = shown.shape[axes.down], shown.shape[axes.right]
        indices = _indices(geometry, matrix, shape)
        if absent is not None:
            missing = _missing_between(absent, indices[0]).reshape(shape)
        pixels = _sampled(volume, indices, shape)
    else:
        if absent is not None:
            whole = np.broadcast_to(absent[:, None, None], volume.shape)
            missing = oriented(_cut(whole, axes.through, index), axes)
        pixels = oriented(_cut(volume.hu, axes.through, index), axes)
    return SliceImage(view, index, pixels, PlaneGeometry(matrix), missing)


def index_at(stack: Stack, plane: Plane, point: PatientPoint) -> int | None:
    """The index of the picture of `plane` that is nearest to `point`.

    Returns
    -------
    int or None
        The first or last one for a point beyond; None when the series has no geometry.
    """
    view = plane_view(stack, plane)
    if stack.geometry is None:
        if not stack.has_geometry:
            return None
        away = [_distance(stack, k, point) for k in range(view.count)]
        return int(np.argmin(away))
    shown = rectified(stack.geometry) if view.resampled else stack.geometry
    through = picture_axes(shown.patient_from_index[:3, :3], plane).through
    place = float(shown.index_points(point)[through])
    return int(np.clip(round(place), 0, view.count - 1))


def rectified(geometry: Geometry) -> Geometry:
    """The upright grid that holds a tilted stack; an upright one as it is.

    Pixel sizes and the distance of the slices are kept; rows and columns are added so that
    every slice fits in.
    """
    if geometry.is_orthogonal:
        return geometry
    affine = geometry.patient_from_index
    between, row_mm, column_mm = geometry.spacing_mm
    down, right = affine[:3, 1] / row_mm, affine[:3, 2] / column_mm
    slices, rows, columns = geometry.shape
    shift = np.array((affine[:3, 0] @ down / row_mm, affine[:3, 0] @ right / column_mm))
    last = shift * (slices - 1)
    before = np.floor(np.minimum(last, 0.0))
    after = np.ceil(np.maximum(last, 0.0))
    upright = affine.copy()
    upright[:3, 0] = geometry.normal * between
    upright[:3, 3] = affine[:3, 3] + before[0] * affine[:3, 1] + before[1] * affine[:3, 2]
    extra = (after - before).astype(int)
    return Geometry((slices, rows + int(extra[0]), columns + int(extra[1])), upright)


def _view(stack: Stack, geometry: Geometry, plane: Plane, native: Plane) -> PlaneView:
    resampled = plane is not native and WarningCode.TILTED in stack.codes
    shown = rectified(geometry) if resampled else geometry
    directions = shown.patient_from_index[:3, :3]
    through = picture_axes(directions, plane).through
    return PlaneView(
        plane,
        shown.shape[through],
        direction_letters(directions[:, through]),
        native=plane is native,
        resampled=resampled,
    )


def _directions(stack: Stack) -> Floats | None:
    """3 x 3, the patient directions of k, j and i as columns; None when unknown."""
    if stack.geometry is not None:
        # upright, so that tilt does not bear on which axis is which
        columns = stack.geometry.patient_from_index[:3, :3].copy()
        columns[:, 0] = stack.geometry.normal
        return columns
    plane = stack.slice_geometry(0)
    if plane is None:
        return None
    down, right = plane.patient_from_pixel[:3, 0], plane.patient_from_pixel[:3, 1]
    return np.column_stack((plane.normal, down, right))


def _cut(array: npt.NDArray[Any], axis: int, index: int) -> npt.NDArray[Any]:
    """One plane of an array, without copying."""
    where: list[int | slice] = [slice(None)] * 3
    where[axis] = index
    cut: npt.NDArray[Any] = array[tuple(where)]
    return cut


def _native_image(volume: Volume, view: PlaneView, k: int) -> SliceImage:
    """A slice as acquired, turned for reading."""
    missing = None if volume.has_slice(k) else np.ones(volume.shape[1:], dtype=np.bool_)
    stored = volume.slice_geometry(k)
    directions = _directions(volume.stack)
    if stored is None or directions is None:
        return SliceImage(view, k, volume.hu[k], None, missing, np.eye(3))
    axes = picture_axes(directions, view.plane)
    rows, columns = volume.shape[1:]
    pixel_from_pixel = np.zeros((3, 3))
    down_row, right_row = axes.down - 1, axes.right - 1
    pixel_from_pixel[down_row, 0] = -1 if axes.down_reversed else 1
    pixel_from_pixel[right_row, 1] = -1 if axes.right_reversed else 1
    lasts = (rows - 1, columns - 1)
    pixel_from_pixel[down_row, 2] = lasts[down_row] if axes.down_reversed else 0
    pixel_from_pixel[right_row, 2] = lasts[right_row] if axes.right_reversed else 0
    pixel_from_pixel[2, 2] = 1
    geometry = PlaneGeometry(stored.patient_from_pixel @ pixel_from_pixel)
    turned = None if missing is None else oriented(missing, axes)
    pixels = oriented(volume.hu[k], axes)
    return SliceImage(view, k, pixels, geometry, turned, pixel_from_pixel)


def _indices(geometry: Geometry, matrix: Floats, shape: tuple[int, int]) -> Floats:
    """(3, pixels), where between the voxels the pixels of a picture lie."""
    index_from_pixel = geometry.index_from_patient @ matrix
    rows, columns = np.indices(shape, dtype=np.float64)
    places = np.stack((rows.ravel(), columns.ravel(), np.ones(rows.size)))
    indices: Floats = (index_from_pixel @ places)[:3]
    # rounding of the affine must not push whole slice numbers beyond the first or last slice
    nearest = np.rint(indices[0])
    indices[0] = np.where(np.abs(indices[0] - nearest) < 1e-6, nearest, indices[0])
    return indices


def _missing_between(absent: npt.NDArray[np.bool_], k: Floats) -> npt.NDArray[np.bool_]:
    """Which places `k` between slices need one that has not been read yet."""
    last = len(absent) - 1
    inside = (k >= 0) & (k <= last)
    below, above = (np.clip(end(k), 0, last).astype(np.int64) for end in (np.floor, np.ceil))
    found: npt.NDArray[np.bool_] = inside & (absent[below] | absent[above])
    return found


def _sampled(volume: Volume, indices: Floats, shape: tuple[int, int]) -> npt.NDArray[Any]:
    """A picture between the pixels, linear; for looking, never for measuring."""
    sampled = map_coordinates(
        volume.hu, indices, output=np.float32, order=1, cval=AIR_HU, prefilter=False
    )
    picture: npt.NDArray[Any] = sampled.reshape(shape)
    return np.rint(picture).astype(np.int16) if volume.hu.dtype == np.int16 else picture


def _distance(stack: Stack, k: int, point: PatientPoint) -> float:
    plane = stack.slice_geometry(k)
    if plane is None:
        return np.inf
    _, away = plane.pixels_of(point)
    return abs(float(away))
