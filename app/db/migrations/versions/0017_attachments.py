"""Attachments: documents that came with another one."""

from app.db.migrate import run_sql

revision = "0017_attachments"
down_revision = "0016_word_boxes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0017_attachments.sql")
