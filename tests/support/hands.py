"""A doctor's hands: mouse and keyboard on the real window, in figure units and millimetres.

The end-to-end tests and the script that makes the pictures use the same hands.
"""

from collections.abc import Callable, Sequence
from time import monotonic

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from painmap.domain.anatomy import Level, Side
from painmap.domain.edits import Page
from painmap.domain.places import FigurePoint, PatientPoint
from painmap.imaging.reslice import Plane
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.main_window import MainWindow
from painmap.ui.slice_view import SliceView

LEFT_BUTTON = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def live(ms: int) -> None:
    """Let the window live for a while; unlike QTest.qWait it leaves other threads their turn."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool], timeout_ms: int = 60_000) -> None:
    """Let the window live until `condition` holds."""
    end = monotonic() + timeout_ms / 1000
    while not condition():
        if monotonic() > end:
            raise TimeoutError("what was waited for did not happen")
        live(20)


def settle(window: MainWindow) -> None:
    """Wait until every job and write has come back."""
    wait_until(lambda: window.desk.jobs.busy == 0)
    QApplication.processEvents()


def region_middle(window: MainWindow, view: str, region_id: str) -> FigurePoint:
    """A point well inside a region of the current figure."""
    regions = window.desk.template.views[view].regions
    return next(region.label_at for region in regions if region.id == region_id)


def click_figure(
    window: MainWindow, point: FigurePoint, keys: Qt.KeyboardModifier = NO_KEYS
) -> None:
    """Click the large figure."""
    figure = window.pages.map.figure
    QTest.mouseClick(figure, LEFT_BUTTON, keys, _on_figure(window, point))


def draw_on_figure(window: MainWindow, points: Sequence[FigurePoint]) -> None:
    """Draw a stroke with the brush."""
    figure = window.pages.map.figure
    QTest.keyClick(figure, Qt.Key.Key_B)
    places = [_on_figure(window, point) for point in points]
    QTest.mousePress(figure, LEFT_BUTTON, NO_KEYS, places[0])
    for place in places[1:]:
        QTest.mouseMove(figure, place)
        live(5)
    QTest.mouseRelease(figure, LEFT_BUTTON, NO_KEYS, places[-1])
    QTest.keyClick(figure, Qt.Key.Key_R)


def _on_figure(window: MainWindow, point: FigurePoint) -> QPoint:
    at = window.pages.map.figure.camera.pixel(point)
    return QPoint(round(at.x), round(at.y))


def press_digits(window: MainWindow, digits: str) -> None:
    """Press digit keys where the focus is."""
    for digit in digits:
        QTest.keyClick(QApplication.focusWidget() or window, digit)


def choose_muscle(window: MainWindow, muscle_id: str, side: Side | None, level: Level) -> None:
    """Choose what the next annotation on CT is."""
    chooser = window.pages.ct.bar.chooser
    chooser.set_muscle(muscle_id)
    if side is not None and chooser.side is not side:
        chooser.sides.chip(side).click()
    chooser.set_level(level)


def axial(window: MainWindow) -> SliceView:
    """The large axial view."""
    return window.pages.ct.viewer.views[Plane.AXIAL]


def look_at(window: MainWindow, point: PatientPoint) -> None:
    """Bring a place in the patient into all views."""
    window.pages.ct.viewer.look_at(point)
    live(30)


def pixel_of(window: MainWindow, point: PatientPoint) -> QPoint:
    """Where on the axial view a place in the patient is painted."""
    view = axial(window)
    placement = view.placement
    found = placement.view_of(point) if placement is not None else None
    if found is None:
        raise AssertionError(f"{point} is not on the axial view")
    return view.pixel_at(found[0])


def click_ct(window: MainWindow, point: PatientPoint, tool: ToolName) -> None:
    """Click a place in the patient on the axial view with a tool."""
    window.pages.ct.choose_tool(tool)
    look_at(window, point)
    QTest.mouseClick(axial(window).viewport(), LEFT_BUTTON, NO_KEYS, pixel_of(window, point))
    live(20)


def outline_ct(window: MainWindow, points: Sequence[PatientPoint]) -> None:
    """Click a contour vertex by vertex and close it with Enter."""
    window.pages.ct.choose_tool(ToolName.OUTLINE)
    look_at(window, points[0])
    view: QWidget = axial(window)
    for point in points:
        QTest.mouseClick(axial(window).viewport(), LEFT_BUTTON, NO_KEYS, pixel_of(window, point))
        live(10)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Return)
    live(20)


def answer(window: MainWindow, words: str) -> None:
    """Answer the question on the page CT by the button that says `words`."""
    question = window.pages.ct.annotator.question
    if question is None:
        raise AssertionError("nothing is asked")
    question.buttons[words].click()
    live(20)


def go_to(window: MainWindow, page: Page) -> None:
    """Click a step at the left."""
    step = window.rail.steps[page]
    QTest.mouseClick(step, LEFT_BUTTON)
    live(20)


def open_chosen_stack(window: MainWindow) -> None:
    """Open the series that the page CT proposes, and wait until it is shown or asked about."""
    panel = window.pages.ct.opening.panel
    if window.pages.ct.is_looking or isinstance(panel, QuestionPanel):
        return  # there was one series only
    if not isinstance(panel, SeriesPanel):
        raise AssertionError(f"no series are offered, but {panel}")
    panel.open_button.click()
    settle(window)


def answer_opening(window: MainWindow, words: str) -> None:
    """Answer what is asked before a study is shown."""
    panel = window.pages.ct.opening.panel
    if not isinstance(panel, QuestionPanel):
        raise AssertionError(f"nothing is asked, but {panel}")
    panel.buttons[words].click()
    settle(window)
