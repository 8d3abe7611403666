"""The parts of marks in one view as a pile: which touch, which lie on which, what changed.

Who touches whom is kept as bits of whole numbers, so that a drawing of hundreds of strokes on one
place costs no more than a few to take over to the next.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry


class Laid(NamedTuple):
    """One connected part of a mark, as it lies in the pile.

    Parameters
    ----------
    part : shapely Polygon
        Prepared; figure units.
    site_id : UUID
    rank : int
        The higher hides the lower; of the same rank the later hides the earlier.
    """

    part: BaseGeometry
    site_id: UUID
    rank: int


@dataclass(frozen=True, slots=True)
class Pile:
    """What lay in a view the last time.

    Parameters
    ----------
    held : object
        The view, kept alive while it is known by identity.
    laid : Mapping of part identity to Laid
        In the order in which they were drawn.
    slots : Mapping of part identity to int
        The bit that stands for a part.
    touching : Mapping of part identity to int
        The bits of the parts that it touches.
    pieces : Mapping of part identity to object
        What was reckoned of each part.
    """

    held: object = field(repr=False)
    laid: Mapping[int, Laid] = field(repr=False)
    slots: Mapping[int, int] = field(repr=False)
    touching: Mapping[int, int] = field(repr=False)
    pieces: Mapping[int, object] = field(repr=False)

    @classmethod
    def empty(cls, view: object) -> "Pile":
        """A pile of nothing."""
        return cls(view, {}, {}, {}, {})

    def holding(self, pieces: Mapping[int, object]) -> "Pile":
        """The same with what was reckoned of it."""
        return replace(self, pieces=pieces)

    def changing_to(
        self, laid: Sequence[Laid]
    ) -> Generator[None, None, tuple["Pile", Mapping[int, Sequence[BaseGeometry]]]]:
        """Lay other parts, in steps of some milliseconds; what stays is not tried again.

        Returns
        -------
        Pile
            Still with the pieces of this one.
        Mapping of part identity to sequence of shapely geometries
            For each part that is known: what came to lie on it since. A part that is missing here
            is new, or something above it is gone, and must be reckoned anew.
        """
        now = {id(each.part): each for each in laid}
        same = [key for key, each in now.items() if self.laid.get(key) == each]
        before = [key for key, each in self.laid.items() if now.get(key) == each]
        if same != before:  # another order hides otherwise
            same = []
        stays = set(same)
        slots, touching = yield from self._placing(now)
        gone = [key for key in self.laid if key not in stays]
        lifted = 0
        for key in gone:
            lifted |= self.touching[key]
        order = {key: (each.rank, number) for number, (key, each) in enumerate(now.items())}
        fresh = [key for key in now if key not in stays]
        above = {
            key: [
                now[other].part
                for other in fresh
                if touching[key] >> slots[other] & 1 and order[other] > order[key]
            ]
            for key in same
            if not lifted >> self.slots[key] & 1
        }
        return Pile(self.held, now, slots, touching, self.pieces), above

    def _placing(
        self, now: Mapping[int, Laid]
    ) -> Generator[None, None, tuple[dict[int, int], dict[int, int]]]:
        """Bits and touching parts of what lies there now; only new parts are tried."""
        kept = {key: slot for key, slot in self.slots.items() if key in now}
        free = _free_slots(set(kept.values()))
        new = [key for key in now if key not in kept]
        slots = kept | {key: next(free) for key in new}
        alive = sum(1 << slot for slot in kept.values())
        touching = {key: self.touching[key] & alive for key in kept} | dict.fromkeys(new, 0)
        keys = list(now)
        parts = np.array([now[key].part for key in keys] or [None], dtype=object)
        x0, y0, x1, y1 = shapely.bounds(parts).T
        for key in new:
            i = keys.index(key)
            near = (x0 <= x1[i]) & (x1 >= x0[i]) & (y0 <= y1[i]) & (y1 >= y0[i])
            near[i] = False
            found = np.flatnonzero(near)
            for j in found[shapely.intersects(parts[i], parts[found])].tolist():
                touching[key] |= 1 << slots[keys[j]]
                touching[keys[j]] |= 1 << slots[key]
            yield
        return slots, touching

    def above(self, laid: Laid) -> list[BaseGeometry]:
        """The parts that hide some of one, in the order in which they were drawn."""
        touches = self.touching[id(laid.part)]
        found = []
        later = False
        for key, other in self.laid.items():
            if key == id(laid.part):
                later = True
            elif touches >> self.slots[key] & 1 and (
                other.rank > laid.rank or (later and other.rank == laid.rank)
            ):
                found.append(other.part)
        return found

    def components(self) -> Iterator[list[int]]:
        """Parts that touch, directly or through others; by identity, in order."""
        part_of = {slot: key for key, slot in self.slots.items()}
        number = {key: i for i, key in enumerate(self.laid)}
        left = sum(1 << slot for slot in part_of)
        for start in self.laid:
            ahead = left & 1 << self.slots[start]
            left &= ~ahead
            members = []
            while ahead:
                lowest = ahead & -ahead
                ahead ^= lowest
                key = part_of[lowest.bit_length() - 1]
                members.append(key)
                found = self.touching[key] & left
                left &= ~found
                ahead |= found
            if members:
                yield sorted(members, key=number.__getitem__)


def _free_slots(taken: set[int]) -> Iterator[int]:
    slot = 0
    while True:
        if slot not in taken:
            yield slot
        slot += 1


def components(touching: Sequence[Sequence[int]]) -> list[list[int]]:
    """Group what touches, directly or through others; by index, in order."""
    group = [-1] * len(touching)
    found: list[list[int]] = []
    for start in range(len(touching)):
        if group[start] >= 0:
            continue
        group[start] = len(found)
        members, ahead = [start], [start]
        while ahead:
            for other in touching[ahead.pop()]:
                if group[other] < 0:
                    group[other] = group[start]
                    members.append(other)
                    ahead.append(other)
        found.append(sorted(members))
    return found
