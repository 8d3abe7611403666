"""Which series are public samples: a catalogue of their UIDs, as facts."""

import json
from functools import cache
from pathlib import Path

from painmap.services.resources import ResourceError, ResourceProblem, resources_root

FILE = "public-ct-series.json"


def load_samples(folder: Path | None = None) -> frozenset[str]:
    """Read the Series Instance UIDs of the public samples.

    Raises
    ------
    ResourceError
        The catalogue cannot be read.
    """
    where = folder if folder is not None else resources_root() / "samples"
    try:
        content = json.loads((where / FILE).read_text(encoding="utf-8"))
        return frozenset(str(entry["series_uid"]) for entry in content["series"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResourceError(ResourceProblem.DAMAGED, name=FILE) from error


@cache
def public_samples() -> frozenset[str]:
    """Give the Series Instance UIDs of the public samples, read once."""
    return load_samples()
