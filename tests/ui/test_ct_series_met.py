"""While a folder is looked through, the series that were met stand there and are counted up."""

from functools import partial
from pathlib import Path
from threading import Event
from typing import BinaryIO

import pytest
from pydicom import Dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.imaging import scan as scan_module
from painmap.imaging.opener import open_file
from painmap.services.media import Medium, MediumKind
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_panels import MOST_MET, ProgressPanel
from painmap.ui.desk import Desk
from tests.support import ct
from tests.support.ct_page import CtHands, jane
from tests.support.hands import wait_until


@pytest.fixture(autouse=True)
def _every_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "REPORT_SECONDS", 0.0)


class SlowDisc:
    """Gives so many files and then waits to be asked for more."""

    def __init__(self) -> None:
        self.opened = 0
        self.gates: dict[int, Event] = {}

    def stop_at(self, number: int) -> Event:
        return self.gates.setdefault(number, Event())

    def __call__(self, path: Path) -> BinaryIO:
        self.opened += 1
        gate = self.gates.get(self.opened)
        if gate is not None:
            assert gate.wait(20)
        return open_file(path)


def _two_series(folder: Path) -> Path:
    for number, words in ((1, "abdomen soft"), (2, "abdomen bone")):
        ct.write_series(
            folder / f"s{number}",
            count=20,
            series_uid=f"1.2.3.{number}",
            series_number=number,
            edit=partial(_describe, words),
        )
    return folder


def _describe(words: str, dataset: Dataset, _: int) -> None:
    dataset.SeriesDescription = words


def _looking(hands: CtHands, folder: Path, disc: SlowDisc, until: int) -> ProgressPanel:
    """Begin to look through a folder on a disc that waits at its file number `until`."""
    hands.page.opening.detect = lambda _: Medium(MediumKind.OWN_DISK, disc)
    hands.page.open_folder(folder)
    wait_until(lambda: disc.opened == until)
    panel = hands.page.opening.panel
    assert isinstance(panel, ProgressPanel)
    return panel


def _shown(panel: ProgressPanel) -> list[tuple[str, str]]:
    return [(name.whole, count.text()) for name, count in panel.seen.rows]


def test_series_are_named_and_counted_up_while_their_headers_are_read(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    folder, disc = _two_series(tmp_path / "usb"), SlowDisc()
    # one file more is opened than was counted: the one that the disc waits at
    first, second = disc.stop_at(8), disc.stop_at(31)
    hands = CtHands(desk, qtbot, jane())

    panel = _looking(hands, folder, disc, 8)
    wait_until(lambda: bool(panel.seen.rows))
    ((name, few),) = _shown(panel)
    assert name == "CT, series 1, abdomen soft"
    first.set()
    wait_until(lambda: len(panel.seen.rows) == 2)
    (again, all_of_it), (other, _) = _shown(panel)

    assert (again, all_of_it) == (name, "20 images"), "the row stays where it was"
    assert int(few.split()[0]) < 20
    assert other == "CT, series 2, abdomen bone"
    assert not panel.seen.isHidden()
    assert panel.bar.maximum() == 40
    second.set()
    wait_until(lambda: isinstance(hands.page.opening.panel, SeriesPanel))


def test_a_scan_with_series_on_show_is_stopped_by_escape(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    folder, disc = _two_series(tmp_path / "usb"), SlowDisc()
    gate = disc.stop_at(9)
    hands = CtHands(desk, qtbot, jane())

    panel = _looking(hands, folder, disc, 9)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert hands.page.opening.shows_start
    gate.set()
    hands.settle()

    assert hands.page.opening.shows_start
    assert disc.opened < 40


def test_of_very_many_series_the_first_are_named_and_the_others_counted(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    for number in range(MOST_MET + 3):
        ct.write_series(tmp_path / "usb" / f"{number:02d}", count=1, series_uid=f"1.2.3.{number}")
    disc = SlowDisc()
    gate = disc.stop_at(MOST_MET + 3)
    hands = CtHands(desk, qtbot, jane())

    panel = _looking(hands, tmp_path / "usb", disc, MOST_MET + 3)
    wait_until(lambda: panel.seen.more.text() == "and 2 more series")
    assert len(panel.seen.rows) == MOST_MET
    gate.set()
    wait_until(lambda: isinstance(hands.page.opening.panel, SeriesPanel))
