"""One view of a CT: its plane, its slice, its picture, and what lies over it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import Floats
from painmap.imaging.reslice import Plane
from painmap.imaging.window import grey_levels
from painmap.ui.ct_area_paint import DrawnArea, DrawnRaster
from painmap.ui.ct_captions import captions, with_cursor
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_open import OpenCt, is_missing
from painmap.ui.ct_paint import Band, DrawnMark, Scene
from painmap.ui.ct_parts import bands_of, edges_of
from painmap.ui.ct_slab import pixels_shown
from painmap.ui.slice_view import GreyPicture, SliceView
from painmap.ui.theme import CT
from painmap.ui.tools.slice_outcomes import XY

Marks = Callable[[Shown, bool], Sequence[DrawnMark]]
"""What is drawn over a picture; the flag says that it is shown small."""

Areas = Callable[[Shown, bool], Sequence[DrawnArea]]
"""What of a picture belongs to muscles."""

FITS = 1.02
"""A body that was found larger than it is shown by less than this needs no other zoom."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What lies over the pictures of all panes.

    Parameters
    ----------
    visit_day : date
        From which the age of the study counts.
    cross : PatientPoint or None
        The crosshair.
    marks, areas : callable
    handles : callable
        Gives directions from the crosshair in which a plane can be taken hold of.
    raster : callable
        Gives muscles where a picture lies across the slices.
    """

    visit_day: date
    cross: PatientPoint | None
    marks: Marks
    areas: Areas
    handles: Callable[[Shown], tuple[XY, ...]]
    raster: Callable[[Shown], DrawnRaster | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class _Over:
    """Marks and areas of one picture."""

    shown: Shown
    small: bool
    marks: tuple[DrawnMark, ...]
    areas: tuple[DrawnArea, ...]
    raster: DrawnRaster | None


class Pane:
    """Draws one plane of an open CT; the viewer says which slice, and when.

    Parameters
    ----------
    plane : Plane
    session : OpenCt
        The CT that it shows.
    parent : QWidget
        Holds its view.
    """

    def __init__(self, plane: Plane, session: OpenCt, parent: QWidget) -> None:
        self.plane = plane
        self.session = session
        self.view = SliceView(plane.value, parent)
        self.index = 0
        """The slice that is wanted; `shown` may be another until it is drawn."""
        self.shown: Shown | None = None
        self.hover: XY | None = None
        self.turned = False
        """Whether its pictures lie turned by 180 degrees; see `turn`."""
        self._stale = False
        self._over: _Over | None = None
        self._was_fitted = False
        self._slab = ""
        self._bands: tuple[Band, ...] = ()

    @property
    def is_visible(self) -> bool:
        """Whether the layout shows it."""
        return not self.view.isHidden()

    @property
    def has_gaps(self) -> bool:
        """Whether slices of its picture have not been read yet."""
        return self.shown is not None and self.shown.image.missing is not None

    # --- what it shows

    def begin(self) -> None:
        """Another CT comes: nothing of the last one is shown any more."""
        self.index = 0
        self.shown = self.hover = None
        self._was_fitted = False

    def close(self) -> None:
        """Show nothing."""
        self.view.show_picture(None)
        self.index = 0
        self.shown = None
        self._stale = False

    def drop_picture(self) -> None:
        """The window has changed: the picture is made anew when it is drawn next."""
        self.shown = None

    def turn(self, *, turned: bool) -> bool:
        """Turn its pictures by 180 degrees, or back; what is seen of them stays. True: it did."""
        if turned is self.turned:
            return False
        self.turned = turned
        zoom, (x, y), part = self.view.zoom, self.view.centre, self.view.part
        if self.shown is not None:
            self._draw_picture(None)
            if part is not None:
                self.view.show_part(-part.right(), -part.bottom(), -part.left(), -part.top())
            else:
                self.view.set_view(zoom, (-x, -y))
        return True

    def spoil(self) -> None:
        """Slices have come: the picture is made anew when it is drawn next."""
        self._stale = True

    def spoil_if_among(self, slices: Collection[int]) -> bool:
        """As `spoil`, if the slice that is shown is among them."""
        if self.shown is None or self.shown.image.index not in slices:
            return False
        self._stale = True
        return True

    def draw(self, overlay: Overlay, body: Floats | None, *, small: bool) -> None:
        """Draw what is not up to date.

        Parameters
        ----------
        body : (8, 3) float or None
            Corners of the body in the patient, mm: a picture that is new is fitted to it.
        """
        if self.shown is None or self.shown.image.index != self.index or self._stale:
            self._draw_picture(body)
        self.draw_scene(overlay, small=small)

    def _draw_picture(self, body: Floats | None) -> None:
        is_new, self._was_fitted = not self._was_fitted, True
        image = self.session.image(self.plane, self.index)
        self.shown = shown = Shown.of(self.session, image, turned=self.turned)
        self._stale = False
        window = self.session.window
        pixels, self._slab = pixels_shown(self.session.volume, image, self.session.slab)
        grey = grey_levels(pixels, window.width, window.level)
        self._bands = ()
        if image.missing is not None:
            grey[image.missing] = QColor(CT.loading).lightness()
            self._bands = bands_of(image.missing, shown.placement)
        self.view.show_picture(GreyPicture(grey, shown.placement))
        if is_new and body is not None:
            self.fit_body(body)

    def drop_marks(self) -> None:
        """What is recorded has changed: marks and areas are asked for when they are drawn next."""
        self._over = None

    def _marks_over(self, overlay: Overlay, shown: Shown, *, small: bool) -> _Over:
        """Marks and areas; while crosshair and pointer alone move, they stay as they are."""
        over = self._over
        if over is None or over.shown is not shown or over.small is not small:
            marks, areas = overlay.marks(shown, small), overlay.areas(shown, small)
            raster = overlay.raster(shown)
            self._over = over = _Over(shown, small, tuple(marks), tuple(areas), raster)
        return over

    def draw_scene(self, overlay: Overlay, *, small: bool) -> None:
        """Draw marks and captions anew; the picture is as it was."""
        shown = self.shown
        if shown is None:
            return
        over = self._marks_over(overlay, shown, small=small)
        written = captions(
            self.session,
            shown.image,
            overlay.visit_day,
            small=small,
            turned=self.turned,
            slab=self._slab,
        )
        if self.hover is not None:
            at = self.hover
            inside = shown.placement.contains(at)
            pixel = shown.placement.pixel_of_view(at)
            written = with_cursor(
                written,
                self.session.hu_at(shown.image, pixel) if inside else None,
                shown.placement.patient_of(at),
                inside=inside,
                modality=self.session.stack.modality,
                loading=is_missing(shown.image, pixel),
                slab=self._slab,
            )
        cross = shown.placement.view_of(overlay.cross) if overlay.cross is not None else None
        self.view.show_scene(
            Scene(
                written,
                over.marks,
                over.areas,
                over.raster,
                None if cross is None else cross[0],
                true_scale=shown.placement.is_true,
                small=small,
                loading=self._bands,
                handles=overlay.handles(shown),
            )
        )

    # --- what is seen of it

    def fit_body(self, body: Floats) -> None:
        """Show the body as large as it goes; (8, 3) corners in the patient, mm."""
        if self.shown is not None:
            self.view.show_part(*edges_of(self.shown.placement, body))

    def fits(self, body: Floats) -> bool | None:
        """Whether the body is seen whole; None where the doctor chose what is seen."""
        part = self.view.part
        if self.shown is None or part is None:
            return None
        left, top, right, bottom = edges_of(self.shown.placement, body)
        return max(right - left, bottom - top) <= FITS * max(part.width(), part.height())

    # --- where

    def patient(self, at: XY) -> PatientPoint | None:
        """The patient point at a place of the view."""
        return None if self.shown is None else self.shown.placement.patient_of(at)

    def values_in(self, start: XY, end: XY) -> npt.NDArray[Any]:
        """What is drawn in a rectangle of the view, (n,) HU; slices that have not come are none."""
        shown = self.shown
        if shown is None:
            return np.empty(0)
        corners = ((x, y) for x in (start[0], end[0]) for y in (start[1], end[1]))
        places = np.array([shown.placement.pixel_of_view(corner) for corner in corners])
        low = np.maximum(np.rint(places.min(axis=0)).astype(int), 0)
        high = np.rint(places.max(axis=0)).astype(int) + 1
        cut = (slice(low[0], max(high[0], 0)), slice(low[1], max(high[1], 0)))
        pixels, _ = pixels_shown(self.session.volume, shown.image, self.session.slab)
        missing = shown.image.missing
        found: npt.NDArray[Any] = pixels[cut]
        return found.reshape(-1) if missing is None else found[~missing[cut]]

    def is_loading(self, at: XY) -> bool:
        """Whether a place of the view lies on a slice that has not been read yet."""
        shown = self.shown
        return shown is not None and is_missing(shown.image, shown.placement.pixel_of_view(at))
