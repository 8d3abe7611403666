"""How fast a task goes on, in words."""

from painmap.domain.pace import Pace, duration_words
from painmap.domain.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def paced(clock: Clock, *steps: tuple[float, int], total: int | None = 400) -> str:
    pace, words = Pace(clock), ""
    for seconds, done in steps:
        clock.now = 100.0 + seconds
        words = pace.words(Progress(done, total, "Reading slices"))
    return words


def test_before_a_second_only_the_count_is_said() -> None:
    assert paced(Clock(), (0, 0), (0.5, 50)) == "50 of 400"


def test_then_the_rate_and_what_is_left() -> None:
    assert paced(Clock(), (0, 0), (2, 100)) == "100 of 400, 50 a second, about 6 seconds left"


def test_the_rate_is_that_of_the_last_seconds() -> None:
    steps = [(0.0, 0), (1.0, 300), *((float(n), 300 + n) for n in range(2, 12))]
    assert paced(Clock(), *steps) == "311 of 400, 1 a second, about 89 seconds left"


def test_a_slow_task_is_told_by_the_time_of_one_step() -> None:
    assert paced(Clock(), (0, 0), (4, 1), total=3) == (
        "1 of 3, one in 4 seconds, about 8 seconds left"
    )


def test_without_a_total_nothing_is_left() -> None:
    assert paced(Clock(), (0, 0), (2, 100), total=None) == "100, 50 a second"


def test_at_the_end_nothing_is_left() -> None:
    assert paced(Clock(), (0, 0), (2, 400)) == "400 of 400, 200 a second"


def test_another_task_begins_anew() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.words(Progress(0, 400, "Reading headers"))
    clock.now += 3

    assert pace.words(Progress(10, 400, "Reading slices")) == "10 of 400"


def test_durations() -> None:
    assert [duration_words(each) for each in (0.2, 1.4, 89, 120)] == [
        "1 second",
        "1 second",
        "89 seconds",
        "2 minutes",
    ]
