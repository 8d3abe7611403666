"""The geometry of the figure: regions partition the body, mirror each other, and have words."""

import itertools
import re

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from painmap.bodymap.template import BodyTemplate, BodyView, Direction, Region
from painmap.domain.anatomy import Level, Side
from painmap.domain.places import FigurePoint

VIEWS = ("front", "back")
PARASPINAL = (
    "cerv_up_para",
    "cerv_lo_para",
    "thor_up_para",
    "thor_lo_para",
    "lumb_up_para",
    "lumb_lo_para",
)


@pytest.fixture(params=VIEWS)
def view(request: pytest.FixtureRequest, adult: BodyTemplate) -> BodyView:
    return adult.views[request.param]


def _mirrored(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda points: points * [-1, 1])


def test_regions_cover_the_silhouette(view: BodyView) -> None:
    together = shapely.union_all([region.shape for region in view.regions])

    assert together.intersection(view.silhouette).area / view.silhouette.area >= 0.999
    assert together.difference(view.silhouette).area < 0.01


def test_regions_do_not_overlap(view: BodyView) -> None:
    shapes = [region.shape for region in view.regions]

    assert shapely.coverage_is_valid(shapes)
    assert sum(shape.area for shape in shapes) == pytest.approx(
        shapely.union_all(shapes).area, rel=1e-9
    )


def test_left_is_the_mirror_of_right(view: BodyView) -> None:
    for region in view.regions:
        mirrored = _mirrored(region.shape)
        twin = view.region(
            f"{region.base_id}.{region.side.mirrored.value}"
            if region.side is not Side.MIDLINE
            else region.id
        )

        assert mirrored.symmetric_difference(twin.shape).area < 1e-6, region.id


def test_every_region_is_called_by_words(adult: BodyTemplate) -> None:
    for view in adult.views.values():
        for region in view.regions:
            assert re.fullmatch(r"[A-Za-z][a-z]+( [a-z]+| \([a-z ]+\))*", region.name)
            assert not {"left", "right"} & set(region.name.split())


def test_names_of_different_regions_differ(adult: BodyTemplate) -> None:
    names = {r.base_id: r.name for view in adult.views.values() for r in view.regions}

    assert len(set(names.values())) == len(names)


def test_the_figure_is_a_thousand_units_high_and_stands_on_its_midline(view: BodyView) -> None:
    assert view.bounds.y == pytest.approx(0, abs=1)
    assert view.bounds.height == pytest.approx(1000, abs=1)
    assert view.bounds.x == pytest.approx(-view.bounds.width / 2)


def test_every_region_holds_the_place_of_its_number(view: BodyView) -> None:
    for region in view.regions:
        assert view.region_at(region.label_at) is region


@pytest.mark.parametrize("base", PARASPINAL)
def test_paraspinal_columns_stand_beside_the_midline_on_the_back(
    adult: BodyTemplate, base: str
) -> None:
    left = adult.views["back"].region(f"{base}.left")

    assert left.levels is not None
    assert left.shape.bounds[0] < -10
    assert left.shape.bounds[2] == pytest.approx(0)


def test_paraspinal_levels_follow_each_other_without_a_gap(adult: BodyTemplate) -> None:
    order = list(Level)
    spans = [adult.region(f"{base}.left").levels for base in PARASPINAL]

    for above, below in itertools.pairwise(spans):
        assert above is not None
        assert below is not None
        assert order.index(below[0]) == order.index(above[1]) + 1


def test_level_ticks_lie_in_the_column_that_has_their_level(adult: BodyTemplate) -> None:
    back, order = adult.views["back"], list(Level)
    for tick in back.ticks:
        region = back.region_at(FigurePoint(-4, tick.y))
        assert region is not None
        if region.levels:
            first, last = (order.index(level) for level in region.levels)
            assert first <= order.index(tick.level) <= last


ANATOMY = (
    ("back", -10, 375, "lumb_lo_para.left"),
    ("back", 10, 375, "lumb_lo_para.right"),
    ("back", -50, 345, "flank_ql.left"),
    ("back", 24, 405, "sij.right"),
    ("back", -60, 205, "scapular.left"),
    ("back", 50, 160, "suprascap.right"),
    ("front", -200, 500, "hand_palm.right"),
    ("front", 55, 690, "knee_ant.left"),
    ("front", 0, 220, "sternum"),
    ("back", 0, 458, "coccyx"),
)


@pytest.mark.parametrize(("view_id", "x", "y", "region_id"), ANATOMY)
def test_known_places_are_named(
    adult: BodyTemplate, view_id: str, x: float, y: float, region_id: str
) -> None:
    region = adult.views[view_id].region_at(FigurePoint(x, y))

    assert region is not None
    assert region.id == region_id


def test_the_patients_right_is_at_the_viewers_left_on_the_front_only(adult: BodyTemplate) -> None:
    assert adult.views["front"].viewers_left is Side.RIGHT
    assert adult.views["back"].viewers_left is Side.LEFT


def test_every_sided_region_lies_on_the_side_that_it_says(adult: BodyTemplate) -> None:
    for view in adult.views.values():
        for region in view.regions:
            x0, _, x1, _ = region.shape.bounds
            if region.side is Side.MIDLINE:
                assert x0 == pytest.approx(-x1)
            elif region.side is view.viewers_left:
                assert x1 <= 0
            else:
                assert x0 >= 0


def test_the_right_hand_is_the_right_hand_from_both_sides(adult: BodyTemplate) -> None:
    palm = adult.views["front"].region_at(FigurePoint(-198, 500))
    dorsum = adult.views["back"].region_at(FigurePoint(198, 500))

    assert palm is not None
    assert dorsum is not None
    assert palm.side is dorsum.side is Side.RIGHT


@given(st.floats(-300, 300), st.floats(-50, 1050), st.sampled_from(VIEWS))
def test_every_place_is_in_exactly_one_region_or_none(
    adult: BodyTemplate, x: float, y: float, view_id: str
) -> None:
    view, point = adult.views[view_id], shapely.Point(x, y)
    inside = [region for region in view.regions if region.shape.contains(point)]
    found = view.region_at(FigurePoint(x, y))

    assert len(inside) <= 1
    if inside:
        assert found is inside[0]
    elif found is not None:
        assert found.shape.distance(point) == 0


def test_a_place_that_is_no_number_is_in_no_region(view: BodyView) -> None:
    assert view.region_at(FigurePoint(float("nan"), 1.0)) is None
    assert view.region_at(FigurePoint(0.0, float("inf"))) is None


# --- the arrow keys


@pytest.mark.parametrize(
    ("start", "direction", "end"),
    [
        ("lumb_lo_para.left", "right", "lumb_lo_para.right"),
        ("lumb_lo_para.right", "left", "lumb_lo_para.left"),
        ("lumb_lo_para.left", "up", "lumb_up_para.left"),
        ("lumb_up_para.left", "left", "flank_ql.left"),
        ("thor_up_para.right", "up", "cerv_lo_para.right"),
        ("calf.left", "right", "calf.right"),
    ],
)
def test_arrows_go_to_the_region_that_the_eye_expects(
    adult: BodyTemplate, start: str, direction: str, end: str
) -> None:
    assert adult.views["back"].neighbour(start, direction) == end


def test_arrows_reach_every_region_from_every_other(view: BodyView) -> None:
    ahead = {
        region.id: {view.neighbour(region.id, d) for d in Direction} - {None}
        for region in view.regions
    }
    for start in ahead:
        reached, todo = {start}, [start]
        while todo:
            for other in ahead[todo.pop()] - reached:
                assert other is not None
                reached.add(other)
                todo.append(other)
        assert reached == set(ahead), f"from {start}: {set(ahead) - reached}"


def test_arrows_on_the_left_mirror_those_on_the_right(view: BodyView) -> None:
    turned = {"left": "right", "right": "left", "up": "up", "down": "down"}

    def other(region: Region) -> str:
        if region.side is Side.MIDLINE:
            return region.id
        return f"{region.base_id}.{region.side.mirrored.value}"

    for region in view.regions:
        if region.side is Side.MIDLINE:
            continue
        for there, back in turned.items():
            one = view.neighbour(region.id, there)
            two = view.neighbour(other(region), back)
            assert (one and other(view.region(one))) == two, (region.id, there)


def test_an_unknown_region_has_no_neighbours(view: BodyView) -> None:
    with pytest.raises(KeyError):
        view.neighbour("tail.left", Direction.UP)


# --- what cannot be built


def _region(**changes: object) -> Region:
    square = shapely.box(0, 0, 10, 10)
    fields: dict[str, object] = {
        "id": "calf.left",
        "name": "calf",
        "side": Side.LEFT,
        "group": "leg",
        "levels": None,
        "shape": square,
    }
    return Region(**{**fields, **changes})  # type: ignore[arg-type]  # the fields under test


@pytest.mark.parametrize(
    "changes",
    [
        {"side": Side.RIGHT},
        {"side": Side.MIDLINE},
        {"name": ""},
        {"shape": shapely.Polygon()},
        {"shape": shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])},
    ],
)
def test_a_region_that_contradicts_itself_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="calf"):
        _region(**changes)


def test_a_region_is_said_with_its_side_and_levels(adult: BodyTemplate) -> None:
    assert adult.region("lumb_lo_para.left").words == "LEFT lower lumbar paraspinal (L4–S1)"
    assert adult.region("sternum").words == "breastbone"
