"""`painmap samples list` and `get`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from painmap import cli
from painmap.services.samples import sample_catalogue
from painmap.services.settings import Settings
from tests.support.s3 import free_port, moto, put, series_files

NECK = sample_catalogue().find("neck-1")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real S3-speaking server that has a series in place of the sample neck-1."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    files = series_files(tmp_path / "source", NECK.images, series_uid=NECK.series_uid)
    with moto() as url:
        put(url, NECK.crdc_series_uuid, files)
        yield url


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = cli.main([str(each) for each in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_list_names_anatomy_size_licence_and_citation(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, err = run(capsys, "samples", "list", "--data", tmp_path / "none")

    assert (status, err) == (0, "")
    assert "neck-1     neck, 40 pictures, 21 MB\n" in out
    assert "https://doi.org/10.7937/c5ke-yx42, licence CC BY 4.0" in out
    assert not (tmp_path / "none").exists()


def test_a_sample_is_fetched_once_and_then_listed_as_here(
    capsys: pytest.CaptureFixture[str], server: str
) -> None:
    status, out, err = run(capsys, "samples", "get", "neck-1", "--endpoint", server)

    assert (status, err) == (0, "")
    folder, said = out.splitlines()
    assert len(list(Path(folder).iterdir())) == NECK.images
    assert said.startswith("40 of 40 pictures. Cite: Collection eay131")
    dead = f"http://127.0.0.1:{free_port()}"
    assert run(capsys, "samples", "get", "neck-1", "--endpoint", dead)[0] == 0
    rows = json.loads(run(capsys, "samples", "list", "--json")[1])["samples"]
    assert [row["id"] for row in rows if row["on_this_computer"]] == ["neck-1"]
    assert run(capsys, "series", folder)[0] == 0


def test_the_server_of_the_settings_is_asked(
    capsys: pytest.CaptureFixture[str], server: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    Settings(data)["samples_endpoint"] = server

    assert run(capsys, "samples", "get", NECK.series_uid, "--data", data)[0] == 0


def test_what_goes_wrong_is_one_line(capsys: pytest.CaptureFixture[str], server: str) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    for arguments, words in (
        (("get", "neck-9"), "no such sample"),
        (("get", "neck-2", "--endpoint", dead), "cannot be reached"),
        (("get", "neck-2", "--endpoint", server), "0 of 43 pictures"),
        (("get", "neck-2", "--endpoint", "http://mirror.example"), "https://"),
        ((), "list|get"),
    ):
        status, out, err = run(capsys, "samples", *arguments)

        assert status != 0
        assert out == ""
        assert err.count("\n") == 1
        assert words in err


def test_files_of_another_series_are_refused_and_not_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with moto() as url:
        # a person's series behind a sample's address would pass the rule for samples
        put(url, NECK.crdc_series_uuid, series_files(tmp_path / "source", NECK.images))
        status, _, err = run(capsys, "samples", "get", "neck-1", "--endpoint", url)

    assert status == 1
    assert "not the series that the catalogue names" in err
    rows = json.loads(run(capsys, "samples", "list", "--json")[1])["samples"]
    assert not any(row["on_this_computer"] for row in rows)
