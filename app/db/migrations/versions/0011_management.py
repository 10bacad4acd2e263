"""The configuration assistant: what it proposes, and what of the audit log is its doing."""

from app.db.migrate import run_sql

revision = "0011_management"
down_revision = "0010_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0011_management.sql")
