"""Looking before opening: series with their pictures, sorted, filtered, opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidgetItem
from pytestqt.qtbot import QtBot

from painmap.domain.progress import Job, Progress
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.stack import Stack
from painmap.imaging.thumbnail import Thumbnail
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.desk import Desk
from painmap.ui.series_order import Only, SortBy
from painmap.ui.series_rows import ENTRY_ROLE, LINES_ROLE, PICTURE_ROLE
from tests.support.ct_page import CtHands, jane, write_body

SOFT, BONE, SAGITTAL, SHEET = "abdomen soft", "abdomen bone", "spine sagittal", "dose sheet"
SAGITTAL_AXES = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))


@dataclass(frozen=True)
class Written:
    """What one series is made of."""

    description: str
    kernel: str = ""
    day: str = "20240229"

    def edit(self, dataset: Dataset, _: int) -> None:
        dataset.SeriesDescription = self.description
        dataset.ConvolutionKernel = self.kernel
        dataset.StudyDate = self.day


def write_disc(folder: Path) -> Path:
    """A disc with two studies of one person: four series of today, an old one, a text."""
    for number, (fields, written) in enumerate(
        (
            ({"count": 12, "step_mm": 2.0}, Written(BONE, "B70f")),
            ({"count": 8, "step_mm": 3.0}, Written(SOFT, "B30f")),
            ({"count": 15, "directions": SAGITTAL_AXES}, Written(SAGITTAL, "B30f")),
            ({"count": 1}, Written(SHEET)),
            ({"count": 5, "study_uid": "1.9"}, Written("thorax", "B30f", "20190312")),
        )
    ):
        write_body(
            folder / f"s{number}",
            series_uid=f"1.2.3.4.{number}",
            series_number=number + 1,
            edit=written.edit,
            **fields,
        )
    (folder / "readme.txt").write_text("no picture")
    return folder


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> CtHands:
    made = CtHands(desk, qtbot, jane())
    made.page.open_folder(write_disc(tmp_path / "disc"))
    made.settle()
    return made


@pytest.fixture
def panel(hands: CtHands) -> SeriesPanel:
    return browser(hands)


def browser(hands: CtHands) -> SeriesPanel:
    found = hands.page.opening.panel
    assert isinstance(found, SeriesPanel)
    return found


def entries(panel: SeriesPanel) -> Iterator[QListWidgetItem]:
    for number in range(panel.list.count()):
        if panel.list.item(number).data(ENTRY_ROLE) is not None:
            yield panel.list.item(number)


def listed(panel: SeriesPanel) -> list[str]:
    return [entry.data(ENTRY_ROLE)[1].description for entry in entries(panel)]


# --- what is said and shown


def test_patient_studies_and_series_are_listed_with_what_they_are_made_of(
    panel: SeriesPanel,
) -> None:
    assert panel.person.text().startswith("On the pictures: Doe, Jane")
    headings = [
        panel.list.item(number).text()
        for number in range(panel.list.count())
        if panel.list.item(number).data(ENTRY_ROLE) is None
    ]
    assert [words.split(",")[0] for words in headings] == [
        "CT of 29 February 2024",
        "CT of 12 March 2019",
    ]
    lines = {entry.data(LINES_ROLE)[0]: entry.data(LINES_ROLE)[1] for entry in entries(panel)}
    assert lines[SOFT] == "axial  ·  8 slices  ·  3 mm apart  ·  60 × 60  ·  kernel B30f"
    assert lines[SAGITTAL].startswith("sagittal  ·  15 slices")
    assert panel.left_out.text() == "Not listed: 1 skipped file."


def test_the_best_soft_tissue_series_is_chosen_and_it_is_said_why(panel: SeriesPanel) -> None:
    chosen = panel.chosen
    assert chosen is not None
    assert chosen[1].description == SOFT
    said = [entry.data(LINES_ROLE)[3] for entry in entries(panel) if entry.data(LINES_ROLE)[3]]
    assert said == ["Proposed for muscle work: axial, soft tissue, 3 mm"]
    assert said[0] in panel.list.currentItem().text(), "it can be read aloud"


def test_a_series_for_bone_is_not_called_fit_for_muscle_work(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    for number in range(2):
        folder = tmp_path / "disc" / f"{number}"
        write_body(folder, series_uid=f"1.2.{number}", edit=Written(BONE, "B70f").edit)
    hands.page.open_folder(tmp_path / "disc")
    hands.settle()

    (why,) = [line for entry in entries(browser(hands)) if (line := entry.data(LINES_ROLE)[3])]
    assert why == "Offered first: axial, sharp kernel, 5 mm"


def test_every_series_gets_its_small_picture(panel: SeriesPanel) -> None:
    pictures = [entry.data(PICTURE_ROLE) for entry in entries(panel)]

    assert len(pictures) == 5
    assert all(picture is not None and not picture.isNull() for picture in pictures)


def test_pictures_come_one_after_the_other_and_one_that_cannot_be_made_is_left_out(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = CtHands(desk, qtbot, jane())
    index = desk.clinic.index
    real, under_way, most = index.thumbnailing, [0], [0]

    def thumbnailing(stack: Stack, *, opener: object) -> Job[Thumbnail]:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        yield Progress(0, 1, "Reading a slice")
        try:
            if stack.description == BONE:
                raise SeriesError(SeriesProblem.TRUNCATED, "slice 1")
            return (yield from real(stack))
        finally:
            under_way[0] -= 1

    monkeypatch.setattr(index, "thumbnailing", thumbnailing)
    hands.page.open_folder(write_disc(tmp_path / "disc"))
    hands.settle()

    without = [
        entry.data(ENTRY_ROLE)[1].description
        for entry in entries(browser(hands))
        if entry.data(PICTURE_ROLE) is None
    ]
    assert without == [BONE]
    assert most == [1]


# --- sort and filter


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (SortBy.DESCRIPTION, [BONE, SOFT, SHEET, SAGITTAL, "thorax"]),
        (SortBy.COUNT, [SAGITTAL, BONE, SOFT, SHEET, "thorax"]),
        (SortBy.SPACING, [BONE, SOFT, SAGITTAL, SHEET, "thorax"]),
        (SortBy.PLANE, [BONE, SOFT, SHEET, SAGITTAL, "thorax"]),
        (SortBy.OLDEST, ["thorax", BONE, SOFT, SAGITTAL, SHEET]),
    ],
)
def test_series_are_sorted_within_their_studies(
    panel: SeriesPanel, sort: SortBy, expected: list[str]
) -> None:
    panel.sort.setCurrentIndex(panel.sort.findData(sort))
    panel.sort.activated.emit(panel.sort.currentIndex())

    assert listed(panel) == expected
    assert panel.chosen is not None
    assert panel.chosen[1].description == SOFT, "what was chosen stays chosen"


def test_typing_filters_and_escape_shows_all_again(panel: SeriesPanel) -> None:
    QTest.keyClicks(panel.list, "b")
    QTest.keyClicks(panel.filter, "one")
    assert listed(panel) == [BONE]
    assert panel.chosen is not None
    assert panel.chosen[1].description == BONE

    QTest.keyClick(panel.filter, Qt.Key.Key_Escape)

    assert len(listed(panel)) == 5


def test_words_of_a_study_filter_too_and_nothing_found_is_said(panel: SeriesPanel) -> None:
    panel.filter.setText("2019")
    assert listed(panel) == ["thorax"]

    panel.filter.setText("knee")

    assert listed(panel) == []
    assert not panel.nothing.isHidden()
    assert not panel.open_button.isEnabled()


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (Only.AXIAL, [BONE, SOFT, SHEET, "thorax"]),
        (Only.SOFT, [SOFT, SAGITTAL, "thorax"]),
        (Only.SEVERAL, [BONE, SOFT, SAGITTAL, "thorax"]),
    ],
)
def test_chips_filter(panel: SeriesPanel, only: Only, expected: list[str]) -> None:
    panel.only.chip(only).click()

    assert listed(panel) == expected


def test_chips_filter_together(panel: SeriesPanel) -> None:
    for each in Only:
        panel.only.chip(each).click()

    assert listed(panel) == [SOFT, "thorax"]


# --- opening


def test_arrows_choose_and_enter_opens(hands: CtHands, panel: SeriesPanel) -> None:
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    hands.settle()

    assert hands.page.session.stack.description == SAGITTAL


def test_a_double_click_opens(hands: CtHands, panel: SeriesPanel) -> None:
    line = next(entry for entry in entries(panel) if entry.text().startswith(BONE))
    at = panel.list.visualItemRect(line).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert not hands.page.is_looking

    QTest.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    hands.settle()

    assert hands.page.session.stack.description == BONE


def test_a_heading_opens_nothing(hands: CtHands, panel: SeriesPanel) -> None:
    at = panel.list.visualItemRect(panel.list.item(0)).center()
    QTest.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    hands.settle()

    assert not hands.page.is_looking


def test_enter_in_the_filter_opens_what_was_found(hands: CtHands, panel: SeriesPanel) -> None:
    QTest.keyClicks(panel.list, "sag")
    QTest.keyClick(panel.filter, Qt.Key.Key_Return)
    hands.settle()

    assert hands.page.session.stack.description == SAGITTAL


def test_escape_closes_the_list(hands: CtHands, panel: SeriesPanel) -> None:
    QTest.keyClick(panel.list, Qt.Key.Key_Escape)

    assert hands.page.opening.shows_start


def test_a_folder_with_one_series_and_nothing_else_opens_at_once(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(write_body(tmp_path / "disc"))
    hands.settle()

    assert hands.page.is_looking
    assert len(hands.visit.attached_studies) == 1
