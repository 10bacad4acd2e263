"""Audit, usage, memories, word of lost access."""

from app.db.migrate import run_sql

revision = "0004_accountability"
down_revision = "0003_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0004_accountability.sql")
