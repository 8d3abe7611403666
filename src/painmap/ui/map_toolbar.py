"""The tools of the page Map as buttons: what the hand does, and whose the mark is."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QPushButton, QToolButton, QWidget

from painmap.bodymap.figure import BodyView
from painmap.domain.pain import AuthorLayer
from painmap.ui.theme import Icons, Palette
from painmap.ui.tools.mark_pain import MarkTool
from painmap.ui.widgets import column, label, row

TOOL_KEYS = {
    MarkTool.REGION: "R",
    MarkTool.BRUSH: "B",
    MarkTool.AREA: "A",
    MarkTool.POINT: "P",
    MarkTool.ARROW: "W",
    MarkTool.PAIN_FREE: "F",
    MarkTool.ERASER: "E",
}
HOLD_ERASER = "X"
"""Erases for as long as it is held."""
ROOMY_PX = 620
"""From this height of the figure on, the tools have their names under them."""
ROOMY_HEAD_PX, LEGEND_HEAD_PX, LEAST_HEAD_PX = 660, 480, 256
_ICONS = {
    MarkTool.REGION: "tap",
    MarkTool.BRUSH: "brush",
    MarkTool.AREA: "area",
    MarkTool.POINT: "point",
    MarkTool.ARROW: "arrow",
    MarkTool.PAIN_FREE: "tick",
    MarkTool.ERASER: "eraser",
}
_TIPS = {
    MarkTool.REGION: "Mark a whole region; a second click takes it out again",
    MarkTool.BRUSH: "Draw by hand; [ and ] make the brush narrower and wider",
    MarkTool.AREA: "Draw a line around an area",
    MarkTool.POINT: "Mark one place, as a finger tip shows it",
    MarkTool.ARROW: "Draw from a pain to where it radiates",
    MarkTool.PAIN_FREE: "Say that a region was asked about and has no pain",
    MarkTool.ERASER: f"Take away what you go over; hold {HOLD_ERASER} to erase for a moment",
}
WIDTHS = ((8.0, "Thin"), (18.0, "Medium"), (38.0, "Wide"))
_DISC_PX = {8.0: 5.0, 18.0: 9.0, 38.0: 14.0}
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
        on_width: Callable[[float], None],
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
        self.widths = BrushWidths(on_width, palette)
        box.addWidget(self.widths)
        self.pen = self._made("Pen", lambda: None)
        self.pen.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.pen.setToolTip("What the pressure of a pen does")
        self.pen.setAccessibleName("Pen: what its pressure does")
        box.addWidget(self.pen)
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
        self.widths.setEnabled(tool in (MarkTool.BRUSH, MarkTool.ERASER))

    def fit_into(self, width: int, height: int) -> None:
        """Stand in the lower left corner of a figure of that size."""
        style = (
            Qt.ToolButtonStyle.ToolButtonTextUnderIcon
            if height >= ROOMY_PX
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for made in (*self._tools.values(), self.pen, self.fit):
            made.setToolButtonStyle(style)
            made.setMinimumWidth(70 if height >= ROOMY_PX else 34)
        self.adjustSize()
        self.move(min(8, width - self.width()), height - self.height() - 8)

    def set_colours(self, palette: Palette) -> None:
        """Draw the icons in other colours."""
        self.widths.set_colours(palette)
        for tool, made in self._tools.items():
            made.setIcon(self._icons.icon(_ICONS[tool], palette, 20))
        self.pen.setIcon(self._icons.icon("pen", palette, 20))
        self.fit.setIcon(self._icons.icon("fit", palette, 20))


class BrushWidths(QWidget):
    """Three discs: how wide brush and eraser are."""

    def __init__(self, on_width: Callable[[float], None], palette: Palette) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self.buttons = {width: _Disc(_DISC_PX[width], palette) for width, _ in WIDTHS}
        box = row(spacing=0)
        for width, word in WIDTHS:
            made = self.buttons[width]
            made.setAccessibleName(f"{word} brush")
            made.setToolTip(f"{word} brush and eraser (keys [ and ])")
            made.clicked.connect(lambda _=False, width=width: on_width(width))
            self._group.addButton(made)
            box.addWidget(made)
        self.setLayout(box)

    def show_width(self, width: float) -> None:
        """Check the disc of a width; none for one between them."""
        self._group.setExclusive(False)
        for each, made in self.buttons.items():
            made.setChecked(each == width)
        self._group.setExclusive(True)

    def set_colours(self, palette: Palette) -> None:
        for made in self.buttons.values():
            made.colours = palette
            made.update()


class _Disc(QToolButton):
    def __init__(self, size: float, palette: Palette) -> None:
        super().__init__()
        self._size = size
        self.colours = palette
        self.setCheckable(True)
        self.setFixedSize(20, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        p = self.colours
        ink = p.line if not self.isEnabled() else p.accent if self.isChecked() else p.faint
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink))
        painter.drawEllipse(QRectF(self.rect()).center(), self._size / 2, self._size / 2)
        if self.hasFocus():
            painter.setPen(QPen(QColor(p.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.end()


class FigureHead(QWidget):
    """Above the figure: which view it is, and whose the next marks are."""

    def __init__(self, on_layer: Callable[[AuthorLayer], None]) -> None:
        super().__init__()
        self.legend = QPushButton("Legend")
        self.legend.setProperty("flat", True)
        self.legend.setCheckable(True)
        self.legend.setToolTip("What colours, patterns and letters mean")
        self.view = label(tone="heading")
        self.menu = QMenu(self)
        self.views = QPushButton("Views")
        self.views.setProperty("flat", True)
        self.views.setToolTip("Other views, zooms and figures (F2, F3, F4, F6; F9 shows all)")
        self.views.setAccessibleName("Views, zooms and figures")
        self.views.setMenu(self.menu)
        self._caption = label("Marked by", "muted")
        self._group = QButtonGroup(self)
        self._layers: dict[AuthorLayer, QPushButton] = {}
        box = row(self.view, self.views, self.legend, -1, self._caption, 2, spacing=6)
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

    def show_view(self, view: BodyView, figure: str) -> None:
        """Say which view of which figure is shown."""
        self.view.setText(f"{view.name} view" if view.kind == "whole" else view.name)
        self.view.setToolTip(f"{figure} figure")
        self.view.setAccessibleName(f"{view.name}, {figure.lower()} figure")

    def layer_button(self, layer: AuthorLayer) -> QPushButton:
        return self._layers[layer]

    def show_layer(self, layer: AuthorLayer) -> None:
        self._layers[layer].setChecked(True)

    def fit_into(self, width: int) -> None:
        """Say less where there is less room."""
        self._caption.setVisible(width >= ROOMY_HEAD_PX)
        self.legend.setVisible(width >= LEGEND_HEAD_PX)
