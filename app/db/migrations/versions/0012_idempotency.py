"""Idempotency keys of everybody who may ask: people, customers of integrations, guests."""

from app.db.migrate import run_sql

revision = "0012_idempotency"
down_revision = "0011_management"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0012_idempotency.sql")
