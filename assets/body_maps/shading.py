"""Very soft shading of a view as an 8-bit picture: 0 is bare, 255 the deepest shade."""

import struct
import zlib

import numpy as np
from outlines import Projection
from raster import Floats
from scipy.ndimage import gaussian_filter, zoom

PIXELS_PER_UNIT = 1.5
_RIM, _HOLLOW, _LIGHT, _GROUND = 0.60, 0.95, 0.34, 0.05
"""Weights: surfaces that turn away, hollows, surfaces that look down, and everywhere."""
_CALM = (
    (0.0, 80.0, 34.0, 52.0, 2.2),
    (54.0, 258.0, 18.0, 18.0, 7.0),
    (0.0, 486.0, 26.0, 26.0, 3.5),
    (17.4, 62.0, 15.0, 11.0, 6.0),
)
"""Ellipses (x, y, half width, half height) blurred by so many units: face, breast, pubis, eye."""


def shade(view: Projection, adult: Floats | None = None) -> Floats:
    """Shade of the half picture in the view's frame, 0 to 1, NaN where nothing is near.

    `adult` (h, w, 2): where the places of another figure are on the adult's front.
    """
    scale = view.frame.scale
    facing = view.picture(view.facing)
    inside = view.face >= 0
    solid = inside & (np.nan_to_num(facing, nan=-1) > 0.02)
    down = np.nan_to_num(view.picture(view.normals[:, 1]))
    away = 1 - np.clip(np.nan_to_num(facing), 0, 1)
    dark = _GROUND + _RIM * away**1.5 + _LIGHT * (np.clip(down + 0.15, -0.15, 0.6) * (0.4 + away))
    depth = np.where(solid, view.depth, 0.0)
    hollow = np.zeros_like(depth)
    for sigma, reach in ((2.5, 1.8), (6.0, 4.0), (14.0, 9.0)):
        near = _blur(depth, solid, sigma * scale)
        hollow += np.tanh((near - depth) / reach) / 3
    dark = dark + _HOLLOW * np.clip(hollow, -0.4, 1)
    dark = 0.5 * (dark + np.hypot(dark, 0.08))  # nowhere a hard edge to bare
    dark = _blur(dark / (1 + 0.55 * dark), solid, 1.1 * scale)
    y, x = np.mgrid[: view.frame.height, : view.frame.width] / scale
    x, y = x + view.frame.left, y + view.frame.top
    if adult is not None:
        x, y = adult[..., 0], adult[..., 1]
    for cx, cy, rx, ry, sigma in _CALM:
        away = np.hypot((x - cx) / rx, (y - cy) / ry)
        weight = np.clip(1.6 - 1.6 * away, 0, 1)
        weight = weight * weight * (3 - 2 * weight)
        dark = weight * _blur(dark, solid, sigma * scale) + (1 - weight) * dark
    return np.where(gaussian_filter(inside.astype(float), 3.0) > 0.001, dark, np.nan)


def _blur(values: Floats, where: np.ndarray, sigma: float) -> Floats:
    """Gaussian over the pixels of `where` only, mirrored at the midline."""
    mode = ("nearest", "reflect")
    weight = gaussian_filter(where.astype(float), sigma, mode=mode, truncate=3)
    mixed = gaussian_filter(np.where(where, values, 0.0), sigma, mode=mode, truncate=3)
    out: Floats = mixed / np.maximum(weight, 1e-6)
    return out


def picture(half: Floats, scale: float) -> np.ndarray:
    """The whole view from its left half, brought to `PIXELS_PER_UNIT`, 8 bits."""
    small = zoom(
        np.nan_to_num(half), PIXELS_PER_UNIT / scale, order=1, grid_mode=True, mode="nearest"
    )
    grey = np.round(np.clip(small, 0, 1) * 255).astype(np.uint8)
    return np.concatenate([grey[:, ::-1], grey], axis=1)


def png(grey: np.ndarray) -> bytes:
    """An 8-bit grey PNG, the same bytes on every machine with the same zlib."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    height, width = grey.shape
    up = np.diff(np.concatenate([np.zeros((1, width), np.uint8), grey]), axis=0)
    rows = np.concatenate([np.full((height, 1), 2, np.uint8), up], axis=1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + chunk(b"IEND", b"")
    )
