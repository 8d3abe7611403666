"""The strip 0 to 10: each chip in the colour that its intensity has on the figure."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from painmap.ui import theme
from painmap.ui.body_look import ink_on
from painmap.ui.theme import Palette
from painmap.ui.widgets import row

CHIP_PX = 34
LEAST_CHIP_PX = 22
LOW_PX, LEAST_LOW_PX = 28, 13
"""The strips of the worst and the least intensity are lower and narrower."""


class IntensityChip(QPushButton):
    """One number of the strip."""

    def __init__(self, value: int, palette: Palette, what: str = "") -> None:
        super().__init__(str(value))
        self.value = value
        self.colours = palette
        self._low = bool(what)
        self.setCheckable(True)
        self.setMinimumWidth(LEAST_LOW_PX if what else LEAST_CHIP_PX)
        self.setAccessibleName(f"{what} intensity {value} of 10".strip().capitalize())
        keys = "" if what else f" (key {value})" if value < 10 else " (keys 1 0)"
        self.setToolTip(f"{value} of 10{keys}")

    def sizeHint(self) -> QSize:
        return QSize(LOW_PX, LOW_PX) if self._low else QSize(CHIP_PX, CHIP_PX)

    def minimumSizeHint(self) -> QSize:
        least = QSize(LEAST_LOW_PX, LOW_PX)
        return least if self._low else QSize(LEAST_CHIP_PX, CHIP_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        fill = self.colours.pain[self.value]
        chosen = self.isChecked()
        if chosen:
            painter.setPen(QPen(QColor(self.colours.accent), 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 8, 8)
        elif self.hasFocus() or self.underMouse():
            painter.setPen(QPen(QColor(self.colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        inner = 1.5 if self._low else 2.5
        painter.drawRoundedRect(box.adjusted(inner, inner, -inner, -inner), 5, 5)
        painter.setPen(ink_on(fill))
        size = 14 if chosen else 13
        roomy = self.width() >= CHIP_PX - 6 and not self._low
        painter.setFont(theme.font(size if roomy else 11, strong=chosen))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class IntensityStrip(QWidget):
    """0 to 10, at most one of them chosen; none chosen means not asked."""

    def __init__(
        self, on_choice: Callable[[int | None], None], palette: Palette, *, what: str = ""
    ) -> None:
        super().__init__()
        self._on_choice = on_choice
        self.chips = tuple(IntensityChip(value, palette, what) for value in range(11))
        box = row(spacing=0)
        for chip in self.chips:
            chip.clicked.connect(lambda checked, chip=chip: self._clicked(chip, checked))
            box.addWidget(chip, 1)
        self.setLayout(box)
        self.setAccessibleName(f"Pain intensity {what}".strip() + ", 0 to 10")

    def show_value(self, value: int | None) -> None:
        """Show what is recorded, without telling anybody."""
        for chip in self.chips:
            chip.setChecked(chip.value == value)

    def set_colours(self, palette: Palette) -> None:
        for chip in self.chips:
            chip.colours = palette
            chip.update()

    def _clicked(self, chip: IntensityChip, checked: bool) -> None:
        value = chip.value if checked else None
        self.show_value(value)
        self._on_choice(value)
