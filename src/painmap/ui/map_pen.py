"""What the pressure of the pen does, chosen from a menu and kept for the next time."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from painmap.domain.pain import Pressing
from painmap.services.settings import Settings
from painmap.ui.tools.pen_path import PenHand

PRESSING_WORDS = {
    Pressing.WIDTH: "Pressure makes the stroke wider",
    Pressing.STRENGTH: "Pressure makes the stroke stronger",
    Pressing.OFF: "Pressure is not used",
}
HAND_WORDS = {
    "0.4": "Very light hand",
    "0.55": "Light hand",
    "0.7": "Usual hand",
    "1": "Firm hand",
    "1.5": "Very firm hand",
}
"""By the exponent from pressure to width or strength."""


class PenMenu(QMenu):
    """Two choices: what pressure does, and whose hand presses.

    Parameters
    ----------
    on_hand : callable
        Told at once, and after every choice.
    settings : Settings or None
        Where the choice is kept; None: for this window only.
    """

    def __init__(
        self, on_hand: Callable[[PenHand], None], settings: Settings | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._on_hand = on_hand
        self._settings = settings
        usual = PenHand()
        self._pressing = settings["pen_pressure"] if settings else usual.pressing.value
        self._gamma = settings["pen_gamma"] if settings else f"{usual.gamma:g}"
        words = {each.value: PRESSING_WORDS[each] for each in Pressing}
        self._offer(words, self._pressing, self._on_pressing)
        self.addSeparator()
        self._offer(HAND_WORDS, self._gamma, self._on_gamma)
        self._tell()

    def _offer(self, words: dict[str, str], now: str, chosen: Callable[[str], None]) -> None:
        group = QActionGroup(self)
        for value, text in words.items():
            action = self.addAction(text, partial(chosen, value))
            action.setCheckable(True)
            action.setChecked(value == now)
            group.addAction(action)

    def _on_pressing(self, value: str) -> None:
        self._pressing = value
        self._keep("pen_pressure", value)

    def _on_gamma(self, value: str) -> None:
        self._gamma = value
        self._keep("pen_gamma", value)

    def _keep(self, name: str, value: str) -> None:
        self._tell()
        if self._settings is not None:
            self._settings[name] = value

    def _tell(self) -> None:
        self._on_hand(PenHand(Pressing(self._pressing), float(self._gamma)))
