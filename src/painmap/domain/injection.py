"""What the examination finds, what is planned, what was given, and where."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID

from painmap.domain.anatomy import Level, Side
from painmap.domain.items import UNSTAMPED, Stamp
from painmap.domain.places import CtAnchor, FigurePoint, PatientPoint, TemplateRef

MIDLINE_MARGIN_MM = 5.0
"""So near to the midline geometry does not decide a side (issue: "within 5 mm of it")."""


class SiteStatus(StrEnum):
    """How far a planned site is; a "candidate" is one that is considered."""

    CONSIDERED = "considered"
    PLANNED = "planned"
    DROPPED = "dropped"


class FindingKind(StrEnum):
    """What the doctor finds on palpation."""

    TENDER_POINT = "tender point"
    TAUT_BAND = "taut band"
    TRIGGER_POINT = "trigger point"
    REFERRED_PAIN = "pain referred on palpation"
    ALLODYNIA = "allodynia"
    OTHER = "other finding"


@dataclass(frozen=True, slots=True)
class CtPlace:
    """A place on CT: the target, where the needle tip should lie."""

    anchor: CtAnchor
    target: PatientPoint
    kind: Literal["ct"] = "ct"


@dataclass(frozen=True, slots=True)
class FigurePlace:
    """A place on a body figure."""

    template: TemplateRef
    view: str
    point: FigurePoint
    kind: Literal["figure"] = "figure"


Place = CtPlace | FigurePlace


class SideBasis(StrEnum):
    """What stands behind the side that was entered; the values are read by people."""

    AGREES = "side agrees with the midline"
    NOT_CHECKED = "side chosen by the doctor, not checked"
    KEPT_AGAINST = "side kept by the doctor against the midline"


@dataclass(frozen=True, slots=True)
class SideCheck:
    """The side that was entered held against the patient's own midline.

    Parameters
    ----------
    basis : SideBasis
    offset_mm : float or None
        Signed distance from the midline, + to the patient's left; None where no midline
        is marked near.
    midline : tuple of (UUID, int)
        Landmarks used, each with the revision that was used.
    answer : str
        What the doctor answered to a mismatch; empty when none was asked.
    """

    basis: SideBasis = SideBasis.NOT_CHECKED
    offset_mm: float | None = None
    midline: tuple[tuple[UUID, int], ...] = ()
    answer: str = ""


NOT_CHECKED = SideCheck()


class LevelBasis(StrEnum):
    """What stands behind the level that was entered; the values are read by people."""

    AS_ENTERED = "level as entered"
    AGREES = "level agrees with the confirmed spine"
    DIFFERS = "level differs from the confirmed spine"
    UNCERTAIN = "level uncertain"


@dataclass(frozen=True, slots=True)
class LevelCheck:
    """The level of something on CT held against the spine that is marked there.

    Parameters
    ----------
    basis : LevelBasis
        AS_ENTERED also for what does not lie on CT, and for what was marked before levels
        were checked.
    found : Level or None
        The level by the spine; None where none is near, or where it is uncertain.
    """

    basis: LevelBasis = LevelBasis.AS_ENTERED
    found: Level | None = None


LEVEL_AS_ENTERED = LevelCheck()


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor found, in a muscle or at a place on the figure."""

    id: UUID
    kind: FindingKind
    side: Side | None = None
    muscle_id: str | None = None
    level: Level | None = None
    place: Place | None = None
    note: str = ""
    stamp: Stamp = UNSTAMPED


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """A muscle with side and level: considered, planned or dropped.

    Placed by a CT point, by a point on the figure, or (place is None) by muscle, side and
    level alone. `entered_in_error` keeps what must not be used: it leaves plan and exports.
    """

    id: UUID
    muscle_id: str
    side: Side
    level: Level | None = None
    status: SiteStatus = SiteStatus.CONSIDERED
    place: Place | None = None
    side_check: SideCheck = NOT_CHECKED
    level_check: LevelCheck = LEVEL_AS_ENTERED
    note: str = ""
    entered_in_error: str = ""
    stamp: Stamp = UNSTAMPED


@dataclass(frozen=True, slots=True)
class GivenSite:
    """What was really injected. Units belong to the product and are never converted."""

    id: UUID
    muscle_id: str
    side: Side
    level: Level | None = None
    planned_site_id: UUID | None = None
    place: Place | None = None
    product: str = ""
    lot: str = ""
    units: Decimal | None = None
    volume_ml: Decimal | None = None
    given_at: datetime | None = None
    note: str = ""
    entered_in_error: str = ""
    stamp: Stamp = UNSTAMPED


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed contour of a muscle's compartment on one slice.

    Parameters
    ----------
    points : tuple of PatientPoint
        Vertices in order, at least three, not repeated at the end, all on the slice.
    """

    id: UUID
    muscle_id: str
    side: Side
    anchor: CtAnchor
    points: tuple[PatientPoint, ...]
    level: Level | None = None
    side_check: SideCheck = NOT_CHECKED
    level_check: LevelCheck = LEVEL_AS_ENTERED
    note: str = ""
    entered_in_error: str = ""
    stamp: Stamp = UNSTAMPED

    def __post_init__(self) -> None:
        if len(self.points) < 3:
            raise ValueError(f"an outline of {len(self.points)} points encloses nothing")


class LandmarkKind(StrEnum):
    SPINOUS_PROCESS = "spinous process"
    VERTEBRAL_BODY = "vertebral body"


class LandmarkStatus(StrEnum):
    """Who stands behind a landmark; the values are read by people."""

    MARKED = "marked by the doctor"
    PROPOSED = "proposed by the program, not confirmed"
    CONFIRMED = "proposed by the program, confirmed by the doctor"


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place of the patient's own anatomy that sides and levels are measured from.

    It belongs to study and frame of reference, so later visits see it too. One that is only
    proposed is shown as such, and nothing that is measured from it counts as the doctor's.
    """

    id: UUID
    kind: LandmarkKind
    anchor: CtAnchor
    point: PatientPoint
    level: Level | None = None
    status: LandmarkStatus = LandmarkStatus.MARKED
    entered_in_error: str = ""
    stamp: Stamp = UNSTAMPED


class Transitional(StrEnum):
    """Whether there is a transitional vertebra, as the doctor sees it."""

    NOT_ASKED = "not asked"
    NO = "no"
    YES = "yes"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class LevelCount:
    """From which vertebra the levels of a study were counted, and whether the count is certain.

    It belongs to study and frame of reference, as the landmarks that it names.

    Parameters
    ----------
    anchor : CtAnchor
        Of the landmark that was named.
    landmark_id : UUID
        The landmark whose level the doctor named; the others are counted from it.
    level : Level
        The level that was named.
    transitional : Transitional
    confirmed : bool
        The doctor has confirmed landmarks and levels. Until then, and while a transitional
        vertebra is not asked about or unsure, every level reads "level uncertain".
    """

    id: UUID
    anchor: CtAnchor
    landmark_id: UUID
    level: Level
    transitional: Transitional = Transitional.NOT_ASKED
    confirmed: bool = False
    entered_in_error: str = ""
    stamp: Stamp = UNSTAMPED

    @property
    def is_certain(self) -> bool:
        return self.confirmed and self.transitional in (Transitional.NO, Transitional.YES)


class LinkKind(StrEnum):
    TARGET_FOR_PAIN = "planned site for this pain"
    OUTLINE_OF_SITE = "outline of this planned site"
    FINDING_OF_PAIN = "finding at this pain"


@dataclass(frozen=True, slots=True)
class Link:
    """Why two items belong together.

    Parameters
    ----------
    side_answer : str
        What the doctor answered where the two lie on different sides; empty where nothing was
        asked.
    """

    id: UUID
    kind: LinkKind
    from_id: UUID
    to_id: UUID
    side_answer: str = ""
    stamp: Stamp = UNSTAMPED
