"""The pen of a tablet: what it did as pointer events, and the palm that rests beside it."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent

from painmap.domain.pain import MOST_TILT
from painmap.ui.tools.gesture import PointerKind

PALM_S = 0.5
"""Mouse and touch are the palm's for so long after the pen was heard last."""
KINDS = {
    QEvent.Type.TabletPress: PointerKind.PRESS,
    QEvent.Type.TabletMove: PointerKind.MOVE,
    QEvent.Type.TabletRelease: PointerKind.RELEASE,
}


class PenWatch:
    """Remembers when the pen was heard last.

    Parameters
    ----------
    now : callable
        Seconds of a clock that never goes back.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._heard = float("-inf")
        self.down = False

    def hear(self, event: QTabletEvent) -> PointerKind | None:
        """What the pen did, if it is a gesture's business."""
        self._heard = self._now()
        kind = KINDS.get(event.type())
        if kind is PointerKind.PRESS and not event.pressure() and not self.down:
            return PointerKind.HOVER  # its button, in the air
        if kind is PointerKind.PRESS:
            self.down = True
        elif kind is PointerKind.RELEASE:
            self.down = False
        elif not self.down:
            return PointerKind.HOVER
        return kind

    @property
    def hides_palm(self) -> bool:
        """Whether mouse and touch are to be ignored now."""
        return self.down or self._now() - self._heard < PALM_S


def tilt_of(event: QTabletEvent) -> tuple[float, float] | None:
    """Degrees from upright along x and y; None for a pen that does not tell."""
    device = event.pointingDevice()
    tells = device.capabilities() & (QInputDevice.Capability.XTilt | QInputDevice.Capability.YTilt)
    if not tells:
        return None
    x, y = (min(max(each, -MOST_TILT), MOST_TILT) for each in (event.xTilt(), event.yTilt()))
    return x, y


def is_erasing(event: QTabletEvent) -> bool:
    """Whether the pen is held the other way round, or its button is held down."""
    turned = event.pointerType() is QPointingDevice.PointerType.Eraser
    return bool(turned or event.buttons() & Qt.MouseButton.RightButton)
