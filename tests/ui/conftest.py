"""A desk over a real store in a folder of its own, and the whole window over the same."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap import app as program
from painmap.domain.ids import new_id
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.visit import VisitKind
from painmap.services.catalogue import body_map, muscles
from painmap.services.clinic import Clinic
from painmap.services.resources import resources_root
from painmap.services.settings import Settings
from painmap.ui import theme
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from painmap.ui.map_page import MapPage
from painmap.ui.theme import LIGHT, Icons


@pytest.fixture
def records_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    return folder


def demonstration(family: str = "Phantom", given: str = "Painmap") -> Patient:
    return Patient(
        id=new_id(),
        kind=PatientKind.DEMONSTRATION,
        family_name=family,
        given_name=given,
        birth_date=date(1970, 1, 1),
        sex=Sex.OTHER,
    )


@pytest.fixture
def desk(qapp: QApplication, records_folder: Path) -> Iterator[Desk]:
    """A desk with the real catalogue and figure, on which no visit lies yet."""
    theme.load_fonts(resources_root())
    theme.apply(qapp, theme.Mode.LIGHT)
    made = Desk(
        Clinic.open(records_folder, author="dr.weber"),
        muscles=muscles(),
        template=body_map("adult"),
        resources=resources_root(),
    )
    yield made
    made.close()


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """A desk on which a demonstration patient's first visit lies."""
    patient = desk.clinic.add_patient(demonstration())
    desk.show_visit(desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    return desk


@pytest.fixture
def settle(qtbot: QtBot) -> Callable[[Desk], None]:
    """Wait until every job and write of a desk has come back."""

    def wait(desk: Desk) -> None:
        qtbot.waitUntil(lambda: desk.jobs.busy == 0, timeout=20_000)

    return wait


@pytest.fixture
def start(
    qapp: QApplication, qtbot: QtBot, records_folder: Path
) -> Iterator[Callable[[], MainWindow]]:
    """Start the program on the same data folder, as often as a test likes; one at a time."""
    opened: list[MainWindow] = []

    def begin() -> MainWindow:
        for earlier in opened:
            earlier.close()
            earlier.desk.close()
        opened.clear()
        Settings(records_folder)["purpose_read"] = "yes"
        window = program.build(qapp, records_folder)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        opened.append(window)
        qtbot.waitUntil(lambda: window.desk.jobs.busy == 0, timeout=10_000)
        return window

    yield begin
    for window in opened:
        window.close()
        window.desk.close()


@pytest.fixture
def window(start: Callable[[], MainWindow]) -> MainWindow:
    return start()


@pytest.fixture
def map_page(qtbot: QtBot, desk: Desk) -> MapPage:
    """The page Map with a demonstration patient's first visit, as the doctor finds it."""
    made = MapPage(desk, Icons(desk.resources), LIGHT)
    made.resize(1030, 760)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    patient = desk.clinic.add_patient(demonstration())
    desk.show_visit(desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    made.setFocus()
    return made
