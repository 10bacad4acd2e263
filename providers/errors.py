"""What can go wrong with a provider; no statuses of ours here: the shell maps these to codes."""

from typing import ClassVar


class ProviderError(Exception):
    """Root of this package's errors.

    Attributes:
        code: The stable code of the wire contract (section 5).
        detail: Text that is safe to show: no key, no upstream body, no address of ours.
        retryable: Whether asking again may work without anybody changing a setting.
    """

    code: ClassVar[str] = "LLM_API_ERROR"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class UpstreamRefused(ProviderError):
    """The upstream answered with a status other than 2xx, or with something that is no answer.

    Attributes:
        status: The upstream's HTTP status; 0 where it sent none.
    """

    def __init__(self, detail: str, *, status: int = 0) -> None:
        super().__init__(detail)
        self.status = status


class UpstreamBusy(UpstreamRefused):
    """429 or 5xx, still so after the retries that come before the first token.

    Attributes:
        retry_after: Seconds that the upstream wants to be left alone for; None where it said none.
    """

    retryable: ClassVar[bool] = True

    def __init__(self, detail: str, *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(detail, status=status)
        self.retry_after = retry_after


class UpstreamTimeout(ProviderError):
    """Nothing arrived within the idle timeout."""

    code: ClassVar[str] = "LLM_TIMEOUT"
    retryable: ClassVar[bool] = True


class StreamCut(ProviderError):
    """The stream ended without a finish reason: what arrived is not a whole answer."""

    code: ClassVar[str] = "LLM_STREAM_CUT"
    retryable: ClassVar[bool] = True


class KeyMissing(ProviderError):
    """The provider needs a key and has none."""

    code: ClassVar[str] = "LLM_KEY_MISSING"


class SearchFailed(ProviderError):
    """The web search gave nothing usable, or could not be reached."""

    code: ClassVar[str] = "SEARCH_API_ERROR"
    retryable: ClassVar[bool] = True


class SearchRefused(SearchFailed):
    """The web search refuses until somebody changes something: key, plan, quota."""

    retryable: ClassVar[bool] = False


class EmbedderFailed(ProviderError):
    """The embedding model gave nothing usable, or could not be reached."""

    code: ClassVar[str] = "EMBEDDER_ERROR"
    retryable: ClassVar[bool] = True


class AddressRefused(ProviderError):
    """The base URL points where the server may not go (link-local, metadata, or private ranges)."""


class ModelUnknown(ProviderError):
    """No enabled provider offers the model that was asked for."""


class NoProvider(ProviderError):
    """There is no enabled provider at all."""
