from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import Landmark, SideBasis, SideCheck
from painmap.domain.places import PatientPoint
from painmap.domain.sentences import planned_sentence
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, jane, write_body

POSITIONS = ("HFS", "HFP", "FFS", "FFP", "HFDR", "HFDL")
MIDLINE = PatientPoint(30.0, 60.0, -50.0)
"""Far from x = 0: the patient lies off the centre of the table."""

LEFT_OF_IT = PatientPoint(62.0, 40.0, -50.0)
RIGHT_OF_IT = PatientPoint(6.0, 40.0, -50.0)
"""To the patient's right of the midline, though x is positive."""


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> CtHands:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc"))
    made.choose("multifidus", Side.LEFT, Level.L4)
    return made


def _basis(hands: CtHands) -> list[SideBasis]:
    return [site.side_check.basis for site in hands.visit.planned_sites]


def test_the_first_annotation_near_a_level_asks_for_a_spinous_process(hands: CtHands) -> None:
    hands.click(LEFT_OF_IT, ToolName.TARGET)

    question = hands.page.annotator.question
    assert question is not None
    assert "no midline is marked near this level" in question.title
    assert _basis(hands) == [SideBasis.NOT_CHECKED]
    assert "side chosen by the doctor, not checked" in planned_sentence(
        hands.visit.planned_sites[0], hands.desk.muscles
    )
    assert hands.page.bar.side is None, "a side that nothing checks is chosen anew each time"


def test_one_click_on_a_spinous_process_checks_what_was_marked_before(hands: CtHands) -> None:
    hands.click(LEFT_OF_IT, ToolName.TARGET)
    hands.answer_side("Mark spinous process")
    assert hands.page.annotator.tool is ToolName.MIDLINE

    hands.click(MIDLINE)

    (site,), (mark,) = hands.visit.planned_sites, hands.visit.landmarks
    assert site.side_check.basis is SideBasis.AGREES
    assert site.side_check.offset_mm == pytest.approx(32.0, abs=1.5)
    assert site.side_check.midline == ((mark.id, mark.stamp.revision),)
    assert hands.page.annotator.tool is ToolName.TARGET
    hands.desk.undo()
    assert _basis(hands) == [SideBasis.NOT_CHECKED]
    assert hands.visit.landmarks == ()


def test_not_now_is_not_asked_again_near_the_same_level(hands: CtHands) -> None:
    hands.click(LEFT_OF_IT, ToolName.TARGET)
    hands.answer_side("Not now")
    hands.choose("multifidus", Side.LEFT, Level.L4)

    hands.click(PatientPoint(80.0, 30.0, -45.0), ToolName.TARGET)

    assert hands.page.annotator.question is None
    assert len(hands.visit.planned_sites) == 2


def test_a_side_that_fits_the_midline_is_said_to_agree(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)

    hands.click(LEFT_OF_IT, ToolName.TARGET)

    assert _basis(hands) == [SideBasis.AGREES]
    assert "32 mm LEFT of it" in planned_sentence(hands.visit.planned_sites[0], hands.desk.muscles)
    assert hands.page.bar.side is Side.LEFT


@pytest.mark.parametrize("position", POSITIONS)
def test_a_point_on_the_other_side_is_a_question_in_every_position(
    desk: Desk, qtbot: QtBot, tmp_path: Path, position: str
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "disc", position=position))
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(MIDLINE, ToolName.MIDLINE)

    hands.click(RIGHT_OF_IT, ToolName.TARGET)

    question = hands.page.annotator.question
    assert question is not None
    assert "patient's RIGHT of the midline, LEFT was chosen." in question.title
    assert hands.visit.planned_sites == (), "nothing is recorded before the answer"


def test_made_right_is_recorded_with_its_answer(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)

    hands.answer_side("Make it RIGHT")

    (site,) = hands.visit.planned_sites
    assert site.side is Side.RIGHT
    assert site.side_check.basis is SideBasis.AGREES
    assert site.side_check.answer == "made RIGHT, LEFT was chosen"


def test_keeping_the_side_needs_a_reason(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)
    question = hands.page.annotator.question
    assert question is not None
    assert not question.buttons["Keep LEFT"].isEnabled()

    question.reason.setText("scoliosis, the process points to the left")
    hands.answer_side("Keep LEFT")

    (site,) = hands.visit.planned_sites
    assert site.side is Side.LEFT
    assert site.side_check.basis is SideBasis.KEPT_AGAINST
    assert site.side_check.answer == "scoliosis, the process points to the left"
    assert site.side_check.offset_mm == pytest.approx(-24.0, abs=1.5)


def test_a_side_that_was_kept_is_not_asked_about_at_every_drag(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)
    question = hands.page.annotator.question
    assert question is not None
    question.reason.setText("seen on the other side before")
    hands.answer_side("Keep LEFT")

    hands.drag(hands.pixel(RIGHT_OF_IT), hands.pixel(PatientPoint(-10.0, 30.0, -50.0)))

    (site,) = hands.visit.planned_sites
    assert hands.page.annotator.question is None
    assert site.side_check.answer == "seen on the other side before"
    assert site.side_check.offset_mm == pytest.approx(-40.0, abs=1.5)


def test_cancel_records_nothing(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)

    hands.answer_side("Cancel")

    assert hands.visit.planned_sites == ()
    assert hands.page.annotator.question is None


def test_while_a_side_is_asked_no_other_mark_is_taken(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)

    hands.click(LEFT_OF_IT)

    assert hands.visit.planned_sites == ()


def test_within_five_millimetres_the_side_stays_unchecked(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)

    hands.click(PatientPoint(33.0, 40.0, -50.0), ToolName.TARGET)

    (site,) = hands.visit.planned_sites
    assert site.side_check.basis is SideBasis.NOT_CHECKED
    assert site.side_check.offset_mm == pytest.approx(3.0, abs=1.5)
    assert hands.page.annotator.question is None


def test_dragging_a_target_over_the_midline_asks_and_cancel_leaves_it(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(LEFT_OF_IT, ToolName.TARGET)
    before = hands.visit.planned_sites

    hands.drag(hands.pixel(LEFT_OF_IT), hands.pixel(RIGHT_OF_IT))
    hands.answer_side("Cancel")

    assert hands.visit.planned_sites == before


def test_a_midline_marked_later_asks_about_what_lies_on_the_other_side(hands: CtHands) -> None:
    hands.click(RIGHT_OF_IT, ToolName.TARGET)
    hands.answer_side("Mark spinous process")

    hands.click(MIDLINE)

    question = hands.page.annotator.question
    assert question is not None
    assert "LEFT was chosen" in question.title
    hands.answer_side("Make it RIGHT")
    assert hands.visit.planned_sites[0].side is Side.RIGHT
    assert _basis(hands) == [SideBasis.AGREES]


def test_a_moved_landmark_is_cited_in_its_new_revision(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(LEFT_OF_IT, ToolName.TARGET)
    hands.page.choose_tool(ToolName.MIDLINE)

    hands.drag(hands.pixel(MIDLINE), hands.pixel(PatientPoint(22.0, 60.0, -50.0)))

    (mark,), (site,) = hands.visit.landmarks, hands.visit.planned_sites
    assert mark.stamp.revision == 2
    assert site.side_check.midline == ((mark.id, 2),)
    assert site.side_check.offset_mm == pytest.approx(40.0, abs=1.5)


def test_an_answer_survives_a_second_spinous_process(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)
    hands.answer_side("Make it RIGHT")

    hands.click(PatientPoint(26.0, 60.0, -70.0), ToolName.MIDLINE)

    (site,) = hands.visit.planned_sites
    assert len(site.side_check.midline) == 2
    assert site.side_check.basis is SideBasis.AGREES
    assert site.side_check.answer == "made RIGHT, LEFT was chosen"


def _remove(hands: CtHands, mark: Landmark) -> None:
    hands.page.annotator.choose(mark.id)
    hands.key(Qt.Key.Key_Delete)


def test_without_its_spinous_process_a_side_is_no_longer_checked(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)
    hands.answer_side("Make it RIGHT")
    x, y, z = LEFT_OF_IT
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.outline([PatientPoint(x + dx, y + dy, z) for dx, dy in ((-12, -12), (12, -12), (0, 12))])
    hands.click(PatientPoint(2.0, 20.0, -50.0), ToolName.TARGET)
    question = hands.page.annotator.question
    assert question is not None
    question.reason.setText("scoliosis")
    hands.answer_side("Keep LEFT")
    before = hands.visit
    checks = [item.side_check for item in (*before.planned_sites, *before.outlines)]
    assert [check.answer for check in checks] == ["made RIGHT, LEFT was chosen", "scoliosis", ""]

    _remove(hands, hands.visit.landmarks[0])

    assert hands.visit.landmarks == ()
    assert [item.side_check for item in (*hands.visit.planned_sites, *hands.visit.outlines)] == [
        SideCheck(answer=check.answer) for check in checks
    ]
    assert "side chosen by the doctor, not checked" in planned_sentence(
        hands.visit.planned_sites[0], hands.desk.muscles
    )
    hands.desk.undo()
    assert len(hands.visit.landmarks) == 1
    after = [item.side_check for item in (*hands.visit.planned_sites, *hands.visit.outlines)]
    assert after == checks


def test_a_spinous_process_is_not_removed_while_a_mark_waits_for_its_side(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)

    _remove(hands, hands.visit.landmarks[0])

    assert len(hands.visit.landmarks) == 1
    hands.answer_side("Make it RIGHT")
    assert _basis(hands) == [SideBasis.AGREES]


def test_a_removed_spinous_process_asks_about_what_the_next_one_contradicts(
    hands: CtHands,
) -> None:
    hands.click(PatientPoint(30.0, 60.0, -20.0), ToolName.MIDLINE)
    hands.click(PatientPoint(-10.0, 60.0, -50.0), ToolName.MIDLINE)
    hands.click(RIGHT_OF_IT, ToolName.TARGET)
    assert _basis(hands) == [SideBasis.AGREES]

    _remove(hands, hands.visit.landmarks[1])

    question = hands.page.annotator.question
    assert question is not None
    assert "LEFT was chosen" in question.title
    assert _basis(hands) == [SideBasis.NOT_CHECKED]


def test_on_changed_files_nothing_new_is_marked_and_a_site_stays_as_it_was(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    folder = write_body(tmp_path / "disc")
    hands.open_best(folder)
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(LEFT_OF_IT, ToolName.TARGET)
    hands.answer_side("Not now")
    before = hands.visit.planned_sites
    hands.page.close_pictures()
    max(folder.iterdir()).unlink()
    hands.page.reopen(hands.visit.attached_studies[0])
    hands.settle()

    hands.click(PatientPoint(100.0, 60.0, -50.0), ToolName.MIDLINE)

    assert "annotations are shown read-only" in hands.page.session.why_not_annotate
    assert hands.visit.landmarks == ()
    assert hands.visit.planned_sites == before
    assert hands.page.annotator.question is None


def test_an_outline_is_checked_by_its_middle(hands: CtHands) -> None:
    hands.click(MIDLINE, ToolName.MIDLINE)
    x, y, z = RIGHT_OF_IT

    hands.outline([PatientPoint(x + dx, y + dy, z) for dx, dy in ((-12, -12), (12, -12), (0, 12))])
    hands.answer_side("Make it RIGHT")

    assert hands.visit.outlines[0].side is Side.RIGHT


def test_a_muscle_of_the_midline_has_no_side_to_ask_about(hands: CtHands) -> None:
    hands.choose("procerus")

    hands.click(LEFT_OF_IT, ToolName.TARGET)

    assert hands.visit.planned_sites[0].side is Side.MIDLINE
    assert hands.page.annotator.question is None
