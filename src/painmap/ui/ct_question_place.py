"""A question over the foot of the pictures, so that nothing moves under the hand."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget

MARGIN_PX = 16


class QuestionPlace(QObject):
    """Keeps one question at the foot of `above`, also when that moves or grows.

    Parameters
    ----------
    on : QWidget
        The page that it is put on.
    above : QWidget
        A child of the page; its lower edge is the foot.
    large : callable
        Gives the picture within `above` over which there is room; the others stay free.
    back : callable
        Gives the keys to the pictures when a question that had them ends.
    """

    def __init__(
        self,
        on: QWidget,
        above: QWidget,
        large: Callable[[], QWidget],
        back: Callable[[], object],
    ) -> None:
        super().__init__(on)
        self._on = on
        self._above = above
        self._large = large
        self._back = back
        self._panel: QWidget | None = None
        for each in (on, above):
            each.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self.arrange()
        return super().eventFilter(watched, event)

    def put(self, panel: QWidget | None) -> None:
        """Show a question, or take it away (None)."""
        if self._panel is not None:
            if self._panel.isAncestorOf(QApplication.focusWidget() or self._on):
                # else the keys would go to whatever comes next in the window
                self._back()
            self._panel.hide()
            self._panel.deleteLater()
        self._panel = panel
        if panel is not None:
            panel.setParent(self._on)
            panel.show()
            self.arrange()

    def arrange(self) -> None:
        """Put it where it belongs, after the page has another size."""
        panel = self._panel
        if panel is None:
            return
        place = self._place(panel)
        width = place.width() - 2 * MARGIN_PX
        layout = panel.layout()
        height = panel.sizeHint().height()
        if layout is not None and layout.hasHeightForWidth():
            height = max(panel.minimumSizeHint().height(), layout.heightForWidth(width))
        foot = place.bottom() - MARGIN_PX
        panel.setGeometry(place.left() + MARGIN_PX, foot - height, width, height)
        panel.raise_()

    def _place(self, panel: QWidget) -> QRect:
        """The large picture, where all answers have room over it; else all pictures."""
        whole, large = self._above.geometry(), self._large()
        if not large.isVisible() or large.width() < panel.minimumSizeHint().width() + 2 * MARGIN_PX:
            return whole
        corner = large.mapTo(self._on, QPoint(0, 0))
        return QRect(corner, large.size())
