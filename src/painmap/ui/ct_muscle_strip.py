"""Beside the hint of the page CT: filling between slices, the list of muscles, the brush."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QToolButton, QWidget

from painmap.imaging.mask_edit import Gate
from painmap.ui.ct_brush import GATES
from painmap.ui.ct_tool_strip import SPEC, TOOLS, ToolName, ToolSpec
from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import button, label, row

HEIGHT_PX = 36

SHARED = {spec.under for spec in TOOLS if spec.under is not None}
"""Places on the strip that several tools share."""


class MuscleStrip(QWidget):
    """Buttons that belong to muscles; the brush's size and gate while it is the tool.

    Tools that share a place on the strip stand there while one of them is the tool.
    """

    way_wanted = Signal(object)
    """ToolName of another one of them."""

    def __init__(
        self,
        *,
        on_fill: Callable[[], object],
        on_list: Callable[[], object],
        on_gate: Callable[[Gate | None], object],
        on_size: Callable[[int], object],
        on_ball: Callable[[bool], object],
    ) -> None:
        super().__init__()
        self.fill = _quiet("Fill", on_fill)
        self.fill.setAccessibleName("Fill between slices")
        self.fill.setToolTip("Fill the muscle between the contours drawn of it (F)")
        self.list = _quiet("Muscles", on_list)
        self.list.setCheckable(True)
        self.list.setToolTip("List the muscles on this CT (L)")
        self.gate = QComboBox()
        self.gate.addItems(list(GATES))
        self.gate.setToolTip(
            "What the brush takes: all, muscle (-29 to 150 HU), or fat (-190 to -30 HU)"
        )
        self.gate.setAccessibleName("What the brush takes")
        self.gate.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.gate.currentTextChanged.connect(lambda words: on_gate(GATES[words]))
        self.smaller = _quiet("\N{MINUS SIGN}", lambda: on_size(-1))
        self.smaller.setAccessibleName("Smaller brush")
        self.smaller.setToolTip("Smaller brush ([)")
        self.larger = _quiet("+", lambda: on_size(1))
        self.larger.setAccessibleName("Larger brush")
        self.larger.setToolTip("Larger brush (])")
        self.diameter = label("", "muted")
        self.ball = _pictured("Ball: paints the slices beside this one too")
        self.ball.toggled.connect(on_ball)
        self._brush = QWidget()
        self._brush.setLayout(
            row(self.gate, self.smaller, self.diameter, self.larger, self.ball, spacing=2)
        )
        self._brush.hide()
        self.ways = {spec.name: self._way(spec) for spec in TOOLS if _place(spec) in SHARED}
        self._ways = QWidget()
        self._ways.setLayout(row(*self.ways.values(), spacing=2))
        self._ways.hide()
        self.setLayout(row(self._ways, self._brush, self.fill, self.list, spacing=4))
        # pictures must not move under the hand when the brush is taken up
        self.setFixedHeight(HEIGHT_PX)

    def _way(self, spec: ToolSpec) -> QToolButton:
        """A picture alone: the hint beside it needs the room."""
        words = "Vertices" if spec.name is ToolName.OUTLINE else spec.word
        made = _pictured(f"{words} ({spec.key})\n{spec.hint}")
        made.setAccessibleName(f"{words}, key {spec.key}")
        made.clicked.connect(lambda: self.way_wanted.emit(spec.name))
        return made

    def set_colours(self, icons: Icons, palette: Palette) -> None:
        for name, made in self.ways.items():
            made.setIcon(icons.icon(name.value, palette, 18))
        self.ball.setIcon(icons.icon("ball", palette, 18))

    def show_ways(self, chosen: ToolName) -> None:
        """Show the tools that share a place on the strip while one of them is the tool."""
        self._ways.setVisible(chosen in self.ways)
        for name, made in self.ways.items():
            made.setVisible(_place(SPEC[name]) is _place(SPEC[chosen]))
            made.setChecked(name is chosen)

    def show_painting(self, *, paints: bool) -> None:
        """Show what only the brush that paints has: its gate, its ball."""
        self.gate.setVisible(paints)
        self.ball.setVisible(paints)

    def show_brush(self, size_mm: int | None) -> None:
        """Show the size of the brush; None: another tool is chosen."""
        self._brush.setVisible(size_mm is not None)
        if size_mm is not None:
            self.diameter.setText(f"{size_mm} mm")


def _place(spec: ToolSpec) -> ToolName:
    """Whose place on the strip a tool has."""
    return spec.under or spec.name


def _quiet(words: str, act: Callable[[], object]) -> QPushButton:
    """A button that leaves the keys with the pictures."""
    made = button(words, act, flat=True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def _pictured(words: str) -> QToolButton:
    """A picture that is switched on and off; what it does stands in its tip."""
    made = QToolButton()
    made.setCheckable(True)
    made.setIconSize(QSize(18, 18))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(words)
    made.setAccessibleName(words)
    return made
