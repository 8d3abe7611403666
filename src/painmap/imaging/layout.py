"""How parallel slices follow each other: in even steps, tilted, with gaps, on top of another.

Spacing comes from positions along the normal, never from SliceThickness.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from painmap.imaging.geometry import TILT_DEGREES, Floats, Geometry
from painmap.imaging.header import SliceHeader
from painmap.imaging.stack import SeriesWarning, WarningCode, plane_matrix

STEP_TOLERANCE_MM = 0.01
"""Steps that differ by no more are equal: positions are written with three decimals or more."""

STEP_TOLERANCE_SHARE = 0.01
"""Or by no more than this share of the step, whichever is larger; some scanners round."""

DUPLICATE_MM = 0.01
"""Slices that are no further apart along the normal lie at one position."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Slices in order along their normal, and what was found.

    Parameters
    ----------
    slices : tuple of SliceHeader
    geometry : Geometry or None
        None for a single slice and where the steps are not even.
    step_mm : float or None
        The usual distance from slice to slice along the normal.
    warnings : tuple of SeriesWarning
    """

    slices: tuple[SliceHeader, ...]
    geometry: Geometry | None
    step_mm: float | None
    warnings: tuple[SeriesWarning, ...]


def millimetres(length: float) -> str:
    """A length for a sentence: at most two decimals, none for nothing."""
    return f"{length:.2f}".rstrip("0").rstrip(".") + " mm"


def tolerance_mm(step: float) -> float:
    """By how much steps of about `step` millimetres may differ and be equal."""
    # a difference of just the tolerance must not fail by the last bit of a double
    return max(STEP_TOLERANCE_MM, STEP_TOLERANCE_SHARE * step) + 1e-6


def layout_of(slices: Sequence[SliceHeader]) -> Layout:
    """Order parallel slices and say how they follow each other.

    Parameters
    ----------
    slices : sequence of SliceHeader
        Of one orientation, matrix and pixel spacing; all with geometry or all without.
    """
    if not all(one.has_geometry for one in slices):
        ordered = sorted(slices, key=_by_instance)
        return Layout(tuple(ordered), None, None, (_no_geometry(ordered),))
    normal = normal_of(slices[0])
    along = np.round(np.array([one.position for one in slices], dtype=np.float64) @ normal, 3)
    keys = [(place, _by_instance(one)) for place, one in zip(along, slices, strict=True)]
    ordered = [slices[at] for at in sorted(range(len(slices)), key=keys.__getitem__)]
    if len(ordered) == 1:
        return Layout(tuple(ordered), None, None, ())
    places = np.array([one.position for one in ordered], dtype=np.float64)
    steps = np.diff(places @ normal)
    apart = np.sort(steps[steps > DUPLICATE_MM])
    warnings = [*_duplicates(steps)]
    if len(apart) == 0:
        return Layout(tuple(ordered), None, None, tuple(warnings))
    step = _usual(apart)
    warnings += _uneven_steps(steps, step)
    warnings += _line(places, normal, tolerance_mm(step), told=bool(warnings))
    broken = {WarningCode.DUPLICATE_POSITION, WarningCode.GAP, WarningCode.UNEVEN}
    even = not any(warning.code in broken for warning in warnings)
    geometry = _geometry(ordered, places) if even else None
    warnings += _thickness(ordered, step)
    # of several slices at one place none has its number
    warnings += [] if len(apart) < len(steps) else _numbers(ordered)
    return Layout(tuple(ordered), geometry, step, tuple(warnings))


def normal_of(one: SliceHeader) -> Floats:
    """Unit normal of a slice with geometry: row direction cross column direction."""
    if one.along_row is None or one.along_column is None:
        raise ValueError("the slice has no geometry")
    normal = np.cross(one.along_row, one.along_column)
    unit: Floats = normal / np.linalg.norm(normal)
    return unit


def step_of(steps: Floats) -> float:
    """The step that most others equal, millimetres; steps of nothing do not count."""
    return _usual(np.sort(steps[steps > DUPLICATE_MM]))


def _usual(steps: Floats) -> float:
    """The step that most others equal; `steps` sorted."""
    # the lower middle is a step that occurs, also between one step and one gap
    middle = float(steps[(len(steps) - 1) // 2])
    # rounded positions scatter around the true step; their mean is it
    return float(np.mean(steps[np.abs(steps - middle) <= 2 * tolerance_mm(middle)]))


def _by_instance(one: SliceHeader) -> tuple[int, str, int]:
    return one.instance_number or 0, one.sop_uid, one.frame


def _geometry(ordered: Sequence[SliceHeader], places: Floats) -> Geometry:
    first = plane_matrix(ordered[0])
    affine = np.eye(4)
    # both ends exact, rounding of the header spread over the steps between
    affine[:3, 0] = (places[-1] - places[0]) / (len(ordered) - 1)
    affine[:3, 1], affine[:3, 2], affine[:3, 3] = first[:3, 0], first[:3, 1], first[:3, 2]
    return Geometry((len(ordered), ordered[0].rows, ordered[0].columns), affine)


def _no_geometry(ordered: Sequence[SliceHeader]) -> SeriesWarning:
    lacking = []
    if any(one.position is None for one in ordered):
        lacking.append("where its slices lie in the patient")
    if any(one.pixel_spacing is None for one in ordered):
        lacking.append("how large its pixels are")
    return SeriesWarning(
        WarningCode.NO_GEOMETRY,
        f"The series does not say {' or '.join(lacking)}: it can be looked at, not measured.",
    )


def pairs(numbers: Sequence[int]) -> str:
    """Neighbours by the number of the first, from 0, for a sentence: "3 and 4, 9 and 10"."""
    shown = [f"{number + 1} and {number + 2}" for number in numbers[:5]]
    return ", ".join(shown) + (f" and {len(numbers) - 5} more places" if len(numbers) > 5 else "")


def _duplicates(steps: Floats) -> list[SeriesWarning]:
    same = [number for number, step in enumerate(steps) if step <= DUPLICATE_MM]
    if not same:
        return []
    return [
        SeriesWarning(
            WarningCode.DUPLICATE_POSITION,
            f"Different slices lie at one position: {pairs(same)}.",
        )
    ]


def _uneven_steps(steps: Floats, step: float) -> list[SeriesWarning]:
    """Steps of several times the usual one are gaps, other odd ones are uneven."""
    tolerance = tolerance_mm(step)
    gaps: list[int] = []
    uneven: list[int] = []
    for number, one in enumerate(steps):
        if one <= DUPLICATE_MM or abs(one - step) <= tolerance:
            continue
        times = round(float(one) / step)
        missing = times >= 2 and abs(one - times * step) <= tolerance * times
        (gaps if missing else uneven).append(number)
    found = []
    if gaps:
        lost = sum(round(float(steps[number]) / step) - 1 for number in gaps)
        what = "1 slice is" if lost == 1 else f"{lost} slices are"
        found.append(
            SeriesWarning(WarningCode.GAP, f"{what} missing, between slices {pairs(gaps)}.")
        )
    if uneven:
        between = steps[steps > DUPLICATE_MM]
        found.append(
            SeriesWarning(
                WarningCode.UNEVEN,
                f"The slices are unevenly spaced, {millimetres(float(between.min()))} to "
                f"{millimetres(float(between.max()))}: between slices {pairs(uneven)}.",
            )
        )
    return found


def _line(places: Floats, normal: Floats, tolerance: float, *, told: bool) -> list[SeriesWarning]:
    """Whether the slices lie on one straight line, and whether that line is the normal."""
    offsets = places - places[0]
    along = offsets @ normal
    if along[-1] <= DUPLICATE_MM:
        return []
    across = offsets - np.outer(along, normal)
    lean = across[-1] / along[-1]
    stray = np.linalg.norm(across - np.outer(along, lean), axis=1)
    if float(stray.max()) > tolerance:
        worst = int(np.argmax(stray)) + 1
        return [
            SeriesWarning(
                WarningCode.UNEVEN,
                "The slices do not lie on one straight line: "
                f"slice {worst} is {millimetres(float(stray.max()))} beside it.",
            )
        ]
    found = []
    fraction = np.arange(len(places)) / (len(places) - 1)
    drift = np.abs(along - fraction * along[-1])
    if not told and float(drift.max()) > tolerance:
        found.append(
            SeriesWarning(
                WarningCode.UNEVEN,
                "The steps between the slices drift: "
                f"slice {int(np.argmax(drift)) + 1} is {millimetres(float(drift.max()))} off.",
            )
        )
    degrees = float(np.degrees(np.arctan(np.linalg.norm(lean))))
    if degrees > TILT_DEGREES and float(np.linalg.norm(across[-1])) > tolerance:
        found.append(
            SeriesWarning(
                WarningCode.TILTED,
                f"The slices are tilted by {degrees:.1f}° against the line on which they are "
                "stacked.",
            )
        )
    return found


def _thickness(ordered: Sequence[SliceHeader], step: float) -> list[SeriesWarning]:
    given = sorted(one.slice_thickness for one in ordered if one.slice_thickness)
    if not given:
        return []
    thickness = given[len(given) // 2]
    if abs(thickness - step) <= tolerance_mm(step):
        return []
    return [
        SeriesWarning(
            WarningCode.THICKNESS_NOT_SPACING,
            f"Slices of {millimetres(thickness)} lie {millimetres(step)} apart; "
            "distances are measured from their positions.",
        )
    ]


def _numbers(ordered: Sequence[SliceHeader]) -> list[SeriesWarning]:
    """Whether instance numbers run another way than the places, from foot to head or back."""
    found = [one.instance_number for one in ordered]
    numbers = np.array([number for number in found if number is not None])
    if len(numbers) < len(found) or len({one.path for one in ordered}) < len(ordered):
        return []
    steps = np.diff(numbers)
    if bool(np.all(steps >= 0)) or bool(np.all(steps <= 0)):
        return []
    upwards = int(np.sum(steps > 0)) * 2 > len(steps)
    turns = [k for k, step in enumerate(steps) if (step > 0) != upwards]
    return [
        SeriesWarning(
            WarningCode.NUMBERS,
            "The numbers of the pictures do not follow their places, which count here: "
            f"between slices {pairs(turns)}.",
        )
    ]
