"""The embedded database: one file in the data folder, opened, checked, migrated.

A lane is a thread. Each transaction takes one connection of the pool and gives it back at
its end, the last one given back first: a lane that works alone always has the same one, and
two lanes never share one.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from painmap.records.errors import RecordsError, RecordsProblem
from painmap.records.faults import translated
from painmap.records.network import network_kind

_log = logging.getLogger(__name__)

FILE_NAME = "painmap.db"

APPLICATION_ID = 0x706D6170
"""What the file's header calls itself: "pmap"."""

SCHEMA = "0004"
"""The newest migration; the names of migrations are four digits that grow by one."""

BUSY_SECONDS = 10.0
"""So long a transaction waits for another program's, before the database counts as busy."""

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """An open database. Reads see one moment; writes are one transaction or nothing."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self.path = path

    @classmethod
    def open(
        cls, folder: Path, *, key: bytes | None = None, busy_seconds: float = BUSY_SECONDS
    ) -> Self:
        """Open the database of a data folder; make both if they are not there.

        Parameters
        ----------
        folder : Path
        key : bytes or None
            32 bytes that encrypt the file; None: not encrypted.
        busy_seconds : float
            How long to wait for another program.

        Raises
        ------
        RecordsError
            ON_NETWORK, FOLDER_UNUSABLE, READ_ONLY, NOT_PAINMAP, NEWER, LOCKED, CORRUPT ...
        """
        if key is not None and len(key) != 32:
            raise ValueError(f"a key of {len(key)} bytes; it has 32")
        if kind := network_kind(folder):
            raise RecordsError(RecordsProblem.ON_NETWORK, kind=kind)
        path = _made(folder)
        database = cls(_engine(path, key, busy_seconds), path)
        try:
            database._prepare(busy_seconds)
        except BaseException:
            database._engine.dispose()
            raise
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees the database as it is at this moment."""
        with translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are stored when the block ends, all or none."""
        with translated(), self._engine.connect() as connection:
            connection = connection.execution_options(painmap_begin="IMMEDIATE")
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Bring everything from the write-ahead log into the file, and let go of it.

        Where that fails, as on a full disk, the log stays beside the file with all that was
        stored, and the next opening reads it.
        """
        try:
            with translated():
                raw = self._engine.raw_connection()
                try:
                    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                finally:
                    raw.close()
        except RecordsError as error:
            _log.info("the write-ahead log stays: %s", error.problem.name)
        finally:
            self._engine.dispose()

    def integrity(self) -> str:
        """What SQLite finds wrong with the file: "ok", or the first complaint."""
        with self.reading() as connection:
            return str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())

    def _prepare(self, busy_seconds: float) -> None:
        with translated():
            raw = self._engine.raw_connection()
            try:
                _use_write_ahead_log(raw.cursor(), busy_seconds)
            finally:
                raw.close()
        if self._schema_found() != SCHEMA:
            self._migrate()

    def _schema_found(self) -> str | None:
        """The database's migration; None for a new file.

        Raises
        ------
        RecordsError
            NOT_PAINMAP or NEWER.
        """
        with self.reading() as connection:
            return _schema_in(connection)

    def _migrate(self) -> None:
        config = Config()
        # the option is read with %-interpolation
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self.writing() as connection:
            # nothing is left to do where another program was first while this one waited
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _schema_in(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    named = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if named != APPLICATION_ID or "alembic_version" not in tables:
        raise RecordsError(RecordsProblem.NOT_PAINMAP)
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if not isinstance(found, str) or not found.isdecimal():
        raise RecordsError(RecordsProblem.NOT_PAINMAP)
    if int(found) > int(SCHEMA):
        raise RecordsError(RecordsProblem.NEWER, found=int(found), known=int(SCHEMA))
    return found


def _made(folder: Path) -> Path:
    """Make the folder and an empty file, for this account alone."""
    path = folder / FILE_NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise RecordsError(RecordsProblem.FOLDER_UNUSABLE) from error
    return path


def _engine(path: Path, key: bytes | None, busy_seconds: float) -> Engine:
    def connect() -> Any:
        connection = dbapi2.connect(
            str(path),
            check_same_thread=False,  # the pool gives a connection to one thread at a time
            isolation_level=None,  # transactions begin where `_begin` says, not in the driver
        )
        cursor = connection.cursor()
        if key is not None:
            cursor.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        cursor.execute(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        # macOS answers a plain sync before the disk has the data
        cursor.execute("PRAGMA fullfsync = ON")
        cursor.execute("PRAGMA checkpoint_fullfsync = ON")
        return connection

    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=connect,
        poolclass=QueuePool,
        pool_size=4,
        pool_timeout=busy_seconds,
        pool_use_lifo=True,
        hide_parameters=True,  # they are the patient's data, and errors are logged
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("painmap_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def _use_write_ahead_log(cursor: Any, busy_seconds: float) -> None:
    """Switch to the write-ahead log.

    SQLite does not wait for others here, as it does elsewhere, so that this waits itself.
    """
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            mode = cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except dbapi2.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
            continue
        if mode != "wal":
            raise RecordsError(RecordsProblem.FOLDER_UNUSABLE)
        return
