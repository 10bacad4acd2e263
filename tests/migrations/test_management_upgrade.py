"""What the audit log says stays as it was when it learns what did something for somebody."""

from psycopg import connect
from uuid_utils.compat import uuid7

from app.db.embedded import EmbeddedPostgres
from app.db.migrate import migrate
from tests.migrations.test_migrate import make_database


def test_entries_of_before_were_their_actors_own(server: EmbeddedPostgres) -> None:
    conninfo = make_database(server, "management_upgrade")
    migrate(conninfo, target="0010_webhooks")
    with connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO audit_entry (id, at, actor_name, action) VALUES (%s, now(), %s, %s)",
            (uuid7(), "ada@example.com", "project.changed"),
        )
    assert migrate(conninfo)[0] == "0011_management"
    with connect(conninfo) as connection:
        rows = connection.execute("SELECT actor_name, action, via FROM audit_entry").fetchall()
    assert rows == [("ada@example.com", "project.changed", "")]
