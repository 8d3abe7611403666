"""From which vertebra levels are counted belongs to the patient, as studies and landmarks do."""

from alembic import op

revision = "0003"
down_revision = "0002"

_ITEM = """
CREATE TABLE item_0003 (
    id CHAR(32) NOT NULL,
    patient_id CHAR(32) NOT NULL,
    visit_id CHAR(32),
    kind VARCHAR(40) NOT NULL,
    revision INTEGER NOT NULL,
    author TEXT NOT NULL,
    at VARCHAR(40) NOT NULL,
    deleted INTEGER NOT NULL,
    format INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT item_revision CHECK (revision > 0),
    CONSTRAINT item_deleted CHECK (deleted IN (0, 1)),
    CONSTRAINT item_patient_wide CHECK (
        (visit_id IS NULL) = (kind IN ('studies', 'landmarks', 'level_counts'))
    ),
    FOREIGN KEY(patient_id) REFERENCES patient (id),
    FOREIGN KEY(visit_id) REFERENCES visit (id)
)
"""

_RULES = (
    "CREATE TRIGGER item_stays_with_patient BEFORE UPDATE OF patient_id, visit_id, kind ON item "
    "WHEN NEW.patient_id <> OLD.patient_id OR NEW.visit_id IS NOT OLD.visit_id "
    "OR NEW.kind <> OLD.kind BEGIN SELECT RAISE(ABORT, 'an item never moves'); END",
    "CREATE TRIGGER item_leaves_tombstone BEFORE DELETE ON item "
    "BEGIN SELECT RAISE(ABORT, 'an item leaves a tombstone'); END",
)
"""As the first migration made them; they go with the table."""


def upgrade() -> None:
    """Make the table anew, since SQLite changes no constraint; every row stays as it is."""
    op.execute(_ITEM)
    op.execute("INSERT INTO item_0003 SELECT * FROM item")
    # the rule against deleting would stop the table from being dropped where keys are enforced
    op.execute("DROP TRIGGER item_leaves_tombstone")
    op.execute("DROP TABLE item")
    op.execute("ALTER TABLE item_0003 RENAME TO item")
    op.create_index("item_of_visit", "item", ["visit_id", "deleted", "kind"])
    op.create_index("item_of_patient", "item", ["patient_id", "kind"])
    for rule in _RULES:
        op.execute(rule)
