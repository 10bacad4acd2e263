"""Providers' queues, breakers, prices; who stands in for whom."""

from app.db.migrate import run_sql

revision = "0005_upstreams"
down_revision = "0004_accountability"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0005_upstreams.sql")
