"""Marks: what a stroke covers, on which side, and whether a hand touches it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.bodymap.marks import (
    LEAST_PRESSED,
    MARKED_AREA_CM2,
    MARKED_SHARE,
    POINT_RADIUS,
    area_of,
    area_on_body,
    covered_regions,
    pressed_width,
    sides_of,
    stroke_area,
    touches,
)
from painmap.bodymap.template import BodyTemplate, BodyView
from painmap.domain.anatomy import Side
from painmap.domain.pain import AreaShape, ArrowShape, PointShape, RegionShape, StrokeShape
from painmap.domain.places import FigurePoint

places = st.builds(FigurePoint, st.floats(-280, 280), st.floats(-20, 1020))
strokes = st.builds(
    StrokeShape, st.lists(places, min_size=1, max_size=8).map(tuple), st.floats(1, 40)
)


@pytest.fixture
def back(adult: BodyTemplate) -> BodyView:
    return adult.views["back"]


def _stroke(*points: tuple[float, float], width: float = 12.0) -> StrokeShape:
    return StrokeShape(tuple(FigurePoint(x, y) for x, y in points), width)


def test_a_tapped_region_covers_itself_whole(back: BodyView) -> None:
    (only,) = covered_regions(back, RegionShape("lumb_lo_para.left"))

    assert (only.id, only.side, only.share) == ("lumb_lo_para.left", Side.LEFT, 1.0)
    assert only.name == "lower lumbar paraspinal"


def test_a_region_that_the_view_does_not_have_is_a_key_error(back: BodyView) -> None:
    with pytest.raises(KeyError):
        covered_regions(back, RegionShape("hand_palm.left"))


def test_the_main_region_stands_first(back: BodyView) -> None:
    covered = covered_regions(back, _stroke((-12, 310), (-12, 366), width=10))

    assert [region.id for region in covered] == ["lumb_up_para.left", "lumb_lo_para.left"]


def test_a_stroke_across_the_midline_is_on_both_sides(back: BodyView) -> None:
    covered = covered_regions(back, _stroke((-15, 330), (15, 330)))

    assert sides_of(covered) == {Side.LEFT, Side.RIGHT}


def test_a_stroke_on_one_side_is_on_that_side_only(back: BodyView) -> None:
    covered = covered_regions(back, _stroke((-15, 330), (-12, 345)))

    assert sides_of(covered) == {Side.LEFT}


def test_a_region_that_is_only_brushed_does_not_count(back: BodyView) -> None:
    covered = covered_regions(back, _stroke((-50, 260), (-50, 298.2), width=10))

    assert [region.id for region in covered] == ["thor_lat.left"]


def test_a_small_region_counts_by_its_share(back: BodyView) -> None:
    coccyx = back.region("coccyx")
    at = coccyx.label_at
    covered = {r.id: r for r in covered_regions(back, StrokeShape((at,), 4.5))}

    area = math.pi * 2.25**2 * back.mm_per_unit**2 / 100
    assert area < MARKED_AREA_CM2
    assert covered["coccyx"].share >= MARKED_SHARE


def test_a_large_region_counts_by_its_area(back: BodyView) -> None:
    side = math.sqrt(1.4 * 100) / back.mm_per_unit
    shape = StrokeShape((FigurePoint(-55, 560),), side * 2 / math.sqrt(math.pi))

    (only,) = covered_regions(back, shape)

    assert only.id == "thigh_post.left"
    assert only.share < MARKED_SHARE


def test_the_smallest_dot_on_the_body_still_has_a_name(back: BodyView) -> None:
    (only,) = covered_regions(back, StrokeShape((FigurePoint(-55, 560),), 1.0))

    assert only.id == "thigh_post.left"


def test_ink_beside_the_body_names_nothing_and_measures_nothing(back: BodyView) -> None:
    shape = _stroke((-250, 50), (-220, 80))

    assert covered_regions(back, shape) == ()
    assert area_on_body(back, shape).area == 0
    assert area_of(back, shape).area > 0


@given(strokes, st.sampled_from(("front", "back")))
def test_what_regions_hold_of_a_stroke_adds_up_to_its_ink_on_the_body(
    adult: BodyTemplate, stroke: StrokeShape, view_id: str
) -> None:
    view = adult.views[view_id]
    drawn = area_of(view, stroke)
    held = sum(region.shape.intersection(drawn).area for region in view.regions)

    assert held == pytest.approx(area_on_body(view, stroke).area, abs=0.05)


@given(strokes)
def test_covered_regions_are_on_the_body_once_each_and_by_the_rule(
    adult: BodyTemplate, stroke: StrokeShape
) -> None:
    view = adult.views["front"]
    covered = covered_regions(view, stroke)
    enough = MARKED_AREA_CM2 * 100 / view.mm_per_unit**2

    assert len({region.id for region in covered}) == len(covered)
    for region in covered:
        assert 0 < region.share <= 1
        area = region.share * view.region(region.id).shape.area
        assert len(covered) == 1 or region.share >= MARKED_SHARE or area >= enough * (1 - 1e-9)


@given(strokes)
def test_the_mirror_of_a_stroke_covers_the_mirror_of_its_regions(
    adult: BodyTemplate, stroke: StrokeShape
) -> None:
    view = adult.views["back"]
    turned = StrokeShape(tuple(FigurePoint(-p.x, p.y) for p in stroke.points), stroke.width)

    here = {(r.name, r.side): r.share for r in covered_regions(view, stroke)}
    there = {(r.name, r.side.mirrored): r.share for r in covered_regions(view, turned)}
    for key in here.keys() & there.keys():
        assert here[key] == pytest.approx(there[key], abs=1e-3)
    for key in here.keys() ^ there.keys():  # exactly on the rule's edge, or two that hold alike
        assert min(len(here), len(there)) == 1 or abs((here | there)[key] - MARKED_SHARE) < 0.2


def test_a_dot_is_a_disc() -> None:
    area = stroke_area([FigurePoint(3, 4)], 10).area

    assert area == pytest.approx(math.pi * 25, rel=0.01)


def test_points_that_repeat_change_nothing() -> None:
    once = stroke_area([FigurePoint(0, 0), FigurePoint(9, 0)], 4)
    again = stroke_area([FigurePoint(0, 0), FigurePoint(0, 0), FigurePoint(9, 0)], 4)

    assert once.symmetric_difference(again).area == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("points", "width"),
    [([], 3), ([FigurePoint(0, 0)], 0), ([FigurePoint(math.nan, 0)], 3), ([FigurePoint(0, 0)], -1)],
)
def test_a_stroke_that_draws_nothing_cannot_be_made(
    points: list[FigurePoint], width: float
) -> None:
    with pytest.raises(ValueError, match=r"stroke|brush"):
        stroke_area(points, width)


def test_a_hand_touches_a_stroke_within_its_width_and_slack(back: BodyView) -> None:
    shape = _stroke((-20, 300), (-20, 360), width=10)

    assert touches(back, shape, FigurePoint(-16, 330))
    assert not touches(back, shape, FigurePoint(-12, 330))
    assert touches(back, shape, FigurePoint(-12, 330), slack=4)


# --- areas, points, arrows, and the pressure of a pen


def _ring(*corners: tuple[float, float]) -> tuple[FigurePoint, ...]:
    return tuple(FigurePoint(*corner) for corner in corners)


SQUARE = _ring((-40, 320), (-20, 320), (-20, 340), (-40, 340))


def test_an_area_has_the_area_of_its_rings_less_their_holes(back: BodyView) -> None:
    hole = _ring((-35, 325), (-25, 325), (-25, 335), (-35, 335))
    whole, holed = AreaShape(((SQUARE,),)), AreaShape(((SQUARE, hole),))

    assert area_of(back, whole).area == pytest.approx(400)
    assert area_of(back, holed).area == pytest.approx(300)
    assert touches(back, whole, FigurePoint(-30, 330))
    assert not touches(back, holed, FigurePoint(-30, 330))


def test_two_polygons_are_one_area(back: BodyView) -> None:
    other = tuple(FigurePoint(-x, y) for x, y in SQUARE)
    both = AreaShape(((SQUARE,), (other,)))

    assert area_of(back, both).area == pytest.approx(800)
    assert sides_of(covered_regions(back, both)) == {Side.LEFT, Side.RIGHT}


def test_an_area_that_crosses_itself_is_still_an_area(back: BodyView) -> None:
    bow = AreaShape(((_ring((-40, 320), (-20, 340), (-20, 320), (-40, 340)),),))
    assert area_of(back, bow).area == pytest.approx(200)


def test_an_area_through_no_number_is_refused(back: BodyView) -> None:
    with pytest.raises(ValueError, match="no numbers"):
        area_of(back, AreaShape(((_ring((math.nan, 0), (1, 1), (2, 0)),),)))


def test_a_point_is_a_small_disc_with_one_region(back: BodyView) -> None:
    region = back.region("lumb_lo_para.left")
    point = PointShape(region.label_at)

    assert area_of(back, point).area == pytest.approx(math.pi * POINT_RADIUS**2, rel=0.01)
    assert [each.id for each in covered_regions(back, point)] == [region.id]


def test_an_arrow_covers_nothing_and_names_its_start_and_its_head(back: BodyView) -> None:
    start, head = (back.region(each).label_at for each in ("sij.left", "calf.left"))
    arrow = ArrowShape((start, FigurePoint(-90, 600), head))

    assert area_of(back, arrow).area == 0
    assert area_on_body(back, arrow).area == 0
    said = [(each.id, each.share) for each in covered_regions(back, arrow)]
    assert said == [("sij.left", 0.0), ("calf.left", 0.0)]


def test_an_arrow_that_ends_beside_the_body_names_the_nearest_region(back: BodyView) -> None:
    start = back.region("sij.left").label_at
    arrow = ArrowShape((start, FigurePoint(-40, 1010)))

    assert covered_regions(back, arrow)[-1].id != "sij.left"
    assert covered_regions(back, arrow)[-1].side is Side.LEFT


def test_an_arrow_within_a_region_names_it_once(back: BodyView) -> None:
    at = back.region("calf.left").label_at
    arrow = ArrowShape((at, FigurePoint(at.x + 1, at.y + 1)))
    assert [each.id for each in covered_regions(back, arrow)] == ["calf.left"]


def test_a_hand_touches_an_arrow_near_its_line_only(back: BodyView) -> None:
    arrow = ArrowShape((FigurePoint(-40, 400), FigurePoint(-40, 500)))
    assert touches(back, arrow, FigurePoint(-43, 450), slack=4)
    assert not touches(back, arrow, FigurePoint(-50, 450), slack=4)


def test_a_pen_pressed_fully_draws_what_the_mouse_draws(back: BodyView) -> None:
    points = _ring((-40, 320), (-20, 340), (-20, 380))
    mouse = area_of(back, StrokeShape(points, 12.0))
    pen = area_of(back, StrokeShape(points, 12.0, pressures=(1.0, 1.0, 1.0)))
    assert pen.symmetric_difference(mouse).area < 0.01 * mouse.area


def test_a_lighter_hand_draws_a_narrower_line(back: BodyView) -> None:
    points = _ring((-40, 320), (-40, 380))
    areas = [
        area_of(back, StrokeShape(points, 12.0, pressures=(force, force))).area
        for force in (0.0, 0.2, 0.6, 1.0)
    ]
    assert areas == sorted(areas)
    assert areas[0] > 0
    assert pressed_width(12.0, 0.0) == pytest.approx(12.0 * LEAST_PRESSED)
    assert pressed_width(12.0, 2.0) == 12.0


def test_a_pressed_dot_is_a_disc(back: BodyView) -> None:
    dot = StrokeShape((FigurePoint(-30, 330),), 12.0, pressures=(1.0,))
    assert area_of(back, dot).area == pytest.approx(math.pi * 36, rel=0.01)
