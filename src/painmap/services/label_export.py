"""Accepted muscles as label maps that other systems read, one set of files a stack."""

from collections.abc import Callable, Mapping

from painmap.domain.anatomy import Muscle
from painmap.domain.compartment import CompartmentStatus
from painmap.domain.places import Sha256
from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit
from painmap.exchange.label_exporter import (
    LabelFiles,
    LabelledMuscle,
    LabelledStack,
    all_label_exporters,
)
from painmap.imaging.stack import Stack
from painmap.services.compartments import masks_of


def exporting_labels(
    visit: Visit, stack: Stack, catalogue: Mapping[str, Muscle], read: Callable[[Sha256], bytes]
) -> Job[LabelFiles]:
    """Write the accepted muscles of a stack in every format of label maps.

    Parameters
    ----------
    read : callable
        Gives large content by its hash.

    Returns
    -------
    LabelFiles
        Without files where no muscle is accepted; what was left out is said.

    Raises
    ------
    SeriesError
        A file of the CT is no longer there.
    """
    here = [each for each in visit.live_compartments if each.anchor.stack_key == stack.key]
    accepted = [each for each in here if each.status is CompartmentStatus.ACCEPTED]
    words: list[str] = []
    if len(accepted) < len(here):
        left = plural(len(here) - len(accepted), "muscle")
        words.append(f"{left} not accepted yet: left out of the label maps.")
    files: dict[str, bytes] = {}
    if accepted:
        muscles = []
        for done, each in enumerate(accepted):
            yield Progress(done, len(accepted), "Writing label maps")
            masks = {k: one.mask for k, one in masks_of(each, read).slices.items()}
            muscles.append(LabelledMuscle(each, masks))
        labelled = LabelledStack(visit.id, stack, tuple(muscles), catalogue)
        for exporter in all_label_exporters():
            yield Progress(0, None, "Writing label maps")
            made = exporter.write(labelled)
            files |= made.files
            words += made.words
    return LabelFiles(files, tuple(words))
