"""What can go wrong when files leave the program.

::

    PainmapError
    └── ExportError   problem: ExportProblem
"""

import errno
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from painmap.domain.errors import PainmapError


class ExportProblem(StrEnum):
    """Why files could not be written; the value is the sentence for the doctor."""

    FULL = "The disk is full; nothing was exported."
    READ_ONLY = "The folder may not be written to; nothing was exported."
    GONE = "The folder for the export is not there; nothing was exported."
    NOT_A_FOLDER = "The place for the export is a file and not a folder; nothing was exported."
    FAILED = "The files could not be written; nothing was exported."
    BAD_PICTURE_NAME = "A picture has a name that no file can have; nothing was exported."


_HINTS: Mapping[ExportProblem, str] = MappingProxyType(
    {
        ExportProblem.FULL: "Make room on the disk or choose another one, and export again.",
        ExportProblem.READ_ONLY: "Choose a folder that you may write to.",
        ExportProblem.GONE: "Choose a folder that exists.",
        ExportProblem.NOT_A_FOLDER: "Choose a folder.",
        ExportProblem.FAILED: "Look whether the disk is still there, and export again.",
        ExportProblem.BAD_PICTURE_NAME: "Please report this as a fault of the program.",
    }
)

_PROBLEM_OF_ERRNO: Mapping[int, ExportProblem] = MappingProxyType(
    {
        errno.ENOSPC: ExportProblem.FULL,
        errno.EDQUOT: ExportProblem.FULL,
        errno.EFBIG: ExportProblem.FULL,
        errno.EACCES: ExportProblem.READ_ONLY,
        errno.EPERM: ExportProblem.READ_ONLY,
        errno.EROFS: ExportProblem.READ_ONLY,
        errno.ENOENT: ExportProblem.GONE,
        errno.ENOTDIR: ExportProblem.NOT_A_FOLDER,
    }
)


class ExportError(PainmapError):
    """Files could not be written; what was there before is as it was.

    Parameters
    ----------
    problem : ExportProblem
    hint : str
        What to do next; by default what usually helps against `problem`.
    """

    def __init__(self, problem: ExportProblem, *, hint: str = "") -> None:
        super().__init__(problem.value, hint=hint or _HINTS[problem])
        self.problem = problem

    @classmethod
    def of(cls, error: OSError) -> Self:
        """Translate what the operating system says."""
        return cls(_PROBLEM_OF_ERRNO.get(error.errno or 0, ExportProblem.FAILED))
