"""What can be wrong with a JSON document.

::

    PainmapError
    └── DocumentError   problem: DocumentProblem
"""

from enum import StrEnum

from painmap.domain.errors import PainmapError


class DocumentProblem(StrEnum):
    """Why a document cannot be taken; the value is the sentence, filled in with facts."""

    UNREADABLE = "The file cannot be read."
    NOT_JSON = "The file is not JSON, or it is cut off."
    NOT_A_VISIT = "The file is JSON, but not a painmap visit."
    NEWER = "The document has version {found}; this program knows versions up to {known}."
    UNKNOWN_FIELD = "The document has a field that this program does not know: {where}."
    INVALID = "The document cannot be right at {where}: {why}."
    WRONG_HASH = "An attachment of the document is damaged: it does not fit its hash {sha}."
    BLOB_MISSING = "The document refers to an attachment that it does not contain: {sha}."
    TORN = "The document contradicts itself: {why}."


_HINTS = {
    DocumentProblem.UNREADABLE: "Look whether it is there and may be read.",
    DocumentProblem.NOT_JSON: "Export the visit again where it was recorded.",
    DocumentProblem.NOT_A_VISIT: "Choose a file that painmap has exported.",
    DocumentProblem.NEWER: "Use a newer painmap for this file.",
    DocumentProblem.UNKNOWN_FIELD: "It may come from another program, or was changed by hand.",
    DocumentProblem.INVALID: "It may come from another program, or was changed by hand.",
    DocumentProblem.WRONG_HASH: "Export the visit again where it was recorded.",
    DocumentProblem.BLOB_MISSING: "Export the visit again where it was recorded.",
    DocumentProblem.TORN: "It may come from another program, or was changed by hand.",
}
assert set(_HINTS) == set(DocumentProblem)  # noqa: S101  # a table must cover its enum


class DocumentError(PainmapError):
    """A document that is not taken; nothing was changed by reading it.

    Parameters
    ----------
    problem : DocumentProblem
    facts : str or int
        What the sentence of `problem` names: versions, places, hashes; no identifiers.
    """

    def __init__(self, problem: DocumentProblem, **facts: str | int) -> None:
        super().__init__(problem.value.format(**facts), hint=_HINTS[problem])
        self.problem = problem
