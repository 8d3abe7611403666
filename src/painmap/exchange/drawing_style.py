"""How a drawing looks in a file: the light colours, letters and patterns of the window.

Files are written without a window, so that the window's registry cannot be asked here; a test
holds both to the same letters and colours.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from painmap.domain.pain import Quality

PAPER = "#ffffff"
SKIN = "#f1efec"
LINE = "#62686a"
INK = "#1b2427"
MUTED = "#566165"
ACCENT = "#0f6e84"
PAIN = (
    "#f1d5e1",
    "#e9bcd0",
    "#dfa3bf",
    "#d58aae",
    "#ca709d",
    "#ba5087",
    "#b2397c",
    "#9a2c6a",
    "#821f58",
    "#6b1247",
    "#550436",
)
"""Fill by intensity 0 to 10: one hue, told apart by lightness."""
UNASKED = PAIN[5]
"""Outline of a mark whose intensity was not asked; it is not filled."""
FONT = "Inter, Helvetica, Arial, sans-serif"
TILE = 12
"""Units of the square tile that a pattern repeats."""


class QualityStyle(NamedTuple):
    """How one quality looks: its letter, and the path of its pattern (empty: none)."""

    letter: str
    pattern: str


QUALITIES: Mapping[Quality, QualityStyle] = MappingProxyType(
    {
        Quality.ACHING: QualityStyle("A", ""),
        Quality.BURNING: QualityStyle("B", "M3.5 3.5L8.5 8.5M8.5 3.5L3.5 8.5"),
        Quality.STABBING: QualityStyle("S", "M-1 7L7 -1M5 13L13 5"),
        Quality.SHOOTING: QualityStyle("O", "M0 9L6 3L12 9"),
        Quality.THROBBING: QualityStyle("T", "M9 6A3 3 0 1 1 3 6A3 3 0 1 1 9 6"),
        Quality.CRAMPING: QualityStyle("C", "M0 6C3 1 3 1 6 6C9 11 9 11 12 6"),
        Quality.PRESSING: QualityStyle("P", "M3 0L3 12M9 0L9 12"),
        Quality.TINGLING: QualityStyle("G", "M2 3L4 3M8 9L10 9"),
        Quality.NUMB: QualityStyle("N", "M1 3L7 3M7 9L13 9M-5 9L1 9"),
    }
)


def text_colour(intensity: int | None) -> str:
    """Black or white, whichever is read better on the colour of an intensity."""
    return PAPER if intensity is not None and intensity >= 5 else INK
