"""Turns what pydantic finds into the one sentence that a doctor can use."""

from collections import Counter
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from painmap.documents.errors import DocumentError, DocumentProblem

Location = tuple[int | str, ...]


def refusal(error: ValidationError) -> DocumentError:
    """Say the first thing that is wrong, without any value of the document."""
    details = error.errors(include_url=False, include_input=False)
    first = _telling(details)
    where = _path(first["loc"])
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return DocumentError(DocumentProblem.UNKNOWN_FIELD, where=where)
    return DocumentError(DocumentProblem.INVALID, where=where or "the top", why=_why(first))


def _telling(details: list[ErrorDetails]) -> ErrorDetails:
    """Of a union, which complains once for each of its members, the member that fits best."""
    first = details[0]
    cut = _member_at(first["loc"])
    if cut is None:
        return first
    prefix = first["loc"][:cut]
    rivals = [each for each in details if each["loc"][:cut] == prefix and len(each["loc"]) > cut]
    counts = Counter(each["loc"][cut] for each in rivals)
    best = min(counts, key=lambda member: counts[member])
    return next(each for each in rivals if each["loc"][cut] == best)


def _member_at(location: Location) -> int | None:
    """Where in a location the member of a union is named: by its class, in capitals."""
    return next((at for at, part in enumerate(location) if _is_class(part)), None)


def _is_class(part: int | str) -> bool:
    return isinstance(part, str) and part[:1].isupper()


def _path(location: Location) -> str:
    """Such as "visit.pain_sites[0].colour"."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not _is_class(part):
            path += f".{part}" if path else part
    return path


def _why(detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context["error"])
    words = detail["msg"]
    return words[:1].lower() + words[1:]
