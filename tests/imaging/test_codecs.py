"""Every transfer syntax that the field uses: exact where lossless, marked where lossy."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gdcm
import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from painmap.imaging import decoders
from painmap.imaging.decoders import syntax_name
from painmap.imaging.header import SkipReason
from painmap.imaging.sniffing import sniffed_syntax
from tests.imaging.helpers import codes, load, only_stack, scan
from tests.support.ct import save, write_series

Pack = Callable[[Path, Path], None]
"""Writes the file of the first path, packed otherwise, to the second one."""


def by_gdcm(name: str) -> Pack:
    def pack(source: Path, target: Path) -> None:
        reader = gdcm.ImageReader()
        reader.SetFileName(str(source))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, name)))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        writer.SetFileName(str(target))
        assert writer.Write()

    return pack


def by_codec(syntax: str, encode: Callable[[np.ndarray], bytes]) -> Pack:
    def pack(source: Path, target: Path) -> None:
        dataset = dcmread(source)
        dataset.PixelData = encapsulate([encode(dataset.pixel_array)])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        save(dataset, target, syntax)

    return pack


def by_pydicom(syntax: str) -> Pack:
    def pack(source: Path, target: Path) -> None:
        dataset = dcmread(source)
        dataset.compress(syntax, generate_instance_uid=False)
        save(dataset, target, syntax)

    return pack


def by_dcmtk(*command: str) -> Pack:
    def pack(source: Path, target: Path) -> None:
        subprocess.run([*command, str(source), str(target)], check=True, capture_output=True)

    return pack


def j2k(**options: Any) -> Callable[[np.ndarray], bytes]:
    return lambda array: imagecodecs.jpeg2k_encode(array, codecformat="j2k", **options)


def htj2k(**options: Any) -> Callable[[np.ndarray], bytes]:
    return lambda array: imagecodecs.htj2k_encode(array, **options)


LOSSLESS: dict[str, tuple[str, Pack]] = {
    "implicit": (ImplicitVRLittleEndian, by_gdcm("ImplicitVRLittleEndian")),
    "big endian": (ExplicitVRBigEndian, by_gdcm("ExplicitVRBigEndian")),
    "deflated": (DeflatedExplicitVRLittleEndian, by_gdcm("DeflatedExplicitVRLittleEndian")),
    "RLE": (RLELossless, by_pydicom(RLELossless)),
    "JPEG lossless": (JPEGLossless, by_gdcm("JPEGLosslessProcess14")),
    "JPEG lossless SV1": (JPEGLosslessSV1, by_gdcm("JPEGLosslessProcess14_1")),
    "JPEG-LS": (JPEGLSLossless, by_pydicom(JPEGLSLossless)),
    "JPEG 2000": (JPEG2000Lossless, by_pydicom(JPEG2000Lossless)),
    "JPEG-LS by GDCM": (JPEGLSLossless, by_gdcm("JPEGLSLossless")),
    "JPEG 2000 by GDCM": (JPEG2000Lossless, by_gdcm("JPEG2000Lossless")),
    "JPEG 2000 reversible": (JPEG2000, by_codec(JPEG2000, j2k(reversible=True))),
    "HTJ2K lossless": (HTJ2KLossless, by_codec(HTJ2KLossless, htj2k(reversible=True))),
    "HTJ2K RPCL": (HTJ2KLosslessRPCL, by_codec(HTJ2KLosslessRPCL, htj2k(reversible=True))),
    "HTJ2K reversible": (HTJ2K, by_codec(HTJ2K, htj2k(reversible=True))),
}

# a second encoder where it is installed
if shutil.which("dcmcjpeg"):
    LOSSLESS |= {
        "JPEG lossless by dcmtk": (JPEGLossless, by_dcmtk("dcmcjpeg", "+el")),
        "JPEG lossless SV1 by dcmtk": (JPEGLosslessSV1, by_dcmtk("dcmcjpeg", "+e1")),
    }
if shutil.which("dcmcjpls"):
    LOSSLESS["JPEG-LS by dcmtk"] = (JPEGLSLossless, by_dcmtk("dcmcjpls", "+el"))
if shutil.which("dcmcrle"):
    LOSSLESS["RLE by dcmtk"] = (RLELossless, by_dcmtk("dcmcrle"))


def smooth(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """HU without edges, which lossy codecs keep nearly."""
    return np.rint(200 * np.sin(x / 9) * np.cos(y / 7) + z - 100)


def noisy(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """HU in which every bit is used."""
    return np.rint(1000 * np.sin(977 * x + 331 * y + z))


def packed(folder: Path, pack: Pack, **series: Any) -> tuple[Path, Path]:
    """Write a series plain and packed; gives both folders."""
    size = {"count": 2, "rows": 64, "columns": 72}
    plain, other = folder / "plain", folder / "packed"
    other.mkdir()
    for path in write_series(plain, **size | series):
        pack(path, other / path.name)
    return plain, other


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_pictures_are_exact(tmp_path, name, signed, bits):
    syntax, pack = LOSSLESS[name]
    series = {"field": noisy, "signed": signed, "bits_stored": bits}
    series["intercepts"] = (0.0,) if signed else (-1024.0,)

    plain, other = packed(tmp_path, pack, **series)
    found = load(other)

    assert found.stack.transfer_syntaxes == (str(syntax),)
    assert np.array_equal(found.hu, load(plain).hu)
    assert found.hu.dtype == np.int16


# --- real pictures: noise, couch, air and bone as a scanner gives them


@pytest.fixture(scope="module")
def real_slices(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two slices of the lumbar CT, unpacked by a library that painmap does not read with."""
    folder = tmp_path_factory.mktemp("real")
    (stack,) = scan(shared_data / "lumbar-ct-cc0" / "lspine_sagittal").stacks
    for k in (12, 19):
        dataset = dcmread(stack.slices[k].path)
        stored = imagecodecs.jpeg2k_decode(next(generate_frames(dataset.PixelData)))
        assert (stored.dtype, stored.shape) == (np.int16, (512, 512))
        dataset.PixelData = stored.tobytes()
        dataset["PixelData"].is_undefined_length = False
        save(dataset, folder / f"{k:02d}")
    return folder


@pytest.mark.shared_data
@pytest.mark.parametrize("name", LOSSLESS)
def test_real_pictures_are_exact_in_every_packing(real_slices, shared_data, tmp_path, name):
    syntax, pack = LOSSLESS[name]
    for path in real_slices.iterdir():
        pack(path, tmp_path / path.name)

    found = load(tmp_path)

    assert found.stack.transfer_syntaxes == (str(syntax),)
    for k, one in enumerate(found.stack.slices):
        dataset = dcmread(real_slices / one.path.name)
        stored = np.frombuffer(dataset.PixelData, "<i2").reshape(512, 512)
        hu = stored * dataset.RescaleSlope + dataset.RescaleIntercept
        assert np.ptp(hu) > 1500
        assert np.array_equal(found.hu[k], hu)


def eight_bits(dataset: Dataset, _: int) -> None:
    """Store each pixel in one byte."""
    values = np.frombuffer(dataset.PixelData, "<u2").astype(np.uint8)
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = values.tobytes()
    dataset["PixelData"].VR = "OB"


@pytest.mark.parametrize("name", [name for name in LOSSLESS if "big" not in name])
def test_eight_bits_a_pixel_are_read(tmp_path, name):
    _, pack = LOSSLESS[name]
    field = {"field": lambda x, y, z: np.rint(x + y) % 200, "intercepts": (-20.0,)}

    plain, other = packed(tmp_path, pack, edit=eight_bits, bits_stored=8, **field)

    reference = load(plain)
    assert 150 < reference.hu.max() < 200
    assert np.array_equal(load(other).hu, reference.hu)


LOSSY_J2K = j2k(level=75, reversible=False, bitspersample=12)

LOSSY: dict[str, tuple[str, Pack, dict[str, Any]]] = {
    "JPEG baseline": (
        JPEGBaseline8Bit,
        by_gdcm("JPEGBaselineProcess1"),
        {"edit": eight_bits, "bits_stored": 8, "intercepts": (-400.0,), "slopes": (4.0,)},
    ),
    "JPEG extended": (JPEGExtended12Bit, by_gdcm("JPEGExtendedProcess2_4"), {}),
    "JPEG-LS near": (
        JPEGLSNearLossless,
        by_codec(JPEGLSNearLossless, lambda array: imagecodecs.jpegls_encode(array, level=3)),
        {},
    ),
    "JPEG 2000 lossy": (
        JPEG2000,
        by_codec(JPEG2000, j2k(level=75, reversible=False, bitspersample=12)),
        {},
    ),
    "HTJ2K lossy": (HTJ2K, by_codec(HTJ2K, htj2k(level=0.0002, reversible=False)), {}),
}


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_pictures_are_read_and_marked(tmp_path, name):
    syntax, pack, series = LOSSY[name]

    plain, other = packed(tmp_path, pack, field=smooth, **{"bits_stored": 12} | series)
    found, reference = load(other), load(plain)

    assert found.stack.transfer_syntaxes == (str(syntax),)
    assert "LOSSY" in codes(found.stack)
    error = np.abs(found.hu.astype(int) - reference.hu.astype(int))
    assert 0 < error.max() <= 16, "not packed with loss, or not the same picture"
    assert error.mean() < 6


def test_what_was_lossy_once_stays_marked_in_any_packing(tmp_path):
    write_series(tmp_path, count=2, edit=lambda one, _: setattr(one, "LossyImageCompression", "01"))

    assert "LOSSY" in codes(only_stack(tmp_path))


@pytest.mark.parametrize("syntax", [one for one in decoders._CODECS if "4.5" not in one])
def test_every_syntax_names_its_decoder_in_the_report(syntax):
    assert decoders.what_is_missing(syntax) == ""
    assert re.search(r" [0-9.]+$", decoders.decoder_name(syntax)), "with its version"
    assert syntax in syntax_name(syntax)


@pytest.mark.parametrize(
    ("syntax", "decoder"),
    [
        (JPEGLSNearLossless, "imagecodecs"),
        (JPEG2000, "imagecodecs"),
        (RLELossless, "pylibjpeg-rle"),
        (JPEGLossless, "python-gdcm"),
        (ImplicitVRLittleEndian, "painmap, unusual files by pydicom"),
        (ExplicitVRBigEndian, "pydicom"),
    ],
)
def test_the_report_names_what_decodes(syntax, decoder):
    assert decoders.decoder_name(str(syntax)).rpartition(" ")[0] == decoder


@pytest.mark.parametrize("name", ["RLE", "JPEG lossless", "JPEG-LS", "JPEG 2000", "HTJ2K lossless"])
def test_a_damaged_picture_is_refused_in_words(tmp_path, name):
    _, pack = LOSSLESS[name]
    _, other = packed(tmp_path, pack, field=noisy)
    path = next(other.iterdir())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])

    (skipped,) = scan(path).skipped

    assert skipped.reason in (SkipReason.TRUNCATED, SkipReason.NO_PIXELS)


def without_meta(path: Path) -> None:
    """Leave out preamble and file meta, as some archives do."""
    with path.open("rb") as stream:
        dataset = dcmread(stream)
    content = path.read_bytes()
    length = dataset.file_meta.FileMetaInformationGroupLength
    path.write_bytes(content[132 + 12 + length :])


@pytest.mark.parametrize(
    "name", [name for name in LOSSLESS if name not in ("implicit", "big endian", "deflated")]
)
def test_packed_pixels_without_file_meta_are_known_by_their_first_bytes(tmp_path, name):
    _, pack = LOSSLESS[name]
    plain, other = packed(tmp_path, pack, field=noisy, bits_stored=12)
    for path in other.iterdir():
        without_meta(path)

    found = load(other)

    assert np.array_equal(found.hu, load(plain).hu)
    assert codes(found.stack) <= {"LOSSY"}, "what cannot be told lossless is marked"


@pytest.mark.parametrize("name", ["JPEG baseline", "JPEG extended", "JPEG-LS near"])
def test_lossy_pixels_without_file_meta_are_marked(tmp_path, name):
    _, pack, series = LOSSY[name]
    _, other = packed(tmp_path, pack, field=smooth, **{"bits_stored": 12} | series)
    for path in other.iterdir():
        without_meta(path)

    assert "LOSSY" in codes(load(other).stack)


@given(st.binary(max_size=300))
def test_any_bytes_are_told_or_not_told_and_never_stop_it(content):
    for start in (b"", b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\x02\0\0\0\xff\xd8\xff"):
        sniffed_syntax(start + content)
