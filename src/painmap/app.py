"""Builds the parts of the program and runs the event loop."""

import getpass
import logging
import os
import sys
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from painmap.domain.progress import run_to_end
from painmap.services import data_folder, logbook
from painmap.services.catalogue import body_map, muscles
from painmap.services.clinic import Clinic
from painmap.services.demo import demo_visit, preparing_demo_series
from painmap.services.export import ExportOutcome, export_visit
from painmap.services.open_visit import OpenVisit
from painmap.services.resources import resources_root
from painmap.services.settings import Settings
from painmap.ui import faults, theme
from painmap.ui.body_figures import figure_for
from painmap.ui.body_picture import body_pictures
from painmap.ui.body_warm import warming
from painmap.ui.crash_panel import CrashPanel
from painmap.ui.ct_export import picturing, shows_the_patient
from painmap.ui.ct_open import HuRange
from painmap.ui.ct_page import CtPage
from painmap.ui.desk import Desk
from painmap.ui.finish_page import FinishPage, png_bytes
from painmap.ui.main_window import MainWindow, Pages
from painmap.ui.map_overlays import OverlayChoice
from painmap.ui.map_page import MapPage
from painmap.ui.quiet_memory import QuietMemory
from painmap.ui.sites_page import SitesPage
from painmap.ui.theme import Icons, Mode
from painmap.ui.today_page import TodayPage

log = logging.getLogger(__name__)

TURN_S = 0.0005
"""So soon a thread that reads gives the interpreter to the window, which asks for it a thousand
times to show a page; Python's own 5 ms made a tenth of a second of it."""

RAISE_MS = 500
"""A running program answers a second start within this, or there is none."""


def run(*, demo: bool = False, data: Path | None = None) -> int:
    """Open the window and run until it is closed; give the exit status.

    Raises
    ------
    PainmapError
        The data folder cannot be used; the command line says so in one line.
    """
    app = QApplication.instance() or QApplication([sys.argv[0]])
    if not isinstance(app, QApplication):
        raise TypeError("a Qt application without windows is already running")
    app.setApplicationName("painmap")
    folder = data_folder.prepare(data_folder.data_folder(data, demo=demo))
    name = data_folder.server_name(folder)
    if raises_running(name):
        sys.stdout.write("painmap is already open on this data folder; its window was raised.\n")
        return 0
    server = listen(name)
    logbook.install(folder)
    window = build(app, folder)
    if server is not None:
        server.newConnection.connect(partial(_raise_window, window))
    if demo:
        QTimer.singleShot(0, partial(open_demo, window, folder))
    window.show()
    desk = window.desk
    desk.jobs.start(warming(window.colours), done=lambda _: None, failed=desk.show_error)
    keep_memory_quiet(window)
    sys.setswitchinterval(TURN_S)
    try:
        return app.exec()
    finally:
        window.desk.close()
        if server is not None:
            server.close()


def build(app: QApplication, folder: Path) -> MainWindow:
    """Open the records in `folder` and build the window over them."""
    resources = resources_root()
    clinic = Clinic.open(folder)
    settings = Settings(folder)
    theme.load_fonts(resources)
    icons = Icons(resources)
    palette = theme.apply(app, Mode(settings["mode"]), resources)
    desk = Desk(clinic, muscles=muscles(), template=body_map("adult"), resources=resources)
    desk.overlays.remember_in(settings)
    ct = CtPage(desk, icons, palette)
    pages = Pages(
        today=TodayPage(desk, icons, palette, settings),
        map=MapPage(desk, icons, palette, settings),
        ct=ct,
        sites=SitesPage(desk, icons, palette, ct.session),
        finish=FinishPage(desk, icons, palette, ct.session),
    )
    window = MainWindow(desk, pages, icons, palette, user=getpass.getuser())
    window.setWindowIcon(QIcon(icons.pixmap("logo", palette.accent, 64)))
    window.mode_wanted.connect(partial(_change_mode, app, window, settings))
    crash = CrashPanel(window)
    faults.install(crash.show_report)
    return window


def keep_memory_quiet(window: MainWindow) -> QuietMemory:
    """Have no full look for dead objects while the doctor's hand waits for the window."""
    quiet = QuietMemory(window, lambda: window.desk.jobs.busy > 0)
    quiet.begin()
    return quiet


def _change_mode(app: QApplication, window: MainWindow, settings: Settings, mode: Mode) -> None:
    settings["mode"] = mode.value
    window.set_colours(theme.apply(app, mode, resources_root()))


def export_with_pictures(clinic: Clinic, visit_id: UUID, folder: Path) -> tuple[ExportOutcome, str]:
    """Write a visit's files with its pictures, without a window or a screen.

    Returns
    -------
    (ExportOutcome, str)
        What was written, and what has no picture and why; empty when nothing is missing.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _app = QApplication.instance() or QApplication([sys.argv[0]])  # lives while we paint
    theme.load_fonts(resources_root())
    opened = clinic.open_visit(visit_id)
    visit, patient = opened.visit, opened.patient
    figure = figure_for(patient, visit.started.astimezone().date(), visit, body_map("adult"))

    shows = shows_the_patient(clinic, patient)
    job = picturing(visit, muscles(), HuRange(), may_show=shows, read=clinic.blob, labels=True)
    ct = run_to_end(job)
    shown = OverlayChoice(Settings(Path(clinic.database_place).parent)).shown
    images = {**body_pictures(visit, figure, shown), **ct.pictures}
    outcome = export_visit(
        clinic,
        visit_id,
        folder,
        overlays=shown,
        muscles=muscles(),
        pictures={name: png_bytes(image) for name, image in images.items()},
        measures=ct.measures,
        muscle_rows=ct.muscle_rows,
        label_maps=ct.label_maps,
    )
    return outcome, " ".join(ct.missing)


def open_demo(window: MainWindow, folder: Path) -> None:
    """Open the demonstration patient with the synthetic series, made when it is missing."""
    desk = window.desk

    def ready(series: Path) -> None:
        desk.ask_records(partial(demo_visit, desk.clinic), partial(_show_demo, window, series))

    def prepared(series: Path) -> None:
        today = window.pages.today
        if today.shows_purpose:  # what the program is for is read first
            today.purpose_read.connect(partial(ready, series))
        else:
            ready(series)

    desk.run(preparing_demo_series(folder), done=prepared, failed=desk.show_error)


def _show_demo(window: MainWindow, series: Path, visit: OpenVisit) -> None:
    window.desk.show_visit(visit)
    if not window.desk.open_visit.visit.attached_studies:
        window.pages.ct.open_folder(series, attach_best=True)


def raises_running(name: str) -> bool:
    """Ask a program that runs on the same data folder to come to the front."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(RAISE_MS):
        return False
    socket.write(b"raise\n")
    socket.flush()
    socket.waitForBytesWritten(RAISE_MS)
    socket.disconnectFromServer()
    return True


def listen(name: str) -> QLocalServer | None:
    """Let later starts on the same data folder find this program."""
    QLocalServer.removeServer(name)  # what a killed program left behind
    server = QLocalServer()
    server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
    return server if server.listen(name) else None


def _raise_window(window: MainWindow) -> None:
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
