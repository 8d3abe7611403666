"""Brings what older programs wrote to today's form, one small function a version.

One number counts for the visit document, the item rows and the journal, because all three
hold the same items. To change the form of an item: raise `VERSION`, and add the function
that makes of the last version the new one.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

JsonObject = dict[str, Any]
Upgrade = Callable[[JsonObject], JsonObject]
ItemUpgrade = Callable[[str, JsonObject], JsonObject]

VERSION = 4
"""The version that this program writes."""


def _with_pain_free_and_answers(document: JsonObject) -> JsonObject:
    """1 to 2: a visit knows pain-free regions and answers; items only gained fields."""
    visit = {"pain_free": [], "answers": [], **document["visit"]}
    return {**document, "visit": visit}


def _with_pain_links_and_paths(document: JsonObject) -> JsonObject:
    """2 to 3: a visit knows what pains are to each other, muscles over slices, needle paths.

    Strokes only gained fields.
    """
    news = ("pain_links", "compartments", "paths", "hazards", "sheets")
    return {**document, "visit": {**{name: [] for name in news}, **document["visit"]}}


def _with_level_counts(document: JsonObject) -> JsonObject:
    """3 to 4: a visit knows from which vertebra levels were counted.

    Items only gained fields, and mean without them what they meant: a landmark was marked by
    the doctor, a level stands as it was entered.
    """
    return {**document, "visit": {"level_counts": [], **document["visit"]}}


def _unchanged(_kind: str, item: JsonObject) -> JsonObject:
    return item


DOCUMENT_UPGRADES: Mapping[int, Upgrade] = MappingProxyType(
    {1: _with_pain_free_and_answers, 2: _with_pain_links_and_paths, 3: _with_level_counts}
)
"""From a version to the next one: a whole visit document."""

ITEM_UPGRADES: Mapping[int, ItemUpgrade] = MappingProxyType(
    {1: _unchanged, 2: _unchanged, 3: _unchanged}
)
"""From a version to the next one: one item, given with its kind."""


def upgraded_document(
    raw: JsonObject,
    *,
    found: int,
    known: int = VERSION,
    upgrades: Mapping[int, Upgrade] = DOCUMENT_UPGRADES,
) -> JsonObject:
    """Lift a document step by step from version `found` to `known`."""
    for version in range(found, known):
        raw = {**upgrades[version](raw), "version": version + 1}
    return raw


def upgraded_item(
    kind: str,
    raw: JsonObject,
    *,
    found: int,
    known: int = VERSION,
    upgrades: Mapping[int, ItemUpgrade] = ITEM_UPGRADES,
) -> JsonObject:
    """Lift one item step by step from version `found` to `known`."""
    for version in range(found, known):
        raw = upgrades[version](kind, raw)
    return raw
