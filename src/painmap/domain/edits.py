"""What the doctor can do to a visit, each a pure function that gives one :class:`Edit`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from painmap.domain.compartment import Compartment
from painmap.domain.injection import (
    CtPlace,
    Finding,
    GivenSite,
    Landmark,
    LevelCount,
    Link,
    Outline,
    PlannedSite,
)
from painmap.domain.needle_plan import Hazard, PlannedPath, PrintedSheet
from painmap.domain.pain import Answer, Mark, PainFree, PainSite
from painmap.domain.pain_links import PainLink
from painmap.domain.places import Sha256
from painmap.domain.study import AttachedStudy, StudyRefusal
from painmap.domain.visit import Anchored, Item, Visit, study_of


class Page(StrEnum):
    """The steps of a visit, in order; the value is the word in the window."""

    TODAY = "Today"
    MAP = "Map"
    CT = "CT"
    SITES = "Sites"
    FINISH = "Finish"


@dataclass(frozen=True, slots=True)
class Edit:
    """One finished gesture: what it puts and removes, and how it is called.

    Parameters
    ----------
    label : str
        What was done, for the undo entry ("mark pain"), no capital, no full stop.
    page : Page
        Where it shows.
    put : tuple of Item
        Items added, or replaced by id.
    remove : frozenset of UUID
    content : tuple of bytes
        Large content that the items put name by its hash, stored with them or not at all.
    """

    label: str
    page: Page
    put: tuple[Item, ...] = ()
    remove: frozenset[UUID] = frozenset()
    content: tuple[bytes, ...] = ()

    def apply(self, visit: Visit) -> Visit:
        """Give the visit after the edit; `visit` itself stays as it is.

        Raises
        ------
        ValueError
            The visit after it could not be right.
        """
        return visit.changed(put=self.put, remove=self.remove)


def page_of(item: Item) -> Page:
    """On which page a change of `item` is seen best."""
    match item:
        case PainSite() | Mark() | PainFree() | Answer() | PainLink():
            return Page.MAP
        case (
            AttachedStudy() | StudyRefusal() | Landmark() | LevelCount() | Outline() | Compartment()
        ):
            return Page.CT
        case PlannedPath() | Hazard():
            return Page.CT
        case PrintedSheet():
            return Page.FINISH
        case PlannedSite(place=CtPlace()):
            return Page.CT
        case PlannedSite() | GivenSite() | Finding() | Link():
            return Page.SITES


def _with_links(visit: Visit, ids: Iterable[UUID]) -> frozenset[UUID]:
    """Add the links that would hang in the air without `ids`."""
    gone = set(ids)
    links = {link.id for link in visit.links if link.from_id in gone or link.to_id in gone}
    pains = {
        link.id
        for link in visit.pain_links
        if not gone.isdisjoint({link.from_site, link.to_site, link.arrow})
    }
    return frozenset(gone | links | pains)


def mark_pain(site: PainSite, mark: Mark) -> Edit:
    """Add a pain site with its first mark."""
    return Edit("mark pain", Page.MAP, put=(site, mark))


def add_mark(mark: Mark) -> Edit:
    """Add one more mark to a pain site."""
    return Edit("add to the pain site", Page.MAP, put=(mark,))


def change_mark(mark: Mark, *, label: str) -> Edit:
    """Replace a mark, for example by what the eraser left of it."""
    return Edit(label, Page.MAP, put=(mark,))


def say_pain_free(ticks: Iterable[PainFree]) -> Edit:
    """Record that regions were asked about and have no pain."""
    return Edit("pain-free", Page.MAP, put=tuple(ticks))


def take_back_pain_free(tick_ids: Iterable[UUID]) -> Edit:
    """Take pain-free ticks away: the regions were not asked about."""
    return Edit("not asked", Page.MAP, remove=frozenset(tick_ids))


def answer_item(answers: Iterable[Answer], *, label: str) -> Edit:
    """Record answers to an instrument."""
    return Edit(label, Page.MAP, put=tuple(answers))


def remove_mark(visit: Visit, mark_id: UUID) -> Edit:
    """Take a mark away, and its pain site with it when it was the last one."""
    mark = next(each for each in visit.marks if each.id == mark_id)
    if len(visit.marks_of(mark.site_id)) == 1:
        return remove_pain_site(visit, mark.site_id)
    return Edit("erase mark", Page.MAP, remove=_with_links(visit, [mark_id]))


def remove_pain_site(visit: Visit, site_id: UUID) -> Edit:
    """Take a pain site away with its marks and links."""
    ids = [site_id, *(mark.id for mark in visit.marks_of(site_id))]
    return Edit("remove pain site", Page.MAP, remove=_with_links(visit, ids))


def describe_pain(site: PainSite, *, label: str) -> Edit:
    """Replace what is said of a pain site."""
    return Edit(label, Page.MAP, put=(site,))


def link_pains(link: PainLink) -> Edit:
    """Say what a pain is to another, or say it otherwise."""
    return Edit("how pains belong together", Page.MAP, put=(link,))


def unlink_pains(link: PainLink) -> Edit:
    """Take back what was said of two pains; an arrow that shows it stays."""
    return Edit("how pains belong together", Page.MAP, remove=frozenset({link.id}))


def plan_site(site: PlannedSite) -> Edit:
    """Add a muscle that is considered for injection."""
    return Edit("add site", page_of(site), put=(site,))


def change_site(site: PlannedSite, *, label: str) -> Edit:
    """Replace a planned site."""
    return Edit(label, page_of(site), put=(site,))


def remove_site(visit: Visit, site: PlannedSite) -> Edit:
    """Take a planned site away with its needle path and links."""
    paths = [path.id for path in visit.paths if path.site_id == site.id]
    return Edit("remove site", page_of(site), remove=_with_links(visit, [site.id, *paths]))


def plan_path(path: PlannedPath, *, label: str = "plan needle path") -> Edit:
    """Add or replace the needle path of a planned site."""
    return Edit(label, Page.CT, put=(path,))


def remove_path(path: PlannedPath) -> Edit:
    """Take a needle path away; its target stays."""
    return Edit("remove needle path", Page.CT, remove=frozenset({path.id}))


def mark_hazard(hazard: Hazard) -> Edit:
    """Mark a structure to keep away from."""
    return Edit(f"mark {hazard.words}", Page.CT, put=(hazard,))


def remove_hazard(hazard: Hazard) -> Edit:
    """Take a marked structure away."""
    return Edit(f"remove {hazard.words}", Page.CT, remove=frozenset({hazard.id}))


def record_sheet(sheet: PrintedSheet) -> Edit:
    """Remember that a plan sheet was made."""
    return Edit("make plan sheet", Page.FINISH, put=(sheet,))


def draw_outline(outline: Outline) -> Edit:
    """Add a contour of a muscle."""
    return Edit("draw outline", Page.CT, put=(outline,))


def change_outline(outline: Outline, *, label: str) -> Edit:
    """Replace a contour."""
    return Edit(label, Page.CT, put=(outline,))


def remove_outline(visit: Visit, outline_id: UUID) -> Edit:
    """Take a contour away with its links."""
    return Edit("remove outline", Page.CT, remove=_with_links(visit, [outline_id]))


def change_compartment(
    compartment: Compartment, *, label: str, content: Iterable[bytes] = ()
) -> Edit:
    """Add or replace a muscle's compartment, with the masks that it newly names."""
    return Edit(label, Page.CT, put=(compartment,), content=tuple(content))


def remove_compartment(visit: Visit, compartment_id: UUID) -> Edit:
    """Take a muscle's compartment away with its links; its contours stay."""
    return Edit("remove muscle", Page.CT, remove=_with_links(visit, [compartment_id]))


def change_spine(label: str, put: Iterable[Item], *, remove: frozenset[UUID] = frozenset()) -> Edit:
    """Mark, name, move, confirm or take away what the spine is made of.

    Parameters
    ----------
    put : iterable of Item
        Landmarks and the count of their levels, and what has a side or a level, as it is by
        them.
    """
    return Edit(label, Page.CT, put=tuple(put), remove=remove)


def attach_study(study: AttachedStudy) -> Edit:
    """Attach a study to the patient."""
    return Edit("attach study", Page.CT, put=(study,))


def complete_report(study: AttachedStudy, report: Sha256) -> Edit:
    """Replace a study's import report by the fuller one that was made after it was shown."""
    return Edit("complete the import report", Page.CT, put=(replace(study, import_report=report),))


def refuse_study(refusal: StudyRefusal) -> Edit:
    """Record that a study was not attached."""
    return Edit("not this patient's study", Page.CT, put=(refusal,))


def detach_study(visit: Visit, study: AttachedStudy, *, reason: str) -> Edit:
    """Detach a study attached by mistake; what was annotated on it stays as entered in error."""
    anchored: tuple[Anchored, ...] = (
        *visit.landmarks,
        *visit.level_counts,
        *visit.outlines,
        *visit.compartments,
        *visit.paths,
        *visit.hazards,
        *visit.planned_sites,
        *visit.given_sites,
    )
    hung = [
        replace(item, entered_in_error=reason)
        for item in anchored
        if not item.entered_in_error and study_of(item) == study.study_uid
    ]
    return Edit("detach study", Page.CT, put=(replace(study, detached=reason), *hung))


def record_given(site: GivenSite) -> Edit:
    """Record what was injected."""
    return Edit("record injection", Page.SITES, put=(site,))


def record_finding(finding: Finding) -> Edit:
    """Record what was found on palpation."""
    return Edit("record finding", Page.SITES, put=(finding,))
