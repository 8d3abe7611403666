"""All that lies over a picture of a CT: what is recorded, asked about, and being drawn."""

from uuid import UUID

from painmap.domain.injection import Outline
from painmap.domain.visit import Visit
from painmap.ui.ct_chosen import Chosen
from painmap.ui.ct_hazards import HazardMarker
from painmap.ui.ct_marks import Shown, outline_marks, target_marks
from painmap.ui.ct_needle import NeedlePlanner
from painmap.ui.ct_paint import DrawnMark, MarkKind
from painmap.ui.ct_side import Annotation, point_of
from painmap.ui.ct_side_questions import SideQuestions
from painmap.ui.ct_spine import SpineWork
from painmap.ui.ct_spine_marks import spine_marks
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.ct_toolbox import Toolbox
from painmap.ui.tools.measure import angle, length
from painmap.ui.tools.slice_outcomes import XY, Preview


class CtOverlay:
    """Gives the marks of a picture; what the hand moves is drawn where the hand is."""

    def __init__(
        self,
        toolbox: Toolbox,
        sides: SideQuestions,
        chosen: Chosen,
        needle: NeedlePlanner,
        hazards: HazardMarker,
        spine: SpineWork,
    ) -> None:
        self._toolbox = toolbox
        self._sides = sides
        self._chosen = chosen
        self._needle = needle
        self._hazards = hazards
        self._spine = spine

    def marks(self, shown: Shown, visit: Visit, *, small: bool) -> tuple[DrawnMark, ...]:
        preview, pending = self._toolbox.preview, self._sides.pending
        moving = None if preview is None else preview.moving
        hidden: set[UUID] = set() if moving is None else {moving}
        chosen = self._chosen.id
        if pending is not None:
            # what is asked about is the one that stands out
            hidden.add(pending.id)
            chosen = None
        found = [
            *spine_marks(
                shown,
                self._spine.spine,
                chosen=self._spine.spoken_of if chosen is None else chosen,
                hidden=hidden,
                small=small,
            ),
            *outline_marks(
                shown,
                visit,
                chosen=chosen,
                vertex=self._chosen.vertex,
                hidden=hidden,
                labels=not small,
            ),
            *target_marks(shown, visit, chosen=chosen, hidden=hidden, labels=not small),
            *_pending_marks(shown, pending),
            *self._needle.marks(shown, moving=moving, hazard=self._hazards.chosen, small=small),
        ]
        view = shown.image.view.plane.value
        measured = self._toolbox.measured
        if measured is not None and measured.view == view:
            found += _measured(measured.points)
        if preview is not None and preview.view == view:
            found += _previewed(preview, self._toolbox.tool)
        return tuple(found)


def _previewed(preview: Preview, tool: ToolName) -> list[DrawnMark]:
    """What the gesture under way shows."""
    if preview.measures:
        return _measured(preview.line)
    if preview.line:
        points = preview.line
        if preview.cursor is not None and not preview.closed:
            points = (*points, preview.cursor)
        kind = MarkKind.HAZARD if tool is ToolName.HAZARD else MarkKind.OUTLINE
        if preview.corners:
            corners = [DrawnMark(kind, (corner,)) for corner in preview.corners]
            return [DrawnMark(kind, points, bare=True), *corners]
        return [DrawnMark(kind, points, closed=preview.closed)]
    if preview.cursor is None:
        return []
    kind = MarkKind.MIDLINE if tool is ToolName.MIDLINE else MarkKind.TARGET
    return [DrawnMark(kind, (preview.cursor,), chosen=True)]


def _pending_marks(shown: Shown, item: Annotation | None) -> list[DrawnMark]:
    """What waits for an answer about its side, where it would lie."""
    if isinstance(item, Outline):
        points = shown.ring(item)
        return [DrawnMark(MarkKind.OUTLINE, points, closed=True, chosen=True)] if points else []
    point = None if item is None else point_of(item)
    close = None if point is None else shown.closeness(point)
    if close is None:
        return []
    return [DrawnMark(MarkKind.TARGET, (close[0],), chosen=True, faint=close[1])]


def _measured(points: tuple[XY, ...]) -> list[DrawnMark]:
    """The line with its length; of three points also the angle, at its corner."""
    if len(points) < 2:
        return [DrawnMark(MarkKind.MEASURE, points)]
    words = f"{length(points):.0f} mm"
    found = [DrawnMark(MarkKind.MEASURE, points, label=words)]
    between = angle(points)
    if between is not None:
        found.append(DrawnMark(MarkKind.MEASURE, points[1:2], label=f"{between:.0f}°"))
    return found
