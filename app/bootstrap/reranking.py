"""The reranker that is set, if one is."""

from contextlib import AsyncExitStack

from app.settings import Settings
from providers.contract import Reranker
from providers.local.reranker import CrossEncoderReranker
from retrieval.rerank import Reranking

REMOTE_RERANKING_S = 2.0
"""What an endpoint gets to reorder passages, the way there and back included."""


def open_reranker(settings: Settings, stack: AsyncExitStack) -> tuple[Reranker | None, Reranking]:
    """Open it, to be closed with the stack; None where searches do without.

    Raises:
        EmbedderFailed: The model is not there or cannot be read.
    """
    if settings.reranker_url is not None:
        # The official client is 16 MB and half a second: only for those who have an endpoint.
        from app.bootstrap.endpoint_models import remote_reranker  # noqa: PLC0415

        return remote_reranker(settings, stack), Reranking(seconds=REMOTE_RERANKING_S)
    if settings.reranker_model is None:
        return None, Reranking()
    reranker = CrossEncoderReranker(settings.reranker_model)
    stack.callback(reranker.close)
    return reranker, Reranking()
