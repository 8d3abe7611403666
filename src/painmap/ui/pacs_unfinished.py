"""Studies that have not arrived whole, each with the way to go on or to give it up."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from painmap.services.pacs import Held
from painmap.ui.widgets import button, column, empty, label, row

MOST_LINES = 4
"""More would leave no room for what was found."""


class UnfinishedList(QWidget):
    """One line a study; nothing at all when every study is whole.

    Parameters
    ----------
    resumed, removed : callable
        Called with the study whose button was pressed.
    """

    def __init__(
        self, *, resumed: Callable[[Held], object], removed: Callable[[Held], object]
    ) -> None:
        super().__init__()
        self._resumed, self._removed = resumed, removed
        self._column = column(spacing=4)
        self.setLayout(self._column)

    def show_studies(self, studies: Sequence[Held], *, can_resume: bool) -> None:
        """Show `studies`; only one can be fetched at a time."""
        empty(self._column)
        self.setVisible(bool(studies))
        if studies:
            self._column.addWidget(label("Not arrived whole", "caption"))
        for held in studies[:MOST_LINES]:
            self._column.addWidget(self._line(held, can_resume=can_resume))

    def _line(self, held: Held, *, can_resume: bool) -> QWidget:
        words = f"{held.words}, from {held.ledger.source}: {held.state_words}"
        resume = button("Resume", partial(self._resumed, held))
        resume.setEnabled(can_resume)
        remove = button("Remove", partial(self._removed, held), flat=True)
        remove.setObjectName("remove")
        line = QWidget()
        line.setAccessibleName(words)
        box = row(label(words, wrap=True), resume, remove, spacing=12)
        box.setStretch(0, 1)
        line.setLayout(box)
        return line
