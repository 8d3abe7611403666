"""A study while its pictures arrive: what is missing, what came, and the end."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from painmap.domain.progress import Job, Progress
from painmap.pacs.archive import FoundSeries, Order, Picture
from painmap.pacs.errors import PacsError
from painmap.services.pacs_ledger import (
    LEDGER,
    PICTURES,
    SUFFIX,
    Held,
    Ledger,
    hashed,
    held_in,
    looks_whole,
    pictures_in,
    settle,
    write_ledger,
)


class Arrival:
    """One study while it arrives; `keep` may be called on any thread."""

    def __init__(self, incoming: Path, whole: Path, ledger: Ledger) -> None:
        self._incoming, self._final = incoming, whole
        self.ledger = ledger

    def prepare(self) -> None:
        """Make the folder and write down what is expected, and clear what a crash left."""
        try:
            for series in self.ledger.series:
                place = self._incoming / PICTURES / hashed(series.series_uid)
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                for stray in place.glob("*.part"):
                    stray.unlink()
                for file in place.glob(f"*{SUFFIX}"):
                    if not looks_whole(file):
                        file.unlink()
            write_ledger(self._incoming / LEDGER, self.ledger)
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
                    settle(file)
                self._move(files)
            else:
                write_ledger(self._incoming / LEDGER, self.ledger)
        except OSError as error:
            raise PacsError.of_disk(error) from error
        found = held_in(self._final if self.ledger.whole else self._incoming)
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
            write_ledger(self._final / LEDGER, whole)
            shutil.rmtree(self._incoming)
        else:
            write_ledger(self._incoming / LEDGER, whole)
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
        names = pictures_in(self._incoming) | pictures_in(self._final)
        return sum(name.startswith(f"{hashed(series.series_uid)}/") for name in names)

    @staticmethod
    def _place(root: Path, series_uid: str, sop_uid: str) -> Path:
        return root / PICTURES / hashed(series_uid) / f"{hashed(sop_uid)}{SUFFIX}"
