"""How files are opened: one seam, so that slow and failing media can be read with care."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeAlias

Opener: TypeAlias = Callable[[Path], BinaryIO]
"""Opens a file for reading bytes; raises OSError."""


def open_file(path: Path) -> BinaryIO:
    """Open a file as the operating system gives it."""
    return path.open("rb")
