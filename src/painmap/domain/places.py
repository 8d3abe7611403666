"""Where something is: in the patient, on a body figure, in a study."""

from dataclasses import dataclass
from typing import NamedTuple, NewType

StackKey = NewType("StackKey", str)
"""SHA-256 over the ordered (SOP UID, frame, position, orientation, spacing) of a stack."""

Sha256 = NewType("Sha256", str)
"""Hexadecimal SHA-256 of some content; the name of a blob."""


class PatientPoint(NamedTuple):
    """A place in the patient: DICOM LPS millimetres (PS3.3 C.7.6.2.1.1).

    x grows to the patient's left, y to the back, z to the head. It means nothing without
    the frame of reference it was measured in.
    """

    x: float
    y: float
    z: float


class FigurePoint(NamedTuple):
    """A place on a body figure: 1000 units from vertex to sole.

    x from the figure's midline, growing to the viewer's right; y from the vertex down.
    """

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TemplateRef:
    """The body figure that a mark was drawn on, exactly: id, version and content hash."""

    id: str
    version: int
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class CtAnchor:
    """What an annotation on CT hangs on.

    Parameters
    ----------
    study_uid, series_uid : str
        Study and Series Instance UID.
    stack : int
        Index of the stack in its series, from 0.
    sop_uid : str
        SOP Instance UID of the slice (from the file meta if the data set lacks it).
    frame_number : int
        From 1; 1 for a single-frame image.
    frame_of_reference_uid : str or None
        None: the point holds in this series only.
    stack_key : StackKey
        Hash of the geometry and slices that were annotated; if it has changed on
        reopening, the annotation is shown read-only.
    """

    study_uid: str
    series_uid: str
    stack: int
    sop_uid: str
    frame_number: int
    frame_of_reference_uid: str | None
    stack_key: StackKey
