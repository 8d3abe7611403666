import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.bodymap.marks import covered_regions
from painmap.bodymap.template import BodyTemplate, load_template
from painmap.domain.anatomy import Side
from painmap.domain.edits import mark_pain
from painmap.domain.ids import new_id
from painmap.domain.pain import (
    AuthorLayer,
    Mark,
    PainSite,
    Quality,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint, Sha256, TemplateRef
from painmap.domain.visit import Visit
from painmap.services.catalogue import body_map, body_map_folder
from painmap.services.resources import resources_root
from painmap.ui import body_picture_page, theme
from painmap.ui.body_camera import FLANK_X, Camera, Letter, flank_letters, frame_of
from painmap.ui.body_glance import FigureGlance
from painmap.ui.body_ink import ink_of
from painmap.ui.body_marks import mark_under, scene_of
from painmap.ui.body_paint import paint_flanks
from painmap.ui.body_picture import body_pictures, picture
from painmap.ui.body_shapes import label_point, mark_path, transform_of
from painmap.ui.body_view import BodyFigure, Hover
from painmap.ui.desk import Desk, PlaceWanted
from painmap.ui.theme import DARK, LIGHT, Palette
from painmap.ui.tools.pen_path import simplified
from tests.domain.builders import visit as empty_visit

LOWER_LUMBAR_LEFT = "lumb_lo_para.left"


@pytest.fixture(scope="module")
def template() -> BodyTemplate:
    return load_template(body_map_folder("adult"))


@pytest.fixture
def fonts(qapp: QApplication) -> None:
    theme.load_fonts(resources_root())
    theme.apply(qapp, theme.Mode.LIGHT)


@pytest.fixture
def figure(qtbot: QtBot, fonts: None, template: BodyTemplate) -> BodyFigure:
    made = BodyFigure(template, LIGHT)
    made.resize(600, 660)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def marked(
    template: BodyTemplate,
    shape: Shape,
    *,
    view: str = "back",
    intensity: int | None = None,
    layer: AuthorLayer = AuthorLayer.PATIENT,
    ref: TemplateRef | None = None,
    visit: Visit | None = None,
) -> Visit:
    site = PainSite(new_id(), intensity=intensity)
    mark = Mark(
        id=new_id(),
        site_id=site.id,
        layer=layer,
        template=ref or template.ref,
        view=view,
        shape=shape,
        regions=covered_regions(template.views[view], shape),
    )
    return mark_pain(site, mark).apply(visit or empty_visit())


# --- camera and letters


def test_a_point_goes_to_its_pixel_and_back() -> None:
    camera = Camera(640, 700, 2.5, FigurePoint(30, 400))
    back = camera.figure(*camera.pixel(FigurePoint(12, 345)))
    assert back == pytest.approx((12, 345))


def test_the_whole_figure_fits_at_first() -> None:
    for size in ((200, 700), (700, 200), (1030, 640)):
        camera = Camera(*size)
        assert camera.shows(FigurePoint(-245, 0))
        assert camera.shows(FigurePoint(245, 1000))


def test_zooming_keeps_what_lies_under_the_cursor() -> None:
    camera = Camera(600, 660).zoomed(3, 300, 300)
    under = camera.figure(250, 330)
    closer = camera.zoomed(1.3, 250, 330)
    assert closer.figure(250, 330) == pytest.approx(under)


def test_zooming_out_ends_with_the_whole_figure() -> None:
    assert Camera(600, 660, 1.1, FigurePoint(9, 300)).zoomed(0.1, 0, 0) == Camera(600, 660)


def test_the_figure_cannot_be_pushed_out_of_the_picture() -> None:
    camera = Camera(600, 660).zoomed(6, 300, 300).panned(100_000, -100_000)
    assert camera.figure(0, 0).x >= -262
    assert camera.figure(600, 660).y <= 1014 + 1e-6


def _ordered(letters: tuple[Letter, Letter]) -> bool:
    return letters[0].at.x < letters[1].at.x


@pytest.mark.parametrize(("view", "viewers_left"), [("front", "R"), ("back", "L")])
@pytest.mark.parametrize("zoom", [1.0, 1.5, 4.0, 8.0])
@pytest.mark.parametrize("pan", [(0, 0), (900, 300), (-900, -700)])
def test_each_letter_stays_at_its_flank_and_in_the_picture(
    template: BodyTemplate, view: str, viewers_left: str, zoom: float, pan: tuple[int, int]
) -> None:
    camera = Camera(600, 660).zoomed(zoom, 300, 330).panned(*pan)
    letters = flank_letters(template.views[view].viewers_left, camera)
    assert [letter.text for letter in letters] == (
        ["R", "L"] if viewers_left == "R" else ["L", "R"]
    )
    assert _ordered(letters)
    for letter in letters:
        assert 0 < letter.at.x < 600
        assert 0 < letter.at.y < 660


@pytest.mark.parametrize("view", ["front", "back"])
def test_a_letter_stands_on_the_side_of_the_regions_that_it_names(
    template: BodyTemplate, view: str
) -> None:
    camera = Camera(600, 660)
    for letter in flank_letters(template.views[view].viewers_left, camera):
        side = Side.LEFT if letter.text == "L" else Side.RIGHT
        there = [r.label_at.x for r in template.views[view].regions if r.side is side]
        assert all(x * camera.figure(*letter.at).x > 0 for x in there)


def test_a_letter_points_outwards_when_its_flank_is_out_of_sight() -> None:
    camera = Camera(600, 660).zoomed(6, 300, 330)
    assert [each.beyond for each in flank_letters(Side.LEFT, camera)] == [-1, 1]
    assert [each.beyond for each in flank_letters(Side.LEFT, Camera(600, 660))] == [0, 0]


def test_letters_stand_beside_the_body_not_on_it(template: BodyTemplate) -> None:
    camera = Camera(600, 660)
    for view in template.views.values():
        for letter in flank_letters(view.viewers_left, camera):
            at = camera.figure(*letter.at)
            assert view.region_at(at) is None
            assert abs(at.x) == pytest.approx(FLANK_X)


# --- what a mark is


def test_ink_and_template_agree_where_each_region_is(template: BodyTemplate) -> None:
    for name, view in template.views.items():
        ink = ink_of(template, name)
        for region in view.regions:
            assert ink.regions[region.id].contains(QPointF(*region.label_at)), region.id
            assert ink.outline.contains(QPointF(*region.label_at)), region.id


def test_the_uppermost_mark_of_the_layer_worked_on_is_hit(template: BodyTemplate) -> None:
    at = template.region(LOWER_LUMBAR_LEFT).label_at
    visit = marked(template, RegionShape(LOWER_LUMBAR_LEFT))
    visit = marked(template, StrokeShape((at,), 30), layer=AuthorLayer.DOCTOR, visit=visit)
    region, stroke = visit.marks
    ink = ink_of(template, "back")

    def hit(layer: AuthorLayer | None) -> Mark | None:
        return mark_under(scene_of(visit, template.ref, "back", layer=layer), ink, at)

    assert hit(None) == stroke
    assert hit(AuthorLayer.DOCTOR) == stroke
    assert hit(AuthorLayer.PATIENT) == region


def test_a_number_stands_inside_its_mark(template: BodyTemplate) -> None:
    line = tuple(FigurePoint(x, 300 + abs(x) / 2) for x in range(-60, 61, 5))
    for shape in (RegionShape(LOWER_LUMBAR_LEFT), StrokeShape(line, 18)):
        (mark,) = marked(template, shape).marks
        ink = ink_of(template, "back")
        assert mark_path(mark, ink).contains(QPointF(*label_point(mark, ink)))


def test_a_mark_of_another_version_of_the_figure_is_not_drawn(template: BodyTemplate) -> None:
    older = TemplateRef(template.ref.id, 0, Sha256("0" * 64))
    visit = marked(template, RegionShape(LOWER_LUMBAR_LEFT), ref=older)
    assert scene_of(visit, template.ref, "back").marks == ()


def test_a_stored_stroke_stays_near_the_drawn_one() -> None:
    drawn = [FigurePoint(x / 4, 20 * (x / 100) ** 2) for x in range(400)]
    kept = simplified(drawn)
    assert len(kept) < len(drawn) / 8
    assert kept[0] == pytest.approx(drawn[0])
    assert kept[-1] == pytest.approx(drawn[-1], abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_intensity_is_told_by_lightness_alone(palette: Palette) -> None:
    def light(colour: str) -> float:
        ground = QColor(colour)
        return 0.2126 * ground.redF() + 0.7152 * ground.greenF() + 0.0722 * ground.blueF()

    steps = [light(colour) for colour in palette.pain]
    gaps = [b - a for a, b in itertools.pairwise(steps)]
    assert len(steps) == 11
    assert all(gap < -0.01 for gap in gaps) or all(gap > 0.01 for gap in gaps)


# --- the large figure


def test_hovering_names_the_region_before_the_click(figure: BodyFigure, qtbot: QtBot) -> None:
    region = figure.template.region(LOWER_LUMBAR_LEFT)
    at = figure.camera.pixel(region.label_at)
    with qtbot.waitSignal(figure.hovered) as heard:
        QTest.mouseMove(figure, QPoint(round(at.x), round(at.y)))
    assert heard.args == [Hover(region)]


def test_the_wheel_zooms_at_the_cursor_and_home_fits(figure: BodyFigure) -> None:
    before = figure.camera
    at = QPointF(250, 300)
    wheel = QWheelEvent(
        at,
        figure.mapToGlobal(at),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(figure, wheel)
    assert figure.camera.zoom == pytest.approx(1.2**2)
    QTest.keyClick(figure, Qt.Key.Key_Home)
    assert figure.camera == before


def test_the_middle_button_moves_the_figure(figure: BodyFigure) -> None:
    figure.set_camera(figure.camera.zoomed(4, 300, 330))
    centre = figure.camera.centre
    QTest.mousePress(figure, Qt.MouseButton.MiddleButton, pos=QPoint(300, 300))
    QTest.mouseMove(figure, QPoint(340, 280))
    QTest.mouseRelease(figure, Qt.MouseButton.MiddleButton, pos=QPoint(340, 280))
    scale = figure.camera.scale
    assert figure.camera.centre.x == pytest.approx(centre.x - 40 / scale)
    assert figure.camera.centre.y == pytest.approx(centre.y + 20 / scale)


def test_moving_the_mouse_does_not_paint_the_figure_again(figure: BodyFigure) -> None:
    figure.repaint()
    body, inked = figure._body().cacheKey(), figure._marked().cacheKey()
    QTest.mouseMove(figure, QPoint(300, 300))
    figure.repaint()
    assert (figure._body().cacheKey(), figure._marked().cacheKey()) == (body, inked)


def test_the_focus_of_the_keyboard_walks_over_every_region(figure: BodyFigure) -> None:
    view = figure.template.views["back"]
    figure.setFocus()
    QTest.keyClick(figure, Qt.Key.Key_Left)
    reached, waiting = {figure.focus.region}, [figure.focus.region]
    while waiting:
        here = waiting.pop()
        for direction in ("left", "right", "up", "down"):
            there = view.neighbour(str(here), direction)
            if there is not None and there not in reached:
                reached.add(there)
                waiting.append(there)
    assert reached == {region.id for region in view.regions}


def test_the_focused_region_is_said_to_a_screen_reader(figure: BodyFigure) -> None:
    figure.focus.region = LOWER_LUMBAR_LEFT
    figure.describe_focus()
    assert figure.accessibleName() == "Body figure, back view, adult"
    assert figure.accessibleDescription().startswith("patient's LEFT lower lumbar paraspinal")
    assert figure.accessibleDescription().endswith("not asked")


# --- pictures


@pytest.mark.parametrize("figure_id", ["woman", "man", "child"])
def test_every_exported_picture_has_the_patients_letters_on_both_flanks(
    fonts: None, figure_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []

    def paint(painter: QPainter, letters: tuple[Letter, Letter], colours: Palette) -> None:
        told.append((letters[0].text, letters[1].text))
        assert letters[0].at.x < letters[1].at.x
        paint_flanks(painter, letters, colours)

    monkeypatch.setattr(body_picture_page, "paint_flanks", paint)
    template = body_map(figure_id)
    visit = empty_visit()
    for view in template.views.values():
        visit = marked(template, RegionShape(view.regions[0].id), view=view.id, visit=visit)

    pictures = body_pictures(visit, template)

    assert len(pictures) == len(template.views) == len(told)
    for name, (left, right) in zip(pictures, told, strict=True):
        view = template.views[name.removeprefix("body-").removesuffix(".png")]
        sides = {view.viewers_left, view.viewers_right}
        assert (left, right) == (view.viewers_left.word[0], view.viewers_right.word[0]), name
        assert sides == ({view.only_side} if view.only_side else {Side.LEFT, Side.RIGHT}), name


def test_no_view_can_be_mirrored(template: BodyTemplate) -> None:
    for shown in template.views.values():
        camera = Camera(600, 660).framed(frame_of(shown))
        for each in (camera, camera.zoomed(3, 100, 200), camera.panned(40, -20), camera.fitted()):
            lain = transform_of(each)
            assert lain.m11() > 0
            assert lain.m22() > 0
            assert (lain.m12(), lain.m21()) == (0, 0)


def test_a_picture_explains_the_letters_and_patterns_that_are_on_it(
    fonts: None, template: BodyTemplate
) -> None:
    size = QSize(540, 900)
    plain = picture(marked(template, RegionShape("thigh_post.left")), template, "back", size, LIGHT)
    visit = marked(template, RegionShape("thigh_post.left"))
    site = replace(visit.pain_sites[0], qualities=(Quality.BURNING,))
    said = picture(visit.changed(put=(site,)), template, "back", size, LIGHT)

    foot = QRect(0, 900 - 60, 540, 60)
    scale = [LIGHT.pain[3], LIGHT.pain[10]]
    for image in (plain, said):
        found = {
            image.pixelColor(x, y).name() for x in range(0, 540, 2) for y in range(700, 900, 2)
        }
        assert set(scale) <= found
    assert said.copy(foot) != plain.copy(foot)


def test_a_picture_shows_what_is_marked_in_the_colour_of_its_intensity(
    fonts: None, template: BodyTemplate
) -> None:
    size = QSize(900, 1500)
    plain = picture(empty_visit(), template, "back", size, LIGHT)
    visit = marked(template, RegionShape("thigh_post.left"), intensity=10)
    image = picture(visit, template, "back", size, LIGHT)
    other = picture(visit, template, "front", size, LIGHT)

    assert plain != image
    assert other == picture(empty_visit(), template, "front", size, LIGHT)


def test_a_picture_looks_the_same_in_any_theme_of_the_window(
    fonts: None, qapp: QApplication, template: BodyTemplate
) -> None:
    visit = marked(template, RegionShape(LOWER_LUMBAR_LEFT), intensity=4)
    light = body_pictures(visit, template)
    theme.apply(qapp, theme.Mode.DARK)
    assert body_pictures(visit, template) == light
    assert list(light) == ["body-front.png", "body-back.png"]
    theme.apply(qapp, theme.Mode.LIGHT)


def test_not_asked_is_not_zero(fonts: None, template: BodyTemplate) -> None:
    size = QSize(540, 900)
    shape = RegionShape("thigh_post.left")
    unasked = picture(marked(template, shape), template, "back", size, LIGHT)
    none = picture(marked(template, shape, intensity=0), template, "back", size, LIGHT)
    assert unasked != none


# --- the small figure beside the table


def test_the_small_figure_opens_the_page_map(open_desk: Desk, qtbot: QtBot) -> None:
    glance = FigureGlance(open_desk, LIGHT)
    glance.resize(188, 700)
    qtbot.addWidget(glance)
    glance.show()
    wanted: list[PlaceWanted] = []
    open_desk.place_wanted.connect(wanted.append)

    empty = glance.grab().toImage()
    visit = marked(open_desk.template, RegionShape("thigh_post.left"), intensity=9)
    open_desk.apply(mark_pain(visit.pain_sites[0], visit.marks[0]))
    qtbot.mouseClick(glance, Qt.MouseButton.LeftButton)

    assert glance.views() == ("back", "front")
    assert glance.grab().toImage() != empty
    assert wanted[0].page.value == "Map"
