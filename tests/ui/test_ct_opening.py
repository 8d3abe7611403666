from pathlib import Path
from threading import Event

import pytest
from pydicom.dataset import Dataset
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.domain.sentences import visit_sentences
from painmap.domain.study import Agreement, IdentityAnswer, Origin, RefusalOutcome
from painmap.domain.visit import VisitKind
from painmap.services.import_report import from_json
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.ct_words import LOOK_ONLY_BANNER, SYNTHETIC_BANNER
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from tests.support.ct_page import CtHands, demonstration, exported, jane, write_body
from tests.support.hands import open_chosen_stack, settle


def _question(hands: CtHands) -> QuestionPanel:
    panel = hands.page.opening.panel
    assert isinstance(panel, QuestionPanel)
    return panel


def _deidentified(dataset: object, _: int) -> None:
    dataset.PatientIdentityRemoved = "YES"  # type: ignore[attr-defined]  # a pydicom data set


def test_the_patients_study_is_attached_with_one_quiet_line(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())

    hands.open(write_body(tmp_path / "disc"))

    (study,) = hands.visit.attached_studies
    assert study.identity.name is Agreement.SAME
    assert study.origin is Origin.PERSON
    assert hands.said[-1].startswith("Study attached. Name and sex agree, birth date unknown")
    assert hands.page.is_looking
    assert hands.page.session.stack.shape == (21, 60, 60)


def test_the_import_report_is_kept_with_the_study_and_can_be_read(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = write_body(tmp_path / "disc")
    (folder / "readme.txt").write_text("no picture")
    hands = CtHands(desk, qtbot, jane())

    hands.open(folder)
    hands.page.show_report()
    hands.settle()

    report = from_json(desk.clinic.blob(hands.visit.attached_studies[0].import_report))
    assert len(report.used) == 21
    assert report.skipped == (("readme.txt", "This is not a DICOM file."),)
    assert "21 files used" in hands.page.opening.panel.text.toPlainText()


def test_another_persons_study_is_stopped_before_anything_is_kept(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane(family_name="Okafor"))
    hands.open(write_body(tmp_path / "disc"))
    question = _question(hands)

    assert any(line.startswith("name: Doe, Jane in the study") for line in question.lines)
    assert hands.visit.studies == ()
    QTest.keyClick(question, Qt.Key.Key_Return)
    hands.settle()

    assert hands.visit.studies == ()
    (refusal,) = hands.visit.refusals
    assert refusal.outcome is RefusalOutcome.CLOSED
    assert refusal.differences == ("name",)
    assert "Doe" not in repr(refusal)
    assert not hands.page.is_looking


def test_the_same_person_needs_a_reason_which_is_recorded(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane(family_name="Okafor"))
    hands.open(write_body(tmp_path / "disc"))
    question = _question(hands)

    assert not question.buttons["Same person"].isEnabled()
    assert question.reasons is not None
    question.reasons.chip(IdentityAnswer.NAME_CHANGED).click()
    question.reason.setText("married in May")
    hands.answer("Same person")

    (study,) = hands.visit.attached_studies
    assert study.identity.answer is IdentityAnswer.NAME_CHANGED
    assert study.identity.remark == "married in May"
    assert study.identity.differs


def test_a_study_that_is_only_looked_at_leaves_nothing_but_that(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane(family_name="Okafor"))
    hands.open(write_body(tmp_path / "disc"))

    hands.answer("Look only")

    page = hands.page
    assert page.is_looking
    assert page.session.look_only
    assert hands.visit.studies == ()
    assert hands.visit.refusals[0].outcome is RefusalOutcome.LOOKED_ONLY
    captions = page.viewer.views[page.viewer.native].scene_shown.captions
    assert LOOK_ONLY_BANNER in captions.banner
    for name in (ToolName.TARGET, ToolName.OUTLINE, ToolName.MIDLINE):
        assert not page.tools.buttons[name].isEnabled()
        page.choose_tool(name)
        assert page.annotator.tool is ToolName.WINDOW
    assert page.place() == {}
    assert exported(hands).pictures == {}


def _mary(dataset: Dataset, _: int) -> None:
    """Another person under the same UIDs."""
    dataset.PatientName, dataset.PatientID = "Okafor^Mary", "999"


def test_another_person_under_the_uid_of_an_attached_study_is_a_question(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc"))
    before = hands.visit.studies
    hands.page.close_pictures()

    hands.open(write_body(tmp_path / "other", edit=_mary))

    assert any(line.startswith("name: Okafor, Mary") for line in _question(hands).lines)
    assert not hands.page.session.is_open
    hands.answer("Not this patient: close")
    assert hands.visit.studies == before
    assert [each.differences for each in hands.visit.refusals] == [("name",)]
    assert not hands.page.is_looking


def test_the_files_of_an_attached_study_that_show_another_now_are_a_question(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc"))
    (study,) = hands.visit.attached_studies
    place = hands.page.place()
    hands.page.close_pictures()
    write_body(tmp_path / "disc", edit=_mary)

    hands.page.restore(place)
    hands.settle()

    assert any(line.startswith("name: Okafor, Mary") for line in _question(hands).lines)
    hands.answer("Look only")
    assert hands.page.session.look_only
    assert hands.visit.attached_studies == (study,)


def test_the_same_person_under_a_known_uid_is_answered_once(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc"))
    (before,) = hands.visit.attached_studies
    hands.page.close_pictures()
    other = write_body(tmp_path / "other", edit=_mary)
    hands.open(other)

    reasons = _question(hands).reasons
    assert reasons is not None
    reasons.chip(IdentityAnswer.NAME_CHANGED).click()
    hands.answer("Same person")

    (study,) = hands.visit.attached_studies
    assert hands.page.is_looking
    assert (study.id, study.folder) == (before.id, str(other))
    assert study.identity.answer is IdentityAnswer.NAME_CHANGED
    hands.page.close_pictures()
    hands.page.reopen(study)
    hands.settle()
    assert hands.page.is_looking, "the answer holds for this person"


def test_a_study_from_another_data_folder_opens_where_it_agrees_with_the_patient(
    desk: Desk, qtbot: QtBot, tmp_path: Path, records_folder: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc"))
    (study,) = hands.visit.attached_studies
    hands.page.close_pictures()
    (records_folder / "identity.key").write_bytes(bytes(32))

    hands.page.reopen(study)
    hands.settle()

    assert hands.page.is_looking
    assert hands.page.session.study == study


def test_a_study_that_is_compared_again_is_not_shown_once_the_doctor_left(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc"))
    (study,) = hands.visit.attached_studies
    hands.page.close_pictures()
    answer_now = Event()
    desk.jobs.record(answer_now.wait, failed=desk.show_error)
    hands.page.reopen(study)
    panel = hands.page.opening.panel
    # the folder was read, and the records are asked
    hands.wait(lambda: hands.page.opening.panel is not panel)

    hands.page.opening.dismiss()
    answer_now.set()
    hands.settle()

    assert not hands.page.is_looking
    assert hands.page.opening.shows_start


def test_a_folder_is_remembered_once_a_study_of_it_is_attached(
    desk: Desk, qtbot: QtBot, tmp_path: Path, records_folder: Path
) -> None:
    hands = CtHands(desk, qtbot, jane(family_name="Okafor"))
    folder = write_body(tmp_path / "DOE_JANE")
    hands.open(folder)
    assert "DOE_JANE" not in _kept_beside_the_records(records_folder)
    hands.answer("Look only")
    hands.open(folder)
    hands.answer("Not this patient: close")
    assert "DOE_JANE" not in _kept_beside_the_records(records_folder)
    assert hands.page.recent_folders() == ()

    hands.open(write_body(tmp_path / "mine", name="Okafor^Jane", study_uid="1.9"))

    assert hands.page.recent_folders() == (tmp_path / "mine",)


def _kept_beside_the_records(folder: Path) -> str:
    return "".join(file.read_text() for file in folder.rglob("*.json"))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("Close", RefusalOutcome.CLOSED), ("Look only", RefusalOutcome.LOOKED_ONLY)],
)
def test_a_persons_study_cannot_be_attached_to_a_demonstration(
    desk: Desk, qtbot: QtBot, tmp_path: Path, answer: str, outcome: RefusalOutcome
) -> None:
    hands = CtHands(desk, qtbot, demonstration())

    hands.open(write_body(tmp_path / "disc"))

    assert "attached to a real patient only" in _question(hands).lines[0]
    hands.answer(answer)
    assert hands.visit.studies == ()
    (refusal,) = hands.visit.refusals
    assert (refusal.outcome, refusal.differences) == (outcome, ("origin: person",))


def test_a_synthetic_study_cannot_be_attached_to_a_real_patient(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())

    hands.open(write_body(tmp_path / "disc", synthetic=True))

    assert "demonstration patient" in _question(hands).lines[0]
    QTest.keyClick(_question(hands), Qt.Key.Key_Escape)
    hands.settle()
    assert [each.differences for each in hands.visit.refusals] == [("origin: synthetic",)]


def test_a_synthetic_study_says_so_on_every_view(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, demonstration())

    hands.open_best(write_body(tmp_path / "disc", synthetic=True))

    assert hands.visit.attached_studies[0].origin is Origin.SYNTHETIC
    for view in hands.page.viewer.views.values():
        assert view.scene_shown.captions.banner == SYNTHETIC_BANNER


def test_a_study_without_identity_is_asked_about_before_it_counts_as_a_sample(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, demonstration())
    hands.open(write_body(tmp_path / "disc", edit=_deidentified))

    assert "public sample" in _question(hands).title
    hands.answer("Public sample")

    assert hands.visit.attached_studies[0].origin is Origin.PUBLIC_SAMPLE


def test_a_disc_with_several_persons_asks_whose(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    write_body(tmp_path / "disc" / "a")
    write_body(
        tmp_path / "disc" / "b",
        name="Ito^Kenji",
        patient_id="P2",
        study_uid="9.9",
        series_uid="9.9.1",
    )
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(tmp_path / "disc")
    hands.settle()

    question = _question(hands)
    assert "several persons" in question.title
    words = next(words for words in question.buttons if words.startswith("Doe, Jane"))
    question.buttons[words].click()
    hands.page.opening.panel.open_button.click()
    hands.settle()

    assert [study.study_uid for study in hands.visit.attached_studies] == ["1.2.3.4"]


def test_a_folder_without_ct_says_what_it_holds(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "disc").mkdir()
    (tmp_path / "disc" / "letter.txt").write_text("hello")
    hands = CtHands(desk, qtbot, jane())

    hands.page.open_folder(tmp_path / "disc")
    hands.settle()

    assert _question(hands).title == "No CT was found there."
    assert "1 × This is not a DICOM file." in _question(hands).lines


def test_a_folder_that_is_gone_is_said_plainly(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())

    hands.page.open_folder(tmp_path / "nowhere")
    hands.settle()

    assert _question(hands).title == "There is no file or folder at this place."


def test_a_detached_study_leaves_the_page_and_undo_brings_it_back(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc"))

    hands.page.detach()
    hands.settle()

    assert hands.visit.attached_studies == ()
    assert not hands.page.session.is_open
    assert not hands.page.is_looking
    desk.undo()
    hands.settle()
    assert len(hands.visit.attached_studies) == 1


def test_a_study_detached_in_a_later_visit_leaves_the_earlier_one_too(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "disc"))
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(PatientPoint(62.0, 40.0, -50.0), ToolName.TARGET)
    hands.settle()
    first = hands.visit.id
    later = desk.clinic.new_visit(desk.open_visit.patient.id, VisitKind.FOLLOW_UP)
    desk.show_visit(later)
    hands.settle()

    hands.page.reopen(hands.visit.attached_studies[0])
    hands.settle()
    hands.page.detach()
    hands.settle()

    earlier = desk.clinic.open_visit(first).visit
    assert earlier.attached_studies == ()
    assert earlier.live_planned_sites == ()
    (site,) = earlier.planned_sites
    assert earlier.why_in_error(site) == "attached by mistake"
    desk.undo()
    hands.settle()
    assert len(desk.clinic.open_visit(first).visit.live_planned_sites) == 1


def test_a_folder_dropped_on_the_window_is_opened(window: MainWindow, tmp_path: Path) -> None:
    desk = window.desk
    patient = desk.clinic.add_patient(jane())
    desk.show_visit(desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    settle(window)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(write_body(tmp_path / "disc")))])
    at = window.rect().center()
    given = (Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton)
    entering = QDragEnterEvent(at, *given, Qt.KeyboardModifier.NoModifier)
    dropping = QDropEvent(QPointF(at), *given, Qt.KeyboardModifier.NoModifier)

    QApplication.sendEvent(window, entering)
    QApplication.sendEvent(window, dropping)
    settle(window)

    assert entering.isAccepted()
    assert dropping.isAccepted()
    assert window.pages.ct.isVisible()
    open_chosen_stack(window)
    assert window.pages.ct.is_looking
    (study,) = desk.open_visit.visit.attached_studies
    assert study.folder == str(tmp_path / "disc")


def test_localizers_and_skipped_files_are_counted(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    folder = write_body(tmp_path / "disc")
    write_body(folder / "scout", localizer=True, count=1, series_uid="1.2.3.4.9", series_number=1)
    (folder / "notes").write_text("x")
    hands = CtHands(desk, qtbot, jane())

    hands.page.open_folder(folder)
    hands.settle()
    panel = hands.page.opening.panel

    assert panel.left_out.text() == "Not listed: 1 localizer and 1 skipped file."
    assert panel.chosen[1].shape == (21, 60, 60)


def test_the_sentence_list_names_the_study(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())

    hands.open(write_body(tmp_path / "disc"))

    assert any(text.startswith("CT of") for text in visit_sentences(hands.visit, desk.muscles))


def test_a_cancelled_scan_leads_back_to_the_beginning(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(write_body(tmp_path / "disc"))

    hands.page.opening.dismiss()
    hands.settle()

    assert hands.page.opening.shows_start
    assert hands.visit.studies == ()
