"""How fast CT is read, beside what others take in the same run, and what memory it takes.

Run with ``python -m tests.benchmarks.bench_ct_reading`` from the project's folder, with the
extra ``bench`` installed; it writes ``docs/proof/bench-ct-reading.md``. Every reader is a process
of its own; they take turns, five rounds after one to warm up, so that what else the computer
does falls on all alike. Files are in the page cache. The first reading of a process is printed as
well: it includes all that is started or loaded by it. Processor time tells what a reader took from
all cores, also where other work made it wait. A folder given as argument keeps the series for
the next run.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import sleep

import psutil

from tests.benchmarks.ct_series import SYNTAXES, write_ct, write_mixed
from tests.benchmarks.table import markdown

REMARKS_FROM = 4
"""Lines of the head that are made anew each time."""

ROUNDS = 5
VOLUME_MB = 400 * 512 * 512 * 2 / 1e6
PROOF = Path(__file__).parents[2] / "docs" / "proof" / "bench-ct-reading.md"

PLAIN = [
    "painmap", "raw bytes", "dicomsdl", "dicomsdl, stored values", "VTK", "SimpleITK",
    "SimpleITK, names known", "python-gdcm", "pydicom alone",
]  # fmt: skip
PACKED = ["painmap", "SimpleITK"]
SCANS = [
    "scan: painmap",
    "scan: SimpleITK, series only",
    "scan: SimpleITK, series and file names",
]


@dataclass
class Runner:
    """A reader in its own process."""

    name: str
    process: "subprocess.Popen[str]"
    cold: float = 0.0
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    found: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def run(self) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer:
            raise SystemExit(f"{self.name} failed")
        self.found = int(answer[1])
        self.processor.append(float(answer[2]))
        return float(answer[0])


@contextmanager
def runners(names: Sequence[str], folder: Path) -> Iterator[list[Runner]]:
    """Start readers, and end them whatever happens."""
    started: list[Runner] = []
    try:
        for name in names:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.ct_readers", name, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.append(Runner(name, process))
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise SystemExit(f"{name} did not start; is the extra 'bench' installed?")
        yield started
    finally:
        for one in started:
            one.process.kill()
            one.process.wait()


def measure(names: Sequence[str], folder: Path, rounds: int = ROUNDS) -> dict[str, Runner]:
    """Let readers take turns; all must find the same."""
    with runners(names, folder) as all_of_them:
        for one in all_of_them:
            one.cold = one.run()
            if not rounds:
                one.seconds.append(one.cold)
        for _ in range(rounds):
            for one in all_of_them:
                one.seconds.append(one.run())
        # GDCM counts the series of MR too, which is no disagreement on voxels
        sums = {one.found for one in all_of_them if one.found and not one.name.startswith("scan")}
        if len(sums) > 1:
            raise SystemExit(f"the readers disagree: {[(o.name, o.found) for o in all_of_them]}")
        return {one.name: one for one in all_of_them}


def growth_mb(folder: Path) -> float:
    """The most that a load adds to the memory of all processes of painmap (PSS)."""
    with runners(["painmap"], folder) as (one,):
        family = psutil.Process(one.process.pid)
        before, most, over = _pss(family), 0.0, threading.Event()

        def watch() -> None:
            nonlocal most
            while not over.is_set():
                most = max(most, _pss(family))
                sleep(0.02)

        watcher = threading.Thread(target=watch)
        watcher.start()
        one.run()
        over.set()
        watcher.join()
        return (most - before) / 1e6


def _pss(process: psutil.Process) -> float:
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        try:
            total += each.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def reading_part(folders: dict[str, Path]) -> list[str]:
    parts = []
    for name, folder in folders.items():
        found = measure(PLAIN if name == "uncompressed" else PACKED, folder)
        ours = found["painmap"]
        rows = [
            (
                each.name,
                f"{each.median:.3f}",
                f"{min(each.seconds):.3f}",
                f"{each.cold:.3f}",
                f"{min(each.processor):.3f}",
                f"{each.median / ours.median:.2f}",
            )
            for each in found.values()
        ]
        parts += [f"## 400 slices, {name}", "", markdown(
            ("reader", "median s", "best s", "first s", "processor s", "times painmap"), rows
        ), ""]  # fmt: skip
        sys.stdout.write("\n".join(parts[-4:]) + "\n")
        sys.stdout.flush()
    return parts


def first_slice_part(folders: dict[str, Path]) -> list[str]:
    rows = []
    for name, folder in folders.items():
        found = measure(["painmap, first slice", "painmap, cancel"], folder)
        first, cancel = found.values()
        rows.append(
            (
                name,
                f"{first.median * 1000:.0f}",
                f"{first.cold * 1000:.0f}",
                f"{max(cancel.seconds) * 1000:.0f}",
            )
        )
    head = ("folder of 400", "first slice, median ms", "cold ms", "longest cancel, ms")
    title = "## From the folder to the first slice (scan and one slice); cancel while it loads"
    return [title, "", markdown(head, rows), ""]


def memory_part(folders: dict[str, Path]) -> list[str]:
    rows = []
    for name, folder in folders.items():
        growth = growth_mb(folder)
        rows.append((name, f"{growth:.0f}", f"{growth / VOLUME_MB:.2f}"))
    head = ("folder of 400", "growth MB (PSS)", f"times the volume of {VOLUME_MB:.0f} MB")
    return ["## Memory, all processes", "", markdown(head, rows), ""]


def scan_part(folder: Path) -> list[str]:
    found = measure(SCANS[:2], folder)
    slow = measure(SCANS[2:], folder, rounds=0)
    ours = found[SCANS[0]]
    rows = [
        (each.name, f"{each.median:.2f}", f"{each.median / ours.median:.2f}", str(each.found))
        for each in (*found.values(), *slow.values())
    ]
    head = ("5,000 mixed files", "median s", "times painmap", "series found")
    return ["## Scan of 5,000 mixed files to the series list", "", markdown(head, rows), ""]


def written(made: Path) -> tuple[dict[str, Path], Path]:
    """Write the series and the mixed folder that are not there yet."""
    folders = {name: made / name for name in SYNTAXES}
    for name, syntax in SYNTAXES.items():
        if not folders[name].is_dir():
            write_ct(folders[name], syntax)
    mixed = made / "mixed"
    if not mixed.is_dir():
        write_mixed(mixed)
    return folders, mixed


def _remarks() -> list[str]:
    """What was written by hand about the figures, between the head and the first table."""
    if not PROOF.exists():
        return []
    before = PROOF.read_text().split("\n## ", 1)[0].split("\n")
    return before[REMARKS_FROM:]


def main() -> int:
    """Measure all, print it, and write the page."""
    with tempfile.TemporaryDirectory() as gone_afterwards:
        made = Path(sys.argv[1] if len(sys.argv) > 1 else gone_afterwards)
        folders, mixed = written(made)
        load = os.getloadavg()[0]
        parts: list[str] = []
        for part in (
            partial(scan_part, mixed),
            partial(memory_part, folders),
            partial(first_slice_part, folders),
            partial(reading_part, folders),
        ):
            parts += part()
            sys.stdout.write("\n".join(parts[-4:]) + "\n")
            sys.stdout.flush()
    head = [
        "# Reading CT, beside others in the same run",
        "",
        f"`python -m tests.benchmarks.bench_ct_reading`, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load of the machine at the start {load:.1f}. "
        f"400 slices of 512 x 512; median of {ROUNDS} rounds, readers in turns; files "
        "in the page cache.",
        "",
        *_remarks(),
    ]
    PROOF.write_text("\n".join([*head, *parts]))
    sys.stdout.write("\n".join([*head, *parts]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
