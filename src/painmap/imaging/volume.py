"""Volumes: what they are, and how all slices of a stack are read into one."""

from collections.abc import Callable

from painmap.domain.progress import Job, Progress
from painmap.imaging.opening import Filled, opening_volume
from painmap.imaging.slow_pixels import AIR_HU, HuArray, hounsfield
from painmap.imaging.stack import Stack
from painmap.imaging.voxels import Volume

__all__ = ["AIR_HU", "Filled", "HuArray", "Volume", "hounsfield", "loading", "opening_volume"]


def loading(stack: Stack, *, wanted: Callable[[], int] | None = None) -> Job[Volume]:
    """Decode the pixels of a stack, all or nothing; `opening_volume` shows them as they come.

    Parameters
    ----------
    stack : Stack
        Even or not: an uneven one is for looking through slice by slice.
    wanted : callable, optional
        As for `opening_volume`.

    Yields
    ------
    Progress
        At first and after each few slices.

    Raises
    ------
    SeriesError
        As `opening_volume`; nothing is half loaded.
    """
    job = opening_volume(stack, wanted=wanted)
    try:
        while True:
            try:
                step = next(job)
            except StopIteration as end:
                volume: Volume = end.value
                return volume
            yield Progress(step.done, step.total, step.label)
    finally:
        job.close()
