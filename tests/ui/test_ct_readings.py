"""The page CT where a series may be read in several ways, and where there is no CT at all."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydicom.dataset import Dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.domain.study import RefusalOutcome
from painmap.imaging.reslice import Plane
from painmap.imaging.ways import Way
from painmap.services.import_report import from_json
from painmap.ui import ct_captions
from painmap.ui.ct_captions import captions
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_paint_words import Line, Tone
from painmap.ui.ct_phases import ALL_AS_ONE
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, exported, jane, write_body

MR = "1.2.840.10008.5.1.4.1.1.4"


def two_phases(folder: Path, *, tag: str = "AcquisitionNumber") -> Path:
    """Two acquisitions at the same places, in one series."""
    for number in (3, 4):

        def edit(dataset: Dataset, order: int, number: int = number) -> None:
            if tag:
                setattr(dataset, tag, number)
            dataset.SOPInstanceUID = f"1.2.3.4.1.{number}.{order}"

        write_body(
            folder / str(number),
            first_number=100 * number,
            field=lambda x, y, z, number=number: 0 * x + 10 * number,
            edit=edit,
        )
    return folder


def mri(folder: Path, **series: object) -> Path:
    def edit(dataset: Dataset, _: int) -> None:
        dataset.SOPClassUID, dataset.Modality = MR, "MR"
        del dataset.RescaleType

    return write_body(
        folder, edit=edit, study_uid="1.2.8", series_uid="1.2.8.1", intercepts=(0.0,),
        signed=True, **series,
    )  # fmt: skip


def panel(hands: CtHands) -> SeriesPanel:
    found = hands.page.opening.panel
    assert isinstance(found, SeriesPanel)
    return found


def question(hands: CtHands) -> QuestionPanel:
    found = hands.page.opening.panel
    assert isinstance(found, QuestionPanel)
    return found


# --- phases and readings


def test_the_question_names_the_phases_and_each_is_a_stack(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())

    hands.open(two_phases(tmp_path / "disc"))

    asked = question(hands)
    assert asked.title.startswith("At 21 places of this series several different pictures lie.")
    assert list(asked.buttons) == [
        "Acquisition 3: 21 slices",
        "Acquisition 4: 21 slices",
        ALL_AS_ONE,
        "Close",
    ]
    assert [b.text() for b in asked.buttons.values() if b.property("primary")] == [
        "Acquisition 3: 21 slices"
    ]
    hands.answer("Acquisition 4: 21 slices")
    assert hands.page.session.stack.part == "acquisition 4"
    assert hands.page.session.volume is not None
    assert int(hands.page.session.volume.hu.max()) == 40
    assert hands.page.session.stack.uniform


def test_closing_the_question_opens_and_keeps_nothing(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(two_phases(tmp_path / "disc"))

    QTest.keyClick(question(hands), Qt.Key.Key_Escape)
    hands.settle()

    assert not hands.page.session.is_open
    assert hands.visit.studies == ()


def test_all_as_one_is_opened_only_when_it_is_asked_for(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(two_phases(tmp_path / "disc"))

    hands.answer(ALL_AS_ONE)

    assert hands.page.session.stack.shape == (42, 60, 60)
    assert list(hands.page.session.views) == [Plane.AXIAL]


def test_the_user_may_choose_another_reading_in_the_list(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(write_body(tmp_path / "disc", gaps=(10, 11)))
    hands.settle()
    shown = panel(hands)
    offered = [shown.ways.itemText(n) for n in range(shown.ways.count())]

    assert offered == ["all as one: 1 stack", "split where slices are missing: 2 stacks"]
    assert shown.ways.isVisible()
    assert shown.reason.text() == "The slices do not follow each other in even steps."
    shown.ways.setCurrentIndex(1)
    shown.ways.activated.emit(1)
    assert "part 1 of 2" in shown.list.item(1).text()
    assert "part 2 of 2" in shown.list.item(2).text()
    shown.open_button.click()
    hands.settle()
    assert hands.page.session.stack.shape == (10, 60, 60)
    assert hands.page.session.stack.uniform
    assert list(hands.page.session.views) == list(Plane)


def test_an_ordinary_series_offers_no_reading(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())
    folder = write_body(tmp_path / "disc")
    (folder / "readme.txt").write_text("a file that the list speaks of")
    hands.page.open_folder(folder)
    hands.settle()

    assert not panel(hands).ways.isVisible()


def test_what_was_marked_on_a_chosen_reading_is_found_again(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(two_phases(tmp_path / "disc"))
    hands.answer("Acquisition 3: 21 slices")
    hands.choose("multifidus")
    hands.page.choose_tool(ToolName.MIDLINE)
    hands.click(PatientPoint(2, 60, -50), ToolName.MIDLINE)
    key = hands.visit.live_landmarks[0].anchor.stack_key
    hands.page.close_pictures()
    hands.settle()

    hands.page.reopen(hands.visit.attached_studies[0])
    hands.settle()

    assert hands.page.session.stack.key == key
    assert hands.page.session.standing(hands.visit.live_landmarks[0].anchor).editable


def test_a_reading_chosen_by_hand_is_found_again_by_its_marks_and_by_its_place(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(write_body(tmp_path / "disc", gaps=(10, 11)))
    hands.settle()
    panel(hands).ways.setCurrentIndex(1)
    panel(hands).ways.activated.emit(1)
    panel(hands).open_button.click()
    hands.settle()
    key = hands.page.session.stack.key
    place = hands.page.place()
    study = hands.visit.attached_studies[0]

    hands.page.close_pictures()
    hands.page.reopen(study, place)
    hands.settle()
    assert hands.page.session.stack.key == key, "by the place that was left"
    hands.click(PatientPoint(2, 60, -80), ToolName.MIDLINE)
    assert hands.visit.live_landmarks[0].anchor.stack_key == key
    hands.page.close_pictures()
    hands.page.reopen(study)
    hands.settle()
    assert hands.page.session.stack.key == key, "by what was marked"


def test_the_reading_is_in_the_stored_report(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(two_phases(tmp_path / "disc"))
    hands.answer("Acquisition 3: 21 slices")

    report = from_json(desk.clinic.blob(hands.visit.attached_studies[0].import_report))

    assert report.readings[0].way == Way.ACQUISITION.value
    assert report.readings[0].others == (Way.AS_ONE.value,)
    assert [line.part for line in report.stacks] == ["acquisition 3", "acquisition 4"]


# --- the hash of the set


def test_the_files_are_hashed_after_they_are_shown_and_it_is_no_step_to_undo(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())

    hands.open(write_body(tmp_path / "disc"))

    (study,) = hands.visit.attached_studies
    report = from_json(desk.clinic.blob(study.import_report))
    assert len(report.set_hash) == 64
    assert any(report.set_hash in line for line in report.sentences)
    assert desk.open_visit.undo_label == "attach study"
    desk.undo()
    hands.settle()
    assert hands.visit.attached_studies == ()
    desk.redo()
    hands.settle()
    assert hands.visit.attached_studies[0].study_uid == study.study_uid


def test_files_that_changed_since_are_said_when_the_study_is_opened_again(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = write_body(tmp_path / "disc")
    hands = CtHands(desk, qtbot, jane())
    hands.open(folder)
    hands.page.close_pictures()
    times = {path: path.stat() for path in folder.iterdir()}
    write_body(folder, field=lambda x, y, z: 0 * x + 77)
    for path, before in times.items():
        # sizes and times tell nothing: only the hash of the set does
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    hands.said.clear()

    # another run of the program: nothing is remembered
    hands.page.hashing._hashed.clear()
    hands.page.reopen(hands.visit.attached_studies[0])
    hands.settle()

    assert any("not the ones that were read when it was attached" in each for each in hands.said)


def test_the_same_files_are_quiet_when_the_study_is_opened_again(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc"))
    hands.page.close_pictures()
    hands.said.clear()

    hands.page.hashing._hashed.clear()
    hands.page.reopen(hands.visit.attached_studies[0])
    hands.settle()

    assert hands.said == []


# --- no CT


def test_a_disc_without_ct_says_what_is_on_it_and_mri_is_looked_at_only(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(mri(tmp_path / "disc"))
    hands.settle()

    assert "   MRI of the lumbar spine, 1 series" in question(hands).lines
    hands.answer("Look at the MRI")
    assert "Look only: MRI, no HU" in panel(hands).list.item(0).text()
    assert panel(hands).left_out.text() == "All files are listed."
    panel(hands).open_button.click()
    hands.settle()

    page = hands.page
    assert page.is_looking
    assert hands.visit.studies == ()
    assert page.session.why_not_annotate.startswith("This is MRI, which is looked at only")
    assert not page.windows.isVisible()
    image = page.session.image(Plane.AXIAL, 3)
    written = captions(page.session, image, desk.now.date(), small=False)
    assert written.banner == "MRI, LOOKED AT ONLY: no HU, no proposals, no plan"
    assert written.top_left[1].text.startswith("MRI of 29 February 2024")


def test_distances_are_measured_on_mri_and_nothing_else(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(mri(tmp_path / "disc"))
    hands.settle()
    hands.answer("Look at the MRI")
    panel(hands).open_button.click()
    hands.settle()
    page = hands.page

    for tool in (ToolName.MIDLINE, ToolName.TARGET, ToolName.OUTLINE):
        page.choose_tool(tool)
        assert page.annotator.tool is ToolName.WINDOW
    page.choose_tool(ToolName.MEASURE)
    point = page.session.stack.slice_geometry(10).patient_point(20, 20)
    hands.look_at(point)
    hands.drag(hands.pixel(point), hands.pixel(PatientPoint(point.x + 40, point.y, point.z)))

    assert page.annotator.measured is not None
    level = page.session.window.level
    hands.key(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert page.session.window.level == level, "the windows of CT are for CT"


def test_mri_of_another_person_is_asked_about_before_it_is_shown(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane(family_name="Okafor"))
    hands.page.open_folder(mri(tmp_path / "disc"))
    hands.settle()
    hands.answer("Look at the MRI")
    panel(hands).open_button.click()
    hands.settle()

    assert any(line.startswith("name: Doe, Jane") for line in question(hands).lines)
    hands.answer("Look only")
    assert hands.page.is_looking
    assert hands.visit.refusals[0].outcome is RefusalOutcome.LOOKED_ONLY


def test_beside_ct_mri_is_listed_and_a_ct_opened_afterwards_has_its_own_window(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    write_body(tmp_path / "disc" / "ct")
    mri(tmp_path / "disc" / "mr")
    hands = CtHands(desk, qtbot, jane())
    hands.page.open_folder(tmp_path / "disc")
    hands.settle()
    shown = panel(hands)

    assert shown.left_out.text() == (
        "All files are listed. Beside the CT: MRI of the lumbar spine, 1 series."
    )
    shown.list.setCurrentRow(3)
    shown.open_button.click()
    hands.settle()
    assert not hands.page.session.stack.is_ct
    hands.open(tmp_path / "disc")
    assert hands.page.session.stack.is_ct
    assert (hands.page.session.window.width, hands.page.session.window.level) == (400, 40)
    assert hands.page.windows.isVisible()


# --- resampling


def test_uneven_slices_are_resampled_only_when_asked_and_marked(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    offsets = dict.fromkeys(range(7, 14), (0.0, 0.0, 2.0))
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc", offsets=offsets))
    page = hands.page

    assert list(page.session.views) == [Plane.AXIAL]
    assert page.viewer.resample_button.isVisible()
    page.viewer.resample_button.click()
    hands.settle()

    assert list(page.session.views) == list(Plane)
    image = page.session.image(Plane.SAGITTAL, 30)
    written = captions(page.session, image, desk.now.date(), small=False)
    assert written.banner.startswith("RESAMPLED: computed between the slices")
    assert "Resampled for looking" in page.session.why_not_annotate
    page.choose_tool(ToolName.TARGET)
    assert page.annotator.tool is ToolName.WINDOW
    page.choose_tool(ToolName.MEASURE)
    hands.drag(hands.pixel(PatientPoint(0, 0, -50)), hands.pixel(PatientPoint(30, 0, -50)))
    assert page.annotator.measured is None
    page.showing.show_stack(page.session.disk.stacks[0])
    hands.settle()
    assert not page.session.stack.resampled
    assert page.session.why_not_annotate == ""


# --- lossy


def test_lossy_pictures_say_so_on_screen_and_in_every_export(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = CtHands(desk, qtbot, jane())
    lossy = {"edit": lambda one, _: setattr(one, "LossyImageCompression", "01")}
    hands.open(write_body(tmp_path / "disc", **lossy))
    session = hands.page.session

    for small in (False, True):
        written = captions(session, session.image(Plane.AXIAL, 3), desk.now.date(), small=small)
        assert Line("LOSSY", Tone.WARNING) in written.top_right
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(PatientPoint(22.0, 40.0, -50.0), ToolName.TARGET)
    marked = exported(hands).pictures
    # the same picture once more, without the mark
    monkeypatch.setattr(ct_captions, "WarningCode", SimpleNamespace(LOSSY=None))
    bare = exported(hands).pictures

    assert len(marked) == 1
    assert list(marked) == list(bare)
    assert list(marked.values()) != list(bare.values())


def test_planes_across_tilted_slices_are_shown_only_when_asked_and_marked(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open(write_body(tmp_path / "disc", tilt_degrees=15.0))
    page, viewer = hands.page, hands.page.viewer

    assert list(page.session.views) == [Plane.AXIAL]
    assert viewer.views[Plane.CORONAL].isHidden()
    assert "tilted by 15.0°" in viewer.why_no_other_planes
    assert not viewer.resample_button.isVisible()
    assert viewer.across_button.text() == "Show resampled planes"
    viewer.across_button.click()
    hands.settle()

    assert list(page.session.views) == list(Plane)
    assert viewer.why_no_other_planes == ""
    assert not viewer.views[Plane.CORONAL].isHidden()
    image = viewer.shown[Plane.SAGITTAL].image
    assert image.view.resampled
    corner = captions(page.session, image, desk.now.date(), small=False)
    assert "resampled" in str(corner)
    # the slices themselves are as they were: what was acquired is marked and measured
    assert page.session.why_not_annotate == ""
    assert not viewer.shown[Plane.AXIAL].image.view.resampled

    # the choice stays with this CT, and is nobody else's
    page.showing.show_stack(page.session.stack)
    hands.settle()
    assert list(page.session.views) == list(Plane)
