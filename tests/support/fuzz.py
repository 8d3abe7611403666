"""Spoils files and has them read by a process that may die of it."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import gdcm
import imagecodecs
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from tests.support import ct

ROOT = Path(__file__).parents[2]

MOST_SECONDS = 2.0
"""Of the processor, so that a busy machine is not blamed on the file."""
MOST_GROWTH = 10
SPARE_BYTES = 200_000_000
HANG_S = 60.0
"""A process that has not answered for so long by the clock never will."""
STEPS = 64


@dataclass(frozen=True, slots=True)
class Reader:
    """The process, and what it is asked."""

    process: "subprocess.Popen[str]"

    def ask(self, question: dict[str, str]) -> dict[str, object] | None:
        """Give its answer; None when it died or hangs."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        ready, _, _ = select.select([self.process.stdout], [], [], HANG_S)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            return None
        answer: dict[str, object] = json.loads(line)
        return answer


class Fuzz:
    """Reads spoiled files, and remembers what was wrong with how they were taken."""

    def __init__(self) -> None:
        self._reader = self._start()
        self.count = 0
        self.faults: list[str] = []
        self.ends: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self._stop()

    def _start(self) -> Reader:
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fuzz_worker"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        reader = Reader(process)
        reader.ask({"content": ""})  # libraries are loaded before anything is measured
        return reader

    def _stop(self) -> None:
        process = self._reader.process
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue

    def read(self, content: bytes, what: str) -> list[str]:
        """Have a file read; give what is wrong with how it was taken."""
        return self._ask({"content": content.hex()}, len(content), what)

    def read_path(self, path: Path, what: str) -> list[str]:
        """Have a folder or file of the disk read."""
        files = path.rglob("*") if path.is_dir() else [path]
        size = sum(each.stat().st_size for each in files if each.is_file())
        return self._ask({"path": str(path)}, size, what)

    def _ask(self, question: dict[str, str], size: int, what: str) -> list[str]:
        self.count += 1
        answer = self._reader.ask(question)
        if answer is None:
            try:  # a process that crashed takes a moment to be gone
                status: int | None = self._reader.process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                status = None
            how = "hung" if status is None else f"killed its reader ({status})"
            self._stop()
            self._reader = self._start()
            faults = [f"{what}: {how}"]
        else:
            end = str(answer["end"])
            self.ends[end] = self.ends.get(end, 0) + 1
            faults = [f"{what}: {each}" for each in _wrong(answer, size)]
        self.faults += faults
        return faults


def _wrong(answer: dict[str, object], size: int) -> Iterator[str]:
    if answer["fault"]:
        yield str(answer["fault"])
    if float(str(answer["seconds"])) > MOST_SECONDS:
        yield f"took {float(str(answer['seconds'])):.1f} s ({answer['end']})"
    if int(str(answer["grown"])) > MOST_GROWTH * size + SPARE_BYTES:
        grown = int(str(answer["grown"])) // 1_000_000
        yield f"{grown} MB for {size} bytes ({answer['end']})"
    if answer["said"]:
        yield f"logged {answer['said']}"


def spoiled(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Cut a file, and flip a byte of it, at every 1/64."""
    for step in range(STEPS):
        at = step * len(content) // STEPS
        yield f"cut at {at}", content[:at]
        for bits in (0xFF, 0x01):
            flipped = bytearray(content)
            flipped[at] ^= bits
            yield f"byte {at} ^ {bits:#x}", bytes(flipped)


def seeds(folder: Path) -> dict[str, bytes]:
    """One small CT of every way of packing, as files."""
    small = {"count": 1, "rows": 32, "columns": 32}
    (plain,) = ct.write_series(folder / "plain", **small)  # type: ignore[arg-type]  # all numbers
    found = {"explicit": plain.read_bytes()}
    for name, syntax in (
        ("JPEG 2000", JPEG2000Lossless),
        ("JPEG-LS", JPEGLSLossless),
        ("RLE", RLELossless),
    ):
        dataset = dcmread(plain)
        dataset.compress(syntax, generate_instance_uid=False)
        dataset.save_as(folder / name)
        found[name] = (folder / name).read_bytes()
    for name, syntax in (
        ("implicit", ImplicitVRLittleEndian),
        ("deflated", DeflatedExplicitVRLittleEndian),
    ):
        (path,) = ct.write_series(folder / name, transfer_syntax=syntax, **small)  # type: ignore[arg-type]  # all numbers
        found[name] = path.read_bytes()
    found["big endian"] = _big_endian(plain, folder / "big")
    found["JPEG lossless"] = _by_gdcm(
        plain, folder / "JPEG lossless", gdcm.TransferSyntax.JPEGLosslessProcess14_1
    )
    found["JPEG extended"] = _by_gdcm(
        _of_bits(folder / "12", 12), folder / "extended", gdcm.TransferSyntax.JPEGExtendedProcess2_4
    )
    found["JPEG baseline"] = _by_gdcm(
        _of_bits(folder / "8", 8), folder / "baseline", gdcm.TransferSyntax.JPEGBaselineProcess1
    )
    found["JPEG lossless of 8 bits"] = _by_gdcm(
        _of_bits(folder / "8", 8), folder / "8 l", gdcm.TransferSyntax.JPEGLosslessProcess14_1
    )
    found["HTJ2K"] = _htj2k(plain, folder / "HTJ2K")
    found["enhanced"] = ct.write_enhanced(folder / "enhanced").read_bytes()
    return found


def _big_endian(plain: Path, path: Path) -> bytes:
    dataset = dcmread(plain)
    dataset.PixelData = bytes(
        part
        for pair in zip(dataset.PixelData[1::2], dataset.PixelData[::2], strict=True)
        for part in pair
    )
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    # a data set that was read remembers its byte order; a copy of its elements does not
    turned = Dataset()
    turned.update(dataset)
    turned.file_meta = dataset.file_meta
    turned.save_as(path, enforce_file_format=True)
    return path.read_bytes()


def _of_bits(folder: Path, bits: int) -> Path:
    """A slice of 12 bits in two bytes, or of 8 bits in one."""
    (path,) = ct.write_series(folder, count=1, rows=32, columns=32, bits_stored=bits)
    if bits > 8:
        return path
    dataset = dcmread(path)
    dataset.PixelData = dataset.PixelData[::2]
    dataset["PixelData"].VR = "OB"
    dataset.BitsAllocated = 8
    dataset.save_as(path)
    return path


def _htj2k(plain: Path, path: Path) -> bytes:
    dataset = dcmread(plain)
    frame = imagecodecs.htj2k_encode(dataset.pixel_array, reversible=True)
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    ct.save(dataset, path, HTJ2KLossless)
    return path.read_bytes()


def _by_gdcm(plain: Path, path: Path, syntax: int) -> bytes:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    assert reader.Read()
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return path.read_bytes()
