"""The bowel with its gas and the mesentery's vessels, laid out at random within the belly."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from painmap.phantom import tissue
from painmap.phantom.anatomy import Polyline
from painmap.phantom.canvas import Canvas, FloatArray, Span, capsule
from painmap.phantom.labels import label_of
from painmap.phantom.person import Person
from painmap.phantom.tissue import Texture

BOWEL_STREAM: Final = 4
"""Random stream of the bowel's loops and the mesentery's vessels."""

LOOPS: Final = 34
MESENTERIC_VESSELS: Final = 130
"""Counts were chosen so that about half of the belly is bowel, half fat."""

BOWEL_WALL_MM: Final = 2.4


@dataclass(frozen=True, slots=True)
class Tube:
    """A piece of bowel or a vessel: a line with a radius and what fills it.

    Parameters
    ----------
    line : Polyline
    radius : float
    content_hu : float
        Of what is not gas.
    gas_above : float
        Gas fills the part more than this share of the radius in front of the middle line:
        1 is none, -1 is all (supine; the anatomy stays the same in every position).
    pouches : float
        Depth of the haustra as a share of the radius.
    speckled : bool
        Stool: mottled with gas.
    """

    line: Polyline
    radius: float
    content_hu: float = tissue.BOWEL_CONTENT_HU
    gas_above: float = 1.0
    pouches: float = 0.0
    speckled: bool = False


@dataclass(frozen=True, slots=True)
class Belly:
    """The bowel and the mesentery of one body."""

    bowel: tuple[Tube, ...]
    vessels: tuple[Tube, ...]


def belly_of(person: Person, seed: int) -> Belly:
    """Lay out the bowel of one body."""
    random = np.random.default_rng([seed, BOWEL_STREAM])
    front = -58.0 - person.belly_mm * 0.6
    colon = (
        Tube(
            ((-106, 2, -160), (-107, -2, -80), (-106, 2, -20), (-100, 0, 34)),
            21,
            38,
            0.55,
            0.2,
            True,
        ),
        Tube(
            ((-100, 0, 34), (-88, -40, 26), (-55, front - 4, 2), (-10, front - 8, -14)),
            18,
            34,
            0.0,
            0.22,
        ),
        Tube(
            ((-10, front - 8, -14), (45, front - 4, -2), (88, -42, 40), (102, -8, 74)),
            17,
            30,
            -0.3,
            0.22,
        ),
        Tube(
            ((106, 20, 72), (112, 22, 20), (111, 14, -40), (104, -6, -92)),
            11.5,
            40,
            0.75,
            0.15,
            True,
        ),
        Tube(
            ((104, -6, -92), (78, -34, -122), (30, -30, -150), (-14, -16, -160)),
            14,
            36,
            0.3,
            0.2,
            True,
        ),
    )
    stomach = Tube(((96, -34, 150), (72, -56, 104), (38, -62, 84), (0, -54, 80)), 26, 26, 0.15)
    duodenum = (
        Tube(((-6, -50, 80), (-44, -36, 72), (-50, -18, 40), (-44, -16, 4)), 13, 24, 0.8),
        Tube(((-44, -16, 4), (-10, -27, -6), (24, -27, 2), (40, -34, 22)), 10.5, 24),
    )
    loops = tuple(_loop(random, start) for start in _spread(random, front))
    return Belly((*loops, stomach, *colon, *duodenum), tuple(_branches(random)))


def _spread(random: np.random.Generator, front: float) -> list[npt.NDArray[np.float64]]:
    """Choose where the loops begin: each as far from the others as ten tries allow."""
    low, high = (-84.0, front - 6, -168.0), (92.0, -22.0, 72.0)
    chosen = [random.uniform(low, high)]
    while len(chosen) < LOOPS:
        tries = random.uniform(low, high, size=(10, 3))
        apart = np.linalg.norm(tries[:, None] - np.array(chosen)[None], axis=2).min(axis=1)
        chosen.append(tries[np.argmax(apart)])
    return chosen


def _loop(random: np.random.Generator, at: npt.NDArray[np.float64]) -> Tube:
    points = [tuple(float(x) for x in at)]
    for _ in range(3):
        at = at + random.normal(size=3) * (19, 9, 15)
        at = np.clip(at, (-92, -76, -175), (98, -20, 82))
        points.append((float(at[0]), float(at[1]), float(at[2])))
    gas = 0.2 if random.uniform() < 0.12 else 1.0
    return Tube(
        tuple((x, y, z) for x, y, z in points),
        float(random.uniform(9, 13.5)),
        float(random.uniform(20, 40)),
        gas,
        0.06,
    )


def _branches(random: np.random.Generator) -> list[Tube]:
    """Fan the mesentery's vessels out from its root."""
    found = []
    for _ in range(MESENTERIC_VESSELS):
        w = float(random.uniform(-140, 60))
        root = (float(random.normal(2, 8)), -28.0, min(w + float(random.uniform(5, 30)), 45.0))
        middle = (float(random.normal(0, 28)), float(random.uniform(-55, -34)), w + 6)
        end = (
            middle[0] * 2.0 + float(random.normal(0, 12)),
            float(random.uniform(-85, -40)),
            w - 6,
        )
        found.append(Tube((root, middle, end), float(random.uniform(1.2, 2.3)), tissue.BLOOD_HU))
    return found


def spans(line: Polyline, reach: float) -> list[Span]:
    """Give the box around a line, widened by `reach`."""
    return [(min(axis) - reach, max(axis) + reach) for axis in zip(*line, strict=True)]


def line_distance(part: Canvas, line: Polyline) -> FloatArray:
    """Give the distance to the nearest piece of a line."""
    pieces = [capsule(part.u, part.v, part.w, start, end) for start, end in pairwise(line)]
    nearest: FloatArray = np.minimum.reduce(pieces)
    return nearest


def paint_vessel(canvas: Canvas, line: Polyline, radius: float, name: str) -> None:
    """Paint a vessel of a constant radius, piece by piece."""
    for start, end in pairwise(line):
        u, v, w = spans((start, end), radius + 2)
        part = canvas.window(u, v, w)
        if part is not None:
            distance = capsule(part.u, part.v, part.w, start, end) - radius
            part.paint(distance, tissue.BLOOD_HU, label_of(name))


def paint_bowel(canvas: Canvas, tube: Tube, texture: Texture) -> None:
    """Paint a piece of bowel: wall, content, gas with its level."""
    u, v, w = spans(tube.line, tube.radius + 3)
    part = canvas.window(u, v, w)
    if part is None:
        return
    folds = np.sin(part.w * 0.21 + part.u * 0.05) * np.cos(part.u * 0.16 + part.v * 0.09)
    radius = tube.radius * (1 + tube.pouches * folds)
    distance = line_distance(part, tube.line) - radius
    if not (distance < 2).any():
        return
    grain = texture.at(part.u / 2.8, part.v / 2.8, part.w / 4, 23.0)
    part.paint(distance, tissue.BOWEL_WALL_HU + 4 * grain, label_of("bowel"))
    content = tube.content_hu + 7 * grain
    if tube.speckled:
        bubbles = np.clip(texture.at(part.u / 1.6, part.v / 1.6, part.w / 2.0, 29.0) - 0.8, 0, 1)
        content = content + 12 * grain - 420 * bubbles
    inside = distance + BOWEL_WALL_MM
    part.paint(inside, content)
    if tube.gas_above >= 1:
        return
    level = _middle_v(part, tube) - tube.gas_above * tube.radius
    gas = np.maximum(inside + 0.4, part.v - level)
    part.paint(gas, tissue.GAS_HU, label_of("bowel_gas"))


def _middle_v(part: Canvas, tube: Tube) -> FloatArray:
    """Give the height above the table of a tube's middle line, nearest in u and w."""
    best = np.full(part.u.shape, np.inf, dtype=np.float32)
    middle = np.zeros(part.u.shape, dtype=np.float32)
    for start, end in zip(tube.line, tube.line[1:], strict=False):
        flat = np.zeros_like(part.u)
        du, dw = end[0] - start[0], end[2] - start[2]
        length = max(du * du + dw * dw, 1.0)
        share = np.clip(((part.u - start[0]) * du + (part.w - start[2]) * dw) / length, 0, 1) + flat
        off = np.hypot(part.u - start[0] - share * du, part.w - start[2] - share * dw)
        nearer = off < best
        middle = np.where(nearer, start[1] + share * (end[1] - start[1]), middle)
        best = np.where(nearer, off, best)
    return middle
