"""Errors that the world makes: what is said to the clinician, and what to do next.

::

    PainmapError
    ├── imaging.errors.SeriesError     what is wrong with files or a series
    ├── bodymap.errors.TemplateError   a figure that cannot be used
    ├── records.errors.RecordsError    the store
    ├── documents.errors.DocumentError a JSON document that cannot be taken
    ├── pacs.errors.PacsError          a PACS, or the way to it
    └── exchange.errors.ExportError    a file that could not be written

Anything else that is raised is ours: a fault of the program.
"""


class PainmapError(Exception):
    """One sentence for the clinician and one for what to do; never a patient identifier.

    Parameters
    ----------
    message : str
        What happened, one sentence.
    hint : str
        What to do next, one sentence; may be empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
