"""What older programs wrote is lifted step by step."""

import pytest

from painmap.documents.upgrades import (
    DOCUMENT_UPGRADES,
    ITEM_UPGRADES,
    VERSION,
    upgraded_document,
    upgraded_item,
)


def test_a_document_is_lifted_through_every_version_between() -> None:
    upgrades = {
        1: lambda raw: {**raw, "trail": [*raw["trail"], "1 to 2"]},
        2: lambda raw: {**raw, "trail": [*raw["trail"], "2 to 3"]},
    }

    lifted = upgraded_document({"version": 1, "trail": []}, found=1, known=3, upgrades=upgrades)

    assert lifted == {"version": 3, "trail": ["1 to 2", "2 to 3"]}


def test_an_item_is_lifted_by_its_kind() -> None:
    upgrades = {1: lambda kind, raw: {**raw, "was": kind}}

    assert upgraded_item("marks", {}, found=1, known=2, upgrades=upgrades) == {"was": "marks"}


def test_what_is_of_today_stays_as_it_is() -> None:
    assert upgraded_document({"version": VERSION}, found=VERSION) == {"version": VERSION}
    assert upgraded_item("marks", {"a": 1}, found=VERSION) == {"a": 1}


@pytest.mark.parametrize("upgrades", [DOCUMENT_UPGRADES, ITEM_UPGRADES])
def test_there_is_an_upgrade_from_every_older_version(upgrades: dict[int, object]) -> None:
    assert sorted(upgrades) == list(range(1, VERSION))
