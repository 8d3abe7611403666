"""What every brush has: sizes, the ring under the pointer, whether it may paint."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from painmap.domain.anatomy import Side
from painmap.ui.ct_muscles import Muscles
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.slice_view import SliceView
from painmap.ui.theme import CT
from painmap.ui.tools.slice_outcomes import XY, BrushMove

SIZES_MM = (2, 3, 4, 6, 8, 10, 13, 16, 20, 25, 32, 40)
"""Diameters; each about a quarter larger than the last."""


class Brush(Protocol):
    """What the annotator tells the brush."""

    def may_paint(self, view: str) -> bool: ...

    def move(self, at: BrushMove) -> None: ...

    def lift(self) -> None: ...

    def finish(self) -> None: ...


class NoBrush:
    """Stands in until there is one."""

    def may_paint(self, view: str) -> bool:
        del view
        return False

    def move(self, at: BrushMove) -> None: ...

    def lift(self) -> None: ...

    def finish(self) -> None: ...


Target = tuple[str, Side]
"""Muscle and side."""


class MayPaint:
    """What is painted where, whether it may be, and what is said beside the tools if not.

    Parameters
    ----------
    target : callable
        Gives the muscle and side to paint; None: none is chosen.
    refuse : callable
        Says why nothing is painted; empty: it may be.
    """

    def __init__(
        self,
        session: OpenCt,
        viewer: CtViewer,
        muscles: Muscles,
        target: Callable[[], Target | None],
        refuse: Callable[[str], object],
    ) -> None:
        self.session = session
        self.viewer = viewer
        self.muscles = muscles
        self.target = target
        self._refuse = refuse

    @property
    def view(self) -> SliceView:
        """The view of the slices as they were acquired."""
        return self.viewer.views[self.session.native]

    def paint(self, view: str, why: str = "") -> bool:
        """Whether the view may be painted on; `why` is what the brush itself has against it."""
        why = self.session.why_not_annotate or why
        if not why and self.viewer.panes[view].plane is not self.session.native:
            why = f"Muscles are painted on the {self.session.native.value} slices."
        target = self.target()
        if not why and target is None:
            why = "Choose the muscle and LEFT or RIGHT first."
        self._refuse(why)
        if why or target is None:
            return False
        known = self.muscles.of(*target)
        return not self.muscles.is_locked(known) and self.muscles.masks(known) is not None


class RingBrush(ABC):
    """A brush that is taken up, made larger, and seen as a ring under the pointer.

    Parameters
    ----------
    may : MayPaint
    size_mm : int
        Its first diameter.
    """

    def __init__(self, may: MayPaint, size_mm: int) -> None:
        self.may = may
        self.size_mm = size_mm
        self.at: XY | None = None
        """Where the hand is."""

    def resize(self, steps: int) -> None:
        """A step larger or smaller."""
        n = min(len(SIZES_MM) - 1, max(0, SIZES_MM.index(self.size_mm) + steps))
        self.size_mm = SIZES_MM[n]
        self.repaint()

    def take_up(self) -> None:
        """It is the tool now: its size is shown under the pointer."""
        view = self.may.view
        view.right_paints = True
        view.overlay = self._paint

    def put_down(self) -> None:
        """Another tool is chosen."""
        self.forget()
        self.at = None
        for view in self.may.viewer.views.values():
            view.right_paints = False
            view.overlay = None
            view.viewport().update()

    def hover(self, view: str, at: XY) -> None:
        """Show it where it would paint."""
        if self.may.session.is_open and view == self.may.session.native.value:
            self.at = at
            self.repaint()

    def repaint(self) -> None:
        """What it paints has changed."""
        if self.may.session.is_open:
            self.may.view.viewport().update()

    def _paint(self, painter: QPainter, to_device: QTransform) -> None:
        self.paint(painter, to_device)
        if self.at is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self.size_mm / 2 * abs(to_device.m11())
        for colour, width in ((CT.halo, 2.6), (CT.chosen, 1.2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(to_device.map(QPointF(*self.at)), radius, radius)

    @abstractmethod
    def may_paint(self, view: str) -> bool: ...

    @abstractmethod
    def move(self, at: BrushMove) -> None: ...

    @abstractmethod
    def lift(self) -> None: ...

    @abstractmethod
    def finish(self) -> None: ...

    @abstractmethod
    def forget(self) -> None:
        """Give up what is under way."""

    @abstractmethod
    def paint(self, painter: QPainter, to_device: QTransform) -> None:
        """Paint what the hand has done so far, over the picture."""
