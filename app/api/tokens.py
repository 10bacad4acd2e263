"""Personal access tokens (wire contract, section 1)."""

from datetime import timedelta
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.access.principal import Principal
from app.accounts import personal_tokens, store
from app.api.auth_views import NewTokenView, TokenBody, TokensView, token_view
from app.api.credentials import in_person
from app.db.engine import Database
from ingest.corpus.tables import now


class TokensController(Controller):
    """Personal access tokens."""

    path = "/tokens"
    tags = ("tokens",)

    @post("/")
    async def create(
        self,
        data: JSONBody[TokenBody],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> NewTokenView:
        """Make a token; a token cannot make another."""
        in_person(principal)
        expires = now() + timedelta(days=data.expires_in_days)
        async with database.transaction() as session:
            token, secret = await personal_tokens.create(
                session, principal.user, principal.actor, data.name, expires
            )
        return NewTokenView(token=token_view(token), secret=secret)

    @get("/")
    async def index(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> TokensView:
        """The person's own tokens."""
        async with database.session() as session:
            tokens = await store.personal_tokens(session, principal.user.id)
        return TokensView(tokens=[token_view(token) for token in tokens])

    @delete("/{token_id:uuid}")
    async def remove(
        self,
        token_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> None:
        """Revoke a token."""
        async with database.transaction() as session:
            await personal_tokens.delete(session, principal.user, principal.actor, token_id)
