"""A process that reads spoiled files through the whole read path, and says how each went.

Run as `python -m tests.support.fuzz_worker`: one JSON line in for each file, one out. It is
a process of its own because a decoder that crashes takes its process with it.
"""

import json
import logging
import resource
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from shutil import rmtree

from painmap.domain.progress import run_to_end
from painmap.imaging.errors import SeriesError
from painmap.imaging.listing import series_json
from painmap.imaging.scan import scanning
from painmap.imaging.volume import loading

MOST_ADDRESS_BYTES = 8 << 30
"""An absurd allocation fails here, and not by bringing the machine down."""


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.name}: {record.getMessage()}")


def _memory(name: str) -> int:
    """A line of this process's status in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"the system does not say {name}")


def read(path: Path, workspace: Path) -> str:
    """Take a file, folder or archive from scan to volume; say how it ended."""
    try:
        found = run_to_end(scanning(path, workspace=workspace))
    except SeriesError as error:
        return f"refused: {error.problem.name}"
    json.dumps(series_json(found), allow_nan=False)
    ends = [f"skipped: {each.reason.name}" for each in found.skipped]
    for stack in (*found.stacks, *found.look_only):
        try:
            volume = run_to_end(loading(stack))
        except SeriesError as error:
            ends.append(f"refused: {error.problem.name}")
        else:
            volume.hu.sum()
            ends.append("read")
    return ", ".join(sorted(set(ends)))


def measured(path: Path, heard: _Heard, workspace: Path) -> dict[str, object]:
    """Read `path` and say how it ended, how long it took and by how much memory grew."""
    workspace.mkdir()
    heard.said.clear()
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    before = _memory("VmRSS")
    began = time.process_time()
    fault = ""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            end = read(path, workspace)
        except BaseException:  # noqa: BLE001 - what this looks for
            end, fault = "fault", traceback.format_exc()
        rmtree(workspace)
    return {
        "end": end,
        "fault": fault,
        "seconds": time.process_time() - began,
        "grown": _memory("VmHWM") - before,
        "said": [*heard.said, *(f"{each.category.__name__}: {each.message}" for each in warned)],
    }


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESS_BYTES, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    heard = _Heard()
    logging.getLogger().addHandler(heard)
    with tempfile.TemporaryDirectory() as folder:
        file, workspace = Path(folder) / "alone" / "one", Path(folder) / "workspace"
        file.parent.mkdir()  # a table of contents has its folder looked through
        for line in sys.stdin:
            asked = json.loads(line)
            if "path" in asked:
                answer = measured(Path(asked["path"]), heard, workspace)
            else:
                file.write_bytes(bytes.fromhex(asked["content"]))
                answer = measured(file, heard, workspace)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
