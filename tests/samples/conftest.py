"""A bucket with faults, and a small series in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.s3 import FaultyBucket, series_files

COUNT = 12


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a proxy of the house away from loopback."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    return series_files(tmp_path / "source", COUNT)


@pytest.fixture
def bucket(files: dict[str, bytes]) -> Iterator[FaultyBucket]:
    made = FaultyBucket(files)
    yield made
    made.close()
