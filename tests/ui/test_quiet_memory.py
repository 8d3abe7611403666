"""Full looks for dead objects happen while nothing else does."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QCursor

from painmap.ui.quiet_memory import DEEP_LOOKS, NEVER, QuietMemory


class Node:
    """Holds itself, so that only the collector can take it away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def parent(qapp: object) -> Iterator[QObject]:
    del qapp
    kept = gc.get_threshold()
    yield QObject()
    gc.unfreeze()
    gc.set_threshold(*kept)


@pytest.fixture
def mouse(monkeypatch: pytest.MonkeyPatch) -> list[QPoint]:
    at = [QPoint(0, 0)]
    monkeypatch.setattr(QCursor, "pos", lambda: at[0])
    return at


def dead() -> "weakref.ref[Node]":
    """A node that nothing holds, past the small looks that Python takes by itself."""
    node = Node()
    gc.collect(1)
    return weakref.ref(node)


def test_python_takes_no_full_look_by_itself(parent: QObject) -> None:
    QuietMemory(parent, lambda: False).begin()

    assert gc.get_threshold()[2] == NEVER
    assert gc.isenabled()


def test_what_died_is_taken_away_when_nothing_happens(parent: QObject, mouse: list[QPoint]) -> None:
    quiet = QuietMemory(parent, lambda: False)
    quiet.begin()
    node = dead()

    mouse[0] = QPoint(5, 5)
    quiet.look()
    assert node() is not None
    quiet.look()
    assert node() is None


def test_a_running_job_is_not_held_up(parent: QObject, mouse: list[QPoint]) -> None:
    busy = [True]
    quiet = QuietMemory(parent, lambda: busy[0])
    quiet.begin()
    node = dead()

    quiet.look()
    assert node() is not None
    busy[0] = False
    quiet.look()
    assert node() is None


def test_what_died_after_it_was_set_aside_goes_in_a_long_rest(
    parent: QObject, mouse: list[QPoint]
) -> None:
    quiet = QuietMemory(parent, lambda: False)
    kept = Node()
    quiet.begin()
    node = weakref.ref(kept)
    del kept

    for _ in range(DEEP_LOOKS - 1):
        quiet.look()
    assert node() is not None
    quiet.look()
    assert node() is None
