"""Names over a picture stay on the side of what they name."""

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath, QTransform
from pytestqt.qtbot import QtBot

from painmap.ui import ct_area_paint, ct_paint
from painmap.ui.ct_area_paint import DrawnArea
from painmap.ui.ct_paint import DrawnMark, MarkKind, Scene, paint_scene
from painmap.ui.ct_paint_words import SMALL_TEXT_PX, width_of

LONG = "LEFT erector spinae and multifidus together"
WIDE, HIGH = 320, 400


def area(left: float, label: str) -> DrawnArea:
    path = QPainterPath()
    path.addRect(QRectF(left, 180, 60, 50))
    return DrawnArea(label, 1, 40, False, False, label, path, QTransform())


def written(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float, float]]:
    """What is written, from where to where."""
    found: list[tuple[str, float, float]] = []

    def note(_painter: QPainter, at: QPointF, words: str, _colour: object) -> None:
        found.append((words, at.x(), at.x() + width_of(words, SMALL_TEXT_PX, strong=False)))

    monkeypatch.setattr(ct_area_paint, "text", note)
    monkeypatch.setattr(ct_paint, "text", note)
    canvas = QImage(WIDE, HIGH, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    paint_scene(painter, QRectF(0, 0, WIDE, HIGH), QTransform(), scene)
    painter.end()
    return found


@pytest.mark.parametrize("left", [30.0, 90.0, 165.0, 230.0])
def test_a_long_name_of_a_muscle_does_not_reach_over_the_middle(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, left: float
) -> None:
    del qtbot
    on_right = left + 30 >= WIDE / 2

    ((words, start, end),) = written(Scene(areas=(area(left, LONG),), bare=True), monkeypatch)

    assert words.startswith("LEFT")
    assert start >= 0
    assert end <= WIDE
    assert start >= left - 1 if on_right else end <= left + 60 + 1


def test_a_name_that_has_room_is_whole(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    del qtbot
    found = written(Scene(areas=(area(165.0, "LEFT psoas"),), bare=True), monkeypatch)

    assert found[0][0] == "LEFT psoas"


@pytest.mark.parametrize("x", [40.0, 150.0, 170.0, 290.0])
def test_the_name_of_a_target_stays_on_its_side(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, x: float
) -> None:
    del qtbot
    mark = DrawnMark(MarkKind.TARGET, ((x, 200.0),), label=LONG)

    ((words, start, end),) = written(Scene(marks=(mark,), bare=True), monkeypatch)

    assert words == "" or words[0] in "L\N{HORIZONTAL ELLIPSIS}"
    assert start >= x - 1 if x >= WIDE / 2 else end <= x + 1
