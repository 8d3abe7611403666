"""What can be wrong with a folder, a file or a series, in sentences for people.

::

    PainmapError
    └── SeriesError(SeriesProblem, detail)
"""

from enum import StrEnum

from painmap.domain.errors import PainmapError


class SeriesProblem(StrEnum):
    """Why a folder, a series or a measurement is refused; the value is the sentence."""

    MISSING_PATH = "There is no file or folder at this place."
    EMPTY_FOLDER = "The folder holds no files."
    UNREADABLE_FOLDER = "The folder could not be opened."
    FILE_GONE = "A file of this series is no longer where it was."
    FILE_CHANGED = "A file of this series is not the one that was read before."
    FILE_UNREADABLE = "A file of this series could not be read."
    TRUNCATED = "A file of this series is cut short: its picture is not complete."
    NO_DECODER = "The pictures of this series are compressed in a way that cannot be read here."
    TOO_LARGE = "The series is too large for the memory of this computer."
    UNDECODABLE = "The compressed picture in a file of this series is damaged."
    STILL_LOADING = "This slice has not been read yet."
    ODD_RESCALE = "The values of this series cannot be Hounsfield units: its rescale is absurd."
    SINGLE_SLICE = "This is a single slice, which has no extent across slices."
    NOT_UNIFORM = (
        "The slices of this series are not evenly spaced, so what lies across them is not measured."
    )
    NO_GEOMETRY = (
        "This series does not say where its slices lie in the patient, so nothing is measured."
    )
    SHEARED_PLANE = "This plane cuts across tilted slices and is drawn between the pixels."
    NO_SUCH_SLICE = "There is no slice with this number."
    TOO_FEW_POINTS = "A contour needs at least three points."
    NO_AREA = "The contour encloses nothing."
    NOT_IN_PLANE = "The contour does not lie in this slice."
    NOTHING_OFFERED = "No file or folder was given."
    ARCHIVE_DAMAGED = "This archive is damaged: it cannot be unpacked."
    ARCHIVE_LOCKED = "This archive is locked with a password."
    ARCHIVE_BOMB = "This archive would grow beyond all measure: it is not unpacked."
    ARCHIVE_CROWDED = "This archive holds too many files: it is not unpacked."
    NO_ROOM = "There is not enough room on the disk."


_HINTS = {
    SeriesProblem.MISSING_PATH: "Check the name, and whether the disc or drive is connected.",
    SeriesProblem.EMPTY_FOLDER: "Choose the folder that holds the CT files.",
    SeriesProblem.UNREADABLE_FOLDER: "Check whether you may read it.",
    SeriesProblem.FILE_GONE: "Open the folder again.",
    SeriesProblem.FILE_CHANGED: "Open the folder again.",
    SeriesProblem.TRUNCATED: "Copy the files again from where they came from.",
    SeriesProblem.ARCHIVE_DAMAGED: "Copy it again from where it came from.",
    SeriesProblem.ARCHIVE_LOCKED: "Unpack it with its password, then open the folder.",
    SeriesProblem.ARCHIVE_BOMB: "If it is from a source you know, unpack it, then open the folder.",
    SeriesProblem.ARCHIVE_CROWDED: "Unpack it, then open one of its folders.",
    SeriesProblem.NO_ROOM: "Make room on the disk of the data folder, then open it again.",
    SeriesProblem.UNDECODABLE: "Copy the files again from where they came from.",
    SeriesProblem.STILL_LOADING: "Wait until it is there.",
    SeriesProblem.SINGLE_SLICE: "Look at it, and measure within the slice.",
    SeriesProblem.NOT_UNIFORM: "Look at its slices one by one, and measure within a slice.",
    SeriesProblem.SHEARED_PLANE: "Measure on the slices as they were acquired.",
}


class SeriesError(PainmapError):
    """A folder or series cannot be used for what was asked.

    Parameters
    ----------
    problem : SeriesProblem
        The kind, whose value is the sentence.
    detail : str
        What makes the sentence exact: a transfer syntax, slice numbers. No patient
        identifier and no file name, since file names may carry a patient's name.
    """

    def __init__(self, problem: SeriesProblem, detail: str = "") -> None:
        message = f"{problem.value} ({detail})" if detail else problem.value
        super().__init__(message, hint=_HINTS.get(problem, ""))
        self.problem = problem
        self.detail = detail
