"""Takes chosen labels in as proposed muscles, all in one edit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from painmap.domain.anatomy import Side
from painmap.domain.compartment import (
    AreaOrigin,
    Compartment,
    CompartmentStatus,
    LabelSource,
    SliceArea,
)
from painmap.domain.edits import Edit, Page
from painmap.domain.ids import new_id
from painmap.domain.injection import SideCheck
from painmap.domain.places import Sha256
from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit
from painmap.imaging.label_fit import placing
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack
from painmap.services.anchors import anchor_for
from painmap.services.compartments import PALETTE_SIZE, compartment_of
from painmap.services.label_maps import OfferedLabel


@dataclass(frozen=True, slots=True, eq=False)
class TakenLabel:
    """What the doctor takes a label for.

    Parameters
    ----------
    label : OfferedLabel
    muscle_id : str
    side : Side
    side_check : SideCheck
        The side held against the midline, with what was answered.
    """

    label: OfferedLabel
    muscle_id: str
    side: Side
    side_check: SideCheck


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """The edit that takes labels in.

    Parameters
    ----------
    edit : Edit or None
        None: nothing of them lies on the open CT.
    masks : mapping of Sha256 to SliceMask
        What the edit names, so that nothing has to be read back.
    replaced : tuple of Compartment
        Muscles as they were when the edit was made; it may only be applied to these.
    words : tuple of str
        What was left out, in sentences.
    """

    edit: Edit | None
    masks: Mapping[Sha256, SliceMask]
    replaced: tuple[Compartment, ...]
    words: tuple[str, ...]


def taking(
    choices: Sequence[TakenLabel],
    visit: Visit,
    stack: Stack,
    *,
    nearest: bool,
    words_of: Callable[[str, Side], str],
) -> Job[Taken]:
    """Make muscles of labels; those of one muscle and side become one.

    A muscle of the visit on the same stack is replaced, and keeps its id and colour.

    Parameters
    ----------
    nearest : bool
        Labels on another grid go to the nearest voxels, and the muscle says so.
    words_of : callable
        Names a muscle with its side.

    Raises
    ------
    SeriesError
        NO_GEOMETRY.
    """
    groups: dict[tuple[str, Side], list[TakenLabel]] = {}
    for choice in choices:
        groups.setdefault((choice.muscle_id, choice.side), []).append(choice)
    colours = Colours(visit)
    put: list[Compartment] = []
    replaced: list[Compartment] = []
    named: dict[Sha256, SliceMask] = {}
    content: list[bytes] = []
    words: list[str] = []
    for done, ((muscle_id, side), members) in enumerate(groups.items()):
        yield Progress(done, len(groups), "Taking muscles in")
        masks, outside = yield from _masks(members, stack, nearest=nearest)
        name = words_of(muscle_id, side)
        if outside:
            words.append(f"{plural(outside, 'voxel')} of the {name} lie beyond the open CT.")
        if not masks:
            words.append(f"Nothing of the {name} lies on the open CT.")
            continue
        areas = []
        for k, mask in sorted(masks.items()):
            encoded, sha = mask.encoded(), mask.sha256
            areas.append(SliceArea(k, sha, AreaOrigin.IMPORTED))
            if sha not in named:
                named[sha] = mask
                content.append(encoded)
        known = compartment_of(visit, muscle_id, side, stack)
        if known is not None:
            replaced.append(known)
        put.append(
            Compartment(
                id=new_id() if known is None else known.id,
                muscle_id=muscle_id,
                side=side,
                anchor=anchor_for(stack, areas[0].k),
                areas=tuple(areas),
                status=CompartmentStatus.PROPOSED,
                colour=colours.next() if known is None else known.colour,
                side_check=_check(members),
                source=_source(members, nearest=nearest),
            )
        )
    if not put:
        return Taken(None, named, (), tuple(words))
    label = "take in a label map"
    edit = Edit(label, Page.CT, put=tuple(put), content=tuple(content))
    return Taken(edit, named, tuple(replaced), tuple(words))


def _masks(
    members: Sequence[TakenLabel], stack: Stack, *, nearest: bool
) -> Job[tuple[dict[int, SliceMask], int]]:
    """What all labels of one muscle take of each slice, and how many voxels lie beyond."""
    found: dict[int, SliceMask] = {}
    outside = 0
    for member in members:
        number = member.label.structure.number
        placed = yield from placing(member.label.label_map, [number], stack, nearest=nearest)
        outside += placed.outside[number]
        for k, mask in placed.masks[number].items():
            there = found.get(k)
            found[k] = mask if there is None else SliceMask.of(there.whole() | mask.whole())
    return found, outside


def _check(members: Sequence[TakenLabel]) -> SideCheck:
    """The check of the first label that was asked about, else of the first."""
    asked = (each.side_check for each in members if each.side_check.answer)
    first = next(asked, members[0].side_check)
    answers = [each.side_check.answer for each in members if each.side_check.answer]
    return replace(first, answer="; ".join(dict.fromkeys(answers)))


def _source(members: Sequence[TakenLabel], *, nearest: bool) -> LabelSource:
    labels = [member.label for member in members]
    makers = [label.structure.made_by for label in labels if label.structure.made_by]
    remarks = [label.meaning.remark for label in labels if label.meaning.remark]
    return LabelSource(
        format=labels[0].label_map.format,
        names=tuple(label.structure.name for label in labels),
        made_by=", ".join(dict.fromkeys(makers)),
        resampled=nearest,
        remark="; ".join(dict.fromkeys(remarks)),
    )


class Colours:
    """Colours that no muscle of the visit has, one after the other."""

    def __init__(self, visit: Visit) -> None:
        self._taken = [each.colour for each in visit.live_compartments]

    def next(self) -> int:
        free = (number for number in range(PALETTE_SIZE) if number not in self._taken)
        colour = next(free, len(self._taken) % PALETTE_SIZE)
        self._taken.append(colour)
        return colour
