"""Why an answer was written from its passages."""

from app.db.migrate import run_sql

revision = "0019_trace"
down_revision = "0018_gaps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0019_trace.sql")
