"""What can be taken back and done again: a list of steps with a finger on it.

The journal only grows. Taking back is a further row that names the row it undoes, so that
folding the rows gives the same two stacks in every later program run. That a study was
refused, or that its import report was completed, is in the journal too, but stays out of both
stacks: it happened without the doctor's hand, and is not taken back.
"""

from collections.abc import Iterable

from painmap.domain.study import AttachedStudy, StudyRefusal, apart_from_report
from painmap.domain.visit import Change
from painmap.records.steps import Step

__all__ = ["History", "Step"]


class History:
    """The steps done and the steps taken back, of a visit's whole journal.

    Parameters
    ----------
    steps : iterable of Step
        The journal, in order.

    Raises
    ------
    ValueError
        The journal takes back or repeats what it could not have.
    """

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []
        for step in steps:
            self.record(step)

    @property
    def next_undo(self) -> Step | None:
        """The step that would be taken back."""
        return self._done[-1] if self._done else None

    @property
    def next_redo(self) -> Step | None:
        """The step that would be done again."""
        return self._undone[-1] if self._undone else None

    def record(self, step: Step) -> None:
        """Move the finger as `step` says; what the doctor did not do does not move it."""
        if step.changes and all(_happened_by_itself(change) for change in step.changes):
            return
        if step.undoes is not None:
            self._undone.append(_popped(self._done, step.undoes))
        elif step.redoes is not None:
            self._done.append(_popped(self._undone, step.redoes))
        elif step.changes:
            self._done.append(step)
            self._undone.clear()


def _happened_by_itself(change: Change) -> bool:
    """A refusal, or an import report that was completed."""
    before, after = change.before, change.after
    if isinstance(before, AttachedStudy) and isinstance(after, AttachedStudy):
        return apart_from_report(before) == apart_from_report(after)
    return isinstance(change.item, StudyRefusal)


def _popped(stack: list[Step], seq: int) -> Step:
    if not stack or stack[-1].seq != seq:
        raise ValueError(f"step {seq} is not where the finger points")
    return stack.pop()
