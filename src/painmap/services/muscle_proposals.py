"""Muscles of the lower back as a proposal: made from the confirmed spine, kept as proposed."""

from collections.abc import Callable, Sequence

from painmap.domain.anatomy import Side
from painmap.domain.compartment import (
    PROPOSAL,
    AreaOrigin,
    Compartment,
    CompartmentStatus,
    LabelSource,
    SliceArea,
)
from painmap.domain.edits import Edit, Page
from painmap.domain.ids import new_id
from painmap.domain.injection import LandmarkKind, SideCheck
from painmap.domain.places import PatientPoint, Sha256
from painmap.domain.progress import Job
from painmap.domain.visit import Visit
from painmap.imaging.muscle_proposal import SpineFrame, proposing_muscles
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume
from painmap.services.anchors import anchor_for
from painmap.services.compartments import compartment_of
from painmap.services.label_taking import Colours, Taken
from painmap.services.muscle_edits import middles
from painmap.services.spine import Spine

WHAT_IT_IS = "from bone, HU and usual shapes"


def why_not(spine: Spine) -> str:
    """Why no muscles can be proposed, and what to do; empty where they can."""
    if spine.is_proposal:
        return "Confirm the proposed spine first: muscles are proposed from it."
    frame = frame_of(spine)
    if len(frame.bodies) < 2 or len(frame.tips) < 2:
        return (
            "Mark two vertebral bodies and two spinous processes with their levels, or find the "
            "spine: muscles are proposed from them."
        )
    return ""


def frame_of(spine: Spine) -> SpineFrame:
    """The middles of named vertebral bodies, and the tips of spinous processes."""
    marks = spine.doctors_landmarks
    bodies = [
        (each.level, each.point)
        for each in marks
        if each.kind is LandmarkKind.VERTEBRAL_BODY and each.level is not None
    ]
    bodies.sort(key=lambda each: -each[1].z)
    tips = [each.point for each in marks if each.kind is LandmarkKind.SPINOUS_PROCESS]
    return SpineFrame(tuple(bodies), tuple(sorted(tips, key=lambda point: -point.z)))


def proposing(
    visit: Visit,
    volume: Volume,
    spine: Spine,
    *,
    check_of: Callable[[Side, Sequence[PatientPoint]], SideCheck | None],
    words_of: Callable[[str, Side], str],
) -> Job[Taken]:
    """Propose the muscles that the visit does not have on this stack yet.

    Parameters
    ----------
    check_of : callable
        The side of a muscle held against the midline; None: it lies on the other side.
    words_of : callable
        Names a muscle with its side.
    """
    stack = volume.stack
    found = yield from proposing_muscles(volume, frame_of(spine))
    colours = Colours(visit)
    put: list[Compartment] = []
    named: dict[Sha256, SliceMask] = {}
    words: list[str] = []
    for (muscle_id, side), masks in found.items():
        name = words_of(muscle_id, side)
        if compartment_of(visit, muscle_id, side, stack) is not None:
            words.append(f"The {name} is there already and stays as it is.")
            continue
        check = check_of(side, middles(masks, stack))
        if check is None:
            words.append(f"What was found of the {name} lies on the other side: left out.")
            continue
        named |= {mask.sha256: mask for mask in masks.values()}
        put.append(_compartment(muscle_id, side, masks, check, stack, colours.next()))
    if not put:
        return Taken(None, named, (), (*words, "No muscle was found to be proposed."))
    content = tuple(mask.encoded() for mask in named.values())
    edit = Edit("propose muscles", Page.CT, put=tuple(put), content=content)
    return Taken(edit, named, (), tuple(words))


def _compartment(
    muscle_id: str,
    side: Side,
    masks: dict[int, SliceMask],
    check: SideCheck,
    stack: Stack,
    colour: int,
) -> Compartment:
    areas = [SliceArea(k, mask.sha256, AreaOrigin.PROPOSED) for k, mask in sorted(masks.items())]
    return Compartment(
        id=new_id(),
        muscle_id=muscle_id,
        side=side,
        anchor=anchor_for(stack, areas[0].k),
        areas=tuple(areas),
        status=CompartmentStatus.PROPOSED,
        colour=colour,
        side_check=check,
        source=LabelSource(format=PROPOSAL, names=(), remark=WHAT_IT_IS),
    )
