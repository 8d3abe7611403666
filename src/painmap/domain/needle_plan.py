"""A needle path that a doctor planned on CT, and what the doctor marked beside it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from painmap.domain.anatomy import Side
from painmap.domain.injection import NOT_CHECKED, SideCheck
from painmap.domain.items import UNSTAMPED, Stamp
from painmap.domain.places import CtAnchor, PatientPoint, Sha256


class ProcedurePosition(StrEnum):
    """How the patient lies at the injection, or lay in the scanner; the word for people."""

    PRONE = "prone"
    SUPINE = "supine"
    LEFT_DECUBITUS = "lying on the LEFT side"
    RIGHT_DECUBITUS = "lying on the RIGHT side"


class EntryBasis(StrEnum):
    """How the skin entry was found; the value is read by people."""

    VERTICAL = "straight up from the target"
    ANGLE = "along a chosen angle"
    HAND = "placed by hand"


@dataclass(frozen=True, slots=True)
class PlannedPath:
    """The straight way of a needle to the target of a planned site.

    Parameters
    ----------
    site_id : UUID
        The planned site, whose place is the target.
    anchor : CtAnchor
        Of the entry.
    entry : PatientPoint
        On the skin.
    position : ProcedurePosition
        How the patient will lie: it says where the vertical is.
    scanned : ProcedurePosition or None
        How the patient lay in the scanner; None where the header is silent.
    needle_mm : int or None
        Length of the needle that the doctor chose.
    side_check : SideCheck
        The side of the entry held against the midline and the site's side.
    step_mm : float or None
        Between the slices that it was planned on, so that a text without the pictures says no
        finer numbers than the pictures did, and no other; None where slices were not even.
    slice_normal : (float, float, float) or None
        Across these slices, a unit vector in patient LPS.
    """

    id: UUID
    site_id: UUID
    anchor: CtAnchor
    entry: PatientPoint
    position: ProcedurePosition
    basis: EntryBasis
    scanned: ProcedurePosition | None = None
    needle_mm: int | None = None
    side_check: SideCheck = NOT_CHECKED
    note: str = ""
    entered_in_error: str = ""
    stamp: Stamp = UNSTAMPED
    step_mm: float | None = None
    slice_normal: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        if self.step_mm is not None and not self.step_mm > 0:
            raise ValueError(f"slices {self.step_mm} mm apart")
        if self.needle_mm is not None and not 1 <= self.needle_mm <= 500:
            raise ValueError(f"a needle of {self.needle_mm} mm")


class HazardKind(StrEnum):
    """What the doctor wants to keep away from."""

    NERVE = "nerve"
    VESSEL = "vessel"
    PLEURA = "pleura"
    KIDNEY = "kidney"
    OTHER = "structure"


@dataclass(frozen=True, slots=True)
class Hazard:
    """A structure that the doctor marked, to read distances from.

    Parameters
    ----------
    name : str
        Such as "sciatic nerve"; empty: the kind's word.
    points : tuple of PatientPoint
        One point, a line of several, or (`closed`) a contour of at least three.
    """

    id: UUID
    kind: HazardKind
    anchor: CtAnchor
    points: tuple[PatientPoint, ...]
    closed: bool = False
    side: Side | None = None
    name: str = ""
    entered_in_error: str = ""
    stamp: Stamp = UNSTAMPED

    def __post_init__(self) -> None:
        if len(self.points) < (3 if self.closed else 1):
            raise ValueError(f"{len(self.points)} points mark nothing")

    @property
    def words(self) -> str:
        return self.name or self.kind.value


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """That a plan sheet was made, and of which plan.

    Parameters
    ----------
    plan : Sha256
        Over all that stands on the sheet: when the plan's differs, the sheet is out of date.
    printed : datetime
        Time zone aware; the sheet shows it.
    """

    id: UUID
    plan: Sha256
    printed: datetime
    stamp: Stamp = UNSTAMPED

    def __post_init__(self) -> None:
        if self.printed.tzinfo is None:
            raise ValueError("a sheet's time needs its time zone")
