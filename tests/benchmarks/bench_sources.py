"""How fast a folder is listed for the second time, and how a slow disc is read.

Run with ``python -m tests.benchmarks.bench_sources`` from the project's folder.

A scan of 5,000 mixed files is held against a second one of the same folder (median of 5; goal:
a tenth of the time). A disc of 400 slices is read at 3 MB/s: the list in 5 s, a picture in 10 s.
"""

import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from painmap.domain.progress import run_to_end
from painmap.imaging import scan as scan_module
from painmap.imaging.scan import ScanResult, scanning
from painmap.imaging.thumbnail import thumbnailing
from painmap.records.database import Database
from painmap.services.media import Medium, MediumKind
from painmap.services.series_index import SeriesIndex
from painmap.services.studies import scanning_folder
from tests.support import ct
from tests.support.bad_media import Throttle

SERIES, SLICES, OTHERS = 12, 400, 200
RUNS = 5
RATE = 3e6
GOALS = {"list": 5.0, "first picture": 10.0}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def mixed(folder: Path) -> None:
    """5,000 files: twelve series of 400 slices, and 200 that are no pictures."""
    for number in range(SERIES):
        ct.write_series(folder / f"s{number}", count=SLICES, series_uid=f"1.2.3.4.{number}")
    (folder / "texts").mkdir()
    for number in range(OTHERS):
        (folder / "texts" / f"{number}.txt").write_text("not a picture")


def second_look(folder: Path) -> bool:
    mixed(folder / "disc")
    # the files were written a moment ago
    scan_module.UNSETTLED_NS = -(10**18)
    database = Database.open(folder / "records")
    index = SeriesIndex(database, today=lambda: datetime.now(UTC).date())
    run_to_end(scanning(folder / "disc"))  # page cache warm
    start = perf_counter()
    whole = run_to_end(scanning(folder / "disc", memory=index))
    first = perf_counter() - start
    index.keep(folder / "disc")
    again, restarted = [], []
    for _ in range(RUNS):
        again.append(_seconds(folder / "disc", index, whole))
        # as after another start of the program: all comes from the database
        fresh = SeriesIndex(database, today=lambda: datetime.now(UTC).date())
        restarted.append(_seconds(folder / "disc", fresh, whole))
    database.close()
    ratio = first / statistics.median(again)
    _say(f"first scan of 5,000 files   {first:8.2f} s")
    for name, times in (("second scan", again), ("after another start", restarted)):
        second = statistics.median(times)
        _say(f"{name:27s} {second:8.2f} s   {first / second:.1f} times as fast (goal 10)")
    return ratio >= 10


def _seconds(folder: Path, index: SeriesIndex, whole: ScanResult) -> float:
    start = perf_counter()
    found = run_to_end(scanning(folder, memory=index))
    took = perf_counter() - start
    assert found == whole
    return took


def slow_disc(folder: Path) -> bool:
    ct.write_series(
        folder / "cd",
        count=SLICES,
        rows=512,
        columns=512,
        field=lambda x, y, z: np.rint(200 * np.sin(x) * np.cos(y) + z),
    )
    medium = Medium(MediumKind.DISC, Throttle(RATE))
    start = perf_counter()
    (study,) = run_to_end(scanning_folder(folder / "cd", detect=lambda _: medium)).studies
    listed = perf_counter() - start
    run_to_end(thumbnailing(study.first_stack, side=320, opener=medium.opener))
    took = {"list": listed, "first picture": perf_counter() - start}
    for name, seconds in took.items():
        _say(f"{name:27s} {seconds:8.2f} s   at 3 MB/s (goal {GOALS[name]:.0f})")
    return all(took[name] <= goal for name, goal in GOALS.items())


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        kept = [second_look(Path(place) / "a"), slow_disc(Path(place) / "b")]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
