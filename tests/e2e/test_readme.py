"""The two commands at the top of README do what they say on a fresh machine."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = (
    "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt . "
    "&& .venv/bin/painmap --demo"
)
TEST = (
    "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[test]' "
    "&& .venv/bin/pytest"
)
START_S = 400
"""Setting up an environment from the index on two busy cores, and the first window."""


def test_readme_begins_with_the_two_commands_and_names_the_system_libraries() -> None:
    lines = [line.strip() for line in (ROOT / "README.md").read_text().splitlines()]

    assert lines.index(RUN) < lines.index(TEST) < 10
    apt = next(line for line in lines if line.startswith("sudo apt-get install"))
    gate = (ROOT / ".ci" / "run").read_text()
    assert all(package in gate for package in apt.split()[4:])


def test_the_gate_runs_the_readme_command_as_it_stands() -> None:
    gate = (ROOT / ".ci" / "run").read_text()

    assert 'grep -m1 -F ".venv/bin/pytest" README.md' in gate
    assert 'eval "$command"' in gate


@pytest.mark.heavy
def test_the_first_command_opens_the_demonstration_from_a_fresh_clone(tmp_path: Path) -> None:
    if not all(shutil.which(tool) for tool in ("git", "xvfb-run", "xdotool")):
        pytest.skip("needs git, xvfb-run and xdotool")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    env = {k: v for k, v in os.environ.items() if k not in ("QT_QPA_PLATFORM", "PYTHONPATH")}
    script = (
        f"({RUN}) > run.log 2>&1 & echo $! > pid; "
        f"for n in $(seq {START_S}); do "
        "xdotool search --onlyvisible --name painmap >/dev/null 2>&1 && echo shown && break; "
        "sleep 1; done"
    )
    with subprocess.Popen(
        ["xvfb-run", "-a", "-s", "-screen 0 1440x900x24", "bash", "-c", script],
        cwd=clone,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as display:
        try:
            shown = display.stdout.readline() if display.stdout else ""
            log = (clone / "run.log").read_text()
            assert shown.strip() == "shown", log[-2000:]
            time.sleep(1)
            assert "Traceback" not in (clone / "run.log").read_text()
        finally:
            os.killpg(display.pid, signal.SIGTERM)
