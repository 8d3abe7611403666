"""Every tool of the page CT at work, on the phantom or on a real CT, to be looked at.

    .venv/bin/python assets/screenshots/ct_tools.py OUT [FOLDER OF A CT]

Writes one picture a tool into OUT. Pictures of a real CT are looked at and never kept here.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from painmap import app as program
from painmap.domain.anatomy import Level, Side
from painmap.domain.edits import Page
from painmap.domain.ids import new_id
from painmap.domain.needle_plan import HazardKind, ProcedurePosition
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.places import PatientPoint
from painmap.domain.visit import VisitKind
from painmap.imaging.reslice import Plane
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.main_window import MainWindow
from painmap.ui.theme import Mode
from painmap.ui.tools.hazard import HazardShape
from painmap.ui.tools.slice_outcomes import HANDLE_PX
from tests.support import hands
from tests.support.ct_page import CtHands, open_sample


class Studio(CtHands):
    """The hands of the tests, on the page of a whole window."""

    def __init__(self, window: MainWindow, out: Path) -> None:
        self.window, self.out = window, out
        self.desk, self.page = window.desk, window.pages.ct

    def take(self, name: str) -> None:
        self.page.viewer.draw()
        hands.live(150)
        self.window.grab().save(str(self.out / f"{name}.png"))

    def around(self, centre: PatientPoint, *mm: tuple[float, float]) -> list[PatientPoint]:
        """Places of the slice: millimetres to the LEFT and to the back of `centre`."""
        k = self.page.viewer.index(self.page.session.native)
        plane = self.page.session.stack.slice_geometry(k)
        if plane is None:
            raise ValueError("the slice has no geometry")
        normal = plane.normal
        return [
            PatientPoint(
                centre.x + x, centre.y + y, centre.z - (normal[0] * x + normal[1] * y) / normal[2]
            )
            for x, y in mm
        ]

    def go_on(self) -> None:
        """Leave questions about the side to another time."""
        if self.page.annotator.question is not None:
            self.page.annotator.sides.leave()


def pictures(studio: Studio, centre: PatientPoint) -> None:
    """Use every tool once beside the spine, and take a picture of each."""
    page = studio.page
    page.annotator.spine.drop()
    muscle, side = "erector_spinae", Side.LEFT
    round_it = [(-16, -4), (-6, -13), (8, -12), (17, -2), (12, 10), (-2, 13), (-14, 8)]
    studio.look_at(centre)
    page.choose_tool(ToolName.WINDOW)
    view = page.viewer.views[Plane.AXIAL]
    cross = view.to_device.map(QPointF(*(view.scene_shown.cross or (0, 0))))
    studio.drag(
        (cross + QPointF(HANDLE_PX, 0)).toPoint(),
        (cross + QPointF(HANDLE_PX * 0.87, HANDLE_PX * 0.5)).toPoint(),
    )
    studio.take("1-window-oblique")
    page.viewer.oblique.close_plane()
    studio.choose(muscle, side, Level.L3)
    studio.outline(studio.around(centre, *round_it))
    studio.take("2-outline-question")
    studio.go_on()
    studio.choose("multifidus", side, Level.L3)
    studio.stroke(
        studio.around(centre, (-34, 2), (-26, -6), (-20, 4), (-28, 14)), ToolName.FREEHAND
    )
    studio.go_on()
    studio.take("3-freehand")
    studio.choose("quadratus_lumborum", side, Level.L3)
    page.choose_tool(ToolName.ELLIPSE)
    low, high = studio.around(centre, (10, -36), (40, -18))
    studio.drag(studio.pixel(low), studio.pixel(high), release=False)
    studio.take("4-ellipse")
    studio.drag(studio.pixel(low), studio.pixel(high))
    studio.go_on()
    studio.choose("quadratus_lumborum", side, Level.L3)
    page.choose_tool(ToolName.LIVEWIRE)
    for place in studio.around(centre, (20, -10), (2, -14), (-12, -10)):
        studio.click(place)
    studio.take("4-livewire")
    studio.key(Qt.Key.Key_Escape)
    page.looks.toggle_lens()
    studio.hover(studio.around(centre, (-8, 2))[0])
    studio.take("4-lens")
    page.looks.toggle_lens()
    studio.choose("psoas_major", side, Level.L3)
    page.choose_tool(ToolName.BRUSH)
    studio.stroke(studio.around(centre, (-10, -50), (0, -46), (8, -44), (4, -54)), ToolName.BRUSH)
    studio.settle()
    studio.go_on()
    studio.take("5-brush")
    low, high = studio.around(centre, (10, 4), (34, 2))
    studio.choose("erector_spinae", side, Level.L3)
    studio.stroke([low, high], ToolName.GROW)
    studio.settle()
    studio.take("5-grow")
    studio.go_on()
    page.choose_tool(ToolName.MEASURE)
    for place in studio.around(centre, (50, 0), (-10, 0), (-10, -50)):
        studio.click(place)
    studio.key(Qt.Key.Key_Return)
    studio.take("6-measure")
    studio.key(Qt.Key.Key_Escape)
    studio.click(studio.around(centre, (-45, 12))[0], ToolName.MIDLINE)
    studio.take("7-spine")
    studio.go_on()
    studio.choose(muscle, side, Level.L3)
    studio.click(centre, ToolName.TARGET)
    studio.go_on()
    page.choose_tool(ToolName.HAZARD)
    panel = page.annotator.hazards.panel
    panel.kinds.chip(HazardKind.NERVE).click()
    panel.name.setText("dorsal ramus")
    panel.shapes.chip(HazardShape.POINT).click()
    studio.click(studio.around(centre, (-12, -22))[0])
    studio.go_on()
    studio.take("8-hazard")
    page.choose_tool(ToolName.ENTRY)
    studio.settle()
    page.annotator.needle.panel.positions.chip(ProcedurePosition.PRONE).click()
    studio.settle()
    studio.go_on()
    studio.take("9-entry")


def main() -> None:
    """Take the pictures of one CT."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        window = program.build(app, Path(folder))
        window.resize(1440, 900)
        window.show()
        window.mode_wanted.emit(Mode.LIGHT)
        hands.settle(window)
        window.pages.today._purpose.read_button.click()
        studio = Studio(window, out)
        if len(sys.argv) > 2:
            patient = Patient(new_id(), PatientKind.REAL, "Sample", "CT")
            window.desk.clinic.add_patient(patient)
            window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
            hands.go_to(window, Page.CT)
            open_sample(studio, Path(sys.argv[2]))
        else:
            program.open_demo(window, Path(folder))
            hands.wait_until(lambda: window.pages.ct.is_looking)
            hands.go_to(window, Page.CT)
        hands.settle(window)
        stack = studio.page.session.stack
        k, rows, columns = stack.shape
        plane = stack.slice_geometry(k // 2)
        if plane is None:
            raise ValueError("the slice has no geometry")
        share = (0.62, 0.62) if len(sys.argv) > 2 else (0.64, 0.60)
        pictures(studio, plane.patient_point(rows * share[0], columns * share[1]))
        window.close()
        window.desk.close()


if __name__ == "__main__":
    main()
