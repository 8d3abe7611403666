"""A CT is looked at from its first slice on, while the others are on their way."""

from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.domain.progress import Progress
from painmap.domain.study import AttachedStudy
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.reslice import Plane
from painmap.imaging.volume import AIR_HU, Volume
from painmap.services.studies import StudyOnDisk
from painmap.ui import ct_filling, long_task
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_filling import Looked, Opened
from painmap.ui.ct_hand import STILL_LOADING
from painmap.ui.ct_panels import ProgressPanel
from painmap.ui.ct_pictures import MEASURE_LOADING, measure_words, miniature
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from tests.support.ct_page import CtHands, jane, write_body
from tests.support.hands import wait_until
from tests.support.slow_reading import SlowReading

THERE, MISSING = 10, 3
"""The middle of 21 slices comes first; another one has not come."""


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> SlowReading:
    slow = SlowReading()
    monkeypatch.setattr(ct_filling, "opening_volume", slow)
    return slow


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, reading: SlowReading, tmp_path: Path) -> CtHands:
    """A page on which the first slice of a study is seen."""
    made = CtHands(desk, qtbot, jane())
    made.page.open_folder(write_body(tmp_path / "disc"))
    made.wait(lambda: made.page.is_looking)
    return made


def point_on(k: int, x: float = 20.0, y: float = 30.0) -> PatientPoint:
    return PatientPoint(x, y, -100.0 + 5.0 * k)


def hover(hands: CtHands, plane: Plane = Plane.AXIAL) -> list[str]:
    """What is written while the pointer rests in the middle of a view."""
    view = hands.page.viewer.views[plane]
    QTest.mouseMove(view.viewport(), view.viewport().rect().center())
    view.hovered.emit(view.place_at(QPointF(view.viewport().rect().center())))
    return [line.text for line in view.scene_shown.captions.bottom_right]


def native_scene(hands: CtHands) -> tuple[object, ...]:
    return hands.page.viewer.views[Plane.AXIAL].scene_shown.loading


# --- looking


def test_the_first_slice_is_looked_at_while_the_others_are_on_their_way(hands: CtHands) -> None:
    viewer = hands.page.viewer

    assert hands.page.session.is_filling
    assert viewer.index(Plane.AXIAL) == THERE
    assert viewer.shown[Plane.AXIAL].image.missing is None
    assert native_scene(hands) == ()
    assert hands.visit.attached_studies, "identity is compared before anything is shown"


def test_a_slice_that_is_not_there_is_said_to_be_loading_and_never_drawn_as_air(
    hands: CtHands,
) -> None:
    viewer = hands.page.viewer
    viewer.go_to(Plane.AXIAL, MISSING)
    viewer.draw()

    (band,) = native_scene(hands)
    extent = viewer.shown[Plane.AXIAL].placement.extent
    assert band == (extent.left(), extent.top(), extent.width(), extent.height())
    grey = viewer.views[Plane.AXIAL].image.image
    assert grey.min() == grey.max() > 0
    assert hover(hands)[0] == "loading"


def test_planes_across_show_what_is_there_between_bands_that_load(
    hands: CtHands, reading: SlowReading
) -> None:
    viewer = hands.page.viewer
    sagittal = viewer.views[Plane.SAGITTAL]
    assert len(sagittal.scene_shown.loading) == 2

    reading.let(range(11, 21))
    hands.wait(lambda: len(sagittal.scene_shown.loading) == 1)

    missing = viewer.shown[Plane.SAGITTAL].image.missing
    assert missing is not None
    assert not missing[:10].any(), "the head's side has come"
    assert missing[-1].all()


def test_a_slice_is_drawn_when_it_comes(hands: CtHands, reading: SlowReading) -> None:
    viewer = hands.page.viewer
    viewer.go_to(Plane.AXIAL, MISSING)
    viewer.draw()

    reading.let([MISSING])
    hands.wait(lambda: native_scene(hands) == ())

    assert viewer.shown[Plane.AXIAL].image.missing is None
    assert hover(hands)[0].endswith("HU")


def test_the_slice_that_is_looked_at_is_asked_for_first(
    hands: CtHands, reading: SlowReading
) -> None:
    assert reading.wanted() == THERE

    hands.scroll(4)
    assert reading.wanted() == hands.page.viewer.index(Plane.AXIAL) != THERE
    hands.look_at(point_on(MISSING))

    assert reading.wanted() == MISSING
    assert type(reading.wanted()) is int


def test_when_all_is_there_everything_is_as_if_it_had_been_read_at_once(
    hands: CtHands, reading: SlowReading
) -> None:
    hands.page.viewer.go_to(Plane.AXIAL, MISSING)

    reading.finish()
    hands.settle()

    session = hands.page.session
    assert not session.is_filling
    assert all(shown.image.missing is None for shown in hands.page.viewer.shown.values())
    assert session.volume is not None
    assert session.volume.hu.min() > AIR_HU - 1
    assert session.kept(session.stack) is session.volume
    assert hands.page.viewer.index(Plane.AXIAL) == MISSING, "the doctor stays where he was"


def test_the_set_is_hashed_when_all_is_there(
    hands: CtHands, reading: SlowReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[StudyOnDisk] = []

    def begin(disk: StudyOnDisk, study: AttachedStudy) -> None:
        hashed.append(disk)

    monkeypatch.setattr(hands.page.hashing, "begin", begin)
    reading.let(range(5))
    hands.wait(lambda: hands.page.session.volume.has_slice(4))
    assert hashed == []

    reading.finish()
    hands.settle()

    assert len(hashed) == 1


# --- marking and measuring


def test_marks_are_set_on_slices_that_are_there_and_refused_on_others(
    hands: CtHands, reading: SlowReading
) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(point_on(MISSING), ToolName.TARGET)
    assert hands.visit.planned_sites == ()
    assert hands.page.bar.hint.text() == STILL_LOADING

    hands.click(point_on(THERE), ToolName.TARGET)
    hands.answer_side("Not now")

    assert len(hands.visit.planned_sites) == 1
    reading.finish()
    hands.settle()
    assert len(hands.visit.planned_sites) == 1


def test_a_distance_is_not_begun_on_a_slice_that_is_loading(hands: CtHands) -> None:
    hands.click(point_on(MISSING), ToolName.MEASURE)

    assert hands.page.bar.hint.text() == STILL_LOADING
    assert not hands.page.annotator.drawing


def test_measures_say_that_they_wait_and_are_there_when_their_slice_is(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc"))
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    corners = [point_on(MISSING, 20 + x, 30 + y) for x, y in ((0, 0), (40, 0), (40, 40), (0, 40))]
    hands.outline(corners)
    if hands.page.annotator.question is not None:
        hands.answer_side("Not now")
    (outline,) = hands.visit.live_outlines
    hands.page.close_pictures()
    slow = SlowReading()
    monkeypatch.setattr(ct_filling, "opening_volume", slow)
    hands.page.reopen(hands.visit.attached_studies[0], {"index": THERE})
    hands.wait(lambda: hands.page.is_looking)

    assert measure_words(hands.page.session, outline) == MEASURE_LOADING
    assert miniature(hands.page.session, point_on(MISSING), 96) is None
    assert hands.page.session.in_memory() == {}, "nothing is printed of what is not whole"
    hands.page.annotator.choose(outline.id)
    assert hands.page.bar.measured.whole.startswith("loading")

    slow.finish()
    hands.settle()

    assert "cm²" in measure_words(hands.page.session, outline)
    assert "cm²" in hands.page.bar.measured.whole
    assert miniature(hands.page.session, point_on(MISSING), 96) is not None


# --- giving up, and what cannot be read


def test_escape_takes_away_what_was_loaded(hands: CtHands, reading: SlowReading) -> None:
    QTest.keyClick(hands.page.viewer.views[Plane.AXIAL], Qt.Key.Key_Escape)

    assert not hands.page.is_looking
    assert not hands.page.session.is_open
    assert hands.page.opening.shows_start
    hands.settle()
    assert reading.ended


def test_escape_leaves_a_gesture_before_it_leaves_the_study(hands: CtHands) -> None:
    hands.choose("psoas_major", Side.LEFT, Level.L3)
    hands.click(point_on(THERE), ToolName.OUTLINE)
    assert hands.page.annotator.drawing

    QTest.keyClick(hands.page.viewer.views[Plane.AXIAL], Qt.Key.Key_Escape)

    assert not hands.page.annotator.drawing
    assert hands.page.session.is_filling


def test_cancel_leads_back_to_the_list_with_the_same_series_chosen(
    desk: Desk, qtbot: QtBot, reading: SlowReading, tmp_path: Path
) -> None:
    write_body(tmp_path / "disc" / "a")
    write_body(tmp_path / "disc" / "b", series_uid="1.2.3.4.7", count=5)
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(tmp_path / "disc")
    hands.settle()
    panel = hands.page.opening.panel
    assert isinstance(panel, SeriesPanel)
    panel.list.setCurrentRow(2)
    short = panel.chosen[1]
    panel.open_button.click()
    hands.wait(lambda: hands.page.is_looking)

    hands.page.opening.cancel_filling()
    hands.settle()

    again = hands.page.opening.panel
    assert isinstance(again, SeriesPanel)
    assert not hands.page.is_looking
    assert again.chosen[1] is short


def test_a_slice_that_cannot_be_read_is_named_and_the_pictures_go_away(
    hands: CtHands, reading: SlowReading
) -> None:
    reading.fail(SeriesError(SeriesProblem.TRUNCATED, "slice 17"))
    hands.settle()

    question = hands.page.opening.panel
    assert isinstance(question, QuestionPanel)
    assert "slice 17" in question.title
    assert not hands.page.is_looking
    assert not hands.page.session.is_open


def test_what_was_open_before_comes_back_when_another_series_cannot_be_read(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_body(tmp_path / "disc" / "a")
    write_body(tmp_path / "disc" / "b", series_uid="1.2.3.4.7", count=5)
    hands = CtHands(desk, qtbot, jane())
    hands.open(tmp_path / "disc")
    first = hands.page.session.stack
    hands.look_at(point_on(MISSING))
    slow = SlowReading()
    monkeypatch.setattr(ct_filling, "opening_volume", slow)
    other = next(each for each in hands.page.session.disk.stacks if len(each.slices) == 5)
    hands.page.showing.show_stack(other)
    hands.wait(lambda: hands.page.session.stack is other)

    slow.fail(SeriesError(SeriesProblem.TRUNCATED, "slice 2"))
    hands.settle()

    assert "slice 2" in hands.said[-1]
    assert hands.page.is_looking
    assert hands.page.session.stack is first
    assert not hands.page.session.is_filling
    assert hands.page.viewer.index(Plane.AXIAL) == MISSING
    assert hands.page.session.kept(other) is None


def test_closing_the_visit_or_the_pictures_stops_the_reading(
    hands: CtHands, reading: SlowReading
) -> None:
    hands.page.close_pictures()
    hands.settle()

    assert reading.ended
    assert not hands.page.session.is_open
    assert hands.page.opening.shows_start


# --- the bottom line


def test_the_bottom_line_says_how_far_it_is_and_cancels(
    start: Callable[[], MainWindow],
    reading: SlowReading,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(long_task, "AFTER_S", 0.0)
    window = start()
    desk = window.desk
    desk.show_visit(desk.clinic.new_visit(desk.clinic.add_patient(jane()).id))
    window.open_folder(write_body(tmp_path / "disc"))
    wait_until(lambda: window.pages.ct.is_looking)
    reading.let(range(7))
    wait_until(lambda: window.status.task_words.startswith("Reading slices, 8 of 21"))

    window.status.cancel_button.click()
    QApplication.processEvents()

    assert not window.pages.ct.session.is_open
    assert window.pages.ct.opening.shows_start
    assert window.status.task_words == ""


def test_escape_stops_a_scan(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(write_body(tmp_path / "disc"))
    panel = hands.page.opening.panel
    assert isinstance(panel, ProgressPanel)

    QTest.keyClick(panel, Qt.Key.Key_Escape)
    hands.settle()

    assert hands.page.opening.shows_start
    assert hands.visit.studies == ()


# --- the window goes first


def test_threads_that_read_keep_back_until_the_first_picture_is_painted(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the window of a busy machine may come to its first picture late
    monkeypatch.setattr(ct_filling, "HOLD_S", 30.0)
    hands = CtHands(desk, qtbot, jane())
    volumes: list[Volume] = []
    begun: list[int] = []

    def on_opened(opened: Opened) -> None:
        volumes.append(opened.volume)
        QThread.msleep(100)  # a window that takes its time
        missing = opened.volume.missing_slices()
        begun.append(21 if missing is None else int(np.count_nonzero(~missing)))

    hands.page.opening.opened.connect(on_opened)
    hands.page.open_folder(write_body(tmp_path / "disc"))
    hands.wait(lambda: bool(volumes) and volumes[0].is_complete)

    assert begun == [1]
    hands.settle()


def test_a_window_that_never_comes_back_holds_nothing_up() -> None:
    looked = Looked()
    looked.k = 7
    looked.hold()

    assert looked() == 7, "it waits for HOLD_S at most"


def test_the_first_picture_lets_the_threads_go_on() -> None:
    looked, came = Looked(), SimpleQueue[int]()
    looked.hold()
    thread = Thread(target=lambda: came.put(looked()), daemon=True)
    thread.start()

    looked.go()

    assert came.get(timeout=5) == 0
    thread.join(5)


def test_reports_that_come_quicker_than_anybody_reads_are_passed_over_but_not_the_last(
    qtbot: QtBot,
) -> None:
    panel = ProgressPanel("Looking through the folder", lambda: None)
    qtbot.addWidget(panel)
    shown: list[int] = []
    panel.bar.valueChanged.connect(shown.append)

    for done in range(1, 401):
        panel.show_step(Progress(done, 400, "Looking at files"))
    wait_until(lambda: panel.bar.value() == 400)

    assert shown == [1, 400]
