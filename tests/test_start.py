"""A start is safe from what lies in the current directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from painmap.__main__ import HOME, keep_out_current_folder
from tests.support import ct

LIBRARIES = ("dl", "numpy", "pydicom", "platformdirs", "json")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder whose names stand for libraries, each of which would end the program."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    (folder / "dl").mkdir()  # empty, as unpacked archives have it; enough to break python-gdcm
    for name in LIBRARIES[1:]:
        (folder / f"{name}.py").write_text("raise SystemExit('hostile')", encoding="utf-8")
    ct.write_series(folder / "ct")
    return folder


def start(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [*command, "series", "ct", "--json"],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_python_m_painmap_reads_nothing_from_the_current_folder(hostile: Path) -> None:
    # -S would hide the libraries; json is imported by painmap only after the path is safe
    done = start(hostile, sys.executable, "-m", "painmap")

    assert (done.returncode, done.stderr) == (0, "")
    assert '"files": 6' in done.stdout


def test_the_command_reads_nothing_from_the_current_folder(hostile: Path) -> None:
    script = "import sys; from painmap.__main__ import main; sys.exit(main())"

    done = start(hostile, sys.executable, "-c", script)

    assert (done.returncode, done.stderr) == (0, "")


def test_gdcm_is_whole_beside_a_folder_named_dl(hostile: Path) -> None:
    script = (
        "import sys; from painmap.__main__ import keep_out_current_folder as k;"
        "sys.path[:] = k(sys.path); import gdcm; gdcm.ImageReader(); print('whole')"
    )

    done = start(hostile, sys.executable, "-c", script)

    assert "whole" in done.stdout


def test_only_the_current_folder_is_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, other = tmp_path / "here", tmp_path / "other"
    here.mkdir()
    other.mkdir()
    monkeypatch.chdir(here)
    entries = ["", ".", str(here), str(here / ".." / "here"), str(other), "/nowhere/python.zip"]

    assert keep_out_current_folder(entries) == [str(other), "/nowhere/python.zip"]


def test_the_programs_own_folder_stays_when_one_stands_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert keep_out_current_folder(["", "/x"], home=tmp_path.resolve()) == ["", "/x"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no current folder")
def test_a_current_folder_that_was_deleted_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert keep_out_current_folder(["", "/x"]) == ["/x"]
    os.chdir(tmp_path)
