"""Share requests, links, and the conversations of their guests."""

from app.db.migrate import run_sql

revision = "0009_sharing"
down_revision = "0008_integrations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0009_sharing.sql")
