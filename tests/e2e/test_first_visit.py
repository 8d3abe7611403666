"""A first visit from end to end, by mouse and keyboard on the real window."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from painmap.documents.visit_document import load
from painmap.domain.anatomy import Level, Side
from painmap.domain.edits import Page
from painmap.domain.injection import CtPlace, SideBasis
from painmap.domain.items import UNSTAMPED
from painmap.domain.pain import Depth, Quality
from painmap.domain.patient import PatientKind, Sex
from painmap.domain.progress import run_to_end
from painmap.domain.visit import Visit
from painmap.imaging.reslice import Plane
from painmap.phantom import Phantom, PhantomOptions, make_phantom, write_series
from painmap.services.clinic import Clinic
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.ct_viewer_place import seen_of
from painmap.ui.main_window import MainWindow
from tests.support import hands
from tests.support.truth import contour_of

Start = Callable[[], MainWindow]

SMALL = PhantomOptions(
    rows=160, columns=160, pixel_spacing=(2.56, 2.56), slices=46, slice_step_mm=6.0
)


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return run_to_end(make_phantom(SMALL))


@pytest.fixture(scope="module")
def series(phantom: Phantom, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disc")
    run_to_end(write_series(phantom, folder))
    return folder


def create_patient(window: MainWindow) -> None:
    """Create the demonstration patient that the synthetic series names."""
    today = window.pages.today
    today._new.click()
    QTest.keyClicks(today.form.family, "Phantom")
    QTest.keyClicks(today.form.given, "Painmap")
    today.form.sex.chip(Sex.OTHER).click()
    today.form.kind.chip(PatientKind.DEMONSTRATION).click()
    today.form._create.click()
    hands.settle(window)
    today.detail.new_button.click()
    hands.wait_until(lambda: window.desk.is_open)
    hands.settle(window)


def mark_three_pains(window: MainWindow) -> None:
    hands.go_to(window, Page.MAP)
    for region, digits, quality in (
        ("lumb_lo_para.left", "7", Quality.ACHING),
        ("flank_ql.left", "10", Quality.CRAMPING),
        ("sij.right", "4", Quality.STABBING),
    ):
        hands.click_figure(window, hands.region_middle(window, "back", region))
        hands.press_digits(window, digits)
        window.pages.map.panel.quality_chips.chip(quality).click()
    window.pages.map.panel.depth_chips.chip(Depth.DEEP).click()


def open_study(window: MainWindow, series: Path) -> None:
    window.open_folder(series)
    hands.settle(window)
    hands.open_chosen_stack(window)
    hands.wait_until(lambda: window.pages.ct.is_looking)
    hands.settle(window)


def annotate(window: MainWindow, phantom: Phantom) -> None:
    spine = phantom.levels[Level.L3].spinous_tip
    target = phantom.target("quadratus_lumborum", Side.LEFT, Level.L3)
    hands.choose_muscle(window, "quadratus_lumborum", Side.LEFT, Level.L3)
    hands.click_ct(window, target, ToolName.TARGET)
    hands.click_ct(window, spine, ToolName.MIDLINE)
    hands.choose_muscle(window, "erector_spinae", Side.LEFT, Level.L3)
    k = round(phantom.index_of(target)[0])
    hands.outline_ct(window, contour_of(phantom, "erector_spinae", Side.LEFT, k))
    hands.settle(window)


def without_stamps(visit: Visit) -> Visit:
    bare = {
        name: tuple(replace(item, stamp=UNSTAMPED) for item in getattr(visit, name))
        for name in ("pain_sites", "marks", "planned_sites", "outlines", "landmarks", "studies")
    }
    return replace(visit, revision=0, **bare)


def test_a_first_visit_is_there_again_after_closing_and_after_export_and_import(
    start: Start, phantom: Phantom, series: Path, tmp_path: Path
) -> None:
    window = start()
    create_patient(window)
    mark_three_pains(window)
    open_study(window, series)
    annotate(window, phantom)
    window.pages.ct.viewer.set_window(150, 50)
    visit = window.desk.open_visit.visit
    look = seen_of(window.pages.ct.viewer)
    hands.settle(window)

    # what was recorded is what was done
    assert [site.intensity for site in visit.pain_sites] == [7, 10, 4]
    (target,) = visit.planned_sites
    assert isinstance(target.place, CtPlace)
    wanted = phantom.target("quadratus_lumborum", Side.LEFT, Level.L3)
    assert max(abs(a - b) for a, b in zip(target.place.target, wanted, strict=True)) <= 2.56
    assert target.side is Side.LEFT
    assert target.side_check.basis is SideBasis.AGREES
    assert target.side_check.offset_mm is not None
    assert target.side_check.offset_mm > 25
    (outline,) = visit.outlines
    assert outline.side_check.basis is SideBasis.AGREES
    measured = window.pages.ct.session.measure(outline)
    mask = phantom.label_mask("erector_spinae", Side.LEFT)[round(phantom.index_of(wanted)[0])]
    assert measured is not None
    assert measured.area_mm2 == pytest.approx(mask.sum() * 2.56**2, rel=0.15)
    assert measured.mean_hu is not None
    assert 0 < measured.mean_hu < 80

    # close, reopen, compare
    again = start()
    assert again.current_page is Page.TODAY
    QTest.keyClicks(again.pages.today.search, "pha")
    QTest.keyClick(again.pages.today.search, Qt.Key.Key_Return)
    hands.wait_until(lambda: again.desk.is_open)
    hands.settle(again)
    assert again.desk.open_visit.visit == visit
    assert again.current_page is Page.CT
    hands.wait_until(lambda: again.pages.ct.is_looking)
    hands.settle(again)
    assert seen_of(again.pages.ct.viewer) == look

    # undo goes on where it was left
    assert again.desk.open_visit.undo_label == "draw outline"
    again.desk.undo()
    assert again.desk.open_visit.visit.outlines == ()
    again.desk.redo()
    assert without_stamps(again.desk.open_visit.visit) == without_stamps(visit)
    hands.settle(again)
    visit = again.desk.open_visit.visit

    # export, import into an empty record, compare
    again.pages.finish.export_to(tmp_path)
    hands.settle(again)
    (folder,) = [each for each in tmp_path.iterdir() if each.name.startswith("20")]
    names = {file.name for file in folder.iterdir()}
    (document,) = [name for name in names if name.endswith(".json")]
    assert {Path(name).suffix for name in names} >= {".json", ".csv", ".png", ".txt"}
    assert load(folder / document).visit == visit
    elsewhere = Clinic.open(tmp_path / "elsewhere")
    outcome = elsewhere.import_file(folder / document)
    assert elsewhere.open_visit(outcome.visit_id).visit == visit
    assert elsewhere.import_file(folder / document).sentence.startswith("The visit is already")
    elsewhere.close()

    # pictures of each body view and each annotated slice
    pictures = [file for file in folder.iterdir() if file.suffix == ".png"]
    assert len(pictures) >= 3
    assert all(not QImage(str(file)).isNull() for file in pictures)
    for file in folder.iterdir():
        assert "Phantom" not in file.name
    assert "painmap documents" in json.dumps(json.loads((folder / document).read_text()))


@pytest.mark.shared_data
def test_the_ct_half_of_a_visit_on_a_real_lumbar_study(start: Start, shared_data: Path) -> None:
    window = start()
    today = window.pages.today
    today._new.click()
    QTest.keyClicks(today.form.family, "Sample")
    today.form.kind.chip(PatientKind.DEMONSTRATION).click()
    today.form._create.click()
    hands.settle(window)
    today.detail.new_button.click()
    hands.wait_until(lambda: window.desk.is_open)
    hands.settle(window)

    window.open_folder(shared_data / "lumbar-ct-cc0" / "lspine_axial")
    hands.settle(window)
    panel = window.pages.ct.opening.panel
    assert isinstance(panel, SeriesPanel)
    lines = [panel.list.item(number).text() for number in range(panel.list.count())]
    assert [line.split(",")[0] for line in lines if line.startswith("Block")] == [
        f"Block {number} of 11" for number in range(1, 12)
    ]
    hands.open_chosen_stack(window)
    if not window.pages.ct.is_looking:
        hands.answer_opening(window, "Public sample")
    hands.wait_until(lambda: window.pages.ct.is_looking)
    hands.settle(window)

    viewer = window.pages.ct.viewer
    assert window.pages.ct.session.stack.shape[1:] == (512, 512)
    stack = window.pages.ct.session.stack
    middle = stack.slice_geometry(len(stack.slices) // 2).patient_point(300, 256)
    hands.choose_muscle(window, "multifidus", Side.LEFT, Level.L4)
    hands.click_ct(window, middle, ToolName.TARGET)
    hands.settle(window)

    (site,) = window.desk.open_visit.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    near = 1.0  # mm; the click falls on whole screen pixels
    assert max(abs(a - b) for a, b in zip(site.place.target, middle, strict=True)) <= near
    assert site.side_check.basis is SideBasis.NOT_CHECKED
    assert Plane.AXIAL in viewer.views
    visit_id, visit = window.desk.open_visit.visit.id, window.desk.open_visit.visit

    again = start()
    again.desk.show_visit(again.desk.clinic.open_visit(visit_id))
    hands.wait_until(lambda: again.pages.ct.is_looking)
    hands.settle(again)
    assert again.desk.open_visit.visit == visit
    standing = again.pages.ct.session.standing(site.place.anchor)
    assert standing.editable
