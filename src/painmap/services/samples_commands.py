"""What `painmap samples` does; gives the text to print."""

import json
from collections.abc import Callable
from pathlib import Path

from painmap.services.samples import FetchProgress, SampleStore, sample_catalogue, size_words
from painmap.services.settings import Settings


def listing(data_folder: Path, *, as_json: bool) -> str:
    """List the samples with what may be done with them."""
    store = SampleStore(Settings(data_folder))
    if as_json:
        rows = [
            each.model_dump(mode="json")
            | {"citation": each.citation, "on_this_computer": store.is_here(each)}
            for each in sample_catalogue().series
        ]
        return json.dumps({"version": 1, "samples": rows}, indent=2)
    lines: list[str] = []
    for each in sample_catalogue().series:
        here = ", on this computer" if store.is_here(each) else ""
        lines += [
            f"{each.id:<10} {each.anatomy.value}, {size_words(each)}{here}",
            f"{'':<10} {', '.join(part for part in (each.title, each.person) if part)}",
            f"{'':<10} {each.citation}",
        ]
    return "\n".join(lines)


def getting(
    data_folder: Path,
    name: str,
    *,
    endpoint: str | None,
    report: Callable[[str], None],
) -> str:
    """Fetch one sample, unless it is here; print its folder.

    Parameters
    ----------
    name : str
        Short name, Series Instance UID or folder of the series.
    endpoint : str or None
        Ask this server instead of the one in the settings; not remembered.
    report : callable
        Is told how far it is.

    Raises
    ------
    SamplesError
    """
    sample = sample_catalogue().find(name)
    store = SampleStore(Settings(data_folder), endpoint=endpoint)
    job = store.fetching(sample)
    while True:
        try:
            step = next(job)
        except StopIteration as stop:
            folder: Path = stop.value
            break
        report(step.words if isinstance(step, FetchProgress) else step.label)
    return f"{folder}\n{sample.images} of {sample.images} pictures. Cite: {sample.citation}"
