"""Which of the stacks that were found is opened: a quiet list, the best one preselected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from painmap.domain.sentences import plural
from painmap.imaging.stack import Stack
from painmap.imaging.ways import Way
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_words import modality_words, plane_of, size_words, warning_words
from painmap.ui.theme import font
from painmap.ui.widgets import button, column, label, row

LINE_PX = 34
MOST_LINES = 13
"""More than these scroll."""

MOST_BESIDE = 3
"""So many kinds of other objects are named below the list; the report has all."""

_ENTRY_ROLE = Qt.ItemDataRole.UserRole


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
    """The stacks of a folder, study after study; one of them is opened.

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
    ) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._opened = opened
        self.studies = list(studies)
        self._look_only = [study for study in look_only if study not in self.studies]
        self.list = QListWidget()
        self.list.setAccessibleName("Series found")
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.itemActivated.connect(lambda _: self._open())
        self.list.itemSelectionChanged.connect(self._show_readings)
        self.ways = QComboBox()
        self.ways.setAccessibleName("How the series is read")
        self.ways.activated.connect(self._on_way)
        self.reason = label("", "muted", wrap=True)
        self.open_button = button("Open", self._open, primary=True)
        self.left_out = label(self._left_out_words(skipped, beside), "muted", wrap=True)
        box = column(margins=20, spacing=12)
        box.addWidget(label("What is in the folder", "heading"))
        box.addWidget(self.list)
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
        box.addLayout(row(self.open_button, button("Close", closed), -1))
        self.setLayout(box)
        self.setFocusProxy(self.list)
        self._fill((self.studies or self._look_only)[0].first_stack)

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

    def _fill(self, chosen: Stack) -> None:
        self.list.clear()
        for study in (*self.studies, *self._look_only):
            self._add(study)
        lines = min(self.list.count(), MOST_LINES)
        self.list.setFixedHeight(lines * LINE_PX + 12)
        self.choose(chosen)

    def _add(self, study: StudyOnDisk) -> None:
        words = study.words
        if not study.first_stack.is_ct:
            words += f". Look only: {modality_words(study.modality)}, no HU"
        heading = QListWidgetItem(words)
        # not to be chosen, and not greyed out either
        heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
        heading.setFont(font(strong=True))
        heading.setSizeHint(QSize(100, LINE_PX))
        self.list.addItem(heading)
        counts = blocks_of(study.stacks)
        shown = [each for each in study.stacks if not each.is_localizer] or list(study.stacks)
        for stack in shown:
            entry = QListWidgetItem(stack_words(stack, of=counts.get(stack.series_uid, 1)))
            entry.setSizeHint(QSize(100, LINE_PX))
            entry.setData(_ENTRY_ROLE, (study, stack))
            entry.setToolTip("\n".join(warning.message for warning in stack.warnings))
            self.list.addItem(entry)

    @property
    def chosen(self) -> tuple[StudyOnDisk, Stack] | None:
        for item in self.list.selectedItems():
            found: tuple[StudyOnDisk, Stack] = item.data(_ENTRY_ROLE)
            return found
        return None

    def choose(self, stack: Stack) -> None:
        """Select the line of `stack`."""
        for number in range(self.list.count()):
            entry = self.list.item(number).data(_ENTRY_ROLE)
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

    def _open(self) -> None:
        found = self.chosen
        if found is not None:
            self._opened(*found, self.copy.isChecked())
