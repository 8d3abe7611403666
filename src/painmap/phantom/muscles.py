"""The muscles that a needle may be meant for: back, quadratus lumborum, psoas."""

from typing import Final

import numpy as np

from painmap.domain.anatomy import Side
from painmap.phantom import anatomy, tissue
from painmap.phantom.anatomy import MuscleRow
from painmap.phantom.canvas import Canvas, FloatArray, along, ellipse, squarish
from painmap.phantom.labels import label_of
from painmap.phantom.outline import Trunk
from painmap.phantom.person import Person
from painmap.phantom.spineline import from_spine, middle_v
from painmap.phantom.tissue import Texture
from painmap.phantom.trunk import FASCIA_MM, SIDES

STREAK_FAT_HU: Final = -70.0
"""Fat strands in muscle are thinner than a pixel: they never show as pure fat."""


class _Section:
    """A muscle's elliptical section at the canvas's height, from rows of facts."""

    def __init__(self, rows: tuple[MuscleRow, ...], w: FloatArray, scale: float = 1.0) -> None:
        heights = tuple(row.w for row in rows)
        self.u = along(w, heights, tuple(row.u for row in rows))
        self.v = along(w, heights, tuple(row.v for row in rows))
        self.half_u = along(w, heights, tuple(row.half_u * scale for row in rows))
        self.half_v = along(w, heights, tuple(row.half_v * scale for row in rows))
        self.turn = np.deg2rad(along(w, heights, tuple(row.turn_deg for row in rows)))

    def local(self, side: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Turn coordinates into the section's own axes, from its centre."""
        x, y = side - self.u, p - self.v
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return cos * x - sin * y, sin * x + cos * y


def paint_muscles(canvas: Canvas, trunk: Trunk, person: Person, texture: Texture) -> None:
    """Paint both sides; the back muscles end at the fascia."""
    middle = middle_v(canvas.w)
    reach = (float(middle.min()), float(middle.max()))
    for side, sign in SIDES:
        shift = person.scoliosis_mm
        inner, outer = min(shift, 0.0) - 2.0, max(shift, 0.0) + 112.0
        span = (inner, outer) if sign > 0 else (-(112.0 - min(shift, 0.0)), max(shift, 0.0) + 2.0)
        part = canvas.window(span, (reach[0] - 105, reach[1] + 85))
        if part is not None:
            _paint_side(part, trunk, person, texture, side, sign)


def _paint_side(
    part: Canvas, trunk: Trunk, person: Person, texture: Texture, side: Side, sign: float
) -> None:
    view = from_spine(part, person)
    a, p = view.a * sign, view.p
    own = 0.0 if sign > 0 else 31.0  # each side has strands of its own
    _paint_psoas(part, a, p, texture, side, own)
    _paint_quadratus(part, a, p, texture, side, own)
    behind = trunk.wall.distance(part) + FASCIA_MM
    back = np.maximum(behind, 1.5 - a)
    _paint_back(part, (a, p, back), person, texture, side, own)


def _flesh(
    part: Canvas,
    x: FloatArray,
    y: FloatArray,
    texture: Texture,
    offset: float,
    fat_share: float,
) -> FloatArray:
    """Give muscle in HU: fine grain and strands of fat along the fibres.

    Strands are where a smooth random field passes through 0, which gives thin wavy sheets; a
    second, broader field lets them come and go.
    """
    grain = texture.at(part.u / 2.2, part.v / 2.2, part.w / 6, offset)
    sheets = np.abs(texture.at(x / 3.0, y / 7.0, part.w / 22, offset + 5))
    presence = 0.8 * texture.at(x / 5, y / 6, part.w / 20, offset + 17)
    width = 0.16 + 0.7 * fat_share
    strands = np.clip(1.2 - sheets / width, 0, 1) * np.clip(5 * fat_share + presence, 0, 1)
    haze = 25 * fat_share * np.clip(0.5 + presence, 0, 1.5)
    lean = tissue.MUSCLE_HU + 3.5 * grain - haze
    flesh: FloatArray = lean + strands * (STREAK_FAT_HU - lean)
    return flesh


def _paint_psoas(
    part: Canvas, a: FloatArray, p: FloatArray, texture: Texture, side: Side, own: float
) -> None:
    scale = anatomy.LARGER_PSOAS if side is Side.RIGHT else 1.0
    section = _Section(anatomy.PSOAS, part.w, scale)
    x, y = section.local(a, p)
    bumps = 1.0 * np.sin(2.1 * np.arctan2(y, x) + part.w / 30)
    distance = ellipse(x, y, section.half_u * 1.03, section.half_v * 1.03) + bumps
    distance = np.maximum(distance, part.w - anatomy.PSOAS[-1].w)
    part.paint(distance - 1.2, tissue.VISCERAL_FAT_HU, label_of("visceral_fat"))
    hu = _flesh(part, x, y, texture, own + 2, 0.015)
    part.paint(distance, hu, label_of("psoas_major", side))


def _paint_quadratus(
    part: Canvas, a: FloatArray, p: FloatArray, texture: Texture, side: Side, own: float
) -> None:
    rows = anatomy.QUADRATUS
    section = _Section(rows, part.w)
    x, y = section.local(a, p)
    distance = squarish(x, y, section.half_u, section.half_v)
    distance = np.maximum(distance, np.maximum(part.w - rows[-1].w, rows[0].w - part.w))
    part.paint(distance - 1.4, tissue.VISCERAL_FAT_HU, label_of("visceral_fat"))
    hu = _flesh(part, y, x, texture, own + 4, 0.05)
    part.paint(distance, hu, label_of("quadratus_lumborum", side))


def _paint_back(
    part: Canvas,
    local: tuple[FloatArray, FloatArray, FloatArray],
    person: Person,
    texture: Texture,
    side: Side,
    own: float,
) -> None:
    a, p, back = local
    erector = _Section(anatomy.ERECTOR, part.w, person.muscle)
    x, y = erector.local(a, p)
    distance = np.maximum(squarish(x, y, erector.half_u, erector.half_v), back)
    part.paint(distance - 1.0, tissue.FAT_HU + 10, label_of("visceral_fat"))
    hu = _flesh(part, x, y, texture, own + 8, person.muscle_fat)
    # longissimus and iliocostalis part at an oblique cleft
    cleft = np.abs(x - 0.20 * erector.half_u + 0.35 * y + 1.5 * np.sin(y / 5)) - 0.25
    hu = hu - 105 * np.clip(1 - cleft / 0.9, 0, 1) * np.clip((erector.half_v - 8) / 8, 0, 1)
    part.paint(distance, hu, label_of("erector_spinae", side))
    multifidus = _Section(anatomy.MULTIFIDUS, part.w, person.muscle)
    x, y = multifidus.local(a, p)
    distance = np.maximum(ellipse(x, y, multifidus.half_u, multifidus.half_v), back)
    distance = np.maximum(distance, 2.2 - a)
    # the fat between the two comes and goes, more of it in fatty muscle
    waves = texture.at(part.u / 8, part.v / 8, part.w / 20, own + 21)
    gap = np.clip(0.3 + 5 * person.muscle_fat + 0.7 * waves, 0, 3)
    part.paint(np.maximum(distance - gap, back), tissue.FAT_HU + 25)
    hu = _flesh(part, x + 0.4 * y, y, texture, own + 14, person.muscle_fat * 1.35)
    part.paint(distance, hu, label_of("multifidus", side))
