"""Small parts that several pages share."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

TYPING_PAUSE_MS = 1000
"""Text is stored one second after the last key (issue section 2)."""


def label(text: str = "", tone: str = "", *, wrap: bool = False) -> QLabel:
    """Make a label; `tone` is title, heading, caption, muted, faint, warning or badge."""
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    if tone:
        result.setProperty("tone", tone)
    if tone == "badge":
        result.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    result.setWordWrap(wrap)
    return result


class PushButton(QPushButton):
    """A push button that Enter presses, as Space does, with room for its words in bold."""

    def sizeHint(self) -> QSize:
        return self._with_room(super().sizeHint())

    def minimumSizeHint(self) -> QSize:
        return self._with_room(super().minimumSizeHint())

    def _with_room(self, size: QSize) -> QSize:
        # a chip is bold once it is chosen, and neither grows then nor loses its last letter
        if self.isCheckable():
            bold = QFont(self.font())
            bold.setWeight(QFont.Weight.DemiBold)
            more = QFontMetrics(bold).horizontalAdvance(self.text())
            size.setWidth(
                size.width() + max(0, more - self.fontMetrics().horizontalAdvance(self.text()))
            )
        return size

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def button(
    text: str, on_click: Callable[[], object], *, primary: bool = False, flat: bool = False
) -> QPushButton:
    """Make a push button."""
    result = PushButton(text)
    if primary:
        result.setProperty("primary", True)
    if flat:
        result.setProperty("flat", True)
    result.clicked.connect(lambda: on_click())
    return result


def card(kind: object = True) -> QFrame:
    """Make a framed panel; kind "question" for one that waits for an answer."""
    frame = QFrame()
    frame.setProperty("card", kind)
    return frame


def column(*parts: QWidget | int, margins: int = 0, spacing: int = 8) -> QVBoxLayout:
    """Stack parts from top to bottom; a number is a gap, -1 the stretch."""
    box = QVBoxLayout()
    _fill(box, parts, margins, spacing)
    return box


def row(*parts: QWidget | int, margins: int = 0, spacing: int = 8) -> QHBoxLayout:
    """Line parts up from left to right; a number is a gap, -1 the stretch."""
    box = QHBoxLayout()
    _fill(box, parts, margins, spacing)
    return box


def _fill(
    box: QHBoxLayout | QVBoxLayout, parts: tuple[QWidget | int, ...], margins: int, spacing: int
) -> None:
    box.setContentsMargins(margins, margins, margins, margins)
    box.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            box.addWidget(part)
        elif part < 0:
            box.addStretch(1)
        else:
            box.addSpacing(part)


def empty(box: QLayout) -> None:
    """Take everything out of `box`."""
    while (entry := box.takeAt(0)) is not None:
        if (widget := entry.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def restyle(widget: QWidget) -> None:
    """Let the style sheet see a property that has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Chips(QWidget):
    """A row of words to choose from; one or several, and none at all is a choice too.

    Parameters
    ----------
    choices : iterable of (value, word)
    on_choice : callable
        Called with the tuple of chosen values after a click.
    several : int
        How many may be chosen at once.
    columns : int
        Chips a line; 0: all on one line.
    """

    full = Signal()
    """One more was clicked than may be chosen; nothing was changed."""

    def __init__(
        self,
        choices: Iterable[tuple[object, str]],
        on_choice: Callable[[tuple[object, ...]], None],
        *,
        several: int = 1,
        name: str = "",
        style: str = "chip",
        columns: int = 0,
    ) -> None:
        super().__init__()
        self._on_choice = on_choice
        self._several = several
        self._chosen: list[object] = []
        self._buttons: dict[object, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        box = QGridLayout()
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self.setLayout(box)
        for number, (value, word) in enumerate(choices):
            chip = PushButton(word)
            chip.setCheckable(True)
            chip.setProperty(style, True)
            chip.setAccessibleName(f"{name}: {word}" if name else word)
            chip.clicked.connect(lambda _=False, value=value: self._clicked(value))
            self._buttons[value] = chip
            self._group.addButton(chip)
            box.addWidget(chip, *(divmod(number, columns) if columns else (0, number)))
        if not columns:
            box.setColumnStretch(len(self._buttons), 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def chip(self, value: object) -> QPushButton:
        return self._buttons[value]

    @property
    def chosen(self) -> tuple[object, ...]:
        return tuple(self._chosen)

    def set_chosen(self, values: Iterable[object]) -> None:
        """Show `values` as chosen, without telling anybody."""
        self._chosen = [value for value in values if value in self._buttons]
        for value, chip in self._buttons.items():
            chip.setChecked(value in self._chosen)

    def _clicked(self, value: object) -> None:
        if value in self._chosen:
            self._chosen.remove(value)
        elif self._several == 1:
            self._chosen = [value]
        elif len(self._chosen) < self._several:
            self._chosen.append(value)
        else:  # nothing that was said is dropped without a word
            self.set_chosen(self._chosen)
            self.full.emit()
            return
        self.set_chosen(self._chosen)
        self._on_choice(self.chosen)


class NoteEdit(QPlainTextEdit):
    """Text that is handed in one second after the last key, or when it loses the focus."""

    def __init__(self, on_text: Callable[[str], None], placeholder: str = "") -> None:
        super().__init__()
        self._on_text = on_text
        self._known = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_PAUSE_MS)
        self._timer.timeout.connect(self.hand_in)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._typed)

    def show_text(self, text: str) -> None:
        """Show what is stored; what is being typed at the moment is left alone."""
        if self._timer.isActive() or text == self.toPlainText():
            self._known = text
            return
        self._known = text
        blocked = self.blockSignals(True)
        self.setPlainText(text)
        self.blockSignals(blocked)

    def hand_in(self) -> None:
        """Hand in what has been typed, if anything has."""
        self._timer.stop()
        text = self.toPlainText()
        if text != self._known:
            self._known = text
            self._on_text(text)

    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]  # Qt's own event
        self.hand_in()

    def _typed(self) -> None:
        self._timer.start()
