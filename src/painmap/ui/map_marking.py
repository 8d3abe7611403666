"""What each finished gesture on the figure means for the visit: one edit, one undo step."""

from dataclasses import replace
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.erasing import area_shape, enclosed, erased
from painmap.bodymap.marks import area_of, area_of_stroke, covered_regions, touches
from painmap.domain.edits import (
    Edit,
    Page,
    remove_mark,
    remove_pain_site,
    say_pain_free,
    take_back_pain_free,
)
from painmap.domain.ids import new_id
from painmap.domain.pain import (
    ArrowShape,
    AuthorLayer,
    Mark,
    MarkedRegion,
    PainFree,
    PainSite,
    PointShape,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.pain_links import PainLink, PainLinkKind
from painmap.domain.places import FigurePoint
from painmap.domain.sentences import region_words
from painmap.domain.visit import Item, Visit
from painmap.ui.desk import Desk

Points = tuple[FigurePoint, ...]
BESIDE_UNITS = 15.0
"""An arrow that begins so near to a pain (about 25 mm on a person) begins at it."""
NEAR_UNITS = 60.0
"""An arrow that begins farther than this (about 10 cm on a person) from a pain is of another."""


class Marking:
    """Turns finished gestures on the figure into edits, for the mouse and for the keys alike.

    Marks of the other author's layer are seen but not touched, so that the doctor can mark
    the same place that the patient pointed to.

    Attributes
    ----------
    template : BodyTemplate
        The figure that is worked on.
    layer : AuthorLayer
        Whose the next mark is.
    adding : bool
        Whether the next mark belongs to the selected site instead of a new one.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.template = desk.template
        self.layer = AuthorLayer.PATIENT
        self.adding = False

    @property
    def selected(self) -> PainSite | None:
        """The one selected pain site."""
        if not self._desk.is_open or self._desk.selection is None:
            return None
        item = self._desk.open_visit.visit.find(self._desk.selection)
        return item if isinstance(item, PainSite) else None

    def may_touch(self, item: Mark | PainFree) -> bool:
        """Whether a mark is of the layer and the figure that are worked on."""
        return item.layer is self.layer and item.template == self.template.ref

    # --- marks

    def tap_region(self, view: str, region_id: str, *, add: bool = False) -> None:
        """Mark a region, take it out of the selected site, or select the site that has it."""
        site = self.selected
        there = [
            mark
            for mark in self._visit.marks
            if mark.view == view
            and isinstance(mark.shape, RegionShape)
            and mark.shape.region_id == region_id
            and self.may_touch(mark)
        ]
        mine = [mark for mark in there if site is not None and mark.site_id == site.id]
        if mine:
            self._remove({mine[0].id}, "erase mark")
        elif there and not (add or self.adding):
            self._desk.select(there[-1].site_id)
        else:
            self.put(view, RegionShape(region_id), add=add)

    def ring(self, view: str, points: Points, *, add: bool = False) -> None:
        """Mark what lies inside a line drawn around it."""
        shape = area_shape(self.template.views[view], enclosed(points))
        if shape is None:
            self._desk.say("The line encloses too little to be an area.")
        else:
            self.put(view, shape, add=add)

    def point(self, view: str, at: FigurePoint, *, add: bool = False) -> None:
        """Mark one place."""
        self.put(view, PointShape(FigurePoint(round(at.x, 2), round(at.y, 2))), add=add)

    def radiate(
        self,
        view: str,
        points: Points,
        *,
        ends: tuple[UUID | None, UUID | None] = (None, None),
    ) -> None:
        """Say where a pain goes to: that of the mark at the start, else the selected one.

        A hand begins beside a mark as often as on it: the nearest pain close by counts as the
        start. Without any, or where the selected one is drawn elsewhere on this view, the start
        becomes a pain site of its own. The pain of the mark at the
        head, or the region there, is what it is linked to, in the same step.
        """
        start, target = (self._site_of(each) for each in ends)
        owner = start or self._begun_from(view, points[0])
        label, new = "radiation of the pain", owner or new_id()
        put: list[Item] = list(self._changed_today({new}))
        if owner is None:
            label = "mark pain that radiates"
            put += [PainSite(new), self._made(view, PointShape(points[0]), new)]
        arrow = self._made(view, ArrowShape(points), new)
        put.append(arrow)
        head = arrow.regions[-1]
        found = self.layer is AuthorLayer.DOCTOR
        kind = PainLinkKind.REFERS if found else PainLinkKind.RADIATES
        if target is not None and target != new:
            put.append(PainLink(new_id(), kind, new, to_site=target, arrow=arrow.id))
        else:
            put.append(PainLink(new_id(), kind, new, to_region=head, arrow=arrow.id))
        self._desk.apply(Edit(label, Page.MAP, put=tuple(put)))
        self._desk.select(new)

    def _begun_from(self, view: str, at: FigurePoint) -> UUID | None:
        """The site of which a pain at a place is taken to be; None for one of its own."""
        site = self.selected
        if site is not None and self.adding:
            return site.id
        near = self._nearest(view, at)
        if near:
            return min(near)[1]
        if site is None:
            return None
        here = [mark for mark in self._visit.marks_of(site.id) if self._is_on(mark, view)]
        shown = self.template.views[view]
        close = any(touches(shown, mark.shape, at, slack=NEAR_UNITS) for mark in here)
        return site.id if close or not here else None

    def _nearest(self, view: str, at: FigurePoint) -> list[tuple[float, UUID]]:
        """How far the marks close to a place are, and of which sites."""
        shown, point = self.template.views[view], shapely.Point(at.x, at.y)
        marks = (
            mark
            for mark in self._visit.marks
            if self._is_on(mark, view) and not isinstance(mark.shape, ArrowShape)
        )
        away = [(area_of(shown, mark.shape).distance(point), mark.site_id) for mark in marks]
        return [(units, site) for units, site in away if units <= BESIDE_UNITS]

    def _is_on(self, mark: Mark, view: str) -> bool:
        return mark.view == view and self.may_touch(mark)

    def _site_of(self, mark_id: UUID | None) -> UUID | None:
        mark = self._visit.find(mark_id) if mark_id is not None else None
        return mark.site_id if isinstance(mark, Mark) else None

    def put(self, view: str, shape: Shape, *, add: bool = False) -> None:
        """Add a mark, to the selected site or as a new one; it ends "no pain" where it lies."""
        site = self.selected if add or self.adding else None
        owner = site if site is not None else PainSite(new_id())
        mark = self._made(view, shape, owner.id)
        pained = {region.id for region in mark.regions}
        ticks = (t for t in self._visit.pain_free if self.may_touch(t) and t.region.id in pained)
        label = "mark pain" if site is None else "add to the pain site"
        put: tuple[Item, ...] = (owner, mark)
        if site is not None:
            put = (*self._changed_today({owner.id}), mark)
        self._desk.apply(Edit(label, Page.MAP, put=put, remove=frozenset(t.id for t in ticks)))
        self._desk.select(owner.id)

    def touch(self, mark_id: UUID) -> None:
        """Select the site of a mark."""
        mark = self._visit.find(mark_id)
        if isinstance(mark, Mark):
            self._desk.select(mark.site_id)

    # --- no pain

    def tick(self, view: str, region_ids: tuple[str, ...]) -> None:
        """Say that regions have no pain; a single one that was said so is not asked again."""
        shown = self.template.views[view]
        there = {t.region.id: t for t in self._visit.pain_free if self.may_touch(t)}
        pained = {
            r.id for m in self._visit.marks if self.may_touch(m) for r in m.regions if r.share
        }
        news = [each for each in dict.fromkeys(region_ids) if each not in there]
        if len(region_ids) == 1 and not news:
            self._desk.apply(take_back_pain_free([there[region_ids[0]].id]))
            return
        asked = [shown.region(each) for each in news if each not in pained]
        ticks = []
        for region in asked:
            whole = MarkedRegion(region.id, region.name, region.side, 1.0)
            ticks.append(PainFree(new_id(), self.layer, self.template.ref, view, whole))
        if ticks:
            self._desk.apply(say_pain_free(ticks))
        elif news:
            region = shown.region(news[0])
            named = region_words(MarkedRegion(region.id, region.name, region.side, 1.0))
            self._desk.say(f"Pain is marked in {named}. Erase it first, then say no pain.")

    # --- erasing

    def erase(self, view: str, stroke: StrokeShape) -> None:
        """Take away what the eraser went over, in one step; a site goes with its last mark."""
        shown, visit = self.template.views[view], self._visit
        eraser = area_of_stroke(stroke)
        changed: list[Mark] = []
        gone: set[UUID] = set()
        for mark in visit.marks:
            if mark.view != view or not self.may_touch(mark):
                continue
            left = erased(shown, mark.shape, eraser)
            if left is None:
                gone.add(mark.id)
            elif left is not mark.shape:
                changed.append(self._made(view, left, mark.site_id, mark.id))
        ticks = self._ticks_under(view, eraser)
        if changed or gone or ticks:
            self._remove(gone, "erase", put=tuple(changed), also=ticks)

    def erase_region(self, view: str, region_id: str) -> None:
        """Take away the uppermost mark on a region, or its tick; for the keyboard."""
        ticks = [
            tick.id
            for tick in self._visit.pain_free
            if self.may_touch(tick) and tick.region.id == region_id
        ]
        marks = [
            mark.id
            for mark in self._visit.marks
            if mark.view == view
            and self.may_touch(mark)
            and any(each.id == region_id for each in mark.regions)
        ]
        if marks:
            self._remove({marks[-1]}, "erase mark")
        elif ticks:
            self._desk.apply(take_back_pain_free(ticks))

    def remove_selected(self) -> None:
        """Take the selected site away; undo brings it back."""
        site = self.selected
        if site is not None:
            self._desk.apply(remove_pain_site(self._visit, site.id))
            self._desk.say("Removed the pain site. Ctrl+Z brings it back.")

    # --- in common

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit

    def _made(self, view: str, shape: Shape, site_id: UUID, mark_id: UUID | None = None) -> Mark:
        return Mark(
            id=mark_id if mark_id is not None else new_id(),
            site_id=site_id,
            layer=self.layer,
            template=self.template.ref,
            view=view,
            shape=shape,
            regions=covered_regions(self.template.views[view], shape),
        )

    def _ticks_under(self, view: str, eraser: BaseGeometry) -> frozenset[UUID]:
        regions = self.template.views[view]
        return frozenset(
            tick.id
            for tick in self._visit.pain_free
            if tick.view == view
            and self.may_touch(tick)
            and shapely.contains_xy(eraser, *regions.region(tick.region.id).label_at)
        )

    def _remove(
        self,
        gone: set[UUID],
        label: str,
        *,
        put: tuple[Mark, ...] = (),
        also: frozenset[UUID] = frozenset(),
    ) -> None:
        """Remove marks; arrows that would point from nowhere go with the last of their site."""
        visit = self._visit
        for site in visit.pain_sites:
            left = [mark for mark in visit.marks_of(site.id) if mark.id not in gone]
            touched = len(left) < len(visit.marks_of(site.id))
            if touched and all(isinstance(mark.shape, ArrowShape) for mark in left):
                gone |= {mark.id for mark in left}
        touched_ids = {m.site_id for m in visit.marks if m.id in gone} | {m.site_id for m in put}
        changed = self._changed_today(touched_ids)
        remove = also
        for mark_id in gone:
            edit = remove_mark(visit, mark_id)
            visit = edit.apply(visit)
            remove |= edit.remove
        kept = tuple(site for site in changed if site.id not in remove)
        self._desk.apply(Edit(label, Page.MAP, put=(*kept, *put), remove=remove))

    def _changed_today(self, site_ids: set[UUID]) -> tuple[PainSite, ...]:
        """Sites that were said to be as at the last visit, and are no longer."""
        return tuple(
            replace(site, unchanged_from=None)
            for site in self._visit.pain_sites
            if site.id in site_ids and site.unchanged_from is not None
        )
