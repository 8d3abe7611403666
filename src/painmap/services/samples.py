"""Public sample studies: which there are, which are here, and fetching one."""

from functools import cache
from pathlib import Path

import platformdirs

from painmap.domain.progress import Job
from painmap.domain.sentences import plural
from painmap.imaging.errors import SeriesError
from painmap.imaging.scan import scanning
from painmap.samples.bucket import DEFAULT_ENDPOINT, bucket_address
from painmap.samples.catalogue import Anatomy, Catalogue, Sample, load
from painmap.samples.errors import SamplesError, SamplesProblem
from painmap.samples.fetching import fetching
from painmap.samples.lanes import BACKOFF_S
from painmap.samples.pace import FetchProgress, figure
from painmap.samples.store import is_whole, whole_folder
from painmap.services.resources import resources_root
from painmap.services.settings import Settings

__all__ = [
    "DEFAULT_ENDPOINT",
    "Anatomy",
    "Catalogue",
    "FetchProgress",
    "Sample",
    "SampleStore",
    "SamplesError",
    "SamplesProblem",
    "load_samples",
    "public_samples",
    "sample_catalogue",
    "size_words",
]

SETTING = "samples_endpoint"


def load_samples(folder: Path | None = None) -> frozenset[str]:
    """Read the Series Instance UIDs of the public samples.

    Raises
    ------
    SamplesError
        The catalogue cannot be read.
    """
    found = load(folder if folder is not None else resources_root() / "samples")
    return frozenset(each.series_uid for each in found.series)


@cache
def public_samples() -> frozenset[str]:
    """Give the Series Instance UIDs of the public samples, read once."""
    return load_samples()


@cache
def sample_catalogue() -> Catalogue:
    """Give the catalogue that belongs to the program, read once."""
    return load(resources_root() / "samples")


def size_words(sample: Sample) -> str:
    """Such as "124 pictures, 65 MB"."""
    return f"{plural(sample.images, 'picture')}, {figure(sample.megabytes)} MB"


class SampleStore:
    """The samples on this computer, in the operating system's folder for what can be had again.

    Parameters
    ----------
    settings : Settings
        Say where the server is.
    folder : Path or None
        None: the usual place.
    endpoint : str or None
        Goes before the settings, and is not remembered.
    backoff : tuple of float
        Seconds before each further attempt at the network.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path | None = None,
        *,
        endpoint: str | None = None,
        backoff: tuple[float, ...] = BACKOFF_S,
    ) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._backoff = backoff
        self.folder = folder or Path(platformdirs.user_cache_dir("painmap", False)) / "samples"

    @property
    def endpoint(self) -> str:
        """Where the server is, with `{bucket}` for the bucket's name."""
        return self._endpoint or self._settings[SETTING] or DEFAULT_ENDPOINT

    @property
    def server_words(self) -> str:
        """The endpoint as people read it, with the bucket of the first sample."""
        return self.endpoint.replace("{bucket}", sample_catalogue().series[0].bucket)

    def use_endpoint(self, address: str) -> None:
        """Ask another server from now on; empty means the usual one.

        Raises
        ------
        SamplesError
            BAD_ADDRESS or NOT_WRITTEN.
        """
        text = address.strip()
        if text:
            bucket_address(text, "bucket")
        try:
            self._settings[SETTING] = "" if text == DEFAULT_ENDPOINT else text
        except OSError as error:
            raise SamplesError(SamplesProblem.NOT_WRITTEN, error.strerror or "") from error

    def is_here(self, sample: Sample) -> bool:
        """Whether the whole series lies on this computer."""
        return is_whole(self.folder, sample)

    def folder_of(self, sample: Sample) -> Path:
        """Where the series lies once it is here."""
        return whole_folder(self.folder, sample)

    def fetching(self, sample: Sample) -> Job[Path]:
        """Bring a series here, unless it is; give its folder.

        Raises
        ------
        SamplesError
        """
        return fetching(
            sample,
            self.folder,
            accept=lambda folder: _looking(folder, sample),
            endpoint=self.endpoint,
            backoff=self._backoff,
        )


def _looking(folder: Path, sample: Sample) -> Job[None]:
    """See that files are the series of the catalogue, every picture of it.

    A study is known as a public sample by its series: another one would pass for a person's.
    """
    try:
        found = yield from scanning(folder)
    except SeriesError as error:
        raise SamplesError(SamplesProblem.OTHER_SERIES) from error
    if {stack.series_uid for stack in found.stacks} != {sample.series_uid}:
        raise SamplesError(SamplesProblem.OTHER_SERIES)
    # a localizer or a copy among them is set aside by the scan, and came all the same
    if not found.used:
        raise SamplesError(SamplesProblem.OTHER_SERIES)
