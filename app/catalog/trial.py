"""Test calls: ask an endpoint something small, and say what is wrong and what to do about it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, TypeAlias

from app.catalog.models import Endpoint, EndpointClient, Upstreams
from app.catalog.store import BUILT_IN
from providers.contract import ChatModel, ChatRequest, PromptMessage, PromptPassage, TextDelta
from providers.errors import (
    AddressRefused,
    KeyMissing,
    ProviderError,
    UpstreamBusy,
    UpstreamRefused,
    UpstreamTimeout,
)
from providers.secrets import SecretUnreadable

Diagnosis: TypeAlias = Literal[
    "ok",
    "bad_key",
    "missing_key",
    "wrong_url",
    "model_missing",
    "quota",
    "not_json",
    "redirect",
    "unreachable",
    "timeout",
    "address_refused",
    "server_error",
    "other",
]

ADVICE: dict[Diagnosis, str] = {
    "ok": "",
    "bad_key": "Enter the key again, whole and without spaces; see that it was made for this "
    "provider, is not revoked, and may use this model.",
    "missing_key": "Enter a key: this provider answers nobody without one.",
    "wrong_url": "Check the base URL: most end in /v1, and none in /chat/completions.",
    "model_missing": "Choose a model that the provider lists, spelled the same; read its models "
    "from the provider if in doubt.",
    "quota": "Look at the account's balance and limits at the provider. If only many questions at "
    "once meet this, limit the provider's concurrent answers.",
    "not_json": "A page or something else answers there, not a model. Check the base URL, and "
    "whether a proxy or a sign-in page stands before the provider.",
    "redirect": "Give the final address as base URL: Lumen follows no redirect, because the "
    "question and the key would go along.",
    "unreachable": "See that the host name is spelled right, the server runs, and this machine may "
    "reach its port. In a container, 127.0.0.1 is the container itself.",
    "timeout": "The model may still be loading: try again in a minute. If it stays so, look at the "
    "provider's own log.",
    "address_refused": "Give a public address. For a model server on this machine or net, set "
    "LUMEN_PRIVATE_PROVIDERS=true.",
    "server_error": "The provider fails by itself: try again later, and look at its status page or "
    "log.",
    "other": "The provider refused for a reason of its own; its status says more.",
}
_SAMPLE_CHARS = 200
_FINE, _REDIRECTS, _SERVER = range(200, 300), range(300, 400), 500
_BY_STATUS: dict[int, Diagnosis] = {
    401: "bad_key",
    402: "quota",
    403: "bad_key",
    404: "wrong_url",
    405: "wrong_url",
    408: "timeout",
    429: "quota",
    504: "timeout",
}
_DOUBTFUL = (400, 404, 422)
"""An unknown model or an unknown address: the endpoint's own list tells them apart."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How an endpoint answered a test.

    Attributes:
        status: The upstream's HTTP status; 0 where it sent none.
        sample: The beginning of what it said.
        error: Safe to show.
        advice: What to do, for an admin.
    """

    ok: bool
    latency_ms: int
    status: int
    sample: str
    error: str | None = None
    diagnosis: Diagnosis = "ok"

    @property
    def advice(self) -> str:
        """What to do about it; empty where all is well."""
        return ADVICE[self.diagnosis]


async def try_out(
    upstreams: Upstreams, endpoint: Endpoint, models: Sequence[str], *, seconds: float
) -> Trial:
    """Ask the endpoint something small; a refusal is a result, not an error.

    Args:
        upstreams: Opens the endpoint.
        endpoint: Whom to ask.
        models: The first is asked; where there is none, the first of the endpoint's own list.
        seconds: For all of it.
    """
    began = perf_counter()
    try:
        async with asyncio.timeout(seconds):
            if endpoint.type != BUILT_IN:
                await upstreams.check_address(endpoint.base_url)
            sample, failure, diagnosis = await _asked(upstreams.open(endpoint), models)
    except TimeoutError:
        slow = UpstreamTimeout(f"no answer within {seconds:g} s")
        sample, failure, diagnosis = "", slow, "timeout"
    except ProviderError as error:
        sample, failure, diagnosis = "", error, diagnosed(error)
    latency = round((perf_counter() - began) * 1000)
    if failure is None:
        return Trial(ok=True, latency_ms=latency, status=_FINE.start, sample=sample)
    status = failure.status if isinstance(failure, UpstreamRefused) else 0
    return Trial(
        ok=False,
        latency_ms=latency,
        status=status or _said_status(failure),
        sample="",
        error=failure.detail,
        diagnosis=diagnosis,
    )


def unreadable(error: SecretUnreadable) -> Trial:
    """A stored key that does not open: nothing was asked."""
    return Trial(
        ok=False, latency_ms=0, status=0, sample="", error=error.detail, diagnosis="bad_key"
    )


def diagnosed(error: ProviderError) -> Diagnosis:
    """Say what is wrong, as far as the error alone tells."""
    if isinstance(error, AddressRefused):
        return "address_refused"
    if isinstance(error, KeyMissing):
        return "missing_key"
    if isinstance(error, UpstreamTimeout):
        return "timeout"
    return _of_refusal(error) if isinstance(error, UpstreamRefused) else "other"


def _of_refusal(error: UpstreamRefused) -> Diagnosis:
    status = error.status
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status in _REDIRECTS:
        return "redirect"
    if status in _FINE:
        return "not_json"
    if not status:
        return "unreachable" if isinstance(error, UpstreamBusy) else "server_error"
    return "server_error" if status >= _SERVER else "other"


async def _asked(
    client: EndpointClient, models: Sequence[str]
) -> tuple[str, ProviderError | None, Diagnosis]:
    try:
        model = next(iter([*models, *(() if models else await client.list_models())]), "")
        if not model:
            return "", UpstreamRefused("the provider lists no model; name one"), "model_missing"
        try:
            return await _sample(client.chat_model(model)), None, "ok"
        except UpstreamRefused as error:
            if error.status not in _DOUBTFUL:
                raise
            return "", error, await _told_apart(client, model, error)
    finally:
        await client.aclose()


async def _told_apart(client: EndpointClient, model: str, error: UpstreamRefused) -> Diagnosis:
    """Look whether the endpoint knows the model; where it gives no list, its address is wrong."""
    try:
        known = await client.list_models()
    except ProviderError as no_list:
        if error.status != _DOUBTFUL[1]:
            return "other"
        same = isinstance(no_list, UpstreamRefused) and no_list.status in {*_DOUBTFUL, *_FINE, 405}
        return "wrong_url" if same else "model_missing"
    if model not in known:
        return "model_missing"
    return "wrong_url" if error.status == _DOUBTFUL[1] else "other"


async def _sample(model: ChatModel) -> str:
    passage = PromptPassage(1, "The sky is blue on a clear day.", "Test")
    messages = [PromptMessage("user", "Say hello in one word.")]
    # No `max_tokens`: some models refuse it, and the reading ends when there is enough.
    request = ChatRequest(messages, "What colour is the sky?", [passage])
    text = ""
    stream = model.stream(request)
    try:
        async for item in stream:
            text += item.text if isinstance(item, TextDelta) else ""
            if len(text) >= _SAMPLE_CHARS:
                break
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
    return text[:_SAMPLE_CHARS]


def _said_status(error: ProviderError) -> int:
    """A missing key is told with the status that the endpoint sent."""
    digits = error.detail[:3] if isinstance(error, KeyMissing) else ""
    return int(digits) if digits.isdecimal() else 0
