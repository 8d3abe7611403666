"""What can go wrong between this computer and the server of the samples.

::

    PainmapError
    └── SamplesError(SamplesProblem, detail)
"""

from enum import StrEnum

from painmap.domain.errors import PainmapError


class SamplesProblem(StrEnum):
    """Why samples cannot be listed or fetched; the value is the sentence."""

    BAD_CATALOGUE = "The catalogue of sample studies that belongs to the program is damaged."
    NO_SUCH_SAMPLE = "There is no such sample in the catalogue."
    BAD_ADDRESS = (
        "The address of the server has to begin with https:// (http:// only on this computer)."
    )
    NO_NETWORK = "The server of the sample studies cannot be reached."
    BAD_CERTIFICATE = "The server of the sample studies does not prove who it is."
    BROKEN_OFF = "The connection to the server broke off."
    BUSY = "The server cannot answer now."
    REFUSED = "The server does not give out this series."
    GONE = "The server does not have this series."
    UNEXPECTED = "The server gives an answer that does not belong here."
    NO_LIST = "The server's list of this series cannot be read."
    ENDLESS_LIST = "The server's list of this series does not end."
    FOREIGN_NAMES = "The server's list names files that do not belong to this series."
    INCOMPLETE = "The server does not have the whole series."
    WRONG_SIZE = "A picture came shorter or longer than the server's list says."
    WRONG_CHECKSUM = "A picture came damaged: its checksum differs from the server's."
    OTHER_SERIES = "What came is not the series that the catalogue names."
    DISK_FULL = "There is no room on the disk."
    NOT_WRITTEN = "The series could not be written."


_GO_ON = "What has come is kept; Download goes on from there."
_OTHER = "Try again later, or choose another sample."
_HINTS = {
    SamplesProblem.BAD_CATALOGUE: "Install painmap again.",
    SamplesProblem.NO_SUCH_SAMPLE: "See the list of samples for their names.",
    SamplesProblem.NO_NETWORK: "Check the network connection and the address of the server.",
    SamplesProblem.BAD_CERTIFICATE: "Ask who looks after your network; nothing was fetched.",
    SamplesProblem.BROKEN_OFF: _GO_ON,
    SamplesProblem.BUSY: f"Try again later. {_GO_ON}",
    SamplesProblem.GONE: "Check the address of the server.",
    SamplesProblem.UNEXPECTED: "Check the address of the server; a log-in page may be in between.",
    SamplesProblem.NO_LIST: "Check the address of the server; a log-in page may be in between.",
    SamplesProblem.INCOMPLETE: _OTHER,
    SamplesProblem.WRONG_SIZE: _OTHER,
    SamplesProblem.WRONG_CHECKSUM: _OTHER,
    SamplesProblem.OTHER_SERIES: "Nothing of it was kept. Check the address of the server.",
    SamplesProblem.DISK_FULL: f"Make room. {_GO_ON}",
}


class SamplesError(PainmapError):
    """A sample cannot be listed or fetched.

    Parameters
    ----------
    problem : SamplesProblem
    detail : str
        What makes the sentence exact, such as "503" or "120 of 124 pictures".
    """

    def __init__(self, problem: SamplesProblem, detail: str = "") -> None:
        message = f"{problem.value[:-1]}: {detail}." if detail else problem.value
        super().__init__(message, hint=_HINTS.get(problem, ""))
        self.problem = problem
        self.detail = detail
