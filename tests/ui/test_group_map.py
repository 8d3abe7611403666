"""The group map in the window: asked for from the menu, drawn and listed, gone with the choice."""

from PySide6.QtCore import QDate
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from painmap.domain.edits import Page, mark_pain
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, MarkedRegion, PainSite, RegionShape
from painmap.domain.patient import PatientKind
from painmap.services.clinic import Clinic
from painmap.ui.group_figure import BANDS, band_of
from painmap.ui.group_panel import GroupPanel
from painmap.ui.main_window import MainWindow
from tests.ui.conftest import demonstration
from tests.ui.map_driver import LEFT

DEMO = PatientKind.DEMONSTRATION


def add_drawing(clinic: Clinic, window: MainWindow, number: int, *regions: str) -> None:
    patient = clinic.add_patient(demonstration(f"Phantom {number}"))
    opened, template = clinic.new_visit(patient.id), window.desk.template
    for region_id in regions:
        region = template.views["back"].region(region_id)
        named = MarkedRegion(region.id, region.name, region.side, 1.0)
        site, shape = PainSite(new_id()), RegionShape(region.id)
        layer = AuthorLayer.PATIENT
        mark = Mark(new_id(), site.id, layer, template.ref, "back", shape, (named,))
        opened.apply(mark_pain(site, mark))
    opened.retry()


def add_group(window: MainWindow) -> None:
    """Eight patients: six with a calf, four of them with a shoulder blade as well."""
    clinic = window.desk.clinic
    for number in range(8):
        regions = ["calf.left"][: number < 6] + ["scapular.right"][: number < 4]
        add_drawing(clinic, window, number, *(regions or ["heel.left"]))


def drawn(window: MainWindow, qtbot: QtBot) -> GroupPanel:
    window.actions_["group-map"].trigger()
    panel = window.pages.today.group
    QTest.mouseClick(panel.kinds.chip(DEMO), LEFT)
    QTest.mouseClick(panel.draw_button, LEFT)
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0, timeout=20_000)
    return panel


def test_the_map_says_n_and_whose_drawings_and_lists_what_five_have(
    window: MainWindow, qtbot: QtBot
) -> None:
    add_group(window)

    panel = drawn(window, qtbot)

    assert window.current_page is Page.TODAY
    assert panel.words.text().startswith("n = 8, ")
    assert panel.words.text().endswith("DEMONSTRATION PATIENTS, no real people.")
    lines = [
        [panel.table.model().index(line, column).data() for column in range(2)]
        for line in range(panel.table.rowCount())
    ]
    assert lines == [["LEFT calf", "75 % (6)"]]
    assert panel.figure.shares == {"calf.left": 0.75}
    assert panel.shown.isVisible()


def test_the_region_is_darker_on_the_figure(window: MainWindow, qtbot: QtBot) -> None:
    add_group(window)
    figure = drawn(window, qtbot).figure
    with_calf = picture(figure)
    figure.show_shares({})

    assert picture(figure) != with_calf


def picture(figure: QWidget) -> QImage:
    return figure.grab().toImage()


def test_fewer_than_five_patients_show_nothing(window: MainWindow, qtbot: QtBot) -> None:
    for number in range(4):
        add_drawing(window.desk.clinic, window, number, "calf.left")

    panel = drawn(window, qtbot)

    assert "fewer than 5" in panel.words.text()
    assert "4" not in panel.words.text().partition("PATIENTS")[2]
    assert not panel.shown.isVisible()


def test_nothing_is_drawn_before_it_is_said_whose(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["group-map"].trigger()
    panel = window.pages.today.group

    assert panel.kinds.chosen == ()
    assert not panel.draw_button.isEnabled()
    assert panel.words.text() == "Choose whose drawings."


def test_another_choice_takes_the_map_away(window: MainWindow, qtbot: QtBot) -> None:
    add_group(window)
    panel = drawn(window, qtbot)

    QTest.mouseClick(panel.kinds.chip(PatientKind.REAL), LEFT)
    assert not panel.shown.isVisible()
    assert panel.map is None

    panel.last.setDate(QDate(2000, 1, 1))
    assert panel.words.text() == "The last day lies before the first one: change one of them."
    assert not panel.draw_button.isEnabled()


def test_bands_hold_what_their_words_say() -> None:
    assert [band_of(share) for share in (1.0, 0.75, 0.74, 0.5, 0.25, 0.1, 0.09, 0.01)] == [
        0,
        0,
        1,
        1,
        2,
        3,
        4,
        4,
    ]
    assert band_of(0.747) == 0, "it reads 75 % in the table"
    assert [least for least, _ in BANDS] == sorted((least for least, _ in BANDS), reverse=True)
