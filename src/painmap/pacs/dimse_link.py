"""One DIMSE connection: opened, watched, closed; and why it could not be opened."""

import logging
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE, _config, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext

from painmap.pacs.archive import Patience
from painmap.pacs.errand import Errand
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.node import Node
from painmap.pacs.status import CANCELLED, problem_of
from painmap.pacs.tls import context_for

# the library's log quotes what was asked and answered, which names patients; what matters of it
# ends as a problem of our own
logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)
_config.LOG_HANDLER_LEVEL = "none"
_config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False

VERIFICATION = UID("1.2.840.10008.1.1")
FIND = UID("1.2.840.10008.5.1.4.1.2.2.1")
MOVE = UID("1.2.840.10008.5.1.4.1.2.2.2")
GET = UID("1.2.840.10008.5.1.4.1.2.2.3")
"""Services that are asked for, of the study root (DICOM PS3.4 annexes A and C.6.2)."""

_USER, _ACSE, _PRESENTATION = 1, 2, 3
"""Who rejected an association (DICOM PS3.8 table 9-21)."""

_REJECTIONS = {
    (_USER, 2): PacsProblem.NOT_OFFERED,
    (_USER, 3): PacsProblem.CALLING_TITLE,
    (_USER, 7): PacsProblem.CALLED_TITLE,
    (_PRESENTATION, 1): PacsProblem.BUSY,
    (_PRESENTATION, 2): PacsProblem.BUSY,
}

Handler = evt.EventHandlerType


class Link:
    """A DIMSE connection that stands."""

    def __init__(self, association: Association, errand: Errand, patience: Patience) -> None:
        self.association = association
        self._errand = errand
        self._patience = patience
        self._asked = time.monotonic()
        self.completed = 0
        """Pictures that the PACS says it has sent by the last retrieve."""

    def next_status(self, answers: Iterator[tuple[Dataset, Any]]) -> tuple[Dataset, Any] | None:
        """Give the next answer and what comes with it; None when there are no more.

        Raises
        ------
        PacsError
            The status is a failure, or no answer came.
        """
        self._asked = time.monotonic()
        answer = next(answers, None)
        if answer is not None:
            self.check(answer[0])
        return answer

    def check(self, status: Dataset) -> None:
        """See that a status is no failure; an empty one says that nothing came.

        Raises
        ------
        PacsError
        """
        self._errand.check()
        if "Status" not in status:
            waited = time.monotonic() - self._asked
            late = waited >= self._patience.answer * 0.9
            raise PacsError(PacsProblem.TIMED_OUT if late else PacsProblem.BROKEN_OFF)
        code = int(status.Status)
        problem = problem_of(code)
        if code == CANCELLED:
            problem = PacsProblem.BROKEN_OFF
        if problem is not None:
            raise PacsError(problem, f"status {code:04X}")

    def asking(self) -> None:
        """Note that something is asked now, so that a late answer is told from a broken one."""
        self._asked = time.monotonic()


@contextmanager
def linked(
    node: Node,
    patience: Patience,
    errand: Errand,
    contexts: list[PresentationContext],
    *,
    roles: list[Any] | None = None,
    handlers: list[Handler] | None = None,
) -> Iterator[Link]:
    """Open an association, and release it afterwards; abort it when something went wrong.

    Raises
    ------
    PacsError
        It cannot be opened, by the reason that the PACS or the network gives.
    """
    entity = AE(ae_title=node.own_ae_title)
    entity.connection_timeout = patience.connect
    entity.acse_timeout = patience.connect
    entity.dimse_timeout = patience.answer
    entity.network_timeout = patience.answer
    context = context_for(node.ca_file) if node.tls else None
    _knock(node, patience, context)
    errand.check()
    opened: list[socket.socket] = []
    association = entity.associate(
        node.host,
        node.port,
        contexts=contexts,
        ae_title=node.ae_title,
        ext_neg=roles or [],
        tls_args=(context, node.host) if context else None,
        evt_handlers=[
            (evt.EVT_CONN_OPEN, partial(_watch, errand, opened, patience)),
            *(handlers or []),
        ],
    )
    try:
        if not association.is_established:
            errand.check()
            raise _why_not(association, answered=bool(opened))
        yield Link(association, errand, patience)
        if association.is_established:
            association.release()
    except BaseException:
        # cut first: an abort waits for a server that may never read it
        errand.stop()
        association.abort()
        raise
    finally:
        for each in opened:
            each.close()


def _watch(errand: Errand, opened: list[socket.socket], patience: Patience, event: Any) -> None:
    """Have the socket end a wait in the middle of a message, and be cut on a stop."""
    raw = event.assoc.dul.socket.socket
    raw.settimeout(patience.answer)
    opened.append(raw)
    errand.hold(raw)


def _why_not(association: Association, *, answered: bool) -> PacsError:
    if association.is_rejected:
        answer = association.acceptor.primitive
        given = (answer.result_source, answer.diagnostic) if answer is not None else (0, 0)
        return PacsError(_REJECTIONS.get(given, PacsProblem.REFUSED))  # type: ignore[arg-type]  # numbers once rejected
    if not answered:
        return PacsError(PacsProblem.UNREACHABLE)
    if association.rejected_contexts:
        return PacsError(PacsProblem.NOT_OFFERED)
    return PacsError(PacsProblem.GARBAGE)


def _knock(node: Node, patience: Patience, context: ssl.SSLContext | None) -> None:
    """Connect once without DICOM first, since the library does not say why it could not.

    Raises
    ------
    PacsError
    """
    try:
        with socket.create_connection((node.host, node.port), timeout=patience.connect) as plain:
            if context is not None:
                context.wrap_socket(plain, server_hostname=node.host).close()
    except ssl.SSLCertVerificationError as error:
        raise PacsError(PacsProblem.UNTRUSTED) from error
    except ssl.SSLError as error:
        raise PacsError(PacsProblem.NO_TLS) from error
    except socket.gaierror as error:
        raise PacsError(PacsProblem.UNKNOWN_HOST) from error
    except ConnectionRefusedError as error:
        raise PacsError(PacsProblem.CLOSED_PORT) from error
    except OSError as error:
        raise PacsError(PacsProblem.NO_TLS if context else PacsProblem.UNREACHABLE) from error


def require(association: Association, uid: UID) -> None:
    """See that the PACS accepted a service.

    Raises
    ------
    PacsError
    """
    if not any(uid == cx.abstract_syntax for cx in association.accepted_contexts):
        raise PacsError(PacsProblem.NOT_OFFERED)
