import os
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from painmap.imaging import decoders
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.header import SkipReason
from painmap.imaging.scan import scanning
from painmap.imaging.tally import Scanned
from tests.imaging.helpers import codes, load, only_stack, scan
from tests.support.ct import save, write_enhanced, write_series


def reasons(path: Path) -> list[SkipReason]:
    return [one.reason for one in scan(path).skipped]


def changed(tmp_path: Path, **tags: object) -> list[SkipReason]:
    """Write one slice with other tags, and tell why it is skipped."""

    def edit(dataset: Dataset, _: int) -> None:
        for keyword, value in tags.items():
            setattr(dataset, keyword, value)

    write_series(tmp_path, count=1, edit=edit)
    return reasons(tmp_path)


def test_a_missing_path_is_said():
    with pytest.raises(SeriesError) as caught:
        scan(Path("/nowhere/at/all"))
    assert caught.value.problem is SeriesProblem.MISSING_PATH


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(SeriesError) as caught:
        scan(tmp_path)
    assert caught.value.problem is SeriesProblem.EMPTY_FOLDER


def test_a_folder_is_searched_to_its_depth_and_names_mean_nothing(tmp_path):
    write_series(tmp_path / "a" / "b c" / "ü", count=3)
    (tmp_path / "a" / "notes.dcm").write_text("not DICOM, whatever its name says")

    result = scan(tmp_path)

    assert result.stacks[0].shape == (3, 12, 16)
    assert [one.reason for one in result.skipped] == [SkipReason.NOT_DICOM]
    assert len(result.used) == 3


def test_a_single_file_can_be_scanned(tmp_path):
    path = write_series(tmp_path, count=3)[1]

    assert only_stack(path).files == (path,)


def test_every_file_is_reported_and_the_job_can_stop_there(tmp_path):
    write_series(tmp_path, count=5)
    job = scanning(tmp_path)

    steps = [next(job) for _ in range(3)]
    job.close()

    assert steps[0].label == "Listing files"
    assert steps[2] == Scanned(1, 5, "Reading headers", ())


@pytest.mark.parametrize(
    "content",
    [b"x", b"plain words " * 40, b"%PDF-1.7\n" * 30, bytes(4000), b"\x08\x00\x05\x00CS\xff\xff"],
)
def test_a_file_that_is_no_dicom_is_skipped(tmp_path, content):
    (tmp_path / "file").write_bytes(content)

    assert reasons(tmp_path)[0] in (SkipReason.NOT_DICOM, SkipReason.NOT_A_PICTURE)


def test_an_empty_file_is_skipped(tmp_path):
    (tmp_path / "file").touch()

    assert reasons(tmp_path) == [SkipReason.EMPTY_FILE]


def test_a_file_cut_within_its_pixels_is_skipped(tmp_path):
    (path,) = write_series(tmp_path, count=1)
    path.write_bytes(path.read_bytes()[:-40])

    assert reasons(tmp_path) == [SkipReason.TRUNCATED]


def test_a_compressed_file_cut_anywhere_in_its_pixels_is_skipped(tmp_path):
    (path,) = write_series(tmp_path, count=1, edit=compressed, transfer_syntax=RLELossless)
    whole = path.read_bytes()

    assert only_stack(tmp_path).transfer_syntaxes == (str(RLELossless),)
    assert load(tmp_path).hu.shape == (1, 12, 16)
    for missing in (1, 8, 9, 40, 200):
        path.write_bytes(whole[: len(whole) - missing])
        found = scan(tmp_path)
        assert [one.reason for one in found.skipped] == [SkipReason.TRUNCATED] or missing == 1


def compressed(dataset: Dataset, _: int) -> None:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)


@pytest.mark.parametrize("kept", range(100, 900, 37))
def test_a_file_cut_anywhere_in_its_header_is_skipped(tmp_path, kept):
    (path,) = write_series(tmp_path, count=1)
    path.write_bytes(path.read_bytes()[:kept])

    assert reasons(tmp_path)


@pytest.mark.parametrize("start", range(140, 900, 61))
def test_a_file_with_garbage_in_its_header_ends_used_or_skipped(tmp_path, start):
    (path,) = write_series(tmp_path, count=1)
    content = bytearray(path.read_bytes())
    content[start : start + 16] = b"\xff\xfe\x00\x7fgarbage\x00\xff\xff\xff\xff"
    path.write_bytes(bytes(content))

    result = scan(tmp_path)

    assert len(result.skipped) + len(result.used) == 1


@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian],
)
def test_every_native_transfer_syntax_gives_the_same_volume(tmp_path, syntax):
    def swap(dataset: Dataset, _: int) -> None:
        if syntax == ExplicitVRBigEndian:
            dataset["PixelData"].VR = "OW"
            words = dataset.PixelData
            dataset.PixelData = b"".join(words[at : at + 2][::-1] for at in range(0, len(words), 2))

    write_series(tmp_path / "plain", count=2)
    write_series(tmp_path / "other", count=2, transfer_syntax=syntax, edit=swap)

    plain, other = load(tmp_path / "plain"), load(tmp_path / "other")

    assert other.stack.transfer_syntaxes == (str(syntax),)
    assert (plain.hu == other.hu).all()


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, None])
def test_a_file_without_preamble_and_file_meta_is_read(tmp_path, syntax):
    paths = write_series(tmp_path, count=2)
    for path in paths:
        strip_meta(path, syntax)

    assert only_stack(tmp_path).shape == (2, 12, 16)
    assert load(tmp_path).hu.shape == (2, 12, 16)


def strip_meta(path: Path, syntax: str | None) -> None:
    dataset = pydicom.dcmread(path)
    implicit = syntax == ImplicitVRLittleEndian
    bare = Dataset()
    bare.update(dataset)
    bare.save_as(
        path,
        implicit_vr=implicit,
        little_endian=syntax != ExplicitVRBigEndian,
        enforce_file_format=False,
    )


def test_an_unknown_transfer_syntax_is_named(tmp_path):
    write_series(tmp_path, count=1)
    path = next(tmp_path.iterdir())
    content = path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.99999.1.2.1\0")
    path.write_bytes(content)

    (skipped,) = scan(tmp_path).skipped

    assert skipped.reason is SkipReason.NO_DECODER
    assert "1.2.840.99999.1.2.1" in skipped.sentence


def test_a_missing_decoder_is_named_with_its_package(tmp_path, monkeypatch):
    monkeypatch.setitem(decoders._PLUGINS, decoders.Codec.JPEG_2000, ("none",))

    assert "imagecodecs is missing" in decoders.what_is_missing(str(JPEG2000Lossless))


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Modality": "MR"}, SkipReason.OTHER_MODALITY),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "Modality": "MR"}, SkipReason.OTHER_MODALITY),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, SkipReason.SECONDARY_CAPTURE),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.4", "Modality": "SEG"},
         SkipReason.NOT_A_PICTURE),
        ({"SOPClassUID": "1.2.840.10008.1.3.10"}, SkipReason.DICOMDIR),
        ({"SamplesPerPixel": 3}, SkipReason.COLOUR),
        ({"NumberOfFrames": 2}, SkipReason.MULTI_FRAME),
        ({"RescaleType": "Z_EFF"}, SkipReason.NOT_HU),
        ({"Rows": 13}, SkipReason.TRUNCATED),
        ({"Rows": None}, SkipReason.NO_PIXELS),
    ],
)  # fmt: skip
def test_what_is_no_ct_picture_is_skipped_with_the_reason(tmp_path, tags, reason):
    assert changed(tmp_path, **tags) == [reason]


def test_a_skipped_modality_is_named(tmp_path):
    changed(tmp_path, Modality="MR")

    (skipped,) = scan(tmp_path).skipped

    assert skipped.sentence == "This is a picture of another modality; CT is read: MR."


def test_an_object_without_pixels_is_skipped(tmp_path):
    dataset = Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    dataset.Modality = "SR"
    save(dataset, tmp_path / "report")

    assert reasons(tmp_path) == [SkipReason.NOT_A_PICTURE]


def test_links_in_a_circle_end(tmp_path):
    write_series(tmp_path / "ct", count=2)
    (tmp_path / "ct" / "round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")

    result = scan(tmp_path)

    assert result.stacks[0].shape[0] == 2
    assert {one.reason for one in result.skipped} == {SkipReason.LOOP, SkipReason.NOT_A_FILE}


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert reasons(tmp_path) == [SkipReason.NOT_A_FILE]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_skipped(tmp_path):
    (path,) = write_series(tmp_path, count=1)
    path.chmod(0)

    assert reasons(tmp_path) == [SkipReason.UNREADABLE]


def test_copies_byte_for_byte_are_left_out_and_said(tmp_path):
    paths = write_series(tmp_path / "a", count=4)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "copy").write_bytes(paths[2].read_bytes())

    result = scan(tmp_path)

    assert [one.reason for one in result.skipped] == [SkipReason.IDENTICAL_COPY]
    assert result.stacks[0].uniform
    assert codes(result.stacks[0]) == {"DUPLICATE_POSITION"}
    assert "1 file is a copy" in result.stacks[0].warnings[0].message


def test_no_reason_names_a_patient_or_file(tmp_path):
    write_series(tmp_path, count=1, name="Secret^Name", edit=lambda one, _: one.pop("Rows", None))

    (skipped,) = scan(tmp_path).skipped

    assert "Secret" not in skipped.sentence
    assert skipped.path.name not in skipped.sentence


def test_a_multi_frame_ct_is_read_by_its_frames(tmp_path):
    write_enhanced(tmp_path / "file", count=4)

    volume = load(tmp_path)

    assert volume.stack.uniform
    assert volume.stack.spacing_mm == pytest.approx((2, 0.9, 0.6))
    assert [one.frame for one in volume.stack.slices] == [3, 2, 1, 0]
    assert len(volume.stack.files) == 1
    # frames at x = -5, y = -8: ramp, to even numbers; every second one has another slope
    assert volume.hu[:, 0, 0].tolist() == [20, 22, 24, 26]


def test_a_multi_frame_map_that_is_no_hu_is_skipped(tmp_path):
    write_enhanced(tmp_path / "file", rescale_type="US")

    assert reasons(tmp_path) == [SkipReason.NOT_HU]


def test_names_in_any_script_are_decoded(tmp_path):
    write_series(tmp_path, count=1, name="Иванов^Пётр=山田^太郎")

    assert only_stack(tmp_path).identity.name == "Иванов^Пётр=山田^太郎"
