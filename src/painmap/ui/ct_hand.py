"""What the hand does on the pictures: the tool it holds, and where its events go."""

from painmap.imaging.window import HuWindow
from painmap.ui.ct_annotator import Annotator
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_muscle_work import MuscleWork
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_tool_strip import SPEC, ToolName, ToolStrip
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.tools.gesture import PointerEvent, PointerKind

STILL_LOADING = "This slice is still loading: mark and measure on it when it is there."


class CtHand:
    """Chooses tools, and hands pointer events to the one that is active."""

    def __init__(
        self,
        session: CtSession,
        viewer: CtViewer,
        tools: ToolStrip,
        bar: MarkBar,
        annotator: Annotator,
        work: MuscleWork,
    ) -> None:
        self._session = session
        self._viewer = viewer
        self._tools = tools
        self._bar = bar
        self._annotator = annotator
        self._work = work
        viewer.pointer.connect(self._on_pointer)
        work.strip.way_wanted.connect(self.choose_tool)

    def choose_tool(self, name: ToolName) -> None:
        """Make `name` the active tool; one that records needs a study to record on."""
        if SPEC[name].annotates and self._session.why_not_annotate:
            self._bar.say(self._session.why_not_annotate, warning=True)
            self._tools.show_chosen(self._annotator.tool)
            return
        self._annotator.choose_tool(name)
        self._tools.show_chosen(name)
        self._work.use_tool(name)
        self._show_below(name)

    def allow_tools(self) -> None:
        """Offer the tools that the CT that is open permits; keep the active one if it may."""
        why = self._session.why_not_annotate
        self._tools.allow_annotating(not why, why)
        self._bar.set_read_only(why)
        keep = not why or not SPEC[self._annotator.tool].annotates
        self.choose_tool(self._annotator.tool if keep else ToolName.WINDOW)

    def _show_below(self, name: ToolName) -> None:
        """Below the pictures stands what the tool needs."""
        planning = name is ToolName.ENTRY
        marking = name is ToolName.HAZARD
        counting = name is ToolName.MIDLINE
        self._annotator.needle.panel.setVisible(planning)
        self._annotator.hazards.panel.setVisible(marking)
        self._annotator.spine.panel.setVisible(counting)
        others = planning or marking or counting
        self._bar.setVisible(not others and not self._session.why_not_annotate)

    def use_preset(self, preset: HuWindow) -> None:
        """Look through a window of CT; other pictures have none."""
        if self._session.stack.is_ct:
            self._viewer.set_window(preset.width, preset.level)

    def say_loading(self) -> None:
        """Say that something has to wait for the slice."""
        self._bar.say(STILL_LOADING, warning=True)

    def _on_pointer(self, event: PointerEvent) -> None:
        if self._is_loading(event):
            self.say_loading()
            return
        if event.kind is PointerKind.HOVER:
            self._work.hover(event.view, (event.x, event.y))
        taken = self._annotator.feed(event)
        looking = not SPEC[self._annotator.tool].annotates
        if event.kind is PointerKind.DOUBLE_CLICK and not taken and looking:
            self._viewer.toggle_alone(self._viewer.panes[event.view].plane)

    def _is_loading(self, event: PointerEvent) -> bool:
        """Whether a mark was begun where no slice is yet."""
        tool = self._annotator.tool
        marks = SPEC[tool].annotates or tool is ToolName.MEASURE
        if not marks or event.kind is not PointerKind.PRESS:
            return False
        return self._viewer.panes[event.view].is_loading((event.x, event.y))
