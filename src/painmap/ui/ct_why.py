"""What stands where the other planes would be, when only the slices themselves are true."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QWidget

from painmap.imaging.errors import SeriesError
from painmap.imaging.resampling import SENTENCE, can_resample
from painmap.imaging.stack import Stack
from painmap.ui.widgets import button, column, label


class WhyPanel(QFrame):
    """Says why there is one plane only, and offers to compute the others."""

    def __init__(self, resample: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("ctWhy")
        self.text = label(wrap=True)
        self.resample_button = button("Resample evenly, to look across", resample)
        self.resample_button.setToolTip(SENTENCE)
        self.setLayout(column(-1, self.text, self.resample_button, -1, margins=20, spacing=16))
        self.hide()

    def explain(self, stack: Stack) -> None:
        self.text.setText(_reason(stack))
        self.resample_button.setVisible(can_resample(stack))


def _reason(stack: Stack) -> str:
    try:
        stack.require_geometry()
    except SeriesError as error:
        return f"Only the slices as they were acquired can be shown.\n\n{error.message}"
    return ""
