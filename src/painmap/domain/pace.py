"""How fast a long task goes on, in words: "120 of 400, 85 a second, about 4 seconds left"."""

from collections import deque
from collections.abc import Callable
from time import monotonic

from painmap.domain.progress import Progress
from painmap.domain.sentences import plural

SOON_S = 1.0
"""Before so much time has gone by nothing is said of rate and remaining time."""

WINDOW_S = 5.0
"""The rate is that of the last seconds; an average of the whole would hide a stall."""

MINUTES_FROM_S = 90


def duration_words(seconds: float) -> str:
    """Such as "4 seconds" or "3 minutes"; never less than one second."""
    if seconds < MINUTES_FROM_S:
        return plural(max(1, round(seconds)), "second")
    return plural(round(seconds / 60), "minute")


class Pace:
    """Watches the reports of one task after another; a new label or total is a new task."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._task: tuple[str, int | None] | None = None
        self._began = 0.0
        self._seen: deque[tuple[float, int]] = deque()

    def words(self, step: Progress) -> str:
        """Count, rate and remaining time, as far as they can be told."""
        now = self._clock()
        if self._task != (step.label, step.total) or step.done < self._seen[-1][1]:
            self._task, self._began = (step.label, step.total), now
            self._seen.clear()
        self._seen.append((now, step.done))
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()
        parts = [f"{step.done} of {step.total}" if step.total else f"{step.done}"]
        since, done_then = self._seen[0]
        steps = step.done - done_then
        if now - self._began >= SOON_S and steps > 0:
            rate = steps / (now - since)
            parts.append(_rate_words(rate))
            if step.total is not None and step.done < step.total:
                left = duration_words((step.total - step.done) / rate)
                parts.append(f"about {left} left")
        return ", ".join(parts)


def _rate_words(rate: float) -> str:
    if rate >= 1:
        return f"{round(rate)} a second"
    return f"one in {duration_words(1 / rate)}"
