"""Who asks in OpenAI's dialect: a person in their projects, or an integration in its one."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import resolver
from app.access.principal import Principal
from app.access.resolver import Access
from app.access.standing import Standing
from app.accounts.accounts import Accounts
from app.api.credentials import bearer, principal
from app.api.customers.asking import admitted
from app.api.openai_bodies import Model, as_uuid, find_model, models_of
from app.api.questions import clean
from app.chat import repeats
from app.chat.repeats import Idempotency, Repeat
from app.chat.tables import Conversation
from app.db.engine import Database
from app.desk.admission import Admission, Admitted
from app.desk.desk import Desk
from app.errors import NotFound
from app.integrations.limits import spend
from app.integrations.store import TOKEN_PREFIX
from ingest.corpus import projects
from ingest.corpus.tables import Project

AnyRequest = Request[Any, Any, State]

CHANNEL = "openai"
LONGEST_NAME = 128
NO_MODEL = "There is no such model. GET /v1/models lists the projects that you may ask."


class Asker(ABC):
    """Somebody who may ask in some projects."""

    @abstractmethod
    async def models(self) -> list[Model]:
        """The projects that they may ask."""

    @abstractmethod
    async def project(self, wanted: str) -> Project:
        """The project that a model's name means.

        Raises:
            NotFound: It means none that they may know of.
            AccessDenied: They may not ask it.
        """

    @abstractmethod
    async def count(self, end_user: str | None) -> None:
        """Take one question, of one of their own users, from what they may ask.

        Raises:
            RateLimited: It was too much.
        """

    @abstractmethod
    def standing(self, project_id: UUID) -> Standing:
        """On what they stand."""

    @abstractmethod
    def repeat(self, end_user: str | None, sent: Idempotency | None) -> Repeat | None:
        """Their key, or that of one of their own users."""

    @abstractmethod
    async def begin(self, session: AsyncSession, project_id: UUID, title: str) -> Conversation:
        """A conversation of theirs, for one question.

        Raises:
            RateLimited: Today's questions are used up.
        """


@dataclass(frozen=True, slots=True)
class Person(Asker):
    """A person, by a token of theirs."""

    principal: Principal
    database: Database

    async def models(self) -> list[Model]:
        """The projects that the person may ask."""
        rule = resolver.access_for(self.principal.user)
        async with self.database.session() as session:
            found = await projects.reachable(session, rule)
        return models_of([project for project, _ in found])

    async def project(self, wanted: str) -> Project:
        """See `Asker`."""
        project_id = as_uuid(wanted) or _named(await self.models(), wanted)
        access = Access(self.database.session)
        return (await access.require(project_id, self.principal, "use")).project

    async def count(self, end_user: str | None) -> None:
        """People ask as they like."""
        del end_user

    def standing(self, project_id: UUID) -> Standing:
        """See `Asker`."""
        return Standing.of(self.principal, project_id)

    def repeat(self, end_user: str | None, sent: Idempotency | None) -> Repeat | None:
        """See `Asker`."""
        del end_user
        return repeats.of_person(self.principal.user.id, sent)

    async def begin(self, session: AsyncSession, project_id: UUID, title: str) -> Conversation:
        """See `Asker`."""
        made = Conversation(
            project_id=project_id, user_id=self.principal.user.id, title=title, channel=CHANNEL
        )
        return await _kept(session, made)


@dataclass(frozen=True, slots=True)
class Customers(Asker):
    """An integration, on behalf of its customers."""

    admitted: Admitted
    admission: Admission

    async def models(self) -> list[Model]:
        """Its one project."""
        return models_of([self.admitted.project])

    async def project(self, wanted: str) -> Project:
        """See `Asker`."""
        project_id = as_uuid(wanted) or _named(await self.models(), wanted)
        if project_id != self.admitted.project.id:
            raise NotFound(NO_MODEL)
        return self.admitted.project

    async def count(self, end_user: str | None) -> None:
        """See `Asker`."""
        await self.admission.count(self.admitted, _name(end_user))

    def standing(self, project_id: UUID) -> Standing:
        """See `Asker`."""
        del project_id
        return self.admitted.standing

    def repeat(self, end_user: str | None, sent: Idempotency | None) -> Repeat | None:
        """See `Asker`."""
        return repeats.of_customer(self.admitted.integration.id, _name(end_user) or "", sent)

    async def begin(self, session: AsyncSession, project_id: UUID, title: str) -> Conversation:
        """See `Asker`."""
        row = self.admitted.integration
        await spend(session, row.id, row.daily_budget)
        made = Conversation(
            project_id=project_id,
            integration_id=row.id,
            # Nobody comes back to it, so nobody has to know its key.
            customer_key=f"{CHANNEL}-{uuid4()}",
            title=title,
            channel=CHANNEL,
        )
        return await _kept(session, made)


async def asker(
    request: AnyRequest,
    accounts: NamedDependency[Accounts],
    database: NamedDependency[Database],
    desk: NamedDependency[Desk],
) -> AsyncGenerator[Asker]:
    """Who asks, by the request's one bearer credential.

    Raises:
        Unauthenticated: There is none, or it means nothing.
        Forbidden: It is an integration's that is for browsers, or not for this page.
        RateLimited: Too many tokens of nobody came from this address.
    """
    token = bearer(request)
    if token.startswith(TOKEN_PREFIX):
        yield Customers(await admitted(request, desk, token, kinds=("api",)), desk.admission)
        return
    async with aclosing(principal(request, accounts, database)) as people:
        async for found in people:
            yield Person(found, database)


def _named(models: list[Model], wanted: str) -> UUID:
    found = find_model(models, wanted)
    if found is None:
        raise NotFound(NO_MODEL)
    return found.id


def _name(end_user: str | None) -> str | None:
    return clean(end_user)[:LONGEST_NAME] if end_user else None


async def _kept(session: AsyncSession, made: Conversation) -> Conversation:
    session.add(made)
    await session.flush()
    return made
