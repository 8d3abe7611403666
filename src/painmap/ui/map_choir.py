"""A CHOIR list that is being taken over: what it proposes, and what the doctor took of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from uuid import UUID

from painmap.bodymap.choir_list import (
    Numbering,
    SegmentList,
    SegmentProposal,
    numberings_differ,
    propose,
    read_list,
)
from painmap.bodymap.figure import Region
from painmap.bodymap.instruments_answers import (
    LIST,
    answer_list,
    by_item,
    listed,
    take_list_back,
)
from painmap.bodymap.marks import covered_regions
from painmap.bodymap.template import BodyTemplate
from painmap.domain.edits import Edit, Page
from painmap.domain.ids import new_id
from painmap.domain.pain import Answer, AuthorLayer, Mark, PainFree, PainSite, RegionShape
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit
from painmap.services.catalogue import instruments
from painmap.ui.desk import Desk

CHOIR = "choir"
BOTH_ALIKE = "numbers that both maps share"
"""How a list was read that holds none of the numbers on which the maps differ."""
Wanted = tuple[SegmentProposal, tuple[Region, ...]]
"""A segment with those of its regions that the doctor takes."""


class ChoirImport:
    """Holds a list until the visit is closed; nothing of it is marked before it is taken.

    Parameters
    ----------
    desk : Desk
    on_change : callable
        Called when what is proposed has changed.
    """

    def __init__(self, desk: Desk, on_change: Callable[[], None]) -> None:
        self._desk = desk
        self._on_change = on_change
        self._ghosts: dict[UUID, tuple[SegmentProposal, Region]] = {}
        self.template: BodyTemplate = desk.template
        self.shown = False
        """Whether the panel is open, so that the figure shows what is proposed."""
        self.read: SegmentList | None = None
        self.numbering: Numbering | None = None
        self.proposals: tuple[SegmentProposal, ...] = ()

    # --- the list

    def forget(self) -> None:
        """Another list, or another visit."""
        self.read, self.numbering = None, None
        self._propose()

    def read_text(self, text: str) -> None:
        """Read a list; which numbering it uses is asked only where that matters."""
        self.read, self.numbering = read_list(instruments(), text), None
        self._propose()

    def choose(self, numbering: Numbering) -> None:
        """Say which map the numbers mean."""
        self.numbering = numbering
        self._propose()

    def use_figure(self, template: BodyTemplate) -> None:
        """Propose regions of another figure."""
        if template.ref != self.template.ref:
            self.template = template
            self._lay_out()

    @property
    def asks(self) -> bool:
        """Whether the numbering matters for this list."""
        return self.read is not None and numberings_differ(instruments(), self.read.numbers)

    def _propose(self) -> None:
        self._lay_out()
        self._on_change()

    def _lay_out(self) -> None:
        self.proposals, self._ghosts = (), {}
        known = self.numbering or (None if self.asks else Numbering.MALE)
        if self.read is not None and known is not None:
            self.proposals = propose(instruments(), self.template, self.read.numbers, known)
        for each in self.proposals:
            self._ghosts |= {new_id(): (each, region) for region in each.whole}

    # --- what is stored

    @property
    def stored(self) -> tuple[str, ...]:
        """Segments that stand as answers of the visit by now, in the numbering of this program."""
        last = by_item(self._visit.answers).get((CHOIR, LIST)) if self._desk.is_open else None
        return listed(last)

    @property
    def to_store(self) -> tuple[SegmentProposal, ...]:
        """Segments of the list that are no answer yet."""
        stored = self.stored
        return tuple(each for each in self.proposals if each.area.id not in stored)

    def take_list_back(self) -> None:
        """Take the answers of an imported list away; marks that came from it stay."""
        gone = take_list_back(self._visit, CHOIR)
        if gone:
            self._desk.apply(Edit("take the CHOIR list back", Page.MAP, remove=gone))

    def _answers(self, taken: Iterable[SegmentProposal]) -> tuple[Answer, ...]:
        """What was ticked on the list, and how it was read."""
        new = [each for each in taken if each.area.id not in self.stored]
        if not new:
            return ()
        how = self.numbering.value if self.numbering is not None else BOTH_ALIKE
        read = f"{','.join(each.as_listed for each in new)} ({how})"
        return answer_list(self._visit, CHOIR, [each.area.id for each in new], read)

    # --- what waits

    def is_marked(self, proposal: SegmentProposal, region: Region) -> bool:
        """Whether the patient's marks have a region on the segment's view by now."""
        return any(
            mark.layer is AuthorLayer.PATIENT
            and mark.template == self.template.ref
            and mark.view == proposal.view
            and any(each.id == region.id for each in mark.regions)
            for mark in self._visit.marks
        )

    def waiting(self, among: Iterable[SegmentProposal] | None = None) -> tuple[Wanted, ...]:
        """Regions that lie in their segment alone, and are not marked yet."""
        found = (
            (each, tuple(region for region in each.whole if not self.is_marked(each, region)))
            for each in (self.proposals if among is None else among)
        )
        return tuple((each, regions) for each, regions in found if regions)

    def marks(self) -> tuple[Mark, ...]:
        """The ghosts to draw."""
        if not (self.shown and self._desk.is_open):
            return ()
        return tuple(
            self._mark(proposal, region, ghost, ghost)
            for ghost, (proposal, region) in self._ghosts.items()
            if not self.is_marked(proposal, region)
        )

    # --- taking

    def confirm(self, mark_id: UUID) -> UUID | None:
        """Take the region of a ghost; gives the pain site that it went to."""
        found = self._ghosts.get(mark_id)
        return self.take([(found[0], (found[1],))]) if found is not None else None

    def take_all(self) -> UUID | None:
        """Take the whole list: its segments as answers, and every region that waits."""
        return self._take(self.waiting(), self.proposals)

    def take(self, wanted: Iterable[Wanted]) -> UUID | None:
        """Take segments as answers, and mark regions as the patient's, one pain site a segment.

        One step of undo. Gives the first site. "No pain" ends where a mark comes to lie.
        """
        wanted = tuple(wanted)
        return self._take(wanted, [proposal for proposal, _ in wanted])

    def _take(self, wanted: Sequence[Wanted], taken: Iterable[SegmentProposal]) -> UUID | None:
        answers = self._answers(taken)
        put: list[PainSite | Mark] = []
        for proposal, regions in wanted:
            site = self._site_of(proposal)
            if site is None and regions:
                site = PainSite(new_id(), note=proposal.provenance)
                put.append(site)
            put += [
                self._mark(proposal, region, site.id, new_id())
                for region in regions
                if site is not None
            ]
        marks = [item for item in put if isinstance(item, Mark)]
        if not (marks or answers):
            return None
        what = plural(len(marks), "region") if marks else "what was ticked"
        gone = frozenset(tick.id for tick in self._ticks_under(marks))
        label = f"take {what} from a CHOIR list"
        self._desk.apply(Edit(label, Page.MAP, put=(*put, *answers), remove=gone))
        return marks[0].site_id if marks else None

    def _site_of(self, proposal: SegmentProposal) -> PainSite | None:
        """The site of the same segment that was taken before; the doctor may have added words."""
        taken = (s for s in self._visit.pain_sites if s.note.startswith(proposal.provenance))
        return next(taken, None)

    def _ticks_under(self, marks: list[Mark]) -> Iterator[PainFree]:
        pained = {region.id for mark in marks for region in mark.regions}
        for tick in self._visit.pain_free:
            ours = tick.layer is AuthorLayer.PATIENT and tick.template == self.template.ref
            if ours and tick.region.id in pained:
                yield tick

    def _mark(
        self, proposal: SegmentProposal, region: Region, site_id: UUID, mark_id: UUID
    ) -> Mark:
        shape = RegionShape(region.id)
        return Mark(
            id=mark_id,
            site_id=site_id,
            layer=AuthorLayer.PATIENT,
            template=self.template.ref,
            view=proposal.view,
            shape=shape,
            regions=covered_regions(self.template.views[proposal.view], shape),
        )

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit
