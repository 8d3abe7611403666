"""What one pain is to another: said by an arrow or in words, undone with it, and exported."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QMenu, QPushButton

from painmap.documents.visit_document import VisitDocument, dumps, loads
from painmap.domain.items import UNSTAMPED
from painmap.domain.pain import AuthorLayer, PainSite
from painmap.domain.pain_links import PainLink, PainLinkKind
from painmap.domain.sentences import pain_sentence
from painmap.exchange.exporter import ExportContext
from painmap.exchange.registry import all_exporters
from painmap.ui.map_page import MapPage
from tests.ui.map_driver import key, middle_of, stroke, tap, visit_of

BUTTOCK, CALF = "glut_up.left", "calf.left"


@pytest.fixture
def page(map_page: MapPage) -> MapPage:
    return map_page


def arrow(page: MapPage, start: str, end: str) -> None:
    key(page, "W")
    stroke(page, [middle_of(page, start), middle_of(page, end)])
    key(page, "R")


def link(page: MapPage) -> PainLink:
    (only,) = visit_of(page).pain_links
    return only


def sentence(page: MapPage, site: PainSite) -> str:
    return pain_sentence(site, visit_of(page).marks_of(site.id), visit_of(page))


def test_an_arrow_to_bare_skin_links_to_the_region(page: MapPage) -> None:
    tap(page, BUTTOCK)
    arrow(page, BUTTOCK, CALF)

    said = link(page)
    assert said.kind is PainLinkKind.RADIATES
    assert said.to_site is None
    assert said.to_region is not None
    assert said.to_region.id == CALF
    assert said.arrow == visit_of(page).marks[-1].id
    words = "radiates from LEFT upper buttock to patient's LEFT calf"
    assert words in page.panel.sentence.text()
    assert words in sentence(page, visit_of(page).pain_sites[0])


def test_an_arrow_to_another_pain_links_the_two(page: MapPage) -> None:
    tap(page, BUTTOCK)
    tap(page, CALF)
    arrow(page, BUTTOCK, CALF)

    first, second = visit_of(page).pain_sites
    assert (link(page).from_site, link(page).to_site) == (first.id, second.id)
    assert "radiates from LEFT upper buttock to the pain at patient's LEFT calf" in (
        sentence(page, first)
    )


def test_what_the_doctor_finds_refers_on_palpation(page: MapPage) -> None:
    page.choose_layer(AuthorLayer.DOCTOR)
    tap(page, BUTTOCK)
    arrow(page, BUTTOCK, CALF)
    assert link(page).kind is PainLinkKind.REFERS
    assert "refers on palpation from LEFT upper buttock to" in page.panel.sentence.text()


def test_the_link_is_undone_with_its_arrow_in_one_step(page: MapPage) -> None:
    tap(page, BUTTOCK)
    arrow(page, BUTTOCK, CALF)
    page.desk.undo()
    assert (len(visit_of(page).marks), visit_of(page).pain_links) == (1, ())
    page.desk.redo()
    assert link(page).arrow == visit_of(page).marks[-1].id


def test_the_link_is_erased_with_its_arrow_and_with_its_target(page: MapPage) -> None:
    tap(page, BUTTOCK)
    tap(page, CALF)
    arrow(page, BUTTOCK, CALF)
    page.desk.select(visit_of(page).pain_sites[1].id)
    page.marking.remove_selected()
    assert visit_of(page).pain_links == ()
    words = "radiates from LEFT upper buttock to patient's LEFT calf"
    assert words in sentence(page, visit_of(page).pain_sites[0])
    page.desk.undo()
    assert link(page).to_site is not None

    key(page, "E")
    stroke(page, [middle_of(page, "knee_post.left"), middle_of(page, "thigh_post.left")])
    assert visit_of(page).pain_links == ()
    assert len(visit_of(page).pain_sites) == 2


def _entry(menu: QMenu, words: str, then: str = "") -> None:
    (action,) = [each for each in menu.actions() if each.text().startswith(words)]
    inner = action.menu()
    if isinstance(inner, QMenu):
        _entry(inner, then)
    else:
        action.trigger()


def test_two_pains_are_said_to_be_the_same_or_unrelated(page: MapPage) -> None:
    tap(page, CALF)
    tap(page, BUTTOCK)
    page.panel.more_button.click()
    _entry(page.panel.links.more.menu(), "the same pain as", "patient's LEFT calf")

    calf, buttock = visit_of(page).pain_sites
    assert (link(page).kind, link(page).from_site) == (PainLinkKind.SAME, buttock.id)
    assert "the same pain as that at patient's LEFT calf" in sentence(page, buttock)
    assert "the same pain as that at patient's LEFT upper buttock" in sentence(page, calf)

    (change,) = [
        each
        for each in page.panel.links.findChildren(QPushButton)
        if each.accessibleName().startswith("Change: the same pain")
    ]
    _entry(change.menu(), "unrelated to")
    assert "unrelated to that at patient's LEFT calf" in sentence(page, buttock)
    page.desk.undo()
    page.desk.undo()
    assert visit_of(page).pain_links == ()


def _document(page: MapPage) -> VisitDocument:
    page.desk.open_visit.retry()
    opened = page.desk.clinic.open_visit(visit_of(page).id, fresh=True)
    now = datetime.now(UTC)
    return VisitDocument(written_at=now, patient=opened.patient, visit=opened.visit)


def test_links_are_in_the_json_and_in_the_long_table(page: MapPage) -> None:
    tap(page, BUTTOCK)
    arrow(page, BUTTOCK, CALF)
    tap(page, "knee_post.right")
    page.panel.more_button.click()
    _entry(page.panel.links.more.menu(), "unrelated to", "patient's LEFT upper buttock")
    document = _document(page)

    assert loads(dumps(document)) == document
    raw = json.loads(dumps(document))["visit"]["pain_links"]
    assert [each["kind"] for each in raw] == ["radiates to", "unrelated to"]
    (long,) = [each for each in all_exporters() if each.id == "pain-long-csv"]
    text = long.write(ExportContext(document, page.desk.muscles)).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    drawn = [line for line in lines if line["kind"] == "arrow"]
    assert {(line["link"], line["to_region_id"], line["to_side"]) for line in drawn} == {
        ("radiates to", CALF, "LEFT")
    }
    (spoken,) = [line for line in lines if line["kind"] == "link"]
    assert spoken["link"] == "unrelated to"
    assert spoken["to_pain_site_id"] == str(document.visit.pain_sites[0].id)


def test_a_document_from_before_links_is_read(page: MapPage) -> None:
    tap(page, BUTTOCK)
    arrow(page, BUTTOCK, CALF)
    document = _document(page)
    raw = json.loads(dumps(document))
    raw["version"] = 2
    del raw["visit"]["pain_links"]
    for mark in raw["visit"]["marks"]:
        for new in ("tilts", "pressing", "gamma"):
            mark["shape"].pop(new, None)

    old = loads(json.dumps(raw)).visit

    assert old.pain_links == ()
    words = "radiates from LEFT upper buttock to patient's LEFT calf"
    site = old.pain_sites[0]
    assert words in pain_sentence(site, old.marks_of(site.id), old)


def test_a_pain_is_linked_to_one_thing_and_not_to_itself(page: MapPage) -> None:
    tap(page, BUTTOCK)
    arrow(page, BUTTOCK, CALF)
    there = link(page)
    with pytest.raises(ValueError, match="one of them"):
        PainLink(there.id, there.kind, there.from_site, stamp=UNSTAMPED)
    with pytest.raises(ValueError, match="itself"):
        PainLink(there.id, there.kind, there.from_site, to_site=there.from_site)
