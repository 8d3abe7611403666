"""Another study or series beside the open CT: before and after, one picture each.

Both follow each other only where both say that they lie in one frame of reference (PS3.3
C.7.4.1.1.1); otherwise each is leafed through by itself, and the picture says so.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from painmap.domain.anatomy import Muscle
from painmap.domain.places import PatientPoint
from painmap.domain.study import AttachedStudy
from painmap.imaging.geometry import Floats
from painmap.imaging.reslice import Plane
from painmap.imaging.volume import Volume
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_open import HuRange, OpenCt
from painmap.ui.ct_paint import DrawnMark
from painmap.ui.ct_pane import Overlay, Pane
from painmap.ui.tools.gesture import Button, PointerEvent, PointerKind

BESIDE = "beside"
"""Name of the pane."""

LINKED = "linked: same frame of reference"
NOT_LINKED = "not linked: another frame of reference"


class BesidePane(QObject):
    """Shows the slices of another stack as acquired; takes no marks, measures nothing.

    Parameters
    ----------
    parent : QWidget
        Holds its view.
    main : OpenCt
        The CT that it stands beside.
    """

    changed = Signal()
    """Another stack is shown, or none."""
    wanted = Signal(object)
    """PatientPoint where the crosshair is wanted."""

    def __init__(self, muscles: Mapping[str, Muscle], main: OpenCt, parent: QWidget) -> None:
        super().__init__(parent)
        self._main = main
        self.session = OpenCt(muscles)
        self._pane = Pane(Plane.AXIAL, self.session, parent)
        self.view = self._pane.view
        self.view.name = BESIDE
        self.view.setAccessibleName("View of the study beside")
        self.view.pointer.connect(self._on_pointer)
        self.view.scrolled.connect(self.leaf)
        self.view.hide()
        self.marks: Callable[[Shown], Sequence[DrawnMark]] = lambda _: ()
        """What of the visit lies on a picture of it."""

    @property
    def is_open(self) -> bool:
        return self.session.is_open

    @property
    def is_linked(self) -> bool:
        """Whether both lie in one frame of reference, as their headers say."""
        if not self.is_open or not self._main.is_open:
            return False
        ours, theirs = self.session.stack, self._main.stack
        frame = ours.frame_of_reference_uid
        same = frame is not None and frame == theirs.frame_of_reference_uid
        return same and ours.has_geometry and theirs.has_geometry

    # --- what is shown

    def open(
        self,
        volume: Volume,
        disk: StudyOnDisk,
        study: AttachedStudy | None,
        cross: PatientPoint | None,
    ) -> None:
        """Show a stack from its middle, or from where the crosshair is."""
        self.session.open(volume, disk, study)
        self._pane.begin()
        self._pane.plane = self.session.native
        self._pane.index = self.session.views[self.session.native].count // 2
        self.relink()
        if cross is not None:
            self.follow(cross)
        self.view.fit()
        self.changed.emit()

    def close_pictures(self) -> None:
        """Show the open CT alone again."""
        if self.is_open:
            self._pane.close()
            self.session.close()
            self.changed.emit()

    def relink(self) -> None:
        """Say whether it follows the CT that is open now."""
        if self.is_open:
            self.session.remark = LINKED if self.is_linked else NOT_LINKED
            self.session.remark_warns = not self.is_linked

    def use_window(self, window: HuRange) -> None:
        """Both pictures are as grey as each other."""
        if self.session.window != window:
            self.session.window = window
            self._pane.drop_picture()

    @property
    def shown(self) -> Shown | None:
        return self._pane.shown

    @property
    def index(self) -> int:
        return self._pane.index

    # --- where

    def follow(self, cross: PatientPoint) -> None:
        """Show the slice through the crosshair, where both lie in one frame."""
        if self.is_linked:
            index = self.session.index_of(self.session.native, cross)
            self._pane.index = self._pane.index if index is None else index

    def leaf(self, steps: int) -> None:
        """Leaf through it; the open CT comes along where both lie in one frame."""
        if not self.is_open:
            return
        native = self.session.native
        last = self.session.views[native].count - 1
        index = min(last, max(0, self._pane.index + steps))
        if index == self._pane.index:
            return
        shown, self._pane.index = self._pane.shown, index
        geometry = self.session.image(native, index).geometry
        if self.is_linked and shown is not None and geometry is not None:
            at = self.view.scene_shown.cross or self.view.centre
            self.wanted.emit(geometry.patient_point(*shown.placement.pixel_of_view(at)))
        else:
            self.changed.emit()

    def _on_pointer(self, event: PointerEvent) -> None:
        if event.kind is PointerKind.DOUBLE_CLICK:
            self.close_pictures()
        elif event.kind is PointerKind.PRESS and event.button is Button.LEFT and self.is_linked:
            point = self._pane.patient((event.x, event.y))
            if point is not None:
                self.wanted.emit(point)

    # --- drawing

    def draw(self, visit_day: date, cross: PatientPoint | None, body: Floats | None) -> None:
        """Draw what is not up to date."""
        if self.is_open:
            self._pane.drop_marks()
            overlay = Overlay(
                visit_day,
                cross if self.is_linked else None,
                lambda shown, _: self.marks(shown),
                lambda _shown, _small: (),
                lambda _: (),
            )
            self._pane.draw(overlay, body if self.is_linked else None, small=False)
