"""Patients, visits, journal and blobs in the store."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from painmap.documents.visit_document import VisitDocument
from painmap.domain.edits import Page
from painmap.domain.ids import new_id
from painmap.domain.items import Stamp
from painmap.domain.pain import Mark
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.places import Sha256
from painmap.domain.visit import FIELD_OF, Change, Item, VisitState
from painmap.records.blobs import BlobStore
from painmap.records.database import Database
from painmap.records.errors import EditedElsewhere, RecordsError, RecordsProblem
from painmap.records.imports import ImportStatus, import_visit
from painmap.records.overview import summaries
from painmap.records.patients import PatientStore
from painmap.records.steps import Step
from painmap.records.tables import BLOB, ITEM, JOURNAL, PATIENT, VISIT
from painmap.records.visits import VisitStore
from tests.support import factories as make
from tests.support import strategies as some

STAMP = Stamp(1, "doctor", make.STARTED)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path)
    yield database
    database.close()


@pytest.fixture
def patient(database: Database) -> Patient:
    patient = make.patient(stamp=STAMP)
    PatientStore(database).add(patient)
    return patient


@pytest.fixture
def visits(database: Database) -> VisitStore:
    return VisitStore(database)


def step(seq: int, *changes: Change, state: VisitState | None = None) -> Step:
    return Step(seq, "do it", Page.MAP, changes, None, None, "doctor", make.STARTED, state)


def added(item: Item) -> Change:
    return Change(None, item)


def test_a_patient_comes_back_the_same(database: Database, patient: Patient) -> None:
    assert PatientStore(database).get(patient.id) == patient


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.patients)
def test_any_patient_comes_back_the_same(database: Database, drawn: Patient) -> None:
    drawn = replace(drawn, id=new_id())

    PatientStore(database).add(drawn)

    assert PatientStore(database).get(drawn.id) == drawn


def test_an_unknown_patient_is_said(database: Database) -> None:
    with pytest.raises(RecordsError) as caught:
        PatientStore(database).get(new_id())

    assert caught.value.problem is RecordsProblem.UNKNOWN


def test_real_or_demonstration_is_decided_once(database: Database, patient: Patient) -> None:
    turned = replace(patient, kind=PatientKind.DEMONSTRATION, stamp=replace(STAMP, revision=2))

    with pytest.raises(ValueError, match="decided once"):
        PatientStore(database).change(turned)


def test_not_even_sql_turns_a_real_patient_into_a_demonstration(
    database: Database, patient: Patient
) -> None:
    with pytest.raises(RuntimeError, match="decided once"), database.writing() as connection:
        connection.execute(update(PATIENT).values(kind="demonstration"))

    assert PatientStore(database).get(patient.id).kind is PatientKind.REAL


def test_a_patient_changed_elsewhere_is_not_overwritten(
    database: Database, patient: Patient
) -> None:
    store = PatientStore(database)
    second = replace(STAMP, revision=2)
    store.change(replace(patient, given_name="Ada", stamp=second))

    with pytest.raises(EditedElsewhere):
        store.change(replace(patient, given_name="Ida", stamp=second))

    assert store.get(patient.id).given_name == "Ada"


@pytest.mark.parametrize("statement", [update(JOURNAL).values(label="lie"), delete(JOURNAL)])
def test_the_journal_is_append_only(
    database: Database, visits: VisitStore, patient: Patient, statement: object
) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    visits.commit(visit.id, step(1, added(make.planned_site(stamp=STAMP))), revision=0)

    with pytest.raises(RuntimeError, match="append-only"), database.writing() as connection:
        connection.execute(statement)  # type: ignore[call-overload]  # one of two kinds

    assert len(visits.load(visit.id).journal) == 1


def test_items_never_vanish_or_move(
    database: Database, visits: VisitStore, patient: Patient
) -> None:
    other = make.patient(stamp=STAMP)
    PatientStore(database).add(other)
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    visits.commit(visit.id, step(1, added(make.planned_site(stamp=STAMP))), revision=0)

    for statement, words in (
        (delete(ITEM), "tombstone"),
        (update(ITEM).values(patient_id=other.id), "never moves"),
        (update(VISIT).values(patient_id=other.id), "never moves"),
        (update(ITEM).values(kind="outlines"), "never moves"),
    ):
        with pytest.raises(RuntimeError, match=words), database.writing() as connection:
            connection.execute(statement)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_what_was_committed_comes_back_the_same(
    database: Database, visits: VisitStore, patient: Patient, data: st.DataObject
) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    items = [
        replace(each, id=new_id(), stamp=replace(each.stamp, revision=1))
        for each in data.draw(st.lists(some.loose_items, min_size=1, max_size=4))
    ]
    before = visits.load(visit.id).visit
    the_step = step(1, *(added(each) for each in items))

    visits.commit(visit.id, the_step, revision=0)

    stored = visits.load(visit.id)
    assert stored.visit == replace(before.changed(put=tuple(items)), revision=1)
    assert stored.journal == (the_step,)


def test_items_come_back_in_the_order_of_their_ids(visits: VisitStore, patient: Patient) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    sites = [make.planned_site(stamp=STAMP) for _ in range(5)]

    visits.commit(visit.id, step(1, *(added(each) for each in reversed(sites))), revision=0)

    assert list(visits.load(visit.id).visit.planned_sites) == sites


def test_a_row_says_the_same_as_its_body(
    database: Database, visits: VisitStore, patient: Patient
) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    site = make.planned_site(stamp=STAMP)

    visits.commit(visit.id, step(1, added(site)), revision=0)

    with database.reading() as connection:
        row = connection.execute(select(ITEM)).one()
    assert (row.id, row.kind, row.visit_id) == (site.id, "planned_sites", visit.id)
    assert (row.revision, row.author, row.at) == (1, "doctor", make.STARTED)


def test_studies_and_landmarks_are_seen_by_every_visit_of_the_patient(
    database: Database, visits: VisitStore, patient: Patient
) -> None:
    one, two = (make.visit(patient_id=patient.id) for _ in range(2))
    stranger = make.patient(stamp=STAMP)
    PatientStore(database).add(stranger)
    other = make.visit(patient_id=stranger.id)
    for each in (one, two, other):
        visits.create(each)
    study = make.study(Sha256("0" * 64), stamp=STAMP)
    landmark = make.landmark(stamp=STAMP)
    site = make.planned_site(stamp=STAMP)

    visits.commit(one.id, step(1, added(study), added(landmark), added(site)), revision=0)

    seen = visits.load(two.id).visit
    assert (seen.studies, seen.landmarks, seen.planned_sites) == ((study,), (landmark,), ())
    assert list(visits.load(other.id).visit.items()) == []


def test_a_removed_item_leaves_a_tombstone_and_may_come_back(
    visits: VisitStore, patient: Patient
) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    site = make.planned_site(stamp=STAMP)
    visits.commit(visit.id, step(1, added(site)), revision=0)

    visits.commit(visit.id, step(2, Change(site, None)), revision=1)

    stored = visits.load(visit.id)
    assert stored.visit.planned_sites == ()
    assert [(each.item, each.stamp.revision) for each in stored.tombstones] == [(site, 2)]

    again = replace(site, stamp=replace(STAMP, revision=3))
    visits.commit(visit.id, step(3, added(again)), revision=2)

    assert visits.load(visit.id).visit.planned_sites == (again,)
    assert visits.load(visit.id).tombstones == ()


@pytest.mark.parametrize("revision", [0, 2])
def test_a_visit_changed_elsewhere_is_not_overwritten(
    visits: VisitStore, patient: Patient, revision: int
) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    visits.commit(visit.id, step(1, added(make.planned_site(stamp=STAMP))), revision=0)

    with pytest.raises(EditedElsewhere):
        visits.commit(visit.id, step(2, added(make.planned_site(stamp=STAMP))), revision=revision)

    assert visits.load(visit.id).visit.revision == 1


def test_an_item_changed_elsewhere_stops_the_whole_step(
    visits: VisitStore, patient: Patient
) -> None:
    one, two = (make.visit(patient_id=patient.id) for _ in range(2))
    landmark = make.landmark(stamp=STAMP)
    for each in (one, two):
        visits.create(each)
    visits.commit(one.id, step(1, added(landmark)), revision=0)
    second = replace(STAMP, revision=2)
    visits.commit(one.id, step(2, Change(landmark, replace(landmark, stamp=second))), revision=1)

    stale = Change(landmark, replace(landmark, entered_in_error="wrong", stamp=second))
    with pytest.raises(EditedElsewhere):
        visits.commit(two.id, step(1, added(make.planned_site(stamp=STAMP)), stale), revision=0)

    seen = visits.load(two.id)
    assert (seen.visit.revision, seen.visit.planned_sites, seen.journal) == (0, (), ())
    assert seen.visit.landmarks[0].entered_in_error == ""


def test_an_id_that_is_taken_stops_the_step(visits: VisitStore, patient: Patient) -> None:
    one, two = (make.visit(patient_id=patient.id) for _ in range(2))
    site = make.planned_site(stamp=STAMP)
    for each in (one, two):
        visits.create(each)
    visits.commit(one.id, step(1, added(site)), revision=0)

    with pytest.raises(EditedElsewhere):
        visits.commit(two.id, step(1, added(site)), revision=0)


def test_a_step_whose_answer_was_lost_is_not_stored_twice(
    visits: VisitStore, patient: Patient
) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    the_step = step(1, added(make.planned_site(stamp=STAMP)))

    for _ in range(2):
        visits.commit(visit.id, the_step, revision=0)

    assert visits.load(visit.id).visit.revision == 1


def test_a_step_may_change_the_state(visits: VisitStore, patient: Patient) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)

    visits.commit(visit.id, step(1, state=VisitState.FINISHED), revision=0)

    stored = visits.load(visit.id)
    assert stored.visit.state is VisitState.FINISHED
    assert stored.journal[0].state is VisitState.FINISHED


def test_a_visit_needs_its_patient(visits: VisitStore) -> None:
    with pytest.raises(RecordsError) as caught:
        visits.create(make.visit())

    assert caught.value.problem is RecordsProblem.UNKNOWN


def test_an_unknown_visit_is_said(visits: VisitStore) -> None:
    for ask in (visits.load, visits.place, lambda each: visits.save_place(each, {})):
        with pytest.raises(RecordsError) as caught:
            ask(new_id())
        assert caught.value.problem is RecordsProblem.UNKNOWN


@pytest.mark.parametrize("table", [ITEM, JOURNAL])
def test_a_row_that_cannot_be_read_is_damage(
    database: Database, visits: VisitStore, patient: Patient, table: object
) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    visits.commit(visit.id, step(1, added(make.planned_site(stamp=STAMP))), revision=0)
    with database.writing() as connection:
        if table is ITEM:
            connection.execute(update(ITEM).values(body="{}"))
        else:
            connection.exec_driver_sql("DROP TRIGGER journal_unchanged")
            connection.execute(update(JOURNAL).values(changes='[{"kind": "marks"}]'))

    with pytest.raises(RecordsError) as caught:
        visits.load(visit.id)

    assert caught.value.problem is RecordsProblem.CORRUPT


def test_the_overview_counts_what_is_there(
    database: Database, visits: VisitStore, patient: Patient
) -> None:
    visit = make.visit(patient_id=patient.id)
    visits.create(visit)
    kept, gone = make.planned_site(stamp=STAMP), make.planned_site(stamp=STAMP)
    visits.commit(visit.id, step(1, added(kept), added(gone)), revision=0)
    visits.commit(visit.id, step(2, Change(gone, None)), revision=1)

    (line,) = summaries(database)[patient.id]

    assert (line.planned_sites, line.pain_sites, line.revision) == (1, 0, 2)
    assert line.changed == make.STARTED
    assert line.is_draft


@given(st.binary(max_size=2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_large_content_comes_back_by_its_hash(database: Database, content: bytes) -> None:
    blobs = BlobStore(database)

    sha = blobs.put(content)

    assert blobs.put(content) == sha == sha256(content).hexdigest()
    assert blobs.get(sha) == content


def test_content_that_is_not_there_is_said(database: Database) -> None:
    with pytest.raises(RecordsError) as caught:
        BlobStore(database).get(Sha256("0" * 64))

    assert caught.value.problem is RecordsProblem.UNKNOWN


def test_content_that_is_not_what_its_name_says_is_damage(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(BLOB.insert().values(sha256="0" * 64, bytes=b"other"))

    with pytest.raises(RecordsError) as caught:
        BlobStore(database).get(Sha256("0" * 64))

    assert caught.value.problem is RecordsProblem.CORRUPT


@given(some.documents())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_any_document_imports_to_the_same_visit(
    database: Database, visits: VisitStore, document: VisitDocument
) -> None:
    document = _with_new_ids(document)

    outcome = import_visit(database, document)

    stored = visits.load(document.visit.id)
    assert outcome.status is ImportStatus.IMPORTED
    assert stored.visit == document.visit
    assert stored.patient == document.patient
    assert stored.tombstones == document.tombstones
    assert stored.journal == ()
    again = import_visit(database, document)
    assert again.status is ImportStatus.ALREADY_HERE


def _site(item: Item, ids: Mapping[UUID, UUID]) -> dict[str, UUID]:
    return {"site_id": ids[item.site_id]} if isinstance(item, Mark) else {}


def _with_new_ids(document: VisitDocument) -> VisitDocument:
    """Hypothesis likes to draw the same ids again; a store may know them already."""
    patient = replace(document.patient, id=new_id())
    ids = {item.id: new_id() for item in document.visit.items()}
    fields: dict[str, Any] = {
        name: tuple(
            replace(each, id=ids[each.id], **_site(each, ids))
            for each in getattr(document.visit, name)
        )
        for name in FIELD_OF.values()
    }
    visit = replace(document.visit, id=new_id(), patient_id=patient.id, **fields)
    tombstones = tuple(
        replace(each, item=replace(each.item, id=new_id())) for each in document.tombstones
    )
    in_order = visit.changed(put=tuple(visit.items()))
    return replace(document, patient=patient, visit=in_order, tombstones=tombstones)
