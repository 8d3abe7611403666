"""Muscles and dermatomes lie on the figure that they were drawn for."""

import re
from pathlib import Path

import pytest
import shapely

from painmap.bodymap.errors import TemplateError, TemplateProblem
from painmap.bodymap.overlays import FILE, Overlays, load_overlays
from painmap.bodymap.template import load_template
from painmap.domain.anatomy import Side
from painmap.domain.places import FigurePoint
from painmap.services.catalogue import muscles
from tests.bodymap.conftest import ADULT

FIGURES = ("woman", "man", "child")


@pytest.mark.parametrize("figure", FIGURES)
def test_every_outline_lies_on_its_figure_on_both_sides(figure: str) -> None:
    template = load_template(ADULT.parent / figure)
    overlays = load_overlays(ADULT.parent / figure)
    for each in (*overlays.muscles, *overlays.dermatomes):
        body = template.views[each.view].silhouette

        assert each.shape.is_valid, each.id
        assert each.shape.difference(body.buffer(0.6)).area < 0.5, each.id
        x = each.shape.centroid.x
        assert (x < 0) == (each.side is template.views[each.view].viewers_left), each.id


@pytest.mark.parametrize("figure", FIGURES)
def test_left_is_the_mirror_of_right(figure: str) -> None:
    overlays = load_overlays(ADULT.parent / figure)
    every = (*overlays.muscles, *overlays.dermatomes)
    area = {(e.id, e.view, e.side): e.shape.area for e in every}

    assert len(area) == len(every)
    for (name, view, side), size in area.items():
        assert size == pytest.approx(area[name, view, side.mirrored])


def test_muscles_are_those_of_the_catalogue() -> None:
    known = set(muscles())

    assert {shape.id for shape in load_overlays(ADULT.parent / "man").muscles} <= known


def test_dermatomes_are_named_by_spinal_root() -> None:
    assert all(
        re.fullmatch(r"C[2-8]|T([1-9]|1[0-2])|L[1-5]|S[1-5]", shape.id)
        for shape in load_overlays(ADULT.parent / "man").dermatomes
    )


@pytest.mark.parametrize("figure", FIGURES)
def test_quadratus_lumborum_lies_in_the_flank(figure: str) -> None:
    back = load_template(ADULT.parent / figure).views["back"]
    shape = next(
        m.shape
        for m in load_overlays(ADULT.parent / figure).muscles
        if m.id == "quadratus_lumborum" and m.side is Side.LEFT
    )
    at = shape.representative_point()
    region = back.region_at(FigurePoint(at.x, at.y))

    assert region is not None
    assert region.id == "flank_ql.left"
    assert shapely.area(shape) > 500


def test_the_adult_of_version_1_has_no_overlays() -> None:
    assert load_overlays(ADULT) == Overlays()


def test_damaged_overlays_are_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no gzip")

    with pytest.raises(TemplateError) as caught:
        load_overlays(tmp_path)
    assert caught.value.problem is TemplateProblem.UNREADABLE
