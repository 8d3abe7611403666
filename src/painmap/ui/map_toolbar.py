"""The tools of the page Map as buttons: what the hand does, and whose the mark is."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QToolButton

from painmap.domain.pain import AuthorLayer
from painmap.ui.theme import Icons, Palette
from painmap.ui.tools.mark_pain import MarkTool
from painmap.ui.widgets import label, row

TOOL_KEYS = {MarkTool.REGION: "R", MarkTool.BRUSH: "B", MarkTool.ERASER: "E"}
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


class MapToolbar(QFrame):
    """Tools on the left, the author of new marks in the middle, the view on the right."""

    def __init__(
        self,
        on_tool: Callable[[MarkTool], None],
        on_layer: Callable[[AuthorLayer], None],
        on_fit: Callable[[], None],
        icons: Icons,
        palette: Palette,
    ) -> None:
        super().__init__()
        self._icons = icons
        self._tools: dict[MarkTool, QToolButton] = {}
        self._layers: dict[AuthorLayer, QPushButton] = {}
        self._tool_group, self._layer_group = QButtonGroup(self), QButtonGroup(self)
        box = row(spacing=4)
        for tool in MarkTool:
            made = self._made_tool(tool, on_tool)
            box.addWidget(made)
        box.addSpacing(12)
        caption = label("Marked by", "muted")
        box.addWidget(caption)
        box.addSpacing(4)
        for layer in AuthorLayer:
            box.addWidget(self._made_layer(layer, on_layer))
        box.addStretch(1)
        self.fit = QToolButton()
        self.fit.setToolTip("Show the whole figure (Home)")
        self.fit.setAccessibleName("Show the whole figure")
        self.fit.setIconSize(QSize(18, 18))
        self.fit.clicked.connect(lambda: on_fit())
        box.addWidget(self.fit)
        self.setLayout(box)
        self.set_colours(palette)

    def tool_button(self, tool: MarkTool) -> QToolButton:
        return self._tools[tool]

    def layer_button(self, layer: AuthorLayer) -> QPushButton:
        return self._layers[layer]

    def show_tool(self, tool: MarkTool) -> None:
        self._tools[tool].setChecked(True)

    def show_layer(self, layer: AuthorLayer) -> None:
        self._layers[layer].setChecked(True)

    def set_colours(self, palette: Palette) -> None:
        """Draw the icons in other colours."""
        for tool, made in self._tools.items():
            made.setIcon(self._icons.icon(_ICONS[tool], palette, 18))
        self.fit.setIcon(self._icons.icon("fit", palette, 18))

    def _made_tool(self, tool: MarkTool, on_tool: Callable[[MarkTool], None]) -> QToolButton:
        made = QToolButton()
        made.setText(f"{tool.value}  {TOOL_KEYS[tool]}")
        made.setToolTip(f"{_TIPS[tool]} (key {TOOL_KEYS[tool]})")
        made.setAccessibleName(f"Tool {tool.value}, key {TOOL_KEYS[tool]}")
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setIconSize(QSize(18, 18))
        made.setCheckable(True)
        made.clicked.connect(lambda: on_tool(tool))
        self._tool_group.addButton(made)
        self._tools[tool] = made
        return made

    def _made_layer(
        self, layer: AuthorLayer, on_layer: Callable[[AuthorLayer], None]
    ) -> QPushButton:
        made = QPushButton(_LAYER_WORDS[layer])
        made.setProperty("chip", True)
        made.setCheckable(True)
        made.setToolTip(_LAYER_TIPS[layer])
        made.setAccessibleName(f"Marked by: {_LAYER_WORDS[layer]}")
        made.clicked.connect(lambda: on_layer(layer))
        self._layer_group.addButton(made)
        self._layers[layer] = made
        return made
