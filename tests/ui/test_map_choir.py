"""A CHOIR list on the page Map: nothing is marked before the doctor takes it."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from painmap.bodymap.choir_list import Numbering
from painmap.domain.edits import say_pain_free
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, MarkedRegion, PainFree, RegionShape
from painmap.domain.visit import VisitKind
from painmap.services.export import export_visit
from painmap.ui.choir_panel import ChoirPanel
from painmap.ui.desk import Desk
from painmap.ui.map_page import MapPage
from tests.ui.conftest import demonstration
from tests.ui.map_driver import LEFT, key, tap, visit_of


def open_panel(page: MapPage) -> ChoirPanel:
    page.head.menu.aboutToShow.emit()
    (action,) = [each for each in page.head.menu.actions() if "CHOIR" in each.text()]
    action.trigger()
    assert page.review.choir is not None
    return page.review.choir


def read(page: MapPage, text: str) -> ChoirPanel:
    panel = open_panel(page)
    QTest.keyClicks(panel.text, text)
    QTest.mouseClick(panel.read_button, LEFT)
    return panel


def ghosts_of(page: MapPage) -> tuple[Mark, ...]:
    return page.figure.scene.ghosts


def marked(page: MapPage) -> list[tuple[str, str]]:
    shapes = [(mark.view, mark.shape) for mark in visit_of(page).marks]
    return sorted((view, s.region_id) for view, s in shapes if isinstance(s, RegionShape))


def test_a_list_is_proposed_and_taken_in_one_step(map_page: MapPage) -> None:
    panel = read(map_page, "f15,b19")
    assert panel.question.isVisible()
    assert not panel.tree.isVisible()

    QTest.mouseClick(panel.numbering.chip(Numbering.MALE), LEFT)
    assert panel.words.text() == "2 segments read."
    assert marked(map_page) == []
    QTest.mouseClick(panel.all_button, LEFT)

    assert marked(map_page) == [("back", "lumb_lo_para.right"), ("front", "forearm_ant.right")]
    visit = visit_of(map_page)
    assert {mark.layer for mark in visit.marks} == {AuthorLayer.PATIENT}
    assert [site.note for site in visit.pain_sites] == [
        "Imported from a CHOIR list: 115 RIGHT forearm (front).",
        "Imported from a CHOIR list: 219 RIGHT lower back.",
    ]
    assert {site.intensity for site in visit.pain_sites} == {None}
    assert not panel.all_button.isEnabled()
    map_page.desk.undo()
    assert marked(map_page) == []
    assert panel.all_button.isEnabled()


def test_the_female_numbering_means_another_segment(map_page: MapPage) -> None:
    panel = read(map_page, "115")

    QTest.mouseClick(panel.numbering.chip(Numbering.FEMALE), LEFT)
    QTest.mouseClick(panel.all_button, LEFT)

    assert marked(map_page) == [("front", "elbow_ant.right")]
    (site,) = visit_of(map_page).pain_sites
    assert site.note.endswith("113 RIGHT elbow (front), listed as 115.")


def test_a_list_that_both_maps_number_alike_asks_nothing(map_page: MapPage) -> None:
    panel = read(map_page, "219 999")

    assert not panel.question.isVisible()
    assert panel.words.text() == "1 segment read. 1 entry names no CHOIR segment: 999."
    assert panel.tree.isVisible()
    assert panel.text.toPlainText() == "219 999"


def test_another_text_asks_for_the_numbering_again(map_page: MapPage) -> None:
    panel = read(map_page, "115")
    QTest.mouseClick(panel.numbering.chip(Numbering.FEMALE), LEFT)
    QTest.keyClicks(panel.text, ",112")
    assert not panel.tree.isVisible()

    QTest.mouseClick(panel.read_button, LEFT)

    assert panel.question.isVisible()
    assert panel.numbering.chosen == ()
    assert not panel.tree.isVisible()


def test_regions_are_taken_one_by_one_also_those_that_lie_there_in_part(
    map_page: MapPage,
) -> None:
    panel = read(map_page, "219")
    model = panel.tree.model()
    top = model.index(0, 0)
    lines = [model.index(number, 0, top).data() for number in range(model.rowCount(top))]
    assert lines[0] == "RIGHT lower lumbar paraspinal"
    part = lines.index("perhaps RIGHT upper lumbar paraspinal")

    panel.tree.setCurrentIndex(model.index(part, 0, top))
    QTest.keyClick(panel.tree, Qt.Key.Key_Return)
    panel.tree.setCurrentIndex(model.index(0, 0))
    QTest.mouseClick(panel.one_button, LEFT)

    assert marked(map_page) == [("back", "lumb_lo_para.right"), ("back", "lumb_up_para.right")]
    assert len(visit_of(map_page).pain_sites) == 1


def test_a_ghost_on_the_figure_is_taken_by_a_click_while_the_panel_is_open(
    map_page: MapPage,
) -> None:
    panel = read(map_page, "218,219")
    map_page.show_view("back")
    assert len(ghosts_of(map_page)) == 2

    tap(map_page, "lumb_lo_para.left")
    assert marked(map_page) == [("back", "lumb_lo_para.left")]
    assert visit_of(map_page).pain_sites[0].note.endswith("218 LEFT lower back.")

    QTest.mouseClick(panel.close_button, LEFT)
    assert not ghosts_of(map_page)


def test_what_is_marked_already_is_not_marked_twice(map_page: MapPage) -> None:
    map_page.show_view("back")
    tap(map_page, "lumb_lo_para.right")

    panel = read(map_page, "219")
    assert "1 region" not in panel.left.text()
    QTest.mouseClick(panel.all_button, LEFT)

    assert marked(map_page) == [("back", "lumb_lo_para.right")]
    assert len(visit_of(map_page).pain_sites) == 1
    assert answered(map_page)["219"] == "yes"
    assert not panel.all_button.isEnabled()


def answered(page: MapPage) -> dict[str, str]:
    return {each.item: each.value for each in visit_of(page).answers if each.instrument == "choir"}


def exported(page: MapPage, folder: Path) -> dict[str, str]:
    """The one line of the table of instruments."""
    page.desk.jobs.record_now(lambda: None)
    folder.mkdir()
    visit, desk = visit_of(page), page.desk
    written = export_visit(desk.clinic, visit.id, folder, muscles=desk.muscles)
    text = (written.folder / "instruments.csv").read_text(encoding="utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text, newline=""))
    return line


def segments(line: dict[str, str]) -> set[str]:
    return {
        name.removeprefix("choir_")
        for name, value in line.items()
        if name.removeprefix("choir_").isdigit() and value == "1"
    }


@pytest.mark.parametrize("numbering", list(Numbering))
def test_the_table_of_an_export_gives_the_imported_list_back(
    map_page: MapPage, tmp_path: Path, numbering: Numbering
) -> None:
    # 121 is a groin, which no region means for certain; 213 and 219 share regions
    panel = read(map_page, "f01 f15 f21 b13 b19")
    QTest.mouseClick(panel.numbering.chip(numbering), LEFT)

    QTest.mouseClick(panel.all_button, LEFT)

    line = exported(map_page, tmp_path / "first")
    elbow = "115" if numbering is Numbering.MALE else "113"
    assert segments(line) == {"101", elbow, "121", "213", "219"}
    assert line["choir_list"] == f"101; {elbow}; 121; 213; 219"
    assert line["choir_list_read"] == f"f01,f15,f21,b13,b19 ({numbering.value})"

    map_page.desk.undo()
    assert segments(exported(map_page, tmp_path / "second")) == set()
    assert answered(map_page) == {}


def test_a_second_list_is_added_to_the_first(map_page: MapPage, tmp_path: Path) -> None:
    panel = read(map_page, "115")
    QTest.mouseClick(panel.numbering.chip(Numbering.FEMALE), LEFT)
    QTest.mouseClick(panel.all_button, LEFT)
    panel.text.setPlainText("219,113")
    QTest.mouseClick(panel.read_button, LEFT)
    QTest.mouseClick(panel.numbering.chip(Numbering.MALE), LEFT)
    QTest.mouseClick(panel.all_button, LEFT)

    line = exported(map_page, tmp_path / "both")
    assert line["choir_list"] == "113; 219"
    assert line["choir_list_read"] == ("f15 (Stanford's own female map); b19 (male map, or REDCap)")
    assert panel.stored.text() == "2 segments stored as ticked on a list."


def test_a_list_that_was_stored_is_taken_back_and_its_marks_stay(map_page: MapPage) -> None:
    panel = read(map_page, "219,121")
    QTest.mouseClick(panel.all_button, LEFT)
    assert panel.back_button.isVisible()

    QTest.mouseClick(panel.back_button, LEFT)

    assert answered(map_page) == {}
    assert marked(map_page) == [("back", "lumb_lo_para.right")]
    assert not panel.back_button.isVisible()
    assert panel.all_button.isEnabled()


def test_a_segment_without_a_region_of_its_own_is_stored_when_its_line_is_taken(
    map_page: MapPage,
) -> None:
    panel = read(map_page, "121")
    panel.tree.setCurrentIndex(panel.tree.model().index(0, 0))

    QTest.mouseClick(panel.one_button, LEFT)

    assert answered(map_page)["121"] == "yes"
    assert marked(map_page) == []
    assert not panel.one_button.isEnabled()


def test_the_scores_tell_what_was_ticked_on_a_list_from_what_is_drawn(map_page: MapPage) -> None:
    map_page.show_view("back")
    tap(map_page, "calf.left")
    QTest.mouseClick(read(map_page, "219").all_button, LEFT)
    QTest.mouseClick(map_page.review.scores_button, LEFT)

    assert map_page.review.scores is not None
    lines = map_page.review.scores.choir_list.list.text().splitlines()

    assert "219 RIGHT lower back, on the imported list" in lines
    assert any(line.startswith("233 LEFT") and "list" not in line for line in lines)


def test_no_pain_ends_where_a_segment_is_taken(map_page: MapPage) -> None:
    page, region = map_page, map_page.template.views["back"].region("lumb_lo_para.right")
    free = MarkedRegion(region.id, region.name, region.side, 1.0)
    layer = AuthorLayer.PATIENT
    page.desk.apply(say_pain_free([PainFree(new_id(), layer, page.template.ref, "back", free)]))

    QTest.mouseClick(read(page, "219").all_button, LEFT)

    assert visit_of(page).pain_free == ()


def test_a_list_is_forgotten_with_the_visit(map_page: MapPage) -> None:
    panel = read(map_page, "218")
    patient = map_page.desk.clinic.add_patient(demonstration("Other"))

    map_page.desk.show_visit(map_page.desk.clinic.new_visit(patient.id, VisitKind.FIRST))

    assert panel.text.toPlainText() == ""
    assert not panel.isVisible()
    assert map_page.choir.proposals == ()


def test_a_list_comes_from_a_file(
    map_page: MapPage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settle: Callable[[Desk], None],
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("f01\nb19\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    panel = open_panel(map_page)

    QTest.mouseClick(panel.file_button, LEFT)
    settle(map_page.desk)

    assert panel.words.text() == "2 segments read."


def test_a_file_that_is_no_text_is_said_in_a_sentence(
    map_page: MapPage, tmp_path: Path, settle: Callable[[Desk], None]
) -> None:
    said: list[str] = []
    map_page.desk.said.connect(lambda message: said.append(message.text))
    file = tmp_path / "list.bin"
    panel = open_panel(map_page)

    for content in (b"\xff\xfe\x00\x81", b"1" * 300_000):
        file.write_bytes(content)
        panel.open_file(file)
        settle(map_page.desk)
    panel.open_file(tmp_path / "gone.txt")
    settle(map_page.desk)

    assert said == [
        "The file with the list is no plain text.",
        "The file is too long for a list of CHOIR segments.",
        "The file with the list cannot be read.",
    ]


def test_the_scores_open_the_import_beside_the_segments(map_page: MapPage) -> None:
    QTest.mouseClick(map_page.review.scores_button, LEFT)
    assert map_page.review.scores is not None

    QTest.mouseClick(map_page.review.scores.import_button, LEFT)

    assert map_page.review.choir is not None
    assert map_page.review.choir.isVisible()
    assert not map_page.review.scores.isVisible()
    key(map_page, Qt.Key.Key_Escape)
