"""One series may be read in several ways: candidates, ranked, with a reason each."""

from collections.abc import Sequence
from dataclasses import dataclass

from painmap.domain.sentences import plural
from painmap.imaging.layout import tolerance_mm
from painmap.imaging.stack import Stack, WarningCode
from painmap.imaging.ways import Way, shared_places

NEVER_FIRST = {Way.NUMBER, Way.RUN}
"""The user may choose these; that pictures are numbered says nothing of what they show."""

LEAST_IN_BLOCK = 3
"""Fewer slices have only one step between them, which may be a gap."""

MOST_NAMED = 4
"""So many parts are named in a sentence."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a series.

    Parameters
    ----------
    way : Way
    stacks : tuple of Stack
        In the order of their index.
    reason : str
        What speaks for it, or against it; a sentence.
    """

    way: Way
    stacks: tuple[Stack, ...]
    reason: str

    @property
    def words(self) -> str:
        """Such as "split by acquisition: 2 stacks"."""
        return f"{self.way.value}: {plural(len(self.stacks), 'stack')}"


@dataclass(frozen=True, slots=True)
class SeriesReadings:
    """A series with all ways to read it.

    Parameters
    ----------
    series_uid : str
    readings : tuple of Reading
        The best one first; at least one.
    question : str
        What only the user can say, such as which phase is wanted; empty: nothing is asked.
    """

    series_uid: str
    readings: tuple[Reading, ...]
    question: str = ""

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """As the best reading gives them."""
        return self.readings[0].stacks

    def in_way(self, way: Way) -> Reading:
        """The reading of that way; the best one where there is none."""
        return next((one for one in self.readings if one.way is way), self.readings[0])


def ranked(series_uid: str, candidates: Sequence[tuple[Way, tuple[Stack, ...]]]) -> SeriesReadings:
    """Rank the ways to read a series.

    Parameters
    ----------
    series_uid : str
    candidates : sequence of (Way, stacks)
        The first one is all as one; the others part its stacks further.

    Returns
    -------
    SeriesReadings
        First comes what puts no two pictures at one place, then what leaves the fewest slices
        outside of a volume, then what was of one image type, then the fewest stacks.
    """
    whole = candidates[0][1]
    useful = [candidates[0], *(each for each in candidates[1:] if _is_of_use(*each, whole))]
    best_first = sorted(useful, key=lambda each: _fault(each[0], each[1], whole))
    doubtful = [one for one in whole if WarningCode.DUPLICATE_POSITION in one.codes]
    crowded = sum(shared_places(stack.slices) for stack in doubtful)
    readings = tuple(
        Reading(way, stacks, _reason(way, stacks, crowded)) for way, stacks in best_first
    )
    return SeriesReadings(series_uid, readings, _question(crowded, readings))


def _is_of_use(way: Way, stacks: Sequence[Stack], whole: Sequence[Stack]) -> bool:
    """A way that takes all apart into single slices tells nothing."""
    larger = [stack for stack in stacks if stack.part and len(stack.slices) > 1]
    if way is Way.RUN:
        return any(stack.uniform for stack in larger) and _only_gaps(whole)
    return len(stacks) > len(whole) and bool(larger)


def _only_gaps(whole: Sequence[Stack]) -> bool:
    """Slices are missing, and nothing else is wrong with the steps."""
    found = {code for stack in whole for code in stack.codes}
    return WarningCode.GAP in found and not found & _OTHERWISE_BROKEN


_OTHERWISE_BROKEN = {WarningCode.UNEVEN, WarningCode.DUPLICATE_POSITION}


def _fault(way: Way, stacks: Sequence[Stack], whole: Sequence[Stack]) -> tuple[object, ...]:
    """What speaks against a reading, the weightiest first."""
    placed = [stack for stack in stacks if stack.has_geometry and not stack.is_localizer]
    together = sum(shared_places(stack.slices) for stack in placed)
    # a slice that a split left alone is worth no more than one that shares its place
    alone = sum(bool(stack.part) and len(stack.slices) == 1 for stack in placed)
    loose = sum(len(stack.slices) for stack in placed if not stack.uniform)
    return (
        way in NEVER_FIRST or not _demanded(way, stacks, whole),
        together + alone,
        loose,
        way is not Way.IMAGE_TYPE,
        len(stacks),
        list(Way).index(way),
    )


def _demanded(way: Way, stacks: Sequence[Stack], whole: Sequence[Stack]) -> bool:
    """Whether parting is more than a guess at why a slice is missing.

    Where slices are missing and nothing else is wrong, a split is right only if the gap lies
    between parts that go on in the same steps; else it would hide the gap.
    """
    if way in (Way.AS_ONE, Way.IMAGE_TYPE) or not _only_gaps(whole):
        return True
    parts = [stack for stack in stacks if stack.part]
    if any(stack.geometry is None or len(stack.slices) < LEAST_IN_BLOCK for stack in parts):
        return False
    steps = [stack.spacing_mm[0] or 0.0 for stack in parts]
    return max(steps) - min(steps) <= tolerance_mm(min(steps))


def _reason(way: Way, stacks: Sequence[Stack], crowded: int) -> str:
    parts = [stack for stack in stacks if stack.part]
    if way is Way.AS_ONE:
        if crowded:
            return f"{_places(crowded)} several different pictures then lie."
        several = [stack for stack in stacks if len(stack.slices) > 1]
        if not several:
            return "Its pictures stand alone."
        if all(stack.uniform for stack in several):
            return "The slices follow each other in even steps."
        return "The slices do not follow each other in even steps."
    named = ", ".join(stack.part for stack in parts[:MOST_NAMED])
    more = f" and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else ""
    even = sum(stack.uniform for stack in parts)
    state = "each evenly spaced" if even == len(parts) else f"{even} of them evenly spaced"
    warning = " The number of a picture does not say what it shows." if way is Way.NUMBER else ""
    words = f"{named}{more}, {state}.{warning}"
    return words[:1].upper() + words[1:]


def _places(count: int) -> str:
    return "At 1 place" if count == 1 else f"At {count} places"


def _question(crowded: int, readings: Sequence[Reading]) -> str:
    """Several pictures at one place: only the user knows which is wanted."""
    if not crowded or len(readings) < 2:
        return ""
    return f"{_places(crowded)} of this series several different pictures lie. Which are wanted?"
