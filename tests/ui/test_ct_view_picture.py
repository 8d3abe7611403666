"""A view of a CT is copied and saved with all that makes it readable, and without a name."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import Plane
from painmap.ui.ct_view_picture import FOOT_PX, view_picture
from painmap.ui.desk import Desk
from painmap.ui.tools.slice_outcomes import TurnPlane
from tests.support.ct_page import CtHands, jane, write_body

PLACE = PatientPoint(42.0, 30.0, -50.0)


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> Iterator[CtHands]:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc"))
    made.look_at(PLACE)
    yield made
    made.settle()


def choose(hands: CtHands, words: str) -> None:
    """Choose an entry of the menu over the pictures."""
    (action,) = [each for each in hands.page.head.menu_.actions() if each.text() == words]
    action.trigger()


def grey(image: QImage, part: QRect) -> np.ndarray:
    cut = image.copy(part).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(bytes(cut.constBits()), np.uint8).reshape(cut.height(), -1)
    return rows[:, : cut.width()]


def test_the_picture_is_the_view_with_letters_scale_and_a_foot(hands: CtHands) -> None:
    view = hands.page.viewer.views[Plane.AXIAL]
    image, size = view_picture(view), view.viewport().size()

    assert (image.width(), image.height()) == (size.width(), size.height() + FOOT_PX)
    seen = view.grab(QRect(QPoint(0, 0), size)).toImage()
    whole = QRect(QPoint(0, 0), size)
    assert np.array_equal(grey(image, whole), grey(seen, whole))
    assert grey(image, QRect(0, size.height(), size.width(), FOOT_PX)).max() > 150
    side = grey(image, QRect(4, size.height() // 2 - 20, 30, 40))
    assert side.max() > 200, "the letter of the side"
    corner = grey(image, QRect(size.width() - 60, 4, 58, 30))
    assert corner.max() > 200, "the position in which the patient lay"


def test_the_view_under_the_hand_is_copied(hands: CtHands) -> None:
    view = hands.page.viewer.views[Plane.SAGITTAL]
    hands.click(PLACE, plane=Plane.SAGITTAL)

    choose(hands, "Copy this view as a picture")

    copied = QGuiApplication.clipboard().image()
    assert copied.size() == view_picture(view).size()
    assert hands.said[-1] == "Copied the sagittal view as a picture."


def test_a_saved_view_says_which_slice_and_names_nobody(
    hands: CtHands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []

    def ask(_parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / "view"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    choose(hands, "Save this view as PNG ...")

    assert offered[0].endswith("-axial-11.png")
    assert "doe" not in offered[0].lower()
    saved = QImage(str(tmp_path / "view.png"))
    assert saved.size() == view_picture(hands.page.viewer.views[Plane.AXIAL]).size()
    assert hands.said[-1] == f"Saved the axial view as {tmp_path / 'view.png'}."
    assert Path(offered[0]).is_absolute(), "among the user's documents"
    assert not any("Doe" in saved.text(key) for key in saved.textKeys())


def test_a_place_that_cannot_be_written_is_said(
    hands: CtHands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "nowhere" / "a.png"), "")
    )

    choose(hands, "Save this view as PNG ...")

    assert hands.said[-1] == "a.png could not be written."


def test_a_turned_view_is_saved_as_it_lies(hands: CtHands) -> None:
    view = hands.page.viewer.views[Plane.AXIAL]
    before = view_picture(view)
    hands.key(Qt.Key.Key_U)

    assert view_picture(view) != before


def test_a_plane_at_an_angle_is_saved_with_letters_and_the_patients_position(
    hands: CtHands,
) -> None:
    viewer = hands.page.viewer
    cross = viewer.cross
    assert cross is not None
    shown = viewer.panes[Plane.AXIAL].shown
    assert shown is not None
    at = shown.placement.view_of(cross)
    assert at is not None
    (x, y), _ = at
    viewer.turn_plane(TurnPlane("axial", (x + 40, y), (x + 30, y + 20), begins=True))
    viewer.draw()
    view = viewer.oblique.view
    view.setFocus()
    QApplication.processEvents()

    assert viewer.view_at_hand is view
    captions = view.scene_shown.captions
    assert [line.text for line in captions.top_right] == ["HFS", "resampled"]
    assert "?" not in captions.letters
    assert hands.page._pictures.file_name(view) == "ct-2024-02-29-oblique.png"
    assert not view_picture(view).isNull()
