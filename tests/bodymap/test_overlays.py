"""What is laid over a figure lies on it, on both sides and in every view, and says its source."""

from functools import cache
from pathlib import Path

import pytest
import shapely

from painmap.bodymap.errors import TemplateError, TemplateProblem
from painmap.bodymap.overlays import (
    FACTS,
    FILE,
    Overlay,
    OverlayFacts,
    Overlays,
    OverlayShape,
    level_places,
    load_facts,
    load_overlays,
)
from painmap.bodymap.template import BodyTemplate, load_template
from painmap.domain.anatomy import Side
from painmap.domain.places import FigurePoint
from painmap.services.catalogue import muscles
from tests.bodymap.conftest import ADULT

FIGURES = ("woman", "man", "child")
ROOTS = (
    *(f"C{k}" for k in range(2, 9)),
    *(f"T{k}" for k in range(1, 13)),
    *(f"L{k}" for k in range(1, 6)),
    *("S1", "S2", "S3", "S4-5"),
)
DRAWN = (Overlay.MUSCLES, Overlay.DERMATOMES, Overlay.NERVES)
TWIN = {"left": "right", "right": "left"}


@cache
def _template(figure: str) -> BodyTemplate:
    return load_template(ADULT.parent / figure)


@cache
def _overlays(figure: str) -> Overlays:
    return load_overlays(ADULT.parent / figure)


@cache
def _facts() -> OverlayFacts:
    return load_facts(ADULT.parents[1] / "overlays")


def _every(figure: str) -> tuple[OverlayShape, ...]:
    found = _overlays(figure)
    return (*found.muscles, *found.dermatomes, *found.nerves)


@pytest.mark.parametrize("figure", FIGURES)
def test_every_outline_lies_on_its_figure_on_its_side(figure: str) -> None:
    template = _template(figure)
    for each in _every(figure):
        view = template.views[each.view]

        assert each.shape.is_valid, each.id
        assert each.shape.difference(view.silhouette.buffer(0.6)).area < 0.5, each.id
        if view.only_side is None:
            x = each.shape.centroid.x
            assert (x < 0) == (each.side is view.viewers_left), each.id
        else:
            assert each.side is view.only_side


@pytest.mark.parametrize("figure", FIGURES)
def test_left_is_the_mirror_of_right(figure: str) -> None:
    found = _overlays(figure)
    for kind in (found.muscles, found.dermatomes, found.nerves):
        area = {(e.id, e.view, e.side): e.shape.area for e in kind}

        assert len(area) == len(kind)
        for (name, view, side), size in area.items():
            other = area[name, TWIN.get(view, view), side.mirrored]
            assert size == pytest.approx(other, rel=1e-6)


AS_PARTS = {"deep_back_group": ("erector_spinae", "multifidus")}
"""One label of other systems for several muscles of ours, which are drawn one by one."""


@pytest.mark.parametrize("figure", FIGURES)
def test_every_muscle_of_the_catalogue_has_an_outline_built_from_cited_facts(figure: str) -> None:
    drawn = {shape.id for shape in _overlays(figure).muscles}

    assert drawn == set(muscles()) - set(AS_PARTS)
    assert all(set(parts) <= drawn for parts in AS_PARTS.values())
    for name in drawn:
        fact = _facts().facts[Overlay.MUSCLES, name]
        assert fact.words.startswith("from ")
        assert " to " in fact.words
        assert "1918" in fact.source


@pytest.mark.parametrize("figure", FIGURES)
def test_every_root_has_a_band_about_its_key_point(figure: str) -> None:
    found = _overlays(figure)

    assert {shape.id for shape in found.dermatomes} == set(ROOTS)
    assert {point.id for point in found.points} == set(ROOTS)
    for point in found.points:
        bands = [
            shape.shape
            for shape in found.dermatomes
            if (shape.id, shape.view, shape.side) == (point.id, point.view, point.side)
        ]
        assert bands, f"{point.id} has no band on the view of its key point"
        assert min(band.distance(shapely.Point(point.at)) for band in bands) < 6, point.id
        assert "key sensory points" in _facts().facts[Overlay.DERMATOMES, point.id].source


@pytest.mark.parametrize("figure", FIGURES)
def test_neighbouring_bands_overlap_so_that_none_is_a_boundary(figure: str) -> None:
    front = {
        shape.id: shape.shape
        for shape in _overlays(figure).dermatomes
        if shape.view == "front" and shape.side is Side.LEFT
    }
    for upper, lower in zip(range(4, 12), range(5, 13), strict=True):
        assert front[f"T{upper}"].intersects(front[f"T{lower}"]), upper


def test_nerves_are_named_with_their_source() -> None:
    names = {shape.id for shape in _overlays("man").nerves}

    assert names == {name for kind, name in _facts().facts if kind is Overlay.NERVES}
    assert all("1918" in _facts().facts[Overlay.NERVES, name].source for name in names)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("view", ["front", "back", "left", "right", "foot_top", "low_back_pelvis"])
def test_every_kind_is_on_every_side_of_the_body_and_in_zooms(
    figure: str, kind: Overlay, view: str
) -> None:
    if kind is Overlay.MUSCLES and view == "foot_top":
        return  # no muscle of the catalogue lies there
    shown = _template(figure).views[view]
    found = _overlays(figure).shapes(kind, shown)

    assert any(each.shape.intersects(shown.silhouette) for each in found)


@pytest.mark.parametrize("figure", FIGURES)
def test_the_sole_and_the_side_of_the_neck_have_what_lies_there(figure: str) -> None:
    views, found = _template(figure).views, _overlays(figure)
    sole = {each.id for each in found.shapes(Overlay.NERVES, views["foot_sole"])}
    neck = {each.id for each in found.shapes(Overlay.MUSCLES, views["neck_left"])}

    assert sole == {"medial_plantar", "lateral_plantar", "tibial_calcaneal"}
    assert neck >= {"sternocleidomastoid", "scalenus_medius", "levator_scapulae"}


@pytest.mark.parametrize("figure", FIGURES)
def test_the_muscle_lies_on_the_region_that_is_named_after_it(figure: str) -> None:
    template, found = _template(figure), _overlays(figure)
    for muscle, view, region in (
        ("quadratus_lumborum", "back", "flank_ql.left"),
        ("sternocleidomastoid", "neck_left", "neck_ant/scm.left"),
        ("masseter", "head_left", "jaw_tmj/masseter.left"),
    ):
        shown = template.views[view]
        shape = next(
            each.shape
            for each in found.shapes(Overlay.MUSCLES, shown)
            if each.id == muscle and each.side is Side.LEFT
        )
        shared = shape.intersection(shown.region(region).shape).area
        assert shared > 0.4 * min(shape.area, shown.region(region).shape.area), muscle


@pytest.mark.parametrize("figure", FIGURES)
def test_six_levels_are_on_the_back_and_on_the_rear_rim_of_a_side(figure: str) -> None:
    views = _template(figure).views
    for view, aside in (("back", 0), ("left", 1), ("right", -1)):
        places = level_places(_template(figure), views[view])

        assert [tick.level for tick, _ in places] == ["C7", "T3", "T7", "T12", "L4", "S2"]
        for _, at in places:
            assert at.x * aside >= 0
            if aside:
                rim = views[view].silhouette.boundary
                assert rim.distance(shapely.Point(at)) < 0.01
    for view in ("front", "foot_sole", "hand_back_left"):
        assert level_places(_template(figure), views[view]) == ()
    zoomed = level_places(_template(figure), views["low_back_pelvis"])
    assert [tick.level for tick, _ in zoomed] == ["T12", "L4", "S2"]


def test_each_kind_says_what_it_is_and_is_not() -> None:
    said = _facts().said(frozenset(Overlay))

    assert [line.partition(":")[0] for line in said] == [
        "Spinous processes",
        "Muscles",
        "Dermatomes",
        "Skin areas of nerves",
    ]
    assert _facts().said([Overlay.DERMATOMES]) == ("Dermatomes: textbook overlap, not a boundary",)
    assert _facts().kinds[Overlay.NERVES].words == "textbook areas, they vary and overlap"


@pytest.mark.parametrize("figure", FIGURES)
def test_quadratus_lumborum_lies_in_the_flank(figure: str) -> None:
    back = _template(figure).views["back"]
    shape = next(
        m.shape
        for m in _overlays(figure).muscles
        if (m.id, m.view, m.side) == ("quadratus_lumborum", "back", Side.LEFT)
    )
    at = shape.representative_point()
    region = back.region_at(FigurePoint(at.x, at.y))

    assert region is not None
    assert region.id == "flank_ql.left"
    assert shapely.area(shape) > 500


def test_the_adult_has_its_overlays_on_front_and_back() -> None:
    found = load_overlays(ADULT)

    assert {each.view for each in (*found.muscles, *found.nerves)} == {"front", "back"}
    assert {each.id for each in found.muscles} == set(muscles()) - set(AS_PARTS)


def test_a_figure_without_overlays_has_none() -> None:
    assert load_overlays(ADULT.parent / "earlier/woman-1") == Overlays()


def test_damaged_overlays_are_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no gzip")

    with pytest.raises(TemplateError) as caught:
        load_overlays(tmp_path)
    assert caught.value.problem is TemplateProblem.UNREADABLE


def test_damaged_facts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as missing:
        load_facts(tmp_path)
    assert missing.value.problem is TemplateProblem.UNREADABLE
    (tmp_path / FACTS).write_text("[kinds.levels]\nname = 'x'\n", encoding="utf-8")

    with pytest.raises(TemplateError) as caught:
        load_facts(tmp_path)
    assert caught.value.problem is TemplateProblem.MALFORMED
