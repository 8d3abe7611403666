"""Fixtures that hold for every test: nothing fails silently, nothing is left running."""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")

import hypothesis
import pytest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from tests.support.orthanc import Orthanc
from tests.support.pacs import Loaded, load

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

hypothesis.settings.register_profile("dev", deadline=None, max_examples=40)
hypothesis.settings.register_profile("full", deadline=None, max_examples=150)
hypothesis.settings.load_profile(os.environ.get("PAINMAP_HYPOTHESIS", "dev"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real CT outside the project; tests that need it are marked ``shared_data``."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the real CT of ../shared/data, which is not here")
    return SHARED_DATA


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        uses_it = "shared_data" in getattr(item, "fixturenames", ())
        marked = item.get_closest_marker("shared_data") is not None
        if uses_it and not marked:
            raise pytest.UsageError(f"{item.nodeid} reads ../shared/data but is not marked so")


_skipped_shared: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and "shared_data" in report.keywords:
        _skipped_shared.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let CI fail when real data are there and a test that reads them was skipped."""
    if os.environ.get("CI") and SHARED_DATA.is_dir() and _skipped_shared:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        raise pytest.UsageError(f"skipped although ../shared/data is there: {_skipped_shared}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped_shared:
        terminalreporter.write_line(
            f"{len(_skipped_shared)} tests on real CT were skipped: ../shared/data is missing"
        )


class _Expected:
    """What a test says it expects to be logged."""

    def __init__(self) -> None:
        self.patterns: list[str] = []

    def __call__(self, pattern: str) -> None:
        self.patterns.append(pattern)

    def covers(self, record: logging.LogRecord) -> bool:
        return any(pattern in record.getMessage() for pattern in self.patterns)


@pytest.fixture(scope="session")
def loaded_pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """A real Orthanc with a few studies; tests that use it are of the xdist group "orthanc"."""
    folder = tmp_path_factory.mktemp("orthanc")
    orthanc = Orthanc(folder / "server").start()
    try:
        yield load(orthanc, folder)
    finally:
        orthanc.kill()


@pytest.fixture
def expect_log() -> _Expected:
    """Say that a warning with this text may be logged: ``expect_log("disk full")``."""
    return _Expected()


@pytest.fixture(autouse=True)
def logfail(expect_log: _Expected, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which WARNING or more was logged that it did not expect."""
    yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    unexpected = [
        record.getMessage()
        for record in records
        if record.levelno >= logging.WARNING and not expect_log.covers(record)
    ]
    if unexpected:
        pytest.fail(f"logged, but not expected: {unexpected}")


@pytest.fixture(autouse=True)
def no_modal_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the program would wait for an answer that no test gives."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a modal dialog was opened; a test must answer it by a fixture")

    monkeypatch.setattr(QDialog, "exec", refuse)
    for name in ("information", "warning", "critical", "question", "about"):
        monkeypatch.setattr(QMessageBox, name, staticmethod(refuse))
    for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"):
        monkeypatch.setattr(QFileDialog, name, staticmethod(refuse))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a home of its own: settings, cache and data under its folder."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.delenv("PAINMAP_DATA", raising=False)
    return home


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail a test that leaves a thread of the program running or a window open."""
    before = set(threading.enumerate())
    yield
    app = QApplication.instance()
    if isinstance(app, QApplication):
        shown = [type(w).__name__ for w in app.topLevelWidgets() if w.isVisible()]
        for widget in app.topLevelWidgets():
            widget.hide()
        if shown and not all(name in ("QToolTip", "QTipLabel") for name in shown):
            pytest.fail(f"windows left open: {shown}; add them to qtbot")
    left = [
        thread.name
        for thread in threading.enumerate()
        if thread not in before and thread.name.startswith(("work", "records"))
    ]
    if left:
        pytest.fail(f"threads left running: {left}; close the job runner that started them")
