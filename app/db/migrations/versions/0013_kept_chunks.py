"""Chunks that a new version of a document keeps are moved in one statement."""

from app.db.migrate import run_sql

revision = "0013_kept_chunks"
down_revision = "0012_idempotency"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0013_kept_chunks.sql")
