"""Ways to part slices that lie parallel: by acquisition, by time, by phase and so on."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np

from painmap.imaging.header import SliceHeader
from painmap.imaging.layout import DUPLICATE_MM, normal_of, step_of, tolerance_mm


class Way(StrEnum):
    """How the slices of a series are read; the value is its name for people."""

    AS_ONE = "all as one"
    IMAGE_TYPE = "split by image type"
    PHASE = "split by phase"
    ACQUISITION = "split by acquisition"
    ENERGY = "split by tube voltage"
    KERNEL = "split by kernel"
    TIME = "split by time"
    NUMBER = "split by picture number"
    RUN = "split where slices are missing"


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the slices that lie parallel.

    Parameters
    ----------
    slices : tuple of SliceHeader
    name : str
        What tells it from the other parts: "acquisition 3"; empty when there is only one.
    """

    slices: tuple[SliceHeader, ...]
    name: str = ""


def parts_of(slices: Sequence[SliceHeader], way: Way) -> tuple[Part, ...]:
    """Part parallel slices.

    Parameters
    ----------
    slices : sequence of SliceHeader
        Of one orientation, matrix and pixel spacing.
    way : Way

    Returns
    -------
    tuple of Part
        One with all slices where `way` does not tell them apart.
    """
    whole = (Part(tuple(slices)),)
    if way is Way.AS_ONE or len(slices) < 2:
        return whole
    if way is Way.RUN:
        return _runs(slices) or whole
    if way in (Way.TIME, Way.NUMBER):
        return _turns(slices, way) or whole
    key, name = _KEYS[way]
    groups: dict[Hashable, list[SliceHeader]] = defaultdict(list)
    for one in slices:
        groups[key(one)].append(one)
    if len(groups) < 2:
        return whole
    ordered = sorted(groups.items(), key=lambda item: _order(item[0]))
    return tuple(Part(tuple(group), name(value)) for value, group in ordered)


def _order(value: Hashable) -> tuple[int, float, str]:
    """Numbers before words, what is not said last."""
    if value is None:
        return 2, 0.0, ""
    return (0, value, "") if isinstance(value, int | float) else (1, 0.0, str(value))


_Key = Callable[[SliceHeader], Hashable]
_Name = Callable[[Any], str]


def _kind(one: SliceHeader) -> str:
    """The first three values of the image type; what follows differs between makers."""
    return "\\".join(one.image_type.split("\\")[:3])


_KEYS: dict[Way, tuple[_Key, _Name]] = {
    Way.IMAGE_TYPE: (_kind, lambda it: str(it).replace("\\", " ").lower() or "no image type"),
    Way.PHASE: (lambda one: one.phase, lambda it: f"phase {it}" if it else "no phase"),
    Way.ACQUISITION: (
        lambda one: one.acquisition,
        lambda it: "no acquisition number" if it is None else f"acquisition {it}",
    ),
    Way.ENERGY: (
        lambda one: one.facts.kvp,
        lambda it: "no tube voltage" if it is None else f"{it:g} kV",
    ),
    Way.KERNEL: (lambda one: one.facts.kernel, lambda it: f"kernel {it or 'not said'}"),
}


def places_of(slices: Sequence[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices that lie at one place together, along the normal; empty without geometry."""
    if not slices or not all(one.has_geometry for one in slices):
        return []
    normal = normal_of(slices[0])
    along = np.array([one.position for one in slices], dtype=np.float64) @ normal
    order = np.argsort(along, kind="stable")
    places: list[list[SliceHeader]] = []
    for before, number in zip([None, *order[:-1]], order, strict=True):
        if before is None or along[number] - along[before] > DUPLICATE_MM:
            places.append([])
        places[-1].append(slices[number])
    return places


def shared_places(slices: Sequence[SliceHeader]) -> int:
    """At how many places several slices lie."""
    return sum(len(place) > 1 for place in places_of(slices))


def _turns(slices: Sequence[SliceHeader], way: Way) -> tuple[Part, ...]:
    """The first slice of every place, the second of every place, and so on."""
    places = places_of(slices)
    most = max((len(place) for place in places), default=0)
    if most < 2:
        return ()
    crowded = [place for place in places if len(place) > 1]
    if way is Way.TIME and not all(_told_by_time(place) for place in crowded):
        return ()
    turns: list[list[SliceHeader]] = [[] for _ in range(most)]
    for place in places:
        rule = _by_time if way is Way.TIME else _by_number
        for turn, one in enumerate(sorted(place, key=rule)):
            turns[turn].append(one)
    return tuple(
        Part(tuple(turn), f"{_TURN[way]} {number} of {most}{_began(way, turn)}")
        for number, turn in enumerate(turns, 1)
    )


_TURN = {Way.TIME: "time", Way.NUMBER: "picture"}


def _began(way: Way, turn: Sequence[SliceHeader]) -> str:
    """When it began, as a clock says it."""
    first = min(one.acquired for one in turn).split(".")[0]
    if way is not Way.TIME or len(first) not in (6, 14):
        return ""
    clock = first[-6:]
    return f", {clock[:2]}:{clock[2:4]}:{clock[4:]}"


def _told_by_time(place: Sequence[SliceHeader]) -> bool:
    times = [one.acquired for one in place]
    return all(times) and len(set(times)) == len(times)


def _by_time(one: SliceHeader) -> tuple[str, int]:
    return one.acquired, one.instance_number or 0


def _by_number(one: SliceHeader) -> tuple[int, str, int]:
    return one.instance_number or 0, one.sop_uid, one.frame


def _runs(slices: Sequence[SliceHeader]) -> tuple[Part, ...]:
    """Parts between which a step is larger than the usual one."""
    places = places_of(slices)
    if len(places) < 3 or any(len(place) > 1 for place in places):
        return ()
    ordered = [place[0] for place in places]
    normal = normal_of(ordered[0])
    steps = np.diff(np.array([one.position for one in ordered], dtype=np.float64) @ normal)
    usual = step_of(steps)
    cuts = [k + 1 for k, step in enumerate(steps) if step - usual > tolerance_mm(usual)]
    if not cuts:
        return ()
    return tuple(
        Part(tuple(ordered[start:end]), f"part {number} of {len(cuts) + 1}")
        for number, (start, end) in enumerate(pairwise([0, *cuts, len(ordered)]), 1)
    )
