"""Label maps of other programs, taken in through the page CT."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, Compartment, CompartmentStatus
from painmap.domain.injection import SideBasis
from painmap.domain.places import PatientPoint
from painmap.domain.progress import run_to_end
from painmap.imaging.reslice import Plane
from painmap.imaging.sources import Source
from painmap.ui.ct_export import picturing
from painmap.ui.ct_label_import import OPEN_FIRST
from painmap.ui.ct_label_panel import LabelLine, LabelPanel
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, jane, write_body
from tests.support.label_maps import write_nifti_labels, write_rtstruct, write_seg, xyz_affine

LEFT_COLUMNS, RIGHT_COLUMNS = slice(36, 44), slice(14, 22)
"""Of 60 columns of 4 mm, head first and supine: the patient's left lies at the greater ones."""


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> Iterator[CtHands]:
    made = CtHands(desk, qtbot, jane())
    made.open_best(write_body(tmp_path / "disc"))
    yield made
    made.settle()


def midline(hands: CtHands) -> None:
    for z in (-90.0, -50.0, -20.0):
        hands.click(PatientPoint(-1.0, 80.0, z), ToolName.MIDLINE)


def box(hands: CtHands, columns: slice, ks: slice = slice(4, 9)) -> npt.NDArray[np.bool_]:
    mask = np.zeros(hands.page.session.stack.shape, dtype=bool)
    mask[ks, 25:33, columns] = True
    return mask


def nifti(hands: CtHands, folder: Path, **masks: npt.NDArray[np.bool_]) -> list[Path]:
    """One file a structure, as TotalSegmentator writes them."""
    affine = xyz_affine(hands.page.session.stack)
    return [
        write_nifti_labels(folder / f"{name}.nii.gz", mask.astype(np.uint8), affine, axes="RAS")
        for name, mask in masks.items()
    ]


def drop(hands: CtHands, *paths: Path) -> None:
    hands.page.open_source(Source.of(*paths))
    hands.settle()


def panel(hands: CtHands) -> LabelPanel:
    found = hands.page.labels.panel
    assert found is not None
    return found


def line(hands: CtHands, name: str) -> LabelLine:
    return next(each for each in panel(hands).lines if each.name.text() == name)


def choose_muscle(hands: CtHands, name: str, muscle: str) -> None:
    box = line(hands, name).muscle
    box.setCurrentIndex(box.findText(muscle))
    box.activated.emit(box.currentIndex())


def choose_side(hands: CtHands, name: str, side: str) -> None:
    box = line(hands, name).side
    box.setCurrentIndex(box.findText(side))
    box.activated.emit(box.currentIndex())


def take(hands: CtHands) -> None:
    panel(hands).take.click()
    hands.settle()


def muscles(hands: CtHands) -> dict[tuple[str, Side], Compartment]:
    return {(each.muscle_id, each.side): each for each in hands.visit.live_compartments}


def mask_of(hands: CtHands, compartment: Compartment) -> npt.NDArray[np.bool_]:
    masks = hands.page.work.muscles.masks(compartment)
    assert masks is not None
    whole = np.zeros(hands.page.session.stack.shape, dtype=bool)
    for k, one in masks.slices.items():
        whole[k] = one.mask.whole()
    return whole


def test_files_that_are_dropped_become_proposed_muscles_in_one_step(
    hands: CtHands, tmp_path: Path
) -> None:
    midline(hands)
    left, right = box(hands, LEFT_COLUMNS), box(hands, RIGHT_COLUMNS)
    paths = nifti(hands, tmp_path, iliopsoas_left=left, iliopsoas_right=right)
    before = hands.visit

    drop(hands, *paths)
    assert hands.visit is before  # nothing is taken in before the doctor says so
    assert panel(hands).take.text() == "Take in 2 muscles as proposed"
    take(hands)

    made = muscles(hands)
    assert set(made) == {("iliopsoas", Side.LEFT), ("iliopsoas", Side.RIGHT)}
    for side, mask in ((Side.LEFT, left), (Side.RIGHT, right)):
        one = made["iliopsoas", side]
        assert np.array_equal(mask_of(hands, one), mask)
        assert one.status is CompartmentStatus.PROPOSED
        assert {area.origin for area in one.areas} == {AreaOrigin.IMPORTED}
        assert one.side_check.basis is SideBasis.AGREES
        assert one.source is not None
        assert one.source.format == "NIfTI label map"
        assert one.source.names == (f"iliopsoas_{side.value}",)
        assert not one.source.resampled
    assert len({each.colour for each in made.values()}) == 2
    assert hands.page.is_looking
    assert hands.desk.open_visit.undo_label == "take in a label map"
    hands.desk.undo()
    assert hands.visit.live_compartments == ()
    hands.desk.redo()
    assert set(muscles(hands)) == set(made)


def test_what_was_taken_in_is_there_when_the_visit_is_opened_again(
    hands: CtHands, tmp_path: Path
) -> None:
    (path,) = nifti(hands, tmp_path, iliopsoas_left=box(hands, LEFT_COLUMNS))
    drop(hands, path)
    take(hands)
    visit_id = hands.visit.id
    hands.settle()

    hands.desk.close_visit()
    hands.desk.show_visit(hands.desk.clinic.open_visit(visit_id, fresh=True))
    hands.settle()

    (one,) = hands.visit.live_compartments
    assert one.source is not None
    assert one.source.names == ("iliopsoas_left",)


@pytest.mark.parametrize("write", [write_seg, write_rtstruct])
def test_dicom_label_maps_come_in_voxel_for_voxel(
    hands: CtHands, tmp_path: Path, write: object
) -> None:
    masks = {
        "Psoas major left": box(hands, LEFT_COLUMNS),
        "M. quadratus lumborum R": box(hands, RIGHT_COLUMNS),
    }
    path = write(tmp_path / "labels", hands.page.session.stack, masks)  # type: ignore[operator]

    drop(hands, path)
    take(hands)

    made = muscles(hands)
    assert np.array_equal(mask_of(hands, made["psoas_major", Side.LEFT]), box(hands, LEFT_COLUMNS))
    assert np.array_equal(
        mask_of(hands, made["quadratus_lumborum", Side.RIGHT]), box(hands, RIGHT_COLUMNS)
    )
    source = made["psoas_major", Side.LEFT].source
    assert source is not None
    assert source.made_by == "Painter"
    hands.page.work.muscles.chosen = made["psoas_major", Side.LEFT].id
    hands.page.work.toggle_list()
    assert "by Painter" in hands.page.work.list.facts.text()


def test_a_side_that_differs_from_where_it_lies_stops_until_it_is_answered(
    hands: CtHands, tmp_path: Path
) -> None:
    midline(hands)
    # the file calls LEFT what lies on the patient's right
    (path,) = nifti(hands, tmp_path, iliopsoas_left=box(hands, RIGHT_COLUMNS))

    drop(hands, path)

    assert not panel(hands).take.isEnabled()
    assert "differs" in panel(hands).open.text()
    assert "RIGHT of the midline" in line(hands, "iliopsoas_left").place.text()
    assert "its name says LEFT" in line(hands, "iliopsoas_left").remark.text()
    choose_side(hands, "iliopsoas_left", "RIGHT")
    assert panel(hands).take.isEnabled()
    take(hands)
    (one,) = hands.visit.live_compartments
    assert one.side is Side.RIGHT
    assert one.side_check.basis is SideBasis.AGREES
    assert one.side_check.answer == "made RIGHT, the label map says LEFT"


def test_a_side_kept_against_the_midline_needs_a_reason_which_is_recorded(
    hands: CtHands, tmp_path: Path
) -> None:
    midline(hands)
    (path,) = nifti(hands, tmp_path, iliopsoas_left=box(hands, RIGHT_COLUMNS))
    drop(hands, path)

    choose_side(hands, "iliopsoas_left", "LEFT")

    assert not panel(hands).take.isEnabled()
    assert panel(hands).reason.isVisible()
    QTest.keyClicks(panel(hands).reason, "scoliosis")
    take(hands)
    (one,) = hands.visit.live_compartments
    assert one.side is Side.LEFT
    assert one.side_check.basis is SideBasis.KEPT_AGAINST
    assert "scoliosis" in one.side_check.answer


def test_a_mirrored_map_is_noticed_without_any_midline(hands: CtHands, tmp_path: Path) -> None:
    paths = nifti(
        hands,
        tmp_path,
        psoas_major_left=box(hands, RIGHT_COLUMNS),
        psoas_major_right=box(hands, LEFT_COLUMNS),
    )

    drop(hands, *paths)

    assert not panel(hands).take.isEnabled()
    assert panel(hands).open.text().startswith("2 sides differ")
    assert "RIGHT of its fellow" in line(hands, "psoas_major_left").place.text()


def test_the_doctor_changes_what_a_label_is_taken_for(hands: CtHands, tmp_path: Path) -> None:
    paths = nifti(
        hands,
        tmp_path,
        mystery=box(hands, LEFT_COLUMNS),
        iliopsoas_right=box(hands, RIGHT_COLUMNS),
        vertebrae_L3=box(hands, slice(28, 32)),
    )
    drop(hands, *paths)
    assert [each.name.text() for each in panel(hands).lines] == ["iliopsoas_right", "mystery"]
    panel(hands).more.click()
    assert line(hands, "vertebrae_L3").row.muscle_id is None

    choose_muscle(hands, "iliopsoas_right", "not taken in")
    assert not panel(hands).take.isEnabled()
    choose_muscle(hands, "mystery", "quadratus lumborum")
    assert not panel(hands).take.isEnabled()  # neither its name nor a midline says a side
    choose_side(hands, "mystery", "LEFT")
    take(hands)

    (one,) = hands.visit.live_compartments
    assert (one.muscle_id, one.side) == ("quadratus_lumborum", Side.LEFT)
    assert one.source is not None
    assert one.source.names == ("mystery",)


def test_two_labels_of_one_muscle_are_joined(hands: CtHands, tmp_path: Path) -> None:
    lower, upper = box(hands, LEFT_COLUMNS, slice(2, 6)), box(hands, LEFT_COLUMNS, slice(5, 9))
    paths = nifti(hands, tmp_path, erector_spinae_left=lower, autochthon_left=upper)
    drop(hands, *paths)

    choose_muscle(hands, "autochthon_left", "erector spinae")
    assert panel(hands).take.text() == "Take in 1 muscle as proposed"
    take(hands)

    (one,) = hands.visit.live_compartments
    assert np.array_equal(mask_of(hands, one), lower | upper)
    assert one.source is not None
    assert set(one.source.names) == {"erector_spinae_left", "autochthon_left"}


def test_one_label_for_two_muscles_is_not_called_one_of_them(
    hands: CtHands, tmp_path: Path
) -> None:
    (path,) = nifti(hands, tmp_path, autochthon_left=box(hands, LEFT_COLUMNS))
    drop(hands, path)

    take(hands)

    (one,) = hands.visit.live_compartments
    assert one.muscle_id == "deep_back_group"


def test_what_the_doctor_has_drawn_is_replaced_only_when_chosen(
    hands: CtHands, tmp_path: Path
) -> None:
    (path,) = nifti(hands, tmp_path, iliopsoas_left=box(hands, LEFT_COLUMNS))
    drop(hands, path)
    take(hands)
    (mine,) = hands.visit.live_compartments
    (again,) = nifti(hands, tmp_path, iliopsoas_left=box(hands, slice(40, 50)))

    drop(hands, again)

    assert line(hands, "iliopsoas_left").row.muscle_id is None
    choose_muscle(hands, "iliopsoas_left", "iliopsoas")
    assert "replaces yours" in line(hands, "iliopsoas_left").remark.text()
    take(hands)
    (one,) = hands.visit.live_compartments
    assert one.id == mine.id
    assert np.array_equal(mask_of(hands, one), box(hands, slice(40, 50)))
    hands.desk.undo()
    assert np.array_equal(
        mask_of(hands, hands.visit.live_compartments[0]), box(hands, LEFT_COLUMNS)
    )


def test_another_grid_is_taken_to_the_nearest_voxels_only_when_allowed(
    hands: CtHands, tmp_path: Path
) -> None:
    affine = xyz_affine(hands.page.session.stack)
    affine[0, 3] += 1.0
    mask = box(hands, LEFT_COLUMNS)
    path = write_nifti_labels(tmp_path / "iliopsoas_left.nii", mask.astype(np.uint8), affine)

    drop(hands, path)

    assert not panel(hands).take.isEnabled()
    panel(hands).nearest.click()
    take(hands)
    (one,) = hands.visit.live_compartments
    assert one.source is not None
    assert one.source.resampled
    assert np.array_equal(mask_of(hands, one), mask)
    hands.page.work.muscles.chosen = one.id
    hands.page.work.toggle_list()
    assert "resampled to the nearest voxels" in hands.page.work.list.facts.text()
    hands.page.show_measures()
    hands.settle()
    table = hands.page.measures.table
    assert table is not None
    item = table.table.item(0, 0)
    assert item is not None
    assert item.text() == "LEFT iliopsoas, resampled"


def test_another_patient_is_refused_in_one_sentence(hands: CtHands, tmp_path: Path) -> None:
    def rename(dataset: object) -> None:
        dataset.PatientName = "Smith^Paula"  # type: ignore[attr-defined]

    stack = hands.page.session.stack
    path = write_rtstruct(
        tmp_path / "rt", stack, {"psoas left": box(hands, LEFT_COLUMNS)}, edit=rename
    )

    drop(hands, path)

    assert hands.page.labels.panel is None
    assert hands.said[-1] == "The label map shows another patient, so nothing of it was taken in."
    assert "Smith" not in " ".join(hands.said)


def test_another_frame_of_reference_is_refused_unless_it_was_drawn_on_these_slices(
    hands: CtHands, tmp_path: Path
) -> None:
    stack = hands.page.session.stack
    masks = {"psoas left": box(hands, LEFT_COLUMNS)}

    def forget_slices(dataset: object) -> None:
        for contour in dataset.ROIContourSequence[0].ContourSequence:  # type: ignore[attr-defined]
            del contour.ContourImageSequence

    drop(hands, write_rtstruct(tmp_path / "a", stack, masks, frame="1.9", edit=forget_slices))
    assert hands.page.labels.panel is None
    assert "another frame of reference" in hands.said[-1]

    drop(hands, write_rtstruct(tmp_path / "b", stack, masks, frame="1.9"))
    assert panel(hands).take.isEnabled()


def test_a_label_map_without_a_ct_says_what_to_do(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    hands = CtHands(desk, qtbot, jane())
    path = write_nifti_labels(tmp_path / "a.nii", np.ones((3, 3, 3), dtype=np.uint8), np.eye(4))

    drop(hands, path)

    assert hands.said == [OPEN_FIRST]


def test_escape_takes_nothing_in(hands: CtHands, tmp_path: Path) -> None:
    before = hands.visit
    (path,) = nifti(hands, tmp_path, iliopsoas_left=box(hands, LEFT_COLUMNS))
    drop(hands, path)

    QTest.keyClick(panel(hands), Qt.Key.Key_Escape)

    assert hands.page.labels.panel is None
    assert hands.page.is_looking
    assert hands.visit is before


def test_a_folder_of_masks_is_taken_as_one(hands: CtHands, tmp_path: Path) -> None:
    folder = tmp_path / "segmentations"
    folder.mkdir()
    nifti(
        hands,
        folder,
        iliopsoas_left=box(hands, LEFT_COLUMNS),
        iliopsoas_right=box(hands, RIGHT_COLUMNS),
    )

    drop(hands, folder)

    assert len(panel(hands).lines) == 2


def test_files_are_chosen_in_a_dialog_too(
    hands: CtHands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mask = np.zeros(hands.page.session.stack.shape, dtype=np.uint8)
    mask[box(hands, LEFT_COLUMNS)] = 7
    mask[box(hands, RIGHT_COLUMNS)] = 9
    path = write_nifti_labels(tmp_path / "map.nii", mask, xyz_affine(hands.page.session.stack))
    table = tmp_path / "names.csv"
    table.write_text("7,psoas major left\n9,psoas major right\n")
    chosen = ([str(path), str(table)], "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", staticmethod(lambda *_: chosen))

    hands.page.labels.choose()
    hands.settle()
    take(hands)

    assert set(muscles(hands)) == {("psoas_major", Side.LEFT), ("psoas_major", Side.RIGHT)}


def test_an_imported_muscle_is_drawn_and_edited_as_any_other(
    hands: CtHands, tmp_path: Path
) -> None:
    (path,) = nifti(hands, tmp_path, iliopsoas_left=box(hands, LEFT_COLUMNS))
    drop(hands, path)
    take(hands)
    hands.look_at(PatientPoint(42.0, 0.0, -70.0))

    (area,) = hands.page.viewer.views[Plane.AXIAL].scene_shown.areas
    assert "LEFT" in area.label
    (one,) = hands.visit.live_compartments
    hands.page.work.choose(one)
    hands.page.work.copy_next()

    (after,) = hands.visit.live_compartments
    assert after.status is CompartmentStatus.EDITED
    assert after.source == one.source


def test_accepted_muscles_leave_with_the_export_and_come_back_the_same(
    hands: CtHands, tmp_path: Path
) -> None:
    left, right = box(hands, LEFT_COLUMNS), box(hands, RIGHT_COLUMNS)
    drop(hands, *nifti(hands, tmp_path, iliopsoas_left=left, iliopsoas_right=right))
    take(hands)
    first = hands.visit.live_compartments[0]
    hands.page.work.choose(first)
    hands.page.work.toggle_list()
    hands.page.work.list.accept.click()
    hands.settle()
    session, clinic = hands.page.session, hands.desk.clinic

    found = run_to_end(
        picturing(
            hands.visit,
            session.muscles,
            session.window,
            session.in_memory(),
            read=clinic.blob,
            labels=True,
        )
    )

    assert set(found.label_maps) == {
        "muscle-labels.dcm",
        "muscle-labels.nii.gz",
        "muscle-labels.csv",
    }
    assert "1 muscle not accepted yet: left out of the label maps." in found.missing
    for each in hands.visit.live_compartments:
        hands.page.work.remove(each)
    for name in ("muscle-labels.dcm", "muscle-labels.nii.gz"):
        path = tmp_path / name
        path.write_bytes(found.label_maps[name])
        (tmp_path / "muscle-labels.csv").write_bytes(found.label_maps["muscle-labels.csv"])
        drop(hands, path)
        take(hands)
        (back,) = hands.visit.live_compartments
        assert (back.muscle_id, back.side) == (first.muscle_id, first.side)
        assert np.array_equal(mask_of(hands, back), left if first.side is Side.LEFT else right)
        hands.page.work.remove(back)
