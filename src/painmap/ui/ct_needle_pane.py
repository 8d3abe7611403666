"""The plane along a needle, or across it: a picture to look at, beside the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from painmap.domain.places import PatientPoint
from painmap.imaging.needle import NeedlePath
from painmap.imaging.oblique import (
    ObliqueImage,
    PlaneFrame,
    along_needle,
    down_needle,
    oblique_image,
)
from painmap.imaging.reslice import Plane, PlaneView, SliceImage
from painmap.imaging.window import grey_levels
from painmap.ui.ct_captions import banner_of
from painmap.ui.ct_marks import FAINT_MM, Shown
from painmap.ui.ct_needle_marks import length_on
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint import DrawnMark, MarkKind, Scene
from painmap.ui.ct_paint_words import Captions, Line, Tone
from painmap.ui.ct_words import POSITION_UNKNOWN
from painmap.ui.slice_view import GreyPicture, SliceView
from painmap.ui.theme import CT
from painmap.ui.tools.gesture import PointerEvent, PointerKind
from painmap.ui.tools.slice_outcomes import XY
from painmap.ui.widgets import label

NEEDLE, NO_NEEDLE = "needle", "no needle"
"""Names of the pane, and of what stands in its place while nothing is planned."""

NOTHING = "Plan a needle path (E): here it is seen along and down the needle."

SIDE_PX, PIXEL_MM = 256, 0.7
"""About 18 cm: the whole of a path with the body around it."""

STEP_MM = 2.0
"""One step of the wheel down the needle."""

NEAR_MM = 1.0
"""A point nearer than this to the plane lies in it."""


class Aspect(StrEnum):
    """From where the needle is looked at; the value is what the picture says."""

    ACROSS_BODY = "along the needle, across the body"
    ALONG_BODY = "along the needle, along the body"
    DOWN = "down the needle"


NEXT = dict(zip(Aspect, [*list(Aspect)[1:], Aspect.ACROSS_BODY], strict=True))


@dataclass(frozen=True, slots=True)
class AnyPlane(Shown):
    """A picture of a plane at any angle: what is near to it is found by distance alone."""

    def closeness(self, point: PatientPoint) -> tuple[XY, bool] | None:
        found = self.placement.view_of(point)
        if found is None or abs(found[1]) > FAINT_MM:
            return None
        return found[0], abs(found[1]) > NEAR_MM


def resampled_words(session: OpenCt) -> tuple[Line, ...]:
    """What stands at the right of a plane between the slices: how the patient lay, and that."""
    position = session.stack.patient_position or POSITION_UNKNOWN
    return Line(position, Tone.STRONG), Line("resampled", Tone.WARNING)


class NeedlePane(QObject):
    """Draws planes along and across the chosen path; takes no marks, changes nothing.

    A click shows the path from elsewhere; the wheel goes down the needle.

    Parameters
    ----------
    session : OpenCt
    parent : QWidget
        Holds its view.
    """

    def __init__(self, session: OpenCt, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.view = SliceView(NEEDLE, parent)
        self.view.setToolTip("Click: from elsewhere. Wheel: down the needle.")
        self.view.pointer.connect(self._on_pointer)
        self.view.scrolled.connect(self._on_wheel)
        self.view.hide()
        self.nothing = label(NOTHING, wrap=True)
        self.nothing.setStyleSheet(f"color: {CT.text}; background: {CT.ground};")
        self.nothing.setParent(parent)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setMargin(24)
        self.nothing.hide()
        self.path: NeedlePath | None = None
        self.aspect = Aspect.ACROSS_BODY
        self.share = 1.0
        """How far down the needle the plane across it lies: 0 the skin, 1 the target."""
        self.marks: Callable[[Shown], Sequence[DrawnMark]] = lambda _: ()

    @property
    def widgets(self) -> dict[str, QWidget]:
        """The view, and what stands in its place while nothing is planned, by name."""
        return {NEEDLE: self.view, NO_NEEDLE: self.nothing}

    def show_path(self, path: NeedlePath | None) -> None:
        """Show a path, or none; it can be drawn where the stack is a whole volume."""
        volume = self._session.volume
        can = volume is not None and volume.geometry is not None and volume.is_complete
        known, self.path = self.path, path if can else None
        if known is None:
            self.aspect, self.share = Aspect.ACROSS_BODY, 1.0
        self.draw()

    def draw(self) -> None:
        """Draw the path as it is now."""
        volume = self._session.volume
        if self.path is None or volume is None:
            self.view.show_picture(None)
            return
        window = self._session.window
        image = oblique_image(
            volume, self._frame(self.path), shape=(SIDE_PX, SIDE_PX), pixel_mm=PIXEL_MM
        )
        shown = self._shown(image)
        grey = grey_levels(image.pixels, window.width, window.level)
        self.view.show_picture(GreyPicture(grey, shown.placement))
        self.view.show_scene(
            Scene(
                self._captions(self.path, image),
                (*self.marks(shown), *self._tip(self.path, shown)),
                small=True,
            )
        )

    def _frame(self, path: NeedlePath) -> PlaneFrame:
        if self.aspect is Aspect.DOWN:
            return down_needle(path, self.share)
        return along_needle(path, upright=self.aspect is Aspect.ALONG_BODY)

    def _shown(self, image: ObliqueImage) -> Shown:
        view = PlaneView(Plane.AXIAL, 1, "?", native=False, resampled=True)
        picture = SliceImage(view, 0, image.pixels, image.geometry, None)
        return AnyPlane.of(self._session, picture)

    def _tip(self, path: NeedlePath, shown: Shown) -> tuple[DrawnMark, ...]:
        """Where the needle goes through the plane across it."""
        if self.aspect is not Aspect.DOWN:
            return ()
        found = shown.placement.view_of(path.point_at(self.share))
        return () if found is None else (DrawnMark(MarkKind.TARGET, (found[0],), chosen=True),)

    def _captions(self, path: NeedlePath, image: ObliqueImage) -> Captions:
        lines = [Line(self.aspect.value, Tone.STRONG)]
        if self.aspect is Aspect.DOWN:
            here, whole = (
                length_on(self._session, path, mm)
                for mm in (self.share * path.depth_mm, path.depth_mm)
            )
            lines.append(Line(f"{here} of {whole} deep"))
        return Captions(
            letters=image.geometry.letters,
            top_left=tuple(lines),
            top_right=resampled_words(self._session),
            banner=banner_of(self._session),
        )

    def _on_pointer(self, event: PointerEvent) -> None:
        if event.kind is PointerKind.RELEASE and self.path is not None:
            self.aspect = NEXT[self.aspect]
            self.draw()

    def _on_wheel(self, steps: int) -> None:
        """Away from the doctor is deeper, as the needle goes."""
        if self.path is None or self.path.depth_mm <= 0:
            return
        self.aspect = Aspect.DOWN
        self.share = min(1.0, max(0.0, self.share + steps * STEP_MM / self.path.depth_mm))
        self.draw()
