"""Files are written whole or not at all."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from painmap.exchange import writing
from painmap.exchange.errors import ExportError, ExportProblem
from painmap.exchange.writing import replace_file, write_folder

FILES = {"a.txt": b"first", "b.txt": b"second"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "out"
    place.mkdir()
    return place


def break_at(monkeypatch: pytest.MonkeyPatch, number: int, code: int) -> None:
    """Let the system refuse the nth file after half of it was written."""
    real, count = writing.write_file, iter(range(1, 100))

    def write(path: Path, content: bytes) -> None:
        if next(count) == number:
            path.write_bytes(content[: len(content) // 2])
            raise OSError(code, os.strerror(code))
        real(path, content)

    monkeypatch.setattr(writing, "write_file", write)


def test_a_folder_is_written_with_all_its_files(place: Path) -> None:
    folder = write_folder(place, "export", FILES)

    assert folder == place / "export"
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == FILES
    assert list(place.iterdir()) == [folder]


def test_a_taken_name_gets_a_number_and_nothing_is_overwritten(place: Path) -> None:
    (place / "export").mkdir()
    (place / "export (2)").write_bytes(b"a file of that name")

    folder = write_folder(place, "export", FILES)

    assert folder.name == "export (3)"
    assert list((place / "export").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (errno.ENOSPC, ExportProblem.FULL),
        (errno.EDQUOT, ExportProblem.FULL),
        (errno.EROFS, ExportProblem.READ_ONLY),
        (errno.EACCES, ExportProblem.READ_ONLY),
        (errno.EIO, ExportProblem.FAILED),
        (errno.ENOENT, ExportProblem.GONE),
    ],
)
@pytest.mark.parametrize("number", [1, 2])
def test_what_fails_leaves_no_half_written_file(
    place: Path, monkeypatch: pytest.MonkeyPatch, code: int, problem: ExportProblem, number: int
) -> None:
    break_at(monkeypatch, number, code)

    with pytest.raises(ExportError) as caught:
        write_folder(place, "export", FILES)

    assert caught.value.problem is problem
    assert "nothing was exported" in caught.value.message
    assert list(place.iterdir()) == []


def test_a_fault_of_ours_leaves_no_half_written_file_either(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_path: Path, _content: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "write_file", stop)

    with pytest.raises(KeyboardInterrupt):
        write_folder(place, "export", FILES)

    assert list(place.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(place: Path) -> None:
    with pytest.raises(ExportError) as caught:
        write_folder(place / "none", "export", FILES)

    assert caught.value.problem is ExportProblem.GONE


def test_a_file_in_place_of_the_folder_is_said(place: Path) -> None:
    (place / "file").touch()

    with pytest.raises(ExportError) as caught:
        write_folder(place / "file", "export", FILES)

    assert caught.value.problem is ExportProblem.NOT_A_FOLDER


def test_a_folder_that_refuses_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_options: object) -> str:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)

    with pytest.raises(ExportError) as caught:
        write_folder(place, "export", FILES)

    assert caught.value.problem is ExportProblem.READ_ONLY


def test_a_file_is_replaced_whole(place: Path) -> None:
    path = place / "visit.json"
    path.write_bytes(b"old")

    replace_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(place.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_stays_as_it_was(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place / "visit.json"
    path.write_bytes(b"old")
    break_at(monkeypatch, 1, errno.ENOSPC)

    with pytest.raises(ExportError) as caught:
        replace_file(path, b"new")

    assert caught.value.problem is ExportProblem.FULL
    assert path.read_bytes() == b"old"
    assert list(place.iterdir()) == [path]


def test_a_file_has_a_folder_and_does_not_take_the_place_of_one(place: Path) -> None:
    (place / "folder").mkdir()

    for path, problem in (
        (place / "none" / "a.json", ExportProblem.GONE),
        (place / "folder", ExportProblem.FAILED),
    ):
        with pytest.raises(ExportError) as caught:
            replace_file(path, b"new")
        assert caught.value.problem is problem


def test_a_really_full_disk_leaves_nothing(place: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if (
        not sys.platform.startswith("linux")
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("needs the right to mount a small disk")
    try:
        with pytest.raises(ExportError) as caught:
            write_folder(place, "export", {"a.txt": b"a", "b.txt": bytes(1_000_000)})

        assert caught.value.problem is ExportProblem.FULL
        assert list(place.iterdir()) == []
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("problem", ExportProblem)
def test_every_problem_is_a_sentence_with_a_hint(problem: ExportProblem) -> None:
    error = ExportError(problem)

    assert error.message.endswith(".")
    assert error.hint.endswith(".")
