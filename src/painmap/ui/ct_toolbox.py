"""The tools of the page CT, of which one is active, and where its outcomes go."""

from collections.abc import Callable, Mapping
from typing import Any

from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.tools.gesture import GestureRunner, PointerEvent, Tool
from painmap.ui.tools.slice_outcomes import Measured, Outcome, Preview

Takers = Mapping[type, Callable[[Any], object]]
"""What becomes of an outcome, by its kind."""


class Toolbox:
    """Feeds the active tool; keeps what it shows meanwhile, hands on what it wants.

    Parameters
    ----------
    tools : mapping of ToolName to Tool
    takers : mapping
        For every kind of outcome but previews and measures, which are kept here.
    changed : callable
        Called when a preview or a measure is another.
    ended : callable
        Called when a gesture has ended, in whatever way.
    """

    def __init__(
        self,
        tools: Mapping[ToolName, Tool],
        takers: Takers,
        changed: Callable[[], object],
        ended: Callable[[], object],
    ) -> None:
        self._tools = tools
        self._takers = takers
        self._changed = changed
        self._ended = ended
        self.tool = ToolName.WINDOW
        self.preview: Preview | None = None
        self.measured: Measured | None = None
        self._runner: GestureRunner[Outcome] = GestureRunner(
            tools[self.tool], self._on_outcome, self._on_ended
        )

    @property
    def active(self) -> bool:
        """Whether a gesture is under way."""
        return self._runner.active

    def choose(self, name: ToolName) -> None:
        self._runner.choose(self._tools[name])
        self.tool = name
        if name is not ToolName.MEASURE:
            self.measured = None

    def feed(self, event: PointerEvent) -> bool:
        """Hand an event to the active tool; False when it had no use for it."""
        return self._runner.feed(event)

    def cancel(self) -> None:
        """Leave the gesture."""
        self._runner.cancel()

    def _on_ended(self) -> None:
        self.preview = None
        self._ended()

    def _on_outcome(self, outcome: Outcome) -> None:
        match outcome:
            case Preview():
                self.preview = outcome
                self._changed()
            case Measured():
                self.measured = outcome
                self._changed()
            case _:
                self._takers[type(outcome)](outcome)
