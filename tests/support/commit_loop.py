"""A program of its own: commits steps without end, and says each only when it is stored.

``python commit_loop.py FOLDER VISIT_ID``
"""

import sys
from pathlib import Path
from uuid import UUID

from painmap.domain import edits
from painmap.services.clinic import Clinic
from tests.support import factories as make


def main(folder: Path, visit_id: UUID) -> None:
    clinic = Clinic.open(folder, author="victim")
    opened = clinic.open_visit(visit_id)
    while True:
        step = opened.apply(edits.plan_site(make.planned_site(note="x" * 500)))
        if step is not None:
            opened.commit(step)
            sys.stdout.write(f"{step.seq}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), UUID(sys.argv[2]))
