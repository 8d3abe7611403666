"""Tables of the instruments: areas, items and thresholds, and what our regions mean there.

Every fact is data under `resources/instruments`, read by `instruments_reading`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from painmap.domain.anatomy import Side


class Surface(StrEnum):
    """From where a region was seen, as far as an instrument asks."""

    FRONT = "front"
    BACK = "back"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Area:
    """One area of an instrument.

    Parameters
    ----------
    id : str
        Id of the item in an `Answer`: "left_jaw", "101".
    key : str
        The same on both sides: "jaw".
    name : str
        In words, without the side.
    side : Side
        The patient's.
    """

    id: str
    key: str
    name: str
    side: Side

    @property
    def words(self) -> str:
        """Such as "LEFT jaw"."""
        return self.name if self.side is Side.MIDLINE else f"{self.side.word} {self.name}"


class AreaLink(NamedTuple):
    """What a marked region means for one area.

    Parameters
    ----------
    area : Area
    certain : bool
        False: only proposed, the doctor decides.
    why : str
        Why it is only proposed; empty for a certain one.
    """

    area: Area
    certain: bool
    why: str


@dataclass(frozen=True, slots=True)
class RegionRule:
    """What a region means for an instrument, seen from one surface.

    Parameters
    ----------
    certain, proposal : tuple of str
        Keys of areas.
    why : str
        Why something is only proposed, or why the instrument does not name the region.
    """

    certain: tuple[str, ...] = ()
    proposal: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class AreaInstrument:
    """An instrument that counts painful areas: WPI, CHOIR, Michigan.

    Parameters
    ----------
    id, name, definition, source : str
    look_back : str
        The time that it asks about; empty where it names none.
    note : str
        What the reader must know of the mapping.
    areas : tuple of Area
        In the order of the table.
    rules : Mapping of base region id to Mapping of Surface to RegionRule
    """

    id: str
    name: str
    definition: str
    source: str
    look_back: str
    note: str
    areas: tuple[Area, ...] = field(repr=False)
    rules: Mapping[str, Mapping[Surface, RegionRule]] = field(repr=False)
    _by_key: Mapping[str, Mapping[Side, Area]] = field(init=False, repr=False, compare=False)

    _links: dict[tuple[str, Side, Surface], tuple[AreaLink, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        by_key: dict[str, dict[Side, Area]] = {}
        for area in self.areas:
            by_key.setdefault(area.key, {})[area.side] = area
        object.__setattr__(self, "_by_key", MappingProxyType(by_key))
        named = {key for rule in self._all_rules() for key in (*rule.certain, *rule.proposal)}
        if unknown := named - by_key.keys():
            raise ValueError(f"{self.id} maps regions to areas that it lacks: {sorted(unknown)}")

    def _all_rules(self) -> list[RegionRule]:
        return [rule for rules in self.rules.values() for rule in rules.values()]

    def area(self, area_id: str) -> Area:
        """The area of that id; KeyError when there is none."""
        for area in self.areas:
            if area.id == area_id:
                return area
        raise KeyError(area_id)

    def knows(self, region_id: str) -> bool:
        """Whether the table has an entry for a region, be it that it is not named."""
        return base_of(region_id) in self.rules

    def links(self, region_id: str, side: Side, surface: Surface) -> tuple[AreaLink, ...]:
        """What a marked region means; empty for one that the instrument does not name.

        A region on the midline is only proposed for areas that are left and right of it.
        """
        key = (region_id, side, surface)
        if key not in self._links:
            self._links[key] = self._find_links(*key)
        return self._links[key]

    def _find_links(self, region_id: str, side: Side, surface: Surface) -> tuple[AreaLink, ...]:
        rule = self.rules.get(base_of(region_id), {}).get(surface)
        if rule is None:
            return ()
        links = {}
        for key, certain in (
            *((key, False) for key in rule.proposal),
            *((key, True) for key in rule.certain),
        ):
            sides = self._by_key[key]
            if Side.MIDLINE in sides:
                links[sides[Side.MIDLINE].id] = AreaLink(sides[Side.MIDLINE], certain, rule.why)
            elif side in sides:
                links[sides[side].id] = AreaLink(sides[side], certain, rule.why)
            else:
                for area in sides.values():
                    links[area.id] = AreaLink(area, False, rule.why or _ON_MIDLINE)
        return tuple(link._replace(why="") if link.certain else link for link in links.values())


_ON_MIDLINE = "the region lies on the midline, the areas left and right of it"


def base_of(region_id: str) -> str:
    """Id of the region of the whole figure: without the side and a zoom's finer child."""
    return region_id.partition(".")[0].partition("/")[0]


def whole_region_of(region_id: str) -> str:
    """The region of the whole figure with its side, for a zoom's finer child as well.

    "hand_palm/thumb.left" gives "hand_palm.left".
    """
    name, dot, side = region_id.partition(".")
    return f"{name.partition('/')[0]}{dot}{side}"


@dataclass(frozen=True, slots=True)
class SeverityItem:
    """One question of the symptom severity scale.

    Parameters
    ----------
    most : int
        Highest value; the lowest is 0.
    values : tuple of str
        Words for 0 to `most`.
    """

    id: str
    words: str
    most: int
    look_back: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeverityScale:
    id: str
    name: str
    definition: str
    source: str
    items: tuple[SeverityItem, ...]


@dataclass(frozen=True, slots=True)
class GeneralizedRegion:
    """One of the five regions, with the ids of its WPI areas."""

    id: str
    words: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Criteria:
    """The 2016 criteria.

    Parameters
    ----------
    pairs : tuple of (int, int, int)
        Least WPI, most WPI, least SSS; one pair is enough.
    regions : tuple of GeneralizedRegion
    least_regions : int
    excluded : frozenset of str
        WPI areas that do not count for generalized pain.
    duration_item, duration_words : str
    """

    id: str
    name: str
    definition: str
    source: str
    pairs: tuple[tuple[int, int, int], ...]
    generalized_name: str
    generalized_definition: str
    regions: tuple[GeneralizedRegion, ...]
    least_regions: int
    excluded: frozenset[str]
    duration_item: str
    duration_words: str


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A part of the body with its shares of the surface in percent."""

    id: str
    front: float
    back: float
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleOfNines:
    id: str
    name: str
    definition: str
    source: str
    parts: tuple[BodyPart, ...]


@dataclass(frozen=True, slots=True)
class RepeatStudy:
    """How alike two drawings of one unchanged pain were in a study.

    Parameters
    ----------
    mean, sd : float
        Of the Jaccard index.
    n : int
        Patients.
    """

    words: str
    mean: float
    sd: float
    n: int
    source: str

    @property
    def limit(self) -> float:
        """Jaccard below which a difference is beyond the noise."""
        return max(0.0, self.mean - 1.96 * self.sd)

    @property
    def figure(self) -> str:
        """Such as "0.62 ± 0.18, n = 52"."""
        return f"{self.mean:.2f} ± {self.sd:.2f}, n = {self.n}"


@dataclass(frozen=True, slots=True)
class RepeatNoise:
    """The published noise that a change is held against.

    Parameters
    ----------
    repeat, layers, shoulder : RepeatStudy
        Of one patient twice; of patient and physician; of shoulder pain.
    examiners_differ : float
        Share by which the outlines of two examiners differed on the same drawings.
    """

    name: str
    definition: str
    repeat: RepeatStudy
    layers: RepeatStudy
    shoulder: RepeatStudy
    examiners_differ: float
    examiners_source: str
    extent_icc: float
    extent_source: str


@dataclass(frozen=True, slots=True)
class Instruments:
    """Every instrument of the program.

    Parameters
    ----------
    female_to_male : Mapping of str to str
        For lists of CHOIR segments in the numbering of Stanford's own female map: number there
        to number here. Numbers that it lacks are the same in both.
    """

    wpi: AreaInstrument
    choir: AreaInstrument
    mbm: AreaInstrument
    sss: SeverityScale
    acr2016: Criteria
    rule_of_nines: RuleOfNines
    repeat_drawing: RepeatNoise
    female_to_male: Mapping[str, str]
