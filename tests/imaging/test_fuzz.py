"""Spoiled and malicious files: each is read, or refused with a reason, and nothing else.

Every file goes from scan to volume in a process of its own, which is watched for crashes,
time, memory, warnings and anything that is logged (`tests/support/fuzz.py`).
"""

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.data import get_testdata_file

from tests.support.fuzz import Fuzz, seeds, spoiled

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="watches a process through Linux's /proc"
    ),
    pytest.mark.xdist_group("fuzz"),
]

ORDINARY = 500
FULL = 10_000
PACKAGED = ("CT_small.dcm", "693_J2KI.dcm")
"""CT that the wheel of pydicom carries."""


class Files(dict[str, bytes]):
    """By name; what Hypothesis says of a failure stays short."""

    def __repr__(self) -> str:
        return f"{len(self)} files"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Small CT of every way of packing, and real ones."""
    found = Files(seeds(tmp_path_factory.mktemp("seeds")))
    for name in PACKAGED:
        path = get_testdata_file(name, download=False)
        assert isinstance(path, str)
        found[name] = Path(path).read_bytes()
    return found


@pytest.fixture(scope="module")
def fuzz() -> Iterator[Fuzz]:
    with Fuzz() as made:
        yield made


def test_the_files_are_read_before_they_are_spoiled(files: dict[str, bytes], fuzz: Fuzz) -> None:
    for name, content in files.items():
        fuzz.ends.clear()
        assert fuzz.read(content, name) == []
        assert list(fuzz.ends) == ["read"], name


def spread(files: dict[str, bytes], most: int) -> Iterator[tuple[str, bytes]]:
    """Evenly many spoiled files of each, together at most `most`."""
    each = most // len(files)
    for name, content in files.items():
        every = [(f"{name}, {what}", bad) for what, bad in spoiled(content)]
        step = max(1, len(every) // each)
        yield from every[::step][:each]


def test_a_file_cut_or_flipped_anywhere_is_read_or_refused(
    files: dict[str, bytes], fuzz: Fuzz
) -> None:
    faults = [
        fault
        for what, content in spread(files, ORDINARY * 3 // 5)
        for fault in fuzz.read(content, what)
    ]

    assert faults == []


@st.composite
def damage(draw: st.DrawFn) -> tuple[str, list[tuple[str, float, bytes]]]:
    """A file by its number, and what is done to it, at places given as a share of its length."""
    change = st.tuples(
        st.sampled_from(("put", "insert", "cut out", "end")),
        st.floats(0, 1, exclude_max=True),
        st.one_of(
            st.binary(min_size=1, max_size=8),
            st.sampled_from((b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff", b"\x00" * 4, b"\xff\xff")),
        ),
    )
    return draw(st.integers(0, 100).map(str)), draw(st.lists(change, min_size=1, max_size=4))


def damaged(content: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for kind, share, new in changes:
        at = int(share * len(content))
        if kind == "end":
            content = content[:at]
        elif kind == "cut out":
            content = content[:at] + content[at + len(new) :]
        else:
            rest = at + (len(new) if kind == "put" else 0)
            content = content[:at] + new + content[rest:]
    return content


def check_damage(
    fuzz: Fuzz, files: dict[str, bytes], what: tuple[str, list[tuple[str, float, bytes]]]
) -> None:
    name = sorted(files)[int(what[0]) % len(files)]
    assert fuzz.read(damaged(files[name], what[1]), f"{name} {what[1]}") == []


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("explicit", "JPEG-LS"):
            made.writestr(f"disc/{name}", files[name])
    return buffer.getvalue()


def test_a_spoiled_archive_is_read_or_refused(files: dict[str, bytes], fuzz: Fuzz) -> None:
    content = archive(files)
    fuzz.ends.clear()
    assert fuzz.read(content, "zip") == []
    assert list(fuzz.ends) == ["read"]

    assert [fault for what, bad in spoiled(content) for fault in fuzz.read(bad, what)] == []


def test_a_spoiled_table_of_contents_is_read_or_refused(fuzz: Fuzz) -> None:
    path = get_testdata_file("dicomdirtests/DICOMDIR", download=False)
    assert isinstance(path, str)

    faults = [
        fault
        for what, bad in spoiled(Path(path).read_bytes())
        for fault in fuzz.read(bad, f"DICOMDIR {what}")
    ]

    assert faults == []


SEEDED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@settings(max_examples=ORDINARY * 2 // 5, suppress_health_check=SEEDED)
@given(what=damage())
def test_any_damage_is_read_or_refused(
    files: dict[str, bytes], fuzz: Fuzz, what: tuple[str, list[tuple[str, float, bytes]]]
) -> None:
    check_damage(fuzz, files, what)


@pytest.mark.heavy
@settings(max_examples=FULL // 2, suppress_health_check=SEEDED)
@given(what=damage())
def test_any_damage_is_read_or_refused_in_full(
    files: dict[str, bytes], fuzz: Fuzz, what: tuple[str, list[tuple[str, float, bytes]]]
) -> None:
    check_damage(fuzz, files, what)


@pytest.mark.heavy
@pytest.mark.shared_data
def test_real_files_cut_or_flipped_anywhere_are_read_or_refused(
    files: dict[str, bytes], fuzz: Fuzz, shared_data: Path
) -> None:
    small = [
        path
        for path in sorted((shared_data / "dicom-cases").rglob("*"))
        if path.is_file() and 200 < path.stat().st_size < 150_000
    ]
    every = {str(number): path.read_bytes() for number, path in enumerate(small)}
    step = max(1, len(every) // 24)
    real = {name: every[name] for name in list(every)[::step]}
    before, faults = fuzz.count, []
    for name, content in (files | real).items():
        for what, bad in spoiled(content):
            faults += fuzz.read(bad, f"{name}, {what}")

    assert faults == []
    assert fuzz.count - before >= FULL // 2


# --- made by hand


def explicit(group: int, element: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    """An element in Explicit VR Little Endian, of a length that may be a lie."""
    size = len(value) if length is None else length
    head = struct.pack("<HH", group, element) + vr
    if vr in (b"OB", b"OW", b"SQ", b"UN", b"UT", b"OF", b"UC"):
        return head + b"\0\0" + struct.pack("<L", size) + value
    return head + struct.pack("<H", size & 0xFFFF) + value


def preamble(syntax: str = "1.2.840.10008.1.2.1") -> bytes:
    uid = syntax.encode() + b"\0" * (len(syntax) % 2)
    meta = explicit(2, 0x10, b"UI", uid)
    length = explicit(2, 0, b"UL", struct.pack("<L", len(meta)))
    return b"\0" * 128 + b"DICM" + length + meta


def ct_head() -> bytes:
    return explicit(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.2\0") + explicit(
        8, 0x60, b"CS", b"CT"
    )


def nested(depth: int, *, defined: bool) -> bytes:
    """Sequences in sequences; each item holds the next sequence."""
    if not defined:
        begin = struct.pack("<HH2sHL", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF)
        begin += struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
        end = struct.pack("<HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
        return begin * depth + end * depth
    content = b""
    for _ in range(depth):
        item = struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content
        content = struct.pack("<HH2sHL", 8, 0x1140, b"SQ", 0, len(item)) + item
    return content


@pytest.mark.parametrize("defined", [True, False])
@pytest.mark.parametrize("depth", [50, 500, 3000])
def test_sequences_within_sequences_end(fuzz: Fuzz, depth: int, defined: bool) -> None:
    content = preamble() + ct_head() + nested(depth, defined=defined)

    fuzz.ends.clear()
    assert fuzz.read(content, f"{depth} sequences") == []
    assert not any("read" in end for end in fuzz.ends), "there is no picture in it"


@pytest.mark.parametrize("defined", [True, False])
@pytest.mark.parametrize("depth", [50, 500, 3000])
def test_sequences_within_sequences_of_a_whole_picture_end(
    files: dict[str, bytes], fuzz: Fuzz, depth: int, defined: bool
) -> None:
    """The thin walk over the header, and what reads the file where that gives up."""
    pixels = struct.pack("<HH2s", 0x7FE0, 0x10, b"OW")
    head, rest = files["explicit"].split(pixels)
    bomb = nested(depth, defined=defined).replace(b"\x08\x00\x40\x11", b"\x50\x00\x40\x11")

    assert fuzz.read(head + bomb + pixels + rest, f"{depth} sequences") == []


@pytest.mark.parametrize(
    "length", [0xFFFFFFFE, 0x80000000, 0x7FFFFFFF, 0xFFFFFFFF, 3], ids=lambda each: f"{each:#x}"
)
@pytest.mark.parametrize("element", [(0x10, b"OB"), (0x10, b"OW"), (0x10, b"UN")], ids=str)
def test_lengths_that_cannot_be_are_refused(
    files: dict[str, bytes], fuzz: Fuzz, length: int, element: tuple[int, bytes]
) -> None:
    head = files["explicit"].split(struct.pack("<HH", 0x7FE0, 0x10))[0]
    lie = explicit(0x7FE0, element[0], element[1], b"\0" * 64, length)
    text = explicit(8, 0x1030, b"UT", b"x" * 16, length)

    assert fuzz.read(head + lie, "pixels") == []
    assert fuzz.read(preamble() + ct_head() + text + head[200:], "text") == []


def changed(content: bytes, folder: Path, **fields: object) -> bytes:
    path = folder / "changed"
    path.write_bytes(content)
    dataset = dcmread(path)
    for name, value in fields.items():
        setattr(dataset, name, value)
    dataset.save_as(path)
    return path.read_bytes()


REFUSED = (
    {"Rows": 65535, "Columns": 65535},
    {"Rows": 65535},
    {"Columns": 65535},
    {"Rows": 0},
    {"Columns": 0},
    {"NumberOfFrames": 2**31 - 1},
    {"NumberOfFrames": -5},
)


@pytest.mark.parametrize("fields", REFUSED, ids=str)
def test_absurd_sizes_are_refused_in_every_packing(
    files: dict[str, bytes], fuzz: Fuzz, tmp_path: Path, fields: dict[str, object]
) -> None:
    for name, content in files.items():
        fuzz.ends.clear()
        assert fuzz.read(changed(content, tmp_path, **fields), name) == []
        assert not any("read" in end for end in fuzz.ends), name


@pytest.mark.parametrize(
    "fields",
    [
        {"Columns": 1},
        {"BitsAllocated": 64, "BitsStored": 64, "HighBit": 63},
        {"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31},
        {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0},
        {"BitsAllocated": 8, "BitsStored": 16},
        {"BitsStored": 0},
        {"HighBit": 200},
        {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"},
        {"SamplesPerPixel": 65535},
        {"PixelRepresentation": 7},
        {"RescaleSlope": "1e308", "RescaleIntercept": "-1e308"},
        {"RescaleSlope": "0"},
        {"PixelPaddingValue": 32767, "PixelPaddingRangeLimit": 0},
    ],
    ids=lambda fields: " ".join(f"{name} {value}" for name, value in fields.items()),
)
def test_headers_that_lie_about_the_picture_are_refused_or_read(
    files: dict[str, bytes], fuzz: Fuzz, tmp_path: Path, fields: dict[str, object]
) -> None:
    for name, content in files.items():
        try:
            lie = changed(content, tmp_path, **fields)
        except (ValueError, OverflowError, struct.error, TypeError):
            continue  # cannot even be written
        assert fuzz.read(lie, name) == []


def test_any_pixel_format_of_a_jpeg_ends_no_program(
    files: dict[str, bytes], fuzz: Fuzz, tmp_path: Path
) -> None:
    """GDCM ends its process on a pixel format that cannot be."""
    kinds = [name for name in files if name.startswith("JPEG ") and "2000" not in name]
    assert len(kinds) == 4
    for name in kinds:
        for bits in (0, 1, 7, 8, 9, 15, 16, 17, 65535):
            for sign in (0, 1, 65535):
                fields = {"BitsStored": bits, "HighBit": bits, "PixelRepresentation": sign}
                lie = changed(files[name], tmp_path, **fields)
                assert fuzz.read(lie, f"{name} {fields}") == []


def test_a_deflated_bomb_is_refused(fuzz: Fuzz) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    begin = packer.compress(ct_head() + struct.pack("<HH2sHL", 0x7FE0, 0x10, b"OW", 0, 1 << 30))
    begin += packer.flush(zlib.Z_FULL_FLUSH)
    # after a full flush a block knows nothing of the one before, so that one serves for all
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = begin + block * (1 << 10) + packer.flush()
    assert len(bomb) < 3_000_000

    fuzz.ends.clear()
    assert fuzz.read(preamble("1.2.840.10008.1.2.1.99") + bomb, "1 GB of zeros") == []
    assert list(fuzz.ends) == ["skipped: UNPACKS_TOO_LARGE"]


def test_folders_in_a_circle_end(files: dict[str, bytes], fuzz: Fuzz, tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "one").write_bytes(files["explicit"])
    (deep / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "again").symlink_to(deep)

    assert fuzz.read_path(tmp_path, "circle") == []


@pytest.mark.parametrize("size", [(65535, 65535), (1, 1), (0, 0), (2**31 - 1, 2**31 - 1)], ids=str)
def test_a_codestream_that_lies_about_its_size_is_refused(
    files: dict[str, bytes], fuzz: Fuzz, size: tuple[int, int]
) -> None:
    """JPEG 2000 SIZ, JPEG-LS SOF and JPEG SOF hold rows and columns of their own."""
    columns, rows = size
    content = bytearray(files["JPEG 2000"])
    at = content.index(b"\xff\x51") + 6
    content[at : at + 8] = struct.pack(">LL", columns, rows)
    assert fuzz.read(bytes(content), "JPEG 2000") == []

    for name, marker in (("JPEG-LS", b"\xff\xf7"), ("JPEG lossless", b"\xff\xc3")):
        content = bytearray(files[name])
        at = content.index(marker, content.index(b"\xff\xd8")) + 5
        content[at : at + 4] = struct.pack(">HH", rows & 0xFFFF, columns & 0xFFFF)
        assert fuzz.read(bytes(content), name) == []


@pytest.mark.parametrize("value", [0x00, 0xFF, 0xD9])
def test_a_head_of_jpeg_with_any_byte_changed_ends_no_program(
    files: dict[str, bytes], fuzz: Fuzz, value: int
) -> None:
    """GDCM ends its process where a marker is missing, such as the table of codes."""
    content = files["JPEG lossless"]
    start = content.index(b"\xff\xd8")
    for at in range(start, start + 56):
        spoilt = bytearray(content)
        spoilt[at] = value
        assert fuzz.read(bytes(spoilt), f"byte {at - start} = {value:#x}") == []


@pytest.mark.parametrize("offset", [0, 1, 63, 2**31, 2**32 - 1])
@pytest.mark.parametrize("segments", [0, 1, 2, 15, 2**32 - 1])
def test_an_rle_header_that_lies_is_refused(
    files: dict[str, bytes], fuzz: Fuzz, segments: int, offset: int
) -> None:
    content = bytearray(files["RLE"])
    at = content.index(struct.pack("<LL", 2, 64))
    content[at : at + 12] = struct.pack("<LLL", segments, 64, offset)

    assert fuzz.read(bytes(content), "RLE") == []


def test_a_reader_that_dies_or_logs_is_noticed(fuzz: Fuzz, tmp_path: Path) -> None:
    """The watch itself: a reader that is gone is a fault, and the next file is read again."""
    fuzz._reader.process.kill()

    assert "killed its reader" in fuzz.read(b"", "nothing")[0]
    assert fuzz.read(b"", "nothing") == []
    fuzz.faults.clear()
