"""The program's log: a file beside the records, without patient identifiers.

Only painmap's own loggers write to it, and they are given none; what slips in all the same
(in the text of a third-party error, say) is taken out by two nets: everything in the form of
a DICOM person name, and every name and number that the program met while it runs.
"""

import logging
import re
import threading
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path

from painmap.domain.patient import Patient
from painmap.services.data_folder import log_folder

REPLACEMENT = "(removed)"
FILE_NAME = "painmap.log"
MOST_BYTES = 1_000_000
KEPT_FILES = 5

_PERSON_NAME = re.compile(r"[^\s\"'\[\]()<>|,;:^=]+(?:\^[^\s\"'\[\]()<>|,;:^=]*)+")
"""Anything with a caret between its parts, the form of a DICOM Person Name."""


_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
_UNSPACED += "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
_UNSPACED += "\U00020000-\U0003ffff"
"""Scripts that write words without a space between (Thai, Lao, Burmese, Khmer, kana, Chinese),
and Hangul, whose particles follow a name without one: a name may stand inside other letters."""

_SPACED_LETTER = rf"[^\W_{_UNSPACED}]"
_UNSPACED_LETTER = re.compile(rf"[{_UNSPACED}]")
_BETWEEN_PARTS = re.compile("[\\s^=,、，・·]+")


class Secrets:
    """Words that no log may hold; any thread may add."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def add(self, words: Iterable[str]) -> None:
        """Register names or numbers; each part of a name also by itself."""
        parts = {part for word in words for part in (word, *_BETWEEN_PARTS.split(word))}
        new = {part.strip() for part in parts if _names_somebody(part.strip())}
        with self._lock:
            if new <= self._words:
                return
            self._words |= new
            longest_first = sorted(self._words, key=lambda word: (-len(word), word))
            self._pattern = re.compile("|".join(map(_whole_word, longest_first)), re.IGNORECASE)

    def removed_from(self, text: str) -> str:
        """Give `text` without person names and registered words."""
        clean = _PERSON_NAME.sub(REPLACEMENT, text)
        pattern = self._pattern
        return pattern.sub(REPLACEMENT, clean) if pattern is not None else clean


def _names_somebody(part: str) -> bool:
    """Whether a part of a name is worth removing.

    One ASCII letter or digit alone would shred every sentence, and names nobody; one sign of
    another script may be a whole name.
    """
    return len(part) > 1 or (not part.isascii() and part.isalnum())


def _whole_word(word: str) -> str:
    """Give the pattern of a word that stands by itself, as far as its script parts words."""
    before = "" if _UNSPACED_LETTER.match(word[0]) else f"(?<!{_SPACED_LETTER})"
    after = "" if _UNSPACED_LETTER.match(word[-1]) else f"(?!{_SPACED_LETTER})"
    return f"{before}{re.escape(word)}{after}"


secrets = Secrets()
"""The words of this process."""


def keep_out(patient: Patient) -> None:
    """Let no log of this process hold the patient's name or number."""
    secrets.add((patient.family_name, patient.given_name, patient.record_number))


class CleanFormatter(logging.Formatter):
    """Formats a record whole, with its traceback, and then takes identifiers out."""

    def __init__(self, words: Secrets) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._words = words

    def format(self, record: logging.LogRecord) -> str:
        # a traceback cached by another handler's formatter is cleaned all the same
        return self._words.removed_from(super().format(record))


def install(folder: Path, words: Secrets = secrets) -> logging.Handler:
    """Write what painmap logs into `folder`, in files that take turns.

    Parameters
    ----------
    folder : Path
        The data folder.

    Returns
    -------
    logging.Handler
        For `uninstall`. A folder that cannot be written to gives one that writes nothing:
        no log is no reason not to work.
    """
    where = log_folder(folder)
    handler: logging.Handler
    try:
        where.mkdir(mode=0o700, exist_ok=True)
        handler = RotatingFileHandler(
            where / FILE_NAME,
            maxBytes=MOST_BYTES,
            backupCount=KEPT_FILES,
            encoding="utf-8",
            delay=True,
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(CleanFormatter(words))
    logger = logging.getLogger("painmap")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    return handler


def uninstall(handler: logging.Handler) -> None:
    """Stop writing to the log."""
    logging.getLogger("painmap").removeHandler(handler)
    handler.close()
