"""Which figure and which view: by the patient, by the marks, and by hand."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QWidget

from painmap.bodymap.figure import BodyTemplate
from painmap.ui.body_figures import FIGURES, figure_of, whole_views
from painmap.ui.body_glance import ViewSwitch
from painmap.ui.body_marks import Scene
from painmap.ui.theme import Palette
from painmap.ui.widgets import label

VIEW_KEYS = {
    Qt.Key.Key_F2: "front",
    Qt.Key.Key_F3: "back",
    Qt.Key.Key_F4: "left",
    Qt.Key.Key_F6: "right",
}
VIEW_KEY_WORDS = {"front": "F2", "back": "F3", "left": "F4", "right": "F6"}
ROW_FROM = 1.7
"""Width to height from which on all views stand in one row."""
SceneOf = Callable[[str], Scene]


def fill_menu(
    menu: QMenu,
    template: BodyTemplate,
    on_figure: Callable[[str], None],
    on_view: Callable[[str], None],
    on_legend: Callable[[], None],
) -> None:
    """List views, zooms and figures; they are only read when the menu opens."""
    menu.clear()
    for view in template.views:
        shown = template.views[view]
        if shown.kind == "whole":
            words = f"{shown.name}\t{VIEW_KEY_WORDS.get(view, '')}".rstrip()
            menu.addAction(words, partial(on_view, view))
    zooms = [view for view in template.views if template.views[view].kind == "zoom"]
    if zooms:
        menu.addSeparator()
    for view in zooms:
        menu.addAction(template.views[view].name, partial(on_view, view))
    menu.addSeparator()
    for map_id in FIGURES:
        figure = figure_of(map_id)
        if figure is not None:
            few = "" if len(whole_views(figure)) > 2 else ", front and back only"
            action = menu.addAction(f"{figure.name} figure{few}", partial(on_figure, map_id))
            action.setCheckable(True)
            action.setChecked(figure.ref == template.ref)
    menu.addSeparator()
    menu.addAction("Legend: colours, patterns, letters", on_legend)


class AllViews(QFrame):
    """All views of the whole body at once (F9); a click or a key turns to one of them."""

    waited = Signal()
    """A small figure is seen that must first be made ready."""

    def __init__(self, parent: QWidget, palette: Palette, on_view: Callable[[str], None]) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setAccessibleName("All views")
        self._colours = palette
        self._on_view = on_view
        self.switches: list[ViewSwitch] = []
        self._hint: QLabel = label("Click a view to work on it; F9 or Esc goes back.", "muted")
        self._hint.setParent(self)
        self.hide()

    def open(self, template: BodyTemplate, scene_of_view: SceneOf) -> None:
        """Show every view as it is now."""
        for old in self.switches:
            old.deleteLater()
        self.switches = []
        for view in whole_views(template):
            made = ViewSwitch(template, self._colours)
            made.setParent(self)
            made.show_view(view, VIEW_KEY_WORDS.get(view, ""), scene_of_view(view))
            made.clicked.connect(partial(self._chosen, view))
            made.waited.connect(self.waited)
            made.show()
            self.switches.append(made)
        parent = self.parentWidget()
        self.fit_into(parent.rect() if parent is not None else self.rect())
        self.show()
        self.raise_()

    def fit_into(self, box: QRect) -> None:
        """Cover the figure."""
        self.setGeometry(box)
        count = max(1, len(self.switches))
        columns = count if count < 3 or box.width() > ROW_FROM * box.height() else -(-count // 2)
        rows = -(-count // columns)
        wide, high = box.width() // columns, (box.height() - 36) // rows
        for number, made in enumerate(self.switches):
            down, across = divmod(number, columns)
            made.setGeometry(across * wide + 6, down * high + 6, wide - 12, high - 12)
        self._hint.setGeometry(14, box.height() - 32, box.width() - 28, 24)

    def set_colours(self, palette: Palette) -> None:
        self._colours = palette
        for made in self.switches:
            made.set_colours(palette)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # the page's keys

    def _chosen(self, view: str) -> None:
        self.hide()
        self._on_view(view)
