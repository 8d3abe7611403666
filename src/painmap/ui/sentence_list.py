"""What is recorded so far, in sentences with LEFT and RIGHT as words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from painmap.domain.edits import page_of
from painmap.domain.injection import Outline, PlannedSite
from painmap.domain.needle_plan import PrintedSheet
from painmap.domain.pain import PainSite
from painmap.domain.sentences import (
    compartment_sentence,
    finding_sentence,
    given_sentence,
    hazard_sentence,
    outline_sentence,
    pain_sentence,
    planned_sentence,
    spine_sentences,
    study_sentence,
    with_path,
)
from painmap.domain.visit import Item, Visit
from painmap.services.plan_sheet import sheet_words
from painmap.ui.desk import Desk, PlaceWanted
from painmap.ui.widgets import column, label, restyle

WIDTH_PX = 320
GROUP_GAP = 8
"""Pixels above the title of a group, besides the spacing of rows."""


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

    def speak_of(self, item: Item) -> None:
        """The same words, of an item that has changed in what they do not say."""
        self._item = item

    def show_selected(self, selected: bool) -> None:
        if self.property("chosen") != selected:
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
        if isinstance(self._item, PrintedSheet):
            self._desk.sheet_wanted.emit()
            return
        if isinstance(self._item, PainSite):
            self._desk.select(self._item.id)
        self._desk.place_wanted.emit(PlaceWanted(page_of(self._item), (self._item.id,)))


@dataclass(frozen=True, slots=True)
class _Line:
    """What stands on one row: a title, a sentence of an item, or a word where nothing is."""

    text: str
    role: str
    item: Item | None = field(default=None, compare=False)
    item_id: UUID | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "item_id", None if self.item is None else self.item.id)


@dataclass(frozen=True, slots=True)
class _Row:
    line: _Line
    widget: QWidget


def _common(one: Sequence[_Line], other: Sequence[_Line]) -> int:
    """How many lines are the same from the start."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


class SentenceList(QFrame):
    """The right side of the window: the visit in words, grouped, newest choice visible."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sentences")
        self.setFixedWidth(WIDTH_PX)
        self._desk = desk
        self._shown: list[_Row] = []
        self.path_words: Callable[[PlannedSite], str] = lambda _: ""
        """What is said of the needle path of a site; the page CT knows it."""
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(6)
        self._column.addStretch(1)
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

    @property
    def _rows(self) -> list[Sentence]:
        return [each.widget for each in self._shown if isinstance(each.widget, Sentence)]

    def refresh(self) -> None:
        """Say what is recorded as it is now; rows whose words are the same stay as they are."""
        wanted = self._wanted()
        shown = [each.line for each in self._shown]
        start = _common(shown, wanted)
        end = min(_common(shown[::-1], wanted[::-1]), min(len(shown), len(wanted)) - start)
        for each in self._shown[start : len(shown) - end]:
            self._column.removeWidget(each.widget)
            each.widget.hide()
            each.widget.deleteLater()
        made = [self._make(line) for line in wanted[start : len(wanted) - end]]
        for number, one in enumerate(made, start):
            self._column.insertWidget(number, one.widget)
        self._shown[start : len(shown) - end] = made
        for each, line in zip(self._shown, wanted, strict=True):
            if isinstance(each.widget, Sentence) and line.item is not None:
                each.widget.speak_of(line.item)
        self._on_selected(self._desk.selection)

    def _wanted(self) -> list[_Line]:
        """All that stands in the column, from top to bottom."""
        if not self._desk.is_open:
            return [_Line("What you record appears here in words.", "muted")]
        lines = [
            line
            for title, items in self._groups(self._desk.open_visit.visit)
            if items
            for line in (
                _Line(title, "caption"),
                *(_Line(text, "", item) for item, text in items),
            )
        ]
        return lines or [
            _Line("RECORDED SO FAR", "caption"),
            _Line("Nothing yet. Each mark appears here as a sentence.", "muted"),
        ]

    def _make(self, line: _Line) -> _Row:
        if line.item is not None:
            return _Row(line, Sentence(line.item, line.text, self._desk))
        words = label(line.text, line.role, wrap=line.role == "muted")
        if line.role == "caption":
            words.setContentsMargins(0, GROUP_GAP, 0, 0)
        return _Row(line, words)

    def _groups(self, visit: Visit) -> list[tuple[str, list[tuple[Item, str]]]]:
        muscles, pains = self._desk.muscles, visit.pain_sites
        return [
            ("PAIN", [(s, pain_sentence(s, visit.marks_of(s.id), visit)) for s in pains]),
            ("FINDINGS", [(s, finding_sentence(s, muscles)) for s in visit.findings]),
            ("STUDIES", [(s, study_sentence(s)) for s in visit.attached_studies]),
            ("SPINE", list(spine_sentences(visit))),
            (
                "INJECTION SITES",
                [(s, self._site_words(s, visit)) for s in visit.live_planned_sites],
            ),
            ("OUTLINES", [(s, outline_sentence(s, muscles)) for s in visit.live_outlines]),
            ("MUSCLES", [(s, compartment_sentence(s, muscles)) for s in visit.live_compartments]),
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
