"""What files of a folder held, as bytes and back: for an index that knows nothing of DICOM.

The form follows the dataclasses: a field that is added to one makes another `FORM`, and what
was written in an older form is not read but made anew from the files.
"""

import dataclasses
import hashlib
import itertools
import json
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from painmap import __version__
from painmap.imaging.header import Skipped, SliceHeader
from painmap.imaging.memory import FileStamp, Found, Remembered

READING = 1
"""Raise it when the same bytes are understood in another way than before."""

_Convert = Callable[[Any, "_Context"], Any]
"""Makes a value again from what JSON holds."""


class _Context(NamedTuple):
    """What is not written out with each value: the file's path, and what many values share."""

    path: Path
    table: Sequence[Any]


def _leaf_types(hint: Any) -> list[Any]:
    """The dataclasses below a type hint."""
    if dataclasses.is_dataclass(hint):
        return [hint]
    return [each for part in typing.get_args(hint) for each in _leaf_types(part)]


def _schema(cls: Any, seen: set[Any]) -> list[Any]:
    if cls in seen:
        return [cls.__name__]
    seen.add(cls)
    hints = typing.get_type_hints(cls)
    below = [_schema(leaf, seen) for hint in hints.values() for leaf in _leaf_types(hint)]
    return [cls.__name__, [(name, str(hint)) for name, hint in hints.items()], below]


_KINDS = {cls.__name__: cls for cls in _leaf_types(Found)}
"""What a file can be found to hold, by name."""

FORM = hashlib.sha256(
    json.dumps(
        [__version__, READING, [_schema(cls, set()) for cls in _KINDS.values()], FileStamp._fields]
    ).encode()
).hexdigest()[:16]
"""Names the form of the bytes: the program, and the fields of what is written."""


def _has_path(cls: Any) -> bool:
    """Whether a dataclass names a file: what does not is shared by many values."""
    hints = typing.get_type_hints(cls).values()
    return Path in hints or any(_has_path(leaf) for hint in hints for leaf in _leaf_types(hint))


def _is_shared(cls: Any) -> bool:
    return isinstance(cls, type) and dataclasses.is_dataclass(cls) and not _has_path(cls)


def _below(cls: Any) -> set[Any]:
    """The dataclasses that fields of a dataclass hold, at any depth."""
    hints = typing.get_type_hints(cls).values()
    direct = {leaf for hint in hints for leaf in _leaf_types(hint)}
    return direct.union(*(_below(each) for each in direct))


_SHARED = {
    each.__name__: each for cls in _KINDS.values() for each in _below(cls) if _is_shared(each)
}
"""What many files of a folder say alike is written once."""


def _plain(value: Any, table: dict[Any, int]) -> Any:
    """Give a value as JSON can hold it."""
    if isinstance(value, str | int | float) and not isinstance(value, Enum):
        return value
    if isinstance(value, tuple):
        return [_plain(each, table) for each in value]
    if type(value).__name__ in _SHARED:
        return table.setdefault(value, len(table))
    if dataclasses.is_dataclass(value):
        return _fields(value, table)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return 0 if isinstance(value, Path) else value


def _fields(value: Any, table: dict[Any, int]) -> list[Any]:
    return [_plain(getattr(value, field.name), table) for field in dataclasses.fields(value)]


def _reader(hint: Any) -> _Convert | None:
    """How a value of a type is made again from JSON; None where it is as it should be."""
    if hint in (str, int, float, bool, Any, type(None)):
        return None
    if hint is Path:
        return lambda _, context: context.path
    if hint is date:
        return lambda value, _: date.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value, _: hint(value)
    if _is_shared(hint):
        return lambda value, context: context.table[value]
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _class_reader(hint)
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (inner,) = [each for each in arguments if each is not type(None)]
        return _or_none(_reader(inner))
    if typing.get_origin(hint) is tuple:
        return _tuple_reader(arguments)
    raise TypeError(f"no form for {hint}")


def _or_none(convert: _Convert | None) -> _Convert | None:
    if convert is None:
        return None
    return lambda value, context: None if value is None else convert(value, context)


def _tuple_reader(arguments: tuple[Any, ...]) -> _Convert:
    converts = {_reader(each) for each in arguments if each is not Ellipsis}
    if converts == {None}:
        return lambda value, _: tuple(value)
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        (convert,) = converts
        return lambda value, context: tuple([convert(each, context) for each in value])  # type: ignore[misc]  # not None, as was asked above
    raise TypeError(f"no form for a tuple of {arguments}")


def _class_reader(cls: Any) -> _Convert:
    hints = typing.get_type_hints(cls)
    converts = [_reader(hints[field.name]) for field in dataclasses.fields(cls)]
    # most fields are as JSON gives them; only the others are touched
    special = [(at, convert) for at, convert in enumerate(converts) if convert is not None]
    count = len(converts)

    def read(row: list[Any], context: _Context) -> Any:
        if len(row) != count:
            raise ValueError("another number of fields")
        for at, convert in special:
            row[at] = convert(row[at], context)
        return cls(*row)

    return read


_READERS = {name: _class_reader(cls) for name, cls in (_KINDS | _SHARED).items()}


def packed(files: Mapping[str, Remembered]) -> bytes:
    """Write what the files of one folder held.

    Parameters
    ----------
    files : mapping of str to Remembered
        By file name.
    """
    table: dict[Any, int] = {}
    rows = []
    for name, each in files.items():
        several = isinstance(each.found, tuple)
        parts: tuple[Any, ...] = each.found if isinstance(each.found, tuple) else (each.found,)
        kind = type(parts[0]).__name__ if parts else next(iter(_KINDS))
        found = [_fields(part, table) for part in parts]
        rows.append([name, each.stamp, each.digest, kind, several, found])
    shared = [[type(value).__name__, _fields(value, table)] for value in _all_of(table)]
    return _written([shared, rows])


_Part = TypeVar("_Part", SliceHeader, Skipped)


def packed_parts(parts: Sequence[SliceHeader] | Sequence[Skipped]) -> bytes:
    """Write slices, or files that are not used, wherever their files lie."""
    table: dict[Any, int] = {}
    rows = [[str(part.path), _fields(part, table)] for part in parts]
    shared = [[type(value).__name__, _fields(value, table)] for value in _all_of(table)]
    return _written([shared, rows])


def unpacked_parts(content: bytes, kind: type[_Part]) -> list[_Part]:
    """Read what `packed_parts` wrote.

    Raises
    ------
    ValueError
        The bytes are no such thing.
    """
    try:
        shared, rows = json.loads(content.decode("utf-8", "surrogatepass"))
        table, read = _table(shared, Path()), _READERS[kind.__name__]
        return [read(fields, _Context(Path(path), table)) for path, fields in rows]
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError("no parts of a scan") from error


def _written(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _table(shared: list[Any], folder: Path) -> list[Any]:
    """What many values share; what is shared within the shared was written after it."""
    table: list[Any] = [None] * len(shared)
    for at in range(len(shared) - 1, -1, -1):
        kind, value = shared[at]
        table[at] = _READERS[kind](value, _Context(folder, table))
    return table


def _all_of(table: dict[Any, int]) -> Iterator[Any]:
    """What is shared, and what that shares in turn, which comes in while it is written."""
    at = 0
    while at < len(table):
        yield next(itertools.islice(table, at, None))
        at += 1


def unpacked(content: bytes, folder: Path) -> Mapping[str, Remembered]:
    """Read what the files of a folder held.

    Parameters
    ----------
    content : bytes
        Of `packed`, in the form `FORM`.
    folder : Path
        Where the files lie now.

    Returns
    -------
    mapping of str to Remembered
        Each is made when it is first asked for.

    Raises
    ------
    ValueError
        The bytes are no such thing.
    """
    try:
        shared, rows = json.loads(content.decode("utf-8", "surrogatepass"))
        table = _table(shared, folder)
        by_name = {str(row[0]): row for row in rows if len(row) == ROW}
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError("no index of a folder") from error
    return _Folder(folder, table, by_name)


ROW = 6
"""Name, stamp, digest, kind, whether there are several, and what was found."""


class _Folder(Mapping[str, Remembered]):
    """What the files of one folder held."""

    def __init__(self, folder: Path, table: Sequence[Any], rows: dict[str, list[Any]]) -> None:
        self._folder = folder
        self._table = table
        self._rows = rows
        self._made: dict[str, Remembered] = {}

    def __getitem__(self, name: str) -> Remembered:
        if name not in self._made:
            # a row that cannot be read is as good as none
            self._made[name] = self._read(self._rows.pop(name))
        return self._made[name]

    def _read(self, row: list[Any]) -> Remembered:
        name, stamp, digest, kind, several, found = row
        try:
            read, context = _READERS[kind], _Context(self._folder / name, self._table)
            parts = tuple([read(part, context) for part in found])
            return Remembered(FileStamp(*stamp), parts if several else parts[0], digest)
        except (ValueError, TypeError, IndexError, AttributeError) as error:
            raise KeyError(name) from error

    def __iter__(self) -> Iterator[str]:
        return iter([*self._made, *self._rows])

    def __len__(self) -> int:
        return len(self._made) + len(self._rows)
