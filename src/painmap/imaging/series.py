"""Sorting slices into series and stacks.

One series may hold several things: localizers, reference images, blocks of another
orientation. Each becomes a stack of its own, never one false volume.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from painmap.imaging.header import SliceHeader
from painmap.imaging.layout import Layout, layout_of, normal_of
from painmap.imaging.readings import SeriesReadings, ranked
from painmap.imaging.series_warnings import (
    copies_warning,
    facts_warnings,
    heights,
    overlap_warning,
    overlaps_of,
    phase_warning,
    same_places,
)
from painmap.imaging.stack import Stack, WarningCode
from painmap.imaging.tags import made_uid
from painmap.imaging.ways import Part, Way, parts_of

SAME_DIRECTION = 5e-4
"""Largest difference of a direction cosine within a stack.

Rounding to four decimals gives 1e-4; 5e-4 moves the edge of a 400 mm picture by 0.1 mm.
"""

SAME_PIXEL_SHARE = 5e-4
"""Largest relative difference of pixel spacing within a stack."""


@dataclass(frozen=True, slots=True)
class _Series:
    """Slices of one series with the UIDs they go by."""

    series_uid: str
    study_uid: str
    slices: tuple[SliceHeader, ...]


def stacks_of(
    headers: Iterable[SliceHeader], copies: Mapping[Path, int] | None = None
) -> tuple[Stack, ...]:
    """Sort slices into series and these into stacks.

    Parameters
    ----------
    headers : iterable of SliceHeader
    copies : mapping from Path to int, optional
        How many byte-identical copies of a file were left out.

    Returns
    -------
    tuple of Stack
        Series by number and UID; within a series by stack index.
    """
    return tuple(stack for one in readings_of(headers, copies) for stack in one.stacks)


def readings_of(
    headers: Iterable[SliceHeader], copies: Mapping[Path, int] | None = None
) -> tuple[SeriesReadings, ...]:
    """Sort slices into series, and say in which ways each can be read.

    Parameters
    ----------
    headers, copies
        As for `stacks_of`.

    Returns
    -------
    tuple of SeriesReadings
        By series number and UID.
    """
    return tuple(_readings(series, copies or {}) for series in _series(headers))


def _readings(series: _Series, copies: Mapping[Path, int]) -> SeriesReadings:
    groups = [_without_zero_places(group) for group in _parallel(series.slices)]
    whole = _stacks(series, [Part(tuple(group)) for group in groups], copies)
    codes = {code for stack in whole for code in stack.codes}
    candidates = [(Way.AS_ONE, whole)]
    seen = {_ids(stack.slices for stack in whole)}
    for way in Way:
        needed = _NEEDED_FOR.get(way)
        if way is Way.AS_ONE or (needed is not None and needed not in codes):
            continue
        parts = [part for group in groups for part in parts_of(group, way)]
        same = _ids(part.slices for part in parts)
        if same not in seen:
            seen.add(same)
            candidates.append((way, _stacks(series, parts, copies)))
    return ranked(series.series_uid, candidates)


_NEEDED_FOR = {
    Way.TIME: WarningCode.DUPLICATE_POSITION,
    Way.NUMBER: WarningCode.DUPLICATE_POSITION,
    Way.RUN: WarningCode.GAP,
}
"""What must be wrong with a series for a way to be of use."""


def _ids(groups: Iterable[Sequence[SliceHeader]]) -> frozenset[frozenset[int]]:
    """Which slices stand together; by identity, since a header is long to hash."""
    return frozenset(frozenset(map(id, group)) for group in groups)


def _stacks(
    series: _Series, parts: Sequence[Part], copies: Mapping[Path, int]
) -> tuple[Stack, ...]:
    names = {id(part.slices[0]): part.name for part in parts}
    layouts = _ordered([layout_of(part.slices) for part in parts])
    overlaps = overlaps_of(layouts)
    found: list[Stack] = []
    for index, layout in enumerate(layouts):
        part = next(names[id(one)] for one in layout.slices if id(one) in names)
        warnings = [*layout.warnings, *facts_warnings(layout.slices)]
        warnings += copies_warning(layout.slices, copies)
        near = overlaps[index]
        phases = [other for other in near if part and same_places(layout, layouts[other])]
        rest = [other for other in near if other not in phases]
        warnings += phase_warning(part, len(phases)) + overlap_warning(rest)
        stable = tuple(sorted(warnings, key=lambda one: list(WarningCode).index(one.code)))
        uids = series.series_uid, series.study_uid
        found.append(Stack(*uids, index, layout.slices, layout.geometry, stable, part))
    return tuple(found)


def _series(headers: Iterable[SliceHeader]) -> list[_Series]:
    """Group by series UID; slices without one by what else tells series apart."""
    named: dict[str, list[SliceHeader]] = defaultdict(list)
    unnamed: dict[tuple[object, ...], list[SliceHeader]] = defaultdict(list)
    for one in headers:
        if one.series_uid:
            named[one.series_uid].append(one)
        else:
            facts = one.facts
            place = one.frame_of_reference_uid
            unnamed[
                facts.identity, facts.study_date, place, facts.series_number, one.study_uid
            ].append(one)
    result = [_Series(uid, _study_uid(group), tuple(group)) for uid, group in named.items()]
    for group in unnamed.values():
        seed = f"{_seed(group)}|{group[0].facts.series_number}"
        result.append(_Series(made_uid(f"series|{seed}"), _study_uid(group), tuple(group)))
    return sorted(
        result,
        key=lambda one: (one.study_uid, one.slices[0].facts.series_number or 0, one.series_uid),
    )


def _seed(group: Sequence[SliceHeader]) -> str:
    """What stays the same when the files of an unnamed series are read again."""
    return group[0].frame_of_reference_uid or min(one.sop_uid for one in group)


def _study_uid(group: Sequence[SliceHeader]) -> str:
    return next((one.study_uid for one in group if one.study_uid), "") or made_uid(
        f"study|{_seed(group)}"
    )


def _parallel(slices: Sequence[SliceHeader]) -> list[list[SliceHeader]]:
    """Groups of slices that can lie in one stack."""
    groups: list[list[SliceHeader]] = []
    by_kind: dict[tuple[object, ...], list[list[SliceHeader]]] = defaultdict(list)
    for one in sorted(slices, key=lambda one: (one.instance_number or 0, one.sop_uid, one.frame)):
        candidates = by_kind[
            one.rows,
            one.columns,
            one.is_localizer,
            one.frame_of_reference_uid,
            one.has_geometry,
            one.facts.identity,
        ]
        home = next((group for group in candidates if _fits(one, group[0])), None)
        if home is None:
            home = []
            candidates.append(home)
            groups.append(home)
        home.append(one)
    return groups


def _fits(one: SliceHeader, other: SliceHeader) -> bool:
    """Whether two slices of the same kind have the same orientation and pixel size."""
    if (one.along_row, one.along_column, one.pixel_spacing) == (
        other.along_row,
        other.along_column,
        other.pixel_spacing,
    ):
        return True
    if (one.pixel_spacing is None) != (other.pixel_spacing is None):
        return False
    if one.pixel_spacing is not None and other.pixel_spacing is not None:
        sizes, others = np.array(one.pixel_spacing), np.array(other.pixel_spacing)
        if np.any(np.abs(sizes - others) > SAME_PIXEL_SHARE * others):
            return False
    if one.along_row is None or other.along_row is None:
        return one.along_row is other.along_row
    ours = np.array((one.along_row, one.along_column), dtype=np.float64)
    theirs = np.array((other.along_row, other.along_column), dtype=np.float64)
    return bool(np.all(np.abs(ours - theirs) <= SAME_DIRECTION))


def _without_zero_places(group: Sequence[SliceHeader]) -> list[SliceHeader]:
    """Several slices that all lie at exactly (0, 0, 0) were given no position at all."""
    if len(group) > 1 and all(one.position == (0.0, 0.0, 0.0) for one in group):
        return [replace(one, position=None, along_row=None, along_column=None) for one in group]
    return list(group)


def _ordered(layouts: Sequence[Layout]) -> list[Layout]:
    """Stacks along the series' mean normal; those without geometry last."""
    placed = [layout for layout in layouts if layout.slices[0].has_geometry]
    placeless = [layout for layout in layouts if not layout.slices[0].has_geometry]
    if len(placed) > 1:
        total = sum((normal_of(one.slices[0]) * len(one.slices) for one in placed), np.zeros(3))
        largest = max(placed, key=lambda one: len(one.slices))
        # opposite normals can cancel out; the largest stack then decides
        mean = total if np.linalg.norm(total) > 1e-6 else normal_of(largest.slices[0])
        mean = mean / np.linalg.norm(mean)
        placed.sort(key=lambda one: (float(np.mean(heights(one, mean))), one.slices[0].sop_uid))
    return [*placed, *placeless]
