"""What an annotation on CT hangs on, and whether that is still as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from painmap.domain.places import CtAnchor
from painmap.imaging.stack import Stack


def anchor_for(stack: Stack, k: int) -> CtAnchor:
    """Give what an annotation on slice `k` hangs on.

    Parameters
    ----------
    k : int
        Slice, from 0 in stack order.
    """
    one = stack.slices[k]
    return CtAnchor(
        study_uid=stack.study_uid,
        series_uid=stack.series_uid,
        stack=stack.index,
        sop_uid=one.sop_uid,
        frame_number=one.frame + 1,
        frame_of_reference_uid=stack.frame_of_reference_uid,
        stack_key=stack.key,
    )


class AnchorChange(StrEnum):
    """Why an annotation is shown read-only; the value is the sentence."""

    NOT_OPEN = "Its series is not among the files that are open."
    SLICE_GONE = "Its slice is no longer in the series."
    SERIES_CHANGED = (
        "Slices of its series were added, taken away or placed otherwise since it was made."
    )


@dataclass(frozen=True, slots=True)
class AnchorState:
    """Whether what an annotation hangs on is as it was.

    Parameters
    ----------
    change : AnchorChange or None
        Why it is shown read-only; None: it fits, and may be changed.
    slice_index : int or None
        Slice from 0 in the stack; None where it is not there.
    """

    change: AnchorChange | None
    slice_index: int | None

    @property
    def fits(self) -> bool:
        return self.change is None

    @property
    def reason(self) -> str:
        """The sentence; empty when it fits."""
        return self.change.value if self.change else ""


def stack_of(anchor: CtAnchor, stacks: Sequence[Stack]) -> Stack | None:
    """Find the stack that an annotation hangs on.

    By content; else the one of its series that holds its slice; else the one of its number.
    """
    series = [stack for stack in stacks if stack.series_uid == anchor.series_uid]
    for fits in (
        lambda stack: stack.key == anchor.stack_key,
        lambda stack: _slice_of(anchor, stack) is not None,
        lambda stack: stack.index == anchor.stack,
    ):
        found = next(filter(fits, series), None)
        if found is not None:
            return found
    return None


def anchor_state(anchor: CtAnchor, stack: Stack | None) -> AnchorState:
    """Say whether `anchor` still fits `stack`.

    Parameters
    ----------
    stack : Stack or None
        What `stack_of` gave.
    """
    if stack is None:
        return AnchorState(AnchorChange.NOT_OPEN, None)
    k = _slice_of(anchor, stack)
    if stack.key == anchor.stack_key and k is not None:
        return AnchorState(None, k)
    if k is None:
        return AnchorState(AnchorChange.SLICE_GONE, None)
    return AnchorState(AnchorChange.SERIES_CHANGED, k)


def _slice_of(anchor: CtAnchor, stack: Stack) -> int | None:
    wanted = (anchor.sop_uid, anchor.frame_number)
    found = (k for k, one in enumerate(stack.slices) if (one.sop_uid, one.frame + 1) == wanted)
    return next(found, None)
