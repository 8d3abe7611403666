from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from unittest.mock import patch

import pytest

from painmap.domain.anatomy import Side
from painmap.domain.edits import Page, change_site, plan_site
from painmap.domain.errors import PainmapError
from painmap.domain.ids import new_id
from painmap.domain.injection import PlannedSite
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.ui.desk import Changes, Desk, Message, PlaceWanted


def site() -> PlannedSite:
    return PlannedSite(new_id(), "psoas_major", Side.LEFT)


def test_an_edit_shows_at_once_and_is_said_saved_only_after_the_commit(
    open_desk: Desk, settle: Callable[[Desk], None]
) -> None:
    saved: list[datetime] = []
    seen: list[Changes] = []
    open_desk.saved.connect(saved.append)
    open_desk.changed.connect(seen.append)

    open_desk.apply(plan_site(site()))

    assert len(open_desk.open_visit.visit.planned_sites) == 1
    assert seen[0].fields == {"planned_sites"}
    assert saved == []
    settle(open_desk)
    assert len(saved) == 1
    assert not open_desk.has_unsaved


def test_an_edit_that_changes_nothing_says_nothing(
    open_desk: Desk, settle: Callable[[Desk], None]
) -> None:
    same = site()
    open_desk.apply(plan_site(same))
    settle(open_desk)
    seen: list[Changes] = []
    open_desk.changed.connect(seen.append)

    open_desk.apply(change_site(open_desk.open_visit.visit.planned_sites[0], label="nothing"))

    assert seen == []


def test_undo_says_what_it_took_back_and_shows_where(
    open_desk: Desk, settle: Callable[[Desk], None]
) -> None:
    said: list[Message] = []
    wanted: list[PlaceWanted] = []
    open_desk.said.connect(said.append)
    open_desk.place_wanted.connect(wanted.append)
    made = site()
    open_desk.apply(plan_site(made))

    open_desk.undo()

    assert open_desk.open_visit.visit.planned_sites == ()
    assert said[-1].text == "Took back: add site."
    assert wanted[-1] == PlaceWanted(Page.SITES, (made.id,))
    open_desk.redo()
    assert open_desk.open_visit.visit.planned_sites[0].id == made.id
    settle(open_desk)


def test_undo_works_after_the_program_was_closed(
    open_desk: Desk, settle: Callable[[Desk], None]
) -> None:
    made = site()
    open_desk.apply(plan_site(made))
    open_desk.apply(change_site(replace(_site(open_desk), note="sore"), label="note"))
    settle(open_desk)
    visit_id = open_desk.open_visit.visit.id
    open_desk.close_visit()

    open_desk.show_visit(open_desk.clinic.open_visit(visit_id))
    open_desk.undo()

    assert _site(open_desk).note == ""
    open_desk.undo()
    assert open_desk.open_visit.visit.planned_sites == ()
    settle(open_desk)


def _site(desk: Desk) -> PlannedSite:
    return desk.open_visit.visit.planned_sites[0]


def test_a_full_disk_keeps_what_is_shown_and_lets_it_be_tried_again(
    open_desk: Desk, settle: Callable[[Desk], None]
) -> None:
    failures: list[PainmapError] = []
    saved: list[datetime] = []
    open_desk.save_failed.connect(failures.append)
    open_desk.saved.connect(saved.append)
    visit = open_desk.open_visit

    with patch.object(visit, "_store") as store:
        store.commit.side_effect = RecordsError(RecordsProblem.DISK_FULL)
        open_desk.apply(plan_site(site()))
        open_desk.apply(plan_site(site()))
        settle(open_desk)

    assert len(failures) == 2
    assert saved == []
    assert open_desk.has_unsaved
    assert len(visit.visit.planned_sites) == 2
    open_desk.retry_saving()
    settle(open_desk)
    assert saved
    assert not open_desk.has_unsaved
    assert visit.unsaved == ()


def test_selection_goes_with_what_was_selected(open_desk: Desk) -> None:
    chosen = new_id()
    heard: list[object] = []
    open_desk.selected.connect(heard.append)

    open_desk.select(chosen)
    open_desk.select(chosen)
    open_desk.close_visit()

    assert heard == [chosen, None]


def test_asking_for_a_visit_that_is_not_open_is_our_own_mistake(desk: Desk) -> None:
    with pytest.raises(RuntimeError, match="no visit is open"):
        _ = desk.open_visit
