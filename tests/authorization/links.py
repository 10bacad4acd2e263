"""Share requests and links of somebody's talks."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import delete

from app.access.principal import Principal
from app.access.tables import ShareLink
from app.accounts.tables import User
from app.integrations.tables import RateBucket
from app.sharing import requests
from app.sharing.requests import Terms
from app.sharing.tables import ShareRequest
from ingest.corpus.tables import now
from tests.authorization.rooms import add, add_talk
from tests.authorization.stage import Stage


async def share_request(stage: Stage, owner: UUID, project: UUID, word: str) -> ShareRequest:
    """A request that waits, for a talk that was made for it; its texts hold the word."""
    talk = await add_talk(stage.database, owner, project, word)
    row = ShareRequest(conversation_id=talk.conversation, requested_by=owner, note=word)
    await add(stage.database, row)
    return row


async def share_link(
    stage: Stage, owner: UUID, project: UUID, word: str = "plain", **fields: object
) -> tuple[ShareLink, str]:
    """A link, with its token; `fields` are what became of it since."""
    row = await share_request(stage, owner, project, word)
    tokens = stage.site.services.share_addresses.tokens
    async with stage.database.transaction() as session:
        ada = await session.get_one(User, stage.ada)
        link = await requests.approve(session, Principal(ada, None), row.id, Terms(None, 3), tokens)
        link.sqlmodel_update(fields)
        session.add(link)
    return link, tokens.draw(link.id)


REVOKED: dict[str, object] = {"revoked_at": now()}
EXPIRED: dict[str, object] = {"expires_at": now() - timedelta(days=1)}
SPENT: dict[str, object] = {"follow_ups": 3}
READ_ALONE: dict[str, object] = {"allow_follow_ups": False}


async def heard_again(stage: Stage) -> None:
    """Forget how often this address has asked."""
    async with stage.database.transaction() as session:
        await session.exec(delete(RateBucket))
