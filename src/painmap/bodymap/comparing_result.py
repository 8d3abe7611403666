"""What a comparison of two drawings says, in numbers and in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from painmap.bodymap.instruments_data import RepeatNoise, RepeatStudy
from painmap.domain.anatomy import Side


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
        if self.refused and not self.regions:
            return
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
