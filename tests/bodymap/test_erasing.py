"""What an eraser leaves: never more than there was, nothing under it, no crumbs."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from painmap.bodymap.erasing import LEAST_LEFT_CM2, area_shape, enclosed, erased
from painmap.bodymap.marks import area_of, strength_bands, stroke_area
from painmap.bodymap.template import BodyTemplate, BodyView
from painmap.domain.pain import (
    AreaShape,
    ArrowShape,
    PointShape,
    Pressing,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint

BAR = StrokeShape((FigurePoint(-60, 330), FigurePoint(60, 330)), 12.0)


@pytest.fixture
def back(adult: BodyTemplate) -> BodyView:
    return adult.views["back"]


def test_what_the_eraser_does_not_touch_stays_itself(back: BodyView) -> None:
    assert erased(back, BAR, stroke_area([FigurePoint(0, 500)], 20)) is BAR


def test_a_stroke_cut_in_the_middle_is_an_area_of_two_pieces(back: BodyView) -> None:
    left = erased(back, BAR, stroke_area([FigurePoint(0, 330)], 30))

    assert isinstance(left, AreaShape)
    assert len(left.polygons) == 2
    assert not area_of(back, left).contains(shapely.Point(0, 330))
    assert area_of(back, left).area == pytest.approx(area_of(back, BAR).area - 350, rel=0.02)


def test_a_region_erased_in_its_middle_has_a_hole(back: BodyView) -> None:
    region = back.region("thigh_post.left")
    left = erased(back, RegionShape(region.id), stroke_area([region.label_at], 12))
    assert isinstance(left, AreaShape)
    assert [len(rings) for rings in left.polygons] == [2]


def test_a_mark_of_which_next_to_nothing_is_left_is_gone(back: BodyView) -> None:
    eraser = stroke_area([FigurePoint(-60, 330), FigurePoint(59, 330)], 14)
    assert erased(back, BAR, eraser) is None
    cm2 = shapely.box(0, 300, 10, 310).area * back.mm_per_unit**2 / 100
    assert (area_shape(back, shapely.box(0, 300, 10, 310)) is None) == (cm2 < LEAST_LEFT_CM2)


@pytest.mark.parametrize(
    "shape",
    [
        PointShape(FigurePoint(-30, 330)),
        ArrowShape((FigurePoint(-30, 330), FigurePoint(-30, 500))),
    ],
)
def test_points_and_arrows_are_whole_or_gone(
    back: BodyView, shape: PointShape | ArrowShape
) -> None:
    assert erased(back, shape, stroke_area([FigurePoint(-33, 332)], 10)) is None
    assert erased(back, shape, stroke_area([FigurePoint(60, 332)], 10)) is shape


@given(
    path=st.lists(
        st.builds(FigurePoint, st.floats(-80, 80), st.floats(300, 360)), min_size=1, max_size=6
    ),
    width=st.floats(2, 40),
)
def test_erasing_only_takes_away(
    adult: BodyTemplate, path: list[FigurePoint], width: float
) -> None:
    back = adult.views["back"]
    eraser = stroke_area(path, width)
    left = erased(back, BAR, eraser)
    if left is not None:
        before, after = area_of(back, BAR), area_of(back, left)
        assert after.difference(before.buffer(0.15)).area < 1e-6
        assert after.intersection(eraser.buffer(-0.15)).area < 1e-6 or left is BAR
        assert after.is_valid


def test_a_second_pass_of_the_same_eraser_changes_next_to_nothing(back: BodyView) -> None:
    eraser = stroke_area([FigurePoint(0, 330)], 30)
    once = erased(back, BAR, eraser)
    assert once is not None
    twice = erased(back, once, eraser)
    assert twice is not None
    assert area_of(back, twice).area == pytest.approx(area_of(back, once).area, rel=0.01)


def test_a_line_drawn_by_hand_encloses_all_its_loops() -> None:
    eight = [(0, 0), (10, 10), (10, 0), (0, 10)]
    assert enclosed(tuple(FigurePoint(*each) for each in eight)).area == pytest.approx(50)
    assert enclosed((FigurePoint(0, 0), FigurePoint(1, 1))).is_empty


@given(at=st.floats(-50, 50), again=st.floats(-50, 50), width=st.floats(4, 30))
def test_each_place_that_is_left_is_as_strong_as_it_was(
    adult: BodyTemplate, at: float, again: float, width: float
) -> None:
    back = adult.views["back"]
    swelling = StrokeShape(
        tuple(FigurePoint(x, 330) for x in (-60, -20, 20, 60)),
        14.0,
        pressures=(0.1, 0.4, 0.7, 1.0),
        pressing=Pressing.STRENGTH,
    )
    left: Shape | None = swelling
    for x in (at, again):
        assert left is not None
        left = erased(back, left, stroke_area([FigurePoint(x, 330)], width))
    assert left is not None

    if isinstance(left, AreaShape):
        before, after = dict(strength_bands(swelling)), dict(strength_bands(left))
        assert len(after) > 1
        for share, area in after.items():
            assert area.difference(before[share].buffer(0.05)).area < 1e-6
        whole = area_of(back, left)
        assert sum(area.area for area in after.values()) == pytest.approx(whole.area, rel=0.01)
