"""The bytes of the version that answers; documents found by their names."""

from app.db.migrate import run_sql

revision = "0014_ready_files"
down_revision = "0013_kept_chunks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0014_ready_files.sql")
