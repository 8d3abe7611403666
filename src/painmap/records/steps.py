"""One finished gesture, as the journal holds it."""

from dataclasses import dataclass, field
from datetime import datetime

from painmap.domain.edits import Page
from painmap.domain.visit import Change, VisitState


@dataclass(frozen=True, slots=True)
class Step:
    """One finished gesture, as the journal holds it.

    Parameters
    ----------
    seq : int
        Place in the visit's journal, from 1.
    label : str
        What was done ("mark pain"); taking it back and doing it again keep the label.
    page : Page
        Where it shows.
    changes : tuple of Change
        The items before and after, with their stamps.
    undoes, redoes : int or None
        The step that this one takes back, or does again; None for a step of its own.
    author : str
    at : datetime
        Time zone aware.
    state : VisitState or None
        The state that the visit was put into; None for a gesture, which leaves it.
    content : tuple of bytes
        Large content that the items name by its hash, still to be stored; a step that was read
        back has none, and is the same step.
    """

    seq: int
    label: str
    page: Page
    changes: tuple[Change, ...]
    undoes: int | None
    redoes: int | None
    author: str
    at: datetime
    state: VisitState | None = None
    content: tuple[bytes, ...] = field(default=(), compare=False, repr=False)
