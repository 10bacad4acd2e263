"""People in the loop: the inbox, escalation, and webhooks with their deliveries."""

from app.db.migrate import run_sql

revision = "0010_webhooks"
down_revision = "0009_sharing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0010_webhooks.sql")
