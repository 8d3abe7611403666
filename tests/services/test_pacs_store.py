"""What has arrived of a study is kept, counted, and never taken for more than it is."""

import errno
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from painmap.domain.progress import Job, Progress, run_to_end
from painmap.imaging.header import PatientIdentity
from painmap.pacs.archive import (
    Delivery,
    Finding,
    FoundSeries,
    FoundStudy,
    Keep,
    Order,
    Picture,
    StudyQuery,
)
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.services.pacs import retrieving, searching
from painmap.services.pacs_ledger import Held, IncompleteStudy, refuse_incomplete
from painmap.services.pacs_store import PacsStore
from painmap.services.studies import scanning_folder

STUDY = FoundStudy(
    "1.2.3",
    PatientIdentity(name="Doe^Jane"),
    study_date=date(2024, 2, 29),
    description="Lumbar spine",
    modalities=("CT",),
)
CONTENT = b"\0" * 128 + b"DICM" + b"rest"


class PretendArchive:
    """An archive in memory that may give only some of its pictures.

    Parameters
    ----------
    series : tuple of FoundSeries
        What it says it holds.
    gives : set of str
        SOP UIDs that it can send.
    """

    def __init__(self, series: tuple[FoundSeries, ...], gives: set[str]) -> None:
        self.series, self.gives = series, gives
        self.ordered: list[Order] = []

    def echo(self) -> Job[None]:
        yield Progress(0, None, "")

    def find(self, query: StudyQuery) -> Job[Finding]:
        yield Progress(0, None, "")
        known = query.family_name in ("DOE", "")
        return Finding((STUDY,) if known else ())

    def contents(self, study_uid: str, modality: str = "") -> Job[tuple[FoundSeries, ...]]:
        yield Progress(0, None, "")
        return self.series

    def fetch(self, order: Order, keep: Keep) -> Job[Delivery]:
        self.ordered.append(order)
        sent: dict[str, int] = {}
        for series in self.series:
            for uid in order.series.get(series.series_uid, ()) or _known(series):
                if series.series_uid in order.series and uid in self.gives:
                    keep(Picture(series.series_uid, uid, CONTENT))
                    sent[series.series_uid] = sent.get(series.series_uid, 0) + 1
                    yield Progress(sum(sent.values()), order.count, "Fetching pictures")
        return Delivery(0, sent)


def _known(series: FoundSeries) -> tuple[str, ...]:
    return series.sop_uids or tuple(f"{series.series_uid}.{n}" for n in range(series.count or 4))


def _series(count: int, uid: str = "1.2.3.1") -> FoundSeries:
    return FoundSeries(uid, "CT", "axial", count, tuple(f"{uid}.{n}" for n in range(count)))


def _retrieve(archive: PretendArchive, store: PacsStore) -> Job[Held]:
    return retrieving(archive, store, STUDY, source="Hospital", modality="CT")


def test_a_whole_study_moves_to_its_place(tmp_path: Path) -> None:
    series = _series(5)
    store = PacsStore(tmp_path)

    held = run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids)), store))

    assert held.whole
    assert held.state_words == "all 5 pictures here"
    assert len(list(held.folder.rglob("*.dcm"))) == 5
    assert store.unfinished() == ()
    refuse_incomplete(held.folder)


def test_a_study_that_ended_early_says_what_is_missing(tmp_path: Path) -> None:
    series = _series(120)
    store = PacsStore(tmp_path)

    held = run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids[:87])), store))

    assert not held.whole
    assert held.state_words == "87 of 120 pictures; 33 missing"
    assert held.words == "CT of 29 February 2024, Lumbar spine"
    (waiting,) = store.unfinished()
    assert waiting == held


def test_a_study_that_ended_early_does_not_open(tmp_path: Path) -> None:
    series = _series(9)
    store = PacsStore(tmp_path)
    held = run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids[:4])), store))

    for path in (
        held.folder,
        next(held.folder.rglob("*.dcm")),
        next(held.folder.glob("*/")),
        held.folder.parent,
    ):
        with pytest.raises(IncompleteStudy, match="4 of 9 pictures; 5 missing"):
            run_to_end(scanning_folder(path))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    first=st.sets(st.integers(0, 17)),
)
def test_a_resume_asks_only_for_what_is_missing(
    counts: list[int], first: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    series = tuple(_series(count, f"1.2.3.{n}") for n, count in enumerate(counts))
    every = [uid for each in series for uid in each.sop_uids]
    arrived = {uid for n, uid in enumerate(every) if n in first}
    store = PacsStore(tmp_path_factory.mktemp("data"))
    run_to_end(_retrieve(PretendArchive(series, arrived), store))

    again = PretendArchive(series, set(every))
    held = run_to_end(_retrieve(again, store))

    asked = [uid for order in again.ordered for uids in order.series.values() for uid in uids]
    assert sorted(asked) == sorted(set(every) - arrived) or (set(every) == arrived and not asked)
    assert held.whole
    assert held.here == len(every)


def test_progress_counts_what_was_here_before(tmp_path: Path) -> None:
    series = _series(10)
    store = PacsStore(tmp_path)
    run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids[:6])), store))

    steps = list(_retrieve(PretendArchive((series,), set(series.sop_uids)), store))

    fetching = [step for step in steps if step.label == "Fetching pictures"]
    counts = [(step.done, step.total) for step in fetching]
    assert counts == [(6, 10), (7, 10), (8, 10), (9, 10), (10, 10)]


def test_stopped_in_the_middle_it_goes_on_where_it_was(tmp_path: Path) -> None:
    series = _series(10)
    store = PacsStore(tmp_path)
    job = _retrieve(PretendArchive((series,), set(series.sop_uids)), store)
    while next(job).done < 4:
        pass

    job.close()

    held = store.held("1.2.3")
    assert held is not None
    assert held.state_words == "4 of 10 pictures; 6 missing"
    assert not store.is_busy("1.2.3")


def test_two_fetches_of_one_study_do_not_meet(tmp_path: Path) -> None:
    series = _series(3)
    store = PacsStore(tmp_path)
    first = _retrieve(PretendArchive((series,), set(series.sop_uids)), store)
    next(first)

    with pytest.raises(PacsError) as caught:
        run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids)), store))

    assert caught.value.problem is PacsProblem.ALREADY
    first.close()


def test_more_on_the_pacs_than_was_fetched_before_is_added_in_place(tmp_path: Path) -> None:
    store = PacsStore(tmp_path)
    early, late = _series(3, "1.2.3.1"), _series(2, "1.2.3.2")
    before = run_to_end(_retrieve(PretendArchive((early,), set(early.sop_uids)), store))

    again = PretendArchive((early, late), set(late.sop_uids[:1]))
    partly = run_to_end(_retrieve(again, store))
    assert partly.state_words == "4 of 5 pictures; 1 missing"
    refuse_incomplete(before.folder)  # what a record names still opens as what it was

    held = run_to_end(_retrieve(PretendArchive((early, late), set(late.sop_uids)), store))

    assert held.whole
    assert held.folder == before.folder
    assert held.here == 5


def test_a_count_larger_than_the_list_is_believed(tmp_path: Path) -> None:
    listed = _series(9)
    series = FoundSeries(listed.series_uid, "CT", "", 10, listed.sop_uids)

    held = run_to_end(
        _retrieve(PretendArchive((series,), set(series.sop_uids)), PacsStore(tmp_path))
    )

    assert held.state_words == "9 of 10 pictures; 1 missing"


def test_a_pacs_that_names_no_number_is_taken_at_its_word(tmp_path: Path) -> None:
    series = FoundSeries("1.2.3.1", "CT")
    gives = {f"1.2.3.1.{n}" for n in range(4)}

    held = run_to_end(_retrieve(PretendArchive((series,), gives), PacsStore(tmp_path)))

    assert held.whole
    assert held.here == 4


def test_what_a_power_cut_left_empty_is_fetched_again(tmp_path: Path) -> None:
    series = _series(4)
    store = PacsStore(tmp_path)
    held = run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids[:3])), store))
    victim = sorted(held.folder.rglob("*.dcm"))[0]
    victim.write_bytes(b"")
    victim.with_suffix(".part").write_bytes(b"half")

    again = PretendArchive((series,), set(series.sop_uids))
    whole = run_to_end(_retrieve(again, store))

    assert sum(len(uids) for order in again.ordered for uids in order.series.values()) == 2
    assert whole.whole
    assert not list(tmp_path.rglob("*.part"))


def test_a_disk_that_is_full_leaves_no_half_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = _series(3)
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if len(list(tmp_path.rglob("*.dcm"))) == 2:
            write(self, data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    store = PacsStore(tmp_path)
    with pytest.raises(OSError, match="No space"):
        run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids)), store))

    held = store.held("1.2.3")
    assert held is not None
    assert held.state_words == "2 of 3 pictures; 1 missing"
    assert not list(tmp_path.rglob("*.part"))


def test_a_data_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "pacs").write_text("a file in the way")
    series = _series(1)

    with pytest.raises(PacsError) as caught:
        run_to_end(_retrieve(PretendArchive((series,), set()), PacsStore(tmp_path)))

    assert caught.value.problem is PacsProblem.NOT_KEPT


def test_no_name_of_the_pacs_is_part_of_a_path(tmp_path: Path) -> None:
    series = FoundSeries("1.2.3.1", "CT", "../../etc", 1, ("1.2.3.1.0",))

    held = run_to_end(_retrieve(PretendArchive((series,), {"1.2.3.1.0"}), PacsStore(tmp_path)))

    for file in held.folder.rglob("*"):
        assert all(sign.isalnum() or sign in ".-_" for sign in file.name)
        assert "1.2.3" not in file.name


def test_a_discarded_study_is_gone(tmp_path: Path) -> None:
    series = _series(4)
    store = PacsStore(tmp_path)
    run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids[:1])), store))

    store.discard("1.2.3")

    assert store.held("1.2.3") is None
    assert store.unfinished() == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"study_uid": 1}', '{"whole": true}'])
def test_a_damaged_ledger_makes_nothing_whole(tmp_path: Path, text: str) -> None:
    series = _series(2)
    store = PacsStore(tmp_path)
    held = run_to_end(_retrieve(PretendArchive((series,), set(series.sop_uids)), store))
    (held.folder / "ledger.json").write_text(text)

    assert store.held("1.2.3") is None


def test_a_study_without_series_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(PacsError) as caught:
        run_to_end(_retrieve(PretendArchive((), set()), PacsStore(tmp_path)))

    assert caught.value.problem is PacsProblem.NOTHING_THERE


def test_a_search_for_everything_is_refused() -> None:
    for query in (StudyQuery(), StudyQuery(family_name=" * ")):
        with pytest.raises(PacsError) as caught:
            run_to_end(searching(PretendArchive((), set()), query))
        assert caught.value.problem is PacsProblem.TOO_WIDE


def test_a_name_is_asked_again_in_capitals() -> None:
    found = run_to_end(searching(PretendArchive((), set()), StudyQuery(family_name="Doe")))

    assert found.studies == (STUDY,)
