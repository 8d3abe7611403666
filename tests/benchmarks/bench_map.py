"""How fast the page Map is with 40 pain sites and 400 strokes on screen.

Run with ``python -m tests.benchmarks.bench_map`` from the project's folder. Each figure stands
beside a fixed calibration loop of the same run, so that runs on other machines compare.
"""

import math
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from painmap.bodymap.marks import covered_regions
from painmap.domain.edits import Edit, Page
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, PainSite, Quality, StrokeShape
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.places import FigurePoint
from painmap.domain.visit import VisitKind
from painmap.services.catalogue import body_map, muscles
from painmap.services.clinic import Clinic
from painmap.services.resources import resources_root
from painmap.ui import theme
from painmap.ui.body_view import BodyFigure
from painmap.ui.desk import Desk
from painmap.ui.map_page import MapPage
from painmap.ui.tools.mark_pain import MarkTool

SITES, STROKES = 40, 400
WIDTH, HEIGHT = 1200, 900
MOVES, TURNS, OPENINGS = 300, 20, 7
GOALS_MS = {"brush move to painted, p95": 8.0, "opening the page": 150.0, "switching views": 50.0}
LEFT = Qt.MouseButton.LeftButton


def calibration_ms() -> float:
    """A fixed loop of plain arithmetic: what this machine does in that time."""
    start = perf_counter()
    total = 0.0
    for i in range(300_000):
        total += math.sqrt(i)
    assert total > 0
    return (perf_counter() - start) * 1000


def crowded(desk: Desk) -> None:
    """Put 40 sites with 400 strokes on the woman's front and back."""
    template = body_map("woman")
    put: list[PainSite | Mark] = []
    qualities = list(Quality)
    for number in range(SITES):
        site = PainSite(new_id(), number % 11, qualities=(qualities[number % len(qualities)],))
        put.append(site)
        for k in range(STROKES // SITES):
            view = ("back", "front")[k % 2]
            x, y = -90 + 22 * (number % 9), 150 + 24 * (number // 9) + 14 * k
            points = tuple(
                FigurePoint(x + 2 * i, y + 5 * math.sin(i / 2 + number)) for i in range(12)
            )
            shape = StrokeShape(points, 8.0)
            covered = covered_regions(template.views[view], shape)
            put.append(
                Mark(new_id(), site.id, AuthorLayer.PATIENT, template.ref, view, shape, covered)
            )
    desk.apply(Edit("benchmark", Page.MAP, put=tuple(put)))


def painted(page: MapPage) -> None:
    """Let everything that waits be painted."""
    QApplication.processEvents()
    QApplication.sendPostedEvents()
    QApplication.processEvents()


def timed(act: Callable[[], None]) -> float:
    start = perf_counter()
    act()
    return (perf_counter() - start) * 1000


def moves(page: MapPage) -> list[float]:
    """A long stroke, each move until it is on screen."""
    figure: BodyFigure = page.figure
    page.choose_tool(MarkTool.BRUSH)
    middle = QPoint(figure.width() // 2, figure.height() // 2)

    def at(i: int) -> QPoint:
        return middle + QPoint(round(120 * math.sin(i / 17)), round(250 * math.sin(i / 43)))

    QTest.mousePress(figure, LEFT, Qt.KeyboardModifier.NoModifier, at(0))
    painted(page)

    def move(i: int) -> None:
        QTest.mouseMove(figure, at(i))
        painted(page)

    found = [timed(lambda i=i: move(i)) for i in range(1, MOVES)]
    page.figure.cancel()
    QTest.mouseRelease(figure, LEFT, Qt.KeyboardModifier.NoModifier, at(0))
    painted(page)
    return found


def turns(page: MapPage) -> list[float]:
    """Turn to and fro; the first turn to each view paints its marks anew."""

    def turn(view: str) -> None:
        page.show_view(view)
        painted(page)

    return [timed(lambda i=i: turn(("front", "back")[i % 2])) for i in range(TURNS)]


def openings(page: MapPage) -> list[float]:
    """The way from another step of the visit to the page, until it is painted."""

    def open_it() -> None:
        page.show()
        painted(page)

    found = []
    for _ in range(OPENINGS):
        page.hide()
        painted(page)
        found.append(timed(open_it))
    return found


def buildings(desk: Desk) -> list[float]:
    """A fresh page over the open visit, as at the start of the program; without a goal."""
    found = []
    for _ in range(OPENINGS):
        start = perf_counter()
        page = MapPage(desk, theme.Icons(desk.resources), theme.LIGHT)
        page.resize(WIDTH, HEIGHT)
        page.show()
        painted(page)
        found.append((perf_counter() - start) * 1000)
        page.close()
        page.deleteLater()
        painted(page)
    return found


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    """Print each figure beside its goal; 1 when a goal was missed."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    theme.load_fonts(resources_root())
    assert isinstance(app, QApplication)
    palette = theme.apply(app, theme.Mode.LIGHT, resources_root())
    desk = Desk(
        Clinic.open(Path(tempfile.mkdtemp()), author="benchmark"),
        muscles=muscles(),
        template=body_map("adult"),
        resources=resources_root(),
    )
    person = Patient(new_id(), PatientKind.DEMONSTRATION, "Benchmark", sex=Sex.FEMALE)
    desk.clinic.add_patient(person)
    page = MapPage(desk, theme.Icons(desk.resources), palette)
    page.resize(WIDTH, HEIGHT)
    page.show()
    desk.show_visit(desk.clinic.new_visit(person.id, VisitKind.FIRST))
    crowded(desk)
    painted(page)
    before = calibration_ms()
    strokes, turned = moves(page), turns(page)
    found = {
        "brush move to painted, p95": statistics.quantiles(strokes, n=20)[18],
        "switching views": statistics.median(turned),
    }
    page.question.begin()
    found["opening the page"] = statistics.median(openings(page))
    page.close()
    built = statistics.median(buildings(desk))
    loop = statistics.mean((before, calibration_ms()))
    missed = False
    for name, goal in GOALS_MS.items():
        late = found[name] > goal
        missed |= late
        verdict = "missed" if late else "held"
        say(f"{name}: {found[name]:.1f} ms (goal {goal:.0f} ms, {verdict}; loop {loop:.1f} ms)")
    say(f"first turn to a view whose marks changed: {max(turned):.1f} ms (loop {loop:.1f} ms)")
    say(f"building and painting a fresh page: {built:.1f} ms (loop {loop:.1f} ms)")
    desk.close()
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
