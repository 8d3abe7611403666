"""Which of the stacks that were found is opened: a quiet list, the best one preselected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from painmap.domain.sentences import plural
from painmap.imaging.stack import Stack
from painmap.imaging.ways import Way
from painmap.services.studies import Person, StudyOnDisk
from painmap.ui.ct_words import modality_words, plane_of, size_words, warning_words
from painmap.ui.series_order import Only, Shelf, SortBy, about, why_first
from painmap.ui.series_pictures import SeriesPictures
from painmap.ui.series_rows import ENTRY_ROLE, PICTURE_ROLE, SeriesList
from painmap.ui.widgets import Chips, button, column, label, row

LEAST_PX, MOST_PX = 120, 420
"""How high the list is; what is more scrolls."""

MOST_BESIDE = 3
"""So many kinds of other objects are named below the list; the report has all."""


def blocks_of(stacks: Sequence[Stack]) -> dict[str, int]:
    """How many stacks each series has, localizers left out."""
    counts: dict[str, int] = {}
    for stack in stacks:
        if not stack.is_localizer:
            counts[stack.series_uid] = counts.get(stack.series_uid, 0) + 1
    return counts


def stack_words(stack: Stack, *, of: int) -> str:
    """One line about a stack; `of` says how many its series has.

    Where a series has several blocks, what tells them apart comes first: ends of lines are
    left out.
    """
    name = stack.description or "no description"
    parts = [f"Block {stack.index + 1} of {of}" if of > 1 else name]
    parts += [stack.part] if stack.part else []
    parts += [plane_of(stack), size_words(stack)]
    words = ", ".join(parts)
    after = [warning_words(stack), name if of > 1 else ""]
    return "   ·   ".join([words, *(text for text in after if text)])


def short_words(stack: Stack, *, of: int) -> str:
    """The same in few words, for a switch: "Block 3 of 11, axial, 10 slices"."""
    name = stack.description or "no description"
    first = f"Block {stack.index + 1} of {of}, {plane_of(stack)}" if of > 1 else name
    if stack.part:
        first = f"{stack.part}, {plane_of(stack)}"
    return f"{first}, {plural(len(stack.slices), 'slice')}"


@dataclass(frozen=True, slots=True)
class KeepingChoice:
    """Whether a study is copied into the program's store.

    Parameters
    ----------
    must : str
        Why it is in any case; empty where it may be chosen.
    copies : bool
        What is chosen at first.
    """

    must: str = ""
    copies: bool = False


class SeriesPanel(QFrame):
    """The stacks of a folder with their pictures, study after study; one of them is opened.

    Parameters
    ----------
    studies : sequence of StudyOnDisk
        Of one person, the newest first.
    skipped : int
        Files of the folder that are not used.
    opened : callable
        Called with the study, the stack, and whether it is copied.
    keeping : KeepingChoice
    notes : sequence of str
        What is unusual about what was opened.
    look_only : sequence of StudyOnDisk
        Studies of another modality, which are listed after the others.
    beside : sequence of str
        What lies beside the CT, in words.
    pictures : SeriesPictures or None
        Makes the small pictures; None: there are none.
    """

    def __init__(
        self,
        studies: Sequence[StudyOnDisk],
        skipped: int,
        *,
        opened: Callable[[StudyOnDisk, Stack, bool], object],
        report: Callable[[], object],
        closed: Callable[[], object],
        keeping: KeepingChoice = KeepingChoice(),
        notes: Sequence[str] = (),
        look_only: Sequence[StudyOnDisk] = (),
        beside: Sequence[str] = (),
        pictures: SeriesPictures | None = None,
    ) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._opened, self._closed = opened, closed
        self.studies = list(studies)
        self._look_only = [study for study in look_only if study not in self.studies]
        self._pictures = pictures
        self._shelf = Shelf()
        self.list = SeriesList()
        self.list.opened.connect(self._open)
        self.list.typed.connect(self._type)
        self.list.itemSelectionChanged.connect(self._show_readings)
        self.list.verticalScrollBar().valueChanged.connect(self._ask_pictures)
        self.ways = QComboBox()
        self.ways.setAccessibleName("How the series is read")
        self.ways.activated.connect(self._on_way)
        self.reason = label("", "muted", wrap=True)
        self.open_button = button("Open", self._open, primary=True)
        self.left_out = label(self._left_out_words(skipped, beside), "muted", wrap=True)
        self.nothing = label("No series fits the filter. Esc shows all again.", "muted")
        self.setLayout(self._laid_out(report, keeping, notes))
        self.setFocusProxy(self.list)
        first = (self.studies or self._look_only)[0].first_stack
        self._first = first
        self._fill(first)
        if pictures is not None:
            pictures.came.connect(self._on_picture)
            pictures.begin(self)
            self._ask_pictures()

    def _laid_out(
        self, report: Callable[[], object], keeping: KeepingChoice, notes: Sequence[str]
    ) -> QVBoxLayout:
        box = column(margins=20, spacing=12)
        person = Person((self.studies or self._look_only)[0].identity, ())
        self.person = label(f"On the pictures: {person.words}", "muted")
        box.addLayout(row(label("What is in the folder", "heading"), -1, self.person))
        box.addLayout(self._filters())
        box.addWidget(self.list)
        box.addWidget(self.nothing)
        self._way_line = QWidget()
        way_row = row(label("Read"), self.ways, self.reason, spacing=10)
        way_row.setStretch(2, 1)
        self._way_line.setLayout(way_row)
        box.addWidget(self._way_line)
        below = row(self.left_out, button("Import report", report, flat=True), spacing=10)
        below.setStretch(0, 1)
        box.addLayout(below)
        for note in notes:
            box.addWidget(label(note, "muted", wrap=True))
        self.copy = QCheckBox("Keep a copy in painmap's store")
        self.copy.setToolTip("Else the files are read from where they are, each time.")
        self.copy.setChecked(bool(keeping.must) or keeping.copies)
        self.copy.setVisible(not keeping.must)
        box.addWidget(label(keeping.must, "muted", wrap=True) if keeping.must else self.copy)
        box.addLayout(row(self.open_button, button("Close", self._closed), -1))
        return box

    def _filters(self) -> QHBoxLayout:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by a word")
        self.filter.setAccessibleName("Filter the series by a word")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._on_shelf)
        self.filter.returnPressed.connect(self._open)
        self.only = Chips(
            [(each, each.value.capitalize()) for each in Only],
            lambda _: self._on_shelf(),
            several=len(Only),
            name="Only",
        )
        self.sort = QComboBox()
        self.sort.setAccessibleName("Sort by")
        for each in SortBy:
            self.sort.addItem(each.value.capitalize(), each)
        self.sort.activated.connect(lambda _: self._on_shelf())
        line = row(self.filter, self.only, -1, label("Sort", "muted"), self.sort, spacing=10)
        self.filter.setFixedWidth(200)
        return line

    def _left_out_words(self, skipped: int, beside: Sequence[str]) -> str:
        localizers = sum(stack.is_localizer for study in self.studies for stack in study.stacks)
        left_out = [plural(localizers, "localizer")] if localizers else []
        left_out += [plural(skipped, "skipped file")] if skipped else []
        only_ct = all(each.first_stack.is_ct for each in (*self.studies, *self._look_only))
        all_words = "All files are used." if only_ct else "All files are listed."
        words = f"Not listed: {' and '.join(left_out)}." if left_out else all_words
        if not beside or not self.studies[0].first_stack.is_ct:
            return words
        more = f" and {len(beside) - MOST_BESIDE} more" if len(beside) > MOST_BESIDE else ""
        return f"{words} Beside the CT: {'; '.join(beside[:MOST_BESIDE])}{more}."

    # --- what is listed

    def _on_shelf(self) -> None:
        self._shelf = Shelf(
            SortBy(self.sort.currentData()),
            self.filter.text(),
            frozenset(Only(str(each)) for each in self.only.chosen),
        )
        found = self.chosen
        self._fill(found[1] if found is not None else self._first)
        self._ask_pictures()

    def _type(self, words: str) -> None:
        """A letter that was typed over the list is the beginning of a filter."""
        self.filter.setFocus()
        self.filter.insert(words)

    def _fill(self, chosen: Stack) -> None:
        self.list.clear()
        for study in (*self._shelf.studies(self.studies), *self._look_only):
            self._add(study)
        height = sum(self.list.sizeHintForRow(number) for number in range(self.list.count()))
        self.list.setFixedHeight(min(max(height, LEAST_PX), MOST_PX) + 12)
        self.nothing.setVisible(self.list.count() == 0)
        self.choose(chosen)
        if self.chosen is None and self.list.count() > 1:
            self.list.setCurrentRow(1)
        self.open_button.setEnabled(self.chosen is not None)

    def _add(self, study: StudyOnDisk) -> None:
        stacks = self._shelf.stacks(study)
        if not stacks:
            return
        words = study.words
        if not study.first_stack.is_ct:
            words += f". Look only: {modality_words(study.modality)}, no HU"
        self.list.add_heading(words)
        counts = blocks_of(study.stacks)
        for stack in stacks:
            of = counts.get(stack.series_uid, 1)
            name, made, warned = about(stack)
            name = f"Block {stack.index + 1} of {of}, {name}" if of > 1 else name
            name = f"{name}, {stack.part}" if stack.part else name
            why = why_first(stack) if stack is self._first else ""
            words = "   ·   ".join(part for part in (stack_words(stack, of=of), why) if part)
            entry = self.list.add_stack(study, stack, words, (name, made, warned, why))
            entry.setToolTip("\n".join(warning.message for warning in stack.warnings))
            if self._pictures is not None:
                entry.setData(PICTURE_ROLE, self._pictures.get(stack))

    # --- small pictures

    def _ask_pictures(self) -> None:
        """Have pictures made, those of the lines in view first."""
        if self._pictures is None:
            return
        lines = [self.list.item(number) for number in range(self.list.count())]
        lines.sort(key=lambda line: not self.list.is_seen(line))
        found = [line.data(ENTRY_ROLE) for line in lines]
        self._pictures.want([entry[1] for entry in found if entry is not None])

    def _on_picture(self, stack: Stack) -> None:
        for number in range(self.list.count()):
            line = self.list.item(number)
            entry = line.data(ENTRY_ROLE)
            if entry is not None and entry[1] is stack and self._pictures is not None:
                line.setData(PICTURE_ROLE, self._pictures.get(stack))

    @property
    def chosen(self) -> tuple[StudyOnDisk, Stack] | None:
        for item in self.list.selectedItems():
            found: tuple[StudyOnDisk, Stack] | None = item.data(ENTRY_ROLE)
            return found
        return None

    def choose(self, stack: Stack) -> None:
        """Select the line of `stack`."""
        for number in range(self.list.count()):
            entry = self.list.item(number).data(ENTRY_ROLE)
            if entry is not None and entry[1] is stack:
                self.list.setCurrentRow(number)

    # --- how a series is read

    def _show_readings(self) -> None:
        """Offer the ways to read the chosen series, where there are several."""
        found = self.chosen
        series = found[0].readings_of(found[1]) if found is not None else None
        self._way_line.setVisible(series is not None)
        if series is None:
            return
        self.ways.clear()
        for reading in series.readings:
            self.ways.addItem(reading.words, reading.way)
            place = self.ways.count() - 1
            self.ways.setItemData(place, reading.reason, Qt.ItemDataRole.ToolTipRole)
        self.reason.setText(series.readings[0].reason)

    def _on_way(self, number: int) -> None:
        found = self.chosen
        if found is None:
            return
        study, stack = found
        changed = study.read_as(stack.series_uid, Way(self.ways.itemData(number)))
        self.studies[self.studies.index(study)] = changed
        first = next(each for each in changed.stacks if each.series_uid == stack.series_uid)
        self._fill(first)

    # --- opening

    def _open(self) -> None:
        found = self.chosen
        if found is not None:
            self._opened(*found, self.copy.isChecked())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.filter.text():
            self.filter.clear()
            self.list.setFocus()
        elif event.key() == Qt.Key.Key_Escape:
            self._closed()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.filter.hasFocus():
            self.list.setFocus()
        else:
            super().keyPressEvent(event)
