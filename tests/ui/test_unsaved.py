"""What is shown and could not be stored is never lost without the doctor's word."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.edits import Page, plan_site
from painmap.domain.ids import new_id
from painmap.domain.injection import PlannedSite
from painmap.domain.visit import VisitKind
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.services.open_visit import OpenVisit
from painmap.ui.main_window import MainWindow
from tests.ui.conftest import demonstration

Start = Callable[[], MainWindow]


def site(muscle: str = "psoas_major") -> PlannedSite:
    return PlannedSite(new_id(), muscle, Side.LEFT)


def _wait(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.desk.jobs.busy == 0, timeout=10_000)


def _open(window: MainWindow, qtbot: QtBot, family: str = "Phantom") -> OpenVisit:
    patient = window.desk.clinic.add_patient(demonstration(family))
    visit = window.desk.clinic.new_visit(patient.id, VisitKind.FIRST)
    window.desk.show_visit(visit)
    _wait(window, qtbot)
    return visit


@contextmanager
def full_disk(visit: OpenVisit) -> Iterator[None]:
    """While the block runs, the store of `visit` has no room."""
    with patch.object(visit, "_store") as store:
        store.commit.side_effect = RecordsError(RecordsProblem.DISK_FULL)
        yield


def test_the_window_does_not_close_over_what_is_not_stored(
    window: MainWindow, qtbot: QtBot
) -> None:
    visit = _open(window, qtbot)
    with full_disk(visit):
        window.desk.apply(plan_site(site()))
        _wait(window, qtbot)

        assert not window.close()
        assert window.isVisible()
        assert window.question is not None
        assert window.question.title == "Something that is shown is not stored yet."
        window.question.buttons["Stay"].click()
        assert window.question is None

    assert window.close()
    assert visit.unsaved == ()


def test_the_doctor_may_close_without_it(window: MainWindow, qtbot: QtBot) -> None:
    visit = _open(window, qtbot)
    with full_disk(visit):
        window.desk.apply(plan_site(site()))
        _wait(window, qtbot)
        window.close()
        assert window.question is not None

        window.question.buttons["Close without it"].click()

        assert not window.isVisible()


def test_what_could_not_be_stored_is_there_when_the_visit_is_opened_again(
    window: MainWindow, qtbot: QtBot
) -> None:
    first = _open(window, qtbot)
    with full_disk(first):
        window.desk.apply(plan_site(site()))
        _wait(window, qtbot)
        _open(window, qtbot, "Okafor")
        window.desk.show_visit(window.desk.clinic.open_visit(first.visit.id))

        assert len(window.desk.open_visit.visit.planned_sites) == 1
        assert window.patient_bar.saved_text == "NOT SAVED"

    window.desk.retry_saving()
    qtbot.waitUntil(lambda: window.patient_bar.saved_text.startswith("saved"), timeout=5000)
    assert not window.desk.has_unsaved


def _edited_elsewhere(window: MainWindow, qtbot: QtBot) -> None:
    """Let another program store something into the open visit, then do something here."""
    mine = _open(window, qtbot)
    other = window.desk.clinic.open_visit(mine.visit.id, fresh=True)
    step = other.apply(plan_site(site("multifidus")))
    assert step is not None
    other.commit(step)
    window.desk.apply(plan_site(site("psoas_major")))
    _wait(window, qtbot)
    assert window.question is not None


def _muscles(window: MainWindow) -> list[str]:
    return sorted(each.muscle_id for each in window.desk.open_visit.visit.planned_sites)


def test_a_visit_changed_elsewhere_keeps_our_copy_and_offers_to_put_it_on_top(
    window: MainWindow, qtbot: QtBot
) -> None:
    _edited_elsewhere(window, qtbot)
    assert _muscles(window) == ["psoas_major"]
    assert window.question is not None

    window.question.buttons["Put mine on top"].click()
    _wait(window, qtbot)

    assert _muscles(window) == ["multifidus", "psoas_major"]
    assert not window.desk.has_unsaved
    fresh = window.desk.clinic.open_visit(window.desk.open_visit.visit.id, fresh=True)
    assert len(fresh.visit.planned_sites) == 2


def test_a_visit_changed_elsewhere_can_be_shown_as_it_is_stored(
    window: MainWindow, qtbot: QtBot
) -> None:
    _edited_elsewhere(window, qtbot)
    assert window.question is not None

    window.question.buttons["Show what is stored"].click()
    qtbot.waitUntil(lambda: window.desk.is_open and _muscles(window) == ["multifidus"])
    _wait(window, qtbot)

    assert not window.desk.has_unsaved


def test_undo_while_typing_takes_back_what_is_typed(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    window.desk.apply(plan_site(site()))
    window.show_page(Page.SITES)
    page = window.pages.sites
    page.table.selectRow(0)
    page._detail.note.setPlainText("half a thought")

    window.actions_["undo"].trigger()

    (left,) = window.desk.open_visit.visit.planned_sites
    assert left.note == ""
    window.actions_["redo"].trigger()
    assert window.desk.open_visit.visit.planned_sites[0].note == "half a thought"
    _wait(window, qtbot)


def test_a_note_goes_to_the_line_that_it_was_typed_for(window: MainWindow, qtbot: QtBot) -> None:
    _open(window, qtbot)
    window.desk.apply(plan_site(site("psoas_major")))
    window.desk.apply(plan_site(site("multifidus")))
    window.show_page(Page.SITES)
    page = window.pages.sites
    page.table.selectRow(0)
    page._detail.note.setPlainText("of the psoas")

    page.table.selectRow(1)
    page._detail.note.hand_in()

    notes = {each.muscle_id: each.note for each in window.desk.open_visit.visit.planned_sites}
    assert notes == {"psoas_major": "of the psoas", "multifidus": ""}
    _wait(window, qtbot)
