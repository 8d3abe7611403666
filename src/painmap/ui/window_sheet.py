"""The plan sheet over the page that is shown."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from painmap.ui.ct_page import CtPage
from painmap.ui.desk import Desk
from painmap.ui.plan_sheet import Paper
from painmap.ui.plan_sheet_panel import PlanSheetPanel
from painmap.ui.plan_sheet_picture import site_picture

MARGIN_PX = 16


class SheetOverlay:
    """Shows the plan sheet of the open visit, and remembers the paper.

    Parameters
    ----------
    over : QWidget
        What it covers, but for a margin.
    window : QWidget
        Holds it.
    """

    def __init__(self, desk: Desk, ct: CtPage, over: QWidget, window: QWidget) -> None:
        self._desk = desk
        self._ct = ct
        self._over = over
        self._window = window
        self._paper = Paper.A4
        self.panel: PlanSheetPanel | None = None

    def show(self) -> None:
        self.close()
        ct = self._ct
        self.panel = PlanSheetPanel(
            self._desk,
            reading=ct.annotator.needle.reader.reading_of_site,
            picture=lambda visit, site: site_picture(ct.session.opened, visit, site),
            paper=self._paper,
            on_close=self.close,
            parent=self._window,
        )
        corner = self._over.mapTo(self._window, QPoint(0, 0))
        whole = QRect(corner, self._over.size())
        self.panel.setGeometry(whole.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX))
        self.panel.show()
        self.panel.raise_()
        self.panel.setFocus()

    def close(self) -> None:
        if self.panel is not None:
            self._paper = self.panel.paper
            self.panel.hide()
            self.panel.deleteLater()
            self.panel = None
