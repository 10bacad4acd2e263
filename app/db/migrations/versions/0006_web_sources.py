"""Sources from the web."""

from app.db.migrate import run_sql

revision = "0006_web_sources"
down_revision = "0005_upstreams"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0006_web_sources.sql")
