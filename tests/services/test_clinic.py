"""The records as the window sees them."""

import gc
import getpass
import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from painmap.documents.errors import DocumentError
from painmap.documents.visit_document import dumps, loads
from painmap.domain import edits
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.places import Sha256
from painmap.domain.study import Origin
from painmap.domain.visit import VisitKind, VisitState
from painmap.records.errors import EditedElsewhere, RecordsError, RecordsProblem
from painmap.services.clinic import Clinic, ImportStatus, log_in
from painmap.services.open_visit import OpenVisit
from tests.support import factories as make

REPORT = b'{"used": 90}'


class Days:
    """A clock that moves on by an hour each time it is read."""

    def __init__(self) -> None:
        self.time = datetime(2024, 3, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(hours=1)
        return self.time


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic.open(tmp_path / "here", author="doctor", now=Days())
    yield clinic
    clinic.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic.open(tmp_path / "elsewhere", author="colleague", now=Days())
    yield clinic
    clinic.close()


def do(opened: OpenVisit, edit: edits.Edit) -> None:
    step = opened.apply(edit)
    assert step is not None
    opened.commit(step)


def full_visit(clinic: Clinic, patient: Patient) -> OpenVisit:
    """A visit with some of everything, one thing taken back and one removed."""
    opened = clinic.new_visit(patient.id)
    pain = make.pain_site(intensity=7)
    site = make.planned_site(place=make.ct_place())
    do(opened, edits.mark_pain(pain, make.mark(pain)))
    do(opened, edits.attach_study(make.study(clinic.put_blob(REPORT))))
    do(opened, edits.change_spine("mark spinous process", [make.landmark()]))
    do(opened, edits.plan_site(site))
    do(opened, edits.draw_outline(make.outline()))
    do(opened, edits.record_given(make.given_site()))
    do(opened, edits.record_finding(make.finding()))
    do(opened, edits.Edit("link", edits.Page.SITES, put=(make.link(site.id, pain.id),)))
    do(opened, edits.remove_outline(opened.visit, opened.visit.outlines[0].id))
    undone = opened.undo()
    assert undone is not None
    opened.commit(undone)
    do(opened, edits.plan_site(gone := make.planned_site()))
    do(opened, edits.remove_site(opened.visit, gone))
    return opened


# --- patients


def test_a_new_patient_is_stamped_and_listed(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())

    assert (patient.stamp.revision, patient.stamp.author) == (1, "doctor")
    (card,) = clinic.patients()
    assert card.patient == patient == clinic.patient(patient.id)
    assert (card.drafts, card.last_visit) == ((), None)


def test_search_folds_case_and_accents_and_takes_words_in_any_order(clinic: Clinic) -> None:
    wanted = clinic.add_patient(make.patient(family_name="Müller-Łoś", given_name="Søren"))
    clinic.add_patient(make.patient(family_name="Miller"))

    for text in ("müller", "MULLER", "los", "soren mull", "mull soren", "1980 muller"):
        assert [card.patient for card in clinic.patients(text)] == [wanted]
    assert clinic.patients("nobody") == ()
    assert len(clinic.patients("")) == 2


@pytest.mark.parametrize("text", ["%", "_", "'", '"; DROP TABLE patient', "\\", "\x00"])
def test_search_takes_signs_of_sql_as_what_they_are(clinic: Clinic, text: str) -> None:
    clinic.add_patient(make.patient())

    clinic.patients(text)

    assert len(clinic.patients()) == 1


def test_drafts_come_first_then_the_latest_seen(clinic: Clinic) -> None:
    finished, draft, older_draft, never = (
        clinic.add_patient(make.patient(family_name=name)) for name in ("D", "C", "B", "A")
    )
    clinic.new_visit(older_draft.id)
    clinic.new_visit(draft.id)
    clinic.finish(clinic.new_visit(finished.id).visit.id)

    cards = clinic.patients()

    assert [card.patient for card in cards] == [draft, older_draft, finished, never]
    assert cards[0].drafts == (cards[0].last_visit,)
    assert cards[2].drafts == ()


def test_a_corrected_patient_is_stored_and_known_to_the_open_visit(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    opened = clinic.new_visit(patient.id)

    corrected = clinic.change_patient(replace(patient, birth_date=date(1981, 2, 1)))

    assert corrected.stamp.revision == 2
    assert clinic.patient(patient.id) == corrected == opened.patient
    assert [card.patient for card in clinic.patients("1981")] == [corrected]


def test_a_patient_corrected_twice_from_one_reading_is_refused(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    clinic.change_patient(replace(patient, sex=Sex.MALE))

    with pytest.raises(EditedElsewhere):
        clinic.change_patient(replace(patient, sex=Sex.OTHER))


def test_a_real_patient_never_becomes_a_demonstration(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())

    with pytest.raises(ValueError, match="decided once"):
        clinic.change_patient(replace(patient, kind=PatientKind.DEMONSTRATION))


# --- visits


def test_a_new_visit_is_a_draft_that_carries_studies_and_landmarks(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    first = full_visit(clinic, patient)

    second = clinic.new_visit(patient.id, VisitKind.FOLLOW_UP)

    assert second.visit.state is VisitState.DRAFT
    assert second.visit.studies == first.visit.studies
    assert second.visit.landmarks == first.visit.landmarks
    assert (second.visit.pain_sites, second.visit.planned_sites) == ((), ())
    assert second.undo_label is None


def test_visits_are_listed_with_the_latest_first(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    first = full_visit(clinic, patient)
    second = clinic.new_visit(patient.id, VisitKind.FOLLOW_UP)

    lines = clinic.visits_of(patient.id)

    assert [line.id for line in lines] == [second.visit.id, first.visit.id]
    assert (lines[1].pain_sites, lines[1].planned_sites, lines[1].outlines) == (1, 1, 1)
    assert clinic.visits_of(make.patient().id) == ()


def test_finishing_reaches_the_open_visit_and_stores_what_waits(clinic: Clinic) -> None:
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    opened.apply(edits.plan_site(make.planned_site()))

    clinic.finish(opened.visit.id)

    assert opened.visit.state is VisitState.FINISHED
    assert opened.unsaved == ()
    assert clinic.open_visit(opened.visit.id).visit == opened.visit


def test_a_visit_that_is_not_open_can_be_finished(clinic: Clinic) -> None:
    visit_id = clinic.new_visit(clinic.add_patient(make.patient()).id).visit.id
    gc.collect()

    clinic.finish(visit_id)

    assert clinic.open_visit(visit_id).visit.state is VisitState.FINISHED


def test_the_place_in_a_visit_is_remembered_and_changes_nothing(clinic: Clinic) -> None:
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    place = {"page": "CT", "slice": 41, "window": [400.0, 40.0], "series": None}
    assert clinic.place_of(opened.visit.id) == {}

    clinic.save_place(opened.visit.id, place)

    assert clinic.place_of(opened.visit.id) == place
    assert clinic.open_visit(opened.visit.id).visit == opened.visit


def test_the_place_of_the_database_is_said(clinic: Clinic, tmp_path: Path) -> None:
    assert clinic.database_place == str(tmp_path / "here" / "painmap.db")
    assert clinic.author == "doctor"


def test_who_has_no_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no password entry")

    monkeypatch.setattr(getpass, "getuser", nobody)

    assert log_in() == "unknown"


def test_the_author_is_the_log_in_unless_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    clinic = Clinic.open(tmp_path)

    assert clinic.add_patient(make.patient()).stamp.author == "ada"
    clinic.close()


def test_records_may_be_encrypted(tmp_path: Path) -> None:
    key = bytes(32)
    clinic = Clinic.open(tmp_path, key=key)
    clinic.add_patient(make.patient(family_name="Hidden"))
    clinic.close()

    assert b"Hidden" not in (tmp_path / "painmap.db").read_bytes()
    with pytest.raises(RecordsError):
        Clinic.open(tmp_path)
    clinic = Clinic.open(tmp_path, key=key)
    assert len(clinic.patients("hidden")) == 1
    clinic.close()


# --- documents


def test_a_visit_imports_back_to_an_identical_one(clinic: Clinic, elsewhere: Clinic) -> None:
    opened = full_visit(clinic, clinic.add_patient(make.patient()))
    clinic.finish(opened.visit.id)
    document = loads(dumps(clinic.export_document(opened.visit.id)))

    outcome = elsewhere.import_document(document)

    assert outcome.status is ImportStatus.IMPORTED
    assert outcome.patient_is_new
    again = elsewhere.open_visit(outcome.visit_id)
    assert again.visit == opened.visit
    assert again.patient == opened.patient
    assert again.undo_label is None
    assert elsewhere.blob(opened.visit.studies[0].import_report) == REPORT
    back = elsewhere.export_document(outcome.visit_id)
    assert replace(back, written_at=document.written_at) == document


def test_an_imported_visit_can_be_worked_on(clinic: Clinic, elsewhere: Clinic) -> None:
    opened = full_visit(clinic, clinic.add_patient(make.patient()))
    elsewhere.import_document(clinic.export_document(opened.visit.id))
    again = elsewhere.open_visit(opened.visit.id)

    do(again, edits.change_site(replace(again.visit.planned_sites[0], note="new"), label="note"))

    stored = elsewhere.open_visit(opened.visit.id)
    assert stored.visit.revision == opened.visit.revision + 1
    assert stored.visit.planned_sites[0].stamp.revision == 2
    assert stored.undo_label == "note"


def test_the_same_visit_again_changes_nothing_and_says_so(clinic: Clinic) -> None:
    opened = full_visit(clinic, clinic.add_patient(make.patient()))
    document = clinic.export_document(opened.visit.id)

    outcome = clinic.import_document(document)

    assert outcome.status is ImportStatus.ALREADY_HERE
    assert "already here" in outcome.sentence
    assert clinic.export_document(opened.visit.id).visit == document.visit


def test_a_study_that_came_later_does_not_make_the_visit_another(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    opened = full_visit(clinic, patient)
    document = clinic.export_document(opened.visit.id)
    later = clinic.new_visit(patient.id)
    do(later, edits.attach_study(make.study(clinic.put_blob(b"{}"), study_uid="1.2.3")))

    assert clinic.import_document(document).status is ImportStatus.ALREADY_HERE


def test_a_second_visit_of_the_patient_joins_the_first(clinic: Clinic, elsewhere: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    first = full_visit(clinic, patient)
    second = clinic.new_visit(patient.id)
    do(second, edits.plan_site(make.planned_site()))

    for opened in (first, second):
        outcome = elsewhere.import_document(clinic.export_document(opened.visit.id))

    assert not outcome.patient_is_new
    assert len(elsewhere.visits_of(patient.id)) == 2
    for opened in (first, second):
        assert elsewhere.open_visit(opened.visit.id).visit == opened.visit


def refused(clinic: Clinic, document: object) -> RecordsProblem:
    with pytest.raises(RecordsError) as caught:
        clinic.import_document(document)  # type: ignore[arg-type]  # a document of some kind
    assert caught.value.message.endswith("nothing was changed.")
    return caught.value.problem


def test_the_same_visit_with_other_content_is_refused(clinic: Clinic) -> None:
    opened = full_visit(clinic, clinic.add_patient(make.patient()))
    document = clinic.export_document(opened.visit.id)
    other_site = replace(document.visit.planned_sites[0], note="other")
    without_tombstones = replace(document, tombstones=())

    for changed in (
        replace(document, visit=document.visit.changed(put=(other_site,))),
        replace(document, visit=replace(document.visit, revision=99)),
        replace(document, visit=document.visit.changed(remove=frozenset({other_site.id}))),
        without_tombstones,
    ):
        assert refused(clinic, changed) is RecordsProblem.DOCUMENT_DIFFERS
    assert clinic.export_document(opened.visit.id).visit == document.visit


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", PatientKind.DEMONSTRATION),
        ("family_name", "Other"),
        ("birth_date", None),
        ("sex", Sex.MALE),
        ("record_number", "7"),
    ],
)
def test_a_patient_who_is_here_as_another_is_refused(
    clinic: Clinic, elsewhere: Clinic, field: str, value: object
) -> None:
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    document = clinic.export_document(opened.visit.id)
    second = clinic.new_visit(opened.patient.id)
    elsewhere.import_document(clinic.export_document(second.visit.id))
    other = replace(document.patient, **{field: value})  # type: ignore[arg-type]  # one field

    problem = refused(elsewhere, replace(document, patient=other))

    assert problem is RecordsProblem.OTHER_PATIENT
    assert len(elsewhere.visits_of(opened.patient.id)) == 1


@pytest.mark.parametrize(
    ("kind", "origin"),
    [
        (PatientKind.REAL, Origin.SYNTHETIC),
        (PatientKind.REAL, Origin.PUBLIC_SAMPLE),
        (PatientKind.DEMONSTRATION, Origin.PERSON),
    ],
)
def test_a_study_that_may_not_be_attached_does_not_come_in_by_a_document(
    clinic: Clinic, elsewhere: Clinic, kind: PatientKind, origin: Origin
) -> None:
    opened = clinic.new_visit(clinic.add_patient(make.patient(kind=kind)).id)
    do(opened, edits.attach_study(make.study(clinic.put_blob(REPORT), origin=origin)))

    with pytest.raises(RecordsError) as caught:
        elsewhere.import_document(clinic.export_document(opened.visit.id))

    assert caught.value.problem is RecordsProblem.STUDY_REFUSED
    assert "patient only" in caught.value.message
    assert elsewhere.patients() == ()
    study = opened.visit.studies[0]
    do(opened, edits.detach_study(opened.visit, study, reason="wrong record"))
    outcome = elsewhere.import_document(clinic.export_document(opened.visit.id))
    assert outcome.status is ImportStatus.IMPORTED


def test_studies_that_differ_are_refused(clinic: Clinic, elsewhere: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    opened = full_visit(clinic, patient)
    elsewhere.import_document(clinic.export_document(opened.visit.id))
    second = clinic.new_visit(patient.id)
    do(second, edits.detach_study(second.visit, second.visit.studies[0], reason="other person"))

    problem = refused(elsewhere, clinic.export_document(second.visit.id))

    assert problem is RecordsProblem.STUDIES_DIFFER
    assert elsewhere.visits_of(patient.id)[0].id == opened.visit.id


def test_a_visit_that_is_here_under_another_patient_is_refused(clinic: Clinic) -> None:
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    document = clinic.export_document(opened.visit.id)
    stranger = clinic.add_patient(make.patient(family_name="Stranger"))

    moved = replace(
        document, patient=stranger, visit=replace(document.visit, patient_id=stranger.id)
    )

    assert refused(clinic, moved) is RecordsProblem.VISIT_OF_OTHER


def test_items_that_are_here_in_another_visit_are_refused(clinic: Clinic) -> None:
    patient = clinic.add_patient(make.patient())
    opened = full_visit(clinic, patient)
    document = clinic.export_document(opened.visit.id)

    copied = replace(document, visit=replace(document.visit, id=make.visit().id))

    assert refused(clinic, copied) is RecordsProblem.VISIT_OF_OTHER


def test_a_missing_blob_is_said_when_the_visit_is_exported(clinic: Clinic) -> None:
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    do(opened, edits.attach_study(make.study(Sha256("0" * 64))))

    with pytest.raises(RecordsError, match="attachment"):
        clinic.export_document(opened.visit.id)


def test_a_visit_imports_from_a_file(clinic: Clinic, elsewhere: Clinic, tmp_path: Path) -> None:
    opened = full_visit(clinic, clinic.add_patient(make.patient()))
    path = tmp_path / "visit.json"
    path.write_text(dumps(clinic.export_document(opened.visit.id)), encoding="utf-8")

    elsewhere.import_file(path)

    assert elsewhere.open_visit(opened.visit.id).visit == opened.visit
    path.write_text(json.dumps({"format": "else"}), encoding="utf-8")
    with pytest.raises(DocumentError):
        elsewhere.import_file(path)


# --- two programs at once


def _work(folder: Path, visit_ids: list[UUID], turns: int) -> None:
    clinic = Clinic.open(folder, author="other")
    for number in range(turns):
        clinic.add_patient(make.patient(family_name=f"Patient {number}"))
        for visit_id in visit_ids:
            opened = clinic.open_visit(visit_id)
            step = opened.apply(edits.plan_site(make.planned_site()))
            if step is not None:
                opened.commit(step)
    clinic.close()


def test_two_programs_may_work_in_one_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    clinic = Clinic.open(tmp_path)
    patient = clinic.add_patient(make.patient())
    visits = [clinic.new_visit(patient.id).visit.id for _ in range(2)]
    clinic.close()
    turns = 15

    programs = [context.Process(target=_work, args=(tmp_path, [each], turns)) for each in visits]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)

    assert [program.exitcode for program in programs] == [0, 0]
    clinic = Clinic.open(tmp_path)
    assert len(clinic.patients()) == 1 + 2 * turns
    for visit_id in visits:
        assert len(clinic.open_visit(visit_id).visit.planned_sites) == turns
    assert clinic.integrity() == "ok"
    clinic.close()


def test_two_programs_may_make_the_database_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    folder = tmp_path / "new"

    programs = [context.Process(target=_work, args=(folder, [], 3)) for _ in range(3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)

    assert [program.exitcode for program in programs] == [0, 0, 0]
    clinic = Clinic.open(folder)
    assert len(clinic.patients()) == 9
    clinic.close()
