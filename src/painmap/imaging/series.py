"""Sorting slices into series and stacks.

One series may hold several things: localizers, reference images, blocks of another
orientation. Each becomes a stack of its own, never one false volume.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from painmap.imaging.geometry import Floats
from painmap.imaging.header import SliceHeader
from painmap.imaging.layout import Layout, layout_of, normal_of
from painmap.imaging.stack import SeriesWarning, Stack, WarningCode, slice_centre
from painmap.imaging.tags import made_uid

SAME_DIRECTION = 5e-4
"""Largest difference of a direction cosine within a stack.

Rounding to four decimals gives 1e-4; 5e-4 moves the edge of a 400 mm picture by 0.1 mm.
"""

SAME_PIXEL_SHARE = 5e-4
"""Largest relative difference of pixel spacing within a stack."""

SAME_WAY_COSINE = 0.7
"""Stacks whose normals are closer than about 45 degrees can overlap along them."""

OVERLAP_MM = 0.01
"""Stacks that reach no further into each other only touch."""


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
    found: list[Stack] = []
    for series in _series(headers):
        groups = [_without_zero_places(group) for group in _parallel(series.slices)]
        layouts = _ordered([layout_of(group) for group in groups])
        overlaps = _overlaps(layouts)
        for index, layout in enumerate(layouts):
            warnings = [*layout.warnings, *_facts_warnings(layout.slices)]
            warnings += _copies_warning(layout.slices, copies or {})
            warnings += _overlap_warning(overlaps[index])
            stable = sorted(warnings, key=lambda one: list(WarningCode).index(one.code))
            found.append(
                Stack(
                    series.series_uid,
                    series.study_uid,
                    index,
                    layout.slices,
                    layout.geometry,
                    tuple(stable),
                )
            )
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
    if placed:
        total = sum((normal_of(one.slices[0]) * len(one.slices) for one in placed), np.zeros(3))
        largest = max(placed, key=lambda one: len(one.slices))
        # opposite normals can cancel out; the largest stack then decides
        mean = total if np.linalg.norm(total) > 1e-6 else normal_of(largest.slices[0])
        mean = mean / np.linalg.norm(mean)
        placed.sort(key=lambda one: (float(np.mean(_heights(one, mean))), one.slices[0].sop_uid))
    return [*placed, *placeless]


def _heights(layout: Layout, direction: Floats) -> Floats:
    """Where the middles of the slices lie along `direction`, millimetres."""
    heights: Floats = np.array([slice_centre(one) for one in layout.slices]) @ direction
    return heights


def _overlaps(layouts: Sequence[Layout]) -> list[list[int]]:
    """For each stack the others of its series that it reaches into along the normal."""
    found: list[list[int]] = [[] for _ in layouts]
    for first, one in enumerate(layouts):
        for second, other in enumerate(layouts[:first]):
            if _reach_into(one, other):
                found[first].append(second)
                found[second].append(first)
    return found


def _reach_into(one: Layout, other: Layout) -> bool:
    head, other_head = one.slices[0], other.slices[0]
    comparable = (
        head.has_geometry
        and other_head.has_geometry
        and not head.is_localizer
        and not other_head.is_localizer
        and head.frame_of_reference_uid == other_head.frame_of_reference_uid
    )
    if not comparable:
        return False
    normal, other_normal = normal_of(head), normal_of(other_head)
    cosine = float(normal @ other_normal)
    if abs(cosine) < SAME_WAY_COSINE:
        return False
    shared = normal + np.copysign(1.0, cosine) * other_normal
    shared = shared / np.linalg.norm(shared)
    ours, theirs = _heights(one, shared), _heights(other, shared)
    return bool(ours.max() > theirs.min() + OVERLAP_MM and theirs.max() > ours.min() + OVERLAP_MM)


def _overlap_warning(others: Sequence[int]) -> list[SeriesWarning]:
    if not others:
        return []
    named = ", ".join(str(number) for number in sorted(others))
    return [
        SeriesWarning(
            WarningCode.OVERLAP,
            f"The slices reach into stack {named} of this series (counted from 0).",
        )
    ]


def _copies_warning(
    slices: Sequence[SliceHeader], copies: Mapping[Path, int]
) -> list[SeriesWarning]:
    count = sum(copies.get(path, 0) for path in {one.path for one in slices})
    if not count:
        return []
    what = "1 file is a copy" if count == 1 else f"{count} files are copies"
    return [
        SeriesWarning(
            WarningCode.DUPLICATE_POSITION,
            f"{what} of another, byte for byte, and left out.",
        )
    ]


def _facts_warnings(slices: Sequence[SliceHeader]) -> list[SeriesWarning]:
    found = []
    if any(one.facts.synthetic for one in slices):
        found.append(
            SeriesWarning(WarningCode.SYNTHETIC, "This CT was computed and shows no patient.")
        )
    if any(one.lossy for one in slices):
        found.append(
            SeriesWarning(
                WarningCode.LOSSY,
                "The pictures lost detail in compression; their values are not exact.",
            )
        )
    if slices[0].frame_of_reference_uid is None:
        found.append(
            SeriesWarning(
                WarningCode.NO_FRAME_OF_REFERENCE,
                "The series names no frame of reference: its points hold in this series only.",
            )
        )
    empty = sorted({name for one in slices for name in one.empty_uids})
    if empty:
        found.append(
            SeriesWarning(
                WarningCode.EMPTY_UID,
                f"Empty in the data set: {', '.join(f'{name} UID' for name in empty)}.",
            )
        )
    return found
