"""What part of a picture a view shows: how large, around which place."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from painmap.ui.tools.slice_outcomes import XY

LEAST_ZOOM, MOST_ZOOM = 0.2, 16.0
MARGIN = 1.04
"""The fitted picture leaves a little ground around it, so that letters do not lie on skin."""

NOTHING = QRectF(0, 0, 1, 1)


class SliceCamera:
    """Zoom 1 fits the picture into the room there is; `centre` is in the view's units.

    Parameters
    ----------
    room : callable
        Gives width and height of the view, pixels of the screen.
    """

    def __init__(self, room: Callable[[], tuple[int, int]]) -> None:
        self._room = room
        self._extent: QRectF | None = None
        self._centre: XY | None = None
        self.zoom = 1.0
        self.part: QRectF | None = None
        """What is shown as large as it goes; None where the hand has chosen another view."""

    def look_at(self, extent: QRectF | None) -> None:
        """Another picture; where its extent is as before, zoom and centre stay."""
        if extent is not None and extent != self._extent:
            self._centre = self.part = None
        self._extent = extent

    @property
    def centre(self) -> XY:
        if self._centre is not None:
            return self._centre
        middle = (self._extent or NOTHING).center()
        return middle.x(), middle.y()

    def use(self, zoom: float, centre: XY | None) -> None:
        """Show the picture `zoom` times as large as it fits, around `centre`; None: its middle."""
        self.zoom = min(MOST_ZOOM, max(LEAST_ZOOM, zoom))
        self._centre = centre
        self.part = None

    def show_part(self, part: QRectF) -> None:
        """Show a part as large as it goes."""
        if self._extent is None:
            return
        width, height = self._room()
        whole = min(width / self._extent.width(), height / self._extent.height())
        fitting = min(width / max(part.width(), 1.0), height / max(part.height(), 1.0))
        self.use(fitting / whole, (part.center().x(), part.center().y()))
        self.part = part

    def zoomed_at(self, factor: float, at: XY) -> tuple[float, XY]:
        """Zoom and centre with which `at` stays where it is."""
        zoom = min(MOST_ZOOM, max(LEAST_ZOOM, self.zoom * factor))
        share = self.zoom / zoom
        x, y = self.centre
        return zoom, (at[0] + (x - at[0]) * share, at[1] + (y - at[1]) * share)

    def moved_by(self, right_px: float, down_px: float) -> XY:
        """The centre once the picture was moved by so many pixels."""
        x, y = self.centre
        scale = self.px_per_unit
        return x - right_px / scale, y - down_px / scale

    def one_to_one(self, transform: QTransform, device_pixels: float) -> float:
        """The zoom at which one column of the picture is one column of the screen.

        Parameters
        ----------
        transform : QTransform
            From painted pixels to the view.
        device_pixels : float
            Pixels of the screen per pixel of Qt.
        """
        column = transform.map(QPointF(1, 0)) - transform.map(QPointF(0, 0))
        fitted = self.px_per_unit / self.zoom
        return 1 / (fitted * float(np.hypot(column.x(), column.y())) * device_pixels)

    @property
    def px_per_unit(self) -> float:
        """Pixels of the screen per unit of the view."""
        if self._extent is None:
            return 1.0
        width, height = self._room()
        across, down = self._extent.width() * MARGIN, self._extent.height() * MARGIN
        return min(width / across, height / down) * self.zoom

    @property
    def to_device(self) -> QTransform:
        """From the view's units to pixels of the view."""
        scale = self.px_per_unit
        x, y = self.centre
        width, height = self._room()
        return QTransform(scale, 0, 0, scale, width / 2 - x * scale, height / 2 - y * scale)
