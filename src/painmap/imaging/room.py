"""Memory for a volume: plain where it fits, a file that is mapped where it does not."""

import mmap
import os
import tempfile
from pathlib import Path

import numpy as np
import psutil

from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.fast_pixels import Words

KEEP_FREE = 0.25
"""Share of the memory at hand that a volume leaves to everything else."""

_NEVER_IN_MEMORY = Path("/var/tmp")  # noqa: S108 - made without a name, or deleted at once
"""Temporary files of Unix that are on disk even where /tmp is not."""


def words_for(shape: tuple[int, int, int]) -> Words:
    """Room for the 16-bit values of a volume, all zero; untouched pages take no memory.

    A volume that is larger than the memory at hand lies in a nameless file, which the system
    reads and writes page by page and removes with the last user of the array.

    Raises
    ------
    SeriesError
        TOO_LARGE: there is no room on disk either.
    """
    size = int(np.prod(shape, dtype=np.int64)) * 2
    try:
        if size <= psutil.virtual_memory().available * (1 - KEEP_FREE):
            return np.zeros(shape, dtype=np.uint16)
        return _mapped(shape, size)
    except (MemoryError, OSError, ValueError, OverflowError) as error:
        raise SeriesError(SeriesProblem.TOO_LARGE) from error


def _mapped(shape: tuple[int, int, int], size: int) -> Words:
    folder = _NEVER_IN_MEMORY if _NEVER_IN_MEMORY.is_dir() else Path(tempfile.gettempdir())
    if psutil.disk_usage(str(folder)).free < size * 1.1:
        raise OSError("no room on disk")
    with tempfile.TemporaryFile(prefix="painmap-", dir=folder) as file:
        os.truncate(file.fileno(), size)
        # the array keeps the map, and the map the file, alive
        return np.frombuffer(mmap.mmap(file.fileno(), size), dtype=np.uint16).reshape(shape)
