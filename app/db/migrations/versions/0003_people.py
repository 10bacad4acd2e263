"""People, sessions and grants."""

from app.db.migrate import run_sql

revision = "0003_people"
down_revision = "0002_queue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0003_people.sql")
