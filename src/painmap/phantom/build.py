"""Make the phantom: every slice of the grid, painted, with noise."""

import os
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from painmap.domain.progress import Job, Progress
from painmap.phantom import tissue
from painmap.phantom.body import Body, body_of, paint_body
from painmap.phantom.couch import Couch, couch_of
from painmap.phantom.geometry import Slices, patient_from_index, slices_of
from painmap.phantom.options import HU_RANGE, PhantomOptions
from painmap.phantom.truth import Phantom, levels_of, skin_of

CHUNK: Final = 8
"""Slices between two reports: well under a second."""

WORKERS: Final = 2
"""numpy lets go of the interpreter in its loops; more threads gain little on small windows."""


def make_phantom(options: PhantomOptions) -> Job[Phantom]:
    """Make the phantom; about 0.1 s a slice of 512 x 512 and processor core.

    Yields
    ------
    Progress
        Slices done.

    Returns
    -------
    Phantom
    """
    body = body_of(options)
    slices = slices_of(options, body.person)
    couch = couch_of(options, body.person, body.trunk)
    shape = (options.slices, options.rows, options.columns)
    hu = np.empty(shape, dtype=np.int16)
    labels = np.empty(shape, dtype=np.uint8)

    def paint(k: int) -> None:
        hu[k], labels[k] = _slice(options, slices, body, couch, k)

    with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool:
        for start in range(0, options.slices, CHUNK):
            yield Progress(start, options.slices, "Making slices of the phantom")
            for _ in pool.map(paint, range(start, min(start + CHUNK, options.slices))):
                pass
    yield Progress(options.slices, options.slices, "Making slices of the phantom")
    affine = patient_from_index(options)
    padding = _outside_circle(options) if options.padding else None
    for array in (hu, labels, affine, padding):
        if array is not None:
            array.flags.writeable = False
    return Phantom(
        options=options,
        hu=hu,
        labels=labels,
        padding=padding,
        patient_from_index=affine,
        levels=MappingProxyType(levels_of(options, body)),
        skin=skin_of(options, body),
        body=body,
    )


def _slice(
    options: PhantomOptions, slices: Slices, body: Body, couch: Couch, k: int
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    canvas = slices.canvas(k)
    paint_body(canvas, body)
    couch.paint(canvas)
    hu = canvas.hu
    if options.noise_hu:
        hu = hu + tissue.noise((options.rows, options.columns), options.seed, k, options.noise_hu)
    return np.rint(np.clip(hu, *HU_RANGE)).astype(np.int16), canvas.labels


def _outside_circle(options: PhantomOptions) -> npt.NDArray[np.bool_]:
    """Give the pixels outside the scan circle, which touches the nearer edges of the image."""
    rows, columns = options.rows, options.columns
    j = (np.arange(rows) - (rows - 1) / 2) * options.pixel_spacing[0]
    i = (np.arange(columns) - (columns - 1) / 2) * options.pixel_spacing[1]
    radius = min(rows * options.pixel_spacing[0], columns * options.pixel_spacing[1]) / 2
    outside: npt.NDArray[np.bool_] = np.hypot(j[:, None], i[None, :]) > radius
    return outside
