"""The models process: the embedding model, once a host."""

import asyncio

from app.settings import Settings
from providers.local.export import prepare
from providers.local.server import serve_models


async def open_models(
    settings: Settings, stopping: asyncio.Event, *, prepare_only: bool = False
) -> None:
    """Serve the embedding model to this host's processes until told to stop.

    Args:
        settings: What is set.
        stopping: Ends it.
        prepare_only: Convert the model and return.

    Raises:
        EmbedderFailed: The model cannot be loaded.
    """
    cache = settings.data_dir / "models"
    if prepare_only and settings.embedding_url is not None:
        return
    if prepare_only:
        await asyncio.to_thread(prepare, settings.local_model, cache)
        return
    path = settings.models_socket_path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    loads = settings.embedding_url is None
    serving = asyncio.create_task(
        serve_models(
            path, settings.local_model, cache, prompts=settings.embedding_prompts, loads=loads
        )
    )
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait([serving, told], return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if serving.done():
        await serving
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
