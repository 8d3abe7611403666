"""View > Group map: where the patients of the clinic have pain, on one figure and in a table."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDateEdit,
    QFrame,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from painmap.domain.patient import PatientKind
from painmap.domain.sentences import day_words
from painmap.services.group_map import LEAST_PATIENTS, GroupMap, GroupWanted, grouping
from painmap.ui.body_figures import figure_of
from painmap.ui.desk import Desk
from painmap.ui.group_figure import GroupFigure
from painmap.ui.theme import Palette
from painmap.ui.widgets import Chips, button, column, label, restyle, row

ABOUT = (
    "Each patient counts once, with the latest drawing in these days, by what the patient points "
    "to. Visits on which pain was not asked are left out. A region with fewer than "
    f"{LEAST_PATIENTS} patients is not shown, nor any total. Nothing is exported."
)
KINDS = (
    (PatientKind.REAL, "Real"),
    (PatientKind.DEMONSTRATION, "Demonstration"),
)
KIND_WORDS = {
    PatientKind.REAL: "real patients",
    PatientKind.DEMONSTRATION: "DEMONSTRATION PATIENTS, no real people",
}
DATE_FORMAT = "d MMMM yyyy"


class GroupPanel(QFrame):
    """Whose drawings, and the map of them; the map goes when the choice changes."""

    def __init__(self, desk: Desk, palette: Palette, on_close: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setAccessibleName("Group map")
        self._desk = desk
        self._reading = 0  # which reading is awaited; an earlier one comes back in vain
        self.map: GroupMap | None = None
        self.close_button = button("Close", on_close, flat=True)
        self.kinds = Chips(KINDS, lambda _: self._on_choice(), name="Whose drawings")
        today = desk.now.date()
        self.first, self.last = (self._date(name) for name in ("From", "To"))
        self.last.setDate(QDate(today.year, today.month, today.day))
        self.first.setDate(self.last.date().addYears(-1))
        self.draw_button = button("Draw the map", self.draw, primary=True)
        self.words = label(wrap=True)
        self.words.setAccessibleName("Group")
        self.figure = GroupFigure(figure_of("adult") or desk.template, palette)
        self.table = self._made_table()
        self.shown = QWidget()
        self._arrange()
        for field in (self.first, self.last):
            field.dateChanged.connect(lambda _: self._on_choice())
        self._on_choice()

    def _date(self, name: str) -> QDateEdit:
        made = QDateEdit()
        made.setLocale(QLocale(QLocale.Language.English))
        made.setDisplayFormat(DATE_FORMAT)
        made.setCalendarPopup(True)
        made.setAccessibleName(f"{name}, day of the visit")
        return made

    def _made_table(self) -> QTableWidget:
        table = QTableWidget(0, 2)
        table.setHorizontalHeaderLabels(["Region", "Patients"])
        table.setAccessibleName("Share of patients in each region")
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.sectionResized.connect(lambda *_: table.resizeRowsToContents())
        return table

    def _arrange(self) -> None:
        inside = row(spacing=12)
        inside.addWidget(self.figure, 5)
        inside.addWidget(self.table, 4)
        inside.setContentsMargins(0, 0, 0, 0)
        self.shown.setLayout(inside)
        box = column(margins=24, spacing=10)
        box.addLayout(row(label("Group map", "title"), -1, self.close_button))
        box.addWidget(label(ABOUT, "muted", wrap=True))
        box.addWidget(self.kinds)
        dates = row(
            label("Visits from", "muted"),
            self.first,
            label("to", "muted"),
            self.last,
            -1,
            spacing=8,
        )
        dates.addWidget(self.draw_button)
        box.addLayout(dates)
        box.addWidget(self.words)
        box.addWidget(self.shown, 1)
        box.addStretch(0)
        self.setLayout(box)
        self.setFocusProxy(self.kinds.chip(PatientKind.REAL))

    def set_colours(self, palette: Palette) -> None:
        """Take over the colours of the day."""
        self.figure.set_colours(palette)

    # --- the choice

    @property
    def wanted(self) -> GroupWanted | None:
        """What is chosen; None while it is not whole."""
        first, last = (_day(field) for field in (self.first, self.last))
        if not self.kinds.chosen or last < first:
            return None
        return GroupWanted(PatientKind(str(self.kinds.chosen[0])), first, last)

    def _on_choice(self) -> None:
        self._reading += 1
        self.map = None
        self.shown.hide()
        self.draw_button.setEnabled(self.wanted is not None)
        turned = _day(self.last) < _day(self.first)
        said = "The last day lies before the first one: change one of them." if turned else ""
        self._say(said or ("" if self.kinds.chosen else "Choose whose drawings."), "muted")

    def draw(self) -> None:
        """Read the drawings, with progress on the status line, where it can be stopped."""
        wanted = self.wanted
        if wanted is None:
            return
        self._on_choice()
        reading = self._reading
        self._desk.run(
            grouping(self._desk.clinic, wanted),
            done=lambda found: self._on_read(found, reading),
            failed=self._on_failed,
        )

    def _on_failed(self, error: BaseException) -> None:
        self._on_choice()
        self._desk.show_error(error)

    # --- the map

    def _on_read(self, found: GroupMap, reading: int) -> None:
        if reading != self._reading:
            return
        self.map = found
        days = f"{day_words(found.wanted.first)} to {day_words(found.wanted.last)}"
        kind = found.wanted.kind
        tone = "warning" if kind is PatientKind.DEMONSTRATION else "strong"
        if found.patients is None:
            said = f"fewer than {LEAST_PATIENTS}, so that nothing is shown"
            self._say(f"{days}, {KIND_WORDS[kind]}: {said}.", tone)
            return
        self._say(f"n = {found.patients}, {days}, {KIND_WORDS[kind]}.", tone)
        self.figure.show_shares({each.id: each.share for each in found.regions})
        self.table.setRowCount(len(found.regions))
        for line, each in enumerate(found.regions):
            name = QTableWidgetItem(each.words)
            name.setToolTip(each.words)
            self.table.setItem(line, 0, name)
            percent = f"{each.share * 100:.0f} % ({each.count})"
            value = QTableWidgetItem(percent)
            value.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(line, 1, value)
        self.shown.show()
        self.table.resizeRowsToContents()  # a long name takes two lines

    def _say(self, text: str, tone: str) -> None:
        self.words.setText(text)
        self.words.setProperty("tone", tone)
        restyle(self.words)
        self.words.setVisible(bool(text))


def _day(field: QDateEdit) -> date:
    chosen = field.date()
    return date(chosen.year(), chosen.month(), chosen.day())
