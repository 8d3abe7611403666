"""What a fetched study should consist of, what of it is here, and whether it is whole.

A study's folder holds its pictures, in a folder of their own, and a ledger beside them. Names
of files are hashes: a UID of a PACS is never part of a path, and paths stay short.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from painmap.domain.errors import PainmapError
from painmap.domain.sentences import day_words, plural
from painmap.pacs.archive import FoundSeries

INCOMING, STUDIES, PICTURES = "incoming", "studies", "pictures"
LEDGER = "ledger.json"
SUFFIX = ".dcm"
_HASH_SIGNS = 20
"""80 bits: two pictures of one study never share a name."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a study should consist of, and what is known of it without opening a picture.

    Parameters
    ----------
    source : str
        Name of the profile it comes from.
    modality : str
        Which series were asked for; empty: all.
    series : tuple of FoundSeries
    whole : bool
        Everything that was expected has arrived.
    """

    study_uid: str
    source: str
    modality: str
    study_date: date | None
    description: str
    series: tuple[FoundSeries, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A study as far as it is here.

    Parameters
    ----------
    here : int
        Pictures that have arrived.
    expected : int or None
        None: the PACS did not say.
    """

    ledger: Ledger
    folder: Path
    here: int
    expected: int | None

    @property
    def whole(self) -> bool:
        return self.ledger.whole

    @property
    def pictures(self) -> Path:
        """The folder to open: the pictures and nothing else."""
        return self.folder / PICTURES

    @property
    def state_words(self) -> str:
        """Such as "87 of 120 pictures; 33 missing"."""
        if self.whole:
            return f"all {plural(self.here, 'picture')} here"
        if self.expected is None:
            return f"{plural(self.here, 'picture')} here, the PACS does not say of how many"
        missing = max(self.expected - self.here, 0)
        return f"{self.here} of {plural(self.expected, 'picture')}; {missing} missing"

    @property
    def words(self) -> str:
        """Such as "CT of 1 February 2018, Lumbar spine"."""
        when = self.ledger.study_date
        head = self.ledger.modality or "Study"
        head += f" of {day_words(when)}" if when else " of unknown date"
        return f"{head}, {self.ledger.description}" if self.ledger.description else head


class IncompleteStudy(PainmapError):
    """A folder holds a study that has not arrived whole; it is not opened as if it had."""

    def __init__(self, held: Held) -> None:
        super().__init__(
            f"This study has not arrived whole: {held.state_words}.",
            hint="Fetch it again; what is here is kept.",
        )


def refuse_incomplete(path: Path) -> None:
    """See that a folder which is to be opened holds no study that is still arriving.

    Raises
    ------
    IncompleteStudy
    """
    here = path if path.is_dir() else path.parent
    for folder in (here, *list(here.parents)[:3], *(p.parent for p in here.glob(f"*/{LEDGER}"))):
        held = held_in(folder) if (folder / LEDGER).exists() else None
        if held is not None and not held.whole:
            raise IncompleteStudy(held)


def hashed(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:_HASH_SIGNS]


def looks_whole(file: Path) -> bool:
    """Whether a file has a beginning; one that a power cut emptied has none."""
    with file.open("rb") as stream:
        return stream.read(132)[128:] == b"DICM"


def settle(file: Path) -> None:
    """Have the disk really hold a file before the study is called whole."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def held_in(folder: Path) -> Held | None:
    ledger = _read(folder / LEDGER)
    if ledger is None:
        return None
    here = len(pictures_in(folder) | pictures_in(_sibling(folder)))
    numbers = [series.expected for series in ledger.series]
    known = [number for number in numbers if number is not None]
    return Held(ledger, folder, here, sum(known) if len(known) == len(numbers) else None)


def pictures_in(folder: Path) -> set[str]:
    """Name the pictures in a study's folder, each by its series and its own name."""
    return {f"{file.parent.name}/{file.name}" for file in folder.glob(f"{PICTURES}/*/*{SUFFIX}")}


def _sibling(folder: Path) -> Path:
    """Where the rest of a study lies that is fetched again, because the PACS has got more."""
    if folder.parent.name != INCOMING:
        return folder
    return folder.parent.parent / STUDIES / folder.name


def write_ledger(file: Path, ledger: Ledger) -> None:
    content = {
        "study_uid": ledger.study_uid,
        "source": ledger.source,
        "modality": ledger.modality,
        "study_date": ledger.study_date.isoformat() if ledger.study_date else None,
        "description": ledger.description,
        "whole": ledger.whole,
        "series": [
            {
                "series_uid": each.series_uid,
                "modality": each.modality,
                "description": each.description,
                "count": each.count,
                "sop_uids": list(each.sop_uids),
            }
            for each in ledger.series
        ],
    }
    beside = file.with_suffix(".part")
    beside.write_text(json.dumps(content, indent=1), encoding="utf-8")
    settle(beside)
    beside.replace(file)


def _read(file: Path) -> Ledger | None:
    """Read a ledger; None when it is not there or not readable: then nothing is called whole."""
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        when = found["study_date"]
        return Ledger(
            study_uid=str(found["study_uid"]),
            source=str(found["source"]),
            modality=str(found["modality"]),
            study_date=date.fromisoformat(when) if when else None,
            description=str(found["description"]),
            whole=found["whole"] is True,
            series=tuple(
                FoundSeries(
                    str(each["series_uid"]),
                    str(each["modality"]),
                    str(each["description"]),
                    None if each["count"] is None else int(each["count"]),
                    tuple(map(str, each["sop_uids"])),
                )
                for each in found["series"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
