"""Actions as data: menus and shortcuts are built from one list."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a menu offers.

    Parameters
    ----------
    id : str
        How tests and other parts name it.
    menu : str
        Title of its menu.
    text : str
        What the entry says.
    run : callable
    shortcut : str
        Portable text ("Ctrl+Z"); empty for none.
    needs_visit : bool
        Only enabled while a visit is open.
    separated : bool
        A line is drawn above it.
    """

    id: str
    menu: str
    text: str
    run: Callable[[], object]
    shortcut: str = ""
    needs_visit: bool = False
    separated: bool = False


class Actions:
    """The actions of one window, each once, in menus in the order of the list."""

    def __init__(self, actions: list[Action], bar: QMenuBar, owner: QWidget) -> None:
        self._qt: dict[str, QAction] = {}
        self._needs_visit: list[QAction] = []
        menus = {}
        for action in actions:
            if action.menu not in menus:
                menus[action.menu] = bar.addMenu(action.menu)
            if action.separated:
                menus[action.menu].addSeparator()
            qt = QAction(action.text, owner)
            qt.setObjectName(action.id)
            if action.shortcut:
                qt.setShortcut(QKeySequence(action.shortcut))
            qt.triggered.connect(lambda _=False, run=action.run: run())
            menus[action.menu].addAction(qt)
            self._qt[action.id] = qt
            if action.needs_visit:
                self._needs_visit.append(qt)
        self.menus = menus

    def __getitem__(self, action_id: str) -> QAction:
        return self._qt[action_id]

    def set_visit_open(self, is_open: bool) -> None:
        for qt in self._needs_visit:
            qt.setEnabled(is_open)
