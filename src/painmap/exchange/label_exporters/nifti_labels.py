"""Muscles as a NIfTI label map, numbered, with a table of what each number is."""

import numpy as np
import numpy.typing as npt

from painmap.domain.sentences import label_words, muscle_words, plural
from painmap.exchange.csv_table import Cell, table
from painmap.exchange.label_exporter import (
    LabelExporter,
    LabelFiles,
    LabelledMuscle,
    LabelledStack,
    label_name,
)
from painmap.exchange.nifti import nifti_bytes

COLUMNS = "number name muscle_id muscle side status slices voxels voxels_given_to_others source"
UNEVEN = "NIfTI holds even slices only: the muscles on uneven slices are not in it."


def _write(stack: LabelledStack) -> LabelFiles:
    geometry = stack.stack.geometry
    if geometry is None:
        return LabelFiles({}, (UNEVEN,))
    kind = np.uint8 if len(stack.muscles) < 256 else np.uint16
    labels: npt.NDArray[np.uint8 | np.uint16] = np.zeros(stack.stack.shape, dtype=kind)
    rows, given = [], 0
    for number, muscle in enumerate(stack.muscles, 1):
        taken = _put(labels, number, muscle)
        given += taken
        rows.append(_row(number, muscle, taken, stack))
    words: tuple[str, ...] = ()
    if given:
        words = (
            f"{plural(given, 'voxel')} of the NIfTI label map belong to two muscles, and are "
            "given to the first of them; the DICOM segmentation holds both.",
        )
    content = nifti_bytes(labels, geometry, packed=True, labels=True)
    return LabelFiles({"nii.gz": content, "csv": table(COLUMNS.split(), rows)}, words)


def _put(labels: npt.NDArray[np.uint8 | np.uint16], number: int, muscle: LabelledMuscle) -> int:
    """Number the muscle's voxels that are free; give how many were not."""
    taken = 0
    for k, mask in muscle.masks.items():
        height, width = mask.bits.shape
        there = labels[k, mask.top : mask.top + height, mask.left : mask.left + width]
        taken += int(np.count_nonzero(mask.bits & (there > 0)))
        there[mask.bits & (there == 0)] = number
    return taken


def _row(number: int, muscle: LabelledMuscle, taken: int, stack: LabelledStack) -> dict[str, Cell]:
    one = muscle.compartment
    return {
        "number": number,
        "name": label_name(one),
        "muscle_id": one.muscle_id,
        "muscle": muscle_words(one.muscle_id, stack.catalogue),
        "side": one.side.word,
        "status": one.status.value,
        "slices": len(muscle.masks),
        "voxels": sum(mask.pixels for mask in muscle.masks.values()),
        "voxels_given_to_others": taken,
        "source": "" if one.source is None else label_words(one.source),
    }


EXPORTER = LabelExporter("nifti-labels", "NIfTI label map with its names", _write)
