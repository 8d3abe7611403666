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


class AuthorLayer(StrEnum):
    """Whose the mark is: what the patient points to, or what the doctor finds."""

    PATIENT = "patient"
    DOCTOR = "doctor"


def _checked_intensity(value: int | None) -> None:
    if value is not None and not 0 <= value <= 10:
        raise ValueError(f"pain intensity {value} is outside the 0-10 scale")


@dataclass(frozen=True, slots=True)
class PainSite:
    """One or more marks on a body figure with what is said of them.

    Parameters
    ----------
    intensity, worst, least : int or None
        0-10 numeric rating now, at worst, at least. None: not asked, which is not 0.
    qualities : tuple of Quality
        At most three, in the order in which they were chosen.
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
        Width of the brush, figure units.
    """

    points: tuple[FigurePoint, ...]
    width: float
    kind: Literal["stroke"] = "stroke"

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a stroke needs at least one point")
        if not self.width > 0:
            raise ValueError(f"a brush {self.width} wide draws nothing")


Shape = RegionShape | StrokeShape


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
