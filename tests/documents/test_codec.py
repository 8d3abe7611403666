"""Items as JSON and back."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.documents import codec
from painmap.documents.codec import (
    TYPE_OF,
    changes_of,
    changes_text,
    item_data,
    item_of,
    item_text,
    kind_of,
)
from painmap.domain.pain import StrokeShape
from painmap.domain.places import FigurePoint, PatientPoint
from painmap.domain.visit import FIELD_OF, Change, Item
from tests.support import factories as make
from tests.support import strategies as some


@given(some.items)
def test_every_item_comes_back_the_same(item: Item) -> None:
    back = item_of(kind_of(item), item_text(item))

    assert back == item
    assert repr(back.stamp.at.utcoffset()) == repr(item.stamp.at.utcoffset())


@given(st.lists(st.tuples(some.items, st.booleans(), st.booleans()), max_size=3))
def test_changes_come_back_the_same(drawn: list[tuple[Item, bool, bool]]) -> None:
    changes = tuple(
        Change(item if before else None, item if after else None)
        for item, before, after in drawn
        if before or after
    )

    assert changes_of(changes_text(changes)) == changes


def test_points_come_back_as_points_and_not_as_lists() -> None:
    outline = make.outline()

    back = item_of("outlines", item_text(outline))

    assert isinstance(back, type(outline))
    assert isinstance(back.points[0], PatientPoint)


def test_units_keep_their_digits() -> None:
    site = make.given_site(units=Decimal("25.00"))

    back = item_of("given_sites", item_text(site))

    assert isinstance(back, type(site))
    assert str(back.units) == "25.00"


def test_intensity_that_was_not_asked_is_null_and_none_is_zero() -> None:
    assert item_data(make.pain_site())["intensity"] is None
    assert item_data(make.pain_site(intensity=0))["intensity"] == 0


def test_a_coordinate_that_is_no_number_is_not_stored() -> None:
    shape = StrokeShape((FigurePoint(float("nan"), 0.0),), 5.0)

    with pytest.raises(ValueError, match="not JSON compliant"):
        item_text(make.mark(make.pain_site(), shape=shape))


@pytest.mark.parametrize(
    "broken",
    [
        {"colour": "red"},
        {"intensity": "7"},
        {"intensity": 11},
        {"intensity": True},
        {"qualities": "aching"},
        {"stamp": {"revision": 1, "author": "", "at": "2024-03-03T10:00:00"}},
    ],
)
def test_what_cannot_be_right_is_not_read(broken: dict[str, object]) -> None:
    data = item_data(make.pain_site()) | broken

    with pytest.raises(ValueError, match="cannot be read"):
        item_of("pain_sites", json.dumps(data))


def test_an_item_is_not_read_as_one_of_another_kind() -> None:
    with pytest.raises(ValueError, match="kind marks"):
        item_of("marks", item_text(make.pain_site()))


def test_an_empty_row_is_not_an_item() -> None:
    with pytest.raises(ValueError, match="empty"):
        item_of("marks", "null")


def test_rows_of_an_older_version_are_lifted_before_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lift(kind: str, raw: dict[str, Any], *, found: int) -> dict[str, Any]:
        assert (kind, found) == ("pain_sites", 0)
        return {"note" if key == "remark" else key: value for key, value in raw.items()}

    monkeypatch.setattr(codec, "upgraded_item", lift)
    site = make.pain_site(note="old")
    old_item = item_text(site).replace('"note"', '"remark"')
    old_changes = changes_text((Change(None, site),)).replace('"note"', '"remark"')

    assert item_of("pain_sites", old_item, version=0) == site
    assert changes_of(old_changes, version=0) == (Change(None, site),)


@pytest.mark.parametrize("text", ["{}", '[{"kind": "marks"}]', '[{"kind": "spleen"}]', "["])
def test_what_is_no_list_of_changes_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="journal"):
        changes_of(text)


def test_every_kind_of_item_has_its_type() -> None:
    assert {cls: name for name, cls in TYPE_OF.items()} == dict(FIELD_OF)
