"""Pains of the last visit, to be confirmed one by one or all at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QFrame

from painmap.domain.edits import Edit, Page
from painmap.domain.ids import new_id
from painmap.domain.items import UNSTAMPED
from painmap.domain.pain import AuthorLayer, Mark, PainSite
from painmap.domain.pain_links import PainLink
from painmap.domain.places import TemplateRef
from painmap.domain.sentences import day_words, place_of_pain, plural
from painmap.domain.visit import Visit
from painmap.services.clinic import Clinic
from painmap.ui.desk import Desk
from painmap.ui.widgets import button, column, label, row

MOST_NAMED = 3
"""Pains on another figure that are named; the rest is counted."""


def last_visit_with_pain(clinic: Clinic, visit: Visit) -> Visit | None:
    """The latest earlier visit of the patient in which pain was marked; on the records lane."""
    for each in clinic.visits_of(visit.patient_id):
        if each.id != visit.id and each.started < visit.started and each.pain_sites:
            return clinic.open_visit(each.id).visit
    return None


@dataclass(frozen=True, slots=True)
class Ghosts:
    """The patient's pain sites of an earlier visit that this visit has not confirmed.

    Parameters
    ----------
    earlier : Visit
    sites : tuple of PainSite
    """

    earlier: Visit
    sites: tuple[PainSite, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        ids = {site.id for site in self.sites}
        return tuple(mark for mark in self.earlier.marks if mark.site_id in ids)

    def site_of(self, mark_id: UUID) -> PainSite | None:
        """The site of a ghost."""
        owner = next((mark.site_id for mark in self.marks if mark.id == mark_id), None)
        return next((site for site in self.sites if site.id == owner), None)


def ghosts_of(earlier: Visit, now: Visit) -> Ghosts:
    """What is left to confirm: the patient's sites that `now` does not have.

    It has those that were said to be unchanged, and those whose marks were drawn again.
    """
    done = {site.unchanged_from for site in now.pain_sites}
    drawn = {(mark.template, mark.view, mark.shape) for mark in now.marks}

    def waits(site: PainSite) -> bool:
        marks = [m for m in earlier.marks_of(site.id) if m.layer is AuthorLayer.PATIENT]
        there = all((m.template, m.view, m.shape) in drawn for m in marks)
        return site.id not in done and bool(marks) and not there

    return Ghosts(earlier, tuple(filter(waits, earlier.pain_sites)))


def unchanged(earlier: Visit, sites: Iterable[PainSite], now: Iterable[PainSite] = ()) -> Edit:
    """Record earlier sites as the patient's of today, with their marks; one step.

    `now` are the sites of today; a link to one that was confirmed before is taken over too.

    What is said of them is the earlier visit's, marked as such by `unchanged_from`.
    """
    put: list[PainSite | Mark] = []
    ids: dict[UUID, UUID] = {s.unchanged_from: s.id for s in now if s.unchanged_from is not None}
    count = 0
    for site in sites:
        count += 1
        today = replace(site, id=new_id(), unchanged_from=site.id, stamp=UNSTAMPED)
        ids[site.id] = today.id
        put.append(today)
        for mark in earlier.marks_of(site.id):
            if mark.layer is AuthorLayer.PATIENT:
                ids[mark.id] = new_id()
                put.append(replace(mark, id=ids[mark.id], site_id=today.id, stamp=UNSTAMPED))
    label = f"unchanged: {plural(count, 'pain site')}"
    fresh = frozenset(site.id for site in put if isinstance(site, PainSite))
    links = _links_of_today(earlier, ids, fresh)
    return Edit(label, Page.MAP, put=(*put, *links))


def _links_of_today(
    earlier: Visit, ids: Mapping[UUID, UUID], fresh: frozenset[UUID]
) -> Iterator[PainLink]:
    """What the earlier pains were to each other, as far as both are confirmed today."""
    for link in earlier.pain_links:
        start = ids.get(link.from_site)
        to_site = ids.get(link.to_site) if link.to_site is not None else None
        arrow = ids.get(link.arrow) if link.arrow is not None else None
        whole = (link.to_site is None or to_site is not None) and (
            link.arrow is None or arrow is not None
        )
        if start is not None and whole and not fresh.isdisjoint({start, to_site}):
            yield replace(
                link, id=new_id(), from_site=start, to_site=to_site, arrow=arrow, stamp=UNSTAMPED
            )


class LastVisit(QFrame):
    """One line above the figure's words: what was there, and two ways to say that it still is.

    Parameters
    ----------
    desk : Desk
    on_change : callable
        Called when ghosts appear or go.
    """

    def __init__(self, desk: Desk, on_change: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._desk = desk
        self._on_change = on_change
        self._earlier: Visit | None = None
        self.shown = False
        self.words = label(tone="muted", wrap=True)
        self.show_button = button("As last visit", self._toggle)
        self.all_button = button("All unchanged today", self._all)
        self.all_button.setToolTip("The patient says that every pain is as at the last visit")
        line = row(self.words, self.show_button, self.all_button)
        line.setStretch(0, 1)
        line.setContentsMargins(14, 8, 10, 8)
        box = column()
        box.addLayout(line)
        self.setLayout(box)
        self.hide()

    def begin(self) -> None:
        """Another visit: look for the one before it."""
        self._earlier, self.shown = None, False
        self.hide()
        if self._desk.is_open:
            visit = self._desk.open_visit.visit
            read = partial(last_visit_with_pain, self._desk.clinic, visit)
            self._desk.ask_records(read, partial(self._found, visit.id))

    def _found(self, visit_id: UUID, earlier: Visit | None) -> None:
        if self._desk.is_open and self._desk.open_visit.visit.id == visit_id:
            self._earlier = earlier
            self._on_change()

    @property
    def ghosts(self) -> Ghosts | None:
        """What waits, whether it is shown or not; None when nothing does."""
        if self._earlier is None or not self._desk.is_open:
            return None
        left = ghosts_of(self._earlier, self._desk.open_visit.visit)
        return left if left.sites else None

    def marks(self) -> tuple[Mark, ...]:
        """The ghosts to draw."""
        left = self.ghosts if self.shown else None
        return left.marks if left is not None else ()

    def refresh(self, template: TemplateRef) -> None:
        """Say what is left to confirm."""
        left = self.ghosts
        self.setVisible(left is not None)
        if left is None:
            return
        day = day_words(left.earlier.started.astimezone().date())
        words = f"{day}: {plural(len(left.sites), 'pain site')} not confirmed today."
        other = [site for site in left.sites if not _is_on(left, site, template)]
        if self.shown and other:
            named = [place_of_pain(left.earlier.marks_of(site.id)) for site in other[:MOST_NAMED]]
            rest = plural(len(other) - len(named), "more site") if len(other) > MOST_NAMED else ""
            words += f" On another figure: {'; '.join([*named, *filter(None, [rest])])}."
        elif self.shown:
            words += " Click a dotted mark to confirm it."
        self.words.setText(words)
        self.show_button.setText("Hide" if self.shown else "As last visit")

    def confirm(self, mark_id: UUID) -> UUID | None:
        """Record the site of a ghost as unchanged; gives the new site's id."""
        left = self.ghosts
        site = left.site_of(mark_id) if left is not None else None
        if left is None or site is None:
            return None
        edit = unchanged(left.earlier, [site], self._desk.open_visit.visit.pain_sites)
        self._desk.apply(edit)
        return edit.put[0].id

    def _toggle(self) -> None:
        self.shown = not self.shown
        self._on_change()

    def _all(self) -> None:
        left = self.ghosts
        if left is not None:
            today = self._desk.open_visit.visit.pain_sites
            self._desk.apply(unchanged(left.earlier, left.sites, today))


def _is_on(ghosts: Ghosts, site: PainSite, template: TemplateRef) -> bool:
    return any(mark.template == template for mark in ghosts.earlier.marks_of(site.id))
