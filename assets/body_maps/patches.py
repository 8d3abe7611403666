"""The skin as small patches of mesh faces within one region, and who is seen at each unit."""

import io
import zipfile
from typing import Any

import numpy as np
import outlines
import raster
import views
from family import Stances
from raster import Floats, Frame, Ints
from scipy.ndimage import distance_transform_edt

SIZE = 5.0
"""Edge of the cubes that faces are gathered in, figure units (about 9 mm)."""


def of_skin(own: Stances, skin: views.Skin) -> tuple[Ints, Floats, Ints]:
    """Patch of each triangle; share of the body's surface and region of each patch."""
    half = own.upright
    corner = half.points[half.corners]
    middle = corner.mean(1)
    cross = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    area = np.linalg.norm(cross, axis=1) / 2
    ahead = half.normals[half.corners].mean(1)
    arm = half.parts["arm"][half.corners].mean(1)
    region = skin.at(middle[:, :2], ahead[:, 2], arm)
    key = np.c_[region, np.floor(middle / SIZE).astype(int), ahead[:, 2] >= 0]
    _, patch = np.unique(key, axis=0, return_inverse=True)
    patch = patch.ravel()
    count = int(patch.max()) + 1
    whole = np.bincount(patch, weights=area, minlength=count) / area.sum() / 2
    of = np.zeros(count, dtype=np.int64)
    of[patch] = region
    return patch, whole, of


def grid(seen: outlines.Projection, patch: Ints) -> tuple[Floats, Ints]:
    """Corner and patch + 1 at each unit, 0 where the body is not."""
    frame = seen.frame
    small = Frame(
        float(np.floor(frame.left)),
        frame.top,
        int(np.ceil(frame.width / frame.scale)) + 1,
        int(np.ceil(frame.height / frame.scale)) + 1,
        1.0,
    )
    face, _, _ = raster.z_buffer(seen.points, seen.half.corners, small)
    away, near = distance_transform_edt(face < 0, return_indices=True)
    full = face[tuple(near)]
    squares = np.where(away <= 2.0, patch[full] + 1, 0)
    if squares.max() > 65535:
        raise ValueError("more patches than two bytes can count")
    return np.array([small.left, small.top]), squares.astype(np.uint16)


def packed(arrays: dict[str, Any]) -> bytes:
    """An `npz`, the same bytes at every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            body = io.BytesIO()
            np.lib.format.write_array(body, np.ascontiguousarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy")
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, body.getvalue(), compresslevel=9)
    return out.getvalue()
