"""Words are looked up within their project, and common ones are known beforehand."""

from app.db.migrate import run_sql

revision = "0015_word_search"
down_revision = "0014_ready_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0015_word_search.sql")
