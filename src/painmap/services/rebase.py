"""Puts what one window did on top of what another has stored meanwhile."""

from painmap.domain.edits import Edit
from painmap.records.errors import EditedElsewhere
from painmap.records.steps import Step
from painmap.services.open_visit import OpenVisit

__all__ = ["EditedElsewhere", "put_on_top"]


def put_on_top(mine: OpenVisit, fresh: OpenVisit) -> tuple[Step, ...]:
    """Do again on `fresh` what `mine` could not store, and give the steps to be committed.

    Items that both changed become as they are in `mine`; what only the other changed stays.

    Raises
    ------
    ValueError
        The two do not fit together; `fresh` may have some of the steps and is not to be used.
    """
    done = []
    for step in mine.unsaved:
        if step.state is not None:
            done.append(fresh.turn(step.state))
            continue
        put = tuple(change.after for change in step.changes if change.after is not None)
        gone = frozenset(change.item.id for change in step.changes if change.after is None)
        done.append(fresh.apply(Edit(step.label, step.page, put=put, remove=gone)))
    return tuple(step for step in done if step is not None)
