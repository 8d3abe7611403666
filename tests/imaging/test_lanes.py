"""Threads that read slices: right pictures, and nothing left when all is over, however it ends."""

import os
import sys
import threading
from time import monotonic, sleep

import imagecodecs
import numpy as np
import psutil
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

from painmap.domain.progress import run_to_end
from painmap.imaging import lanes, room
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.lock_free import decode_into
from painmap.imaging.opening import Filled, opening_volume
from painmap.imaging.slice_reader import SliceReader
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
def two_threads(monkeypatch):
    """As on a computer of two cores."""
    monkeypatch.setattr(lanes, "_cores", lambda: 2)


@pytest.fixture
def gate(monkeypatch):
    """Reading goes no further than the first slice until this is set."""
    opened, plain = threading.Event(), SliceReader.read

    def read(self, k, one, room):
        if k != 0:
            opened.wait(10)
        return plain(self, k, one, room)

    monkeypatch.setattr(SliceReader, "read", read)
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
def test_compressed_slices_are_what_they_were_before(tmp_path, two_threads, syntax):
    write_packed(tmp_path / "packed", 9, syntax)
    write_series(tmp_path / "plain", count=9, rows=64, columns=64, bits_stored=12)

    packed, plain = load(tmp_path / "packed"), load(tmp_path / "plain")

    assert (packed.hu == plain.hu).all()


def another_thread_ran_during(work):
    """Whether Python's lock was free at a time while `work` ran; nobody takes it by force."""
    gate, at_gate, ran = threading.Lock(), threading.Event(), []

    def wait_and_run():
        at_gate.set()
        with gate:
            ran.append(True)

    patience = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        gate.acquire()
        other = threading.Thread(target=wait_and_run)
        other.start()
        at_gate.wait()
        sleep(0.01)  # it has the lock until it stands at the gate
        gate.release()
        work()
        during = bool(ran)
    finally:
        sys.setswitchinterval(patience)
    other.join()
    return during


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless])
def test_threads_decode_at_the_same_time(syntax):
    values = np.random.default_rng(1).integers(0, 4096, (512, 512), dtype=np.uint16)
    if syntax == JPEGLSLossless:
        frame = imagecodecs.jpegls_encode(values)
    else:
        frame = imagecodecs.jpeg2k_encode(values, codecformat="j2k", reversible=True)
    place = np.zeros_like(values)

    # on a busy computer the other thread may not be woken in time, but not each time
    assert any(
        another_thread_ran_during(lambda: decode_into(syntax, frame, place)) for _ in range(20)
    )
    assert (place == values).all()


def test_a_damaged_slice_is_named_and_ends_the_reading(tmp_path, two_threads):
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


def test_a_cancel_leaves_no_thread_behind(tmp_path, two_threads):
    write_packed(tmp_path, 40)
    job = opening_volume(only_stack(tmp_path))
    next(step for step in job if isinstance(step, Filled))

    job.close()

    assert not reading_threads()


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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells threads apart")
def test_threads_that_read_give_way_to_the_window_and_the_job_itself_does_not(
    tmp_path, monkeypatch
):
    found, plain = {}, SliceReader.read

    def read(self, k, one, room):
        number = threading.get_native_id()
        found[threading.current_thread().name] = os.getpriority(os.PRIO_PROCESS, number)
        sleep(0.01)  # so that each of them gets one
        return plain(self, k, one, room)

    monkeypatch.setattr(SliceReader, "read", read)
    write_series(tmp_path, count=12)
    mine = os.getpriority(os.PRIO_PROCESS, 0)

    run_to_end(opening_volume(only_stack(tmp_path)))

    assert found.pop(threading.current_thread().name) == mine
    assert set(found.values()) == {min(19, mine + lanes.NICENESS)}
