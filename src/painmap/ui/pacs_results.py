"""The list of studies that a PACS has found, and how far each is on this computer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from painmap.domain.sentences import day_words
from painmap.services.identity import shown_name
from painmap.services.pacs import FoundStudy, Held
from painmap.ui.theme import Palette

COLUMNS = ("Patient", "Born", "Study of", "Description", "Modality", "Series", "Here")
LINE_PX = 36
_ROLE = Qt.ItemDataRole.UserRole
WIDTHS_PX = {1: 130, 2: 122, 4: 80, 5: 60, 6: 154}
"""Of the columns that hold about the same in every line; the rest share what is left."""


@dataclass(frozen=True, slots=True)
class Line:
    """One study of the list."""

    study: FoundStudy = field(repr=False)
    held: Held | None
    differs: tuple[str, ...] = ()
    fetching: str = ""
    """How far it is, while it is being fetched."""

    @property
    def here(self) -> str:
        """What the last column says."""
        if self.fetching:
            return self.fetching
        if self.held is None:
            return ""
        if self.held.whole:
            return f"all {self.held.here}"
        if self.held.expected is None:
            return f"{self.held.here}, not whole"
        return f"{self.held.here} of {self.held.expected}, not whole"

    @property
    def cells(self) -> tuple[str, ...]:
        study = self.study
        born = study.identity.birth_date
        return (
            shown_name(study.identity),
            short_day(born) if born else "unknown",
            short_day(study.study_date) if study.study_date else "unknown",
            study.description or "no description",
            ", ".join(study.modalities),
            "" if study.series_count is None else str(study.series_count),
            self.here,
        )

    @property
    def needs_a_look(self) -> bool:
        """Whether what is said below the list is a warning."""
        unfinished = self.held is not None and not self.held.whole and not self.fetching
        return bool(self.differs) or unfinished

    @property
    def differing_places(self) -> frozenset[int]:
        """Columns whose text differs from the record; the sex has none and marks the name."""
        return frozenset(1 if what == "birth date" else 0 for what in self.differs)

    @property
    def about(self) -> str:
        """What is said of it below the list."""
        parts = []
        if self.differs:
            verb = "differs" if len(self.differs) == 1 else "differ"
            what = " and ".join(filter(None, (", ".join(self.differs[:-1]), self.differs[-1])))
            parts.append(f"{what[:1].upper()}{what[1:]} {verb} from the record.")
        if self.fetching:
            parts.append("It is being fetched; you may go on working meanwhile.")
        elif self.held is not None and not self.held.whole:
            parts.append(f"{self.held.state_words[:1].upper()}{self.held.state_words[1:]}.")
        elif self.held is not None:
            parts.append(f"Here: {self.held.state_words}, from {self.held.ledger.source}.")
        elif self.study.picture_count is not None:
            parts.append(f"{self.study.picture_count} pictures in all its series.")
        return " ".join(parts)


def short_day(day: date) -> str:
    """Such as "14 Sep 2026": the month as a word, in a narrow column."""
    number, month, year = day_words(day).split()
    return f"{number} {month[:3]} {year}"


class ResultTable(QTableWidget):
    """Studies, the newest first; Enter and a double click take the chosen one."""

    def __init__(self, palette: Palette, taken: Callable[[], object]) -> None:
        super().__init__(0, len(COLUMNS))
        self._palette = palette
        self._taken = taken
        self.setAccessibleName("Studies found")
        self.setHorizontalHeaderLabels(list(COLUMNS))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(LINE_PX)
        header = self.horizontalHeader()
        # without this its corners stand over the rounded ones of the table
        header.setStyleSheet("QHeaderView, QHeaderView::section { background: transparent; }")
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for number in range(len(COLUMNS)):
            width = WIDTHS_PX.get(number)
            mode = QHeaderView.ResizeMode
            header.setSectionResizeMode(number, mode.Interactive if width else mode.Stretch)
            if width:
                self.setColumnWidth(number, width)
        self.doubleClicked.connect(lambda _: taken())

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show `lines`; the chosen study stays chosen."""
        chosen = self.chosen_uid
        self.setRowCount(len(lines))
        for number, line in enumerate(lines):
            for place, text in enumerate(line.cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                item.setData(_ROLE, line.study.study_uid)
                if place in line.differing_places:
                    item.setText(f"≠ {text}")
                    item.setToolTip(f"{text}: differs from the record")
                    item.setForeground(QColor(self._palette.warning))
                if place == len(COLUMNS) - 1 and line.held is not None and not line.held.whole:
                    item.setForeground(QColor(self._palette.warning))
                self.setItem(number, place, item)
        if lines and not self.choose(chosen):
            self.selectRow(0)

    def choose(self, study_uid: str) -> bool:
        """Choose the line of a study, if it is there."""
        for number in range(self.rowCount()):
            item = self.item(number, 0)
            if item is not None and item.data(_ROLE) == study_uid:
                self.selectRow(number)
                return True
        return False

    def show_here(self, study_uid: str, words: str) -> None:
        """Say in the last column of a study how far it is."""
        for number in range(self.rowCount()):
            item = self.item(number, len(COLUMNS) - 1)
            if item is not None and item.data(_ROLE) == study_uid:
                item.setText(words)

    @property
    def chosen_uid(self) -> str:
        for item in self.selectedItems():
            return str(item.data(_ROLE))
        return ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._taken()
        else:
            super().keyPressEvent(event)
