"""What compressed pixels say about themselves is held against the header before decoding."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame

from painmap.imaging.codestream import check_codestream, head_of
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.inflating import UnpacksTooLarge, check_inflated_size
from tests.imaging.helpers import load
from tests.support.fuzz import seeds

PACKED = ("JPEG 2000", "JPEG-LS", "JPEG lossless")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture
def packed(files: dict[str, bytes], tmp_path: Path) -> Callable[[str], Dataset]:
    def read(name: str) -> Dataset:
        (tmp_path / "one").write_bytes(files[name])
        return dcmread(tmp_path / "one")

    return read


@pytest.mark.parametrize("name", PACKED)
def test_the_head_of_every_code_is_read(packed: Callable[[str], Dataset], name: str) -> None:
    head = head_of(get_frame(packed(name).PixelData, 0, number_of_frames=1))

    assert (head.rows, head.columns, head.samples, head.bits) == (32, 32, 1, 16)


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize(
    ("field", "value"),
    [("Rows", 31), ("Columns", 33), ("BitsAllocated", 8), ("BitsAllocated", 32)],
)
def test_another_picture_than_the_header_says_is_not_decoded(
    packed: Callable[[str], Dataset], tmp_path: Path, name: str, field: str, value: int
) -> None:
    dataset = packed(name)
    setattr(dataset, field, value)
    folder = tmp_path / "lie"
    folder.mkdir()
    dataset.save_as(folder / "one")

    with pytest.raises(ValueError, match=r"picture|bits"):
        check_codestream(dataset, 0)
    with pytest.raises(SeriesError) as caught:
        load(folder)

    assert caught.value.problem is SeriesProblem.UNDECODABLE


@given(st.binary(max_size=64), st.sampled_from((b"", b"\xff\xd8", b"\xff\x4f\xff\x51")))
def test_bytes_without_a_head_are_refused_with_one_kind_of_error(
    content: bytes, start: bytes
) -> None:
    try:
        head = head_of(start + content)
    except ValueError:
        return
    assert head.bits >= 0


def test_a_deflated_file_of_a_usual_size_passes(files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(files["deflated"])

    with path.open("rb") as stream:
        check_inflated_size(stream)

        assert stream.tell() == 0


def test_a_file_that_is_not_deflated_is_not_unpacked(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "one"
    path.write_bytes(files["explicit"] + b"1.2.840.10008.1.2.1.99")

    with path.open("rb") as stream:
        check_inflated_size(stream)


def test_what_unpacks_without_bounds_is_refused(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("painmap.imaging.inflating.SPARE_BYTES", 0)
    monkeypatch.setattr("painmap.imaging.inflating.MOST_RATIO", 1)
    path = tmp_path / "one"
    path.write_bytes(files["deflated"])

    with path.open("rb") as stream, pytest.raises(UnpacksTooLarge):
        check_inflated_size(stream)


def test_jpeg_ls_without_an_end_is_never_given_to_its_decoder(
    packed: Callable[[str], Dataset], tmp_path: Path
) -> None:
    """CharLS goes on for ever on some that are cut short."""
    dataset = packed("JPEG-LS")
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    start = frame.index(b"\xff\xda")
    assert head_of(frame + b"\0\0") == head_of(frame)

    for length in range(start + 10, len(frame.rstrip(b"\0")) - 1):
        with pytest.raises(ValueError, match="end"):
            head_of(frame[:length])

    dataset.PixelData = encapsulate([frame[: (start + len(frame)) // 2]])
    folder = tmp_path / "cut"
    folder.mkdir()
    dataset.save_as(folder / "one")
    with pytest.raises(SeriesError) as caught:
        load(folder)
    assert caught.value.problem is SeriesProblem.UNDECODABLE
