"""What is unusual about the stacks of a series beside each other, and about what they say."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from painmap.imaging.geometry import Floats
from painmap.imaging.header import SliceHeader
from painmap.imaging.layout import Layout, normal_of
from painmap.imaging.stack import SeriesWarning, WarningCode, slice_centre
from painmap.imaging.ways import shared_places

SAME_WAY_COSINE = 0.7
"""Stacks whose normals are closer than about 45 degrees can overlap along them."""

OVERLAP_MM = 0.01
"""Stacks that reach no further into each other only touch."""


def overlaps_of(layouts: Sequence[Layout]) -> list[list[int]]:
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
    ours, theirs = heights(one, shared), heights(other, shared)
    return bool(ours.max() > theirs.min() + OVERLAP_MM and theirs.max() > ours.min() + OVERLAP_MM)


def heights(layout: Layout, direction: Floats) -> Floats:
    """Where the middles of the slices lie along `direction`, millimetres."""
    heights: Floats = np.array([slice_centre(one) for one in layout.slices]) @ direction
    return heights


def same_places(one: Layout, other: Layout) -> bool:
    """Whether slices of both lie at one place."""
    return shared_places((*one.slices, *other.slices)) > 0


def overlap_warning(others: Sequence[int]) -> list[SeriesWarning]:
    if not others:
        return []
    named = ", ".join(str(number) for number in sorted(others))
    return [
        SeriesWarning(
            WarningCode.OVERLAP,
            f"The slices reach into stack {named} of this series (counted from 0).",
        )
    ]


def phase_warning(part: str, others: int) -> list[SeriesWarning]:
    if not others:
        return []
    more = "Another picture lies" if others == 1 else f"{others} other pictures lie"
    return [
        SeriesWarning(
            WarningCode.PHASE,
            f"This is {part} of the series. {more} at the place of its slices.",
        )
    ]


def copies_warning(
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


def facts_warnings(slices: Sequence[SliceHeader]) -> list[SeriesWarning]:
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
    if any(one.inverted for one in slices):
        found.append(
            SeriesWarning(
                WarningCode.INVERTED,
                "The file asks for dense tissue to be dark (MONOCHROME1); here dense is bright, "
                "as on every CT.",
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
