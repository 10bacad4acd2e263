"""The embedding model in use, and the one that is to take its place."""

from litestar import Controller, get
from litestar.di import NamedDependency

from app.access.guards import KEEPERS, require_role
from app.access.principal import Principal
from app.api.bodies import Body
from app.db.engine import Database
from ingest.corpus import spaces
from ingest.corpus.tables import SpaceState


class ActiveSpaceView(Body):
    """What searches go by.

    Attributes:
        error: Why it can't be asked, so that searches go by words alone; null where it can.
    """

    name: str
    dimensions: int
    error: str | None


class NextSpaceView(ActiveSpaceView):
    """What is being filled; `error` says why it is not going on.

    Attributes:
        done: Chunks that have a vector of it.
        total: Chunks that there are.
    """

    done: int
    total: int


class EmbeddingView(Body):
    """Both; `active` is null before the first start, `next` where nothing changes."""

    active: ActiveSpaceView | None
    next: NextSpaceView | None


class EmbeddingController(Controller):
    """The embedding model."""

    path = "/system/embedding"
    tags = ("operations",)

    @get("/")
    async def show(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> EmbeddingView:
        """Which embedding model searches go by, and how far the next one is."""
        require_role(principal, KEEPERS, "Only engineers and superadmins look after models.")
        active, following = None, None
        async with database.transaction() as session:
            for space in await spaces.in_use(session):
                if space.state == SpaceState.ACTIVE:
                    active = ActiveSpaceView(
                        name=space.name, dimensions=space.dimensions, error=space.error
                    )
                    continue
                done, total = await spaces.counted(session, space.name)
                following = NextSpaceView(
                    name=space.name,
                    dimensions=space.dimensions,
                    error=space.error,
                    done=done,
                    total=total,
                )
        return EmbeddingView(active=active, next=following)
