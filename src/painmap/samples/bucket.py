"""Reading a public bucket over HTTPS; every error of the library is translated here."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from painmap import __version__
from painmap.samples.errors import SamplesError, SamplesProblem
from painmap.samples.listing import MOST_OBJECTS, MOST_PAGE_BYTES, Listed, Page, page_of, together

DEFAULT_ENDPOINT = "https://{bucket}.s3.amazonaws.com"
"""Where the samples lie; `{bucket}` is replaced, or put behind an address that lacks it."""

CONNECT_S, READ_S = 10.0, 20.0
"""How long to wait for a connection, and for the next bytes."""

CHUNK_BYTES = 32 * 1024
"""What came of a chunk is lost when the connection breaks off within it."""

MOST_PAGES = 40

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_STATUS: dict[int, SamplesProblem] = {
    HTTPStatus.UNAUTHORIZED: SamplesProblem.REFUSED,
    HTTPStatus.FORBIDDEN: SamplesProblem.REFUSED,
    HTTPStatus.NOT_FOUND: SamplesProblem.GONE,
    HTTPStatus.TOO_MANY_REQUESTS: SamplesProblem.BUSY,
}
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


def bucket_address(endpoint: str, bucket: str) -> str:
    """Give the address of `bucket` at `endpoint`, without a slash at its end.

    Raises
    ------
    SamplesError
        BAD_ADDRESS.
    """
    plain = endpoint.strip().rstrip("/")
    whole = plain.replace("{bucket}", bucket) if "{bucket}" in plain else f"{plain}/{bucket}"
    try:
        parts = urlsplit(whole)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SamplesError(SamplesProblem.BAD_ADDRESS) from error
    known = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not known or not host or parts.query or parts.fragment or parts.username:
        raise SamplesError(SamplesProblem.BAD_ADDRESS)
    return whole


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of an object, and where in it they belong."""

    start: int
    content: bytes


class Bucket:
    """One bucket; an object of this class belongs to one thread.

    Parameters
    ----------
    address : str
        As `bucket_address` gives it.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"painmap/{__version__}"
        # sizes and ranges are those of the object, not of a packed transfer
        self._session.headers["Accept-Encoding"] = "identity"
        # a password that lies on this computer for the host is not sent to a public bucket
        self._session.auth = lambda request: request
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def list(self, folder: str, heard: Callable[[int], None]) -> tuple[Listed, ...]:
        """List the objects in `folder`; `heard` is told how many, after each page.

        Raises
        ------
        SamplesError
        """
        pages: list[Page] = []
        tokens: set[str] = set()
        token = ""
        while True:
            page = self._page(folder, token)
            pages.append(page)
            count = sum(len(each.objects) for each in pages)
            heard(count)
            token = page.next_token
            if not token:
                return together(pages)
            if token in tokens or not page.objects or len(pages) >= MOST_PAGES:
                raise SamplesError(SamplesProblem.ENDLESS_LIST)
            if count > MOST_OBJECTS:
                raise SamplesError(SamplesProblem.ENDLESS_LIST)
            tokens.add(token)

    def _page(self, folder: str, token: str) -> Page:
        asked = {"list-type": "2", "prefix": f"{folder}/"}
        if token:
            asked["continuation-token"] = token
        with _translated(), self._get(self._address, params=asked) as answer:
            _check(answer, HTTPStatus.OK)
            content = bytearray()
            for chunk in answer.iter_content(CHUNK_BYTES):
                content += chunk
                if len(content) > MOST_PAGE_BYTES:
                    raise SamplesError(SamplesProblem.NO_LIST)
        return page_of(bytes(content), folder)

    def read(self, folder: str, listed: Listed, start: int) -> Iterator[Piece]:
        """Read an object from byte `start`; a server that knows no ranges begins at 0 again.

        Raises
        ------
        SamplesError
            WRONG_SIZE when it is longer than listed; when it ends early, the last piece
            simply comes.
        """
        headers = {"Range": f"bytes={start}-"} if start else {}
        with (
            _translated(),
            self._get(f"{self._address}/{folder}/{quote(listed.name)}", headers=headers) as answer,
        ):
            at = _start_of(answer, start, listed.size)
            for chunk in answer.iter_content(CHUNK_BYTES):
                if at + len(chunk) > listed.size:
                    raise SamplesError(SamplesProblem.WRONG_SIZE)
                yield Piece(at, chunk)
                at += len(chunk)

    def _get(
        self,
        address: str,
        *,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        return self._session.get(
            address,
            params=params,
            headers=headers,
            stream=True,
            timeout=(CONNECT_S, READ_S),
            allow_redirects=False,  # a bucket does not send elsewhere; a log-in page does
        )


def _start_of(answer: requests.Response, start: int, size: int) -> int:
    """Where in the object the answer begins."""
    if start and answer.status_code == HTTPStatus.PARTIAL_CONTENT:
        said = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if said is None or int(said[1]) != start:
            raise SamplesError(SamplesProblem.UNEXPECTED)
        if said[3] not in ("*", str(size)):
            raise SamplesError(SamplesProblem.WRONG_SIZE)
        return start
    _check(answer, HTTPStatus.OK)
    return 0


def _check(answer: requests.Response, wanted: HTTPStatus) -> None:
    status = answer.status_code
    if status == wanted:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise SamplesError(SamplesProblem.BUSY, str(status))
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise SamplesError(SamplesProblem.WRONG_SIZE)
    raise SamplesError(_STATUS.get(status, SamplesProblem.UNEXPECTED), str(status))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the library's errors into ours."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise SamplesError(SamplesProblem.BAD_CERTIFICATE) from error
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError) as error:
        raise SamplesError(SamplesProblem.NO_NETWORK) from error
    except requests.exceptions.ConnectionError as error:
        # a connection that broke and one that was never made are one kind for the library
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        never = isinstance(reason, NewConnectionError)
        problem = SamplesProblem.NO_NETWORK if never else SamplesProblem.BROKEN_OFF
        raise SamplesError(problem) from error
    except (requests.exceptions.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise SamplesError(SamplesProblem.BROKEN_OFF) from error
    except requests.exceptions.RequestException as error:
        raise SamplesError(SamplesProblem.UNEXPECTED) from error
