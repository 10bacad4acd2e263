"""The web application, from services to ASGI."""

from typing import Any, TypeVar

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp

from app.access.principal import Principal
from app.accounts.accounts import Accounts
from app.accounts.errors import Unauthenticated
from app.api.auth import AuthController, BootstrapController, TokensController
from app.api.chat import ChatController
from app.api.document_events import DocumentEventsController
from app.api.documents import DocumentsController
from app.api.messages import MessagesController
from app.api.middleware import RequestContext
from app.api.operations import OperationsController
from app.api.pages import PagesController
from app.api.problems import HANDLERS
from app.api.projects import ProjectsController
from app.api.providers import ProvidersController
from app.bootstrap.web import Services
from app.ui.routes import ui_router

MAX_BODY_BYTES = 1024 * 1024  # Uploads have a limit of their own.

T = TypeVar("T")


def create_app(services: Services) -> ASGIApp:
    """The whole web application over services that are open already.

    Closing what they hold is the caller's part; the application only uses them.
    """
    litestar = Litestar(
        route_handlers=[
            BootstrapController,
            AuthController,
            TokensController,
            ProjectsController,
            DocumentsController,
            PagesController,
            ChatController,
            MessagesController,
            ProvidersController,
            DocumentEventsController,
            OperationsController,
            ui_router(),
        ],
        dependencies={
            "accounts": _given(services.accounts),
            "access": _given(services.access),
            "database": _given(services.database),
            "intake": _given(services.intake),
            "finder": _given(services.search),
            "chat": _given(services.chat),
            "catalog": _given(services.catalog),
            "viewer": _given(services.viewer),
            "listener": _given(services.listener),
            "readiness": _given(services.readiness),
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
            render_plugins=[JsonRenderPlugin()],
        ),
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )
    return RequestContext(litestar)


async def principal(
    request: Request[Any, Any, State], accounts: NamedDependency[Accounts]
) -> Principal:
    """Who asks: from the bearer credential, read from the database on this very request.

    Raises:
        Unauthenticated: There is no bearer credential, or it means nothing.
    """
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not credential:
        raise Unauthenticated("Sign in to go on.")
    user, family_id = await accounts.authenticate(credential.strip())
    return Principal(user, family_id)


def _given(value: object) -> Provide:
    def provide() -> object:
        return value

    return Provide(provide, sync_to_thread=False, use_cache=True)
