"""Kidneys, great vessels, liver, spleen: what lies before the spine."""

from itertools import pairwise
from typing import Final

import numpy as np

from painmap.domain.anatomy import Side
from painmap.phantom import anatomy, tissue
from painmap.phantom.anatomy import Polyline
from painmap.phantom.bowel import Belly, line_distance, paint_bowel, paint_vessel, spans
from painmap.phantom.canvas import Canvas, FloatArray, capsule, ellipse, ellipsoid, joined
from painmap.phantom.labels import label_of
from painmap.phantom.person import Person
from painmap.phantom.tissue import Texture

URETER: Final[Polyline] = ((44, 12, 20), (40, -4, -37), (44, -26, -95), (48, -16, -150))
"""The left one, on the front of the psoas (Gray)."""

ADRENALS: Final[tuple[Polyline, ...]] = (
    ((30, -2, 116), (42, 20, 98)),
    ((30, -2, 116), (27, 22, 96)),
    ((-34, 6, 116), (-46, 26, 96)),
    ((-34, 6, 116), (-31, 28, 94)),
)
"""Two limbs each, above and before the kidneys (Gray)."""


def paint_organs(
    canvas: Canvas, inner: FloatArray, belly: Belly, person: Person, texture: Texture
) -> None:
    """Paint the belly's contents within the inner wall, from front to back."""
    wall = inner > -0.8
    wall_hu, wall_labels = canvas.hu[wall], canvas.labels[wall]
    for vessel in belly.vessels:
        paint_vessel(canvas, vessel.line, vessel.radius, "vessel")
    for tube in belly.bowel:
        paint_bowel(canvas, tube, texture)
    # loops are laid without asking where the wall is: it takes back what is its own
    canvas.hu[wall], canvas.labels[wall] = wall_hu, wall_labels
    _paint_upper_organs(canvas, inner, texture)
    _paint_kidneys(canvas, texture)
    _paint_great_vessels(canvas, person)


def _paint_upper_organs(canvas: Canvas, inner: FloatArray, texture: Texture) -> None:
    """Paint what reaches down from above: liver, gallbladder, spleen, pancreas."""
    if canvas.w.max() < 25:
        return
    grain = texture.at(canvas.u / 2.6, canvas.v / 2.6, canvas.w / 4, 37.0)
    pancreas: Polyline = ((-34, -30, 52), (-8, -38, 62), (30, -32, 78), (74, -8, 92))
    lobes = 2.2 * texture.at(canvas.u / 5, canvas.v / 5, canvas.w / 7, 41.0)
    gland = line_distance(canvas, pancreas) - 9.5 + lobes
    canvas.paint(gland, tissue.PANCREAS_HU + 8 * grain, label_of("organ"))
    within = inner + 3.5
    u, v, w = canvas.u, canvas.v, canvas.w
    liver = ellipsoid(u + 84, v + 8, w - 146, (72.0, 92.0, 104.0))
    left_lobe = ellipsoid(u + 22, v + 62, w - 152, (66.0, 32.0, 62.0))
    liver = np.maximum(joined(liver, left_lobe, 12.0), within)
    canvas.paint(liver, tissue.LIVER_HU + 3 * grain, label_of("liver"))
    veins = np.abs(texture.at(u / 14, v / 14, w / 14, 43.0)) - 0.06
    veins = np.maximum(veins * 14, np.abs(texture.at(u / 16, v / 16, w / 16, 47.0)) * 16 - 3)
    canvas.blend(np.clip(0.5 - veins, 0, 1) * (liver < -6), tissue.BLOOD_HU)
    gall = ellipsoid(u + 52, v + 58, w - 58, (15.0, 17.0, 26.0))
    canvas.paint(gall - 1, tissue.BOWEL_WALL_HU, label_of("organ"))
    canvas.paint(gall + 0.8, tissue.BILE_HU)
    spleen = ellipsoid(u - 108, v - 20, w - 132, (29.0, 50.0, 56.0))
    for line in ADRENALS:
        canvas.paint(line_distance(canvas, line) - 2.6, tissue.PANCREAS_HU - 8, label_of("organ"))
    spleen = np.maximum(spleen, within)
    canvas.paint(spleen, tissue.SPLEEN_HU + 3 * grain, label_of("spleen"))


def _paint_kidneys(canvas: Canvas, texture: Texture) -> None:
    for name, (u, v, w) in anatomy.KIDNEYS.items():
        side = Side(name)
        sign = 1.0 if side is Side.LEFT else -1.0
        half = anatomy.RENAL_HALF
        part = canvas.window(
            (u - 55, u + 55), (v - 50, v + 50), (w - half[2] - 14, w + half[2] + 14)
        )
        if part is None:
            continue
        x, y, z = part.u * sign - u * sign, part.v - v, part.w - w
        # the upper pole leans to the spine and to the back
        x, y = x + 0.22 * z, y - 0.16 * z
        turn = np.deg2rad(32.0)
        x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
        bumps = 1.2 * texture.at(part.u / 9, part.v / 9, part.w / 9, 51.0)
        distance = ellipsoid(x, y, z, half) + bumps
        gerota = np.abs(distance - 8.0 - 2 * bumps) - 0.35
        fascia = np.clip(0.5 - gerota, 0, 1) * (np.abs(z) < half[2] - 8)
        part.blend(fascia * (part.hu < -60) * (part.hu > -150), -66.0)
        part.paint(distance - 3.0, tissue.VISCERAL_FAT_HU, label_of("visceral_fat"), soft=2.0)
        sinus = ellipsoid(x + 17, y, z, (18.0, 9.5, 30.0)) + 1.5 * bumps
        grain = texture.at(part.u / 2.4, part.v / 2.4, part.w / 4, 53.0)
        part.paint(distance, tissue.KIDNEY_HU + 3 * grain, label_of("kidney", side))
        part.paint(sinus, tissue.VISCERAL_FAT_HU + 12, label_of("visceral_fat"), soft=1.5)
        calyx = np.abs(texture.at(x / 4, y / 4, z / 5, 57.0)) - 0.32
        part.blend(np.clip(0.5 - calyx * 4, 0, 1) * (sinus < -1), 14.0)
        pelvis = ellipse(x + 24, y, 14.0, 4.2)
        pelvis = np.maximum(pelvis, np.abs(z) - 9)
        part.paint(pelvis, 12.0, label_of("vessel"))


def _paint_great_vessels(canvas: Canvas, person: Person) -> None:
    for w, u in ((58.0, 1.0), (47.0, -1.0)):
        paint_vessel(
            canvas, ((-12 * u, -14, w), (22 * u, -8, w), (50 * u, 8, w - 4)), 4.4, "vessel"
        )
    paint_vessel(canvas, ((3, -34, 66), (3, -44, 30), (0, -48, -30)), 3.6, "vessel")
    paint_vessel(canvas, ((-9, -40, 66), (-10, -46, 30), (-12, -48, -30)), 5.0, "vessel")
    for sign in (1.0, -1.0):
        ureter = tuple((x * sign, y, z) for x, y, z in URETER)
        paint_vessel(canvas, ureter, 1.9, "vessel")
        vein = tuple((x * sign, y, z) for x, y, z in anatomy.ILIAC_VEIN)
        start = anatomy.ILIAC_VEIN[0]
        paint_vessel(canvas, (start, *vein[1:]), 7.2, "vessel")
        artery = tuple((x * sign, y, z) for x, y, z in anatomy.ILIAC_ARTERY)
        paint_vessel(canvas, (anatomy.ILIAC_ARTERY[0], *artery[1:]), 5.4, "vessel")
    _paint_cava(canvas)
    _paint_aorta(canvas, person)


def _paint_cava(canvas: Canvas) -> None:
    u, v, w = spans(anatomy.CAVA, 16)
    part = canvas.window(u, v, w)
    if part is None:
        return
    line: Polyline = tuple((x / 1.35, y, z) for x, y, z in anatomy.CAVA)
    pieces = [capsule(part.u / 1.35, part.v, part.w, start, end) for start, end in pairwise(line)]
    part.paint(np.minimum.reduce(pieces) - 9.0, tissue.BLOOD_HU, label_of("inferior_vena_cava"))


def _paint_aorta(canvas: Canvas, person: Person) -> None:
    u, v, w = spans(anatomy.AORTA, 15)
    part = canvas.window(u, v, w)
    if part is None:
        return
    distance = line_distance(part, anatomy.AORTA) - 9.8
    part.paint(distance, tissue.BLOOD_HU + 2, label_of("aorta"))
    if person.calcified:
        angle = np.arctan2(part.v, part.u - 6)
        patch = np.sin(3 * angle + part.w / 7) + np.sin(part.w / 11 + 1.0) - 1.15
        plaque = np.maximum(np.abs(distance + 1.0) - 0.8, -2 * patch)
        part.paint(plaque, tissue.CALCIUM_HU)
    for sign in (1.0, -1.0):  # the crura of the diaphragm, to L2-L3
        crus = ellipse(part.u - 5 - 15 * sign, part.v - 16, 5.0, 19.0)
        thin = np.maximum(crus, (12.0 if sign < 0 else 24.0) - part.w)
        free = np.maximum(thin, -distance - 0.5 + 2.0)
        part.paint(np.maximum(free, 1.5 - distance), tissue.MUSCLE_HU, label_of("crus"))
