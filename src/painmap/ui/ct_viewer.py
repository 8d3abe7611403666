"""Three linked planes of the open CT: crosshair, slices, window, pointer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel

from painmap.domain.places import PatientPoint
from painmap.imaging.errors import SeriesError
from painmap.imaging.geometry import Floats
from painmap.imaging.resampling import SENTENCE, can_resample
from painmap.imaging.reslice import Plane
from painmap.imaging.window import grey_levels
from painmap.ui.ct_area_paint import DrawnArea
from painmap.ui.ct_captions import captions, with_cursor
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_open import OpenCt, is_missing
from painmap.ui.ct_paint import Band, DrawnMark, Scene
from painmap.ui.ct_parts import bands_of, edges_of
from painmap.ui.slice_view import GreyPicture, SliceView
from painmap.ui.theme import CT
from painmap.ui.tools.slice_outcomes import XY
from painmap.ui.widgets import button, column, label

LARGE_SHARE, SMALL_SHARE = 17, 9
"""How the width is shared between the large view and the two small ones."""

HU_PER_PX = 1 / 300
"""Dragging over a pixel changes the window by this part of its width."""

LEAST_WIDTH = 2.0

ACROSS_MS = 150
"""Planes across the slices change with every slice that comes: they are drawn this often."""

FITS = 1.02
"""A body that was found larger than it is shown by less than this needs no other zoom."""

Marks = Callable[[Shown, bool], Sequence[DrawnMark]]
"""What is drawn over a picture; the flag says that it is shown small."""

Areas = Callable[[Shown, bool], Sequence[DrawnArea]]
"""What of a picture belongs to muscles."""


class CtViewer(QFrame):
    """The picture area of the page CT.

    Parameters
    ----------
    session : OpenCt
    marks : callable
        Gives the annotations of a picture.
    """

    pointer = Signal(object)
    """PointerEvent on one of the views; its `view` is the plane's value."""
    past_end = Signal(int)
    """Scrolled beyond the last (+1) or first (-1) slice as acquired."""
    resample_wanted = Signal()
    """The doctor wants the planes across unevenly spaced slices, computed between them."""
    window_changed = Signal()
    moved = Signal()
    """Crosshair, slice, zoom or window has changed."""

    def __init__(self, session: OpenCt, marks: Marks) -> None:
        super().__init__()
        self.setObjectName("ctViews")
        self._session = session
        self._marks = marks
        self.areas: Areas = lambda _shown, _small: ()
        self._visit_day = date.today()  # noqa: DTZ011 - replaced before anything is shown
        self.views: dict[Plane, SliceView] = {}
        self._shown: dict[Plane, Shown] = {}
        self._stale: set[Plane] = set()
        self._fitted: set[Plane] = set()
        self._corners: Floats | None = None
        self._across: Plane | None = None
        self._bands: dict[Plane, tuple[Band, ...]] = {}
        self._indices: dict[Plane, int] = {}
        self._cross: PatientPoint | None = None
        self._hover: tuple[Plane, XY] | None = None
        self._alone: Plane | None = None
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self.setLayout(self._grid)
        for plane in Plane:
            self._make_view(plane)
        self._why = self._why_panel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.draw)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(ACROSS_MS)
        self._patience.timeout.connect(self._draw_across)

    def _make_view(self, plane: Plane) -> None:
        view = SliceView(plane.value, self)
        view.pointer.connect(self.pointer)
        view.scrolled.connect(lambda steps: self.leaf(plane, steps))
        view.window_dragged.connect(self.drag_window)
        view.hovered.connect(lambda at: self._on_hover(plane, at))
        view.moved.connect(self.moved)
        self.views[plane] = view

    def _why_panel(self) -> QFrame:
        panel = QFrame()
        panel.setObjectName("ctWhy")
        self._why_text = label(wrap=True)
        self.resample_button = button("Resample evenly, to look across", self.resample_wanted.emit)
        self.resample_button.setToolTip(SENTENCE)
        panel.setLayout(
            column(-1, self._why_text, self.resample_button, -1, margins=20, spacing=16)
        )
        return panel

    @property
    def why_no_other_planes(self) -> str:
        """What stands where the other planes would be; empty when they are there."""
        text: QLabel = self._why_text
        return text.text() if not self._why.isHidden() else ""

    # --- opening

    def open(self, visit_day: date) -> None:
        """Show the session's volume from its middle."""
        self._visit_day = visit_day
        self._alone = None
        self._hover = None
        self._shown.clear()
        self._fitted.clear()
        stack = self._session.stack
        self._indices = {plane: view.count // 2 for plane, view in self._session.views.items()}
        self._cross = None
        middle = stack.slice_geometry(len(stack.slices) // 2)
        if middle is not None:
            _, rows, columns = stack.shape
            self._cross = middle.patient_point(rows // 2, columns // 2)
            self._follow()
        for view in self.views.values():
            view.fit()
        self._corners = None
        self._arrange()
        # the others follow when the events that wait have been taken
        self._draw_plane(self.large)
        self.later()

    def fit_body(self, corners: Floats | None) -> None:
        """Show the body as large as it goes; the table and the air beside it may wait."""
        self._corners = corners
        if corners is None:
            return
        for plane, shown in self._shown.items():
            self.views[plane].show_part(*edges_of(shown.placement, corners))

    def came(self, slices: Collection[int]) -> None:
        """Draw what has come: the slice itself at once, the planes across now and then."""
        for plane, shown in self._shown.items():
            if shown.image.missing is None:
                continue
            if plane is not self.native:
                if not self._patience.isActive():
                    self._patience.start()
            elif shown.image.index in slices:
                self._stale.add(plane)
                self.later()

    def _draw_across(self) -> None:
        if not self._session.is_open:
            return
        waiting = [
            plane
            for plane, shown in self._shown.items()
            if plane is not self.native
            and shown.image.missing is not None
            and not self.views[plane].isHidden()
        ]
        if not waiting:
            return
        # one at a time, in turn: two pictures across 400 slices are a long time for one event
        plane = waiting[0] if waiting[0] is not self._across else waiting[-1]
        self._across = plane
        self._stale.add(plane)
        self._draw_plane(plane)
        self._patience.start()

    def is_whole(self, corners: Floats | None) -> None:
        """Every slice is there: draw what was waiting, and show a body that is larger."""
        self._patience.stop()
        self._stale |= {
            plane for plane, one in self._shown.items() if one.image.missing is not None
        }
        self.draw()
        if corners is not None and not self._fits(corners):
            self.fit_body(corners)

    def _fits(self, corners: Floats) -> bool:
        """Whether the body is seen whole, or the doctor chose what is seen."""
        for plane, shown in self._shown.items():
            view = self.views[plane]
            if view.isHidden():
                continue
            part = view.part
            if part is None:
                return True
            left, top, right, bottom = edges_of(shown.placement, corners)
            if max(right - left, bottom - top) > FITS * max(part.width(), part.height()):
                return False
        return True

    def close_pictures(self) -> None:
        for view in self.views.values():
            view.show_picture(None)
        self._patience.stop()
        self._shown.clear()
        self._stale.clear()
        self._indices.clear()
        self._cross = None

    @property
    def native(self) -> Plane:
        return self._session.native

    @property
    def shown(self) -> Mapping[Plane, Shown]:
        """The pictures on screen."""
        return self._shown

    @property
    def large(self) -> Plane:
        return self._alone or self.native

    def toggle_alone(self, plane: Plane) -> None:
        """Show `plane` alone, or all planes again."""
        self._alone = None if self._alone is plane else plane
        self._arrange()
        self.draw()

    def _arrange(self) -> None:
        while self._grid.count():
            self._grid.takeAt(0)
        planes = list(self._session.views)
        small = [plane for plane in planes if plane is not self.large]
        for plane, view in self.views.items():
            view.setVisible(plane is self.large or (self._alone is None and plane in small))
        self._why.setVisible(len(planes) == 1 and self._alone is None)
        beside = [self.views[plane] for plane in small] if self._alone is None else []
        if len(planes) == 1 and self._alone is None:
            self._why_text.setText(self._reason())
            self.resample_button.setVisible(can_resample(self._session.stack))
            beside = []
        self._grid.addWidget(self.views[self.large], 0, 0, 2, 1)
        for number, view in enumerate(beside):
            self._grid.addWidget(view, number, 1)
        if not self._why.isHidden():
            self._grid.addWidget(self._why, 0, 1, 2, 1)
        has_side = bool(beside) or not self._why.isHidden()
        self._grid.setColumnStretch(0, LARGE_SHARE)
        self._grid.setColumnStretch(1, SMALL_SHARE if has_side else 0)
        for number in (0, 1):
            self._grid.setRowStretch(number, 1)

    def _reason(self) -> str:
        try:
            self._session.stack.require_geometry()
        except SeriesError as error:
            return f"Only the slices as they were acquired can be shown.\n\n{error.message}"
        return ""

    # --- where

    @property
    def cross(self) -> PatientPoint | None:
        return self._cross

    def index(self, plane: Plane) -> int:
        return self._indices[plane]

    def look_at(self, point: PatientPoint) -> None:
        """Put the crosshair at `point`, and every plane on its slice."""
        if self._session.stack.has_geometry:
            self._cross = point
            self._follow()
            self.later()
            self.moved.emit()

    def _follow(self) -> None:
        if self._cross is None:
            return
        for plane in self._session.views:
            index = self._session.index_of(plane, self._cross)
            if index is not None:
                self._indices[plane] = index

    def go_to(self, plane: Plane, index: int) -> None:
        """Show slice `index` of `plane`; the crosshair comes along."""
        view = self._session.views[plane]
        index = min(view.count - 1, max(0, index))
        if index == self._indices.get(plane):
            return
        self._indices[plane] = index
        shown = self._shown.get(plane)
        if self._cross is not None and shown is not None:
            found = shown.placement.view_of(self._cross)
            geometry = self._session.image(plane, index).geometry
            if found is not None and geometry is not None:
                self._cross = geometry.patient_point(*shown.placement.pixel_of_view(found[0]))
                kept = self._indices[plane]
                self._follow()
                self._indices[plane] = kept
        self.later()
        self.moved.emit()

    def leaf(self, plane: Plane, steps: int) -> None:
        """Leaf through `plane`."""
        count = self._session.views[plane].count
        wanted = self._indices[plane] + steps
        if plane is self.native and not 0 <= wanted < count:
            at_end = self._indices[plane] in (0, count - 1)
            self.go_to(plane, wanted)
            if at_end:
                self.past_end.emit(1 if wanted > 0 else -1)
            return
        self.go_to(plane, wanted)

    # --- window

    def set_window(self, width: float, level: float) -> None:
        self._session.use_window(max(LEAST_WIDTH, width), level)
        self._shown.clear()
        self.later()
        self.window_changed.emit()
        self.moved.emit()

    def drag_window(self, right_px: float, down_px: float) -> None:
        """Wider to the right, a higher level upwards."""
        window = self._session.window
        step = max(0.5, window.width * HU_PER_PX)
        self.set_window(window.width + right_px * step, window.level - down_px * step)

    # --- drawing

    def later(self) -> None:
        """Draw once when the events that wait have been taken: the latest wins."""
        self._timer.start()

    def draw(self) -> None:
        """Draw what is not up to date."""
        if not self._session.is_open:
            return
        self._timer.stop()
        for plane in self._session.views:
            if not self.views[plane].isHidden():
                self._draw_plane(plane)

    def _draw_plane(self, plane: Plane) -> None:
        index = self._indices[plane]
        shown = self._shown.get(plane)
        if shown is None or shown.image.index != index or plane in self._stale:
            is_new = plane not in self._fitted
            self._fitted.add(plane)
            image = self._session.image(plane, index)
            shown = Shown.of(self._session, image)
            self._shown[plane] = shown
            self._stale.discard(plane)
            window = self._session.window
            grey = grey_levels(image.pixels, window.width, window.level)
            self._bands[plane] = ()
            if image.missing is not None:
                grey[image.missing] = QColor(CT.loading).lightness()
                self._bands[plane] = bands_of(image.missing, shown.placement)
            self.views[plane].show_picture(GreyPicture(grey, shown.placement))
            if is_new and self._corners is not None:
                self.views[plane].show_part(*edges_of(shown.placement, self._corners))
        self._draw_scene(plane)

    def _draw_scene(self, plane: Plane) -> None:
        shown = self._shown.get(plane)
        if shown is None:
            return
        small = plane is not self.large
        written = captions(self._session, shown.image, self._visit_day, small=small)
        if self._hover is not None and self._hover[0] is plane:
            at = self._hover[1]
            inside = shown.placement.contains(at)
            pixel = shown.placement.pixel_of_view(at)
            value = self._session.hu_at(shown.image, pixel) if inside else None
            point = shown.placement.patient_of(at)
            modality = self._session.stack.modality
            written = with_cursor(
                written,
                value,
                point,
                inside=inside,
                modality=modality,
                loading=is_missing(shown.image, pixel),
            )
        cross = shown.placement.view_of(self._cross) if self._cross is not None else None
        self.views[plane].show_scene(
            Scene(
                written,
                tuple(self._marks(shown, small)),
                tuple(self.areas(shown, small)),
                None if cross is None else cross[0],
                true_scale=shown.placement.is_true,
                small=small,
                loading=self._bands.get(plane, ()),
            )
        )

    def is_loading(self, plane: Plane, at: XY) -> bool:
        """Whether a place of a view lies on a slice that has not been read yet."""
        shown = self._shown.get(plane)
        if shown is None:
            return False
        return is_missing(shown.image, shown.placement.pixel_of_view(at))

    def draw_scenes(self) -> None:
        """Draw marks and captions anew; the pictures are as they were."""
        for plane in self._shown:
            self._draw_scene(plane)

    def _on_hover(self, plane: Plane, at: XY | None) -> None:
        before = self._hover
        self._hover = None if at is None else (plane, at)
        if before is not None and before[0] is not plane and before[0] in self._shown:
            self._draw_scene(before[0])
        if plane in self._shown:
            self._draw_scene(plane)

    # --- keys and place

    def fit(self) -> None:
        for view in self.views.values():
            view.fit()

    def set_pan_key(self, held: bool) -> None:
        for view in self.views.values():
            view.pan_key = held

    def place(self) -> dict[str, Any]:
        """Where the doctor is, in JSON terms."""
        window = self._session.window
        return {
            "cross": None if self._cross is None else [round(part, 3) for part in self._cross],
            "index": self._indices.get(self.native, 0),
            "window": [round(window.width), round(window.level)],
            "zoom": {
                plane.value: [round(view.zoom, 4), *(round(part, 2) for part in view.centre)]
                for plane, view in self.views.items()
                if view.placement is not None
            },
        }

    def restore(self, place: Mapping[str, Any]) -> None:
        """Go back to where `place` says, as far as it still exists."""
        cross, window = place.get("cross"), place.get("window")
        if window:
            self.set_window(float(window[0]), float(window[1]))
        if cross and self._session.stack.has_geometry:
            self.look_at(PatientPoint(*(float(part) for part in cross)))
        elif "index" in place:
            self.go_to(self.native, int(place["index"]))
        self.draw()
        for plane, view in self.views.items():
            kept = place.get("zoom", {}).get(plane.value)
            if kept and view.placement is not None:
                view.set_view(float(kept[0]), (float(kept[1]), float(kept[2])))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._hover is not None:
            plane, _ = self._hover
            self._hover = None
            self._draw_scene(plane)
