"""What folders held when they were scanned, and thumbnails: all of it may be forgotten."""

from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from painmap.records.database import Database
from painmap.records.tables import FOLDER_INDEX, THUMBNAIL


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

    def forget_before(self, day: date) -> None:
        """Forget what was seen last before a day."""
        with self._database.writing() as connection:
            for table in (FOLDER_INDEX, THUMBNAIL):
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
            return not any(_has_rows(connection, table) for table in (FOLDER_INDEX, THUMBNAIL))


def _has_rows(connection: Connection, table: object) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None  # type: ignore[call-overload]  # any table
