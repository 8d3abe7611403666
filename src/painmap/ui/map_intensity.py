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


class IntensityChip(QPushButton):
    """One number of the strip."""

    def __init__(self, value: int, palette: Palette) -> None:
        super().__init__(str(value))
        self.value = value
        self.colours = palette
        self.setCheckable(True)
        self.setMinimumWidth(LEAST_CHIP_PX)
        self.setAccessibleName(f"Intensity {value} of 10")
        self.setToolTip(f"{value} of 10 (key {value})" if value < 10 else "10 of 10 (keys 1 0)")

    def sizeHint(self) -> QSize:
        return QSize(CHIP_PX, CHIP_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_CHIP_PX, CHIP_PX)

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
        painter.drawRoundedRect(box.adjusted(2.5, 2.5, -2.5, -2.5), 5, 5)
        painter.setPen(ink_on(fill))
        size = 14 if chosen else 13
        painter.setFont(theme.font(size if self.width() >= CHIP_PX - 6 else 11, strong=chosen))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class IntensityStrip(QWidget):
    """0 to 10, at most one of them chosen; none chosen means not asked."""

    def __init__(self, on_choice: Callable[[int | None], None], palette: Palette) -> None:
        super().__init__()
        self._on_choice = on_choice
        self.chips = tuple(IntensityChip(value, palette) for value in range(11))
        box = row(spacing=0)
        for chip in self.chips:
            chip.clicked.connect(lambda checked, chip=chip: self._clicked(chip, checked))
            box.addWidget(chip, 1)
        self.setLayout(box)
        self.setAccessibleName("Pain intensity, 0 to 10")

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
