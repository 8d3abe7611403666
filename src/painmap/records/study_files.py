"""Which files belong to an attached study, where they lie, and whether they are our copies."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.sqlite import insert

from painmap.records.database import Database
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.records.tables import STUDY_FILES


class Kept(StrEnum):
    """Whose files a study is read from."""

    REFERENCE = "reference"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class StudyFile:
    """One file of a study.

    Parameters
    ----------
    name : str
        Relative to the study's folder, with "/".
    size, mtime_ns : int
    sha256 : str
        Empty until it has been read whole.
    sop_uids : tuple of str
        What it holds.
    """

    name: str
    size: int
    mtime_ns: int
    sha256: str
    sop_uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudyFiles:
    """The files of an attached study as they were.

    Parameters
    ----------
    study_id : UUID
        Of the attached study's item.
    at : datetime
        When they were so.
    missing : int
        Files that a copy lacks: they were not read yet, or could not be.
    """

    study_id: UUID
    folder: str
    kept: Kept
    at: datetime
    files: tuple[StudyFile, ...]
    missing: int = 0


class StudyFilesStore:
    """The file lists of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, files: StudyFiles) -> None:
        """Keep the list of a study, instead of what was kept before."""
        values = {
            "folder": files.folder,
            "kept": files.kept.value,
            "at": files.at,
            "missing": files.missing,
            "body": _body(files.files),
        }
        statement = insert(STUDY_FILES).values(study_id=files.study_id, **values)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(["study_id"], set_=values))

    def of(self, study_id: UUID) -> StudyFiles | None:
        """Give the list of a study; None where none was ever kept."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(STUDY_FILES).where(STUDY_FILES.c.study_id == study_id)
            ).one_or_none()
        return None if row is None else _files_of(row)

    def folders(self) -> frozenset[str]:
        """Folders that any study's copy lies in."""
        with self._database.reading() as connection:
            query = select(STUDY_FILES.c.folder).where(STUDY_FILES.c.kept == Kept.COPY.value)
            return frozenset(connection.execute(query).scalars())

    def forget(self, study_id: UUID) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(STUDY_FILES).where(STUDY_FILES.c.study_id == study_id))


def _body(files: Iterable[StudyFile]) -> bytes:
    rows = [[f.name, f.size, f.mtime_ns, f.sha256, list(f.sop_uids)] for f in files]
    return json.dumps(rows, separators=(",", ":")).encode()


def _files_of(row: Row[Any]) -> StudyFiles:
    try:
        files = tuple(
            StudyFile(name, size, mtime, sha, tuple(uids))
            for name, size, mtime, sha, uids in json.loads(row.body)
        )
    except (ValueError, TypeError) as error:
        raise RecordsError(RecordsProblem.CORRUPT) from error
    return StudyFiles(row.study_id, row.folder, Kept(row.kept), row.at, files, row.missing)
