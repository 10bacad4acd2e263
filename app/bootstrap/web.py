"""A web process: everything that answers HTTP."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from app.access.resolver import Access
from app.access.watch import CHANNEL as ACCESS_CHANNEL
from app.access.watch import AccessWatch
from app.accounts.accounts import Accounts
from app.accounts.link_use import Links
from app.accounts.passwords import Passwords
from app.accounts.ways import Ways
from app.api.cors import origin_rule
from app.api.customers.delta import MOST_S
from app.api.door import Door
from app.api.hosts import host_rule, is_loopback
from app.api.link_delivery import Delivery
from app.api.operations import Readiness
from app.api.setup_guard import SetupGuard
from app.api.share_addresses import ShareAddresses
from app.api.sign_on import SignOnDesk
from app.api.webhooks import WebhookRules
from app.bootstrap.doctor import open_doctor
from app.bootstrap.identity import mailer, sign_on_desk, ways
from app.bootstrap.parts import (
    Models,
    blob_store,
    open_database,
    open_spaces,
    parser_sandbox,
    shared_models,
)
from app.bootstrap.readiness import readiness
from app.bootstrap.reranking import open_reranker
from app.bootstrap.upstreams import ConcreteUpstreams
from app.bootstrap.vault import key_vault
from app.bootstrap.webhook_post import AddressRule
from app.catalog.catalog import Catalog
from app.catalog.patience import Patience
from app.chat.chat import Chat, ChatOptions
from app.chat.runs import RunOptions, Runs
from app.chat.web import ResearchBudget, Web
from app.db.engine import Database
from app.db.listener import Listener
from app.desk.desk import Desk
from app.desk.escalation import hear
from app.desk.inbox import CHANNEL as INBOX_CHANNEL
from app.doctor.doctor import Doctor
from app.management.management import Management
from app.settings import Settings
from app.sharing.guests import Guests
from app.sharing.tokens import ShareTokens
from ingest.corpus.notices import CHANNEL
from ingest.intake import Intake
from ingest.viewing import PageViewer
from providers.limits import Limits
from retrieval.search import Search, SearchOptions


@dataclass(frozen=True)
class Services:
    """What the web application uses; open while `open_web` is.

    Attributes:
        delta_seconds: The longest stream of the delta dialect.
    """

    settings: Settings
    version: str
    database: Database
    listener: Listener
    watch: AccessWatch
    accounts: Accounts
    passwords: Passwords
    links: Links
    delivery: Delivery
    ways: Ways
    sign_on: SignOnDesk
    access: Access
    intake: Intake
    viewer: PageViewer
    search: Search
    runs: Runs
    chat: Chat
    desk: Desk
    guests: Guests
    management: Management
    share_addresses: ShareAddresses
    catalog: Catalog
    readiness: Readiness
    doctor: Doctor
    setup: SetupGuard
    webhook_rules: WebhookRules
    door: Door
    delta_seconds: float = MOST_S

    async def stop(self) -> None:
        """End what runs, so that its listeners get the closing event while they are connected."""
        await self.runs.close()
        self.watch.release()


@asynccontextmanager
async def open_web(
    settings: Settings,
    models: Models | None = None,
    *,
    limits: Limits | None = None,
    patience: Patience | None = None,
    passwords: Passwords | None = None,
) -> AsyncGenerator[Services]:
    """Open what a web process needs.

    Args:
        settings: What is set.
        models: The embedding model; None for the one that this host's models process serves.
        limits: How long a provider may take.
        patience: How long an answer waits for its provider.
        passwords: How they are hashed.
    """
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack, "lumen-web")
        listener = Listener(database.conninfo, CHANNEL, ACCESS_CHANNEL, INBOX_CHANNEL)
        listener.start()
        stack.push_async_callback(listener.close)
        watch = AccessWatch(database.transaction, listener)
        watch.start()
        stack.push_async_callback(watch.close)
        models = models or await shared_models(settings, database, stack)
        spaces = await open_spaces(settings, database, models, stack)
        blobs = blob_store(settings)
        viewer = PageViewer(blobs, parser_sandbox(settings))
        stack.push_async_callback(viewer.close)
        reranker, reranking = open_reranker(settings, stack)
        search = Search(
            database.transaction,
            models.embedder,
            SearchOptions(reranking=reranking),
            counter=models.vocabulary,
            reranker=reranker,
            spaces=spaces,
        )
        upstreams = ConcreteUpstreams(
            models.embedder,
            allow_private=settings.providers_may_be_private,
            limits=limits,
            current=spaces.current,
        )
        catalog = Catalog(
            database.transaction, key_vault(settings), upstreams, patience, database.session
        )
        await catalog.open()
        stack.push_async_callback(catalog.aclose)
        runs = Runs(
            database.transaction,
            database.conninfo,
            RunOptions(limit_s=settings.max_answer_seconds),
            database.session,
        )
        await runs.open()
        stack.push_async_callback(runs.close)
        chat = Chat(
            database.transaction,
            runs=runs,
            search=search,
            models=catalog,
            watch=watch,
            options=ChatOptions(
                max_message_chars=settings.max_message_chars,
                web=_web(settings, models, stack),
            ),
        )
        passwords = passwords or Passwords()
        yield Services(
            settings=settings,
            version=version("lumen"),
            database=database,
            listener=listener,
            watch=watch,
            accounts=Accounts(database.transaction, settings.secret(), passwords, database.session),
            passwords=passwords,
            links=Links(database.transaction, settings.secret(), passwords),
            delivery=Delivery(settings.public_url, mailer(settings)),
            ways=ways(settings),
            sign_on=sign_on_desk(settings, database.transaction, stack),
            access=Access(database.session),
            intake=Intake(database.transaction, blobs, max_bytes=settings.max_upload_bytes),
            viewer=viewer,
            search=search,
            runs=runs,
            chat=chat,
            desk=Desk(database.transaction, chat, hears=hear, reads=database.session),
            guests=Guests(database.transaction, chat),
            management=Management(database.transaction, runs=runs, models=catalog, watch=watch),
            share_addresses=ShareAddresses(
                ShareTokens(settings.secret(), *settings.older_secrets()), settings.public_url
            ),
            catalog=catalog,
            readiness=readiness(database, models, spaces),
            doctor=await stack.enter_async_context(open_doctor(settings, models.embedder)),
            setup=SetupGuard(settings.setup_secret(), bound_to_loopback=is_loopback(settings.host)),
            webhook_rules=WebhookRules(
                key_vault(settings), AddressRule(allow_private=settings.providers_may_be_private)
            ),
            door=_door(settings),
        )


def _door(settings: Settings) -> Door:
    return Door(
        hosts=host_rule(settings.host, settings.public_host, settings.allowed_hosts),
        origins=origin_rule(settings.cors_origins, settings.public_url),
        https=settings.public_scheme == "https",
    )


def _web(settings: Settings, models: Models, stack: AsyncExitStack) -> Web | None:
    key = settings.tavily_api_key
    if key is None or not key.get_secret_value().strip():
        return None
    # Its client is half a second of imports: only for those who search the web.
    from providers.tavily import BASE_URL, TavilySearch  # noqa: PLC0415

    base_url = settings.tavily_base_url or BASE_URL
    search = TavilySearch(key.get_secret_value().strip(), base_url=base_url)
    stack.push_async_callback(search.aclose)
    budget = ResearchBudget(seconds=float(settings.deep_seconds), searches=settings.deep_searches)
    return Web(search, models.embedder, budget)
