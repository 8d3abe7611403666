"""Skin, fat, fascia, abdominal wall, ribs, and the marker on the skin."""

from itertools import pairwise
from typing import Final

import numpy as np

from painmap.domain.anatomy import Side
from painmap.phantom import anatomy, tissue
from painmap.phantom.canvas import Canvas, FloatArray, capsule
from painmap.phantom.labels import label_of
from painmap.phantom.outline import Trunk
from painmap.phantom.tissue import Texture

SKIN_MM: Final = 1.9
"""Skin of back and belly (textbook: 1-4 mm)."""

FASCIA_MM: Final = 1.5
"""Thoracolumbar fascia, posterior layer, as CT shows it."""

MARKER_BEARING_DEG: Final = 42.0
"""The marker lies behind and to the LEFT: between flank and spine."""

MARKER_RADIUS_MM: Final = 3.2
MARKER_HALF_LENGTH_MM: Final = 22.0
"""A rod along the body: every grid, however coarse, samples it."""

SIDES: Final = ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
"""Side and the sign of its u."""


def paint_wall(canvas: Canvas, trunk: Trunk, texture: Texture) -> FloatArray:
    """Paint everything from the skin to the inner wall; give the distance to the inner wall."""
    skin = trunk.skin.distance(canvas)
    wall = trunk.wall.distance(canvas)
    inner = trunk.inner.distance(canvas)
    canvas.paint(skin, tissue.SKIN_HU, label_of("skin"))
    fat = tissue.FAT_HU + _fat_texture(canvas, skin, wall, texture)
    canvas.paint(skin + SKIN_MM, fat, label_of("subcutaneous_fat"))
    grain = 5 * texture.at(canvas.u / 2.6, canvas.v / 2.6, canvas.w / 5)
    canvas.paint(wall, _layered(canvas, wall, inner, texture) + grain)
    for side, sign in SIDES:
        canvas.labels[(wall < 0) & (canvas.u * sign >= 0)] = label_of("abdominal_wall", side)
    canvas.paint(inner, tissue.VISCERAL_FAT_HU + 1.4 * grain, label_of("visceral_fat"))
    # the diaphragm clings to the lower ribs
    lower = 1.6 + 1.2 * np.clip((canvas.w - 50) / 30, 0, 1)
    lining = np.abs(inner + lower) - 0.5 * lower
    canvas.blend(np.clip(0.5 - lining, 0, 1) * (canvas.w > 50) * (canvas.v > -60), 46.0)
    return inner


def _fat_texture(
    canvas: Canvas, skin: FloatArray, wall: FloatArray, texture: Texture
) -> FloatArray:
    """Give the strands in the fat under the skin: Scarpa's fascia and fine septa, in HU."""
    thick = np.maximum(wall - skin, 1.0)
    share = wall / thick
    waves = texture.at(canvas.u / 9, canvas.v / 9, canvas.w / 16)
    deep = np.clip(1.2 - np.abs(share - 0.42 - 0.06 * waves) * thick / 1.1, 0, 1)
    around = (canvas.bearing.astype(np.float32) / 9.0) % tissue.TILE
    septa = np.clip(1 - np.abs(texture.at(around, canvas.rho / 5, canvas.w / 10)) / 0.10, 0, 1)
    return 46 * deep * (thick > 9) + 30 * septa + 5 * waves


def _layered(canvas: Canvas, wall: FloatArray, inner: FloatArray, texture: Texture) -> FloatArray:
    """Give the HU of the abdominal wall: three layers at the flank with fat between."""
    thick = inner - wall
    share = -wall / np.maximum(thick, 0.5)
    waves = 0.03 * texture.at(canvas.u / 11, canvas.v / 11, canvas.w / 14)
    flank = np.clip((thick - 12.0) / 3, 0, 1)
    outer = np.clip(1 - np.abs(share - 0.33 + waves) * thick / 1.0, 0, 1)
    deep = np.clip(1 - np.abs(share - 0.73 - waves) * thick / 0.8, 0, 1)
    streaks = np.clip(
        1 - np.abs(texture.at(canvas.u / 5, canvas.v / 5, canvas.w / 16)) / 0.12, 0, 1
    )
    fat = np.maximum(outer, deep) * flank + 0.22 * streaks
    return tissue.MUSCLE_HU + np.clip(fat, 0, 1) * (-85 - tissue.MUSCLE_HU)


def paint_fascia(canvas: Canvas, trunk: Trunk) -> None:
    """Paint the thoracolumbar fascia over the back muscles."""
    back = canvas.window((-100.0, 100.0), (45.0, 125.0))
    if back is None:
        return
    wall = trunk.wall.distance(back)
    band = np.abs(wall + FASCIA_MM / 2) - FASCIA_MM / 2
    behind = np.maximum(band, 62.0 - back.v)
    back.paint(behind, tissue.FASCIA_HU, label_of("thoracolumbar_fascia"))


def paint_ribs(canvas: Canvas) -> None:
    """Paint ribs 9 to 12."""
    for name, line in anatomy.RIBS.items():
        for side, sign in SIDES:
            for start, end in pairwise(line):
                a = (start[0] * sign, *start[1:])
                b = (end[0] * sign, *end[1:])
                _paint_rib(canvas, a, b, label_of(name, side))


def _paint_rib(
    canvas: Canvas,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    label: int,
) -> None:
    reach = anatomy.RIB_HALF_MM + 2
    spans = [(min(a, b) - reach, max(a, b) + reach) for a, b in zip(start, end, strict=True)]
    part = canvas.window(spans[0], spans[1], spans[2])
    if part is None:
        return
    distance = capsule(part.u, part.v, part.w, start, end) - anatomy.RIB_HALF_MM
    part.paint(distance, tissue.CORTEX_HU, label)
    part.paint(distance + 1.4, tissue.CANCELLOUS_HU - 60)


def marker_place(trunk: Trunk) -> tuple[float, float, float]:
    """Give the middle of the marker on the LEFT skin, in body coordinates."""
    radius = trunk.skin.radius_at(MARKER_BEARING_DEG, 0.0) + MARKER_RADIUS_MM
    angle = np.deg2rad(MARKER_BEARING_DEG)
    return float(radius * np.cos(angle)), float(radius * np.sin(angle)), 0.0


def paint_marker(canvas: Canvas, trunk: Trunk) -> None:
    """Paint the dense marker on the patient's LEFT skin."""
    u, v, w = marker_place(trunk)
    half = MARKER_HALF_LENGTH_MM
    part = canvas.window((u - 12, u + 12), (v - 12, v + 12), (w - half - 5, w + half + 5))
    if part is None:
        return
    rod = capsule(part.u, part.v, part.w, (u, v, w - half), (u, v, w + half)) - MARKER_RADIUS_MM
    part.paint(rod, tissue.MARKER_HU, label_of("marker"))
