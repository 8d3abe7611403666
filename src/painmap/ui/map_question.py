"""The one line on leaving the page Map: whether all pains are recorded."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from painmap.domain.edits import answer_item
from painmap.domain.ids import new_id
from painmap.domain.pain import Answer
from painmap.domain.visit import Visit
from painmap.ui.desk import Desk
from painmap.ui.widgets import button, column, label, row

INSTRUMENT, ITEM = "visit", "all_pains_recorded"
MOST_PX, EDGE_PX, TOP_PX = 520, 16, 3


def is_answered(visit: Visit) -> bool:
    """Whether somebody said that all pains are recorded."""
    return any(each.instrument == INSTRUMENT and each.item == ITEM for each in visit.answers)


class ClosingQuestion(QFrame):
    """Asks once a visit, on leaving; it lies over the head of the page that comes and stops nobody.

    Parameters
    ----------
    desk : Desk
    on_more : callable
        Called when there are more pains to mark.
    """

    def __init__(self, desk: Desk, on_more: Callable[[], None]) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.setProperty("card", "question")
        self._desk = desk
        self._on_more = on_more
        self._asked = False
        self.words = label("Are all pains recorded? Any pain elsewhere?", wrap=True)
        self.yes = button("Yes, all", self._all, primary=True)
        self.more = button("Add more", self._add)
        self.yes.setAccessibleName("Yes, all pains are recorded")
        line = row(self.words, self.yes, self.more)
        line.setStretch(0, 1)
        line.setContentsMargins(14, 3, 6, 3)
        box = column()
        box.addLayout(line)
        self.setLayout(box)
        self.hide()

    def begin(self) -> None:
        """Another visit: nothing was asked in it yet."""
        self._asked = False
        self.hide()

    def wants_to_ask(self) -> bool:
        """Whether there are marks, and neither an answer nor an earlier question."""
        if not self._desk.is_open or self._asked:
            return False
        visit = self._desk.open_visit.visit
        return bool(visit.marks) and not is_answered(visit)

    def ask(self, host: QWidget) -> None:
        """Show the question over the head of `host`, once."""
        if self.wants_to_ask():
            self._asked = True
            self.setParent(host)
            host.installEventFilter(self)
            if isinstance(host, QStackedWidget):  # it puts the page that comes on top
                host.currentChanged.connect(self._stay_on_top)
            self._place(host)
            self.show()
            self.raise_()

    def _place(self, host: QWidget) -> None:
        width = min(MOST_PX, host.width() - 2 * EDGE_PX)
        self.setFixedWidth(width)
        self.adjustSize()
        # one line at the head, where no page has what the hand works with
        self.move((host.width() - width) // 2, TOP_PX)

    def _stay_on_top(self, _index: int) -> None:
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        host = self.parentWidget()
        if host is not None and watched is host and event.type() is QEvent.Type.Resize:
            self._place(host)
        return False

    def refresh(self) -> None:
        """Put the question away when it is answered, also by a redo."""
        if not self._desk.is_open or is_answered(self._desk.open_visit.visit):
            self.hide()

    def _all(self) -> None:
        answer = Answer(new_id(), INSTRUMENT, ITEM, "yes")
        self.hide()
        self._desk.apply(answer_item([answer], label="all pains are recorded"))

    def _add(self) -> None:
        self.hide()
        self._on_more()
