"""Every tool of the page Map, by mouse, by pen and by keys, checked in the visit."""

import pytest
import shapely
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest

from painmap.bodymap.marks import area_of
from painmap.domain.anatomy import Side
from painmap.domain.pain import (
    AreaShape,
    ArrowShape,
    AuthorLayer,
    Mark,
    PointShape,
    RegionShape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint
from painmap.domain.sentences import pain_sentence
from painmap.ui import body_pen
from painmap.ui.map_page import MapPage
from painmap.ui.tools.mark_pain import BRUSH_WIDTHS, MarkTool
from painmap.ui.tools.pen_path import kept_indices
from tests.ui.map_driver import (
    LEFT,
    PLAIN,
    SHIFT,
    key,
    middle_of,
    pen,
    pixel_of,
    send_pen,
    stroke,
    tap,
    visit_of,
)

LEFT_LOW = "lumb_lo_para.left"
THIGH = "thigh_post.left"
ERASER_END = QPointingDevice.PointerType.Eraser
RING = [(-70, 560), (-40, 560), (-40, 620), (-70, 620), (-70, 565)]


@pytest.fixture
def page(map_page: MapPage) -> MapPage:
    return map_page


def _area(page: MapPage, mark: Mark) -> shapely.geometry.base.BaseGeometry:
    return area_of(page.figure.figure, mark.shape)


def _only_mark(page: MapPage) -> Mark:
    (mark,) = visit_of(page).marks
    return mark


# --- area, point, arrow


def test_a_line_around_an_area_marks_the_area(page: MapPage) -> None:
    key(page, "A")
    stroke(page, [FigurePoint(*each) for each in RING])

    mark = _only_mark(page)
    assert isinstance(mark.shape, AreaShape)
    assert _area(page, mark).area == pytest.approx(30 * 60, rel=0.08)
    assert {region.side for region in mark.regions} == {Side.LEFT}
    assert page.desk.selection == mark.site_id


def test_an_area_that_crosses_the_midline_is_on_both_sides(page: MapPage) -> None:
    key(page, "A")
    stroke(page, [FigurePoint(x, y) for x, y in ((-30, 330), (30, 330), (30, 360), (-30, 360))])
    assert {region.side for region in _only_mark(page).regions} == {Side.LEFT, Side.RIGHT}


def test_a_line_around_next_to_nothing_marks_nothing(page: MapPage) -> None:
    said: list[str] = []
    page.desk.said.connect(lambda message: said.append(message.text))
    key(page, "A")
    stroke(page, [FigurePoint(-50, 560), FigurePoint(-50, 600)])
    assert visit_of(page).marks == ()
    assert said == ["The line encloses too little to be an area."]


def test_a_click_with_the_point_marks_one_place(page: MapPage) -> None:
    key(page, "P")
    tap(page, LEFT_LOW)

    mark = _only_mark(page)
    assert isinstance(mark.shape, PointShape)
    assert [region.id for region in mark.regions] == [LEFT_LOW]
    tap(page, THIGH, SHIFT)
    assert len(visit_of(page).pain_sites) == 1


def test_a_small_point_is_found_again_near_its_place(page: MapPage) -> None:
    key(page, "P")
    tap(page, THIGH)
    page.desk.select(None)
    key(page, "R")
    near = pixel_of(page, middle_of(page, THIGH)) + QPoint(5, 4)
    QTest.mouseClick(page.figure, LEFT, PLAIN, near)
    assert page.desk.selection == _only_mark(page).site_id


def test_an_arrow_from_a_mark_belongs_to_its_site(page: MapPage) -> None:
    tap(page, "glut_up.left")
    tap(page, "calf.right")
    key(page, "W")
    start, end = middle_of(page, "glut_up.left"), middle_of(page, "calf.left")
    stroke(page, [start, FigurePoint(-95, 560), FigurePoint(-90, 640), end])

    arrow = visit_of(page).marks[-1]
    assert isinstance(arrow.shape, ArrowShape)
    assert len(arrow.shape.points) > 2
    assert arrow.site_id == visit_of(page).marks[0].site_id
    assert [region.id for region in arrow.regions] == ["glut_up.left", "calf.left"]
    (site,) = [each for each in visit_of(page).pain_sites if each.id == arrow.site_id]
    said = pain_sentence(site, visit_of(page).marks_of(site.id), visit_of(page))
    assert "radiates from LEFT upper buttock to patient's LEFT calf" in said


def test_an_arrow_from_bare_skin_begins_with_a_point_of_its_own(page: MapPage) -> None:
    key(page, "W")
    stroke(page, [middle_of(page, "sij.right"), middle_of(page, "thigh_post.right")])
    assert [type(m.shape) for m in visit_of(page).marks] == [PointShape, ArrowShape]
    assert len(visit_of(page).pain_sites) == 1
    page.desk.undo()
    assert visit_of(page).marks == ()


def test_an_arrow_far_from_the_selected_pain_is_a_pain_of_its_own(page: MapPage) -> None:
    tap(page, "suprascap.right")
    key(page, "W")
    stroke(page, [middle_of(page, "thigh_post.left"), middle_of(page, "calf.left")])

    arrow = visit_of(page).marks[-1]
    assert arrow.site_id != visit_of(page).marks[0].site_id
    assert len(visit_of(page).pain_sites) == 2


def test_an_arrow_beside_the_selected_pain_belongs_to_it(page: MapPage) -> None:
    tap(page, "thigh_post.left")
    key(page, "W")
    stroke(page, [middle_of(page, "glut_lo.left"), middle_of(page, "calf.left")])

    assert len({mark.site_id for mark in visit_of(page).marks}) == 1


def test_an_arrow_that_begins_at_the_edge_of_a_pain_belongs_to_it_whatever_is_selected(
    page: MapPage,
) -> None:
    tap(page, "glut_lo.left")
    tap(page, "suprascap.right")
    buttock = visit_of(page).marks[0]
    left, top, _, bottom = _area(page, buttock).bounds
    key(page, "W")
    stroke(page, [FigurePoint(left - 8, (top + bottom) / 2), middle_of(page, "calf.left")])

    assert visit_of(page).marks[-1].site_id == buttock.site_id


def test_on_another_view_an_arrow_goes_on_from_the_selected_pain(page: MapPage) -> None:
    tap(page, "glut_up.left")
    key(page, Qt.Key.Key_F2)
    key(page, "W")
    stroke(page, [middle_of(page, "thigh_ant.left"), middle_of(page, "shin.left")])

    assert len({mark.site_id for mark in visit_of(page).marks}) == 1


def test_a_click_with_area_or_arrow_selects_what_lies_there(page: MapPage) -> None:
    tap(page, THIGH)
    for letter in "AW":
        page.desk.select(None)
        key(page, letter)
        tap(page, THIGH)
        assert page.desk.selection == _only_mark(page).site_id


# --- no pain


def test_a_tick_says_that_a_region_has_no_pain_and_a_second_takes_it_back(page: MapPage) -> None:
    key(page, "F")
    tap(page, THIGH)
    (tick,) = visit_of(page).pain_free
    assert (tick.region.id, tick.region.side, tick.region.share) == (THIGH, Side.LEFT, 1.0)
    assert page.figure.scene.ticks == (tick,)
    assert page.under.text().endswith("asked: no pain")
    tap(page, THIGH)
    assert visit_of(page).pain_free == ()


def test_ticks_of_one_sweep_are_one_step(page: MapPage) -> None:
    key(page, "F")
    ends = [middle_of(page, each) for each in (THIGH, "thigh_post.right")]
    stroke(page, [ends[0], FigurePoint((ends[0].x + ends[1].x) / 2, ends[0].y), ends[1]])
    assert len(visit_of(page).pain_free) >= 2
    page.desk.undo()
    assert visit_of(page).pain_free == ()


def test_pain_marked_where_there_was_none_ends_the_tick(page: MapPage) -> None:
    key(page, "F")
    tap(page, THIGH)
    key(page, "R")
    tap(page, THIGH)
    assert visit_of(page).pain_free == ()
    page.desk.undo()
    assert len(visit_of(page).pain_free) == 1


def test_a_region_with_pain_is_not_said_to_have_none(page: MapPage) -> None:
    said: list[str] = []
    page.desk.said.connect(lambda message: said.append(message.text))
    tap(page, THIGH)
    key(page, "F")
    tap(page, THIGH)
    assert visit_of(page).pain_free == ()
    assert said[0].startswith("Pain is marked in LEFT ")


# --- the eraser


def test_the_eraser_cuts_a_stroke_and_undo_heals_it(page: MapPage) -> None:
    key(page, "B")
    stroke(page, [FigurePoint(-60, y) for y in (560, 600, 640)])
    before = _only_mark(page)
    key(page, "E")
    stroke(page, [FigurePoint(-90, 600), FigurePoint(-30, 600)])

    after = _only_mark(page)
    assert (after.id, after.site_id) == (before.id, before.site_id)
    assert isinstance(after.shape, AreaShape)
    assert len(after.shape.polygons) == 2
    assert not _area(page, after).contains(shapely.Point(-60, 600))
    page.desk.undo()
    assert _only_mark(page).shape == before.shape


def test_what_is_left_of_a_region_counts_with_its_smaller_share(page: MapPage) -> None:
    tap(page, THIGH)
    key(page, "E")
    at = middle_of(page, THIGH)
    stroke(page, [FigurePoint(at.x, at.y - 40), FigurePoint(at.x, at.y + 40)])
    (region,) = _only_mark(page).regions
    assert region.id == THIGH
    assert 0.2 < region.share < 0.95


def test_a_mark_goes_with_its_site_when_next_to_nothing_is_left(page: MapPage) -> None:
    key(page, "P")
    tap(page, LEFT_LOW)
    key(page, "E")
    tap(page, LEFT_LOW)
    assert visit_of(page).marks == ()
    assert visit_of(page).pain_sites == ()


def test_an_arrow_does_not_outlive_the_pain_that_it_starts_from(page: MapPage) -> None:
    key(page, "W")
    stroke(page, [middle_of(page, "sij.right"), middle_of(page, "calf.right")])
    key(page, "E")
    tap(page, "sij.right")
    assert visit_of(page).marks == ()


def test_the_eraser_takes_ticks_too_and_leaves_the_other_layer(page: MapPage) -> None:
    tap(page, "calf.left")
    page.choose_layer(AuthorLayer.DOCTOR)
    key(page, "F")
    tap(page, THIGH)
    key(page, "E")
    stroke(page, [middle_of(page, THIGH), middle_of(page, "calf.left")])
    assert visit_of(page).pain_free == ()
    assert _only_mark(page).shape == RegionShape("calf.left")


def test_a_held_key_erases_and_the_tool_before_comes_back(page: MapPage) -> None:
    key(page, "B")
    QTest.keyPress(page.figure, Qt.Key.Key_X)
    assert page.figure.tool is MarkTool.ERASER
    assert page.tools.button(MarkTool.ERASER).isChecked()
    QTest.keyRelease(page.figure, Qt.Key.Key_X)
    assert page.figure.tool is MarkTool.BRUSH
    assert page.tools.button(MarkTool.BRUSH).isChecked()


def test_a_stroke_of_the_held_eraser_is_ended_before_the_tool_comes_back(page: MapPage) -> None:
    tap(page, THIGH)
    at = pixel_of(page, middle_of(page, THIGH))
    QTest.keyPress(page.figure, Qt.Key.Key_X)
    QTest.mousePress(page.figure, LEFT, PLAIN, at)
    QTest.keyRelease(page.figure, Qt.Key.Key_X)
    QTest.mouseMove(page.figure, at + QPoint(0, 20))
    QTest.mouseRelease(page.figure, LEFT, PLAIN, at + QPoint(0, 20))
    assert isinstance(_only_mark(page).shape, AreaShape)
    assert page.figure.tool is MarkTool.REGION


# --- widths


def test_brackets_and_discs_change_the_width_of_the_brush(page: MapPage) -> None:
    key(page, "B")
    key(page, Qt.Key.Key_BracketRight)
    assert page.figure.brush_width == 26
    for _ in BRUSH_WIDTHS:
        key(page, Qt.Key.Key_BracketRight)
    assert page.figure.brush_width == BRUSH_WIDTHS[-1]
    assert page.tools.widths.buttons[38.0].isChecked()
    QTest.mouseClick(page.tools.widths.buttons[8.0], LEFT)
    stroke(page, [FigurePoint(-60, 560), FigurePoint(-60, 640)])
    shape = _only_mark(page).shape
    assert isinstance(shape, StrokeShape)
    assert shape.width == 8


# --- the pen


def test_the_pen_draws_wider_where_it_is_pressed(page: MapPage) -> None:
    key(page, "B")
    pen(page, [(FigurePoint(-60, 560 + 10 * i), 0.2 + 0.1 * i) for i in range(9)])

    mark = _only_mark(page)
    assert isinstance(mark.shape, StrokeShape)
    assert mark.shape.pressures[0] == pytest.approx(0.2)
    assert mark.shape.pressures[-1] == pytest.approx(1.0)
    area = _area(page, mark)
    assert not area.contains(shapely.Point(-60 + 6, 562))
    assert area.contains(shapely.Point(-60 + 6, 638))


def test_the_other_end_of_the_pen_erases_and_then_the_pen_draws_again(page: MapPage) -> None:
    key(page, "B")
    pen(page, [(FigurePoint(-60, y), 1.0) for y in (560, 600, 640)])
    pen(page, [(FigurePoint(x, 600), 1.0) for x in (-90, -30)], ERASER_END)
    assert isinstance(_only_mark(page).shape, AreaShape)
    assert page.figure.tool is MarkTool.BRUSH


def test_the_palm_beside_the_pen_draws_nothing(
    page: MapPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    key(page, "B")
    send_pen(page, QEvent.Type.TabletPress, FigurePoint(-60, 560), 0.5)
    tap(page, "calf.right")
    send_pen(page, QEvent.Type.TabletRelease, FigurePoint(-60, 600), 0.0)
    tap(page, "calf.right")
    assert len(visit_of(page).marks) == 1
    monkeypatch.setattr(body_pen, "PALM_S", 0.0)
    tap(page, "calf.right")
    assert len(visit_of(page).marks) == 2


def test_the_pen_in_the_air_names_what_is_under_it(page: MapPage) -> None:
    send_pen(page, QEvent.Type.TabletMove, middle_of(page, LEFT_LOW), 0.0)
    assert page.under.text().startswith("patient's LEFT lower lumbar paraspinal")
    assert visit_of(page).marks == ()


def test_a_pen_taps_a_region_as_a_mouse_does(page: MapPage) -> None:
    pen(page, [(middle_of(page, LEFT_LOW), 0.4)])
    assert _only_mark(page).shape == RegionShape(LEFT_LOW)


def test_a_straight_line_keeps_a_swelling_of_pressure() -> None:
    points = [FigurePoint(0, y) for y in range(5)]
    assert kept_indices(points, 0.4) == [0, 4]
    assert kept_indices(points, 0.4, [1, 1, 4, 1, 1]) == [0, 1, 2, 3, 4]


# --- the keys alone


def _go(page: MapPage, region: str) -> None:
    page.figure.focus.region = region


def test_every_tool_works_by_the_keys_alone(page: MapPage) -> None:
    _go(page, LEFT_LOW)
    key(page, "P")
    key(page, Qt.Key.Key_Return)
    assert isinstance(visit_of(page).marks[-1].shape, PointShape)
    key(page, "W")
    key(page, Qt.Key.Key_Return)
    _go(page, "calf.left")
    key(page, Qt.Key.Key_Return)
    arrow = visit_of(page).marks[-1]
    assert isinstance(arrow.shape, ArrowShape)
    assert [each.id for each in arrow.regions] == [LEFT_LOW, "calf.left"]
    key(page, "F")
    _go(page, "calf.right")
    key(page, Qt.Key.Key_Return)
    assert [tick.region.id for tick in visit_of(page).pain_free] == ["calf.right"]
    key(page, "E")
    key(page, Qt.Key.Key_Return)
    assert visit_of(page).pain_free == ()
