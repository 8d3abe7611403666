"""The table of what the muscles of a stack measure, always from the voxels and stored masks."""

from collections.abc import Callable

from painmap.domain.places import Sha256
from painmap.domain.progress import Job
from painmap.domain.visit import Visit
from painmap.imaging.muscle_rows import MeasuredMuscle, MuscleRow, measuring_rows
from painmap.imaging.volume import Volume
from painmap.services.compartments import masks_of
from painmap.services.spine import Spine


def measuring_muscles(
    visit: Visit,
    volume: Volume,
    spine: Spine,
    read: Callable[[Sha256], bytes],
) -> Job[tuple[MuscleRow, ...]]:
    """Measure the muscles of a visit that lie on one stack.

    Parameters
    ----------
    spine : Spine
        Of the stack's frame of reference; it says to which level each slice belongs.
    read : callable
        Gives large content by its hash.

    Raises
    ------
    SeriesError, RecordsError
    """
    muscles = []
    for compartment in visit.live_compartments:
        if compartment.anchor.stack_key != volume.stack.key:
            continue
        masks = {k: one.mask for k, one in masks_of(compartment, read).slices.items()}
        muscles.append(
            MeasuredMuscle(compartment.id, compartment.muscle_id, compartment.side, masks)
        )
    stack = volume.stack
    levels = {k: spine.level_of_slice(stack.slice_geometry(k)) for k in range(len(stack.slices))}
    return (yield from measuring_rows(volume, muscles, levels))
