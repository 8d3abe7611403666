"""Which regions are marked, which were asked about and have none, which were not asked about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from painmap.bodymap.figure import BodyTemplate, BodyView
from painmap.bodymap.instruments_data import Surface, whole_region_of
from painmap.bodymap.marks import MARKED_AREA_CM2, MARKED_SHARE, MM2_PER_CM2
from painmap.bodymap.metrics_ink import InkCache, Intensities
from painmap.domain.anatomy import Side
from painmap.domain.pain import ArrowShape, AuthorLayer, Mark, MarkedRegion
from painmap.domain.places import TemplateRef
from painmap.domain.visit import Visit

RULE = (
    f"A region counts as marked when its marks cover at least {MARKED_SHARE * 100:.0f} % of it "
    f"or {MARKED_AREA_CM2:.0f} cm² at the figure's scale."
)

Templates = Mapping[TemplateRef, BodyTemplate]
"""Figures at hand, by what a mark stores; where one is missing, the mark's own regions count."""


class RegionState(StrEnum):
    """What is known of a region; three states, never two."""

    NOT_ASKED = "not asked"
    ASKED_NONE = "asked, none"
    MARKED = "marked"


class Basis(StrEnum):
    """Why a region is marked."""

    RULE = "covered enough by the marks"
    TOUCHED = "touched by a mark, less than the rule asks"
    RADIATES = "an arrow points there"


@dataclass(frozen=True, slots=True)
class RegionStatus:
    """What is known of one region.

    Parameters
    ----------
    id : str
        Region of the whole figure; a zoom's finer child stands for its parent.
    name : str
        In words, without the side.
    side : Side
        The patient's.
    state : RegionState
    basis : frozenset of Basis
        Empty unless it is marked.
    share : float
        Largest share of it that one view's marks cover, 0 to 1.
    surfaces : frozenset of Surface
        From where it was marked, by the rule if it was so anywhere.
    contradicted : bool
        It is marked, and was said to be pain-free as well.
    """

    id: str
    name: str
    side: Side
    state: RegionState
    basis: frozenset[Basis] = frozenset()
    share: float = 0.0
    surfaces: frozenset[Surface] = frozenset()
    contradicted: bool = False

    @property
    def words(self) -> str:
        """Such as "LEFT lower lumbar paraspinal"."""
        return self.name if self.side is Side.MIDLINE else f"{self.side.word} {self.name}"

    @property
    def counts(self) -> bool:
        """Whether it is marked by the rule."""
        return Basis.RULE in self.basis


@dataclass(frozen=True, slots=True)
class RegionStates:
    """The state of every region; those that are not listed were not asked about.

    Parameters
    ----------
    by_id : Mapping of region id to RegionStatus
    """

    by_id: Mapping[str, RegionStatus] = field(default_factory=lambda: MappingProxyType({}))

    def state_of(self, region_id: str) -> RegionState:
        found = self.by_id.get(whole_region_of(region_id))
        return found.state if found else RegionState.NOT_ASKED

    def marked(self) -> tuple[RegionStatus, ...]:
        """Those that are marked by the rule."""
        return tuple(each for each in self.by_id.values() if each.counts)

    def hinted(self) -> tuple[RegionStatus, ...]:
        """Those that are only touched, or that an arrow points to."""
        found = (each for each in self.by_id.values() if each.state is RegionState.MARKED)
        return tuple(each for each in found if not each.counts)

    def asked_none(self) -> tuple[RegionStatus, ...]:
        found = self.by_id.values()
        return tuple(each for each in found if each.state is RegionState.ASKED_NONE)

    def __iter__(self) -> Iterator[RegionStatus]:
        return iter(self.by_id.values())


@dataclass(frozen=True, slots=True)
class _Sight:
    """One region in one view: how much of it is marked there, and why."""

    region: MarkedRegion
    basis: Basis
    surface: Surface


def surface_of(view_id: str, view: BodyView | None = None) -> Surface:
    """From where a view shows the body; a zoom by its own name or its parent's."""
    words = view_id.split("_")
    names = [*words, view.parent or ""] if view else words
    if "front" in names or "palm" in names:
        return Surface.FRONT
    if "back" in names or "nape" in names or "dorsum" in names:
        return Surface.BACK
    return Surface.ASIDE


def marked_regions(
    visit: Visit,
    layer: AuthorLayer = AuthorLayer.PATIENT,
    templates: Templates | None = None,
    *,
    cache: InkCache | None = None,
) -> RegionStates:
    """Give the state of the regions in one layer of a visit.

    Parameters
    ----------
    visit : Visit
    layer : AuthorLayer
    templates : mapping of TemplateRef to BodyTemplate
        The rule is applied to all marks of a view together. Without a mark's figure its own
        regions count, as the rule of the day gave them.
    cache : InkCache or None
        Keeps unions from one call to the next.
    """
    marks = [mark for mark in visit.marks if mark.layer is layer]
    cache = cache or InkCache()
    sights = list(_sights(marks, templates or {}, cache, intensities_of(visit)))
    found: dict[str, list[_Sight]] = {}
    for sight in sights:
        found.setdefault(whole_region_of(sight.region.id), []).append(sight)
    free = {
        whole_region_of(tick.region.id): tick.region
        for tick in visit.pain_free
        if tick.layer is layer
    }
    states = {key: _status(key, each, key in free) for key, each in found.items()}
    for key, region in free.items():
        if key not in states:
            states[key] = RegionStatus(key, region.name, region.side, RegionState.ASKED_NONE)
    return RegionStates(MappingProxyType(states))


def intensities_of(visit: Visit) -> Intensities:
    """Intensity now of each site, 0-10, None where it was not asked."""
    return {site.id: site.intensity for site in visit.pain_sites}


def _status(region_id: str, sights: list[_Sight], free: bool) -> RegionStatus:
    counted = [each for each in sights if each.basis is Basis.RULE]
    first = sights[0].region
    return RegionStatus(
        region_id,
        first.name,
        first.side,
        RegionState.MARKED,
        basis=frozenset(each.basis for each in sights),
        share=max(each.region.share for each in sights),
        surfaces=frozenset(each.surface for each in counted or sights),
        contradicted=free,
    )


def _sights(
    marks: Iterable[Mark],
    templates: Templates,
    cache: InkCache,
    intensities: Intensities,
) -> Iterator[_Sight]:
    for (ref, view_id), each in cache.by_home(templates, marks).items():
        template = templates.get(ref)
        view = template.views.get(view_id) if template else None
        surface = surface_of(view_id, view)
        arrows = [mark for mark in each if isinstance(mark.shape, ArrowShape)]
        inked = [mark for mark in each if not isinstance(mark.shape, ArrowShape)]
        for mark in arrows:
            yield from (_Sight(head, Basis.RADIATES, surface) for head in mark.regions[-1:])
        if template is None or view is None:
            for mark in inked:
                yield from (_Sight(region, Basis.RULE, surface) for region in mark.regions)
        else:
            yield from _by_rule(template, view_id, inked, cache, intensities)


def _by_rule(
    template: BodyTemplate,
    view_id: str,
    marks: list[Mark],
    cache: InkCache,
    intensities: Intensities,
) -> Iterator[_Sight]:
    view = template.views[view_id]
    enough = MARKED_AREA_CM2 * MM2_PER_CM2 / view.mm_per_unit**2
    surface = surface_of(view_id, view)
    counted = set()
    for region, area in cache.ink(template, view, marks, intensities).covered.values():
        share = min(1.0, area / region.shape.area)
        if share >= MARKED_SHARE or area >= enough:
            counted.add(whole_region_of(region.id))
            named = MarkedRegion(region.id, region.name, region.side, share)
            yield _Sight(named, Basis.RULE, surface)
    for mark in marks:
        named_now = {whole_region_of(region.id) for region in mark.regions}
        if mark.regions and not named_now & counted:
            yield _Sight(mark.regions[0], Basis.TOUCHED, surface)
