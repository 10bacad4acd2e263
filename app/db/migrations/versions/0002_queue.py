"""The job queue."""

from app.db.migrate import run_sql

revision = "0002_queue"
down_revision = "0001_foundation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0002_queue.sql")
