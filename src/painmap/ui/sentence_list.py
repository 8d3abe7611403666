"""What is recorded so far, in sentences with LEFT and RIGHT as words."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from painmap.domain.edits import page_of
from painmap.domain.injection import Outline, PlannedSite
from painmap.domain.pain import PainSite
from painmap.domain.sentences import (
    finding_sentence,
    given_sentence,
    hazard_sentence,
    outline_sentence,
    pain_sentence,
    planned_sentence,
    study_sentence,
    with_path,
)
from painmap.domain.visit import Item, Visit
from painmap.services.plan_sheet import sheet_words
from painmap.ui.desk import Desk, PlaceWanted
from painmap.ui.widgets import column, empty, label, restyle

WIDTH_PX = 320


class Sentence(QFrame):
    """One sentence; a click shows what it speaks of."""

    def __init__(self, item: Item, text: str, desk: Desk) -> None:
        super().__init__()
        self.item_id = item.id
        self._item = item
        self._desk = desk
        self.setProperty("sentence", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)
        words = label(text, wrap=True)
        self.text = text
        box = column(words)
        box.setContentsMargins(12, 9, 12, 9)
        self.setLayout(box)

    def show_selected(self, selected: bool) -> None:
        self.setProperty("chosen", selected)
        restyle(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        del event
        self._go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._go()
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        if isinstance(self._item, PainSite):
            self._desk.select(self._item.id)
        self._desk.place_wanted.emit(PlaceWanted(page_of(self._item), (self._item.id,)))


class SentenceList(QFrame):
    """The right side of the window: the visit in words, grouped, newest choice visible."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sentences")
        self.setFixedWidth(WIDTH_PX)
        self._desk = desk
        self._rows: list[Sentence] = []
        self.path_words: Callable[[PlannedSite], str] = lambda _: ""
        """What is said of the needle path of a site; the page CT knows it."""
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(6)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._inner)
        self._scroll = scroll
        self.setLayout(column(scroll))
        desk.changed.connect(lambda _: self.refresh())
        desk.closed.connect(self.refresh)
        desk.selected.connect(self._on_selected)
        self.refresh()

    @property
    def texts(self) -> tuple[str, ...]:
        """The sentences that are shown, from top to bottom."""
        return tuple(row.text for row in self._rows)

    def refresh(self) -> None:
        """Say what is recorded as it is now."""
        empty(self._column)
        self._rows = []
        if not self._desk.is_open:
            self._column.addWidget(
                label("What you record appears here in words.", "muted", wrap=True)
            )
            self._column.addStretch(1)
            return
        groups = self._groups(self._desk.open_visit.visit)
        if not any(items for _, items in groups):
            self._column.addWidget(label("RECORDED SO FAR", "caption"))
            self._column.addWidget(
                label("Nothing yet. Each mark appears here as a sentence.", "muted", wrap=True)
            )
        for title, items in groups:
            if not items:
                continue
            self._column.addWidget(label(title, "caption"))
            for item, text in items:
                row = Sentence(item, text, self._desk)
                self._rows.append(row)
                self._column.addWidget(row)
            self._column.addSpacing(8)
        self._column.addStretch(1)
        self._on_selected(self._desk.selection)

    def _groups(self, visit: Visit) -> list[tuple[str, list[tuple[Item, str]]]]:
        muscles, pains = self._desk.muscles, visit.pain_sites
        return [
            ("PAIN", [(s, pain_sentence(s, visit.marks_of(s.id), visit)) for s in pains]),
            ("FINDINGS", [(s, finding_sentence(s, muscles)) for s in visit.findings]),
            ("STUDIES", [(s, study_sentence(s)) for s in visit.attached_studies]),
            (
                "INJECTION SITES",
                [(s, self._site_words(s, visit)) for s in visit.live_planned_sites],
            ),
            ("OUTLINES", [(s, outline_sentence(s, muscles)) for s in visit.live_outlines]),
            ("MARKED TO KEEP AWAY FROM", [(s, hazard_sentence(s)) for s in visit.live_hazards]),
            ("GIVEN", [(s, given_sentence(s, muscles)) for s in visit.live_given_sites]),
            ("PLAN SHEET", self._sheets(visit)),
            ("ENTERED IN ERROR", self._in_error(visit)),
        ]

    def _site_words(self, site: PlannedSite, visit: Visit) -> str:
        words = planned_sentence(site, self._desk.muscles, visit)
        return with_path(words, self.path_words(site))

    def _sheets(self, visit: Visit) -> list[tuple[Item, str]]:
        words = sheet_words(self._desk.open_visit.patient, visit)
        return [(visit.sheets[-1], words)] if words else []

    def _in_error(self, visit: Visit) -> list[tuple[Item, str]]:
        muscles = self._desk.muscles
        said: list[tuple[PlannedSite | Outline, str]] = [
            *((site, planned_sentence(site, muscles)) for site in visit.planned_sites),
            *((each, outline_sentence(each, muscles)) for each in visit.outlines),
        ]
        return [
            (item, f"{words}, {why}") for item, words in said if (why := visit.why_in_error(item))
        ]

    def _on_selected(self, site_id: UUID | None) -> None:
        for row in self._rows:
            row.show_selected(row.item_id == site_id)
            if row.item_id == site_id:
                self._scroll.ensureWidgetVisible(row)
