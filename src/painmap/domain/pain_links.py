"""How one pain belongs with another: it radiates there, is the same, or is unrelated."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from painmap.domain.items import UNSTAMPED, Stamp
from painmap.domain.pain import MarkedRegion


class PainLinkKind(StrEnum):
    """What a pain is to another; the value is the words between the two."""

    RADIATES = "radiates to"
    REFERS = "refers on palpation to"
    SAME = "the same pain as"
    UNRELATED = "unrelated to"


MUTUAL = frozenset({PainLinkKind.SAME, PainLinkKind.UNRELATED})
"""Kinds that can be said from either end."""


@dataclass(frozen=True, slots=True)
class PainLink:
    """What one pain site is to another, or to a region that has no site of its own.

    Parameters
    ----------
    from_site : UUID
        The pain site that it is said of.
    to_site : UUID or None
        Another pain site; None for a region.
    to_region : MarkedRegion or None
        With share 0: the region is named, not covered.
    arrow : UUID or None
        The mark that shows it; None for one that was said in words. It goes with its arrow.
    """

    id: UUID
    kind: PainLinkKind
    from_site: UUID
    to_site: UUID | None = None
    to_region: MarkedRegion | None = None
    arrow: UUID | None = None
    stamp: Stamp = UNSTAMPED

    def __post_init__(self) -> None:
        if (self.to_site is None) is (self.to_region is None):
            raise ValueError("a pain is linked to a site or to a region, to one of them")
        if self.to_site == self.from_site:
            raise ValueError("a pain is not linked to itself")
