"""What the drawing says in the published instruments.

A drawing ticks an area of an instrument by itself only where the area is certain. What it only
suggests is a proposal, and counts when the doctor confirms it. Nothing here is a diagnosis.
"""

from collections.abc import Iterable, Mapping

from painmap.bodymap.instruments_answers import (
    LIST,
    LIST_READ,
    NO,
    YES,
    answer,
    answer_duration,
    answer_list,
    answer_severity,
    by_item,
    confirm,
    confirm_waiting,
    duration_item,
    from_female_numbers,
    listed,
    number_of,
    take_back,
    take_list_back,
    yes_no,
)
from painmap.bodymap.instruments_data import (
    Area,
    AreaInstrument,
    Criteria,
    Instruments,
    SeverityScale,
    Surface,
)
from painmap.bodymap.instruments_regions import RegionState, RegionStates, RegionStatus
from painmap.bodymap.instruments_results import (
    NO_DIAGNOSIS,
    AreaResult,
    AreaScore,
    AreaState,
    CriteriaOutcome,
    CriteriaResult,
    GeneralizedPain,
    RegionOfFive,
    Scores,
    SeverityResult,
    SeverityScore,
)
from painmap.domain.pain import Answer
from painmap.domain.sentences import plural

__all__ = [
    "NO",
    "NO_DIAGNOSIS",
    "YES",
    "AreaResult",
    "AreaScore",
    "AreaState",
    "CriteriaOutcome",
    "CriteriaResult",
    "GeneralizedPain",
    "RegionOfFive",
    "Scores",
    "SeverityResult",
    "SeverityScore",
    "answer",
    "answer_duration",
    "answer_list",
    "answer_severity",
    "confirm",
    "confirm_waiting",
    "from_female_numbers",
    "generalized_pain",
    "judge_criteria",
    "score",
    "score_areas",
    "score_severity",
    "take_back",
    "take_list_back",
]


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
    given = by_item(answers)
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
            long_enough=yes_no(given.get(duration_item(instruments.acr2016))),
            asked=bool(states.by_id) or _was_asked(given),
        ),
        choir=score_areas(instruments.choir, states, given.values()),
        mbm=score_areas(instruments.mbm, states, given.values()),
    )


def _was_asked(given: Mapping[tuple[str, str], Answer]) -> bool:
    """Whether an empty drawing means something: areas were answered, or all pains recorded."""
    closed = given.get(("visit", "all_pains_recorded"))
    return bool(yes_no(closed)) or any(instrument == "wpi" for instrument, _ in given)


def score_areas(
    instrument: AreaInstrument, states: RegionStates, answers: Iterable[Answer]
) -> AreaScore:
    """Score one instrument of areas."""
    given = by_item(answers)
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
    on_list = listed(given.get((instrument.id, LIST)))
    told = given.get((instrument.id, LIST_READ))
    results = tuple(
        _area_result(
            area,
            certain.get(area.id, []),
            perhaps.get(area.id, []),
            given.get((instrument.id, area.id)),
            asked_none=area.id in denied,
            on_list=area.id in on_list,
        )
        for area in instrument.areas
    )
    list_read = told.value if told is not None else ""
    return AreaScore(instrument, results, tuple(not_named), on_list, list_read)


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
    on_list: bool,
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
    decided = yes_no(answer)
    if decided is not None:
        ticked = AreaState.LISTED if on_list else AreaState.CONFIRMED
        state = ticked if decided else AreaState.DENIED
    return AreaResult(
        area=area,
        state=state,
        regions=tuple(dict.fromkeys(each.words for each in regions)),
        why="; ".join(dict.fromkeys(why for _, why in perhaps)) if not certain else "",
        proposed=proposed,
        answer=answer,
        drawing_changed=answer is not None
        and state is not AreaState.LISTED  # it did not come from the drawing
        and answer.proposed != proposed,
    )


def score_severity(scale: SeverityScale, answers: Iterable[Answer]) -> SeverityScore:
    """Score the symptom severity scale, as far as it was asked."""
    given = by_item(answers)
    return SeverityScore(
        scale,
        tuple(
            SeverityResult(item, number_of(given.get((scale.id, item.id)), item.most))
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
