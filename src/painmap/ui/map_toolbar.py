"""The tools of the page Map as buttons: what the hand does, and whose the mark is."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QToolButton, QWidget

from painmap.domain.pain import AuthorLayer
from painmap.ui.theme import Icons, Palette
from painmap.ui.tools.mark_pain import MarkTool
from painmap.ui.widgets import column, label, row

TOOL_KEYS = {MarkTool.REGION: "R", MarkTool.BRUSH: "B", MarkTool.ERASER: "E"}
ROOMY_PX = 560
"""From this height of the figure on, the tools have their names under them."""
ROOMY_HEAD_PX, LEAST_HEAD_PX = 380, 256
_ICONS = {MarkTool.REGION: "tap", MarkTool.BRUSH: "brush", MarkTool.ERASER: "eraser"}
_TIPS = {
    MarkTool.REGION: "Mark a whole region; a second click takes it out again",
    MarkTool.BRUSH: "Draw by hand",
    MarkTool.ERASER: "Take a whole mark away",
}
_LAYER_WORDS = {AuthorLayer.PATIENT: "Patient", AuthorLayer.DOCTOR: "Doctor"}
_LAYER_TIPS = {
    AuthorLayer.PATIENT: "The next mark is where the patient points to",
    AuthorLayer.DOCTOR: "The next mark is what the doctor finds",
}


class ToolStrip(QFrame):
    """Region, brush, eraser, and the whole figure again, one above the other."""

    def __init__(
        self,
        on_tool: Callable[[MarkTool], None],
        on_fit: Callable[[], None],
        icons: Icons,
        palette: Palette,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._icons = icons
        self._group = QButtonGroup(self)
        self._tools: dict[MarkTool, QToolButton] = {}
        box = column(margins=4, spacing=2)
        for tool in MarkTool:
            made = self._made(f"{tool.value} {TOOL_KEYS[tool]}", partial(on_tool, tool))
            made.setToolTip(f"{_TIPS[tool]} (key {TOOL_KEYS[tool]})")
            made.setAccessibleName(f"Tool {tool.value}, key {TOOL_KEYS[tool]}")
            made.setCheckable(True)
            self._group.addButton(made)
            self._tools[tool] = made
            box.addWidget(made)
        self.fit = self._made("Whole", on_fit)
        self.fit.setToolTip("Show the whole figure (key Home)")
        self.fit.setAccessibleName("Show the whole figure")
        box.addWidget(self.fit)
        self.setLayout(box)
        self.set_colours(palette)

    def _made(self, text: str, on_click: Callable[[], None]) -> QToolButton:
        made = QToolButton()
        made.setText(text)
        made.setProperty("tool", True)
        made.setIconSize(QSize(20, 20))
        made.clicked.connect(lambda: on_click())
        return made

    def button(self, tool: MarkTool) -> QToolButton:
        return self._tools[tool]

    def show_tool(self, tool: MarkTool) -> None:
        self._tools[tool].setChecked(True)

    def fit_into(self, width: int, height: int) -> None:
        """Stand in the lower left corner of a figure of that size."""
        style = (
            Qt.ToolButtonStyle.ToolButtonTextUnderIcon
            if height >= ROOMY_PX
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for made in (*self._tools.values(), self.fit):
            made.setToolButtonStyle(style)
            made.setMinimumWidth(60 if height >= ROOMY_PX else 34)
        self.adjustSize()
        self.move(min(8, width - self.width()), height - self.height() - 8)

    def set_colours(self, palette: Palette) -> None:
        """Draw the icons in other colours."""
        for tool, made in self._tools.items():
            made.setIcon(self._icons.icon(_ICONS[tool], palette, 20))
        self.fit.setIcon(self._icons.icon("fit", palette, 20))


class FigureHead(QWidget):
    """Above the figure: which view it is, and whose the next marks are."""

    def __init__(self, on_layer: Callable[[AuthorLayer], None]) -> None:
        super().__init__()
        self.view = label(tone="heading")
        self._caption = label("Marked by", "muted")
        self._group = QButtonGroup(self)
        self._layers: dict[AuthorLayer, QPushButton] = {}
        box = row(self.view, -1, self._caption, 2, spacing=6)
        for layer in AuthorLayer:
            made = QPushButton(_LAYER_WORDS[layer])
            made.setProperty("chip", True)
            made.setProperty("tight", True)
            made.setMinimumWidth(70)
            made.setCheckable(True)
            made.setToolTip(_LAYER_TIPS[layer])
            made.setAccessibleName(f"Marked by: {_LAYER_WORDS[layer]}")
            made.clicked.connect(lambda _=False, layer=layer: on_layer(layer))
            self._group.addButton(made)
            self._layers[layer] = made
            box.addWidget(made)
        box.setContentsMargins(14, 10, 12, 0)
        self.setLayout(box)
        self.setMinimumWidth(LEAST_HEAD_PX)

    def layer_button(self, layer: AuthorLayer) -> QPushButton:
        return self._layers[layer]

    def show_layer(self, layer: AuthorLayer) -> None:
        self._layers[layer].setChecked(True)

    def fit_into(self, width: int) -> None:
        """Say less where there is less room."""
        self._caption.setVisible(width >= ROOMY_HEAD_PX)
