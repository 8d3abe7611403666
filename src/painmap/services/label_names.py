"""What the labels of other programs are in the catalogue: a table for each vocabulary, as data."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from painmap.domain.anatomy import Muscle, Side
from painmap.imaging.label_map import LabelStructure
from painmap.services.catalogue import muscles
from painmap.services.resources import ResourceError, ResourceProblem, resources_root

_SIDE_WORDS = {
    "left": Side.LEFT,
    "right": Side.RIGHT,
    "lt": Side.LEFT,
    "rt": Side.RIGHT,
    "links": Side.LEFT,
    "rechts": Side.RIGHT,
    "sinister": Side.LEFT,
    "dexter": Side.RIGHT,
}
_SIDE_LETTERS = {"l": Side.LEFT, "r": Side.RIGHT}
"""Sides only as the first or the last word: in between they may be anything."""

_MUSCLE_WORDS = {"m", "musculus", "musculi", "muscle", "muscles"}
_NUMBERED = re.compile(r"^[ctls]?\d+$")
"""A level or a number behind a name: "vertebrae_L3", "rib_left_1"."""


class LabelKind(StrEnum):
    """What a label is held to be."""

    MUSCLE = "muscle of the catalogue"
    OTHER_MUSCLE = "muscle that is not in the catalogue"
    NO_MUSCLE = "no muscle"
    UNKNOWN = "unknown name"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label is proposed to be; the doctor decides.

    Parameters
    ----------
    muscle_id : str or None
        For `LabelKind.MUSCLE` alone.
    side : Side or None
        The side that name and codes say; None where they say none, or contradict each other.
    remark : str
        What else the label holds, or how it contradicts itself.
    """

    kind: LabelKind
    muscle_id: str | None
    side: Side | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    muscles: Mapping[str, str]
    remarks: Mapping[str, str]
    not_in_catalogue: frozenset[str]
    other: frozenset[str]


class LabelNames:
    """All tables, and the catalogue's own names and codes.

    Parameters
    ----------
    vocabularies : iterable of _Vocabulary
        What one table says of a name counts before what the next says.
    catalogue : iterable of Muscle
    """

    def __init__(self, vocabularies: Iterable[_Vocabulary], catalogue: Iterable[Muscle]) -> None:
        self._vocabularies = tuple(vocabularies)
        self._own: dict[str, str] = {}
        self._codes: dict[tuple[str, str], tuple[str, Side | None]] = {}
        for muscle in catalogue:
            for name in (muscle.id, muscle.name, muscle.latin):
                self._own[bare_name(name)[0]] = muscle.id
            for code in muscle.codes:
                if not code.of_group:
                    self._codes[code.scheme, code.value] = (muscle.id, code.side)

    def meaning_of(self, structure: LabelStructure) -> Meaning:
        """Say what a label is proposed to be: by its codes, then by its name."""
        bare, named_side = bare_name(structure.name)
        muscle_id, coded_side = self._by_code(structure)
        coded_side = structure.side or coded_side
        sides = {side for side in (named_side, coded_side) if side is not None}
        contradiction = ""
        if len(sides) > 1 and named_side is not None and coded_side is not None:
            contradiction = f"its name says {named_side.word}, its code {coded_side.word}"
        side = sides.pop() if len(sides) == 1 else None
        kind, muscle_id, remark = self._by_name(bare, muscle_id)
        parts = [part for part in (remark, contradiction) if part]
        return Meaning(kind, muscle_id, side, "; ".join(parts))

    def _by_code(self, structure: LabelStructure) -> tuple[str | None, Side | None]:
        found = (self._codes[code] for code in structure.codes if code in self._codes)
        return next(found, (None, None))

    def _by_name(self, bare: str, by_code: str | None) -> tuple[LabelKind, str | None, str]:
        for each in self._vocabularies:
            if bare in each.muscles:
                muscle_id = by_code or each.muscles[bare]
                return LabelKind.MUSCLE, muscle_id, each.remarks.get(bare, "")
        if by_code or bare in self._own:
            return LabelKind.MUSCLE, by_code or self._own[bare], ""
        for each in self._vocabularies:
            if bare in each.not_in_catalogue:
                return LabelKind.OTHER_MUSCLE, None, ""
            if bare in each.other:
                return LabelKind.NO_MUSCLE, None, ""
        return LabelKind.UNKNOWN, None, ""


def bare_name(name: str) -> tuple[str, Side | None]:
    """A name without its side, and the side.

    Case, accents, punctuation, the word muscle and a number at the end do not count.

    Examples
    --------
    >>> bare_name("M. Psoas major L")
    ('psoas major', <Side.LEFT: 'left'>)
    >>> bare_name("vertebrae_L3")
    ('vertebrae', None)
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKD", name))
    plain = "".join(sign for sign in apart.casefold() if not unicodedata.combining(sign))
    words = "".join(sign if sign.isalnum() else " " for sign in plain).split()
    sides: set[Side] = set()
    for at in (0, -1):
        if len(words) > 1 and words[at] in _SIDE_LETTERS:
            sides.add(_SIDE_LETTERS[words.pop(at)])
    kept = []
    for word in words:
        if word in _SIDE_WORDS:
            sides.add(_SIDE_WORDS[word])
        elif word not in _MUSCLE_WORDS:
            kept.append(word)
    while len(kept) > 1 and _NUMBERED.match(kept[-1]):
        kept.pop()
    return " ".join(kept), sides.pop() if len(sides) == 1 else None


def load_names(folder: Path | None = None) -> tuple[_Vocabulary, ...]:
    """Read every table of `folder`, by default the program's own, in the order of their names.

    Raises
    ------
    ResourceError
        There is none, or one cannot be read.
    """
    where = folder if folder is not None else resources_root() / "label_names"
    files = sorted(where.glob("*.toml"))
    if not files:
        raise ResourceError(ResourceProblem.MISSING)
    return tuple(_vocabulary(path) for path in files)


def _vocabulary(path: Path) -> _Vocabulary:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _Vocabulary(
            {_folded(name): str(muscle) for name, muscle in table["muscles"].items()},
            {_folded(name): str(words) for name, words in table.get("remarks", {}).items()},
            frozenset(_names(table.get("not_in_catalogue", {}).get("muscles", ()))),
            frozenset(_names(table.get("other", {}).get("names", ()))),
        )
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise ResourceError(ResourceProblem.DAMAGED, name=path.name) from error


def _names(written: Any) -> Iterator[str]:
    return (_folded(name) for name in written)


def _folded(name: str) -> str:
    return bare_name(name)[0]


@cache
def label_names() -> LabelNames:
    """The program's tables over its catalogue, read once."""
    return LabelNames(load_names(), muscles().values())
