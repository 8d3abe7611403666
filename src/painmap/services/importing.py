"""Takes in a visit from a file: read and checked whole, then stored, or not at all."""

from pathlib import Path

from painmap.documents.visit_document import load
from painmap.services.clinic import Clinic, ImportOutcome

__all__ = ["ImportOutcome", "import_visit_file"]


def import_visit_file(clinic: Clinic, file: Path) -> ImportOutcome:
    """Take in a visit from its JSON document. Blocks.

    Raises
    ------
    DocumentError
        The file is not a visit, or was changed.
    RecordsError
        It contradicts what is stored.
    """
    return clinic.import_document(load(file))
