"""What a format of outgoing label maps is: from the muscles of one stack to files."""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from uuid import UUID

from painmap.domain.anatomy import Muscle
from painmap.domain.compartment import Compartment
from painmap.exchange import label_exporters
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack


@dataclass(frozen=True, slots=True, eq=False)
class LabelledMuscle:
    """A muscle with its masks, by slice."""

    compartment: Compartment
    masks: Mapping[int, SliceMask]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledStack:
    """Accepted muscles of one stack.

    Parameters
    ----------
    visit_id : UUID
    stack : Stack
        With the files that it was read from at hand.
    muscles : tuple of LabelledMuscle
        At least one.
    catalogue : mapping of str to Muscle
    """

    visit_id: UUID
    stack: Stack
    muscles: tuple[LabelledMuscle, ...]
    catalogue: Mapping[str, Muscle]


@dataclass(frozen=True, slots=True)
class LabelFiles:
    """What a format makes of a stack.

    Parameters
    ----------
    files : mapping of str to bytes
        By the end of its name ("nii.gz"); empty when the stack has no such form.
    words : tuple of str
        What the files do not hold, and why there are none, in sentences.
    """

    files: Mapping[str, bytes]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelExporter:
    """One format.

    Parameters
    ----------
    id : str
        Never changes ("nifti-labels").
    name : str
        For people ("NIfTI label map with its names").
    write : callable
        Gives the files; raises SeriesError where the CT's own files cannot be read.
    """

    id: str
    name: str
    write: Callable[[LabelledStack], LabelFiles]


@cache
def all_label_exporters() -> tuple[LabelExporter, ...]:
    """Every format, ordered by id.

    Raises
    ------
    RuntimeError
        None is found: a frozen program was built without its submodules.
    """
    names = [each.name for each in pkgutil.iter_modules(label_exporters.__path__)]
    found = [import_module(f"{label_exporters.__name__}.{name}").EXPORTER for name in names]
    if not found:
        raise RuntimeError("the program was built without its formats of label maps")
    return tuple(sorted(found, key=lambda exporter: exporter.id))


def label_name(muscle: Compartment) -> str:
    """The name of a label, as other programs write it: "psoas_major_left"."""
    return f"{muscle.muscle_id}_{muscle.side.value}"
