"""What painmap is for and what it is not; shown at the first start."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame

from painmap.documents.intended_use import INTENDED_USE
from painmap.ui.widgets import button, column, label, row


class PurposePanel(QFrame):
    """What painmap is for and what it is not; shown at the first start."""

    def __init__(self, on_read: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setMaximumHeight(330)
        self.read_button = button("I have read this", on_read, primary=True)
        box = column(label("What painmap is for", "title"), margins=28, spacing=16)
        box.addWidget(label(INTENDED_USE, wrap=True))
        box.addWidget(
            label(
                "Sides are always the patient's, written as LEFT and RIGHT. Everything is stored "
                "on this computer when a gesture ends; the line above says when. What is taken "
                "back with Ctrl+Z can be done again, also after a restart.",
                wrap=True,
            )
        )
        box.addLayout(row(self.read_button, -1))
        box.addStretch(1)
        self.setLayout(box)
