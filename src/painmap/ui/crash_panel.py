"""A fault of the program: said calmly, with a report that can be copied."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from painmap.ui.widgets import button, column, label, row


class CrashPanel(QFrame):
    """A panel over the window; nothing needs rescuing, every finished gesture is stored."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("card", True)
        self._window = window
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName("Report of the fault")
        self.copy_button = button("Copy report", self._copy, primary=True)
        box = column(label("painmap made a mistake", "heading"), margins=24, spacing=12)
        box.addWidget(
            label(
                "What the patient line shows as saved is stored. Go on working; if it happens "
                "again, send the report to whoever looks after painmap. It holds no patient data.",
                wrap=True,
            )
        )
        box.addWidget(self.report)
        box.addLayout(row(-1, button("Close", self.hide), self.copy_button))
        self.setLayout(box)
        self.hide()

    def show_report(self, text: str) -> None:
        self.report.setPlainText(text)
        self.setFixedSize(640, 380)
        self.move(
            (self._window.width() - self.width()) // 2, (self._window.height() - self.height()) // 2
        )
        self.show()
        self.raise_()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
