"""What part of the skin a mark covers: the marks of all views, united on the body's surface.

The surface is cut into small patches of mesh faces, each within one region. Every view that has
its own projection knows which patch is seen at each square unit; a place that two views show is
the same patch in both, so nothing is counted twice.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NO_FACE = -1


@dataclass(frozen=True, slots=True)
class FaceGrid:
    """Which face is seen at each square unit of a view.

    Parameters
    ----------
    left, top : float
        Figure units of the grid's corner.
    faces : (h, w) int32
        `NO_FACE` where the body is not.
    seen : (n,) int64
        Squares of each face in this view.
    """

    left: float
    top: float
    faces: NDArray[np.int32] = field(repr=False, compare=False)
    seen: Ints = field(repr=False, compare=False)


def filled(shape: BaseGeometry, left: float, top: float, size: tuple[int, int]) -> Mask:
    """Squares of one unit whose middle lies in `shape` (even-odd rule).

    Parameters
    ----------
    shape : shapely Polygon or MultiPolygon
        Valid; figure units.
    left, top : float
        Corner of the first square.
    size : (h, w)

    Returns
    -------
    (h, w) bool
    """
    high, wide = size
    turns = np.zeros((high, wide + 1), dtype=np.uint8)
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = shapely.get_rings(polygons)
    if not len(rings):
        return np.zeros(size, dtype=np.bool_)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = places[:, 0] - left - 0.5, places[:, 1] - top - 0.5
    joined = ring[1:] == ring[:-1]
    x0, x1, y0, y1 = (part[joined] for part in (x[:-1], x[1:], y[:-1], y[1:]))
    low, above = np.minimum(y0, y1), np.maximum(y0, y1)
    first = np.clip(np.ceil(low), 0, high).astype(np.int64)
    count = np.clip(np.ceil(above), 0, high).astype(np.int64) - first
    edge = np.repeat(np.arange(len(x0)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    share = (row - y0[edge]) / (y1[edge] - y0[edge])
    cross = np.ceil(x0[edge] + share * (x1[edge] - x0[edge]))
    column = np.clip(cross, 0, wide).astype(np.int64)
    np.add.at(turns, (row, column), 1)
    inside: Mask = (np.cumsum(turns, axis=1, dtype=np.uint16)[:, :wide] % 2).astype(np.bool_)
    return inside


class SurfaceMap:
    """The surface of one figure.

    Parameters
    ----------
    area : (n,) float
        Share of the whole body's surface of each face; they sum to 1.
    region : (n,) int
        Index into `regions` of the region that a face belongs to.
    regions : tuple of str
        Ids with their side.
    views : Mapping of view id to FaceGrid
    """

    __slots__ = ("area", "region", "regions", "shares", "views")

    def __init__(
        self,
        area: Floats,
        region: Ints,
        regions: tuple[str, ...],
        views: Mapping[str, FaceGrid],
    ) -> None:
        if not np.isclose(area.sum(), 1.0, atol=1e-4):
            raise ValueError("the faces do not make up one body")
        if len(area) != len(region) or region.max(initial=0) >= len(regions):
            raise ValueError("the faces do not fit the regions")
        area.setflags(write=False)
        region.setflags(write=False)
        self.area, self.region, self.regions = area, region, regions
        self.views = MappingProxyType(dict(views))
        share = np.bincount(region, weights=area, minlength=len(regions))
        self.shares: Mapping[str, float] = MappingProxyType(
            {name: float(part) for name, part in zip(regions, share, strict=True)}
        )

    def faces_of(self, view_id: str, shape: BaseGeometry) -> Floats:
        """How far a shape of a view covers each face.

        Parameters
        ----------
        view_id : str
            A view, or a zoom in the coordinates of the view that it magnifies.
        shape : shapely geometry
            Figure units; what is not an area covers nothing.

        Returns
        -------
        (n,) float
            0 to 1: covered part of what the view shows of the face.

        Raises
        ------
        KeyError
            The view has no grid.
        """
        grid = self.views[view_id]
        weight = np.zeros(len(self.area))
        high, wide = grid.faces.shape
        if shape.is_empty:
            return weight
        x0, y0, x1, y1 = shape.bounds
        row0, row1 = np.clip([np.floor(y0 - grid.top), np.ceil(y1 - grid.top)], 0, high).astype(int)
        col0, col1 = np.clip([np.floor(x0 - grid.left), np.ceil(x1 - grid.left)], 0, wide).astype(
            int
        )
        if row1 <= row0 or col1 <= col0:
            return weight
        inside = filled(shape, grid.left + col0, grid.top + row0, (row1 - row0, col1 - col0))
        faces = grid.faces[row0:row1, col0:col1][inside]
        count = np.bincount(faces[faces >= 0], minlength=len(self.area))
        touched = count > 0
        weight[touched] = count[touched] / grid.seen[touched]
        return weight

    def united(self, weights: Iterable[Floats]) -> Floats:
        """Faces covered by any of several marks: the largest weight of each face."""
        total = np.zeros(len(self.area))
        for weight in weights:
            np.maximum(total, weight, out=total)
        return total

    def share_of(self, weight: Floats) -> float:
        """Share of the body's surface, 0 to 1, of faces with these weights."""
        return float(weight @ self.area)

    def shares_by_region(self, weight: Floats) -> dict[str, float]:
        """Covered part, 0 to 1, of each region's surface."""
        covered = np.bincount(self.region, weights=weight * self.area, minlength=len(self.regions))
        return {
            name: float(part / whole) if (whole := self.shares[name]) > 0 else 0.0
            for name, part in zip(self.regions, covered, strict=True)
        }


def read_surface(data: bytes, sharing: Mapping[str, str]) -> SurfaceMap:
    """Read `surface.npz`.

    Parameters
    ----------
    data : bytes
        Areas and regions of the faces of the left half, and a grid for each view with its own
        projection; the right half is the mirror image.
    sharing : Mapping of zoom id to view id
        Zooms that use the coordinates of another view.

    Raises
    ------
    ValueError, KeyError, OSError
        The data are damaged.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        half = stored["area"].astype(np.float64)
        count = len(half)
        bases = [str(name) for name in stored["regions"]]
        sided = stored["sided"].astype(bool)
        region = stored["region"].astype(np.int64)
        left = [f"{b}.left" if s else b for b, s in zip(bases, sided, strict=True)]
        right = [f"{b}.right" if s else b for b, s in zip(bases, sided, strict=True)]
        names = tuple(dict.fromkeys([*left, *right]))
        index = {name: i for i, name in enumerate(names)}
        of_left = np.array([index[name] for name in left])[region]
        of_right = np.array([index[name] for name in right])[region]
        grids: dict[str, FaceGrid] = {}
        for key in stored.files:
            if not key.startswith("grid/"):
                continue
            corner = stored[f"corner/{key.removeprefix('grid/')}"]
            squares = stored[key].astype(np.int32) - 1  # 0 stands for no face
            name, _, kind = key.removeprefix("grid/").partition("/")
            grids |= _whole(name, kind, squares, corner, count)
    for zoom, parent in sharing.items():
        grids[zoom] = grids[parent]
    return SurfaceMap(
        np.concatenate([half, half]), np.concatenate([of_left, of_right]), names, grids
    )


def _whole(
    name: str, kind: str, squares: NDArray[np.int32], corner: Floats, count: int
) -> dict[str, FaceGrid]:
    """The whole views from what is stored of the left half of the body."""
    other = np.where(squares >= 0, squares + count, NO_FACE).astype(np.int32)[:, ::-1]
    x, y = float(corner[0]), float(corner[1])
    if kind == "side":
        twin = name.replace("left", "right")
        return {
            name: _grid(x, y, squares, count),
            twin: _grid(-x - squares.shape[1], y, other, count),
        }
    if kind == "front":  # the patient's left is at the viewer's right
        both = np.concatenate([other, squares], axis=1)
    else:  # stored as on the back too, x growing away from the midline
        both = np.concatenate([squares[:, ::-1], other[:, ::-1]], axis=1)
    return {name: _grid(-float(squares.shape[1]), y, both, count)}


def _grid(left: float, top: float, faces: NDArray[np.int32], count: int) -> FaceGrid:
    whole = np.ascontiguousarray(faces)
    seen = np.bincount(whole[whole >= 0].ravel(), minlength=2 * count)
    for array in (whole, seen):
        array.setflags(write=False)
    return FaceGrid(left, top, whole, seen)
