"""The visit as one versioned JSON document: it says all of the visit, and reads back the same."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from painmap import __version__
from painmap.documents.codec import STRICT, kind_of
from painmap.documents.errors import DocumentError, DocumentProblem
from painmap.documents.intended_use import INTENDED_USE
from painmap.documents.refusals import refusal
from painmap.documents.upgrades import VERSION, upgraded_document
from painmap.domain.compartment import Compartment
from painmap.domain.items import Stamp
from painmap.domain.patient import Patient
from painmap.domain.places import Sha256
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Item, Visit

FORMAT = "painmap.visit"
"""What the document calls itself."""

MOST_REVISIONS = 2**31 - 1
"""A database holds no greater number; no hand makes so many changes."""


def _bytes_of(text: object) -> bytes:
    if isinstance(text, bytes):
        return text
    if not isinstance(text, str):
        raise ValueError("an attachment is base64 text")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("an attachment is not base64") from error


# pydantic's own base64 is the one for addresses on the web, which few other programs expect
_Base64 = Annotated[
    bytes,
    PlainValidator(_bytes_of),
    PlainSerializer(lambda content: base64.b64encode(content).decode("ascii"), return_type=str),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An item that is gone.

    Parameters
    ----------
    kind : str
        The field of the visit that it stood in.
    item : Item
        As it was last.
    stamp : Stamp
        Who took it away, when; its revision is one above the item's.
    """

    kind: str
    item: Item
    stamp: Stamp

    def __post_init__(self) -> None:
        if kind_of(self.item) != self.kind:
            raise ValueError(f"an item that is gone is no {self.kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDocument:
    """Everything that is recorded of one visit.

    Parameters
    ----------
    patient : Patient
    visit : Visit
        With what was entered in error, marked as such, and with the patient's studies and
        landmarks.
    written_at : datetime
        Time zone aware.
    program : str
        Version of the program that wrote it.
    tombstones : tuple of Tombstone
    blobs : mapping of Sha256 to bytes
        Large content that the visit refers to, such as import reports; base64 in JSON.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    format: Literal["painmap.visit"] = "painmap.visit"
    version: Literal[4] = 4
    program: str = __version__
    written_at: datetime
    intended_use: str = INTENDED_USE
    patient: Patient
    visit: Visit
    tombstones: tuple[Tombstone, ...] = ()
    blobs: Mapping[Sha256, _Base64] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.written_at.tzinfo is None:
            raise ValueError("a document's time needs its time zone")


assert VisitDocument.__dataclass_fields__["version"].default == VERSION  # noqa: S101  # one number


_ADAPTER: TypeAdapter[VisitDocument] = TypeAdapter(VisitDocument)


def blobs_of(items: Iterable[Item]) -> tuple[Sha256, ...]:
    """Hashes of the large content that items refer to, each once, in order."""

    def named() -> Iterator[Sha256]:
        for item in items:
            match item:
                case AttachedStudy(import_report=report):
                    yield report
                case Compartment(areas=areas):
                    yield from (area.mask for area in areas)

    return tuple(dict.fromkeys(named()))


def dumps(document: VisitDocument) -> str:
    """Give `document` as JSON text, indented for people."""
    data = _ADAPTER.dump_python(document, mode="json", warnings="error")
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def loads(text: str | bytes) -> VisitDocument:
    """Read a document, of this or any older version.

    Raises
    ------
    DocumentError
        It is not JSON, not a visit, newer than this program, has an unknown field or a value
        that cannot be right, or an attachment is damaged or missing.
    """
    raw = _json_object(text)
    found = raw.get("version")
    if raw.get("format") != FORMAT or isinstance(found, bool) or not isinstance(found, int):
        raise DocumentError(DocumentProblem.NOT_A_VISIT)
    if found > VERSION:
        raise DocumentError(DocumentProblem.NEWER, found=found, known=VERSION)
    if found < 1:
        raise DocumentError(DocumentProblem.NOT_A_VISIT)
    if found < VERSION:
        raw = upgraded_document(raw, found=found)
    try:
        document = _ADAPTER.validate_json(json.dumps(raw))
    except ValidationError as error:
        # pydantic's own words quote the values, which may identify the patient
        raise refusal(error) from None
    _check(document)
    return document


def load(path: Path) -> VisitDocument:
    """Read a document from a file; DocumentError also where the file cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DocumentError(DocumentProblem.UNREADABLE) from error
    return loads(content)


def _json_object(text: str | bytes) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(DocumentProblem.NOT_JSON) from error
    if not isinstance(raw, dict):
        raise DocumentError(DocumentProblem.NOT_A_VISIT)
    return raw


def _check(document: VisitDocument) -> None:
    """Refuse what no part of the document can see alone."""
    for sha, content in document.blobs.items():
        if sha256(content).hexdigest() != sha:
            raise DocumentError(DocumentProblem.WRONG_HASH, sha=sha[:12])
    gone = [each.item for each in document.tombstones]
    for sha in blobs_of([*document.visit.items(), *gone]):
        if sha not in document.blobs:
            raise DocumentError(DocumentProblem.BLOB_MISSING, sha=sha[:12])
    if document.visit.patient_id != document.patient.id:
        raise DocumentError(DocumentProblem.TORN, why="the visit is another patient's")
    stamps = [document.patient.stamp, *(item.stamp for item in document.visit.items())]
    stamps += [stamp for each in document.tombstones for stamp in (each.stamp, each.item.stamp)]
    if not all(0 < stamp.revision <= MOST_REVISIONS for stamp in stamps):
        raise DocumentError(DocumentProblem.TORN, why="an item has no revision")
    if not 0 <= document.visit.revision <= MOST_REVISIONS:
        raise DocumentError(DocumentProblem.TORN, why="the visit has no revision")
    ids: list[UUID] = [item.id for item in [*document.visit.items(), *gone]]
    if len(set(ids)) < len(ids):
        raise DocumentError(DocumentProblem.TORN, why="two items have one id")


def json_schema() -> dict[str, Any]:
    """JSON Schema of the document that this program writes and reads."""
    schema = _ADAPTER.json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"painmap visit, version {VERSION}",
        **{key: value for key, value in schema.items() if key != "title"},
    }
