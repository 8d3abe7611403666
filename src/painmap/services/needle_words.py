"""What a needle path measures, read from voxels and marks, and said in the clinic's words.

Numbers are arithmetic on what was marked; they recommend nothing and check nothing that was
not marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import asin, degrees

import numpy as np

from painmap.domain.anatomy import Level
from painmap.domain.needle_plan import Hazard, PlannedPath, ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.domain.sentences import day_words
from painmap.imaging.geometry import Geometry
from painmap.imaging.needle import Crossed, NeedlePath, crossed, distance_to_path
from painmap.imaging.spine_line import SpinePlace
from painmap.imaging.volume import Volume
from painmap.services.spine import Spine

NOT_CHECKED = "unmarked structures are not checked"
"""Stands behind every distance to what the doctor marked."""

DECIMALS = 9
"""To which a direction is stored: a thousandth of a second of arc."""

ACROSS_DEGREES = 1.0
"""A path that leaves its slice by more than this is measured across slices."""


@dataclass(frozen=True, slots=True)
class HazardDistance:
    """How far a path keeps from one marked structure."""

    hazard: Hazard
    mm: float


@dataclass(frozen=True, slots=True)
class PathReading:
    """All that is said of a path.

    Parameters
    ----------
    path : NeedlePath
    step_mm : float
        Between slices: across them no finer number is shown than half of it.
    place : SpinePlace or None
        Of the target; None where no midline is near.
    entry_place : SpinePlace or None
    level_confirmed : bool
        Whether the level in `place` was confirmed by the doctor.
    is_proposed : bool
        The midline is a proposal, or leans on one, that the doctor has not confirmed.
    crossed : Crossed
    hazards : tuple of HazardDistance
        The nearest first.
    scanned : ProcedurePosition or None
    study_day : date or None
    needle_mm : int or None
    out_of_slice_degrees : float or None
        Between the path and the slices as acquired, which may be tilted; None where they are
        not at hand: axial ones are taken for granted then.
    """

    path: NeedlePath
    step_mm: float
    place: SpinePlace | None
    entry_place: SpinePlace | None
    level_confirmed: bool
    crossed: Crossed
    hazards: tuple[HazardDistance, ...]
    scanned: ProcedurePosition | None
    study_day: date | None
    needle_mm: int | None = None
    out_of_slice_degrees: float | None = None
    is_proposed: bool = False

    @property
    def _out_of_slice(self) -> float:
        known = self.out_of_slice_degrees
        return abs(self.path.cranio_caudal_degrees) if known is None else known

    @property
    def finest_mm(self) -> float:
        """The steps in which depths are shown: 1 mm, across slices half their distance."""
        return _finest(self.step_mm, self._out_of_slice)

    @property
    def source(self) -> str:
        """Such as "on the supine CT of 3 March 2024"."""
        lay = f"{self.scanned.value} " if self.scanned else ""
        when = f" of {day_words(self.study_day)}" if self.study_day else ""
        if self.scanned in (ProcedurePosition.LEFT_DECUBITUS, ProcedurePosition.RIGHT_DECUBITUS):
            return f"on the CT{when}, scanned {self.scanned.value}"
        return f"on the {lay}CT{when}" if lay else f"on the CT{when}, scan position unknown"

    @property
    def depth_words(self) -> str:
        """Such as "41 mm deep on the supine CT of 3 March 2024"."""
        return f"{self._mm(self.path.depth_mm)} deep {self.source}"

    @property
    def rounding_words(self) -> str:
        """Says it where numbers are coarser than a millimetre; empty else."""
        if self.finest_mm <= 1.0:
            return ""
        return f"across slices: rounded to {_plain(self.finest_mm)} mm, half their distance"

    @property
    def place_words(self) -> str:
        """Such as "32 mm RIGHT of the midline, 8 mm below the L4 spinous process"."""
        if self.place is None:
            return "no midline is marked near, level uncertain"
        return spine_words(
            self.place,
            confirmed=self.level_confirmed,
            step_mm=self.step_mm,
            proposed=self.is_proposed,
        )

    @property
    def entry_words(self) -> str:
        """Where the skin is entered, as `place_words`; empty where that is said of the target."""
        if self.place is None or self.entry_place is None:
            return ""
        words = spine_words(
            self.entry_place,
            confirmed=self.level_confirmed,
            step_mm=self.step_mm,
            proposed=self.is_proposed,
        )
        return "" if words == self.place_words else words

    @property
    def places_words(self) -> tuple[str, ...]:
        """Skin entry and target by name, where they are not the same place."""
        if not self.entry_words:
            return (self.place_words,)
        return (f"skin entry {self.entry_words}", f"target {self.place_words}")

    @property
    def angle_words(self) -> str:
        """Such as "12° from the vertical, tip to the LEFT; 5° to the head"."""
        in_plane = round(abs(self.path.in_plane_degrees))
        first = f"{in_plane}° from the vertical"
        if in_plane:
            word = self.path.in_plane_words
            first += f", tip to the {word}"
            first += self._medial_words()
        body = round(abs(self.path.cranio_caudal_degrees))
        out = round(self._out_of_slice)
        slices = f", {out}° out of the slices" if out else ", in the plane of the slice"
        if not body:
            return f"{first}{slices}"
        where = "head" if self.path.cranio_caudal_degrees > 0 else "feet"
        # of untilted slices the one angle says the other
        return f"{first}; {body}° to the {where}{'' if out == body else slices}"

    def _medial_words(self) -> str:
        if self.place is None or self.entry_place is None:
            return ""
        tip, skin = abs(self.place.offset_mm), abs(self.entry_place.offset_mm)
        if abs(tip - skin) < 1.0:
            return ""
        return " (medially)" if tip < skin else " (laterally)"

    @property
    def tilt_words(self) -> str:
        """The turn of the slice that holds the whole path; empty when it lies in one."""
        tilt = self.path.plane_tilt_degrees
        if tilt is None:
            return "no tilt of the gantry puts this path in one slice"
        if round(abs(tilt)) == 0:
            return ""
        edge = "head" if tilt > 0 else "feet"
        return (
            f"with the slice plane tilted by {round(abs(tilt))}°, its back edge to the {edge}, "
            "the path lies in one slice"
        )

    @property
    def crossed_words(self) -> str:
        """Such as "fat 12 mm, muscle 29 mm"."""
        parts = [f"{tissue.value} {mm:.0f} mm" for tissue, mm in self.crossed.mm if mm >= 0.5]
        if self.crossed.outside_mm >= 0.5:
            parts.append(f"{self.crossed.outside_mm:.0f} mm outside the picture")
        return ", ".join(parts)

    @property
    def hazard_lines(self) -> tuple[str, ...]:
        """Such as "9 mm to the sciatic nerve as you marked it; unmarked structures ..."."""
        if not self.hazards:
            return (f"no structure is marked; {NOT_CHECKED}",)
        return tuple(
            f"{self._mm(each.mm)} to the {each.hazard.words} as you marked it; {NOT_CHECKED}"
            if each.mm > 0
            else f"the path goes through the {each.hazard.words} as you marked it"
            for each in self.hazards
        )

    @property
    def needle_words(self) -> str:
        """Whether the needle is long enough; empty when none was chosen."""
        if self.needle_mm is None:
            return ""
        if self.needle_mm < self.path.depth_mm:
            return (
                f"the needle of {self.needle_mm} mm is shorter than the path of "
                f"{self._mm(self.path.depth_mm)}"
            )
        left = self.needle_mm - self.path.depth_mm
        return f"needle of {self.needle_mm} mm: {left:.0f} mm stay outside the skin"

    @property
    def short_words(self) -> str:
        """`needle_words` where the needle is too short; empty where it is not."""
        short = self.needle_mm is not None and self.needle_mm < self.path.depth_mm
        return self.needle_words if short else ""

    @property
    def banner(self) -> str:
        """What differs between scan and procedure; empty when nothing does."""
        if self.scanned is None:
            return "The scan does not say how the patient lay: depth and angles may differ."
        if self.scanned is self.path.position:
            return ""
        return (
            f"Scanned {self.scanned.value}, planned {self.path.position.value}: "
            "skin, depth and angles will differ."
        )

    def _mm(self, mm: float) -> str:
        return f"{_plain(_rounded(mm, self.finest_mm))} mm"


def said_once(hazard_lines: Sequence[str]) -> tuple[str, ...]:
    """The distances with what was not checked said once, behind the last."""
    *first, last = hazard_lines
    return (*(line.removesuffix(f"; {NOT_CHECKED}") for line in first), last)


def length_words(
    path: NeedlePath, mm: float, step_mm: float, normal: Sequence[float] | None
) -> str:
    """A length along a path, such as "41 mm", in the steps in which its depth is said.

    Parameters
    ----------
    step_mm : float
        Between slices.
    normal : 3 floats or None
        Across them, patient LPS; None where it is not known.
    """
    known = out_of_slice(path, normal)
    out = abs(path.cranio_caudal_degrees) if known is None else known
    return f"{_plain(_rounded(mm, _finest(step_mm, out)))} mm"


def _finest(step_mm: float, out_of_slice_degrees: float) -> float:
    """1 mm, across slices half their distance."""
    return max(1.0, step_mm / 2) if out_of_slice_degrees > ACROSS_DEGREES else 1.0


def spine_words(
    place: SpinePlace, *, confirmed: bool, step_mm: float, proposed: bool = False
) -> str:
    """A place in the clinic's words.

    Parameters
    ----------
    confirmed : bool
        False: the level is said to be uncertain.
    step_mm : float
        Between slices: the height is shown in no finer steps than half of it.
    proposed : bool
        The midline is not the doctor's yet.
    """
    side = place.side
    offset = round(abs(place.offset_mm))
    where = "LEFT" if place.offset_mm > 0 else "RIGHT"
    midline = "proposed midline" if proposed else "midline"
    near = f"at the {midline}, within 5 mm of it"
    first = f"{offset} mm {where} of the {midline}" if side else near
    if place.level is None:
        return f"{first}, level uncertain"
    finest = max(1.0, step_mm / 2)
    below = _rounded(abs(place.below_mm), finest)
    mark = f"{place.level} {place.kind.value}"
    if below == 0:
        second = f"at the {mark}"
    else:
        word = "below" if place.below_mm > 0 else "above"
        second = f"{_plain(below)} mm {word} the {mark}"
    return f"{first}, {second}" + ("" if confirmed else ", level uncertain")


def reading_of(
    volume: Volume,
    plan: PlannedPath,
    target: PatientPoint,
    *,
    hazards: Sequence[Hazard],
    spine: Spine,
    study_day: date | None,
) -> PathReading:
    """Measure a planned path.

    Parameters
    ----------
    hazards : sequence of Hazard
        Of the path's own frame of reference.
    spine : Spine
        Of the same frame.

    Raises
    ------
    SeriesError
        NOT_UNIFORM, STILL_LOADING.
    """
    path = NeedlePath(plan.entry, target, plan.position)
    distances = [
        HazardDistance(each, distance_to_path(path, each.points, closed=each.closed))
        for each in hazards
    ]
    return PathReading(
        path=path,
        step_mm=step_of(volume.geometry) or 1.0,
        place=spine.place_of(target),
        entry_place=spine.place_of(plan.entry),
        level_confirmed=spine.is_certain(target),
        is_proposed=spine.is_proposal,
        crossed=crossed(volume, path),
        hazards=tuple(sorted(distances, key=lambda one: one.mm)),
        scanned=plan.scanned,
        study_day=study_day,
        needle_mm=plan.needle_mm,
        out_of_slice_degrees=out_of_slice(path, normal_of(volume.geometry)),
    )


def out_of_slice(path: NeedlePath, normal: Sequence[float] | None) -> float | None:
    """Degrees between a path and slices; `normal` is the unit vector across them, patient LPS."""
    if normal is None:
        return None
    return degrees(asin(min(1.0, abs(float(path.out @ np.asarray(normal))))))


def typed_place(offset_mm: float, level: Level, below_mm: float) -> SpinePlace:
    """The place that a doctor typed: millimetres LEFT (+) or RIGHT (-), below (+) or above."""
    return SpinePlace(offset_mm, level, below_mm)


def step_of(geometry: Geometry | None) -> float | None:
    """Millimetres between the slices of a volume; None where they are not even."""
    return float(geometry.spacing_mm[0]) if geometry is not None else None


def normal_of(geometry: Geometry | None) -> tuple[float, float, float] | None:
    """The unit vector across the slices of a volume, patient LPS."""
    if geometry is None:
        return None
    x, y, z = (round(float(part), DECIMALS) for part in geometry.normal)
    return x, y, z


def _rounded(mm: float, finest: float) -> float:
    return round(mm / finest) * finest


def _plain(number: float) -> str:
    """Without a trailing ".0"."""
    return f"{number:.1f}".removesuffix(".0")
