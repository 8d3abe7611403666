"""Decode workers: right pictures, and nothing left when all is over, however it ends."""

import os
import signal
import subprocess
import sys
import threading
from time import monotonic, sleep

import numpy as np
import psutil
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

from painmap.domain.progress import run_to_end
from painmap.imaging import lanes, room
from painmap.imaging.decode_worker import REQUEST, Decoder
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.opening import Filled, opening_volume
from painmap.imaging.slice_reader import SliceReader
from painmap.imaging.worker_process import WORKER_FLAG, WorkerProcess
from tests.imaging.helpers import load, only_stack
from tests.support.ct import write_series


def children() -> set[int]:
    return {one.pid for one in psutil.Process().children(recursive=True)}


def files_of_volumes() -> int:
    """How many nameless files this process has mapped."""
    place = str(room._NEVER_IN_MEMORY)
    return sum(mapped.path.startswith(place) for mapped in psutil.Process().memory_maps())


@pytest.fixture(autouse=True)
def nothing_left():
    """Fail a test that leaves a process, a thread of reading, or a mapped file behind."""
    before = children(), files_of_volumes()
    yield
    until = monotonic() + 2
    while reading_threads() and monotonic() < until:
        sleep(0.01)
    assert reading_threads() == []
    assert (children(), files_of_volumes()) == before


def reading_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("work, reading")]


@pytest.fixture
def with_workers(monkeypatch):
    """Small stacks are read by workers too."""
    monkeypatch.setattr(lanes, "WORTH_WORKERS_MS", 0)
    monkeypatch.setattr(lanes, "_cores", lambda: 2)


@pytest.fixture
def gate(monkeypatch):
    """Reading goes no further than the first slice until this is set."""
    opened, plain = threading.Event(), SliceReader.prepare

    def prepare(self, k, one, room):
        if k != 0:
            opened.wait(10)
        return plain(self, k, one, room)

    monkeypatch.setattr(SliceReader, "prepare", prepare)
    yield opened
    opened.set()


def write_packed(folder, count, syntax=JPEG2000Lossless):
    def packed(dataset: Dataset, _: int) -> None:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.compress(syntax, generate_instance_uid=False)

    return write_series(
        folder, count=count, rows=64, columns=64, bits_stored=12, edit=packed,
        transfer_syntax=syntax,
    )  # fmt: skip


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless])
def test_workers_decode_what_is_decoded_here(tmp_path, with_workers, syntax):
    write_packed(tmp_path / "packed", 9, syntax)
    write_series(tmp_path / "plain", count=9, rows=64, columns=64, bits_stored=12)

    packed, plain = load(tmp_path / "packed"), load(tmp_path / "plain")

    assert (packed.hu == plain.hu).all()


def test_a_cancel_ends_workers_at_once(tmp_path, with_workers, gate):
    write_packed(tmp_path, 6)
    job = opening_volume(only_stack(tmp_path))
    while len(children()) < 2:
        next(job)

    job.close()

    assert not children()


def test_a_damaged_slice_is_named_and_ends_the_reading(tmp_path, with_workers):
    paths = write_packed(tmp_path, 8)
    stack = only_stack(tmp_path)
    content = paths[4].read_bytes()
    at = content.index(b"\xff\x4f\xff\x51") + 60
    paths[4].write_bytes(content[:at] + b"\xff" * 40 + content[at + 40 :])
    k = next(k for k, one in enumerate(stack.slices) if one.path == paths[4])

    with pytest.raises(SeriesError) as caught:
        run_to_end(opening_volume(stack))

    assert caught.value.problem is SeriesProblem.UNDECODABLE
    assert caught.value.detail.startswith(f"slice {k + 1}")


def test_when_a_worker_is_killed_its_slices_are_decoded_here(tmp_path, with_workers, gate):
    write_packed(tmp_path, 12)
    stack = only_stack(tmp_path)
    job = opening_volume(stack)
    while len(children()) < 2:
        next(job)

    for child in psutil.Process().children():
        child.send_signal(signal.SIGKILL)
    gate.set()
    volume = run_to_end(job)

    assert volume.is_complete
    assert (volume.hu == load(tmp_path).hu).all()


def test_where_no_worker_can_be_started_all_is_decoded_here(tmp_path, with_workers, monkeypatch):
    write_packed(tmp_path, 3)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)

    assert load(tmp_path).is_complete


def test_a_file_that_is_gone_is_named_by_its_slice(tmp_path):
    paths = write_series(tmp_path, count=3)
    stack = only_stack(tmp_path)
    paths[1].unlink()
    k = next(k for k, one in enumerate(stack.slices) if one.path == paths[1])

    with pytest.raises(SeriesError) as caught:
        run_to_end(opening_volume(stack))

    assert caught.value.problem is SeriesProblem.FILE_GONE
    assert caught.value.detail == f"slice {k + 1}"


def test_a_disc_that_hangs_neither_stops_the_reports_nor_the_cancel(tmp_path, gate):
    write_series(tmp_path, count=4)
    job = opening_volume(only_stack(tmp_path))
    next(step for step in job if isinstance(step, Filled))

    report = next(job)
    job.close()

    assert isinstance(report, Filled)
    assert (report.done, report.slices) == (1, ())
    assert reading_threads()
    gate.set()


def test_few_slices_are_decoded_without_workers(tmp_path, monkeypatch):
    write_packed(tmp_path, 3)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a worker was started"))

    assert load(tmp_path).is_complete


def test_the_frozen_program_serves_as_a_worker(tmp_path):
    (path,) = write_packed(tmp_path, 1)
    content = path.read_bytes()
    frame = content[content.index(b"\xff\x4f\xff\x51") :]
    frame = frame[: frame.rindex(b"\xff\xd9") + 2]
    requests = REQUEST.pack(Decoder.JPEG_2000, len(frame), 64 * 64 * 2) + frame
    requests += REQUEST.pack(Decoder.JPEG_LS, 5, 64 * 64 * 2) + b"wrong"

    found = subprocess.run(
        [sys.executable, "-m", "painmap", WORKER_FLAG],
        input=requests, capture_output=True, timeout=60, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip

    assert len(found.stdout) == 5 + 64 * 64 * 2 + 5
    assert found.stdout[0] == 1
    assert found.stdout[-5] == 0
    assert found.stderr == b""


def test_a_worker_says_when_it_cannot_decode():
    worker = WorkerProcess()
    room_for_it = np.zeros((4, 4), dtype=np.uint16)

    worker.send(Decoder.JPEG_2000, b"no picture", room_for_it.nbytes)

    assert not worker.fetch(room_for_it)
    worker.close()


@pytest.mark.skipif(sys.platform == "win32", reason="files of volumes are seen in /proc")
def test_a_volume_larger_than_memory_lies_in_a_file_that_goes_with_it(tmp_path, monkeypatch):
    write_series(tmp_path, count=6)
    plain = load(tmp_path)
    monkeypatch.setattr(room, "KEEP_FREE", 1.0)

    mapped = load(tmp_path)

    assert files_of_volumes() == 1
    assert (mapped.hu == plain.hu).all()
    del mapped
    assert files_of_volumes() == 0


def test_without_room_on_disk_either_it_is_refused(tmp_path, monkeypatch):
    write_series(tmp_path, count=3)
    stack = only_stack(tmp_path)
    monkeypatch.setattr(room, "KEEP_FREE", 1.0)
    monkeypatch.setattr(room, "_NEVER_IN_MEMORY", tmp_path)
    free = psutil.disk_usage(str(tmp_path))._replace(free=10)
    monkeypatch.setattr(psutil, "disk_usage", lambda _: free)

    with pytest.raises(SeriesError) as caught:
        run_to_end(opening_volume(stack))

    assert caught.value.problem is SeriesProblem.TOO_LARGE
