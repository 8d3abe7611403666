"""A series that may be read in several ways: which comes first, why, and what is asked."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from painmap.imaging.readings import SeriesReadings
from painmap.imaging.ways import Way
from tests.imaging.helpers import codes, scan
from tests.support.ct import write_series


def only_series(path: Path) -> SeriesReadings:
    (series,) = scan(path).readings
    return series


def ways(series: SeriesReadings) -> list[Way]:
    return [one.way for one in series.readings]


def tagged(folder: Path, name: str, first_number: int = 1, **tags: object) -> None:
    """Write a part of the one series with tags of its own."""

    def edit(dataset: Dataset, order: int) -> None:
        for keyword, value in tags.items():
            setattr(dataset, keyword, value(order) if callable(value) else value)
        dataset.SOPInstanceUID = f"1.2.3.4.1.{first_number + order}"

    # fields of their own, so that no two files are copies
    write_series(
        folder / name, count=5, first_number=first_number, edit=edit,
        field=lambda x, y, z: x * 0 + first_number,
    )  # fmt: skip


def test_an_ordinary_series_is_read_as_one_and_nothing_is_asked(tmp_path):
    write_series(tmp_path, count=6)

    series = only_series(tmp_path)

    assert ways(series) == [Way.AS_ONE]
    assert series.question == ""
    assert series.readings[0].reason == "The slices follow each other in even steps."


def test_acquisitions_at_the_same_places_are_stacks_and_a_question(tmp_path):
    tagged(tmp_path, "a", 1, AcquisitionNumber=3)
    tagged(tmp_path, "b", 11, AcquisitionNumber=4)

    series = only_series(tmp_path)

    assert ways(series)[0] is Way.ACQUISITION
    assert [stack.part for stack in series.stacks] == ["acquisition 3", "acquisition 4"]
    assert all(stack.uniform and "PHASE" in codes(stack) for stack in series.stacks)
    assert "This is acquisition 3 of the series." in series.stacks[0].warnings[0].message
    assert series.question == (
        "At 5 places of this series several different pictures lie. Which are wanted?"
    )
    assert ways(series) == [Way.ACQUISITION, Way.AS_ONE]


def test_acquisitions_that_follow_each_other_evenly_are_one_volume(tmp_path):
    write_series(
        tmp_path, count=8, edit=lambda one, order: setattr(one, "AcquisitionNumber", order // 4)
    )

    series = only_series(tmp_path)

    assert ways(series)[0] is Way.AS_ONE
    assert series.stacks[0].uniform
    assert Way.ACQUISITION in ways(series)


@pytest.mark.parametrize(
    ("gaps", "each"),
    [
        ((3,), 2),  # 0 1 | 2 4: the gap is the only step of the second part
        ((4, 6), 3),  # 0 1 2 | 3 5 7: every second slice of the second part is missing
        ((2,), 2),  # 0 1 | 3 4: the gap lies between two pairs
    ],
)
def test_a_missing_slice_is_not_hidden_by_acquisition_numbers(tmp_path, gaps, each):
    write_series(
        tmp_path, count=5 if each == 2 else 8, gaps=gaps,
        edit=lambda one, order: setattr(one, "AcquisitionNumber", order // each),
    )  # fmt: skip

    series = only_series(tmp_path)

    assert ways(series)[0] is Way.AS_ONE
    assert codes(series.stacks[0]) == {"GAP"}


def test_blocks_of_two_acquisitions_that_lie_apart_are_two_volumes(tmp_path):
    write_series(
        tmp_path, count=20, gaps=range(5, 15),
        edit=lambda one, order: setattr(one, "AcquisitionNumber", 1 + order // 5),
    )  # fmt: skip

    series = only_series(tmp_path)

    assert ways(series)[0] is Way.ACQUISITION
    assert [stack.shape[0] for stack in series.stacks] == [5, 5]
    assert series.question == ""


def test_phases_are_told_by_their_times(tmp_path):
    tagged(tmp_path, "a", 1, AcquisitionTime=lambda order: f"1014{order:02d}")
    tagged(tmp_path, "b", 11, AcquisitionTime=lambda order: f"1015{order:02d}")

    series = only_series(tmp_path)

    assert ways(series)[0] is Way.TIME
    assert [stack.part for stack in series.stacks] == [
        "time 1 of 2, 10:14:00",
        "time 2 of 2, 10:15:00",
    ]


def test_phases_are_told_by_their_temporal_position(tmp_path):
    tagged(tmp_path, "a", 1, TemporalPositionIdentifier=1)
    tagged(tmp_path, "b", 11, TemporalPositionIdentifier=2)

    series = only_series(tmp_path)

    assert ways(series)[0] is Way.PHASE
    assert [stack.part for stack in series.stacks] == ["phase time 1", "phase time 2"]


def test_two_tube_voltages_in_one_series_are_two_stacks(tmp_path):
    tagged(tmp_path, "a", 1, KVP=80)
    tagged(tmp_path, "b", 11, KVP=140)

    assert [stack.part for stack in only_series(tmp_path).stacks] == ["80 kV", "140 kV"]


def test_original_and_derived_pictures_are_never_one_volume(tmp_path):
    write_series(tmp_path / "a", count=4)
    write_series(
        tmp_path / "b", count=4, origin=(-5, -8, 112), first_number=20,
        edit=lambda one, _: setattr(one, "ImageType", ["DERIVED", "SECONDARY", "AXIAL"]),
    )  # fmt: skip

    series = only_series(tmp_path)

    assert ways(series) == [Way.IMAGE_TYPE, Way.AS_ONE]
    assert [stack.part for stack in series.stacks] == [
        "original primary axial",
        "derived secondary axial",
    ]


def test_one_derived_slice_within_a_volume_does_not_tear_it(tmp_path):
    def derived(dataset: Dataset, order: int) -> None:
        if order == 3:
            dataset.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]

    write_series(tmp_path, count=8, edit=derived)

    assert only_series(tmp_path).stacks[0].shape[0] == 8


def test_the_number_of_a_picture_never_decides_by_itself(tmp_path):
    tagged(tmp_path, "a", 1)
    tagged(tmp_path, "b", 11)

    series = only_series(tmp_path)

    assert ways(series) == [Way.AS_ONE, Way.NUMBER]
    assert codes(series.stacks[0]) >= {"DUPLICATE_POSITION"}
    assert "does not say what it shows" in series.readings[1].reason
    assert [stack.uniform for stack in series.readings[1].stacks] == [True, True]


def test_pictures_that_all_lie_at_one_place_cannot_be_parted(tmp_path):
    tags = {"ImagePositionPatient": [1, 2, 3], "AcquisitionNumber": lambda order: order}
    tagged(tmp_path, "a", 1, **tags)

    series = only_series(tmp_path)

    assert ways(series) == [Way.AS_ONE]
    assert codes(series.stacks[0]) >= {"DUPLICATE_POSITION"}


def test_a_series_with_a_gap_can_be_read_as_its_parts(tmp_path):
    write_series(tmp_path, count=12, gaps=(5, 6))

    series = only_series(tmp_path)
    parts = series.in_way(Way.RUN).stacks

    assert ways(series) == [Way.AS_ONE, Way.RUN]
    assert [stack.shape[0] for stack in parts] == [5, 5]
    assert all(stack.uniform for stack in parts)
    assert [stack.part for stack in parts] == ["part 1 of 2", "part 2 of 2"]


@settings(max_examples=25, deadline=None)
@given(
    numbers=st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 3), st.integers(1, 3)),
        min_size=1, max_size=10,
    )
)  # fmt: skip
def test_every_reading_holds_every_slice_exactly_once(tmp_path_factory, numbers):
    folder = tmp_path_factory.mktemp("series")

    def edit(dataset: Dataset, order: int) -> None:
        place, acquisition, time = numbers[order]
        dataset.ImagePositionPatient = [0, 0, 2 * place]
        dataset.AcquisitionNumber = acquisition
        dataset.AcquisitionTime = f"10000{time}"

    write_series(
        folder, count=len(numbers), rows=2, columns=2, edit=edit, field=lambda x, y, z: 0 * x
    )
    found = scan(folder)
    (series,) = found.readings
    expected = sorted(path for path in folder.iterdir())

    assert found.stacks == series.stacks
    for reading in series.readings:
        files = sorted(one.path for stack in reading.stacks for one in stack.slices)
        assert files == expected
        assert [stack.index for stack in reading.stacks] == list(range(len(reading.stacks)))
    assert len({frozenset(s.sop_uids for s in r.stacks) for r in series.readings}) == len(
        series.readings
    )
