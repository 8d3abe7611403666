"""The other end of a decode worker: starts it, hands it frames, ends it."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from painmap.imaging import decode_worker
from painmap.imaging.decode_worker import ANSWER, REQUEST, Decoder

WORKER_FLAG = "--decode-worker"
"""Makes the frozen program a worker (`painmap.__main__`)."""

_PIPE_BYTES = 1 << 20
"""Room for a whole picture, so that the worker need not wait until it is fetched."""


class WorkerProcess:
    """One worker; frames are sent and pictures fetched in the same order, by one thread."""

    def __init__(self) -> None:
        # started without the main module of the program, unlike multiprocessing's children
        self._process = subprocess.Popen(  # noqa: S603 - this program itself, no input in it
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            bufsize=0,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipes")
        self._to, self._from = self._process.stdin, self._process.stdout
        _widen(self._to.fileno())
        self._room = _widen(self._from.fileno())

    @property
    def pid(self) -> int:
        return self._process.pid

    def holds(self, size: int) -> bool:
        """Whether a picture of that many bytes can wait in the pipe."""
        return ANSWER.size + size <= self._room

    def send(self, decoder: Decoder, frame: bytes, expected: int) -> None:
        """Hand over a frame.

        Its picture has to be fetched before the next frame is sent, or right afterwards where
        the pipe `holds` it: else both ends would wait for each other. Whether the worker is
        still there is seen when the picture is fetched.
        """
        with suppress(OSError):
            self._write(REQUEST.pack(decoder, len(frame), expected))
            self._write(frame)

    def fetch(self, room: npt.NDArray[np.uint16]) -> bool:
        """Put the picture into `room`; False when the frame could not be decoded.

        Also False when the worker is gone: killed, or out of memory.
        """
        head = bytearray(ANSWER.size)
        if not self._filled(memoryview(head)):
            return False
        done, length = ANSWER.unpack(head)
        return bool(done) and length == room.nbytes and self._filled(room.data.cast("B"))

    def end(self) -> None:
        """Kill it and wait until it is gone; also from another thread, and more than once."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it and close the pipes; by the thread that uses them."""
        self.end()
        self._to.close()
        self._from.close()

    def _write(self, content: bytes) -> None:
        view = memoryview(content)
        while view:
            view = view[os.write(self._to.fileno(), view) :]

    def _filled(self, view: memoryview) -> bool:
        """Whether as many bytes came as `view` holds."""
        with suppress(OSError):
            while view:
                got = self._from.readinto(view)  # type: ignore[attr-defined]  # unbuffered: a FileIO
                if not got:
                    return False
                view = view[got:]
        return not view


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, WORKER_FLAG]
    # -P: neither the script's folder nor the current one may shadow a library
    return [sys.executable, "-P", str(Path(decode_worker.__file__))]


def _environment() -> dict[str, str]:
    """The same libraries as here, and no threads of theirs beside the one that decodes."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _widen(pipe: int) -> int:
    """Make a pipe hold a whole picture, on Linux; elsewhere it works with less.

    Returns
    -------
    int
        Bytes that it holds; 0 where that is not known.
    """
    held = 0
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not there on Windows

        with suppress(OSError):  # more than this user may have
            held = fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return held
