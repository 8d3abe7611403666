"""Lists of CHOIR segments from elsewhere: read, renumbered, laid out on the regions of a figure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from painmap.bodymap.figure import BodyTemplate, Region
from painmap.bodymap.instruments_answers import from_female_numbers
from painmap.bodymap.instruments_data import Area, Instruments, Surface
from painmap.domain.sentences import plural

MOST_NAMED = 12
"""Entries of a list that mean nothing and are named one by one; the rest is counted."""
MOST_LETTERS = 24
"""So much of such an entry is repeated."""
_BETWEEN = re.compile(r"[\s,;|]+")
_AROUND = "\"'()[]{}"
_REDCAP = re.compile(r"([fb])([0-9]{1,2})", re.IGNORECASE)
_SURFACES = {"f": "1", "b": "2"}
_VIEWS = {"1": ("front", Surface.FRONT), "2": ("back", Surface.BACK)}


class Numbering(StrEnum):
    """Which of the two maps the numbers of a list mean."""

    MALE = "male map, or REDCap"
    FEMALE = "Stanford's own female map"


@dataclass(frozen=True, slots=True)
class SegmentList:
    """What stands in a list.

    Parameters
    ----------
    numbers : tuple of str
        "101" to "136" and "201" to "238", as they stand there, each once.
    unknown : tuple of str
        Entries that are no segment, as they stand there.
    """

    numbers: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Such as "2 segments read. 1 entry names no CHOIR segment: 140."."""
        said = f"{plural(len(self.numbers), 'segment')} read."
        if not self.unknown:
            return said
        named = [each[:MOST_LETTERS] for each in self.unknown[:MOST_NAMED]]
        more = len(self.unknown) - len(named)
        one = len(self.unknown) == 1
        what = "1 entry names" if one else f"{len(self.unknown)} entries name"
        rest = f" and {more} more" if more else ""
        return f"{said} {what} no CHOIR segment: {', '.join(named)}{rest}."


@dataclass(frozen=True, slots=True)
class SegmentProposal:
    """What one segment may mean on a figure; nothing of it is marked yet.

    Parameters
    ----------
    listed : str
        The number as the list has it.
    area : Area
        In the numbering of this program.
    view : str
        "front" or "back".
    whole : tuple of Region
        Regions that lie in this segment alone.
    partly : tuple of (Region, str)
        Regions that lie in it in part, or in another one as well, with the reason.
    """

    listed: str
    area: Area
    view: str
    whole: tuple[Region, ...]
    partly: tuple[tuple[Region, str], ...]

    @property
    def words(self) -> str:
        """Such as "112 LEFT upper arm (front), listed as 114"."""
        said = f"{self.area.id} {self.area.words}"
        return said if self.listed == self.area.id else f"{said}, listed as {self.listed}"

    @property
    def as_listed(self) -> str:
        """Its number as REDCap writes it, in the numbering of the list: "f14"."""
        return write_list([self.listed])

    @property
    def provenance(self) -> str:
        """What is noted with a pain that comes from it."""
        return f"Imported from a CHOIR list: {self.words}."


def read_list(instruments: Instruments, text: str) -> SegmentList:
    """Read "f01,f17,b19", "101, 117, 219" or any mixture of them, one to a line or not.

    Parameters
    ----------
    instruments : Instruments
    text : str
        Entries between commas, semicolons, bars and white space; quotes and brackets around
        them are ignored.
    """
    known = {area.id for area in instruments.choir.areas}
    numbers: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for entry in _BETWEEN.split(text):
        bare = entry.strip(_AROUND)
        if not bare:
            continue
        number = _number(bare)
        if number in known:
            numbers[number] = None
        else:
            unknown[bare] = None
    return SegmentList(tuple(numbers), tuple(unknown))


def _number(entry: str) -> str:
    found = _REDCAP.fullmatch(entry)
    return f"{_SURFACES[found[1].lower()]}{int(found[2]):02}" if found else entry


def write_list(numbers: Iterable[str]) -> str:
    """Give a list as REDCap does: "f01,b19"."""
    letters = {digit: letter for letter, digit in _SURFACES.items()}
    return ",".join(f"{letters[number[0]]}{number[1:]}" for number in numbers)


def numberings_differ(instruments: Instruments, numbers: Iterable[str]) -> bool:
    """Whether a list holds a number that means another segment on the female map."""
    return not instruments.female_to_male.keys().isdisjoint(numbers)


def propose(
    instruments: Instruments,
    template: BodyTemplate,
    numbers: Iterable[str],
    numbering: Numbering,
) -> tuple[SegmentProposal, ...]:
    """Lay segments out on the regions of a figure.

    Parameters
    ----------
    numbers : iterable of str
        From `SegmentList.numbers`.
    numbering : Numbering
        What the list means by them.
    """
    listed = tuple(numbers)
    female = numbering is Numbering.FEMALE
    ours = from_female_numbers(instruments, listed) if female else listed
    return tuple(
        _proposal(instruments, template, theirs, instruments.choir.area(number))
        for theirs, number in zip(listed, ours, strict=True)
    )


def _proposal(
    instruments: Instruments, template: BodyTemplate, listed: str, area: Area
) -> SegmentProposal:
    view, surface = _VIEWS[area.id[0]]
    whole: list[Region] = []
    partly: list[tuple[Region, str]] = []
    for region in template.views[view].regions:
        for link in instruments.choir.links(region.id, region.side, surface):
            if link.area.id == area.id and link.certain:
                whole.append(region)
            elif link.area.id == area.id:
                partly.append((region, link.why))
    return SegmentProposal(listed, area, view, tuple(whole), tuple(partly))
