"""What stands between two chunks."""

from app.db.migrate import run_sql

revision = "0018_gaps"
down_revision = "0017_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0018_gaps.sql")
