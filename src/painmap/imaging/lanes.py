"""Several threads that read the slices of a stack, with workers where decoding is slow."""

import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic

from painmap.imaging.decode_worker import Decoder
from painmap.imaging.fast_pixels import Words
from painmap.imaging.filling import Order
from painmap.imaging.frames import decoder_of
from painmap.imaging.slice_reader import Packed, SlicePixels, SliceReader, finished
from painmap.imaging.stack import Stack
from painmap.imaging.worker_process import WorkerProcess

MOST_WORKERS = 4
"""More would read no faster from one disk, and each takes about 20 MB."""

PIXELS_A_MS = {Decoder.JPEG_2000: 9_000, Decoder.JPEG_LS: 52_000}
"""How fast one core decodes, roughly: decides only whether workers are worth their start."""

WORTH_WORKERS_MS = 400
"""Decoding that takes less is done before workers are there."""

POST_S = 0.01
"""Slices that come faster are handed over several at a time."""

STOP_S = 0.05
"""How long a thread is waited for at the end; one that hangs on a bad disc is left to itself."""


class Lanes:
    """Reads the slices of a stack in the background.

    Parameters
    ----------
    order : Order
        Which slice is next.
    room : callable
        Gives the memory in which a slice is decoded.
    """

    def __init__(self, stack: Stack, order: Order, room: Callable[[int], Words]) -> None:
        self._stack, self._order, self._room = stack, order, room
        self._found: SimpleQueue[list[SlicePixels] | BaseException] = SimpleQueue()
        self._stopped = threading.Event()
        self._workers: list[WorkerProcess] = []
        self._turn = threading.Lock()
        self._with_workers = _worth_workers(stack)
        cores = _cores()
        count = min(cores, MOST_WORKERS) if self._with_workers else min(cores, 2)
        self._threads = [
            threading.Thread(target=self._run, name=f"work, reading slices {n}", daemon=True)
            for n in range(min(count, len(stack.slices)))
        ]

    def start(self) -> SlicePixels:
        """Start reading, and read the first slice here: it is there before a worker is.

        Raises
        ------
        SeriesError
        """
        k = self._order.take()
        if k is None:
            raise ValueError("a stack has slices")
        for thread in self._threads:
            thread.start()
        reader = SliceReader()
        found = reader.prepare(k, self._stack.slices[k], self._room(k))
        return found if isinstance(found, SlicePixels) else reader.decode(found)

    def come(self, seconds: float) -> list[SlicePixels]:
        """What has been read since the last time; waits a while if there is nothing.

        Raises
        ------
        SeriesError
            A slice could not be read.
        """
        come: list[SlicePixels] = []
        try:
            found = self._found.get(timeout=seconds)
            while True:
                if isinstance(found, BaseException):
                    raise found
                come += found
                found = self._found.get_nowait()
        except Empty:
            return come

    def stop(self) -> None:
        """Leave no worker behind, and no thread but one that hangs in a read."""
        self._stopped.set()
        with self._turn:
            for worker in self._workers:
                worker.end()
        until = monotonic() + STOP_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - monotonic()))

    def _run(self) -> None:
        worker = None
        try:
            worker = self._worker() if self._with_workers else None
            self._read(SliceReader(), worker)
        except BaseException as error:  # noqa: BLE001 - handed on, nothing is swallowed
            self._found.put(error)
        finally:
            if worker is not None:
                worker.close()

    def _worker(self) -> WorkerProcess | None:
        """Start a worker; None where none can be started, or when all is over."""
        with self._turn:
            if self._stopped.is_set():
                return None
            try:
                worker = WorkerProcess()
            except OSError:
                return None
            self._workers.append(worker)
            return worker

    def _read(self, reader: SliceReader, worker: WorkerProcess | None) -> None:
        post = _Post(self._found)
        sent: Packed | None = None
        while not self._stopped.is_set() and (k := self._order.take()) is not None:
            found = reader.prepare(k, self._stack.slices[k], self._room(k))
            if isinstance(found, SlicePixels):
                post.add(found)
            elif worker is None:
                post.add(reader.decode(found))
            else:
                # it gets its next frame before its last picture is fetched, if that can wait
                ahead = sent is not None and worker.holds(sent.room.nbytes)
                if ahead:
                    worker.send(found.decoder, found.frame, found.room.nbytes)
                fetched = sent is not None and worker.fetch(sent.room)
                if not ahead:
                    worker.send(found.decoder, found.frame, found.room.nbytes)
                if sent is not None:
                    self._finish(post, reader, sent, fetched=fetched)
                sent = found
        if sent is not None and worker is not None:
            self._finish(post, reader, sent, fetched=worker.fetch(sent.room))
        post.send()

    def _finish(self, post: "_Post", reader: SliceReader, sent: Packed, *, fetched: bool) -> None:
        """Hand over what a worker decoded; where it could not, or is gone, pydicom has to."""
        if fetched:
            post.add(finished(sent))
        elif not self._stopped.is_set():
            post.add(reader.slowly(sent.k, sent.one, sent.room))


class _Post:
    """Collects slices that come quickly, and hands them over together."""

    def __init__(self, found: "SimpleQueue[list[SlicePixels] | BaseException]") -> None:
        self._found = found
        self._waiting: list[SlicePixels] = []
        self._last = monotonic()

    def add(self, one: SlicePixels) -> None:
        self._waiting.append(one)
        if monotonic() - self._last >= POST_S:
            self.send()

    def send(self) -> None:
        if self._waiting:
            self._found.put(self._waiting)
            self._waiting = []
        self._last = monotonic()


def _cores() -> int:
    found = getattr(os, "sched_getaffinity", None)
    return len(found(0)) if found is not None else os.cpu_count() or 1


def _worth_workers(stack: Stack) -> bool:
    """Whether decoding takes so long that workers are worth their start."""
    milliseconds = 0.0
    for one in stack.slices:
        decoder = decoder_of(one.transfer_syntax)
        if decoder is not None:
            milliseconds += one.rows * one.columns / PIXELS_A_MS[decoder]
    return milliseconds > WORTH_WORKERS_MS
