"""The web application, from services to ASGI."""

from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp

from app.api.ai_sdk import AiSdkController
from app.api.attachments import AttachmentsController
from app.api.audit import AuditController
from app.api.auth import AuthController
from app.api.bootstrap import BootstrapController
from app.api.chat import ChatController
from app.api.credentials import principal
from app.api.customers.delta import DeltaController
from app.api.customers.gate import CustomerGate
from app.api.customers.lumika import LumikaController
from app.api.customers.ndjson import NdjsonController
from app.api.departments import DepartmentsController
from app.api.document_events import DocumentEventsController
from app.api.document_file import DocumentFileController
from app.api.documents import DocumentsController
from app.api.embedding import EmbeddingController
from app.api.grants import GrantsByUserController, GrantsController
from app.api.groups import GroupsController
from app.api.guests import GuestsController
from app.api.inbox import InboxController, InboxConversationController
from app.api.inbox_events import InboxEventsController
from app.api.integrations import IntegrationsController
from app.api.links import LinksController, LinkUseController
from app.api.management import ManagementController
from app.api.mcp import mcp_route
from app.api.memories import MemoriesController
from app.api.messages import MessagesController
from app.api.middleware import RequestContext
from app.api.openai import OpenAIController
from app.api.openai_errors import HANDLERS
from app.api.openapi import TruthfulJson
from app.api.operations import OperationsController
from app.api.pages import PagesController
from app.api.people import PeopleController
from app.api.projects import ProjectsController
from app.api.providers import ProvidersController
from app.api.sessions import (
    OthersSessionsController,
    OwnPasswordController,
    SessionsController,
)
from app.api.sharing import ShareAskingController, ShareRequestsController, SharesController
from app.api.sign_on import SignOnController, WaysController
from app.api.sound import SoundRequest
from app.api.system import SystemController
from app.api.tokens import TokensController
from app.api.usage import UsageController
from app.api.webhooks import WebhooksController
from app.bootstrap.web import Services
from app.ui.routes import ui_router

MAX_BODY_BYTES = 1024 * 1024  # Uploads have a limit of their own.


def create_app(services: Services) -> ASGIApp:
    """The whole web application over services that are open already.

    Closing what they hold is the caller's part; the application only uses them.
    """
    litestar = Litestar(
        route_handlers=[
            BootstrapController,
            AuthController,
            SessionsController,
            OwnPasswordController,
            OthersSessionsController,
            LinksController,
            LinkUseController,
            WaysController,
            SignOnController,
            TokensController,
            PeopleController,
            DepartmentsController,
            GroupsController,
            ProjectsController,
            GrantsController,
            GrantsByUserController,
            MemoriesController,
            IntegrationsController,
            DocumentsController,
            DocumentFileController,
            AttachmentsController,
            PagesController,
            ChatController,
            MessagesController,
            OpenAIController,
            InboxController,
            InboxConversationController,
            InboxEventsController,
            ShareAskingController,
            ShareRequestsController,
            SharesController,
            GuestsController,
            WebhooksController,
            AiSdkController,
            ProvidersController,
            DocumentEventsController,
            OperationsController,
            SystemController,
            EmbeddingController,
            AuditController,
            UsageController,
            LumikaController,
            NdjsonController,
            DeltaController,
            ManagementController,
            mcp_route(
                services.accounts,
                services.database,
                services.search,
                services.chat,
                version=services.version,
                most=MAX_BODY_BYTES,
            ),
            ui_router(),
        ],
        dependencies={
            "accounts": _given(services.accounts),
            "passwords": _given(services.passwords),
            "links": _given(services.links),
            "ways": _given(services.ways),
            "sign_on": _given(services.sign_on),
            "delivery": _given(services.delivery),
            "access": _given(services.access),
            "database": _given(services.database),
            "intake": _given(services.intake),
            "finder": _given(services.search),
            "chat": _given(services.chat),
            "desk": _given(services.desk),
            "delta_seconds": _given(services.delta_seconds),
            "runs": _given(services.runs),
            "management": _given(services.management),
            "guests": _given(services.guests),
            "addresses": _given(services.share_addresses),
            "webhook_rules": _given(services.webhook_rules),
            "catalog": _given(services.catalog),
            "viewer": _given(services.viewer),
            "listener": _given(services.listener),
            "watch": _given(services.watch),
            "readiness": _given(services.readiness),
            "doctor": _given(services.doctor),
            "setup": _given(services.setup),
            "principal": Provide(principal),
            "open_project_creation": _given(services.settings.open_project_creation),
            "metrics_public": _given(services.settings.metrics_public),
        },
        exception_handlers=HANDLERS,
        openapi_config=OpenAPIConfig(
            title="Lumen",
            version=services.version,
            path="/schema",
            render_plugins=[TruthfulJson()],
        ),
        request_class=SoundRequest,
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )
    gate = CustomerGate(services.desk.admission, services.door.origins)
    return RequestContext(litestar, services.door, gate)


def _given(value: object) -> Provide:
    def provide() -> object:
        return value

    return Provide(provide, sync_to_thread=False, use_cache=True)
