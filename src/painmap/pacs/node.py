"""How one PACS is reached: address, AE titles, encryption, login; never a password."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

MOST_PORT = 65535
MOST_TITLE = 16
"""An AE title has up to 16 signs (DICOM PS3.5 6.2, AE)."""


class Kind(StrEnum):
    """How it is spoken to; the value is what the profile is stored with."""

    DIMSE = "dimse"
    DICOMWEB = "dicomweb"


class Retrieve(StrEnum):
    """How pictures come over DIMSE: on the same connection, or sent to our own receiver."""

    GET = "get"
    MOVE = "move"


class Auth(StrEnum):
    """How this program shows who it is over DICOMweb."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Node:
    """One PACS.

    Parameters
    ----------
    name : str
        What the doctor calls it; the profile is found by it.
    kind : Kind
    host, port : str, int
        DIMSE only.
    ae_title : str
        Of the PACS.
    own_ae_title : str
        Of this program, as the PACS knows it.
    retrieve : Retrieve
    receiver_port : int
        Where this program receives pictures sent by C-MOVE.
    receiver_host : str
        The address of this computer that it listens on; empty: all of them.
    tls : bool
        DIMSE over TLS; the certificate is always checked.
    ca_file : str
        PEM file of the hospital's own certificate authority; empty: the usual authorities.
    url : str
        Root of the DICOMweb service.
    auth : Auth
    user : str
        With basic authentication.

    Raises
    ------
    ValueError
        `wrong_in` has something to say.
    """

    name: str
    kind: Kind = Kind.DIMSE
    host: str = ""
    port: int = 104
    ae_title: str = ""
    own_ae_title: str = "PAINMAP"
    retrieve: Retrieve = Retrieve.GET
    receiver_port: int = 11112
    receiver_host: str = ""
    tls: bool = False
    ca_file: str = ""
    url: str = ""
    auth: Auth = Auth.NONE
    user: str = ""

    def __post_init__(self) -> None:
        if wrong := _wrong(self):
            raise ValueError(wrong)

    @property
    def needs_secret(self) -> bool:
        """Whether a password or token belongs to it."""
        return self.kind is Kind.DICOMWEB and self.auth is not Auth.NONE

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether a password or token would cross the network without encryption."""
        return self.needs_secret and urlsplit(self.url).scheme != "https"


def _wrong(node: Node) -> str:
    """Say in one sentence what cannot be right in a profile; empty when nothing is."""
    if not node.name.strip():
        return "Give the profile a name."
    if node.kind is Kind.DICOMWEB:
        return _wrong_web(node)
    if not node.host.strip() or any(sign.isspace() for sign in node.host):
        return "Type the address of the PACS, such as 10.0.0.7 or pacs.hospital.org."
    for title, whose in ((node.ae_title, "of the PACS"), (node.own_ae_title, "of this program")):
        if not _is_title(title):
            return f"The AE title {whose} has 1 to 16 letters, digits or signs."
    if not 1 <= node.port <= MOST_PORT:
        return f"A port is a number from 1 to {MOST_PORT}."
    if node.retrieve is Retrieve.MOVE and not 1024 <= node.receiver_port <= MOST_PORT:
        return f"The receiving port is a number from 1024 to {MOST_PORT}."
    return ""


def _wrong_web(node: Node) -> str:
    try:
        parts = urlsplit(node.url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(sign.isspace() for sign in node.url):
        return "Type the address of the service, such as https://pacs.hospital.org/dicom-web."
    if parts.username or parts.password:
        return "Leave the user name and password out of the address."
    if node.auth is Auth.BASIC and not node.user.strip():
        return "Type the user name."
    return ""


def _is_title(title: str) -> bool:
    return (
        0 < len(title) <= MOST_TITLE
        and title.strip() == title
        and title.isascii()
        and title.isprintable()
        and "\\" not in title
    )
