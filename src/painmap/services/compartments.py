"""What a doctor does to a muscle over its slices: contours, brush, fill, copy, mirror; as edits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, Compartment, CompartmentStatus, SliceArea
from painmap.domain.edits import Edit, change_compartment, remove_compartment
from painmap.domain.ids import new_id
from painmap.domain.injection import Outline
from painmap.domain.places import PatientPoint, Sha256
from painmap.domain.progress import Job, run_to_end
from painmap.domain.visit import Visit
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.fill_between import filling_between
from painmap.imaging.slice_mask import SliceMask, mask_of_polygon
from painmap.imaging.stack import Stack
from painmap.services.anchors import anchor_for

PALETTE_SIZE = 12
"""Colours that the theme has for muscles; after these they come again."""


@dataclass(frozen=True, slots=True)
class Painted:
    """One slice of a muscle in memory."""

    mask: SliceMask
    origin: AreaOrigin


@dataclass(frozen=True, slots=True, eq=False)
class MuscleMasks:
    """A muscle with its masks in memory.

    Parameters
    ----------
    compartment : Compartment or None
        None: nothing of it is recorded yet.
    slices : mapping of k to Painted
    """

    compartment: Compartment | None
    slices: Mapping[int, Painted] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def keys(self) -> dict[int, SliceMask]:
        """The slices that a fill starts from."""
        return {
            k: one.mask for k, one in self.slices.items() if one.origin is not AreaOrigin.FILLED
        }


def masks_of(compartment: Compartment, read: Callable[[Sha256], bytes]) -> MuscleMasks:
    """Read a compartment's masks.

    Parameters
    ----------
    read : callable
        Gives large content by its hash.

    Raises
    ------
    ValueError
        A stored mask is none.
    """
    slices = {
        area.k: Painted(SliceMask.decoded(read(area.mask)), area.origin)
        for area in compartment.areas
    }
    return MuscleMasks(compartment, MappingProxyType(slices))


def compartment_of(visit: Visit, muscle_id: str, side: Side, stack: Stack) -> Compartment | None:
    """The muscle's compartment on this very stack, if there is one."""
    return next(
        (
            each
            for each in visit.live_compartments
            if each.muscle_id == muscle_id
            and each.side is side
            and each.anchor.stack_key == stack.key
        ),
        None,
    )


def mask_of_outline(stack: Stack, outline: Outline) -> tuple[int, SliceMask]:
    """Give the slice of a contour and the pixels that it encloses.

    Raises
    ------
    SeriesError
        NO_SUCH_SLICE, NO_GEOMETRY.
    """
    wanted = (outline.anchor.sop_uid, outline.anchor.frame_number)
    k = next(
        (n for n, one in enumerate(stack.slices) if (one.sop_uid, one.frame + 1) == wanted), None
    )
    if k is None:
        raise SeriesError(SeriesProblem.NO_SUCH_SLICE)
    return k, mask_of_points(stack, k, outline.points)


def mask_of_points(stack: Stack, k: int, points: Iterable[PatientPoint]) -> SliceMask:
    """The pixels of a slice that a closed contour encloses.

    Raises
    ------
    SeriesError
        NO_GEOMETRY, TOO_FEW_POINTS.
    """
    plane = stack.slice_geometry(k)
    if plane is None:
        raise SeriesError(SeriesProblem.NO_GEOMETRY)
    corners, _ = plane.pixels_of(np.asarray(list(points), dtype=np.float64))
    _, rows, columns = stack.shape
    return SliceMask.of(mask_of_polygon(corners, (rows, columns)))


def with_contours(masks: MuscleMasks, stack: Stack, outlines: Iterable[Outline]) -> MuscleMasks:
    """The muscle with the contours that were drawn of it as its keys."""
    slices = {k: one for k, one in masks.slices.items() if one.origin is not AreaOrigin.DRAWN}
    for outline in outlines:
        k, mask = mask_of_outline(stack, outline)
        if mask.pixels:
            slices[k] = Painted(mask, AreaOrigin.DRAWN)
    return replace(masks, slices=MappingProxyType(slices))


def filling(masks: MuscleMasks, stack: Stack) -> Job[MuscleMasks]:
    """Fill between all keys of a muscle; what was filled before is filled anew.

    Raises
    ------
    SeriesError
        NO_GEOMETRY: the slices have no places to weigh by.
    ValueError
        There are fewer than two keys with something on them.
    """
    keys = {k: mask for k, mask in masks.keys.items() if mask.pixels}
    found = yield from filling_between(keys, places_of(stack), pixel_mm(stack))
    # a slice from which the doctor erased everything stays as it is
    found = {k: mask for k, mask in found.items() if k not in masks.keys}
    slices = {k: one for k, one in masks.slices.items() if one.origin is not AreaOrigin.FILLED}
    slices |= {k: Painted(mask, AreaOrigin.FILLED) for k, mask in found.items() if mask.pixels}
    return replace(masks, slices=MappingProxyType(slices))


def with_keys(
    masks: MuscleMasks, stack: Stack, changed: Mapping[int, SliceMask], origin: AreaOrigin
) -> MuscleMasks:
    """Replace some slices; gaps beside them that were filled are filled anew.

    Parameters
    ----------
    changed : mapping of k to SliceMask
        An empty mask takes the slice away.
    """
    filled = {k for k, one in masks.slices.items() if one.origin is AreaOrigin.FILLED}
    slices = {k: one for k, one in masks.slices.items() if k not in changed}
    slices |= {k: Painted(mask, origin) for k, mask in changed.items() if mask.pixels}
    after = MuscleMasks(masks.compartment, MappingProxyType(slices))
    keys = sorted(after.keys)
    for k in changed:
        below = max((key for key in keys if key < k), default=None)
        above = min((key for key in keys if key > k), default=None)
        for low, high in _gaps(below, k if k in after.keys else None, above):
            if filled & set(range(low + 1, high)) or (k in filled and k in range(low, high + 1)):
                slices |= _filled(after, stack, low, high)
    if len(keys) < 2:
        # without two keys there is nothing that a fill could follow
        slices = {k: one for k, one in slices.items() if k in after.keys}
    return replace(after, slices=MappingProxyType(_within_keys(slices)))


def _gaps(below: int | None, at: int | None, above: int | None) -> Iterable[tuple[int, int]]:
    stops = [stop for stop in (below, at, above) if stop is not None]
    return pairwise(stops)


def _filled(masks: MuscleMasks, stack: Stack, low: int, high: int) -> dict[int, Painted]:
    pair = {k: masks.keys[k] for k in (low, high)}
    found = run_to_end(filling_between(pair, places_of(stack), pixel_mm(stack)))
    return {k: Painted(mask, AreaOrigin.FILLED) for k, mask in found.items() if mask.pixels}


def _within_keys(slices: Mapping[int, Painted]) -> dict[int, Painted]:
    """Leave out fills that lie beyond all keys: what they followed is gone."""
    keys = [k for k, one in slices.items() if one.origin is not AreaOrigin.FILLED]
    if not keys:
        return {}
    low, high = min(keys), max(keys)
    return {
        k: one for k, one in slices.items() if one.origin is not AreaOrigin.FILLED or low < k < high
    }


def places_of(stack: Stack) -> dict[int, float]:
    """Where each slice lies along the stack's normal, millimetres.

    Raises
    ------
    SeriesError
        NO_GEOMETRY.
    """
    first = stack.slice_geometry(0)
    if first is None:
        raise SeriesError(SeriesProblem.NO_GEOMETRY)
    normal = first.normal
    places = {}
    for k in range(len(stack.slices)):
        plane = stack.slice_geometry(k)
        if plane is None:
            raise SeriesError(SeriesProblem.NO_GEOMETRY)
        places[k] = float(plane.patient_from_pixel[:3, 2] @ normal)
    return places


def pixel_mm(stack: Stack) -> tuple[float, float]:
    """Millimetres between rows and between columns.

    Raises
    ------
    SeriesError
        NO_GEOMETRY.
    """
    spacing = stack.slices[0].pixel_spacing
    if spacing is None:
        raise SeriesError(SeriesProblem.NO_GEOMETRY)
    return spacing


def edit_of(
    before: MuscleMasks,
    after: MuscleMasks,
    stack: Stack,
    *,
    label: str,
    muscle_id: str,
    side: Side,
    visit: Visit,
) -> Edit | None:
    """The edit that records a muscle as it is after a gesture; None when nothing changed.

    An accepted or proposed muscle that is changed is "edited".

    Raises
    ------
    ValueError
        It is locked.
    """
    known = before.compartment
    if known is not None and known.locked:
        raise ValueError("a locked muscle is not changed")
    if not after.slices:
        return None if known is None else remove_compartment(visit, known.id)
    areas = tuple(
        SliceArea(k, one.mask.sha256, one.origin) for k, one in sorted(after.slices.items())
    )
    if known is not None and known.areas == areas:
        return None
    anchor = anchor_for(stack, areas[0].k)
    if known is None:
        changed = Compartment(
            id=new_id(),
            muscle_id=muscle_id,
            side=side,
            anchor=anchor,
            areas=areas,
            colour=next_colour(visit),
        )
    else:
        changed = replace(known, areas=areas, anchor=anchor, status=CompartmentStatus.EDITED)
    had = {one.mask for one in known.areas} if known else set()
    fresh = {one.mask.sha256: one.mask for one in after.slices.values()}
    content = [mask.encoded() for sha, mask in fresh.items() if sha not in had]
    return change_compartment(changed, label=label, content=content)


def next_colour(visit: Visit) -> int:
    """The first colour that no compartment of the visit has; both sides of a muscle differ."""
    taken = {each.colour for each in visit.live_compartments}
    free = (number for number in range(PALETTE_SIZE) if number not in taken)
    return next(free, len(visit.live_compartments) % PALETTE_SIZE)


def outlines_of(visit: Visit, muscle_id: str, side: Side, stack: Stack) -> tuple[Outline, ...]:
    """The contours drawn of a muscle on this very stack."""
    return tuple(
        each
        for each in visit.live_outlines
        if each.muscle_id == muscle_id and each.side is side and each.anchor.stack_key == stack.key
    )
