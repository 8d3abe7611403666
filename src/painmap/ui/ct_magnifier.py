"""A lens under the pointer: the picture and its marks, larger, where the hand is."""

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from painmap.ui.ct_paint import Scene, paint_scene
from painmap.ui.theme import CT

FACTOR = 2.5
RADIUS_PX = 90.0


def magnified(to_device: QTransform, at: QPointF) -> QTransform:
    """From the view's units to the screen, larger around `at`, which stays where it is."""
    larger = QTransform(FACTOR, 0, 0, FACTOR, at.x() * (1 - FACTOR), at.y() * (1 - FACTOR))
    return to_device * larger


def paint_lens(
    painter: QPainter,
    at: QPointF,
    to_device: QTransform,
    picture: tuple[QImage, QTransform],
    scene: Scene,
) -> None:
    """Paint a lens with its middle at `at`.

    Parameters
    ----------
    to_device : QTransform
        From the view's units to device pixels.
    picture : (QImage, QTransform)
        The picture, and where its pixels lie in the view.
    scene : Scene
        Its marks are painted without their names.
    """
    frame = QRectF(at.x() - RADIUS_PX, at.y() - RADIUS_PX, 2 * RADIUS_PX, 2 * RADIUS_PX)
    rim = QPainterPath()
    rim.addEllipse(frame)
    larger = magnified(to_device, at)
    image, to_view = picture
    painter.save()
    painter.setClipPath(rim)
    painter.fillRect(frame, QColor(CT.ground))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(to_view * larger)
    painter.drawImage(QPointF(0, 0), image)
    painter.resetTransform()
    marks = tuple(replace(mark, label="") for mark in scene.marks)
    areas = tuple(replace(area, label="") for area in scene.areas)
    bare = replace(scene, marks=marks, areas=areas, cross=None, bare=True)
    paint_scene(painter, frame, larger, bare)
    painter.restore()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((CT.halo, 4.0), (CT.text, 1.4)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawPath(rim)
    painter.restore()
