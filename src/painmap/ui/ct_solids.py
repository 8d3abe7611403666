"""Has the 3-D preview made of the CT that is open, and shows it."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtWidgets import QMenu

from painmap.domain.compartment import Compartment, CompartmentStatus
from painmap.imaging.solids import Solids, making_solids
from painmap.imaging.volume import Volume
from painmap.ui.ct_area_paint import colour_of
from painmap.ui.ct_in_place import InPlace
from painmap.ui.ct_muscles import Muscles
from painmap.ui.ct_needle_skin import SkinFinder
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_solid_panel import SolidPanel
from painmap.ui.ct_solid_view import NamedSolid, Shape
from painmap.ui.desk import Desk, Tone

NO_CT = "The 3-D preview is made of CT: bone is known by its HU."
STILL_READ = "The muscles are still being read: ask for the 3-D preview again in a moment."
NO_VOLUME = "These slices are no volume: there is no 3-D preview of them."


class SolidPreview:
    """Accepted muscles, skin and bone, in place of the pictures.

    Parameters
    ----------
    skin : SkinFinder
        Knows the skin, or is told.
    on_loading : callable
        Says that slices are still being read.
    """

    def __init__(
        self,
        desk: Desk,
        session: CtSession,
        muscles: Muscles,
        skin: SkinFinder,
        place: InPlace,
        menu: QMenu,
        on_loading: Callable[[], object],
    ) -> None:
        self._desk = desk
        self._session = session
        self._muscles = muscles
        self._skin = skin
        self._place = place
        self._on_loading = on_loading
        self._shown: tuple[Compartment, ...] = ()
        self.action = menu.addAction("3-D preview ...", self.show)

    @property
    def panel(self) -> SolidPanel | None:
        """The preview that is shown; None: none is."""
        return self._place.panel if isinstance(self._place.panel, SolidPanel) else None

    def show(self) -> None:
        """Make the preview of what is open, and show it."""
        volume = self._session.volume
        if volume is None:
            return
        if self._session.is_filling:
            self._on_loading()
            return
        why = "" if volume.stack.is_ct else NO_CT
        if not why and volume.geometry is None:
            why = NO_VOLUME
        if why:
            self._desk.say(why, tone=Tone.WARNING)
            return
        self._make(volume)

    def refresh(self) -> None:
        """Make it anew where other muscles are accepted, or they look otherwise."""
        volume = self._session.volume
        if self.panel is not None and volume is not None and self._accepted() != self._shown:
            self._make(volume)

    def _accepted(self) -> tuple[Compartment, ...]:
        return tuple(
            each for each in self._muscles.shown if each.status is CompartmentStatus.ACCEPTED
        )

    def _make(self, volume: Volume) -> None:
        accepted = self._accepted()
        masks = {each: self._muscles.masks(each) for each in accepted}
        if any(found is None for found in masks.values()):
            # a preview without one of them would look as if it were not accepted
            self._desk.say(STILL_READ, tone=Tone.WARNING)
            return
        slices = {
            str(each.id): {k: one.mask for k, one in found.slices.items()}
            for each, found in masks.items()
            if found is not None
        }

        def done(solids: Solids) -> None:
            if self._session.volume is volume and self._desk.is_open:
                self._skin.keep(solids.surface)
                self._shown = accepted
                self._show(solids, accepted)

        job = making_solids(volume, slices, self._skin.surface)
        self._desk.run(job, done=done, failed=self._desk.show_error)

    def _show(self, solids: Solids, accepted: tuple[Compartment, ...]) -> None:
        by_id = {each.id: each for each in accepted}
        muscles = tuple(
            NamedSolid(
                self._muscles.words(by_id[UUID(name)].muscle_id, by_id[UUID(name)].side),
                colour_of(by_id[UUID(name)].colour),
                solid,
            )
            for name, solid in solids.muscles.items()
        )
        panel = self.panel
        if panel is None:
            day = self._desk.open_visit.visit.started.astimezone().date()
            panel = SolidPanel(self._session, self._desk, day, self._place.leave)
            self._place.show(panel)
        panel.show_shape(Shape(solids.skin, solids.bone, muscles))
