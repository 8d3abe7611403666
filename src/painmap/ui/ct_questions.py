"""Questions of the page CT: panels that wait for an answer, never dialogs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLineEdit, QPushButton, QVBoxLayout

from painmap.ui.widgets import Chips, button, column, label, row

MOST_BESIDE = 3
"""Answers that stand beside the question; more would leave it no room."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that can be given.

    Parameters
    ----------
    text : str
        What its button says.
    run : callable
        Called with what was typed (empty where nothing is asked for).
    default : bool
        It has the focus, and Return gives it.
    typed : str
        What must be typed for it ("why"); empty: nothing.
    """

    text: str
    run: Callable[[str], object]
    default: bool = False
    typed: str = ""


class QuestionPanel(QFrame):
    """One question with its answers; whatever asked it waits until one is given.

    Parameters
    ----------
    title : str
        The question, one sentence.
    lines : iterable of str
        What is to be known for it.
    answers : iterable of Answer
    reasons : iterable of (value, word)
        Chips to choose a reason from, for answers that ask for one.
    reasons_for : str
        What the reasons are for, over them.
    compact : bool
        Less space, for panels beside pictures.
    stacked : bool
        Answers stand below each other.
    """

    def __init__(
        self,
        title: str,
        lines: Iterable[str],
        answers: Iterable[Answer],
        *,
        reasons: Iterable[tuple[object, str]] = (),
        reasons_for: str = "",
        on_escape: Callable[[], object] | None = None,
        compact: bool = False,
        stacked: bool = False,
    ) -> None:
        super().__init__()
        self.setProperty("card", "question")
        self.setAccessibleName(title)
        self._on_escape = on_escape
        self.title = title
        self.lines = tuple(lines)
        choices = list(reasons)
        given = list(answers)
        self.reasons: Chips | None = None
        if choices:
            self.reasons = Chips(choices, lambda _: self._refresh(), name="Reason")
        self.reason = QLineEdit()
        self.reason.setAccessibleName("Reason in your words")
        self.reason.setPlaceholderText(next((each.typed for each in given if each.typed), ""))
        self.reason.textChanged.connect(lambda _: self._refresh())
        self.reason.setVisible(any(each.typed for each in given))
        self.buttons: dict[str, QPushButton] = {}
        self._typed: dict[str, bool] = {}
        for each in given:
            made = button(each.text, self._runner(each), primary=each.default)
            self.buttons[each.text] = made
            self._typed[each.text] = bool(each.typed)
        if compact:
            self.setLayout(self._in_a_strip())
        else:
            self.setLayout(self._in_a_column(reasons_for, stacked=stacked))
        self._default = next((each.text for each in given if each.default), "")
        self._refresh()

    def _in_a_strip(self) -> QBoxLayout:
        """For a strip over the foot of pictures: many answers stand below the question."""
        words = column(label(self.title, "strong", wrap=True), spacing=2)
        for line in self.lines:
            words.addWidget(label(line, "muted", wrap=True))
        typed = not self.reason.isHidden()
        if typed or len(self.buttons) > MOST_BESIDE:
            below = column(spacing=8)
            below.setContentsMargins(14, 10, 14, 10)
            below.addLayout(words)
            answers = row(*self.buttons.values(), spacing=8)
            if typed:
                answers.insertWidget(0, self.reason, 1)
            else:
                answers.addStretch(1)
            below.addLayout(answers)
            return below
        box = row(spacing=8)
        box.setContentsMargins(14, 8, 14, 8)
        box.addLayout(words, 3)
        for each in self.buttons.values():
            box.addWidget(each)
        return box

    def _in_a_column(self, reasons_for: str, *, stacked: bool) -> QVBoxLayout:
        box = column(label(self.title, "heading", wrap=True), margins=20, spacing=12)
        for line in self.lines:
            box.addWidget(label(line, wrap=True))
        if self.reasons is not None:
            box.addWidget(label(reasons_for, "muted", wrap=True))
            box.addWidget(self.reasons)
        box.addWidget(self.reason)
        if stacked:
            for each in self.buttons.values():
                box.addLayout(row(each, -1))
        else:
            box.addLayout(row(*self.buttons.values(), -1))
        return box

    def _runner(self, answer: Answer) -> Callable[[], object]:
        return lambda: answer.run(self.reason.text().strip())

    def _refresh(self) -> None:
        """An answer that needs a reason can be given once there is one."""
        chosen = self.reasons is None or bool(self.reasons.chosen)
        said = bool(self.reason.text().strip()) if self.reasons is None else chosen
        for text, needed in self._typed.items():
            self.buttons[text].setEnabled(said or not needed)

    def take_focus(self) -> None:
        """Give the focus to the answer that Return gives."""
        if self._default:
            self.buttons[self._default].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._on_escape is not None:
            self._on_escape()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._default:
            self.buttons[self._default].click()
            return
        super().keyPressEvent(event)
