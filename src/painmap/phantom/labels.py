"""The numbers of the label volume, and what each of them is."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from painmap.domain.anatomy import Level, Side

SPINE_LEVELS: Final = (
    Level.T11,
    Level.T12,
    Level.L1,
    Level.L2,
    Level.L3,
    Level.L4,
    Level.L5,
    Level.S1,
)
"""The vertebrae that are drawn, from the head; T11 only just reaches into the volume."""

MUSCLES: Final = (
    "erector_spinae",
    "multifidus",
    "quadratus_lumborum",
    "psoas_major",
    "iliacus",
    "gluteus_medius",
    "gluteus_maximus",
)
"""Sided muscles, by the ids of the muscle catalogue."""

_SIDED: Final = (
    *MUSCLES,
    "abdominal_wall",
    "ilium",
    "kidney",
    "rib_12",
    "rib_11",
    "rib_10",
    "rib_9",
)
_MIDLINE: Final = (
    "skin",
    "subcutaneous_fat",
    "visceral_fat",
    "thoracolumbar_fascia",
    "spinal_canal",
    "aorta",
    "inferior_vena_cava",
    "vessel",
    "liver",
    "spleen",
    "bowel",
    "bowel_gas",
    "organ",
    "crus",
    "ligament",
    "marker",
    "couch",
)
_VERTEBRAE: Final = tuple(f"vertebra_{level}" for level in SPINE_LEVELS)
_DISCS: Final = tuple(f"disc_{upper}_{lower}" for upper, lower in pairwise(SPINE_LEVELS))


def _numbered() -> Iterator[tuple[str, Side | None]]:
    for name in _SIDED:
        yield name, Side.LEFT
        yield name, Side.RIGHT
    for name in (*_MIDLINE, *_VERTEBRAE, *_DISCS):
        yield name, None


LABELS: Final[dict[int, tuple[str, Side | None]]] = dict(enumerate(_numbered(), start=1))
"""Label number -> (structure id, side or None); 0 is air outside the body."""

_NUMBERS: Final = {what: number for number, what in LABELS.items()}

OUTSIDE_BODY: Final = (0, _NUMBERS["marker", None], _NUMBERS["couch", None])
"""Labels that are not the patient."""


def label_of(structure: str, side: Side | None = None) -> int:
    """Give the number of a structure in the label volume.

    Raises
    ------
    KeyError
        There is no such structure, or not with this side.
    """
    return _NUMBERS[structure, side]


def vertebra_label(level: Level) -> int:
    """Give the label number of a vertebra (S1: the sacrum)."""
    return label_of(f"vertebra_{level}")
