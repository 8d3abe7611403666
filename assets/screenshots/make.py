"""Drive the real window through a visit of the demonstration patient and take its pictures.

    .venv/bin/python assets/screenshots/make.py [FOLDER]

Writes PNG files beside this script, or into FOLDER. Runs without a screen.
"""

import os
import sys
import tempfile
from math import pi
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from painmap import app as program
from painmap.bodymap.overlays import Overlay
from painmap.domain.anatomy import Level, Side
from painmap.domain.compartment import CompartmentStatus
from painmap.domain.edits import Page
from painmap.domain.ids import new_id
from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.pain import Depth, Quality
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.places import FigurePoint
from painmap.domain.progress import run_to_end
from painmap.imaging.oblique import Slab
from painmap.pacs.archive import StudyQuery
from painmap.phantom import Phantom, PhantomOptions, make_phantom, write_series
from painmap.ui.ct_slab import SlabChoice
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.main_window import MainWindow
from painmap.ui.pacs_panel import PacsPanel
from painmap.ui.theme import Mode
from tests.support import hands
from tests.support.orthanc import Orthanc, executable
from tests.support.pacs import load, node
from tests.support.truth import contour_of

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent


class Camera:
    """Takes each picture in both modes."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def take(self, name: str) -> None:
        for mode in (Mode.DARK, Mode.LIGHT):
            self._window.mode_wanted.emit(mode)
            hands.live(120)
            self._window.grab().save(str(OUT / f"{name}-{mode.value}.png"))


def today(window: MainWindow, camera: Camera) -> None:
    camera.take("first-start")
    window.pages.today._purpose.read_button.click()
    people = (("Sørensen", "Kåre"), ("Okafor", "Ngozi"), ("Müller", "Anna"))
    for family, given in people:
        window.desk.clinic.add_patient(
            Patient(new_id(), PatientKind.DEMONSTRATION, family, given, record_number="D-17")
        )
    window.pages.today._new.click()
    hands.settle(window)
    camera.take("new-patient")
    window.pages.today._close_form()


def mark_pain(window: MainWindow, camera: Camera) -> None:
    hands.go_to(window, Page.MAP)
    hands.settle(window)
    camera.take("map-empty")
    pain = window.pages.map
    hands.click_figure(window, hands.region_middle(window, "back", "lumb_lo_para.left"))
    hands.press_digits(window, "7")
    pain.panel.quality_chips.chip(Quality.ACHING).click()
    pain.panel.depth_chips.chip(Depth.DEEP).click()
    hands.click_figure(window, hands.region_middle(window, "back", "flank_ql.left"))
    hands.press_digits(window, "5")
    pain.panel.quality_chips.chip(Quality.CRAMPING).click()
    window.desk.select(None)
    start = hands.region_middle(window, "back", "glut_up.left")
    hands.draw_on_figure(
        window,
        [
            FigurePoint(start.x + dx, start.y + dy)
            for dx, dy in ((0, 0), (-8, 40), (-4, 90), (2, 140))
        ],
    )
    hands.press_digits(window, "3")
    pain.panel.quality_chips.chip(Quality.SHOOTING).click()
    first = window.desk.open_visit.visit.pain_sites[0]
    window.desk.select(first.id)
    QTest.mouseMove(pain.figure, QPoint(5, 5))
    hands.settle(window)
    camera.take("map")
    window.desk.overlays.switch(Overlay.DERMATOMES, True)
    window.desk.overlays.switch(Overlay.LEVELS, True)
    hands.settle(window)
    camera.take("map-overlays")
    review = window.pages.map.review
    for name, chip in (("scores", review.scores_button), ("compare", review.compare_button)):
        chip.click()
        hands.live(300)
        hands.settle(window)
        camera.take(f"map-{name}")
    review.draw_button.click()
    window.desk.overlays.switch(Overlay.DERMATOMES, False)
    window.desk.overlays.switch(Overlay.LEVELS, False)


def annotate(window: MainWindow, camera: Camera, phantom: Phantom) -> None:
    hands.wait_until(lambda: window.pages.ct.is_looking)
    hands.go_to(window, Page.CT)
    hands.settle(window)
    camera.take("ct-opened")
    window.pages.map.question.yes.click()
    level = phantom.levels[Level.L3]
    hands.choose_muscle(window, "quadratus_lumborum", Side.LEFT, Level.L3)
    hands.click_ct(
        window, phantom.target("quadratus_lumborum", Side.LEFT, Level.L3), ToolName.TARGET
    )
    camera.take("ct-spine-question")
    hands.answer(window, "No, confirm")
    hands.settle(window)
    hands.choose_muscle(window, "quadratus_lumborum", Side.LEFT, Level.L3)
    k = round(phantom.index_of(level.spinous_tip)[0])
    hands.outline_ct(window, contour_of(phantom, "quadratus_lumborum", Side.LEFT, k))
    hands.choose_muscle(window, "erector_spinae", Side.RIGHT, Level.L3)
    hands.click_ct(window, phantom.target("erector_spinae", Side.LEFT, Level.L3), ToolName.TARGET)
    camera.take("ct-side-question")
    hands.answer(window, "Make it LEFT")
    hands.outline_ct(window, contour_of(phantom, "erector_spinae", Side.LEFT, k))
    hands.settle(window)
    window.pages.ct.choose_tool(ToolName.WINDOW)
    camera.take("ct")
    for step in (-6, -3, 3, 6):
        hands.outline_ct(window, contour_of(phantom, "erector_spinae", Side.LEFT, k + step))
    window.pages.ct.work.fill()
    hands.live(200)
    hands.settle(window)
    window.pages.ct.work.toggle_list()
    window.pages.ct.choose_tool(ToolName.BRUSH)
    hands.live(100)
    camera.take("ct-muscles")
    window.pages.ct.work.toggle_list()
    window.pages.ct.show_measures()
    hands.live(200)
    hands.settle(window)
    camera.take("ct-measures")
    window.pages.ct._on_dismissed()
    site = window.desk.open_visit.visit.planned_sites[-1]
    window.pages.ct.annotator.choose(site.id)
    window.pages.ct.choose_tool(ToolName.ENTRY)
    hands.live(600)
    hands.settle(window)
    needle = window.pages.ct.annotator.needle
    needle.panel.positions.chip(ProcedurePosition.PRONE).click()
    hands.live(300)
    hands.settle(window)
    camera.take("ct-needle")
    viewer = window.pages.ct.viewer
    viewer.use_grid(grid=True)
    viewer.use_slab(SlabChoice(10, Slab.MAXIMUM))
    hands.settle(window)
    camera.take("ct-grid")
    viewer.use_grid(grid=False)
    viewer.use_slab(None)
    window.pages.ct.choose_tool(ToolName.WINDOW)
    window.pages.ct.show_report()
    hands.live(100)
    hands.settle(window)
    camera.take("ct-report")
    window.pages.ct._on_dismissed()


def browse(window: MainWindow, camera: Camera, phantom: Phantom, folder: Path) -> None:
    """The list of what is on a disc: the phantom, and a second series of it, thicker."""
    run_to_end(write_series(phantom, folder / "soft"))
    other = run_to_end(make_phantom(PhantomOptions(slice_step_mm=6.0, slices=48)))
    run_to_end(write_series(other, folder / "other"))
    hands.go_to(window, Page.CT)
    window.pages.ct.open_folder(folder)
    hands.live(1500)
    hands.settle(window)
    camera.take("ct-series")
    window.pages.ct._on_dismissed()


def partners(window: MainWindow, camera: Camera, folder: Path) -> None:
    """What a PACS has of the patient, being fetched and fetched; and the list of samples."""
    with Orthanc(folder / "server") as orthanc:
        pacs = load(orthanc, folder / "sent")
        doors = window.pages.ct.doors
        doors.pacs.access.profiles.save(node(pacs.orthanc, "dimse-get"))
        doors.show_pacs()
        hands.settle(window)
        panel = window.pages.ct.opening.panel
        if not isinstance(panel, PacsPanel):
            raise TypeError(type(panel).__name__)
        panel.fields.fill(StudyQuery(family_name="D"))
        panel.search_button.click()
        hands.settle(window)
        panel.table.selectRow(0)
        hands.settle(window)
        camera.take("ct-pacs")
        window.pages.ct._on_dismissed()
    window.actions_["samples"].trigger()
    hands.settle(window)
    camera.take("samples")
    window.pages.today._close_form()


def propose(window: MainWindow, camera: Camera) -> None:
    """Muscles proposed from the confirmed spine, beside what was drawn."""
    hands.go_to(window, Page.CT)
    ct = window.pages.ct
    ct.choose_tool(ToolName.WINDOW)
    if ct.work.list.isHidden():
        ct.work.toggle_list()
    ct.work.list.propose.click()
    hands.settle(window)
    ct.viewer.draw()
    camera.take("ct-proposals")
    proposed = [each for each in ct.work.muscles.shown if each.status is CompartmentStatus.PROPOSED]
    for each in proposed:
        ct.work.choose(each)
        ct.work.list.accept.click()
        hands.settle(window)
    ct.solids.show()
    hands.settle(window)
    preview = ct.solids.panel
    if preview is None:
        raise RuntimeError("the 3-D preview was not made")
    preview.view.look_from(pi - 0.5, 0.25)
    hands.live(400)
    hands.settle(window)
    camera.take("ct-preview")
    ct.in_place.leave()
    for _ in range(len(proposed) + 1):
        window.desk.undo()
    hands.settle(window)
    ct.work.toggle_list()


def rest(window: MainWindow, camera: Camera) -> None:
    hands.go_to(window, Page.SITES)
    window.pages.sites.table.selectRow(0)
    hands.settle(window)
    camera.take("sites")
    window.pages.sites._add.click()
    window.pages.sites._adder.chooser.set_muscle("multifidus")
    hands.live(60)
    camera.take("sites-add")
    window.pages.sites._adder.hide()
    hands.go_to(window, Page.FINISH)
    hands.settle(window)
    camera.take("finish")
    hands.go_to(window, Page.TODAY)
    window.pages.today.search.setText("pha")
    hands.live(400)
    hands.settle(window)
    camera.take("today")


def main() -> None:
    """Take every picture."""
    app = QApplication([])
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        window = program.build(app, Path(folder))
        window.resize(1440, 900)
        window.show()
        hands.settle(window)
        camera = Camera(window)
        today(window, camera)
        program.open_demo(window, Path(folder))
        hands.wait_until(lambda: window.desk.is_open)
        hands.wait_until(lambda: window.pages.ct.is_looking)
        hands.settle(window)
        phantom = run_to_end(make_phantom(PhantomOptions()))
        mark_pain(window, camera)
        annotate(window, camera, phantom)
        propose(window, camera)
        browse(window, camera, phantom, Path(folder) / "disc")
        if executable() is None:
            sys.stdout.write("Orthanc is not installed: no pictures of PACS and samples.\n")
        else:
            partners(window, camera, Path(folder) / "partners")
        rest(window, camera)
        window.close()
        window.desk.close()


if __name__ == "__main__":
    main()
