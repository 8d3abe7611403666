"""The window: it arranges patient line, steps, page, sentences and status line; no state."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from painmap.domain.edits import Page
from painmap.imaging.sources import Source
from painmap.ui.actions import Actions
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.desk import Desk, Message, PlaceWanted
from painmap.ui.intensity_keys import IntensityKeys
from painmap.ui.patient_bar import PatientBar
from painmap.ui.plan_sheet_panel import PlanSheetPanel
from painmap.ui.sentence_list import SentenceList
from painmap.ui.status_line import MessageStrip, StatusLine
from painmap.ui.step_rail import StepRail
from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import column, row
from painmap.ui.window_doors import WindowDoors
from painmap.ui.window_menus import Commands, window_actions
from painmap.ui.window_pages import Pages
from painmap.ui.window_place import PlaceKeeper
from painmap.ui.window_questions import WindowQuestions
from painmap.ui.window_sheet import SheetOverlay

__all__ = ["MainWindow", "Pages"]


class MainWindow(QMainWindow):
    """The frame around the pages of a visit."""

    mode_wanted = Signal(object)
    """Mode: light or dark."""

    def __init__(
        self,
        desk: Desk,
        pages: Pages,
        icons: Icons,
        palette: Palette,
        *,
        user: str,
    ) -> None:
        super().__init__()
        self.desk = desk
        self.pages = pages
        self._by_step = pages.by_step
        self._palette = palette
        self.setWindowTitle("painmap")
        self.resize(1440, 900)
        self.setMinimumSize(1180, 700)
        self.setAcceptDrops(True)
        self.patient_bar = PatientBar(desk)
        self.sentences = SentenceList(desk)
        self.sentences.path_words = pages.ct.annotator.needle.reader.words_of
        pages.ct.session.on_change(self.sentences.refresh)
        self.status = StatusLine(user, desk.clinic.database_place)
        self._stack = QStackedWidget()
        self.rail = StepRail(icons, palette, self.show_page)
        self.setCentralWidget(self._arranged())
        self.messages = MessageStrip(self)
        self.doors = WindowDoors(desk, pages, self.show_page, self)
        self.actions_ = Actions(
            window_actions(self._commands(), self.doors, pages.finish), self.menuBar(), self
        )
        self.digits = IntensityKeys(desk)
        self._places = PlaceKeeper(desk, pages, lambda: self.current_page, self.show_page, self)
        self._questions = WindowQuestions(desk, self)
        self._sheet = SheetOverlay(desk, pages.ct, self._stack, self)
        self._connect()
        self.show_page(Page.TODAY)
        self._on_visit_state()

    # --- arrangement

    def _arranged(self) -> QWidget:
        for page in Page:
            self._stack.addWidget(self._by_step[page])
        middle = QWidget()
        middle.setLayout(row(self.rail, self._stack, self.sentences, spacing=0))
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        whole = QWidget()
        whole.setObjectName("page")
        whole.setLayout(column(self.patient_bar, middle, self.status, spacing=0))
        return whole

    @property
    def colours(self) -> Palette:
        """The colours of the day."""
        return self._palette

    def set_colours(self, palette: Palette) -> None:
        self._palette = palette
        self.rail.set_colours(palette)
        for page in self._by_step.values():
            page.set_colours(palette)

    def _commands(self) -> Commands:
        return Commands(
            show_page=self.show_page,
            show_sheet=self.show_sheet,
            undo=self._undo,
            redo=self._redo,
            use_mode=self.mode_wanted.emit,
            quit=self.close,
        )

    def _connect(self) -> None:
        self.desk.opened.connect(self._places.on_opened)
        self.desk.closing.connect(self._on_closing)
        self.desk.closed.connect(self._on_visit_state)
        self.desk.changed.connect(lambda _: self._on_visit_state())
        self.desk.changed.connect(lambda _: self.messages.outlive())
        self.desk.said.connect(self._on_said)
        self.desk.task.connect(self.status.show_task)
        self.desk.place_wanted.connect(self._on_place_wanted)
        self.desk.sheet_wanted.connect(self.show_sheet)
        self.actions_.menus["File"].aboutToShow.connect(self.doors.list_recent)
        self.actions_.menus["File"].insertMenu(self.actions_["export"], self.doors.recent)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    # --- pages

    @property
    def current_page(self) -> Page:
        return next(
            page for page, widget in self._by_step.items() if widget is self._stack.currentWidget()
        )

    def show_page(self, page: Page) -> None:
        """Show `page`; the pages of a visit need an open one."""
        if page is not Page.TODAY and not self.desk.is_open:
            page = Page.TODAY
        self._by_step[self.current_page].hand_in()
        self._sheet.close()
        self._stack.setCurrentWidget(self._by_step[page])
        self.rail.show_chosen(page)
        self.patient_bar.show_elsewhere(page is Page.TODAY and self.desk.is_open)
        self.sentences.setVisible(page not in (Page.TODAY, Page.FINISH))
        self._by_step[page].setFocus()

    def _undo(self) -> None:
        """Take back the last step, which is what is being typed when something is."""
        self._by_step[self.current_page].hand_in()
        self.desk.undo()

    def _redo(self) -> None:
        self._by_step[self.current_page].hand_in()
        self.desk.redo()

    def _on_closing(self) -> None:
        for page in self._by_step.values():
            page.hand_in()
        self._places.stop()
        self._sheet.close()
        self._places.remember()

    def _on_visit_state(self) -> None:
        is_open = self.desk.is_open
        self.rail.set_visit_open(is_open)
        self.actions_.set_visit_open(is_open)
        for name, label in (("undo", "undo_label"), ("redo", "redo_label")):
            text = getattr(self.desk.open_visit, label) if is_open else None
            self.actions_[name].setText(
                f"{name.capitalize()} {text}" if text else name.capitalize()
            )
            self.actions_[name].setEnabled(bool(text))
        if not is_open:
            self._places.stop()
            self.show_page(Page.TODAY)

    def _on_place_wanted(self, wanted: PlaceWanted) -> None:
        self.show_page(wanted.page)
        self._by_step[wanted.page].show_items(wanted.item_ids)

    # --- files

    def open_folder(self, path: Path) -> None:
        """Open a DICOM folder on the page CT."""
        self.doors.open_folder(path)

    @property
    def sheet(self) -> PlanSheetPanel | None:
        """The plan sheet, while it is shown."""
        return self._sheet.panel

    def show_sheet(self) -> None:
        """Show the plan sheet of the open visit over the page."""
        if self.desk.is_open:
            self._by_step[self.current_page].hand_in()
            self._sheet.show()

    # --- events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.desk.is_open and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.doors.open_source(Source.of(*paths))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if watched is not self.windowHandle() and watched is not QApplication.focusWidget():
            return False
        if (
            isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QAbstractSpinBox)
            or QApplication.activePopupWidget()
        ):
            return False
        if watched is self.windowHandle():
            return False
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        digit = event.text() if event.text().isascii() and event.text().isdigit() else ""
        if (
            plain == Qt.KeyboardModifier.NoModifier
            and digit
            and self.current_page is not Page.TODAY
        ):
            return self.digits.take(int(digit))
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_message()

    def _on_said(self, message: Message) -> None:
        self.messages.show_message(message)
        self._place_message()

    def _place_message(self) -> None:
        foot = self.sentences
        at = foot.mapTo(self, QPoint(0, 0))
        self.messages.place_at_foot_of(QRect(at, foot.size()))

    @property
    def question(self) -> QuestionPanel | None:
        """The question that stands over the window."""
        return self._questions.panel

    def closeEvent(self, event: QCloseEvent) -> None:
        """Store what waits; what cannot be stored is said before the window goes."""
        for page in self._by_step.values():
            page.hand_in()
        problem = None if self._questions.gives_up else self.desk.store_all()
        if problem is not None:
            event.ignore()
            self._questions.before_closing(problem)
            return
        self.desk.close_visit()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        super().closeEvent(event)
