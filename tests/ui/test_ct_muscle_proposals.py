"""Muscles proposed with one click: dashed, accepted one by one, taken back with one undo."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.compartment import Compartment, CompartmentStatus
from painmap.domain.injection import SideBasis
from painmap.domain.progress import run_to_end
from painmap.imaging.reslice import Plane
from painmap.phantom import Phantom, PhantomOptions, make_phantom, write_series
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, demonstration
from tests.support.proposals import DEEP_BACK, PSOAS, QUADRATUS, truth_of

pytestmark = pytest.mark.xdist_group("proposal_phantom")

OPTIONS = PhantomOptions(
    rows=256, columns=256, slices=72, slice_step_mm=4.0, pixel_spacing=(1.6, 1.6), noise_hu=8.0
)
ALL = {(name, side) for name in (DEEP_BACK, PSOAS, QUADRATUS) for side in (Side.LEFT, Side.RIGHT)}


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return run_to_end(make_phantom(OPTIONS))


@pytest.fixture(scope="module")
def series(phantom: Phantom, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("proposals")
    run_to_end(write_series(phantom, folder))
    return folder


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, series: Path) -> Iterator[CtHands]:
    made = CtHands(desk, qtbot, demonstration())
    made.open_best(series)
    yield made
    made.settle()


def propose(hands: CtHands) -> None:
    if hands.page.work.list.isHidden():
        hands.page.work.toggle_list()
    hands.page.work.list.propose.click()
    hands.settle()


def mask_of(hands: CtHands, one: Compartment) -> np.ndarray:
    masks = hands.page.work.muscles.masks(one)
    assert masks is not None
    whole = np.zeros(hands.page.session.stack.shape, dtype=bool)
    for k, painted in masks.slices.items():
        whole[k] = painted.mask.whole()
    return whole


def test_one_click_proposes_six_muscles_on_their_own_sides(
    hands: CtHands, phantom: Phantom
) -> None:
    hands.answer_side("No, confirm")
    hands.settle()
    before = hands.visit

    propose(hands)

    made = {(each.muscle_id, each.side): each for each in hands.visit.live_compartments}
    assert set(made) == ALL
    assert {each.status for each in made.values()} == {CompartmentStatus.PROPOSED}
    truth = truth_of(phantom)
    for key, one in made.items():
        mask = mask_of(hands, one)
        held = float((mask & truth[key]).sum()) / float(mask.sum())
        assert held > 0.7, key
        assert one.side_check.basis is SideBasis.AGREES
    assert "Proposed 6 muscles: dashed" in hands.said[-1]
    assert len({each.colour for each in made.values()}) == 6

    hands.page.viewer.draw()
    areas = hands.page.viewer.views[Plane.AXIAL].scene_shown.areas
    assert areas
    assert all(area.filled for area in areas), "a dashed rim"
    hands.desk.undo()
    hands.settle()
    assert hands.visit.live_compartments == before.live_compartments == ()


def test_nothing_is_proposed_before_the_spine_is_confirmed(hands: CtHands) -> None:
    hands.page.annotator.sides.leave()

    propose(hands)

    assert hands.visit.live_compartments == ()
    assert hands.said[-1].startswith("Confirm the proposed spine first")


def test_without_a_spine_it_says_what_to_mark(hands: CtHands) -> None:
    hands.page.annotator.sides.leave()
    hands.page.annotator.spine.drop()

    propose(hands)

    assert hands.visit.live_compartments == ()
    assert "vertebral bodies" in hands.said[-1]


def test_what_the_doctor_has_stays_and_a_proposal_is_accepted_by_itself(hands: CtHands) -> None:
    hands.answer_side("No, confirm")
    hands.settle()
    propose(hands)
    psoas = next(
        each
        for each in hands.visit.live_compartments
        if (each.muscle_id, each.side) == (PSOAS, Side.LEFT)
    )
    hands.page.work.choose(psoas)
    assert "proposed by painmap from bone, HU and usual shapes" in (
        hands.page.work.list.facts.text()
    )
    hands.page.work.list.accept.click()
    hands.settle()
    for each in hands.visit.live_compartments:
        if each.id != psoas.id and each.muscle_id != QUADRATUS:
            hands.page.work.remove(each)
    hands.settle()

    propose(hands)

    made = {(each.muscle_id, each.side): each for each in hands.visit.live_compartments}
    assert set(made) == ALL
    assert made[PSOAS, Side.LEFT].id == psoas.id
    assert made[PSOAS, Side.LEFT].status is CompartmentStatus.ACCEPTED
    assert made[PSOAS, Side.RIGHT].status is CompartmentStatus.PROPOSED
    assert "LEFT psoas major is there already" in hands.said[-1]


def test_a_proposal_is_dropped_at_one_level_and_stays_at_the_others(
    hands: CtHands, phantom: Phantom
) -> None:
    hands.answer_side("No, confirm")
    hands.settle()
    propose(hands)
    psoas = next(
        each
        for each in hands.visit.live_compartments
        if (each.muscle_id, each.side) == (PSOAS, Side.LEFT)
    )
    before = mask_of(hands, psoas)
    hands.page.work.choose(psoas)
    hands.look_at(phantom.target("psoas_major", Side.LEFT, Level.L3))

    hands.page.work.list.drop.click()
    hands.settle()

    after = next(each for each in hands.visit.live_compartments if each.id == psoas.id)
    spine = hands.page.session.spine(hands.visit)
    stack = hands.page.session.stack
    levels = {spine.level_of_slice(stack.slice_geometry(area.k)) for area in after.areas}
    assert Level.L3 not in levels
    assert {Level.L2, Level.L4} <= levels
    kept = mask_of(hands, after)
    for area in after.areas:
        np.testing.assert_array_equal(kept[area.k], before[area.k])
    assert after.status is CompartmentStatus.EDITED
    assert hands.desk.open_visit.undo_label == "take away at L3"


def test_without_certain_levels_no_level_is_dropped(hands: CtHands) -> None:
    hands.answer_side("No, confirm")
    hands.settle()
    propose(hands)
    before = {each.id: each.areas for each in hands.visit.live_compartments}
    hands.page.work.choose(hands.visit.live_compartments[0])
    for landmark in hands.visit.live_landmarks:
        hands.page.annotator.spine.remove(landmark)
    hands.settle()

    hands.page.work.drop_level()

    assert {each.id: each.areas for each in hands.visit.live_compartments} == before
    assert "no certain level" in hands.said[-1]
