"""The index: what folders held, so that a second look at them is nearly free.

It lies in the program's database, encrypted where that is, and holds what the headers say,
names included. It is forgotten folder by folder (`forget`), study by study, and by age
(`MOST_DAYS`); nothing that was entered hangs on it.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from painmap.domain.places import StackKey
from painmap.domain.progress import Job
from painmap.imaging.header_codec import FORM, packed, unpacked
from painmap.imaging.memory import Remembered
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.scan import ScanResult
from painmap.imaging.scan_codec import SCAN_FORM, packed_scan, unpacked_scan
from painmap.imaging.sources import Gathered
from painmap.imaging.stack import Stack
from painmap.imaging.thumbnail import Thumbnail, thumbnailing
from painmap.records.database import Database
from painmap.records.errors import RecordsError
from painmap.records.scans import ScanStore, StoredThumbnail

_log = logging.getLogger(__name__)

MOST_SCANS = 4
"""So many of the last scans are remembered whole; each takes some megabytes."""

MOST_FOLDERS = 2_000
"""More folders than these are not remembered in memory: the oldest go."""

MOST_DAYS = 90
"""What was not looked at for so long is forgotten: longer than from one visit to the next."""


@dataclass(slots=True)
class _Scan:
    """What a scan came to, and whether the database holds it."""

    fingerprint: str
    result: ScanResult
    is_kept: bool = False

    def can_be_kept_below(self, root: Path) -> bool:
        where = self.result.root
        stays = not self.result.unpacked and _can_be_named(where)
        return stays and not self.is_kept and _is_below(where, root)


class SeriesIndex:
    """Remembers headers, scans and thumbnails; a `ScanMemory`. May be used in any thread.

    What a scan finds is remembered in memory alone until `keep` says that it may be stored:
    nothing is kept of a study before its identity was compared. Where the database cannot be
    read or written, the scan goes on without it.

    Parameters
    ----------
    today : callable
        Gives the day.
    """

    def __init__(self, database: Database, *, today: Callable[[], date]) -> None:
        self._store = ScanStore(database)
        self._today = today
        self._tidied: date | None = None
        self._lock = threading.Lock()
        self._new: dict[Path, Mapping[str, Remembered]] = {}
        self._scans: list[_Scan] = []
        self._new_pictures: dict[StackKey, tuple[str, Thumbnail]] = {}

    def recall(self, folder: Path) -> Mapping[str, Remembered]:
        """Give what is remembered of the files of `folder` itself, by their names."""
        found = self._new.get(folder)
        if found is not None:
            return found
        if not _can_be_named(folder):
            return {}
        try:
            self._tidy()
            body = self._store.folder(str(folder), form=FORM, today=self._today())
            return {} if body is None else unpacked(body, folder)
        except (RecordsError, ValueError) as error:
            _log.info("the index is not read: %s", type(error).__name__)
            return {}

    def remember(self, folder: Path, files: Mapping[str, Remembered], *, whole: bool) -> None:
        """Remember what files of `folder` held, until the program ends or `keep` stores it."""
        before = {} if whole else self.recall(folder)
        # a row that cannot be read is as good as none
        kept = {name: found for name in before if (found := before.get(name)) is not None}
        merged = {**kept, **files}
        with self._lock:
            self._new[folder] = merged
            while len(self._new) > MOST_FOLDERS:
                self._new.pop(next(iter(self._new)))

    def recall_scan(self, gathered: Gathered) -> ScanResult | None:
        """Give what a scan of exactly these files came to, if it was one of the last or kept."""
        fingerprint = gathered.fingerprint
        with self._lock:
            scans = list(self._scans)
        for each in scans:
            if each.fingerprint == fingerprint:
                return each.result
        if gathered.unpacked or not _can_be_named(gathered.root):
            return None
        root = str(gathered.root)
        try:
            self._tidy()
            body = self._store.scan(root, fingerprint, form=SCAN_FORM, today=self._today())
            found = None if body is None else unpacked_scan(body)
        except (RecordsError, ValueError) as error:
            _log.info("the index is not read: %s", type(error).__name__)
            return None
        if found is not None:
            self._add(_Scan(fingerprint, found, is_kept=True))
        return found

    def remember_scan(self, gathered: Gathered, result: ScanResult) -> None:
        """Remember what a scan came to until others were made, or the program ends."""
        self._add(_Scan(gathered.fingerprint, result))

    def _add(self, scan: "_Scan") -> None:
        with self._lock:
            others = [each for each in self._scans if each.result.root != scan.result.root]
            self._scans = [*others, scan][-MOST_SCANS:]

    def keep(self, root: Path, study_uids: tuple[str, ...] = ()) -> None:
        """Store what was found below `root`, and thumbnails of studies; blocks.

        To be called when a study of it is attached to a patient.
        """
        with self._lock:
            folders = {each: self._new[each] for each in self._new if _is_below(each, root)}
            pictures = {
                key: found for key, found in self._new_pictures.items() if found[0] in study_uids
            }
            scans = [each for each in self._scans if each.can_be_kept_below(root)]
        try:
            for folder, files in folders.items():
                if _can_be_named(folder):
                    self._store.keep_folder(
                        str(folder), packed(files), form=FORM, today=self._today()
                    )
            for scan in scans:
                self._store.keep_scan(
                    str(scan.result.root),
                    scan.fingerprint,
                    packed_scan(scan.result),
                    form=SCAN_FORM,
                    today=self._today(),
                )
            for key, (study_uid, picture) in pictures.items():
                rows, columns = picture.pixels.shape
                stored = StoredThumbnail(rows, columns, picture.pixels.tobytes())
                self._store.keep_thumbnail(key, study_uid, stored, today=self._today())
        except RecordsError as error:
            _log.info("the index is not written: %s", error.problem.name)
            return
        with self._lock:
            for folder, files in folders.items():
                if self._new.get(folder) is files:
                    del self._new[folder]
            for scan in scans:
                scan.is_kept = True
            for key in pictures:
                self._new_pictures.pop(key, None)

    def _tidy(self) -> None:
        """Forget what is too old, once a day."""
        today = self._today()
        if self._tidied != today:
            self._store.forget_before(today - timedelta(days=MOST_DAYS))
            self._tidied = today

    def forget(self, folder: Path, study_uids: tuple[str, ...] = ()) -> None:
        """Forget a folder with all below it, and the thumbnails of studies."""
        with self._lock:
            self._scans = [each for each in self._scans if not _touches(each.result.root, folder)]
            for each in [each for each in self._new if _is_below(each, folder)]:
                del self._new[each]
            for key in [k for k, found in self._new_pictures.items() if found[0] in study_uids]:
                del self._new_pictures[key]
        try:
            self._store.forget_folder(str(folder))
            for root in self._store.scan_roots():
                if _touches(Path(root), folder):
                    self._store.forget_scan(root)
            for study_uid in study_uids:
                self._store.forget_thumbnails(study_uid)
        except RecordsError as error:
            _log.info("the index is not written: %s", error.problem.name)

    # --- thumbnails

    def thumbnail(self, stack: Stack) -> Thumbnail | None:
        """Give the small picture of a stack if there is one; blocks for about a millisecond."""
        new = self._new_pictures.get(stack.key)
        if new is not None:
            return new[1]
        try:
            found = self._store.thumbnail(stack.key)
        except RecordsError:
            return None
        if found is None or len(found.pixels) != found.rows * found.columns:
            return None
        pixels = np.frombuffer(found.pixels, dtype=np.uint8)
        return Thumbnail(pixels.reshape(found.rows, found.columns))

    def thumbnailing(self, stack: Stack, *, opener: Opener = open_file) -> Job[Thumbnail]:
        """Give the small picture of a stack, made now and remembered where there is none yet.

        Parameters
        ----------
        opener : callable
            Opens the file of the slice in the middle.

        Raises
        ------
        SeriesError
            The slice in the middle cannot be read.
        """
        found = self.thumbnail(stack)
        if found is not None:
            return found
        made = yield from thumbnailing(stack, opener=opener)
        self.remember_thumbnail(stack, made)
        return made

    def remember_thumbnail(self, stack: Stack, picture: Thumbnail) -> None:
        """Remember a small picture that was made elsewhere; `keep` stores it."""
        with self._lock:
            self._new_pictures[stack.key] = stack.study_uid, picture


def _is_below(folder: Path, root: Path) -> bool:
    return folder == root or root in folder.parents


def _touches(one: Path, other: Path) -> bool:
    return _is_below(one, other) or _is_below(other, one)


def _can_be_named(folder: Path) -> bool:
    """Whether a folder's name is text: old discs have names in no known character set."""
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        return False
    return True
