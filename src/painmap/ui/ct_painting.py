"""What every brush has: sizes, the ring under the pointer, whether it may paint."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from painmap.domain.anatomy import Side
from painmap.ui.ct_muscles import Muscles
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.theme import CT
from painmap.ui.tools.slice_outcomes import XY, BrushMove

SIZES_MM = (2, 3, 4, 6, 8, 10, 13, 16, 20, 25, 32, 40)
"""Diameters; each about a quarter larger than the last."""


def resized(size_mm: int, steps: int) -> int:
    """A size so many steps larger or smaller."""
    n = min(len(SIZES_MM) - 1, max(0, SIZES_MM.index(size_mm) + steps))
    return SIZES_MM[n]


def paint_ring(painter: QPainter, to_device: QTransform, at: XY, size_mm: float) -> None:
    """The brush where it would paint."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = size_mm / 2 * abs(to_device.m11())
    for colour, width in ((CT.halo, 2.6), (CT.chosen, 1.2)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawEllipse(to_device.map(QPointF(*at)), radius, radius)


class Brush(Protocol):
    """What the annotator tells the brush."""

    def may_paint(self, view: str) -> bool: ...

    def move(self, at: BrushMove) -> None: ...

    def lift(self) -> None: ...

    def finish(self) -> None: ...


class HandBrush(Brush, Protocol):
    """What the page does with a brush that is taken up."""

    @property
    def size_mm(self) -> int: ...

    def resize(self, steps: int) -> None: ...

    def take_up(self) -> None: ...

    def put_down(self) -> None: ...

    def hover(self, view: str, at: XY) -> None: ...


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
    """Whether a muscle may be painted, and what is said beside the tools where it may not.

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
        self._session = session
        self._viewer = viewer
        self._muscles = muscles
        self._target = target
        self._refuse = refuse

    def paint(self, view: str, why: str = "") -> bool:
        """Whether the view may be painted on; `why` is what the brush itself has against it."""
        why = self._session.why_not_annotate or why
        if not why and self._viewer.panes[view].plane is not self._session.native:
            why = f"Muscles are painted on the {self._session.native.value} slices."
        target = self._target()
        if not why and target is None:
            why = "Choose the muscle and LEFT or RIGHT first."
        self._refuse(why)
        if why or target is None:
            return False
        known = self._muscles.of(*target)
        return not self._muscles.is_locked(known) and self._muscles.masks(known) is not None
