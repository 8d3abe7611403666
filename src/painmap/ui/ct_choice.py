"""Which of the stacks that were found is opened: a quiet list, the best one preselected."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem

from painmap.domain.sentences import plural
from painmap.imaging.stack import Stack
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_words import plane_of, size_words, warning_words
from painmap.ui.theme import font
from painmap.ui.widgets import button, column, label, row

LINE_PX = 34
MOST_LINES = 13
"""More than these scroll."""

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
    parts = [f"Block {stack.index + 1} of {of}" if of > 1 else name, plane_of(stack)]
    parts.append(size_words(stack))
    words = ", ".join(parts)
    after = [warning_words(stack), name if of > 1 else ""]
    return "   ·   ".join([words, *(text for text in after if text)])


def short_words(stack: Stack, *, of: int) -> str:
    """The same in few words, for a switch: "Block 3 of 11, axial, 10 slices"."""
    name = stack.description or "no description"
    first = f"Block {stack.index + 1} of {of}, {plane_of(stack)}" if of > 1 else name
    return f"{first}, {plural(len(stack.slices), 'slice')}"


class SeriesPanel(QFrame):
    """The stacks of a folder, study after study; one of them is opened.

    Parameters
    ----------
    studies : sequence of StudyOnDisk
        Of one person, the newest first.
    skipped : int
        Files of the folder that are not used.
    """

    def __init__(
        self,
        studies: Sequence[StudyOnDisk],
        skipped: int,
        *,
        opened: Callable[[StudyOnDisk, Stack], object],
        report: Callable[[], object],
        closed: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._opened = opened
        self.list = QListWidget()
        self.list.setAccessibleName("Series found")
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        for study in studies:
            self._add(study)
        self._preselect(studies[0])
        lines = min(self.list.count(), MOST_LINES)
        self.list.setFixedHeight(lines * LINE_PX + 12)
        self.list.itemActivated.connect(lambda _: self._open())
        self.open_button = button("Open", self._open, primary=True)
        localizers = sum(stack.is_localizer for study in studies for stack in study.stacks)
        left_out = [plural(localizers, "localizer")] if localizers else []
        left_out += [plural(skipped, "skipped file")] if skipped else []
        words = f"Not listed: {' and '.join(left_out)}." if left_out else "All files are used."
        self.left_out = label(words, "muted")
        box = column(margins=20, spacing=12)
        box.addWidget(label("What is in the folder", "heading"))
        box.addWidget(self.list)
        box.addLayout(row(self.left_out, button("Import report", report, flat=True), -1))
        box.addLayout(row(self.open_button, button("Close", closed), -1))
        self.setLayout(box)
        self.setFocusProxy(self.list)

    def _add(self, study: StudyOnDisk) -> None:
        heading = QListWidgetItem(study.words)
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

    def _preselect(self, study: StudyOnDisk) -> None:
        for number in range(self.list.count()):
            entry = self.list.item(number).data(_ENTRY_ROLE)
            if entry is not None and entry[1] is study.first_stack:
                self.list.setCurrentRow(number)

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

    def _open(self) -> None:
        found = self.chosen
        if found is not None:
            self._opened(*found)
