"""Pixels that are read without pydicom are those that pydicom reads, bit by bit."""

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from painmap.imaging import decoders
from painmap.imaging.decoders import Codec
from painmap.imaging.header_values import Doubt
from painmap.imaging.slice_reader import SliceReader
from tests.imaging.helpers import only_stack, scan
from tests.support.ct import ramp, write_enhanced, write_series

PLAIN = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
OTHER_DECODERS = {Codec.JPEG_LS: "pyjpegls", Codec.JPEG_2000: "pylibjpeg"}
"""What the program does not decode with: so that two decoders have to agree."""

PACKED = [JPEG2000Lossless, JPEGLSLossless, RLELossless]


def compressed(syntax):
    def edit(dataset: Dataset, _: int) -> None:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        if syntax not in PLAIN:
            dataset.compress(syntax, generate_instance_uid=False)

    return edit


def both(stack, step=1):
    """Each slice read fast and through pydicom; how many were really read fast."""
    reader, fast = SliceReader(), 0
    for k, one in list(enumerate(stack.slices))[::step]:
        room = np.zeros((one.rows, one.columns), dtype=np.uint16)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SliceReader, "_slowly", lambda *_: None)
            found = reader.read(k, one, room)
        with pytest.MonkeyPatch.context() as patch:
            for codec, plugin in OTHER_DECODERS.items():
                patch.setitem(decoders._PLUGINS, codec, (plugin,))
            slow = reader._slowly(k, one, np.zeros_like(room))
        if found is None:
            continue
        fast += 1
        assert found.hu.dtype == slow.hu.dtype
        assert (found.hu == slow.hu).all()
        assert (found.padding is None) == (slow.padding is None)
        assert found.padding is None or (found.padding == slow.padding).all()
    return fast


@pytest.mark.parametrize("syntax", [*PLAIN, *PACKED])
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("bits", [10, 12, 16])
def test_every_codec_and_pixel_format(tmp_path, syntax, signed, bits):
    def within(x, y, z):
        return np.clip(ramp(x, y, z), -(1 << (bits - 1)) if signed else -300, 400)

    write_series(
        tmp_path, count=2, rows=32, columns=48, signed=signed, bits_stored=bits, field=within,
        intercepts=(0.0 if signed else -300.0,), transfer_syntax=syntax, edit=compressed(syntax),
    )  # fmt: skip

    assert both(only_stack(tmp_path)) == 2


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("syntax", PLAIN)
def test_what_stands_above_the_stored_bits_is_cleared(tmp_path, signed, syntax):
    write_series(
        tmp_path, count=2, signed=signed, bits_stored=12, high_bit=11, transfer_syntax=syntax,
        intercepts=(0.0 if signed else -1024.0,),
    )  # fmt: skip

    assert both(only_stack(tmp_path)) == 2


@pytest.mark.parametrize(
    "rescale",
    [(1, -1024), (2, -2000), (-1, 3000), (0.5, -1024), (0.3, 0.25), (3, -32000), (-300, 7)],
)
@pytest.mark.parametrize("signed", [True, False])
def test_every_rescale(tmp_path, rescale, signed):
    slope, intercept = rescale

    def edit(dataset: Dataset, number: int) -> None:
        random = np.random.default_rng(number)
        words = random.integers(0, 1 << 16, (12, 16), dtype=np.uint16)
        # one slice of all values there are, one of few, so that sums fit and do not fit
        words = words if number == 0 else words % 997
        dataset.PixelData = words.tobytes()
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, intercept

    write_series(tmp_path, count=2, signed=signed, edit=edit)

    assert both(only_stack(tmp_path)) == 2


@pytest.mark.parametrize(("value", "limit"), [(63536, None), (100, 90), (90, 100), (0, None)])
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("syntax", PLAIN)
def test_every_padding(tmp_path, value, limit, signed, syntax):
    def edit(dataset: Dataset, number: int) -> None:
        words = np.arange(12 * 16, dtype=np.uint16).reshape(12, 16)
        words[:, number] = 63536
        dataset.PixelData = words.tobytes()
        dataset.add_new("PixelPaddingValue", "US", value)
        if limit is not None:
            dataset.add_new("PixelPaddingRangeLimit", "US", limit)

    write_series(tmp_path, count=2, signed=signed, edit=edit, transfer_syntax=syntax)

    assert both(only_stack(tmp_path)) == 2


def test_without_a_rescale_values_are_as_stored(tmp_path):
    def edit(dataset: Dataset, _: int) -> None:
        del dataset.RescaleSlope, dataset.RescaleIntercept

    write_series(tmp_path, count=2, edit=edit)

    assert both(only_stack(tmp_path)) == 2


def strange(dataset: Dataset, number: int) -> None:
    """Pixels that another reading of the header would change."""
    changes = [
        {"HighBit": 13, "BitsStored": 12},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "Columns": 32},
    ]
    for keyword, value in changes[number].items():
        setattr(dataset, keyword, value)


def test_unusual_pixels_are_left_to_pydicom_or_read_alike(tmp_path):
    write_series(tmp_path, count=3, edit=strange)
    stacks = scan(tmp_path).stacks

    assert sum(both(stack) for stack in stacks) == 1


def test_multi_frame_objects_are_left_to_pydicom(tmp_path):
    write_enhanced(tmp_path / "a")

    assert both(only_stack(tmp_path)) == 0


@pytest.mark.shared_data
def test_real_series_are_read_alike(shared_data):
    stacks = [stack for stack in scan(shared_data).stacks if len(stack.slices) > 1]

    assert sum(both(stack, step=5) for stack in stacks) > 30


def test_a_compressed_frame_that_disagrees_with_its_header_is_doubted(tmp_path):
    write_series(
        tmp_path, count=2, rows=32, columns=32, bits_stored=12, field=lambda x, y, z: 0 * x,
        transfer_syntax=JPEG2000Lossless, edit=compressed(JPEG2000Lossless),
    )  # fmt: skip
    stack = only_stack(tmp_path)
    one = stack.slices[0]
    content = one.path.read_bytes()
    at = content.index(b"\xff\x4f\xff\x51") + 42
    # the codestream now says 14 bits instead of 12
    one.path.write_bytes(content[:at] + bytes([13]) + content[at + 1 :])
    reader = SliceReader()

    with pytest.raises(Doubt), one.path.open("rb", buffering=0) as stream:
        reader._fast(0, one, np.zeros((32, 32), np.uint16), stream)
