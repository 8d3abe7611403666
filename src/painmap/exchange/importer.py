"""What a format of label maps is: how it is known, and a job that reads one file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from painmap.domain.errors import PainmapError
from painmap.domain.progress import Job
from painmap.exchange.label_errors import LabelMapError, LabelProblem
from painmap.imaging.label_map import LabelMap
from painmap.imaging.stack import Stack


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file that was offered.

    Parameters
    ----------
    path : Path
    beside : tuple of Path
        What else was offered with it, such as a table of names.
    """

    path: Path
    beside: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Importer:
    """One format.

    Parameters
    ----------
    id : str
        Never changes ("nifti").
    name : str
        For people ("NIfTI label map").
    patterns : tuple of str
        File names for the dialog that chooses ("*.nii.gz").
    recognises : callable
        Whether a file is of this format, told by its first bytes; never raises.
    read : callable
        Reads a file for the stack that is open: which way it is cut into planes, and on
        which pixels contours are filled. Raises LabelMapError.
    """

    id: str
    name: str
    patterns: tuple[str, ...]
    recognises: Callable[[Path], bool]
    read: Callable[[LabelFile, Stack], Job[LabelMap]]


def guarded(job: Job[LabelMap]) -> Job[LabelMap]:
    """Let a job on a file of unknown origin end with a sentence, whatever is wrong with it.

    Raises
    ------
    LabelMapError
    """
    try:
        return (yield from job)
    except PainmapError:
        raise
    except OSError as error:
        raise LabelMapError(LabelProblem.UNREADABLE) from error
    except MemoryError as error:
        raise LabelMapError(LabelProblem.TOO_LARGE) from error
    except Exception as error:
        # libraries raise anything on damaged files
        raise LabelMapError(LabelProblem.DAMAGED) from error
