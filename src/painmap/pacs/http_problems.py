"""What goes wrong over HTTP, translated: statuses, broken connections, answers that are none."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import requests
from pydicom.errors import InvalidDicomError
from urllib3.exceptions import HTTPError as TransportError

from painmap.pacs.errand import Errand
from painmap.pacs.errors import PacsError, PacsProblem

T = TypeVar("T")

_STATUS = {
    400: PacsProblem.QUERY,
    401: PacsProblem.LOGIN,
    403: PacsProblem.NOT_ALLOWED,
    404: PacsProblem.NOTHING_THERE,
    406: PacsProblem.NOT_OFFERED,
    410: PacsProblem.NOTHING_THERE,
    413: PacsProblem.QUERY,
    429: PacsProblem.BUSY,
    501: PacsProblem.NOT_OFFERED,
    503: PacsProblem.BUSY,
}


def asked(errand: Errand, ask: Callable[[], T]) -> T:
    """Ask the server, and translate what goes wrong."""
    try:
        return ask()
    except (requests.RequestException, TransportError) as error:
        errand.check()
        raise _problem(error) from error
    except IndexError as error:
        # an answer in parts without a whole part in it
        errand.check()
        raise PacsError(PacsProblem.BROKEN_OFF) from error
    except (ValueError, KeyError, TypeError, EOFError, InvalidDicomError) as error:
        # json, multipart or DICOM that is none: the library stumbles over it in many ways
        errand.check()
        raise PacsError(PacsProblem.GARBAGE) from error
    except (OSError, AttributeError) as error:
        errand.check()  # a socket that a stop has cut
        raise PacsError(PacsProblem.BROKEN_OFF) from error


def _problem(error: Exception) -> PacsError:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        status = error.response.status_code
        found = _STATUS.get(status, PacsProblem.FAILED if status >= 500 else PacsProblem.REFUSED)
        return PacsError(found, f"HTTP {status}")
    causes = [type(each).__name__ for each in _chain(error)]
    table = (
        ("SSLCertVerificationError", PacsProblem.UNTRUSTED),
        ("SSLError", PacsProblem.NO_TLS),
        ("JSONDecodeError", PacsProblem.GARBAGE),
        ("ConnectTimeout", PacsProblem.UNREACHABLE),
        ("ConnectTimeoutError", PacsProblem.UNREACHABLE),
        ("ReadTimeout", PacsProblem.TIMED_OUT),
        ("ReadTimeoutError", PacsProblem.TIMED_OUT),
        ("gaierror", PacsProblem.UNKNOWN_HOST),
        ("ConnectionRefusedError", PacsProblem.CLOSED_PORT),
        ("NewConnectionError", PacsProblem.UNREACHABLE),
        ("BadStatusLine", PacsProblem.GARBAGE),
        ("LineTooLong", PacsProblem.GARBAGE),
        ("InvalidHeader", PacsProblem.GARBAGE),
        ("ContentDecodingError", PacsProblem.GARBAGE),
        ("TooManyRedirects", PacsProblem.GARBAGE),
    )
    for name, problem in table:
        if name in causes:
            return PacsError(problem)
    return PacsError(PacsProblem.BROKEN_OFF)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error, what caused it, and what it carries: urllib3 wraps in all three ways."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inside = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        waiting += [found for found in inside if isinstance(found, BaseException)]
