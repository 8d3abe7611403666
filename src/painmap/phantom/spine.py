"""Vertebrae, discs, sacrum, and what lies in the spinal canal."""

from typing import Final

import numpy as np

from painmap.domain.anatomy import Level
from painmap.phantom import anatomy, tissue
from painmap.phantom.anatomy import VertebraFacts
from painmap.phantom.canvas import Canvas, FloatArray, capsule, ellipse, ellipsoid, joined, squarish
from painmap.phantom.labels import label_of, vertebra_label
from painmap.phantom.person import Person
from painmap.phantom.spineline import (
    disc_frame,
    from_spine,
    middle_v,
    slope_at,
    vertebra_frame,
)
from painmap.phantom.tissue import Texture

DISC_OVERLAP_MM: Final = 5.0
"""Discs are drawn into the endplates, which are painted over them."""


def paint_spine(canvas: Canvas, person: Person, texture: Texture) -> None:
    """Paint the whole column: discs and canal first, then the bones over them."""
    _paint_canal(canvas, person)
    pairs = zip(anatomy.VERTEBRAE, anatomy.VERTEBRAE[1:], strict=False)
    for upper, lower in pairs:
        _paint_disc(canvas, upper, lower, person, texture)
    for facts in anatomy.VERTEBRAE:
        if facts.level is Level.S1:
            _paint_sacrum(canvas, facts, person, texture)
        else:
            _paint_vertebra(canvas, facts, person, texture)
    _paint_sac(canvas, person)


def _column(canvas: Canvas, person: Person) -> Canvas | None:
    """Give the window around the canal and the arches."""
    middle = middle_v(canvas.w)
    shift = float(person.scoliosis_mm)
    u = (min(shift, 0.0) - 30.0, max(shift, 0.0) + 30.0)
    return canvas.window(u, (float(middle.min()) - 5, float(middle.max()) + 80))


def _canal_middle(canvas: Canvas) -> FloatArray:
    """Give how far behind the middle line the canal lies in the plane of the slice."""
    return (16.5 + anatomy.CANAL_BEHIND_BODY) / np.cos(slope_at(canvas.w))


def _paint_canal(canvas: Canvas, person: Person) -> None:
    part = _column(canvas, person)
    if part is None:
        return
    view = from_spine(part, person)
    behind = view.p - _canal_middle(part)
    half_a, half_p = anatomy.CANAL_HALF
    foramen = ellipse(np.abs(view.a) - 15, behind + 3, 9.5, 8.0)
    part.paint(foramen, -82.0, label_of("spinal_canal"), soft=1.5)
    root = np.hypot(np.abs(view.a) - 17.5, behind + 3.5) - 2.6
    part.paint(root, tissue.NERVE_HU, label_of("spinal_canal"), soft=1.5)
    reach = np.interp(
        part.w,
        anatomy.SPINE_W,
        [each.spinous_reach for each in reversed(anatomy.VERTEBRAE)],
    ).astype(np.float32)
    between = np.maximum(np.abs(view.a) - 1.8, np.abs(view.p - reach / 2 - 16) - reach / 2 + 14)
    part.paint(between, 18.0, label_of("ligament"), soft=1.5)
    flavum = np.maximum(ellipse(view.a, behind, half_a + 1.5, half_p + 2.5), -behind)
    part.paint(flavum, tissue.LIGAMENT_HU, label_of("ligament"))
    part.paint(ellipse(view.a, behind, half_a - 1.0, half_p - 0.6), -78.0, label_of("spinal_canal"))


def _paint_sac(canvas: Canvas, person: Person) -> None:
    part = _column(canvas, person)
    if part is None:
        return
    view = from_spine(part, person)
    behind = view.p - _canal_middle(part)
    # the sac narrows to its end at S2
    share = np.clip((part.w + 150) / 70, 0.15, 1.0)
    half_a, half_p = anatomy.SAC_HALF
    sac = ellipse(view.a, behind + 1.0, half_a * share, half_p * share)
    # the conus and the roots of the cauda equina lie at the back of the sac
    roots = np.clip(-(behind - 1.5) / 6, 0, 1)
    part.paint(sac, tissue.SAC_HU + 12 * (1 - roots), label_of("spinal_canal"))


def _rim(facts: VertebraFacts, a: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the outline of a body as seen from above, and its squared relative radius."""
    relative = np.square(a / (facts.width / 2)) + np.square(p / (facts.depth / 2))
    # the back of a body is hollowed by the canal
    hollow = ellipse(a, p - facts.depth / 2 - anatomy.CANAL_BEHIND_BODY, 14.0, 8.6)
    outline = squarish(a, p, facts.width / 2, facts.depth / 2)
    return np.maximum(outline, -hollow), relative


def _paint_disc(
    canvas: Canvas, upper: VertebraFacts, lower: VertebraFacts, person: Person, texture: Texture
) -> None:
    frame = disc_frame(upper, lower, person)
    u, v, w = frame.origin
    part = canvas.window((u - 32, u + 32), (v - 28, v + 30), (w - 28, w + 28))
    if part is None:
        return
    a, p, h = frame.local(part)
    outline, relative = _rim(lower, a, p)
    gap = (upper.centre[1] - lower.centre[1] - (upper.height + lower.height) / 2) / 2
    rim = np.clip((relative - 0.45) / 0.3, 0, 1)
    hu = tissue.DISC_HU - 8 + 22 * rim + 4 * texture.at(a / 3, p / 3, h / 3)
    across = np.abs(h) - gap - DISC_OVERLAP_MM
    label = label_of(f"disc_{upper.level}_{lower.level}")
    part.paint(outline - 0.8, hu, label, across=across)


def _paint_vertebra(canvas: Canvas, facts: VertebraFacts, person: Person, texture: Texture) -> None:
    frame = vertebra_frame(facts, person)
    u, v, w = frame.origin
    reach = 30 + 75 * abs(np.sin(np.deg2rad(facts.slope_deg)))
    span = facts.transverse_span + 10
    part = canvas.window((u - span, u + span), (v - 26, v + 84), (w - reach - 14, w + reach))
    if part is None:
        return
    a, p, h = frame.local(part)
    label = vertebra_label(facts.level)
    upper_joint, arch = _arch(facts, np.abs(a), p, h)
    part.paint(upper_joint - 1.3, 55.0, label_of("ligament"))
    _paint_bone(part, np.minimum(arch, upper_joint), label, texture, frame_h=h)
    _paint_body(part, facts, (a, p, h), person, texture)


def _paint_bone(
    part: Canvas, distance: FloatArray, label: int, texture: Texture, *, frame_h: FloatArray
) -> None:
    part.paint(distance, tissue.CORTEX_HU, label)
    grain = texture.at(part.u / 1.1, part.v / 1.1, frame_h / 1.6)
    part.paint(distance + anatomy.POSTERIOR_CORTEX_MM, tissue.CANCELLOUS_HU + 70 * grain, soft=1.5)


def _paint_body(
    part: Canvas,
    facts: VertebraFacts,
    local: tuple[FloatArray, FloatArray, FloatArray],
    person: Person,
    texture: Texture,
) -> None:
    a, p, h = local
    outline, relative = _rim(facts, a, p)
    level = np.clip(np.square(h / (facts.height / 2)), 0, 1)
    # the waist of a body is narrower than its endplates
    outline = outline + 1.7 * (1 - level)
    half = facts.height / 2 - facts.wedge * p / (2 * facts.depth)
    half = half - anatomy.ENDPLATE_DISH_MM * np.clip(1 - relative, 0, 1)
    across = np.abs(h) - half
    part.paint(outline, tissue.CORTEX_HU, vertebra_label(facts.level), across=across)
    grain = texture.at(a / 0.75, p / 0.75, h / 1.6)
    broad = texture.at(a / 5, p / 5, h / 5, 11.0)
    marrow = person.marrow_hu + 36 * grain + 8 * broad
    # the basivertebral veins: a dark wedge from the middle of the back wall
    vein = np.maximum(np.abs(a) - 0.5 * np.clip(p, 0, 20), np.maximum(np.abs(h) - 2.2, 2 - p))
    marrow = marrow - 130 * np.clip(0.5 - vein / 2, 0, 1)
    inside = outline + anatomy.CORTEX_MM
    part.paint(inside, marrow, across=across + 1.1)


def _arch(
    facts: VertebraFacts, side: FloatArray, p: FloatArray, h: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give the upper joint processes, and all the other bone behind the body.

    Parameters
    ----------
    side : (R, C) float
        Distance from the vertebra's own midline.
    """
    half_a, half_p = anatomy.CANAL_HALF
    canal = facts.depth / 2 + anatomy.CANAL_BEHIND_BODY
    high = facts.height / 2
    wide = half_a * (1.25 if facts.level is Level.L5 else 1.0)
    pedicle_h = 0.2 * facts.height
    pedicle = np.maximum(
        np.abs(side - half_a - facts.pedicle_width / 2) - facts.pedicle_width / 2,
        np.maximum(np.abs(p - canal + 2) - 11.0, np.abs(h - pedicle_h) - 7.4),
    )
    outer = ellipse(side, p - canal, half_a + 5.5, half_p + 6.5)
    ring = np.maximum(outer, -ellipse(side, p - canal, half_a, half_p))
    lamina = np.maximum(ring, np.maximum(canal - 1 - p, np.abs(h + 0.22 * facts.height) - 10.5))
    transverse = capsule(
        side,
        p,
        h,
        (half_a + 5, canal - 1.5, pedicle_h - 1),
        (facts.transverse_span - 4, canal + 4.5, pedicle_h + 1),
    )
    transverse = transverse - (4.4 - 1.3 * np.clip((side - 18) / 25, 0, 1))
    pars = (
        capsule(side, p, h, (wide + 5, canal + 3, pedicle_h - 2), (wide + 1, canal + 10, -high))
        - 4.3
    )
    lower = ellipsoid(side - wide + 0.5, p - canal - 10.5, h + high + 3, (5.0, 5.5, 13.0))
    upper = ellipsoid(side - wide - 8, p - canal - 4, h - high - 2, (5.0, 7.0, 12.0))
    bones = joined(joined(pedicle, lamina, 4.0), transverse, 4.0)
    bones = joined(joined(bones, pars, 3.0), lower, 2.0)
    bones = np.minimum(bones, _spinous(facts, side, p, h, canal + half_p))
    return np.maximum(upper, pedicle_h - 4 - h), bones


def _spinous(
    facts: VertebraFacts, side: FloatArray, p: FloatArray, h: FloatArray, start: float
) -> FloatArray:
    along = np.clip((p - start) / (facts.spinous_reach - start), 0, 1)
    middle = -3 - (facts.spinous_drop - 3) * along
    half = 8 + (facts.spinous_height / 2 - 8) * along
    thick = 2.7 + 0.6 * along + 1.2 * np.square(np.clip(along - 0.6, 0, 1) / 0.4)
    plate = np.maximum(side - thick, np.abs(h - middle) - half)
    spinous: FloatArray = np.maximum(plate, np.maximum(p - facts.spinous_reach, start - 1 - p))
    return spinous


def _paint_sacrum(canvas: Canvas, facts: VertebraFacts, person: Person, texture: Texture) -> None:
    frame = vertebra_frame(facts, person)
    u, v, w = frame.origin
    part = canvas.window((u - 62, u + 62), (v - 30, v + 130), (w - 150, w + 60))
    if part is None:
        return
    a, p, h = frame.local(part)
    side, down = np.abs(a), np.clip(-h, 0, 90)
    top = facts.height / 2
    outline, relative = _rim(facts, a / (1 - 0.004 * down), p / (1 - 0.006 * down))
    dish = anatomy.ENDPLATE_DISH_MM * np.clip(1 - relative, 0, 1)
    body = np.maximum(outline, np.maximum(h - top + dish, -h - 95))
    canal = facts.depth / 2 + anatomy.CANAL_BEHIND_BODY
    narrowing = 1 - 0.004 * down
    # wider than it is: the iliac wing and the joint space cut it
    ala = squarish(side - 37 * narrowing, p - 5 - 4 * side / 40, 26 * narrowing, 13 * narrowing)
    ala = np.maximum(ala, np.maximum(h - 9 + 0.25 * (side - 25), -h - 80))
    mass = ellipse(side - 27 * narrowing, p - 16, 10 * narrowing, 9 * narrowing)
    mass = np.maximum(mass, np.maximum(h - 9, -h - 80))
    roof = np.maximum(np.abs(p - canal - 11 + 0.42 * side) - 2.8, side - 31 * narrowing)
    roof = np.maximum(roof, np.maximum(h - 8, -h - 85))
    crest = np.maximum(side - 2.8, np.maximum(p - facts.spinous_reach, canal + 8 - p))
    crest = np.maximum(crest, np.abs(np.abs(h + 13) - 14) - 10)
    joint = ellipsoid(side - 22, p - canal - 3, h - top - 1, (6.0, 7.5, 11.0))
    bone = joined(joined(body, ala, 4.0), joined(mass, roof, 3.0), 4.0)
    tunnels = np.minimum(np.hypot(side - 21, h + 19), np.hypot(side - 19, h + 42)) - 4.5
    bone = np.maximum(
        np.maximum(bone, -tunnels), -ellipse(a, p - canal, 13.0 * narrowing, 6.3 * narrowing)
    )
    bone = np.minimum(np.minimum(bone, crest), joint)
    label = vertebra_label(Level.S1)
    part.paint(np.maximum(joint - 1.3, -bone), 55.0, label_of("ligament"))
    part.paint(bone, tissue.CORTEX_HU, label)
    grain = texture.at(a / 0.85, p / 0.85, h / 1.6)
    # the wings of the sacrum are poor in bone
    marrow = person.marrow_hu - 10 - 75 * np.clip((side - 22) / 10, 0, 1) + 36 * grain
    remnant = np.clip(1 - np.abs(h + 18) / 2, 0, 1) * (relative < 0.8)
    part.paint(bone + 1.5, marrow + 160 * remnant, soft=1.3)
