"""Why a label map is not taken in.

::

    PainmapError
    └── LabelMapError   problem: LabelProblem
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from painmap.domain.errors import PainmapError


class LabelProblem(StrEnum):
    """What is wrong with a label map; the value is the sentence for the doctor."""

    UNKNOWN = "This is no label map that can be read here; DICOM SEG, RTSTRUCT and NIfTI are."
    UNREADABLE = "The label map could not be read."
    DAMAGED = "The label map is damaged or cut short, so nothing of it was taken in."
    TOO_LARGE = "The label map is larger than any CT, so it was not read."
    PACKED = "The label map is compressed in a way that cannot be read here."
    NOT_LABELS = "The file holds a picture and no labels, so nothing of it was taken in."
    SEVERAL = "The file holds several volumes where a label map has one."
    EMPTY = "Nothing is labelled in this file."
    NO_PLACE = "The label map does not say where in the patient it lies."
    ATLAS = "The label map lies in the space of an atlas and not in the patient's."
    TWO_PLACES = "The label map says in two ways where it lies, and they differ."
    ACROSS = "The contours of this file are not drawn in the planes of the open CT's slices."
    NOT_PARALLEL = "The planes of this label map do not lie parallel, so it cannot be taken in."
    TABLE = "The table of names cannot be read: each line needs a number and a name."
    OTHER_PATIENT = "The label map shows another patient, so nothing of it was taken in."
    OTHER_FRAME = (
        "The label map was drawn in another frame of reference than the open CT, so nothing of it "
        "was taken in."
    )
    APART = "Nothing of the label map lies on the open CT."


_HINTS: Mapping[LabelProblem, str] = MappingProxyType(
    {
        LabelProblem.DAMAGED: "Write it again where it was made.",
        LabelProblem.PACKED: "Write it without compression where it was made.",
        LabelProblem.NO_PLACE: "Write it with its place where it was made.",
        LabelProblem.ATLAS: "Write it in the patient's own space where it was made.",
        LabelProblem.TWO_PLACES: "Write it again with one place (sform and qform alike).",
        LabelProblem.OTHER_PATIENT: "Open the patient whom it shows.",
        LabelProblem.OTHER_FRAME: "Open the CT that it was drawn on.",
        LabelProblem.APART: "Open the CT that it was drawn on.",
        LabelProblem.ACROSS: "Open the series that they were drawn on.",
    }
)


class LabelMapError(PainmapError):
    """A label map that is not taken in; nothing was changed by reading it.

    Parameters
    ----------
    problem : LabelProblem
    """

    def __init__(self, problem: LabelProblem) -> None:
        super().__init__(problem.value, hint=_HINTS.get(problem, ""))
        self.problem = problem
