"""What folders held when they were scanned, and thumbnails: all of it may be forgotten."""

from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from painmap.records.database import Database
from painmap.records.tables import FOLDER_INDEX, SCAN_INDEX, THUMBNAIL

_TABLES = FOLDER_INDEX, SCAN_INDEX, THUMBNAIL


@dataclass(frozen=True, slots=True)
class StoredThumbnail:
    """A small picture.

    Parameters
    ----------
    pixels : bytes
        8 bits a pixel, row by row.
    """

    rows: int
    columns: int
    pixels: bytes


class ScanStore:
    """The index of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def folder(self, folder: str, *, form: str, today: date) -> bytes | None:
        """Give what is kept of a folder in that form; it counts as seen today."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(FOLDER_INDEX.c.body, FOLDER_INDEX.c.seen)
                .where(FOLDER_INDEX.c.folder == folder)
                .where(FOLDER_INDEX.c.form == form)
            ).one_or_none()
        if row is None:
            return None
        if row.seen != today:
            with self._database.writing() as connection:
                connection.execute(
                    update(FOLDER_INDEX).where(FOLDER_INDEX.c.folder == folder).values(seen=today)
                )
        return bytes(row.body)

    def keep_folder(self, folder: str, body: bytes, *, form: str, today: date) -> None:
        """Keep what a folder held, instead of what was kept before."""
        values = {"form": form, "seen": today, "body": body}
        statement = insert(FOLDER_INDEX).values(folder=folder, **values)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(["folder"], set_=values))

    def forget_folder(self, folder: str) -> None:
        """Forget a folder and all below it."""
        below = folder.rstrip("/\\")
        separator = "\\" if "\\" in str(PurePath(folder)) else "/"
        with self._database.writing() as connection:
            connection.execute(
                delete(FOLDER_INDEX).where(
                    or_(
                        FOLDER_INDEX.c.folder == folder,
                        FOLDER_INDEX.c.folder.startswith(below + separator, autoescape=True),
                    )
                )
            )

    # --- whole scans

    def scan(self, root: str, fingerprint: str, *, form: str, today: date) -> bytes | None:
        """Give what a scan of these very files came to; it counts as seen today."""
        table = SCAN_INDEX.c
        with self._database.reading() as connection:
            row = connection.execute(
                select(table.body, table.seen)
                .where(table.root == root)
                .where(table.form == form)
                .where(table.fingerprint == fingerprint)
            ).one_or_none()
        if row is None:
            return None
        if row.seen != today:
            with self._database.writing() as connection:
                connection.execute(update(SCAN_INDEX).where(table.root == root).values(seen=today))
        return bytes(row.body)

    def keep_scan(
        self, root: str, fingerprint: str, body: bytes, *, form: str, today: date
    ) -> None:
        """Keep what a scan came to, instead of an earlier one of the same place."""
        values = {"form": form, "seen": today, "fingerprint": fingerprint, "body": body}
        statement = insert(SCAN_INDEX).values(root=root, **values)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(["root"], set_=values))

    def scan_roots(self) -> tuple[str, ...]:
        """Where the scans that are kept began."""
        with self._database.reading() as connection:
            return tuple(connection.execute(select(SCAN_INDEX.c.root)).scalars())

    def forget_scan(self, root: str) -> None:
        """Forget what a scan came to."""
        with self._database.writing() as connection:
            connection.execute(delete(SCAN_INDEX).where(SCAN_INDEX.c.root == root))

    def forget_before(self, day: date) -> None:
        """Forget what was seen last before a day."""
        with self._database.writing() as connection:
            for table in _TABLES:
                connection.execute(delete(table).where(table.c.seen < day))

    # --- thumbnails

    def thumbnail(self, stack_key: str) -> StoredThumbnail | None:
        with self._database.reading() as connection:
            row = connection.execute(
                select(THUMBNAIL).where(THUMBNAIL.c.stack_key == stack_key)
            ).one_or_none()
        return None if row is None else StoredThumbnail(row.rows, row.columns, bytes(row.pixels))

    def keep_thumbnail(
        self, stack_key: str, study_uid: str, picture: StoredThumbnail, *, today: date
    ) -> None:
        values = {
            "study_uid": study_uid,
            "seen": today,
            "rows": picture.rows,
            "columns": picture.columns,
            "pixels": picture.pixels,
        }
        statement = insert(THUMBNAIL).values(stack_key=stack_key, **values)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(["stack_key"], set_=values))

    def forget_thumbnails(self, study_uid: str) -> None:
        """Forget the small pictures of a study."""
        with self._database.writing() as connection:
            connection.execute(delete(THUMBNAIL).where(THUMBNAIL.c.study_uid == study_uid))

    def is_empty(self) -> bool:
        """Whether nothing at all is kept."""
        with self._database.reading() as connection:
            return not any(_has_rows(connection, table) for table in _TABLES)


def _has_rows(connection: Connection, table: object) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None  # type: ignore[call-overload]  # any table
