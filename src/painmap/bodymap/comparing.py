"""Two drawings compared: what appeared, persisted and is gone, held against the noise of drawing.

The extent of a drawing repeats well, its place only moderately. A difference of place that lies
within what repeated drawings of an unchanged pain show is therefore not called a change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.instruments_data import RepeatNoise, RepeatStudy, whole_region_of
from painmap.bodymap.instruments_regions import RegionStates, RegionStatus
from painmap.bodymap.metrics import Measurer
from painmap.bodymap.metrics_ink import Cluster, ViewInk
from painmap.bodymap.metrics_pile import components
from painmap.domain.anatomy import Side
from painmap.domain.pain import AuthorLayer
from painmap.domain.places import TemplateRef
from painmap.domain.visit import Visit

DIFFERENT_FIGURES = "The drawings lie on different figures; only their regions are compared."
FIGURE_MISSING = "The figure of the drawings is not at hand; only their regions are compared."


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far two sets or areas agree.

    Parameters
    ----------
    first, second, shared : float
        Numbers of regions, or areas in cm² at the figure's scale.
    """

    first: float
    second: float
    shared: float

    @property
    def united(self) -> float:
        return self.first + self.second - self.shared

    @property
    def jaccard(self) -> float | None:
        """Shared divided by united, 1 for identical; None when both are empty."""
        return self.shared / self.united if self.united > 0 else None

    @property
    def dice(self) -> float | None:
        """Twice shared divided by the sum of both; None when both are empty."""
        total = self.first + self.second
        return 2 * self.shared / total if total > 0 else None

    def __add__(self, other: "Overlap") -> "Overlap":
        return Overlap(
            self.first + other.first, self.second + other.second, self.shared + other.shared
        )


NOTHING = Overlap(0.0, 0.0, 0.0)


class Fate(StrEnum):
    """What became of a region from one drawing to the other."""

    APPEARED = "appeared"
    PERSISTED = "persisted"
    GONE = "gone"


class Noise(StrEnum):
    """A difference held against repeated drawings."""

    WITHIN = "within the noise of repeated drawings"
    BEYOND = "beyond the noise of repeated drawings"
    NOT_KNOWN = "not held against the noise: only regions are compared"


@dataclass(frozen=True, slots=True)
class RegionChange:
    """One region in both drawings.

    Parameters
    ----------
    region_id, name : str
    side : Side
        The patient's.
    fate : Fate
    before, after : float
        Share of the region that is marked, 0 to 1.
    noise : Noise or None
        For what appeared or is gone; None for what persisted.
    jaccard : float or None
        Of the connected ink about it; 0 where the other drawing has none that touches it.
    """

    region_id: str
    name: str
    side: Side
    fate: Fate
    before: float
    after: float
    noise: Noise | None = None
    jaccard: float | None = None

    @property
    def words(self) -> str:
        """Such as "RIGHT sacroiliac joint"."""
        return self.name if self.side is Side.MIDLINE else f"{self.side.word} {self.name}"


@dataclass(frozen=True, slots=True)
class ViewComparison:
    """One view in both drawings.

    Parameters
    ----------
    overlap : Overlap
        Areas in cm² at the figure's scale.
    before, after : float
        Extent: share of the body in this view, 0 to 1.
    """

    view_id: str
    name: str
    overlap: Overlap
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two drawings compared.

    Parameters
    ----------
    regions : tuple of RegionChange
        What appeared first, then what is gone, then what persisted.
    region_overlap : Overlap
        Numbers of regions.
    views : tuple of ViewComparison
        Whole views and zooms with ink in either drawing; empty when areas are not compared.
    refused : str
        Why areas are not compared; empty when they are.
    study : RepeatStudy
        What the differences are held against.
    of_layers : bool
        Patient and doctor of one visit; False: two visits.
    """

    regions: tuple[RegionChange, ...]
    region_overlap: Overlap
    views: tuple[ViewComparison, ...]
    refused: str
    study: RepeatStudy
    noise: RepeatNoise
    of_layers: bool

    @property
    def planar(self) -> Overlap | None:
        """Areas of all views together; None when they are not compared."""
        return None if self.refused else sum((each.overlap for each in self.views), NOTHING)

    def having(self, fate: Fate) -> tuple[RegionChange, ...]:
        return tuple(change for change in self.regions if change.fate is fate)

    def sentences(self) -> tuple[str, ...]:
        """Everything in words: as a whole, view by view, region by region."""
        return (
            *self._summary(),
            *(self._of_view(view) for view in self.views),
            *(self.sentence_of(change) for change in self.regions),
        )

    def _summary(self) -> Iterable[str]:
        if self.refused:
            yield self.refused
        planar = self.planar
        if planar is not None and planar.jaccard is not None and planar.dice is not None:
            within = self._noise_of(planar.jaccard)
            yield (
                f"place: Jaccard {planar.jaccard:.2f}, Dice {planar.dice:.2f}; "
                f"{self._published(within)}"
            )
        overlap = self.region_overlap
        if overlap.jaccard is None or overlap.dice is None:
            yield "no region is marked in either drawing"
        else:
            yield (
                f"regions: {overlap.shared:.0f} of {overlap.united:.0f} in both, "
                f"Jaccard {overlap.jaccard:.2f}, Dice {overlap.dice:.2f}"
            )

    def _of_view(self, view: ViewComparison) -> str:
        change = (view.after - view.before) * 100
        first, second = ("patient", "doctor") if self.of_layers else ("before", "now")
        words = (
            f"extent, {view.name.lower()}: {first} {view.before * 100:.1f} %, "
            f"{second} {view.after * 100:.1f} % ({change:+.1f} points)"
        )
        middle = (view.before + view.after) / 2
        if middle == 0 or change == 0:
            return words
        differs = self.noise.examiners_differ
        within = abs(view.after - view.before) / middle <= differs
        return (
            f"{words}; {'no more' if within else 'more'} than the {differs * 100:.0f} % by which "
            "two examiners differed on the same drawings"
        )

    def sentence_of(self, change: RegionChange) -> str:
        """Such as "appeared: RIGHT sacroiliac joint; within the noise of repeated drawings ..."."""
        if change.fate is Fate.PERSISTED:
            shares = f"{change.before * 100:.0f} % → {change.after * 100:.0f} % of the region"
            if self.of_layers:
                shares = f"patient {change.before * 100:.0f} %, doctor {change.after * 100:.0f} %"
            return f"{self._fate_word(change.fate)}: {change.words}, {shares}"
        words = f"{self._fate_word(change.fate)}: {change.words}"
        if change.noise is None or change.noise is Noise.NOT_KNOWN or change.jaccard is None:
            return f"{words}; {Noise.NOT_KNOWN.value}"
        return f"{words}; {self._published(change.noise, change.jaccard)}"

    def _published(self, noise: Noise, jaccard: float | None = None) -> str:
        own = "" if jaccard is None else f"Jaccard {jaccard:.2f}; "
        where = "within" if noise is Noise.WITHIN else "beyond"
        figure = self.study.figure
        if self.of_layers:
            return f"{where} the published difference of {self.study.words} ({own}{figure})"
        words = f"{where} the noise of repeated drawings ({own}repeats {figure})"
        return words + (", not called a change" if own and noise is Noise.WITHIN else "")

    def _fate_word(self, fate: Fate) -> str:
        return _LAYER_WORDS[fate] if self.of_layers else fate.value

    def _noise_of(self, jaccard: float) -> Noise:
        return Noise.WITHIN if jaccard >= self.study.limit else Noise.BEYOND


_LAYER_WORDS = {
    Fate.APPEARED: "only the doctor",
    Fate.GONE: "only the patient",
    Fate.PERSISTED: "patient and doctor",
}


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
