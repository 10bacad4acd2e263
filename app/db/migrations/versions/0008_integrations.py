"""Integrations and the conversations of their customers."""

from app.db.migrate import run_sql

revision = "0008_integrations"
down_revision = "0007_vector_spaces"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0008_integrations.sql")
