"""A view of the figure with its marks as a picture of its own, for export and print.

Everything that is needed to read it is burnt in: the view, the patient's R and L on both
flanks, the numbers, and what the colours and lines mean.
"""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from painmap.bodymap.overlays import Overlay
from painmap.bodymap.template import BodyTemplate
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit
from painmap.services.catalogue import overlay_facts
from painmap.ui.body_camera import ROOM, Camera, Frame, frame_of
from painmap.ui.body_figures import WHOLE_VIEWS, figure_with
from painmap.ui.body_ink import ViewInk, ink_of
from painmap.ui.body_marks import Scene, paint_marks, scene_of
from painmap.ui.body_overlays import paint_overlays
from painmap.ui.body_paint import paint_body
from painmap.ui.body_picture_page import page_of, paint_page, paint_sides
from painmap.ui.body_shapes import label_point, mark_path
from painmap.ui.theme import LIGHT, Palette

PICTURE_SIZE = QSize(900, 1500)
PAGE_HEIGHT = 900.0
"""Every picture is laid out as if it were so many pixels high, then drawn as large as wanted."""
DOTS_PER_METRE = 7874
"""200 dots per inch."""
NO_OVERLAYS: frozenset[Overlay] = frozenset()
NUMBER_ROOM_PX = (44.0, 9.0)
"""So far from its place, across and down, a mark's number and letters reach; a point's stand
beside it."""


def body_pictures(
    visit: Visit, template: BodyTemplate, overlays: frozenset[Overlay] = NO_OVERLAYS
) -> Mapping[str, QImage]:
    """Every view of the whole figure, and zooms with marks, by file name; the front first.

    Marks of another figure that this program has are shown on that one, in files of its name.
    """
    marked = {mark.view for mark in visit.marks if mark.template == template.ref}
    views = [view for view in template.views if view in WHOLE_VIEWS or view in marked]
    found = {
        f"body-{view}.png": picture(visit, template, view, PICTURE_SIZE, overlays=overlays)
        for view in views
    }
    for ref in dict.fromkeys(mark.template for mark in visit.marks):
        other = figure_with(ref) if ref != template.ref else None
        for view in {mark.view: None for mark in visit.marks if mark.template == ref}:
            if other is not None:
                older = ref.id == template.ref.id
                named = f"{ref.id}-version-{ref.version}" if older else ref.id
                found[f"body-{named}-{view}.png"] = picture(
                    visit, other, view, PICTURE_SIZE, overlays=overlays
                )
    return found


def picture(
    visit: Visit,
    template: BodyTemplate,
    view: str,
    size: QSize,
    palette: Palette = LIGHT,
    *,
    overlays: frozenset[Overlay] = NO_OVERLAYS,
) -> QImage:
    """Paint one view on white: the figure in a room of its own, between title and legend.

    Every mark of the view is on it, also one that was drawn beside the figure or beyond a zoom.

    Parameters
    ----------
    visit : Visit
    template : BodyTemplate
        Marks of another figure are counted in the legend, not drawn.
    view : str
        "front", "back", or a zoom.
    size : QSize
        Pixels.
    palette : Palette
        The light one is meant; white stays white in any.
    overlays : frozenset of Overlay
        What is laid over, under the marks; the legend says so.
    """
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDotsPerMeterX(DOTS_PER_METRE)
    image.setDotsPerMeterY(DOTS_PER_METRE)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    factor = size.height() / PAGE_HEIGHT
    painter.scale(factor, factor)
    said = overlay_facts().said(overlays)
    page = page_of(size.width() / factor, PAGE_HEIGHT, visit, said)
    shown = template.views[view]
    ink, scene = ink_of(template, view), scene_of(visit, template.ref, view)
    camera = showing_all(page.camera, frame_of(shown), scene, ink)
    painter.save()
    painter.setClipRect(page.figure)  # what is magnified goes on beyond
    painter.translate(page.figure.topLeft())
    paint_body(painter, ink, camera, palette)
    paint_overlays(painter, template, shown, camera, palette, overlays)
    paint_marks(painter, scene, ink, camera, palette)
    painter.restore()
    paint_page(painter, page, visit, template, shown, said, palette)
    paint_sides(painter, page, shown, camera, palette)
    painter.end()
    return image


def showing_all(camera: Camera, frame: Frame, scene: Scene, ink: ViewInk) -> Camera:
    """Look at a frame, or so much wider that every mark of the scene is in the picture."""
    seen = camera.framed(frame)
    if not scene.marks:
        return seen
    taken = QRectF()
    for mark in scene.marks:
        across, down = (room / seen.scale for room in NUMBER_ROOM_PX)
        x, y = label_point(mark, ink)
        number = QRectF(x - across, y - down, 2 * across, 2 * down)
        taken = taken.united(mark_path(mark, ink).boundingRect()).united(number)
    first, last = (
        FigurePoint(*taken.topLeft().toTuple()),
        FigurePoint(*taken.bottomRight().toTuple()),
    )
    if seen.shows(first) and seen.shows(last):
        return seen
    wider = Frame(
        min(frame.left, first.x),
        min(frame.top, first.y),
        max(frame.right, last.x),
        max(frame.bottom, last.y),
    )
    return replace(camera.framed(wider), zoom=1 - ROOM)
