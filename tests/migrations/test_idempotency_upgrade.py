"""What was asked under a key before every asker had keys is not asked again after."""

from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation, NotNullViolation, UniqueViolation
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from app.chat import repeats
from app.chat.errors import IdempotencyConflict
from app.chat.repeats import Idempotency
from app.db.engine import Database
from app.db.migrate import migrate
from tests.migrations.test_migrate import make_database

BEFORE = "0010_webhooks"
SENT = Idempotency("once", "a" * 64)
ELSE = Idempotency("once", "b" * 64)
LOST = Idempotency("lost", "a" * 64)


class Rows:
    """What one released server held: a person, a link, and a key of each."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.person, self.project, self.integration = uuid4(), uuid4(), uuid4()
        self.request, self.link = uuid4(), uuid4()
        self.own, self.shared = uuid4(), uuid4()
        self._to = connection
        self._put("user_account", id=self.person, email="ada@example.com", name="Ada")
        self._put("project", id=self.project, name="House", color="#4f6bed", owner_id=self.person)
        self._put("conversation", id=self.own, project_id=self.project, user_id=self.person)
        asked_for = {"conversation_id": self.own, "requested_by": self.person}
        self._put("share_request", dated=1, id=self.request, **asked_for)
        self._put(
            "share_link", dated=1, id=self.link, request_id=self.request, project_id=self.project,
            owner_id=self.person, token_hash="-",
        )  # fmt: skip
        self._put("conversation", id=self.shared, project_id=self.project, share_id=self.link)
        question, _ = self._exchange(self.shared)
        self.newest = self._say(self.shared, "assistant", question)
        _, self.answer = self._exchange(self.own)
        unanswered = self._say(self.shared, "user")
        known = {"key": SENT.key, "body_hash": SENT.body_hash}
        result = Jsonb({"messageId": str(self.answer)})
        self._put("idempotency_record", dated=1, user_id=self.person, result=result, **known)
        for key, asked in ((SENT.key, question), (LOST.key, unanswered)):
            known = {"key": key, "body_hash": SENT.body_hash, "question_id": asked}
            self._put("share_question", dated=0, share_id=self.link, **known)

    def _exchange(self, conversation: UUID) -> tuple[UUID, UUID]:
        question = self._say(conversation, "user")
        return question, self._say(conversation, "assistant", question)

    def _say(self, conversation: UUID, role: str, question: UUID | None = None) -> UUID:
        identity = uuid7()
        said = {"role": role, "content": "Words.", "status": "complete", "citations": Jsonb([])}
        self._put(
            "message", dated=1, id=identity, conversation_id=conversation, reply_to=question,
            mode="docs", **said,
        )  # fmt: skip
        return identity

    def _put(self, table: str, *, dated: int = 2, **values: object) -> None:
        times = ["created_at", "updated_at"][:dated]
        names = ", ".join([*values, *times])
        marks = ", ".join(["%s"] * len(values) + ["now()"] * len(times))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names from above
        self._to.execute(statement.encode(), list(values.values()))


async def test_keys_of_the_schema_before_give_their_answers_again(server) -> None:
    conninfo = make_database(server, "upgrade_keys")
    migrate(conninfo, target=BEFORE)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        rows = Rows(connection)

    assert "0012_idempotency" in migrate(conninfo)

    database = Database(conninfo)
    async with database.transaction() as session:
        for of, asker, answer in (
            (repeats.of_person, rows.person, rows.answer),
            # A guest's key named the question: its newest answer is what was shown.
            (repeats.of_guest, rows.link, rows.newest),
        ):
            assert await repeats.earlier_message(session, of(asker, SENT)) == answer
            assert not await repeats.claim(session, of(asker, SENT))
            with pytest.raises(IdempotencyConflict):
                await repeats.earlier_message(session, of(asker, ELSE))
            assert await repeats.claim(session, of(asker, LOST))
    await database.close()


def test_a_key_has_one_asker_and_goes_with_them(server) -> None:
    conninfo = make_database(server, "upgraded_keys")
    migrate(conninfo, target=BEFORE)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        rows = Rows(connection)
    migrate(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        insert = (
            "INSERT INTO idempotency_record (user_id, share_id, customer_key, key, body_hash, "
            "created_at) VALUES (%s, %s, %s, %s, '-', now())"
        )
        for values, refused in (
            ((rows.person, None, "", SENT.key), UniqueViolation),
            ((rows.person, rows.link, "", "k"), CheckViolation),
            ((rows.person, None, "customer", "k"), CheckViolation),
            ((None, None, "", "k"), NotNullViolation),
        ):
            with pytest.raises(refused):
                connection.execute(insert, values)
        count = "SELECT count(*) FROM idempotency_record"
        assert connection.execute(count).fetchone() == (2,)
        connection.execute("DELETE FROM share_link")
        assert connection.execute(count).fetchone() == (1,)
