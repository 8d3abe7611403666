"""What can go wrong with the store.

::

    PainmapError
    └── RecordsError          problem: RecordsProblem
        └── EditedElsewhere   another window, program or computer was first
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from painmap.domain.errors import PainmapError


class RecordsProblem(StrEnum):
    """Why the store cannot do it; the value is the sentence, filled in with facts."""

    DISK_FULL = "The disk is full; the last change is not saved yet."
    READ_ONLY = "The database may not be written to."
    LOCKED = "The database is busy with another program."
    CORRUPT = "The database is damaged."
    DISK_FAILS = "The disk could not be read or written."
    FOLDER_UNUSABLE = "The data folder cannot be used."
    NEWER = "The database has version {found}; this program knows versions up to {known}."
    NOT_PAINMAP = "The file in the data folder is not a painmap database, or its key is another."
    ON_NETWORK = (
        "The data folder is on a network file system ({kind}), where a database can be damaged."
    )
    EDITED_ELSEWHERE = "This was changed elsewhere in the meantime; nothing was overwritten."
    MARKED_ELSEWHERE = "Another visit has marks on this study."
    STUDY_REFUSED = "The visit was not imported: {why}"
    UNKNOWN = "The database does not have this {thing}."
    DOCUMENT_DIFFERS = "This visit is already here, but not the same; nothing was changed."
    OTHER_PATIENT = (
        "The patient of this visit is already here, but with another {what}; nothing was changed."
    )
    STUDIES_DIFFER = (
        "Studies or landmarks of this patient are already here, but not the same; "
        "nothing was changed."
    )
    VISIT_OF_OTHER = "This visit is already here under another patient; nothing was changed."


_HINTS: Mapping[RecordsProblem, str] = MappingProxyType(
    {
        RecordsProblem.DISK_FULL: "Make room on the disk, then save again.",
        RecordsProblem.READ_ONLY: "Give the account the right to write into the data folder.",
        RecordsProblem.LOCKED: "Close the other program, then try again.",
        RecordsProblem.CORRUPT: "Do not work on it; bring back the last copy of the data folder.",
        RecordsProblem.DISK_FAILS: "Look whether the disk is still there, then try again.",
        RecordsProblem.FOLDER_UNUSABLE: "Choose a folder of this computer that can be written to.",
        RecordsProblem.NEWER: "Use a newer painmap for this data folder.",
        RecordsProblem.NOT_PAINMAP: "Choose another data folder; the file was not touched.",
        RecordsProblem.ON_NETWORK: (
            "Choose a folder of this computer; several computers will share one record "
            "through PostgreSQL."
        ),
        RecordsProblem.EDITED_ELSEWHERE: "Open the visit again to see what is recorded.",
        RecordsProblem.MARKED_ELSEWHERE: "Detach the study on the page CT instead.",
        RecordsProblem.STUDY_REFUSED: "Look whose visit it is where it was recorded.",
        RecordsProblem.UNKNOWN: "It may be from another data folder.",
        RecordsProblem.DOCUMENT_DIFFERS: "Compare both before you decide which one is right.",
        RecordsProblem.OTHER_PATIENT: "Compare the patient's data in both places first.",
        RecordsProblem.STUDIES_DIFFER: "Compare the patient's studies in both places first.",
        RecordsProblem.VISIT_OF_OTHER: "Compare the patients in both places first.",
    }
)
assert set(_HINTS) == set(RecordsProblem)  # noqa: S101  # a table must cover its enum


class RecordsError(PainmapError):
    """The store could not do it; what it holds is as it was.

    Parameters
    ----------
    problem : RecordsProblem
    hint : str
        What to do next; by default what usually helps against `problem`.
    facts : str or int
        What the sentence of `problem` names; no patient identifiers.
    """

    def __init__(self, problem: RecordsProblem, *, hint: str = "", **facts: str | int) -> None:
        super().__init__(problem.value.format(**facts), hint=hint or _HINTS[problem])
        self.problem = problem


class EditedElsewhere(RecordsError):
    """Another window, visit, program or computer changed it first; nothing was overwritten."""

    def __init__(
        self, problem: RecordsProblem = RecordsProblem.EDITED_ELSEWHERE, *, hint: str = ""
    ) -> None:
        super().__init__(problem, hint=hint)
