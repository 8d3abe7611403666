"""Draws surfaces of points from any direction, without a graphics card.

Every point goes to its pixel, the nearest wins; gaps between points are closed by the nearest
neighbour. What lies across is parallel projection, so that nothing near looks larger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, sin
from typing import Self

import numpy as np
import numpy.typing as npt

from painmap.imaging.geometry import Floats
from painmap.imaging.solids import Points, Solid

Rgb = tuple[float, float, float]
"""0 to 1."""

SPLIT_MM = 4.0
"""A point that lies so much deeper than its neighbour is behind it, and gives way."""

LEAST_LIGHT = 0.22
"""Of a surface that is seen from its edge; the light comes from the viewer."""

FOG = 0.35
"""How much darker the farthest points are."""

SKIN_RIM, SKIN_FACE = 0.65, 0.07
"""How much of the skin is seen at its rim, and face on."""


@dataclass(frozen=True, slots=True)
class Direction:
    """Where the right and the lower edge of the picture point: unit vectors, patient LPS."""

    right: tuple[float, float, float]
    down: tuple[float, float, float]

    @classmethod
    def of(cls, yaw: float, pitch: float) -> Self:
        """Around the body and up and down; the head stays up.

        Parameters
        ----------
        yaw : float
            Radians; 0 is seen from the front, pi from the back, a quarter turn from the LEFT.
        pitch : float
            Radians; positive is seen from above.
        """
        right = np.array([cos(yaw), sin(yaw), 0.0])
        ahead = np.array([-sin(yaw), cos(yaw), 0.0])
        away = cos(pitch) * ahead + sin(pitch) * np.array([0.0, 0.0, -1.0])
        down = np.cross(away, right)
        return cls(tuple(right.tolist()), tuple(down.tolist()))

    @property
    def away(self) -> Floats:
        """From whoever looks, into the picture."""
        found: Floats = np.cross(self.right, self.down)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Coloured:
    """Surfaces of which the nearest is seen, with their colours."""

    points: Points
    normals: Points
    colours: Points

    @classmethod
    def of(cls, solids: Sequence[tuple[Solid, Rgb]]) -> Self:
        """Join surfaces."""
        empty = np.zeros((0, 3), dtype=np.float32)
        colours = [
            np.tile(np.array(rgb, dtype=np.float32), (len(solid.points), 1))
            for solid, rgb in solids
        ]
        return cls(
            np.concatenate([empty, *(solid.points for solid, _ in solids)]),
            np.concatenate([empty, *(solid.normals for solid, _ in solids)]),
            np.concatenate([empty, *colours]),
        )

    def thinned(self, most: int) -> "Coloured":
        """At most so many points, evenly left out."""
        step = max(1, -(-len(self.points) // most))
        return Coloured(self.points[::step], self.normals[::step], self.colours[::step])


@dataclass(frozen=True, slots=True)
class SolidFrame:
    """What part of space the picture shows.

    Parameters
    ----------
    direction : Direction
    centre : (float, float, float)
        In the middle of the picture, patient LPS millimetres.
    mm_per_px : float
    width, height : int
        Pixels.
    """

    direction: Direction
    centre: tuple[float, float, float]
    mm_per_px: float
    width: int
    height: int

    def pixels_of(self, points: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Columns and rows (n, 2), and how deep (n,) in millimetres, of patient points."""
        offsets = np.asarray(points, dtype=np.float64) - self.centre
        across = offsets @ np.column_stack((self.direction.right, self.direction.down))
        middle = np.array([self.width / 2, self.height / 2])
        return across / self.mm_per_px + middle, offsets @ self.direction.away


def draw_solids(
    frame: SolidFrame, opaque: Coloured, skin: Coloured | None, ground: Rgb, gap_mm: float
) -> npt.NDArray[np.uint8]:
    """Draw what is seen.

    Parameters
    ----------
    skin : Coloured or None
        Lies over the rest as a veil, so that what is within can be seen.
    gap_mm : float
        About the distance between points of a surface.

    Returns
    -------
    (height, width, 3) uint8
    """
    inner = _Seen.of(frame, opaque, gap_mm)
    picture = np.empty((frame.height * frame.width, 3), dtype=np.float32)
    picture[:] = ground
    shown = inner.which >= 0
    picture[shown] = inner.shaded(opaque, shown)
    if skin is not None and len(skin.points):
        outer = _Seen.of(frame, skin, gap_mm * 1.6)
        veiled = (outer.which >= 0) & (outer.depth < inner.depth)
        facing = outer.facing(skin, veiled)
        share = (SKIN_FACE + (SKIN_RIM - SKIN_FACE) * (1 - facing) ** 3)[:, None]
        tint = skin.colours[outer.which[veiled]]
        picture[veiled] = (1 - share) * picture[veiled] + share * tint
    levels: npt.NDArray[np.uint8] = np.clip(np.round(picture * 255), 0, 255).astype(np.uint8)
    return levels.reshape(frame.height, frame.width, 3)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The point that is seen in each pixel: its number (-1: none) and depth."""

    which: npt.NDArray[np.int64]
    depth: npt.NDArray[np.float32]
    away: Floats

    @classmethod
    def of(cls, frame: SolidFrame, cloud: Coloured, gap_mm: float) -> Self:
        turn = np.column_stack((frame.direction.right, frame.direction.down, frame.direction.away))
        there = (cloud.points - np.array(frame.centre, dtype=np.float32)) @ turn.astype(np.float32)
        scale = np.float32(1 / frame.mm_per_px)
        x = np.floor(there[:, 0] * scale + np.float32(frame.width / 2)).astype(np.int64)
        y = np.floor(there[:, 1] * scale + np.float32(frame.height / 2)).astype(np.int64)
        within = np.flatnonzero((x >= 0) & (x < frame.width) & (y >= 0) & (y < frame.height))
        pixel = y[within] * frame.width + x[within]
        deep = there[within, 2]
        depth = np.full(frame.width * frame.height, np.inf, dtype=np.float32)
        np.minimum.at(depth, pixel, deep)
        which = np.full(depth.shape, -1, dtype=np.int64)
        nearest = deep <= depth[pixel]
        which[pixel[nearest]] = within[nearest]
        reach = int(np.ceil(gap_mm / frame.mm_per_px / 2))
        shape = (frame.height, frame.width)
        for _ in range(reach):
            which, depth = _closed(which.reshape(shape), depth.reshape(shape))
        return cls(which.ravel(), depth.ravel(), frame.direction.away)

    def facing(self, cloud: Coloured, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        """How much a surface faces the viewer, 0 to 1, for the pixels `where`."""
        normals = cloud.normals[self.which[where]]
        found: npt.NDArray[np.float32] = np.abs(normals @ self.away.astype(np.float32))
        return np.minimum(found, 1)

    def shaded(self, cloud: Coloured, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        """Colours in the light of the viewer."""
        depth = self.depth[where]
        if not depth.size:
            return np.zeros((0, 3), dtype=np.float32)
        near, far = float(depth.min()), float(depth.max())
        fog = 1 - FOG * (depth - near) / max(far - near, 1.0)
        light = (LEAST_LIGHT + (1 - LEAST_LIGHT) * self.facing(cloud, where)) * fog
        colours: npt.NDArray[np.float32] = cloud.colours[self.which[where]] * light[:, None]
        return colours


def _closed(
    which: npt.NDArray[np.int64], depth: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Let each pixel take the nearest of its neighbours that lies well before its own point."""
    best, chosen = depth.copy(), which.copy()
    limit = depth - np.float32(SPLIT_MM)
    for axis in (0, 1):
        for step in (1, -1):
            here: list[slice] = [slice(None), slice(None)]
            there: list[slice] = [slice(None), slice(None)]
            here[axis] = slice(1, None) if step == 1 else slice(None, -1)
            there[axis] = slice(None, -1) if step == 1 else slice(1, None)
            to, source = tuple(here), tuple(there)
            better = (depth[source] < limit[to]) & (depth[source] < best[to])
            best[to][better] = depth[source][better]
            chosen[to][better] = which[source][better]
    return chosen, best
