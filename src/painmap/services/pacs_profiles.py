"""The PACS that this data folder knows: a text file of profiles, without passwords."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from painmap.pacs.node import Auth, Kind, Node, Retrieve
from painmap.services.data_folder import DataFolderError, DataFolderProblem

FILE_NAME = "pacs.json"
_ENUMS: Mapping[str, type[StrEnum]] = {"kind": Kind, "retrieve": Retrieve, "auth": Auth}


class PacsProfiles:
    """Reads and writes the profiles of one data folder; what cannot be read is left out."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME

    def __call__(self) -> tuple[Node, ...]:
        """Give every profile, the one used last first."""
        return tuple(node for each in self._read() if (node := _node(each)) is not None)

    def named(self, name: str) -> Node | None:
        return next((node for node in self() if node.name == name), None)

    def save(self, node: Node, *, instead_of: str = "") -> None:
        """Keep a profile at the head of the list, in place of the one of that name.

        Raises
        ------
        DataFolderError
            It cannot be written.
        """
        gone = {node.name, instead_of}
        self._write([node, *(each for each in self() if each.name not in gone)])

    def remove(self, name: str) -> None:
        """Forget a profile.

        Raises
        ------
        DataFolderError
        """
        self._write([each for each in self() if each.name != name])

    def _read(self) -> list[object]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return found if isinstance(found, list) else []

    def _write(self, nodes: list[Node]) -> None:
        try:
            with NamedTemporaryFile(
                "w", dir=self._file.parent, suffix=".part", delete=False, encoding="utf-8"
            ) as part:
                json.dump([asdict(node) for node in nodes], part, indent=1)
            Path(part.name).replace(self._file)
        except OSError as error:
            raise DataFolderError(DataFolderProblem.READ_ONLY, error.strerror or "") from error


def _node(entry: object) -> Node | None:
    """Read one profile; None for one that this version cannot use."""
    if not isinstance(entry, dict):
        return None
    values: dict[str, Any] = {}
    for field in fields(Node):
        if field.name not in entry:
            continue
        value = entry[field.name]
        kind = _ENUMS.get(field.name)
        try:
            values[field.name] = kind(value) if kind else value
        except ValueError:
            return None
        default = field.default
        if kind is None and type(value) is not (str if field.name == "name" else type(default)):
            return None
    try:
        return Node(**values)
    except (TypeError, ValueError):
        return None
