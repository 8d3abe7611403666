"""Which stack of a study to show first: axial, of soft tissue, with most slices."""

import re
from enum import IntEnum

from painmap.imaging.layout import normal_of
from painmap.imaging.stack import Stack

AXIAL_COSINE = 0.7
"""A stack whose normal is closer to the patient's long axis than about 45 degrees is axial."""


class _Tissue(IntEnum):
    SHARP = 0
    UNKNOWN = 1
    SOFT = 2


_TISSUE_WORDS = {
    _Tissue.SHARP: "sharp kernel",
    _Tissue.UNKNOWN: "kernel not named",
    _Tissue.SOFT: "soft tissue",
}

_SHARP_WORDS = re.compile(r"\b(bone\w*|lung\w*|edge|sharp|knochen|lunge|osseux|hueso|os)\b")
_SOFT_WORDS = re.compile(r"\b(soft|standard|stnd|std|tissue|weich\w*|muscle|abd\w*|st)\b")
_NUMBERED = re.compile(r"\b(?:(fc)|[a-z]{1,2})(\d{2})[a-z]?\b")
"""Siemens B30f, I31f, Br40, Hr60; Canon FC08: the number says how sharp it is."""


def _tissue(stack: Stack) -> _Tissue:
    """Whether the reconstruction is for soft tissue, as kernel and description say."""
    for text in (stack.facts.kernel.lower(), stack.description.lower()):
        if _SHARP_WORDS.search(text):
            return _Tissue.SHARP
        if _SOFT_WORDS.search(text):
            return _Tissue.SOFT
    numbered = _NUMBERED.search(stack.facts.kernel.lower())
    if numbered is None:
        return _Tissue.UNKNOWN
    limit = 30 if numbered[1] else 50
    return _Tissue.SOFT if int(numbered[2]) < limit else _Tissue.SHARP


def is_axial(stack: Stack) -> bool:
    """Whether the slices lie across the patient's long axis, within about 45 degrees."""
    return stack.has_geometry and abs(float(normal_of(stack.slices[0])[2])) >= AXIAL_COSINE


def is_soft(stack: Stack) -> bool:
    """Whether kernel or description say that it was reconstructed for soft tissue."""
    return _tissue(stack) is _Tissue.SOFT


def tissue_words(stack: Stack) -> str:
    """What kernel and description say of the reconstruction: "soft tissue"."""
    return _TISSUE_WORDS[_tissue(stack)]


def merit(stack: Stack) -> tuple[bool, bool, bool, bool, int, int, int]:
    """What speaks for showing a stack first, the weightiest first."""
    axial = is_axial(stack)
    several = len(stack.slices) > 1
    return (
        not stack.is_localizer,
        several,
        stack.uniform and axial,
        axial,
        _tissue(stack),
        len(stack.slices),
        -stack.index,
    )
