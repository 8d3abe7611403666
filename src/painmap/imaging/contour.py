"""What lies inside a closed contour: area, Hounsfield units, share of fat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from painmap.domain.places import PatientPoint
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.reslice import Plane, SliceImage, plane_image
from painmap.imaging.volume import Volume

FAT_HU = (-190, -30)
"""Adipose tissue, both ends included (TomoVision; subcutaneous and intermuscular)."""

TISSUE_HU = (-190, 150)
"""Fat and muscle together, both ends included; muscle is -29 to 150 HU (TomoVision)."""

SMALLEST_PIXELS = 1e-6
"""A contour of less area, in pixels, is a line but for rounding."""

IN_PLANE_MM = 0.5
"""A point further than this from the picture was not drawn on it."""


@dataclass(frozen=True, slots=True)
class ContourMeasure:
    """What a contour encloses.

    Parameters
    ----------
    area_mm2 : float
        Of the polygon itself.
    pixels : int
        Pixels whose centre lies inside, padding left out; what follows is taken from them.
    mean_hu, sd_hu : float or None
        None when there are no pixels. The deviation is that of the pixels themselves
        (divided by their number).
    fat_share : float or None
        Pixels of `FAT_HU` among those of `TISSUE_HU`; None when there are none of these.
    """

    area_mm2: float
    pixels: int
    mean_hu: float | None
    sd_hu: float | None
    fat_share: float | None


def measure_contour(
    volume: Volume, plane: Plane, index: int, points: Sequence[PatientPoint]
) -> ContourMeasure:
    """Measure a closed contour that was drawn on one picture.

    Parameters
    ----------
    volume : Volume
    plane, index
        The picture, as for `plane_image`.
    points : sequence of PatientPoint
        The corners; the last one is joined to the first. Where the contour crosses itself,
        what it encloses twice counts as outside.

    Raises
    ------
    SeriesError
        NO_GEOMETRY, SHEARED_PLANE, TOO_FEW_POINTS, NOT_IN_PLANE, NO_AREA, STILL_LOADING, or as
        `plane_image`: what cannot be measured truly is refused.
    """
    if len(points) < 3:
        raise SeriesError(SeriesProblem.TOO_FEW_POINTS)
    image = plane_image(volume, plane, index)
    if image.geometry is None:
        raise SeriesError(SeriesProblem.NO_GEOMETRY)
    if image.view.resampled:
        raise SeriesError(SeriesProblem.SHEARED_PLANE)
    corners, away = image.geometry.pixels_of(np.asarray(points, dtype=np.float64))
    if float(np.abs(away).max()) > IN_PLANE_MM:
        raise SeriesError(SeriesProblem.NOT_IN_PLANE)
    outline = even_odd_polygon(corners[:, ::-1])
    pixel_mm2 = float(np.linalg.norm(_pixel_area(image)))
    if outline.area < SMALLEST_PIXELS:
        raise SeriesError(SeriesProblem.NO_AREA)
    return _measured(_inside(volume, image, outline), float(outline.area) * pixel_mm2)


def even_odd_polygon(corners: npt.NDArray[np.float64]) -> Any:
    """The polygon through (x, y) `corners`; of one that crosses itself the odd parts.

    shapely's make_valid is not used: where edges lie on each other its parts overlap.
    """
    polygon = shapely.Polygon(corners)
    if polygon.is_valid:
        return polygon
    edges = shapely.unary_union(shapely.LinearRing(corners))
    faces = shapely.get_parts(shapely.polygonize([edges]))
    odd = [face for face in faces if _is_odd(face.representative_point(), corners)]
    return shapely.unary_union(odd) if odd else shapely.Polygon()


def _is_odd(point: Any, corners: npt.NDArray[np.float64]) -> bool:
    """Whether a ray from `point` to the right crosses the contour an odd number of times."""
    x, y = corners.T
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    crossing = (y > point.y) != (next_y > point.y)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        at = x + (point.y - y) * (next_x - x) / (next_y - y)
    return bool(np.count_nonzero(crossing & (at > point.x)) % 2)


def _pixel_area(image: SliceImage) -> npt.NDArray[np.float64]:
    """The vector whose length is the area of one pixel, exact also for a skewed one."""
    if image.geometry is None:
        raise ValueError("a picture without geometry has no area")
    matrix = image.geometry.patient_from_pixel
    return np.cross(matrix[:3, 0], matrix[:3, 1])


def _inside(volume: Volume, image: SliceImage, outline: Any) -> npt.NDArray[Any]:
    """The values of the pixels whose centre lies in `outline`, without padding."""
    left, top, right, bottom = outline.bounds
    rows, columns = image.pixels.shape
    first_row, last_row = max(0, int(np.ceil(top))), min(rows - 1, int(np.floor(bottom)))
    first_column, last_column = max(0, int(np.ceil(left))), min(columns - 1, int(np.floor(right)))
    if first_row > last_row or first_column > last_column:
        return np.empty(0)
    row, column = np.mgrid[first_row : last_row + 1, first_column : last_column + 1]
    shapely.prepare(outline)
    inside = shapely.contains_xy(outline, column.ravel(), row.ravel())
    row, column = row.ravel()[inside], column.ravel()[inside]
    if image.missing is not None and image.missing[row, column].any():
        raise SeriesError(SeriesProblem.STILL_LOADING)
    values = image.pixels[row, column]
    kept: npt.NDArray[Any] = values[~_is_padding(volume, image, row, column)]
    return kept


def _is_padding(
    volume: Volume, image: SliceImage, row: npt.NDArray[Any], column: npt.NDArray[Any]
) -> npt.NDArray[np.bool_]:
    """Which pixels of the picture are padding."""
    if volume.padding is None or image.geometry is None:
        return np.zeros(len(row), dtype=np.bool_)
    ones = np.ones(len(row))
    places = (image.geometry.patient_from_pixel @ np.stack((row, column, ones)))[:3].T
    if volume.geometry is not None:
        k, j, i = np.rint(volume.geometry.index_points(places)).astype(np.int64).T
    else:
        stored = volume.slice_geometry(image.index)
        if stored is None:
            raise ValueError("a picture with geometry shows a slice with geometry")
        j, i = np.rint(stored.pixels_of(places)[0]).astype(np.int64).T
        k = np.full(len(row), image.index)
    bit = j * volume.shape[2] + i
    found: npt.NDArray[np.bool_] = (volume.padding[k, bit // 8] >> (7 - bit % 8) & 1).astype(
        np.bool_
    )
    return found


def _measured(values: npt.NDArray[Any], area_mm2: float) -> ContourMeasure:
    if len(values) == 0:
        return ContourMeasure(area_mm2, 0, None, None, None)
    exact = values.astype(np.float64)
    fat = int(np.count_nonzero((exact >= FAT_HU[0]) & (exact <= FAT_HU[1])))
    tissue = int(np.count_nonzero((exact >= TISSUE_HU[0]) & (exact <= TISSUE_HU[1])))
    return ContourMeasure(
        area_mm2,
        len(values),
        float(exact.mean()),
        float(exact.std()),
        fat / tissue if tissue else None,
    )
