"""What stands beside the figure: the selected site, the scores, the comparison, or a list."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from painmap.ui.choir_panel import ChoirPanel
from painmap.ui.compare_panel import ComparePanel
from painmap.ui.desk import Desk
from painmap.ui.map_choir import ChoirImport
from painmap.ui.scores_panel import ScoresPanel
from painmap.ui.theme import Palette
from painmap.ui.widgets import column, row


class Review(QWidget):
    """The column beside the figure: the selected site, the scores, the comparison, or a list.

    The panels are made when they are asked for first. The comparison takes the place of the
    figure as well.

    Parameters
    ----------
    desk : Desk
    palette : Palette
    figure : QWidget
        Stands at the left; gives its room to the comparison.
    panel : QWidget
        What is said of the selected site.
    choir : ChoirImport
    """

    changed = Signal()
    """A list to import is shown or put away, and with it what it proposes on the figure."""

    def __init__(
        self, desk: Desk, palette: Palette, figure: QWidget, panel: QWidget, choir: ChoirImport
    ) -> None:
        super().__init__()
        self._desk, self._colours = desk, palette
        self._figure, self._panel, self._choir = figure, panel, choir
        self.choir: ChoirPanel | None = None
        self.scores: ScoresPanel | None = None
        self.compare: ComparePanel | None = None
        self.draw_button = self._toggle("Draw", "The figure, and what is said of each site")
        self.scores_button = self._toggle("Scores", "What the drawing says: extent, WPI ...")
        self.compare_button = self._toggle("Compare", "With the doctor's findings, or in time")
        self.draw_button.setChecked(True)
        self.draw_button.clicked.connect(self.show_site)
        self.scores_button.clicked.connect(self._on_scores)
        self.compare_button.clicked.connect(self._on_compare)
        self._box = column(spacing=8)
        # at the right, where the row stays when the comparison takes the figure's room
        chips = (self.draw_button, self.scores_button, self.compare_button)
        self._box.addLayout(row(-1, *chips, spacing=6))
        self._box.addWidget(panel, 1)
        self.setLayout(self._box)

    def _toggle(self, word: str, tip: str) -> QPushButton:
        button = QPushButton(word)
        button.setCheckable(True)
        button.setProperty("chip", True)
        button.setToolTip(tip)
        button.setAccessibleName(f"{word}: {tip}")
        return button

    def begin(self) -> None:
        """Another visit."""
        if self.choir is not None:
            self.choir.begin()
        self._choir.forget()
        self.show_site()

    def refresh(self) -> None:
        """Show what is left of a list that is being imported."""
        if self.choir is not None and self._choir.shown and self._desk.is_open:
            self.choir.refresh()

    def show_site(self) -> None:
        """Close all: the figure and the selected site are seen again."""
        self._show(scores=False, compare=False)

    def show_choir(self) -> None:
        """Open the panel that takes over a CHOIR list."""
        self._show(scores=False, compare=False, choir=True)
        if self.choir is not None:
            self.choir.setFocus()

    @property
    def is_comparing(self) -> bool:
        """Whether the comparison stands in the place of the figure."""
        return self.compare_button.isChecked()

    def show_figure(self) -> None:
        """Close the comparison, so that the figure is seen."""
        if self.is_comparing:
            self.show_site()

    def turn(self, view: str) -> None:
        """Compare on another view."""
        if self.compare is not None:
            self.compare.show_view(view)

    def _on_scores(self) -> None:
        self._show(scores=self.scores_button.isChecked(), compare=False)

    def _on_compare(self) -> None:
        self._show(scores=False, compare=self.compare_button.isChecked())

    def _show(self, *, scores: bool, compare: bool, choir: bool = False) -> None:
        self.draw_button.setChecked(not scores and not compare)
        self.scores_button.setChecked(scores)
        self.compare_button.setChecked(compare)
        if scores and self.scores is None:
            self.scores = ScoresPanel(self._desk, self._colours)
            self.scores.choir_wanted.connect(self.show_choir)
            self._box.addWidget(self.scores, 1)
        if compare and self.compare is None:
            self.compare = ComparePanel(self._desk, self._colours)
            self._box.addWidget(self.compare, 1)
        if choir and self.choir is None:
            self.choir = ChoirPanel(self._desk, self._choir, self.show_site)
            self._box.addWidget(self.choir, 1)
        self._panel.setVisible(not scores and not compare and not choir)
        self._figure.setVisible(not compare)
        if self.scores is not None:
            self.scores.setVisible(scores)
        if self.compare is not None:
            self.compare.setVisible(compare)
        if self.choir is not None:
            self.choir.setVisible(choir)
        if choir != self._choir.shown:
            self._choir.shown = choir
            self.changed.emit()

    def set_colours(self, palette: Palette) -> None:
        """Take over the colours of the day."""
        self._colours = palette
        for part in (self.scores, self.compare):
            if part is not None:
                part.set_colours(palette)
