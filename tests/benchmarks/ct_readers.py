"""The readers that are compared, each in a process of its own that runs when it is told to.

``python -m tests.benchmarks.ct_readers NAME FOLDER`` reads the folder once for each line on its
standard input, and prints seconds, a check sum, and seconds of processor time.
"""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np
import pydicom

Check: TypeAlias = int
Reader: TypeAlias = Callable[[Path], tuple[float, Check]]
"""Gives the seconds that count, and the sum of some voxels."""

TABLES: dict[str, Callable[[], Reader]] = {}


def reader(name: str) -> Callable[[Callable[[], Reader]], Callable[[], Reader]]:
    def put(make: Callable[[], Reader]) -> Callable[[], Reader]:
        TABLES[name] = make
        return make

    return put


def check(volume: Any) -> Check:
    """A sum over the first slice; readers that turn rows or slices over give the same."""
    return int(np.asarray(volume)[:, ::16, ::16].astype(np.int64).sum())


@reader("painmap")
def _painmap() -> Reader:
    opening = importlib.import_module("painmap.imaging.volume")
    scan = importlib.import_module("painmap.imaging.scan")
    run_to_end = importlib.import_module("painmap.domain.progress").run_to_end

    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        stack = run_to_end(scan.scanning(folder)).stacks[0]
        volume = run_to_end(opening.loading(stack))
        assert volume.geometry is not None
        return perf_counter() - start, check(volume.hu)

    return read


@reader("painmap, first slice")
def _first_slice() -> Reader:
    opening = importlib.import_module("painmap.imaging.volume")
    scan = importlib.import_module("painmap.imaging.scan")
    run_to_end = importlib.import_module("painmap.domain.progress").run_to_end

    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        stack = run_to_end(scan.scanning(folder)).stacks[0]
        job = opening.opening_volume(stack, wanted=lambda: 200)
        step = next(each for each in job if isinstance(each, opening.Filled))
        seconds = perf_counter() - start
        assert step.volume.has_slice(200)
        job.close()
        return seconds, 0

    return read


@reader("painmap, cancel")
def _cancel() -> Reader:
    opening = importlib.import_module("painmap.imaging.volume")
    scan = importlib.import_module("painmap.imaging.scan")
    run_to_end = importlib.import_module("painmap.domain.progress").run_to_end

    def read(folder: Path) -> tuple[float, Check]:
        stack = run_to_end(scan.scanning(folder)).stacks[0]
        job = opening.opening_volume(stack)
        began = perf_counter()
        for step in job:
            if step.done == 30 or perf_counter() - began > 0.4:
                break
        start = perf_counter()
        job.close()
        return perf_counter() - start, 0

    return read


@reader("raw bytes")
def _raw() -> Reader:
    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        volume = np.zeros((400, 512 * 512), dtype=np.uint16)
        for k, path in enumerate(sorted(folder.iterdir())):
            with path.open("rb", buffering=0) as stream:
                stream.readinto(volume[k].data.cast("B"))
        return perf_counter() - start, 0

    return read


@reader("SimpleITK")
def _simpleitk() -> Reader:
    sitk = importlib.import_module("SimpleITK")

    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        series = sitk.ImageSeriesReader()
        series.SetFileNames(series.GetGDCMSeriesFileNames(str(folder)))
        image = series.Execute()
        array = sitk.GetArrayViewFromImage(image)
        return perf_counter() - start, check(array)

    return read


@reader("SimpleITK, names known")
def _simpleitk_alone() -> Reader:
    sitk = importlib.import_module("SimpleITK")
    names: dict[Path, Any] = {}

    def read(folder: Path) -> tuple[float, Check]:
        series = sitk.ImageSeriesReader()
        if folder not in names:
            names[folder] = series.GetGDCMSeriesFileNames(str(folder))
        start = perf_counter()
        series.SetFileNames(names[folder])
        image = series.Execute()
        array = sitk.GetArrayViewFromImage(image)
        return perf_counter() - start, check(array)

    return read


@reader("VTK")
def _vtk() -> Reader:
    vtk = importlib.import_module("vtkmodules.vtkIOImage")
    to_numpy = importlib.import_module("vtkmodules.util.numpy_support").vtk_to_numpy

    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        series = vtk.vtkDICOMImageReader()
        series.SetDirectoryName(str(folder))
        series.Update()
        image = series.GetOutput()
        array = to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
        # it turns every slice upside down, and back here, so that the sums agree
        return perf_counter() - start, check(array[:, ::-1])

    return read


def _one_by_one(pixels: Callable[[Path], Any], dtype: type) -> Reader:
    """Without order and geometry: files in the order of their names."""

    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        volume = np.zeros((400, 512, 512), dtype=dtype)
        for k, path in enumerate(sorted(folder.iterdir())):
            volume[k] = pixels(path)
        return perf_counter() - start, check(volume)

    return read


@reader("dicomsdl")
def _dicomsdl() -> Reader:
    library = importlib.import_module("dicomsdl")
    return _one_by_one(lambda path: library.open_file(str(path)).pixelData(), np.float32)


@reader("dicomsdl, stored values")
def _dicomsdl_stored() -> Reader:
    library = importlib.import_module("dicomsdl")

    def pixels(path: Path) -> Any:
        return library.open_file(str(path)).pixelData(storedvalue=True)

    plain = _one_by_one(pixels, np.int16)
    return lambda folder: (plain(folder)[0], 0)


@reader("python-gdcm")
def _gdcm() -> Reader:
    gdcm = importlib.import_module("gdcm")

    def pixels(path: Path) -> Any:
        image_reader = gdcm.ImageReader()
        image_reader.SetFileName(str(path))
        if not image_reader.Read():
            raise ValueError("not read")
        image = image_reader.GetImage()
        text = image.GetBuffer()
        stored = np.frombuffer(text.encode("utf-8", errors="surrogateescape"), dtype="<u2")
        return stored.reshape(512, 512).astype(np.int16) + np.int16(image.GetIntercept())

    return _one_by_one(pixels, np.int16)


@reader("pydicom alone")
def _pydicom() -> Reader:
    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        files = [pydicom.dcmread(path) for path in folder.iterdir()]
        files.sort(key=lambda each: float(each.ImagePositionPatient[2]))
        volume = np.zeros((len(files), 512, 512), dtype=np.int16)
        for k, each in enumerate(files):
            volume[k] = each.pixel_array.astype(np.int16) * int(each.RescaleSlope)
            volume[k] += int(each.RescaleIntercept)
        return perf_counter() - start, check(volume)

    return read


@reader("scan: painmap")
def _scan() -> Reader:
    scan = importlib.import_module("painmap.imaging.scan")
    run_to_end = importlib.import_module("painmap.domain.progress").run_to_end

    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        found = run_to_end(scan.scanning(folder))
        return perf_counter() - start, len({stack.series_uid for stack in found.stacks})

    return read


def _gdcm_scan(*, names: bool) -> Reader:
    sitk = importlib.import_module("SimpleITK")

    def read(folder: Path) -> tuple[float, Check]:
        start = perf_counter()
        # it does not look into folders below, and is asked for each
        found = set()
        for place in sorted(each for each in folder.iterdir() if each.is_dir()):
            for uid in sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(place)):
                found.add(uid)
                if names:
                    sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(place), uid)
        return perf_counter() - start, len(found)

    return read


@reader("scan: SimpleITK, series and file names")
def _gdcm_names() -> Reader:
    return _gdcm_scan(names=True)


@reader("scan: SimpleITK, series only")
def _gdcm_series() -> Reader:
    return _gdcm_scan(names=False)


def main(name: str, folder: Path) -> int:
    """Read the folder once a line."""
    read = TABLES[name]()
    print("ready", flush=True)  # noqa: T201 - the answer to the benchmark
    for _ in sys.stdin:
        before = sum(os.times()[:4])
        seconds, found = read(folder)
        print(seconds, found, sum(os.times()[:4]) - before, flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
