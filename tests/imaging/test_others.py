"""What lies beside CT: named in words, counted, and never mixed in."""

import pytest
from pydicom.dataset import Dataset

from painmap.domain.progress import run_to_end
from painmap.imaging.header import SkipReason
from painmap.imaging.others import body_words, others_of
from painmap.imaging.volume import loading
from tests.imaging.helpers import codes, load, only_stack, scan
from tests.support.ct import save, write_enhanced, write_series

MR = "1.2.840.10008.5.1.4.1.1.4"


def words(path) -> list[str]:
    return [one.words for one in others_of(scan(path).skipped)]


def document(path, sop_class: str, modality: str, uid: str = "1.2.5") -> None:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.Modality = sop_class, modality
    dataset.SOPInstanceUID = uid
    dataset.SeriesInstanceUID, dataset.StudyInstanceUID = f"{uid}.1", "1.2.3.4"
    save(dataset, path)


def as_mr(dataset: Dataset, _: int) -> None:
    dataset.SOPClassUID, dataset.Modality = MR, "MR"
    dataset.RescaleType = "US"


def test_four_series_of_mri_are_one_line(tmp_path):
    for number in range(4):
        write_series(tmp_path / str(number), count=2, series_uid=f"1.2.9.{number}", edit=as_mr)

    assert words(tmp_path) == ["MRI of the lumbar spine, 4 series"]
    assert len(scan(tmp_path).look_only) == 4
    assert scan(tmp_path).stacks == ()


@pytest.mark.parametrize(
    ("sop_class", "modality", "said"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.67", "SR", "dose report"),
        ("1.2.840.10008.5.1.4.1.1.88.33", "SR", "structured report"),
        ("1.2.840.10008.5.1.4.1.1.66.4", "SEG", "segmentation"),
        ("1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT", "RT structure set"),
        ("1.2.840.10008.5.1.4.1.1.481.5", "RTPLAN", "RT plan"),
        ("1.2.840.10008.5.1.4.1.1.11.1", "PR", "presentation state"),
        ("1.2.840.10008.5.1.4.1.1.88.59", "KO", "key object note"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "DOC", "PDF document"),
        ("1.2.840.10008.5.1.4.1.1.9.1.1", "ECG", "ECG"),
    ],
)
def test_documents_are_named_and_counted(tmp_path, sop_class, modality, said):
    document(tmp_path / "one", sop_class, modality)
    assert words(tmp_path) == [said]
    document(tmp_path / "two", sop_class, modality, "1.2.6")

    assert words(tmp_path) == [f"2 {said}s"]
    assert all(one.reason is SkipReason.NOT_A_PICTURE for one in scan(tmp_path).skipped)


def test_a_screenshot_within_a_ct_series_is_not_mixed_in(tmp_path):
    write_series(tmp_path / "ct", count=3)
    write_series(
        tmp_path / "sc", count=1,
        edit=lambda one, _: setattr(one, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
    )  # fmt: skip

    assert words(tmp_path) == ["screenshot or scan of the lumbar spine, 1 series"]
    assert only_stack(tmp_path).shape[0] == 3


@pytest.mark.parametrize(
    ("code", "said"),
    [("LSPINE", "the lumbar spine"), ("HEAD", "the head"), ("Knie links", "knie links"), ("", "")],
)
def test_parts_of_the_body_are_words(code, said):
    assert body_words(code) == said


def test_no_line_names_the_patient(tmp_path):
    write_series(tmp_path, count=1, name="Secret^Name", edit=as_mr)

    assert all("Secret" not in line for line in words(tmp_path))


def test_mri_is_loaded_with_its_own_values(tmp_path):
    write_series(tmp_path, count=3, edit=as_mr, intercepts=(0.0,), signed=True)
    (stack,) = scan(tmp_path).look_only

    volume = run_to_end(loading(stack))

    assert stack.modality == "MR"
    assert not stack.is_ct
    assert stack.uniform
    assert volume.hu.max() > 0


def test_colour_and_colour_tables_are_refused_and_grey_upside_down_is_said(tmp_path):
    def palette(dataset: Dataset, _: int) -> None:
        dataset.PhotometricInterpretation = "PALETTE COLOR"

    def inverted(dataset: Dataset, _: int) -> None:
        dataset.PhotometricInterpretation = "MONOCHROME1"

    write_series(tmp_path / "palette", count=1, edit=palette)
    write_series(tmp_path / "inverted", count=3, edit=inverted)
    write_series(tmp_path / "plain", count=3)

    assert [one.reason for one in scan(tmp_path / "palette").skipped] == [SkipReason.COLOUR]
    assert codes(only_stack(tmp_path / "inverted")) == {"INVERTED"}
    assert (load(tmp_path / "inverted").hu == load(tmp_path / "plain").hu).all()


def test_a_multi_frame_object_that_does_not_describe_its_frames_is_refused_in_words(tmp_path):
    write_enhanced(
        tmp_path / "one", count=3,
        edit=lambda one: one.PerFrameFunctionalGroupsSequence.pop(),
    )  # fmt: skip
    write_series(tmp_path / "two", count=1, edit=lambda one, _: setattr(one, "NumberOfFrames", 2))

    said = {one.path.parent.name: one.sentence for one in scan(tmp_path).skipped}

    assert said[tmp_path.name] == "It does not describe its single pictures."
    assert said["two"] == "It holds several pictures in a form that CT does not have."
