"""What the drawing says: measured and scored, and put into words for the panel."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from painmap.bodymap.instruments import Scores, score
from painmap.bodymap.instruments_data import Instruments
from painmap.bodymap.instruments_regions import RegionStates
from painmap.bodymap.metrics import BodyShareBasis, Measurer, Measures
from painmap.domain.pain import AuthorLayer, Mark, PainFree, PainSite
from painmap.domain.places import TemplateRef
from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit
from painmap.services.catalogue import figures_of, instruments, surfaces_of

Line = tuple[str, str]
Drawing = tuple[tuple[Mark, ...], tuple[PainSite, ...], tuple[PainFree, ...]]
NEARLY_EVEN = 0.1
"""A laterality index nearer to 0 than this is called even."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The measures and scores of one layer."""

    measures: Measures
    scores: Scores


class Reader:
    """Reads one drawing after the other; what did not change in between is not measured again."""

    def __init__(self, tables: Callable[[], Instruments] = instruments) -> None:
        self._tables = tables
        self._figures: frozenset[TemplateRef] = frozenset()
        self._measurer: Measurer | None = None
        self._last: tuple[Drawing, RegionStates, Measures] | None = None

    def knows(self, visit: Visit) -> bool:
        """Whether nothing is new but answers, so that reading takes no time."""
        return self._last is not None and self._last[0] == _drawing(visit)

    def read(self, visit: Visit) -> Reading:
        """Measure and score what the patient showed in a visit."""
        if self._last is None or not self.knows(visit):
            measurer = self.measurer_for(visit)
            states = measurer.regions(visit, AuthorLayer.PATIENT)
            measures = measurer.measure(visit, AuthorLayer.PATIENT, states=states)
            self._last = (_drawing(visit), states, measures)
        _, states, measures = self._last
        return Reading(measures, score(self._tables(), states, visit.answers))

    def job(self, visit: Visit) -> Job[Reading]:
        """The same in steps of some milliseconds, to be taken on any thread; one at a time."""
        if not self.knows(visit):
            yield from inked(self.measurer_for(visit), visit, AuthorLayer.PATIENT)
        return self.read(visit)

    def measurer_for(self, *visits: Visit) -> Measurer:
        """Give what measures drawings on the figures of these visits."""
        figures = {ref: figure for visit in visits for ref, figure in figures_of(visit).items()}
        wanted = frozenset(figures)
        if self._measurer is None or not wanted <= self._figures:
            self._measurer = Measurer(figures, self._tables().rule_of_nines, surfaces_of(figures))
            self._figures = wanted
        return self._measurer


def inked(measurer: Measurer, visit: Visit, *layers: AuthorLayer) -> Iterator[Progress]:
    """Reckon what takes long of layers, with a place to stop after each step."""
    for layer in layers:
        for number, _ in enumerate(measurer.inking(visit, layer)):
            yield Progress(number, None, "Measuring the drawing")


def _drawing(visit: Visit) -> Drawing:
    return visit.marks, visit.pain_sites, visit.pain_free


def percent(share: float | None) -> str:
    """Such as "2.4 %", "14 %", "less than 0.1 %"; a dash for what is not known."""
    if share is None:
        return "–"
    value = share * 100
    if 0 < value < 0.1:
        return "less than 0.1 %"
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %"


def laterality_words(index: float | None) -> str:
    """Such as "more on the LEFT, index -0.62"; + is the patient's RIGHT."""
    if index is None:
        return "–"
    number = f"{round(index, 2) or 0:+.2f}".replace("-", "−")
    if abs(index) < NEARLY_EVEN:
        return f"about even, index\u00a0{number}"
    side = "RIGHT" if index > 0 else "LEFT"
    return f"{'only' if abs(index) >= 0.995 else 'more'} on the {side}, index\u00a0{number}"


def extent_lines(measures: Measures) -> tuple[Line, ...]:
    """The views that were drawn on, and the share of the body surface."""
    lines = [
        (f"{extent.view_name} view", percent(extent.share))
        for extent in measures.extents
        if extent.share > 0 or extent.view_id in ("front", "back")
    ]
    nines = measures.body_share_basis is BodyShareBasis.NINES
    surface = "Body surface, rule of nines" if nines else "Body surface"
    lines.append((surface, percent(measures.body_share)))
    return tuple(lines)


def place_lines(measures: Measures) -> tuple[Line, ...]:
    """Regions, clusters, sides."""
    return (
        ("Regions", str(measures.regions)),
        ("Clusters", str(len(measures.clusters))),
        ("Sides", laterality_words(measures.laterality)),
        ("Crosses the midline", "yes" if measures.crosses_midline else "no"),
    )


def intensity_lines(measures: Measures) -> tuple[Line, ...]:
    """Mean over the marked area, and the highest of any site."""
    mean, most = measures.mean_intensity, measures.max_intensity
    return (
        ("Mean over the marked area", "not asked" if mean is None else f"{_short(mean)} of 10"),
        ("Highest of any site", "not asked" if most is None else f"{most} of 10"),
    )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def left_out_words(measures: Measures) -> str:
    """What could not be measured; empty when nothing."""
    count = measures.not_measured
    return f"{plural(count, 'mark')} of another figure not measured." if count else ""
