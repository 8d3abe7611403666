"""The plan sheet, made from any page, and what is said of it after a later change."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest

from painmap.domain.anatomy import Level, Side
from painmap.domain.edits import Page, change_site, plan_path, plan_site
from painmap.domain.ids import new_id
from painmap.domain.injection import CtPlace, PlannedSite, SiteStatus
from painmap.domain.needle_plan import EntryBasis, PlannedPath, ProcedurePosition
from painmap.domain.patient import Patient
from painmap.domain.places import PatientPoint
from painmap.domain.visit import Visit, VisitKind
from painmap.services.catalogue import muscles
from painmap.services.needle_paths import plain_reading
from painmap.services.plan_sheet import PlanSheet, plan_hash, plan_sheet, sheet_words
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from painmap.ui.plan_sheet import Paper, Sheet, page_image
from tests.support import factories as make
from tests.ui.conftest import demonstration

NOW = datetime(2026, 9, 14, 10, 12, tzinfo=UTC)


def planned(side: Side = Side.LEFT, x: float = 40.0) -> tuple[PlannedSite, PlannedPath]:
    """A site on CT with a path straight up, 41 mm deep."""
    anchor = make.outline().anchor
    place = CtPlace(anchor, PatientPoint(x, 60, -3))
    site = PlannedSite(new_id(), "erector_spinae", side, Level.L4, place=place)
    prone, supine = ProcedurePosition.PRONE, ProcedurePosition.SUPINE
    entry = PatientPoint(x, 101, -3)
    path = PlannedPath(new_id(), site.id, anchor, entry, prone, EntryBasis.VERTICAL, supine)
    return site, path


def with_sites(desk: Desk, count: int = 1) -> Visit:
    for number in range(count):
        site, path = planned(x=20.0 + number)
        desk.apply(plan_site(site))
        desk.apply(plan_path(path))
    return desk.open_visit.visit


def sheet_of(patient: Patient, visit: Visit) -> PlanSheet:
    return plan_sheet(
        patient,
        visit,
        muscles(),
        reading=lambda s: plain_reading(visit, p) if (p := visit.path_of(s.id)) else None,
        now=NOW,
        version="9.9",
    )


def open_on(window: MainWindow) -> Visit:
    patient = window.desk.clinic.add_patient(demonstration())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    return window.desk.open_visit.visit


def test_a_sheet_says_who_what_where_and_that_it_is_a_draft(open_desk: Desk) -> None:
    visit = with_sites(open_desk)
    patient = replace(open_desk.open_visit.patient, record_number="4711")

    sheet = sheet_of(patient, visit)

    assert sheet.name == "Phantom, Painmap"
    assert "born 1 January 1970, ID 4711" in sheet.about
    assert sheet.state == "DRAFT, not signed"
    assert "painmap 9.9" in sheet.made
    (site,) = sheet.sites
    assert site.title == "LEFT erector spinae, L4"
    assert site.depth == "41 mm deep"
    assert site.lines[0].startswith("on the supine CT")
    assert "0° from the vertical, in the plane of the slice" in site.lines
    assert "needle: not chosen" in site.lines
    assert any("unmarked structures are not checked" in line for line in site.lines)
    assert "Scanned supine, planned prone" in site.warning


def test_the_sentence_of_a_site_says_its_path_also_while_its_ct_is_not_open(
    window: MainWindow,
) -> None:
    open_on(window)
    with_sites(window.desk)

    (said,) = (text for text in window.sentences.texts if "erector spinae" in text)
    assert "needle 41 mm deep on the supine CT" in said
    assert "0° from the vertical" in said
    assert "Scanned supine, planned prone" in said
    assert "needle 41 mm deep on the supine CT" in window.pages.finish.plain_text()


def test_a_site_that_is_only_considered_says_so(window: MainWindow) -> None:
    open_on(window)
    visit = with_sites(window.desk)
    patient = window.desk.open_visit.patient
    (site,) = visit.planned_sites
    assert "considered, not decided yet" in sheet_of(patient, visit).sites[0].lines

    decided = replace(site, status=SiteStatus.PLANNED)
    window.desk.apply(change_site(decided, label="decide"))

    lines = sheet_of(patient, window.desk.open_visit.visit).sites[0].lines
    assert not any("considered" in line for line in lines)


def test_what_was_dropped_is_not_on_the_sheet(open_desk: Desk) -> None:
    visit = with_sites(open_desk)
    (site,) = visit.planned_sites
    open_desk.apply(change_site(replace(site, status=SiteStatus.DROPPED), label="drop"))

    assert sheet_of(open_desk.open_visit.patient, open_desk.open_visit.visit).sites == ()


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (3, 1), (4, 2), (7, 3)])
@pytest.mark.parametrize("paper", list(Paper))
def test_pages_are_counted_and_painted_in_black_and_white(
    open_desk: Desk, count: int, pages: int, paper: Paper
) -> None:
    visit = with_sites(open_desk, count)

    content = sheet_of(open_desk.open_visit.patient, visit)

    assert content.pages == pages
    assert sum(len(content.sites_of(page)) for page in range(pages)) == count
    image = page_image(Sheet(content, {}), paper, pages - 1, 300)
    assert image.height() / image.width() == pytest.approx(
        paper.value[1] / paper.value[0], abs=0.01
    )
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    assert grey.convertToFormat(QImage.Format.Format_RGB32) == image, "no colour on the sheet"


def test_a_change_of_the_plan_changes_its_hash_and_a_note_elsewhere_does_not(
    open_desk: Desk,
) -> None:
    visit, patient = with_sites(open_desk), open_desk.open_visit.patient
    before = plan_hash(patient, visit)
    (path,) = visit.paths

    longer = visit.changed(put=(replace(path, needle_mm=90),))
    stamped = visit.changed(put=(replace(path, stamp=replace(path.stamp, revision=9)),))

    assert plan_hash(patient, longer) != before
    assert plan_hash(replace(patient, given_name="Other"), visit) != before
    assert plan_hash(patient, stamped) == before


@pytest.mark.parametrize("page", [Page.MAP, Page.CT, Page.SITES, Page.FINISH])
def test_ctrl_p_shows_the_sheet_on_every_page_and_escape_puts_it_away(
    window: MainWindow, page: Page
) -> None:
    open_on(window)
    window.show_page(page)

    window.actions_["sheet"].trigger()

    assert window.actions_["sheet"].shortcut().toString() == "Ctrl+P"
    assert window.sheet is not None
    QTest.keyClick(window.sheet, Qt.Key.Key_Escape)
    assert window.sheet is None


def test_words_and_figures_of_a_saved_sheet_can_be_searched_and_copied(
    window: MainWindow, tmp_path: Path, settle: Callable[[Desk], None]
) -> None:
    open_on(window)
    with_sites(window.desk, 2)
    window.show_sheet()
    assert window.sheet is not None
    content = window.sheet.sheet.content

    window.sheet.save_to(tmp_path / "sheet.pdf")
    settle(window.desk)

    # some readers put blanks between glyphs
    text = "".join(PdfReader(tmp_path / "sheet.pdf").pages[0].extract_text().split())
    for words in (content.made, content.about, "page 1 of 1", content.sites[0].title):
        assert "".join(words.split()) in text


def test_a_saved_sheet_is_remembered_and_out_of_date_after_a_change(
    window: MainWindow, tmp_path: Path, settle: Callable[[Desk], None]
) -> None:
    open_on(window)
    with_sites(window.desk, 4)
    window.show_sheet()
    assert window.sheet is not None

    window.sheet.save_to(tmp_path / "sheet.pdf")
    settle(window.desk)

    content = (tmp_path / "sheet.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 2
    visit = window.desk.open_visit.visit
    made = f"{visit.sheets[0].printed.astimezone():%H:%M}"
    assert f"plan sheet made at {made}" in window.sentences.texts

    window.desk.sheet_wanted.emit()
    assert window.sheet is not None
    assert window.current_page is not Page.FINISH
    QTest.keyClick(window.sheet, Qt.Key.Key_Escape)

    (site, *_) = visit.planned_sites
    window.desk.apply(change_site(replace(site, side=Side.RIGHT), label="side"))

    said = f"the sheet of {made} is out of date: the plan was changed after it"
    assert said in window.sentences.texts
    window.show_page(Page.FINISH)
    assert window.pages.finish.sheet.text() == f"T{said[1:]}."
    window.desk.undo()
    assert sheet_words(window.desk.open_visit.patient, window.desk.open_visit.visit) == (
        f"plan sheet made at {made}"
    )


def test_a_place_that_takes_no_file_is_said_and_nothing_is_remembered(
    window: MainWindow, tmp_path: Path
) -> None:
    open_on(window)
    window.show_sheet()
    assert window.sheet is not None
    said: list[str] = []
    window.desk.said.connect(lambda message: said.append(message.text))

    window.sheet.save_to(tmp_path / "no such folder" / "sheet.pdf")

    assert window.desk.open_visit.visit.sheets == ()
    assert window.sheet is not None, "the sheet stays"
    assert said, "one sentence says why"


def test_printing_paints_every_page(
    window: MainWindow, tmp_path: Path, settle: Callable[[Desk], None]
) -> None:
    open_on(window)
    with_sites(window.desk, 4)
    window.show_sheet()
    assert window.sheet is not None
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))

    window.sheet.print_on(printer)
    settle(window.desk)

    content = (tmp_path / "printed.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 2
    assert len(window.desk.open_visit.visit.sheets) == 1
