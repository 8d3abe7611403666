"""How fast the page Map and the measures are with 40 pain sites and 400 strokes on screen.

Run with ``python -m tests.benchmarks.bench_map`` from the project's folder. Every figure of the
program is measured, cold and warm. Each time stands beside a fixed calibration loop of the same
run, so that runs on other machines compare.
"""

import math
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.instruments import score
from painmap.bodymap.metrics import Measurer
from painmap.domain.edits import Edit, Page
from painmap.domain.ids import new_id
from painmap.domain.pain import Mark
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.progress import run_to_end
from painmap.domain.visit import Visit, VisitKind
from painmap.services.catalogue import body_map, instruments, muscles, surfaces_of
from painmap.services.clinic import Clinic
from painmap.services.resources import resources_root
from painmap.ui import theme
from painmap.ui.body_figures import FIGURES, whole_views
from painmap.ui.body_warm import warming
from painmap.ui.desk import Desk
from painmap.ui.map_page import MapPage
from painmap.ui.quiet_memory import QuietMemory
from painmap.ui.scores_reading import Reader
from painmap.ui.tools.mark_pain import MarkTool
from tests.benchmarks.drawings import Kind, crowd

WIDTH, HEIGHT = 1200, 900
MOVES, OPENINGS, LAST_STROKES = 200, 5, 8
BRUSH, METRICS, OPENING, SWITCH = 8.0, 20.0, 150.0, 50.0
"""Goals in milliseconds."""
LEFT = Qt.MouseButton.LeftButton


class Timing(NamedTuple):
    """One line of the table; goal None: reported alone."""

    what: str
    ms: float
    goal: float | None
    loop: float


def calibration_ms() -> float:
    """A fixed loop of plain arithmetic: what this machine does in that time."""
    start = perf_counter()
    total = 0.0
    for i in range(300_000):
        total += math.sqrt(i)
    assert total > 0
    return (perf_counter() - start) * 1000


def timing(what: str, found: list[float], goal: float | None, *, worst: bool = False) -> Timing:
    """The median, or the worst, beside the loop of this very moment."""
    ms = max(found) if worst else statistics.median(found)
    return Timing(what, ms, goal, calibration_ms())


def painted() -> None:
    """Let everything that waits be painted."""
    QApplication.processEvents()
    QApplication.sendPostedEvents()
    QApplication.processEvents()


def timed(act: Callable[[], object]) -> float:
    """Milliseconds until an act is on screen."""
    start = perf_counter()
    act()
    painted()
    return (perf_counter() - start) * 1000


def moves(page: MapPage) -> list[float]:
    """A long stroke, each move until it is on screen."""
    figure = page.figure
    page.choose_tool(MarkTool.BRUSH)
    middle = QPoint(figure.width() // 2, figure.height() // 2)

    def at(i: int) -> QPoint:
        return middle + QPoint(round(120 * math.sin(i / 17)), round(250 * math.sin(i / 43)))

    QTest.mousePress(figure, LEFT, Qt.KeyboardModifier.NoModifier, at(0))
    painted()
    found = [timed(lambda i=i: QTest.mouseMove(figure, at(i))) for i in range(1, MOVES)]
    figure.cancel()
    QTest.mouseRelease(figure, LEFT, Qt.KeyboardModifier.NoModifier, at(0))
    painted()
    return found


def turns(page: MapPage) -> list[float]:
    """Once through all views of the whole body."""
    return [timed(lambda view=view: page.show_view(view)) for view in whole_views(page.template)]


def turns_at_once(page: MapPage) -> tuple[list[float], list[float]]:
    """To views that were never painted: until the view stands, and the turns of the loop after it.

    The view stands with the marks painted so far and says how many there are in all; the others
    come in turns of the event loop, of which the longest counts: no hand waits longer.
    """
    standing, loops = [], []
    for view in whole_views(page.template):
        start = perf_counter()
        page.show_view(view)
        page.figure.repaint()
        standing.append((perf_counter() - start) * 1000)
        while not page.figure.is_whole:
            start = perf_counter()
            QApplication.processEvents()
            loops.append((perf_counter() - start) * 1000)
    return standing, loops


def switches(page: MapPage, figure: str) -> list[float]:
    """From every other figure to this one."""
    found = []
    for other in (each for each in FIGURES if each != figure):
        timed(lambda other=other: page.show_figure(other))
        found.append(timed(lambda: page.show_figure(figure)))
    return found


def openings(page: MapPage) -> list[float]:
    """The way from another step of the visit to the page, until it is painted."""
    found = []
    for _ in range(OPENINGS):
        page.hide()
        painted()
        found.append(timed(page.show))
    return found


def fresh_page(desk: Desk) -> MapPage:
    """A page over what is open, as at the start of the program."""
    page = MapPage(desk, theme.Icons(desk.resources), theme.LIGHT)
    page.resize(WIDTH, HEIGHT)
    page.show()
    return page


def measured(visit: Visit, figure: BodyTemplate) -> list[float]:
    """All measures and all scores after each of the last strokes."""
    measurer = Measurer(
        {figure.ref: figure}, instruments().rule_of_nines, surfaces_of({figure.ref: figure})
    )
    found = []
    for left in range(LAST_STROKES, -1, -1):
        gone = frozenset(mark.id for mark in visit.marks[len(visit.marks) - left :])
        before = visit.changed(remove=gone)

        def all_measures(before: Visit = before) -> None:
            states = measurer.regions(before)
            measurer.measure(before, states=states)
            score(instruments(), states, before.answers)

        start = perf_counter()
        all_measures()
        found.append((perf_counter() - start) * 1000)
    return found[1:]  # the first measured the whole drawing


def lifting(visit: Visit) -> list[float]:
    """The longest step of measuring a heap from which one stroke in its middle is taken out."""
    reader = Reader()
    run_to_end(reader.job(visit))
    gone = visit.marks[len(visit.marks) // 2].id
    steps, found = reader.job(visit.changed(remove=frozenset({gone}))), []
    while True:
        start = perf_counter()
        try:
            next(steps)
        except StopIteration:
            return [max(found)]
        finally:
            found.append((perf_counter() - start) * 1000)


def hovers(page: MapPage) -> list[float]:
    """The mouse over the figure with no button pressed, each move until it is on screen."""
    figure = page.figure
    page.choose_tool(MarkTool.REGION)
    wide, middle = figure.width(), figure.height() // 2
    places = [QPoint(wide // 3 + step, middle) for step in range(wide // 3)]
    return [timed(lambda at=at: QTest.mouseMove(figure, at)) for at in places]


def of_figure(desk: Desk, page: MapPage, name: str) -> Iterator[Timing]:
    """Everything for one figure, in the order of growing warmth."""
    figure = body_map(name)
    timed(lambda: page.show_figure(name))
    timed(lambda: desk.apply(Edit("benchmark", Page.MAP, put=crowd(figure))))
    standing, loops = turns_at_once(page)
    yield timing("turning to a view at once, worst", standing, SWITCH, worst=True)
    yield timing("... longest block until every mark is there", loops, SWITCH, worst=True)
    marks: tuple[Mark, ...] = desk.open_visit.visit.marks
    desk.apply(Edit("benchmark", Page.MAP, remove=frozenset({marks[-1].id})))
    painted()
    page.readiness.finish()
    yield timing("turning to a view after one stroke, worst", turns(page), SWITCH, worst=True)
    yield timing("switching to this figure, worst", switches(page, name), SWITCH, worst=True)
    strokes = moves(page)
    yield timing("brush move to painted, p95", statistics.quantiles(strokes, n=20)[18:], BRUSH)
    page.question.begin()
    yield timing("opening the page", openings(page), OPENING)
    fresh: list[MapPage] = []
    yield timing("a fresh page", [timed(lambda: fresh.append(fresh_page(desk)))], OPENING)
    fresh[0].close()
    fresh[0].deleteLater()
    visit = desk.open_visit.visit
    yield timing("all measures after a stroke", measured(visit, figure), METRICS)
    empty = Visit(new_id(), new_id(), visit.started)
    piled = empty.changed(put=crowd(figure, Kind.PILED))
    yield timing(f"... {Kind.PILED}", measured(piled, figure), METRICS)
    yield timing("... longest step on the way there", lifting(piled), METRICS)
    yield timing("following the mouse, p95", statistics.quantiles(hovers(page), n=20)[18:], BRUSH)
    remove = frozenset(item.id for item in (*visit.marks, *visit.pain_sites))
    timed(lambda: desk.apply(Edit("benchmark", Page.MAP, remove=remove)))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def line_of(timing: Timing) -> str:
    goal = "" if timing.goal is None else f"{timing.goal:.0f}"
    late = timing.goal is not None and timing.ms > timing.goal
    verdict = "" if timing.goal is None else "missed" if late else "held"
    return f"  {timing.what:<44}{timing.ms:>8.1f}{goal:>7}  {verdict:<8}{timing.loop:>7.1f}"


def main() -> int:
    """Print each time beside its goal; 1 when a goal was missed."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    theme.load_fonts(resources_root())
    assert isinstance(app, QApplication)
    palette = theme.apply(app, theme.Mode.LIGHT, resources_root())
    clinic = Clinic.open(Path(tempfile.mkdtemp()), author="benchmark")
    adult, root = body_map("adult"), resources_root()
    desk = Desk(clinic, muscles=muscles(), template=adult, resources=root)
    person = Patient(new_id(), PatientKind.DEMONSTRATION, "Benchmark", sex=Sex.FEMALE)
    desk.clinic.add_patient(person)
    page = fresh_page(desk)
    QuietMemory(page, lambda: desk.jobs.busy > 0).begin()
    desk.show_visit(desk.clinic.new_visit(person.id, VisitKind.FIRST))
    painted()
    cold = [timed(lambda name=name: page.show_figure(name)) for name in FIGURES]
    first = timing("switching to a figure never read, worst", cold, SWITCH, worst=True)
    work = timed(lambda: run_to_end(warming(palette)))
    lines = [first, timing("reading all views, on the work lane", [work], None)]
    say(f"  {'milliseconds':<44}{'':>8}{'goal':>7}  {'':<8}{'loop':>7}")
    for name in FIGURES:
        say(body_map(name).name)
        for each in of_figure(desk, page, name):
            lines.append(each)
            say(line_of(each))
    say("Without warmth")
    for each in lines[:2]:
        say(line_of(each))
    page.close()
    desk.close()
    return int(any(each.goal is not None and each.ms > each.goal for each in lines))


if __name__ == "__main__":
    raise SystemExit(main())
