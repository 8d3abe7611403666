"""Tables of names that come with label maps: which number is which structure."""

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from painmap.exchange.label_errors import LabelMapError, LabelProblem

SUFFIXES = (".json", ".csv", ".tsv", ".txt", ".ctbl", ".label")
MOST_BYTES = 1 << 20

_ITK_SNAP = re.compile(r'^\s*(\d+)\s.*"([^"]*)"\s*$')
"""A number, colours and visibility, and the name in quotation marks at the end of the line."""

_COLOUR_TABLE = re.compile(r"^\s*(\d+)\s+(\S+)(?:\s+\d+){3,4}\s*$")
"""A number, a name without spaces, and three or four whole numbers of a colour."""

_NAME_KEYS = ("name", "structure", "anatomy", "label", "roi")
_NUMBER_KEYS = ("value", "number", "index", "id", "label", "key")


def names_in(path: Path) -> dict[int, str]:
    """Read a table of names, in any of the forms that programs write.

    JSON (number to name, name to number, or a list of objects with value, name and side), CSV
    or TSV with a number and a name, label descriptions of ITK-SNAP, colour tables.

    Raises
    ------
    LabelMapError
        TABLE, UNREADABLE.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise LabelMapError(LabelProblem.UNREADABLE) from error
    if len(content) > MOST_BYTES:
        raise LabelMapError(LabelProblem.TABLE)
    try:
        words = content.decode("utf-8-sig")
        found = _of_json(json.loads(words)) if path.suffix == ".json" else _of_lines(words)
    except (ValueError, csv.Error, RecursionError) as error:
        raise LabelMapError(LabelProblem.TABLE) from error
    named = {number: name.strip() for number, name in found.items() if name.strip() and number > 0}
    if not named:
        raise LabelMapError(LabelProblem.TABLE)
    return named


def names_in_xml(content: bytes) -> dict[int, str]:
    """Read a label table as Caret and TotalSegmentator keep it in a NIfTI's header extension.

    Returns
    -------
    dict of int to str
        Empty when the content is no such table.
    """
    try:
        root: Element = ElementTree.fromstring(content.rstrip(b"\0 \n\r\t"))
    except Exception:  # noqa: BLE001 - any other extension, or a hostile one
        return {}
    found = {}
    for label in root.iter("Label"):
        key, name = label.get("Key", ""), (label.text or "").strip()
        if key.isdecimal() and int(key) > 0 and name:
            found[int(key)] = name
    return found


def _of_json(data: Any) -> dict[int, str]:
    if isinstance(data, Mapping):
        for key in ("labels", "label_map", "segments"):
            if isinstance(data.get(key), Mapping | list):
                return _of_json(data[key])
        pairs = [(str(key), value) for key, value in data.items()]
        if all(key.isdecimal() for key, _ in pairs):
            return {int(key): _text(value) for key, value in pairs}
        return {_whole(value): key for key, value in pairs}
    if isinstance(data, list):
        return dict(_of_object(each) for each in data)
    raise ValueError("no table")


def _of_object(data: Any) -> tuple[int, str]:
    """Such as ``{"anatomy": "multifidus", "side": "left", "value": 5101}``."""
    if not isinstance(data, Mapping):
        raise ValueError("no table")
    lower = {str(key).lower(): value for key, value in data.items()}
    name = next((_text(lower[key]) for key in _NAME_KEYS if key in lower), "")
    number = next((lower[key] for key in _NUMBER_KEYS if key in lower), None)
    side = lower.get("side", "")
    if isinstance(side, str) and side.lower() in ("left", "right"):
        name = f"{name} {side.lower()}"
    return _whole(number), name


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a name is text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("a label is a whole number")
    return int(value)


def _of_lines(words: str) -> dict[int, str]:
    lines = [line for line in words.splitlines() if line.strip() and not line.startswith("#")]
    for form in (_ITK_SNAP, _COLOUR_TABLE):
        matches = [form.match(line) for line in lines]
        if lines and all(matches):
            return {int(each[1]): each[2] for each in matches if each is not None}
    return _of_table(lines)


def _of_table(lines: list[str]) -> dict[int, str]:
    """Two columns, the number first or where the heading says."""
    if not lines:
        return {}
    mark = next((sign for sign in ("\t", ";", ",") if sign in lines[0]), None)
    rows = (
        list(csv.reader(io.StringIO("\n".join(lines)), delimiter=mark))
        if mark
        else [line.split(maxsplit=1) for line in lines]
    )
    number, name, first = 0, 1, 0
    if not rows[0][0].strip().isdecimal():
        heads = [cell.strip().lower() for cell in rows[0]]
        name = next((heads.index(key) for key in _NAME_KEYS if key in heads), 1)
        number = next(
            (heads.index(k) for k in _NUMBER_KEYS if k in heads and heads.index(k) != name), 0
        )
        first = 1
    if any(len(row) <= max(number, name) for row in rows[first:]):
        raise ValueError("a line is too short")
    return {int(row[number]): row[name] for row in rows[first:]}
