"""Answers from before traces have none, and one that is kept goes with its answer."""

from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from app.db.migrate import migrate
from tests.migrations.test_migrate import make_database

BEFORE = "0018_gaps"


def test_answers_from_before_stay_and_a_trace_goes_with_its_answer(server) -> None:
    conninfo = make_database(server, "upgrade_trace")
    migrate(conninfo, target=BEFORE)
    owner, project, conversation, answer = (uuid4() for _ in range(4))
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO user_account (id, email, name, created_at, updated_at)"
            " VALUES (%s, 'ada@example.com', 'Ada', now(), now())",
            (owner,),
        )
        connection.execute(
            "INSERT INTO project (id, name, color, owner_id, created_at, updated_at)"
            " VALUES (%s, 'Lamps', '#4f6bed', %s, now(), now())",
            (project, owner),
        )
        connection.execute(
            "INSERT INTO conversation (id, project_id, user_id, title, created_at, updated_at)"
            " VALUES (%s, %s, %s, 'Oil', now(), now())",
            (conversation, project, owner),
        )
        connection.execute(
            "INSERT INTO message (id, conversation_id, role, content, created_at)"
            " VALUES (%s, %s, 'assistant', 'Much.', now())",
            (answer, conversation),
        )

        assert migrate(conninfo)[:1] == ["0019_trace"]

        kept = connection.execute("SELECT content FROM message").fetchall()
        assert kept == [("Much.",)]
        assert connection.execute("SELECT * FROM answer_trace").fetchall() == []
        connection.execute(
            "INSERT INTO answer_trace (message_id, data) VALUES (%s, %s)",
            (answer, Jsonb({"question": "Oil?"})),
        )
        connection.execute("DELETE FROM message WHERE id = %s", (answer,))
        assert connection.execute("SELECT * FROM answer_trace").fetchall() == []
