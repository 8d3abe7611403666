"""The thin walk over headers says what pydicom says, or leaves the file to pydicom."""

import io
import struct
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_files
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from painmap.imaging import files, header_reader, tags
from painmap.imaging.fast_pixels import KEYWORDS
from painmap.imaging.header import SliceHeader
from painmap.imaging.header_walk import ThinHeader, thin_header
from painmap.imaging.reading import looks_like_dicom, quiet_pydicom
from tests.support.ct import save, write_enhanced, write_series

WANTED = tuple(dict.fromkeys((*files.TAGS, *KEYWORDS)))


def said(dataset, keyword):
    """All that the program may ask of one keyword."""
    found = tags.value(dataset, keyword)
    if keyword == "PatientName":
        return found is None, tags.text(dataset, keyword)
    return (
        found is None,
        tags.text(dataset, keyword),
        [tags.numbers(dataset, keyword, count) for count in (1, 2, 3, 6)],
        tags.integer(dataset, keyword),
        tags.day(dataset, keyword),
    )


def compared(content: bytes) -> ThinHeader | None:
    """Read by both; None when the thin walk leaves it to pydicom."""
    stream = io.BytesIO(content)
    thin = thin_header(stream, WANTED)
    if thin is None:
        assert stream.tell() == 0
        return None
    at = stream.tell()
    stream.seek(0)
    with quiet_pydicom():
        whole = pydicom.dcmread(
            stream, stop_before_pixels=True, force=True, specific_tags=list(WANTED)
        )
        for keyword in WANTED:
            if keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
                continue  # without sign here; `padding_range` makes them alike
            assert said(thin, keyword) == said(whole, keyword), keyword
        for keyword in ("MediaStorageSOPClassUID", "MediaStorageSOPInstanceUID"):
            assert said(thin.file_meta, keyword) == said(whole.file_meta, keyword)
    assert thin.file_meta.TransferSyntaxUID == whole.file_meta.TransferSyntaxUID
    assert thin.original_encoding == whole.original_encoding
    assert stream.tell() == at
    return thin


def all_read_alike(paths) -> int:
    walked = 0
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        if looks_like_dicom(content[:132]):
            walked += compared(content) is not None
    return walked


def test_on_every_file_of_pydicom():
    assert all_read_alike(Path(name) for name in get_testdata_files()) > 30


@pytest.mark.shared_data
def test_on_every_file_of_the_shared_data(shared_data):
    assert all_read_alike(sorted(shared_data.rglob("*"))) > 400


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_on_plain_ct_it_is_the_thin_walk_that_reads(tmp_path, syntax):
    def implicit(dataset: Dataset, _: int) -> None:
        dataset.ReferencedImageSequence = [Dataset()]
        dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID = "1.2.3"
        dataset.ReferencedImageSequence.is_undefined_length = True
        dataset["ReferencedImageSequence"].is_undefined_length = True
        dataset.add_new(0x00091001, "LO", "private")
        dataset.PatientName = "Müller^Änne"

    paths = write_series(tmp_path, count=3, transfer_syntax=syntax, edit=implicit)

    assert all_read_alike(paths) == 3


def test_the_slices_of_a_file_are_the_same_either_way(tmp_path, monkeypatch):
    paths = write_series(tmp_path, count=4, tilt_degrees=15)
    thin = [header_reader.read_headers(path) for path in paths]
    monkeypatch.setattr("painmap.imaging.reading.thin_header", lambda *_: None)

    slow = [header_reader.read_headers(path) for path in paths]

    assert thin == slow
    assert all(isinstance(one, SliceHeader) for found in thin for one in found)


@pytest.mark.shared_data
def test_real_files_give_the_same_slices_either_way(shared_data, monkeypatch):
    paths = [path for path in sorted(shared_data.rglob("*")) if path.is_file()][::4]
    thin = [header_reader.read_headers(path) for path in paths]
    monkeypatch.setattr("painmap.imaging.reading.thin_header", lambda *_: None)

    assert thin == [header_reader.read_headers(path) for path in paths]


def test_multi_frame_objects_are_left_to_pydicom(tmp_path):
    write_enhanced(tmp_path / "a")

    assert compared((tmp_path / "a").read_bytes()) is None


def plain_file(**values) -> bytes:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3"
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    stream = io.BytesIO()
    save(dataset, stream)
    return stream.getvalue()


def with_element(tag: int, vr: bytes, raw: bytes, *, charset: bytes = b"") -> bytes:
    """A file with one element whose bytes are as given."""
    plain = plain_file()
    added = [(0x00080005, b"CS", charset)] if charset else []
    added += [(0x00080016, b"UI", b"1.2.840.10008.5.1.4.1.1.2\0"), (tag, vr, raw)]
    body = b"".join(
        struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(raw)) + raw
        for tag, vr, raw in sorted(added)
    )
    start = 144 + struct.unpack("<L", plain[140:144])[0]
    return plain[:start] + body


ELEMENTS = [
    (0x00100010, b"PN"), (0x0008103E, b"LO"), (0x00080008, b"CS"), (0x00200032, b"DS"),
    (0x00280030, b"DS"), (0x00200013, b"IS"), (0x00080020, b"DA"), (0x0020000E, b"UI"),
    (0x00280010, b"US"), (0x00281052, b"DS"), (0x00204000, b"LT"),
]  # fmt: skip
TEXTS = st.one_of(
    st.binary(max_size=24),
    st.text("0123456789.+-eE \\", max_size=24).map(str.encode),
    st.text("Aa^=\\ äöß\0\t日", max_size=12).map(str.encode),
)


@given(st.sampled_from(ELEMENTS), TEXTS, st.sampled_from([b"", b"ISO_IR 100", b"ISO_IR 192", b"X"]))
def test_any_bytes_in_an_element_are_read_as_pydicom_reads_them(element, raw, charset):
    tag, vr = element

    compared(with_element(tag, vr, raw, charset=charset))


@given(st.data())
def test_broken_headers_are_never_understood_otherwise(data):
    content = bytearray(
        plain_file(PatientName="Doe^Jane", Rows=4, PixelSpacing=[0.5, 0.7], ImageType=["A", "B"])
    )
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(132, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(132, len(content))))

    # where pydicom raises, the thin walk must not have taken the file for sound
    if thin_header(io.BytesIO(bytes(content[:cut])), WANTED) is not None:
        compared(bytes(content[:cut]))


def test_a_header_that_is_longer_than_the_first_read_is_walked():
    content = plain_file(ImageComments="x" * 10_000, PatientName="Doe^Jane")

    thin = compared(content + bytes(0))

    assert thin is not None
    assert thin.get("PatientName") == "Doe^Jane"
