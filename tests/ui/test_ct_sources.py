"""What is dropped on the window: archives, lists, discs that are copied, studies that moved."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot
from sqlcipher3 import dbapi2

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.domain.visit import VisitKind
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.scan import scanning
from painmap.services.media import DetectMedium, Medium, MediumKind
from painmap.services.study_files import Kept
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_finding import WHERE_NOW
from painmap.ui.ct_panels import ProgressPanel
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from tests.support.bad_media import scratched, taken_out
from tests.support.ct_page import CtHands, jane, write_body
from tests.support.hands import open_chosen_stack, settle

POINT = PatientPoint(62.0, 40.0, -50.0)


def zipped(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def removable(
    place: Path, opener: Opener = open_file, kind: MediumKind = MediumKind.DISC
) -> DetectMedium:
    """Say that all below `place` lies on a disc."""

    def detect(path: Path) -> Medium:
        on_it = path == place or place in path.parents
        return Medium(kind, opener) if on_it else Medium()

    return detect


def question(hands: CtHands) -> QuestionPanel:
    panel = hands.page.opening.panel
    assert isinstance(panel, QuestionPanel)
    return panel


def series_panel(hands: CtHands) -> SeriesPanel:
    panel = hands.page.opening.panel
    assert isinstance(panel, SeriesPanel)
    return panel


def mark(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    hands.settle()


def drop(window: MainWindow, *paths: Path) -> None:
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at = window.rect().center()
    given = (Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton)
    QApplication.sendEvent(window, QDragEnterEvent(at, *given, Qt.KeyboardModifier.NoModifier))
    dropping = QDropEvent(QPointF(at), *given, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, dropping)
    settle(window)


# --- lists and archives


def test_everything_that_is_dropped_is_opened_as_one(window: MainWindow, tmp_path: Path) -> None:
    desk = window.desk
    patient = desk.clinic.add_patient(jane())
    desk.show_visit(desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    settle(window)
    write_body(tmp_path / "all" / "a")
    files = sorted((write_body(tmp_path / "all" / "b", series_uid="1.2.3.4.7")).iterdir())

    drop(window, tmp_path / "all" / "a", *files)
    open_chosen_stack(window)

    (study,) = desk.open_visit.visit.attached_studies
    assert len(window.pages.ct.session.disk.stacks) == 2
    assert study.folder == str(tmp_path / "all")


def test_a_zip_that_is_dropped_is_kept_unpacked_and_opens_again_without_it(
    window: MainWindow, tmp_path: Path
) -> None:
    desk = window.desk
    patient = desk.clinic.add_patient(jane())
    desk.show_visit(desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    settle(window)
    archive = zipped(tmp_path / "ct.zip", write_body(tmp_path / "disc"))
    shutil.rmtree(tmp_path / "disc")

    drop(window, archive)
    panel = window.pages.ct.opening.panel
    assert isinstance(panel, SeriesPanel)
    assert panel.copy.isHidden()
    open_chosen_stack(window)

    page = window.pages.ct
    (study,) = desk.open_visit.visit.attached_studies
    assert page.is_looking
    assert desk.clinic.store.holds(Path(study.folder))
    assert page.recent_folders() == (archive,)
    archive.unlink()
    page.close_pictures()
    page.reopen(study)
    settle(window)
    assert page.is_looking
    assert page.session.why_not_annotate == ""


def test_a_zip_is_opened_from_the_menu_too(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = window.desk
    assert not window.actions_["open-file"].isEnabled()
    patient = desk.clinic.add_patient(jane())
    desk.show_visit(desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    settle(window)
    archive = zipped(tmp_path / "ct.zip", write_body(tmp_path / "disc"))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(archive)], ""))

    window.actions_["open-file"].trigger()
    settle(window)

    open_chosen_stack(window)
    assert window.pages.ct.is_looking


def test_what_was_unpacked_and_not_kept_goes_with_the_visit(
    desk: Desk, qtbot: QtBot, tmp_path: Path, records_folder: Path
) -> None:
    hands = CtHands(desk, qtbot, jane(family_name="Okafor"))
    archive = zipped(tmp_path / "ct.zip", write_body(tmp_path / "disc"))
    hands.open(archive)
    hands.answer("Look only")
    assert hands.page.session.look_only
    assert list((records_folder / "unpacked").rglob("*"))
    assert not (records_folder / "studies").exists()

    desk.close_visit()
    hands.settle()

    assert not (records_folder / "unpacked").exists()


def test_a_zip_that_is_refused_says_why(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "ct.zip").write_bytes(b"PK\x03\x04 and nothing more")
    hands = CtHands(desk, qtbot, jane())

    hands.page.open_folder(tmp_path / "ct.zip")
    hands.settle()

    assert question(hands).title == "This archive is damaged: it cannot be unpacked."


def test_a_damaged_dicomdir_is_said_above_the_list(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_body(tmp_path / "disc")
    (folder / "DICOMDIR").write_bytes(b"nothing")
    hands = CtHands(desk, qtbot, jane())
    chosen = [str(folder / "DICOMDIR")]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (chosen, ""))

    hands.page.opening.panel.file_button.click()
    hands.settle()

    texts = [each.text() for each in series_panel(hands).findChildren(type(hands.page.head.state))]
    assert any(text.endswith("its folder was looked through instead.") for text in texts)


# --- a copy or not


def test_a_study_is_read_from_where_it_is_unless_a_copy_is_wanted(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    folder = write_body(tmp_path / "disc")
    (folder / "readme.txt").write_text("a file that the list speaks of")
    hands.page.open_folder(folder)
    hands.settle()
    assert not series_panel(hands).copy.isChecked()
    series_panel(hands).copy.setChecked(True)

    series_panel(hands).open_button.click()
    hands.settle()

    (study,) = hands.visit.attached_studies
    assert desk.clinic.store.holds(Path(study.folder))
    shutil.rmtree(folder)
    hands.page.close_pictures()
    hands.page.reopen(study)
    hands.settle()
    assert hands.page.is_looking
    # the choice is offered again
    following = write_body(tmp_path / "next", series_uid="1.7", study_uid="1.6")
    (following / "readme.txt").write_text("a file that the list speaks of")
    hands.page.open_folder(following)
    hands.settle()
    assert series_panel(hands).copy.isChecked()


# --- discs


@pytest.mark.parametrize("kind", [MediumKind.DISC, MediumKind.STICK, MediumKind.NETWORK])
def test_a_disc_is_copied_while_it_is_read_and_may_be_taken_out_then(
    desk: Desk, qtbot: QtBot, tmp_path: Path, kind: MediumKind
) -> None:
    disc = tmp_path / "cdrom"
    write_body(disc / "a")
    write_body(disc / "b", series_uid="1.2.3.4.7", count=5)
    hands = CtHands(desk, qtbot, jane())
    hands.page.opening.detect = removable(disc, kind=kind)

    hands.page.open_folder(disc)
    hands.settle()
    panel = series_panel(hands)
    assert panel.copy.isHidden()
    panel.open_button.click()
    hands.settle()

    assert hands.said[-1] == (
        f"The study was copied, all of it. You may take the {kind.value} out now."
    )
    (study,) = hands.visit.attached_studies
    shutil.rmtree(disc)
    other = next(each for each in hands.page.session.disk.stacks if len(each.slices) == 5)
    hands.page.showing.show_stack(other)
    hands.settle()
    assert hands.page.session.stack.shape[0] == 5, "the other series is read from the copy"
    hands.page.close_pictures()
    hands.page.reopen(study)
    hands.settle()
    assert hands.page.is_looking
    noted = desk.clinic.files_of(study.id)
    assert noted is not None
    assert (noted.kept, noted.missing, len(noted.files)) == (Kept.COPY, 0, 26)


def test_the_slice_in_the_middle_is_seen_while_a_disc_is_copied(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    disc = write_body(tmp_path / "cdrom")
    seen: list[bool] = []
    hands = CtHands(desk, qtbot, jane())

    def opener(path: Path) -> BinaryIO:
        panel = hands.page.opening.panel
        if isinstance(panel, ProgressPanel):
            seen.append(not panel.picture.isHidden())
        return open_file(path)

    hands.page.opening.detect = removable(disc, opener)
    hands.open(disc)

    assert hands.page.is_looking
    assert seen[-1], "the last files were copied below the picture"


def test_sectors_that_cannot_be_read_are_named_by_slice(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    disc = write_body(tmp_path / "cdrom")
    hands = CtHands(desk, qtbot, jane())
    (stack,) = run_to_end(scanning(disc)).stacks
    bad = [stack.slices[k].path for k in (4, 10)]
    hands.page.opening.detect = removable(disc, scratched(bad, after=5000))

    hands.open(disc)

    assert hands.said[-1] == "Slices 5 and 11 of tiny could not be read from the disc."
    assert hands.page.is_looking
    assert hands.page.session.stack.shape[0] == 19
    assert hands.page.session.stack.geometry is None


def test_a_disc_that_was_taken_out_too_early_is_said_and_its_copy_is_made_whole_later(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    disc = tmp_path / "cdrom"
    write_body(disc / "a")
    write_body(disc / "b", series_uid="1.2.3.4.7", count=5)
    shutil.copytree(disc, tmp_path / "again")
    hands = CtHands(desk, qtbot, jane())
    (short,) = (each for each in run_to_end(scanning(disc)).stacks if len(each.slices) == 5)
    victim = short.slices[0].path  # no small picture is made of it
    hands.page.opening.detect = removable(disc, taken_out_at_its_copy(disc, victim))

    hands.open(disc)

    assert any("went away before the copy was whole" in text for text in hands.said)
    assert hands.page.is_looking, "the series that was copied stays on screen"
    (study,) = hands.visit.attached_studies
    assert desk.clinic.files_of(study.id).missing == 5

    hands.page.close_pictures()
    hands.page.reopen(study)
    hands.settle()
    assert hands.said[-1] == "The copy of this study lacks 5 files."
    (tmp_path / "again").rename(disc)
    hands.page.opening.detect = removable(disc)
    hands.page.close_pictures()
    hands.open(disc)

    assert desk.clinic.files_of(study.id).missing == 0
    assert hands.said[-1].endswith("You may take the disc out now.")


def taken_out_at_its_copy(disc: Path, victim: Path) -> Opener:
    """Lose the disc when `victim` is opened for the second time: its header was read before."""
    times: list[Path] = []
    lose = taken_out(disc, victim)

    def opener(path: Path) -> BinaryIO:
        times.append(path)
        return lose(path) if times.count(victim) > 1 else open_file(path)

    return opener


def test_nothing_of_another_persons_disc_is_kept(
    desk: Desk, qtbot: QtBot, tmp_path: Path, records_folder: Path
) -> None:
    disc = write_body(tmp_path / "cdrom")
    hands = CtHands(desk, qtbot, jane(family_name="Okafor"))
    hands.page.opening.detect = removable(disc)
    hands.open(disc)

    hands.answer("Look only")

    assert hands.page.session.look_only
    assert not (records_folder / "studies").exists()


def test_another_persons_folder_is_forgotten_by_the_index(
    desk: Desk,
    qtbot: QtBot,
    tmp_path: Path,
    records_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("painmap.imaging.scan.UNSETTLED_NS", -(10**18))
    folder = write_body(tmp_path / "disc")
    hands = CtHands(desk, qtbot, jane(family_name="Okafor"))
    hands.open(folder)
    assert desk.clinic.index.recall(folder)
    assert stored_folders(records_folder) == 0

    hands.answer("Not this patient: close")

    assert not desk.clinic.index.recall(folder)


def test_the_index_is_stored_once_a_study_is_attached(
    desk: Desk,
    qtbot: QtBot,
    tmp_path: Path,
    records_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("painmap.imaging.scan.UNSETTLED_NS", -(10**18))
    hands = CtHands(desk, qtbot, jane())

    hands.open(write_body(tmp_path / "disc"))

    assert stored_folders(records_folder) == 1


def stored_folders(records_folder: Path) -> int:
    connection = dbapi2.connect(str(records_folder / "painmap.db"))
    try:
        return int(connection.execute("SELECT count(*) FROM folder_index").fetchone()[0])
    finally:
        connection.close()


def test_a_full_disk_is_one_sentence_and_nothing_is_attached(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disc = write_body(tmp_path / "cdrom")
    hands = CtHands(desk, qtbot, jane())
    hands.page.opening.detect = removable(disc)
    monkeypatch.setattr("painmap.services.study_store.SPARE", 1 << 60)

    hands.open(disc)

    assert question(hands).title.startswith("There is not enough room on the disk for a copy")
    assert hands.visit.attached_studies == ()


# --- changed and moved


@pytest.mark.parametrize("again", ["reopened", "dropped"])
def test_annotations_on_files_that_changed_are_read_only(
    desk: Desk, qtbot: QtBot, tmp_path: Path, again: str
) -> None:
    folder = write_body(tmp_path / "disc")
    hands = CtHands(desk, qtbot, jane())
    hands.open(folder)
    mark(hands)
    (study,) = hands.visit.attached_studies
    (site,) = hands.visit.live_planned_sites
    hands.page.close_pictures()
    for path in sorted(folder.iterdir())[:3]:
        path.write_bytes(path.read_bytes() + b"\0\0")

    if again == "reopened":
        hands.page.reopen(study)
        hands.settle()
    else:
        hands.open(folder)

    words = hands.said[-1]
    assert words.startswith("3 of 21 files changed since ")
    assert words.endswith(": annotations are shown read-only.")
    page = hands.page
    assert page.is_looking
    assert not page.tools.buttons[ToolName.TARGET].isEnabled()
    assert page.session.why_not_annotate == words
    assert page.session.standing(site.place.anchor).reason == words
    assert hands.visit.live_planned_sites == (site,), "nothing is lost"
    page.close_pictures()
    page.reopen(study)
    hands.settle()
    assert page.session.why_not_annotate == words, "it is said each time"


def test_files_that_come_back_as_they_were_may_be_marked_again(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = write_body(tmp_path / "disc")
    shutil.copytree(folder, tmp_path / "safe")
    hands = CtHands(desk, qtbot, jane())
    hands.open(folder)
    (study,) = hands.visit.attached_studies
    hands.page.close_pictures()
    victim = sorted(folder.iterdir())[0]
    victim.write_bytes(victim.read_bytes() + b"\0\0")
    hands.page.reopen(study)
    hands.settle()
    assert hands.page.session.why_not_annotate

    shutil.copyfile(tmp_path / "safe" / victim.name, victim)
    hands.page.close_pictures()
    hands.page.reopen(study)
    hands.settle()

    assert hands.page.session.why_not_annotate == ""


def _by_question(hands: CtHands, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(place))
    hands.page.reopen(hands.visit.attached_studies[0])
    hands.settle()
    assert question(hands).title == "The folder of this study is no longer where it was."
    hands.answer(WHERE_NOW)


def _by_drop(hands: CtHands, place: Path, _: pytest.MonkeyPatch) -> None:
    hands.open(place)


@pytest.mark.parametrize("say", [_by_question, _by_drop])
def test_a_folder_that_moved_is_found_where_the_doctor_says(
    desk: Desk,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    say: Callable[[CtHands, Path, pytest.MonkeyPatch], None],
) -> None:
    folder = write_body(tmp_path / "disc")
    hands = CtHands(desk, qtbot, jane())
    hands.open(folder)
    mark(hands)
    hands.page.close_pictures()
    moved = tmp_path / "elsewhere"
    folder.rename(moved)

    say(hands, moved, monkeypatch)

    assert hands.page.is_looking
    (study,) = hands.visit.attached_studies
    assert study.folder == str(moved)
    assert len(hands.visit.live_planned_sites) == 1
    assert hands.page.session.why_not_annotate == ""
    hands.page.close_pictures()
    hands.page.reopen(study)
    hands.settle()
    assert hands.page.is_looking
    assert hands.page.session.why_not_annotate == ""


def test_a_wrong_place_changes_nothing_and_asks_again(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_body(tmp_path / "disc")
    hands = CtHands(desk, qtbot, jane())
    hands.open(folder)
    before = hands.visit.attached_studies
    hands.page.close_pictures()
    folder.rename(tmp_path / "elsewhere")
    wrong = write_body(tmp_path / "wrong", study_uid="1.9", series_uid="1.9.1")

    _by_question(hands, wrong, monkeypatch)

    assert question(hands).title == "This study is not at the place that you chose."
    assert WHERE_NOW in question(hands).buttons
    hands.answer("Close")
    assert hands.visit.attached_studies == before
