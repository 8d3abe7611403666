"""Parts of the panel of scores: sections with their definition one click away, and facts."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from painmap.ui.widgets import column, empty, label, row


class Section(QFrame):
    """A title with its result, what stands under it, and an "i" that opens what it means.

    Parameters
    ----------
    title : str
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = label(title, "strong")
        self.result = label(tone="strong", wrap=True)
        self.result.setAccessibleName(title)
        self.result.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.about = QToolButton()
        self.about.setText("i")
        self.about.setObjectName("aboutScore")
        self.about.setFixedSize(24, 24)
        self.about.setCheckable(True)
        self.about.setToolTip(f"What {title} means, and where it is from")
        self.about.setAccessibleName(f"{title}: definition and source")
        self._meaning = label(tone="faint", wrap=True)
        self._meaning.setAccessibleName(f"{title}: what it means")
        self._meaning.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._meaning.hide()
        self.about.toggled.connect(self._meaning.setVisible)
        head = row(spacing=8)
        head.addWidget(self.title, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.result, 1)
        head.addWidget(self.about, 0, Qt.AlignmentFlag.AlignTop)
        self.inside: QVBoxLayout = column(spacing=6)
        box = column(spacing=6)
        box.addLayout(head)
        box.addWidget(self._meaning)
        box.addLayout(self.inside)
        self.setLayout(box)

    @property
    def meaning(self) -> QLabel:
        """The definition with its source; hidden until it is asked for."""
        return self._meaning

    def explain(self, definition: str, source: str) -> None:
        """Set what the "i" shows."""
        text = f"{definition}\nSource: {source}" if source else definition
        if text != self._meaning.text():
            self._meaning.setText(text)


class Facts(QWidget):
    """Lines of a name and its value; a line that stays is not built again."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self.setLayout(self._grid)
        self._names: tuple[str, ...] = ()
        self._values: list[QLabel] = []

    def show_lines(self, lines: tuple[tuple[str, str], ...]) -> None:
        """Show lines of (name, value)."""
        names = tuple(name for name, _ in lines)
        if names != self._names:
            self._build(names)
        for shown, (name, value) in zip(self._values, lines, strict=True):
            shown.setText(value)
            shown.setAccessibleName(f"{name}: {value}")

    def _build(self, names: tuple[str, ...]) -> None:
        empty(self._grid)
        self._names, self._values = names, []
        for number, name in enumerate(names):
            value = label(wrap=True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label(name, "muted"), number, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, number, 1)
            self._values.append(value)

    @property
    def words(self) -> dict[str, str]:
        """What is shown, by name."""
        return {name: shown.text() for name, shown in zip(self._names, self._values, strict=True)}


class Fold(QWidget):
    """A list that stays closed until it is asked for.

    Parameters
    ----------
    name : str
        What is listed ("areas").
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.opener = QToolButton()
        self.opener.setCheckable(True)
        self.opener.toggled.connect(self._turn)
        self.list = label(tone="faint", wrap=True)
        self.list.hide()
        box = column(spacing=2)
        box.addWidget(self.opener, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.list)
        self.setLayout(box)
        self._turn(False)

    def show_lines(self, lines: tuple[str, ...]) -> None:
        self.setVisible(bool(lines))
        self.list.setText("\n".join(lines))

    def _turn(self, shown: bool) -> None:
        self.opener.setText(f"Hide {self._name}" if shown else f"Show {self._name}")
        self.list.setVisible(shown)


def rule() -> QFrame:
    """A hairline between two sections."""
    line = QFrame()
    line.setObjectName("scoresRule")
    line.setFixedHeight(1)
    return line
