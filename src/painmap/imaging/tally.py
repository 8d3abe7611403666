"""What a scan has met so far, series by series: to be told while it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from painmap.domain.progress import Progress
from painmap.imaging.header import Skipped, SliceHeader


@dataclass(frozen=True, slots=True)
class SeriesSeen:
    """A series of which files were met.

    Parameters
    ----------
    modality, description : str
        As the first of its files says; may be empty.
    number : int or None
        Series Number.
    slices : int
        Pictures that were met so far.
    """

    modality: str
    description: str
    number: int | None
    slices: int


@dataclass(frozen=True, slots=True)
class Scanned(Progress):
    """How far a scan is, and which series it has met, in the order in which it met them.

    Parameters
    ----------
    seen : tuple of SeriesSeen
    """

    seen: tuple[SeriesSeen, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts the pictures of each series while files are read."""

    _first: dict[str, SliceHeader] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, found: Sequence[SliceHeader] | Skipped) -> None:
        """Count what one file held; pictures of other modalities as well."""
        slices = found.slices if isinstance(found, Skipped) else found
        for one in slices:
            uid = one.series_uid
            if uid not in self._first:
                self._first[uid] = one
                self._counts[uid] = 0
            self._counts[uid] += 1

    def seen(self) -> tuple[SeriesSeen, ...]:
        """Give every series that was met."""
        return tuple(
            SeriesSeen(
                one.facts.modality,
                one.facts.series_description,
                one.facts.series_number,
                self._counts[uid],
            )
            for uid, one in self._first.items()
        )
