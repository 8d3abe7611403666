"""The region that the keyboard is on: it moves to the neighbour, and is said in words."""

from painmap.bodymap.template import BodyTemplate, Region
from painmap.domain.anatomy import Side
from painmap.domain.pain import Mark
from painmap.domain.places import FigurePoint
from painmap.ui.body_ink import ViewInk
from painmap.ui.body_marks import Scene

FIRST_PLACE = FigurePoint(8.0, 400.0)
"""The arrows start from the region here, unless a site is selected."""


def region_words(region: Region) -> str:
    """Such as "patient's LEFT lower lumbar paraspinal (L4-S1)"."""
    return f"patient's {region.words}"


def region_name(region: Region) -> str:
    """Such as "LEFT lower lumbar paraspinal", or the name alone on the midline."""
    return region.name if region.side is Side.MIDLINE else f"{region.side.word} {region.name}"


def mark_on(region_id: str, scene: Scene) -> Mark | None:
    """The uppermost mark of the layer worked on that covers a region."""
    for mark in reversed(scene.marks):
        if scene.layer in (None, mark.layer) and any(r.id == region_id for r in mark.regions):
            return mark
    return None


def state_words(region_id: str, scene: Scene) -> str:
    """Whether a region is marked, how strongly it hurts and what it is like."""
    mark = mark_on(region_id, scene)
    if mark is not None:
        intensity, site = scene.intensity(mark), scene.sites.get(mark.site_id)
        parts = ["marked, intensity not asked" if intensity is None else f"{intensity} of 10"]
        parts += [quality.value for quality in site.qualities] if site is not None else []
        parts += [site.finding.value] if site is not None and site.finding is not None else []
        parts += ["selected"] if mark.site_id == scene.selected else []
        return ", ".join(parts)
    if any(tick.region.id == region_id for tick in scene.ticks):
        return "asked, no pain"
    if any(r.id == region_id for ghost in scene.ghosts for r in ghost.regions):
        return "as last visit, not confirmed"
    return "not asked"


class RegionFocus:
    """The one region that arrows move and Enter taps.

    Attributes
    ----------
    region : str or None
        Its id.
    """

    def __init__(self, template: BodyTemplate) -> None:
        self._template = template
        self.region: str | None = None

    def start(self, view: str, scene: Scene) -> None:
        """Begin at the selected site's region, else at the lower back."""
        for mark in scene.marks:
            if mark.site_id == scene.selected and mark.regions:
                self.region = mark.regions[0].id
                return
        region = self._template.views[view].region_at(FIRST_PLACE)
        self.region = region.id if region is not None else None

    def move(self, view: str, direction: str, scene: Scene) -> None:
        """Go to the neighbour in a direction, as the viewer sees it; at the edge, stay."""
        if self.region is None:
            self.start(view, scene)
            return
        neighbour = self._template.views[view].neighbour(self.region, direction)
        self.region = neighbour or self.region

    def middle(self, ink: ViewInk) -> FigurePoint | None:
        if self.region is None:
            return None
        return ink.label_at[self.region]

    def words(self, template: BodyTemplate, scene: Scene) -> str:
        """Say the region, and whether it is marked."""
        if self.region is None:
            return "Arrow keys move over the regions, Enter marks one."
        region = template.region(self.region)
        return f"{region_words(region)}, {state_words(self.region, scene)}"
