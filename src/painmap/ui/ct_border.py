"""Ways along borders of the slice that is shown, for the tool that draws them."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF

from painmap.imaging.livewire import Wire
from painmap.services.compartments import pixel_mm
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_stored import stored_pixel, view_of_stored
from painmap.ui.tools.slice_outcomes import XY


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    shown: Shown
    start: XY
    wire: Wire


class BorderWays:
    """Finds ways along borders; those from the last beginning are kept.

    Parameters
    ----------
    session : OpenCt
    """

    def __init__(self, session: OpenCt) -> None:
        self._session = session
        self._begun: _Begun | None = None

    def between(self, shown: Shown, start: XY, end: XY) -> tuple[XY, ...]:
        """The way along a border from `start` to `end`, both with it.

        It is found in the slice as it was acquired, whatever slab is on screen.
        """
        begun = self._begun
        if begun is None or begun.start != start or begun.shown is not shown:
            begun = self._begin(shown, start)
            self._begun = begun
        if begun is None:
            return (start, end)
        way = begun.wire.way_to(stored_pixel(shown.image, shown.placement.pixel_of_view(end)))
        to_view = view_of_stored(shown.image, shown.placement.transform)
        # painted pixels have their edges at whole numbers
        drawn = [to_view.map(QPointF(column + 0.5, row + 0.5)) for row, column in way]
        return (start, *((each.x(), each.y()) for each in drawn[1:-1]), end)

    def _begin(self, shown: Shown, start: XY) -> _Begun | None:
        volume = self._session.volume
        if volume is None or not shown.placement.contains(start):
            return None
        hu = volume.hu[shown.image.index]
        pixel = stored_pixel(shown.image, shown.placement.pixel_of_view(start))
        return _Begun(shown, start, Wire.begin(hu, pixel_mm(self._session.stack), pixel))
