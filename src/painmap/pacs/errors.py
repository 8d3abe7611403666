"""What can go wrong between here and a PACS, in sentences for people.

::

    PainmapError
    └── PacsError   problem: PacsProblem
"""

import errno
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from painmap.domain.errors import PainmapError


class PacsProblem(StrEnum):
    """Why the PACS did not give what was asked; the value is the sentence."""

    NO_PROFILE = "There is no PACS profile of this name."
    UNREACHABLE = "The PACS does not answer at this address and port."
    UNKNOWN_HOST = "This network knows no computer of that name."
    CLOSED_PORT = "At this address nothing listens on this port."
    TIMED_OUT = "The PACS took too long to answer."
    BROKEN_OFF = "The connection to the PACS broke off."
    GARBAGE = "What answered does not speak this protocol, or its answer cannot be read."
    REFUSED = "The PACS refused the connection."
    CALLED_TITLE = "The PACS does not go by this AE title."
    CALLING_TITLE = "The PACS does not know the AE title of this program."
    BUSY = "The PACS is too busy at the moment."
    NOT_OFFERED = "The PACS does not offer this service to this program."
    NOT_ALLOWED = "The PACS does not allow this."
    LOGIN = "The PACS did not take the user name, password or token."
    NOT_TYPED = "The password or token for this PACS is missing."
    UNTRUSTED = (
        "The certificate of the PACS could not be traced to an authority this program knows."
    )
    NO_TLS = "The encrypted connection could not be made."
    CA_FILE = "The file of the certificate authority cannot be read."
    QUERY = "The PACS could not make sense of the search."
    NOTHING_THERE = "The PACS has nothing under this address or number."
    RECEIVER_UNKNOWN = "The PACS does not know where to send the pictures for this program."
    NOT_SENT = "The PACS could not send the pictures."
    NOTHING_ARRIVED = "The PACS says that it sent the pictures, but none of them arrived here."
    PORT_TAKEN = "The port on which this program receives pictures is used by something else."
    FAILED = "The PACS reports a failure of its own."
    NO_ROOM_THERE = "The PACS has no room or memory left for this."
    DISK_FULL = "The disk of this computer is full."
    NOT_KEPT = "The pictures could not be written on this computer."
    TOO_WIDE = "This search would list the whole PACS."
    ALREADY = "This study is being fetched already."
    BAD_UID = "The PACS named a study or picture by something that is no UID."


_ADMIN = "Ask whoever runs the PACS; the AE titles and ports have to be the same on both sides."
_AGAIN = "Try again later; what has arrived is kept."
_ROOM = "Make room on the disk, then resume; what has arrived is kept."

_HINTS: Mapping[PacsProblem, str] = MappingProxyType(
    {
        PacsProblem.NO_PROFILE: "Make one in the window: CT, From PACS.",
        PacsProblem.UNREACHABLE: "Look at the address, the port and the network.",
        PacsProblem.UNKNOWN_HOST: "Look at the address in the profile.",
        PacsProblem.CLOSED_PORT: "Look at the port in the profile, or whether the PACS is on.",
        PacsProblem.TIMED_OUT: _AGAIN,
        PacsProblem.BROKEN_OFF: _AGAIN,
        PacsProblem.GARBAGE: "Look at the port and the kind of connection in the profile.",
        PacsProblem.REFUSED: _ADMIN,
        PacsProblem.CALLED_TITLE: "Look at the AE title of the PACS in the profile.",
        PacsProblem.CALLING_TITLE: _ADMIN,
        PacsProblem.BUSY: _AGAIN,
        PacsProblem.NOT_OFFERED: "Try another way to fetch in the profile, or ask who runs it.",
        PacsProblem.NOT_ALLOWED: "Ask whoever runs the PACS for the right to search and fetch.",
        PacsProblem.LOGIN: "Type them again in the profile.",
        PacsProblem.NOT_TYPED: "Type it beside the profile.",
        PacsProblem.UNTRUSTED: "If the hospital has an authority of its own, name its file.",
        PacsProblem.NO_TLS: "Look whether this port of the PACS is an encrypted one.",
        PacsProblem.CA_FILE: "Choose a PEM file with the certificate of the authority.",
        PacsProblem.QUERY: "Search with fewer or other words.",
        PacsProblem.NOTHING_THERE: "Look at the address in the profile, or search again.",
        PacsProblem.RECEIVER_UNKNOWN: _ADMIN,
        PacsProblem.NOT_SENT: _AGAIN,
        PacsProblem.NOTHING_ARRIVED: (
            "The PACS has to know the address and receiving port of this computer; a firewall "
            "may stand between."
        ),
        PacsProblem.PORT_TAKEN: "Choose another receiving port here and in the PACS.",
        PacsProblem.FAILED: _AGAIN,
        PacsProblem.NO_ROOM_THERE: _AGAIN,
        PacsProblem.DISK_FULL: _ROOM,
        PacsProblem.NOT_KEPT: "Look whether the data folder is still there and can be written to.",
        PacsProblem.TOO_WIDE: "Type a name, a number, a birth date or study dates.",
        PacsProblem.ALREADY: "How far it is stands in the bottom line.",
        PacsProblem.BAD_UID: "Report it to whoever runs the PACS; such a study is not fetched.",
    }
)
assert set(_HINTS) == set(PacsProblem)  # noqa: S101  # a table must cover its enum

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class PacsError(PainmapError):
    """The PACS did not give what was asked; what is kept here is as it was.

    Parameters
    ----------
    problem : PacsProblem
    detail : str
        What makes the sentence exact: a status, a number. No patient identifier.
    """

    def __init__(self, problem: PacsProblem, detail: str = "") -> None:
        message = f"{problem.value[:-1]} ({detail})." if detail else problem.value
        super().__init__(message, hint=_HINTS[problem])
        self.problem = problem
        self.detail = detail

    @classmethod
    def of_disk(cls, error: OSError) -> Self:
        """Translate what the operating system says when a picture is written."""
        full = error.errno in _FULL
        return cls(PacsProblem.DISK_FULL if full else PacsProblem.NOT_KEPT)
