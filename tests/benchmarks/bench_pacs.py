"""How fast a study comes from a real Orthanc on loopback, and how soon a cancel is over.

Run with ``python -m tests.benchmarks.bench_pacs`` from the project's folder.
"""

import sys
import tempfile
from pathlib import Path
from time import perf_counter

from painmap.domain.progress import run_to_end
from painmap.imaging.header import PatientIdentity
from painmap.pacs.archive import FoundStudy, StudyQuery
from painmap.services.pacs_access import PacsAccess
from tests.support.ct import write_series
from tests.support.orthanc import PASSWORD, Orthanc, send
from tests.support.pacs import KINDS, archive, node, through
from tests.support.relay import relay

SLICES, SIDE = 120, 512
CANCELS = 7
GOAL_CANCEL_MS = 100.0
STUDY = FoundStudy("1.2.3.4", PatientIdentity())


def main() -> int:
    """Print the table; the status says whether every goal was met."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        orthanc = Orthanc(folder / "server").start()
        try:
            send(orthanc, write_series(folder / "ct", count=SLICES, rows=SIDE, columns=SIDE))
            return _measure(folder, orthanc)
        finally:
            orthanc.kill()


def _measure(folder: Path, orthanc: Orthanc) -> int:
    megabytes = SLICES * SIDE * SIDE * 2 / 1e6
    worst = 0.0
    for kind in KINDS:
        access = PacsAccess(folder / kind)
        profile = node(orthanc, kind)
        start = perf_counter()
        run_to_end(access.retrieving(profile, STUDY, modality="CT", typed=PASSWORD))
        seconds = perf_counter() - start
        moving = [_cancel_ms(folder / f"{kind}-{n}", orthanc, kind) for n in range(CANCELS)]
        silent = _silent_ms(orthanc, kind)
        worst = max(worst, silent, *moving)
        _say(
            f"{kind:11} {SLICES} pictures, {megabytes:.0f} MB in {seconds:.1f} s "
            f"({megabytes / seconds:.0f} MB/s); cancel in mid-transfer at most "
            f"{max(moving):.0f} ms, while the server is silent {silent:.0f} ms"
        )
    _say(f"cancel: worst {worst:.0f} ms, goal {GOAL_CANCEL_MS:.0f} ms")
    return 0 if worst <= GOAL_CANCEL_MS else 1


def _cancel_ms(folder: Path, orthanc: Orthanc, kind: str) -> float:
    """From the cancel until the job has ended and nothing more is kept."""
    job = PacsAccess(folder).retrieving(node(orthanc, kind), STUDY, modality="CT", typed=PASSWORD)
    while not ((step := next(job)).total and step.done >= 3):
        pass
    start = perf_counter()
    job.close()
    return (perf_counter() - start) * 1000


def _silent_ms(orthanc: Orthanc, kind: str) -> float:
    port = orthanc.http_port if kind == "dicomweb" else orthanc.dicom_port
    with relay(port, stall_after=0) as silent:
        asked = archive(through(node(orthanc, kind), silent.port), answer_s=600)
        job = asked.find(StudyQuery(patient_id="P1"))
        while not silent.connections:
            next(job)
        start = perf_counter()
        job.close()
        return (perf_counter() - start) * 1000


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
