"""A muscle on one slice as it is drawn over a picture: on screen and in exports alike."""

from PySide6.QtGui import QPainterPath

from painmap.domain.compartment import AreaOrigin, Compartment, CompartmentStatus, SliceArea
from painmap.ui.ct_area_paint import DrawnArea
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_stored import view_of_stored


def drawn_area(
    shown: Shown,
    compartment: Compartment,
    area: SliceArea,
    path: QPainterPath,
    *,
    chosen: bool = False,
    label: str = "",
) -> DrawnArea:
    """What of a picture belongs to a muscle.

    Parameters
    ----------
    path : QPainterPath
        The rim of its mask, in painted pixels as stored (`ct_area_paint.path_of`).
    """
    # dashed is what nobody drew, until the doctor stands behind it
    accepted = compartment.status is CompartmentStatus.ACCEPTED
    made = area.origin in (AreaOrigin.FILLED, AreaOrigin.PROPOSED)
    return DrawnArea(
        name=f"{compartment.id} {area.mask}",
        colour=compartment.colour,
        opacity=compartment.opacity,
        filled=made and not accepted,
        chosen=chosen,
        label=label,
        path=path,
        to_view=view_of_stored(shown.image, shown.placement.transform),
    )
