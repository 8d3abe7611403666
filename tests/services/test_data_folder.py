"""Where the records lie, and what belongs to one data folder."""

import os
import stat
import sys
from pathlib import Path

import pytest

from painmap.services.data_folder import (
    DataFolderError,
    DataFolderProblem,
    data_folder,
    identity_key,
    log_folder,
    prepare,
    server_name,
)

as_root = hasattr(os, "geteuid") and os.geteuid() == 0


def test_the_option_goes_before_the_environment_and_this_before_the_default(
    tmp_path: Path,
) -> None:
    said = {"PAINMAP_DATA": str(tmp_path / "said")}

    assert data_folder(tmp_path / "chosen", environment=said) == tmp_path / "chosen"
    assert data_folder(environment=said) == tmp_path / "said"
    assert data_folder(environment={}).name == "painmap"
    assert data_folder(environment={"PAINMAP_DATA": " "}).name == "painmap"


def test_the_demonstration_never_shares_a_folder_with_real_records(tmp_path: Path) -> None:
    said = {"PAINMAP_DATA": str(tmp_path / "said")}

    assert data_folder(demo=True, environment={}).name == "painmap-demo"
    assert data_folder(demo=True, environment=said) == tmp_path / "said-demo"


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "a" / "b")

    assert folder.is_dir()
    assert list(folder.iterdir()) == []
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x", encoding="utf-8")

    for place in ("taken", "taken/below"):
        with pytest.raises(DataFolderError) as caught:
            prepare(tmp_path / place)
        assert caught.value.problem is DataFolderProblem.NOT_A_FOLDER
        assert str(tmp_path) not in str(caught.value)


@pytest.mark.skipif(as_root, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "fixed"
    folder.mkdir(mode=0o500)

    with pytest.raises(DataFolderError) as caught:
        prepare(folder)

    assert caught.value.problem is DataFolderProblem.READ_ONLY


def test_a_second_start_finds_the_first_by_the_folder_however_it_is_written(
    tmp_path: Path,
) -> None:
    folder = prepare(tmp_path / "data")
    (tmp_path / "link").symlink_to(folder)

    assert server_name(folder) == server_name(tmp_path / "x" / ".." / "data")
    assert server_name(folder) == server_name(tmp_path / "link")
    assert server_name(folder) != server_name(tmp_path / "other")
    assert "data" not in server_name(folder).removeprefix("painmap-")
    assert len(server_name(folder)) < 40
    assert log_folder(folder).parent == folder


def test_the_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    key = identity_key(tmp_path)

    assert len(key) == 32
    assert identity_key(tmp_path) == key
    assert identity_key(prepare(tmp_path / "other")) != key
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "identity.key").stat().st_mode) == 0o600


def test_a_secret_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "identity.key").write_bytes(b"short")

    assert len(identity_key(tmp_path)) == 32
    assert identity_key(tmp_path) == identity_key(tmp_path)


def test_a_secret_without_a_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError):
        identity_key(tmp_path / "nowhere")
