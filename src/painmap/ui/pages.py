"""What every page of a visit is."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QWidget

from painmap.domain.edits import Page
from painmap.ui.desk import Desk
from painmap.ui.theme import Icons, Palette


class VisitPage(QWidget):
    """A page in the window's frame; it reads the desk and keeps no copy of the visit.

    Parameters
    ----------
    desk : Desk
    icons : Icons
    palette : Palette
        Colours of the day; `set_palette` is called when they change.
    """

    page: Page

    def __init__(self, desk: Desk, icons: Icons, palette: Palette) -> None:
        super().__init__()
        self.setObjectName("page")
        self.desk = desk
        self.icons = icons
        self.colours = palette

    def set_colours(self, palette: Palette) -> None:
        """Take over other colours; a page with painted parts redraws them here."""
        self.colours = palette
        self.update()

    def show_items(self, ids: tuple[UUID, ...]) -> None:
        """Bring items into view, after an undo or a click on their sentence."""

    def place(self) -> Mapping[str, Any]:
        """Say in JSON terms where on the page the doctor is."""
        return {}

    def restore(self, place: Mapping[str, Any]) -> None:
        """Go back to where `place` says, as far as it still exists."""

    def hand_in(self) -> None:
        """Hand in what is still being typed."""

    def key_digit(self, digit: int) -> bool:
        """Take a digit key; False when the page has no use for it."""
        del digit
        return False
