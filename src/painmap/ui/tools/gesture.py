"""What a mouse tool is: a generator that is fed pointer events and yields what it wants.

A gesture begins with the event that starts it (mostly a press). The generator then receives
every further event by ``send`` and yields an outcome for each: a preview to show, or None.
When it returns, the gesture is over, and what it returns is its last outcome: the edit.
Cancelling closes the generator, which so leaves everything as it was. The state of a drag is
local variables, not attributes of a view.

::

    def place_target(press: PointerEvent) -> Gesture[Outcome]:
        event = press
        while event.kind is not PointerKind.RELEASE:
            event = yield Preview(event.x, event.y)
        return PlaceTarget(event.x, event.y)
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
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
    pressure : float or None
        How hard a pen is pressed, 0 to 1; None: no pen.
    tilt : (float, float) or None
        Degrees of a pen from upright, along x and along y; None: no pen that tells.
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
    pressure: float | None = None
    tilt: tuple[float, float] | None = None


Gesture: TypeAlias = Generator[T | None, PointerEvent, T | None]
"""One gesture under way; it yields previews and returns its last outcome; None for nothing."""

Tool: TypeAlias = Callable[[PointerEvent], Gesture[Any] | None]
"""Starts a gesture on an event, or gives None where the event starts none."""


class GestureRunner(Generic[T]):
    """Feeds events to the gesture under way, and starts one where there is none.

    Parameters
    ----------
    tool : callable or None
        Starts gestures.
    outcome : callable
        Takes what a gesture yields and returns.
    ended : callable
        Called when a gesture is over or cancelled, before its last outcome: clears previews.
    """

    def __init__(
        self,
        tool: Tool | None,
        outcome: Callable[[T], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._tool = tool
        self._outcome = outcome
        self._ended = ended
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
        if self._gesture is not None:
            gesture = self._gesture
            self._advance(partial(gesture.send, event))
            return True
        started: Gesture[T] | None = self._tool(event) if self._tool is not None else None
        if started is None:
            return False
        self._gesture = started
        self._advance(partial(next, started))
        return True

    def _advance(self, step: Callable[[], T | None]) -> None:
        try:
            outcome = step()
        except StopIteration as stop:
            self._gesture = None
            self._ended()
            outcome = stop.value
        if outcome is not None:
            self._outcome(outcome)

    def cancel(self) -> None:
        """End the gesture under way and leave everything as it was."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.close()
            self._ended()
