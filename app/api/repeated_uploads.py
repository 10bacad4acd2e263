"""The same upload sent twice under one `Idempotency-Key` (wire contract, section 0)."""

from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.document_views import FileView, file_view
from app.chat.errors import IdempotencyConflict
from app.chat.tables import IdempotencyRecord
from ingest.corpus import documents
from ingest.corpus.tables import now
from ingest.errors import DocumentMissing


def body_hash(path: str, fingerprint: str) -> str:
    """What makes two uploads the same: where they go, the files' names and bytes."""
    return sha256(f"POST {path}\n{fingerprint}".encode()).hexdigest()


async def earlier(session: AsyncSession, user_id: UUID, key: str) -> IdempotencyRecord | None:
    """What was done under this key before, if anything."""
    return await session.get(IdempotencyRecord, (user_id, "", key))


async def repeated(
    session: AsyncSession, record: IdempotencyRecord, project_id: UUID, body: str
) -> list[FileView]:
    """The first result again, with the documents as they are now; deleted ones are left out.

    Raises:
        IdempotencyConflict: The key was used with another request.
    """
    if record.body_hash != body or record.result is None or "files" not in record.result:
        raise IdempotencyConflict("This Idempotency-Key was used with another request.")
    views: list[FileView] = []
    for file in msgspec.convert(record.result["files"], list[dict[str, object]]):
        if "id" not in file:
            views.append(msgspec.convert(file, FileView))
            continue
        try:
            document = await documents.get(session, project_id, UUID(str(file["id"])))
        except DocumentMissing:
            continue
        views.append(file_view(document, duplicate=bool(file["duplicate"])))
    return views


async def remember(
    session: AsyncSession, user_id: UUID, key: str, body: str, views: list[FileView]
) -> None:
    """Note the result; of two that raced the first stays, and both made the same documents."""
    files = [
        {"id": str(view.id), "duplicate": bool(view.duplicate)}
        if view.error is None
        else msgspec.to_builtins(view)
        for view in views
    ]
    row = {
        "user_id": user_id,
        "key": key,
        "body_hash": body,
        "result": {"files": files},
        "created_at": now(),
    }
    await session.exec(insert(IdempotencyRecord).values(row).on_conflict_do_nothing())
