"""Whatever a hand does on CT, in any order: undone it is as before, done again as after."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.items import UNSTAMPED
from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.domain.visit import FIELD_OF, Visit
from painmap.imaging.slice_mask import Mask
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import NO_KEYS, CtHands, jane, write_body

Z0, STEP_MM = -100.0, 5.0
STEPS = 14
SHIFT = Qt.KeyboardModifier.ShiftModifier
MUSCLES = ("psoas_major", "erector_spinae", "multifidus")
State = dict[UUID, Any]


def state_of(visit: Visit) -> State:
    """All that is recorded, without who stored it last and when."""
    items = [item for field in FIELD_OF.values() for item in getattr(visit, field)]
    return {item.id: replace(item, stamp=UNSTAMPED) for item in items}


class RandomHand:
    """Does what a doctor could do, by the same mouse and keys."""

    def __init__(self, hands: CtHands, seed: int) -> None:
        self.hands = hands
        self.random = random.Random(seed)
        self.done: list[str] = []
        self.commands: tuple[Callable[[], None], ...] = (
            self.target,
            self.midline,
            self.contour,
            self.contour,
            self.ellipse,
            self.livewire,
            self.grow,
            self.move_outline,
            self.paint,
            self.erase,
            self.fill,
            self.change_muscle,
            self.change_slices,
            self.remove_chosen,
            self.plan_path,
            self.go_back_and_forth,
        )

    def act(self) -> None:
        command = self.random.choice(self.commands)
        self.done.append(command.__name__)
        command()
        self.hands.settle()
        self._answer()

    def _answer(self) -> None:
        """A question stops everything until one of its answers is given."""
        for _ in range(5):
            question = self.hands.page.annotator.question
            if question is None:
                return
            if not question.reason.isHidden():
                question.reason.setText("as seen on the patient")
            open_ = [made for made in question.buttons.values() if made.isEnabled()]
            self.random.choice(open_).click()
            self.hands.settle()
        self.hands.page.annotator.sides.leave()

    def _side(self) -> Side:
        return self.random.choice((Side.LEFT, Side.RIGHT))

    def _point(self, side: Side) -> PatientPoint:
        x = self.random.uniform(25, 60) * (1 if side is Side.LEFT else -1)
        k = self.random.randrange(6, 15)
        return PatientPoint(x, self.random.uniform(10, 50), Z0 + k * STEP_MM)

    def target(self) -> None:
        side = self._side()
        self.hands.choose(self.random.choice(MUSCLES), side, Level.L3)
        self.hands.click(self._point(side), ToolName.TARGET)

    def midline(self) -> None:
        k = self.random.randrange(4, 17)
        self.hands.click(PatientPoint(0.0, 80.0, Z0 + k * STEP_MM), ToolName.MIDLINE)

    def contour(self) -> None:
        side = self._side()
        middle = self._point(side)
        half = self.random.uniform(8, 20)
        self.hands.choose("psoas_major", side)
        corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        self.hands.outline(
            [middle._replace(x=middle.x + a * half, y=middle.y + b * half) for a, b in corners]
        )

    def ellipse(self) -> None:
        side = self._side()
        self.hands.choose(self.random.choice(MUSCLES), side)
        self.hands.page.choose_tool(ToolName.ELLIPSE)
        middle = self._point(side)
        self.hands.look_at(middle)
        half = self.random.uniform(6.0, 12.0)
        corner, other = (
            PatientPoint(middle.x + sign * half, middle.y + sign * half, middle.z)
            for sign in (-1, 1)
        )
        self.hands.drag(self.hands.pixel(corner), self.hands.pixel(other))

    def livewire(self) -> None:
        side = self._side()
        self.hands.choose(self.random.choice(MUSCLES), side)
        self.hands.page.choose_tool(ToolName.LIVEWIRE)
        middle = self._point(side)
        self.hands.look_at(middle)
        half = self.random.uniform(6.0, 12.0)
        for a, b in ((-1, -1), (1, -1), (0, 1)):
            self.hands.click(middle._replace(x=middle.x + a * half, y=middle.y + b * half))
        self.hands.key(Qt.Key.Key_Return)

    def grow(self) -> None:
        side = self._side()
        self.hands.choose(self.random.choice(MUSCLES), side)
        middle = self._point(side)
        keys = self.random.choice((NO_KEYS, Qt.KeyboardModifier.ShiftModifier))
        line = [middle._replace(x=middle.x + x) for x in (-8.0, 0.0, 8.0)]
        self.hands.stroke(line, ToolName.GROW, keys=keys)

    def move_outline(self) -> None:
        outlines = self.hands.visit.live_outlines
        if not outlines:
            return
        outline = self.random.choice(outlines)
        one, other = outline.points[:2]
        edge = PatientPoint(*((a + b) / 2 for a, b in zip(one, other, strict=True)))
        self.hands.page.choose_tool(ToolName.OUTLINE)
        self.hands.look_at(edge)
        there = PatientPoint(edge.x + self.random.uniform(-6, 6), edge.y + 5.0, edge.z)
        self.hands.drag(self.hands.pixel(edge), self.hands.pixel(there))

    def paint(self, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        side = self._side()
        start = self._point(side)
        self.hands.choose("psoas_major", side)
        line = [start._replace(y=start.y + 3.0 * step) for step in range(6)]
        self.hands.stroke(line, ToolName.BRUSH, keys=keys)

    def erase(self) -> None:
        self.paint(SHIFT)

    def fill(self) -> None:
        self.hands.key(Qt.Key.Key_F)

    def change_muscle(self) -> None:
        lines = self.hands.page.work.list.lines
        if lines:
            self.random.choice(lines).name.click()
            panel = self.hands.page.work.list
            self.random.choice((panel.accept, panel.lock)).click()

    def change_slices(self) -> None:
        panel = self.hands.page.work.list
        if panel.lines:
            self.random.choice(panel.lines).name.click()
            self.random.choice([*panel.buttons.values(), panel.copy, panel.mirror]).click()

    def remove_chosen(self) -> None:
        sites = [*self.hands.visit.live_planned_sites, *self.hands.visit.live_outlines]
        if sites:
            self.hands.page.annotator.choose(self.random.choice(sites).id)
            self.hands.page.annotator.delete()

    def plan_path(self) -> None:
        sites = self.hands.visit.live_planned_sites
        if sites:
            self.hands.page.annotator.choose(self.random.choice(sites).id)
            self.hands.page.choose_tool(ToolName.ENTRY)
            self.hands.settle()
            chip = self.random.choice((ProcedurePosition.PRONE, ProcedurePosition.SUPINE))
            self.hands.page.annotator.needle.panel.positions.chip(chip).click()

    def go_back_and_forth(self) -> None:
        for step in (self.hands.desk.undo, self.hands.desk.undo, self.hands.desk.redo):
            label = self.hands.desk.open_visit.undo_label or ""
            if step == self.hands.desk.undo and label.startswith("attach"):
                continue  # without the CT there is nothing to go on with
            step()
            self.hands.settle()


def masks_of(hands: CtHands) -> dict[UUID, dict[int, Mask]]:
    """The voxels of every muscle, as they come out of the record."""
    found = {}
    for each in hands.visit.live_compartments:
        masks = hands.page.work.muscles.masks(each)
        assert masks is not None
        found[each.id] = {k: painted.mask.whole() for k, painted in masks.slices.items()}
    return found


@pytest.mark.parametrize("seed", range(6))
def test_random_gestures_undone_give_the_first_state_and_done_again_the_last(
    desk: Desk, qtbot: QtBot, tmp_path: Path, seed: int
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "disc"))
    first = state_of(hands.visit)
    hand = RandomHand(hands, seed)

    for _ in range(STEPS):
        hand.act()
    last, voxels = state_of(hands.visit), masks_of(hands)
    assert last != first, hand.done
    undone = 0
    while state_of(hands.visit) != first:
        assert desk.open_visit.undo_label is not None, f"{hand.done} is not undone"
        desk.undo()
        hands.settle()
        undone += 1
    assert masks_of(hands) == {}
    for _ in range(undone):
        desk.redo()
        hands.settle()

    assert state_of(hands.visit) == last, hand.done
    again = masks_of(hands)
    assert again.keys() == voxels.keys()
    for key, slices in voxels.items():
        assert again[key].keys() == slices.keys()
        assert all(np.array_equal(again[key][k], mask) for k, mask in slices.items())
