"""Whether pain is read by eyes that tell fewer colours: contrast as they see it, in both modes."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from painmap.exchange import drawing_style
from painmap.ui.body_look import ink_on
from painmap.ui.quality_registry import QUALITIES
from painmap.ui.theme import DARK, LIGHT, Palette

Colour = npt.NDArray[np.float64]
EYES = {
    "all colours": np.eye(3),
    "no red": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""Linear RGB as protanopes, deuteranopes and tritanopes see it.

Source: G. Machado, M. Oliveira, L. Fernandes, IEEE Trans. Vis. Comput. Graph. 15 (2009) 1291,
severity 1.0.
"""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
LEAST_STEP = 4.5
"""L* between two intensities that lie side by side; about 1 is just seen."""
LEAST_FROM_SKIN = 1.0
"""L* from the bare figure to 0; it has an outline and a number as well."""
LEAST_CONTRAST = 4.5
"""Of a number on its ground (WCAG 2.2, 1.4.3)."""
LEAST_SEEN_OTHERWISE = 4.0
"""The same as simulated eyes see it: the middle of the ramp cannot be far from black and white."""


def linear(colour: str) -> Colour:
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def luminance(colour: str, eyes: str = "all colours") -> float:
    return float(LUMINANCE @ np.clip(EYES[eyes] @ linear(colour), 0, 1))


def lightness(colour: str, eyes: str) -> float:
    """L* of CIE 1976."""
    y = luminance(colour, eyes)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def contrast(a: str, b: str, eyes: str) -> float:
    light, dark = sorted((luminance(a, eyes), luminance(b, eyes)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


palettes = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
all_eyes = pytest.mark.parametrize("eyes", EYES)


@palettes
@all_eyes
def test_every_step_of_intensity_is_darker_than_the_one_below(palette: Palette, eyes: str) -> None:
    steps = [lightness(colour, eyes) for colour in palette.pain]
    assert all(a - b >= LEAST_STEP for a, b in itertools.pairwise(steps))
    assert lightness(palette.skin, eyes) - steps[0] >= LEAST_FROM_SKIN


@palettes
@all_eyes
def test_the_number_on_every_intensity_is_read(palette: Palette, eyes: str) -> None:
    least = LEAST_CONTRAST if eyes == "all colours" else LEAST_SEEN_OTHERWISE
    for colour in palette.pain:
        assert contrast(colour, ink_on(colour).name(), eyes) >= least, colour


@palettes
@all_eyes
def test_ghosts_and_hatches_are_seen_on_the_figure(palette: Palette, eyes: str) -> None:
    assert contrast(palette.skin, palette.skin_ink, eyes) >= LEAST_CONTRAST
    assert contrast(palette.paper, palette.pain[5], eyes) >= 3


@palettes
@all_eyes
def test_the_edge_of_every_quality_is_seen_on_the_figure(palette: Palette, eyes: str) -> None:
    for quality, look in QUALITIES.items():
        edge = look.colour(palette).name()
        assert contrast(palette.skin, edge, eyes) >= 3, quality


def test_a_colour_of_pain_means_the_same_on_every_screen_and_on_paper() -> None:
    assert LIGHT.pain == DARK.pain == drawing_style.PAIN
    assert LIGHT.qualities == DARK.qualities
