"""Sides, vertebral levels, muscles, and codes from verified sources.

Sides are the patient's. A frontal drawing and an axial CT seen from the feet show the
patient's right on the viewer's left.
"""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """The patient's side."""

    LEFT = "left"
    RIGHT = "right"
    MIDLINE = "midline"

    @property
    def word(self) -> str:
        """LEFT, RIGHT or midline, as people read it."""
        return self.value.upper() if self is not Side.MIDLINE else "midline"

    @property
    def mirrored(self) -> "Side":
        return _MIRROR[self]


_MIRROR = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.MIDLINE: Side.MIDLINE}


class Level(StrEnum):
    """A vertebral level, counted from the head."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    C5 = "C5"
    C6 = "C6"
    C7 = "C7"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"
    T11 = "T11"
    T12 = "T12"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"


class Indication(StrEnum):
    """Why a muscle is in the catalogue; the groups in which it is offered."""

    LOW_BACK = "low back"
    NECK = "neck (cervical dystonia)"
    MIGRAINE = "migraine"
    SPASTICITY = "spasticity"


@dataclass(frozen=True, slots=True)
class Code:
    """A code with the source that it was verified in; there is none without a source.

    Parameters
    ----------
    scheme : str
        "SCT", "MDC", "FMA" or "UBERON".
    value, meaning : str
    side : Side or None
        The side that the code itself says; None: the code has no side.
    source : str
        Where it was read.
    of_group : bool
        True when the code names the group that the muscle belongs to, not the muscle.
    """

    scheme: str
    value: str
    meaning: str
    source: str
    side: Side | None = None
    of_group: bool = False


@dataclass(frozen=True, slots=True)
class Muscle:
    """One muscle of the catalogue.

    Parameters
    ----------
    id : str
        Local id, primary everywhere; codes are attributes.
    name : str
        As people read it, lower case ("quadratus lumborum").
    latin : str
    region : str
    indications : tuple of Indication
    levels : tuple of Level
        Levels to offer; empty where a level means nothing.
    sided : bool
        False for a midline muscle (procerus in the migraine scheme).
    codes : tuple of Code
    sources : tuple of str
        Where the facts were read.
    """

    id: str
    name: str
    latin: str
    region: str
    indications: tuple[Indication, ...]
    levels: tuple[Level, ...]
    sided: bool
    codes: tuple[Code, ...]
    sources: tuple[str, ...]
