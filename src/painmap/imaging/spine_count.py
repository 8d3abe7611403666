"""Counting vertebral levels from the one that a doctor names, and what does not fit a count."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from painmap.domain.anatomy import Level
from painmap.domain.injection import LandmarkKind
from painmap.imaging.spine_line import BODY, SPINOUS, SpineMark

LUMBAR_STEP_MM = (22.0, 55.0)
"""Between neighbouring lumbar or lower thoracic vertebrae of adults; a step beyond these is
said, since one was probably passed over or marked twice. Vertebra and disc together are about
30 to 40 mm high (phantom.anatomy names its sources)."""

SAME_VERTEBRA_MM = 12.0
"""Marks of one kind so near to each other are one vertebra's."""

DROP_MM = 14.0
"""So much lower than its body's middle the tip of a spinous process lies (phantom.anatomy)."""

MOST_DROP_MM = (-8.0, 30.0)
"""A tip higher or lower than this against a body belongs to another vertebra."""


@dataclass(frozen=True, slots=True)
class OddStep:
    """Two neighbouring named marks whose levels or distance do not fit."""

    levels: tuple[Level, Level]
    words: str


def counted(marks: Sequence[SpineMark], known: int, level: Level) -> tuple[Level | None, ...]:
    """Name marks by counting from one whose level the doctor names.

    Parameters
    ----------
    marks : sequence of SpineMark
        Spinous processes, vertebral bodies or both, in any order; their own levels are not
        looked at.
    known : int
        Which of `marks` has `level`.

    Returns
    -------
    tuple of Level or None
        In the order of `marks`; None where the count leaves the spine, and beyond a gap in
        which a vertebra must have been passed over: nobody knows how many.
    """
    levels = list(Level)
    vertebrae = _vertebrae(marks)
    zero = next(rank for rank, each in enumerate(vertebrae) if known in each)
    heights = [_height(marks, each) for each in vertebrae]
    names: dict[int, Level | None] = dict.fromkeys(range(len(marks)))
    for ranks, way in ((range(zero, len(vertebrae)), 1), (range(zero, -1, -1), -1)):
        index, before = levels.index(level), heights[zero]
        for rank in ranks:
            gap = abs(before - heights[rank])
            if gap > LUMBAR_STEP_MM[1]:
                break
            # what was marked twice is one vertebra
            index += way if gap > SAME_VERTEBRA_MM else 0
            before = heights[rank]
            if 0 <= index < len(levels):
                names |= dict.fromkeys(vertebrae[rank], levels[index])
    return tuple(names[n] for n in range(len(marks)))


def _vertebrae(marks: Sequence[SpineMark]) -> list[tuple[int, ...]]:
    """Which marks belong to one vertebra, from the head down."""
    tips = [n for n, mark in enumerate(marks) if mark.kind is SPINOUS]
    bodies = [n for n, mark in enumerate(marks) if mark.kind is BODY]
    pairs = sorted(
        (abs(drop - DROP_MM), tip, body)
        for tip in tips
        for body in bodies
        if MOST_DROP_MM[0] <= (drop := marks[body].point.z - marks[tip].point.z) <= MOST_DROP_MM[1]
    )
    together: dict[int, int] = {}
    for _, tip, body in pairs:
        if tip not in together and body not in together.values():
            together[tip] = body
    alone = [body for body in bodies if body not in together.values()]
    found = [(tip, together[tip]) if tip in together else (tip,) for tip in tips]
    found += [(body,) for body in alone]

    return sorted(found, key=lambda each: _height(marks, each), reverse=True)


def _height(marks: Sequence[SpineMark], vertebra: tuple[int, ...]) -> float:
    """Height of the body's middle, marked or about where it must be."""
    last = marks[vertebra[-1]]
    return last.point.z + (DROP_MM if last.kind is SPINOUS else 0.0)


def odd_steps(marks: Sequence[SpineMark]) -> tuple[OddStep, ...]:
    """What neighbouring named marks of one kind do not fit in, from the head down."""
    return (*_odd_steps(marks, SPINOUS), *_odd_steps(marks, BODY))


def _odd_steps(marks: Sequence[SpineMark], kind: LandmarkKind) -> list[OddStep]:
    order = list(Level)
    named = sorted(
        ((mark.point.z, mark.level) for mark in marks if mark.kind is kind and mark.level),
        key=lambda one: -one[0],
    )
    found = []
    for (high, upper), (low, lower) in pairwise(named):
        steps = order.index(lower) - order.index(upper)
        mm = high - low
        if steps <= 0:
            found.append(OddStep((upper, lower), f"{lower} is marked below {upper}."))
        elif not LUMBAR_STEP_MM[0] * steps <= mm <= LUMBAR_STEP_MM[1] * steps:
            words = (
                f"{upper} and {lower} are marked {mm:.0f} mm apart: "
                "one may have been passed over, or marked twice."
            )
            found.append(OddStep((upper, lower), words))
    return found
