"""The end of a run: the whole answer is stored in the transaction that logs its closing event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from app.chat import record
from app.chat.events import AnswerEvent, Closing, Failed, Text
from app.chat.openrun import Numbered
from app.chat.sql import CLOSE_EXPIRED, EXPIRED, LOG_CLOSING, LOGGED, NOTIFY, STORE_ANSWER
from ingest.corpus.sessions import Transactions

_ARRAYS = {
    "contents": "content",
    "statuses": "status",
    "finish_reasons": "finish_reason",
    "error_codes": "error_code",
    "error_details": "error_detail",
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "citations": "citations",
    "models": "model",
    "searches": "searches",
}
DIED = Failed("INTERNAL", "The server stopped while it was answering. Ask again.", retryable=True)


@dataclass(frozen=True, slots=True)
class Ending:
    """What the last transaction of a run writes.

    Attributes:
        content: The whole text of the answer.
        events: Those not logged yet; the last is the closing one.
    """

    message_id: UUID
    content: str
    events: Sequence[Numbered]
    closing: Closing


def columns(endings: Sequence[Ending]) -> dict[str, list[Any]]:
    """Many endings as the arrays of one statement."""
    answers = [_answer(ending) for ending in endings]
    events = [
        (ending.message_id, seq, *record.write(event))
        for ending in endings
        for seq, event in ending.events
    ]
    names = ("event_ids", "seqs", "kinds", "datas")
    logged = {
        name: list(column) for name, column in zip(names, zip(*events, strict=True), strict=True)
    }
    stored = {array: [answer[field] for answer in answers] for array, field in _ARRAYS.items()}
    return {"ids": [ending.message_id for ending in endings], **stored, **logged}


async def _fence(connection: AsyncConnection, message_id: UUID) -> bool:
    """Mark a dead run as closed: from here to the transaction's end nobody can append to it."""
    closed = await connection.execute(CLOSE_EXPIRED, {"message_id": message_id})
    return closed.first() is not None


async def _store(connection: AsyncConnection, ending: Ending) -> None:
    key = {"message_id": ending.message_id}
    await connection.execute(STORE_ANSWER, {**key, **_answer(ending)})
    written = [(seq, *record.write(event)) for seq, event in ending.events]
    seqs, kinds, datas = (list(column) for column in zip(*written, strict=True))
    await connection.execute(LOG_CLOSING, {**key, "seqs": seqs, "kinds": kinds, "datas": datas})
    await connection.execute(NOTIFY, {"message_id": str(ending.message_id)})


async def close_expired(transactions: Transactions, alive: Sequence[UUID]) -> list[UUID]:
    """Close the runs that nobody carries any more, each in a transaction; the messages closed.

    Args:
        transactions: Opens a transaction.
        alive: Runs of this process. However late its own leases are renewed, it need not ask the
            database whether it lives.
    """
    async with transactions() as session:
        connection = await session.connection()
        expired = list((await connection.execute(EXPIRED, {"alive": list(alive)})).scalars())
    closed: list[UUID] = []
    for message_id in expired:
        async with transactions() as session:
            connection = await session.connection()
            if await _fence(connection, message_id):
                await _store(connection, await _rest(connection, message_id))
                closed.append(message_id)
    return closed


async def _rest(connection: AsyncConnection, message_id: UUID) -> Ending:
    rows = (await connection.execute(LOGGED, {"message_id": message_id})).all()
    events: list[AnswerEvent] = [record.read(kind, data) for _, kind, data in rows]
    content = "".join(event.delta for event in events if isinstance(event, Text))
    seq = rows[-1][0] + 1 if rows else 1
    return Ending(message_id, content, [(seq, DIED)], DIED)


def _answer(ending: Ending) -> dict[str, object]:
    closing = ending.closing
    if isinstance(closing, Failed):
        return {
            "content": ending.content,
            "status": "failed",
            "finish_reason": None,
            "error_code": closing.code,
            "error_detail": closing.detail,
            "prompt_tokens": None,
            "completion_tokens": None,
            "citations": "[]",
            "model": None,
            "searches": closing.searches,
        }
    return {
        "content": ending.content,
        "status": "stopped" if closing.finish_reason == "stopped" else "complete",
        "finish_reason": closing.finish_reason,
        "error_code": None,
        "error_detail": None,
        "prompt_tokens": closing.prompt_tokens,
        "completion_tokens": closing.completion_tokens,
        "citations": msgspec.json.encode(closing.citations).decode(),
        "model": closing.model,
        "searches": closing.searches,
    }
