"""How fast the CT workspace is with twelve muscles and sixty contours on 400 slices.

Run with ``python -m tests.benchmarks.bench_ct_workspace`` from the project's folder; with
``--write`` the table goes to docs/proof/bench-ct-workspace.md. Everything is done by the hand on
the real window, offscreen, 1200 x 900; each time stands beside a fixed calibration loop of the
same moment, so that runs on other machines compare.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from pydicom.uid import ExplicitVRLittleEndian
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from painmap import app as program
from painmap.domain.anatomy import Level, Side
from painmap.domain.compartment import AreaOrigin
from painmap.domain.edits import Page, change_compartment, draw_outline
from painmap.domain.ids import new_id
from painmap.domain.injection import Outline
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.domain.visit import VisitKind
from painmap.imaging.body_surface import finding_surface
from painmap.imaging.grow import MUSCLE, grown
from painmap.imaging.livewire import Wire
from painmap.imaging.needle import NeedlePath, ProcedurePosition, crossed
from painmap.imaging.oblique import PlaneFrame, oblique_image
from painmap.imaging.reslice import Plane
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack
from painmap.services.anchors import anchor_for
from painmap.services.compartments import MuscleMasks, Painted, edit_of, pixel_mm
from painmap.services.muscle_edits import filling_contours
from painmap.services.settings import Settings
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.main_window import MainWindow
from tests.benchmarks.bench_map import calibration_ms
from tests.benchmarks.ct_series import write_ct
from tests.benchmarks.table import markdown
from tests.support.hands import live, settle, wait_until

SIZE, COUNT = 512, 400
SLICES = range(150, 250)
"""Where muscles and contours lie, and where the hand leafs."""
MUSCLES = (
    "erector_spinae",
    "multifidus",
    "quadratus_lumborum",
    "psoas_major",
    "gluteus_maximus",
    "gluteus_medius",
)
BETWEEN = 20
"""Slices from one contour of a muscle to the next: 12 muscles, 60 contours."""
STEPS, MOVES = 60, 150
LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier
PROOF = Path("docs/proof/bench-ct-workspace.md")
PAGE = """# Measured: the CT workspace

`python -m tests.benchmarks.bench_ct_workspace --write`, offscreen, 1200 x 900, 2 cores: a volume of
512 x 512 x 400, twelve muscles on a hundred slices each, sixty contours. The loop is the fixed
calibration loop of the same moment (about 10 ms when nothing else runs).
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    ms: float
    goal: float
    loop: float


def p95(found: list[float]) -> float:
    return float(np.percentile(found, 95))


def timed(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    return (perf_counter() - start) * 1000


def painted() -> None:
    QApplication.processEvents()
    QApplication.sendPostedEvents()


# --- what is on screen


def open_ct(window: MainWindow, folder: Path) -> None:
    patient = Patient(
        id=new_id(), kind=PatientKind.DEMONSTRATION, family_name="Phantom", given_name="Painmap"
    )
    window.desk.clinic.add_patient(patient)
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    settle(window)
    window.show_page(Page.CT)
    window.pages.ct.open_folder(folder, attach_best=True)
    wait_until(lambda: window.pages.ct.session.is_open)
    wait_until(lambda: not window.pages.ct.session.is_filling)
    settle(window)


def ellipse(number: int, k: int) -> tuple[float, float, float, float]:
    """Row, column and radii of a muscle's ellipse on a slice, pixels; like a muscle's cut."""
    side = -1 if number % 2 else 1
    row = 180 + 28 * (number // 2) + 8 * np.sin(k / 17)
    column = 256 + side * (60 + 12 * (number // 4))
    return float(row), float(column), 24 + 6 * np.sin(k / 11), 34 + 6 * np.cos(k / 13)


def mask_at(number: int, k: int) -> SliceMask:
    row, column, down, across = ellipse(number, k)
    y, x = np.mgrid[:SIZE, :SIZE]
    return SliceMask.of(((y - row) / down) ** 2 + ((x - column) / across) ** 2 < 1)


def contour(number: int, k: int, stack: Stack) -> tuple[PatientPoint, ...]:
    plane = stack.slice_geometry(k)
    assert plane is not None
    row, column, down, across = ellipse(number, k)
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return tuple(
        plane.patient_point(float(row + down * np.sin(a)), float(column + across * np.cos(a)))
        for a in turn
    )


def which(number: int) -> tuple[str, Side]:
    return MUSCLES[number // 2], Side.LEFT if number % 2 else Side.RIGHT


def draw_all(window: MainWindow) -> None:
    """Twelve muscles, each with five contours."""
    stack = window.pages.ct.session.stack
    for number in range(2 * len(MUSCLES)):
        muscle_id, side = which(number)
        slices = {k: Painted(mask_at(number, k), AreaOrigin.PAINTED) for k in SLICES}
        edit = edit_of(
            MuscleMasks(None),
            MuscleMasks(None, MappingProxyType(slices)),
            stack,
            label="paint",
            muscle_id=muscle_id,
            side=side,
            visit=window.desk.open_visit.visit,
        )
        assert edit is not None
        window.desk.apply(edit)
        for k in SLICES[BETWEEN // 2 :: BETWEEN]:
            points = contour(number, k, stack)
            outline = Outline(new_id(), muscle_id, side, anchor_for(stack, k), points, Level.L3)
            window.desk.apply(draw_outline(outline))
        settle(window)
    visit = window.desk.open_visit.visit
    assert len(visit.live_compartments) == 12
    assert len(visit.live_outlines) == 60
    assert window.current_page is Page.CT


# --- what the hand does


def wheel(window: MainWindow, plane: Plane, up: bool) -> None:
    view = window.pages.ct.viewer.views[plane]
    middle = QPointF(view.viewport().rect().center())
    event = QWheelEvent(
        middle,
        view.viewport().mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 if up else -120),
        Qt.MouseButton.NoButton,
        NO_KEYS,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)
    window.pages.ct.viewer.draw()
    painted()


def leafing(window: MainWindow) -> list[float]:
    viewer = window.pages.ct.viewer
    stack = window.pages.ct.session.stack
    plane = stack.slice_geometry(SLICES[20])
    assert plane is not None
    viewer.look_at(plane.patient_point(256.0, 256.0))
    live(300)
    return [timed(lambda: wheel(window, Plane.AXIAL, up=True)) for _ in range(STEPS)]


def crossing(window: MainWindow) -> list[float]:
    """The crosshair is moved: all three planes are cut anew, together."""
    viewer = window.pages.ct.viewer
    stack = window.pages.ct.session.stack

    def to(n: int) -> None:
        plane = stack.slice_geometry(SLICES[20] + n)
        assert plane is not None
        viewer.look_at(plane.patient_point(200.0 + n, 220.0 + n))
        viewer.draw()
        painted()

    return [timed(lambda n=n: to(n)) for n in range(STEPS)]  # type: ignore[misc]  # n is bound


def brushing(window: MainWindow) -> tuple[list[float], float]:
    """Moves of a stroke, and the lift that ends it."""
    page = window.pages.ct
    stack = page.session.stack
    k = SLICES[33]
    plane = stack.slice_geometry(k)
    assert plane is not None
    page.bar.chooser.set_muscle(MUSCLES[0])
    page.bar.chooser.sides.chip(Side.LEFT).click()
    page.choose_tool(ToolName.BRUSH)
    page.viewer.look_at(plane.patient_point(200.0, 200.0))
    live(300)
    view = page.viewer.views[Plane.AXIAL.value]
    viewport = view.viewport()

    def place(share: float) -> QPointF:
        assert view.placement is not None
        angle = 6 * share
        point = plane.patient_point(180 + 60 * np.sin(angle) * share, 200 + 60 * np.cos(angle))
        found = view.placement.view_of(point)
        assert found is not None
        return view.to_device.map(QPointF(*found[0]))

    def move(at: QPointF) -> None:
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            viewport.mapToGlobal(at),
            Qt.MouseButton.NoButton,
            LEFT,
            NO_KEYS,
        )
        QApplication.sendEvent(viewport, event)
        painted()

    QTest.mousePress(viewport, LEFT, NO_KEYS, place(0).toPoint())
    painted()
    places = [place(n / MOVES) for n in range(MOVES)]
    moves = [timed(lambda at=at: move(at)) for at in places]  # type: ignore[misc]  # at is bound

    def lift() -> None:
        QTest.mouseRelease(viewport, LEFT, NO_KEYS, places[-1].toPoint())
        painted()

    lifted = timed(lift)
    settle(window)
    return moves, lifted


def undoing(window: MainWindow) -> tuple[list[float], list[float]]:
    """Steps of every size taken back, and done again: a stroke, contours, whole muscles."""
    desk = window.desk

    def undo() -> None:
        desk.undo()
        painted()

    def redo() -> None:
        desk.redo()
        painted()

    found: list[list[float]] = []
    for act in (undo, redo):
        found.append([])
        for _ in range(16):
            found[-1].append(timed(act))
            live(60)
    settle(window)
    return found[0], found[1]


def filled(window: MainWindow) -> float:
    """Fill over forty slices from three contours."""
    stack = window.pages.ct.session.stack
    ks = (SLICES[10], SLICES[30], SLICES[50])
    outlines = [
        Outline(new_id(), MUSCLES[0], Side.LEFT, anchor_for(stack, k), contour(0, k, stack))
        for k in ks
    ]
    return timed(lambda: run_to_end(filling_contours(MuscleMasks(None), stack, outlines)))


def fading(window: MainWindow) -> float:
    """Show and hide a muscle: another change of one step."""
    desk = window.desk
    one = desk.open_visit.visit.live_compartments[0]

    def act() -> None:
        desk.apply(change_compartment(replace(one, visible=not one.visible), label="hide"))
        painted()

    return timed(act)


def measured(window: MainWindow) -> Iterator[Line]:
    def line(what: str, ms: float, goal: float) -> Line:
        return Line(what, ms, goal, calibration_ms())

    leafing(window)  # pictures and paths are made once
    yield line("leafing, three linked views together, p95", p95(leafing(window)), 8)
    yield line("crosshair moved, all three views cut anew, p95", p95(crossing(window)), 8)
    moves, lifted = brushing(window)
    yield line("brush move to painted, p95", p95(moves), 8)
    yield line("brush lifted", lifted, 50)
    window.pages.ct.work.strip.ball.setChecked(True)
    moves, lifted = brushing(window)
    window.pages.ct.work.strip.ball.setChecked(False)
    yield line("the same with a ball, p95", p95(moves), 8)
    yield line("ball lifted", lifted, 50)
    yield line("show or hide a muscle", fading(window), 50)
    undone, again = undoing(window)
    yield line("undo of any step, worst", max(undone), 30)
    yield line("done again, which goes to the place, worst", max(again), 50)
    yield line("fill over 40 slices", statistics.median(filled(window) for _ in range(5)), 300)
    volume = window.pages.ct.session.volume
    frame = PlaneFrame(
        PatientPoint(0.0, 0.0, 200.0), np.array((1.0, 0.0, 0.0)), np.array((0.0, 1.0, 0.0))
    ).turned(17, (1, 0.3, 0))
    cuts = [
        timed(lambda: oblique_image(volume, frame, shape=(512, 512), pixel_mm=400 / 512))
        for _ in range(9)
    ]
    yield line("oblique plane, 512 x 512", statistics.median(cuts), 15)
    start = perf_counter()
    surface = run_to_end(finding_surface(volume))
    yield line("body surface", (perf_counter() - start) * 1000, 1000)
    target = PatientPoint(40.0, 60.0, 200.0)

    def path() -> None:
        entry = surface.first_exit(target, PatientPoint(40.0, 1000.0, 200.0))
        found = NeedlePath(target, entry.point, ProcedurePosition.PRONE)
        crossed(volume, found)

    yield line("each path", statistics.median(timed(path) for _ in range(20)), 20)
    hu, pixel = volume.hu[SLICES[30]], pixel_mm(volume.stack)
    clicks = [(200.0 + n, 220.0) for n in range(20)]
    ways = [timed(lambda at=at: Wire.begin(hu, pixel, at).way_to((230.0, 190.0))) for at in clicks]  # type: ignore[misc]  # at is bound
    yield line("livewire, from a click", statistics.median(ways), 50)
    said = np.zeros(hu.shape, dtype=np.int8)
    said[300:304, 200:230] = MUSCLE
    grows = [timed(lambda: grown(hu, said, pixel)) for _ in range(9)]
    yield line("grown from a stroke", statistics.median(grows), 100)
    start = perf_counter()
    ct = window.pages.ct
    ct.solids.show()
    settle(window)
    yield line("3-D preview made, skin found with it", (perf_counter() - start) * 1000, 10_000)
    panel = ct.solids.panel
    assert panel is not None

    def turn(n: int) -> None:
        panel.view.look_from(n / 10)
        painted()

    turns = [timed(lambda n=n: turn(n)) for n in range(40)]  # type: ignore[misc]  # n is bound
    yield line("3-D preview turned by the hand, p95", p95(turns), 50)
    settle(window)
    ct.in_place.leave()


def table(lines: list[Line]) -> str:
    rows = [
        (
            each.what,
            f"{each.ms:.1f} ms",
            f"{each.goal:g} ms",
            "yes" if each.ms <= each.goal else "no",
            f"{each.loop:.1f} ms",
        )
        for each in lines
    ]
    return markdown(("what", "measured", "goal", "held", "loop"), rows)


def main() -> int:
    """Measure, print a table, and say whether every goal is held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PROOF}")
    arguments = parser.parse_args()
    qapp = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(qapp, QApplication)
    with tempfile.TemporaryDirectory() as name:
        records = Path(name) / "records"
        records.mkdir()
        Settings(records)["purpose_read"] = "yes"
        write_ct(Path(name) / "ct", ExplicitVRLittleEndian, count=COUNT, size=SIZE)
        window = program.build(qapp, records)
        window.resize(1200, 900)
        window.show()
        program.keep_memory_quiet(window)
        settle(window)
        open_ct(window, Path(name) / "ct")
        draw_all(window)
        lines = list(measured(window))
        settle(window)
        window.close()
        window.desk.close()
    words = table(lines)
    sys.stdout.write(f"{words}\n")
    if arguments.write:
        PROOF.write_text(f"{PAGE}\n{words}\n")
    return 1 if any(each.ms > each.goal for each in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
