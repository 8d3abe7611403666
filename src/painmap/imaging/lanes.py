"""Several threads that read the slices of a stack."""

import os
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic

from painmap.imaging.decoders import Codec, codec_of
from painmap.imaging.fast_pixels import Words
from painmap.imaging.filling import Order
from painmap.imaging.slice_reader import SlicePixels, SliceReader
from painmap.imaging.stack import Stack

MOST_THREADS = 4
"""More would read no faster from one disk, and leave nothing to what is on the screen."""

MOST_PLAIN = 2
"""Plain pixels come from the disk, which two threads keep busy."""

NICENESS = 5
"""Threads that read get a third of the time of one that waits for the same core."""

LEAST = 19
"""No thread gives way more than this."""

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
        plain = all(codec_of(uid) is Codec.NATIVE for uid in stack.transfer_syntaxes)
        count = min(_cores(), MOST_PLAIN if plain else MOST_THREADS)
        self._threads = [
            threading.Thread(target=self._run, name=f"work, reading slices {n}", daemon=True)
            for n in range(min(count, len(stack.slices)))
        ]

    def first(self) -> SlicePixels:
        """Read the first slice here, alone, so that it is there soonest.

        Raises
        ------
        SeriesError
        """
        k = self._order.take()
        if k is None:
            raise ValueError("a stack has slices")
        return SliceReader().read(k, self._stack.slices[k], self._room(k))

    def start(self) -> None:
        """Have the others read in the background."""
        for thread in self._threads:
            thread.start()

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
        """Leave no thread but one that hangs in a read."""
        self._stopped.set()
        until = monotonic() + STOP_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - monotonic()))

    def _run(self) -> None:
        _give_way()
        try:
            self._read(SliceReader())
        except BaseException as error:  # noqa: BLE001 - handed on, nothing is swallowed
            self._found.put(error)

    def _read(self, reader: SliceReader) -> None:
        post = _Post(self._found)
        while not self._stopped.is_set() and (k := self._order.take()) is not None:
            post.add(reader.read(k, self._stack.slices[k], self._room(k)))
        post.send()


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


def _give_way() -> None:
    """Let the window's thread go first, where threads can be told apart (Linux).

    Two threads that decode leave it none of two cores: a page that is drawn in 20 ms took 100.
    """
    if sys.platform == "linux":
        number = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, number)
        os.setpriority(os.PRIO_PROCESS, number, min(LEAST, now + NICENESS))


def _cores() -> int:
    found = getattr(os, "sched_getaffinity", None)
    return len(found(0)) if found is not None else os.cpu_count() or 1
