"""What appeared, persisted and is gone, in words that say what is only noise."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from painmap.bodymap.comparing import Comparison, Fate, RegionChange
from painmap.ui.compare_reading import FATE_WORDS, meaning
from painmap.ui.scores_parts import Section
from painmap.ui.widgets import card, column, empty, label

LEAST_WIDTH, MOST_WIDTH = 260, 340


class ChangeList(QFrame):
    """The comparison as a whole, view by view, then region by region."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(MOST_WIDTH)
        self.setAccessibleName("What differs")
        self.words: tuple[str, ...] = ()
        self.head = Section("What differs")
        self.head.explain(*meaning())
        self._box = column(spacing=6)
        inside = QWidget()
        box = column(self.head, margins=16, spacing=10)
        box.addLayout(self._box)
        box.addStretch(1)
        inside.setLayout(box)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        frame = card()
        frame.setLayout(column(scroll, margins=1))
        self.setLayout(column(frame))

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Show a comparison; None empties the list."""
        empty(self._box)
        self.words = comparison.sentences() if comparison is not None else ()
        if comparison is None:
            return
        whole = len(self.words) - len(comparison.regions)
        for sentence in self.words[:whole]:
            self._box.addWidget(label(_sentence(sentence), wrap=True))
        for fate in Fate:
            changes = comparison.having(fate)
            if not changes:
                continue
            self._box.addSpacing(8)
            title = f"{FATE_WORDS[comparison.of_layers][fate]}, {len(changes)}"
            self._box.addWidget(label(title, "caption"))
            for change in changes:
                self._add(comparison, change)

    def _add(self, comparison: Comparison, change: RegionChange) -> None:
        said = comparison.sentence_of(change).partition(": ")[2]
        rest = said.removeprefix(change.words).lstrip(",; ")
        self._box.addWidget(label(change.words, "strong", wrap=True))
        self._box.addWidget(label(_sentence(rest), "faint", wrap=True))


def _sentence(words: str) -> str:
    stop = "" if words.endswith(".") else "."
    return f"{words[:1].upper()}{words[1:]}{stop}"
