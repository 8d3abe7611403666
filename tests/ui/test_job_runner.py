import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from painmap.domain.progress import Job, Progress
from painmap.ui.job_runner import JobRunner


@pytest.fixture
def runner(qapp: object) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    made.close()


def counting(to: int, pause: float = 0.0) -> Job[int]:
    for number in range(to):
        time.sleep(pause)
        yield Progress(number + 1, to, "Counting")
    return to


def fail(error: BaseException) -> None:
    raise AssertionError(error)


def test_a_job_reports_in_order_and_gives_its_result_on_the_qt_thread(
    runner: JobRunner, qtbot: QtBot
) -> None:
    steps: list[int] = []
    results: list[tuple[int, bool]] = []
    here = threading.get_ident()

    runner.start(
        counting(50),
        progress=lambda step: steps.append(step.done),
        done=lambda result: results.append((result, threading.get_ident() == here)),
        failed=fail,
    )
    qtbot.waitUntil(lambda: bool(results))

    assert steps == list(range(1, 51))
    assert results == [(50, True)]


def test_a_failing_job_hands_its_error_over(runner: JobRunner, qtbot: QtBot) -> None:
    def failing() -> Job[None]:
        yield Progress(0, 1, "Failing")
        raise OSError("the disk is gone")

    errors: list[BaseException] = []
    runner.start(failing(), done=fail, failed=errors.append)  # type: ignore[arg-type]  # never done
    qtbot.waitUntil(lambda: bool(errors))

    assert isinstance(errors[0], OSError)


def test_a_cancelled_job_cleans_up_and_says_nothing_more(runner: JobRunner, qtbot: QtBot) -> None:
    cleaned: list[bool] = []
    heard: list[object] = []

    def tidy() -> Job[None]:
        try:
            yield from counting(10_000, 0.001)
        finally:
            cleaned.append(True)

    cancel = runner.start(tidy(), done=heard.append, failed=heard.append)
    qtbot.wait(20)
    cancel()
    qtbot.waitUntil(lambda: runner.busy == 0)

    assert cleaned == [True]
    assert heard == []


def test_writes_happen_one_at_a_time_and_in_order(runner: JobRunner, qtbot: QtBot) -> None:
    written: list[int] = []

    def write(number: int) -> int:
        time.sleep(0.002 if number % 2 else 0)
        written.append(number)
        return number

    answers: list[int] = []
    for number in range(30):
        runner.record(lambda number=number: write(number), done=answers.append, failed=fail)  # type: ignore[misc]  # bound now
    qtbot.waitUntil(lambda: len(answers) == 30)

    assert written == answers == list(range(30))


def test_closing_while_writes_wait_loses_none(qapp: object) -> None:
    runner = JobRunner()
    written: list[int] = []
    for number in range(20):
        runner.record(
            lambda number=number: (time.sleep(0.005), written.append(number)),  # type: ignore[misc]  # bound now
            failed=fail,
        )
    runner.start(counting(100_000, 0.001), done=fail, failed=fail)

    runner.close()

    assert written == list(range(20))
