"""${message}."""

from app.db.migrate import run_sql

revision = "${up_revision}"
down_revision = "${down_revision}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("${up_revision}.sql")
