"""A drag moves the picture under the view."""

from painmap.ui.tools.gesture import Button, Gesture, PointerEvent, PointerKind, Tool
from painmap.ui.tools.slice_outcomes import Outcome, PanDrag


def pan_tool() -> Tool:
    """Make the tool that moves the picture."""

    def start(event: PointerEvent) -> Gesture[Outcome] | None:
        if event.kind is not PointerKind.PRESS or event.button is not Button.LEFT:
            return None
        return _pan(event)

    return start


def _pan(press: PointerEvent) -> Gesture[Outcome]:
    event = yield None
    while event.kind is not PointerKind.RELEASE:
        # the picture moves with the hand, so the place under the pointer is that of the press
        scale = press.units_per_pixel
        event = yield PanDrag(press.view, (event.x - press.x) / scale, (event.y - press.y) / scale)
    return None
