"""The chosen annotation: its sentence, its note, and how it is changed or removed."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from painmap.domain.edits import (
    Edit,
    change_outline,
    change_site,
    remove_outline,
    remove_site,
)
from painmap.domain.injection import CtPlace, Landmark, LandmarkStatus, Outline, PlannedSite
from painmap.domain.places import CtAnchor
from painmap.domain.sentences import outline_sentence, planned_sentence
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_pictures import measure_words
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_side import Annotation
from painmap.ui.ct_side_questions import EditOf
from painmap.ui.desk import Desk
from painmap.ui.tools.outline import LEAST

Marked = PlannedSite | Outline | Landmark


class Chosen:
    """Which annotation is chosen; the bar shows it.

    Parameters
    ----------
    propose : callable
        Takes a changed annotation and its edit, and checks its side first.
    remove_midline : callable
        Takes a spinous process away; False when it may not be just now.
    changed : callable
        Called when the pictures must be drawn anew.
    """

    def __init__(
        self,
        desk: Desk,
        session: CtSession,
        bar: MarkBar,
        propose: Callable[[Annotation, EditOf], object],
        remove_midline: Callable[[Landmark], bool],
        changed: Callable[[], object],
    ) -> None:
        self._desk = desk
        self._session = session
        self._bar = bar
        self._propose = propose
        self._remove_midline = remove_midline
        self._changed = changed
        self.follow: Callable[[Edit], Edit | None] = lambda edit: edit
        """What else an edit changes with it; None: it may not be made."""
        self.id: UUID | None = None
        self.vertex: int | None = None

    @property
    def item(self) -> Marked | None:
        """The annotation as it is now."""
        if self.id is None or not self._desk.is_open:
            return None
        found = self._desk.open_visit.visit.find(self.id)
        return found if isinstance(found, Marked) else None

    def choose(self, item_id: UUID | None, vertex: int | None = None) -> None:
        """Highlight an annotation and show its sentence; None: none."""
        if item_id != self.id:
            self._bar.note.hand_in()
        self.id, self.vertex = item_id, vertex
        self.refresh()

    def forget(self) -> None:
        """Choose nothing, without handing anything in: another visit may be open."""
        self.id = self.vertex = None
        self._bar.show_item(None, "", "", editable=False)

    def refresh(self) -> None:
        """Show the chosen annotation as it is now."""
        item = self.item
        if item is None or item.entered_in_error:
            self.id = self.vertex = None
            self._bar.show_item(None, "", "", editable=False)
        else:
            reason = self._why_read_only(item)
            measured = measure_words(self._session, item) if isinstance(item, Outline) else ""
            self._bar.show_item(item, self._sentence(item), measured or reason, editable=not reason)
        self._changed()

    def _sentence(self, item: Marked) -> str:
        muscles = self._desk.muscles
        if isinstance(item, PlannedSite):
            return planned_sentence(item, muscles)
        if isinstance(item, Outline):
            return outline_sentence(item, muscles)
        level = f", {item.level.value}" if item.level else ""
        if item.status is LandmarkStatus.PROPOSED:
            return f"{item.kind.value}{level}: {item.status.value}"
        return f"{item.kind.value}{level}: sides near it are measured from here"

    def _why_read_only(self, item: Marked) -> str:
        anchor = anchor_of(item)
        return self._session.standing(anchor).reason if anchor is not None else ""

    def set_note(self, text: str) -> None:
        item = self.item
        if isinstance(item, PlannedSite):
            self._desk.apply(change_site(replace(item, note=text), label="note to the site"))
        elif isinstance(item, Outline):
            self._desk.apply(change_outline(replace(item, note=text), label="note to the outline"))

    def apply_bar(self) -> None:
        """Give the chosen annotation the muscle, side and level of the bar."""
        item, muscle, side = self.item, self._bar.muscle, self._bar.side
        if muscle is None or side is None or not isinstance(item, PlannedSite | Outline):
            return
        changed = replace(item, muscle_id=muscle.id, side=side, level=self._bar.level)
        self._propose(changed, _renamed)

    def delete(self) -> None:
        """Delete the vertex that is taken hold of, else the chosen annotation."""
        item, vertex = self.item, self.vertex
        if isinstance(item, Outline) and vertex is not None and len(item.points) > LEAST:
            if not self._why_read_only(item):
                self.vertex = None
                corners = (*item.points[:vertex], *item.points[vertex + 1 :])
                self._propose(replace(item, points=corners), _without_vertex)
            return
        self.remove()

    def remove(self) -> None:
        """Take the chosen annotation away; Ctrl+Z brings it back."""
        item = self.item
        if item is None or self._why_read_only(item):
            return
        visit = self._desk.open_visit.visit
        if isinstance(item, Landmark):
            if not self._remove_midline(item):
                return
        else:
            away = (
                remove_outline(visit, item.id)
                if isinstance(item, Outline)
                else remove_site(visit, item)
            )
            edit = self.follow(away)
            if edit is None:
                return
            self.choose(None)
            self._desk.apply(edit)
        self._desk.say("Removed. Ctrl+Z brings it back.")


def anchor_of(item: Marked) -> CtAnchor | None:
    """What an annotation hangs on; None for a site that is not placed on CT."""
    if isinstance(item, PlannedSite):
        return item.place.anchor if isinstance(item.place, CtPlace) else None
    return item.anchor


def _renamed(item: Annotation) -> Edit:
    if isinstance(item, Outline):
        return change_outline(item, label="muscle, side or level of the outline")
    if isinstance(item, PlannedSite):
        return change_site(item, label="muscle, side or level of the site")
    raise TypeError("a site or an outline was meant")


def _without_vertex(item: Annotation) -> Edit:
    if not isinstance(item, Outline):
        raise TypeError("only outlines have vertices")
    return change_outline(item, label="remove vertex")
