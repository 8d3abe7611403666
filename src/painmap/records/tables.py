"""The tables of the store; `migrations` makes them, a test holds the two together."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept as it was said: ISO 8601 text with the offset."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its time zone")
        return value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


METADATA = MetaData()

PATIENT = Table(
    "patient",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(20), nullable=False),  # a trigger holds it unchangeable
    Column("family_name", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("birth_date", Date),
    Column("sex", String(20)),
    Column("record_number", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("folded", Text, nullable=False),  # what the search looks in
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("kind IN ('real', 'demonstration')", name="patient_kind"),
)

VISIT = Table(
    "visit",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("patient_id", Uuid, ForeignKey("patient.id"), nullable=False),
    Column("started", Moment, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("place", Text, nullable=False),  # page, series, slice and window, JSON
    Index("visit_of_patient", "patient_id"),
)

ITEM = Table(
    "item",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("patient_id", Uuid, ForeignKey("patient.id"), nullable=False),
    # NULL: a study, a landmark or a count of levels, which every visit of the patient sees
    Column("visit_id", Uuid, ForeignKey("visit.id")),
    Column("kind", String(40), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("deleted", Integer, nullable=False),  # 1: a tombstone; body is what it was last
    Column("format", Integer, nullable=False),  # version of the body
    Column("body", Text, nullable=False),
    CheckConstraint("revision > 0", name="item_revision"),
    CheckConstraint("deleted IN (0, 1)", name="item_deleted"),
    CheckConstraint(
        "(visit_id IS NULL) = (kind IN ('studies', 'landmarks', 'level_counts'))",
        name="item_patient_wide",
    ),
    # covers what the patient list counts, so that no body is read for it
    Index("item_of_visit", "visit_id", "deleted", "kind"),
    Index("item_of_patient", "patient_id", "kind"),
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("visit_id", Uuid, ForeignKey("visit.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("label", Text, nullable=False),
    Column("page", String(20), nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("undoes", Integer),
    Column("redoes", Integer),
    Column("state", String(20)),  # the visit's new state, where the step changes it
    Column("format", Integer, nullable=False),  # version of the items in it
    Column("changes", Text, nullable=False),  # the items before and after, JSON
    CheckConstraint("seq > 0", name="journal_seq"),
    CheckConstraint("undoes IS NULL OR redoes IS NULL", name="journal_one_of"),
)

BLOB = Table(
    "blob",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)

# --- what lies outside: caches, which may be forgotten, and the files of attached studies

FOLDER_INDEX = Table(
    "folder_index",
    METADATA,
    Column("folder", Text, primary_key=True),
    Column("form", String(16), nullable=False),  # of the body: another program reads anew
    Column("seen", Date, nullable=False),
    Column("body", LargeBinary, nullable=False),  # names, stamps and headers of its files
    Index("folder_index_seen", "seen"),
)

SCAN_INDEX = Table(
    "scan_index",
    METADATA,
    Column("root", Text, primary_key=True),
    Column("form", String(16), nullable=False),
    Column("seen", Date, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of names and stamps of all its files
    Column("body", LargeBinary, nullable=False),  # the series that were found in it
    Index("scan_index_seen", "seen"),
)

THUMBNAIL = Table(
    "thumbnail",
    METADATA,
    Column("stack_key", String(64), primary_key=True),
    Column("study_uid", Text, nullable=False),
    Column("seen", Date, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("pixels", LargeBinary, nullable=False),  # 8 bits a pixel, row by row
    Index("thumbnail_seen", "seen"),
)

STUDY_FILES = Table(
    "study_files",
    METADATA,
    Column("study_id", Uuid, primary_key=True),  # of the attached study's item
    Column("folder", Text, nullable=False),
    Column("kept", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("missing", Integer, nullable=False),  # files that a copy does not have (yet)
    Column("body", LargeBinary, nullable=False),  # names, sizes, times, hashes, JSON
    CheckConstraint("kept IN ('reference', 'copy')", name="study_files_kept"),
    CheckConstraint("missing >= 0", name="study_files_missing"),
)
