"""The board that tools work on: what lies where, and what may be done there."""

from collections.abc import Callable

from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_border import BorderWays
from painmap.ui.ct_marks import Shown, grips, rings
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_tool_strip import SPEC, ToolName
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.tools.gesture import PointerEvent
from painmap.ui.tools.slice_outcomes import XY, Grip, Ring


class CtBoard:
    """Answers what tools ask, and says in the bar why something may not be done.

    Parameters
    ----------
    visit : callable
        Gives the visit as it is now.
    tool : callable
        Gives the active tool.
    """

    def __init__(
        self,
        session: OpenCt,
        viewer: CtViewer,
        bar: MarkBar,
        visit: Callable[[], Visit],
        tool: Callable[[], ToolName],
    ) -> None:
        self._session = session
        self._viewer = viewer
        self._bar = bar
        self._visit = visit
        self._tool = tool
        self._borders = BorderWays(session)

    def shown(self, view: str) -> Shown | None:
        """The picture in a view."""
        return self._viewer.panes[view].shown if view else None

    def patient(self, view: str, at: XY) -> PatientPoint | None:
        """The patient point at a place of a view."""
        shown = self.shown(view)
        return shown.placement.patient_of(at) if shown else None

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say below the pictures what to do, or what is missing."""
        self._bar.say(text, warning=warning)

    def targets(self, view: str) -> tuple[Grip, ...]:
        shown = self.shown(view)
        return grips(shown, self._visit().live_planned_sites) if shown else ()

    def landmarks(self, view: str) -> tuple[Grip, ...]:
        shown = self.shown(view)
        return grips(shown, self._session.spine(self._visit()).landmarks) if shown else ()

    def rings(self, view: str) -> tuple[Ring, ...]:
        shown = self.shown(view)
        return rings(shown, self._visit()) if shown else ()

    def may_annotate(self, view: str) -> bool:
        why = self._session.why_not_annotate
        if not why and self._tool() is not ToolName.MIDLINE:
            why = self._bar.missing()
        if not why and (shown := self.shown(view)) is not None and shown.image.geometry is None:
            why = "Nobody knows where this picture lies in the patient: nothing can be marked."
        self._bar.say(why or SPEC[self._tool()].hint, warning=bool(why))
        return not why

    def may_outline(self, view: str) -> bool:
        if self._viewer.panes[view].plane is not self._session.native:
            name = self._session.native.value
            self._bar.say(
                f"Outlines are drawn on the {name} slices, as they were acquired.", warning=True
            )
            return False
        return self.may_annotate(view)

    def is_on_handle(self, event: PointerEvent) -> bool:
        shown, cross = self.shown(event.view), self._viewer.cross
        if shown is None or cross is None:
            return False
        return self._viewer.companions.is_on_handle(shown, cross, event)

    def along_border(self, view: str, start: XY, end: XY) -> tuple[XY, ...]:
        shown = self.shown(view)
        return self._borders.between(shown, start, end) if shown else (start, end)

    def may_measure(self, view: str) -> bool:
        shown = self.shown(view)
        if shown is None:
            return False
        why = ""
        if not shown.placement.is_true:
            why = "The series does not say how large its pixels are: nothing is measured."
        elif self._session.stack.resampled:
            why = "Resampled pictures are for looking: nothing is measured on them."
        self._bar.say(why or SPEC[ToolName.MEASURE].hint, warning=bool(why))
        return not why
