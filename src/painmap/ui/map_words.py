"""The sentences around the figure: what is under the hand, and what is not drawn."""

from painmap.domain.pain import Mark, PainSite
from painmap.domain.places import TemplateRef
from painmap.domain.sentences import pain_sentence, place_of_pain
from painmap.domain.visit import Visit
from painmap.ui.body_canvas import Hover
from painmap.ui.body_focus import region_words
from painmap.ui.body_marks import marks_of_other_figures
from painmap.ui.tools.mark_pain import MarkTool

HINTS = {
    MarkTool.REGION: "Click a region to mark it; with Shift it joins the selected site.",
    MarkTool.BRUSH: "Draw where it hurts; with Shift it joins the selected site.",
    MarkTool.AREA: "Draw a line around the area; with Shift it joins the selected site.",
    MarkTool.POINT: "Click the place; with Shift it joins the selected site.",
    MarkTool.ARROW: "Draw from the pain to where it radiates.",
    MarkTool.PAIN_FREE: "Click a region that has no pain, or go over several.",
    MarkTool.ERASER: "Go over what is to be taken away.",
}


def hover_words(visit: Visit | None, hover: Hover, tool: MarkTool) -> str:
    """Name what is under the pointer before the click; over bare ground, what the tool does."""
    mark = visit.find(hover.mark_id) if visit and hover.mark_id else None
    if isinstance(mark, Mark) and visit is not None:
        site = visit.find(mark.site_id)
        if isinstance(site, PainSite):
            return pain_sentence(site, visit.marks_of(site.id), visit)
    if hover.region is None:
        return HINTS[tool]
    ticks = visit.pain_free if visit is not None else ()
    asked = any(tick.region.id == hover.region.id for tick in ticks)
    said = region_words(hover.region) + (", asked: no pain" if asked else "")
    return " \u00b7 ".join([said, ", ".join(hover.laid_over)]) if hover.laid_over else said


def elsewhere_words(
    visit: Visit | None, template: TemplateRef, *, shown: frozenset[TemplateRef] = frozenset()
) -> str:
    """Say in words what was drawn on a figure that this program does not have.

    Parameters
    ----------
    shown : frozenset of TemplateRef
        Figures that can be shown instead.
    """
    old = marks_of_other_figures(visit, template) if visit is not None else ()
    unknown = [mark for mark in old if mark.template not in shown]
    if not unknown:
        return ""
    said = "; ".join(f"{place_of_pain([mark])} ({mark.view})" for mark in unknown)
    return f"Drawn on another figure, not shown on this one: {said}"
