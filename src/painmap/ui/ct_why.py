"""What stands where the other planes would be, when only the slices themselves are true."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QWidget

from painmap.imaging.errors import SeriesError
from painmap.imaging.resampling import SENTENCE, can_resample
from painmap.imaging.stack import Stack, WarningCode
from painmap.ui.widgets import button, column, label

EVENLY = "Resample evenly, to look across"
ACROSS = "Show resampled planes"
ACROSS_TIP = "Planes across tilted slices are computed between the pixels, and say so."


class WhyPanel(QFrame):
    """Says why there is one plane only, and offers to compute the others."""

    def __init__(
        self, resample: Callable[[], object], across: Callable[[], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ctWhy")
        self.text = label(wrap=True)
        self.resample_button = button(EVENLY, resample)
        self.across_button = button(ACROSS, across)
        self.resample_button.setToolTip(SENTENCE)
        self.across_button.setToolTip(ACROSS_TIP)
        self.setLayout(
            column(
                -1, self.text, self.resample_button, self.across_button, -1, margins=20, spacing=16
            )
        )
        self.hide()

    def explain(self, stack: Stack) -> None:
        tilted = stack.uniform
        self.text.setText(_tilt(stack) if tilted else _reason(stack))
        self.across_button.setVisible(tilted)
        self.resample_button.setVisible(not tilted and can_resample(stack))


def _tilt(stack: Stack) -> str:
    """Why the planes across a volume are not shown unasked."""
    said = next(each.message for each in stack.warnings if each.code is WarningCode.TILTED)
    return f"{said}\n\nPlanes across them have to be computed between the pixels."


def _reason(stack: Stack) -> str:
    try:
        stack.require_geometry()
    except SeriesError as error:
        return f"Only the slices as they were acquired can be shown.\n\n{error.message}"
    return ""
