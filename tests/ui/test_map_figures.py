"""Which figure a patient gets, how views and figures are changed, and what is spoken."""

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.ids import new_id
from painmap.domain.pain import Quality, RegionShape
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.visit import VisitKind
from painmap.services.catalogue import body_map
from painmap.ui.body_camera import WHOLE, Camera, flank_letters, frame_of
from painmap.ui.body_figures import FIGURES, figure_for, figure_with, whole_views
from painmap.ui.body_picture import body_pictures
from painmap.ui.body_shapes import label_point
from painmap.ui.map_page import MapPage
from painmap.ui.tools.mark_pain import MarkTool
from tests.domain.builders import visit as empty_visit
from tests.ui.map_driver import LEFT, PLAIN, key, pixel_of, tap, visit_of

LEFT_LOW = "lumb_lo_para.left"


@pytest.fixture
def page(map_page: MapPage) -> MapPage:
    """Begins on the figure that has two views only."""
    map_page.show_figure("adult")
    return map_page


def _patient(sex: Sex | None, born: date | None) -> Patient:
    return Patient(new_id(), PatientKind.DEMONSTRATION, "Phantom", birth_date=born, sex=sex)


@pytest.mark.parametrize(
    ("sex", "born", "figure"),
    [
        (Sex.FEMALE, date(1980, 1, 1), "woman"),
        (Sex.MALE, date(1980, 1, 1), "man"),
        (Sex.FEMALE, date(2018, 1, 1), "child"),
        (Sex.MALE, None, "man"),
        (Sex.OTHER, date(1980, 1, 1), "woman"),
        (None, None, "woman"),
    ],
)
def test_the_figure_follows_the_patient(sex: Sex | None, born: date | None, figure: str) -> None:
    usual = body_map("adult")
    chosen = figure_for(_patient(sex, born), date(2026, 1, 1), empty_visit(), usual)
    assert chosen.ref.id == figure


def test_a_visit_opens_on_the_figure_of_its_latest_mark(page: MapPage) -> None:
    page.show_figure("woman")
    tap(page, LEFT_LOW)
    visit_id, patient = visit_of(page).id, page.desk.open_visit.patient
    assert patient.sex is Sex.OTHER
    page.desk.close_visit()
    page.desk.jobs.record_now(lambda: None)
    page.desk.show_visit(page.desk.clinic.open_visit(visit_id))
    assert page.template.ref.id == "woman"
    assert len(page.figure.scene.marks) == 1


def test_a_mark_is_only_shown_on_its_own_figure_which_is_one_click_away(page: MapPage) -> None:
    tap(page, LEFT_LOW)
    page.show_figure("man")
    assert page.figure.scene.marks == ()
    assert page.elsewhere.words.text() == "1 mark is on the adult figure"
    tap(page, "calf.left")
    assert visit_of(page).marks[1].template == body_map("man").ref
    QTest.mouseClick(page.elsewhere.button, LEFT)
    assert page.template.ref.id == "adult"
    assert [mark.shape for mark in page.figure.scene.marks] == [RegionShape(LEFT_LOW)]
    assert page.elsewhere.words.text() == "1 mark is on the man figure"


def test_undo_turns_to_the_figure_that_it_changes(page: MapPage) -> None:
    page.desk.place_wanted.connect(lambda wanted: page.show_items(wanted.item_ids))
    tap(page, LEFT_LOW)
    key(page, "7")
    page.show_figure("woman")
    page.desk.undo()
    assert page.template.ref.id == "adult"


def test_a_figure_of_another_version_is_not_taken_for_the_same() -> None:
    ref = body_map("adult").ref
    assert figure_with(ref) is body_map("adult")
    assert figure_with(replace(ref, version=ref.version + 7)) is None


@pytest.mark.parametrize(
    ("view_key", "view", "sides"),
    [
        (Qt.Key.Key_F2, "front", "RL"),
        (Qt.Key.Key_F3, "back", "LR"),
        (Qt.Key.Key_F4, "left", "LL"),
        (Qt.Key.Key_F6, "right", "RR"),
    ],
)
def test_keys_turn_the_figure_and_its_letters(
    page: MapPage, view_key: Qt.Key, view: str, sides: str
) -> None:
    page.show_figure("woman")
    key(page, view_key)
    assert page.figure.view == view
    shown = page.figure.figure
    letters = flank_letters(
        shown.viewers_left, page.figure.camera, viewers_right=shown.viewers_right
    )
    assert "".join(letter.text for letter in letters) == sides
    assert len([switch for switch in page.switches if switch.isVisible()]) == 3
    assert view not in [switch.view for switch in page.switches]


def test_a_view_that_the_figure_lacks_is_not_turned_to(page: MapPage) -> None:
    key(page, Qt.Key.Key_F4)
    assert page.figure.view == "back"


def test_a_side_view_marks_that_side(page: MapPage) -> None:
    page.show_figure("woman")
    for view_key, side in ((Qt.Key.Key_F4, Side.LEFT), (Qt.Key.Key_F6, Side.RIGHT)):
        key(page, view_key)
        assert {region.side for region in page.figure.figure.regions} <= {side, Side.MIDLINE}


def test_a_zoom_fills_the_picture_and_is_left_again(page: MapPage) -> None:
    page.show_figure("woman")
    page.head.menu.aboutToShow.emit()
    names = [action.text() for action in page.head.menu.actions()]
    assert "Nape and upper back" in names
    assert {"Woman figure", "Man figure", "Child figure"} <= set(names)
    assert "Adult figure, front and back only" in names
    action = next(a for a in page.head.menu.actions() if a.text() == "Nape and upper back")
    action.trigger()
    assert page.figure.view == "nape_upper_back"
    assert page.figure.camera.scale > 2 * Camera(600, 640).scale
    tap(page, next(r.id for r in page.figure.figure.regions if "para" in r.id))
    assert visit_of(page).marks[0].view == "nape_upper_back"
    key(page, Qt.Key.Key_F3)
    assert page.figure.camera.frame == WHOLE
    (seen,) = page.figure.scene.marks
    assert seen.id == visit_of(page).marks[0].id
    page.desk.select(None)
    page.choose_tool(MarkTool.AREA)
    at = label_point(seen, page.figure.ink)
    QTest.mouseClick(page.figure, LEFT, PLAIN, pixel_of(page, at))
    assert page.desk.selection == seen.site_id


@pytest.mark.parametrize("figure", FIGURES)
def test_every_view_has_a_frame_that_holds_it(figure: str) -> None:
    template = body_map(figure)
    for view in template.views.values():
        x, y, width, height = view.bounds
        frame = frame_of(view)
        assert frame.left <= x
        assert frame.top <= y
        assert frame.right >= x + width
        assert frame.bottom >= y + height


def test_f9_shows_all_views_and_a_click_turns_to_one(page: MapPage) -> None:
    page.show_figure("woman")
    key(page, Qt.Key.Key_F9)
    assert page.all_views.isVisible()
    assert [each.view for each in page.all_views.switches] == list(whole_views(page.template))
    QTest.mouseClick(page.all_views.switches[0], LEFT)
    assert page.figure.view == "front"
    assert not page.all_views.isVisible()
    key(page, Qt.Key.Key_F9)
    key(page, Qt.Key.Key_Escape)
    assert not page.all_views.isVisible()


def test_pictures_show_marks_of_every_figure_on_their_own(page: MapPage) -> None:
    tap(page, LEFT_LOW)
    page.show_figure("woman")
    key(page, Qt.Key.Key_F4)
    tap(page, page.figure.figure.regions[0].id)
    names = set(body_pictures(visit_of(page), page.template))
    assert names == {
        "body-front.png",
        "body-back.png",
        "body-left.png",
        "body-right.png",
        "body-adult-back.png",
    }


def test_the_place_remembers_the_figure(page: MapPage) -> None:
    page.show_figure("child")
    key(page, Qt.Key.Key_F2)
    place = dict(page.place())
    page.show_figure("adult")
    page.restore(place)
    assert (page.template.ref.id, page.figure.view) == ("child", "front")


def test_a_womans_visit_opens_on_her_figure(page: MapPage, qtbot: QtBot) -> None:
    patient = page.desk.clinic.add_patient(_patient(Sex.FEMALE, date(1980, 1, 1)))
    page.desk.show_visit(page.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    qtbot.waitUntil(lambda: page.template.ref.id == "woman", timeout=2000)
    assert page.desk.template.ref.id == "woman"


# --- what is spoken


def _spoken(page: MapPage) -> tuple[str, str]:
    spoken = QAccessible.queryAccessibleInterface(page.figure)
    text = QAccessible.Text
    return spoken.text(text.Name), spoken.text(text.Description)


def test_a_screen_reader_hears_figure_region_side_and_value(page: MapPage) -> None:
    page.figure.focus.region = LEFT_LOW
    key(page, Qt.Key.Key_Return)
    key(page, "7")
    name, words = _spoken(page)
    assert name == "Body figure, back view, adult"
    assert words == "patient's LEFT lower lumbar paraspinal (L4–S1), 7 of 10, selected"
    key(page, Qt.Key.Key_Right)
    assert "RIGHT" in _spoken(page)[1]
    assert _spoken(page)[1].endswith("not asked")
    key(page, "F")
    key(page, Qt.Key.Key_Return)
    assert _spoken(page)[1].endswith("asked, no pain")


def test_three_sites_with_side_intensity_and_quality_by_keys_alone(page: MapPage) -> None:
    for region, digits, letter in (
        (LEFT_LOW, "7", "A"),
        ("glut_up.right", "10", "B"),
        ("calf.left", "2", "N"),
    ):
        page.figure.focus.region = region
        key(page, Qt.Key.Key_Return)
        for digit in digits:
            key(page, digit)
        key(page, letter, Qt.KeyboardModifier.AltModifier)
    QApplication.processEvents()
    said = [
        (mark.regions[0].id, mark.regions[0].side, site.intensity, site.qualities)
        for mark, site in zip(visit_of(page).marks, visit_of(page).pain_sites, strict=True)
    ]
    assert said == [
        (LEFT_LOW, Side.LEFT, 7, (Quality.ACHING,)),
        ("glut_up.right", Side.RIGHT, 10, (Quality.BURNING,)),
        ("calf.left", Side.LEFT, 2, (Quality.NUMB,)),
    ]
