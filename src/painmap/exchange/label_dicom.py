"""What label maps in DICOM have in common: known by their class, read whole, and whose they are."""

from pathlib import Path

from pydicom.dataset import Dataset

from painmap.exchange.label_errors import LabelMapError, LabelProblem
from painmap.imaging.reading import looks_like_dicom, quiet_pydicom, read_dataset
from painmap.imaging.tags import sop_class_of, text

MOST_BYTES = 4 << 30
"""No segmentation of a CT is larger."""


def class_of(path: Path) -> str:
    """The SOP class of a file; empty when it is no DICOM, or cannot be read."""
    try:
        with path.open("rb") as stream:
            if not looks_like_dicom(stream.read(132)):
                return ""
            stream.seek(0)
            with quiet_pydicom():
                return sop_class_of(read_dataset(stream, ["SOPClassUID"]))
    except Exception:  # noqa: BLE001 - pydicom raises anything on damaged files
        return ""


def opened(path: Path) -> Dataset:
    """Read a whole object.

    Raises
    ------
    LabelMapError
        UNREADABLE, DAMAGED, TOO_LARGE.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LabelMapError(LabelProblem.TOO_LARGE)
        with path.open("rb") as stream:
            return read_dataset(stream)
    except OSError as error:
        raise LabelMapError(LabelProblem.UNREADABLE) from error
    except LabelMapError:
        raise
    except MemoryError as error:
        raise LabelMapError(LabelProblem.TOO_LARGE) from error
    except Exception as error:
        # pydicom raises anything on damaged files
        raise LabelMapError(LabelProblem.DAMAGED) from error


def uid_of(dataset: Dataset, keyword: str) -> str | None:
    """A UID; None where there is none."""
    return text(dataset, keyword) or None
