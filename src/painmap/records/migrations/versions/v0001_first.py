"""Patients, visits, items with revisions and tombstones, the journal, blobs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _moment(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(40), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    """Make the first schema."""
    _patients_and_visits()
    _items()
    _journal()
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
    for name, table, event, condition, words in _RULES:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


_RULES = (
    (
        "patient_kind_stays",
        "patient",
        "UPDATE OF kind",
        "WHEN NEW.kind <> OLD.kind",
        "real or demonstration is decided once",
    ),
    (
        "visit_stays_with_patient",
        "visit",
        "UPDATE OF patient_id",
        "WHEN NEW.patient_id <> OLD.patient_id",
        "a visit never moves to another patient",
    ),
    (
        "item_stays_with_patient",
        "item",
        "UPDATE OF patient_id, visit_id, kind",
        "WHEN NEW.patient_id <> OLD.patient_id OR NEW.visit_id IS NOT OLD.visit_id "
        "OR NEW.kind <> OLD.kind",
        "an item never moves",
    ),
    ("item_leaves_tombstone", "item", "DELETE", "", "an item leaves a tombstone"),
    ("journal_unchanged", "journal", "UPDATE", "", "the journal is append-only"),
    ("journal_undeleted", "journal", "DELETE", "", "the journal is append-only"),
    ("blob_unchanged", "blob", "UPDATE", "", "a blob is named by its content"),
)
"""What no program may do to the rows, this one included."""


def _patients_and_visits() -> None:
    op.create_table(
        "patient",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        _text("family_name"),
        _text("given_name"),
        sa.Column("birth_date", sa.Date),
        sa.Column("sex", sa.String(20)),
        _text("record_number"),
        _text("institution"),
        _text("folded"),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("author"),
        _moment("at"),
        sa.CheckConstraint("kind IN ('real', 'demonstration')", name="patient_kind"),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("patient_id", sa.Uuid, sa.ForeignKey("patient.id"), nullable=False),
        _moment("started"),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("place"),
    )
    op.create_index("visit_of_patient", "visit", ["patient_id"])


def _items() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("patient_id", sa.Uuid, sa.ForeignKey("patient.id"), nullable=False),
        sa.Column("visit_id", sa.Uuid, sa.ForeignKey("visit.id")),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("author"),
        _moment("at"),
        sa.Column("deleted", sa.Integer, nullable=False),
        sa.Column("format", sa.Integer, nullable=False),
        _text("body"),
        sa.CheckConstraint("revision > 0", name="item_revision"),
        sa.CheckConstraint("deleted IN (0, 1)", name="item_deleted"),
        sa.CheckConstraint(
            "(visit_id IS NULL) = (kind IN ('studies', 'landmarks'))", name="item_patient_wide"
        ),
    )
    op.create_index("item_of_visit", "item", ["visit_id", "deleted", "kind"])
    op.create_index("item_of_patient", "item", ["patient_id", "kind"])


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("visit_id", sa.Uuid, sa.ForeignKey("visit.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        _text("label"),
        sa.Column("page", sa.String(20), nullable=False),
        _text("author"),
        _moment("at"),
        sa.Column("undoes", sa.Integer),
        sa.Column("redoes", sa.Integer),
        sa.Column("state", sa.String(20)),
        sa.Column("format", sa.Integer, nullable=False),
        _text("changes"),
        sa.CheckConstraint("seq > 0", name="journal_seq"),
        sa.CheckConstraint("undoes IS NULL OR redoes IS NULL", name="journal_one_of"),
    )
