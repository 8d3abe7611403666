"""Long work as plain generators: each ``yield`` is a report and a place to stop."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Parameters
    ----------
    done : int
        Steps finished.
    total : int or None
        Steps in all; None when it is not known yet.
    label : str
        What is going on, for people ("Reading slices"); no patient identifier.
    """

    done: int
    total: int | None
    label: str


Job: TypeAlias = Generator[Progress, None, T]
"""Work that reports and may be stopped at each report; its clean-up stands in ``finally``."""


def run_to_end(job: Job[T]) -> T:
    """Run `job` without listening to its reports, and give its result."""
    while True:
        try:
            next(job)
        except StopIteration as stop:
            result: T = stop.value
            return result
