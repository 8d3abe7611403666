"""Translates what SQLite says into problems that a doctor can do something about."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlcipher3 import dbapi2

from painmap.records.errors import RecordsError, RecordsProblem

_PROBLEM_OF_CODE: Mapping[int, RecordsProblem] = MappingProxyType(
    {
        5: RecordsProblem.LOCKED,  # SQLITE_BUSY
        6: RecordsProblem.LOCKED,  # SQLITE_LOCKED
        8: RecordsProblem.READ_ONLY,  # SQLITE_READONLY
        3: RecordsProblem.READ_ONLY,  # SQLITE_PERM
        10: RecordsProblem.DISK_FAILS,  # SQLITE_IOERR
        11: RecordsProblem.CORRUPT,  # SQLITE_CORRUPT
        13: RecordsProblem.DISK_FULL,  # SQLITE_FULL
        14: RecordsProblem.FOLDER_UNUSABLE,  # SQLITE_CANTOPEN
        26: RecordsProblem.NOT_PAINMAP,  # SQLITE_NOTADB
    }
)
"""Primary result codes, https://sqlite.org/rescode.html."""

_PROBLEM_OF_WORDS: Mapping[str, RecordsProblem] = MappingProxyType(
    {
        "locked": RecordsProblem.LOCKED,
        "readonly": RecordsProblem.READ_ONLY,
        "disk i/o error": RecordsProblem.DISK_FAILS,
        "malformed": RecordsProblem.CORRUPT,
        "disk is full": RecordsProblem.DISK_FULL,
        "unable to open": RecordsProblem.FOLDER_UNUSABLE,
        "not a database": RecordsProblem.NOT_PAINMAP,
    }
)
"""For drivers that give no code."""


def problem_of(error: BaseException) -> RecordsProblem | None:
    """What the world did to cause `error`; None when it is a fault of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _PROBLEM_OF_CODE.get(code & 0xFF)
    words = str(error).lower()
    return next((each for text, each in _PROBLEM_OF_WORDS.items() if text in words), None)


@contextmanager
def translated() -> Iterator[None]:
    """Let nothing of the driver out: the world's errors as RecordsError, ours as RuntimeError.

    Raises
    ------
    RecordsError
        The disk, another program, the file.
    RuntimeError
        The store refused a row: a fault of the program.
    """
    try:
        yield
    except PoolTimeout as error:
        raise RecordsError(RecordsProblem.LOCKED) from error
    except (DBAPIError, dbapi2.Error) as error:
        cause = getattr(error, "orig", None) or error
        problem = problem_of(cause)
        if isinstance(error, IntegrityError) or problem is None:
            raise RuntimeError(f"the store refused: {cause}") from error
        raise RecordsError(problem) from error
