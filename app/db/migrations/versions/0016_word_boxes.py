"""Where the words of a page stand."""

from app.db.migrate import run_sql

revision = "0016_word_boxes"
down_revision = "0015_word_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0016_word_boxes.sql")
