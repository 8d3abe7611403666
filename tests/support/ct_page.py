"""The page CT over a real store, and hands on its views in patient millimetres."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.ids import new_id
from painmap.domain.injection import Transitional
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.domain.visit import Visit, VisitKind
from painmap.imaging.reslice import Plane
from painmap.services.resources import resources_root
from painmap.ui import theme
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_export import CtExport, picturing
from painmap.ui.ct_page import CtPage
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct import write_series
from tests.support.hands import live

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier

ORIGIN = (-118.0, -118.0, -100.0)
"""Of the first pixel, head first and supine; pixels of 4 mm, 60 x 60, so that x, y < 120."""


def write_body(folder: Path, *, position: str = "HFS", **fields: Any) -> Path:
    """Write a series of 240 x 240 x 105 mm in any patient position, HU of a ramp."""
    corners = {
        "HFS": (-118.0, -118.0, -100.0),
        "HFP": (118.0, 118.0, -100.0),
        "FFS": (118.0, -118.0, 0.0),
        "FFP": (-118.0, 118.0, 0.0),
        "HFDR": (118.0, -118.0, -100.0),
        "HFDL": (-118.0, 118.0, -100.0),
    }
    values: dict[str, Any] = {
        "count": 21,
        "rows": 60,
        "columns": 60,
        "pixel_mm": (4.0, 4.0),
        "step_mm": 5.0,
        "origin": corners[position],
        "patient_position": position,
    }
    write_series(folder, **values | fields)
    return folder


def jane(**fields: Any) -> Patient:
    """The real patient whom `write_series` shows."""
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": PatientKind.REAL,
        "family_name": "Doe",
        "given_name": "Jane",
        "birth_date": None,
        "sex": Sex.FEMALE,
    }
    return Patient(**values | fields)


def demonstration() -> Patient:
    return Patient(
        id=new_id(),
        kind=PatientKind.DEMONSTRATION,
        family_name="Phantom",
        given_name="Painmap",
        birth_date=date(1970, 1, 1),
        sex=Sex.OTHER,
    )


class CtHands:
    """A page on a desk, with what a doctor does to it."""

    def __init__(self, desk: Desk, qtbot: QtBot, patient: Patient) -> None:
        self.desk = desk
        self.said: list[str] = []
        desk.said.connect(lambda message: self.said.append(message.text))
        palette = theme.PALETTES[theme.Mode.LIGHT]
        self.page = CtPage(desk, theme.Icons(resources_root()), palette)
        qtbot.addWidget(self.page)
        self.page.resize(1030, 760)
        self.page.show()
        desk.clinic.add_patient(patient)
        desk.show_visit(desk.clinic.new_visit(patient.id, VisitKind.FIRST))
        self.settle()

    @property
    def visit(self) -> Visit:
        return self.desk.open_visit.visit

    def wait(self, condition: Callable[[], bool], timeout_ms: int = 30_000) -> None:
        waited = 0
        while not condition():
            if waited > timeout_ms:
                raise TimeoutError("what was waited for did not happen")
            live(10)
            waited += 10

    def settle(self) -> None:
        """Wait until every job and write has come back."""
        self.wait(lambda: self.desk.jobs.busy == 0)
        QApplication.processEvents()

    def open(self, folder: Path) -> None:
        """Open a folder and its preselected series; questions are left open."""
        self.page.open_folder(folder)
        self.settle()
        if isinstance(self.page.opening.panel, SeriesPanel):
            self.page.opening.panel.open_button.click()
            self.settle()

    def open_best(self, folder: Path) -> None:
        self.page.open_folder(folder, attach_best=True)
        self.settle()

    def answer(self, words: str) -> None:
        """Answer the question in place of the pictures."""
        self.page.opening.panel.buttons[words].click()
        self.settle()

    def answer_side(self, words: str) -> None:
        """Answer the question below the pictures."""
        question = self.page.annotator.question
        assert question is not None
        question.buttons[words].click()
        QApplication.processEvents()

    def choose(self, muscle: str, side: Side | None = None, level: Level | None = None) -> None:
        """Choose what is marked next."""
        chooser = self.page.bar.chooser
        chooser.set_muscle(muscle)
        if side is not None and chooser.side is not side:
            chooser.sides.chip(side).click()
        chooser.set_level(level)

    def pixel(self, point: PatientPoint, plane: Plane = Plane.AXIAL) -> QPoint:
        """The pixel of the screen where a place in the patient is drawn."""
        view = self.page.viewer.views[plane]
        placement = view.placement
        assert placement is not None
        found = placement.view_of(point)
        assert found is not None
        return view.pixel_at(found[0])

    def look_at(self, point: PatientPoint) -> None:
        self.page.viewer.look_at(point)
        self.page.viewer.draw()
        QApplication.processEvents()

    def click(
        self,
        point: PatientPoint,
        tool: ToolName | None = None,
        *,
        plane: Plane = Plane.AXIAL,
        keys: Qt.KeyboardModifier = NO_KEYS,
    ) -> None:
        """Click a place in the patient; with a tool, after bringing it into view."""
        if tool is not None:
            self.page.choose_tool(tool)
            self.look_at(point)
        viewport = self.page.viewer.views[plane].viewport()
        at = self.pixel(point, plane)
        _move(viewport, QPointF(at), Qt.MouseButton.NoButton)
        QTest.mouseClick(viewport, LEFT, keys, at)
        QApplication.processEvents()

    def hover(self, point: PatientPoint, plane: Plane = Plane.AXIAL) -> None:
        """Hold the pointer over a place in the patient."""
        viewport = self.page.viewer.views[plane].viewport()
        _move(viewport, QPointF(self.pixel(point, plane)), Qt.MouseButton.NoButton)
        QApplication.processEvents()

    def double_click(self, point: PatientPoint, plane: Plane = Plane.AXIAL) -> None:
        viewport = self.page.viewer.views[plane].viewport()
        at = self.pixel(point, plane)
        QTest.mouseClick(viewport, LEFT, NO_KEYS, at)
        QTest.mouseDClick(viewport, LEFT, NO_KEYS, at)
        QTest.mouseRelease(viewport, LEFT, NO_KEYS, at)
        QApplication.processEvents()

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        *,
        plane: Plane = Plane.AXIAL,
        button: Qt.MouseButton = LEFT,
        release: bool = True,
        keys: Qt.KeyboardModifier = NO_KEYS,
    ) -> None:
        """Drag on a view, in pixels of the screen."""
        viewport = self.page.viewer.views[plane].viewport()
        QTest.mousePress(viewport, button, keys, start)
        for share in (0.25, 0.5, 0.75, 1.0):
            at = QPointF(start) + (QPointF(end) - QPointF(start)) * share
            _move(viewport, at, button)
        if release:
            QTest.mouseRelease(viewport, button, keys, end)
        QApplication.processEvents()

    def outline(self, points: Sequence[PatientPoint]) -> None:
        """Click a contour vertex by vertex, and close it on the first."""
        self.page.choose_tool(ToolName.OUTLINE)
        self.look_at(points[0])
        for point in (*points, points[0]):
            self.click(point)

    def stroke(
        self,
        points: Sequence[PatientPoint],
        tool: ToolName,
        *,
        button: Qt.MouseButton = LEFT,
        keys: Qt.KeyboardModifier = NO_KEYS,
        release: bool = True,
    ) -> None:
        """Press, go along places in the patient, and let go; the pen is finer than a pixel."""
        self.page.choose_tool(tool)
        self.look_at(points[0])
        view = self.page.viewer.views[Plane.AXIAL]
        viewport, placement = view.viewport(), view.placement
        assert placement is not None
        found = [placement.view_of(point) for point in points]
        places = [view.to_device.map(QPointF(*each[0])) for each in found if each is not None]
        QTest.mousePress(viewport, button, keys, places[0].toPoint())
        for place in places:
            _move(viewport, place, button)
        if release:
            QTest.mouseRelease(viewport, button, keys, places[-1].toPoint())
        QApplication.processEvents()

    def scroll(self, steps: int, plane: Plane = Plane.AXIAL, *, ctrl: bool = False) -> None:
        """Turn the wheel; + is away from the doctor, to the head on an axial view."""
        view = self.page.viewer.views[plane]
        middle = QPointF(view.viewport().rect().center())
        keys = Qt.KeyboardModifier.ControlModifier if ctrl else NO_KEYS
        for _ in range(abs(steps)):
            turn = 120 if steps > 0 else -120
            event = QWheelEvent(
                middle,
                view.viewport().mapToGlobal(middle),
                QPoint(),
                QPoint(0, turn),
                Qt.MouseButton.NoButton,
                keys,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(view.viewport(), event)
        self.page.viewer.draw()
        QApplication.processEvents()

    def name_level(self, level: Level, answer: Transitional | None = Transitional.NO) -> None:
        """Say which level the chosen landmark has, and whether there is a transitional vertebra."""
        panel = self.page.annotator.spine.panel
        self.page.choose_tool(ToolName.MIDLINE)
        panel.levels.setCurrentIndex(panel.levels.findData(level))
        panel.levels.activated.emit(panel.levels.currentIndex())
        if answer is not None:
            panel.transitional.chip(answer).click()
        QApplication.processEvents()

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        QTest.keyClick(self.page.viewer.views[Plane.AXIAL], key, keys)
        QApplication.processEvents()


def opened_sample(desk: Desk, qtbot: QtBot, folder: Path) -> CtHands:
    """A public CT, opened in the record of a person for whom it is taken."""
    hands = CtHands(desk, qtbot, jane(family_name="Sample", given_name="CT"))
    open_sample(hands, folder)
    return hands


def open_sample(hands: CtHands, folder: Path) -> None:
    """Open a public CT, and answer what is asked about whom it shows."""
    hands.page.open_folder(folder)
    hands.settle()
    for words in ("Open", "It shows a patient", "Same person"):
        panel = hands.page.opening.panel
        if hands.page.is_looking:
            break
        if words == "Open" and isinstance(panel, SeriesPanel):
            panel.open_button.click()
        elif words == "Same person":
            panel.reasons.chip("same person, other reason").click()
            hands.answer(words)
        elif words in getattr(panel, "buttons", {}):
            hands.answer(words)
        hands.settle()


def _move(viewport: QWidget, at: QPointF, button: Qt.MouseButton) -> None:
    """Move, with a button held or none; QTest leaves moves out that change nothing."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        viewport.mapToGlobal(at),
        Qt.MouseButton.NoButton,
        button,
        NO_KEYS,
    )
    QApplication.sendEvent(viewport, event)
    QApplication.processEvents()


def exported(hands: CtHands) -> CtExport:
    """What an export would have of CT now."""
    session = hands.page.session
    return run_to_end(picturing(hands.visit, session.muscles, session.window, session.in_memory()))
