"""What SQLite says, as problems that a doctor can do something about."""

import pytest
from sqlcipher3 import dbapi2

from painmap.records.errors import EditedElsewhere, RecordsError, RecordsProblem
from painmap.records.faults import problem_of, translated


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("database or disk is full", RecordsProblem.DISK_FULL),
        ("attempt to write a readonly database", RecordsProblem.READ_ONLY),
        ("database is locked", RecordsProblem.LOCKED),
        ("database table is locked: visit", RecordsProblem.LOCKED),
        ("database disk image is malformed", RecordsProblem.CORRUPT),
        ("disk I/O error", RecordsProblem.DISK_FAILS),
        ("file is not a database", RecordsProblem.NOT_PAINMAP),
        ("unable to open database file", RecordsProblem.FOLDER_UNUSABLE),
        ("no such table: spleen", None),
    ],
)
def test_words_alone_tell_the_problem(words: str, problem: RecordsProblem | None) -> None:
    assert problem_of(dbapi2.OperationalError(words)) is problem


class _Coded(Exception):
    sqlite_errorcode = 13 | 1 << 8


def test_an_extended_code_tells_its_problem() -> None:
    assert problem_of(_Coded()) is RecordsProblem.DISK_FULL


def test_a_bare_error_of_the_driver_is_translated() -> None:
    with pytest.raises(RecordsError) as caught, translated():
        raise dbapi2.OperationalError("database is locked")

    assert caught.value.problem is RecordsProblem.LOCKED


def test_a_fault_of_ours_is_no_problem_of_the_world() -> None:
    with pytest.raises(RuntimeError, match="no such table"), translated():
        raise dbapi2.OperationalError("no such table: spleen")


@pytest.mark.parametrize("problem", RecordsProblem)
def test_every_problem_is_a_sentence_with_a_hint(problem: RecordsProblem) -> None:
    facts = {"found": 2, "known": 1, "kind": "nfs", "thing": "visit", "what": "sex", "why": "so."}

    error = RecordsError(problem, **facts)  # type: ignore[arg-type]  # facts are no hint

    assert error.message.endswith(".")
    assert "{" not in error.message
    assert error.hint.endswith(".")


def test_edited_elsewhere_is_a_problem_of_the_records() -> None:
    assert EditedElsewhere().problem is RecordsProblem.EDITED_ELSEWHERE
