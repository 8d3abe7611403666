"""The figures of a plot of muscles in shapes, words and cells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from painmap.domain.anatomy import Side
from painmap.domain.compartment import CompartmentStatus
from painmap.domain.sentences import day_words, plural
from painmap.imaging.muscle_measure import MuscleFigures, asymmetry
from painmap.imaging.muscle_rows import Comparable, MuscleRow
from painmap.ui.ct_course import CoursePoint, changes_between
from painmap.ui.ct_muscle_table import NONE
from painmap.ui.ct_words import whole
from painmap.ui.side_plot import SHAPE_WORDS, SIDES, Figure

NEAR_TICK = 0.12
"""Dates nearer than this share of the axis to the one before stand in the table only."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is measured.

    Parameters
    ----------
    name, unit : str
    by_hu : bool
        It follows from Hounsfield units, which change with kVp, contrast and kernel.
    value : callable
        In the unit; None where there is none.
    """

    name: str
    unit: str
    by_hu: bool
    value: Callable[[MuscleFigures], float | None]

    @property
    def words(self) -> str:
        return f"{self.name}, {self.unit}"

    @property
    def from_zero(self) -> bool:
        """Whether nothing is a value of it: Hounsfield units begin at an agreed zero."""
        return self.unit != "HU"


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _ml(volume: float | None) -> float | None:
    return None if volume is None else volume / 1000


MEASURES = (
    Measure("Area", "cm²", False, lambda f: f.area_mm2 / 100),
    Measure("Lean area", "cm²", True, lambda f: f.lean_area_mm2 / 100),
    Measure("Mean", "HU", True, lambda f: f.mean_hu),
    Measure("Fat", "%", True, lambda f: _percent(f.fat_share)),
    Measure("Low density", "%", True, lambda f: _percent(f.low_density_share)),
    Measure("Volume", "ml", False, lambda f: _ml(f.volume_mm3)),
)


def figures_of(
    at: float, found: Mapping[Side, MuscleRow | None], measure: Measure, point: CoursePoint
) -> list[Figure]:
    made = []
    for side, line in found.items():
        value = None if line is None else measure.value(line.figures)
        if line is not None and value is not None:
            proposed = point.compartment_of(line).status is CompartmentStatus.PROPOSED
            made.append(Figure(at, side, value, certain=not proposed))
    return made


def side_heads(measure: Measure) -> tuple[str, ...]:
    return f"RIGHT, {measure.unit}", f"LEFT, {measure.unit}", "Sides"


def side_cells(found: Mapping[Side, MuscleRow | None], measure: Measure) -> tuple[str, ...]:
    values = {
        side: None if line is None else measure.value(line.figures) for side, line in found.items()
    }
    # a muscle of the midline has one figure, which stands in the first column
    right = values[Side.MIDLINE] if values[Side.RIGHT] is None else values[Side.RIGHT]
    left = values[Side.LEFT]
    return _value(right, measure), _value(left, measure), difference_words(left, right, measure)


def difference_words(left: float | None, right: float | None, measure: Measure) -> str:
    """How the sides differ, such as "LEFT 12 % smaller", "LEFT 6 HU lower"."""
    if left is None or right is None:
        return NONE
    lower = Side.LEFT if left < right else Side.RIGHT
    if measure.unit in ("cm²", "ml"):
        share = asymmetry(left, right)
        apart, words = (0 if share is None else round(100 * share)), "% smaller"
    else:
        # of the figures as they are shown, so that they do not contradict each other
        apart = abs(round(left) - round(right))
        words = "HU lower" if measure.unit == "HU" else "points lower"
    return f"{lower.word} {apart} {words}" if apart else "no difference"


def _value(value: float | None, measure: Measure) -> str:
    if value is None:
        return NONE
    return f"{value:.1f}".removesuffix(".0") if measure.unit == "cm²" else whole(value)


def short_comparable(comparable: Comparable) -> str:
    """Such as "no contrast named, 120 kVp, B30f, 3 mm"."""
    kvp, thick = comparable.kvp, comparable.thickness_mm
    return ", ".join(
        (
            comparable.contrast or "no contrast named",
            f"{kvp:g} kVp" if kvp else "kVp not given",
            comparable.kernel or "kernel not given",
            f"{thick:g} mm" if thick else "thickness not given",
        )
    )


def standing_words(point: CoursePoint, lines: Iterable[MuscleRow | None]) -> str:
    """Such as "dr.weber, accepted, 34 slices"."""
    found = [(point.compartment_of(line), line.figures.slices) for line in lines if line]
    words = []
    for each, _ in found:
        resampled = each.source is not None and each.source.resampled
        parts = (each.stamp.author, each.status.value, "resampled" if resampled else "")
        words.append(", ".join(part for part in parts if part))
    counts = sorted({slices for _, slices in found})
    size = (
        plural(counts[-1], "slice") if len(counts) == 1 else f"{counts[0]} to {counts[-1]} slices"
    )
    return f"{'; '.join(dict.fromkeys(words))}, {size}"


def uncertain_words(lines: Sequence[MuscleRow], *, any_level: bool) -> str:
    slices = max((line.figures.slices for line in lines if _is_uncertain(line)), default=0)
    if not any_level:
        return (
            "No level is certain here, so there is nothing to plot over levels. Confirm the levels "
            "of the spine first."
        )
    if slices:
        return f"{plural(slices, 'slice')} of no certain level are not in the plot."
    return ""


def _is_uncertain(line: MuscleRow) -> bool:
    return line.level is None and not line.whole


def key_words(figures: Sequence[Figure]) -> str:
    parts = [
        f"Patient's {side.word}: {SHAPE_WORDS[side]}."
        for side in SIDES
        if any(each.side is side for each in figures)
    ]
    if any(not each.certain for each in figures):
        parts.append("Hollow: proposed, not accepted.")
    return " ".join(parts)


def day_ticks(points: Sequence[CoursePoint]) -> list[tuple[float, str]]:
    days = [point.day.toordinal() for point in points]
    reach = max(days[-1] - days[0], 1) if days else 1
    ticks: list[tuple[float, str]] = []
    for point, at in zip(points, days, strict=True):
        near = ticks and at - ticks[-1][0] < NEAR_TICK * reach
        if not near:
            ticks.append((float(at), day_words(point.day)))
    return ticks


def gaps_between(points: Sequence[CoursePoint]) -> tuple[float, ...]:
    """Half-way between CTs whose Hounsfield units are not comparable."""
    return tuple(
        (before.day.toordinal() + after.day.toordinal()) / 2
        for before, after in pairwise(points)
        if changes_between(before, after)
    )
