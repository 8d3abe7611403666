"""Which overlays are laid over the figures: the choice, remembered, and its switches."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from painmap.bodymap.overlays import Overlay
from painmap.services.catalogue import overlay_facts
from painmap.services.settings import Settings


class OverlayChoice(QObject):
    """What is switched on; it belongs to the user and to no visit."""

    changed = Signal()

    def __init__(self, settings: Settings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._shown: frozenset[Overlay] = frozenset()
        if settings is not None:
            self.remember_in(settings)

    @property
    def shown(self) -> frozenset[Overlay]:
        """The kinds that are switched on."""
        return self._shown

    def remember_in(self, settings: Settings) -> None:
        """Take the choice from `settings`, and keep it there from now on."""
        self._settings = settings
        self._shown = frozenset(each for each in Overlay if settings[_name(each)] == "yes")
        self.changed.emit()

    def switch(self, kind: Overlay, shown: bool) -> None:
        """Show a kind of overlay, or hide it."""
        if shown == (kind in self._shown):
            return
        self._shown = self._shown ^ {kind}
        if self._settings is not None:
            self._settings[_name(kind)] = "yes" if shown else "no"
        self.changed.emit()


def _name(kind: Overlay) -> str:
    return f"overlay_{kind.value}"


def add_switches(menu: QMenu, choice: OverlayChoice) -> None:
    """Put a switch for each kind of overlay at the end of a menu."""
    menu.addSeparator()
    for kind, said in overlay_facts().kinds.items():
        action = menu.addAction(f"Lay over: {said.name.lower()}")
        action.setToolTip(said.words)
        action.setCheckable(True)
        action.setChecked(kind in choice.shown)
        action.toggled.connect(partial(choice.switch, kind))
