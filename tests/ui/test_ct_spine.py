"""The spine through the window: proposed on the phantom, confirmed, named, moved, and held to."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import (
    LandmarkKind,
    LandmarkStatus,
    LevelBasis,
    SideBasis,
    Transitional,
)
from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.domain.sentences import planned_sentence, visit_sentences
from painmap.imaging.reslice import Plane
from painmap.imaging.spine_line import BODY, SpineLine, SpineMark
from painmap.phantom import PatientPosition, Phantom, PhantomOptions, make_phantom, write_series
from painmap.services.needle_paths import facts_of
from painmap.services.plan_sheet import plan_sheet
from painmap.ui.ct_paint import DrawnMark, MarkKind
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, demonstration, opened_sample

pytestmark = pytest.mark.xdist_group("spine_phantom")

TIP = LandmarkKind.SPINOUS_PROCESS
LUMBAR = (Level.L1, Level.L2, Level.L3, Level.L4, Level.L5)
WHOLE = {
    "rows": 200,
    "columns": 200,
    "slices": 72,
    "slice_step_mm": 4.0,
    "pixel_spacing": (2.0, 2.0),
    "noise_hu": 8.0,
}
Made = tuple[Phantom, Path]
Make = Callable[..., Made]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Make a phantom with some changes, once each."""
    known: dict[str, Made] = {}

    def made(**changes: object) -> Made:
        name = repr(sorted(changes.items()))
        if name not in known:
            phantom = run_to_end(make_phantom(PhantomOptions(**{**WHOLE, **changes})))  # type: ignore[arg-type]  # of the options
            folder = tmp_path_factory.mktemp("spine")
            run_to_end(write_series(phantom, folder))
            known[name] = phantom, folder
        return known[name]

    return made


class SpineHands(CtHands):
    """A page with a phantom open, whose spine has been looked for."""

    def __init__(self, desk: Desk, qtbot: QtBot, made: Made) -> None:
        super().__init__(desk, qtbot, demonstration())
        self.phantom, folder = made
        self.open_best(folder)

    @property
    def work(self):  # type: ignore[no-untyped-def]  # the work on the spine, for short
        return self.page.annotator.spine

    def confirm(self, words: str = "No, confirm") -> None:
        self.answer_side(words)
        self.settle()

    def tip(self, level: Level) -> PatientPoint:
        """Where the spinous process of a level is shown."""
        return next(
            each.point
            for each in self.work.spine.landmarks
            if each.kind is TIP and each.level is level
        )

    def marks(self, plane: Plane) -> list[DrawnMark]:
        """What lies over the picture of a plane."""
        shown = self.page.viewer.shown[plane]
        return list(self.page.annotator.marks(shown, small=False))

    def target(self, side: Side = Side.LEFT, level: Level = Level.L3) -> PatientPoint:
        """Place a target in the erector spinae."""
        self.choose("erector_spinae", side)
        point = self.phantom.target("erector_spinae", side, level)
        self.click(point, ToolName.TARGET)
        return point

    def sentence(self) -> str:
        return planned_sentence(self.visit.planned_sites[-1], self.desk.muscles)


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, make: Make) -> SpineHands:
    return SpineHands(desk, qtbot, make())


# --- proposed


def test_on_an_open_ct_a_spine_is_proposed_and_nothing_is_recorded(hands: SpineHands) -> None:
    question = hands.page.annotator.question

    assert question is not None
    assert question.title == (
        "Proposed spine: T12 to S1, counted up from the sacrum. Is there a transitional vertebra?"
    )
    assert hands.visit.landmarks == hands.visit.level_counts == ()


@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL])
def test_a_proposal_is_dashed_in_every_plane_with_its_levels(
    hands: SpineHands, plane: Plane
) -> None:
    hands.look_at(hands.tip(Level.L3))

    marks = hands.marks(plane)
    lines = [mark for mark in marks if mark.kind is MarkKind.SPINE]
    names = {mark.label for mark in marks if mark.kind is MarkKind.LEVEL}
    assert len(lines) == 1
    assert all(mark.proposed for mark in (*lines, *marks) if mark.kind is not MarkKind.LEVEL)
    if plane is Plane.AXIAL:
        assert names in ({"L3 proposed"}, {"L4 proposed"})
    else:
        assert {f"{level} proposed" for level in LUMBAR} <= names
    hands.confirm()
    hands.look_at(hands.tip(Level.L3))
    marks = hands.marks(plane)
    assert not any(mark.proposed for mark in marks)
    assert not any("proposed" in mark.label for mark in marks)


def test_in_a_coronal_picture_a_name_stands_at_the_body_that_is_seen_there(
    hands: SpineHands,
) -> None:
    levels = hands.phantom.levels
    hands.look_at(levels[Level.L3].body_centre)
    hands.page.viewer.draw()
    view = hands.page.viewer.views[Plane.CORONAL]
    placement = view.placement
    assert placement is not None

    for level in (Level.L1, Level.L2, Level.L3, Level.L4):
        (mark,) = (
            each
            for each in view.scene_shown.marks
            if each.kind is MarkKind.LEVEL and each.label.startswith(level.value)
        )
        found = placement.view_of(levels[level].body_centre)
        process = placement.view_of(levels[level].spinous_tip)
        assert found is not None
        assert process is not None
        assert abs(mark.points[0][1] - found[0][1]) < 8.0
        assert abs(mark.points[0][1] - found[0][1]) < abs(mark.points[0][1] - process[0][1])


def test_until_it_is_confirmed_nothing_is_read_from_it(hands: SpineHands) -> None:
    hands.choose("erector_spinae", Side.LEFT, Level.L3)
    hands.click(hands.phantom.target("erector_spinae", Side.LEFT, Level.L3), ToolName.TARGET)

    (site,) = hands.visit.planned_sites
    assert site.side_check.basis is SideBasis.NOT_CHECKED
    assert site.level_check.basis is LevelBasis.UNCERTAIN
    assert ", L3, level uncertain, " in hands.sentence()
    hands.page.choose_tool(ToolName.ENTRY)
    hands.settle()
    hands.page.annotator.needle.panel.positions.chip(ProcedurePosition.PRONE).click()
    hands.settle()
    reading = hands.page.annotator.needle.panel.reading.text()
    assert " of the proposed midline, " in reading
    assert "level uncertain" in reading
    (facts,) = facts_of(hands.visit).values()
    assert facts.place_words == "no midline is marked near, level uncertain"


def test_one_answer_confirms_all_and_one_undo_takes_it_back(hands: SpineHands) -> None:
    hands.confirm()

    landmarks = hands.visit.landmarks
    assert {each.status for each in landmarks} == {LandmarkStatus.CONFIRMED}
    (count,) = hands.visit.level_counts
    assert (count.level, count.transitional, count.confirmed) == (Level.L4, Transitional.NO, True)
    for level in LUMBAR:
        assert (
            np.linalg.norm(np.subtract(hands.tip(level), hands.phantom.levels[level].spinous_tip))
            < 6
        )
    hands.desk.undo()
    assert hands.visit.landmarks == hands.visit.level_counts == ()
    assert hands.work.spine.is_proposal, "what was found is proposed again"
    hands.desk.redo()
    assert [each.id for each in hands.visit.landmarks] == [each.id for each in landmarks]


def test_what_was_marked_before_is_held_against_the_spine_that_is_confirmed(
    hands: SpineHands,
) -> None:
    hands.target(Side.LEFT, Level.L3)
    hands.page.annotator.spine.ask()

    hands.confirm()

    (site,) = hands.visit.planned_sites
    assert site.side_check.basis is SideBasis.AGREES
    assert site.side_check.midline, "with the landmarks that it was read from"
    hands.desk.undo()
    assert hands.visit.planned_sites[0].side_check.basis is SideBasis.NOT_CHECKED


def test_a_target_takes_its_level_from_the_confirmed_spine(hands: SpineHands) -> None:
    hands.confirm()

    hands.target(Side.RIGHT, Level.L2)

    (site,) = hands.visit.planned_sites
    assert site.level is Level.L2
    assert site.level_check.basis is LevelBasis.AGREES
    assert ", L2, considered, " in hands.sentence()


def test_another_level_than_the_spine_says_is_told(hands: SpineHands) -> None:
    hands.confirm()
    hands.choose("erector_spinae", Side.LEFT, Level.L5)

    hands.click(hands.phantom.target("erector_spinae", Side.LEFT, Level.L2), ToolName.TARGET)

    assert "L5 as entered, L2 by the marked spine" in hands.sentence()


def test_unsure_of_a_transitional_vertebra_every_level_stays_uncertain(hands: SpineHands) -> None:
    hands.confirm("Unsure, confirm")

    hands.choose("erector_spinae", Side.LEFT, Level.L3)
    hands.click(hands.phantom.target("erector_spinae", Side.LEFT, Level.L3), ToolName.TARGET)

    assert ", L3, level uncertain, " in hands.sentence()
    assert hands.visit.planned_sites[0].side_check.basis is SideBasis.AGREES, "sides are certain"
    said = " ".join(visit_sentences(hands.visit, hands.desk.muscles))
    assert "transitional vertebra: unsure: level uncertain" in said
    sheet = plan_sheet(
        hands.desk.open_visit.patient,
        hands.visit,
        hands.desk.muscles,
        reading=hands.page.annotator.needle.reader.reading_of_site,
        now=hands.desk.now,
        version="1",
    )
    assert sheet.sites[0].title == "LEFT erector spinae, L3, level uncertain"
    hands.page.choose_tool(ToolName.MIDLINE)
    hands.work.panel.transitional.chip(Transitional.NO).click()
    assert ", L3, considered, " in hands.sentence()


def test_a_level_that_is_not_confirmed_is_uncertain_on_the_measures_too(hands: SpineHands) -> None:
    hands.answer_side("Later")
    plane = hands.page.session.stack.slice_geometry(30)

    assert hands.work.spine.level_of_slice(plane) is None
    hands.work.ask()
    hands.confirm()
    assert hands.work.spine.level_of_slice(plane) is not None


def test_a_first_depth_takes_five_actions(desk: Desk, qtbot: QtBot, make: Make) -> None:
    """Drop, confirm levels and midline, point, entry, position; besides what is to be treated."""
    phantom, folder = make()
    hands = SpineHands.__new__(SpineHands)
    CtHands.__init__(hands, desk, qtbot, demonstration())
    actions: list[str] = []

    def act(what: str, do: Callable[[], object]) -> None:
        actions.append(what)
        do()
        hands.settle()

    act("drop", lambda: hands.page.open_folder(folder, attach_best=True))
    act("confirm levels and midline", lambda: hands.answer_side("No, confirm"))
    hands.choose("erector_spinae", Side.LEFT)
    hands.page.choose_tool(ToolName.TARGET)
    point = phantom.target("erector_spinae", Side.LEFT, Level.L3)
    hands.look_at(point)
    act("point", lambda: hands.click(point))
    act("entry", lambda: hands.page.choose_tool(ToolName.ENTRY))
    needle = hands.page.annotator.needle
    act("prone", needle.panel.positions.chip(ProcedurePosition.PRONE).click)

    assert len(actions) == 5
    words = needle.panel.reading.text()
    assert " mm LEFT of the midline, " in words
    assert " deep on the supine CT " in words
    assert "uncertain" not in words


# --- named, marked, moved, removed


def test_naming_one_level_counts_the_others(hands: SpineHands) -> None:
    hands.answer_side("Change")
    hands.look_at(hands.tip(Level.L4))

    hands.name_level(Level.L5, answer=None)

    assert hands.tip(Level.L5) == pytest.approx(hands.phantom.levels[Level.L4].spinous_tip, abs=6)
    assert {each.status for each in hands.visit.landmarks} == {LandmarkStatus.PROPOSED}
    assert not hands.work.spine.counts_certainly
    hands.work.panel.transitional.chip(Transitional.YES).click()
    hands.work.panel.confirm.click()
    assert hands.work.spine.counts_certainly
    assert hands.work.panel.state.whole.endswith("transitional vertebra: yes")
    for _ in range(3):
        hands.desk.undo()
    assert hands.visit.landmarks == ()


def test_a_process_is_moved_by_the_hand_in_two_planes(hands: SpineHands) -> None:
    hands.confirm()
    before = hands.tip(Level.L3)
    hands.page.choose_tool(ToolName.MIDLINE)
    hands.look_at(before)

    hands.drag(hands.pixel(before), hands.pixel(before._replace(x=before.x + 10)))
    aside = hands.tip(Level.L3)
    hands.look_at(aside)
    low = aside._replace(z=aside.z - 8)
    hands.drag(
        hands.pixel(aside, Plane.SAGITTAL), hands.pixel(low, Plane.SAGITTAL), plane=Plane.SAGITTAL
    )

    after = hands.tip(Level.L3)
    assert after == pytest.approx((before.x + 10, before.y, before.z - 8), abs=1.5)
    mark = next(each for each in hands.visit.landmarks if each.point == after)
    assert mark.status is LandmarkStatus.MARKED
    hands.desk.undo()
    hands.desk.undo()
    assert hands.tip(Level.L3) == before


def test_a_process_is_removed_and_marked_again(hands: SpineHands) -> None:
    hands.confirm()
    hands.page.choose_tool(ToolName.MIDLINE)
    tip = hands.tip(Level.L2)
    hands.look_at(tip)
    hands.click(tip)
    hands.key(Qt.Key.Key_Delete)
    assert Level.L2 not in {each.level for each in hands.visit.landmarks if each.kind is TIP}

    hands.click(tip, ToolName.MIDLINE)

    again = next(each for each in hands.visit.landmarks if each.status is LandmarkStatus.MARKED)
    assert (again.kind, again.level) == (TIP, Level.L2)
    assert hands.work.spine.counts_certainly


def test_a_click_in_a_vertebral_body_is_taken_as_that(hands: SpineHands) -> None:
    hands.answer_side("Later")
    hands.work.drop()
    hands.page.choose_tool(ToolName.MIDLINE)

    hands.click(hands.phantom.levels[Level.L3].body_centre, ToolName.MIDLINE)

    (mark,) = hands.visit.landmarks
    assert mark.kind is BODY
    assert "vertebral body" in hands.page.bar.hint.whole
    hands.click(hands.phantom.levels[Level.L3].spinous_tip, ToolName.MIDLINE)
    assert {each.kind for each in hands.visit.landmarks} == {TIP, BODY}
    hands.work.panel.kinds.chip(BODY).click()
    assert {each.kind for each in hands.visit.landmarks} == {BODY}, "and may be said to be one"


def test_a_vertebra_that_was_passed_over_is_said(hands: SpineHands) -> None:
    hands.confirm()
    hands.page.choose_tool(ToolName.MIDLINE)
    hands.look_at(hands.tip(Level.L3))
    hands.drag(
        hands.pixel(hands.tip(Level.L3), Plane.SAGITTAL),
        hands.pixel(hands.tip(Level.L3)._replace(z=hands.tip(Level.L3).z - 22), Plane.SAGITTAL),
        plane=Plane.SAGITTAL,
    )

    assert "mm apart: one may have been passed over, or marked twice." in hands.work.panel.odd.whole


def test_a_dropped_proposal_does_not_come_back(hands: SpineHands) -> None:
    hands.answer_side("Change")

    hands.work.panel.drop.click()

    assert hands.work.spine.landmarks == ()
    hands.work.offer()
    hands.settle()
    assert hands.work.spine.landmarks == ()
    hands.work.panel.propose.click()
    hands.settle()
    assert hands.work.spine.is_proposal, "but it can be asked for"


def test_finding_the_spine_keeps_what_was_marked_by_hand(hands: SpineHands) -> None:
    hands.answer_side("Later")
    hands.work.drop()
    tip = hands.phantom.levels[Level.L4].spinous_tip
    hands.click(tip, ToolName.MIDLINE)
    hands.name_level(Level.L4)

    hands.work.panel.propose.click()
    hands.settle()

    mine = [each for each in hands.visit.landmarks if each.status is LandmarkStatus.MARKED]
    assert [each.level for each in mine] == [Level.L4]
    near = [each for each in hands.visit.landmarks if each.kind is TIP and each.level is Level.L4]
    assert near == mine
    assert not hands.work.spine.counts_certainly
    hands.confirm()
    assert hands.work.spine.counts_certainly


# --- later visits


def test_a_confirmed_spine_is_there_in_the_next_visit(hands: SpineHands, make: Make) -> None:
    hands.confirm()
    before = {each.id for each in hands.visit.landmarks}
    study, patient = hands.visit.attached_studies[0], hands.desk.open_visit.patient
    hands.desk.close_visit()
    hands.settle()
    hands.desk.show_visit(hands.desk.clinic.new_visit(patient.id))
    hands.settle()

    hands.page.reopen(study)
    hands.settle()

    assert {each.id for each in hands.visit.landmarks} == before
    assert hands.page.annotator.question is None, "nothing is proposed anew"
    assert hands.work.spine.counts_certainly


# --- against the phantom's truth


CASES = {
    **{each.value: {"patient_position": each} for each in PatientPosition},
    "scoliotic": {"scoliosis_mm": 20.0, "off_centre_mm": 30.0, "rotation_deg": 6.0},
    "turned": {"rotation_deg": -12.0},
    "tilted": {"gantry_tilt_deg": 12.0},
}


def truth_line(phantom: Phantom) -> SpineLine:
    levels = phantom.levels.items()
    return SpineLine(
        [
            *(SpineMark(truth.spinous_tip, level) for level, truth in levels),
            *(SpineMark(truth.body_centre, level, BODY) for level, truth in levels),
        ]
    )


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_confirmed_words_and_mirroring_hold_against_the_truth(
    desk: Desk, qtbot: QtBot, make: Make, changes: dict[str, object]
) -> None:
    hands = SpineHands(desk, qtbot, make(**changes))
    hands.confirm()
    truth = truth_line(hands.phantom)

    for side, level in ((Side.LEFT, Level.L2), (Side.RIGHT, Level.L4)):
        point = hands.phantom.target("erector_spinae", side, level)
        place, wanted = hands.work.spine.place_of(point), truth.place_of(point)
        assert place is not None
        assert wanted is not None
        assert place.side is side
        assert place.offset_mm == pytest.approx(wanted.offset_mm, abs=2.5)
        typed = hands.work.spine.line.point_of(wanted, point.y)
        across, _, along = abs(np.subtract(typed, point))
        assert across < 3.0, "the words of the truth lead to the place, and the other way round"
        assert along < 6.0
        again = hands.work.spine.line.point_of(place, point.y)
        assert np.linalg.norm(np.subtract(again, point)) < 0.01
        assert level in hands.work.spine.levels_at(point)
    line = hands.work.spine.doctors_line
    for muscle in ("erector_spinae", "quadratus_lumborum"):
        point = hands.phantom.target(muscle, Side.LEFT, Level.L3)
        other = line.mirrored(point)

        assert hands.phantom.structure_at(other) == (muscle, Side.RIGHT)


def test_slices_belong_to_the_levels_of_the_truth(hands: SpineHands) -> None:
    hands.confirm()
    stack = hands.page.session.stack

    right = wrong = 0
    for k in range(len(stack.slices)):
        plane = stack.slice_geometry(k)
        z = plane.patient_point(0, 0).z
        for level in LUMBAR:
            low, high = hands.phantom.levels[level].z_range
            if low + 3 < z < high - 3:
                right += hands.work.spine.level_of_slice(plane) is level
                wrong += hands.work.spine.level_of_slice(plane) is not level
    assert wrong == 0
    assert right > 30


# --- on real CT


@pytest.mark.shared_data
def test_a_spine_found_on_one_series_serves_the_oblique_blocks_of_another(
    desk: Desk, qtbot: QtBot, shared_data: Path
) -> None:
    hands = opened_sample(desk, qtbot, shared_data / "lumbar-ct-cc0")
    page = hands.page
    stacks = page.session.disk.all_stacks
    sagittal = next(each for each in stacks if len(each.slices) == 38)
    page.showing.show_stack(sagittal)
    hands.settle()

    question = page.annotator.question
    assert question is not None
    assert "to S1, counted up from the sacrum" in question.title
    hands.answer_side("No, confirm")
    block = next(each for each in stacks if len(each.slices) == 21)
    page.showing.show_stack(block)
    hands.settle()

    spine = page.annotator.spine.spine
    plane = block.slice_geometry(10)
    level = spine.level_of_slice(plane)
    assert level is not None
    shown = page.viewer.shown[page.session.native]
    marks = page.annotator.marks(shown, small=False)
    assert any(mark.kind is MarkKind.SPINE and not mark.proposed for mark in marks)
    middle = spine.line.midline_at(float(plane.patient_point(256, 256).z))
    hands.choose("multifidus", Side.LEFT)
    target = PatientPoint(middle.x + 22, middle.y - 15, middle.z)
    hands.click(target, ToolName.TARGET)
    (site,) = hands.visit.planned_sites
    assert site.side_check.basis is SideBasis.AGREES
    assert site.level_check.basis is LevelBasis.AGREES


@pytest.mark.shared_data
def test_the_spine_of_a_labelled_ct_is_proposed_in_the_window(
    desk: Desk, qtbot: QtBot, shared_data: Path
) -> None:
    folder = shared_data / "dicom-cases" / "03_labelled_lumbar_truth" / "dicom"
    hands = opened_sample(desk, qtbot, folder)

    question = hands.page.annotator.question
    assert question is not None
    assert question.title.startswith("Proposed spine: T12 to S1, counted up from the sacrum.")


def test_the_question_lies_at_the_foot_of_the_pictures_and_can_be_read(hands: SpineHands) -> None:
    question = hands.page.annotator.question
    assert question is not None
    as_it_came = hands.page.size()
    for size in (as_it_came, QSize(1080, 700), QSize(760, 700)):
        hands.page.resize(size)
        hands.settle()

        pictures = hands.page.viewer.geometry()
        assert 0 < pictures.bottom() - question.geometry().bottom() < 40
        assert pictures.contains(question.geometry()), "the tools beside it can be reached"
        assert question.height() < hands.page.viewer.height() / 3
        large = hands.page.viewer.views[Plane.AXIAL]
        if large.width() > question.minimumSizeHint().width() + 40:
            # the other planes stay free: what is asked about is seen on them
            assert question.width() <= large.width()
        for words, made in question.buttons.items():
            assert made.width() >= made.sizeHint().width(), words
