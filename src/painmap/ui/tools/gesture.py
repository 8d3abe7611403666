"""What a mouse tool is: a generator that is fed pointer events and yields what it wants.

A gesture begins with the event that starts it (mostly a press). The generator then receives
every further event by ``send`` and yields an outcome for each: a preview to show, an edit to
apply, or None. When it returns, the gesture is over. The state of a drag is local variables,
not attributes of a view.

::

    def place_target(press: PointerEvent) -> Gesture[Edit]:
        event = press
        while event.kind is not PointerKind.RELEASE:
            event = yield Preview(event.x, event.y)
        yield plan_site(...)
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

T = TypeVar("T")


class PointerKind(StrEnum):
    PRESS = "press"
    MOVE = "move"
    """Moved while a button is down."""
    HOVER = "hover"
    """Moved while no button is down."""
    RELEASE = "release"
    DOUBLE_CLICK = "double click"
    """Comes instead of the second press; a release follows it."""
    KEY = "key"
    CANCEL = "cancel"
    """Escape, or another tool was chosen: leave everything as it was."""


class Button(StrEnum):
    NONE = "none"
    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """One thing that the hand did over a view.

    Parameters
    ----------
    kind : PointerKind
    x, y : float
        Where, in the view's own units (figure units on a body figure, millimetres in the
        plane on a slice).
    button : Button
        The button that did it, or that is held down.
    shift, ctrl, alt : bool
    key : str
        Name of the key of a KEY event ("Return", "Backspace", "Delete").
    units_per_pixel : float
        How many of the view's units one pixel of the screen is, to say "near" with.
    view : str
        Which of several linked views it happened on.
    """

    kind: PointerKind
    x: float = 0.0
    y: float = 0.0
    button: Button = Button.NONE
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    key: str = ""
    units_per_pixel: float = 1.0
    view: str = ""


Gesture: TypeAlias = Generator[T | None, PointerEvent, None]
"""One gesture under way; it yields outcomes, None where an event brought none."""

Tool: TypeAlias = Callable[[PointerEvent], Gesture[Any] | None]
"""Starts a gesture on an event, or gives None where the event starts none."""


class GestureRunner(Generic[T]):
    """Feeds events to the gesture under way, and starts one where there is none.

    Parameters
    ----------
    tool : callable
        Starts gestures; changing it cancels the gesture under way.
    outcome : callable
        Takes what a gesture yields.
    """

    def __init__(self, tool: Tool | None, outcome: Callable[[T], None]) -> None:
        self._tool = tool
        self._outcome = outcome
        self._gesture: Gesture[T] | None = None

    @property
    def active(self) -> bool:
        """Whether a gesture is under way."""
        return self._gesture is not None

    def choose(self, tool: Tool | None) -> None:
        """Change the tool; a gesture under way is cancelled."""
        self.cancel()
        self._tool = tool

    def feed(self, event: PointerEvent) -> bool:
        """Hand `event` on; False when nothing wanted it."""
        gesture = self._gesture
        if gesture is None:
            gesture = self._tool(event) if self._tool is not None else None
            if gesture is None:
                return False
            self._gesture = gesture
            self._advance(gesture, lambda: next(gesture))
            return True
        self._advance(gesture, lambda: gesture.send(event))
        return True

    def _advance(self, gesture: Gesture[T], step: Callable[[], T | None]) -> None:
        try:
            outcome = step()
        except StopIteration:
            if self._gesture is gesture:
                self._gesture = None
            return
        if outcome is not None:
            self._outcome(outcome)

    def cancel(self) -> None:
        """Tell the gesture under way to leave everything as it was."""
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return
        try:
            outcome = gesture.send(PointerEvent(PointerKind.CANCEL))
        except StopIteration:
            return
        finally:
            gesture.close()
        if outcome is not None:
            self._outcome(outcome)
