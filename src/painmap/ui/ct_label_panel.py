"""The labels of a label map, each with the muscle and side that it is taken for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from painmap.domain.anatomy import Muscle, Side
from painmap.domain.compartment import Compartment
from painmap.domain.sentences import plural
from painmap.services.label_maps import Offer
from painmap.services.label_names import LabelKind
from painmap.ui.ct_label_rows import LabelRow, SideOf, open_points
from painmap.ui.widgets import button, column, label, restyle, row

HEADS = ("In the label map", "Taken for", "Side", "Lies", "Slices", "Volume")
NOT_TAKEN = "not taken in"
CHOOSE = "choose"
MUSCLE_LETTERS, SIDE_PX, MENU_PX = 22, 104, 320
OTHER_GRID = (
    "This label map lies on another grid than the open CT. Its edges would move by up to half a "
    "voxel, and the muscles would be marked as resampled."
)
ALLOW_NEAREST = "Take the nearest voxels of the open CT"

_WORDS = {
    LabelKind.OTHER_MUSCLE: "not in the catalogue",
    LabelKind.NO_MUSCLE: "no muscle",
    LabelKind.UNKNOWN: "unknown name",
}

KnownOf = Callable[[str, Side], Compartment | None]
"""The muscle of a side that is on the open CT already."""


class LabelPanel(QWidget):
    """Shows what a label map holds; nothing is taken in before the doctor says so.

    Parameters
    ----------
    side_of : callable
        Holds a side against the patient's midline.
    known_of : callable
    on_take : callable
        Called with the rows that are taken in, the reason typed, and whether the nearest
        voxels are allowed.
    on_cancel : callable
    """

    def __init__(
        self,
        offer: Offer,
        muscles: Mapping[str, Muscle],
        *,
        side_of: SideOf,
        known_of: KnownOf,
        on_take: Callable[[Sequence[LabelRow], str, bool], object],
        on_cancel: Callable[[], object],
    ) -> None:
        super().__init__()
        self._offer = offer
        self._muscles = muscles
        self._side_of = side_of
        self._known_of = known_of
        self._on_take = on_take
        self._model = _muscle_model(muscles)
        self.lines: list[LabelLine] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self.nearest = QCheckBox(ALLOW_NEAREST)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText("Why a side stays against where it lies")
        self.reason.setAccessibleName("Why a side stays against where it lies")
        self.open = label("", "warning", wrap=True)
        self.take = button("", self._take, primary=True)
        self.cancel = button("Cancel", on_cancel)
        self.more = button("", self._show_more, flat=True)
        self._arrange()
        self._add_lines()
        self.nearest.toggled.connect(lambda _: self.refresh())
        self.reason.textChanged.connect(lambda _: self.refresh())
        self.refresh()

    # --- arrangement

    def _arrange(self) -> None:
        inner = QWidget()
        within = column(spacing=10)
        within.setContentsMargins(16, 14, 8, 14)
        within.addLayout(self._grid)
        within.addLayout(row(self.more, -1))
        within.addStretch(1)
        inner.setLayout(within)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inner)
        card = QFrame()
        card.setProperty("card", True)
        card.setLayout(column(scroll, margins=1))
        box = column(label(self._title(), "title"), margins=24, spacing=12)
        for note in self._offer.notes:
            box.addWidget(label(note, "muted", wrap=True))
        if not self._offer.same_grid:
            box.addWidget(label(OTHER_GRID, "warning", wrap=True))
            box.addWidget(self.nearest)
        box.addWidget(card, 1)
        box.addWidget(self.reason)
        below = row(self.open, self.cancel, self.take)
        below.setStretch(0, 1)
        box.addLayout(below)
        self.setLayout(box)
        for place, words in enumerate(HEADS):
            head = label(words, "caption")
            if words in ("Slices", "Volume"):
                head.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(head, 0, place)
        self._grid.setColumnStretch(0, 1)

    def _title(self) -> str:
        formats = dict.fromkeys(each.label_map.format for each in self._offer.labels)
        return f"Import {' and '.join(formats)}"

    def _add_lines(self) -> None:
        shown = [each for each in self._offer.labels if each.meaning.kind in _SHOWN]
        # where no name is known, all are listed at once
        shown = shown or list(self._offer.labels)
        for each in shown:
            self._add(LabelRow.of(each, self._side_of))
        rest = len(self._offer.labels) - len(shown)
        self.more.setText(f"Show {plural(rest, 'more label')}, no muscle of the catalogue")
        self.more.setVisible(rest > 0)

    def _add(self, line: LabelRow) -> None:
        known = self._known(line)
        if known is not None:
            # what the doctor has drawn is not replaced without being asked
            line = replace(line, muscle_id=None)
        made = LabelLine(line, self._model, self._changed)
        self.lines.append(made)
        for place, part in enumerate(made.parts):
            self._grid.addWidget(part, len(self.lines), place)
        made.show_row(replace(line, known=known), self._muscles)

    def _show_more(self) -> None:
        there = {id(line.row.label) for line in self.lines}
        for each in self._offer.labels:
            if id(each) not in there:
                self._add(LabelRow.of(each, self._side_of))
        self.more.hide()
        self.refresh()

    # --- what is chosen

    @property
    def rows(self) -> tuple[LabelRow, ...]:
        return tuple(line.row for line in self.lines)

    def _known(self, line: LabelRow) -> Compartment | None:
        muscle_id = line.muscle_id
        if muscle_id is None or line.side is None:
            return None
        return self._known_of(muscle_id, line.side)

    def _changed(self, line: "LabelLine", muscle_id: str | None, side: Side | None) -> None:
        changed = replace(line.row, muscle_id=muscle_id, side=side)
        muscle = self._muscles.get(muscle_id or "")
        if muscle is not None and not muscle.sided:
            changed = replace(changed, side=Side.MIDLINE)
        elif changed.side is Side.MIDLINE:
            changed = replace(changed, side=changed.proposed_side)
        line.show_row(replace(changed, known=self._known(changed)), self._muscles)
        self.refresh()

    def refresh(self) -> None:
        """Say what is still open, and how many muscles would be taken in."""
        rows = self.rows
        self.reason.setVisible(any(each.needs_reason for each in rows))
        missing = open_points(
            rows,
            same_grid=self._offer.same_grid,
            nearest=self.nearest.isChecked(),
            reason=self.reason.text(),
        )
        words = "; ".join(missing)
        self.open.setText(f"{words[:1].upper()}{words[1:]}." if words else "")
        taken = [each for each in rows if each.muscle_id is not None]
        # labels of one muscle and side become one; what has no side yet counts by itself
        count = len({(each.muscle_id, each.side or id(each)) for each in taken})
        self.take.setText(f"Take in {plural(count, 'muscle')} as proposed")
        self.take.setEnabled(not missing)

    def _take(self) -> None:
        taken = [each for each in self.rows if each.muscle_id is not None]
        nearest = not self._offer.same_grid and self.nearest.isChecked()
        self._on_take(taken, self.reason.text().strip(), nearest)


_SHOWN = (LabelKind.MUSCLE, LabelKind.UNKNOWN)


class LabelLine:
    """The widgets of one label: its name, muscle, side, place, size, and what is to be known."""

    def __init__(
        self,
        line: LabelRow,
        model: QStandardItemModel,
        on_change: Callable[["LabelLine", str | None, Side | None], object],
    ) -> None:
        self.row = line
        self._on_change = on_change
        name = line.label.structure.name
        self.name = label(name)
        self.muscle = QComboBox()
        self.muscle.setModel(model)
        self.muscle.setAccessibleName(f"Muscle that {name} is taken for")
        self.muscle.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.muscle.setMinimumContentsLength(MUSCLE_LETTERS)
        self.muscle.view().setMinimumWidth(MENU_PX)
        self.side = QComboBox()
        self.side.setAccessibleName(f"Side of {name}")
        self.side.setMinimumWidth(SIDE_PX)
        self.place = label("", wrap=False)
        self.slices = _number(str(len(line.label.middles)))
        volume = line.label.volume_mm3
        self.volume = _number("" if volume is None else f"{volume / 1000:.0f} ml")
        self.remark = label("", "faint", wrap=True)
        named = QWidget()
        named.setLayout(column(self.name, self.remark, spacing=0))
        self.parts = (
            named,
            self.muscle,
            self.side,
            self.place,
            self.slices,
            self.volume,
        )
        self.muscle.activated.connect(lambda _: self._tell())
        self.side.activated.connect(lambda _: self._tell())

    def _tell(self) -> None:
        side = self.side.currentData()
        self._on_change(self, self.muscle.currentData(), None if side is None else Side(side))

    def show_row(self, line: LabelRow, muscles: Mapping[str, Muscle]) -> None:
        """Show what is chosen now."""
        self.row = line
        self.muscle.setCurrentIndex(max(0, self.muscle.findData(line.muscle_id)))
        muscle = muscles.get(line.muscle_id or "")
        sides = [Side.LEFT, Side.RIGHT] if muscle is None or muscle.sided else [Side.MIDLINE]
        self.side.clear()
        if line.side is None:
            self.side.addItem(CHOOSE, None)
        for side in sides:
            self.side.addItem(side.word, side.value)
        self.side.setCurrentIndex(max(0, self.side.findData(line.side and line.side.value)))
        self.side.setEnabled(line.muscle_id is not None)
        self.place.setText(line.place_words)
        differs = line.is_question or line.needs_reason
        _tone(self.place, "warning" if differs else "muted")
        words = _remark(line)
        self.remark.setText(words)
        self.remark.setVisible(bool(words))
        _tone(self.remark, "warning" if line.is_question else "faint")


def _remark(line: LabelRow) -> str:
    parts = []
    if line.is_question and line.said is not None:
        parts.append(f"its name says {line.said.word}")
    if line.label.meaning.remark:
        parts.append(line.label.meaning.remark)
    if line.label.meaning.kind in _WORDS:
        parts.append(_WORDS[line.label.meaning.kind])
    if line.known is not None and line.known.locked:
        parts.append("yours on this CT is locked")
    elif line.known is not None:
        parts.append("on this CT already: taking it in replaces yours")
    return "; ".join(parts)


def _number(words: str) -> QLabel:
    made = label(words)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made


def _tone(widget: QLabel, tone: str) -> None:
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        restyle(widget)


def _muscle_model(muscles: Mapping[str, Muscle]) -> QStandardItemModel:
    """All muscles by name, one model for all lines."""
    model = QStandardItemModel()
    first = QStandardItem(NOT_TAKEN)
    first.setData(None, Qt.ItemDataRole.UserRole)
    model.appendRow(first)
    for muscle in sorted(muscles.values(), key=lambda each: each.name):
        item = QStandardItem(muscle.name)
        item.setData(muscle.id, Qt.ItemDataRole.UserRole)
        model.appendRow(item)
    return model
