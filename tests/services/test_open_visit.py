"""The open visit: changes at once, stores in order, takes back without limit."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from painmap.domain import edits
from painmap.domain.edits import Edit, Page
from painmap.domain.injection import Landmark, PlannedSite
from painmap.domain.items import UNSTAMPED
from painmap.domain.pain import PainSite
from painmap.domain.places import Sha256
from painmap.domain.visit import FIELD_OF, Visit, VisitState
from painmap.records.database import Database
from painmap.records.errors import EditedElsewhere, RecordsError, RecordsProblem
from painmap.records.visits import StoredVisit, VisitStore
from painmap.services.clinic import Clinic
from painmap.services.history import Step
from painmap.services.open_visit import OpenVisit
from tests.support import factories as make
from tests.support import strategies as some


class Watch:
    """A clock that moves on by a second each time it is read."""

    def __init__(self) -> None:
        self.time = make.STARTED

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic.open(tmp_path, author="doctor", now=Watch())
    yield clinic
    clinic.close()


@pytest.fixture
def opened(clinic: Clinic) -> OpenVisit:
    return clinic.new_visit(clinic.add_patient(make.patient()).id)


def content(visit: Visit) -> object:
    """A visit without what every change of it alters."""
    return {item.id: replace(item, stamp=UNSTAMPED) for item in visit.items()}


def apply(opened: OpenVisit, edit: Edit) -> Step:
    step = opened.apply(edit)
    assert step is not None
    return step


def test_an_edit_shows_at_once_and_is_stored_by_its_commit(
    clinic: Clinic, opened: OpenVisit
) -> None:
    site = make.planned_site()

    step = apply(opened, edits.plan_site(site))

    assert opened.visit.planned_sites[0].id == site.id
    assert list(opened.unsaved) == [step]
    stored = clinic.open_visit(opened.visit.id, fresh=True)
    assert (stored.saved_at, stored.visit.planned_sites) == (None, ())

    opened.commit(step)

    assert opened.unsaved == ()
    assert opened.saved_at is not None
    assert clinic.open_visit(opened.visit.id).visit == opened.visit


def test_every_changed_item_is_stamped(opened: OpenVisit) -> None:
    site = make.pain_site()
    apply(opened, edits.mark_pain(site, make.mark(site)))
    first = opened.visit.pain_sites[0]

    step = apply(opened, edits.describe_pain(replace(first, intensity=7), label="set intensity"))

    second = opened.visit.pain_sites[0]
    assert (first.stamp.revision, second.stamp.revision) == (1, 2)
    assert (second.stamp.author, second.stamp.at) == ("doctor", step.at)
    assert opened.visit.marks[0].stamp.revision == 1
    assert opened.visit.revision == 2
    assert [each.item.id for each in step.changes] == [site.id]


def test_an_edit_that_changes_nothing_is_no_step(opened: OpenVisit) -> None:
    site = make.planned_site()
    apply(opened, edits.plan_site(site))
    before = opened.visit

    assert opened.apply(edits.change_site(site, label="change")) is None
    assert opened.apply(edits.change_site(before.planned_sites[0], label="change")) is None
    assert opened.visit is before


def test_an_edit_that_fails_leaves_no_trace(opened: OpenVisit) -> None:
    with pytest.raises(ValueError, match="every pain site has a mark"):
        opened.apply(Edit("break it", Page.MAP, put=(make.pain_site(),)))

    assert list(opened.visit.items()) == []
    assert opened.unsaved == ()
    assert opened.undo_label is None


def test_undo_of_a_deletion_brings_the_same_value_back_in_its_place(opened: OpenVisit) -> None:
    sites = [make.planned_site(note=str(number)) for number in range(3)]
    for site in sites:
        apply(opened, edits.plan_site(site))
    before = opened.visit
    apply(opened, edits.remove_site(opened.visit, opened.visit.planned_sites[1]))

    opened.undo()

    assert content(opened.visit) == content(before)
    assert [site.note for site in opened.visit.planned_sites] == ["0", "1", "2"]
    assert opened.visit.planned_sites[1].stamp.revision == 3


def test_undo_says_page_and_label_and_is_a_row_of_its_own(opened: OpenVisit) -> None:
    site = make.pain_site()
    done = apply(opened, edits.mark_pain(site, make.mark(site)))
    assert (opened.undo_label, opened.redo_label) == ("mark pain", None)

    undone = opened.undo()

    assert undone is not None
    assert (undone.label, undone.page, undone.undoes) == ("mark pain", Page.MAP, done.seq)
    assert undone.seq == done.seq + 1
    assert (opened.undo_label, opened.redo_label) == (None, "mark pain")

    redone = opened.redo()

    assert redone is not None
    assert (redone.redoes, redone.undoes) == (done.seq, None)
    assert (opened.undo_label, opened.redo_label) == ("mark pain", None)


def test_there_is_an_end_to_undo_and_redo(opened: OpenVisit) -> None:
    assert opened.undo() is None
    assert opened.redo() is None


def test_a_new_edit_ends_redo(opened: OpenVisit) -> None:
    apply(opened, edits.plan_site(make.planned_site()))
    opened.undo()

    apply(opened, edits.plan_site(make.planned_site()))

    assert opened.redo() is None


def test_undo_works_after_a_restart_down_to_the_first_step(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path, author="doctor")
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    for number in range(30):
        opened.commit(apply(opened, edits.plan_site(make.planned_site(note=str(number)))))
    clinic.close()
    clinic = Clinic.open(tmp_path, author="colleague")
    opened = clinic.open_visit(opened.visit.id)

    while step := opened.undo():
        opened.commit(step)

    assert list(opened.visit.items()) == []
    assert clinic.open_visit(opened.visit.id).redo_label == "add site"
    clinic.close()


def test_undo_does_not_overwrite_what_another_visit_changed(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    first = clinic.new_visit(patient.id)
    landmark = make.landmark()
    first.commit(apply(first, edits.change_spine("mark spinous process", [landmark])))
    second = clinic.new_visit(patient.id)
    moved = replace(second.visit.landmarks[0], entered_in_error="wrong level")
    second.commit(apply(second, edits.change_spine("mark spinous process", [moved])))
    first = clinic.open_visit(first.visit.id)
    before = first.visit

    with pytest.raises(EditedElsewhere, match="changed elsewhere"):
        first.undo()

    assert first.visit is before
    assert first.undo_label == "mark spinous process"


def test_undo_is_possible_again_when_the_other_visit_took_its_change_back(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    first = clinic.new_visit(patient.id)
    first.commit(apply(first, edits.change_spine("mark spinous process", [make.landmark()])))
    second = clinic.new_visit(patient.id)
    moved = replace(second.visit.landmarks[0], entered_in_error="wrong level")
    second.commit(apply(second, edits.change_spine("mark spinous process", [moved])))
    taken_back = second.undo()
    assert taken_back is not None
    second.commit(taken_back)
    first = clinic.open_visit(first.visit.id)

    step = first.undo()

    assert step is not None
    first.commit(step)
    assert clinic.open_visit(second.visit.id).visit.landmarks == ()


def test_a_commit_after_another_window_was_first_is_refused_and_stays_unsaved(
    clinic: Clinic, opened: OpenVisit
) -> None:
    other = clinic.open_visit(opened.visit.id)
    other.commit(apply(other, edits.plan_site(make.planned_site())))
    step = apply(opened, edits.plan_site(make.planned_site()))

    with pytest.raises(EditedElsewhere):
        opened.commit(step)

    assert opened.unsaved == (step,)
    assert clinic.open_visit(opened.visit.id).visit == other.visit


class FailingStore(VisitStore):
    """A store whose disk is full for a while."""

    full = False

    def commit(self, visit_id: UUID, step: Step, *, revision: int) -> None:
        if self.full:
            raise RecordsError(RecordsProblem.DISK_FULL)
        super().commit(visit_id, step, revision=revision)


class DeafStore(VisitStore):
    """A store whose disk writes once, but does not say so."""

    deaf = True

    def commit(self, visit_id: UUID, step: Step, *, revision: int) -> None:
        super().commit(visit_id, step, revision=revision)
        if self.deaf:
            self.deaf = False
            raise RecordsError(RecordsProblem.DISK_FAILS)


@pytest.fixture
def visit_id(tmp_path: Path) -> UUID:
    clinic = Clinic.open(tmp_path)
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    clinic.close()
    return opened.visit.id


def test_a_step_that_was_not_stored_stays_and_goes_before_the_next(
    tmp_path: Path, visit_id: UUID
) -> None:
    database = Database.open(tmp_path)
    store = FailingStore(database)
    opened = OpenVisit.load(store, visit_id, author="doctor", now=Watch())
    first = apply(opened, edits.plan_site(make.planned_site(note="first")))
    store.full = True
    with pytest.raises(RecordsError):
        opened.commit(first)
    second = apply(opened, edits.plan_site(make.planned_site(note="second")))
    assert list(opened.unsaved) == [first, second]
    store.full = False

    opened.commit(second)

    assert opened.unsaved == ()
    assert store.load(visit_id).journal == (first, second)
    opened.commit(first)
    assert store.load(visit_id).visit == opened.visit
    database.close()


def test_retry_stores_everything_that_waits(tmp_path: Path, visit_id: UUID) -> None:
    database = Database.open(tmp_path)
    store = FailingStore(database)
    opened = OpenVisit.load(store, visit_id, author="doctor", now=Watch())
    store.full = True
    steps = [apply(opened, edits.plan_site(make.planned_site())) for _ in range(3)]
    with pytest.raises(RecordsError, match="disk is full"):
        opened.retry()
    store.full = False

    opened.retry()
    opened.retry()

    assert list(store.load(visit_id).journal) == steps
    database.close()


def test_a_step_that_the_disk_stored_silently_is_not_stored_twice(
    tmp_path: Path, visit_id: UUID
) -> None:
    database = Database.open(tmp_path)
    store = DeafStore(database)
    opened = OpenVisit.load(store, visit_id, author="doctor", now=Watch())
    step = apply(opened, edits.plan_site(make.planned_site()))
    with pytest.raises(RecordsError):
        opened.commit(step)

    opened.retry()

    assert store.load(visit_id).visit == opened.visit
    database.close()


def test_one_thread_may_edit_while_another_stores(clinic: Clinic, opened: OpenVisit) -> None:
    chance = random.Random(1)
    with ThreadPoolExecutor(1) as lane:
        waiting = []
        for number in range(200):
            act = chance.choice([opened.undo, opened.redo, None, None])
            edit = edits.plan_site(make.planned_site(note=str(number)))
            step = act() if act else opened.apply(edit)
            if step is not None:
                waiting.append(lane.submit(opened.commit, step))
        for each in waiting:
            each.result()

    assert list(opened.unsaved) == []
    stored = clinic.open_visit(opened.visit.id)
    assert stored.visit == opened.visit
    assert (stored.undo_label, stored.redo_label) == (opened.undo_label, opened.redo_label)


def test_a_visit_can_be_finished_and_continued_and_undo_leaves_that(
    clinic: Clinic, opened: OpenVisit
) -> None:
    apply(opened, edits.plan_site(make.planned_site()))

    opened.set_state(VisitState.FINISHED)

    again = clinic.open_visit(opened.visit.id)
    assert again.visit == opened.visit
    assert again.visit.state is VisitState.FINISHED
    assert again.undo_label == "add site"
    again.set_state(VisitState.FINISHED)
    assert again.visit.revision == 2
    again.set_state(VisitState.DRAFT)
    assert clinic.open_visit(opened.visit.id).visit.state is VisitState.DRAFT


def test_a_journal_that_cannot_be_is_damage(clinic: Clinic, opened: OpenVisit) -> None:
    opened.commit(apply(opened, edits.plan_site(make.planned_site())))
    store = _Journal(opened)

    with pytest.raises(RecordsError) as caught:
        OpenVisit.load(store, opened.visit.id, author="doctor", now=Watch())

    assert caught.value.problem is RecordsProblem.CORRUPT
    assert clinic.integrity() == "ok"


class _Journal(VisitStore):
    """A store whose journal takes back what was never done."""

    def __init__(self, opened: OpenVisit) -> None:
        self._opened = opened

    def load(self, visit_id: UUID) -> StoredVisit:
        lie = Step(1, "lie", Page.MAP, (), 7, None, "nobody", make.STARTED)
        return StoredVisit(self._opened.visit, self._opened.patient, (), (lie,))


REPORT = Sha256("0" * 64)


def next_visit(clinic: Clinic, opened: OpenVisit) -> OpenVisit:
    return clinic.new_visit(opened.patient.id)


def attached(clinic: Clinic, opened: OpenVisit) -> OpenVisit:
    """A second visit, after the first attached a study."""
    opened.commit(apply(opened, edits.attach_study(make.study(REPORT))))
    return next_visit(clinic, opened)


@pytest.mark.parametrize(
    "edit",
    [
        lambda: edits.plan_site(make.planned_site(place=make.ct_place())),
        lambda: edits.draw_outline(make.outline()),
        lambda: edits.record_given(make.given_site(place=make.ct_place())),
        lambda: edits.change_spine("mark spinous process", [make.landmark()]),
    ],
)
def test_a_study_that_another_visit_marked_is_not_taken_away_by_undo(
    clinic: Clinic, opened: OpenVisit, edit: Callable[[], Edit]
) -> None:
    second = attached(clinic, opened)
    second.commit(apply(second, edit()))

    with pytest.raises(EditedElsewhere) as caught:
        opened.undo()

    assert caught.value.message == "Another visit has marks on this study."
    assert caught.value.hint == "Detach the study on the page CT instead."
    assert opened.undo_label == "attach study"
    assert clinic.open_visit(second.visit.id).visit.attached_studies


def test_a_study_is_taken_away_by_undo_when_the_other_visits_marks_are_gone(
    clinic: Clinic, opened: OpenVisit
) -> None:
    second = attached(clinic, opened)
    outline = make.outline()
    second.commit(apply(second, edits.draw_outline(outline)))
    other_study = make.outline(anchor=make.anchor(study_uid="1.2.3"))
    second.commit(apply(second, edits.draw_outline(other_study)))
    second.commit(apply(second, edits.remove_outline(second.visit, outline.id)))
    stranger = clinic.new_visit(clinic.add_patient(make.patient()).id)
    stranger.commit(apply(stranger, edits.draw_outline(make.outline())))

    step = opened.undo()

    assert step is not None
    opened.commit(step)
    assert clinic.open_visit(second.visit.id).visit.studies == ()


def test_a_visits_own_landmark_does_not_hold_its_study_while_the_disk_works(
    opened: OpenVisit,
) -> None:
    opened.commit(apply(opened, edits.attach_study(make.study(REPORT))))
    opened.commit(apply(opened, edits.change_spine("mark spinous process", [make.landmark()])))

    opened.undo()  # not committed yet
    opened.undo()

    assert opened.visit.studies == ()


def test_a_removal_of_a_study_is_not_done_again_over_the_marks_of_another_visit(
    clinic: Clinic, opened: OpenVisit
) -> None:
    study = make.study(REPORT)
    opened.commit(apply(opened, edits.attach_study(study)))
    removal = Edit("remove study", Page.CT, remove=frozenset({study.id}))
    opened.commit(apply(opened, removal))
    back = opened.undo()
    assert back is not None
    opened.commit(back)
    second = next_visit(clinic, opened)
    second.commit(apply(second, edits.draw_outline(make.outline())))

    with pytest.raises(EditedElsewhere, match="Another visit has marks"):
        opened.redo()


def test_a_study_attached_anew_does_not_revive_what_an_earlier_visit_marked(
    clinic: Clinic, opened: OpenVisit
) -> None:
    second = attached(clinic, opened)
    wrong = make.planned_site(place=make.ct_place())
    opened.commit(apply(opened, edits.plan_site(wrong)))
    detach = edits.detach_study(second.visit, second.visit.studies[0], reason="wrong disc")
    second.commit(apply(second, detach))
    second.commit(apply(second, edits.attach_study(make.study(REPORT))))
    right = make.planned_site(place=make.ct_place())
    second.commit(apply(second, edits.plan_site(right)))

    first = clinic.open_visit(opened.visit.id)

    assert first.visit.live_planned_sites == ()
    assert first.visit.why_in_error(first.visit.planned_sites[0]) == "wrong disc"
    assert [site.id for site in second.visit.live_planned_sites] == [right.id]
    for _ in range(3):
        taken_back = second.undo()
        assert taken_back is not None
        second.commit(taken_back)
    assert clinic.open_visit(opened.visit.id).visit.live_planned_sites


def test_a_refused_study_is_stored_and_no_undo_takes_it_back(
    clinic: Clinic, opened: OpenVisit
) -> None:
    opened.commit(apply(opened, edits.plan_site(make.planned_site())))
    opened.commit(apply(opened, edits.refuse_study(make.refusal())))
    assert opened.undo_label == "add site"

    again = clinic.open_visit(opened.visit.id)
    assert again.undo_label == "add site"
    step = again.undo()
    assert step is not None
    again.commit(step)

    last = clinic.open_visit(opened.visit.id)
    assert (last.undo_label, last.redo_label) == (None, "add site")
    assert len(last.visit.refusals) == 1
    assert last.visit.planned_sites == ()


class FingerOnAList(RuleBasedStateMachine):
    """A history behaves like a list of visits with a finger on one of them."""

    clinic: Clinic

    def __init__(self) -> None:
        super().__init__()
        patient = self.clinic.add_patient(make.patient())
        self.opened = self.clinic.new_visit(patient.id)
        self.contents: list[object] = [content(self.opened.visit)]
        self.labels: list[str] = []
        self.finger = 0

    def change(self, edit: Edit) -> None:
        before = content(self.opened.visit)
        step = self.opened.apply(edit)
        if content(self.opened.visit) == before:
            assert step is None
            return
        assert step is not None
        del self.contents[self.finger + 1 :], self.labels[self.finger :]
        self.contents.append(content(self.opened.visit))
        self.labels.append(edit.label)
        self.finger += 1

    @rule(intensity=some.ratings)
    def mark_pain(self, intensity: int | None) -> None:
        site = make.pain_site(intensity=intensity)
        self.change(edits.mark_pain(site, make.mark(site)))

    @rule(place=some.places)
    def plan(self, place: object) -> None:
        self.change(edits.plan_site(make.planned_site(place=place)))

    @rule()
    def place_landmark(self) -> None:
        self.change(edits.change_spine("mark spinous process", [make.landmark()]))

    @precondition(lambda self: self.opened.visit.pain_sites)
    @rule(data=st.data(), intensity=some.ratings)
    def rate(self, data: st.DataObject, intensity: int | None) -> None:
        site = data.draw(st.sampled_from(self.opened.visit.pain_sites))
        self.change(edits.describe_pain(replace(site, intensity=intensity), label="rate"))

    @precondition(lambda self: any(self.opened.visit.items()))
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        visit = self.opened.visit
        items: list[PainSite | PlannedSite | Landmark] = [
            *visit.pain_sites,
            *visit.planned_sites,
            *visit.landmarks,
        ]
        item = data.draw(st.sampled_from(items))
        if item in visit.pain_sites:
            self.change(edits.remove_pain_site(visit, item.id))
        else:
            self.change(Edit("remove", Page.CT, remove=frozenset({item.id})))

    @rule()
    def undo(self) -> None:
        step = self.opened.undo()

        assert (step is None) == (self.finger == 0)
        self.finger -= step is not None

    @rule()
    def redo(self) -> None:
        step = self.opened.redo()

        assert (step is None) == (self.finger == len(self.labels))
        self.finger += step is not None

    @rule()
    def store(self) -> None:
        self.opened.retry()

    @rule()
    def restart(self) -> None:
        self.opened.retry()
        before = self.opened.visit

        self.opened = self.clinic.open_visit(before.id)

        assert self.opened.visit == before

    @invariant()
    def shows_what_the_finger_is_on(self) -> None:
        assert content(self.opened.visit) == self.contents[self.finger]
        labels = [None, *self.labels, None]
        assert self.opened.undo_label == labels[self.finger]
        assert self.opened.redo_label == labels[self.finger + 1]

    @invariant()
    def keeps_items_in_the_order_of_their_ids(self) -> None:
        for name in FIELD_OF.values():
            ids = [item.id for item in getattr(self.opened.visit, name)]
            assert ids == sorted(ids)


def test_a_history_behaves_like_a_list_with_a_finger_on_it(tmp_path: Path) -> None:
    machine = FingerOnAList
    machine.clinic = Clinic.open(tmp_path, author="doctor", now=Watch())
    try:
        machine.TestCase.settings = settings(stateful_step_count=30)
        machine.TestCase().runTest()
    finally:
        machine.clinic.close()
