"""Studies fetched from a PACS: a folder each, and a ledger that says whether it is whole.

While pictures arrive they lie under ``incoming``; a study moves to ``studies`` in one rename
when every picture that the PACS named is here. Names of files are hashes: a UID of a PACS is
never part of a path, and paths stay short.
"""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from painmap.domain.errors import PainmapError
from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import day_words, plural
from painmap.pacs.archive import FoundSeries, FoundStudy, Order, Picture
from painmap.pacs.errors import PacsError

FOLDER = "pacs"
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


class PacsStore:
    """The fetched studies of one data folder.

    Parameters
    ----------
    data_folder : Path
    """

    def __init__(self, data_folder: Path) -> None:
        self._root = data_folder / FOLDER
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    # --- what is here

    def held(self, study_uid: str) -> Held | None:
        """Say how far a study is here; what is still arriving goes before what is whole."""
        for folder in (self._incoming(study_uid), self._whole(study_uid)):
            found = _held(folder)
            if found is not None and found.ledger.study_uid == study_uid:
                return found
        return None

    def unfinished(self) -> tuple[Held, ...]:
        """Give every study that is not whole, except those that are arriving now."""
        places = sorted((self._root / INCOMING).glob(f"*/{LEDGER}"))
        found = [held for place in places if (held := _held(place.parent)) is not None]
        return tuple(held for held in found if not self.is_busy(held.ledger.study_uid))

    def discard(self, study_uid: str) -> None:
        """Remove what has arrived of a study that is not whole.

        Raises
        ------
        PacsError
            It cannot be removed.
        """
        folder = self._incoming(study_uid)
        if not folder.exists():
            return
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise PacsError.of_disk(error) from error

    def is_busy(self, study_uid: str) -> bool:
        """Whether it is being fetched at the moment."""
        with self._lock:
            return study_uid in self._busy

    @contextmanager
    def busy(self, study_uid: str) -> Iterator[bool]:
        """Within this nobody else fetches the study; gives False when somebody does."""
        with self._lock:
            free = study_uid not in self._busy
            self._busy.add(study_uid)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._busy.discard(study_uid)

    # --- what arrives

    def begin(
        self, study: FoundStudy, series: tuple[FoundSeries, ...], *, source: str, modality: str
    ) -> "Arrival":
        """Make ready for a study, or go on with one that was begun.

        Raises
        ------
        PacsError
            The folder cannot be made.
        """
        ledger = Ledger(
            study.study_uid, source, modality, study.study_date, study.description, series
        )
        arrival = Arrival(self._incoming(study.study_uid), self._whole(study.study_uid), ledger)
        arrival.prepare()
        return arrival

    def _incoming(self, study_uid: str) -> Path:
        return self._root / INCOMING / _hashed(study_uid)

    def _whole(self, study_uid: str) -> Path:
        return self._root / STUDIES / _hashed(study_uid)


class Arrival:
    """One study while it arrives; `keep` may be called on any thread."""

    def __init__(self, incoming: Path, whole: Path, ledger: Ledger) -> None:
        self._incoming, self._final = incoming, whole
        self.ledger = ledger

    def prepare(self) -> None:
        """Make the folder and write down what is expected, and clear what a crash left."""
        try:
            for series in self.ledger.series:
                place = self._incoming / PICTURES / _hashed(series.series_uid)
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                for stray in place.glob("*.part"):
                    stray.unlink()
                for file in place.glob(f"*{SUFFIX}"):
                    if not _looks_whole(file):
                        file.unlink()
            _write(self._incoming / LEDGER, self.ledger)
        except OSError as error:
            raise PacsError.of_disk(error) from error

    @property
    def missing(self) -> Order:
        """What has to be fetched: the pictures that are not here, or a series as a whole."""
        wanted: dict[str, tuple[str, ...]] = {}
        for series in self.ledger.series:
            lacking = tuple(uid for uid in series.sop_uids if not self._has(series.series_uid, uid))
            unlisted = not series.sop_uids and not self._is_whole(series)
            if lacking or unlisted:
                wanted[series.series_uid] = lacking
        return Order(self.ledger.study_uid, wanted)

    def keep(self, picture: Picture) -> None:
        """Put a picture away: written beside and renamed, so that a file is whole or not there.

        Raises
        ------
        OSError
        """
        target = self._place(self._incoming, picture.series_uid, picture.sop_uid)
        beside = target.with_suffix(".part")
        try:
            beside.write_bytes(picture.content)
            beside.replace(target)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def counted(self, sent: Mapping[str, int]) -> None:
        """Take the PACS at its word where it named no number before: what it sent is all."""
        series = tuple(
            each
            if each.expected is not None or each.series_uid not in sent
            else replace(each, count=sent[each.series_uid])
            for each in self.ledger.series
        )
        self.ledger = replace(self.ledger, series=series)

    def ending(self) -> Job[Held]:
        """Say how far it is; a study that is whole is made firm on the disk and moves to its place.

        Raises
        ------
        PacsError
            It cannot be moved or written down.
        """
        try:
            if self.ledger.series and all(map(self._is_whole, self.ledger.series)):
                files = sorted(self._incoming.rglob(f"*{SUFFIX}"))
                for number, file in enumerate(files):
                    yield Progress(number, len(files), "Making the pictures firm on the disk")
                    _settle(file)
                self._move(files)
            else:
                _write(self._incoming / LEDGER, self.ledger)
        except OSError as error:
            raise PacsError.of_disk(error) from error
        found = _held(self._final if self.ledger.whole else self._incoming)
        if found is None:
            raise RuntimeError("a ledger that was just written is not there")
        return found

    def _move(self, files: Iterable[Path]) -> None:
        whole = replace(self.ledger, whole=True)
        if self._final.exists():
            # fetched before, and the PACS has got more since: what a record names stays there
            for file in files:
                target = self._final / file.relative_to(self._incoming)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file.replace(target)
            _write(self._final / LEDGER, whole)
            shutil.rmtree(self._incoming)
        else:
            _write(self._incoming / LEDGER, whole)
            self._final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._incoming.replace(self._final)
        self.ledger = whole

    def _has(self, series_uid: str, sop_uid: str) -> bool:
        return any(
            self._place(root, series_uid, sop_uid).exists()
            for root in (self._incoming, self._final)
        )

    def _is_whole(self, series: FoundSeries) -> bool:
        if series.expected is None:
            return False
        listed = all(self._has(series.series_uid, uid) for uid in series.sop_uids)
        return listed and self._count(series) >= series.expected

    def _count(self, series: FoundSeries) -> int:
        """How many pictures of a series are here, by name: none counts twice."""
        names = _pictures(self._incoming) | _pictures(self._final)
        return sum(name.startswith(f"{_hashed(series.series_uid)}/") for name in names)

    @staticmethod
    def _place(root: Path, series_uid: str, sop_uid: str) -> Path:
        return root / PICTURES / _hashed(series_uid) / f"{_hashed(sop_uid)}{SUFFIX}"


def refuse_incomplete(path: Path) -> None:
    """See that a folder which is to be opened holds no study that is still arriving.

    Raises
    ------
    IncompleteStudy
    """
    here = path if path.is_dir() else path.parent
    for folder in (here, *list(here.parents)[:3], *(p.parent for p in here.glob(f"*/{LEDGER}"))):
        held = _held(folder) if (folder / LEDGER).exists() else None
        if held is not None and not held.whole:
            raise IncompleteStudy(held)


def _hashed(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:_HASH_SIGNS]


def _looks_whole(file: Path) -> bool:
    """Whether a file has a beginning; one that a power cut emptied has none."""
    with file.open("rb") as stream:
        return stream.read(132)[128:] == b"DICM"


def _settle(file: Path) -> None:
    """Have the disk really hold a file before the study is called whole."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _held(folder: Path) -> Held | None:
    ledger = _read(folder / LEDGER)
    if ledger is None:
        return None
    here = len(_pictures(folder) | _pictures(_sibling(folder)))
    numbers = [series.expected for series in ledger.series]
    known = [number for number in numbers if number is not None]
    return Held(ledger, folder, here, sum(known) if len(known) == len(numbers) else None)


def _pictures(folder: Path) -> set[str]:
    """Name the pictures in a study's folder, each by its series and its own name."""
    return {f"{file.parent.name}/{file.name}" for file in folder.glob(f"{PICTURES}/*/*{SUFFIX}")}


def _sibling(folder: Path) -> Path:
    """Where the rest of a study lies that is fetched again, because the PACS has got more."""
    if folder.parent.name != INCOMING:
        return folder
    return folder.parent.parent / STUDIES / folder.name


def _write(file: Path, ledger: Ledger) -> None:
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
    _settle(beside)
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
