"""Fetching a series from a server that speaks S3, and from one with every fault."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from painmap.domain.progress import Job, Progress, run_to_end
from painmap.samples import store
from painmap.samples.bucket import CHUNK_BYTES
from painmap.samples.errors import SamplesError, SamplesProblem
from painmap.samples.fetching import fetching
from painmap.samples.pace import FetchProgress
from painmap.samples.store import is_whole, part_folder, whole_folder
from tests.samples.conftest import COUNT
from tests.support.s3 import (
    BUCKET,
    FOLDER,
    FaultyBucket,
    KillableMoto,
    free_port,
    listing,
    moto,
    put,
    sample,
    series_files,
)

SAMPLE = sample(COUNT)
QUICK = (0.01, 0.01)


def accept(_: Path) -> Job[None]:
    yield Progress(0, None, "Looking")


def fetch(url: str, cache: Path, images: int = COUNT, **fields: object) -> Job[Path]:
    wanted = sample(images, **fields)
    return fetching(wanted, cache, accept=accept, endpoint=url, backoff=QUICK)


def refused(url: str, cache: Path) -> SamplesError:
    with pytest.raises(SamplesError) as caught:
        run_to_end(fetch(url, cache))
    return caught.value


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def until(job: Job[Path], pictures: int) -> FetchProgress:
    """Drive a job until so many pictures are here."""
    for step in job:
        if isinstance(step, FetchProgress) and step.done >= pictures:
            return step
    raise AssertionError("the job ended before")


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    with moto() as url:
        yield url


# --- against a real server


def test_a_series_comes_whole_from_a_real_server(
    real: str, tmp_path: Path, files: dict[str, bytes]
) -> None:
    put(real, FOLDER, files)

    steps = list(fetch(real, tmp_path / "cache"))

    assert content_of(whole_folder(tmp_path / "cache", SAMPLE)) == files
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [FOLDER]
    last = [step for step in steps if isinstance(step, FetchProgress)][-1]
    assert (last.done, last.total) == (COUNT, COUNT)
    assert last.bytes_done == last.bytes_total == sum(map(len, files.values()))


def test_a_series_that_is_not_public_is_refused(
    real: str, tmp_path: Path, files: dict[str, bytes]
) -> None:
    other = "00000000-0000-4000-8000-0000000000bb"
    put(real, other, files, public=False)

    with pytest.raises(SamplesError) as caught:
        run_to_end(fetch(real, tmp_path, crdc_series_uuid=other))

    assert caught.value.problem is SamplesProblem.REFUSED
    assert "403" in str(caught.value)


def test_a_bucket_that_is_not_there_is_said(real: str, tmp_path: Path) -> None:
    with pytest.raises(SamplesError) as caught:
        run_to_end(fetch(real, tmp_path, bucket="another-bucket"))

    assert caught.value.problem is SamplesProblem.GONE


def test_a_series_that_the_server_does_not_have_is_said(real: str, tmp_path: Path) -> None:
    other = "00000000-0000-4000-8000-0000000000cc"
    put(real, other, {})

    with pytest.raises(SamplesError) as caught:
        run_to_end(fetch(real, tmp_path, crdc_series_uuid=other))

    assert caught.value.problem is SamplesProblem.INCOMPLETE
    assert f"0 of {COUNT} pictures" in str(caught.value)


def test_a_server_killed_in_mid_download_is_gone_on_with(tmp_path: Path) -> None:
    files = series_files(tmp_path / "source", 60)
    port = free_port()
    server = KillableMoto(port)
    try:
        put(server.url, FOLDER, files)
        job = fetch(server.url, tmp_path / "cache", images=60)
        until(job, 5)
        server.kill()
        with pytest.raises(SamplesError) as caught:
            run_to_end(job)
    finally:
        server.kill()

    assert caught.value.problem in (SamplesProblem.BROKEN_OFF, SamplesProblem.NO_NETWORK)
    wanted = sample(60)
    assert not whole_folder(tmp_path / "cache", wanted).exists()
    kept = {path.name for path in part_folder(tmp_path / "cache", wanted).glob("*.dcm")}
    assert 5 <= len(kept) < 60

    server = KillableMoto(port)
    try:
        put(server.url, FOLDER, files)
        before = {name: (part_folder(tmp_path / "cache", wanted) / name).stat() for name in kept}
        folder = run_to_end(fetch(server.url, tmp_path / "cache", images=60))
    finally:
        server.kill()

    assert content_of(folder) == files
    assert all((folder / name).stat().st_ino == was.st_ino for name, was in before.items())


# --- resume, cache, cancel


def test_what_is_here_is_not_fetched_again(bucket: FaultyBucket, tmp_path: Path) -> None:
    run_to_end(fetch(bucket.url, tmp_path))
    bucket.asked.clear()

    run_to_end(fetch(bucket.url, tmp_path))

    assert bucket.asked == []


def test_whole_pictures_stay_and_a_part_goes_on_where_it_stopped(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    part = part_folder(tmp_path, SAMPLE)
    part.mkdir()
    names = sorted(files)
    (part / names[0]).write_bytes(files[names[0]])
    (part / f"{names[1]}.part").write_bytes(files[names[1]][:700])
    (part / f"{names[2]}.part").write_bytes(files[names[2]])

    folder = run_to_end(fetch(bucket.url, tmp_path))

    assert content_of(folder) == files
    asked = dict(bucket.asked)
    assert names[0] not in asked
    assert asked[names[1]] == "bytes=700-"
    assert names[2] not in asked
    assert asked[names[3]] == ""


def test_a_server_without_ranges_begins_again(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    bucket.ranges = False
    part = part_folder(tmp_path, SAMPLE)
    part.mkdir()
    (part / f"{min(files)}.part").write_bytes(files[min(files)][:700])

    assert content_of(run_to_end(fetch(bucket.url, tmp_path))) == files


def test_a_kept_picture_that_was_changed_is_fetched_again(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    part = part_folder(tmp_path, SAMPLE)
    part.mkdir()
    first, second, third = sorted(files)[:3]
    (part / first).write_bytes(files[first][:-1] + b"?")
    (part / f"{second}.part").write_bytes(b"?" * 100)
    (part / third).write_bytes(files[third] + b"more")
    (part / "stranger.txt").write_bytes(b"?")

    assert content_of(run_to_end(fetch(bucket.url, tmp_path))) == files


def test_a_folder_that_lost_a_picture_is_fetched_again(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    folder = run_to_end(fetch(bucket.url, tmp_path))
    (folder / min(files)).unlink()

    assert not is_whole(tmp_path, SAMPLE)
    assert content_of(run_to_end(fetch(bucket.url, tmp_path))) == files


def test_a_connection_that_breaks_off_goes_on_by_itself(
    bucket: FaultyBucket, tmp_path: Path
) -> None:
    bucket.files = large = {name: 4 * bytes(range(256)) * 128 for name in bucket.files}
    bucket.cut = dict.fromkeys(large, 100_000)

    assert content_of(run_to_end(fetch(bucket.url, tmp_path))) == large
    assert (min(large), f"bytes={100_000 // CHUNK_BYTES * CHUNK_BYTES}-") in bucket.asked


def test_a_silent_server_can_be_left_at_once(bucket: FaultyBucket, tmp_path: Path) -> None:
    bucket.silent.set()
    longest = 0.0
    with closing(fetch(bucket.url, tmp_path)) as job:
        for _ in range(30):
            began = monotonic()
            next(job)
            longest = max(longest, monotonic() - began)
        began = monotonic()
    left_in = monotonic() - began

    # no bound on a busy machine's speed: the server would keep a blocked job for ever
    assert longest < 5
    assert left_in < 5
    bucket.silent.clear()
    for thread in threading.enumerate():
        if thread.name == "samples":
            thread.join(10)
            assert not thread.is_alive()


def test_a_job_that_was_left_writes_no_more_and_keeps_what_came(
    bucket: FaultyBucket, tmp_path: Path
) -> None:
    job = fetch(bucket.url, tmp_path)
    until(job, 2)
    job.close()
    kept = content_of(part_folder(tmp_path, SAMPLE))

    for thread in threading.enumerate():
        if thread.name == "samples":
            thread.join(10)

    assert content_of(part_folder(tmp_path, SAMPLE)) == kept
    assert sum(not name.endswith(".part") for name in kept) >= 2
    assert not whole_folder(tmp_path, SAMPLE).exists()


# --- faults


def test_a_list_of_several_pages_is_followed(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    bucket.page_size = 5

    assert content_of(run_to_end(fetch(bucket.url, tmp_path))) == files
    assert sum(name == "" for name, _ in bucket.asked) == 3


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes], status: int
) -> None:
    answered: set[str] = set()

    def once(name: str, _: object) -> tuple[int, dict[str, str], bytes] | None:
        if name in answered:
            return None
        answered.add(name)
        return status, {}, b"<Error/>"

    bucket.spoil = once

    assert content_of(run_to_end(fetch(bucket.url, tmp_path))) == files


def test_a_server_that_stays_busy_is_given_up(bucket: FaultyBucket, tmp_path: Path) -> None:
    bucket.spoil = lambda name, _: (503, {}, b"") if name else None

    error = refused(bucket.url, tmp_path)

    assert error.problem is SamplesProblem.BUSY
    assert "503" in str(error)
    # several are asked for at once, and the first that was asked often enough ends them all
    asked = Counter(name for name, _ in bucket.asked if name)
    assert max(asked.values()) == 1 + len(QUICK)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (403, SamplesProblem.REFUSED),
        (404, SamplesProblem.GONE),
        (302, SamplesProblem.UNEXPECTED),
        (299, SamplesProblem.UNEXPECTED),
    ],
)
@pytest.mark.parametrize("what", ["list", "picture"])
def test_an_answer_that_will_not_change_is_said_at_once(
    bucket: FaultyBucket, tmp_path: Path, status: int, problem: SamplesProblem, what: str
) -> None:
    bucket.spoil = lambda name, _: (
        (status, {"Location": "http://127.0.0.1:1/"}, b"")
        if bool(name) is (what == "picture")
        else None
    )

    assert refused(bucket.url, tmp_path).problem is problem


def test_no_network_is_said_at_once(tmp_path: Path) -> None:
    error = refused(f"http://127.0.0.1:{free_port()}", tmp_path)

    assert error.problem is SamplesProblem.NO_NETWORK
    assert "network" in error.hint


def test_a_certificate_of_nobody_is_refused(tmp_path: Path, bucket: FaultyBucket) -> None:
    # plain HTTP where TLS is expected: the handshake fails
    error = refused(bucket.url.replace("http://", "https://"), tmp_path)

    assert error.problem is SamplesProblem.BAD_CERTIFICATE


def test_an_object_that_is_shorter_than_listed_is_said(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    last = max(files)
    bucket.spoil = lambda name, _: (200, {}, files[last][:500]) if name == last else None

    assert refused(bucket.url, tmp_path).problem is SamplesProblem.WRONG_SIZE
    assert not whole_folder(tmp_path, SAMPLE).exists()


def test_an_object_that_is_longer_than_listed_is_said(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    last = max(files)
    bucket.spoil = lambda name, _: (200, {}, files[last] + b"x") if name == last else None

    assert refused(bucket.url, tmp_path).problem is SamplesProblem.WRONG_SIZE


def test_a_wrong_checksum_is_tried_once_more_and_then_said(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    last = max(files)
    wrong = b"?" + files[last][1:]
    bucket.spoil = lambda name, _: (200, {}, wrong) if name == last else None

    assert refused(bucket.url, tmp_path).problem is SamplesProblem.WRONG_CHECKSUM
    assert [name for name, _ in bucket.asked].count(last) == 2
    assert not (part_folder(tmp_path, SAMPLE) / last).exists()
    assert not whole_folder(tmp_path, SAMPLE).exists()


def test_a_checksum_that_is_wrong_once_is_mended(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    last, spoiled = max(files), []

    def once(name: str, _: object) -> tuple[int, dict[str, str], bytes] | None:
        if name != last or spoiled:
            return None
        spoiled.append(name)
        return 200, {}, b"?" + files[last][1:]

    bucket.spoil = once

    assert content_of(run_to_end(fetch(bucket.url, tmp_path))) == files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>Log in to the guest network</body></html>",
        b"\xff\xfe\x00garbage",
        b"<ListBucketResult><Contents>",
        b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        listing([f"<Contents><Key>{FOLDER}/a.dcm</Key><Size>-1</Size></Contents>"]),
        listing([f"<Contents><Key>{FOLDER}/a.dcm</Key></Contents>"]),
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        b"<ListBucketResult>&b;</ListBucketResult>",
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><ListBucketResult/>',
        b"<ListBucketResult>" + b" " * 5_000_000 + b"</ListBucketResult>",
    ],
    ids=range(10),
)
def test_a_list_that_is_none_is_refused(
    bucket: FaultyBucket, tmp_path: Path, content: bytes
) -> None:
    bucket.spoil = lambda name, _: None if name else (200, {}, content)

    assert refused(bucket.url, tmp_path).problem is SamplesProblem.NO_LIST


@pytest.mark.parametrize("same_token", [True, False])
def test_a_list_without_end_is_given_up(
    bucket: FaultyBucket, tmp_path: Path, same_token: bool
) -> None:
    count = 0

    def endless(name: str, _: object) -> tuple[int, dict[str, str], bytes] | None:
        nonlocal count
        count += 1
        entry = f"<Contents><Key>{FOLDER}/{count}.dcm</Key><Size>9</Size></Contents>"
        return 200, {}, listing([entry], token="again" if same_token else f"t{count}")

    bucket.spoil = endless

    assert refused(bucket.url, tmp_path).problem is SamplesProblem.ENDLESS_LIST
    assert count < 300


@pytest.mark.parametrize(
    "key",
    [
        f"{FOLDER}/../../evil.dcm",
        "/etc/passwd",
        f"{FOLDER}/sub/evil.dcm",
        f"{FOLDER}/..",
        f"{FOLDER}/.hidden",
        f"{FOLDER}/C:evil.dcm",
        f"{FOLDER}/a\\evil.dcm",
        f"{FOLDER}/nul.dcm",
        "another-folder/evil.dcm",
        "",
    ],
)
def test_a_key_that_leads_elsewhere_is_refused_and_nothing_is_written(
    bucket: FaultyBucket, tmp_path: Path, key: str
) -> None:
    entry = f"<Contents><Key>{key}</Key><Size>4</Size></Contents>"
    bucket.spoil = lambda name, _: None if name else (200, {}, listing([entry]))

    cache = tmp_path / "deep" / "cache"
    assert refused(bucket.url, cache).problem is SamplesProblem.FOREIGN_NAMES
    assert not cache.exists()


def test_two_names_that_one_disk_takes_for_one_are_refused(
    bucket: FaultyBucket, tmp_path: Path
) -> None:
    entries = [
        f"<Contents><Key>{FOLDER}/{name}</Key><Size>4</Size></Contents>"
        for name in ("a.dcm", "A.dcm")
    ]
    bucket.spoil = lambda name, _: None if name else (200, {}, listing(entries))

    assert refused(bucket.url, tmp_path).problem is SamplesProblem.FOREIGN_NAMES


def test_a_list_with_fewer_pictures_than_the_catalogue_is_not_fetched(
    bucket: FaultyBucket, tmp_path: Path
) -> None:
    del bucket.files[min(bucket.files)]

    error = refused(bucket.url, tmp_path)

    assert error.problem is SamplesProblem.INCOMPLETE
    assert f"{COUNT - 1} of {COUNT} pictures" in str(error)
    assert all(name == "" for name, _ in bucket.asked)


# --- the disk


def test_a_disk_that_fills_up_is_said_and_what_came_is_kept(
    bucket: FaultyBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = max(bucket.files)
    real_open = Path.open

    def on_a_full_disk(path: Path, *arguments: Any, **named: Any) -> Any:
        # a device whose every write says that there is no room
        full = Path("/dev/full") if path.name == f"{last}.part" else path
        return real_open(full, *arguments, **named)

    monkeypatch.setattr(Path, "open", on_a_full_disk)

    error = refused(bucket.url, tmp_path)

    assert error.problem is SamplesProblem.DISK_FULL
    assert "Make room" in error.hint
    assert not whole_folder(tmp_path, SAMPLE).exists()


def test_a_link_among_what_came_is_not_followed(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_bytes(b"x")
    part = part_folder(tmp_path, SAMPLE)
    part.mkdir()
    (part / f"{min(files)}.part").symlink_to(precious)

    assert content_of(run_to_end(fetch(bucket.url, tmp_path))) == files
    assert precious.read_bytes() == b"x"


def test_a_disk_without_room_is_said_before_anything_is_fetched(
    bucket: FaultyBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = store.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: usage._replace(free=1000))

    error = refused(bucket.url, tmp_path)

    assert error.problem is SamplesProblem.DISK_FULL
    assert "MB are needed" in str(error)
    assert all(name == "" for name, _ in bucket.asked)


def test_a_cache_that_cannot_be_made_is_said(bucket: FaultyBucket, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")

    assert refused(bucket.url, taken).problem is SamplesProblem.NOT_WRITTEN


def test_what_is_not_accepted_is_not_kept(bucket: FaultyBucket, tmp_path: Path) -> None:
    def refuse(_: Path) -> Job[None]:
        yield Progress(0, None, "Looking")
        raise SamplesError(SamplesProblem.OTHER_SERIES)

    job = fetching(SAMPLE, tmp_path, accept=refuse, endpoint=bucket.url, backoff=QUICK)
    with pytest.raises(SamplesError):
        run_to_end(job)

    assert list(tmp_path.glob(f"{FOLDER}*")) == []


# --- addresses


@pytest.mark.parametrize(
    "address",
    [
        "",
        "idc-open-data",
        "http://mirror.example",
        "ftp://127.0.0.1",
        "https://",
        "https://me:secret@mirror.example",
        "https://[",
        "https://mirror.example:port",
        "https://mirror.example/?x=1",
        "file:///etc",
    ],
)
def test_an_address_that_is_none_is_refused(address: str, tmp_path: Path) -> None:
    assert refused(address, tmp_path).problem is SamplesProblem.BAD_ADDRESS


def test_the_bucket_may_stand_anywhere_in_the_address(
    bucket: FaultyBucket, tmp_path: Path, files: dict[str, bytes]
) -> None:
    folder = run_to_end(fetch(f"{bucket.url}/{{bucket}}/", tmp_path))

    assert content_of(folder) == files
    assert BUCKET not in bucket.url
