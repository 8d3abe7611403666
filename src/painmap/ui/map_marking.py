"""What a tap, a stroke and the eraser mean for the visit: each is one edit."""

from collections.abc import Iterable
from uuid import UUID

from painmap.bodymap.marks import covered_regions
from painmap.domain.edits import Edit, Page, add_mark, mark_pain, remove_mark, remove_pain_site
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, PainSite, RegionShape, Shape, StrokeShape
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit
from painmap.ui.desk import Desk


class Marking:
    """Turns finished gestures on the figure into edits, for the mouse and for the keys alike.

    Marks of the other author's layer are seen but not touched, so that the doctor can mark
    the same place that the patient pointed to.

    Attributes
    ----------
    layer : AuthorLayer
        Whose the next mark is.
    adding : bool
        Whether the next mark belongs to the selected site instead of a new one.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.layer = AuthorLayer.PATIENT
        self.adding = False

    @property
    def selected(self) -> PainSite | None:
        """The one selected pain site."""
        if not self._desk.is_open or self._desk.selection is None:
            return None
        item = self._desk.open_visit.visit.find(self._desk.selection)
        return item if isinstance(item, PainSite) else None

    def may_touch(self, mark: Mark) -> bool:
        """Whether a mark is of the layer and the figure that are worked on."""
        return mark.layer is self.layer and mark.template == self._desk.template.ref

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
            self._desk.apply(remove_mark(self._visit, mine[0].id))
        elif there and not (add or self.adding):
            self._desk.select(there[-1].site_id)
        else:
            self._put(view, RegionShape(region_id), add=add)

    def draw(
        self, view: str, points: tuple[FigurePoint, ...], width: float, *, add: bool = False
    ) -> None:
        """Mark where the brush went."""
        self._put(view, StrokeShape(points, width), add=add)

    def touch(self, mark_id: UUID) -> None:
        """Select the site of a mark."""
        mark = self._visit.find(mark_id)
        if isinstance(mark, Mark):
            self._desk.select(mark.site_id)

    def erase(self, mark_ids: Iterable[UUID]) -> None:
        """Take whole marks away, in one step; a site goes with its last mark."""
        visit = self._visit
        gone: frozenset[UUID] = frozenset()
        count = 0
        for mark_id in mark_ids:
            edit = remove_mark(visit, mark_id)
            visit = edit.apply(visit)
            gone |= edit.remove
            count += 1
        if count:
            label = "erase mark" if count == 1 else f"erase {count} marks"
            self._desk.apply(Edit(label, Page.MAP, remove=gone))

    def remove_selected(self) -> None:
        """Take the selected site away; undo brings it back."""
        site = self.selected
        if site is not None:
            self._desk.apply(remove_pain_site(self._visit, site.id))
            self._desk.say("Removed the pain site. Ctrl+Z brings it back.")

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit

    def _put(self, view: str, shape: Shape, *, add: bool) -> None:
        template = self._desk.template
        site = self.selected
        joins = site if add or self.adding else None
        owner = joins if joins is not None else PainSite(new_id())
        mark = Mark(
            id=new_id(),
            site_id=owner.id,
            layer=self.layer,
            template=template.ref,
            view=view,
            shape=shape,
            regions=covered_regions(template.views[view], shape),
        )
        self._desk.apply(add_mark(mark) if joins is not None else mark_pain(owner, mark))
        self._desk.select(owner.id)
