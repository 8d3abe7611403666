"""The grid of the page CT on which views stand, in one layout at a time."""

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QWidget

from painmap.ui.ct_layouts import Layout

GAP_PX = 2


class Arrangement(QGridLayout):
    """Shows the widgets that a layout names, where it says, and hides the others.

    Parameters
    ----------
    widgets : mapping of str to QWidget
        All that may be shown, by the names that layouts use.
    """

    def __init__(self, widgets: Mapping[str, QWidget]) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(GAP_PX)
        self._widgets = widgets
        self.current: Layout | None = None

    def use(self, layout: Layout) -> None:
        """Arrange everything anew."""
        self.current = layout
        while self.count():
            self.takeAt(0)
        for name, widget in self._widgets.items():
            widget.setVisible(name in layout)
        for cell in layout.cells:
            widget = self._widgets[cell.name]
            self.addWidget(widget, cell.row, cell.column, cell.rows, cell.columns)
        for number in range(self.columnCount()):
            self.setColumnStretch(number, _share(layout.columns, number))
        for number in range(self.rowCount()):
            self.setRowStretch(number, _share(layout.rows, number))


def _share(shares: tuple[int, ...], number: int) -> int:
    """A row or column that a former layout had takes no room."""
    return shares[number] if number < len(shares) else 0
