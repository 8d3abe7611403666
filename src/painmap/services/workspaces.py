"""Folders in which archives are unpacked until their studies are kept or put away."""

import secrets
import shutil
from pathlib import Path

FOLDER = "unpacked"
"""Below the data folder."""


class Workspaces:
    """The workspaces of one data folder, which one window uses at a time."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / FOLDER

    def new(self) -> Path:
        """Name a workspace; whoever unpacks into it makes it."""
        return self._folder / secrets.token_hex(8)

    def clear(self) -> None:
        """Remove what was unpacked, now or by a program that ended badly; blocks."""
        shutil.rmtree(self._folder, ignore_errors=True)
