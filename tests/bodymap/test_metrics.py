"""Measures: each place counts once, sides are the patient's, known drawings give known numbers."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.instruments_reading import load_instruments
from painmap.bodymap.instruments_regions import Basis
from painmap.bodymap.marks import area_on_body
from painmap.bodymap.metrics import DEFINITIONS, BodyShareBasis, Measurer, Measures
from painmap.bodymap.metrics_ink import TOLERANCE, InkCache
from painmap.bodymap.template import BodyTemplate, load_surface, load_template
from painmap.domain.pain import (
    ArrowShape,
    AuthorLayer,
    PointShape,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit
from tests.bodymap.drawings import adult_figure, box, drawn, empty_visit, other_ref, stroke

RESOURCES = Path(__file__).parents[2] / "resources"
TABLES = load_instruments(RESOURCES / "instruments")


def _measurer(template: BodyTemplate) -> Measurer:
    return Measurer({template.ref: template}, TABLES.rule_of_nines)


def _measured(template: BodyTemplate, visit: Visit) -> Measures:
    return _measurer(template).measure(visit)


def _cm2(template: BodyTemplate, area: float) -> float:
    return area * template.views["back"].mm_per_unit ** 2 / 100


def test_every_measure_has_its_definition_and_source() -> None:
    assert all(each.text and each.source for each in DEFINITIONS.values())
    measures = set(Measures.__dataclass_fields__)
    fields = {"extents", "mean_extent", "body_share_basis", "not_measured"}
    assert measures - fields <= set(DEFINITIONS)


def test_an_empty_drawing_measures_nothing(adult: BodyTemplate) -> None:
    measures = _measured(adult, empty_visit())

    assert measures.extents == measures.clusters == ()
    assert measures.mean_extent is measures.laterality is measures.mean_intensity is None
    assert measures.body_share is None
    assert measures.regions == 0
    assert not measures.crosses_midline


def test_the_extent_of_a_square_is_its_area(adult: BodyTemplate) -> None:
    back = adult.views["back"]

    measures = _measured(adult, drawn(adult, ("back", box(-20, 300, 40, 40))))

    extent = measures.extent_of("back")
    assert extent is not None
    assert extent.share == pytest.approx(1600 / back.silhouette.area)
    assert extent.area_cm2 == pytest.approx(_cm2(adult, 1600))
    assert measures.mean_extent == pytest.approx(extent.share / 2)


def test_ink_that_overlaps_counts_once(adult: BodyTemplate) -> None:
    one = ("back", box(-20, 300, 40, 40))
    once, twice = drawn(adult, one), drawn(adult, one, one)
    half = drawn(adult, one, ("back", box(0, 300, 40, 40)))

    areas = [
        sum(each.area_cm2 for each in _measured(adult, visit).extents)
        for visit in (once, twice, half)
    ]

    assert areas[0] == pytest.approx(areas[1])
    assert areas[2] == pytest.approx(1.5 * areas[0])


def test_ink_beside_the_body_and_arrows_do_not_count(adult: BodyTemplate) -> None:
    arrow = ArrowShape((FigurePoint(0, 300), FigurePoint(0, 400)))
    visit = drawn(adult, ("back", box(400, 300, 40, 40)), ("back", arrow))

    measures = _measured(adult, visit)

    assert measures.mean_extent == 0
    assert measures.clusters == ()


def test_a_point_is_a_finger_tip(adult: BodyTemplate) -> None:
    measures = _measured(adult, drawn(adult, ("back", PointShape(FigurePoint(-15, 320)))))

    (cluster,) = measures.clusters
    assert 1 < cluster.area_cm2 < 2
    assert cluster.centre == pytest.approx((-15, 320), abs=0.05)


@pytest.mark.parametrize(
    ("view", "shapes", "index"),
    [
        ("back", [box(-30, 320, 20, 20)], -1.0),
        ("back", [box(10, 320, 20, 20)], 1.0),
        ("front", [box(-30, 330, 20, 20)], 1.0),
        ("front", [box(10, 330, 20, 20)], -1.0),
        ("back", [box(-30, 320, 20, 20), box(10, 320, 20, 20)], 0.0),
        ("back", [box(-30, 320, 20, 20), box(10, 320, 20, 60)], 0.5),
    ],
)
def test_laterality_is_the_patients(
    adult: BodyTemplate, view: str, shapes: list[Shape], index: float
) -> None:
    measures = _measured(adult, drawn(adult, *((view, shape) for shape in shapes)))

    assert measures.laterality == pytest.approx(index, abs=0.01)
    assert not measures.crosses_midline


def test_laterality_of_midline_ink_alone_is_not_said(adult: BodyTemplate) -> None:
    measures = _measured(adult, drawn(adult, ("front", RegionShape("pubic"))))

    assert measures.laterality is None


def test_ink_across_the_midline_is_said_but_the_width_of_a_line_is_not(
    adult: BodyTemplate,
) -> None:
    across = _measured(adult, drawn(adult, ("back", box(-20, 320, 40, 20))))
    along = _measured(adult, drawn(adult, ("back", box(-20, 320, 20.2, 20))))

    assert across.crosses_midline
    assert not along.crosses_midline


def test_touching_ink_is_one_cluster_whatever_its_sites(adult: BodyTemplate) -> None:
    visit = drawn(
        adult,
        ("back", box(-40, 300, 20, 20)),
        ("back", box(-25, 300, 20, 20)),
        ("back", box(20, 300, 20, 20)),
        ("front", box(20, 330, 10, 10)),
    )

    clusters = _measured(adult, visit).clusters

    assert [(each.view_id, len(each.sites)) for each in clusters] == [
        ("front", 1),
        ("back", 2),
        ("back", 1),
    ]
    assert clusters[1].centre == pytest.approx((-22.5, 310))
    assert clusters[2].centre == pytest.approx((30, 310))


def test_intensity_is_weighed_by_area_as_published(adult: BodyTemplate) -> None:
    small = drawn(adult, ("back", box(-40, 300, 20, 20)), intensity=8)
    visit = drawn(adult, ("back", box(0, 300, 20, 60)), visit=small, intensity=4)
    visit = drawn(adult, ("back", box(0, 400, 10, 10)), visit=visit)

    measures = _measured(adult, visit)

    assert measures.mean_intensity == pytest.approx((8 * 400 + 4 * 1200) / 1600)
    assert measures.sum_intensity == pytest.approx(_cm2(adult, 8 * 400 + 4 * 1200))
    assert measures.max_intensity == 8
    whole = sum(adult.views[view_id].silhouette.area for view_id in ("front", "back"))
    assert measures.coverage == pytest.approx(1700 / whole)


@pytest.mark.parametrize("first", [3, 9])
def test_where_sites_overlap_the_stronger_shows(adult: BodyTemplate, first: int) -> None:
    wide, narrow = box(-40, 300, 40, 40), box(-30, 310, 20, 20)
    visit = drawn(adult, ("back", wide), intensity=first)
    visit = drawn(adult, ("back", narrow), visit=visit, intensity=6)

    mean = _measured(adult, visit).mean_intensity

    expected = {3: (3 * 1200 + 6 * 400) / 1600, 9: 9.0}[first]
    assert mean == pytest.approx(expected)


def test_what_was_not_asked_is_not_zero(adult: BodyTemplate) -> None:
    measures = _measured(adult, drawn(adult, ("back", box(-40, 300, 20, 20))))

    assert measures.mean_intensity is measures.sum_intensity is measures.max_intensity is None


def test_the_whole_body_is_all_of_the_surface_by_the_rule_of_nines(adult: BodyTemplate) -> None:
    shapes = [
        (view.id, RegionShape(region.id))
        for view in adult.views.values()
        if view.id in ("front", "back")
        for region in view.regions
    ]

    measures = _measured(adult, drawn(adult, *shapes))

    assert measures.body_share == pytest.approx(1.0)
    assert measures.body_share_basis is BodyShareBasis.NINES
    assert measures.mean_extent == pytest.approx(1.0, abs=0.002)


def test_an_arm_is_nine_percent(adult: BodyTemplate) -> None:
    arms = {part.id: part for part in TABLES.rule_of_nines.parts}["arms"].regions
    shapes = [
        (view.id, RegionShape(region.id))
        for view in adult.views.values()
        if view.id in ("front", "back")
        for region in view.regions
        if region.base_id in arms and region.id.endswith(".left")
    ]

    assert _measured(adult, drawn(adult, *shapes)).body_share == pytest.approx(0.09, abs=1e-3)


class _HalfSurface:
    """A surface of two faces, left and right; front and back show the same."""

    area: NDArray[np.float64] = np.array([0.5, 0.5])
    region: NDArray[np.int64] = np.array([0, 1])
    regions: tuple[str, ...] = ("skin.left", "skin.right")

    def __init__(self, left_of: Mapping[str, float]) -> None:
        self._left_of = left_of

    def faces_of(self, view_id: str, shape: BaseGeometry) -> NDArray[np.float64]:
        sign = self._left_of[view_id]
        halves = [shapely.box(0, 0, sign * 100, 100), shapely.box(0, 0, -sign * 100, 100)]
        here = shapely.affinity.translate(shape, 0, -300)
        covered = shapely.area(shapely.intersection(here, halves))
        return np.asarray(covered / 10_000)


def test_the_same_place_in_two_views_counts_once_on_the_surface(adult: BodyTemplate) -> None:
    surface = _HalfSurface({"front": 1.0, "back": -1.0})
    measurer = Measurer({adult.ref: adult}, TABLES.rule_of_nines, {adult.ref: surface})
    back = ("back", box(-50, 320, 40, 25))
    one = measurer.measure(drawn(adult, back))

    both = measurer.measure(drawn(adult, back, ("front", box(10, 320, 40, 25))))

    assert one.body_share_basis is BodyShareBasis.SURFACE
    assert one.body_share == pytest.approx(0.05)
    assert both.body_share == pytest.approx(0.05)
    assert both.laterality == -1.0


def test_a_view_without_a_place_on_the_surface_falls_back_and_says_so(
    adult: BodyTemplate,
) -> None:
    surface = _HalfSurface({"front": 1.0})
    measurer = Measurer({adult.ref: adult}, TABLES.rule_of_nines, {adult.ref: surface})

    measures = measurer.measure(drawn(adult, ("back", box(-50, 320, 40, 25))))

    assert measures.body_share_basis is BodyShareBasis.NINES


def test_marks_on_a_figure_that_is_not_at_hand_are_counted_as_not_measured(
    adult: BodyTemplate,
) -> None:
    visit = drawn(other_ref(adult), ("back", RegionShape("glut_up.left")))

    measures = _measured(adult, visit)

    assert measures.not_measured == 1
    assert measures.body_share_basis is BodyShareBasis.UNKNOWN
    assert measures.regions == 1


def test_marks_on_two_figures_are_not_united(adult: BodyTemplate) -> None:
    newer = other_ref(adult)
    visit = drawn(adult, ("back", RegionShape("glut_up.left")))
    visit = drawn(newer, ("back", RegionShape("glut_up.left")), visit=visit)
    measurer = Measurer({adult.ref: adult, newer.ref: newer}, TABLES.rule_of_nines)

    measures = measurer.measure(visit)

    assert (measures.body_share, measures.regions) == (None, 1)
    assert measures.body_share_basis is BodyShareBasis.SEVERAL_FIGURES


def test_layers_are_measured_apart(adult: BodyTemplate) -> None:
    visit = drawn(adult, ("back", RegionShape("glut_up.left")), layer=AuthorLayer.DOCTOR)
    measurer = _measurer(adult)

    assert measurer.measure(visit).regions == 0
    assert measurer.measure(visit, AuthorLayer.DOCTOR).regions == 1


_places = st.tuples(st.floats(-60, 60), st.floats(250, 420))
_strokes = st.builds(
    lambda points, width: stroke(*points, width=width),
    st.lists(_places, min_size=1, max_size=4),
    st.floats(2, 25),
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(_strokes, st.none() | st.integers(0, 10)), min_size=1, max_size=6),
    st.integers(0, 5),
)
def test_what_was_kept_gives_the_same_as_what_is_new(
    strokes: list[tuple[StrokeShape, int | None]], taken: int
) -> None:
    adult = adult_figure()
    visit, kept = empty_visit(), _measurer(adult)
    for shape, intensity in strokes:
        visit = drawn(adult, ("back", shape), visit=visit, intensity=intensity)
        kept.measure(visit)
    gone = visit.marks[taken % len(visit.marks)]
    visit = visit.changed(remove=frozenset({gone.id, gone.site_id}))

    again, fresh = kept.measure(visit), _measurer(adult).measure(visit)

    assert again == fresh
    united = InkCache().ink(adult, adult.views["back"], visit.marks)
    assert united.area == pytest.approx(united.shape().area, rel=1e-6)
    assert sum(area for _, area in united.covered.values()) == pytest.approx(
        united.area, rel=1e-3, abs=0.1
    )


_levels = st.none() | st.integers(0, 10)
_acts = st.one_of(
    st.tuples(st.just("draw"), _strokes, _levels),
    st.tuples(st.just("erase"), st.integers(0, 9), st.none()),
    st.tuples(st.just("ask"), st.integers(0, 9), _levels),
    st.tuples(st.just("undo"), st.none(), st.none()),
)


def _after(visits: list[Visit], act: tuple[str, Any, Any]) -> list[Visit]:
    """The visits so far and the one after an act; undo takes the last away."""
    what, first, second = act
    visit = visits[-1]
    if what == "undo":
        return visits[:-1] or visits
    if what == "draw":
        shape = (("back", first),)
        return [*visits, drawn(adult_figure(), *shape, visit=visit, intensity=second)]
    if not visit.marks:
        return visits
    mark = visit.marks[first % len(visit.marks)]
    if what == "erase":
        return [*visits, visit.changed(remove=frozenset({mark.id, mark.site_id}))]
    site = next(each for each in visit.pain_sites if each.id == mark.site_id)
    return [*visits, visit.changed(put=(replace(site, intensity=second),))]


@settings(max_examples=40, deadline=None)
@given(st.lists(_acts, min_size=1, max_size=14))
def test_measures_that_follow_every_act_are_those_of_shapely(
    acts: list[tuple[str, Any, Any]],
) -> None:
    """Areas are those of the united shapes; outlines alone are taken to `TOLERANCE`."""
    adult = adult_figure()
    view = adult.views["back"]
    following, visits = _measurer(adult), [empty_visit()]
    for act in acts:
        visits = _after(visits, act)
        followed = following.measure(visits[-1])
    visit = visits[-1]
    areas = {mark.site_id: area_on_body(view, mark.shape) for mark in visit.marks}
    united = shapely.union_all(list(areas.values()))
    level = {site.id: site.intensity for site in visit.pain_sites}
    at_least = {
        n: shapely.union_all([a for key, a in areas.items() if (level[key] or 0) >= n])
        for n in range(1, 11)
    }

    edge = TOLERANCE * sum(area.length for area in areas.values()) + 1e-6
    extent = followed.extent_of("back")
    area = extent.share * view.silhouette.area if extent is not None else 0.0
    assert area == pytest.approx(united.area, abs=edge)
    total = sum(_cm2(adult, each.area) for each in at_least.values())
    assert (followed.sum_intensity or 0.0) == pytest.approx(total, abs=10 * _cm2(adult, edge))
    # and whatever was kept on the way, the same as reckoned anew
    fresh = _measured(adult, visit)
    assert followed.regions == fresh.regions
    assert len(followed.clusters) == len(fresh.clusters)
    assert [c.sites for c in followed.clusters] == [c.sites for c in fresh.clusters]
    for name in ("mean_extent", "sum_intensity", "mean_intensity", "coverage", "laterality"):
        one, other = getattr(followed, name), getattr(fresh, name)
        assert (one is None) == (other is None)
        assert one is None or one == pytest.approx(other, rel=1e-6, abs=1e-9)
    ink = following.ink(visit, AuthorLayer.PATIENT)
    assert sum(each.area for each in ink) == pytest.approx(
        sum(each.shape().area for each in ink), rel=1e-6
    )


@pytest.fixture(scope="module")
def woman() -> BodyTemplate:
    return load_template(RESOURCES / "body_maps" / "woman")


def test_a_place_drawn_in_a_zoom_and_in_its_view_counts_once(woman: BodyTemplate) -> None:
    square = box(-30, 340, 20, 20)
    measurer = _measurer(woman)

    zoomed = measurer.measure(drawn(woman, ("low_back_pelvis", square)))
    both = measurer.measure(drawn(woman, ("low_back_pelvis", square), ("back", square)))
    finer = next(
        region.id
        for region in woman.views["low_back_pelvis"].regions
        if region.parent_id == "sij.left"
    )
    tapped = drawn(woman, ("low_back_pelvis", RegionShape(finer)))

    assert [extent.view_id for extent in zoomed.extents] == ["front", "back"]
    assert zoomed.extents == both.extents
    assert len(both.clusters) == 1
    (found,) = measurer.regions(tapped)
    assert (found.id, found.basis) == ("sij.left", {Basis.RULE})


@pytest.mark.parametrize("view_id", ["left", "right"])
def test_a_side_view_is_all_of_its_side(woman: BodyTemplate, view_id: str) -> None:
    region = f"thigh_lat.{view_id}"

    measures = _measurer(woman).measure(drawn(woman, (view_id, RegionShape(region))))

    assert measures.laterality == {"left": -1.0, "right": 1.0}[view_id]
    assert [each.view_id for each in measures.extents] == ["front", "back", view_id]
    assert (measures.body_share or 0) > 0


def test_the_figures_own_surface_is_used(woman: BodyTemplate) -> None:
    surface = load_surface(RESOURCES / "body_maps" / "woman")
    assert surface is not None
    measurer = Measurer({woman.ref: woman}, TABLES.rule_of_nines, {woman.ref: surface})
    thigh = ("left", RegionShape("thigh_lat.left"))

    one = measurer.measure(drawn(woman, thigh))
    more = measurer.measure(drawn(woman, thigh, ("front", RegionShape("thigh_lat.left"))))

    assert one.body_share_basis is BodyShareBasis.SURFACE
    assert 0 < (one.body_share or 0) <= (more.body_share or 0) < 0.1
    assert one.laterality == pytest.approx(-1.0)


def test_a_changed_intensity_or_shape_is_seen_although_the_ids_stay(adult: BodyTemplate) -> None:
    measurer = _measurer(adult)
    visit = drawn(adult, ("back", box(-40, 300, 20, 20)), intensity=4)
    before = measurer.measure(visit)
    site, mark = visit.pain_sites[0], visit.marks[0]

    stronger = measurer.measure(visit.changed(put=(replace(site, intensity=9),)))
    larger = measurer.measure(visit.changed(put=(replace(mark, shape=box(-40, 300, 20, 40)),)))

    assert (before.mean_intensity, stronger.mean_intensity) == (4, 9)
    assert larger.sum_intensity == pytest.approx(2 * (before.sum_intensity or 0))


def test_two_marks_may_share_one_shape(adult: BodyTemplate) -> None:
    shape = box(-40, 300, 20, 20)
    visit = drawn(adult, ("back", shape), ("back", shape), intensity=5)
    assert visit.marks[0].shape is visit.marks[1].shape

    (cluster,) = _measured(adult, visit).clusters

    assert len(cluster.sites) == 2
    assert cluster.area_cm2 == pytest.approx(_cm2(adult, 400))
