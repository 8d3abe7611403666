"""Threads that wait at the sockets, so that whoever asked for a series can leave at once.

A lane owns nothing but its connection: it hands on what comes and writes nowhere. One that
is left behind while its server is silent ends by itself after `bucket.READ_S`.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from painmap.samples.bucket import Bucket, Piece
from painmap.samples.errors import SamplesError, SamplesProblem
from painmap.samples.listing import Listed

LANES = 4
"""Pictures that are fetched at once: most of the time of a small one is the way there."""

BACKOFF_S = (0.5, 1.0, 2.0, 4.0)
"""How long to wait before each further attempt."""

TICK_S = 0.02
"""Whoever asked is told that nothing has come after so long, and may leave.

Far less than the 100 ms within which a cancel ends the job: a busy machine wakes late.
"""

_PASSING = frozenset({SamplesProblem.BUSY, SamplesProblem.BROKEN_OFF, SamplesProblem.NO_NETWORK})


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object, and from which byte on."""

    listed: Listed
    start: int


@dataclass(frozen=True, slots=True)
class Came:
    """A piece of an object has come."""

    listed: Listed
    piece: Piece


@dataclass(frozen=True, slots=True)
class Ended:
    """All of an object has come."""

    listed: Listed


@dataclass(frozen=True, slots=True)
class Heard:
    """So many objects are listed by now; `objects` once the list has ended."""

    count: int
    objects: tuple[Listed, ...] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong for good."""

    error: BaseException


Event: TypeAlias = Came | Ended | Heard | Failed


class _Left(Exception):
    """Nobody listens any more."""


class Lanes:
    """The threads of one fetch; `close` leaves them.

    Parameters
    ----------
    address, folder : str
        The bucket, and the folder of the series in it.
    backoff : tuple of float
        Seconds before each further attempt; its length bounds them.
    """

    def __init__(
        self, address: str, folder: str, *, backoff: tuple[float, ...] = BACKOFF_S
    ) -> None:
        self._address, self._folder, self._backoff = address, folder, backoff
        self._wanted: queue.SimpleQueue[Wanted] = queue.SimpleQueue()
        # bounded: a disk slower than the network must not fill the memory
        self._events: queue.Queue[Event] = queue.Queue(maxsize=32)
        self._left = threading.Event()

    def listen(self) -> Event | None:
        """Give what happens next; None when nothing has for `TICK_S`."""
        try:
            return self._events.get(timeout=TICK_S)
        except queue.Empty:
            return None

    def close(self) -> None:
        """Leave: nothing is handed on any more."""
        self._left.set()

    def list(self) -> None:
        """Begin to list the folder."""
        self._start(self._list)

    def read(self, wanted: Iterator[Wanted]) -> None:
        """Begin to read objects, several at a time."""
        count = 0
        for count, each in enumerate(wanted, 1):  # noqa: B007 - counted for what follows
            self._wanted.put(each)
        for _ in range(min(LANES, count)):
            self._start(self._read_all)

    def again(self, wanted: Wanted) -> None:
        """Read one object once more."""
        self._wanted.put(wanted)
        self._start(self._read_all)

    def _start(self, work: Callable[[Bucket], None]) -> None:
        threading.Thread(target=self._run, args=(work,), name="samples", daemon=True).start()

    def _run(self, work: Callable[[Bucket], None]) -> None:
        try:
            with Bucket(self._address) as bucket:
                work(bucket)
        except _Left:
            pass
        except BaseException as error:  # noqa: BLE001 - handed on, nothing is swallowed
            self._tell_or_leave(Failed(error))

    def _tell_or_leave(self, event: Event) -> None:
        with suppress(_Left):
            self._tell(event)

    def _tell(self, event: Event) -> None:
        while not self._left.is_set():
            try:
                self._events.put(event, timeout=TICK_S)
            except queue.Full:
                continue
            return
        raise _Left

    # --- in the threads

    def _list(self, bucket: Bucket) -> None:
        tries = iter(self._backoff)
        while True:
            try:
                found = bucket.list(self._folder, lambda count: self._tell(Heard(count)))
            except SamplesError as error:
                # whoever has no network is told at once
                if error.problem is SamplesProblem.NO_NETWORK or not self._worth(error, tries):
                    raise
            else:
                self._tell(Heard(len(found), found))
                return

    def _read_all(self, bucket: Bucket) -> None:
        while not self._left.is_set():
            try:
                wanted = self._wanted.get_nowait()
            except queue.Empty:
                return
            self._read(bucket, wanted)

    def _read(self, bucket: Bucket, wanted: Wanted) -> None:
        listed, at = wanted.listed, wanted.start
        tries = iter(self._backoff)
        while True:
            before = at
            try:
                for piece in bucket.read(self._folder, listed, at):
                    self._tell(Came(listed, piece))
                    at = piece.start + len(piece.content)
            except SamplesError as error:
                if at > before:  # it goes on, if slowly
                    tries = iter(self._backoff)
                if not self._worth(error, tries):
                    raise
                continue
            if at != listed.size:
                # the answer was whole: it is the object that is short
                raise SamplesError(SamplesProblem.WRONG_SIZE)
            self._tell(Ended(listed))
            return

    def _worth(self, error: SamplesError, tries: Iterator[float]) -> bool:
        """Wait and say True where a further attempt may help."""
        pause = next(tries, None)
        if error.problem not in _PASSING or pause is None:
            return False
        if self._left.wait(pause):
            raise _Left
        return True
