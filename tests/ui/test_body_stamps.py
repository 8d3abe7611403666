"""Marks are painted once: the stamp looks like the mark, and the next turn finds all it needs."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from pytestqt.qtbot import QtBot

from painmap.bodymap.figure import BodyTemplate
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, PainSite, Quality, RegionShape, StrokeShape
from painmap.domain.places import FigurePoint
from painmap.domain.progress import run_to_end
from painmap.services.catalogue import body_map
from painmap.ui import theme
from painmap.ui.body_camera import Camera
from painmap.ui.body_ink import ink_of
from painmap.ui.body_look import Look, paint_area, paint_text
from painmap.ui.body_paths import shape_path
from painmap.ui.body_shapes import pixel_path
from painmap.ui.body_stamps import Stamper, Stamps, stamps
from painmap.ui.body_warm import Readiness, warming
from painmap.ui.map_page import MapPage
from tests.ui.test_scores import draw

ROUNDING = 3
"""Levels of grey by which laying a picture down may differ from painting it there."""


def stroke(x: float, y: float) -> StrokeShape:
    return StrokeShape(tuple(FigurePoint(x + 4 * i, y + i * i % 7) for i in range(9)), 8.0)


def mark(shape: StrokeShape | RegionShape, template: BodyTemplate) -> Mark:
    return Mark(new_id(), PainSite(new_id()).id, AuthorLayer.PATIENT, template.ref, "back", shape)


def sheet(ratio: float) -> QImage:
    image = QImage(
        round(400 * ratio), round(600 * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#e6ddd2"))
    return image


def levels(image: QImage) -> NDArray[np.int16]:
    return np.frombuffer(image.constBits(), np.uint8).astype(np.int16)


LOOKS = [
    Look(7),
    Look(None),
    Look(4, AuthorLayer.DOCTOR),
    Look(3, selected=True, qualities=(Quality.ACHING,)),
]


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("look", LOOKS, ids=["asked", "not asked", "doctor", "selected"])
def test_a_stamp_looks_like_the_mark(look: Look, ratio: float, qtbot: QtBot) -> None:
    adult = body_map("adult")
    ink, camera = ink_of(adult, "back"), Camera(400, 600).zoomed(1.7, 133, 71)
    each = mark(stroke(-30, 250), adult)
    painted, stamped = sheet(ratio), sheet(ratio)
    painter = QPainter(painted)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(7.3, 2.6)
    paint_area(painter, pixel_path(each, ink, camera), look, theme.LIGHT)
    paint_text(painter, QPointF(100.3, 80.7), "7 A", QColor("black"), QColor("white"))
    painter.end()

    painter = QPainter(stamped)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(7.3, 2.6)
    stamper = Stamper(painter, ink, camera, theme.LIGHT, Stamps())
    stamper.area(each, look)
    stamper.text(QPointF(100.3, 80.7), "7 A", QColor("black"), QColor("white"))
    painter.end()

    far = np.abs(levels(painted) - levels(stamped)) > ROUNDING
    assert levels(stamped).std() > 0
    text_moves = 0.0002
    assert far.mean() < (2.5 * text_moves if look.intensity is None else text_moves)


def test_the_same_mark_is_painted_once_and_another_look_anew(qtbot: QtBot) -> None:
    adult, kept, image = body_map("adult"), Stamps(), sheet(1.0)
    ink, camera = ink_of(adult, "back"), Camera(400, 600)
    each = mark(stroke(-30, 250), adult)

    def stamp(look: Look, camera: Camera) -> int:
        painter = QPainter(image)
        Stamper(painter, ink, camera, theme.LIGHT, kept).area(each, look)
        painter.end()
        return len(kept)

    assert stamp(Look(7), camera) == 1
    assert stamp(Look(7), camera) == 1
    assert stamp(Look(8), camera) == 2
    near = camera.zoomed(2.0, 10, 10)
    assert stamp(Look(7), near) == 3
    assert stamp(Look(7), near.panned(-20, -13)) == 3  # whole pixels: it only lies elsewhere


def test_stamps_are_forgotten_when_they_take_too_much_room(qtbot: QtBot) -> None:
    adult, kept, image = body_map("adult"), Stamps(most_px=3000), sheet(1.0)
    painter = QPainter(image)
    stamper = Stamper(painter, ink_of(adult, "back"), Camera(400, 600), theme.LIGHT, kept)
    for y in range(200, 400, 20):
        stamper.area(mark(stroke(-30, y), adult), Look(5))
    painter.end()

    assert 1 <= len(kept) < 10


def test_after_a_while_of_quiet_the_next_turn_finds_its_marks_painted(
    map_page: MapPage, qtbot: QtBot
) -> None:
    page = map_page
    for view in ("front", "back"):
        draw(page.desk, view, stroke(-30, 250), 6)
        draw(page.desk, view, stroke(20, 300), 3)
    qtbot.waitUntil(lambda: not page.readiness.waits, timeout=10_000)
    before = len(stamps)
    other = "front" if page.figure.view == "back" else "back"

    page.show_view(other)
    page.figure.grab()

    assert len(stamps) == before


def test_nothing_is_made_ready_while_a_hand_draws(qtbot: QtBot) -> None:
    taken: list[int] = []
    drawing = [True]

    def steps() -> Iterator[None]:
        for number in range(3):
            taken.append(number)
            yield

    owner = QObject()
    readiness = Readiness(owner, steps, lambda: drawing[0])
    readiness.begin()
    qtbot.wait(300)
    assert taken == []

    drawing[0] = False
    qtbot.waitUntil(lambda: taken == [0, 1, 2], timeout=5000)
    assert not readiness.waits


def test_every_view_of_a_figure_is_read_away_from_the_window() -> None:
    count = run_to_end(warming(theme.LIGHT, ("child",)))

    assert count == len(body_map("child").views)


def test_a_path_from_an_array_is_the_path_of_its_corners() -> None:
    region = body_map("adult").views["back"].regions[0]
    path = shape_path(region.shape)

    by_hand = QPainterPath()
    for ring in [region.shape.exterior, *region.shape.interiors]:
        corners = list(ring.coords)
        by_hand.moveTo(*corners[0])
        for corner in corners[1:]:
            by_hand.lineTo(*corner)
    assert path == by_hand
