"""How much hurts, where and how strongly: the measures of one drawing, with their definitions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.instruments_data import RuleOfNines
from painmap.bodymap.instruments_regions import (
    RULE,
    RegionStates,
    Templates,
    intensities_of,
    marked_regions,
)
from painmap.bodymap.marks import MM2_PER_CM2
from painmap.bodymap.metrics_ink import Cluster, InkCache, Intensities, ViewInk
from painmap.bodymap.metrics_surface import (
    NinesWeights,
    SurfaceMap,
    SurfaceShare,
    share_by_rule_of_nines,
    weights_of_nines,
)
from painmap.domain.anatomy import Side
from painmap.domain.pain import AuthorLayer
from painmap.domain.places import FigurePoint, TemplateRef
from painmap.domain.visit import Visit

LEAST_ON_A_SIDE = 0.01
"""A cluster crosses the midline when at least this share of it lies on each side ..."""
LEAST_ON_A_SIDE_CM2 = 0.25
"""... and at least this area, so that the width of a line does not."""


class Definition(NamedTuple):
    """What a measure is, for one click beside it."""

    name: str
    text: str
    source: str


_JOVE = "Multimodal pain body diagrams, JoVE 2023, doi 10.3791/65334"
_OWN = "painmap's own definition"
DEFINITIONS: Mapping[str, Definition] = {
    "extent": Definition(
        "Extent",
        "Area of the ink in a view divided by the area of the body in that view; planar. Where "
        "marks overlap, the place counts once; ink beside the body does not count; a point counts "
        "as a finger tip, an arrow not at all; ink in a zoom counts in the view that it magnifies. "
        "The mean is that of front and back.",
        "Pain extent on body charts, repository.supsi.ch/2403",
    ),
    "body_share": Definition(
        "Share of the body surface",
        "The marks of all views united on the surface of the body, so that a place drawn in two "
        "views counts once. Without a surface map of the figure it is reckoned by the rule of "
        "nines, and then says so.",
        "Surface: area of the figure's mesh. Rule of nines: chemsftg.com, peacehealth.org",
    ),
    "regions": Definition("Regions", f"Number of marked regions. {RULE}", _OWN),
    "clusters": Definition(
        "Clusters",
        "Connected areas of ink, counted in each view. The centre is that of the area.",
        _OWN,
    ),
    "mean_intensity": Definition(
        "Mean intensity",
        "Sum of the intensity over the marked area divided by that area, in all views together; "
        "where sites overlap, the higher intensity counts. Sites without an intensity are left "
        "out.",
        _JOVE,
    ),
    "max_intensity": Definition(
        "Highest intensity", "Highest intensity now of any site, 0 to 10.", _OWN
    ),
    "coverage": Definition(
        "Coverage",
        "Marked area divided by the area of the body, in front and back and the side views that "
        "were drawn on together.",
        _JOVE,
    ),
    "sum_intensity": Definition(
        "Sum intensity",
        "Sum of the intensity over the marked area, in cm² at the figure's scale, in all views "
        "together: 10 cm² of intensity 4 give 40.",
        _JOVE,
    ),
    "laterality": Definition(
        "Laterality index",
        "(RIGHT − LEFT) / (RIGHT + LEFT) of the marked area: +1 is all on the patient's RIGHT, −1 "
        "all on the LEFT. Regions on the midline count for neither.",
        _OWN,
    ),
    "midline": Definition(
        "Crosses the midline",
        "A connected area of ink lies on both sides of the midline, with at least "
        f"{LEAST_ON_A_SIDE * 100:.0f} % of it and {LEAST_ON_A_SIDE_CM2} cm² on each.",
        _OWN,
    ),
}
"""Every measure by the name of its field in `Measures`, with what it means."""


class BodyShareBasis(StrEnum):
    """How the share of the body surface was found; the value is read by people."""

    SURFACE = "on the figure's surface, all views united"
    NINES = "by the rule of nines, an approximation for adults"
    SEVERAL_FIGURES = "not united: the marks lie on several figures"
    UNKNOWN = "not measured: no figure at hand"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of one view is marked.

    Parameters
    ----------
    share : float
        Of the body in this view, 0 to 1.
    area_cm2 : float
        At the figure's scale.
    """

    template: TemplateRef
    view_id: str
    view_name: str
    share: float
    area_cm2: float


@dataclass(frozen=True, slots=True)
class ClusterMeasure:
    """A connected area of ink.

    Parameters
    ----------
    centre : FigurePoint
        Centroid of the area, in the view.
    sites : tuple of UUID
    crosses_midline : bool
    """

    view_id: str
    area_cm2: float
    centre: FigurePoint
    sites: tuple[UUID, ...]
    crosses_midline: bool


@dataclass(frozen=True, slots=True)
class Measures:
    """All measures of one layer of a drawing.

    Parameters
    ----------
    extents : tuple of Extent
        Front, back and what else was drawn on, of every figure.
    mean_extent : float or None
        Of front and back, 0 to 1; None where nothing was drawn.
    body_share : float or None
        0 to 1; None where it cannot be said.
    body_share_basis : BodyShareBasis
    regions : int
    clusters : tuple of ClusterMeasure
    mean_intensity, sum_intensity : float or None
        None where no site has both an area and an intensity.
    max_intensity : int or None
    coverage : float or None
        0 to 1.
    laterality : float or None
        -1 all LEFT, +1 all RIGHT; None without ink on either side.
    not_measured : int
        Marks whose figure is not at hand, left out of every area.
    """

    extents: tuple[Extent, ...]
    mean_extent: float | None
    body_share: float | None
    body_share_basis: BodyShareBasis
    regions: int
    clusters: tuple[ClusterMeasure, ...]
    mean_intensity: float | None
    max_intensity: int | None
    sum_intensity: float | None
    coverage: float | None
    laterality: float | None
    not_measured: int

    @property
    def crosses_midline(self) -> bool:
        return any(cluster.crosses_midline for cluster in self.clusters)

    def extent_of(self, view_id: str) -> Extent | None:
        """The extent in the first figure that has the view."""
        return next((each for each in self.extents if each.view_id == view_id), None)


class Measurer:
    """Measures drawings one after the other, and keeps what did not change between them.

    Parameters
    ----------
    templates : mapping of TemplateRef to BodyTemplate
        The figures at hand.
    nines : RuleOfNines
    surfaces : mapping of TemplateRef to SurfaceMap
        Where a figure has one.
    """

    def __init__(
        self,
        templates: Templates,
        nines: RuleOfNines,
        surfaces: Mapping[TemplateRef, SurfaceMap] | None = None,
    ) -> None:
        self._templates = templates
        self._nines = nines
        self._surfaces = surfaces or {}
        self._shares: dict[TemplateRef, SurfaceShare] = {}
        self._weights: dict[TemplateRef, NinesWeights] = {}
        self.cache = InkCache()

    def has(self, ref: TemplateRef) -> bool:
        """Whether a figure is at hand."""
        return ref in self._templates

    def inking(self, visit: Visit, layer: AuthorLayer) -> Iterator[None]:
        """Reckon what takes long of a layer in steps of some milliseconds.

        What is asked of the visit afterwards is then found. It may be left at any step.
        """
        marks = [mark for mark in visit.marks if mark.layer is layer]
        intensities = intensities_of(visit)
        for (ref, home), drawn in self.cache.by_home(self._templates, marks).items():
            template = self._templates.get(ref)
            if template is not None and home in template.views:
                yield from self.cache.inking(template, template.views[home], drawn, intensities)

    def ink(self, visit: Visit, layer: AuthorLayer) -> tuple[ViewInk, ...]:
        """The ink of a layer on every figure: front, back and what else was drawn on."""
        marks = [mark for mark in visit.marks if mark.layer is layer]
        drawn = self.cache.by_home(self._templates, marks)
        intensities = intensities_of(visit)
        return tuple(
            self.cache.ink(template, template.views[home], drawn.get((ref, home), ()), intensities)
            for ref in dict.fromkeys(ref for ref, _ in drawn)
            if (template := self._templates.get(ref)) is not None
            for home in dict.fromkeys(("front", "back", *(h for r, h in drawn if r == ref)))
            if home in template.views
        )

    def regions(self, visit: Visit, layer: AuthorLayer = AuthorLayer.PATIENT) -> RegionStates:
        """The states of the regions, for the instruments as well."""
        return marked_regions(visit, layer, self._templates, cache=self.cache)

    def measure(
        self,
        visit: Visit,
        layer: AuthorLayer = AuthorLayer.PATIENT,
        *,
        states: RegionStates | None = None,
    ) -> Measures:
        """Measure one layer of a visit.

        Parameters
        ----------
        states : RegionStates or None
            From `regions`, if they are at hand already.
        """
        inks = self.ink(visit, layer)
        known = states or self.regions(visit, layer)
        marks = [mark for mark in visit.marks if mark.layer is layer]
        sites = {mark.site_id for mark in marks}
        intensities = {key: n for key, n in intensities_of(visit).items() if key in sites}
        mean, total = _intensity(inks, intensities)
        body_share, basis, sides = self._body_share(inks)
        return Measures(
            extents=tuple(_extent(ink) for ink in inks),
            mean_extent=_mean_extent(inks),
            body_share=body_share,
            body_share_basis=basis,
            regions=len(known.marked()),
            clusters=tuple(_cluster(ink, each) for ink in inks for each in ink.clusters),
            mean_intensity=mean,
            max_intensity=max((n for n in intensities.values() if n is not None), default=None),
            sum_intensity=total,
            coverage=_coverage(inks),
            laterality=_laterality(sides),
            not_measured=sum(mark.template not in self._templates for mark in marks),
        )

    def _body_share(
        self, inks: tuple[ViewInk, ...]
    ) -> tuple[float | None, BodyShareBasis, dict[Side, float]]:
        """Share of the body surface, how it was found, and the area of each side."""
        drawn = list({ink.template.ref: ink.template for ink in inks if ink.pieces}.values())
        planar = _planar_sides(inks)
        if not inks:
            return None, BodyShareBasis.UNKNOWN, planar
        if len(drawn) > 1:
            return None, BodyShareBasis.SEVERAL_FIGURES, planar
        template = drawn[0] if drawn else inks[0].template
        ours = [ink for ink in inks if ink.template is template]
        if template.ref in self._surfaces:
            sides = self._surface_share(template).sides(ours)
            if sides is not None:
                return min(1.0, sum(sides.values())), BodyShareBasis.SURFACE, sides
        if template.ref not in self._weights:
            self._weights[template.ref] = weights_of_nines(self._nines, template)
        share_of_nines = share_by_rule_of_nines(self._weights[template.ref], ours)
        return share_of_nines, BodyShareBasis.NINES, planar

    def _surface_share(self, template: BodyTemplate) -> SurfaceShare:
        if template.ref not in self._shares:
            self._shares[template.ref] = SurfaceShare(self._surfaces[template.ref])
        return self._shares[template.ref]


def _cm2(ink: ViewInk, area: float) -> float:
    return area * ink.view.mm_per_unit**2 / MM2_PER_CM2


def _extent(ink: ViewInk) -> Extent:
    share = min(1.0, ink.area / ink.view.silhouette.area)
    return Extent(ink.template.ref, ink.view.id, ink.view.name, share, _cm2(ink, ink.area))


def _mean_extent(inks: tuple[ViewInk, ...]) -> float | None:
    shares = [_extent(ink).share for ink in inks if ink.view.id in ("front", "back")]
    return sum(shares) / len(shares) if shares else None


def _coverage(inks: tuple[ViewInk, ...]) -> float | None:
    whole = [ink for ink in inks if ink.view.kind == "whole"]
    body = sum(_cm2(ink, ink.view.silhouette.area) for ink in whole)
    return sum(_cm2(ink, ink.area) for ink in whole) / body if body else None


def _intensity(
    inks: tuple[ViewInk, ...], intensities: Intensities
) -> tuple[float | None, float | None]:
    """Mean and sum intensity over the area of sites that have one."""
    area = total = 0.0
    for ink in inks:
        for piece in ink.pieces:
            value = intensities.get(piece.site_id)
            if value is not None:
                shown = _cm2(ink, piece.area)
                area += shown
                total += shown * value
    return (total / area, total) if area else (None, None)


def _cluster(ink: ViewInk, cluster: Cluster) -> ClusterMeasure:
    return ClusterMeasure(
        view_id=ink.view.id,
        area_cm2=_cm2(ink, cluster.area),
        centre=FigurePoint(*cluster.centroid),
        sites=cluster.sites,
        crosses_midline=_crosses(ink, cluster),
    )


def _crosses(ink: ViewInk, cluster: Cluster) -> bool:
    left = sum(piece.sides[Side.LEFT] for piece in cluster.pieces)
    right = sum(piece.sides[Side.RIGHT] for piece in cluster.pieces)
    least = min(left, right)
    return least >= LEAST_ON_A_SIDE * cluster.area and _cm2(ink, least) >= LEAST_ON_A_SIDE_CM2


def _planar_sides(inks: tuple[ViewInk, ...]) -> dict[Side, float]:
    """Areas on each side in all views together, cm² at the figure's scale."""
    return {
        side: sum(_cm2(ink, sum(piece.sides[side] for piece in ink.pieces)) for ink in inks)
        for side in Side
    }


def _laterality(sides: Mapping[Side, float]) -> float | None:
    left, right = sides[Side.LEFT], sides[Side.RIGHT]
    return (right - left) / (right + left) if right + left > 0 else None
