"""Studies fetched from a PACS: which are here, which are not whole, which are coming now.

While pictures arrive they lie under ``incoming``; a study moves to ``studies`` in one rename
when every picture that the PACS named is here.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from painmap.pacs.archive import FoundSeries, FoundStudy
from painmap.pacs.errors import PacsError
from painmap.services.pacs_arrival import Arrival
from painmap.services.pacs_ledger import INCOMING, LEDGER, STUDIES, Held, Ledger, hashed, held_in

FOLDER = "pacs"


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
            found = held_in(folder)
            if found is not None and found.ledger.study_uid == study_uid:
                return found
        return None

    def unfinished(self) -> tuple[Held, ...]:
        """Give every study that is not whole, except those that are arriving now."""
        places = sorted((self._root / INCOMING).glob(f"*/{LEDGER}"))
        found = [held for place in places if (held := held_in(place.parent)) is not None]
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
    ) -> Arrival:
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
        return self._root / INCOMING / hashed(study_uid)

    def _whole(self, study_uid: str) -> Path:
        return self._root / STUDIES / hashed(study_uid)
