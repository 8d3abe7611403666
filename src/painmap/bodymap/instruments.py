"""What the drawing says in the published instruments.

A drawing ticks an area of an instrument by itself only where the area is certain. What it only
suggests is a proposal, and counts when the doctor confirms it. Nothing here is a diagnosis.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from painmap.bodymap.instruments_data import (
    Area,
    AreaInstrument,
    Criteria,
    GeneralizedRegion,
    Instruments,
    SeverityItem,
    SeverityScale,
    Surface,
)
from painmap.bodymap.instruments_regions import RegionState, RegionStates, RegionStatus
from painmap.domain.ids import new_id
from painmap.domain.pain import Answer
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit

YES, NO = "yes", "no"
NO_DIAGNOSIS = "no diagnosis"


class AreaState(StrEnum):
    """What stands behind an area; the value is read by people."""

    DRAWN = "drawn"
    PROPOSED = "proposed, to be confirmed"
    CONFIRMED = "ticked by the doctor"
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
        return self.state in (AreaState.DRAWN, AreaState.CONFIRMED)

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
    not_named : tuple of str
        In words, marked regions that the instrument does not name, and that count nowhere.
    """

    instrument: AreaInstrument
    results: tuple[AreaResult, ...]
    not_named: tuple[str, ...] = ()

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
        return _at_least(self.count, self.highest, self.criteria.least_regions)

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


def score(instruments: Instruments, states: RegionStates, answers: Iterable[Answer]) -> Scores:
    """Score every instrument from one drawing.

    Parameters
    ----------
    instruments : Instruments
    states : RegionStates
        Of one layer, from `instruments_regions.marked_regions`.
    answers : iterable of Answer
        The visit's.
    """
    given = _by_item(answers)
    wpi = score_areas(instruments.wpi, states, given.values())
    sss = score_severity(instruments.sss, given.values())
    generalized = generalized_pain(instruments.acr2016, wpi)
    return Scores(
        wpi=wpi,
        generalized=generalized,
        sss=sss,
        acr2016=judge_criteria(
            instruments.acr2016,
            wpi,
            sss,
            generalized,
            long_enough=_yes_no(given.get(_duration(instruments.acr2016))),
            asked=bool(states.by_id) or _was_asked(given),
        ),
        choir=score_areas(instruments.choir, states, given.values()),
        mbm=score_areas(instruments.mbm, states, given.values()),
    )


def _was_asked(given: Mapping[tuple[str, str], Answer]) -> bool:
    """Whether an empty drawing means something: areas were answered, or all pains recorded."""
    closed = given.get(("visit", "all_pains_recorded"))
    return bool(_yes_no(closed)) or any(instrument == "wpi" for instrument, _ in given)


def score_areas(
    instrument: AreaInstrument, states: RegionStates, answers: Iterable[Answer]
) -> AreaScore:
    """Score one instrument of areas."""
    given = _by_item(answers)
    certain: dict[str, list[RegionStatus]] = {}
    perhaps: dict[str, list[tuple[RegionStatus, str]]] = {}
    not_named = []
    for status in states:
        if status.state is not RegionState.MARKED:
            continue
        links = [
            link
            for surface in sorted(status.surfaces)
            for link in instrument.links(status.id, status.side, surface)
        ]
        if not links and status.counts:
            not_named.append(status.words)
        for link in links:
            if link.certain and status.counts:
                certain.setdefault(link.area.id, []).append(status)
            else:
                why = link.why or " and ".join(sorted(basis.value for basis in status.basis))
                perhaps.setdefault(link.area.id, []).append((status, why))
    denied = _all_asked_none(instrument, states)
    results = tuple(
        _area_result(
            area,
            certain.get(area.id, []),
            perhaps.get(area.id, []),
            given.get((instrument.id, area.id)),
            asked_none=area.id in denied,
        )
        for area in instrument.areas
    )
    return AreaScore(instrument, results, tuple(not_named))


def _all_asked_none(instrument: AreaInstrument, states: RegionStates) -> frozenset[str]:
    """Areas with a region that was said to be pain-free; marks elsewhere in them win."""
    return frozenset(
        link.area.id
        for status in states.asked_none()
        for surface in (Surface.FRONT, Surface.BACK)
        for link in instrument.links(status.id, status.side, surface)
        if link.certain
    )


def _area_result(
    area: Area,
    certain: list[RegionStatus],
    perhaps: list[tuple[RegionStatus, str]],
    answer: Answer | None,
    *,
    asked_none: bool,
) -> AreaResult:
    proposed = ""
    regions: list[RegionStatus] = []
    state = AreaState.ASKED_NONE if asked_none else AreaState.NOT_MARKED
    if certain:
        state, regions = AreaState.DRAWN, certain
        proposed = "yes: " + " ".join(sorted({each.id for each in certain}))
    elif perhaps:
        state, regions = AreaState.PROPOSED, [status for status, _ in perhaps]
        proposed = "perhaps: " + " ".join(sorted({each.id for each in regions}))
    decided = _yes_no(answer)
    if decided is not None:
        state = AreaState.CONFIRMED if decided else AreaState.DENIED
    return AreaResult(
        area=area,
        state=state,
        regions=tuple(dict.fromkeys(each.words for each in regions)),
        why="; ".join(dict.fromkeys(why for _, why in perhaps)) if not certain else "",
        proposed=proposed,
        answer=answer,
        drawing_changed=answer is not None and answer.proposed != proposed,
    )


def score_severity(scale: SeverityScale, answers: Iterable[Answer]) -> SeverityScore:
    """Score the symptom severity scale, as far as it was asked."""
    given = _by_item(answers)
    return SeverityScore(
        scale,
        tuple(
            SeverityResult(item, _number(given.get((scale.id, item.id)), item.most))
            for item in scale.items
        ),
    )


def generalized_pain(criteria: Criteria, wpi: AreaScore) -> GeneralizedPain:
    """Hold the WPI areas against the five regions."""
    found = []
    for region in criteria.regions:
        areas = [wpi.result(key) for key in region.areas if key not in criteria.excluded]
        if any(area.counts for area in areas):
            painful: bool | None = True
        else:
            painful = None if any(area.waits for area in areas) else False
        found.append(RegionOfFive(region, painful))
    return GeneralizedPain(criteria, tuple(found))


def judge_criteria(
    criteria: Criteria,
    wpi: AreaScore,
    sss: SeverityScore,
    generalized: GeneralizedPain,
    *,
    long_enough: bool | None,
    asked: bool = True,
) -> CriteriaResult:
    """Say whether the thresholds are reached by what was entered; it makes no diagnosis.

    Parameters
    ----------
    long_enough : bool or None
        Symptoms for at least three months; None: not asked.
    asked : bool
        False where nothing was drawn nor answered, so that an index of 0 means nothing.
    """
    lowest, highest = (
        _pairs_hold(criteria, each, grade)
        for each, grade in ((wpi.count, sss.lowest), (wpi.highest, sss.highest))
    )
    severe: bool | None = True if lowest else None if highest or not asked else False
    parts = (severe, generalized.reached if asked else None, long_enough)
    if all(parts):
        outcome = CriteriaOutcome.REACHED
    elif any(part is False for part in parts):
        outcome = CriteriaOutcome.NOT_REACHED
    else:
        outcome = CriteriaOutcome.NOT_ENOUGH
    missing = []
    if not asked:
        missing.append("nothing was drawn")
    elif wpi.waiting and None in parts[:2]:
        missing.append(f"{plural(len(wpi.waiting), 'proposal')} to confirm")
    if sss.missing and severe is None:
        missing.append(f"symptom severity: {sss.sentence()}")
    if long_enough is None:
        missing.append(f"{criteria.duration_words}: not asked")
    return CriteriaResult(criteria, outcome, severe, parts[1], long_enough, tuple(missing))


def _pairs_hold(criteria: Criteria, wpi: int, sss: int) -> bool:
    return any(least <= wpi <= most and sss >= grade for least, most, grade in criteria.pairs)


def _at_least(lowest: int, highest: int, needed: int) -> bool | None:
    if lowest >= needed:
        return True
    return None if highest >= needed else False


def _duration(criteria: Criteria) -> tuple[str, str]:
    return criteria.id, criteria.duration_item


def _by_item(answers: Iterable[Answer]) -> dict[tuple[str, str], Answer]:
    """The last answer to each item."""
    return {(answer.instrument, answer.item): answer for answer in answers}


def _yes_no(answer: Answer | None) -> bool | None:
    """True for yes, False for no, None for anything else."""
    return {YES: True, NO: False}.get(answer.value) if answer else None


def _number(answer: Answer | None, most: int) -> int | None:
    """The value of an item, None when it was not answered or cannot be its value."""
    if answer is None:
        return None
    if most == 1 and answer.value in (YES, NO):
        return int(answer.value == YES)
    value = int(answer.value) if answer.value.isdecimal() and answer.value.isascii() else None
    return value if value is not None and value <= most else None


def answer(visit: Visit, instrument: str, item: str, value: str, *, proposed: str = "") -> Answer:
    """Make the item that records an answer, in the place of an earlier one to the same.

    Parameters
    ----------
    proposed : str
        What the drawing proposed: `AreaResult.proposed`.
    """
    for old in reversed(visit.answers):
        if (old.instrument, old.item) == (instrument, item):
            return replace(old, value=value, proposed=proposed)
    return Answer(new_id(), instrument, item, value, proposed)


def confirm(visit: Visit, instrument: str, result: AreaResult, *, hurts: bool) -> Answer:
    """Record that the doctor ticked or denied an area, with what the drawing proposed."""
    value = YES if hurts else NO
    return answer(visit, instrument, result.area.id, value, proposed=result.proposed)


def confirm_waiting(visit: Visit, scored: AreaScore, *, hurts: bool) -> tuple[Answer, ...]:
    """Tick or deny every open proposal of an instrument at once."""
    return tuple(
        confirm(visit, scored.instrument.id, result, hurts=hurts) for result in scored.waiting
    )


def answer_severity(visit: Visit, item: SeverityItem, value: int) -> Answer:
    """Record one item of the symptom severity scale.

    Raises
    ------
    ValueError
        A value that the item does not have.
    """
    if not 0 <= value <= item.most:
        raise ValueError(f"{item.id} is 0 to {item.most}, not {value}")
    return answer(visit, "sss", item.id, str(value))


def answer_duration(visit: Visit, criteria: Criteria, *, long_enough: bool) -> Answer:
    """Record whether the symptoms have lasted for three months or longer."""
    return answer(visit, *_duration(criteria), YES if long_enough else NO)


def take_back(visit: Visit, instrument: str, item: str) -> frozenset[UUID]:
    """Ids of the answers to an item, for the `remove` of an edit."""
    return frozenset(
        each.id for each in visit.answers if (each.instrument, each.item) == (instrument, item)
    )


def from_female_numbers(instruments: Instruments, numbers: Iterable[str]) -> tuple[str, ...]:
    """CHOIR segments of Stanford's own female map in the numbering of this program."""
    return tuple(instruments.female_to_male.get(number, number) for number in numbers)
