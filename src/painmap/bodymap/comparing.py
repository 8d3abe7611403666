"""Two drawings compared: what appeared, persisted and is gone, held against the noise of drawing.

The extent of a drawing repeats well, its place only moderately. A difference of place that lies
within what repeated drawings of an unchanged pain show is therefore not called a change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.comparing_result import (
    NOTHING,
    Comparison,
    Fate,
    Noise,
    Overlap,
    RegionChange,
    ViewComparison,
)
from painmap.bodymap.comparing_timeline import asked_about_all
from painmap.bodymap.instruments_data import RepeatNoise, RepeatStudy, whole_region_of
from painmap.bodymap.instruments_regions import RegionStates, RegionStatus
from painmap.bodymap.metrics import Measurer
from painmap.bodymap.metrics_ink import Cluster, ViewInk
from painmap.bodymap.metrics_pile import components
from painmap.domain.pain import AuthorLayer
from painmap.domain.places import TemplateRef
from painmap.domain.visit import Visit

DIFFERENT_FIGURES = "The drawings lie on different figures; only their regions are compared."
NO_FINDINGS = "The doctor has marked nothing; there is nothing to hold the drawing against."
NO_DRAWING = "The patient has marked nothing; there is nothing to hold the findings against."
NOT_YET = "Nothing is marked at this visit, nor asked; so nothing is called gone."
NOT_THEN = "Nothing was marked at the earlier visit, nor asked; so nothing is called new."
FIGURE_MISSING = "The figure of the drawings is not at hand; only their regions are compared."

__all__ = [
    "DIFFERENT_FIGURES",
    "FIGURE_MISSING",
    "NOTHING",
    "NOT_THEN",
    "NOT_YET",
    "NO_DRAWING",
    "NO_FINDINGS",
    "Comparison",
    "Fate",
    "Noise",
    "Overlap",
    "RegionChange",
    "ViewComparison",
    "compare_layers",
    "compare_visits",
]


def compare_visits(
    measurer: Measurer,
    noise: RepeatNoise,
    before: Visit,
    after: Visit,
    layer: AuthorLayer = AuthorLayer.PATIENT,
) -> Comparison:
    """Compare one layer of two visits; authors are never mixed."""
    return _compare(measurer, noise, (before, layer), (after, layer), of_layers=False)


def compare_layers(measurer: Measurer, noise: RepeatNoise, visit: Visit) -> Comparison:
    """Compare what the patient points to with what the doctor finds."""
    first, second = (visit, AuthorLayer.PATIENT), (visit, AuthorLayer.DOCTOR)
    return _compare(measurer, noise, first, second, of_layers=True)


_Drawing = tuple[Visit, AuthorLayer]


def _compare(
    measurer: Measurer,
    noise: RepeatNoise,
    first: _Drawing,
    second: _Drawing,
    *,
    of_layers: bool,
) -> Comparison:
    study = noise.layers if of_layers else noise.repeat
    alone = _why_alone(first, second, of_layers=of_layers)
    if alone:
        return Comparison((), NOTHING, (), alone, study, noise, of_layers)
    states = measurer.regions(*first), measurer.regions(*second)
    inks = measurer.ink(*first), measurer.ink(*second)
    refused = _why_refused(measurer, first, second)
    pairs = [] if refused else _by_view(*inks)
    groups = [group for pair in pairs for group in _groups(*pair)]
    counts = [len(each.marked()) for each in states]
    shared = {each.id for each in states[0].marked()} & {each.id for each in states[1].marked()}
    return Comparison(
        regions=_changes(*states, groups, study, refused=bool(refused)),
        region_overlap=Overlap(counts[0], counts[1], len(shared)),
        views=tuple(_view(pair, groups) for pair in pairs),
        refused=refused,
        study=study,
        noise=noise,
        of_layers=of_layers,
    )


def _why_alone(first: _Drawing, second: _Drawing, *, of_layers: bool) -> str:
    """Why one drawing has no other to be held against: bare is not pain-free unless asked."""
    known = _is_known(first), _is_known(second)
    if known[0] == known[1]:
        return ""
    if of_layers:
        return NO_FINDINGS if known[0] else NO_DRAWING
    return NOT_YET if known[0] else NOT_THEN


def _is_known(drawing: _Drawing) -> bool:
    visit, layer = drawing
    layers = {mark.layer for mark in visit.marks} | {tick.layer for tick in visit.pain_free}
    return layer in layers or (layer is AuthorLayer.PATIENT and asked_about_all(visit))


def _why_refused(measurer: Measurer, *drawings: _Drawing) -> str:
    refs: set[TemplateRef] = {
        mark.template for visit, layer in drawings for mark in visit.marks if mark.layer is layer
    }
    if len(refs) > 1:
        return DIFFERENT_FIGURES
    return FIGURE_MISSING if any(not measurer.has(ref) for ref in refs) else ""


_ViewPair = tuple[ViewInk | None, ViewInk | None]


def _by_view(first: Sequence[ViewInk], second: Sequence[ViewInk]) -> list[_ViewPair]:
    """The ink of both drawings in each view that has some."""
    ones = {ink.view.id: ink for ink in first}
    others = {ink.view.id: ink for ink in second}
    pairs = [(ones.get(key), others.get(key)) for key in dict.fromkeys((*ones, *others))]
    return [pair for pair in pairs if any(ink is not None and ink.pieces for ink in pair)]


@dataclass(frozen=True, slots=True)
class _Group:
    """Clusters of both drawings in one view that touch one another."""

    view_id: str
    clusters: tuple[tuple[Cluster, ...], tuple[Cluster, ...]]
    overlap: Overlap

    def area_in(self, drawing: int, region_id: str) -> float:
        return sum(
            area
            for cluster in self.clusters[drawing]
            for piece in cluster.pieces
            for region, area in piece.covered
            if whole_region_of(region.id) == region_id
        )


def _groups(first: ViewInk | None, second: ViewInk | None) -> list[_Group]:
    inks = [ink for ink in (first, second) if ink is not None]
    scale = inks[0].view.mm_per_unit ** 2 / 100
    entries = [
        (drawing, cluster, _shape(cluster))
        for drawing, ink in enumerate((first, second))
        for cluster in (ink.clusters if ink else ())
    ]
    shapes = [shape for _, _, shape in entries]
    touching: list[list[int]] = [[] for _ in entries]
    ones, others = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for i, j in zip(ones.tolist(), others.tolist(), strict=True):
        if i != j:
            touching[i].append(j)
    groups = []
    for members in components(touching):
        sides = [[entries[i] for i in members if entries[i][0] == drawing] for drawing in (0, 1)]
        one, other = (shapely.union_all([shape for _, _, shape in side]) for side in sides)
        shared = min(shapely.intersection(one, other).area, one.area, other.area)
        overlap = Overlap(one.area * scale, other.area * scale, shared * scale)
        clusters = [tuple(cluster for _, cluster, _ in side) for side in sides]
        groups.append(_Group(inks[0].view.id, (clusters[0], clusters[1]), overlap))
    return groups


def _shape(cluster: Cluster) -> BaseGeometry:
    return shapely.union_all([piece.whole for piece in cluster.pieces])


def _view(pair: _ViewPair, groups: Iterable[_Group]) -> ViewComparison:
    view = next(ink for ink in pair if ink is not None).view
    ours = (group.overlap for group in groups if group.view_id == view.id)
    shares = [ink.area / view.silhouette.area if ink else 0.0 for ink in pair]
    return ViewComparison(view.id, view.name, sum(ours, NOTHING), shares[0], shares[1])


_ORDER = (Fate.APPEARED, Fate.GONE, Fate.PERSISTED)


def _changes(
    first: RegionStates,
    second: RegionStates,
    groups: Sequence[_Group],
    study: RepeatStudy,
    *,
    refused: bool,
) -> tuple[RegionChange, ...]:
    ones = {status.id: status for status in first.marked()}
    others = {status.id: status for status in second.marked()}
    changes = [
        _change(ones.get(key), others.get(key), groups, study, refused=refused)
        for key in dict.fromkeys((*ones, *others))
    ]
    return tuple(sorted(changes, key=lambda change: _ORDER.index(change.fate)))


def _change(
    one: RegionStatus | None,
    other: RegionStatus | None,
    groups: Sequence[_Group],
    study: RepeatStudy,
    *,
    refused: bool,
) -> RegionChange:
    status = one or other
    if status is None:
        raise ValueError("a region that is marked in neither drawing does not change")
    before, after = one.share if one else 0.0, other.share if other else 0.0
    if one and other:
        return RegionChange(status.id, status.name, status.side, Fate.PERSISTED, before, after)
    fate = Fate.APPEARED if other else Fate.GONE
    drawing = 1 if other else 0
    noise, jaccard = Noise.NOT_KNOWN, None
    if groups and not refused:
        about = max(groups, key=lambda group: group.area_in(drawing, status.id))
        if about.area_in(drawing, status.id) > 0:
            jaccard = about.overlap.jaccard or 0.0
            noise = Noise.WITHIN if jaccard >= study.limit else Noise.BEYOND
    return RegionChange(status.id, status.name, status.side, fate, before, after, noise, jaccard)
