"""Voxels as NIfTI, the one place where LPS becomes RAS on the way out."""

import gzip
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt

from painmap.exchange.writing import replace_file
from painmap.imaging.geometry import Geometry
from painmap.imaging.volume import Volume

_RAS_FROM_LPS = np.diag((-1.0, -1.0, 1.0, 1.0))
"""x grows to the left in LPS and to the right in RAS, y to the back and to the front."""

_SCANNER = 1
"""NIfTI code: coordinates of the scanner."""


def ras_from_xyz(geometry: Geometry) -> npt.NDArray[np.float64]:
    """4 x 4 from NIfTI voxel (i, j, k, 1) to RAS millimetres."""
    columns_turned = geometry.patient_from_index[:, [2, 1, 0, 3]]
    return _RAS_FROM_LPS @ columns_turned


def nifti_bytes(
    voxels: npt.NDArray[Any], geometry: Geometry, *, packed: bool, labels: bool = False
) -> bytes:
    """Write voxels (k, j, i) as NIfTI-1, the same for the same voxels.

    Parameters
    ----------
    packed : bool
        Compress with gzip.
    labels : bool
        They are numbers of structures (intent code 1002), and no measurements.
    """
    affine = ras_from_xyz(geometry)
    # nibabel is not typed
    library: Any = nibabel
    image = library.Nifti1Image(voxels.T, affine)
    image.header.set_xyzt_units("mm")
    if labels:
        image.header.set_intent("label")
    # only the sform can hold a sheared affine; a qform would contradict it
    image.set_sform(affine, code=_SCANNER)
    image.set_qform(None, code=0)
    content: bytes = image.to_bytes()
    return gzip.compress(content, compresslevel=4, mtime=0) if packed else content


def write_nifti(volume: Volume, path: Path) -> None:
    """Write Hounsfield units as NIfTI-1; the file appears whole or not at all.

    Parameters
    ----------
    volume : Volume
        Its array (k, j, i) is written as (i, j, k).
    path : Path
        Compressed when its name ends in ".gz".

    Raises
    ------
    SeriesError
        The stack is no volume: a single slice, uneven, or without geometry; or a slice has
        not been read yet.
    ExportError
        The file could not be written; what was there stays.
    """
    volume.require()
    geometry = volume.stack.require_geometry()
    packed = path.name.lower().endswith(".gz")
    replace_file(path, nifti_bytes(volume.hu, geometry, packed=packed))
