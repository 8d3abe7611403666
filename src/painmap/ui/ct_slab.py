"""Thick slices for looking: which slab is shown, and how that is said on the pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from painmap.imaging.errors import SeriesError
from painmap.imaging.oblique import Slab, slab_image
from painmap.imaging.reslice import SliceImage
from painmap.imaging.volume import Volume

THICKNESSES_MM = (5, 10, 20)
"""From a usual thick slice to the width of a muscle belly."""


@dataclass(frozen=True, slots=True)
class SlabChoice:
    """A slab around each picture.

    Parameters
    ----------
    mm : int
        Thickness.
    how : Slab
    """

    mm: int
    how: Slab

    @property
    def words(self) -> str:
        """Such as "mean of 10 mm" or "MIP of 10 mm"."""
        return f"{self.how.value} of {self.mm} mm"


CHOICES = tuple(SlabChoice(mm, how) for how in Slab for mm in THICKNESSES_MM)


def pixels_shown(
    volume: Volume | None, image: SliceImage, slab: SlabChoice | None
) -> tuple[npt.NDArray[Any], str]:
    """What is drawn of a picture, and the words that say so; empty for the slice itself.

    The slab leaves the picture's own pixels alone, which are what is measured. Where the stack
    is no volume, or is not whole yet, the slice itself is drawn; so is a plane across tilted
    slices, of which a slab would be drawn for a third of a second.

    Returns
    -------
    (rows, columns) HU, str
    """
    if slab is None or volume is None or volume.geometry is None:
        return image.pixels, ""
    if not volume.is_complete or image.view.resampled:
        return image.pixels, ""
    try:
        return slab_image(volume, image.view.plane, image.index, slab.mm, slab.how), slab.words
    except SeriesError:
        return image.pixels, ""


class SlabMenu:
    """The choice of a slab in a menu.

    Parameters
    ----------
    menu : QMenu
    choose : callable
        Called with a `SlabChoice`, or None for the slices themselves.
    """

    def __init__(self, menu: QMenu, choose: Callable[[SlabChoice | None], object]) -> None:
        self._choose = choose
        below = menu.addMenu("Thick slices")
        self._group = QActionGroup(below)
        self.actions: dict[SlabChoice | None, QAction] = {}
        for choice in (None, *CHOICES):
            action = QAction("Off: the slices themselves" if choice is None else _title(choice))
            action.setCheckable(True)
            action.setChecked(choice is None)
            action.triggered.connect(lambda _=False, choice=choice: self._choose(choice))
            self._group.addAction(action)
            below.addAction(action)
            self.actions[choice] = action

    def show_choice(self, choice: SlabChoice | None) -> None:
        """Mark what is in use."""
        self.actions[choice].setChecked(True)


def _title(choice: SlabChoice) -> str:
    return choice.words[:1].upper() + choice.words[1:]


def kept(choice: SlabChoice | None) -> list[Any] | None:
    """In JSON terms, for where the doctor is."""
    return None if choice is None else [choice.mm, choice.how.value]


def restored(value: Any) -> SlabChoice | None:
    """The choice that `kept` gave; None for anything else."""
    return next((each for each in CHOICES if kept(each) == value), None)
