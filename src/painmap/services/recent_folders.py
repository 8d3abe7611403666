"""The folders that were opened last."""

import json
from pathlib import Path

from painmap.services.data_folder import DataFolderError, DataFolderProblem

FILE_NAME = "recent-folders.json"
MOST = 8


class RecentFolders:
    """Reads and writes the list of one data folder; an unreadable file is an empty list."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME

    def __call__(self) -> tuple[Path, ...]:
        """Give the folders that are still there, the last one first."""
        return tuple(path for path in self._all() if path.exists())

    def add(self, folder: Path) -> None:
        """Put a folder at the head of the list.

        Raises
        ------
        DataFolderError
            The list cannot be written.
        """
        place = folder.absolute()
        kept = [place, *(path for path in self._all() if path != place)][:MOST]
        beside = self._file.with_suffix(".part")
        try:
            beside.write_text(json.dumps([str(path) for path in kept]), encoding="utf-8")
            beside.replace(self._file)
        except OSError as error:
            raise DataFolderError(DataFolderProblem.READ_ONLY, error.strerror or "") from error

    def _all(self) -> list[Path]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        entries = found if isinstance(found, list) else []
        return [Path(each) for each in entries if isinstance(each, str)]
