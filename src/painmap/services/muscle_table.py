"""The table of what the muscles of a stack measure, always from the voxels and stored masks."""

from collections.abc import Callable, Sequence

from painmap.domain.injection import Landmark
from painmap.domain.places import Sha256
from painmap.domain.progress import Job
from painmap.domain.visit import Visit
from painmap.imaging.muscle_rows import MeasuredMuscle, MuscleRow, measuring_rows
from painmap.imaging.spine_line import SpineMark
from painmap.imaging.volume import Volume
from painmap.services.compartments import masks_of


def measuring_muscles(
    visit: Visit,
    volume: Volume,
    landmarks: Sequence[Landmark],
    read: Callable[[Sha256], bytes],
) -> Job[tuple[MuscleRow, ...]]:
    """Measure the muscles of a visit that lie on one stack.

    Parameters
    ----------
    landmarks : sequence of Landmark
        Those in the stack's frame of reference; named ones give the levels.
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
    marks = [SpineMark(each.point, each.level) for each in landmarks]
    return (yield from measuring_rows(volume, muscles, marks))
