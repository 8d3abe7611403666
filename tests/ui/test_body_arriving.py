"""A crowd of marks comes a slice at a time, and what is there at the end is what was always."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.bodymap.template import LazyViews, load_template
from painmap.domain.edits import Edit, Page
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, PainSite, StrokeShape
from painmap.domain.places import FigurePoint
from painmap.domain.progress import Progress
from painmap.services.resources import resources_root
from painmap.ui.body_figures import whole_views
from painmap.ui.body_marks import MARKS_AT_ONCE, paint_marks
from painmap.ui.map_page import MapPage
from painmap.ui.scores_reading import Reader
from tests.ui.map_driver import visit_of

CROWD = 2 * MARKS_AT_ONCE
"""For each of two views."""


def crowd(page: MapPage, views: tuple[str, ...] = ("front", "back")) -> list[PainSite | Mark]:
    put: list[PainSite | Mark] = []
    for view in views:
        for number in range(CROWD):
            site = PainSite(new_id(), number % 11)
            x, y = -60 + 2 * number, 180 + 4 * number
            shape = StrokeShape(tuple(FigurePoint(x + i, y + i * i % 7) for i in range(9)), 8.0)
            put += [
                site,
                Mark(new_id(), site.id, AuthorLayer.PATIENT, page.template.ref, view, shape),
            ]
    return put


def mark(page: MapPage, put: list[PainSite | Mark]) -> None:
    page.desk.apply(Edit("crowd", Page.MAP, put=tuple(put)))


@pytest.fixture
def page(map_page: MapPage) -> MapPage:
    map_page.show_figure("woman")
    map_page.show_view("back")
    return map_page


def painted_at_once(page: MapPage) -> QImage:
    figure = page.figure
    pixmap = figure._body().copy()
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    paint_marks(painter, figure.scene, figure.ink, figure.camera, figure.colours)
    painter.end()
    return pixmap.toImage()


def test_a_crowd_comes_by_and_by_and_all_of_it_comes(page: MapPage, qtbot: QtBot) -> None:
    mark(page, crowd(page))
    page.figure.repaint()
    partly = page.figure._marked().toImage()
    assert not page.figure.is_whole
    foot = QRect(0, page.figure.height() - 36, page.figure.width(), 32)
    said = page.figure.grab(foot).toImage()

    qtbot.waitUntil(lambda: page.figure.is_whole, timeout=20_000)

    whole = page.figure._marked().toImage()
    assert partly != whole
    assert whole == painted_at_once(page)
    assert page.figure.grab(foot).toImage() != said  # "128 marks, still being drawn" is gone


def test_few_marks_are_on_screen_at_once(page: MapPage) -> None:
    mark(page, crowd(page)[: 2 * MARKS_AT_ONCE])
    page.figure.repaint()

    assert page.figure.is_whole
    assert page.figure._marked().toImage() == painted_at_once(page)


def test_a_mark_on_top_of_a_crowd_does_not_take_the_crowd_away(page: MapPage, qtbot: QtBot) -> None:
    put = crowd(page, ("back",))
    mark(page, put[:-2])
    page.figure.repaint()
    qtbot.waitUntil(lambda: page.figure.is_whole, timeout=20_000)

    mark(page, put[-2:])
    page.figure.repaint()

    assert page.figure.is_whole


def test_while_a_zoom_is_painted_the_crowd_stays_on_screen(page: MapPage, qtbot: QtBot) -> None:
    mark(page, crowd(page, ("back",)))
    page.figure.repaint()
    qtbot.waitUntil(lambda: page.figure.is_whole, timeout=20_000)
    for small in page.switches:
        small.hide()
    figure = page.figure
    figure.set_camera(figure.camera.zoomed(1.3, figure.width() / 2, figure.height() / 2))

    figure.repaint()
    during = figure.grab().toImage()
    assert not figure.is_whole
    figure.finish_painting()
    after = figure.grab().toImage()

    assert coloured(during) > 0.7 * coloured(after) > 0


def coloured(image: QImage) -> int:
    """Pixels of pain, of every third in each direction."""
    return sum(
        image.pixelColor(x, y).hsvSaturation() > 90 and image.pixelColor(x, y).hue() > 280
        for x in range(100, image.width(), 3)
        for y in range(0, image.height(), 3)
    )


def test_a_crowd_of_another_view_does_not_come_after_a_turn(page: MapPage, qtbot: QtBot) -> None:
    mark(page, crowd(page, ("back",)))
    page.figure.repaint()
    assert not page.figure.is_whole

    page.show_view("left")
    page.figure.repaint()
    empty = page.figure._marked().toImage()
    QTest.qWait(100)

    assert page.figure.is_whole
    assert page.figure._marked().toImage() == empty == page.figure._body().toImage()


def test_small_figures_come_after_the_large_one(page: MapPage, qtbot: QtBot) -> None:
    mark(page, crowd(page))
    page.figure.repaint()
    front = next(each for each in page.switches if each.view == "front")
    assert not front.is_ready

    qtbot.waitUntil(lambda: front.is_ready, timeout=20_000)


def test_a_figure_is_known_by_its_views_without_reading_them() -> None:
    figure = load_template(resources_root() / "body_maps" / "child")
    assert isinstance(figure.views, LazyViews)

    assert whole_views(figure) == ("front", "back", "left", "right")
    assert "elbow" not in figure.views

    assert not any(figure.views.has_read(view) for view in figure.views)


def test_measuring_a_heap_can_be_left_after_every_few_marks(page: MapPage) -> None:
    mark(page, crowd(page))
    visit = visit_of(page)
    wanted = Reader().read(visit)
    job = Reader().job(visit)

    steps = 0
    while True:
        try:
            assert isinstance(next(job), Progress)
        except StopIteration as done:
            found = done.value
            break
        steps += 1

    assert steps >= len(visit.marks) / 4
    assert found == wanted


def test_what_was_left_half_measured_is_measured_rightly_afterwards(page: MapPage) -> None:
    mark(page, crowd(page, ("back",)))
    visit = visit_of(page)
    reader = Reader()
    left = reader.job(visit)
    for _ in range(CROWD // 3):
        next(left)
    left.close()

    gone = visit.marks[5]
    fewer = visit.changed(remove=frozenset({gone.id, gone.site_id}))

    assert reader.read(fewer) == Reader().read(fewer)
