"""The axial picture of a site with its needle path, in grey, for the plan sheet."""

from collections.abc import Iterable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from painmap.domain.injection import CtPlace, PlannedSite
from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.visit import Visit
from painmap.imaging.reslice import Plane
from painmap.imaging.window import grey_levels
from painmap.ui.ct_captions import captions
from painmap.ui.ct_marks import Shown, target_marks
from painmap.ui.ct_needle_marks import hazard_marks, paths_on
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint import Scene, paint_scene
from painmap.ui.ct_pictures import qimage_of
from painmap.ui.ct_spine_marks import spine_marks
from painmap.ui.theme import CT

WIDE_PX, HIGH_PX = 520, 400
"""Few pixels, so that marks and letters are large on paper; some 200 to the inch."""
AROUND_MM = 45.0
"""So much is shown around target and entry at least."""


def site_picture(opened: Iterable[OpenCt], visit: Visit, site: PlannedSite) -> QImage | None:
    """Paint the slice of a target with its path; None when its CT is not among `opened`."""
    if not isinstance(site.place, CtPlace):
        return None
    for ct in opened:
        if ct.is_on(site.place.anchor):
            return _paint(ct, visit, site, site.place)
    return None


def _paint(ct: OpenCt, visit: Visit, site: PlannedSite, place: CtPlace) -> QImage | None:
    index = ct.index_of(ct.native, place.target)
    if index is None:
        return None
    plan = visit.path_of(site.id)
    prone = plan is not None and plan.position is ProcedurePosition.PRONE
    # as it lay while the path was planned, and as the doctor will stand
    turned = prone and ct.native is Plane.AXIAL and ct.stack.has_geometry
    shown = Shown.of(ct, ct.image(ct.native, index), turned=turned)
    to_device = _view_on(shown, visit, site, place)
    if to_device is None:
        return None
    canvas = QImage(WIDE_PX, HIGH_PX, QImage.Format.Format_RGB32)
    canvas.fill(QColor(CT.ground))
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    grey = grey_levels(shown.image.pixels, ct.window.width, ct.window.level)
    painter.setTransform(shown.placement.transform * to_device)
    painter.drawImage(0, 0, qimage_of(grey))
    painter.resetTransform()
    others = {each.id for each in visit.live_planned_sites if each.id != site.id}
    marks = (
        *spine_marks(shown, ct.spine(visit), chosen=None, small=True),
        *hazard_marks(shown, visit, chosen=None, labels=True),
        *paths_on(shown, visit, chosen=site.id, hidden=others, labels=True),
        *target_marks(shown, visit, chosen=None, hidden=others, labels=False),
    )
    day = visit.started.astimezone().date()
    scene = Scene(captions(ct, shown.image, day, small=True, turned=turned), marks, small=True)
    paint_scene(painter, QRectF(canvas.rect()), to_device, scene)
    painter.end()
    return canvas.convertToFormat(QImage.Format.Format_Grayscale8)


def _view_on(shown: Shown, visit: Visit, site: PlannedSite, place: CtPlace) -> QTransform | None:
    """From the view's millimetres to the picture, target and entry in its middle."""
    plan = visit.path_of(site.id)
    points = [place.target] if plan is None else [place.target, plan.entry]
    found = [shown.placement.view_of(point) for point in points]
    at = [each[0] for each in found if each is not None]
    if not at:
        return None
    xs, ys = [x for x, _ in at], [y for _, y in at]
    wide = max(xs) - min(xs) + 2 * AROUND_MM
    high = max(ys) - min(ys) + 2 * AROUND_MM
    scale = min(WIDE_PX / wide, HIGH_PX / high)
    x, y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return QTransform(scale, 0, 0, scale, WIDE_PX / 2 - x * scale, HIGH_PX / 2 - y * scale)
