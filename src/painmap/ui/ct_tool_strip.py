"""The tools of the page CT, one key each."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton

from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import column


class ToolName(StrEnum):
    WINDOW = "window"
    MIDLINE = "midline"
    TARGET = "target"
    ENTRY = "entry"
    HAZARD = "hazard"
    OUTLINE = "outline"
    FREEHAND = "freehand"
    ELLIPSE = "ellipse"
    LIVEWIRE = "livewire"
    BRUSH = "brush"
    GROW = "grow"
    MEASURE = "measure"
    PAN = "pan"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """How a tool is called, reached and explained.

    Parameters
    ----------
    annotates : bool
        It records something; off while a study is only looked at.
    under : ToolName or None
        The tool whose place on the strip it takes while it is active: another way to do the
        same.
    """

    name: ToolName
    word: str
    key: str
    hint: str
    annotates: bool = False
    under: ToolName | None = None


TOOLS = (
    ToolSpec(
        ToolName.WINDOW,
        "Window",
        "W",
        "Drag: window, level. Click: crosshair; its rings turn a plane.",
    ),
    ToolSpec(
        ToolName.MIDLINE,
        "Spine",
        "M",
        "Click a spinous process or vertebral body; name its level.",
        annotates=True,
    ),
    ToolSpec(
        ToolName.TARGET,
        "Target",
        "T",
        "Click the target in the muscle. Drag a target to move it.",
        annotates=True,
    ),
    ToolSpec(
        ToolName.ENTRY,
        "Entry",
        "E",
        "Choose a target, then straight up, an angle, or the skin.",
        annotates=True,
    ),
    ToolSpec(
        ToolName.HAZARD,
        "Hazard",
        "N",
        "Mark a nerve, vessel, pleura or kidney to keep away from.",
        annotates=True,
    ),
    ToolSpec(
        ToolName.OUTLINE,
        "Outline",
        "O",
        "Click vertices; Return or the first closes.",
        annotates=True,
    ),
    ToolSpec(
        ToolName.FREEHAND,
        "Freehand",
        "H",
        "Go around the muscle in one stroke.",
        annotates=True,
        under=ToolName.OUTLINE,
    ),
    ToolSpec(
        ToolName.ELLIPSE,
        "Ellipse",
        "I",
        "Drag from corner to corner.",
        annotates=True,
        under=ToolName.OUTLINE,
    ),
    ToolSpec(
        ToolName.LIVEWIRE,
        "Livewire",
        "V",
        "Click along the border; Return closes.",
        annotates=True,
        under=ToolName.OUTLINE,
    ),
    ToolSpec(
        ToolName.BRUSH,
        "Brush",
        "B",
        "Shift erases.",
        annotates=True,
    ),
    ToolSpec(
        ToolName.GROW,
        "Grow",
        "J",
        "A stroke grows; Shift: not this.",
        annotates=True,
        under=ToolName.BRUSH,
    ),
    ToolSpec(
        ToolName.MEASURE,
        "Measure",
        "D",
        "Drag a distance; or click points and press Return.",
    ),
    ToolSpec(ToolName.PAN, "Pan", "P", "Drag the picture. Space does so with every tool."),
)
SPEC = {spec.name: spec for spec in TOOLS}


WORDS_PX = 49
"""A tool with its word under its picture needs this height."""


class ToolStrip(QFrame):
    """Buttons for the tools; exactly one is chosen."""

    def __init__(self, icons: Icons, palette: Palette, chosen: Callable[[ToolName], None]) -> None:
        super().__init__()
        self.setObjectName("ctTools")
        self._icons = icons
        self._palette = palette
        self.buttons: dict[ToolName, QToolButton] = {}
        """By the tool that stands first in its place."""
        self._held: dict[ToolName, ToolName] = {}
        """The tool that stands in each place: the one of its kind that was used last."""
        group = QButtonGroup(self)
        group.setExclusive(True)
        box = column(spacing=2)
        box.setContentsMargins(4, 4, 4, 4)
        for spec in TOOLS:
            if spec.under is not None:
                continue
            button = QToolButton()
            button.setText(spec.word)
            button.setCheckable(True)
            button.setProperty("ctTool", True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIconSize(QSize(20, 20))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, name=spec.name: chosen(self._held[name]))
            group.addButton(button)
            box.addWidget(button)
            self.buttons[spec.name] = button
            self._held[spec.name] = spec.name
            self._say(spec.name, spec.hint)
        box.addStretch(1)
        self.setLayout(box)
        self.setFixedWidth(68)
        self.set_colours(palette)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the words of all tools have no room, the pictures stand alone, none is cut."""
        super().resizeEvent(event)
        room = event.size().height() / len(self.buttons)
        words = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        style = words if room >= WORDS_PX else Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self.buttons.values():
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)

    def set_colours(self, palette: Palette) -> None:
        self._palette = palette
        for name, button in self.buttons.items():
            button.setIcon(self._icons.icon(self._held[name].value, palette, 20))

    def show_chosen(self, name: ToolName) -> None:
        """Show which tool is active; another of its kind comes into its place."""
        place = SPEC[name].under or name
        self._held[place] = name
        button = self.buttons[place]
        button.setText(SPEC[name].word)
        button.setIcon(self._icons.icon(name.value, self._palette, 20))
        self._say(name, SPEC[name].hint)
        button.setChecked(True)

    def _say(self, name: ToolName, hint: str) -> None:
        spec = SPEC[name]
        button = self.buttons[spec.under or name]
        button.setToolTip(f"{spec.word} ({spec.key})\n{hint}")
        button.setAccessibleName(f"{spec.word}, key {spec.key}")

    def allow_annotating(self, allowed: bool, why_not: str = "") -> None:
        """Switch the tools that record something on or off."""
        for place, held in self._held.items():
            if SPEC[place].annotates:
                self.buttons[place].setEnabled(allowed)
                self._say(held, SPEC[held].hint if allowed else why_not)
