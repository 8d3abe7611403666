"""Where in a volume the patient's body is, without the table: to show it as large as it goes."""

from itertools import product

import numpy as np
from scipy import ndimage

from painmap.imaging.geometry import Floats
from painmap.imaging.volume import Volume

COARSE = 96
"""The body is looked for on a grid of about so many points along each axis."""

BODY_HU = -300
"""Skin, fat and all that lies in them are denser than this; air and foam are not."""


def body_corners(volume: Volume) -> Floats | None:
    """The corners of the box that holds the patient's body.

    While slices are missing, it is the box of those that are there, as long as the stack.

    Returns
    -------
    ndarray or None
        (8, 3) patient millimetres; None where no body is found or nothing has a place.
    """
    geometry = volume.geometry
    if geometry is None:
        return None
    steps = [max(1, count // COARSE) for count in volume.shape]
    missing = volume.missing_slices()
    if missing is None:
        coarse = volume.hu[:: steps[0], :: steps[1], :: steps[2]]
    else:
        there = np.flatnonzero(~missing)[:: steps[0]]
        coarse = volume.hu[there, :: steps[1], :: steps[2]]
    parts, count = ndimage.label(coarse > BODY_HU)
    if not count:
        return None
    largest = int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    box = ndimage.find_objects((parts == largest).astype(np.uint8))[0]
    ends = [(one.start * step, one.stop * step) for one, step in zip(box, steps, strict=True)]
    if missing is not None:
        ends[0] = (0, volume.shape[0])
    return geometry.patient_points(list(product(*ends)))
