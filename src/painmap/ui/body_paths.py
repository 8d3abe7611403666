"""Painter's paths from many corners at once.

Thousands of corners, each made a Qt point by itself, take most of the time that a cold figure
needs. A path is read from the bytes of an array instead: ten times as fast, and the same path.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath
from shapely.geometry.base import BaseGeometry

Corners = NDArray[np.float64]
Kinds = NDArray[np.int32]

ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
"""One element of a path as QDataStream writes it (Qt documentation, "Serializing Qt Data
Types"): kind, x, y, big-endian."""
MOVE, LINE, CURVE, CURVE_DATA = 0, 1, 2, 3
"""Kinds of element: QPainterPath.ElementType."""
ODD_EVEN = 0
COUNT_BYTES = 4
CURVE_NUMBERS = 6
"""Two handles and an end, x and y each."""


def path_of(kinds: Kinds, corners: Corners) -> QPainterPath:
    """A path of these elements, odd-even filled.

    Parameters
    ----------
    kinds : (n,) int32
    corners : (n, 2) float
    """
    path = QPainterPath()
    count = len(corners)
    if count == 0:
        return path
    elements = np.empty(count, ELEMENT)
    elements["kind"] = kinds
    elements["x"], elements["y"] = corners[:, 0], corners[:, 1]
    last = int(np.flatnonzero(kinds == MOVE)[-1])
    ends = [number.to_bytes(COUNT_BYTES, "big") for number in (count, last, ODD_EVEN)]
    stream = QDataStream(QByteArray(ends[0] + elements.tobytes() + ends[1] + ends[2]))
    stream >> path
    return path


def ring_path(rings: Sequence[Corners]) -> QPainterPath:
    """A path of closed rings; a last corner that is not the first is joined to it.

    Parameters
    ----------
    rings : sequence of (n, 2) float
    """
    closed = [
        ring if np.array_equal(ring[0], ring[-1]) else np.vstack([ring, ring[:1]])
        for ring in rings
        if len(ring)
    ]
    if not closed:
        return QPainterPath()
    corners = np.concatenate(closed)
    kinds = np.full(len(corners), LINE, dtype=np.int32)
    kinds[np.cumsum([0, *(len(ring) for ring in closed[:-1])])] = MOVE
    return path_of(kinds, corners)


def shape_path(shape: BaseGeometry) -> QPainterPath:
    """A path of a polygon or several, holes left out."""
    corners, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(shape)), return_index=True
    )
    kinds = np.full(len(corners), LINE, dtype=np.int32)
    kinds[np.flatnonzero(np.diff(ring, prepend=-1))] = MOVE
    return path_of(kinds, corners)


def shape_paths(shapes: Sequence[BaseGeometry]) -> list[QPainterPath]:
    """The same of many at once."""
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    kinds = np.full(len(corners), LINE, dtype=np.int32)
    kinds[np.flatnonzero(np.diff(ring, prepend=-1))] = MOVE
    ends = np.searchsorted(of_part[of_ring][ring], np.arange(len(shapes) + 1))
    return [path_of(kinds[a:b], corners[a:b]) for a, b in pairwise(ends)]


def svg_path(text: str) -> QPainterPath:
    """A path from the M, C and Z that templates use."""
    kinds: list[int] = []
    numbers: list[float] = []
    start = 0
    for letter, body in re.findall(r"([MCZ])([^MCZ]*)", text):
        found = [float(part) for part in body.split()]
        if letter == "M":
            start = len(numbers)
            kinds.append(MOVE)
        elif letter == "C":
            kinds += [CURVE, CURVE_DATA, CURVE_DATA] * (len(found) // CURVE_NUMBERS)
        elif numbers[start : start + 2] != numbers[-2:]:
            kinds.append(LINE)
            found = numbers[start : start + 2]
        numbers += found
    return path_of(np.array(kinds, dtype=np.int32), np.array(numbers).reshape(-1, 2))
