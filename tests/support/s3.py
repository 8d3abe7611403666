"""Servers for sample series on loopback: a real one that speaks S3, and one with faults."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests
from moto.server import ThreadedMotoServer

from painmap.samples.catalogue import Anatomy, Sample
from tests.support import ct

BUCKET = "idc-open-data"
FOLDER = "00000000-0000-4000-8000-0000000000aa"
SERIES_UID = "1.2.3.4.77"


def sample(images: int, **fields: Any) -> Sample:
    """An entry of a catalogue, for a series of so many pictures."""
    values: dict[str, Any] = {
        "id": "test-1",
        "anatomy": Anatomy.NECK,
        "series_uid": SERIES_UID,
        "study_uid": "1.2.3.4",
        "collection": "made_up",
        "licence": "CC BY 4.0",
        "doi": "10.1234/made-up",
        "body_part": "NECK",
        "series_description": "tiny",
        "study_description": "Neck",
        "manufacturer": "nobody",
        "sex": "F",
        "age": 50,
        "images": images,
        "megabytes": 1,
        "transfer_syntax": "Explicit VR Little Endian",
        "bucket": BUCKET,
        "crdc_series_uuid": FOLDER,
    }
    return Sample(**values | fields)


def series_files(folder: Path, count: int, *, series_uid: str = SERIES_UID) -> dict[str, bytes]:
    """A generated series as objects of a bucket: name and content."""
    paths = ct.write_series(folder, count=count, series_uid=series_uid)
    return {f"{number:04d}.dcm": path.read_bytes() for number, path in enumerate(sorted(paths))}


def free_port() -> int:
    """A port of this computer on which nobody listens."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- the real one


def put(url: str, folder: str, files: Mapping[str, bytes], *, public: bool = True) -> None:
    """Put a series into the bucket at `url`."""
    acl = {"x-amz-acl": "public-read"} if public else {}
    with requests.Session() as session:
        session.trust_env = False
        session.put(f"{url}/{BUCKET}", timeout=20).raise_for_status()
        for name, content in files.items():
            key = f"{url}/{BUCKET}/{folder}/{name}"
            session.put(key, data=content, headers=acl, timeout=20).raise_for_status()


@contextmanager
def moto() -> Iterator[str]:
    """Run moto's server in this process; gives its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        requests.post(f"{url}/moto-api/reset", timeout=20).raise_for_status()
        yield url
    finally:
        server.stop()


class KillableMoto:
    """Moto's server as a process of its own, which can be killed."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        for _ in range(600):
            with suppress(requests.ConnectionError):
                requests.get(f"{self.url}/moto-api/", timeout=20)
                return
            time.sleep(0.05)
        raise TimeoutError("moto's server did not start")

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else 9)
        self._process.wait()


# --- the one with faults

Answer = tuple[int, dict[str, str], bytes]
Hook = Callable[[str, dict[str, str]], Answer | None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that leave in mid-sentence, which is what is tested."""


class FaultyBucket:
    """Speaks as much S3 as is needed, and lets a test spoil any answer.

    Parameters
    ----------
    files : mapping of str to bytes
        Objects in the folder `FOLDER`.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.page_size = 1000
        self.asked: list[tuple[str, str]] = []
        """Name of the object ("" for a list) and the Range that was asked for."""
        self.spoil: Hook = lambda _name, _query: None
        """Gives another answer for an object's name ("" for a list), or None."""
        self.cut: dict[str, int] = {}
        """Objects whose answer breaks off after so many bytes, once each."""
        self.ranges = True
        self.silent = Event()
        """While set, an object's answer never comes."""
        handler = type("Handler", (_Handler,), {"bucket": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def listed(self, token: str) -> bytes:
        """A page of the list."""
        start = int(token or 0)
        names = sorted(self.files)[start : start + self.page_size]
        more = start + self.page_size < len(self.files)
        entries = [
            f"<Contents><Key>{FOLDER}/{name}</Key><Size>{len(self.files[name])}</Size>"
            f"<ETag>&quot;{_md5(self.files[name])}&quot;</ETag></Contents>"
            for name in names
        ]
        return listing(entries, token=str(start + self.page_size) if more else "")

    def close(self) -> None:
        self.silent.clear()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def listing(entries: list[str], *, token: str = "") -> bytes:
    """The answer of ListObjectsV2 with these entries."""
    more = f"<NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<IsTruncated>{'true' if token else 'false'}</IsTruncated>{more}"
        f"{''.join(entries)}</ListBucketResult>"
    ).encode()


def _md5(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    bucket: FaultyBucket

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = unquote(parts.path).removeprefix(f"/{BUCKET}/{FOLDER}/") if not query else ""
        asked_range = self.headers.get("Range", "")
        self.bucket.asked.append((name, asked_range))
        while name and self.bucket.silent.is_set():
            time.sleep(0.01)
        spoiled = self.bucket.spoil(name, query)
        if spoiled is not None:
            self._answer(*spoiled)
        elif not name:
            self._answer(200, {}, self.bucket.listed(query.get("continuation-token", "")))
        else:
            self._object(name, asked_range)

    def _object(self, name: str, asked_range: str) -> None:
        content = self.bucket.files[name]
        status, headers, start = 200, {}, 0
        if asked_range and self.bucket.ranges:
            start = int(asked_range.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self._answer(416, {}, b"")
                return
            status = 206
            headers = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        cut = self.bucket.cut.pop(name, None)
        self._answer(status, headers, content[start:], cut=cut)

    def _answer(
        self, status: int, headers: dict[str, str], content: bytes, *, cut: int | None = None
    ) -> None:
        self.send_response(status)
        for each, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(each, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content[:cut])
        if cut is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal of the tests."""
