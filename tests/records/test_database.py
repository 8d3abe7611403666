"""The embedded database: opened, checked, migrated, refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select
from sqlcipher3 import dbapi2

from painmap.records import database as database_module
from painmap.records.database import APPLICATION_ID, FILE_NAME, MIGRATIONS, SCHEMA, Database
from painmap.records.errors import RecordsError, RecordsProblem
from painmap.records.tables import METADATA

KEY = bytes(range(32))


def run_sql(folder: Path, *statements: str) -> list[object]:
    connection = dbapi2.connect(str(folder / FILE_NAME))
    try:
        rows = [connection.execute(statement).fetchone() for statement in statements]
        connection.commit()
        return rows
    finally:
        connection.close()


def read_everything(folder: Path) -> None:
    database = Database.open(folder)
    try:
        with database.reading() as connection:
            for table in METADATA.sorted_tables:
                connection.execute(select(table)).all()
    finally:
        database.close()


def refused(folder: Path, **options: object) -> RecordsError:
    with pytest.raises(RecordsError) as caught:
        Database.open(folder, **options)  # type: ignore[arg-type]  # a key or seconds
    return caught.value


def test_a_new_folder_gets_a_database_of_the_newest_schema(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "deep"

    Database.open(folder).close()

    assert run_sql(folder, "SELECT version_num FROM alembic_version") == [(SCHEMA,)]
    assert [each.name for each in folder.iterdir()] == [FILE_NAME]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_nobody_else_may_read_a_new_database(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    Database.open(folder).close()

    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / FILE_NAME).stat().st_mode & 0o077 == 0


def test_the_migrations_make_the_tables_that_the_program_uses(tmp_path: Path) -> None:
    database = Database.open(tmp_path)

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, METADATA)

    assert difference == []
    database.close()


def make_version(folder: Path, schema: str) -> None:
    """Make the database that an older version of the program left."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{folder / FILE_NAME}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    engine.dispose()


def test_a_database_of_the_second_schema_keeps_every_row_and_its_rules(tmp_path: Path) -> None:
    make_version(tmp_path, "0002")
    run_sql(
        tmp_path,
        "INSERT INTO patient VALUES ('p','real','','',NULL,NULL,'','','',1,'','')",
        "INSERT INTO visit VALUES ('v','p','then','first visit','draft',1,'{}')",
        "INSERT INTO item VALUES ('a','p',NULL,'landmarks',2,'doctor','then',0,3,'a body')",
        "INSERT INTO item VALUES ('b','p','v','marks',1,'doctor','then',1,3,'another')",
    )
    every = "SELECT group_concat(id || ifnull(visit_id, '-') || kind || deleted || body) FROM item"
    before = run_sql(tmp_path, every)

    Database.open(tmp_path).close()

    assert run_sql(tmp_path, every) == before
    assert run_sql(tmp_path, "SELECT version_num FROM alembic_version") == [(SCHEMA,)]
    run_sql(
        tmp_path,
        "INSERT INTO item VALUES ('c','p',NULL,'level_counts',1,'doctor','then',0,4,'a body')",
    )
    for forbidden in ("DELETE FROM item", "UPDATE item SET kind = 'sites' WHERE id = 'b'"):
        with pytest.raises(dbapi2.IntegrityError):
            run_sql(tmp_path, forbidden)


def test_the_program_knows_the_newest_migration_that_is_shipped() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == SCHEMA


def test_every_connection_waits_for_the_disk_and_holds_references(tmp_path: Path) -> None:
    database = Database.open(tmp_path, busy_seconds=1.5)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 1500}

    with database.reading() as one, database.reading() as two:
        for connection in (one, two):
            for pragma, value in wanted.items():
                assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    database.close()


def test_a_database_opens_again(tmp_path: Path) -> None:
    for _ in range(2):
        database = Database.open(tmp_path)
        assert database.integrity() == "ok"
        database.close()


def test_a_newer_database_is_refused_with_both_versions_named(tmp_path: Path) -> None:
    Database.open(tmp_path).close()
    run_sql(tmp_path, "UPDATE alembic_version SET version_num = '0042'")

    error = refused(tmp_path)

    assert error.problem is RecordsProblem.NEWER
    assert "version 42" in error.message
    assert f"up to {int(SCHEMA)}" in error.message


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = 'abcdef'",
        "DELETE FROM alembic_version",
        "DROP TABLE alembic_version",
        "PRAGMA application_id = 1",
    ],
)
def test_a_database_of_another_program_is_refused(tmp_path: Path, statement: str) -> None:
    Database.open(tmp_path).close()
    run_sql(tmp_path, statement)

    assert refused(tmp_path).problem is RecordsProblem.NOT_PAINMAP


def test_a_file_that_is_no_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    content = b"a shopping list " * 500
    (tmp_path / FILE_NAME).write_bytes(content)

    assert refused(tmp_path).problem is RecordsProblem.NOT_PAINMAP
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_database_with_a_key_needs_it(tmp_path: Path) -> None:
    Database.open(tmp_path, key=KEY).close()

    Database.open(tmp_path, key=KEY).close()
    assert b"SQLite" not in (tmp_path / FILE_NAME).read_bytes()[:16]
    assert refused(tmp_path).problem is RecordsProblem.NOT_PAINMAP
    assert refused(tmp_path, key=KEY[::-1]).problem is RecordsProblem.NOT_PAINMAP


def test_a_key_of_another_length_is_our_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="5 bytes"):
        Database.open(tmp_path, key=b"short")


def test_a_folder_below_a_file_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert refused(tmp_path / "file" / "data").problem is RecordsProblem.FOLDER_UNUSABLE


def test_a_network_folder_is_refused_with_the_word_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "network_kind", lambda _folder: "nfs4")

    error = refused(tmp_path / "data")

    assert error.problem is RecordsProblem.ON_NETWORK
    assert "nfs4" in error.message
    assert "PostgreSQL" in str(error)
    assert not (tmp_path / "data").exists()


def test_a_database_that_another_program_holds_counts_as_busy(tmp_path: Path) -> None:
    database = Database.open(tmp_path, busy_seconds=0.05)
    other = Database.open(tmp_path)

    with other.writing(), pytest.raises(RecordsError) as caught, database.writing():
        pass

    assert caught.value.problem is RecordsProblem.LOCKED
    database.close()
    other.close()


def test_what_fails_half_way_is_not_stored(tmp_path: Path) -> None:
    database = Database.open(tmp_path)

    def fail() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO blob VALUES ('a', x'00')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM blob").scalar() == 0
    database.close()


def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with database.writing() as connection:
        for number in range(200):
            connection.exec_driver_sql(
                "INSERT INTO blob VALUES (?, zeroblob(3000))", (f"{number:064}",)
            )
    database.close()
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    path.write_bytes(content)

    with pytest.raises(RecordsError) as caught:
        read_everything(tmp_path)

    assert caught.value.problem is RecordsProblem.CORRUPT


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if (
        not sys.platform.startswith("linux")
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("needs the right to mount a small disk")
    return place


def test_a_full_disk_is_said_and_what_was_stored_stays(small_disk: Path) -> None:
    try:
        database = Database.open(small_disk / "data")
        with database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO blob VALUES ('first', x'00')")

        with pytest.raises(RecordsError) as caught, database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO blob VALUES ('big', zeroblob(2000000))")

        assert caught.value.problem is RecordsProblem.DISK_FULL
        assert database.integrity() == "ok"
        with database.reading() as connection:
            names = connection.exec_driver_sql("SELECT sha256 FROM blob").scalars().all()
        assert names == ["first"]
        database.close()
    finally:
        subprocess.run(["umount", str(small_disk)], check=True)


def test_a_database_of_the_first_schema_keeps_what_it_holds(tmp_path: Path) -> None:
    """Version 0001 knew no index and no file lists: its rows stay as they are."""
    folder = tmp_path / "old"
    Database.open(folder).close()
    run_sql(
        folder,
        "INSERT INTO blob VALUES ('abc', x'0102')",
        "DROP TABLE folder_index",
        "DROP TABLE scan_index",
        "DROP TABLE thumbnail",
        "DROP TABLE study_files",
        "UPDATE alembic_version SET version_num = '0001'",
    )

    Database.open(folder).close()

    assert run_sql(
        folder,
        "SELECT version_num FROM alembic_version",
        "SELECT sha256, bytes FROM blob",
        "SELECT count(*) FROM folder_index",
        "SELECT count(*) FROM scan_index",
        "SELECT count(*) FROM study_files",
    ) == [(SCHEMA,), ("abc", b"\x01\x02"), (0,), (0,), (0,)]
