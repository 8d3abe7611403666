"""What stands beside the three planes of a CT: the needle's, one at any angle, another study."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import Floats
from painmap.ui.ct_beside_pane import BESIDE, BesidePane
from painmap.ui.ct_layouts import Layout
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_needle_pane import NEEDLE, NO_NEEDLE, NeedlePane
from painmap.ui.ct_oblique import OBLIQUE, ObliquePane
from painmap.ui.ct_open import OpenCt
from painmap.ui.slice_view import SliceView
from painmap.ui.tools.gesture import PointerEvent
from painmap.ui.tools.slice_outcomes import XY


class Companions(QObject):
    """The panes beside the planes, and which of them is shown.

    Parameters
    ----------
    parent : QWidget
        Holds their views.
    """

    def __init__(self, session: OpenCt, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.needle = NeedlePane(session, parent)
        self.oblique = ObliquePane(session, parent)
        self.beside = BesidePane(session.muscles, session, parent)
        self.shows_handles = True
        """Whether the tool that is active takes hold of planes by the crosshair's handles."""

    def drag_windows(self, drag: Callable[[float, float], object]) -> None:
        """Have the right button change the window on each of them."""
        for view in self.views:
            view.window_dragged.connect(drag)

    @property
    def widgets(self) -> dict[str, QWidget]:
        """All of them by name."""
        return {
            **self.needle.widgets,
            OBLIQUE: self.oblique.view,
            BESIDE: self.beside.view,
        }

    @property
    def views(self) -> tuple[SliceView, ...]:
        """Their views, shown or not."""
        return self.needle.view, self.oblique.view, self.beside.view

    @property
    def shown_views(self) -> list[SliceView]:
        """Those of them that show a picture."""
        return [view for view in self.views if not view.isHidden() and view.placement is not None]

    @property
    def fourth(self) -> str:
        """The pane beside the three planes: the plane at an angle, else the needle's; or none."""
        if self.oblique.frame is not None:
            return OBLIQUE
        return NEEDLE if self.needle.path is not None else ""

    @property
    def instead(self) -> str:
        """What stands in the last place of a grid while there is no fourth."""
        return NO_NEEDLE if self._session.stack.is_ct else ""

    def is_arranged(self, layout: Layout | None) -> bool:
        """Whether a layout shows what is to be shown of them."""
        if layout is None:
            return False
        beside = (BESIDE in layout) is self.beside.is_open
        oblique = (OBLIQUE in layout) is (self.oblique.frame is not None)
        return beside and (oblique or self.beside.is_open)

    # --- planes through the crosshair

    def handles(self, shown: Shown) -> tuple[XY, ...]:
        """Directions from the crosshair in which a plane can be taken hold of."""
        if not self.shows_handles or self.beside.is_open:
            return ()
        return self.oblique.handles(shown)

    def is_on_handle(self, shown: Shown, cross: PatientPoint, event: PointerEvent) -> bool:
        """Whether a handle lies under the pointer."""
        return bool(self.handles(shown)) and self.oblique.handle_at(shown, cross, event)

    # --- as the planes go

    def begin(self) -> None:
        """Another CT is open."""
        self.oblique.close_plane()
        self.beside.relink()

    def close(self) -> None:
        """No CT is open."""
        self.needle.show_path(None)
        self.oblique.close_plane()
        self.beside.close_pictures()

    def follow(self, cross: PatientPoint) -> None:
        """Go where the crosshair is."""
        self.oblique.follow(cross)
        self.beside.follow(cross)

    def drop_pictures(self) -> None:
        """The window has changed."""
        self.needle.draw()
        self.oblique.drop_picture()

    def draw(self, visit_day: date, cross: PatientPoint | None, body: Floats | None) -> None:
        """Draw what is not up to date."""
        self.oblique.draw()
        self.beside.use_window(self._session.window)
        self.beside.draw(visit_day, cross, body)
