"""Vectors of several embedding models side by side."""

from app.db.migrate import run_sql

revision = "0007_vector_spaces"
down_revision = "0006_web_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0007_vector_spaces.sql")
