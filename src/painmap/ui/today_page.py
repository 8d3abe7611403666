"""The first page: search, unfinished drafts first, then everybody; never inside a record."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from painmap.domain.edits import Page
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.sentences import day_words
from painmap.services.clinic import ImportOutcome, PatientCard
from painmap.services.samples import SampleStore
from painmap.services.settings import Settings
from painmap.ui.desk import Desk
from painmap.ui.group_panel import GroupPanel
from painmap.ui.pages import VisitPage
from painmap.ui.patient_detail import PatientDetail
from painmap.ui.patient_form import PatientForm
from painmap.ui.purpose_panel import PurposePanel
from painmap.ui.samples_panel import SamplesPanel
from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import button, card, column, label, row

SEARCH_PAUSE_MS = 120
"""A search starts when no key has come for so long."""


class SearchField(QLineEdit):
    """The search; arrow keys move in the list below without leaving the field."""

    def __init__(self, on_arrow: Callable[[int], None]) -> None:
        super().__init__()
        self._on_arrow = on_arrow
        self.setProperty("search", True)
        self.setPlaceholderText("Search a patient by name, birth date or ID")
        self.setAccessibleName("Search a patient")
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._on_arrow(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)


class TodayPage(VisitPage):
    """Patients at the left, the chosen one and the visits at the right."""

    page = Page.TODAY
    purpose_read = Signal()
    """The doctor has read what the program is for."""

    def __init__(self, desk: Desk, icons: Icons, palette: Palette, settings: Settings) -> None:
        super().__init__(desk, icons, palette)
        self._settings = settings
        self._cards: tuple[PatientCard, ...] = ()
        self.search = SearchField(self._move)
        self.search.returnPressed.connect(self._open_chosen)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.list = QListWidget()
        self.list.setAccessibleName("Patients, unfinished drafts first")
        self.list.setSpacing(2)
        self.nobody = label(tone="muted", wrap=True)
        self.nobody.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nobody.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.list.currentItemChanged.connect(lambda *_: self._on_row())
        self.list.itemActivated.connect(lambda _: self._open_chosen())
        self._new = button("New patient", self._start_form)
        self.form = PatientForm(self._on_new_patient, self._close_form)
        self.detail = PatientDetail(desk, self.refresh)
        self._purpose = PurposePanel(self._purpose_read)
        self.samples = SamplesPanel(desk, SampleStore(settings), self._close_form)
        self._nobody = _nobody()
        self._right = QStackedWidget()
        self.group = GroupPanel(desk, palette, self._close_form)
        # long: in a scroll of its own, so that the other panels keep the height of the window
        self._samples_scroll = _scrolled(self.samples)
        over = (self.form, self._purpose, self._samples_scroll, self.group)
        self._over: tuple[QWidget, ...] = over
        """What stands in the place of the chosen patient until it is closed."""
        for each in (self._nobody, self.detail, *over):
            self._right.addWidget(each)
        self._arrange()
        self.setFocusProxy(self.search)
        desk.closed.connect(self.refresh)
        desk.opened.connect(self.refresh)
        self.refresh()
        if settings["purpose_read"] == "no":
            self.show_purpose()

    def _arrange(self) -> None:
        left = column(spacing=12)
        head = row(label("Patients", "title"), -1, self._new)
        left.addLayout(head)
        left.addWidget(self.search)
        left.addWidget(self.list, 1)
        inside = column(-1, self.nobody, -1, margins=32)
        self.list.setLayout(inside)
        scroll = _scrolled(self._right)
        box = row(spacing=24)
        box.setContentsMargins(28, 22, 28, 22)
        box.addLayout(left, 5)
        box.addWidget(scroll, 6)
        self.setLayout(box)

    # --- the list

    def refresh(self) -> None:
        """Ask the store for the patients that fit the search."""
        self._pause.stop()
        self.desk.ask_records(partial(self.desk.clinic.patients, self.search.text()), self._show)

    def _show(self, cards: tuple[PatientCard, ...]) -> None:
        chosen = self.chosen
        self._cards = cards
        self.list.clear()
        for each in cards:
            item = QListWidgetItem()
            line = _line(each)
            item.setData(Qt.ItemDataRole.UserRole, each.patient.id)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _spoken(each))
            item.setSizeHint(QSize(100, 62))
            self.list.addItem(item)
            self.list.setItemWidget(item, line)
        self.nobody.setVisible(not cards)
        self.nobody.setText(
            "Nobody fits what you typed. New patient takes the name over."
            if self.search.text()
            else "No patient yet. Create the first one with New patient."
        )
        keep = next((n for n, c in enumerate(cards) if chosen and c.patient.id == chosen), None)
        if keep is not None:
            self.list.setCurrentRow(keep)
        elif self.search.text() and cards:
            self.list.setCurrentRow(0)
        self._on_row()

    @property
    def chosen(self) -> UUID | None:
        item = self.list.currentItem()
        value = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return value if isinstance(value, UUID) else None

    def _move(self, by: int) -> None:
        self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + by)))

    def _on_row(self) -> None:
        if self._right.currentWidget() in self._over:
            return
        found = next((each for each in self._cards if each.patient.id == self.chosen), None)
        if found is None:
            self._right.setCurrentWidget(self._nobody)
        else:
            self.detail.show_card(found)
            self._right.setCurrentWidget(self.detail)

    def _open_chosen(self) -> None:
        if self._pause.isActive():  # Enter came faster than the search
            self._pause.stop()
            self.desk.ask_records(
                partial(self.desk.clinic.patients, self.search.text()),
                self._show_and_open,
            )
        elif self.chosen is not None:
            self._leave_forms()
            self.detail.open_best()

    def _show_and_open(self, cards: tuple[PatientCard, ...]) -> None:
        self._show(cards)
        self._leave_forms()
        if self.chosen is not None:
            self.detail.open_best()

    def _leave_forms(self) -> None:
        if self._right.currentWidget() in self._over:
            self._right.setCurrentWidget(self._nobody)
            self._on_row()

    # --- new patients, import

    def _start_form(self) -> None:
        self._right.setCurrentWidget(self.form)
        self.form.start(self.search.text().strip())

    def _close_form(self) -> None:
        self._right.setCurrentWidget(self._nobody)
        self._on_row()
        self.search.setFocus()

    def _on_new_patient(self, patient: Patient) -> None:
        self.desk.ask_records(partial(self.desk.clinic.add_patient, patient), self._on_added)

    def _on_added(self, patient: Patient) -> None:
        self.search.clear()
        self._right.setCurrentWidget(self._nobody)
        self.choose(patient.id)

    def choose(self, patient_id: UUID) -> None:
        """Show `patient_id` as the chosen patient."""

        def show(cards: tuple[PatientCard, ...]) -> None:
            self._show(cards)
            for number, each in enumerate(cards):
                if each.patient.id == patient_id:
                    self.list.setCurrentRow(number)
            self.detail.focus_primary()

        self.desk.ask_records(partial(self.desk.clinic.patients, ""), show)

    def import_file(self, path: Path) -> None:
        """Import a visit from its JSON document."""
        self.desk.ask_records(partial(self.desk.clinic.import_file, path), self._imported)

    def _imported(self, outcome: ImportOutcome) -> None:
        self.desk.say(outcome.sentence)
        self.choose(outcome.patient_id)

    def show_samples(self) -> None:
        """List the public sample studies."""
        self._right.setCurrentWidget(self._samples_scroll)
        self.samples.setFocus()

    def show_group(self) -> None:
        """Ask whose drawings are to be put together."""
        self._right.setCurrentWidget(self.group)
        self.group.setFocus()

    def set_colours(self, palette: Palette) -> None:
        super().set_colours(palette)
        self.group.set_colours(palette)

    # --- what the program is for

    @property
    def shows_purpose(self) -> bool:
        return self._right.currentWidget() is self._purpose

    def show_purpose(self) -> None:
        """Say what painmap is for, as at the first start."""
        self._right.setCurrentWidget(self._purpose)

    def _purpose_read(self) -> None:
        self._settings["purpose_read"] = "yes"
        self.purpose_read.emit()
        self._right.setCurrentWidget(self._nobody)
        self._on_row()
        self.search.setFocus()

    def place(self) -> Mapping[str, Any]:
        return {}


def _scrolled(widget: QWidget) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(widget)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    return scroll


def _nobody() -> QFrame:
    frame = card()
    frame.setLayout(
        column(
            -1,
            label("Choose a patient", "heading"),
            label(
                "Type three letters of the name and press Enter, or create a new patient.",
                "muted",
                wrap=True,
            ),
            -1,
            margins=40,
            spacing=8,
        )
    )
    return frame


def _line(each: PatientCard) -> QWidget:
    name = label(each.patient.name)
    name.setStyleSheet("font-weight: 600; font-size: 15px;")
    born = each.patient.birth_date
    facts = [f"born {day_words(born)}" if born else "birth date not recorded"]
    if each.patient.record_number:
        facts.append(f"ID {each.patient.record_number}")
    if each.patient.kind is PatientKind.DEMONSTRATION:
        facts.append("demonstration")
    state = label(_state_words(each), "muted")
    if each.drafts:
        state = label(_state_words(each), "badge")
    box = row(spacing=8)
    box.setContentsMargins(12, 6, 12, 6)
    box.addLayout(column(name, label("   ·   ".join(facts), "faint"), spacing=2), 1)
    box.addWidget(state)
    widget = QWidget()
    widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    widget.setLayout(box)
    return widget


def _state_words(each: PatientCard) -> str:
    if each.drafts:
        return "draft"
    if each.last_visit is not None:
        return f"last visit {day_words(each.last_visit.started.astimezone().date())}"
    return "no visit yet"


def _spoken(each: PatientCard) -> str:
    return f"{each.patient.name}, {_state_words(each)}"
