"""Outlines of the phantom's muscles, taken from its known labels."""

import numpy as np
from shapely import MultiPoint, Polygon, concave_hull

from painmap.domain.anatomy import Side
from painmap.domain.places import PatientPoint
from painmap.imaging.slice_mask import Mask, rim_of
from painmap.imaging.stack import Stack
from painmap.phantom import Phantom


def contour_of(
    phantom: Phantom, muscle_id: str, side: Side, k: int, vertices: int = 14
) -> list[PatientPoint]:
    """A closed contour around a muscle on slice `k`, as a doctor would click it."""
    rows, columns = np.nonzero(phantom.label_mask(muscle_id, side)[k])
    hull = concave_hull(MultiPoint(np.column_stack([columns, rows])), ratio=0.25)
    ring = hull.exterior
    along = np.linspace(0, 1, vertices, endpoint=False)
    points = [ring.interpolate(share, normalized=True) for share in along]
    index = np.array([[k, point.y, point.x] for point in points])
    return [PatientPoint(*map(float, point)) for point in phantom.patient_points(index)]


def rim_of_muscle(phantom: Phantom, muscle_id: str, side: Side, k: int) -> list[PatientPoint]:
    """The rim of a muscle on slice `k` along its pixels, as a hand goes around it."""
    rings = rim_of(phantom.label_mask(muscle_id, side)[k])
    longest = max((Polygon(ring) for ring in rings), key=lambda each: each.area)
    rim = longest.simplify(0.6).exterior
    index = np.array([[k, row, column] for row, column in rim.coords])
    return [PatientPoint(*map(float, point)) for point in phantom.patient_points(index)]


def mask_on(phantom: Phantom, stack: Stack, k: int, muscle_id: str, side: Side) -> Mask:
    """Which pixels of a slice, as it was read, belong to a muscle; however the patient lay."""
    truth = phantom.label_mask(muscle_id, side)
    plane = stack.slice_geometry(k)
    if plane is None:
        raise ValueError("the slice has no geometry")
    _, rows, columns = stack.shape
    row, column = np.mgrid[:rows, :columns]
    matrix = np.linalg.inv(phantom.patient_from_index) @ plane.patient_from_pixel
    index = np.stack((row, column, np.ones_like(row)), axis=-1) @ matrix.T
    at = np.clip(np.round(index[..., :3]).astype(int), 0, np.array(truth.shape) - 1)
    found: Mask = truth[at[..., 0], at[..., 1], at[..., 2]]
    return found
