"""Overlays are switched on in the menu Views, remembered, and are never marks."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QAction, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shapely import Point

from painmap.bodymap.marks import covered_regions
from painmap.bodymap.overlays import Overlay
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, PainSite, PointShape, RegionShape, StrokeShape
from painmap.domain.places import FigurePoint
from painmap.services.catalogue import body_map, figures_of, overlay_facts, surfaces_of
from painmap.services.export import export_visit
from painmap.services.settings import Settings
from painmap.ui.body_figures import figure_for, figure_with
from painmap.ui.body_overlays import laid
from painmap.ui.body_picture import PICTURE_SIZE, body_pictures, picture
from painmap.ui.body_view import BodyFigure
from painmap.ui.body_zooms import from_zooms
from painmap.ui.main_window import MainWindow
from painmap.ui.map_overlays import OverlayChoice
from painmap.ui.map_page import MapPage
from painmap.ui.theme import LIGHT
from tests.domain.builders import visit as empty_visit
from tests.ui.map_driver import pixel_of, tap, visit_of

EVERYTHING = frozenset(Overlay)
WHOLE = ("front", "back", "left", "right")


def _switch(page: MapPage, words: str) -> QAction:
    page.head.menu.aboutToShow.emit()
    return next(a for a in page.head.menu.actions() if a.text() == f"Lay over: {words}")


def _seen(page: MapPage) -> QImage:
    return page.figure.grab().toImage()


def test_each_kind_is_switched_on_and_off_in_the_menu(map_page: MapPage) -> None:
    map_page.show_figure("woman")
    assert map_page.figure.overlays == frozenset()
    bare = _seen(map_page)
    for kind in Overlay:
        words = overlay_facts().kinds[kind].name.lower()

        _switch(map_page, words).trigger()
        assert map_page.figure.overlays == {kind}
        assert _switch(map_page, words).isChecked()
        assert _seen(map_page) != bare
        _switch(map_page, words).trigger()

        assert map_page.figure.overlays == frozenset()
        assert _seen(map_page) == bare


@pytest.mark.parametrize("figure", ["woman", "man", "child", "adult"])
def test_every_view_and_zoom_has_names_to_show(figure: str) -> None:
    template = body_map(figure)
    for view in template.views.values():
        names = laid(template.ref, view, Overlay.NERVES)

        assert names, view.id
        assert {each.side for each in names} >= {view.viewers_left, view.viewers_right}
        assert all(each.path.contains(QPointF(*each.label_at)) for each in names)


def test_turning_the_figure_keeps_what_is_laid_over(qapp: QApplication) -> None:
    shown = BodyFigure(body_map("woman"), LIGHT)
    shown.resize(300, 380)
    for view in ("front", "left", "neck_right", "foot_sole"):
        shown.show_view(view)
        shown.show_overlays(frozenset())
        bare = shown.grab().toImage()
        shown.show_overlays(frozenset({Overlay.NERVES}))

        assert shown.grab().toImage() != bare, view


def test_the_choice_is_remembered_at_the_next_start(start: Callable[[], MainWindow]) -> None:
    first = start()
    first.desk.overlays.switch(Overlay.DERMATOMES, True)

    second = start()

    assert second.desk.overlays.shown == {Overlay.DERMATOMES}
    assert second.pages.map.figure.overlays == {Overlay.DERMATOMES}


def test_overlays_are_no_marks_and_enter_no_measure(map_page: MapPage) -> None:
    map_page.show_figure("woman")
    tap(map_page, "lumb_lo_para.left")
    before = visit_of(map_page)
    for kind in Overlay:
        map_page.desk.overlays.switch(kind, True)

    assert visit_of(map_page) is before
    assert len(map_page.figure.scene.marks) == 1
    at = map_page.figure.camera.pixel(map_page.figure.figure.region("glut_lo.left").label_at)
    assert map_page.figure.mark_at(map_page.figure.camera.figure(at.x, at.y)) is None
    assert map_page.figure.childAt(QPoint(round(at.x), round(at.y))) is None


def test_a_mark_lies_above_what_is_laid_over(qapp: QApplication) -> None:
    template = body_map("woman")
    site = PainSite(new_id(), intensity=9)
    shape = RegionShape("glut_lo.left")
    regions = covered_regions(template.views["back"], shape)
    mark = Mark(new_id(), site.id, AuthorLayer.PATIENT, template.ref, "back", shape, regions)
    visit = empty_visit().changed(put=(site, mark))
    plain = picture(visit, template, "back", PICTURE_SIZE)
    laid = picture(visit, template, "back", PICTURE_SIZE, overlays=frozenset({Overlay.MUSCLES}))

    def colours(image: QImage) -> set[str]:
        """What is seen in the upper half, where the muscle lies under no mark."""
        return {
            image.pixelColor(x, y).name() for x in range(400, 500, 2) for y in range(500, 700, 2)
        }

    assert colours(plain) != colours(laid)
    strongest = QColor(LIGHT.pain[9])
    for image in (plain, laid):
        near = [
            each
            for x in range(0, image.width(), 4)
            for y in range(0, image.height(), 4)
            if abs((each := image.pixelColor(x, y)).red() - strongest.red()) < 40
            and abs(each.green() - strongest.green()) < 40
        ]
        assert len(near) > 100  # the mark keeps its colour


def test_exported_pictures_show_overlays_only_when_switched_on(
    qapp: QApplication,
) -> None:
    template, visit = body_map("woman"), empty_visit()
    off = body_pictures(visit, template)
    on = body_pictures(visit, template, frozenset({Overlay.DERMATOMES}))

    assert off.keys() == on.keys() == {f"body-{view}.png" for view in WHOLE}
    for name in off:
        assert off[name] != on[name]
        line = [each[name].copy(0, each[name].height() - 36, 900, 36) for each in (off, on)]
        assert line[0] != line[1]  # it says so


def test_the_drawing_as_vectors_shows_and_says_what_is_laid_over(
    map_page: MapPage, tmp_path: Path
) -> None:
    map_page.show_figure("woman")
    tap(map_page, "lumb_lo_para.left")
    map_page.desk.jobs.record_now(lambda: None)
    clinic, visit, desk = map_page.desk.clinic, visit_of(map_page), map_page.desk

    def drawing(name: str, shown: frozenset[Overlay]) -> str:
        target = tmp_path / name
        target.mkdir()
        written = export_visit(clinic, visit.id, target, muscles=desk.muscles, overlays=shown)
        return (written.folder / "body diagram.svg").read_text(encoding="utf-8")

    bare, laid = drawing("bare", frozenset()), drawing("laid", EVERYTHING)

    assert "data-overlay" not in bare
    assert "Laid over" not in bare
    for words in overlay_facts().said(EVERYTHING):
        assert f"Laid over, not marked: {words}." in laid
    root = ET.fromstring(laid)  # noqa: S314  # just written by ourselves
    titles = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert any(t.startswith("quadratus lumborum: from iliolumbar") for t in titles)
    assert any("1918" in t and t.startswith("saphenous") for t in titles)


def test_settings_know_every_kind(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    choice = OverlayChoice(settings)
    for kind in Overlay:
        choice.switch(kind, True)
        choice.switch(kind, True)

    assert OverlayChoice(settings).shown == EVERYTHING


# --- feet


@pytest.mark.parametrize(("zoom", "parent"), [("foot_sole", "back"), ("foot_top", "front")])
def test_what_is_marked_on_a_foot_is_shown_on_the_whole_view_about_where_it_lies(
    zoom: str, parent: str
) -> None:
    template = body_map("woman")
    view = template.views[zoom]
    toe = next(r for r in view.regions if "great_toe" in r.id and r.id.endswith("left"))
    at = toe.label_at
    aside = FigurePoint(at.x + 1, at.y)
    site = PainSite(new_id(), intensity=4)
    shapes = (RegionShape(toe.id), PointShape(at), StrokeShape((at, aside), 6.0))
    marks = [
        Mark(new_id(), site.id, AuthorLayer.PATIENT, template.ref, zoom, shape) for shape in shapes
    ]
    visit = empty_visit().changed(put=(site, *marks))

    shown = from_zooms(visit, template, parent)

    assert [mark.id for mark in shown] == [mark.id for mark in marks]
    base = template.views[parent].region(toe.parent_id).shape
    for mark in shown:
        places = (
            [mark.shape.point]
            if isinstance(mark.shape, PointShape)
            else [point for rings in mark.shape.polygons for ring in rings for point in ring]  # type: ignore[union-attr]  # an area
        )
        for place in places:
            assert base.distance(Point(place)) < 12
            assert (place.x < 0) == (template.views[parent].viewers_left is toe.side)


# --- earlier versions


def test_a_visit_drawn_on_an_earlier_version_opens_and_is_shown_on_it(map_page: MapPage) -> None:
    earlier = body_map("earlier/woman-1")
    map_page.marking.template = earlier
    map_page.figure.show_figure(earlier, "foot_sole")
    tap(map_page, "toes_sole/great_toe.left")
    visit, patient = visit_of(map_page), map_page.desk.open_visit.patient
    map_page.desk.close_visit()
    map_page.desk.jobs.record_now(lambda: None)

    map_page.desk.show_visit(map_page.desk.clinic.open_visit(visit.id))

    assert map_page.template is earlier
    map_page.show_view("foot_sole")
    assert [m.shape for m in map_page.figure.scene.marks] == [
        RegionShape("toes_sole/great_toe.left")
    ]
    day = visit.started.date()
    assert figure_for(patient, day, visit_of(map_page), body_map("adult")) is earlier
    assert set(figures_of(visit)) == {earlier.ref}
    assert set(surfaces_of(figures_of(visit))) == {earlier.ref}


@pytest.mark.parametrize("figure", ["woman", "man", "child"])
def test_todays_figure_never_shows_the_marks_of_an_earlier_one(
    qapp: QApplication, figure: str
) -> None:
    today, earlier = body_map(figure), body_map(f"earlier/{figure}-1")

    assert (today.ref.version, earlier.ref.version) == (2, 1)
    assert figure_with(earlier.ref) is earlier
    assert figure_with(today.ref) is today
    site = PainSite(new_id())
    shape = RegionShape("lumb_lo_para.left")
    mark = Mark(new_id(), site.id, AuthorLayer.PATIENT, earlier.ref, "back", shape)
    names = body_pictures(empty_visit().changed(put=(site, mark)), today)

    assert f"body-{figure}-version-1-back.png" in names


def test_hovering_says_what_is_laid_over_there_also_where_the_name_had_no_room(
    map_page: MapPage,
) -> None:
    map_page.show_figure("woman")
    map_page.show_view("back")
    figure = map_page.figure
    shown = next(
        each
        for each in laid(figure.template.ref, figure.figure, Overlay.MUSCLES)
        if each.side is figure.figure.viewers_left and "rector" in each.words
    )
    at = pixel_of(map_page, shown.label_at)
    QTest.mouseMove(figure, at)
    assert shown.words not in map_page.under.text()

    _switch(map_page, "muscles").trigger()
    QTest.mouseMove(figure, at + QPoint(1, 0))

    said = map_page.under.text()
    region = figure.region_at(shown.label_at)
    assert region is not None
    assert said.startswith(region.name.capitalize()[:4]) or region.side.value.upper() in said
    assert shown.words in said
