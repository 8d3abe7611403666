"""A plane at any angle through the crosshair: made and turned by the handles on its arms."""

from math import atan2, degrees

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from painmap.domain.places import PatientPoint
from painmap.imaging.axes import standard_directions
from painmap.imaging.geometry import Floats
from painmap.imaging.oblique import ObliqueImage, PlaneFrame, frame_through, oblique_image
from painmap.imaging.reslice import Plane, PlaneView, SliceImage
from painmap.imaging.window import grey_levels
from painmap.ui.ct_captions import banner_of
from painmap.ui.ct_figure import facing
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_needle_pane import AnyPlane, resampled_words
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint import DrawnMark, MarkKind, Scene
from painmap.ui.ct_paint_words import Captions, Line, Tone
from painmap.ui.slice_view import GreyPicture, SliceView
from painmap.ui.tools.gesture import Button, PointerEvent, PointerKind
from painmap.ui.tools.slice_outcomes import HANDLE_PX, NEAR_PX, XY, TurnPlane, distance

OBLIQUE = "oblique"
"""Name of the pane."""

SIDE_PX, PIXEL_MM = 320, 1.1
"""35 cm: the whole of a body."""

STEP_MM = 1.0
"""One step of the wheel along the plane's normal."""

REACH_MM = 400.0
"""Half the length of the line in which the plane meets a picture."""


class ObliquePane(QObject):
    """Draws a plane through the crosshair at any angle; takes no marks, measures nothing.

    Parameters
    ----------
    session : OpenCt
    parent : QWidget
        Holds its view.
    """

    changed = Signal()
    """The plane has come, has gone or lies otherwise."""
    wanted = Signal(object)
    """PatientPoint where the crosshair is wanted."""

    def __init__(self, session: OpenCt, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.view = SliceView(OBLIQUE, parent)
        self.view.setToolTip("Wheel: along its normal. Double click: close.")
        self.view.pointer.connect(self._on_pointer)
        self.view.scrolled.connect(self._on_wheel)
        self.view.hide()
        self.frame: PlaneFrame | None = None
        self._base: tuple[PlaneFrame, Floats] | None = None
        """The plane when a handle was taken, and where the handle lay from the crosshair."""
        self._stale = False

    @property
    def can_be_shown(self) -> bool:
        """Whether planes between the slices are true: the stack is a volume, and whole."""
        volume = self._session.volume
        return volume is not None and volume.geometry is not None and volume.is_complete

    # --- the plane

    def close_plane(self) -> None:
        """Show the planes that were there before."""
        if self.frame is not None:
            self.frame = self._base = None
            self.view.show_picture(None)
            self.changed.emit()

    def follow(self, cross: PatientPoint) -> None:
        """The plane goes through the crosshair wherever that goes."""
        if self.frame is not None and self.frame.centre != cross:
            self.frame = PlaneFrame(cross, self.frame.right, self.frame.down)
            self._stale = True

    def turn(self, wanted: TurnPlane, shown: Shown, cross: PatientPoint) -> None:
        """Turn a plane about the normal of a picture as far as a handle was dragged."""
        geometry = shown.image.geometry
        start, at = (self._away(shown, cross, place) for place in (wanted.start, wanted.at))
        if geometry is None or start is None or at is None:
            return
        normal = geometry.normal
        if wanted.begins:
            self._base = (self._taken(shown, cross, wanted.start, start, normal), start)
        if self._base is None:
            return
        frame, before = self._base
        angle = degrees(atan2(float(normal @ np.cross(before, at)), float(before @ at)))
        self.frame = frame.turned(angle, normal)
        self._stale = True
        self.changed.emit()

    def _taken(
        self, shown: Shown, cross: PatientPoint, place: XY, away: Floats, normal: Floats
    ) -> PlaneFrame:
        """The plane whose handle lies at a place: the oblique one, or that of an arm."""
        trace = self._trace(shown)
        found = shown.placement.view_of(cross)
        if self.frame is not None and trace is not None and found is not None:
            # nearer to the line of the plane than to an arm of the crosshair
            along = np.subtract(place, found[0])
            line = np.subtract(trace[1], trace[0])
            to_line = abs(float(along[0] * line[1] - along[1] * line[0])) / np.hypot(*line)
            if to_line <= float(np.abs(along).min()):
                return PlaneFrame(cross, self.frame.right, self.frame.down)
        arm = np.asarray(away, dtype=np.float64)
        return frame_through(cross, arm, normal, standard_directions())

    @staticmethod
    def _away(shown: Shown, cross: PatientPoint, place: XY) -> Floats | None:
        """From the crosshair to a place of the picture, in patient LPS and within the picture."""
        point = shown.placement.patient_of(place)
        found = shown.placement.view_of(cross)
        middle = None if found is None else shown.placement.patient_of(found[0])
        if point is None or middle is None:
            return None
        return np.subtract(point, middle)

    # --- handles

    def handles(self, shown: Shown) -> tuple[XY, ...]:
        """Unit directions from the crosshair in which a plane can be taken hold of."""
        if not self.can_be_shown or shown.image.geometry is None:
            return ()
        found = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]
        trace = self._trace(shown)
        if trace is not None:
            line = np.subtract(trace[1], trace[0])
            x, y = (line / np.hypot(*line)).tolist()
            found += [(x, y), (-x, -y)]
        return tuple(found)

    def handle_at(self, shown: Shown, cross: PatientPoint, event: PointerEvent) -> bool:
        """Whether a handle lies under the pointer."""
        found = shown.placement.view_of(cross)
        if found is None:
            return False
        (x, y), px = found[0], event.units_per_pixel
        places = [(x + a * HANDLE_PX * px, y + b * HANDLE_PX * px) for a, b in self.handles(shown)]
        return any(distance(each, (event.x, event.y)) <= NEAR_PX * px for each in places)

    def _trace(self, shown: Shown) -> tuple[XY, XY] | None:
        """The line in which the plane meets a picture; None where it is parallel to it."""
        geometry = shown.image.geometry
        if self.frame is None or geometry is None:
            return None
        along = np.cross(self.frame.normal, geometry.normal)
        length = float(np.linalg.norm(along))
        found = shown.placement.view_of(self.frame.centre)
        if length < 1e-3 or found is None:
            return None
        middle = shown.placement.patient_of(found[0])
        if middle is None:
            return None
        ends = []
        for sign in (-1.0, 1.0):
            x, y, z = np.asarray(middle) + sign * REACH_MM * along / length
            end = shown.placement.view_of(PatientPoint(float(x), float(y), float(z)))
            if end is None:
                return None
            ends.append(end[0])
        return ends[0], ends[1]

    def marks(self, shown: Shown) -> tuple[DrawnMark, ...]:
        """The line in which the plane meets a picture."""
        trace = self._trace(shown)
        return () if trace is None else (DrawnMark(MarkKind.PLANE, trace),)

    # --- the picture

    def drop_picture(self) -> None:
        """The window has changed."""
        self._stale = True

    def draw(self) -> None:
        """Draw the plane if it is not up to date."""
        volume = self._session.volume
        if self.frame is None or volume is None or not self._stale:
            return
        self._stale = False
        image = oblique_image(volume, self.frame, shape=(SIDE_PX, SIDE_PX), pixel_mm=PIXEL_MM)
        window = self._session.window
        shown = self._shown(image)
        grey = grey_levels(image.pixels, window.width, window.level)
        self.view.show_picture(GreyPicture(grey, shown.placement))
        found = shown.placement.view_of(self.frame.centre)
        self.view.show_scene(
            Scene(
                self._captions(self.frame, image),
                cross=None if found is None else found[0],
                small=True,
            )
        )

    def _shown(self, image: ObliqueImage) -> Shown:
        view = PlaneView(Plane.AXIAL, 1, "?", native=False, resampled=True)
        return AnyPlane.of(self._session, SliceImage(view, 0, image.pixels, image.geometry, None))

    def _captions(self, frame: PlaneFrame, image: ObliqueImage) -> Captions:
        return Captions(
            letters=image.geometry.letters,
            top_left=(Line("oblique", Tone.STRONG), Line(words_of(frame))),
            top_right=resampled_words(self._session),
            banner=banner_of(self._session),
            facing=facing(image.geometry, turned=False),
        )

    # --- the hand

    def _on_pointer(self, event: PointerEvent) -> None:
        if event.kind is PointerKind.DOUBLE_CLICK:
            self.close_plane()
        elif event.kind is PointerKind.PRESS and event.button is Button.LEFT:
            placement = self.view.placement
            point = None if placement is None else placement.patient_of((event.x, event.y))
            if point is not None:
                self.wanted.emit(point)

    def _on_wheel(self, steps: int) -> None:
        if self.frame is not None:
            self.wanted.emit(self.frame.moved(steps * STEP_MM).centre)


def words_of(frame: PlaneFrame) -> str:
    """Such as "23° from coronal"."""
    nearest, least = Plane.AXIAL, 90.0
    for plane, (down, right) in standard_directions().items():
        cosine = abs(float(frame.normal @ np.cross(right, down)))
        angle = degrees(float(np.arccos(min(1.0, cosine))))
        if angle < least:
            nearest, least = plane, angle
    return f"{least:.0f}° from {nearest.value}"
