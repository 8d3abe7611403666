"""Items as JSON and back, exactly: used by the documents, the item rows and the journal."""

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union, cast

from pydantic import ConfigDict, Discriminator, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from painmap.documents.upgrades import VERSION, JsonObject, upgraded_item
from painmap.domain.visit import FIELD_OF, Change, Item

STRICT = ConfigDict(
    extra="forbid",
    strict=True,
    # a coordinate that is not a number must fail in `json_text`, not become null
    ser_json_inf_nan="constants",
    allow_inf_nan=False,
    # values may identify a patient, and errors are shown and logged
    hide_input_in_errors=True,
)
"""How every document is read: nothing unknown, nothing converted."""

TYPE_OF: Mapping[str, type] = MappingProxyType({name: cls for cls, name in FIELD_OF.items()})
"""The type of an item by the kind of its row."""


def kind_of(item: Item) -> str:
    """Kind of an item's row: the field of a visit that it stands in."""
    return FIELD_OF[type(item)]


def json_text(value: object) -> str:
    """Write JSON, always in the same form.

    Raises
    ------
    ValueError
        A number is not finite.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    # pydantic takes no configuration for a dataclass alone, but for a union that holds one
    form: Any = TYPE_OF[kind] | None
    return TypeAdapter(form, config=STRICT)


def item_data(item: Item) -> JsonObject:
    """Give an item as plain JSON data."""
    data = _adapter(kind_of(item)).dump_python(item, mode="json", warnings="error")
    return cast(JsonObject, data)


def item_text(item: Item) -> str:
    """Give an item as JSON text."""
    return json_text(item_data(item))


def item_of(kind: str, text: str, *, version: int = VERSION) -> Item:
    """Read an item back.

    Raises
    ------
    ValueError
        The text is not an item of that kind.
    """
    if version != VERSION:
        text = json_text(upgraded_item(kind, json.loads(text), found=version))
    try:
        item = _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise ValueError(f"a stored item of kind {kind} cannot be read: {error}") from error
    if item is None:
        raise ValueError(f"a stored item of kind {kind} is empty")
    return cast(Item, item)


@cache
def _changes_adapter() -> TypeAdapter[Any]:
    """Read a whole list of changes in one pass: journals are long."""
    rows: list[Any] = [
        TypedDict(  # type: ignore[operator]  # made of the kinds, which mypy cannot follow
            f"Change_{kind}",
            {"kind": Literal[kind], "before": cls | None, "after": cls | None},
        )
        for kind, cls in TYPE_OF.items()
    ]
    either: Any = Union[tuple(rows)]  # noqa: UP007  # of a list, which has no other form
    form: Any = list[Annotated[either, Discriminator("kind")]]
    return TypeAdapter(form, config=STRICT)


def changes_text(changes: tuple[Change, ...]) -> str:
    """Give changes as JSON text: a list of kind, before and after."""
    return json_text(
        [
            {
                "kind": kind_of(change.item),
                "before": None if change.before is None else item_data(change.before),
                "after": None if change.after is None else item_data(change.after),
            }
            for change in changes
        ]
    )


def changes_of(text: str, *, version: int = VERSION) -> tuple[Change, ...]:
    """Read changes back.

    Raises
    ------
    ValueError
        The text is no list of changes.
    """
    if version != VERSION:
        text = json_text([_upgraded_change(each, version) for each in json.loads(text)])
    try:
        rows = _changes_adapter().validate_json(text)
    except ValidationError as error:
        raise ValueError(f"a row of the journal cannot be read: {error}") from error
    return tuple(Change(row["before"], row["after"]) for row in rows)


def _upgraded_change(row: JsonObject, version: int) -> JsonObject:
    lifted: JsonObject = {"kind": row["kind"]}
    for when in ("before", "after"):
        data = row[when]
        lifted[when] = data and upgraded_item(row["kind"], data, found=version)
    return lifted
