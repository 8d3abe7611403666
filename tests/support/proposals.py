"""Muscle proposals on a CT whose muscles are known: the spine found, the muscles compared."""

from collections.abc import Mapping
from pathlib import Path

import nibabel
import numpy as np
import numpy.typing as npt

from painmap.domain.anatomy import Side
from painmap.domain.progress import run_to_end
from painmap.imaging.body_surface import finding_surface
from painmap.imaging.muscle_proposal import ProposedMuscle, SpineFrame, proposing_muscles
from painmap.imaging.scan import scanning
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.spine_proposal import proposing_spine
from painmap.imaging.volume import Volume, loading
from painmap.phantom import Phantom

Truth = Mapping[ProposedMuscle, npt.NDArray[np.bool_]]
DEEP_BACK, PSOAS, QUADRATUS = "deep_back_group", "psoas_major", "quadratus_lumborum"
SIDES = (Side.LEFT, Side.RIGHT)


def opened(folder: Path) -> Volume:
    """The largest stack of a folder, read."""
    stacks = run_to_end(scanning(folder)).stacks
    return run_to_end(loading(max(stacks, key=lambda stack: len(stack.slices))))


def proposed(volume: Volume) -> dict[ProposedMuscle, dict[int, SliceMask]]:
    """What is proposed on a volume from the spine that is found in it."""
    spine = run_to_end(proposing_spine(run_to_end(finding_surface(volume))))
    found = spine.vertebrae
    bodies = tuple((each.level, each.body) for each in found if each.level is not None)
    tips = tuple(each.tip for each in found if each.tip is not None)
    return run_to_end(proposing_muscles(volume, SpineFrame(bodies, tips)))


def truth_of(phantom: Phantom) -> Truth:
    """The phantom's own muscles, by what a proposal calls them."""
    found = {}
    for side in SIDES:
        deep = phantom.label_mask("erector_spinae", side) | phantom.label_mask("multifidus", side)
        found[DEEP_BACK, side] = deep
        for muscle in (PSOAS, QUADRATUS):
            found[muscle, side] = phantom.label_mask(muscle, side)
    return found


def labelled_truth(folder: Path, volume: Volume) -> Truth:
    """The muscles of the labelled CT; its iliopsoas stands for the psoas above the iliac crest."""
    found = {}
    affine = volume.stack.require_geometry().patient_from_index
    grid = np.indices(volume.shape).reshape(3, -1)
    for name, muscle in (("autochthon", DEEP_BACK), ("iliopsoas", PSOAS)):
        for side in SIDES:
            image = nibabel.load(folder / "nifti" / f"{name}_{side.value}.nii.gz")
            label = np.asarray(image.dataobj) > 0
            matrix = np.linalg.inv(image.affine) @ np.diag([-1, -1, 1, 1]) @ affine
            index = np.rint(matrix[:3, :3] @ grid + matrix[:3, 3:]).astype(int)
            within = np.all((index >= 0) & (index < np.array(label.shape)[:, None]), axis=0)
            mask = np.zeros(grid.shape[1], dtype=bool)
            mask[within] = label[tuple(index[:, within])]
            found[muscle, side] = mask.reshape(volume.shape)
    return found


def dice_of(masks: Mapping[int, SliceMask], truth: npt.NDArray[np.bool_]) -> float:
    """Dice's coefficient over the slices on which something is proposed."""
    ks = sorted(masks)
    made = np.stack([masks[k].whole() for k in ks])
    told = truth[ks]
    return 2 * float((made & told).sum()) / float(made.sum() + told.sum())
