"""One file: the slices in it, or why it is not used."""

import io
import struct
from contextlib import nullcontext, suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from pydicom.dataset import Dataset

from painmap.imaging.archive import MAGIC
from painmap.imaging.files import OWN_OF_A_SLICE, TAGS, acquired, slices_of
from painmap.imaging.header import Skipped, SkipReason, SliceHeader
from painmap.imaging.header_template import PIXEL_HEAD, Template, Templates
from painmap.imaging.header_values import Doubt
from painmap.imaging.header_walk import FIRST_READ, ThinHeader, TooShort
from painmap.imaging.inflating import UnpacksTooLarge
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.others import about
from painmap.imaging.reading import (
    fragment_bytes,
    looks_like_dicom,
    pixel_bytes,
    quiet_pydicom,
    read_dataset,
)
from painmap.imaging.tags import integer, numbers, text, triple
from painmap.imaging.usable import may_be_looked_at, what_lacks, why_not

SECTOR = 2048
"""Bytes of a CD's or DVD's sector: what cannot be read is lost in such pieces."""

_LONG_PIXELS = (b"OB\0\0", b"OW\0\0")
_UNDEFINED = 0xFFFFFFFF
_length_at = struct.Struct("<L").unpack_from

_FROM_HEADER = {
    SkipReason.NOT_A_PICTURE, SkipReason.OTHER_MODALITY, SkipReason.SECONDARY_CAPTURE,
    SkipReason.COLOUR, SkipReason.NOT_HU,
}  # fmt: skip
"""Reasons that no file's pixels bear on, nor anything that differs between files that are alike."""

_DIFFERS = {"path", "sop_uid", "instance_number", "position", "acquisition", "acquired"}
"""Fields that come from what may differ between files that are alike, and from the file itself."""


class _Alike(NamedTuple):
    """What files that are alike have in common: of their one slice, and why it is not used."""

    fields: dict[str, Any]
    pixels_length: int
    pixels_head: int
    why: Skipped | None


class HeaderReader:
    """Reads the headers of many files, those that are like earlier ones quickly.

    Used by one thread. It remembers headers as long as it is there.

    Parameters
    ----------
    opener : callable
        Opens a file.
    """

    def __init__(self, opener: Opener = open_file) -> None:
        # an ordinary file is read at once, and needs no buffer
        self._opener = _open_plain if opener is open_file else opener
        self._templates: Templates[_Alike] = Templates(TAGS, OWN_OF_A_SLICE)

    def read(self, path: Path, *, size: int | None = None) -> tuple[SliceHeader, ...] | Skipped:
        """Read what slices are in a file.

        Parameters
        ----------
        path : Path
            An ordinary file; its name says nothing.
        size : int, optional
            Its bytes, where they are known.

        Returns
        -------
        tuple of SliceHeader or Skipped
            Slices that can be decoded here, or the reason why there are none.
        """
        try:
            with self._opener(path) as stream:
                start, whole = _start_of(stream)
                if not start:
                    return Skipped(path, SkipReason.EMPTY_FILE)
                if start.startswith(MAGIC):
                    return Skipped(path, SkipReason.ARCHIVE)
                if not looks_like_dicom(start[:132]):
                    return Skipped(path, SkipReason.NOT_DICOM)
                thin, template = self._thin(start, whole=whole)
                if template is not None and template.note is not None and thin is not None:
                    like = _like(template.note, path, thin, stream, start, size)
                    if like is not None:
                        return like
                if thin is None and isinstance(stream, io.RawIOBase):
                    with io.BufferedReader(stream) as buffered:
                        return _read(path, buffered, None)
                found = _read(path, stream, thin)
                if template is not None and thin is not None:
                    template.note = _note(found, thin, start)
                return found
        except OSError as error:
            return Skipped(path, SkipReason.UNREADABLE, error.strerror or type(error).__name__)

    def _thin(
        self, start: bytes, *, whole: bool
    ) -> tuple[ThinHeader | None, Template[_Alike] | None]:
        try:
            return self._templates.read(start, whole=whole)
        except (Doubt, TooShort, struct.error):
            return None, None


def read_headers(path: Path, opener: Opener = open_file) -> tuple[SliceHeader, ...] | Skipped:
    """Read what slices are in a single file; see `HeaderReader`."""
    return HeaderReader(opener).read(path)


def _start_of(stream: BinaryIO) -> tuple[bytes, bool]:
    """The first bytes of a file, and whether that is all of it.

    Of a scratched disc as many sectors as can be read: the header may lie before the scratch.
    """
    try:
        start = stream.read(FIRST_READ)
    except OSError:
        stream.seek(0)
        start = stream.read(SECTOR)
        with suppress(OSError):
            while len(start) < FIRST_READ and (more := stream.read(SECTOR)):
                start += more
        return start, False
    return start, len(start) < FIRST_READ


def _open_plain(path: Path) -> BinaryIO:
    return open(path, "rb", buffering=0)  # noqa: PTH123 - quicker, and this is done for every file


def _read(
    path: Path, stream: BinaryIO, thin: ThinHeader | None
) -> tuple[SliceHeader, ...] | Skipped:
    """As `HeaderReader.read`, for a file that is not like an earlier one.

    Parameters
    ----------
    thin : ThinHeader or None
        None: the header has to be read yet.
    """
    stream.seek(0 if thin is None else thin.pixels_at)
    try:
        # what pydicom has read may warn when it is looked at
        with quiet_pydicom() if thin is None else nullcontext():
            dataset = read_dataset(stream, TAGS) if thin is None else cast(Dataset, thin)
            unusable = why_not(path, dataset)
            if unusable is not None and not may_be_looked_at(dataset, unusable):
                return replace(unusable, about=about(dataset, unusable.reason))
            cut = what_lacks(path, dataset, pixel_bytes(path, stream, dataset))
            if unusable is not None:
                return _looked_at(path, dataset, unusable, cut)
            return cut if cut is not None else slices_of(path, dataset)
    except UnpacksTooLarge:
        return Skipped(path, SkipReason.UNPACKS_TOO_LARGE)
    except Exception as error:
        # pydicom raises anything on damaged bytes, also an OSError without a number
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return Skipped(path, SkipReason.DAMAGED, type(error).__name__)


def _looked_at(path: Path, dataset: Dataset, why: Skipped, cut: Skipped | None) -> Skipped:
    """A picture of another modality, with its slices where they can be decoded."""
    what = about(dataset, why.reason)
    if cut is not None:
        return replace(cut, about=what)
    detail = f"{why.detail}, to be looked at only"
    return replace(why, detail=detail, about=what, slices=slices_of(path, dataset))


def _note(
    found: tuple[SliceHeader, ...] | Skipped, thin: ThinHeader, start: bytes
) -> _Alike | None:
    """What files that are like this one share; None where they are read one by one."""
    why = found if isinstance(found, Skipped) else None
    slices = _slices(found)
    if why is not None and not slices:
        return _Alike({}, 0, 0, why) if why.reason in _FROM_HEADER else None
    if len(slices) != 1 or slices[0].position is None or not text(thin, "SOPInstanceUID"):
        return None
    at, implicit = thin.pixels_at, thin.original_encoding[0]
    if not implicit and start[at + 4 : at + 8] not in _LONG_PIXELS:
        return None
    head = 8 if implicit else PIXEL_HEAD
    shared = {
        field.name: getattr(slices[0], field.name)
        for field in fields(SliceHeader)
        if field.name not in _DIFFERS
    }
    return _Alike(shared, _length_at(start, at + head - 4)[0], head, why)


def _slices(found: tuple[SliceHeader, ...] | Skipped) -> tuple[SliceHeader, ...]:
    return found.slices if isinstance(found, Skipped) else found


def _like(
    alike: _Alike, path: Path, thin: ThinHeader, stream: BinaryIO, start: bytes, size: int | None
) -> tuple[SliceHeader, ...] | Skipped | None:
    """What a file holds that is like an earlier one; None where more has to be looked at."""
    why = alike.why
    if why is not None and not alike.fields:
        return Skipped(path, why.reason, why.detail, why.about)
    sop_uid, place = text(thin, "SOPInstanceUID"), numbers(thin, "ImagePositionPatient", 3)
    if not sop_uid or place is None:
        return None
    size = path.stat().st_size if size is None else size
    first = thin.pixels_at + alike.pixels_head
    if alike.pixels_length != _UNDEFINED:
        complete = first + alike.pixels_length <= size
    else:
        complete = fragment_bytes(stream, first, size, start) > 0
    if not complete:
        return None
    slices = (
        SliceHeader(
            path=path,
            sop_uid=sop_uid,
            position=triple(place),
            instance_number=integer(thin, "InstanceNumber"),
            acquisition=integer(thin, "AcquisitionNumber"),
            acquired=acquired(thin, thin),
            **alike.fields,
        ),
    )
    return slices if why is None else Skipped(path, why.reason, why.detail, why.about, slices)
