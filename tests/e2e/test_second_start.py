"""A second start on the same data folder brings the first to the front and ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST = "tests.support.first_start"
END_S = 60
"""Much more than a start takes; only a start that hangs comes to it."""


@contextmanager
def started(*arguments: object) -> "Iterator[subprocess.Popen[str]]":
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def comes_up(process: "subprocess.Popen[str]") -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "ready\n"


def raises(folder: Path, first: "subprocess.Popen[str]") -> bool:
    """Whether the program, started on `folder`, ends at once and `first` came to the front."""
    with started("painmap", "--data", folder) as second:
        second.communicate(timeout=END_S)
    said, _ = first.communicate(timeout=END_S)
    return (second.returncode, said, first.returncode) == (0, "raised\n", 0)


def test_a_second_start_raises_the_first_and_ends_without_a_window(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    with started(FIRST, folder) as first:
        assert comes_up(first)

        assert raises(folder, first)


@pytest.mark.heavy
def test_what_a_killed_start_left_behind_does_not_hide_the_next_one(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    with started(FIRST, folder) as killed:
        assert comes_up(killed)
    with started(FIRST, folder) as first:
        assert comes_up(first)

        assert raises(folder, first)


@pytest.mark.heavy
def test_a_start_on_another_data_folder_does_not_raise_the_first(tmp_path: Path) -> None:
    with started(FIRST, tmp_path / "here") as first, started(FIRST, tmp_path / "there") as other:
        assert comes_up(first)
        assert comes_up(other)

        assert (first.poll(), other.poll()) == (None, None)
