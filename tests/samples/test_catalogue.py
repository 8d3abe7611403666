"""The catalogue that is shipped, and what stands between it and a wrong one."""

import json
from pathlib import Path

import pytest

from painmap.samples.catalogue import FILE, Anatomy, load
from painmap.samples.errors import SamplesError, SamplesProblem
from painmap.samples.pace import MEGA, FetchProgress, Pace, duration_words, figure
from painmap.services.resources import resources_root
from painmap.services.samples import sample_catalogue


def test_the_catalogue_names_licence_source_and_size_of_each_sample() -> None:
    samples = sample_catalogue().series

    assert {each.anatomy for each in samples} == set(Anatomy)
    for each in samples:
        assert each.licence.startswith("CC")
        assert each.doi in each.citation
        assert each.series_uid in each.citation
        assert each.title
        # a picture of 512 x 512 in 16 bits, and its header
        assert 0.5 < each.megabytes / each.images < 0.6


@pytest.mark.shared_data
def test_the_catalogue_says_what_its_source_says(shared_data: Path) -> None:
    theirs = json.loads((shared_data / "public-ct-series.json").read_text(encoding="utf-8"))

    assert {
        (e["SeriesInstanceUID"], e["crdc_series_uuid"], e["instanceCount"], e["source_DOI"])
        for e in theirs
    } == {
        (each.series_uid, each.crdc_series_uuid, each.images, each.doi)
        for each in sample_catalogue().series
    }


@pytest.mark.parametrize(
    "spoil",
    [
        {"crdc_series_uuid": "../../etc"},
        {"bucket": "evil/bucket"},
        {"series_uid": "x"},
        {"images": 0},
        {"doi": "somewhere"},
        {"surprise": 1},
    ],
)
def test_a_damaged_catalogue_is_refused(tmp_path: Path, spoil: dict[str, object]) -> None:
    content = json.loads((resources_root() / "samples" / FILE).read_text(encoding="utf-8"))
    content["series"][0] |= spoil
    (tmp_path / FILE).write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(SamplesError) as caught:
        load(tmp_path)

    assert caught.value.problem is SamplesProblem.BAD_CATALOGUE


def test_a_sample_that_stands_twice_is_refused(tmp_path: Path) -> None:
    content = json.loads((resources_root() / "samples" / FILE).read_text(encoding="utf-8"))
    content["series"].append(content["series"][0])
    (tmp_path / FILE).write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(SamplesError):
        load(tmp_path)


def test_a_sample_is_found_by_each_of_its_names() -> None:
    catalogue = sample_catalogue()
    first = catalogue.series[0]

    assert catalogue.find(first.id) is first
    assert catalogue.find(first.series_uid) is first
    assert catalogue.find(f" {first.crdc_series_uuid} ") is first
    with pytest.raises(SamplesError):
        catalogue.find("lumbar")


def test_progress_says_count_size_rate_and_remaining_time() -> None:
    now = 100.0
    pace = Pace(124, 65 * MEGA, clock=lambda: now)
    pace.came(2 * MEGA)
    assert pace.step().words == "0 of 124 pictures, 2 of 65 MB"

    now = 102.0
    pace.came(4 * MEGA)
    pace.pictures_done = 11

    assert pace.step().words == "11 of 124 pictures, 6 of 65 MB, 3 MB/s, about 20 seconds left"


def test_a_stall_shows_in_the_rate() -> None:
    now = 0.0
    pace = Pace(10, 10 * MEGA, clock=lambda: now)
    pace.came(MEGA)

    now = 60.0

    assert pace.step().bytes_per_s == 0
    assert pace.step().remaining_s is None
    assert "left" not in pace.step().words


def test_figures_show_no_more_than_they_hold() -> None:
    assert [figure(n) for n in (0, 3.04, 3.14, 9.96, 65.4)] == ["0", "3", "3.1", "10", "65"]
    assert [duration_words(s) for s in (0.2, 1.4, 15, 150)] == [
        "1 second",
        "1 second",
        "15 seconds",
        "2 minutes",
    ]
    assert FetchProgress(0, None, "Asking").words == "Asking"
