"""Small pictures of series, made one after the other, those in view first."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QWidget

from painmap.domain.places import StackKey
from painmap.domain.progress import Job
from painmap.imaging.stack import Stack
from painmap.imaging.thumbnail import Thumbnail
from painmap.ui.asking import Asking
from painmap.ui.desk import Desk


class SeriesPictures(QObject):
    """The pictures of one folder; they stay when its list is shown again.

    Parameters
    ----------
    make : callable
        Gives the job that finds or makes the picture of a stack.
    """

    came = Signal(object)
    """Stack whose picture is there now."""

    def __init__(
        self, desk: Desk, make: Callable[[Stack], Job[Thumbnail]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._make = make
        self._asking: Asking | None = None
        self._found: dict[StackKey, QPixmap | None] = {}
        self._waiting: list[Stack] = []
        self._busy = False

    def get(self, stack: Stack) -> QPixmap | None:
        """The picture of a stack; None while there is none, or where none can be made."""
        return self._found.get(stack.key)

    def begin(self, panel: QWidget) -> None:
        """Make pictures for as long as `panel` is there."""
        self._asking = Asking(self._desk, panel)
        self._busy = False

    def want(self, stacks: Sequence[Stack]) -> None:
        """Make the pictures of these stacks in this order, as far as there are none."""
        self._waiting = [stack for stack in stacks if stack.key not in self._found]
        self._next()

    def _next(self) -> None:
        if self._busy or not self._waiting or self._asking is None:
            return
        stack = self._waiting.pop(0)
        self._busy = True
        self._asking.start(
            self._make(stack),
            done=partial(self._done, stack),
            failed=lambda _: self._done(stack, None),
        )

    def _done(self, stack: Stack, picture: Thumbnail | None) -> None:
        # a slice that cannot be read is named when the series is opened
        self._busy = False
        self._found[stack.key] = None if picture is None else pixmap_of(picture)
        self.came.emit(stack)
        self._next()


def pixmap_of(picture: Thumbnail) -> QPixmap:
    """The same for the screen."""
    rows, columns = picture.pixels.shape
    grey = QImage.Format.Format_Grayscale8
    return QPixmap.fromImage(QImage(picture.pixels.tobytes(), columns, rows, columns, grey))
