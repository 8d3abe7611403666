"""Every CT among the files that come with pydicom opens, or is refused with a reason."""

import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_files

from painmap.domain.progress import run_to_end
from painmap.imaging.errors import SeriesError
from painmap.imaging.opening import opening_volume
from painmap.imaging.scan import scanning
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume

OPENS = 10
"""At least so many of them can be looked at; most of the others hold no pixels."""


def _is_ct(path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what pydicom thinks of the file is not asked
            found = pydicom.dcmread(path, specific_tags=["Modality"], force=True)
    except (EOFError, OSError, ValueError, NotImplementedError):
        return False  # broken on purpose
    return str(found.get("Modality", "")) == "CT"


CT = sorted({Path(name) for name in get_testdata_files() if _is_ct(Path(name))})


@pytest.mark.parametrize("path", CT, ids=lambda path: path.name)
def test_a_ct_opens_or_is_refused_with_a_reason(path: Path) -> None:
    found = run_to_end(scanning(path))

    if not found.stacks:
        assert [one.reason.value for one in found.skipped if one.path == path]
        return
    for stack in found.stacks:
        volume, refused = _opened(stack)
        if volume is None:
            assert refused.endswith("."), "a sentence"
        else:
            assert volume.hu.shape == stack.shape
            assert np.isfinite(volume.hu).all()


def _opened(stack: Stack) -> tuple[Volume | None, str]:
    try:
        return run_to_end(opening_volume(stack)), ""
    except SeriesError as error:
        return None, str(error)


def test_those_with_pixels_open() -> None:
    opened = sum(bool(run_to_end(scanning(path)).stacks) for path in CT)

    assert opened >= OPENS
