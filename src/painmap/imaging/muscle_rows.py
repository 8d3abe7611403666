"""What muscles measure, line by line: a muscle of one side at one level, and as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from painmap.domain.anatomy import Level, Side
from painmap.domain.progress import Job, Progress
from painmap.imaging.muscle_measure import MuscleFigures, asymmetry, measure_muscle
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume


@dataclass(frozen=True, slots=True)
class Comparable:
    """What makes figures comparable, as the series says it; None or empty: it does not.

    Parameters
    ----------
    contrast : str
        The agent, or what the series says of it.
    kvp : float or None
    kernel : str
    thickness_mm : float or None
    """

    contrast: str
    kvp: float | None
    kernel: str
    thickness_mm: float | None

    @classmethod
    def of(cls, stack: Stack) -> "Comparable":
        facts = stack.facts
        return cls(
            contrast=facts.contrast or "",
            kvp=facts.kvp,
            kernel=facts.kernel or "",
            thickness_mm=stack.slices[0].slice_thickness,
        )


@dataclass(frozen=True, slots=True)
class MuscleRow:
    """One line of the table.

    Parameters
    ----------
    level : Level or None
        None: the level is uncertain, or the line is of the whole muscle.
    whole : bool
        Over all slices of the muscle.
    asymmetry : float or None
        Of the compartment's area against the other side of the same line, as a share of the
        larger one; None without the other side.
    """

    compartment_id: UUID
    muscle_id: str
    side: Side
    level: Level | None
    whole: bool
    figures: MuscleFigures
    asymmetry: float | None
    comparable: Comparable


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredMuscle:
    """A muscle to measure: whose it is and its masks by slice."""

    compartment_id: UUID
    muscle_id: str
    side: Side
    masks: Mapping[int, SliceMask]


def measuring_rows(
    volume: Volume, muscles: Iterable[MeasuredMuscle], levels: Mapping[int, Level | None]
) -> Job[tuple[MuscleRow, ...]]:
    """Measure muscles from the voxels: one line for each level, one for the whole.

    Parameters
    ----------
    levels : mapping of k to Level or None
        To which level each slice belongs; None or not there: that is uncertain.

    Raises
    ------
    SeriesError
        As `measure_muscle`.
    """
    every = tuple(muscles)
    comparable = Comparable.of(volume.stack)
    rows: list[MuscleRow] = []
    for done, muscle in enumerate(every):
        yield Progress(done, len(every), "Measuring muscles")
        parts: dict[Level | None, dict[int, SliceMask]] = {}
        for k, mask in muscle.masks.items():
            parts.setdefault(levels.get(k), {})[k] = mask
        order = list(Level)
        known = sorted((each for each in parts if each is not None), key=order.index)
        lines = [
            (level, parts[level], False) for level in (*known, *([None] if None in parts else []))
        ]
        for level, masks, whole in (*lines, (None, dict(muscle.masks), True)):
            rows.append(
                MuscleRow(
                    muscle.compartment_id,
                    muscle.muscle_id,
                    muscle.side,
                    level,
                    whole,
                    measure_muscle(volume, masks),
                    None,
                    comparable,
                )
            )
    return tuple(_compared(row, rows) for row in rows)


def _compared(row: MuscleRow, rows: Sequence[MuscleRow]) -> MuscleRow:
    """Add how much the sides differ, where the other side has the same certain line."""
    if row.level is None and not row.whole:
        return row
    opposite = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}.get(row.side)
    line = (row.muscle_id, opposite, row.level, row.whole)
    other = next(
        (each for each in rows if (each.muscle_id, each.side, each.level, each.whole) == line), None
    )
    if other is None:
        return row
    share = asymmetry(row.figures.area_mm2, other.figures.area_mm2)
    return MuscleRow(
        row.compartment_id,
        row.muscle_id,
        row.side,
        row.level,
        row.whole,
        row.figures,
        share,
        row.comparable,
    )
