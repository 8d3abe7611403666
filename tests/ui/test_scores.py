"""The panel of scores: what it says of a drawing, and how the doctor decides what is open."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.bodymap.instruments import AreaState
from painmap.bodymap.marks import covered_regions
from painmap.domain.edits import mark_pain
from painmap.domain.ids import new_id
from painmap.domain.pain import (
    AuthorLayer,
    Mark,
    PainSite,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit
from painmap.ui import theme
from painmap.ui.desk import Desk
from painmap.ui.scores_panel import MOST_READ_AT_ONCE, ScoresPanel
from painmap.ui.scores_reading import laterality_words, percent

LEFT = Qt.MouseButton.LeftButton


def draw(
    desk: Desk,
    view: str,
    shape: Shape,
    intensity: int | None = None,
    layer: AuthorLayer = AuthorLayer.PATIENT,
) -> None:
    template, site = desk.template, PainSite(new_id(), intensity=intensity)
    regions = covered_regions(template.views[view], shape)
    mark = Mark(new_id(), site.id, layer, template.ref, view, shape, regions)
    desk.apply(mark_pain(site, mark))


def visit_of(desk: Desk) -> Visit:
    return desk.open_visit.visit


@pytest.fixture
def panel(open_desk: Desk, qtbot: QtBot) -> Iterator[ScoresPanel]:
    made = ScoresPanel(open_desk, theme.LIGHT)
    qtbot.addWidget(made)
    made.resize(360, 760)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def test_an_empty_drawing_says_0_and_asks_nothing(panel: ScoresPanel) -> None:
    assert panel.wpi.result.text() == "0 of 19"
    assert panel.choir.result.text() == "0 of 74"
    assert panel.mbm.result.text() == "0 of 35"
    assert panel.place_facts.words["Sides"] == "–"
    assert panel.intensity_facts.words["Highest of any site"] == "not asked"
    assert panel.severity.result.text() == "not asked"
    assert panel.criteria_words.text().startswith("Not enough asked")
    assert not panel.proposals.buttons


def test_a_mark_is_counted_after_the_pause_while_the_panel_is_open(
    panel: ScoresPanel, open_desk: Desk, qtbot: QtBot
) -> None:
    draw(open_desk, "back", RegionShape("calf.left"), 6)
    assert panel.wpi.result.text() == "0 of 19"

    qtbot.waitUntil(lambda: panel.wpi.result.text() == "1 of 19", timeout=2000)

    assert panel.checklist.chip("left_lower_leg").isChecked()
    assert not panel.checklist.chip("right_lower_leg").isChecked()
    assert panel.place_facts.words["Sides"] == "only on the LEFT, index\u00a0−1.00"
    assert panel.place_facts.words["Regions"] == "1"
    assert panel.intensity_facts.words["Mean over the marked area"] == "6 of 10"
    assert panel.extent_facts.words["Front view"] == "0 %"
    assert panel.extent_facts.words["Back view"] != "0 %"


def test_a_closed_panel_measures_nothing_until_it_is_opened(
    panel: ScoresPanel, open_desk: Desk, qtbot: QtBot
) -> None:
    panel.hide()
    draw(open_desk, "back", RegionShape("calf.left"))
    qtbot.wait(300)
    assert panel.wpi.result.text() == "0 of 19"

    panel.show()

    assert panel.wpi.result.text() == "1 of 19"


def test_what_the_doctor_found_is_not_counted_as_the_patients_pain(
    panel: ScoresPanel, open_desk: Desk
) -> None:
    draw(open_desk, "back", RegionShape("calf.left"), layer=AuthorLayer.DOCTOR)

    panel.read_now()

    assert panel.wpi.result.text() == "0 of 19"


def test_an_area_that_is_only_proposed_counts_when_the_doctor_confirms_it(
    panel: ScoresPanel, open_desk: Desk
) -> None:
    draw(open_desk, "front", RegionShape("elbow_ant.right"))
    panel.read_now()
    assert panel.wpi.result.text() == "0 of 19, 2 to confirm"

    QTest.mouseClick(panel.proposals.buttons["right_upper_arm", True], LEFT)

    assert panel.wpi.result.text() == "1 of 19, 1 to confirm"
    (answer,) = visit_of(open_desk).answers
    assert (answer.instrument, answer.item, answer.value) == ("wpi", "right_upper_arm", "yes")
    assert answer.proposed == "perhaps: elbow_ant.right"

    QTest.mouseClick(panel.proposals.buttons["right_lower_arm", False], LEFT)

    assert panel.wpi.result.text() == "1 of 19"
    assert not panel.proposals.isVisible()
    values = {each.item: each.value for each in visit_of(open_desk).answers}
    assert values == {"right_upper_arm": "yes", "right_lower_arm": "no"}


def test_counting_nothing_answers_both_areas_in_one_step_of_undo(
    panel: ScoresPanel, open_desk: Desk
) -> None:
    draw(open_desk, "front", RegionShape("elbow_ant.right"))
    panel.read_now()

    QTest.mouseClick(panel.proposals.buttons["right_upper_arm", False], LEFT)

    assert {each.value for each in visit_of(open_desk).answers} == {"no"}
    assert len(visit_of(open_desk).answers) == 2
    open_desk.undo()
    assert visit_of(open_desk).answers == ()


def test_a_click_on_an_area_denies_what_is_drawn_and_a_second_one_takes_it_back(
    panel: ScoresPanel, open_desk: Desk
) -> None:
    draw(open_desk, "back", RegionShape("calf.left"))
    panel.read_now()
    chip = panel.checklist.chip("left_lower_leg")

    QTest.mouseClick(chip, LEFT)

    assert panel.wpi.result.text() == "0 of 19"
    assert chip.accessibleName() == f"LEFT lower leg: {AreaState.DENIED.value}"
    QTest.mouseClick(chip, LEFT)
    assert panel.wpi.result.text() == "1 of 19"
    assert visit_of(open_desk).answers == ()


def test_an_area_that_was_not_drawn_can_be_ticked_with_the_keyboard(
    panel: ScoresPanel, open_desk: Desk
) -> None:
    chip = panel.checklist.chip("chest")
    chip.setFocus()

    QTest.keyClick(chip, Qt.Key.Key_Space)

    assert panel.wpi.result.text() == "1 of 19"
    (answer,) = visit_of(open_desk).answers
    assert (answer.item, answer.value, answer.proposed) == ("chest", "yes", "")


def test_symptom_severity_is_asked_only_when_the_doctor_wants_to(
    panel: ScoresPanel, open_desk: Desk
) -> None:
    assert not panel.questions.isVisible()

    QTest.mouseClick(panel.ask_button, LEFT)

    assert panel.questions.isVisible()
    for item in ("fatigue", "waking_unrefreshed", "cognitive"):
        panel.questions.items[item].chip(3).click()
    for item in ("headaches", "lower_abdominal_pain", "depression"):
        panel.questions.items[item].chip(0).click()
    assert panel.severity.result.text() == "9 of 12"
    assert len(visit_of(open_desk).answers) == 6
    panel.questions.items["fatigue"].chip(3).click()
    assert panel.severity.result.text() == "1 item of 6 not asked"
    assert len(visit_of(open_desk).answers) == 5


def test_the_criteria_speak_of_thresholds_and_never_of_a_diagnosis(
    panel: ScoresPanel, open_desk: Desk
) -> None:
    for area in ("left_upper_arm", "right_upper_arm", "left_upper_leg", "right_upper_leg", "neck"):
        panel.checklist.chip(area).click()
    QTest.mouseClick(panel.ask_button, LEFT)
    for item in ("fatigue", "waking_unrefreshed", "cognitive"):
        panel.questions.items[item].chip(3).click()
    for item in ("headaches", "lower_abdominal_pain", "depression"):
        panel.questions.items[item].chip(0).click()
    assert "not asked" in panel.criteria_words.text()

    panel.questions.duration.chip(True).click()

    assert panel.wpi.result.text() == "5 of 19"
    assert panel.generalized.result.text() == "reached"
    words = panel.criteria_words.text()
    assert words == "Thresholds reached by what was entered; no diagnosis."
    panel.questions.duration.chip(False).click()
    words = panel.criteria_words.text()
    assert words == "Thresholds not reached by what was entered; no diagnosis."


def test_every_score_shows_its_definition_and_source_after_one_click(
    panel: ScoresPanel,
) -> None:
    for section in panel.sections:
        assert section.meaning.isHidden()

        QTest.mouseClick(section.about, LEFT)

        assert not section.meaning.isHidden()
        assert "Source: " in section.meaning.text()
        assert len(section.meaning.text()) > 60
        assert section.about.accessibleName().endswith("definition and source")


def test_segments_are_listed_when_they_are_asked_for(panel: ScoresPanel, open_desk: Desk) -> None:
    draw(open_desk, "back", RegionShape("calf.left"))
    panel.read_now()
    assert panel.choir.result.text() == "1 of 74"

    panel.choir_list.opener.click()

    assert "233 LEFT lower leg" in panel.choir_list.list.text()


def test_colours_by_night_leave_no_text_behind(panel: ScoresPanel, open_desk: Desk) -> None:
    draw(open_desk, "back", RegionShape("calf.left"))

    panel.set_colours(theme.DARK)
    panel.read_now()

    assert panel.wpi.result.text() == "1 of 19"
    assert not panel.grab().isNull()


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.0004, "less than 0.1 %"),
        (0.0236, "2.4 %"),
        (0.1374, "14 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_are_said_as_finely_as_they_are_worth(share: float | None, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (None, "–"),
        (-0.62, "more on the LEFT, index\u00a0−0.62"),
        (0.5, "more on the RIGHT, index\u00a0+0.50"),
        (1.0, "only on the RIGHT, index\u00a0+1.00"),
        (0.04, "about even, index\u00a0+0.04"),
        (-0.001, "about even, index\u00a0+0.00"),
    ],
)
def test_the_laterality_index_is_said_with_the_patients_side(
    index: float | None, words: str
) -> None:
    assert laterality_words(index) == words


def test_a_large_drawing_is_read_away_from_the_window(
    panel: ScoresPanel, open_desk: Desk, qtbot: QtBot
) -> None:
    panel.hide()
    for number in range(2 * MOST_READ_AT_ONCE):
        x, y = -70 + 3 * number, 180 + 6 * number
        path = tuple(FigurePoint(x + i, y + 2 * i) for i in range(20))
        draw(open_desk, "back", StrokeShape(path, 12.0), number % 11)

    panel.show()
    assert panel.place_facts.words["Regions"] == "0"
    draw(open_desk, "front", RegionShape("forehead.left"), 10)
    panel.read_now()

    front = "Front view"
    qtbot.waitUntil(lambda: panel.extent_facts.words.get(front, "0 %") != "0 %", timeout=20_000)
    assert int(panel.place_facts.words["Regions"]) > 10


def test_closing_the_visit_while_it_is_read_harms_nothing(
    panel: ScoresPanel, open_desk: Desk, qtbot: QtBot
) -> None:
    panel.hide()
    for number in range(MOST_READ_AT_ONCE + 1):
        path = tuple(FigurePoint(number + i, 180 + 5 * number + i) for i in range(20))
        draw(open_desk, "back", StrokeShape(path, 12.0))
    panel.show()
    patient = visit_of(open_desk).patient_id

    open_desk.close_visit()
    open_desk.show_visit(open_desk.clinic.new_visit(patient))
    panel.read_now()

    qtbot.waitUntil(lambda: open_desk.jobs.busy == 0, timeout=20_000)
    assert panel.place_facts.words["Regions"] == "0"
