"""All that the page CT does with muscles: brush, fill, list, actions, measures."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, Compartment
from painmap.domain.edits import change_compartment, remove_compartment
from painmap.domain.injection import Outline
from painmap.domain.visit import Item
from painmap.imaging.mask_edit import Gate
from painmap.imaging.slice_mask import SliceMask
from painmap.services.compartments import MuscleMasks, pixel_mm, with_keys
from painmap.services.muscle_edits import MaskAction, acted, mirroring
from painmap.ui.ct_annotator import Annotator
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_brush import MuscleBrush
from painmap.ui.ct_grow import GrowBrush
from painmap.ui.ct_muscle_list import MuscleList
from painmap.ui.ct_muscle_proposals import MuscleProposals
from painmap.ui.ct_muscle_strip import MuscleStrip
from painmap.ui.ct_muscles import Muscles
from painmap.ui.ct_painting import MayPaint, RingBrush, Target
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.desk import Desk
from painmap.ui.tools.slice_outcomes import XY


class MuscleWork:
    """Joins the muscles to the page; `strip` and `list` are its widgets.

    Parameters
    ----------
    on_measures : callable
        Shows the table of measures.
    """

    def __init__(
        self,
        desk: Desk,
        session: CtSession,
        viewer: CtViewer,
        bar: MarkBar,
        annotator: Annotator,
        on_measures: Callable[[], object],
    ) -> None:
        self._desk = desk
        self._session = session
        self._viewer = viewer
        self._bar = bar
        self._annotator = annotator
        self.muscles = Muscles(
            desk, session, propose=annotator.sides.propose, changed=self._on_masks
        )
        self.muscles.pending = lambda: annotator.sides.pending
        may = MayPaint(session, viewer, self.muscles, self.target, self._refuse)
        self.brush = MuscleBrush(may)
        self.grow = GrowBrush(desk, may)
        self._brushes: dict[ToolName, RingBrush] = {
            ToolName.BRUSH: self.brush,
            ToolName.GROW: self.grow,
        }
        annotator.brush = self.brush
        annotator.sides.follow = self.muscles.follow
        annotator.chosen_one.follow = self.muscles.follow
        viewer.areas = self.muscles.areas
        viewer.raster = self.muscles.raster
        self.strip = MuscleStrip(
            on_fill=self.fill,
            on_list=self.toggle_list,
            on_gate=self._use_gate,
            on_size=self.resize,
            on_ball=self._use_ball,
        )
        self.proposals = MuscleProposals(desk, session, self.muscles)
        self.list = MuscleList(self, on_measures, self.proposals.run)
        self.list.hide()

    # --- which muscle

    def target(self) -> Target | None:
        """The muscle and side that are worked on: those below the pictures, else the chosen."""
        muscle, side = self._bar.muscle, self._bar.side
        if muscle is not None and side is not None:
            return muscle.id, side
        chosen = self.muscles.chosen_one
        if chosen is None or (muscle is not None and muscle.id != chosen.muscle_id):
            return None
        return chosen.muscle_id, chosen.side

    def _outlined(self) -> Target | None:
        """The muscle and side of the contour that is chosen."""
        item = self._annotator.chosen_one.item
        return (item.muscle_id, item.side) if isinstance(item, Outline) else None

    def choose(self, compartment: Compartment) -> None:
        """Make a muscle of the list the one that is worked on."""
        self._annotator.choose(None)
        self.muscles.chosen = compartment.id
        self._bar.chooser.set_muscle(compartment.muscle_id)
        if compartment.side is not Side.MIDLINE:
            self._bar.chooser.set_side(compartment.side)
        self._annotator.choose_tool(self._annotator.tool)
        self.refresh()

    # --- what the page tells

    def refresh(self) -> None:
        """Show what is recorded as it is now."""
        if self._desk.is_open:
            self.muscles.refresh()
        self.list.refresh()
        self._viewer.draw_scenes()

    def _on_masks(self) -> None:
        self._viewer.draw_scenes()

    def forget(self) -> None:
        self.muscles.forget()
        self.list.refresh()

    def show_items(self, items: Sequence[Item]) -> None:
        """Bring muscles into view: the slice stays where it holds something of them."""
        for item in items:
            if isinstance(item, Compartment) and item in self.muscles.shown:
                self.muscles.chosen = item.id
                if item.area_at(self._k) is None:
                    self._viewer.go_to(self._session.native, item.areas[0].k)
                self.refresh()
                return

    def use_tool(self, name: ToolName) -> None:
        """Another tool is chosen."""
        self.strip.show_ways(name)
        if not self._session.is_open:
            return
        brush = self._brushes.get(name)
        for each in self._brushes.values():
            if each is not brush:
                each.put_down()
        if brush is not None:
            brush.take_up()
            self._annotator.brush = brush
        self._show_size()

    @property
    def _taken_up(self) -> RingBrush | None:
        """The brush that is the tool."""
        return self._brushes.get(self._annotator.tool)

    def _show_size(self) -> None:
        brush = self._taken_up
        self.strip.show_brush(None if brush is None else brush.size_mm)
        self.strip.show_painting(paints=brush is self.brush)

    def resize(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        if self._taken_up is not None:
            self._taken_up.resize(steps)
            self._show_size()

    def hover(self, view: str, at: XY) -> None:
        """Show the brush that is the tool where it would paint."""
        if self._taken_up is not None:
            self._taken_up.hover(view, at)

    def _use_gate(self, gate: Gate | None) -> None:
        self.brush.gate = gate

    def _use_ball(self, is_ball: bool) -> None:
        self.brush.is_ball = is_ball

    def _refuse(self, why: str) -> None:
        if why:
            self._bar.say(why, warning=True)

    def toggle_list(self) -> None:
        self.list.setVisible(self.list.isHidden())
        self.strip.list.setChecked(not self.list.isHidden())
        self.list.refresh()

    # --- what is done

    def fill(self) -> None:
        """Fill the muscle of the chosen contour, else the one that is worked on."""
        why = self._session.why_not_annotate
        target = self._outlined() or self.target()
        if not why and target is None:
            why = "Choose a contour, or the muscle and LEFT or RIGHT, first."
        if why or target is None:
            self._bar.say(why, warning=True)
            return
        self.muscles.fill(*target)

    def _chosen_masks(self) -> tuple[Compartment, MuscleMasks] | None:
        """The chosen muscle, if it may be changed."""
        chosen = self.muscles.chosen_one
        if chosen is None or self._session.why_not_annotate or self.muscles.is_locked(chosen):
            return None
        masks = self.muscles.masks(chosen)
        return None if masks is None else (chosen, masks)

    @property
    def _k(self) -> int:
        return self._viewer.index(self._session.native)

    def act(self, action: MaskAction, *, everywhere: bool) -> None:
        """Do something to the chosen muscle, on the slice that is shown or on all of its own."""
        found = self._chosen_masks()
        volume = self._session.volume
        if found is None or volume is None:
            return
        chosen, masks = found
        ks = sorted(masks.slices) if everywhere else [k for k in (self._k,) if k in masks.slices]
        if not ks:
            self.muscles.say("The muscle has nothing on this slice.")
            return
        if not all(volume.has_slice(k) for k in ks):
            self.muscles.say("The slices of this muscle are still loading.")
            return
        spacing = pixel_mm(self._session.stack)
        changed = {k: acted(action, masks.slices[k].mask, spacing, volume.hu[k]) for k in ks}
        changed = {k: mask for k, mask in changed.items() if mask != masks.slices[k].mask}
        if not changed:
            self._desk.say(f"{action.value}: nothing to change.")
            return
        after = with_keys(masks, self._session.stack, changed, AreaOrigin.PAINTED)
        self.muscles.keep(masks, after, action.value.lower(), chosen.muscle_id, chosen.side)

    def copy_next(self, step: int = 1) -> None:
        """Copy the chosen muscle from this slice to the next, and go there."""
        found = self._chosen_masks()
        if found is None:
            return
        chosen, masks = found
        here, there = masks.slices.get(self._k), self._k + step
        if here is None:
            self.muscles.say("The muscle has nothing on this slice.")
            return
        if not 0 <= there < self._session.stack.shape[0]:
            self.muscles.say("There is no next slice.")
            return
        after = with_keys(masks, self._session.stack, {there: here.mask}, AreaOrigin.COPIED)
        self.muscles.keep(masks, after, "copy to the next slice", chosen.muscle_id, chosen.side)
        self._viewer.go_to(self._session.native, there)

    def drop_level(self) -> None:
        """Take the chosen muscle away on all slices of the level that is shown."""
        found, volume = self._chosen_masks(), self._session.volume
        if found is None or volume is None:
            return
        chosen, masks = found
        stack = self._session.stack
        spine = self._session.spine(self._desk.open_visit.visit)
        level = spine.level_of_slice(stack.slice_geometry(self._k))
        if level is None:
            self.muscles.say("This slice has no certain level.", "Confirm spine and levels first.")
            return
        ks = [k for k in masks.slices if spine.level_of_slice(stack.slice_geometry(k)) is level]
        if not ks:
            self.muscles.say(f"The muscle has nothing at {level.value}.")
            return
        empty = SliceMask.of(np.zeros(volume.shape[1:], dtype=np.bool_))
        after = with_keys(masks, stack, dict.fromkeys(ks, empty), AreaOrigin.PAINTED)
        words = f"take away at {level.value}"
        self.muscles.keep(masks, after, words, chosen.muscle_id, chosen.side)

    def mirror(self) -> None:
        """Give the other side the chosen muscle's shape, across the patient's own midline."""
        chosen = self.muscles.chosen_one
        masks = self.muscles.masks(chosen) if chosen is not None else None
        if chosen is None or masks is None or self._session.why_not_annotate:
            return
        spine = self._session.spine(self._desk.open_visit.visit)
        line = spine.doctors_line
        if chosen.side is Side.MIDLINE or line is None:
            first = "Confirm the proposed spine" if spine.is_proposal else "Mark spinous processes"
            self.muscles.say("There is no midline to mirror across.", f"{first} first.")
            return
        side = Side.RIGHT if chosen.side is Side.LEFT else Side.LEFT
        known = self.muscles.of(chosen.muscle_id, side)
        other = self.muscles.masks(known)
        if other is None or self.muscles.is_locked(known):
            return
        self._desk.run(
            mirroring(masks, other, self._session.stack, line),
            done=partial(self._on_mirrored, other, chosen.muscle_id, side),
            failed=self._desk.show_error,
        )

    def _on_mirrored(
        self, other: MuscleMasks, muscle_id: str, side: Side, after: MuscleMasks
    ) -> None:
        if not self._desk.is_open or not self._session.is_open:
            return
        if self.muscles.of(muscle_id, side) != other.compartment:
            self.muscles.say("The other side changed meanwhile.", "Mirror again.")
            return
        words = f"mirror to the {side.word}"
        if not self.muscles.keep(other, after, words, muscle_id, side):
            self.muscles.say(
                "The midline does not reach this muscle.", "Mark spinous processes beside it."
            )

    def change(self, compartment: Compartment, label: str) -> None:
        """Record how a muscle is shown, whether it is locked, how far it stands."""
        self._desk.apply(change_compartment(compartment, label=label))

    def remove(self, compartment: Compartment) -> None:
        """Take a muscle away; its contours stay."""
        if self.muscles.is_locked(compartment):
            return
        self._desk.apply(remove_compartment(self._desk.open_visit.visit, compartment.id))
        self._desk.say("Removed the muscle; its contours stay. Ctrl+Z brings it back.")
