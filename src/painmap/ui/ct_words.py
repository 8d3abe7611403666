"""What is written on CT pictures and said of places in them."""

from collections.abc import Sequence
from datetime import date

from painmap.domain.places import PatientPoint
from painmap.domain.sentences import age_of_study, day_words
from painmap.imaging.stack import Stack, WarningCode

OLD_AFTER_MONTHS = 12
"""A study older than this is written in the warning colour (issue, section 5)."""

SYNTHETIC_BANNER = "SYNTHETIC PHANTOM, NOT A PATIENT"
LOOK_ONLY_BANNER = "LOOKED AT ONLY: nothing is attached, annotated or exported"
RESAMPLED_BANNER = "RESAMPLED: computed between the slices, for looking only"

MODALITY_WORDS = {"CT": "CT", "MR": "MRI"}

LOADING = "loading"
"""What stands for pixels that have not been read yet: they are no air and have no value."""

POSITION_UNKNOWN = "patient position ?"

PLANES = ("sagittal", "coronal", "axial")
"""Named after the axis of the body that is nearest to their normal: x, y, z."""


def modality_words(modality: str) -> str:
    """Such as "MRI"."""
    return MODALITY_WORDS.get(modality, modality)


def study_words(day: date | None, modality: str = "CT") -> str:
    """Such as "CT of 14 September 2026"."""
    when = day_words(day) if day else "unknown date"
    return f"{modality_words(modality)} of {when}"


def no_hu_banner(modality: str) -> str:
    """What stands over pictures that are no CT: why there are no Hounsfield units."""
    return f"{modality_words(modality)}, LOOKED AT ONLY: no HU, no proposals, no plan"


def why_look_only(modality: str) -> str:
    """The same as a sentence."""
    return (
        f"This is {modality_words(modality)}, which is looked at only: it has no Hounsfield units, "
        "and nothing is proposed, planned or marked on it."
    )


def age_words(study_day: date | None, visit_day: date) -> str:
    """Such as "3 years 2 months before this visit"."""
    return age_of_study(study_day, visit_day) if study_day else "age of the study unknown"


def is_old(study_day: date | None, visit_day: date) -> bool:
    """Whether the study is older than `OLD_AFTER_MONTHS`, or nobody knows how old."""
    if study_day is None:
        return True
    months = (visit_day.year - study_day.year) * 12 + visit_day.month - study_day.month
    return (months, visit_day.day) > (OLD_AFTER_MONTHS, study_day.day)


def whole(value: float) -> str:
    """A whole number with a true minus sign, and no negative zero."""
    rounded = round(value)
    return f"\u2212{-rounded}" if rounded < 0 else str(rounded)


def point_words(point: PatientPoint) -> str:
    """Such as "LPS 32, 81, −412 mm"; no more digits than the data hold."""
    return f"LPS {', '.join(whole(part) for part in point)} mm"


def hu_words(value: float | None, modality: str = "CT") -> str:
    """Such as "45 HU"; padding has no value, and another modality no Hounsfield units."""
    if value is None:
        return "no data"
    return f"{whole(value)} HU" if modality == "CT" else f"value {whole(value)}, no HU"


def plane_name(normal: Sequence[float] | None) -> str:
    """Axial, coronal or sagittal, by the nearest axis of the body; "slices" when unknown."""
    if normal is None:
        return "slices"
    nearest = max(range(3), key=lambda axis: abs(normal[axis]))
    return PLANES[nearest]


def plane_of(stack: Stack) -> str:
    """Which plane a stack was acquired in."""
    geometry = stack.slice_geometry(0)
    return plane_name(None if geometry is None else [float(part) for part in geometry.normal])


def size_words(stack: Stack) -> str:
    """Such as "96 slices, 512 × 512, 3 mm apart"."""
    count, rows, columns = stack.shape
    parts = [f"{count} {'slice' if count == 1 else 'slices'}", f"{rows} × {columns}"]
    between = between_words(stack)
    return ", ".join([*parts, between] if between else parts)


def between_words(stack: Stack) -> str:
    """Such as "3 mm apart"; empty where nobody knows."""
    between = stack.spacing_mm[0]
    if between is None:
        return ""
    text = f"{between:.2f}".rstrip("0").rstrip(".")
    return f"{text} mm apart"


WARNING_WORDS = {
    WarningCode.SYNTHETIC: "synthetic",
    WarningCode.NO_GEOMETRY: "no positions",
    WarningCode.DUPLICATE_POSITION: "two slices at one position",
    WarningCode.PHASE: "one of several phases",
    WarningCode.GAP: "slices missing",
    WarningCode.UNEVEN: "uneven spacing",
    WarningCode.TILTED: "tilted",
    WarningCode.OVERLAP: "overlaps another stack",
    WarningCode.THICKNESS_NOT_SPACING: "thickness is not spacing",
    WarningCode.NUMBERS: "numbers in another order",
    WarningCode.LOSSY: "LOSSY",
    WarningCode.INVERTED: "stored inverted",
    WarningCode.RESAMPLED: "resampled",
    WarningCode.NO_FRAME_OF_REFERENCE: "no frame of reference",
    WarningCode.EMPTY_UID: "empty UID",
}


def warning_words(stack: Stack) -> str:
    """The warnings of a stack in a few words each; empty when there is none."""
    return ", ".join(WARNING_WORDS[code] for code in stack.codes)


def source_words(day: date | None, position: str) -> str:
    """Such as "on the supine CT of 14 September 2026": where a number comes from."""
    lying = {"S": "supine ", "P": "prone "}.get(position[2:3], "")
    lying = "decubitus " if position[2:4] in ("DR", "DL") else lying
    return f"on the {lying}{study_words(day)}"
