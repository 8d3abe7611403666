"""Folding the journal: what can be taken back and done again."""

import pytest

from painmap.domain.edits import Page
from painmap.domain.visit import Change
from painmap.services.history import History, Step
from tests.support import factories as make


def step(seq: int, *, undoes: int | None = None, redoes: int | None = None) -> Step:
    changes = (Change(None, make.planned_site()),)
    return Step(seq, f"step {seq}", Page.MAP, changes, undoes, redoes, "doctor", make.STARTED)


def test_the_last_step_is_taken_back_first() -> None:
    history = History([step(1), step(2)])

    assert history.next_undo is not None
    assert history.next_undo.seq == 2
    assert history.next_redo is None


def test_what_was_taken_back_names_the_step_and_not_the_taking_back() -> None:
    history = History([step(1), step(2), step(3, undoes=2), step(4, redoes=2), step(5, undoes=2)])

    assert history.next_undo is not None
    assert history.next_redo is not None
    assert (history.next_undo.seq, history.next_redo.seq) == (1, 2)


def test_a_step_of_its_own_ends_what_could_be_done_again() -> None:
    history = History([step(1), step(2, undoes=1), step(3)])

    assert history.next_redo is None


def test_a_step_without_changes_does_not_move_the_finger() -> None:
    finish = Step(3, "finish visit", Page.FINISH, (), None, None, "doctor", make.STARTED)

    history = History([step(1), step(2, undoes=1), finish])

    assert history.next_undo is None
    assert history.next_redo is not None


@pytest.mark.parametrize(
    "journal",
    [[step(1, undoes=1)], [step(1), step(2, redoes=1)], [step(1), step(2), step(3, undoes=1)]],
)
def test_a_journal_that_cannot_be_is_refused(journal: list[Step]) -> None:
    with pytest.raises(ValueError, match="finger"):
        History(journal)


def test_a_refused_study_stays_out_of_what_can_be_taken_back_and_done_again() -> None:
    refused = (Change(None, make.refusal()),)
    said = Step(3, "not this", Page.CT, refused, None, None, "doctor", make.STARTED)

    history = History([step(1), step(2, undoes=1), said])

    assert history.next_undo is None
    assert history.next_redo is not None
    assert history.next_redo.seq == 1
