"""The job that brings a series here: listed, fetched, counted, and named only when whole."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import TypeAlias

from painmap.domain.progress import Job, Progress
from painmap.samples.bucket import DEFAULT_ENDPOINT, bucket_address
from painmap.samples.catalogue import Sample
from painmap.samples.errors import SamplesError, SamplesProblem
from painmap.samples.lanes import BACKOFF_S, Came, Ended, Failed, Heard, Lanes, Wanted
from painmap.samples.listing import Listed
from painmap.samples.pace import Pace
from painmap.samples.store import Picture, finish, is_whole, prepare, whole_folder

Accept: TypeAlias = Callable[[Path], Job[None]]
"""Looks at a series before it is given its name; raises when it is not what was wanted."""

CHECKSUM_ATTEMPTS = 2


def fetching(
    sample: Sample,
    cache: Path,
    *,
    accept: Accept,
    endpoint: str = DEFAULT_ENDPOINT,
    backoff: tuple[float, ...] = BACKOFF_S,
) -> Job[Path]:
    """Bring a series into `cache`, and give its folder.

    What has come before an error or a cancel is kept and not fetched again.

    Parameters
    ----------
    cache : Path
        Holds one folder for each series.
    accept : callable
    endpoint : str
        Where the bucket is.
    backoff : tuple of float
        Seconds before each further attempt at something that may pass.

    Yields
    ------
    FetchProgress
        At least every `lanes.TICK_S`.

    Raises
    ------
    SamplesError
    """
    address = bucket_address(endpoint, sample.bucket)
    if is_whole(cache, sample):
        return whole_folder(cache, sample)
    lanes = Lanes(address, sample.crdc_series_uuid, backoff=backoff)
    try:
        objects = yield from _listing(lanes)
        if len(objects) != sample.images:
            raise SamplesError(
                SamplesProblem.INCOMPLETE, f"{len(objects)} of {sample.images} pictures"
            )
        folder = prepare(cache, sample, objects)
        yield from _reading(lanes, folder, objects)
    finally:
        lanes.close()
    try:
        yield from accept(folder)
    except SamplesError:  # what is not the series is of no use another time
        rmtree(folder, ignore_errors=True)
        raise
    return finish(cache, sample)


def _listing(lanes: Lanes) -> Job[tuple[Listed, ...]]:
    lanes.list()
    count = 0
    while True:
        yield Progress(count, None, "Asking the server for its list")
        event = lanes.listen()
        if isinstance(event, Failed):
            raise event.error
        if isinstance(event, Heard):
            count = event.count
            if event.objects is not None:
                return event.objects


def _reading(lanes: Lanes, folder: Path, objects: tuple[Listed, ...]) -> Job[None]:
    pace = Pace(len(objects), sum(each.size for each in objects))
    pictures: dict[str, Picture] = {}
    for each in objects:
        picture = Picture(folder, each)
        if picture.look():
            pace.pictures_done += 1
        else:
            pictures[each.name] = picture
        pace.bytes_done += picture.size
        yield pace.step()
    lanes.read(Wanted(each.listed, each.size) for each in pictures.values())
    attempts = dict.fromkeys(pictures, 1)
    try:
        while pictures:
            yield pace.step()
            event = lanes.listen()
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Came):
                pace.came(pictures[event.listed.name].take(event.piece))
            if isinstance(event, Ended):
                name = event.listed.name
                size = pictures[name].size
                if pictures[name].finish():
                    del pictures[name]
                    pace.pictures_done += 1
                    continue
                pace.bytes_done -= size
                if attempts[name] >= CHECKSUM_ATTEMPTS:
                    raise SamplesError(SamplesProblem.WRONG_CHECKSUM)
                attempts[name] += 1
                lanes.again(Wanted(event.listed, 0))
        yield pace.step()
    finally:
        for picture in pictures.values():
            picture.leave()
