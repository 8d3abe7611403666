"""Below the pictures while a needle is planned: how, to where in words, and what it reads."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from painmap.domain.anatomy import Level, Side
from painmap.domain.needle_plan import PlannedPath, ProcedurePosition
from painmap.imaging.spine_line import SpinePlace
from painmap.services.needle_words import PathReading, said_once
from painmap.ui.widgets import Chips, button, column, label, row

ACROSS_WORDS = {
    ProcedurePosition.PRONE: ("LEFT", "RIGHT"),
    ProcedurePosition.SUPINE: ("LEFT", "RIGHT"),
    ProcedurePosition.LEFT_DECUBITUS: ("back", "front"),
    ProcedurePosition.RIGHT_DECUBITUS: ("back", "front"),
}
CHIP_WORDS = {
    ProcedurePosition.PRONE: "prone",
    ProcedurePosition.SUPINE: "supine",
    ProcedurePosition.LEFT_DECUBITUS: "on LEFT side",
    ProcedurePosition.RIGHT_DECUBITUS: "on RIGHT side",
}
MOST_DEGREES = 80
READING_PX = 124
"""Room for a warning, the place and five lines of what the path reads."""

SEPARATOR = "  ·  "


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """What was typed: a place in the clinic's words, and a depth."""

    place: SpinePlace
    depth_mm: float


@dataclass(frozen=True, slots=True)
class NeedleActions:
    """What the panel asks of its planner."""

    position: Callable[[ProcedurePosition], object]
    straight: Callable[[], object]
    angle: Callable[[float, float], object]
    needle: Callable[[int | None], object]
    remove: Callable[[], object]
    words: Callable[[TypedPlace], object]


class NeedlePanel(QFrame):
    """Position, direction and words on the left; what the path reads on the right."""

    def __init__(self, actions: NeedleActions) -> None:
        super().__init__()
        self.setObjectName("ctBar")
        self._actions = actions
        self.positions = Chips(
            [(position, CHIP_WORDS[position]) for position in ProcedurePosition],
            self._on_position,
            name="Position at the injection",
        )
        self.straight = button("Straight up", actions.straight)
        self.in_plane = NumberField("Degrees from the vertical", MOST_DEGREES)
        self.across = _box("Tip to", ("LEFT", "RIGHT"))
        self.body = NumberField("Degrees to the head or feet", MOST_DEGREES)
        self.along = _box("Tip along the body", ("head", "feet"))
        self.angled = button("Set angle", self._on_angle)
        self.needle = NumberField("Length of the needle in millimetres", 300)
        self.needle.editingFinished.connect(self._on_needle)
        self.remove = button("Remove path", actions.remove, flat=True)
        self._by = QStackedWidget()
        self._by.addWidget(_line(self._made_angle()))
        self._by.addWidget(_line(self._made_words()))
        self._by.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.way_of = Chips(
            [(0, "angle"), (1, "words")], self._on_way, name="How the place is given"
        )
        self.way_of.set_chosen((0,))
        self.reading = label(wrap=True)
        self.details = label(tone="muted", wrap=True)
        self.warning = label(tone="warning", wrap=True)
        self.setLayout(self._arranged())

    def _made_angle(self) -> QHBoxLayout:
        turn = row(self.in_plane, label("° tip"), self.across, spacing=5)
        for part in (self.body, label("° to"), self.along, self.angled):
            turn.addWidget(part)
        turn.addStretch(1)
        return turn

    def _on_way(self, chosen: tuple[object, ...]) -> None:
        if 0 in chosen or 1 in chosen:
            self._by.setCurrentIndex(1 if 1 in chosen else 0)
        self.way_of.set_chosen((self._by.currentIndex(),))

    def _made_words(self) -> QHBoxLayout:
        self.offset = NumberField("Millimetres from the midline", 200)
        self.side = _box("Side of the midline", ("", "LEFT", "RIGHT"))
        self.below = NumberField("Millimetres from the level", 99)
        self.way = _box("Above or below the level", ("below", "above"))
        self.level = QComboBox()
        self.level.setAccessibleName("Level")
        self.level.addItem("level", None)
        for each in Level:
            self.level.addItem(each.value, each)
        self.deep = NumberField("Millimetres deep", 300)
        self.place = button("Place", self._on_words)
        self.side.setToolTip("Side of the midline")
        self.deep.setToolTip("Straight below the skin")
        words = row(self.offset, label("mm"), self.side, self.below, label("mm"), spacing=5)
        for part in (self.way, self.level, self.deep, label("mm deep")):
            words.addWidget(part)
        words.addWidget(self.place)
        words.addStretch(1)
        return words

    def _arranged(self) -> QVBoxLayout:
        lie = row(label("Will lie", "muted"), self.positions, self.straight, spacing=8)
        lie.addSpacing(8)
        lie.addWidget(label("Needle", "muted"))
        lie.addWidget(self.needle)
        lie.addWidget(label("mm"))
        lie.addStretch(1)
        how = row(self.way_of, self._by, spacing=12)
        how.setStretch(1, 1)
        box = column(spacing=5)
        box.setContentsMargins(16, 6, 16, 8)
        box.addLayout(lie)
        box.addLayout(how)
        read = QWidget()
        # pictures must not move under the hand while a path is dragged and its words change
        read.setFixedHeight(READING_PX)
        said = row(spacing=12)
        said.addLayout(column(self.warning, self.reading, self.details, -1, spacing=1), 1)
        said.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        read.setLayout(said)
        box.addWidget(read)
        return box

    # --- what is shown

    def show_position(self, position: ProcedurePosition | None) -> None:
        """Mark the position; None: it was not asked yet, and nothing is preset."""
        self.positions.set_chosen(() if position is None else (position,))
        words = ACROSS_WORDS[position or ProcedurePosition.PRONE]
        if self.across.itemText(0) != words[0]:
            for number, word in enumerate(words):
                self.across.setItemText(number, word)

    def show_path(self, plan: PlannedPath | None, reading: PathReading | None, say: str) -> None:
        """Show a path as it reads now; `say` is what the skin or the plan lacks."""
        self.remove.setVisible(plan is not None)
        if not self.needle.hasFocus():
            length = plan.needle_mm if plan is not None else None
            self.needle.setText("" if length is None else str(length))
        self.needle.setEnabled(plan is not None)
        if reading is None:
            self.reading.setText("")
            self.details.setText("")
        else:
            self.reading.setText("; ".join((*reading.places_words, reading.depth_words)))
            self.details.setText("\n".join(detail_lines(reading)))
        said = [say]
        if reading is not None:
            short = reading.short_words
            said += [reading.banner, f"{short[:1].upper()}{short[1:]}." if short else ""]
            self.show_angles(reading)
        self.warning.setText(" ".join(each for each in said if each))
        self.warning.setVisible(bool(self.warning.text()))

    def show_angles(self, reading: PathReading) -> None:
        """Fill the fields with the angles that the path has."""
        # what is being typed is not overwritten, wherever among its fields the hand is
        typing = (self.in_plane, self.across, self.body, self.along, self.angled)
        if any(each.hasFocus() for each in typing):
            return
        in_plane, body = reading.path.in_plane_degrees, reading.path.cranio_caudal_degrees
        self.in_plane.set_value(round(abs(in_plane)))
        self.across.setCurrentIndex(1 if round(in_plane) < 0 else 0)
        self.body.set_value(round(abs(body)))
        self.along.setCurrentIndex(1 if round(body) < 0 else 0)

    def show_words(self, place: SpinePlace | None, depth_mm: float | None) -> None:
        """Fill the fields with the words of the chosen target."""
        if place is None or self._is_typing:
            return
        self.offset.set_value(round(abs(place.offset_mm)))
        self.side.setCurrentText("LEFT" if place.offset_mm > 0 else "RIGHT")
        self.below.set_value(round(abs(place.below_mm)))
        self.way.setCurrentText("below" if place.below_mm >= 0 else "above")
        self.level.setCurrentIndex(max(0, self.level.findData(place.level)))
        self.deep.setText("" if depth_mm is None else str(round(depth_mm)))

    @property
    def _is_typing(self) -> bool:
        return any(each.hasFocus() for each in (self.offset, self.below, self.deep))

    # --- what is asked

    def _on_position(self, chosen: tuple[object, ...]) -> None:
        position = next((each for each in ProcedurePosition if each in chosen), None)
        if position is not None:
            self._actions.position(position)

    def _on_angle(self) -> None:
        first, second = self.across.currentIndex(), self.along.currentIndex()
        in_plane = self.in_plane.value() * (-1 if first else 1)
        self._actions.angle(float(in_plane), float(self.body.value() * (-1 if second else 1)))

    def _on_needle(self) -> None:
        self._actions.needle(self.needle.value() or None)

    def _on_words(self) -> None:
        side, level = self.side.currentText(), self.level.currentData()
        if (not side and self.offset.value()) or level is None or not self.deep.value():
            self.warning.setText("Say LEFT or RIGHT, the level and the depth.")
            self.warning.show()
            return
        offset = self.offset.value() * (1 if side == Side.LEFT.word else -1)
        below = self.below.value() * (1 if self.way.currentText() == "below" else -1)
        # Qt gives a plain text back
        place = SpinePlace(float(offset), Level(level), float(below))
        self._actions.words(TypedPlace(place, float(self.deep.value())))


def detail_lines(reading: PathReading) -> tuple[str, ...]:
    """What stands below depth and place: angles, what is crossed, distances, needle."""
    miss = reading.path.miss_mm(reading.path.depth_mm)
    crossed = f"on the way: {reading.crossed_words}" if reading.crossed_words else ""
    cone = f"cone: a hand's error of 3.4°, {miss:.0f} mm at the target, not subtracted"
    lines = (
        (reading.angle_words, crossed, reading.tilt_words),
        said_once(reading.hazard_lines),
        ("" if reading.short_words else reading.needle_words, cone, reading.rounding_words),
    )
    return tuple(SEPARATOR.join(filter(None, line)) for line in lines)


class NumberField(QLineEdit):
    """A whole number that is typed; empty is 0, which is "not said"."""

    def __init__(self, name: str, most: int, width: int = 46) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setValidator(QIntValidator(0, most, self))
        self.setFixedWidth(width)

    def value(self) -> int:
        text = self.text()
        return int(text) if text.isdigit() else 0

    def set_value(self, value: int) -> None:
        self.setText(str(value))


def _line(parts: QHBoxLayout) -> QWidget:
    whole = QWidget()
    parts.setContentsMargins(0, 0, 0, 0)
    whole.setLayout(parts)
    return whole


def _box(name: str, words: tuple[str, ...]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.addItems(list(words))
    return made
