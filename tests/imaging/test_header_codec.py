"""What a folder held comes back from its bytes exactly as it was."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.progress import run_to_end
from painmap.imaging.header import PatientIdentity, SeriesFacts, Skipped, SkipReason, SliceHeader
from painmap.imaging.header_codec import packed, unpacked
from painmap.imaging.header_reader import read_headers
from painmap.imaging.memory import FileStamp, Remembered
from painmap.imaging.scan import scanning
from tests.support import ct

FOLDER = Path("/somewhere")

texts = st.text(max_size=12)
numbers = st.floats(allow_nan=False, width=64)
triples = st.none() | st.tuples(numbers, numbers, numbers)
identities = st.builds(
    PatientIdentity,
    name=texts,
    id=texts,
    birth_date=st.none() | st.dates(date(1900, 1, 1), date(2030, 1, 1)),
)


def stamps() -> st.SearchStrategy[FileStamp]:
    whole = st.integers(0, 2**63)
    return st.builds(FileStamp, whole, whole, whole, whole)


@st.composite
def folders(draw: st.DrawFn) -> dict[str, Remembered]:
    files: dict[str, Remembered] = {}
    facts = draw(st.lists(st.builds(SeriesFacts, identity=identities), min_size=1, max_size=3))
    for name in draw(st.lists(texts.filter(lambda each: each not in ("", ".")), max_size=6)):
        path = FOLDER / name
        header = st.builds(
            SliceHeader,
            path=st.just(path),
            facts=st.sampled_from(facts),
            position=triples,
            along_row=triples,
            along_column=triples,
            slice_thickness=st.none() | numbers,
            pixel_spacing=st.none() | st.tuples(numbers, numbers),
        )
        skip = st.builds(Skipped, path=st.just(path), reason=st.sampled_from(SkipReason))
        found = draw(st.lists(header, max_size=3).map(tuple) | skip)
        files[name] = Remembered(draw(stamps()), found, draw(texts))
    return files


@given(folders())
def test_what_was_written_comes_back(files: dict[str, Remembered]) -> None:
    back = dict(unpacked(packed(files), FOLDER))

    # by what they say: a header may hold a number that is none, which equals nothing
    assert repr(sorted(back.items(), key=by_name)) == repr(sorted(files.items(), key=by_name))


def by_name(one: tuple[str, Remembered]) -> str:
    return one[0]


def test_real_headers_come_back_at_another_place(tmp_path: Path) -> None:
    ct.write_series(tmp_path, count=4)
    ct.write_enhanced(tmp_path / "enhanced")
    (tmp_path / "letter").write_text("no picture")
    files = {
        path.name: Remembered(FileStamp.of(path.stat()), read_headers(path))
        for path in tmp_path.iterdir()
        if path.is_file()
    }

    assert unpacked(packed(files), tmp_path) == files
    moved = unpacked(packed(files), FOLDER)["enhanced"].found
    assert isinstance(moved, tuple)
    assert {one.path for one in moved} == {FOLDER / "enhanced"}


def test_what_many_files_say_alike_is_written_once(tmp_path: Path) -> None:
    ct.write_series(tmp_path, count=30, name="Doe^Jane")
    scan = run_to_end(scanning(tmp_path))
    files = {
        path.name: Remembered(FileStamp.of(path.stat()), read_headers(path)) for path in scan.used
    }

    assert packed(files).count(b"Doe^Jane") == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"[[],[1]]", b"{}", b'[[["X",[]]],[]]', b"\xff"],
)
def test_bytes_that_are_no_index_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        unpacked(content, FOLDER)
