"""What the doctor answered to the items of instruments: read, and recorded."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from painmap.bodymap.instruments_data import Criteria, Instruments, SeverityItem
from painmap.bodymap.instruments_results import AreaResult, AreaScore
from painmap.domain.ids import new_id
from painmap.domain.pain import Answer
from painmap.domain.visit import Visit

BETWEEN = "; "
YES, NO = "yes", "no"
LIST, LIST_READ = "list", "list_read"
"""Items of an instrument that came as a list: its areas in the numbering of this program, and how
it was read."""


def duration_item(criteria: Criteria) -> tuple[str, str]:
    return criteria.id, criteria.duration_item


def by_item(answers: Iterable[Answer]) -> dict[tuple[str, str], Answer]:
    """The last answer to each item."""
    return {(answer.instrument, answer.item): answer for answer in answers}


def yes_no(answer: Answer | None) -> bool | None:
    """True for yes, False for no, None for anything else."""
    return {YES: True, NO: False}.get(answer.value) if answer else None


def number_of(answer: Answer | None, most: int) -> int | None:
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
    return answer(visit, *duration_item(criteria), YES if long_enough else NO)


def answer_list(
    visit: Visit, instrument: str, areas: Iterable[str], read: str
) -> tuple[Answer, ...]:
    """Record that areas were ticked elsewhere; a list that was taken over before stays.

    Parameters
    ----------
    areas : iterable of str
        Ids in the numbering of this program.
    read : str
        How they stood in the list, with its numbering.
    """
    given = by_item(visit.answers)
    before, told = given.get((instrument, LIST)), given.get((instrument, LIST_READ))
    ticked = tuple(areas)
    whole = dict.fromkeys((*listed(before), *ticked))
    sayings = dict.fromkeys((*(told.value.split(BETWEEN) if told else ()), read))
    return (
        *(answer(visit, instrument, area, YES) for area in ticked),
        answer(visit, instrument, LIST, ",".join(whole)),
        answer(visit, instrument, LIST_READ, BETWEEN.join(sayings)),
    )


def listed(answer: Answer | None) -> tuple[str, ...]:
    """Ids of the areas on an imported list."""
    return tuple(answer.value.split(",")) if answer is not None and answer.value else ()


def take_list_back(visit: Visit, instrument: str) -> frozenset[UUID]:
    """Ids of the answers that an imported list gave, for the `remove` of an edit.

    What the doctor denied since stays denied.
    """
    given = by_item(visit.answers)
    areas = listed(given.get((instrument, LIST)))
    gone = [each for area in areas if yes_no(each := given.get((instrument, area)))]
    gone += [given.get((instrument, item)) for item in (LIST, LIST_READ)]
    return frozenset(each.id for each in gone if each is not None)


def take_back(visit: Visit, instrument: str, item: str) -> frozenset[UUID]:
    """Ids of the answers to an item, for the `remove` of an edit."""
    return frozenset(
        each.id for each in visit.answers if (each.instrument, each.item) == (instrument, item)
    )


def from_female_numbers(instruments: Instruments, numbers: Iterable[str]) -> tuple[str, ...]:
    """CHOIR segments of Stanford's own female map in the numbering of this program."""
    return tuple(instruments.female_to_male.get(number, number) for number in numbers)
