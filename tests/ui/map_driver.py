"""The hand on the page Map: mouse, pen and keys, at places of the figure."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QPointingDeviceUniqueId, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit
from painmap.ui.map_page import MapPage

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
_SCREENS: list[QPointingDevice] = []
_DEVICES: dict[QPointingDevice.PointerType, QPointingDevice] = {}


def visit_of(page: MapPage) -> Visit:
    return page.desk.open_visit.visit


def pixel_of(page: MapPage, at: FigurePoint) -> QPoint:
    pixel = page.figure.camera.pixel(at)
    return QPoint(round(pixel.x), round(pixel.y))


def middle_of(page: MapPage, region: str) -> FigurePoint:
    return page.figure.figure.region(region).label_at


def tap(page: MapPage, region: str, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.mouseClick(page.figure, LEFT, modifier, pixel_of(page, middle_of(page, region)))


def stroke(
    page: MapPage, points: Iterable[FigurePoint], modifier: Qt.KeyboardModifier = PLAIN
) -> None:
    pixels = [pixel_of(page, point) for point in points]
    QTest.mousePress(page.figure, LEFT, modifier, pixels[0])
    for pixel in pixels[1:]:
        QTest.mouseMove(page.figure, pixel)
    QTest.mouseRelease(page.figure, LEFT, modifier, pixels[-1])


def key(page: MapPage, name: object, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.keyClick(page.figure, name, modifier)  # type: ignore[call-overload]  # Key or text


def finger() -> QPointingDevice:
    """The touch screen."""
    if not _SCREENS:
        _SCREENS.append(QTest.createTouchDevice())
    return _SCREENS[0]


def touch_widget(widget: QWidget, at: QPoint | None = None) -> None:
    """Tap a widget with a finger."""
    # through the window, as a screen does, which finds the widget under the finger
    screen = widget.window().windowHandle()
    place = widget.mapTo(widget.window(), at if at is not None else widget.rect().center())
    QTest.touchEvent(screen, finger()).press(0, place, screen).commit()
    QTest.touchEvent(screen, finger()).release(0, place, screen).commit()
    QApplication.processEvents()


def touch_region(page: MapPage, region: str) -> None:
    touch_widget(page.figure, pixel_of(page, middle_of(page, region)))


def touch_stroke(page: MapPage, points: Iterable[FigurePoint]) -> None:
    """Draw with one finger."""
    pixels = [pixel_of(page, point) for point in points]
    figure = page.figure
    QTest.touchEvent(figure, finger()).press(0, pixels[0], figure).commit()
    for pixel in pixels[1:]:
        QTest.touchEvent(figure, finger()).move(0, pixel, figure).commit()
    QTest.touchEvent(figure, finger()).release(0, pixels[-1], figure).commit()
    QApplication.processEvents()


def _device(end: QPointingDevice.PointerType) -> QPointingDevice:
    if end not in _DEVICES:
        _DEVICES[end] = QPointingDevice(
            f"stylus {end.name}",
            100 + len(_DEVICES),
            QInputDevice.DeviceType.Stylus,
            end,
            QInputDevice.Capability.Position
            | QInputDevice.Capability.Pressure
            | QInputDevice.Capability.XTilt
            | QInputDevice.Capability.YTilt,
            1,
            3,
            "",
            QPointingDeviceUniqueId(),
        )
    return _DEVICES[end]


def pen(
    page: MapPage,
    touches: Iterable[tuple[FigurePoint, float]],
    end: QPointingDevice.PointerType = QPointingDevice.PointerType.Pen,
    *,
    tilt: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Draw with a pen: places with the pressure at each."""
    path = list(touches)
    kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(path) - 1)]
    for kind, (at, pressure) in zip(kinds, path, strict=True):
        send_pen(page, kind, at, pressure, end, tilt=tilt)
    send_pen(page, QEvent.Type.TabletRelease, path[-1][0], 0.0, end, tilt=tilt)


def send_pen(
    page: MapPage,
    kind: QEvent.Type,
    at: FigurePoint,
    pressure: float,
    end: QPointingDevice.PointerType = QPointingDevice.PointerType.Pen,
    *,
    tilt: tuple[float, float] = (0.0, 0.0),
    buttons: Qt.MouseButton = LEFT,
) -> None:
    pixel = page.figure.camera.pixel(at)
    place = QPointF(pixel.x, pixel.y)
    down = kind is not QEvent.Type.TabletRelease
    event = QTabletEvent(
        kind,
        _device(end),
        place,
        page.figure.mapToGlobal(place),
        pressure,
        *tilt,
        0.0,
        0.0,
        0.0,
        PLAIN,
        Qt.MouseButton.NoButton if kind is QEvent.Type.TabletMove else LEFT,
        buttons if down else Qt.MouseButton.NoButton,
    )
    QApplication.sendEvent(page.figure, event)
