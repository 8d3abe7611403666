"""What follows a muscle's contours, and what is done to its masks as a whole; no Qt."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, Compartment
from painmap.domain.edits import Edit
from painmap.domain.injection import Outline
from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.domain.visit import Visit
from painmap.imaging.mask_edit import grown, largest_island, smoothed, without_bone, without_holes
from painmap.imaging.slice_mask import SliceMask, mask_of_polygon, rim_of
from painmap.imaging.spine_line import SpineLine
from painmap.imaging.stack import Stack
from painmap.services.compartments import (
    MuscleMasks,
    Painted,
    compartment_of,
    edit_of,
    filling,
    mask_of_outline,
    outlines_of,
    with_contours,
    with_keys,
)

MARGIN_MM = 1.0
"""By so much a muscle is widened or narrowed at a time."""


class LockedMuscleError(Exception):
    """A change would reach a muscle that is locked."""

    def __init__(self, compartment: Compartment) -> None:
        super().__init__(compartment.muscle_id)
        self.compartment = compartment


class MaskAction(StrEnum):
    """What is done to a mask; the value is the word on its button."""

    ISLAND = "Largest island"
    HOLES = "Fill holes"
    SMOOTH = "Smooth"
    WIDEN = "Widen 1 mm"
    NARROW = "Narrow 1 mm"
    BONE = "Subtract bone"


def acted(
    action: MaskAction,
    mask: SliceMask,
    spacing_mm: tuple[float, float],
    hu: npt.NDArray[Any],
) -> SliceMask:
    """Do something to the mask of one slice.

    Parameters
    ----------
    spacing_mm : (float, float)
        Millimetres between rows and between columns.
    hu : (rows, columns) ndarray
        Of the slice.
    """
    whole = mask.whole()
    match action:
        case MaskAction.ISLAND:
            return SliceMask.of(largest_island(whole))
        case MaskAction.HOLES:
            return SliceMask.of(without_holes(whole))
        case MaskAction.SMOOTH:
            return SliceMask.of(smoothed(whole, spacing_mm))
        case MaskAction.WIDEN:
            return SliceMask.of(grown(whole, spacing_mm, MARGIN_MM))
        case MaskAction.NARROW:
            return SliceMask.of(grown(whole, spacing_mm, -MARGIN_MM))
        case MaskAction.BONE:
            return SliceMask.of(without_bone(whole, hu))


def filling_contours(
    masks: MuscleMasks, stack: Stack, outlines: Iterable[Outline]
) -> Job[MuscleMasks]:
    """Take the contours of a muscle as its keys and fill between all of them.

    Raises
    ------
    SeriesError, ValueError
        As `with_contours` and `filling`.
    """
    return (yield from filling(with_contours(masks, stack, outlines), stack))


def following(
    edit: Edit, visit: Visit, stack: Stack, masks: Callable[[Compartment], MuscleMasks | None]
) -> Edit:
    """Let the muscles that were filled from contours follow an edit of contours.

    Parameters
    ----------
    masks : callable
        Gives the masks of a compartment; None while they are not in memory.

    Returns
    -------
    Edit
        With the compartments that follow, so that one undo brings both back.

    Raises
    ------
    LockedMuscleError
        A muscle that would follow is locked.
    """
    for (muscle_id, side), ks in _touched(edit, visit, stack).items():
        known = compartment_of(visit, muscle_id, side, stack)
        if known is None or not _follows(known):
            continue
        if known.locked:
            raise LockedMuscleError(known)
        before = masks(known)
        if before is None:
            continue
        drawn = _drawn_after(edit, visit, stack, (muscle_id, side))
        after = before
        for k in sorted(ks):
            after = _followed(after, stack, k, drawn.get(k))
        made = edit_of(
            before, after, stack, label=edit.label, muscle_id=muscle_id, side=side, visit=visit
        )
        if made is not None:
            edit = replace(
                edit,
                put=(*edit.put, *made.put),
                remove=edit.remove | made.remove,
                content=(*edit.content, *made.content),
            )
    return edit


def _follows(compartment: Compartment) -> bool:
    return any(area.origin is AreaOrigin.DRAWN for area in compartment.areas)


def _touched(edit: Edit, visit: Visit, stack: Stack) -> dict[tuple[str, Side], set[int]]:
    """Which slices of which muscles an edit draws, changes or clears."""
    found: dict[tuple[str, Side], set[int]] = {}
    for item in edit.put:
        if not isinstance(item, Outline):
            continue
        old = visit.find(item.id)
        if isinstance(old, Outline) and _shape(old) == _shape(item):
            continue
        for each in (old, item):
            _note(found, each, stack)
    for item_id in edit.remove:
        _note(found, visit.find(item_id), stack)
    return found


def _shape(outline: Outline) -> tuple[object, ...]:
    return outline.points, outline.muscle_id, outline.side, outline.entered_in_error


def _note(found: dict[tuple[str, Side], set[int]], item: object, stack: Stack) -> None:
    if isinstance(item, Outline) and item.anchor.stack_key == stack.key:
        k, _ = mask_of_outline(stack, item)
        found.setdefault((item.muscle_id, item.side), set()).add(k)


def _drawn_after(
    edit: Edit, visit: Visit, stack: Stack, muscle: tuple[str, Side]
) -> dict[int, SliceMask]:
    """The contours of a muscle after an edit; what the edit draws counts most on its slice."""
    after = edit.apply(visit)
    own = {item.id for item in edit.put}
    outlines = sorted(outlines_of(after, *muscle, stack), key=lambda each: each.id in own)
    return dict(mask_of_outline(stack, each) for each in outlines)


def _followed(masks: MuscleMasks, stack: Stack, k: int, drawn: SliceMask | None) -> MuscleMasks:
    if drawn is None:
        there = masks.slices.get(k)
        if there is None or there.origin is not AreaOrigin.DRAWN:
            return masks  # what was painted there does not go with a contour
        drawn = _emptied(there.mask)
    return with_keys(masks, stack, {k: drawn}, AreaOrigin.DRAWN)


def _emptied(like: SliceMask) -> SliceMask:
    """An empty mask of the same slice."""
    return SliceMask.of(np.zeros((like.rows, like.columns), dtype=np.bool_))


def mirroring(
    masks: MuscleMasks, other: MuscleMasks, stack: Stack, line: SpineLine
) -> Job[MuscleMasks]:
    """Give the other side this side's shape, across the patient's own midline.

    Slices that the midline does not reach stay as they are on the other side.
    """
    slices = dict(other.slices)
    for done, (k, one) in enumerate(masks.slices.items()):
        yield Progress(done, len(masks.slices), "Mirroring")
        mask = _mirrored(one.mask, stack, k, line)
        if mask is not None and mask.pixels:
            filled = one.origin is AreaOrigin.FILLED
            slices[k] = Painted(mask, one.origin if filled else AreaOrigin.MIRRORED)
    return replace(other, slices=MappingProxyType(slices))


def _mirrored(mask: SliceMask, stack: Stack, k: int, line: SpineLine) -> SliceMask | None:
    plane = stack.slice_geometry(k)
    if plane is None:
        return None
    whole = np.zeros((mask.rows, mask.columns), dtype=np.bool_)
    for ring in rim_of(mask.bits):
        corners = np.add(ring, (mask.top, mask.left))
        places = [line.mirrored(plane.patient_point(*corner)) for corner in corners.tolist()]
        points: list[PatientPoint] = [place for place in places if place is not None]
        if len(points) < len(places):
            return None
        pixels, _ = plane.pixels_of(np.asarray(points, dtype=np.float64))
        # a hole is a ring within a ring
        whole ^= mask_of_polygon(pixels, (mask.rows, mask.columns))
    return SliceMask.of(whole)


def middles(masks: Mapping[int, SliceMask], stack: Stack) -> tuple[PatientPoint, ...]:
    """The middle of each mask, in the patient."""
    found = []
    for k, mask in sorted(masks.items()):
        plane = stack.slice_geometry(k)
        if plane is not None and mask.pixels:
            row, column = np.add(np.argwhere(mask.bits).mean(axis=0), (mask.top, mask.left))
            found.append(plane.patient_point(float(row), float(column)))
    return tuple(found)
