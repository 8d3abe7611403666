"""What every recorded thing carries: an id, and the stamp of its last change."""

from dataclasses import dataclass
from datetime import UTC, datetime

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of what no store has stamped yet."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who changed an item last, when, and how often it has changed.

    Parameters
    ----------
    revision : int
        1 for a new item; 0 for one that was not stamped yet.
    author : str
        The operating system's log-in, until there are users.
    at : datetime
        Time zone aware.
    """

    revision: int = 0
    author: str = ""
    at: datetime = NEVER

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a stamp's time needs its time zone")
        if self.revision < 0:
            raise ValueError(f"revision {self.revision} is below 0")


UNSTAMPED = Stamp()
