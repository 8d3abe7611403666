"""Large content, named by its hash."""

from hashlib import sha256

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from painmap.domain.places import Sha256
from painmap.records.database import Database
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.records.tables import BLOB


class BlobStore:
    """The large content of a database; the same content is stored once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, content: bytes) -> Sha256:
        """Store `content`, and give its name."""
        with self._database.writing() as connection:
            return insert_blob(connection, content)

    def get(self, sha: Sha256) -> bytes:
        """Give content back.

        Raises
        ------
        RecordsError
            UNKNOWN: there is none of that name; CORRUPT: it is not what its name says.
        """
        with self._database.reading() as connection:
            content = connection.execute(
                select(BLOB.c.bytes).where(BLOB.c.sha256 == sha)
            ).scalar_one_or_none()
        if content is None:
            raise RecordsError(RecordsProblem.UNKNOWN, thing="attachment")
        if sha256(content).hexdigest() != sha:
            raise RecordsError(RecordsProblem.CORRUPT)
        return bytes(content)


def insert_blob(connection: Connection, content: bytes) -> Sha256:
    """Add content that may be there already."""
    sha = Sha256(sha256(content).hexdigest())
    connection.execute(
        insert(BLOB).values(sha256=sha, bytes=content).on_conflict_do_nothing(["sha256"])
    )
    return sha
