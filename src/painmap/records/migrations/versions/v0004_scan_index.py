"""What whole scans came to, so that a folder is listed again without looking at each header."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table; what is recorded stays as it is."""
    op.create_table(
        "scan_index",
        sa.Column("root", sa.Text, primary_key=True),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("seen", sa.Date, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("scan_index_seen", "scan_index", ["seen"])
