"""The muscles of the open CT: their masks in memory, how they are drawn, and how they change."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from uuid import UUID

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, Compartment
from painmap.domain.edits import Edit
from painmap.domain.injection import Outline
from painmap.domain.places import PatientPoint, Sha256
from painmap.domain.visit import Visit
from painmap.imaging.slice_mask import SliceMask
from painmap.services.clinic import Clinic
from painmap.services.compartments import (
    MuscleMasks,
    Painted,
    compartment_of,
    edit_of,
    outlines_of,
    with_contours,
)
from painmap.services.muscle_edits import (
    LockedMuscleError,
    filling_contours,
    following,
    middles,
)
from painmap.services.muscle_joining import joining
from painmap.services.open_visit import OpenVisit
from painmap.ui.ct_area_paint import AreaPaths, DrawnArea, DrawnRaster
from painmap.ui.ct_marks import Shown, short_words
from painmap.ui.ct_muscle_area import drawn_area
from painmap.ui.ct_muscles_across import across
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_side import Annotation
from painmap.ui.ct_side_questions import EditOf
from painmap.ui.desk import Desk, Tone

LEAST_CONTOURS = 2
"""Between fewer there is nothing to fill."""


class Muscles:
    """Holds the masks of the open CT's muscles, and is the way in which they change.

    Masks are remembered by the name of their content, so that undo finds them in memory;
    those that are stored are read on the records lane.

    Parameters
    ----------
    propose : callable
        Checks the side of a muscle and makes its edit.
    changed : callable
        Called when the pictures must be drawn anew.
    """

    def __init__(
        self,
        desk: Desk,
        session: OpenCt,
        *,
        propose: Callable[[Annotation, EditOf], object],
        changed: Callable[[], object],
    ) -> None:
        self._desk = desk
        self._session = session
        self._propose = propose
        self._changed = changed
        self._masks: dict[Sha256, SliceMask] = {}
        self._asked: set[Sha256] = set()
        self._paths = AreaPaths()
        self.chosen: UUID | None = None
        self.painted: tuple[UUID | None, int] | None = None
        """The muscle and the slice that are being painted; the brush shows them meanwhile."""
        self.pending: Callable[[], Annotation | None] = lambda: None
        """What waits for an answer about its side."""
        session.middles = self._middles

    # --- what there is

    @property
    def visit(self) -> Visit:
        return self._desk.open_visit.visit

    @property
    def shown(self) -> tuple[Compartment, ...]:
        """The muscles on the open stack."""
        if not self._desk.is_open or not self._session.is_open:
            return ()
        return tuple(
            each
            for each in self.visit.live_compartments
            if each.anchor.stack_key == self._session.key
            and self._session.standing(each.anchor).drawn
        )

    @property
    def chosen_one(self) -> Compartment | None:
        return next((each for each in self.shown if each.id == self.chosen), None)

    def of(self, muscle_id: str, side: Side) -> Compartment | None:
        return compartment_of(self.visit, muscle_id, side, self._session.stack)

    def words(self, muscle_id: str, side: Side) -> str:
        """Such as "LEFT multifidus"."""
        return short_words(self._session, muscle_id, side, None)

    def masks(self, compartment: Compartment | None) -> MuscleMasks | None:
        """A muscle with its masks; None while they are still being read."""
        if compartment is None:
            return MuscleMasks(None)
        if any(area.mask not in self._masks for area in compartment.areas):
            self.refresh()
            return None
        slices = {
            area.k: Painted(self._masks[area.mask], area.origin) for area in compartment.areas
        }
        return MuscleMasks(compartment, MappingProxyType(slices))

    def _middles(self, compartment: Compartment) -> tuple[PatientPoint, ...]:
        if compartment.anchor.stack_key != self._session.key:
            return ()
        keyed = {
            area.k: self._masks[area.mask] for area in compartment.keys if area.mask in self._masks
        }
        return middles(keyed, self._session.stack)

    # --- memory

    def refresh(self) -> None:
        """Read what is shown and not in memory yet."""
        wanted = {area.mask for each in self.shown for area in each.areas}
        missing = wanted - set(self._masks) - self._asked
        if missing:
            self._asked |= missing
            read = partial(reading, self._desk.clinic, self._desk.open_visit, frozenset(missing))
            self._desk.ask_records(read, self._on_read)

    def _on_read(self, found: Mapping[Sha256, SliceMask]) -> None:
        self._asked -= set(found)
        self._masks.update(found)
        self._changed()

    def remember(self, masks: MuscleMasks) -> None:
        """Keep masks that were just made; their edit names them."""
        for one in masks.slices.values():
            self._masks.setdefault(one.mask.sha256, one.mask)

    def remember_named(self, masks: Mapping[Sha256, SliceMask]) -> None:
        """Keep masks whose names are known already."""
        self._masks.update(masks)

    def forget(self) -> None:
        """Another visit: nothing of the last one stays in memory."""
        self._masks.clear()
        self._asked.clear()
        self._paths.forget()
        self.chosen = self.painted = None

    # --- drawing

    def areas(self, shown: Shown, small: bool) -> tuple[DrawnArea, ...]:
        """What of a picture belongs to the muscles that are visible."""
        if not shown.image.view.native:
            return ()
        k = shown.image.index
        asked = self.pending()
        muscles = {each.id: each for each in self.shown if each.visible}
        if isinstance(asked, Compartment):
            muscles[asked.id] = asked
        found = [self._area(shown, each, k, small=small) for each in muscles.values()]
        return tuple(area for area in found if area is not None)

    def raster(self, shown: Shown) -> DrawnRaster | None:
        """The visible muscles on a plane across the slices."""
        if shown.image.view.native:
            return None
        return across(shown, (each for each in self.shown if each.visible), self._masks)

    def _area(
        self, shown: Shown, compartment: Compartment, k: int, *, small: bool
    ) -> DrawnArea | None:
        area = compartment.area_at(k)
        mask = self._masks.get(area.mask) if area is not None else None
        if area is None or mask is None or self.painted == (compartment.id, k):
            return None
        # a contour on the same slice bears the name already
        named = not small and area.origin is not AreaOrigin.DRAWN
        return drawn_area(
            shown,
            compartment,
            area,
            self._paths.of(area.mask, mask),
            chosen=compartment.id == self.chosen,
            label=self.words(compartment.muscle_id, compartment.side) if named else "",
        )

    # --- changes

    def say(self, text: str, hint: str = "") -> None:
        self._desk.say(text, hint=hint, tone=Tone.WARNING)

    def is_locked(self, compartment: Compartment | None) -> bool:
        """Whether it may not be changed; says so."""
        if compartment is None or not compartment.locked:
            return False
        words = self.words(compartment.muscle_id, compartment.side)
        self.say(f"The {words} is locked, so nothing was changed.", "Unlock it in the list.")
        return True

    def follow(self, edit: Edit) -> Edit | None:
        """Let filled muscles follow an edit of their contours; None: it may not be made now."""
        if not self._session.is_open:
            return edit
        unread: list[Compartment] = []

        def masks(compartment: Compartment) -> MuscleMasks | None:
            found = self.masks(compartment)
            if found is None:
                unread.append(compartment)
            return found

        try:
            made = following(edit, self.visit, self._session.stack, masks)
            made = joining(made, self.visit, self._session.stack, masks)
        except LockedMuscleError as error:
            self.is_locked(error.compartment)
            return None
        if unread:
            words = self.words(unread[0].muscle_id, unread[0].side)
            self.say(f"The {words} is still being read, so nothing was changed.", "Try again.")
            return None
        # the masks that it names come into memory with it
        self._masks.update({mask.sha256: mask for mask in map(SliceMask.decoded, made.content)})
        return made

    def keep(
        self, before: MuscleMasks, after: MuscleMasks, label: str, muscle_id: str, side: Side
    ) -> bool:
        """Record a muscle as it is after a gesture, its side held against the midline first."""
        if self.is_locked(before.compartment):
            return False
        edit = edit_of(
            before,
            after,
            self._session.stack,
            label=label,
            muscle_id=muscle_id,
            side=side,
            visit=self.visit,
        )
        if edit is None:
            return False
        self.remember(after)
        made = next((item for item in edit.put if isinstance(item, Compartment)), None)
        if made is None:
            self._desk.apply(edit)
            return True
        self.chosen = made.id
        self._propose(made, lambda checked: replace(edit, put=(checked,)))
        return True

    def fill(self, muscle_id: str, side: Side) -> None:
        """Fill between the contours of a muscle, as a job with progress that can be cancelled."""
        known = self.of(muscle_id, side)
        before = self.masks(known)
        if before is None or self.is_locked(known):
            return
        outlines = outlines_of(self.visit, muscle_id, side, self._session.stack)
        keys = with_contours(before, self._session.stack, outlines).keys
        if sum(mask.pixels > 0 for mask in keys.values()) < LEAST_CONTOURS:
            words = self.words(muscle_id, side)
            self.say(
                f"There is nothing between to fill: the {words} is drawn on fewer than two slices.",
                "Draw its contour every few slices, then fill.",
            )
            return
        self._desk.run(
            filling_contours(before, self._session.stack, outlines),
            done=partial(self._on_filled, before, outlines, muscle_id, side),
            failed=self._desk.show_error,
        )

    def _on_filled(
        self,
        before: MuscleMasks,
        outlines: tuple[Outline, ...],
        muscle_id: str,
        side: Side,
        after: MuscleMasks,
    ) -> None:
        if not self._desk.is_open or not self._session.is_open:
            return
        now = outlines_of(self.visit, muscle_id, side, self._session.stack)
        if self.of(muscle_id, side) != before.compartment or now != outlines:
            self.say("The contours changed while they were filled.", "Fill again.")
            return
        words = self.words(muscle_id, side)
        if self.keep(before, after, "fill between slices", muscle_id, side):
            self._desk.say(
                f"Filled the {words}: {len(after.keys)} drawn, {len(after.slices)} in all."
            )


def reading(
    clinic: Clinic, visit: OpenVisit, names: frozenset[Sha256]
) -> Mapping[Sha256, SliceMask]:
    """Read masks from the step that still waits to be stored, else from the store; blocks."""
    found = {name: SliceMask.decoded(content_of(clinic, visit, name)) for name in names}
    return MappingProxyType(found)


def content_of(clinic: Clinic, visit: OpenVisit, name: Sha256) -> bytes:
    """Give large content that waits to be stored, or is; blocks."""
    waiting = visit.waiting_content(name)
    return clinic.blob(name) if waiting is None else waiting
