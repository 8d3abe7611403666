from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Level, Side
from painmap.domain.edits import attach_study, plan_site
from painmap.domain.injection import CtPlace
from painmap.domain.places import PatientPoint, StackKey
from painmap.domain.sentences import age_of_study
from painmap.imaging.reslice import Plane
from painmap.imaging.window import WINDOWS
from painmap.ui.ct_open import OTHER_FRAME
from painmap.ui.ct_paint_words import Tone
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from painmap.ui.main_window import MainWindow
from tests.support.ct_page import CtHands, exported, jane, opened_sample, write_body

POINT = PatientPoint(42.0, 30.0, -50.0)


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> CtHands:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc"))
    return made


def _texts(hands: CtHands, plane: Plane) -> list[str]:
    hands.page.viewer.draw()
    written = hands.page.viewer.views[plane].scene_shown.captions
    corners = (written.top_left, written.top_right, written.bottom_left, written.bottom_right)
    return [line.text for corner in corners for line in corner]


def test_every_view_says_study_age_position_and_slice(hands: CtHands) -> None:
    started = hands.visit.started.astimezone().date()
    day = hands.page.session.study_date
    assert day is not None

    for plane, name in zip(Plane, ("axial", "coronal", "sagittal"), strict=True):
        texts = _texts(hands, plane)
        assert "CT of 29 February 2024" in texts
        assert age_of_study(day, started) in texts
        assert "HFS" in texts
        assert any(text.startswith(f"{name} ") for text in texts)


def test_an_old_study_says_its_age_in_the_warning_colour(hands: CtHands) -> None:
    hands.page.viewer.draw()
    written = hands.page.viewer.views[Plane.AXIAL].scene_shown.captions

    tones = {line.text: line.tone for line in written.top_left}
    age = next(text for text in tones if text.endswith("before this visit"))
    assert tones[age] is Tone.WARNING


def test_the_wheel_leafs_through_slices_and_the_crosshair_follows(hands: CtHands) -> None:
    hands.look_at(POINT)
    before = hands.page.viewer.index(Plane.AXIAL)

    hands.scroll(3)

    assert hands.page.viewer.index(Plane.AXIAL) == before + 3
    cross = hands.page.viewer.cross
    assert cross is not None
    assert cross == pytest.approx((POINT.x, POINT.y, POINT.z + 15.0), abs=0.5)
    assert hands.page.viewer.index(Plane.CORONAL) == hands.page.session.index_of(
        Plane.CORONAL, POINT
    )


def test_a_click_with_the_window_tool_moves_the_linked_crosshair(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.WINDOW)

    hands.click(POINT)

    viewer = hands.page.viewer
    for plane in (Plane.CORONAL, Plane.SAGITTAL):
        assert viewer.index(plane) == hands.page.session.index_of(plane, POINT)


def test_presets_are_on_ctrl_digits(hands: CtHands) -> None:
    for number, preset in enumerate(WINDOWS, 1):
        hands.key(Qt.Key(Qt.Key.Key_0.value + number), Qt.KeyboardModifier.ControlModifier)
        window = hands.page.session.window
        assert (window.width, window.level) == (preset.width, preset.level)
        assert hands.page.windows.chosen == (preset.id,)


def test_a_drag_with_the_right_button_changes_window_and_level(hands: CtHands) -> None:
    before = hands.page.session.window

    hands.drag(QPoint(200, 200), QPoint(260, 230), button=Qt.MouseButton.RightButton)

    after = hands.page.session.window
    assert after.width > before.width
    assert after.level < before.level
    assert hands.page.windows.chosen == ()


def test_ctrl_wheel_zooms_space_pans_and_home_fits(hands: CtHands) -> None:
    view = hands.page.viewer.views[Plane.AXIAL]
    hands.page.viewer.fit()

    hands.scroll(4, ctrl=True)
    assert view.zoom > 1.5
    hands.page.viewer.set_pan_key(True)
    centre = view.centre
    hands.drag(QPoint(200, 200), QPoint(240, 200))
    hands.page.viewer.set_pan_key(False)
    assert view.centre[0] < centre[0]
    hands.key(Qt.Key.Key_Home)

    assert view.zoom == 1.0


def test_a_double_click_shows_a_view_alone_and_again_all(hands: CtHands) -> None:
    hands.page.choose_tool(ToolName.WINDOW)
    small = hands.page.viewer.views[Plane.CORONAL]

    hands.double_click(POINT, Plane.CORONAL)
    assert hands.page.viewer.views[Plane.AXIAL].isHidden()
    assert not small.isHidden()

    hands.double_click(POINT, Plane.CORONAL)
    assert not hands.page.viewer.views[Plane.AXIAL].isHidden()


def test_what_lies_under_the_pointer_is_said_in_hu_and_patient_millimetres(
    hands: CtHands,
) -> None:
    hands.look_at(POINT)

    hands.click(POINT)

    texts = _texts(hands, Plane.AXIAL)
    assert any(text.startswith("LPS 4") and text.endswith("−50 mm") for text in texts)
    assert any(text.endswith(" HU") for text in texts)


def test_padding_has_no_value(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    def pad(stored: object) -> None:
        stored[:, 30:] = 60000  # type: ignore[index]  # an array

    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "disc", padding=60000, padded=pad))

    hands.click(PatientPoint(60.0, 30.0, -50.0))
    assert "no data" in _texts(hands, Plane.AXIAL)


def test_uneven_slices_show_their_own_plane_and_say_why(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(write_body(tmp_path / "disc", gaps=(5, 6)))

    viewer = hands.page.viewer
    assert viewer.views[Plane.CORONAL].isHidden()
    assert "not evenly spaced" in viewer.why_no_other_planes
    assert hands.page.head.warning.text() == "slices missing"
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    assert site.place.target == pytest.approx(POINT, abs=1.0)


def _write_two_blocks(folder: Path) -> Path:
    """One series whose slices lie in two directions."""
    tilted = ((1.0, 0.0, 0.0), (0.0, 0.9, 0.435889894))
    write_body(folder / "a", count=5)
    write_body(
        folder / "b",
        count=4,
        origin=(-118.0, -118.0, -30.0),
        directions=tilted,
        first_number=50,
        edit=lambda dataset, order: setattr(dataset, "SOPInstanceUID", f"7.7.{order + 1}"),
    )
    return folder


def test_the_blocks_of_a_series_follow_each_other_in_scrolling(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(_write_two_blocks(tmp_path / "disc"))
    page = hands.page
    assert not page.head.switch.isHidden()
    first = page.session.stack.index

    hands.scroll(20 if first == 0 else -20)
    hands.settle()

    assert page.session.stack.index == 1 - first
    assert page.session.study is not None
    assert page.viewer.index(page.viewer.native) == (
        0 if first == 0 else len(page.session.stack.slices) - 1
    )


def test_what_was_marked_on_every_block_is_exported_also_after_reopening(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    hands = CtHands(desk, qtbot, jane())
    hands.open_best(_write_two_blocks(tmp_path / "disc"))
    page = hands.page
    for number in (0, 1):
        assert page.session.disk is not None
        page.showing.show_stack(page.session.disk.stacks[number], {"index": 1})
        hands.settle()
        hands.choose("multifidus", Side.LEFT, Level.L4)
        page.choose_tool(ToolName.TARGET)
        place = page.viewer.shown[Plane.AXIAL].placement.patient_of((150.0, 120.0))
        assert place is not None
        page.viewer.draw()
        hands.click(place)
        if page.annotator.question is not None:
            hands.answer_side("Not now")
    assert len(hands.visit.planned_sites) == 2
    assert len(exported(hands).pictures) == 2
    study = hands.visit.attached_studies[0]

    page.close_pictures()
    assert len(exported(hands).pictures) == 2
    page.reopen(study)
    hands.settle()

    assert len(exported(hands).pictures) == 2
    assert all(page.session.miniature(site) is not None for site in hands.visit.planned_sites)


def test_an_export_says_what_it_has_no_picture_of(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())
    folder = _write_two_blocks(tmp_path / "disc")
    hands.open_best(folder)
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.page.choose_tool(ToolName.TARGET)
    place = hands.page.viewer.shown[Plane.AXIAL].placement.patient_of((150.0, 120.0))
    assert place is not None
    hands.click(place)
    hands.page.close_pictures()

    rmtree(folder)
    found = exported(hands)

    assert found.pictures == {}
    (sentence,) = found.missing
    assert sentence.startswith("No pictures of the CT of")


def test_annotations_of_a_changed_stack_are_read_only_with_the_reason(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    anchor = replace(site.place.anchor, stack_key=StackKey("0" * 64))
    hands.desk.apply(plan_site(replace(site, place=replace(site.place, anchor=anchor))))

    standing = hands.page.session.standing(anchor)
    hands.page.annotator.choose(site.id)
    hands.page.annotator.chosen_one.remove()

    assert standing.drawn
    assert standing.reason.startswith("Read-only:")
    assert hands.page.bar.measured.whole == standing.reason
    assert len(hands.visit.planned_sites) == 1


def test_annotations_of_another_frame_of_reference_are_not_drawn(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    (site,) = hands.visit.planned_sites
    assert isinstance(site.place, CtPlace)
    anchor = replace(site.place.anchor, frame_of_reference_uid="8.8.8")
    hands.desk.apply(plan_site(replace(site, place=replace(site.place, anchor=anchor))))

    hands.page.viewer.draw()

    assert hands.page.session.standing(anchor) == OTHER_FRAME
    assert hands.page.viewer.views[Plane.AXIAL].scene_shown.marks == ()


def test_reopening_the_visit_lands_on_the_same_series_slice_and_window(
    start: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    folder = write_body(tmp_path / "disc")
    window = start()
    desk, ct = window.desk, window.pages.ct
    patient = desk.clinic.add_patient(jane())
    desk.show_visit(desk.clinic.new_visit(patient.id))
    qtbot.waitUntil(lambda: desk.jobs.busy == 0)
    window.open_folder(folder)
    qtbot.waitUntil(lambda: desk.jobs.busy == 0)
    qtbot.waitUntil(lambda: ct.is_looking, timeout=10_000)
    ct.viewer.look_at(POINT)
    ct.viewer.set_window(150, 50)
    ct.viewer.views[Plane.AXIAL].set_view(2.0, (150.0, 120.0))
    place = ct.place()
    visit_id = desk.open_visit.visit.id
    qtbot.waitUntil(lambda: desk.jobs.busy == 0)

    again = start()
    again.desk.show_visit(again.desk.clinic.open_visit(visit_id))
    page = again.pages.ct
    qtbot.waitUntil(lambda: page.is_looking, timeout=10_000)

    assert again.current_page.value == "CT"
    assert page.session.stack.series_uid == place["series"]
    assert page.viewer.cross == pytest.approx(POINT, abs=0.01)
    assert page.place()["window"] == [150, 50]
    assert page.place()["index"] == place["index"]
    assert page.viewer.views[Plane.AXIAL].zoom == pytest.approx(2.0, abs=0.01)


def test_a_study_whose_folder_is_gone_is_said_and_its_place_is_kept(
    hands: CtHands, tmp_path: Path
) -> None:
    place = hands.page.place()
    study = hands.visit.attached_studies[0]
    hands.page.close_pictures()
    (tmp_path / "disc").rename(tmp_path / "elsewhere")

    hands.page.reopen(study, place)
    hands.settle()

    assert "no longer where it was" in hands.page.opening.panel.title
    assert hands.page.place() == place


def test_show_items_brings_an_annotation_into_view(hands: CtHands) -> None:
    hands.choose("multifidus", Side.LEFT, Level.L4)
    hands.click(POINT, ToolName.TARGET)
    (site,) = hands.visit.planned_sites
    hands.look_at(PatientPoint(0, 0, -90))

    hands.page.show_items((site.id,))

    assert hands.page.annotator.chosen == site.id
    assert hands.page.viewer.cross == pytest.approx(POINT, abs=1.0)


@pytest.mark.shared_data
def test_the_real_lumbar_ct_opens_as_eleven_blocks_and_takes_marks(
    desk: Desk, qtbot: QtBot, shared_data: Path
) -> None:
    patient = jane(family_name="Sample", given_name="Lumbar CT")
    hands = CtHands(desk, qtbot, patient)
    hands.page.open_folder(shared_data / "lumbar-ct-cc0")
    hands.settle()
    hands.page.opening.panel.open_button.click()
    hands.settle()
    hands.answer("It shows a patient")
    panel = hands.page.opening.panel
    if not hands.page.is_looking:
        panel.reasons.chip("same person, other reason").click()
        hands.answer("Same person")
    page = hands.page

    blocks = [stack for stack in page.session.disk.stacks if len(stack.slices) < 30]
    assert [stack.index for stack in blocks] == list(range(11))
    letters = page.viewer.shown[Plane.AXIAL].image.letters
    assert letters[:2] == ("R", "L")
    assert any(len(letter) == 2 for letter in letters[2:]), "an oblique edge has two letters"
    cross = page.viewer.cross
    hands.choose("multifidus", Side.LEFT, Level.L5)
    target = PatientPoint(cross.x + 30, cross.y, cross.z)
    hands.click(target, ToolName.TARGET)
    (site,) = hands.visit.planned_sites
    drawn = page.viewer.shown[Plane.AXIAL].placement.view_of(site.place.target)
    assert drawn is not None
    assert abs(drawn[1]) < 0.01, "a target lies on the oblique slice it was clicked on"
    assert "8 years" in age_of_study(
        page.session.study_date, datetime(2026, 11, 1, tzinfo=UTC).date()
    )


@pytest.mark.shared_data
def test_the_eleven_lumbar_blocks_are_leafed_through_as_one_list(
    desk: Desk, qtbot: QtBot, shared_data: Path
) -> None:
    hands = opened_sample(desk, qtbot, shared_data / "lumbar-ct-cc0" / "lspine_axial")
    page = hands.page
    blocks = page.session.blocks
    total = sum(len(each.slices) for each in blocks)
    assert len(blocks) == 11
    page.head.switch.setCurrentIndex(0)
    page.head.switch.activated.emit(0)
    hands.settle()
    page.viewer.go_to(page.session.native, 0)

    seen = []
    for _ in range(total + 11):
        page.viewer.draw()
        line = page.viewer.views[Plane.AXIAL].scene_shown.captions.top_left[1].text
        if not seen or seen[-1] != line:
            seen.append(line)
        page.viewer.leaf(page.session.native, 1)
        hands.settle()

    numbers = [int(line.split("slice ")[1].split(" of")[0]) for line in seen]
    assert numbers == list(range(1, total + 1))
    assert seen[0].startswith("block 1 of 11")
    assert seen[-1] == f"block 11 of 11, slice {total} of {total}"


def test_attach_study_is_what_undo_takes_back_first(hands: CtHands) -> None:
    (study,) = hands.visit.attached_studies

    assert hands.desk.open_visit.undo_label == attach_study(study).label
