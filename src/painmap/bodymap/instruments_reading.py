"""Reading the tables of the instruments, and refusing one that is damaged."""

import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from painmap.bodymap.instruments_data import (
    Area,
    AreaInstrument,
    BodyPart,
    Criteria,
    GeneralizedRegion,
    Instruments,
    RegionRule,
    RepeatNoise,
    RepeatStudy,
    RuleOfNines,
    SeverityItem,
    SeverityScale,
    Surface,
)
from painmap.domain.anatomy import Side
from painmap.domain.errors import PainmapError

_T = TypeVar("_T")
_FROM_THE_SIDE = "seen from the side it may be in front or on the back"


class InstrumentProblem(StrEnum):
    """Why the tables cannot be used; the value is the sentence."""

    MISSING = "The instrument table {file} is missing."
    DAMAGED = "The instrument table {file} is damaged."


class InstrumentError(PainmapError):
    """An instrument's table that cannot be used.

    Parameters
    ----------
    problem : InstrumentProblem
    file : str
        Name of the table.
    """

    def __init__(self, problem: InstrumentProblem, *, file: str) -> None:
        super().__init__(problem.value.format(file=file), hint="Install painmap again.")
        self.problem = problem


def load_instruments(folder: Path) -> Instruments:
    """Read the tables in `folder`.

    Raises
    ------
    InstrumentError
        One is missing or damaged.
    """
    return Instruments(
        wpi=_read(folder, "wpi.toml", _area_instrument),
        choir=_read(folder, "choir.toml", _area_instrument),
        mbm=_read(folder, "mbm.toml", _area_instrument),
        sss=_read(folder, "sss.toml", _severity),
        acr2016=_read(folder, "acr2016.toml", _criteria),
        rule_of_nines=_read(folder, "rule_of_nines.toml", _nines),
        repeat_drawing=_read(folder, "repeat_drawing.toml", _repeat),
        female_to_male=_read(folder, "choir.toml", _female_to_male),
    )


def _read(folder: Path, file: str, build: Callable[[dict[str, Any]], _T]) -> _T:
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InstrumentError(InstrumentProblem.MISSING, file=file) from error
    except (OSError, ValueError) as error:
        raise InstrumentError(InstrumentProblem.DAMAGED, file=file) from error
    try:
        return build(tomllib.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InstrumentError(InstrumentProblem.DAMAGED, file=file) from error


_SIDES = {"left": Side.LEFT, "right": Side.RIGHT, "middle": Side.MIDLINE}


def _area_instrument(table: dict[str, Any]) -> AreaInstrument:
    areas = [
        Area(entry[word], entry["key"], entry["words"], side)
        for entry in table["areas"]
        for word, side in _SIDES.items()
        if word in entry
    ]
    return AreaInstrument(
        id=table["id"],
        name=table["name"],
        definition=table["definition"],
        source=table["source"],
        look_back=table["look_back"],
        note=table["note"],
        areas=tuple(areas),
        rules=MappingProxyType({key: _rules(entry) for key, entry in table["regions"].items()}),
    )


def _rules(entry: dict[str, Any]) -> Mapping[Surface, RegionRule]:
    """Give the rule for each surface; from the side, what differs is only proposed."""
    if "front" not in entry:
        return MappingProxyType(dict.fromkeys(Surface, _rule(entry)))
    front, back = _rule(entry["front"]), _rule(entry["back"])
    keys = dict.fromkeys((*front.certain, *front.proposal, *back.certain, *back.proposal))
    aside = RegionRule(proposal=tuple(keys), why=_FROM_THE_SIDE)
    return MappingProxyType({Surface.FRONT: front, Surface.BACK: back, Surface.ASIDE: aside})


def _rule(entry: dict[str, Any]) -> RegionRule:
    rule = RegionRule(
        certain=tuple(entry.get("certain", ())),
        proposal=tuple(entry.get("proposal", ())),
        why=entry.get("why", entry.get("none", "")),
    )
    if not (rule.certain or rule.proposal or "none" in entry):
        raise ValueError("a region needs an area, or a word that it has none")
    if rule.proposal and not rule.why:
        raise ValueError("a proposal needs its reason")
    return rule


def _severity(table: dict[str, Any]) -> SeverityScale:
    items = tuple(
        SeverityItem(
            id=entry["id"],
            words=entry["words"],
            most=entry["most"],
            look_back=entry["look_back"],
            values=tuple(table["words"][str(entry["most"])]),
        )
        for entry in table["items"]
    )
    if any(len(item.values) != item.most + 1 for item in items):
        raise ValueError("every value of an item needs its words")
    return SeverityScale(table["id"], table["name"], table["definition"], table["source"], items)


def _criteria(table: dict[str, Any]) -> Criteria:
    generalized = table["generalized"]
    return Criteria(
        id=table["id"],
        name=table["name"],
        definition=table["definition"],
        source=table["source"],
        pairs=tuple((least, most, sss) for least, most, sss in table["pairs"]),
        generalized_name=generalized["name"],
        generalized_definition=generalized["definition"],
        regions=tuple(
            GeneralizedRegion(each["id"], each["words"], tuple(each["areas"]))
            for each in generalized["regions"]
        ),
        least_regions=generalized["least"],
        excluded=frozenset(generalized["excluded"]),
        duration_item=table["duration"]["item"],
        duration_words=table["duration"]["words"],
    )


def _nines(table: dict[str, Any]) -> RuleOfNines:
    parts = tuple(
        BodyPart(each["id"], each["front"], each["back"], tuple(each["regions"]))
        for each in table["parts"]
    )
    return RuleOfNines(table["id"], table["name"], table["definition"], table["source"], parts)


def _repeat(table: dict[str, Any]) -> RepeatNoise:
    return RepeatNoise(
        name=table["name"],
        definition=table["definition"],
        repeat=RepeatStudy(**table["repeat"]),
        layers=RepeatStudy(**table["layers"]),
        shoulder=RepeatStudy(**table["shoulder"]),
        examiners_differ=table["examiners_differ"],
        examiners_source=table["examiners_source"],
        extent_icc=table["extent_icc"],
        extent_source=table["extent_source"],
    )


def _female_to_male(table: dict[str, Any]) -> Mapping[str, str]:
    return MappingProxyType(dict(table["female_to_male"]))
