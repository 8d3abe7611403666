"""Killing the program at any moment loses nothing that was shown as saved."""

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

from painmap.domain.visit import Visit
from painmap.services.clinic import Clinic
from tests.support import factories as make

ROOT = Path(__file__).parents[2]
ROUNDS = 5


def start(folder: Path, visit_id: UUID) -> "subprocess.Popen[str]":
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.commit_loop", str(folder), str(visit_id)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
    )


def said_before_killed(process: "subprocess.Popen[str]", seconds: float) -> list[int]:
    """Kill the program `seconds` after its first commit; what it said until then."""
    assert process.stdout is not None
    said = [process.stdout.readline()]
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    said += process.stdout.readlines()
    process.wait()
    timer.join()
    process.stdout.close()
    # the kill may cut the last line
    return [int(line) for line in said if line.endswith("\n")]


def test_a_killed_program_loses_nothing_that_it_said_was_stored(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path)
    visit_id = clinic.new_visit(clinic.add_patient(make.patient()).id).visit.id
    clinic.close()
    chance = random.Random(time.time_ns())
    last_seen = 0

    for _ in range(ROUNDS):
        said = said_before_killed(start(tmp_path, visit_id), chance.uniform(0.0, 0.3))

        clinic = Clinic.open(tmp_path)
        opened = clinic.open_visit(visit_id)
        seqs = journal_of(opened.visit)
        assert clinic.integrity() == "ok"
        assert said
        assert said[0] == last_seen + 1
        assert set(said) <= set(seqs)
        # one that was stored, but killed before it could be said, may be there too
        assert len(seqs) - said[-1] in (0, 1)
        assert opened.undo_label == "add site"
        last_seen = len(seqs)
        clinic.close()


def journal_of(visit: Visit) -> range:
    """Each step added one site and one revision."""
    assert len(visit.planned_sites) == visit.revision
    return range(1, visit.revision + 1)
