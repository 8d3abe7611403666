"""An even grid made from unevenly spaced slices, for looking only, and only when asked for."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import shift

from painmap.domain.progress import Job, Progress
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import Floats, Geometry
from painmap.imaging.layout import normal_of, step_of
from painmap.imaging.stack import SeriesWarning, Stack, WarningCode, plane_matrix
from painmap.imaging.tags import triple
from painmap.imaging.volume import AIR_HU, HuArray, Volume
from painmap.imaging.ways import places_of

GAP_STEPS = 1.9
"""Between slices further apart than so many usual steps nothing is made up."""

MOST_SLICES = 4000
LEAST_SHIFT_PX = 0.02
"""A slice that lies so little beside the line is not shifted."""

SENTENCE = (
    "The pictures between the slices were computed from their neighbours. They are for looking: "
    "nothing is marked or measured on them."
)


def can_resample(stack: Stack) -> bool:
    """Whether an even grid can be made from `stack`: unevenly spaced, all places known."""
    return (
        stack.has_geometry
        and stack.geometry is None
        and not stack.is_localizer
        and len(places_of(stack.slices)) > 2
    )


def resampling(volume: Volume) -> Job[Volume]:
    """Make an even grid from the slices of an uneven stack.

    Between two slices values are interpolated linearly; where slices are missing, or one of the
    two is padding, the grid holds padding.

    Parameters
    ----------
    volume : Volume
        Of a stack for which `can_resample` holds.

    Yields
    ------
    Progress
        Before each new slice.

    Returns
    -------
    Volume
        In the usual step of the stack, with the warning RESAMPLED.

    Raises
    ------
    SeriesError
        NOT_UNIFORM where no grid can be made; STILL_LOADING; TOO_LARGE.
    """
    stack = volume.stack
    if not can_resample(stack):
        raise SeriesError(SeriesProblem.NOT_UNIFORM)
    volume.require()
    first_at = {id(one): k for k, one in reversed(list(enumerate(stack.slices)))}
    ordered = [place[0] for place in places_of(stack.slices)]
    numbers = [first_at[id(one)] for one in ordered]
    places = np.array([one.position for one in ordered], dtype=np.float64)
    along = (places - places[0]) @ normal_of(ordered[0])
    step = step_of(np.diff(along))
    count = round(float(along[-1]) / step) + 1
    if count > MOST_SLICES:
        raise SeriesError(SeriesProblem.TOO_LARGE)
    affine = _affine(stack, places, along, step)
    shifts = _shifts(stack, places, along)
    _, rows, columns = stack.shape
    hu: HuArray = np.full((count, rows, columns), AIR_HU, dtype=volume.hu.dtype)
    padding = np.zeros((count, (rows * columns + 7) // 8), dtype=np.uint8)
    nearest: list[int] = []
    for k in range(count):
        yield Progress(k, count, "Resampling")
        height = min(k * step, float(along[-1]))
        above = int(np.clip(np.searchsorted(along, height - 1e-6), 1, len(along) - 1))
        below, gap = above - 1, float(along[above] - along[above - 1])
        share = (height - float(along[below])) / gap
        nearest.append(numbers[above if share > 0.5 else below])
        if gap > GAP_STEPS * step and 1e-6 < share < 1 - 1e-6:
            padding[k] = 255
            continue
        used = [(n, w) for n, w in ((below, 1 - share), (above, share)) if w > 1e-9]
        made = sum(weight * _shifted(volume, numbers[n], shifts[n]) for n, weight in used)
        hu[k] = np.rint(made) if hu.dtype == np.int16 else made
        for mask in (volume.padding_mask(numbers[n]) for n, _ in used):
            if mask is not None:
                hu[k][mask] = AIR_HU
                padding[k] |= np.packbits(mask)
    yield Progress(count, count, "Resampling")
    made_stack = _stack(stack, Geometry((count, rows, columns), affine), nearest)
    return Volume(made_stack, hu, padding if padding.any() else None)


def _affine(stack: Stack, places: Floats, along: Floats, step: float) -> Floats:
    """Slices on the line from the first to the last place, in even steps along the normal."""
    plane = plane_matrix(stack.slices[0])
    affine = np.eye(4)
    affine[:3, 0] = (places[-1] - places[0]) / along[-1] * step
    affine[:3, 1], affine[:3, 2], affine[:3, 3] = plane[:3, 0], plane[:3, 1], places[0]
    return affine


def _shifts(stack: Stack, places: Floats, along: Floats) -> Floats:
    """How far each slice lies beside that line, in rows and columns."""
    line = (places[-1] - places[0]) / along[-1]
    beside = places - places[0] - np.outer(along, line)
    plane = plane_matrix(stack.slices[0])
    down, right = plane[:3, 0], plane[:3, 1]
    shifts: Floats = np.stack((beside @ down / (down @ down), beside @ right / (right @ right)), 1)
    return shifts


def _shifted(volume: Volume, k: int, by: Floats) -> Floats:
    values: Floats = volume.hu[k].astype(np.float64)
    if np.abs(by).max() < LEAST_SHIFT_PX:
        return values
    moved: Floats = shift(values, by, order=1, mode="constant", cval=AIR_HU)
    return moved


def _stack(stack: Stack, geometry: Geometry, nearest: list[int]) -> Stack:
    """The stack of the grid: each slice stands for the nearest one that was acquired."""
    slices = tuple(
        replace(
            stack.slices[number],
            position=triple((geometry.patient_from_index @ np.array((k, 0, 0, 1)))[:3]),
        )
        for k, number in enumerate(nearest)
    )
    warnings = (
        *(one for one in stack.warnings if one.code not in _MENDED),
        SeriesWarning(WarningCode.RESAMPLED, SENTENCE),
    )
    return replace(stack, slices=slices, geometry=geometry, warnings=warnings, part="resampled")


_MENDED = {WarningCode.UNEVEN, WarningCode.DUPLICATE_POSITION}
"""What no longer holds of an even grid; that slices are missing still does."""
