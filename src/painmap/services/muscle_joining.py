"""A muscle that turns out to be of the other side joins the one that is there already."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from painmap.domain.compartment import AreaOrigin, Compartment
from painmap.domain.edits import Edit, remove_compartment
from painmap.domain.visit import Visit
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack
from painmap.services.compartments import MuscleMasks, Painted, compartment_of, edit_of
from painmap.services.muscle_edits import LockedMuscleError


def joining(
    edit: Edit, visit: Visit, stack: Stack, masks: Callable[[Compartment], MuscleMasks | None]
) -> Edit:
    """Let a compartment that an edit gives a side join the other one of that muscle and side.

    Where both hold something of a slice it is all of both. One undo parts them again.

    Parameters
    ----------
    masks : callable
        Gives the masks of a compartment; None while they are not in memory.

    Returns
    -------
    Edit
        As it was, where nothing is to be joined.

    Raises
    ------
    LockedMuscleError
        The muscle that it would join is locked.
    """
    for item in edit.put:
        if not isinstance(item, Compartment) or item.anchor.stack_key != stack.key:
            continue
        other = compartment_of(visit, item.muscle_id, item.side, stack)
        if other is None or other.id in (item.id, *edit.remove):
            continue
        if other.locked:
            raise LockedMuscleError(other)
        one, two = masks(item), masks(other)
        if one is not None and two is not None:
            edit = _joined(edit, visit, stack, item, one, two)
    return edit


def _joined(
    edit: Edit,
    visit: Visit,
    stack: Stack,
    item: Compartment,
    one: MuscleMasks,
    two: MuscleMasks,
) -> Edit:
    slices = dict(two.slices)
    for k, mine in one.slices.items():
        slices[k] = _both(mine, slices[k]) if k in slices else mine
    made = edit_of(
        two,
        replace(two, slices=MappingProxyType(slices)),
        stack,
        label=edit.label,
        muscle_id=item.muscle_id,
        side=item.side,
        visit=visit,
    )
    whole = (
        next((each for each in made.put if isinstance(each, Compartment)), None) if made else None
    )
    if made is None or whole is None:
        return edit
    # the answer about the side is that of what was asked about
    checked = replace(whole, side_check=item.side_check)
    others = tuple(each for each in edit.put if each.id != item.id)
    gone = remove_compartment(visit, item.id).remove if visit.find(item.id) else frozenset()
    return replace(
        edit,
        put=(*others, checked),
        remove=edit.remove | gone,
        content=(*edit.content, *made.content),
    )


def _both(mine: Painted, theirs: Painted) -> Painted:
    mask = SliceMask.of(mine.mask.whole() | theirs.mask.whole())
    filled = mine.origin is theirs.origin is AreaOrigin.FILLED
    return Painted(mask, AreaOrigin.FILLED if filled else AreaOrigin.PAINTED)
