"""What was drawn on another figure, in words, and the way to see it there."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from painmap.bodymap.template import BodyTemplate
from painmap.domain.places import TemplateRef
from painmap.ui.body_figures import (
    figure_with,
    figure_words,
    other_figures,
    shown_elsewhere_words,
)
from painmap.ui.desk import Desk
from painmap.ui.map_words import elsewhere_words
from painmap.ui.widgets import button, label, row


class Elsewhere(QWidget):
    """One line under the figure; hidden while everything is drawn on the figure shown.

    Parameters
    ----------
    desk : Desk
    on_figure : callable
        Takes the figure to show instead.
    """

    def __init__(self, desk: Desk, on_figure: Callable[[BodyTemplate], None]) -> None:
        super().__init__()
        self._desk = desk
        self._on_figure = on_figure
        self._there: TemplateRef | None = None
        self.words = label(tone="warning", wrap=True)
        self.button = button("", self._show)
        line = row(self.words, self.button)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.hide()

    def show_for(self, template: TemplateRef) -> None:
        """Say what was drawn on another figure than `template`, and offer to show it there."""
        visit = self._desk.open_visit.visit if self._desk.is_open else None
        there = other_figures(visit, template) if visit is not None else {}
        unknown = elsewhere_words(visit, template, shown=frozenset(there))
        self.words.setText(". ".join(filter(None, [shown_elsewhere_words(there), unknown])))
        self.setVisible(bool(self.words.text()))
        self._there = next(iter(there), None)
        self.button.setVisible(self._there is not None)
        if self._there is not None:
            self.button.setText(f"Show the {figure_words(self._there)}")

    def _show(self) -> None:
        figure = figure_with(self._there) if self._there is not None else None
        if figure is not None:
            self._on_figure(figure)
