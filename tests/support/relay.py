"""Servers that misbehave: a relay that cuts, stalls or encrypts, and one that sends garbage."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

LOOPBACK = "127.0.0.1"


class Relay:
    """Stands between a client and a server on loopback.

    Parameters
    ----------
    target : int
        Port of the server.
    cut_after, stall_after : int or None
        Bytes from the server after which the connection is cut, or nothing more is passed on.
    tls : SSLContext or None
        Towards the client.
    pause_s : float
        Waited before every piece from the server.
    """

    def __init__(
        self,
        target: int,
        *,
        cut_after: int | None = None,
        stall_after: int | None = None,
        tls: ssl.SSLContext | None = None,
        pause_s: float = 0.0,
    ) -> None:
        self._target, self._tls, self._pause_s = target, tls, pause_s
        self.cut_after, self.stall_after = cut_after, stall_after
        self.passed = 0
        self.connections = 0
        self._closing = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._spawn(self._accept)

    def _spawn(self, run: Callable[[], None]) -> None:
        threading.Thread(target=run, name="relay", daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._spawn(lambda client=client: self._serve(client))  # type: ignore[misc]  # a lambda's default

    def _serve(self, client: socket.socket) -> None:
        self._open.append(client)
        self.connections += 1
        try:
            if self._tls is not None:
                client = self._tls.wrap_socket(client, server_side=True)
                self._open.append(client)
            server = socket.create_connection((LOOPBACK, self._target))
        except OSError:
            client.close()
            return
        self._open.append(server)
        self._spawn(lambda: self._pump(client, server))
        self._pump(server, client, counted=True)

    def _pump(self, source: socket.socket, sink: socket.socket, *, counted: bool = False) -> None:
        with suppress(OSError):
            while piece := source.recv(8192):
                if counted:
                    time.sleep(self._pause_s)
                    self.passed += len(piece)
                    if self.stall_after is not None and self.passed > self.stall_after:
                        self._closing.wait()
                        break
                    if self.cut_after is not None and self.passed > self.cut_after:
                        break
                sink.sendall(piece)
        for each in (source, sink):
            with suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    def close(self) -> None:
        self._closing.set()
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def relay(target: int, **faults: object) -> Iterator[Relay]:
    """Relay to a port, until the end."""
    made = Relay(target, **faults)  # type: ignore[arg-type]  # as named there
    try:
        yield made
    finally:
        made.close()


@contextmanager
def answering(answer: bytes, *, keep_open: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """Answer whatever is asked with the same bytes; give the port and what was asked."""
    listener = socket.create_server((LOOPBACK, 0))
    asked: list[bytes] = []
    over = threading.Event()

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, suppress(OSError):
                asked.append(client.recv(65536))
                client.sendall(answer)
                if keep_open:
                    over.wait()

    threading.Thread(target=serve, name="relay", daemon=True).start()
    try:
        yield listener.getsockname()[1], asked
    finally:
        over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
