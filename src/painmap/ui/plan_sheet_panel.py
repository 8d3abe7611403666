"""The plan sheet over the page: how it will look, print it, save it as PDF."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent, QPixmap
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QLabel, QScrollArea, QWidget

from painmap import __version__
from painmap.domain.edits import record_sheet
from painmap.domain.ids import new_id
from painmap.domain.injection import PlannedSite
from painmap.domain.needle_plan import PrintedSheet
from painmap.domain.visit import Visit, VisitState
from painmap.services.export import ExportError, save_file
from painmap.services.needle_words import PathReading
from painmap.services.plan_sheet import plan_sheet, planned_sites
from painmap.ui.desk import Desk, Tone
from painmap.ui.plan_sheet import Paper, Sheet, page_image, paint_pages, pdf_of
from painmap.ui.saving import in_documents
from painmap.ui.widgets import Chips, button, column, label, row

PREVIEW_PX = 560
Pictures = Callable[[Visit, PlannedSite], QImage | None]


class PlanSheetPanel(QFrame):
    """Shows the sheet of the open visit; Esc puts it away.

    Parameters
    ----------
    reading : callable
        What the path of a site reads; None without one.
    picture : callable
        The axial picture of a site; None where its CT is not open.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        reading: Callable[[PlannedSite], PathReading | None],
        picture: Pictures,
        paper: Paper,
        on_close: Callable[[], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setAccessibleName("Plan sheet")
        self._desk = desk
        self._reading = reading
        self._picture = picture
        self._on_close = on_close
        self.papers = Chips([(each, each.word) for each in Paper], self._on_paper, name="Paper")
        self.papers.set_chosen((paper,))
        self.sheet = self._made()
        self._pages = column(spacing=12)
        inner = QWidget()
        inner.setLayout(self._pages)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        self.print_button = button("Print ...", self.choose_printer, primary=True)
        self.save_button = button("Save as PDF ...", self.choose_file)
        self.close_button = button("Close", on_close, flat=True)
        beside = column(label("Plan sheet", "heading"), self.papers, spacing=12)
        beside.addWidget(self.print_button)
        beside.addWidget(self.save_button)
        beside.addWidget(label("As it stands now. A later change makes it out of date.", wrap=True))
        beside.addStretch(1)
        beside.addWidget(self.close_button)
        box = row(scroll, spacing=20)
        box.setContentsMargins(20, 20, 20, 20)
        box.setStretch(0, 1)
        side = QWidget()
        side.setFixedWidth(210)
        beside.setContentsMargins(0, 0, 0, 0)
        side.setLayout(beside)
        box.addWidget(side)
        self.setLayout(box)
        self._show()

    @property
    def paper(self) -> Paper:
        return next((each for each in Paper if each in self.papers.chosen), Paper.A4)

    def _made(self) -> Sheet:
        open_visit = self._desk.open_visit
        visit = open_visit.visit
        content = plan_sheet(
            open_visit.patient,
            visit,
            self._desk.muscles,
            reading=self._reading,
            now=self._desk.now,
            version=__version__,
        )
        found = {site.id: self._picture(visit, site) for site in planned_sites(visit)}
        return Sheet(content, {key: image for key, image in found.items() if image is not None})

    def _on_paper(self, chosen: tuple[object, ...]) -> None:
        if not chosen:
            self.papers.set_chosen((Paper.A4,))
        self._show()

    def _show(self) -> None:
        while (entry := self._pages.takeAt(0)) is not None:
            if (old := entry.widget()) is not None:
                old.hide()
                old.deleteLater()
        for page in range(self.sheet.content.pages):
            image = page_image(self.sheet, self.paper, page, PREVIEW_PX * 2)
            image.setDevicePixelRatio(2)
            shown = QLabel()
            shown.setPixmap(QPixmap.fromImage(image))
            shown.setFrameShape(QFrame.Shape.Box)
            shown.setAccessibleName(f"page {page + 1} of {self.sheet.content.pages}")
            self._pages.addWidget(shown, 0, Qt.AlignmentFlag.AlignHCenter)
        self._pages.addStretch(1)

    # --- what is done

    def choose_file(self) -> None:
        """Ask where the PDF goes."""
        day = self._desk.open_visit.visit.started.astimezone().date()
        # whose it is stands in it: names of patients do not belong in file names
        wanted = in_documents(f"plan sheet {day.isoformat()}.pdf")
        name, _ = QFileDialog.getSaveFileName(self, "Save plan sheet", wanted, "PDF (*.pdf)")
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the PDF, and remember that this sheet was made."""
        try:
            save_file(path, pdf_of(self.sheet, self.paper))
        except ExportError as error:
            self._desk.show_error(error)
            return
        self._made_it(f"Saved the plan sheet as {path}.")

    def choose_printer(self) -> None:
        """Let the system ask which printer; nothing waits for it."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageSize(self.paper.qt)
        printer.setColorMode(QPrinter.ColorMode.GrayScale)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.print_on(printer))
        QDialog.open(dialog)

    def print_on(self, printer: QPrinter) -> None:
        """Print all pages, and remember that this sheet was made."""
        printer.setFullPage(True)
        if not paint_pages(self.sheet, self.paper, printer):
            self._desk.say(
                "The printer took nothing.",
                hint="Choose another printer, or save the sheet as PDF.",
                tone=Tone.WARNING,
            )
            return
        self._made_it("Printed the plan sheet.")

    def _made_it(self, words: str) -> None:
        content = self.sheet.content
        if self._desk.open_visit.visit.state is VisitState.DRAFT:
            self._desk.apply(record_sheet(PrintedSheet(new_id(), content.plan, content.printed)))
        self._desk.say(words)
        self._on_close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_close()
        else:
            super().keyPressEvent(event)
