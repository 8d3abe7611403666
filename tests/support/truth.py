"""Outlines of the phantom's muscles, taken from its known labels."""

import numpy as np
from shapely import MultiPoint, concave_hull

from painmap.domain.anatomy import Side
from painmap.domain.places import PatientPoint
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
