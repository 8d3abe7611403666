"""What a screen reader finds on the figure: every region as an item with side and value."""

from typing import cast
from weakref import ref

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import isValid

from painmap.bodymap.template import Region
from painmap.domain.places import TemplateRef
from painmap.ui.body_canvas import BodyCanvas
from painmap.ui.body_focus import region_name, state_words
from painmap.ui.body_shapes import transform_of

Role, Text, Event = QAccessible.Role, QAccessible.Text, QAccessible.Event

_figures: list["FigureAccess"] = []
_items: list["RegionItem"] = []
"""Qt takes over what it is given without counting Python's references. Both lists keep them:
figures until Qt has let go of them, items, which are small, to the end of the program.

Where Qt gives null there is nothing; its Python types do not say so ("null" below)."""


class RegionItem(QAccessibleInterface):
    """One region of the view that a figure shows, by its place in the reading order."""

    def __init__(self, figure: BodyCanvas, index: int) -> None:
        super().__init__()
        self._figure = ref(figure)
        self.index = index

    @property
    def figure(self) -> BodyCanvas | None:
        """The figure, as long as there is one."""
        figure = self._figure()
        return figure if figure is not None and isValid(figure) else None

    @property
    def region(self) -> Region | None:
        """None once the figure is gone, or shows a view with fewer regions."""
        figure = self.figure
        regions = reading_order(figure) if figure is not None else ()
        return regions[self.index] if self.index < len(regions) else None

    def isValid(self) -> bool:
        return self.region is not None

    def object(self) -> QObject | None:  # type: ignore[override]  # null
        return None  # an item has none of its own: only the figure is a widget

    def window(self) -> QWindow | None:  # type: ignore[override]  # null
        figure = self.figure
        return figure.window().windowHandle() if figure is not None else None

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]  # null
        figure = self.figure
        return QAccessible.queryAccessibleInterface(figure) if figure is not None else None

    def child(self, _index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # null
        return None

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # null
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return Role.ListItem

    def setText(self, _text: QAccessible.Text, _words: str) -> None:
        pass  # what a region is called is not up to a screen reader

    def text(self, text: QAccessible.Text) -> str:
        figure, region = self.figure, self.region
        if figure is None or region is None:
            return ""
        value = state_words(region.id, figure.scene)
        if text is Text.Name:
            return f"{region_name(region)}, {value}"
        if text is Text.Value:
            return value
        return f"patient's {region.words}, {region.group}" if text is Text.Description else ""

    def rect(self) -> QRect:
        figure, region = self.figure, self.region
        if figure is None or region is None:
            return QRect()
        box = transform_of(figure.camera).map(figure.ink.regions[region.id]).boundingRect()
        inside = box.toAlignedRect().intersected(figure.rect())
        return QRect(figure.mapToGlobal(inside.topLeft()), inside.size())

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        figure, region = self.figure, self.region
        if figure is None or region is None:
            state.invalid = True
            return state
        marks = [m for m in figure.scene.marks if any(r.id == region.id for r in m.regions)]
        state.focusable = state.selectable = True
        state.focused = figure.hasFocus() and figure.focus.region == region.id
        state.selected = any(mark.site_id == figure.scene.selected for mark in marks)
        state.offscreen = self.rect().isEmpty()
        return state


class FigureAccess(QAccessibleWidget):
    """The figure as a list of its regions, before the buttons that lie on it."""

    def __init__(self, figure: BodyCanvas) -> None:
        super().__init__(figure, Role.List, figure.accessibleName())
        self._canvas = ref(figure)
        self._regions: list[RegionItem] = []

    def _count(self) -> int:
        figure = self._canvas()
        return len(reading_order(figure)) if figure is not None and isValid(figure) else 0

    def item(self, index: int) -> RegionItem:
        """The item of a region, made when it is asked for first."""
        figure = self._canvas()
        while figure is not None and len(self._regions) <= index:
            made = RegionItem(figure, len(self._regions))
            self._regions.append(made)
            _items.append(made)
        return self._regions[index]

    def childCount(self) -> int:
        return self._count() + super().childCount()

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # null
        count = self._count()
        return self.item(index) if 0 <= index < count else super().child(index - count)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, RegionItem):
            return child.index
        place = super().indexOfChild(child)
        return place + self._count() if place >= 0 else place

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # null
        figure = self._canvas()
        if figure is None:
            return None
        at = figure.mapFromGlobal(QPoint(x, y))
        lying: QWidget | None = figure.childAt(at)
        if lying is not None:
            return QAccessible.queryAccessibleInterface(lying)
        region = figure.region_at(figure.camera.figure(at.x(), at.y()))
        return self.item(place_of(figure, region.id)) if region is not None else None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # null
        figure = self._canvas()
        if figure is None or not figure.hasFocus() or figure.focus.region is None:
            return super().focusChild()
        return self.item(place_of(figure, figure.focus.region))


_orders: dict[tuple[TemplateRef, str], tuple[Region, ...]] = {}


def reading_order(figure: BodyCanvas) -> tuple[Region, ...]:
    """The regions of the view that is shown, from the head down, then from the viewer's left."""
    key = (figure.template.ref, figure.view)
    if key not in _orders:
        regions = figure.figure.regions
        _orders[key] = tuple(sorted(regions, key=lambda each: (each.label_at.y, each.label_at.x)))
    return _orders[key]


def place_of(figure: BodyCanvas, region_id: str) -> int:
    """Where a region stands in the reading order."""
    return next(i for i, each in enumerate(reading_order(figure)) if each.id == region_id)


def _interface(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, BodyCanvas):
        return None  # Qt knows the others
    _figures[:] = [each for each in _figures if isValid(each)]
    made = FigureAccess(thing)
    _figures.append(made)
    return made


def enable() -> None:
    """Let screen readers see the regions of figures; once is enough."""
    if not _installed:
        QAccessible.installFactory(_interface)
        _installed.append(True)


_installed: list[bool] = []


def tell_focus(figure: BodyCanvas, region_id: str) -> None:
    """Let a screen reader go to a region, and read it."""
    _tell(figure, region_id, Event.Focus)


def tell_change(figure: BodyCanvas, region_id: str) -> None:
    """Let a screen reader know that a region is called otherwise now."""
    _tell(figure, region_id, Event.NameChanged)


def _tell(figure: BodyCanvas, region_id: str, what: QAccessible.Event) -> None:
    if QAccessible.isActive():  # else nobody listens, and nothing need be made
        event = QAccessibleEvent(cast(QObject, figure), what)
        event.setChild(place_of(figure, region_id))
        QAccessible.updateAccessibility(event)
