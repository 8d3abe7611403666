"""Where and how it hurts: pain sites, and the marks on a body figure that show them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from painmap.domain.anatomy import Side
from painmap.domain.items import UNSTAMPED, Stamp
from painmap.domain.places import FigurePoint, TemplateRef

MOST_QUALITIES = 3
"""A site is described by at most this many qualities."""


class Quality(StrEnum):
    """How the pain feels; the words are those of the quality chips."""

    ACHING = "aching"
    BURNING = "burning"
    STABBING = "stabbing"
    SHOOTING = "shooting"
    THROBBING = "throbbing"
    CRAMPING = "cramping"
    PRESSING = "pressing"
    TINGLING = "tingling"
    NUMB = "numb"


class Depth(StrEnum):
    SUPERFICIAL = "superficial"
    DEEP = "deep"
    BOTH = "superficial and deep"


class Pattern(StrEnum):
    CONSTANT = "constant"
    INTERMITTENT = "intermittent"
    EPISODIC = "episodic"


class Pressing(StrEnum):
    """What a pen's pressure did to a stroke."""

    WIDTH = "width"
    STRENGTH = "strength"
    OFF = "off"


PRESSURE_GAMMA = 0.7
"""Exponent from the pen's pressure to the share of width or strength that it gives; below 1: a
light hand already draws a visible line."""
GAMMAS = (0.1, 5.0)
"""An exponent outside of these is no hand's."""
MOST_TILT = 90.0
"""Degrees from upright; a pen cannot lie flatter."""


class AuthorLayer(StrEnum):
    """Whose the mark is: what the patient points to, or what the doctor finds."""

    PATIENT = "patient"
    DOCTOR = "doctor"


def _checked_intensity(value: int | None) -> None:
    if value is not None and not 0 <= value <= 10:
        raise ValueError(f"pain intensity {value} is outside the 0-10 scale")


class FindingOnFigure(StrEnum):
    """What the doctor finds where a mark of the doctor's layer lies."""

    TENDER_POINT = "tender point"
    TAUT_BAND = "taut band"
    TRIGGER_POINT = "trigger point"
    REFERRED = "pain referred on palpation"
    ALLODYNIA = "allodynia"
    HYPERALGESIA = "hyperalgesia"
    NUMB_AREA = "reduced sensation"
    SPASM = "muscle spasm"


@dataclass(frozen=True, slots=True)
class PainSite:
    """One or more marks on a body figure with what is said of them.

    Parameters
    ----------
    intensity, worst, least : int or None
        0-10 numeric rating now, at worst, at least. None: not asked, which is not 0.
    qualities : tuple of Quality
        At most three, in the order in which they were chosen.
    finding : FindingOnFigure or None
        What the doctor finds there; only for a site that the doctor marked.
    unchanged_from : UUID or None
        The site of an earlier visit that the patient says is unchanged today.
    """

    id: UUID
    intensity: int | None = None
    worst: int | None = None
    least: int | None = None
    qualities: tuple[Quality, ...] = ()
    depth: Depth | None = None
    pattern: Pattern | None = None
    onset: str = ""
    worsened_by: str = ""
    eased_by: str = ""
    note: str = ""
    finding: FindingOnFigure | None = None
    unchanged_from: UUID | None = None
    stamp: Stamp = UNSTAMPED

    def __post_init__(self) -> None:
        for value in (self.intensity, self.worst, self.least):
            _checked_intensity(value)
        if len(self.qualities) > MOST_QUALITIES or len(set(self.qualities)) < len(self.qualities):
            raise ValueError(f"a site has at most {MOST_QUALITIES} different qualities")


@dataclass(frozen=True, slots=True)
class RegionShape:
    """A whole region of the figure."""

    region_id: str
    kind: Literal["region"] = "region"


@dataclass(frozen=True, slots=True)
class StrokeShape:
    """A freehand stroke of the brush.

    Parameters
    ----------
    points : tuple of FigurePoint
        At least one.
    width : float
        Width of the brush at full pressure, figure units.
    pressures : tuple of float
        Pressure of the pen at each point, 0 to 1; empty for a mouse.
    tilts : tuple of (float, float)
        Tilt of the pen at each point, degrees from upright along x (to the viewer's right) and
        along y (towards the hand); empty for a mouse or a pen that does not tell.
    pressing : Pressing
        What the pressure did when it was drawn.
    gamma : float
        The exponent by which it did so: of a light hand smaller, of a heavy one greater.
    """

    points: tuple[FigurePoint, ...]
    width: float
    kind: Literal["stroke"] = "stroke"
    pressures: tuple[float, ...] = ()
    tilts: tuple[tuple[float, float], ...] = ()
    pressing: Pressing = Pressing.WIDTH
    gamma: float = PRESSURE_GAMMA

    def __post_init__(self) -> None:
        if self.pressures and len(self.pressures) != len(self.points):
            raise ValueError("a pen presses at every point of its stroke")
        if self.tilts and len(self.tilts) != len(self.points):
            raise ValueError("a pen is held at every point of its stroke")
        if any(abs(each) > MOST_TILT for tilt in self.tilts for each in tilt):
            raise ValueError(f"a pen tilts by at most {MOST_TILT} degrees")
        if not GAMMAS[0] <= self.gamma <= GAMMAS[1]:
            raise ValueError(f"an exponent of {self.gamma} is outside {GAMMAS}")
        if not self.points:
            raise ValueError("a stroke needs at least one point")
        if not self.width > 0:
            raise ValueError(f"a brush {self.width} wide draws nothing")


Polygons = tuple[tuple[tuple[FigurePoint, ...], ...], ...]
"""Polygons, each of rings, the outer one first; figure units."""


@dataclass(frozen=True, slots=True)
class Band:
    """A piece of an area that has one strength.

    Parameters
    ----------
    strength : float
        Above 0, up to 1.
    polygons : tuple of polygons
        As those of `AreaShape`.
    """

    strength: float
    polygons: Polygons

    def __post_init__(self) -> None:
        if not 0 < self.strength <= 1:
            raise ValueError(f"a strength of {self.strength} is outside 0 to 1")


@dataclass(frozen=True, slots=True)
class AreaShape:
    """Areas inside drawn lines: a lasso, or what an eraser left of a stroke or a region.

    Parameters
    ----------
    polygons : tuple of polygons
        Each a tuple of rings: the outer one first, then its holes; a ring is a tuple of at
        least three FigurePoint, not repeated at the end.
    strengths : tuple of Band
        What is left of a stroke that a pen's pressure made stronger: how strong it is where.
        Empty for an area that is as strong everywhere. `polygons` alone say how large it is.
    """

    polygons: Polygons
    kind: Literal["area"] = "area"
    strengths: tuple[Band, ...] = ()

    def __post_init__(self) -> None:
        if not self.polygons or not all(self.polygons):
            raise ValueError("an area needs at least one ring")
        if any(len(ring) < 3 for rings in self.polygons for ring in rings):
            raise ValueError("a ring of fewer than three points encloses nothing")


@dataclass(frozen=True, slots=True)
class PointShape:
    """One place, as a finger tip shows it."""

    point: FigurePoint
    kind: Literal["point"] = "point"


@dataclass(frozen=True, slots=True)
class ArrowShape:
    """Where the pain radiates to: a curve from the site to its head.

    Parameters
    ----------
    points : tuple of FigurePoint
        At least two; the head is the last.
    """

    points: tuple[FigurePoint, ...]
    kind: Literal["arrow"] = "arrow"

    def __post_init__(self) -> None:
        if len(self.points) < 2:
            raise ValueError("an arrow needs a start and a head")


Shape = RegionShape | StrokeShape | AreaShape | PointShape | ArrowShape


@dataclass(frozen=True, slots=True)
class MarkedRegion:
    """A region that a mark covers, named so that the mark can be said in words anywhere.

    Parameters
    ----------
    id : str
        Region id of the mark's template.
    name : str
        In words, without the side ("lower lumbar paraspinal").
    side : Side
        The patient's.
    share : float
        Share of the region that the mark covers, 0 to 1.
    """

    id: str
    name: str
    side: Side
    share: float

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"a share of {self.share} is outside 0 to 1")


@dataclass(frozen=True, slots=True)
class Mark:
    """One shape on one view of one body figure, belonging to a pain site.

    Parameters
    ----------
    site_id : UUID
        The pain site that it is part of.
    template : TemplateRef
        The figure it was drawn on, on which it is always shown.
    view : str
        "front", "back" ...
    regions : tuple of MarkedRegion
        What it covers by the rule of the day it was drawn, the main region first; may be
        empty for ink outside every region.
    """

    id: UUID
    site_id: UUID
    layer: AuthorLayer
    template: TemplateRef
    view: str
    shape: Shape
    regions: tuple[MarkedRegion, ...] = ()
    stamp: Stamp = UNSTAMPED


@dataclass(frozen=True, slots=True)
class PainFree:
    """A region that was asked about, and has no pain. Without it a region was not asked about.

    Parameters
    ----------
    region : MarkedRegion
        With share 1.
    """

    id: UUID
    layer: AuthorLayer
    template: TemplateRef
    view: str
    region: MarkedRegion
    stamp: Stamp = UNSTAMPED


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one item of an instrument, or to a question of the program.

    Parameters
    ----------
    instrument : str
        "wpi", "sss", "mbm", "choir", or "visit" for the program's own questions.
    item : str
        Id of the item in the instrument ("left_jaw", "fatigue", "all_pains_recorded").
    value : str
        "yes", "no", or a number as text.
    proposed : str
        What the drawing proposed; empty when nothing did.
    """

    id: UUID
    instrument: str
    item: str
    value: str
    proposed: str = ""
    stamp: Stamp = UNSTAMPED
