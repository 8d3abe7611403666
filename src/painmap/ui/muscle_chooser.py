"""Muscle, side and level: chosen, never preset."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFocusEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from painmap.domain.anatomy import Indication, Level, Muscle, Side
from painmap.ui.widgets import Chips, row

LEVEL_NOT_GIVEN = "level not given"
_MUSCLE_ROLE = Qt.ItemDataRole.UserRole


def fill_levels(box: QComboBox, muscle: Muscle | None, level: Level | None) -> None:
    """Offer the levels of `muscle` with `level` chosen, also one that it does not list."""
    levels = list(muscle.levels) if muscle else []
    if level is not None and level not in levels:
        levels.append(level)
    box.clear()
    box.addItem(LEVEL_NOT_GIVEN, None)
    for each in levels:
        box.addItem(each.value, each)
    box.setCurrentIndex(max(0, box.findData(level)))


def _shorter(name: str) -> tuple[int, str]:
    return len(name), name


class _Field(QLineEdit):
    """Its text is selected when it is clicked into: what is typed then replaces it."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() is Qt.FocusReason.MouseFocusReason:
            # the click itself would take the selection away
            QTimer.singleShot(0, self, self.selectAll)


class MuscleChooser(QWidget):
    """Choose a muscle (grouped by indication, found by its letters), a side, a level.

    Parameters
    ----------
    muscles : mapping of id to Muscle
        In the order in which they are offered.
    on_change : callable
        Called without arguments after every choice.
    """

    def __init__(
        self, muscles: Mapping[str, Muscle], on_change: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__()
        self._muscles = muscles
        self._on_change = on_change
        self.box = self._made_box()
        self.sides = Chips(
            [(Side.RIGHT, "RIGHT"), (Side.LEFT, "LEFT")],
            lambda _: self._changed(),
            name="Patient's side",
            style="side",
        )
        self.levels = QComboBox()
        self.levels.setAccessibleName("Vertebral level")
        self.levels.activated.connect(lambda _: self._changed())
        self.box.activated.connect(lambda _: self._on_muscle())
        arranged = row(self.box, self.sides, self.levels, spacing=10)
        arranged.setStretch(0, 1)
        self.setLayout(arranged)
        self.setFocusProxy(self.box)
        self._offer_levels()

    def _made_box(self) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setAccessibleName("Muscle")
        field = _Field()
        field.setPlaceholderText("Muscle: type a few letters")
        box.setLineEdit(field)
        model = QStandardItemModel(box)
        for group in Indication:
            members = [each for each in self._muscles.values() if group in each.indications]
            if not members:
                continue
            title = QStandardItem(group.value.upper())
            title.setEnabled(False)
            title.setSelectable(False)
            model.appendRow(title)
            for muscle in members:
                item = QStandardItem(muscle.name)
                item.setData(muscle.id, _MUSCLE_ROLE)
                model.appendRow(item)
        box.setModel(model)
        box.setMaxVisibleItems(18)
        completer = QCompleter(self._names(box), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        box.setCompleter(completer)
        completer.activated.connect(lambda _: self._on_muscle())
        field.editingFinished.connect(self._complete)
        box.setCurrentIndex(-1)
        return box

    def _names(self, box: QComboBox) -> list[str]:
        # the shorter first: "mult" is the multifidus before it is one of two together
        return sorted({muscle.name for muscle in self._muscles.values()}, key=_shorter)

    @property
    def muscle(self) -> Muscle | None:
        """The muscle whose name stands in the box; None for anything else."""
        text = self.box.currentText().strip().casefold()
        return next((m for m in self._muscles.values() if m.name.casefold() == text), None)

    @property
    def side(self) -> Side | None:
        """The chosen side; the midline for a muscle that has no sides; None: not chosen."""
        muscle = self.muscle
        if muscle is not None and not muscle.sided:
            return Side.MIDLINE
        return Side(str(self.sides.chosen[0])) if self.sides.chosen else None

    @property
    def level(self) -> Level | None:
        value = self.levels.currentData()
        return Level(value) if value else None

    def _complete(self) -> None:
        """Take letters for a muscle that has them in its name: that begins with them, if any."""
        typed = self.box.currentText().strip().casefold()
        completer = self.box.completer()
        if completer is not None and (popup := completer.popup()) is not None:
            popup.hide()
        if self.muscle is not None or not typed:
            return
        fitting = [m for m in self._muscles.values() if typed in m.name.casefold()]
        if fitting:
            best = min(
                fitting,
                key=lambda m: (not m.name.casefold().startswith(typed), *_shorter(m.name)),
            )
            self.set_muscle(best.id)

    def set_muscle(self, muscle_id: str | None) -> None:
        muscle = self._muscles.get(muscle_id or "")
        if muscle is None:
            self.box.setCurrentIndex(-1)
            self.box.setEditText("")
        else:
            self.box.setEditText(muscle.name)
        self._on_muscle()

    def set_side(self, side: Side | None) -> None:
        self.sides.set_chosen([] if side is None else [side])

    def set_level(self, level: Level | None) -> None:
        if level is not None and self.levels.findData(level) < 0:
            self.levels.addItem(level.value, level)
        self.levels.setCurrentIndex(max(0, self.levels.findData(level)))

    def clear_side(self) -> None:
        """Forget the side: it is chosen anew for every site."""
        self.sides.set_chosen([])

    def _on_muscle(self) -> None:
        self._offer_levels()
        self._changed()

    def _offer_levels(self) -> None:
        muscle = self.muscle
        known = self.level
        listed = known if muscle is not None and known in muscle.levels else None
        fill_levels(self.levels, muscle, listed)
        self.sides.setVisible(muscle is None or muscle.sided)

    def _changed(self) -> None:
        self._on_change()
