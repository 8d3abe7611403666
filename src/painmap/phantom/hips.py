"""The iliac wings and the muscles on both of their faces."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from painmap.domain.anatomy import Side
from painmap.phantom import anatomy, tissue
from painmap.phantom.canvas import Canvas, FloatArray
from painmap.phantom.labels import label_of
from painmap.phantom.outline import Trunk
from painmap.phantom.tissue import Texture
from painmap.phantom.trunk import SIDES

LIP_MM: Final = 2.6
"""Radius of the wing's rounded edges."""

ARC_MM: Final = 60.0
"""Millimetres along the wing for 1 of t."""

JOINT_MM: Final = 2.0
"""Sacroiliac joint space (textbook: 2-3 mm)."""


@dataclass(frozen=True, slots=True)
class _Arc:
    """The circle through the iliac wing's three points (left side, at S1)."""

    u: float
    v: float
    radius: float
    back: float
    front: float
    middle: float


def _arc() -> _Arc:
    a, b, c = (
        np.array(each) for each in (anatomy.ILIUM_BACK, anatomy.ILIUM_MIDDLE, anatomy.ILIUM_FRONT)
    )
    matrix = 2 * np.array([b - a, c - a])
    centre = np.linalg.solve(matrix, np.array([b @ b - a @ a, c @ c - a @ a]))
    angles = [float(np.arctan2(p[1] - centre[1], p[0] - centre[0])) for p in (a, b, c)]
    return _Arc(
        float(centre[0]),
        float(centre[1]),
        float(np.linalg.norm(a - centre)),
        back=angles[0],
        front=angles[2],
        middle=angles[1],
    )


ARC: Final = _arc()


@dataclass(frozen=True, slots=True)
class _Wing:
    """A canvas measured from one iliac wing.

    Parameters
    ----------
    t : (R, C) float32
        Along it: -1 at the posterior spine, 0 at the top of the crest, 1 at the anterior spine.
    across : (R, C) float32
        Outward from its middle surface.
    below_crest : (R, C) float32
        Height against the crest; negative below it.
    half : (R, C) float32
        Half its thickness.
    """

    t: FloatArray
    across: FloatArray
    below_crest: FloatArray
    half: FloatArray


def _windows(canvas: Canvas) -> list[tuple[Canvas, Side, _Wing]]:
    found = []
    for side, sign in SIDES:
        span = (20.0, 175.0) if sign > 0 else (-175.0, -20.0)
        part = canvas.window(span, (-95.0, 125.0), (-400.0, anatomy.CREST_W + 6))
        if part is not None:
            found.append((part, side, _measure(part, sign)))
    return found


def _measure(canvas: Canvas, sign: float) -> _Wing:
    x, y = canvas.u * sign - ARC.u, canvas.v - ARC.v
    angle = np.arctan2(y, x)
    t = np.where(
        angle > ARC.middle,
        (ARC.middle - angle) / (ARC.back - ARC.middle),
        (ARC.middle - angle) / (ARC.middle - ARC.front),
    )
    # the posterior spine stays where it is; the rest leans outward as it rises
    flare = anatomy.ILIUM_FLARE * (canvas.w + 105.0) * np.clip(1.0 + np.minimum(t, 0), 0.0, 1.0)
    across = np.hypot(x, y) - ARC.radius - flare + 2.5 * np.sin(np.pi * t)
    below_crest = canvas.w - anatomy.CREST_W + np.where(t < 0, 50.0, 64.0) * np.square(t)
    lip = 3.2 * np.exp(np.minimum(below_crest, 0) / 13)
    back = 4.5 * np.exp(-np.square((t + 0.85) / 0.33))
    tubercle = 2.2 * np.exp(-np.square((t - 0.72) / 0.22))
    return _Wing(t, across, below_crest, 3.0 + np.clip(back + lip + tubercle, 0, 6.0))


def paint_hip_muscles(canvas: Canvas, trunk: Trunk, texture: Texture) -> None:
    """Paint the glutei on the outer face of each wing and the iliacus on its inner face."""
    for part, side, wing in _windows(canvas):
        flesh = _flesh(part, wing, texture)
        inside_wall = trunk.wall.distance(part) + 1.2
        outer = np.maximum(np.maximum(inside_wall, wing.below_crest + 2), wing.half - wing.across)
        outer = np.maximum(outer, (np.abs(wing.t) - 1.05) * ARC_MM)
        part.paint(outer, flesh, label_of("gluteus_medius", side))
        # the maximus lies on the back of the medius, with fat between
        seam = (wing.t + 0.42) * ARC_MM - (inside_wall + 18) * 0.5
        part.paint(np.maximum(np.abs(seam) - 1.3, outer + 1), tissue.FAT_HU + 25)
        part.paint(np.maximum(outer, seam + 1), flesh, label_of("gluteus_maximus", side))
        bulk = 3.0 + 13.0 * np.clip(-(wing.below_crest + 6) / 60, 0, 1)
        bulk = bulk * np.clip((1.05 - wing.t) / 0.35, 0.3, 1) * np.clip((wing.t + 0.5) / 0.4, 0, 1)
        inner = np.maximum(wing.across + wing.half - 0.5, -wing.across - wing.half - bulk)
        inner = np.maximum(inner, wing.below_crest + 6)
        inner = np.maximum(inner, np.maximum(wing.t - 1.0, -0.4 - wing.t) * ARC_MM)
        part.paint(inner, flesh + 2, label_of("iliacus", side))


def _flesh(part: Canvas, wing: _Wing, texture: Texture) -> FloatArray:
    """Give muscle whose strands of fat run along the wing."""
    grain = texture.at(part.u / 2.4, part.v / 2.4, part.w / 8, 7.0)
    along = wing.t * ARC_MM
    sheets = np.abs(texture.at(wing.across / 3.4, along / 13, part.w / 26, 3.0))
    presence = texture.at(wing.across / 9, along / 15, part.w / 20, 13.0)
    strands = np.clip(1 - sheets / 0.2, 0, 1) * np.clip(0.2 + presence, 0, 1)
    flesh: FloatArray = tissue.MUSCLE_HU - 2 + 4 * grain - 95 * strands
    return flesh


def paint_ilium(canvas: Canvas, texture: Texture) -> None:
    """Paint the wings over what they touch, with the joint space to the sacrum."""
    sacrum = label_of("vertebra_S1")
    for part, side, wing in _windows(canvas):
        face = np.abs(wing.across) - wing.half + LIP_MM
        lip = np.maximum(wing.below_crest * 0.8, (np.abs(wing.t) - 1.0) * ARC_MM) + LIP_MM
        # a rounded edge: where face and lip meet, distance is that to a corner
        bone = np.minimum(np.maximum(face, lip), 0) - LIP_MM
        bone = bone + np.hypot(np.maximum(face, 0), np.maximum(lip, 0))
        joint = np.where(part.labels == sacrum, bone - JOINT_MM, 99.0)
        part.paint(joint, 45.0, label_of("ligament"))
        part.paint(bone, tissue.CORTEX_HU, label_of("ilium", side))
        grain = texture.at(part.u / 1.1, part.v / 1.1, part.w / 1.8)
        part.paint(bone + 1.8, tissue.CANCELLOUS_HU + 60 * grain, soft=1.4)
