"""Pen and fingers on the figure: pressure, tilt, the other end, the palm, two fingers."""

import pytest
import shapely
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from painmap.bodymap.marks import area_of, strength_bands
from painmap.documents.codec import item_of, item_text
from painmap.domain.pain import AreaShape, Mark, Pressing, RegionShape, StrokeShape
from painmap.domain.places import FigurePoint
from painmap.services.settings import Settings
from painmap.ui import body_pen
from painmap.ui.map_page import MapPage
from painmap.ui.map_pen import HAND_WORDS, PRESSING_WORDS
from painmap.ui.tools.mark_pain import MarkTool
from tests.ui.map_driver import (
    finger,
    key,
    pen,
    pixel_of,
    send_pen,
    touch_region,
    touch_stroke,
    visit_of,
)

LEFT_LOW = "lumb_lo_para.left"
ERASER_END = QPointingDevice.PointerType.Eraser
SWELLING = [(FigurePoint(-60, 560 + 10 * i), 0.1 + 0.1 * i) for i in range(9)]


@pytest.fixture
def page(map_page: MapPage) -> MapPage:
    return map_page


def _stroke(page: MapPage) -> StrokeShape:
    shape = visit_of(page).marks[-1].shape
    assert isinstance(shape, StrokeShape)
    return shape


def _choose(page: MapPage, words: str) -> None:
    """Click an entry of the menu of the pen."""
    (action,) = [each for each in page.tools.pen.menu().actions() if each.text() == words]
    action.trigger()


# --- tilt


def test_the_tilt_of_the_pen_is_stored_with_the_stroke(page: MapPage) -> None:
    key(page, "B")
    pen(page, SWELLING, tilt=(30, -12))

    stroke = _stroke(page)
    assert stroke.tilts == ((30, -12),) * len(stroke.points)
    assert len(stroke.pressures) == len(stroke.points)


def test_the_tilt_is_there_after_reopening(page: MapPage) -> None:
    key(page, "B")
    pen(page, SWELLING, tilt=(30, -12))
    before = _stroke(page)
    page.desk.open_visit.retry()
    page.desk.show_visit(page.desk.clinic.open_visit(visit_of(page).id))
    assert _stroke(page) == before


def test_a_mouse_has_neither_tilt_nor_pressure(page: MapPage) -> None:
    key(page, "B")
    touch_stroke(page, [at for at, _ in SWELLING])
    assert (_stroke(page).tilts, _stroke(page).pressures) == ((), ())


def test_a_stroke_from_before_tilt_was_stored_is_read() -> None:
    old = (
        '{"id":"01890a5d-ac96-774b-bcce-b302099a8057","site_id":"01890a5d-ac96-774b-bcce-'
        'b302099a8058","layer":"patient","template":{"id":"adult","version":1,"sha256":"'
        + "0"
        * 64
        + '"},"view":"back","shape":{"points":[[1.0,2.0]],"width":18.0,"kind":"stroke",'
        '"pressures":[0.5]},"regions":[],"stamp":{"revision":1,"author":"a",'
        '"at":"2026-01-01T10:00:00Z"}}'
    )

    mark = item_of("marks", old, version=2)

    assert isinstance(mark, Mark)
    assert mark.shape == StrokeShape((FigurePoint(1, 2),), 18.0, pressures=(0.5,))
    assert item_of("marks", item_text(mark)) == mark


# --- pressure, adjustable


def _press_stronger(page: MapPage) -> None:
    """Draw a stroke that swells, with a pen whose pressure makes it stronger."""
    _choose(page, PRESSING_WORDS[Pressing.STRENGTH])
    key(page, "B")
    pen(page, SWELLING)


def test_pressure_can_make_a_stroke_stronger_instead_of_wider(page: MapPage) -> None:
    _press_stronger(page)

    stroke = _stroke(page)
    assert stroke.pressing is Pressing.STRENGTH
    bands = strength_bands(stroke)
    assert len(bands) > 2
    assert [share for share, _ in bands] == sorted(share for share, _ in bands)
    whole = area_of(page.figure.figure, stroke)
    assert sum(area.area for _, area in bands) == pytest.approx(whole.area, rel=1e-3)
    thin, wide = (
        whole.intersection(shapely.LineString([(-200, y), (200, y)])).length for y in (565, 635)
    )
    assert thin == pytest.approx(wide, rel=0.05)


def test_a_stronger_piece_of_a_stroke_is_painted_darker(page: MapPage) -> None:
    _press_stronger(page)
    key(page, "8")
    page.desk.select(None)
    image = page.figure.grab().toImage()

    light, firm = (
        image.pixelColor(pixel_of(page, FigurePoint(-66, y))).lightness() for y in (566, 634)
    )
    assert firm < light - 15


def test_pressure_can_be_left_unused(page: MapPage) -> None:
    _choose(page, PRESSING_WORDS[Pressing.OFF])
    key(page, "B")
    pen(page, SWELLING)

    stroke = _stroke(page)
    assert stroke.pressing is Pressing.OFF
    area = area_of(page.figure.figure, stroke)
    assert area.bounds[2] - area.bounds[0] == pytest.approx(stroke.width, rel=0.02)


def test_a_light_hand_draws_wider_with_the_same_pressure(page: MapPage) -> None:
    widths = {}
    for value, words in HAND_WORDS.items():
        _choose(page, words)
        key(page, "B")
        pen(page, [(FigurePoint(-60, y), 0.4) for y in (560, 600, 640)])
        assert _stroke(page).gamma == float(value)
        widths[float(value)] = area_of(page.figure.figure, _stroke(page)).area
        page.desk.undo()

    assert [widths[gamma] for gamma in sorted(widths)] == sorted(widths.values(), reverse=True)


def test_a_stroke_looks_as_it_was_drawn_after_the_hand_is_changed(page: MapPage) -> None:
    key(page, "B")
    pen(page, SWELLING)
    before = area_of(page.figure.figure, _stroke(page))
    _choose(page, HAND_WORDS["1.5"])
    assert area_of(page.figure.figure, _stroke(page)).equals(before)


def test_the_choice_of_the_pen_is_kept_for_the_next_start(
    page: MapPage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    first = MapPage(page.desk, page.icons, page.colours, Settings(folder))
    _choose(first, PRESSING_WORDS[Pressing.STRENGTH])
    _choose(first, HAND_WORDS["0.4"])
    again = MapPage(page.desk, page.icons, page.colours, Settings(folder))

    assert again.figure.pen_hand.pressing is Pressing.STRENGTH
    assert again.figure.pen_hand.gamma == 0.4
    for each in (first, again):
        each.deleteLater()


# --- the palm


def test_a_finger_beside_the_pen_draws_nothing_for_half_a_second(
    page: MapPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    page.figure.pen = body_pen.PenWatch(lambda: clock[0])
    key(page, "B")
    pen(page, SWELLING)
    assert len(visit_of(page).marks) == 1

    clock[0] += 0.49
    touch_stroke(page, [FigurePoint(60, 560), FigurePoint(60, 640)])
    assert len(visit_of(page).marks) == 1
    clock[0] += 0.02
    touch_stroke(page, [FigurePoint(60, 560), FigurePoint(60, 640)])
    assert len(visit_of(page).marks) == 2


def test_a_palm_that_lay_there_first_draws_nothing_when_the_pen_comes(page: MapPage) -> None:
    key(page, "B")
    figure, palm = page.figure, pixel_of(page, FigurePoint(60, 600))
    QTest.touchEvent(figure, finger()).press(0, palm, figure).commit()
    pen(page, SWELLING)
    QTest.touchEvent(figure, finger()).move(0, palm + QPoint(9, 0), figure).commit()
    QTest.touchEvent(figure, finger()).release(0, palm + QPoint(9, 0), figure).commit()
    assert len(visit_of(page).marks) == 1
    assert _stroke(page).pressures


def test_the_pen_turned_round_erases_and_gives_the_tool_back(page: MapPage) -> None:
    touch_region(page, LEFT_LOW)
    key(page, "P")
    send_pen(page, QEvent.Type.TabletPress, FigurePoint(-20, 385), 1.0, ERASER_END)
    assert page.figure.tool is MarkTool.ERASER
    send_pen(page, QEvent.Type.TabletRelease, FigurePoint(-20, 385), 0.0, ERASER_END)
    assert page.figure.tool is MarkTool.POINT
    assert visit_of(page).marks[0].shape != RegionShape(LEFT_LOW)


def test_the_button_of_the_pen_erases_while_it_is_held(page: MapPage) -> None:
    touch_region(page, LEFT_LOW)
    key(page, "B")
    at = FigurePoint(-20, 385)
    held = Qt.MouseButton.RightButton
    send_pen(page, QEvent.Type.TabletPress, at, 0.0, buttons=held)
    assert page.figure.tool is MarkTool.BRUSH  # in the air it does nothing
    send_pen(page, QEvent.Type.TabletPress, at, 0.6, buttons=held)
    assert page.figure.tool is MarkTool.ERASER
    send_pen(page, QEvent.Type.TabletRelease, at, 0.0)
    assert page.figure.tool is MarkTool.BRUSH
    assert visit_of(page).marks[0].shape != RegionShape(LEFT_LOW)


# --- fingers


def test_a_finger_taps_and_draws(page: MapPage) -> None:
    touch_region(page, LEFT_LOW)
    assert [mark.shape for mark in visit_of(page).marks] == [RegionShape(LEFT_LOW)]
    key(page, "B")
    touch_stroke(page, [FigurePoint(60, y) for y in (560, 600, 640)])
    assert isinstance(visit_of(page).marks[-1].shape, StrokeShape)


def test_two_fingers_zoom_and_move_and_draw_nothing(page: MapPage) -> None:
    figure = page.figure
    key(page, "B")
    middle = figure.rect().center()
    before = figure.camera
    QTest.touchEvent(figure, finger()).press(0, middle - QPoint(40, 0), figure).commit()
    for apart in (40, 60, 80):
        event = QTest.touchEvent(figure, finger())
        event.move(0, middle - QPoint(apart, 0), figure)
        if apart == 40:
            event.press(1, middle + QPoint(apart, 0), figure)
        else:
            event.move(1, middle + QPoint(apart, 0), figure)
        event.commit()
    event = QTest.touchEvent(figure, finger())
    event.release(0, middle - QPoint(80, 0), figure).release(1, middle + QPoint(80, 0), figure)
    event.commit()
    QApplication.processEvents()

    assert figure.camera.zoom == pytest.approx(2 * before.zoom, rel=0.02)
    assert visit_of(page).marks == ()


def test_what_an_eraser_leaves_of_a_stroke_is_as_strong_as_it_was(page: MapPage) -> None:
    _press_stronger(page)
    key(page, "8")
    page.desk.select(None)
    page.figure.set_tool(MarkTool.POINT)  # a brush shows its nib
    places = [pixel_of(page, FigurePoint(-66, y)) for y in (566, 634)]
    before = [page.figure.grab().toImage().pixelColor(place) for place in places]

    key(page, "E")
    pen(page, [(FigurePoint(x, 600), 1.0) for x in (-120, -60, -20)])

    (mark,) = visit_of(page).marks
    assert isinstance(mark.shape, AreaShape)
    assert len(mark.shape.strengths) > 2
    page.desk.select(None)
    page.figure.set_tool(MarkTool.POINT)
    image = page.figure.grab().toImage()
    for place, was in zip(places, before, strict=True):
        assert abs(image.pixelColor(place).lightness() - was.lightness()) <= 2
    page.desk.undo()
    assert isinstance(_stroke(page), StrokeShape)
