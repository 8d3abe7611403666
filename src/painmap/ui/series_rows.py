"""The list of series: a small picture beside what is said of each."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from painmap.services.studies import StudyOnDisk
from painmap.ui.theme import CT, font

ROW_PX, HEADING_PX = 84, 36
PICTURE_PX = 68
GAP_PX = 12
TEXT_PX, SMALL_PX = 14, 12
LEADING_PX = 5

ENTRY_ROLE = Qt.ItemDataRole.UserRole
"""(StudyOnDisk, Stack) of a line; None on a heading."""
LINES_ROLE = Qt.ItemDataRole.UserRole + 1
"""Name, what it is made of, warnings, why it is offered first."""
PICTURE_ROLE = Qt.ItemDataRole.UserRole + 2

_Index = QModelIndex | QPersistentModelIndex


class SeriesRow(QStyledItemDelegate):
    """Paints a line; the words are those of the item, so that they can be read aloud."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, ROW_PX if index.data(ENTRY_ROLE) is not None else HEADING_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        lines = index.data(LINES_ROLE)
        if lines is None:
            super().paint(painter, option, index)
            return
        painter.save()
        style = QApplication.style()
        style.drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        box = option.rect.adjusted(8, (ROW_PX - PICTURE_PX) // 2, -12, 0)
        frame = QRect(box.left(), box.top(), PICTURE_PX, PICTURE_PX)
        _paint_picture(painter, frame, index.data(PICTURE_ROLE))
        left = frame.right() + GAP_PX
        room = QRect(left, box.top(), box.right() - left, PICTURE_PX)
        _paint_lines(painter, room, lines, option.palette)
        painter.restore()


def _paint_picture(painter: QPainter, frame: QRect, picture: QPixmap | None) -> None:
    painter.fillRect(frame, QColor(CT.ground))
    if picture is not None:
        size = picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(frame.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, picture)
    painter.setPen(QPen(QColor(CT.frame), 1))
    painter.drawRect(QRectF(frame).adjusted(0, 0, -1, -1))


def _paint_lines(
    painter: QPainter,
    room: QRect,
    lines: tuple[str, str, str, str],
    palette: QPalette,
) -> None:
    name, made, warnings, why = lines
    text = palette.color(QPalette.ColorRole.Text)
    muted = QColor(text)
    muted.setAlphaF(0.72)
    accent = palette.color(QPalette.ColorRole.Highlight)
    top = room.top() + (1 if why or warnings else 13)
    top = _paint_line(painter, room, top, ((name, text, True),), TEXT_PX)
    top = _paint_line(painter, room, top, ((made, muted, False),), SMALL_PX)
    _paint_line(painter, room, top, ((why, accent, True), (warnings, text, False)), SMALL_PX)


def _paint_line(
    painter: QPainter, room: QRect, top: int, parts: tuple[tuple[str, QColor, bool], ...], px: int
) -> int:
    """Write words one after the other, cut where the room ends; gives the next line's top."""
    left, height = room.left(), 0
    for words, colour, strong in parts:
        painter.setFont(font(px, strong=strong))
        painter.setPen(colour)
        metrics = QFontMetrics(painter.font())
        height = max(height, metrics.height())
        space = QRect(left, top, max(0, room.right() - left), metrics.height())
        cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)
        left += metrics.horizontalAdvance(cut) + (GAP_PX if words else 0)
    return top + height + LEADING_PX


class SeriesList(QListWidget):
    """Arrows choose, Enter and a double click open, letters go to the filter."""

    opened = Signal()
    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Series found")
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(SeriesRow(self))
        self.itemDoubleClicked.connect(self._on_double_click)

    def _on_double_click(self, item: QListWidgetItem) -> None:
        if item.data(ENTRY_ROLE) is not None:
            self.opened.emit()

    def add_heading(self, words: str) -> None:
        """A line that is not to be chosen, and not greyed out either."""
        heading = QListWidgetItem(words)
        heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
        heading.setFont(font(strong=True))
        self.addItem(heading)

    def add_stack(
        self, study: StudyOnDisk, stack: object, words: str, lines: tuple[str, str, str, str]
    ) -> QListWidgetItem:
        """A line for one stack."""
        entry = QListWidgetItem(words)
        entry.setData(ENTRY_ROLE, (study, stack))
        entry.setData(LINES_ROLE, lines)
        self.addItem(entry)
        return entry

    def is_seen(self, item: QListWidgetItem) -> bool:
        """Whether a line is scrolled into view."""
        return self.visualItemRect(item).intersects(self.viewport().rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.text().strip() and event.text().isprintable():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)
