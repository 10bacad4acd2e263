"""What can go wrong with a conversation before an answer starts."""

from typing import ClassVar

from app.errors import AppError


class ChatError(AppError):
    """Root of this package's errors."""


class GenerationInProgress(ChatError):
    """The conversation's last question is still being answered."""

    code: ClassVar[str] = "generation_in_progress"


class IdempotencyConflict(ChatError):
    """The same idempotency key came before with another body."""

    code: ClassVar[str] = "idempotency_conflict"


class ModeUnavailable(ChatError):
    """The mode needs a search key that the server does not have."""

    code: ClassVar[str] = "mode_unavailable"


class TooManyMemories(ChatError):
    """The project remembers as much as a prompt can hold."""

    code: ClassVar[str] = "too_many_memories"


class SourceGone(ChatError):
    """The document was deleted; `extra` holds the quote stored with the answer."""

    code: ClassVar[str] = "gone"
