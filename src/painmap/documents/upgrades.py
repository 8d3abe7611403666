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

VERSION = 1
"""The version that this program writes."""

DOCUMENT_UPGRADES: Mapping[int, Upgrade] = MappingProxyType({})
"""From a version to the next one: a whole visit document."""

ITEM_UPGRADES: Mapping[int, ItemUpgrade] = MappingProxyType({})
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
