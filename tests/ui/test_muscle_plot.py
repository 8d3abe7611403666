"""Figures of muscles plotted over levels and over visits, each from the voxels of its own CT."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydicom.dataset import Dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.compartment import AreaOrigin, Compartment
from painmap.domain.places import PatientPoint
from painmap.domain.visit import VisitKind
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.sources import Source
from painmap.services.compartments import with_keys
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from painmap.ui.muscle_plot import MusclePlot, Over
from painmap.ui.muscle_plot_words import MEASURES, difference_words
from tests.support.ct_page import CtHands, jane, write_body
from tests.support.label_maps import write_nifti_labels, xyz_affine

AREA, LEAN, MEAN, FAT, LOW, VOLUME = MEASURES
PIXEL_CM2 = 0.16


def flat(x: npt.NDArray[Any], y: npt.NDArray[Any], z: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A patient whose right half is denser than the left."""
    return np.where(x > 0, 40.0, 60.0)


def ct(folder: Path, day: str, **facts: Any) -> Path:
    """A CT of a day, of its own study."""

    def edit(dataset: Dataset, _: int) -> None:
        dataset.StudyDate = day
        for keyword, value in facts.items():
            setattr(dataset, keyword, value)

    uid = f"1.2.3.{day}"
    return write_body(
        folder, study_uid=uid, series_uid=f"{uid}.1", frame_of_reference=f"{uid}.9", edit=edit,
        field=flat,
    )  # fmt: skip


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> Iterator[CtHands]:
    made = CtHands(desk, qtbot, jane())
    made.open_best(ct(tmp_path / "first", "20230105", KVP=120, ConvolutionKernel="B30f"))
    yield made
    made.settle()


def outline(hands: CtHands, folder: Path, **columns: dict[int, int]) -> None:
    """Take muscles in; of each the number of columns by slice, twelve rows high."""
    paths = []
    for name, widths in columns.items():
        mask = np.zeros(hands.page.session.stack.shape, dtype=np.uint8)
        first = 36 if name.endswith("left") else 10
        for k, width in widths.items():
            mask[k, 24:36, first : first + width] = 1
        affine = xyz_affine(hands.page.session.stack)
        paths.append(write_nifti_labels(folder / f"{name}.nii.gz", mask, affine))
    hands.page.open_source(Source.of(*paths))
    hands.settle()
    panel = hands.page.labels.panel
    assert panel is not None
    panel.take.click()
    hands.settle()


def accept_all(hands: CtHands) -> None:
    hands.page.work.list.show()
    for each in hands.visit.live_compartments:
        hands.page.work.choose(each)
        hands.page.work.list.accept.click()
    hands.settle()


def plot_of(hands: CtHands) -> MusclePlot:
    hands.page.show_measures()
    hands.settle()
    table = hands.page.measures.table
    assert table is not None
    table.plot.click()
    found = hands.page.measures.plot
    assert found is not None
    return found


def cells(plot: MusclePlot) -> list[list[str]]:
    found = []
    for line in range(plot.table.rowCount()):
        items = [plot.table.item(line, place) for place in range(plot.table.columnCount())]
        found.append([item.text() for item in items if item is not None])
    return found


def drawn(plot: MusclePlot) -> dict[tuple[float, Side], float]:
    figures, _, _ = plot.plot.shown
    return {(each.at, each.side): round(each.value, 3) for each in figures}


def choose(plot: MusclePlot, measure: object) -> None:
    plot.measure.chip(measure).click()


def name_levels(hands: CtHands) -> None:
    """Mark two spinous processes and name the lower one; the upper follows."""
    for z in (-45.0, -80.0):
        hands.click(PatientPoint(0.0, 80.0, z), ToolName.MIDLINE)
    hands.name_level(Level.L4)


def test_the_sides_are_two_series_over_the_levels(hands: CtHands, tmp_path: Path) -> None:
    name_levels(hands)
    outline(
        hands,
        tmp_path,
        psoas_major_left={3: 4, 4: 4, 11: 10},
        psoas_major_right={3: 5, 4: 5, 11: 8},
    )

    plot = plot_of(hands)

    _, ticks, name = plot.plot.shown
    assert [words for _, words in ticks] == ["L3", "L4"]
    assert name == "Area, cm²"
    assert drawn(plot) == {
        (0, Side.LEFT): round(12 * 10 * PIXEL_CM2, 3),
        (0, Side.RIGHT): round(12 * 8 * PIXEL_CM2, 3),
        (1, Side.LEFT): round(12 * 4 * PIXEL_CM2, 3),
        (1, Side.RIGHT): round(12 * 5 * PIXEL_CM2, 3),
    }
    assert cells(plot)[0] == ["L3", "15.4", "19.2", "RIGHT 20 % smaller"]
    assert "RIGHT: circles, solid line" in plot.key.text()
    assert "LEFT: squares, dashed line" in plot.key.text()
    assert "Hollow: proposed" in plot.key.text()
    assert "120 kVp, kernel B30f, slices 5 mm thick" in plot.facts.text()
    assert "L3, RIGHT, cm² 15.4, LEFT, cm² 19.2" in plot.accessibleDescription()


def test_each_measure_is_that_of_the_voxels(hands: CtHands, tmp_path: Path) -> None:
    name_levels(hands)
    outline(hands, tmp_path, psoas_major_left={11: 10}, psoas_major_right={11: 10})
    plot = plot_of(hands)

    choose(plot, MEAN)

    assert drawn(plot) == {(0, Side.LEFT): 40.0, (0, Side.RIGHT): 60.0}
    assert cells(plot)[0][3] == "LEFT 20 HU lower"
    choose(plot, FAT)
    assert set(drawn(plot).values()) == {0.0}
    assert cells(plot)[0][3] == "no difference"


def test_without_certain_levels_nothing_is_plotted_and_it_is_said(
    hands: CtHands, tmp_path: Path
) -> None:
    outline(hands, tmp_path, psoas_major_left={11: 10})

    plot = plot_of(hands)

    assert drawn(plot) == {}
    assert "No level is certain here" in plot.said.text()
    assert cells(plot)[0][:3] == ["whole muscle", "–", "19.2"]


def second_visit(hands: CtHands, folder: Path) -> None:
    patient_id = hands.visit.patient_id
    hands.settle()
    hands.desk.close_visit()
    hands.desk.show_visit(hands.desk.clinic.new_visit(patient_id, VisitKind.FOLLOW_UP))
    hands.settle()
    hands.open_best(folder)


def test_visits_are_measured_from_their_own_ct_and_what_changed_between_them_is_said(
    hands: CtHands, tmp_path: Path
) -> None:
    outline(hands, tmp_path, psoas_major_left={11: 10}, psoas_major_right={11: 10})
    accept_all(hands)
    folder = ct(tmp_path / "second", "20240229", KVP=100, ConvolutionKernel="B30f")
    second_visit(hands, folder)
    outline(hands, tmp_path, psoas_major_left={11: 5}, psoas_major_right={11: 10})
    plot = plot_of(hands)

    plot.over.chip(Over.VISITS).click()
    hands.settle()

    first, last = sorted({at for at, _ in drawn(plot)})
    assert drawn(plot) == {
        (first, Side.LEFT): 19.2,
        (first, Side.RIGHT): 19.2,
        (last, Side.LEFT): 9.6,
        (last, Side.RIGHT): 19.2,
    }
    assert [line[0] for line in cells(plot)] == ["5 January 2023", "29 February 2024"]
    assert "120 kVp" in cells(plot)[0][4]
    assert "100 kVp" in cells(plot)[1][4]
    assert "accepted" in cells(plot)[0][5]
    assert "proposed" in cells(plot)[1][5]
    assert "From 5 January 2023 to 29 February 2024: kVp 120, then 100." in plot.said.text()
    assert plot.plot.gaps == ()  # an area does not follow from Hounsfield units
    choose(plot, MEAN)
    assert len(plot.plot.gaps) == 1


def test_a_ct_that_is_gone_is_named_and_the_others_are_measured(
    hands: CtHands, tmp_path: Path
) -> None:
    outline(hands, tmp_path, psoas_major_left={11: 10})
    folder = ct(tmp_path / "second", "20240229", KVP=120, ConvolutionKernel="B30f")
    second_visit(hands, folder)
    outline(hands, tmp_path, psoas_major_left={11: 5})
    for path in (tmp_path / "first").iterdir():
        path.unlink()
    plot = plot_of(hands)

    plot.over.chip(Over.VISITS).click()
    hands.settle()

    assert len(drawn(plot)) == 1
    assert "Not measured: the CT of 5 January 2023" in plot.said.text()


def test_figures_are_computed_anew_from_the_voxels_whenever_they_are_asked_for(
    hands: CtHands, tmp_path: Path
) -> None:
    """Nothing that was measured is stored: another mask gives another figure at once."""
    outline(hands, tmp_path, psoas_major_left={11: 10})
    plot = plot_of(hands)
    plot.level.setCurrentIndex(0)
    before = cells(plot)[-1][2]
    (one,) = hands.visit.live_compartments
    assert isinstance(one, Compartment)
    muscles = hands.page.work.muscles
    masks = muscles.masks(one)
    assert masks is not None
    whole = masks.slices[11].mask.whole()
    whole[:, 40:] = False
    changed = {11: SliceMask.of(whole)}

    after = with_keys(masks, hands.page.session.stack, changed, AreaOrigin.PAINTED)
    muscles.keep(masks, after, "erase", one.muscle_id, one.side)
    hands.settle()

    assert before == "19.2"
    assert cells(plot)[-1][2] == "7.7"


def test_escape_and_the_button_lead_back(hands: CtHands, tmp_path: Path) -> None:
    outline(hands, tmp_path, psoas_major_left={11: 10})
    plot = plot_of(hands)

    plot.back.click()
    assert hands.page.measures.table is not None
    QTest.keyClick(hands.page.measures.table, Qt.Key.Key_Escape)
    assert hands.page.is_looking


@pytest.mark.parametrize(
    ("left", "right", "measure", "words"),
    [
        (9.0, 10.0, AREA, "LEFT 10 % smaller"),
        (10.0, 10.0, AREA, "no difference"),
        (45.0, 39.0, MEAN, "RIGHT 6 HU lower"),
        (12.0, 15.0, FAT, "LEFT 3 points lower"),
        (None, 15.0, FAT, "–"),
    ],
)
def test_how_the_sides_differ_is_said_with_its_side(
    left: float | None, right: float | None, measure: Any, words: str
) -> None:
    assert difference_words(left, right, measure) == words
