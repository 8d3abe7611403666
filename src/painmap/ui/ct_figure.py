"""A small figure beside a CT picture: how the patient lies towards whoever looks at it.

It is turned by the direction cosines of the picture and nothing else, as the letters at its edges
are. Its LEFT arm is stretched out and lettered; face and feet point to the front.
"""

from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from painmap.imaging.geometry import Floats, PlaneGeometry
from painmap.ui.theme import CT, font

SIDE_PX = 62
SCALE_PX = 0.84
"""Pixels of one unit of the figure, which is 68 units tall."""

MIDDLE = (2.0, 0.0, -8.0)
LEFT_HAND = (27.0, 0.0, 10.0)

Vector: TypeAlias = tuple[float, float, float]


class Facing(NamedTuple):
    """Where the right and the lower edge of a picture point: unit vectors, patient LPS."""

    right: Vector
    down: Vector


class _Part(NamedTuple):
    centre: Vector
    half: Vector
    is_left: bool = False


PARTS = (
    _Part((0, 0, 0), (9, 5, 13)),
    _Part((0, 0, 19.5), (4.5, 5, 5.5)),
    _Part((0, -6.0, 18.5), (1.2, 1.6, 1.4)),
    _Part((16.5, 0, 10), (7.0, 2.2, 2.2), is_left=True),
    _Part((-11.8, 0, 0), (2.2, 2.4, 12)),
    _Part((4.6, 0, -26.5), (3.9, 4, 13)),
    _Part((-4.6, 0, -26.5), (3.9, 4, 13)),
    _Part((4.6, -3.5, -41.5), (3.7, 7.5, 2)),
    _Part((-4.6, -3.5, -41.5), (3.7, 7.5, 2)),
)
"""Boxes in patient LPS: trunk, head, nose, LEFT arm, RIGHT arm, legs, feet."""


def facing(plane: PlaneGeometry, *, turned: bool) -> Facing:
    """How the patient faces whoever looks at a picture, which may lie turned by 180 degrees."""
    sign = -1.0 if turned else 1.0
    columns = plane.patient_from_pixel[:3, 1], plane.patient_from_pixel[:3, 0]
    right, down = (sign * each / np.linalg.norm(each) for each in columns)
    return Facing(_rounded(right), _rounded(down))


def _rounded(direction: Floats) -> Vector:
    x, y, z = (round(float(part), 3) + 0.0 for part in direction)
    return x, y, z


def paint_figure(painter: QPainter, left: float, bottom: float, facing: Facing) -> None:
    """Paint the figure with its lower left corner there, in device pixels."""
    ratio = painter.deviceTransform().m11()
    painter.drawPixmap(QPointF(round(left), round(bottom - SIDE_PX)), _picture(facing, ratio))


def hand_at(facing: Facing) -> tuple[float, float]:
    """Where the LEFT hand lies from the middle of the figure, in its units: right, down."""
    away = np.subtract(LEFT_HAND, MIDDLE)
    return float(away @ np.array(facing.right)), float(away @ np.array(facing.down))


@lru_cache(maxsize=64)
def _picture(facing: Facing, ratio: float) -> QPixmap:
    picture = QPixmap(round(SIDE_PX * ratio), round(SIDE_PX * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    right, down = np.array(facing.right), np.array(facing.down)
    away = np.cross(right, down)
    for corners, towards, is_left in _faces(away):
        flat = (corners - MIDDLE) @ np.column_stack((right, down)) * SCALE_PX + SIDE_PX / 2
        shade = QColor(CT.cross if is_left else CT.faint)
        painter.setBrush(shade.darker(round(100 + 75 * (1 - towards))))
        painter.setPen(QPen(QColor(CT.halo), 0.8))
        painter.drawPolygon(QPolygonF([QPointF(*each) for each in flat.tolist()]))
    x, y = hand_at(facing)
    painter.setFont(font(10, strong=True))
    painter.setPen(QColor(CT.letter))
    at = QPointF(SIDE_PX / 2 + x * SCALE_PX - 3, SIDE_PX / 2 + y * SCALE_PX + 4)
    painter.drawText(at, "L")
    painter.end()
    return picture


def _faces(away: Floats) -> list[tuple[Floats, float, bool]]:
    """The faces that are seen, the farthest first, and how much each is turned to the viewer."""
    found = []
    for part in PARTS:
        for axis, sign in product(range(3), (-1.0, 1.0)):
            normal = np.zeros(3)
            normal[axis] = sign
            towards = -float(normal @ away)
            if towards <= 1e-6:
                continue
            one, two = (each for each in range(3) if each != axis)
            corners = np.tile(np.asarray(part.centre, dtype=np.float64), (4, 1))
            corners[:, axis] += sign * part.half[axis]
            for row, (a, b) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1))):
                corners[row, one] += a * part.half[one]
                corners[row, two] += b * part.half[two]
            found.append((corners, towards, part.is_left))
    return sorted(found, key=lambda each: -float(each[0].mean(axis=0) @ away))
