"""How far a fetch is, how fast it goes, and how long it will take."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from painmap.domain.progress import Progress

WINDOW_S = 5.0
"""The rate is that of the last seconds; an average of the whole would hide a stall."""

SOON_S = 1.0
"""Before so long nothing is said of rate and remaining time."""

MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class FetchProgress(Progress):
    """How far a fetch is.

    Parameters
    ----------
    done, total : int
        Pictures.
    bytes_done, bytes_total : int
    bytes_per_s : float or None
        None until it can be told.
    """

    bytes_done: int = 0
    bytes_total: int = 0
    bytes_per_s: float | None = None

    @property
    def remaining_s(self) -> float | None:
        """Seconds until the end at this rate; None where none can be told."""
        if not self.bytes_per_s:
            return None
        return max(0, self.bytes_total - self.bytes_done) / self.bytes_per_s

    @property
    def words(self) -> str:
        """Such as "37 of 124 pictures, 20 of 65 MB, 3.1 MB/s, about 15 seconds left"."""
        if not self.total:
            return self.label
        parts = [
            f"{self.done} of {self.total} pictures",
            f"{figure(self.bytes_done / MEGA)} of {figure(self.bytes_total / MEGA)} MB",
        ]
        if self.bytes_per_s is not None:
            parts.append(f"{figure(self.bytes_per_s / MEGA)} MB/s")
        if self.remaining_s is not None and self.bytes_done < self.bytes_total:
            parts.append(f"about {duration_words(self.remaining_s)} left")
        return ", ".join(parts)


def figure(number: float) -> str:
    """Write a number with one decimal below 10, and never with ".0"."""
    return f"{number:.1f}".removesuffix(".0") if number < 9.95 else f"{number:.0f}"


def duration_words(seconds: float) -> str:
    """Such as "15 seconds" or "3 minutes"."""
    if seconds < 90:
        count = max(1, round(seconds))
        return f"{count} second{'s' if count > 1 else ''}"
    return f"{round(seconds / 60)} minutes"


class Pace:
    """Keeps count while bytes come.

    Parameters
    ----------
    pictures, size : int
        Of the whole series; `size` in bytes.
    """

    def __init__(self, pictures: int, size: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._pictures, self._size = pictures, size
        self._clock = clock
        self.pictures_done = 0
        self.bytes_done = 0
        """Of what is on this computer by now, from this time or an earlier one."""
        self._started = clock()
        self._came: deque[tuple[float, int]] = deque()

    def came(self, count: int) -> None:
        """Note that so many bytes have come from the server."""
        self.bytes_done += count
        self._came.append((self._clock(), count))

    def step(self) -> FetchProgress:
        """Say how far it is."""
        return FetchProgress(
            self.pictures_done,
            self._pictures,
            "Downloading",
            bytes_done=self.bytes_done,
            bytes_total=self._size,
            bytes_per_s=self._rate(),
        )

    def _rate(self) -> float | None:
        now = self._clock()
        while self._came and now - self._came[0][0] > WINDOW_S:
            self._came.popleft()
        span = min(now - self._started, WINDOW_S)
        return sum(count for _, count in self._came) / span if span >= SOON_S else None
