"""What an instrument says of one drawing: areas, sums and thresholds, with what stands behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from painmap.bodymap.instruments_data import (
    Area,
    AreaInstrument,
    Criteria,
    GeneralizedRegion,
    SeverityItem,
    SeverityScale,
)
from painmap.domain.pain import Answer
from painmap.domain.sentences import plural

NO_DIAGNOSIS = "no diagnosis"


def at_least(lowest: int, highest: int, needed: int) -> bool | None:
    """Whether a count reaches what is needed; None: it depends on what is open."""
    if lowest >= needed:
        return True
    return None if highest >= needed else False


class AreaState(StrEnum):
    """What stands behind an area; the value is read by people."""

    DRAWN = "drawn"
    PROPOSED = "proposed, to be confirmed"
    CONFIRMED = "ticked by the doctor"
    LISTED = "ticked on an imported list"
    DENIED = "denied by the doctor"
    ASKED_NONE = "asked, none"
    NOT_MARKED = "not marked"


@dataclass(frozen=True, slots=True)
class AreaResult:
    """One area of an instrument.

    Parameters
    ----------
    area : Area
    state : AreaState
    regions : tuple of str
        In words, the regions that the drawing shows for it ("LEFT jaw").
    why : str
        Why it is only proposed; empty otherwise.
    proposed : str
        What the drawing proposes now, as `Answer.proposed` stores it: "yes: jaw_tmj.left",
        "perhaps: wrist_ant.left", or empty.
    answer : Answer or None
        What the doctor answered.
    drawing_changed : bool
        The drawing proposes something else than when it was answered.
    """

    area: Area
    state: AreaState
    regions: tuple[str, ...] = ()
    why: str = ""
    proposed: str = ""
    answer: Answer | None = None
    drawing_changed: bool = False

    @property
    def counts(self) -> bool:
        return self.state in (AreaState.DRAWN, AreaState.CONFIRMED, AreaState.LISTED)

    @property
    def waits(self) -> bool:
        """Whether the doctor has still to decide."""
        return self.state is AreaState.PROPOSED


@dataclass(frozen=True, slots=True)
class AreaScore:
    """An instrument of areas, scored.

    Parameters
    ----------
    instrument : AreaInstrument
        With its definition and source.
    results : tuple of AreaResult
        One for every area, in the order of the instrument.
    listed : tuple of str
        Ids of the areas on an imported list; what was read, and what the doctor says of them
        since, may differ.
    list_read : str
        That list as it was read, with its numbering; empty where none was imported.
    not_named : tuple of str
        In words, marked regions that the instrument does not name, and that count nowhere.
    """

    instrument: AreaInstrument
    results: tuple[AreaResult, ...]
    not_named: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    list_read: str = ""

    @property
    def ticked(self) -> tuple[AreaResult, ...]:
        return tuple(result for result in self.results if result.counts)

    @property
    def waiting(self) -> tuple[AreaResult, ...]:
        """Proposals that the doctor has still to confirm or deny."""
        return tuple(result for result in self.results if result.waits)

    @property
    def count(self) -> int:
        """Areas that hurt: drawn for certain, or ticked by the doctor."""
        return len(self.ticked)

    @property
    def highest(self) -> int:
        """The count if every open proposal were confirmed."""
        return self.count + len(self.waiting)

    @property
    def of(self) -> int:
        return len(self.results)

    @property
    def definition(self) -> str:
        return " ".join(part for part in (self.instrument.definition, self.instrument.note) if part)

    @property
    def source(self) -> str:
        return self.instrument.source

    def result(self, area_id: str) -> AreaResult:
        """The result of one area; KeyError when there is none."""
        for result in self.results:
            if result.area.id == area_id:
                return result
        raise KeyError(area_id)

    def columns(self) -> Mapping[str, int]:
        """0 or 1 for every area by its id, for a table; proposals are 0 until confirmed."""
        return MappingProxyType({each.area.id: int(each.counts) for each in self.results})

    def sentence(self) -> str:
        """Such as "7 of 19, 2 proposals to confirm"."""
        words = f"{self.count} of {self.of}"
        if self.waiting:
            words += f", {plural(len(self.waiting), 'proposal')} to confirm"
        return words


@dataclass(frozen=True, slots=True)
class SeverityResult:
    """One question of the symptom severity scale; value None: not asked."""

    item: SeverityItem
    value: int | None


@dataclass(frozen=True, slots=True)
class SeverityScore:
    """The symptom severity scale, as far as it was asked."""

    scale: SeverityScale
    results: tuple[SeverityResult, ...]

    @property
    def lowest(self) -> int:
        """Sum of what was answered."""
        return sum(result.value or 0 for result in self.results)

    @property
    def highest(self) -> int:
        """The sum if everything that was not asked were at its most."""
        return sum(
            result.item.most if result.value is None else result.value for result in self.results
        )

    @property
    def missing(self) -> tuple[SeverityItem, ...]:
        return tuple(result.item for result in self.results if result.value is None)

    @property
    def total(self) -> int | None:
        """0 to 12; None until every item is answered."""
        return None if self.missing else self.lowest

    @property
    def definition(self) -> str:
        return self.scale.definition

    @property
    def source(self) -> str:
        return self.scale.source

    def sentence(self) -> str:
        """Such as "8 of 12", or that it was not asked."""
        most = sum(result.item.most for result in self.results)
        if self.total is not None:
            return f"{self.total} of {most}"
        if len(self.missing) == len(self.results):
            return "not asked"
        return f"{plural(len(self.missing), 'item')} of {len(self.results)} not asked"


@dataclass(frozen=True, slots=True)
class RegionOfFive:
    """One of the five regions of generalized pain; None: only a proposal speaks for it."""

    region: GeneralizedRegion
    painful: bool | None


@dataclass(frozen=True, slots=True)
class GeneralizedPain:
    """Pain in at least four of five regions; jaw, chest and abdomen do not count."""

    criteria: Criteria
    regions: tuple[RegionOfFive, ...]

    @property
    def count(self) -> int:
        return sum(each.painful is True for each in self.regions)

    @property
    def highest(self) -> int:
        return sum(each.painful is not False for each in self.regions)

    @property
    def reached(self) -> bool | None:
        """None: it depends on proposals that were not confirmed yet."""
        return at_least(self.count, self.highest, self.criteria.least_regions)

    @property
    def definition(self) -> str:
        return self.criteria.generalized_definition

    @property
    def source(self) -> str:
        return self.criteria.source

    def sentence(self) -> str:
        """Such as "3 of 5 regions, 4 needed"."""
        words = f"{self.count} of {len(self.regions)} regions"
        if self.highest > self.count:
            words += f", up to {self.highest} with the proposals"
        return f"{words}; generalized from {self.criteria.least_regions}"


class CriteriaOutcome(StrEnum):
    """What can be said of the thresholds; never more."""

    REACHED = "thresholds reached by what was entered"
    NOT_REACHED = "thresholds not reached by what was entered"
    NOT_ENOUGH = "not enough asked"


@dataclass(frozen=True, slots=True)
class CriteriaResult:
    """The 2016 criteria, held against what was entered.

    Parameters
    ----------
    outcome : CriteriaOutcome
    severe_enough, generalized, long_enough : bool or None
        WPI with SSS, generalized pain, at least three months. None: not known.
    missing : tuple of str
        In words, what would have to be asked or confirmed.
    """

    criteria: Criteria
    outcome: CriteriaOutcome
    severe_enough: bool | None
    generalized: bool | None
    long_enough: bool | None
    missing: tuple[str, ...]

    @property
    def definition(self) -> str:
        return self.criteria.definition

    @property
    def source(self) -> str:
        return self.criteria.source

    def sentence(self) -> str:
        """Such as "thresholds reached by what was entered; no diagnosis"."""
        if self.outcome is CriteriaOutcome.NOT_ENOUGH:
            return f"{self.outcome.value} ({', '.join(self.missing)}); {NO_DIAGNOSIS}"
        return f"{self.outcome.value}; {NO_DIAGNOSIS}"


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything that the instruments say of one drawing."""

    wpi: AreaScore
    generalized: GeneralizedPain
    sss: SeverityScore
    acr2016: CriteriaResult
    choir: AreaScore
    mbm: AreaScore
