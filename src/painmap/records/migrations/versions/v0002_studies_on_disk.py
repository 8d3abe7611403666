"""What folders held, thumbnails, and which files belong to an attached study."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the index and the file lists; what is recorded stays as it is."""
    op.create_table(
        "folder_index",
        sa.Column("folder", sa.Text, primary_key=True),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("seen", sa.Date, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("folder_index_seen", "folder_index", ["seen"])
    op.create_table(
        "thumbnail",
        sa.Column("stack_key", sa.String(64), primary_key=True),
        sa.Column("study_uid", sa.Text, nullable=False),
        sa.Column("seen", sa.Date, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("columns", sa.Integer, nullable=False),
        sa.Column("pixels", sa.LargeBinary, nullable=False),
    )
    op.create_index("thumbnail_seen", "thumbnail", ["seen"])
    op.create_table(
        "study_files",
        sa.Column("study_id", sa.Uuid, primary_key=True),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("kept", sa.String(20), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("kept IN ('reference', 'copy')", name="study_files_kept"),
        sa.CheckConstraint("missing >= 0", name="study_files_missing"),
    )
