"""Plans needle paths on the page CT: finds the skin, snaps the entry, reads the path."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from painmap.domain.edits import Edit, Page, change_site, remove_path
from painmap.domain.ids import new_id
from painmap.domain.injection import CtPlace, PlannedSite
from painmap.domain.needle_plan import EntryBasis, PlannedPath, ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit
from painmap.imaging.body_surface import BodySurface
from painmap.imaging.needle import NeedlePath, scanned_position
from painmap.services.needle_paths import (
    FoundEntry,
    entry_along,
    entry_by_hand,
    followed,
    site_of_words,
    skin_words,
)
from painmap.services.needle_words import normal_of, step_of
from painmap.ui.ct_board import CtBoard
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_needle_marks import entry_grips, hazard_marks, length_on, path_marks, paths_on
from painmap.ui.ct_needle_panel import NeedleActions, NeedlePanel, TypedPlace
from painmap.ui.ct_needle_reading import PathReader, anchor_of, drawn_path, target_of
from painmap.ui.ct_needle_skin import NO_VOLUME, SkinFinder
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint import DrawnMark
from painmap.ui.ct_path_sides import crossing_words
from painmap.ui.ct_side import with_side
from painmap.ui.desk import Desk
from painmap.ui.tools.slice_outcomes import EntryAt, Grip

FINDING = "The skin is being found; the entry snaps to it then."
NO_SKIN = "The skin is not found yet: choose Entry again."
STAYED = "The entry stayed where it was; it counts as placed by hand now."
FIND_FIRST = "Choose Entry to find the skin, then Straight up."
TURNED = (
    "The axial picture lies as you stand at a prone patient: the back up, the patient's LEFT on "
    "the left."
)
PLAN = "plan needle path"
NO_TARGET = "Choose a target first: click it."
NO_POSITION = "Say how the patient will lie at the injection."


class NeedlePlanner:
    """The needle path of the chosen target.

    Parameters
    ----------
    chosen : callable
        Gives the id of the chosen annotation.
    new_target : callable
        Places a target that was typed, with its entry, where none is chosen.
    record_path : callable
        Records a path with a label, once the side of its entry is answered for.
    redraw : callable
        Draws the marks anew.
    """

    def __init__(
        self,
        desk: Desk,
        session: OpenCt,
        board: CtBoard,
        *,
        chosen: Callable[[], UUID | None],
        new_target: Callable[[PatientPoint, Callable[[PlannedSite], PlannedPath]], object],
        record_path: Callable[[PlannedPath, str], object],
        redraw: Callable[[], object],
    ) -> None:
        self._desk = desk
        self._session = session
        self._board = board
        self._chosen = chosen
        self._new_target = new_target
        self._record_path = record_path
        self._redraw = redraw
        self.active = False
        self.tell_prone: Callable[[bool], bool] = lambda _prone: False
        """Called with whether a prone procedure is planned; True: pictures were turned for it."""
        self.tell_path: Callable[[NeedlePath | None], object] = lambda _path: None
        """Called with the path that is being planned."""
        self._asked: ProcedurePosition | None = None
        self._is_prone = False
        """Whether a prone procedure was planned last on this CT."""
        self.skin = SkinFinder(desk, session)
        self.reader = PathReader(desk, session)
        self._said = ""
        self._draft: PlannedPath | None = None
        self.panel = NeedlePanel(
            NeedleActions(
                self.choose_position,
                self.straight_up,
                self.along_angle,
                self.choose_needle,
                self.remove,
                self.place_words,
            )
        )

    # --- what is there

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit

    @property
    def site(self) -> PlannedSite | None:
        """The chosen target, as far as it lies on the open CT."""
        if not self._desk.is_open:
            return None
        chosen = self._chosen()
        sites = self._visit.live_planned_sites
        site = next((each for each in sites if each.id == chosen), None)
        if site is None or not isinstance(site.place, CtPlace):
            return None
        return site if self._session.standing(site.place.anchor).drawn else None

    @property
    def position(self) -> ProcedurePosition | None:
        """How the patient will lie; None until it was said in this visit."""
        plan = self._plan
        if plan is not None:
            return plan.position
        if self._asked is not None or not self._desk.is_open:
            return self._asked
        known = self._visit.live_paths
        return known[-1].position if known else None

    @property
    def surface(self) -> BodySurface | None:
        """The skin of the stack on screen, once it was found."""
        return self.skin.surface

    @property
    def _plan(self) -> PlannedPath | None:
        site = self.site
        return self._visit.path_of(site.id) if site is not None else None

    # --- the skin

    def activate(self, *, active: bool) -> None:
        """The tool is chosen, or another one is."""
        self.active = active
        if active:
            self.on_chosen(self.skin.find(self.on_chosen))
        self._tell_prone()

    def _tell_prone(self) -> None:
        open_ = self._desk.is_open and self._session.is_open
        planning = self.active and open_
        if planning:
            self._is_prone = self.position is ProcedurePosition.PRONE
        # it stays so with other tools: sides must not change places under the hand
        if self.tell_prone(open_ and self._is_prone):
            self._desk.say(TURNED, hint="U turns it back.")
        plan, site = self._draft or self._plan, self.site
        self.tell_path(drawn_path(plan, site) if planning else None)

    def forget(self) -> None:
        """Another visit, another CT."""
        self._asked = self._draft = None
        self._is_prone = False
        self.skin.forget()
        self._said = ""

    # --- what the doctor does

    def on_chosen(self, said: str = "") -> None:
        """A target was chosen, or what was missing is there: straight up is the first path."""
        self._said = said
        ready = self.surface is not None and self.position is not None
        if self.active and ready and self.site is not None and self._plan is None:
            self.straight_up()
        self.refresh()

    def choose_position(self, position: ProcedurePosition) -> None:
        """Say how the patient will lie; a path that has the old vertical follows."""
        self._asked = position
        plan = self._plan
        if plan is None:
            self.on_chosen()
            return
        changed = replace(plan, position=position)
        if plan.basis is EntryBasis.VERTICAL:
            self._snap(EntryBasis.VERTICAL, changed)
        else:
            self._record_path(changed, "position at the injection")

    def straight_up(self) -> None:
        """Let the entry lie on the skin straight up from the target."""
        self._snap(EntryBasis.VERTICAL, self._plan)

    def along_angle(self, in_plane_degrees: float, cranio_caudal_degrees: float) -> None:
        """Let the entry lie on the skin along an angle; + is the tip to LEFT, to the head."""
        self._snap(EntryBasis.ANGLE, self._plan, in_plane_degrees, cranio_caudal_degrees)

    def _snap(
        self,
        basis: EntryBasis,
        plan: PlannedPath | None,
        in_plane_degrees: float = 0.0,
        cranio_caudal_degrees: float = 0.0,
    ) -> None:
        site, surface = self.site, self.surface
        position = plan.position if plan is not None else self.position
        if not self._may() or site is None or surface is None or position is None:
            self.refresh()
            return
        found = entry_along(
            surface,
            target_of(site),
            position,
            in_plane_degrees=in_plane_degrees,
            cranio_caudal_degrees=cranio_caudal_degrees,
        )
        self._take(found, site, position, basis, plan)

    def _take(
        self,
        found: FoundEntry,
        site: PlannedSite,
        position: ProcedurePosition,
        basis: EntryBasis,
        plan: PlannedPath | None,
    ) -> None:
        self._said = found.words
        if found.point is not None:
            self._record_path(self._path(site, found.point, position, basis, plan), PLAN)
        self.refresh()

    def _path(
        self,
        site: PlannedSite,
        entry: PatientPoint,
        position: ProcedurePosition,
        basis: EntryBasis,
        plan: PlannedPath | None,
    ) -> PlannedPath:
        anchor = self._session.anchor(entry)
        scanned = scanned_position(self._session.stack.patient_position)
        volume = self._session.volume
        geometry = volume.geometry if volume is not None else None
        made = plan or PlannedPath(new_id(), site.id, anchor, entry, position, basis)
        return replace(
            made,
            anchor=anchor,
            entry=entry,
            position=position,
            basis=basis,
            scanned=scanned,
            step_mm=step_of(geometry),
            slice_normal=normal_of(geometry),
        )

    def choose_needle(self, length_mm: int | None) -> None:
        """Say how long the needle is."""
        plan = self._plan
        if plan is not None and plan.needle_mm != length_mm:
            self._record_path(replace(plan, needle_mm=length_mm), "length of the needle")

    def remove(self) -> None:
        """Take the path away; its target stays."""
        plan = self._plan
        if plan is not None:
            self._desk.apply(remove_path(plan))
            self._desk.say("Removed the needle path. Ctrl+Z brings it back.")

    def moved(self, site: PlannedSite) -> Edit:
        """The edit that moves a target; an entry that was snapped comes along."""
        edit = change_site(site, label="move target")
        plan = self._visit.path_of(site.id)
        known = self._visit.find(site.id)
        if plan is None or not isinstance(known, PlannedSite):
            return edit
        old, new = target_of(known), target_of(site)
        again, self._said = followed(plan, old, new, self.surface, self._session.anchor)
        if again.basis is not plan.basis:
            self._desk.say(STAYED, hint=self._said or FIND_FIRST)
        again = with_side(again, site, self.reader.spine)
        return Edit("move target with its path", Page.CT, put=(site, again))

    # --- by hand

    def entries(self, view: str) -> tuple[Grip, ...]:
        shown = self._board.shown(view)
        return entry_grips(shown, self._visit) if shown else ()

    def targets(self, view: str) -> tuple[Grip, ...]:
        return self._board.targets(view)

    def may_enter(self, view: str) -> bool:
        del view
        may = self._may()
        self.refresh()
        return may

    def _may(self) -> bool:
        """Whether a path can be planned now; what is missing is said."""
        self._said = self._missing()
        return not self._said

    def _missing(self) -> str:
        why = self._session.why_not_annotate
        if why:
            return why
        volume = self._session.volume
        if volume is not None and volume.geometry is None:
            return NO_VOLUME
        if self.site is None:
            return NO_TARGET
        reason = self._session.standing(anchor_of(self.site)).reason
        if reason:
            return reason
        if self.position is None:
            return NO_POSITION
        if self.surface is None:
            return FINDING if self.skin.is_finding else NO_SKIN
        return ""

    def on_entry(self, outcome: EntryAt) -> None:
        """The hand is at a place: show the path from there, or record it."""
        click = self._board.patient(outcome.view, outcome.at)
        site, surface, position = self.site, self.surface, self.position
        if click is None or site is None or surface is None or position is None:
            return
        found = entry_by_hand(surface, target_of(site), click)
        if outcome.done:
            self._draft = None
            self._take(found, site, position, EntryBasis.HAND, self._plan)
            return
        self._said = found.words
        if found.point is not None:
            self._draft = self._path(site, found.point, position, EntryBasis.HAND, self._plan)
        self.refresh()

    def end_gesture(self) -> None:
        """The hand let go, or the gesture was given up."""
        if self._draft is not None:
            self._draft = None
            self._said = ""
            self.refresh()

    def place_words(self, typed: TypedPlace) -> None:
        """Put target and entry where the words say; one step of undo."""
        position, surface = self.position, self.surface
        self._said = self._session.why_not_annotate
        if not self._said and position is None:
            self._said = NO_POSITION
        if not self._said and surface is None:
            self._said = FINDING if self.skin.is_finding else NO_SKIN
        if self._said or position is None or surface is None:
            self.refresh()
            return
        found = site_of_words(surface, self.reader.spine, typed.place, typed.depth_mm, position)
        if isinstance(found, str):
            self._said = found
            self.refresh()
            return
        target, entry = found
        vertical = EntryBasis.VERTICAL

        def path_of(site: PlannedSite) -> PlannedPath:
            known = self._visit.path_of(site.id)
            plan = self._path(site, entry, position, vertical, known)
            return with_side(plan, site, self.reader.spine)

        self._new_target(target, path_of)

    # --- what is shown

    def refresh(self) -> None:
        """Show the path of the chosen target as it is now."""
        site = self.site
        plan = self._draft or self._plan
        reading = self.reader.reading(plan, site) if plan is not None and site is not None else None
        self.panel.show_position(self.position)
        say = self._said
        if not say and self.active:
            say = self._missing()
        surface = self.surface
        if not say and surface is not None and reading is not None:
            say = skin_words(surface, reading.path)
        say = say or crossing_words(plan, site, self.reader)
        self.panel.show_path(plan, reading, say)
        # the words mean the depth straight below the skin
        straight = plan is not None and plan.basis is EntryBasis.VERTICAL
        depth = reading.path.depth_mm if reading is not None and straight else None
        if site is not None:
            self.panel.show_words(self.reader.spine.place_of(target_of(site)), depth)
        self._tell_prone()
        self._redraw()

    def marks(
        self, shown: Shown, *, moving: UUID | None, hazard: UUID | None, small: bool
    ) -> list[DrawnMark]:
        """Paths and marked structures on a picture."""
        visit, chosen = self._visit, self._chosen()
        found = hazard_marks(shown, visit, chosen=hazard, labels=not small)
        hidden = {moving} if moving is not None else set()
        draft, site = self._draft, self.site
        if draft is not None and site is not None:
            hidden.add(draft.site_id)
            path = NeedlePath(draft.entry, target_of(site), draft.position)
            label = length_on(self._session, path, path.depth_mm)
            found += path_marks(shown, path, chosen=True, label="" if small else label)
        found += paths_on(shown, visit, chosen=chosen, hidden=hidden, labels=not small)
        return found
