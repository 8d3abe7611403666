"""Headers that are like the one before are read as if each were walked alone."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_files
from pydicom.dataset import Dataset
from pydicom.uid import (
    EnhancedSRStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)

from painmap.imaging import header_reader
from painmap.imaging.fast_pixels import KEYWORDS, MOVABLE
from painmap.imaging.files import OWN_OF_A_SLICE, TAGS
from painmap.imaging.header import Skipped, SkipReason, SliceHeader
from painmap.imaging.header_reader import HeaderReader, read_headers
from painmap.imaging.header_template import Templates
from painmap.imaging.header_values import Doubt
from painmap.imaging.header_walk import FIRST_READ, TooShort, walk, wanted_tags
from painmap.imaging.slice_reader import SliceReader
from tests.imaging.helpers import only_stack
from tests.support.ct import write_series

SETS = [(TAGS, OWN_OF_A_SLICE), (KEYWORDS, MOVABLE)]
PLAIN = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]


def walked_alone(content: bytes, keywords) -> Any:
    try:
        return walk(content, wanted_tags(tuple(keywords)), whole=len(content) < FIRST_READ)
    except (Doubt, TooShort, struct.error):
        return None


def one_after_the_other(contents: list[bytes]) -> int:
    """Read through templates and alone; how many were read without a walk."""
    quick = 0
    for keywords, movable in SETS:
        templates: Templates[int] = Templates(keywords, movable)
        for content in contents:
            alone = walked_alone(content, keywords)
            whole = len(content) < FIRST_READ
            quick += any(one.read(content, whole=whole) for one in templates._templates)
            try:
                found, _ = templates.read(content, whole=whole)
            except (Doubt, TooShort, struct.error):
                found = None
            assert found == alone
    return quick


def files_below(folders) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def both_ways(paths: list[Path]) -> int:
    """Whole files, in the order of a scan; how many are pictures."""
    reader, pictures = HeaderReader(), 0
    for path in paths:
        found = reader.read(path)
        assert found == read_headers(path), path
        pictures += isinstance(found, tuple)
    return pictures


def starts(paths) -> list[bytes]:
    found = []
    for path in paths:
        with path.open("rb") as stream:
            found.append(stream.read(FIRST_READ))
    return found


def test_every_file_of_pydicom_after_the_others():
    paths = [Path(name) for name in get_testdata_files() if Path(name).is_file()]

    one_after_the_other(starts(paths))
    assert both_ways(paths) > 10


@pytest.mark.shared_data
def test_every_file_of_the_shared_data_after_the_others(shared_data):
    paths = files_below([shared_data])

    assert one_after_the_other(starts(paths)) > 400
    assert both_ways(paths) > 300


@pytest.mark.parametrize("syntax", PLAIN)
def test_slices_of_one_series_are_read_without_a_walk(tmp_path, syntax, monkeypatch):
    def edit(dataset: Dataset, number: int) -> None:
        dataset.ContentTime = f"1015{number:02d}"
        dataset.SOPInstanceUID = f"1.2.{7 ** (number * 3)}"
        dataset.ReferencedImageSequence = [Dataset()]
        dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID = "1.2.3" + "3" * number * 2
        dataset["ReferencedImageSequence"].is_undefined_length = True

    paths = write_series(tmp_path, count=8, transfer_syntax=syntax, edit=edit)
    alone = [read_headers(path) for path in paths]
    reader = HeaderReader()
    walks = []
    read = header_reader._read
    monkeypatch.setattr(
        header_reader, "_read", lambda path, *rest: walks.append(path) or read(path, *rest)
    )

    found = [reader.read(path) for path in paths]

    assert found == alone
    assert all(isinstance(one, SliceHeader) for each in found for one in each)
    assert len(walks) < 4
    assert len({id(each[0].facts) for each in found}) == 1


@pytest.fixture(scope="module", params=PLAIN)
def three(request, tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("three")
    return write_series(folder, count=3, transfer_syntax=request.param)


def mutant_among(three: list[Path], mutant: bytes) -> None:
    """A file of its own kind after two that are alike, and then one more of those."""
    path = three[0].with_name("mutant")
    path.write_bytes(mutant)
    paths = [three[0], three[1], path, three[2]]

    one_after_the_other(starts(paths))
    both_ways(paths)


@given(data=st.data())
def test_any_bytes_changed_between_two_files_are_seen(three, data):
    content = bytearray(three[2].read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(128, min(len(content), 900) - 1))
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(128, len(content))))

    mutant_among(three, bytes(content[:cut]))


@given(data=st.data())
def test_values_of_other_lengths_and_lost_or_added_elements_are_seen(three, data):
    keywords = data.draw(st.sampled_from(SETS))[0]
    templates: Templates[int] = Templates(keywords, ())
    content = three[2].read_bytes()
    templates.read(content, whole=True)
    spans = templates._templates[0]._spans
    span = data.draw(st.sampled_from(spans))
    value = data.draw(st.one_of(st.binary(max_size=20), st.text("0123456789.\\- ").map(str.encode)))
    tag = content[span.begin : span.begin + 4]
    if data.draw(st.booleans()):
        new = b""
    elif span.start - span.begin == 8 and content[span.begin + 4 : span.begin + 6].isalpha():
        new = tag + content[span.begin + 4 : span.begin + 6] + struct.pack("<H", len(value)) + value
    else:
        new = content[span.begin : span.start - 4] + struct.pack("<L", len(value)) + value
    mutant = content[: span.begin] + new + content[span.end :]
    if span.tag < 0x00030000 and data.draw(st.booleans()):
        grown = struct.unpack_from("<L", content, 140)[0] + len(new) - (span.end - span.begin)
        mutant = mutant[:140] + struct.pack("<L", grown) + mutant[144:]

    mutant_among(three, mutant)


def test_a_file_cut_short_in_a_series_is_named(tmp_path):
    paths = write_series(tmp_path, count=4)
    paths[2].write_bytes(paths[2].read_bytes()[:-2])
    reader = HeaderReader()

    found = [reader.read(path, size=path.stat().st_size) for path in paths]

    assert found[2] == Skipped(paths[2], SkipReason.TRUNCATED)
    assert [isinstance(one, tuple) for one in found] == [True, True, False, True]


OTHER = {"Rows": 6, "SeriesInstanceUID": "1.2.3.4.9", "PatientName": "Eve^Jane"}
"""As long as before, so that nothing but the value differs."""


@pytest.mark.parametrize("keyword", OTHER)
def test_a_fact_that_changes_within_a_folder_is_not_carried_over(tmp_path, keyword):
    def edit(dataset: Dataset, number: int) -> None:
        if number > 1:
            setattr(dataset, keyword, OTHER[keyword])

    paths = write_series(tmp_path, count=4, edit=edit)

    assert both_ways(paths) == 4


def test_an_empty_instance_uid_is_not_carried_over(tmp_path):
    def edit(dataset: Dataset, number: int) -> None:
        if number % 2 == 0:
            dataset.SOPInstanceUID = ""

    paths = write_series(tmp_path, count=4, edit=edit)

    assert both_ways(paths) == 4


def test_each_slice_keeps_its_own_rescale(tmp_path):
    write_series(tmp_path, count=4, intercepts=(-1024.0, -1000.0), slopes=(1.0, 2.0))
    stack = only_stack(tmp_path)
    reader = SliceReader()

    for k, one in enumerate(stack.slices):
        room = np.zeros((one.rows, one.columns), dtype=np.uint16)
        found = reader.read(k, one, room)
        alone = SliceReader()._slowly(k, one, np.zeros_like(room))
        assert (found.hu == alone.hu).all()


def test_a_small_picture_that_came_with_its_header_is_whole(tmp_path):
    path = write_series(tmp_path, count=1, rows=8, columns=8)[0]
    one = read_headers(path)[0]
    room = np.zeros((8, 8), dtype=np.uint16)

    found = SliceReader().read(0, one, room)

    assert len(path.read_bytes()) < FIRST_READ
    assert (found.hu == SliceReader()._slowly(0, one, np.zeros_like(room)).hu).all()


def as_mr(dataset: Dataset, number: int) -> None:
    dataset.SOPClassUID, dataset.Modality = MRImageStorage, "MR"


def as_report(dataset: Dataset, number: int) -> None:
    dataset.SOPClassUID, dataset.Modality = EnhancedSRStorage, "SR"
    title, part = Dataset(), Dataset()
    title.CodeValue, title.CodeMeaning = "1", "Report"
    part.ValueType, part.TextValue = "TEXT", "words " * (number + 1)
    dataset.ConceptNameCodeSequence, dataset.ContentSequence = [title], [part]
    del dataset.Rows, dataset.Columns, dataset.PixelData


@pytest.mark.parametrize("edit", [as_mr, as_report])
@pytest.mark.parametrize("syntax", PLAIN)
def test_what_is_no_ct_is_read_without_a_walk_too(tmp_path, syntax, edit, monkeypatch):
    paths = write_series(tmp_path, count=8, transfer_syntax=syntax, edit=edit)
    alone = [read_headers(path) for path in paths]
    walks = []
    read = header_reader._read
    monkeypatch.setattr(
        header_reader, "_read", lambda path, *rest: walks.append(path) or read(path, *rest)
    )
    reader = HeaderReader()

    found = [reader.read(path) for path in paths]

    assert found == alone
    assert {one.reason for one in found} < {SkipReason.OTHER_MODALITY, SkipReason.NOT_A_PICTURE}
    assert len({one.path for one in found}) == 8
    assert len(walks) < 4


def test_series_that_take_turns_are_told_apart(tmp_path):
    def edit(dataset: Dataset, number: int) -> None:
        dataset.SeriesInstanceUID = f"1.2.3.{number % 5}"
        if number % 5 > 2:
            (as_mr if number % 5 == 3 else as_report)(dataset, number)

    paths = write_series(tmp_path, count=30, edit=edit)

    assert both_ways(paths) == 18


def test_a_report_that_goes_on_is_not_like_one_that_ends(tmp_path):
    paths = write_series(tmp_path, count=4, edit=as_report)
    paths[2].write_bytes(paths[2].read_bytes() + paths[2].read_bytes()[-20:])

    both_ways(paths)
    one_after_the_other(starts(paths))
