"""Linked planes of the open CT: crosshair, slices, window, pointer."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import Floats
from painmap.imaging.needle import NeedlePath
from painmap.imaging.reslice import Plane
from painmap.imaging.window import window_of_values
from painmap.ui.ct_area_paint import DrawnRaster
from painmap.ui.ct_arrangement import Arrangement
from painmap.ui.ct_coming import ComingSlices
from painmap.ui.ct_companions import Companions
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint import DrawnMark
from painmap.ui.ct_pane import Areas, Marks, Overlay, Pane
from painmap.ui.ct_shown_planes import WHY, ShownPlanes
from painmap.ui.ct_slab import SlabChoice
from painmap.ui.ct_turning import Turning
from painmap.ui.ct_why import WhyPanel
from painmap.ui.slice_view import SliceView
from painmap.ui.tools.slice_outcomes import XY, TurnPlane

HU_PER_PX = 1 / 300
"""Dragging over a pixel changes the window by this part of its width."""

LEAST_WIDTH = 2.0


class CtViewer(QFrame):
    """The picture area of the page CT.

    Parameters
    ----------
    session : OpenCt
    marks : callable
        Gives the annotations of a picture.
    """

    pointer = Signal(object)
    """PointerEvent on one of the views; its `view` is the name of the pane."""
    past_end = Signal(int)
    """Scrolled beyond the last (+1) or first (-1) slice as acquired."""
    resample_wanted = Signal()
    """The doctor wants the planes across unevenly spaced slices, computed between them."""
    window_changed = Signal()
    slab_changed = Signal()
    arranged = Signal()
    """Other views are shown, or elsewhere."""
    moved = Signal()
    """Crosshair, slice, zoom or window has changed."""

    def __init__(self, session: OpenCt, marks: Marks) -> None:
        super().__init__()
        self.setObjectName("ctViews")
        self.session = session
        self._marks = marks
        self.areas: Areas = lambda _shown, _small: ()
        self.raster: Callable[[Shown], DrawnRaster | None] = lambda _: None
        self._visit_day = date.today()  # noqa: DTZ011 - replaced before anything is shown
        self.panes: dict[str, Pane] = {plane.value: self._pane(plane) for plane in Plane}
        self.views: Mapping[str, SliceView] = {name: pane.view for name, pane in self.panes.items()}
        """Every view, shown or not, by the name of its pane."""
        self.companions = Companions(session, self)
        self.companions.drag_windows(self.drag_window)
        self.needle = self.companions.needle
        self.oblique = self.companions.oblique
        self.beside = self.companions.beside
        for pane in (self.oblique, self.beside):
            pane.changed.connect(self._on_companion)
            pane.wanted.connect(self.look_at)
        self._why = WhyPanel(self.resample_wanted.emit, self.show_across, self)
        self._body: Floats | None = None
        self._cross: PatientPoint | None = None
        self._hovered: Pane | None = None
        self.turning = Turning(session, self.panes[Plane.AXIAL], self.draw_scenes)
        spare: dict[str, QWidget] = {WHY: self._why, **self.companions.widgets}
        self.arrangement = Arrangement({**self.views, **spare})
        self.setLayout(self.arrangement)
        self.planes = ShownPlanes(
            session, self.companions, self.arrangement, self._why, self.arranged.emit
        )
        self._coming = ComingSlices(self._drawn, self._draw_pane, self.later, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.draw)

    def _pane(self, plane: Plane) -> Pane:
        pane = Pane(plane, self.session, self)
        pane.view.pointer.connect(self.pointer)
        pane.view.scrolled.connect(lambda steps: self.leaf(plane, steps))
        pane.view.window_dragged.connect(self.drag_window)
        pane.view.hovered.connect(lambda at: self._on_hover(pane, at))
        pane.view.moved.connect(self.moved)
        return pane

    # --- what there is

    @property
    def shown(self) -> Mapping[str, Shown]:
        """The pictures on screen, by the name of their pane."""
        found = ((name, pane.shown) for name, pane in self.panes.items())
        return {name: shown for name, shown in found if shown is not None}

    @property
    def why_no_other_planes(self) -> str:
        """What stands where the other planes would be; empty when they are there."""
        return "" if self._why.isHidden() else str(self._why.text.text())

    @property
    def resample_button(self) -> QPushButton:
        return self._why.resample_button

    @property
    def across_button(self) -> QPushButton:
        return self._why.across_button

    @property
    def native(self) -> Plane:
        return self.session.native

    @property
    def large(self) -> Plane:
        return self.planes.large

    @property
    def view_at_hand(self) -> SliceView:
        """The view that was clicked last, else the large one."""
        shown = [pane.view for pane in self._drawn() if pane.is_visible]
        shown += self.companions.shown_views
        return next((view for view in shown if view.hasFocus()), self.views[self.large])

    def _usable(self) -> Iterable[Pane]:
        """The panes whose plane this CT has."""
        return [self.panes[plane] for plane in self.session.views]

    def _drawn(self) -> list[Pane]:
        """The panes with a picture, the large one first."""
        if not self.session.is_open:
            return []
        drawn = [pane for pane in self.panes.values() if pane.shown is not None]
        return sorted(drawn, key=lambda pane: pane.plane is not self.large)

    # --- opening

    def open(self, visit_day: date) -> None:
        """Show the session's volume from its middle."""
        self._visit_day = visit_day
        self.use_slab(None)
        self.companions.begin()
        self._hovered = None
        self.planes.together()
        for pane in self.panes.values():
            pane.begin()
        for plane, planned in self.session.views.items():
            self.panes[plane].index = planned.count // 2
        self.turning.begin()
        stack = self.session.stack
        self._cross = None
        middle = stack.slice_geometry(len(stack.slices) // 2)
        if middle is not None:
            _, rows, columns = stack.shape
            self._cross = middle.patient_point(rows // 2, columns // 2)
            self._follow()
        self.fit()
        self._body = None
        self.planes.arrange()
        # the others follow when the events that wait have been taken
        self._draw_pane(self.panes[self.large])
        self.later()

    def close_pictures(self) -> None:
        self._coming.stop()
        for pane in self.panes.values():
            pane.close()
        self.companions.close()
        self._cross = None

    def fit_body(self, corners: Floats | None) -> None:
        """Show the body as large as it goes; the table and the air beside it may wait."""
        self._body = corners
        if corners is not None:
            for pane in self._drawn():
                pane.fit_body(corners)

    def came(self, slices: Collection[int]) -> None:
        """Draw what has come: the slice itself at once, the planes across now and then."""
        self._coming.came(slices)

    def is_whole(self, corners: Floats | None) -> None:
        """Every slice is there: draw what was waiting, and show a body that is larger."""
        self._coming.whole()
        if self.session.slab is not None:
            self._drop_pictures()
        self.draw()
        if corners is not None and not self._fits(corners):
            self.fit_body(corners)

    def _fits(self, corners: Floats) -> bool:
        """Whether the body is seen whole, or the doctor chose what is seen."""
        for pane in self._drawn():
            if pane.is_visible and (fits := pane.fits(corners)) is not True:
                return fits is None
        return True

    # --- arrangement

    def toggle_alone(self, plane: Plane) -> None:
        """Show `plane` alone, or all planes again."""
        self.planes.toggle_alone(plane)
        self.draw()

    def use_grid(self, *, grid: bool) -> None:
        """All views of one size, or a large one with the others beside it."""
        if self.planes.use_grid(grid=grid):
            self.later()
            self.moved.emit()

    def turn_plane(self, wanted: TurnPlane) -> None:
        """Turn a plane through the crosshair by its handle."""
        shown = self.panes[wanted.view].shown
        if shown is not None and self._cross is not None:
            self.oblique.turn(wanted, shown, self._cross)

    def _on_companion(self) -> None:
        if self.session.is_open:
            self.planes.follow_companions()
        self.draw_scenes()
        self.moved.emit()

    def show_needle(self, path: NeedlePath | None) -> None:
        """Show planes along and down a needle beside the others, as long as it is planned."""
        before = self.needle.path is not None
        self.needle.show_path(path)
        if before is not (self.needle.path is not None) and self.session.is_open:
            self.planes.arrange()
            self.later()

    def show_across(self) -> None:
        """Show the planes across tilted slices, which are resampled and say so."""
        self.session.show_across()
        for plane, planned in self.session.views.items():
            if plane is not self.native:
                self.panes[plane].index = planned.count // 2
        self._follow()
        self.planes.arrange()
        self.later()

    # --- where

    @property
    def cross(self) -> PatientPoint | None:
        return self._cross

    def index(self, plane: Plane) -> int:
        return self.panes[plane].index

    def look_at(self, point: PatientPoint) -> None:
        """Put the crosshair at `point`, and every plane on its slice."""
        if self.session.stack.has_geometry:
            self._cross = point
            self._follow()
            self.later()
            self.moved.emit()

    def _follow(self) -> None:
        if self._cross is None:
            return
        self.companions.follow(self._cross)
        for pane in self._usable():
            index = self.session.index_of(pane.plane, self._cross)
            if index is not None:
                pane.index = index

    def go_to(self, plane: Plane, index: int) -> None:
        """Show slice `index` of `plane`; the crosshair comes along."""
        pane = self.panes[plane]
        index = min(self.session.views[plane].count - 1, max(0, index))
        if index == pane.index:
            return
        pane.index = index
        shown = pane.shown
        if self._cross is not None and shown is not None:
            found = shown.placement.view_of(self._cross)
            geometry = self.session.image(plane, index).geometry
            if found is not None and geometry is not None:
                self._cross = geometry.patient_point(*shown.placement.pixel_of_view(found[0]))
                self._follow()
                pane.index = index
        self.later()
        self.moved.emit()

    def leaf(self, plane: Plane, steps: int) -> None:
        """Leaf through `plane`."""
        count = self.session.views[plane].count
        now = self.panes[plane].index
        wanted = now + steps
        self.go_to(plane, wanted)
        if plane is self.native and not 0 <= wanted < count and now in (0, count - 1):
            self.past_end.emit(1 if wanted > 0 else -1)

    # --- window

    def _drop_pictures(self) -> None:
        for pane in self.panes.values():
            pane.drop_picture()
        self.companions.drop_pictures()

    def set_window(self, width: float, level: float) -> None:
        self.session.use_window(max(LEAST_WIDTH, width), level)
        self._drop_pictures()
        self.later()
        self.window_changed.emit()
        self.moved.emit()

    def use_window_of(self, name: str, start: XY, end: XY) -> None:
        """The window that shows what lies in a rectangle of a view, from corner to corner."""
        values = self.panes[name].values_in(start, end)
        if values.size:
            width, level = window_of_values(values)
            self.set_window(round(width), round(level))

    def one_to_one(self) -> None:
        """Show the large picture pixel by pixel."""
        self.views[self.large].one_to_one()

    def use_slab(self, slab: SlabChoice | None) -> None:
        """Show a slab around each picture, or the slices themselves."""
        if slab != self.session.slab:
            self.session.slab = slab
            self._drop_pictures()
            self.later()
            self.slab_changed.emit()
            self.moved.emit()

    def drag_window(self, right_px: float, down_px: float) -> None:
        """Wider to the right, a higher level upwards."""
        window = self.session.window
        step = max(0.5, window.width * HU_PER_PX)
        self.set_window(window.width + right_px * step, window.level - down_px * step)

    # --- drawing

    def later(self) -> None:
        """Draw once when the events that wait have been taken: the latest wins."""
        self._timer.start()

    def draw(self) -> None:
        """Draw what is not up to date."""
        if not self.session.is_open:
            return
        self._timer.stop()
        for pane in self._usable():
            if pane.is_visible:
                self._draw_pane(pane)
        self.companions.draw(self._visit_day, self._cross, self._body)

    def _overlay(self) -> Overlay:
        day, cross, handles = self._visit_day, self._cross, self.companions.handles
        return Overlay(day, cross, self._all_marks, self.areas, handles, self.raster)

    def _all_marks(self, shown: Shown, small: bool) -> Sequence[DrawnMark]:
        return (*self._marks(shown, small), *self.oblique.marks(shown))

    def _draw_pane(self, pane: Pane) -> None:
        pane.draw(self._overlay(), self._body, small=self.planes.is_small(pane.plane))

    def draw_scenes(self) -> None:
        """Draw marks and captions anew, once for all that asks for it; pictures stay."""
        for pane in self.panes.values():
            pane.drop_marks()
        if self.session.is_open:
            self.later()

    def _draw_scene(self, pane: Pane) -> None:
        if pane.shown is not None:
            pane.draw_scene(self._overlay(), small=self.planes.is_small(pane.plane))

    def _on_hover(self, pane: Pane, at: XY | None) -> None:
        before = self._hovered
        if before is not None and before is not pane:
            before.hover = None
            self._draw_scene(before)
        pane.hover = at
        self._hovered = None if at is None else pane
        self._draw_scene(pane)

    # --- keys

    def fit(self) -> None:
        for pane in self.panes.values():
            pane.view.fit()

    def magnify(self, *, magnifies: bool) -> None:
        """A lens follows the pointer on every plane, or on none."""
        for view in (*self.views.values(), *self.companions.views):
            view.magnifies = magnifies
            view.viewport().update()

    def set_pan_key(self, held: bool) -> None:
        for pane in self.panes.values():
            pane.view.pan_key = held

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._hovered is not None:
            self._hovered.hover = None
            self._draw_scene(self._hovered)
            self._hovered = None
